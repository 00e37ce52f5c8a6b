"""Webhooks: every message arrives, signed, however often it takes."""

import contextlib
import json
import os
import signal
import threading
import time

from api import (at_once, new_user, post_picture, problem, settled, upload,
                 without)
from hooks import (LATER, Receiver, add, clean, deliveries_of, ended, hurry,
                   listening, moment, path_of, raw, receiver, tried, verify,
                   workers)
from processes import kill_holder
from service import HANG, wait_until

SCHEDULE = [5, 300, 1800, 7200, 18000, 36000]


def test_a_message_is_signed_and_delivered(service, receiver):
    session = new_user(service)
    webhook = add(session, receiver.url("/good?a=b"), ["image.ready"])
    image = upload(session)
    done, = ended(session, webhook)
    message, = receiver.at("/good?a=b")
    body = verify(message, webhook["secret"])
    assert body["type"] == "image.ready"
    assert body["data"]["id"] == image["id"]
    assert body["data"]["variants"][0]["variant"] == "h200"
    assert message["headers"]["User-Agent"].startswith("pixtier/")
    assert message["id"] == done["id"]
    assert (done["state"], done["event"]) == ("delivered", "image.ready")
    assert done["finished_at"] and done["next_attempt_at"] is None
    attempt, = done["log"]
    assert set(attempt) == {"attempt", "at", "status", "ms", "error"}
    assert (attempt["attempt"], attempt["status"]) == (1, 204)
    assert attempt["ms"] >= 0 and attempt["error"] is None
    event, = [one for one in service.events("worker")
              if one.get("delivery") == done["id"]]
    assert event["status"] == 204 and event["ms"] >= 0
    assert webhook["secret"] not in service.log("worker")


def test_every_event_arrives(service, receiver):
    """None is lost and none invented, whichever process makes the pictures."""
    session = new_user(service)
    webhook = add(session, receiver.url("/all"))

    def one():
        return post_picture(session, headers=LATER).json()

    images = at_once(6, lambda: upload(session)) + at_once(6, one)
    for image in images:
        settled(session, image)
        assert session.delete("/v1/images/" + image["id"]).status_code == 204
    ended(session, webhook, 12 + 12 + 6)
    seen = {}
    for message in receiver.at("/all"):
        body = verify(message, webhook["secret"])
        seen[message["id"]] = (body["type"], body["data"].get(
            "image", body["data"]["id"]))
    expected = [("image.ready", one["id"]) for one in images] + \
        [("image.deleted", one["id"]) for one in images] + \
        [("job.done", one["id"]) for one in images[6:]]
    assert sorted(seen.values()) == sorted(expected)
    states = [one["state"] for one in deliveries_of(session, webhook)]
    assert states == ["delivered"] * 30


def test_deliveries_come_in_pages(service, receiver):
    """GET /v1/webhooks/{id}/deliveries: newest first."""
    session = new_user(service)
    webhook = add(session, receiver.url("/pages"), ["image.ready"])
    for _ in range(3):
        upload(session)
    ids = [one["id"] for one in ended(session, webhook, 3)]
    assert ids == sorted(ids, reverse=True)
    page = session.get(path_of(webhook, "/deliveries?limit=2")).json()
    rest = session.get(page["next"]).json()
    assert [one["id"] for one in page["items"] + rest["items"]] == ids
    assert rest["next"] is None
    assert len(rest["items"][0]["log"]) == 1
    problem(session.get(path_of(webhook, "/deliveries?state=failed")),
            400, "unknown_field")


def test_a_duplicate_has_the_same_id(service, listening):
    """So that receivers can tell; each attempt is signed for its time."""
    answers = iter([500, 503, 200])
    listening.answers["/again"] = lambda _: next(answers)
    session = new_user(service)
    with workers(service, listening, webhook_retries="0 0 0"):
        webhook = add(session, listening.url("/again"), ["image.ready"])
        upload(session)
        done, = ended(session, webhook)
    messages = listening.at("/again")
    assert [one["id"] for one in messages] == [done["id"]] * 3
    assert len({one["body"] for one in messages}) == 1
    for message in messages:
        verify(message, webhook["secret"])
    assert done["state"] == "delivered"
    assert [(one["attempt"], one["status"]) for one in done["log"]] == \
        [(1, 500), (2, 503), (3, 200)]


def test_who_fails_gets_the_schedule(service, receiver):
    """5 s, 5 min, 30 min, 2 h, 5 h and 10 h, up to a fifth more; then the
    delivery has failed."""
    receiver.answers["/down"] = lambda _: 500
    session = new_user(service)
    webhook = add(session, receiver.url("/down"), ["image.ready"])
    upload(session)
    for number, delay in enumerate(SCHEDULE, 1):
        began = time.monotonic()
        one = tried(session, webhook, number)
        assert one["state"] == "pending"
        wait = (moment(one["next_attempt_at"]) -
                moment(one["log"][-1]["at"])).total_seconds()
        late = time.monotonic() - began
        assert delay - 0.1 <= wait <= delay * 1.2 + 1 + late
        assert len(receiver.at("/down")) == number
        hurry(service, webhook)
    one, = ended(session, webhook)
    assert (one["state"], one["attempts"]) == ("failed", 7)
    assert [entry["status"] for entry in one["log"]] == [500] * 7
    assert session.get(path_of(webhook)).json()["enabled"] is True
    assert service.query(
        "SELECT j.state, j.kind, j.error_detail FROM jobs j"
        " JOIN webhook_deliveries d ON d.job_id = j.id WHERE webhook_id = %s",
        raw(webhook)) == (("failed", "webhook", "the receiver answered 500"),)


def test_410_disables_the_webhook(service, receiver):
    receiver.answers["/gone"] = lambda _: 410
    session = new_user(service)
    webhook = add(session, receiver.url("/gone"), ["image.ready"])
    upload(session)
    done, = ended(session, webhook)
    assert done["state"] == "failed" and done["log"][0]["status"] == 410
    shown = session.get(path_of(webhook)).json()
    assert shown["enabled"] is False and shown["disabled_at"]
    upload(session)
    retry = path_of(webhook, f"/deliveries/{done['id']}/retry")
    problem(session.post(retry), 409, "conflict")
    assert len(deliveries_of(session, webhook)) == 1
    assert len(receiver.at("/gone")) == 1
    session.patch(path_of(webhook), json={"enabled": True})
    del receiver.answers["/gone"]
    upload(session)
    assert [one["state"] for one in ended(session, webhook, 2)] == \
        ["delivered", "failed"]


def test_a_disabled_webhook_gets_nothing_more(service, receiver):
    """What waits for another attempt has failed, too."""
    receiver.answers["/off"] = lambda _: 500
    session = new_user(service)
    webhook = add(session, receiver.url("/off"), ["image.ready"])
    upload(session)
    tried(session, webhook, 1)
    session.patch(path_of(webhook), json={"enabled": False})
    hurry(service, webhook)
    done, = ended(session, webhook)
    assert (done["state"], done["attempts"]) == ("failed", 1)
    assert len(receiver.at("/off")) == 1


def test_redirects_are_not_followed(service, receiver):
    receiver.answers["/moved"] = lambda _: 307
    session = new_user(service)
    webhook = add(session, receiver.url("/moved"), ["image.ready"])
    upload(session)
    assert tried(session, webhook, 1)["log"][0]["status"] == 307
    assert receiver.at("/elsewhere") == []


def test_private_addresses_are_refused(service, listening):
    """By default, also to webhooks of a time when they were allowed; nobody is
    called, and the answer does not say who is there."""
    session = new_user(service)
    before = listening.connections
    hosts = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]",
             "2130706433", "0.0.0.0"]
    service.restart("worker", fetch_ports=f"80 443 {listening.port}")
    webhooks = [add(session, f"http://{host}:{listening.port}/private",
                    ["image.ready"]) for host in hosts]
    upload(session)
    errors = {tried(session, webhook, 1)["log"][0]["error"]
              for webhook in webhooks}
    assert errors == {"the host is unknown or not allowed"}
    assert listening.connections == before


def test_a_slow_receiver_does_not_stop_pictures(service, listening):
    """A worker is left for the rest; and it has only so long to answer, which
    is the setting webhook_timeout."""
    release, end = threading.Event(), threading.Event()

    def wait(_):
        release.wait(HANG)
        return 200

    listening.answers["/slow"] = wait
    listening.answers["/late"] = lambda _: 200 if end.wait(HANG) else 500
    session = new_user(service)
    with workers(service, listening):
        webhook = add(session, listening.url("/slow"), ["image.ready"])
        for _ in range(3):
            upload(session)
        wait_until(lambda: listening.at("/slow"))
        settled(session, post_picture(session, headers=LATER).json())
        assert not [one for one in deliveries_of(session, webhook)
                    if one["log"]]
        release.set()
    with workers(service, listening, webhook_timeout=1):
        webhook = add(session, listening.url("/late"), ["image.ready"])
        upload(session)
        attempt = tried(session, webhook, 1)["log"][0]
        end.set()
    assert attempt["status"] is None
    assert attempt["error"] == "no answer within 1 s"
    assert attempt["ms"] > 900


def test_a_slow_receiver_does_not_stop_others(service, listening):
    """The setting webhook_concurrency: so many messages of one host at once,
    of all users; the others wait, and lose no attempt."""
    release = threading.Event()

    def wait(_):
        release.wait(HANG)
        return 200

    listening.answers["/busy"] = wait
    with contextlib.closing(Receiver("127.0.0.2", listening.port)) as quick, \
            contextlib.ExitStack() as stack, \
            workers(service, listening, fetch_allow="127.0.0.0/30",
                    workers=4):
        stack.callback(release.set)
        busy = []
        for _ in range(2):
            session = new_user(service)
            busy.append((session, add(session, listening.url("/busy"),
                                      ["image.ready"])))
            for _ in range(3):
                upload(session)
        wait_until(lambda: len(listening.at("/busy")) == 2)
        other = new_user(service)
        webhook = add(other, quick.url("/quick"), ["image.ready"])
        for count in range(1, 4):
            upload(other)
            ended(other, webhook, count)
        assert len(listening.at("/busy")) == 2
        for _, webhook in busy:
            assert service.query(
                "SELECT COUNT(*) FROM jobs j JOIN webhook_deliveries d"
                " ON d.job_id = j.id WHERE d.webhook_id = %s AND"
                " j.state IN ('queued', 'running') AND j.attempts < 2",
                raw(webhook)) == ((3,),)
        release.set()
        for session, webhook in busy:
            assert [(one["state"], one["attempts"]) for one in
                    ended(session, webhook, 3)] == [("delivered", 1)] * 3


def test_a_changed_webhook_counts_as_its_new_receiver(service):
    """What waits goes there, in small letters as all names of hosts."""
    session = new_user(service)
    with without(service, "worker"):
        webhook = add(session, "https://One.example/", ["image.ready"])
        upload(session)
        answer = session.patch(path_of(webhook),
                               json={"url": "https://TWO.example:443/x"})
        assert answer.status_code == 200
        assert service.query(
            "SELECT w.receiver, j.receiver FROM jobs j"
            " JOIN webhook_deliveries d ON d.job_id = j.id"
            " JOIN webhooks w ON w.id = d.webhook_id WHERE w.id = %s",
            raw(webhook)) == (("two.example", "two.example"),)
        session.delete(path_of(webhook))


def test_old_deliveries_go(service, receiver):
    """After webhook_keep_days, with their jobs; what is pending stays."""
    session = new_user(service)
    webhook = add(session, receiver.url("/old"), ["image.ready"])
    upload(session)
    ended(session, webhook)
    for table in "webhook_deliveries", "jobs":
        service.query(f"UPDATE {table} SET finished_at ="
                      " finished_at - INTERVAL 29 DAY")
    service.restart("worker")
    upload(session)
    wait_until(lambda: len(deliveries_of(session, webhook)) == 2)
    service.restart("worker", webhook_keep_days=28)
    wait_until(lambda: len(deliveries_of(session, webhook)) == 1)
    wait_until(lambda: not service.query(
        "SELECT 1 FROM jobs WHERE kind = 'webhook'"
        " AND finished_at < UTC_TIMESTAMP() - INTERVAL 28 DAY"))


def test_retry_by_hand(service, receiver):
    """POST /v1/webhooks/{id}/deliveries/{delivery}/retry: what has ended is
    sent again, with the same id and body."""
    receiver.answers["/hand"] = lambda _: 500
    session = new_user(service)
    webhook = add(session, receiver.url("/hand"), ["image.ready"])
    upload(session)
    one = tried(session, webhook, 1)
    retry = path_of(webhook, f"/deliveries/{one['id']}/retry")
    problem(session.post(retry), 409, "conflict")
    problem(service.session("other").post(retry), 404, "not_found")
    for name in (webhook["id"], "x"):
        problem(session.post(path_of(webhook, f"/deliveries/{name}/retry")),
                404, "not_found")
    for number in range(1, len(SCHEDULE) + 1):
        tried(session, webhook, number)
        hurry(service, webhook)
    assert ended(session, webhook)[0]["state"] == "failed"
    receiver.answers["/hand"] = lambda _: 202
    answer = session.post(retry)
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "pending"
    done, = ended(session, webhook)
    assert (done["state"], done["attempts"]) == ("delivered", 8)
    assert [entry["status"] for entry in done["log"]] == [500] * 7 + [202]
    assert session.post(retry).status_code == 202, "once more, for its sake"
    assert ended(session, webhook)[0]["attempts"] == 9
    assert len({(one["id"], one["body"])
                for one in receiver.at("/hand")}) == 1


def test_a_delivery_without_a_job_is_found(service, receiver):
    """pixtierctl fsck, I9: of two that are pending, one's job was cancelled
    and the other's is gone. With --repair both have failed, so that they can
    be sent by hand."""
    receiver.answers["/stranded"] = lambda _: 500
    session = new_user(service)
    webhook = add(session, receiver.url("/stranded"), ["image.ready"])

    def fsck(*options):
        done = service.ctl("--json", "fsck", *options, check=False)
        said = json.loads(done.stdout)
        found = {row["id"]: row for row in said["invariants"]}["I9"]
        assert done.returncode == (1 if found["count"] else 0), done.stdout
        return sorted(found["examples"]), said["repaired"]

    for _ in range(2):
        upload(session)
    wait_until(lambda: [one["attempts"] for one in
                        deliveries_of(session, webhook)] == [1, 1])
    assert fsck() == ([], None)
    ids = sorted(one["id"] for one in deliveries_of(session, webhook))
    cancelled, gone = [job for job, in service.query(
        "SELECT job_id FROM webhook_deliveries WHERE webhook_id = %s",
        raw(webhook))]
    service.query("UPDATE jobs SET state = 'cancelled' WHERE id = %s",
                  cancelled)
    service.query("DELETE FROM jobs WHERE id = %s", gone)
    assert fsck()[0] == ids
    examples, repaired = fsck("--repair")
    assert (examples, repaired["deliveries"]) == ([], 2)
    receiver.answers["/stranded"] = lambda _: 200
    for one in deliveries_of(session, webhook):
        assert one["state"] == "failed" and one["finished_at"]
        answer = session.post(path_of(
            webhook, f"/deliveries/{one['id']}/retry"))
        assert answer.status_code == 202, answer.text
    assert {one["state"] for one in ended(session, webhook, 2)} == \
        {"delivered"}


def test_a_killed_worker_loses_no_message(service, listening):
    """kill -9 while the receiver has the message but has not answered."""
    release = threading.Event()

    def wait(_):
        release.wait(HANG)
        return 200

    listening.answers["/killed"] = wait
    session = new_user(service)
    with workers(service, listening, job_retry=0):
        webhook = add(session, listening.url("/killed"), ["image.ready"])
        upload(session)
        wait_until(lambda: listening.at("/killed"))
        (holder,), = service.query(
            "SELECT j.worker FROM jobs j"
            " JOIN webhook_deliveries d ON d.job_id = j.id"
            " WHERE webhook_id = %s AND j.state = 'running'", raw(webhook))
        kill_holder(service, int(holder.split(":")[1]))
        release.set()
        done, = ended(session, webhook)
    assert done["state"] == "delivered"
    assert len(done["log"]) == 1, "the first attempt's end was not seen"
    messages = listening.at("/killed")
    assert [one["id"] for one in messages] == [done["id"]] * 2
    for message in messages:
        verify(message, webhook["secret"])
