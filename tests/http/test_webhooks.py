"""Webhooks: who is told of what, signed, until he has heard it."""

import base64
import contextlib
import datetime
import hashlib
import hmac
import http.server
import json
import os
import signal
import threading
import time

import pytest

from api import (at_once, forget_webhooks, invalid, make_token, new_user, post_picture, problem,
                 settled, upload, without)
from pictures import broken_picture, picture
from service import wait_until

EVENTS = ["image.ready", "image.failed", "image.deleted", "job.done",
          "job.failed"]
FIELDS = {"id", "url", "events", "enabled", "created_at", "disabled_at"}
# Of an address that nobody calls.
URL = "https://192.0.2.1/hook"
LATER = {"Prefer": "respond-async"}
SCHEDULE = [5, 300, 1800, 7200, 18000, 36000]


@pytest.fixture(scope="module", autouse=True)
def clean(service):
    """No webhook outlives these stories."""
    yield
    forget_webhooks(service)


def add(session, url=URL, events=EVENTS, **fields):
    answer = session.post("/v1/webhooks",
                          json={"url": url, "events": events, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def path_of(webhook, tail=""):
    return "/v1/webhooks/" + webhook["id"] + tail


def deliveries_of(session, webhook):
    answer = session.get(path_of(webhook, "/deliveries?limit=100"))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def raw(webhook):
    return bytes.fromhex(webhook["id"].replace("-", ""))


### A user's webhooks

def test_a_webhook_is_made_changed_and_deleted(service):
    """POST /v1/webhooks, GET /v1/webhooks/{id}, PATCH /v1/webhooks/{id},
    DELETE /v1/webhooks/{id}"""
    session = new_user(service)
    made = add(session, events=["job.done", "image.ready", "job.done"])
    secret = made.pop("secret")
    assert set(made) == FIELDS
    assert made["url"] == URL
    assert made["events"] == ["job.done", "image.ready"]
    assert made["enabled"] is True and made["disabled_at"] is None
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret[6:], validate=True)) == 32
    assert session.get(path_of(made)).json() == made

    def change(**fields):
        answer = session.patch(path_of(made), json=fields)
        assert answer.status_code == 200, answer.text
        assert "secret" not in answer.json()
        assert session.get(path_of(made)).json() == answer.json()
        return answer.json()

    assert change(url="http://example.net/?a=b#c")["url"] == \
        "http://example.net/?a=b"
    assert change(events=["image.deleted"])["events"] == ["image.deleted"]
    off = change(enabled=False)
    assert off["enabled"] is False and off["disabled_at"]
    assert change(enabled=True)["disabled_at"] is None
    assert session.delete(path_of(made)).status_code == 204
    for answer in (session.get(path_of(made)), session.delete(path_of(made)),
                   session.patch(path_of(made), json={})):
        problem(answer, 404, "not_found")


def test_the_secret_is_shown_once(service):
    """A given one too; it is in no other answer and in no log."""
    session = new_user(service)
    for size in (24, 64):
        given = "whsec_" + base64.b64encode(os.urandom(size)).decode()
        made = add(session, secret=given)
        assert made["secret"] == given
        for answer in (session.get("/v1/webhooks"),
                       session.get(path_of(made)),
                       session.patch(path_of(made), json={"secret": given})):
            assert answer.status_code == 200
            assert "whsec" not in answer.text
    assert "whsec_" not in service.log() + service.log("worker")


def test_webhooks_are_listed(service):
    """GET /v1/webhooks: newest first, in pages; at most 20."""
    session = new_user(service)
    assert session.get("/v1/webhooks").json() == {"items": [], "next": None}
    made = [add(session)["id"] for _ in range(3)][::-1]
    page = session.get("/v1/webhooks?limit=2")
    assert page.headers["Link"] == f'<{page.json()["next"]}>; rel="next"'
    rest = session.get(page.json()["next"]).json()
    assert [one["id"] for one in page.json()["items"] + rest["items"]] == made
    assert rest["next"] is None


def test_a_user_has_at_most_20(service):
    session = new_user(service)

    def one():
        return session.post("/v1/webhooks",
                            json={"url": URL, "events": EVENTS})

    answers = at_once(8, one) + at_once(8, one) + at_once(8, one)
    assert [answer.status_code for answer in answers].count(201) == 20
    problem(one(), 403, "quota_exceeded")
    assert len(session.get("/v1/webhooks?limit=100").json()["items"]) == 20


@pytest.mark.parametrize("field, value", [
    ("url", "ftp://example.org/"), ("url", "example.org"), ("url", ""),
    ("url", "https:///"), ("url", "https://me:word@example.org/"),
    ("url", "https://example.org/" + "\xe9" * 400), ("url", 1),
    ("url", "https://example.org:22/"),
    ("events", []), ("events", ["image.seen"]), ("events", "image.ready"),
    ("events", ["image.ready image.failed"]), ("events", [1]),
    ("events", ["image.ready"] * 6),
    ("secret", "whsec_" + base64.b64encode(b"k" * 23).decode()),
    ("secret", "whsec_" + base64.b64encode(b"k" * 65).decode()),
    ("secret", base64.b64encode(b"k" * 32).decode()), ("secret", "whsec_"),
    ("secret", "whsec_" + "*" * 43 + "="),
], ids=str)
def test_what_a_webhook_cannot_be(service, field, value):
    session = service.session("basic")
    good = {"url": URL, "events": EVENTS}
    invalid(session.post("/v1/webhooks", json={**good, field: value}), field)
    made = add(session)
    invalid(session.patch(path_of(made), json={field: value}), field)
    assert session.delete(path_of(made)).status_code == 204


def test_unknown_fields_are_refused(service):
    session = service.session("basic")
    body = {"url": URL, "events": EVENTS}
    for answer in (session.post("/v1/webhooks", json={**body, "name": "x"}),
                   session.post("/v1/webhooks", json={**body, "enabled": True}),
                   session.get("/v1/webhooks?state=on")):
        problem(answer, 400, "unknown_field")
    invalid(session.post("/v1/webhooks", json={"url": URL}), "events")
    invalid(session.post("/v1/webhooks", json={"events": EVENTS}), "url")


def test_webhooks_of_others_do_not_exist(service):
    owner = new_user(service)
    webhook = add(owner)
    for user in ("other", "admin"):
        session = service.session(user)
        for answer in (session.get(path_of(webhook)),
                       session.patch(path_of(webhook), json={}),
                       session.delete(path_of(webhook)),
                       session.get(path_of(webhook, "/deliveries")),
                       session.post(path_of(
                           webhook, f"/deliveries/{webhook['id']}/retry"))):
            problem(answer, 404, "not_found")
        assert webhook["id"] not in session.get("/v1/webhooks").text
    problem(owner.get("/v1/webhooks/1"), 404, "not_found")
    problem(service.session().get("/v1/webhooks"), 401, "unauthenticated")
    reader = service.session(token=make_token(owner, scopes=["read"])["token"])
    assert reader.get(path_of(webhook)).status_code == 200
    problem(reader.delete(path_of(webhook)), 403, "forbidden")


### What is recorded

def told(service, webhook):
    """The events and bodies of its deliveries, oldest first."""
    rows = service.query("SELECT event, payload FROM webhook_deliveries"
                         " WHERE webhook_id = %s ORDER BY id", raw(webhook))
    for event, payload in rows:
        body = json.loads(payload)
        assert set(body) == {"type", "timestamp", "data"}
        assert body["type"] == event
        datetime.datetime.fromisoformat(body["timestamp"][:-1])
        assert "token" not in payload and "/l/" not in payload
    return [(event, json.loads(payload)["data"]) for event, payload in rows]


def without_urls(image):
    shown = {name: value for name, value in image.items()
             if name not in ("original", "job")}
    shown["variants"] = [
        {name: value for name, value in variant.items() if name != "url"}
        for variant in image["variants"]]
    return shown


def test_events_are_recorded_for_who_wants_them(service):
    """Each as a delivery, and as often as it happens."""
    session = new_user(service)
    with without(service, "worker"):
        everything = add(session)
        deletions = add(session, events=["image.deleted"])
        silent = add(session)
        session.patch(path_of(silent), json={"enabled": False})
        stranger = add(new_user(service))
        image = upload(session)
        assert session.delete("/v1/images/" + image["id"]).status_code == 204
        seen = told(service, everything)
        assert [event for event, _ in seen] == ["image.ready",
                                                "image.deleted"]
        for _, data in seen:
            assert data == without_urls(image)
        assert [event for event, _ in told(service, deletions)] == \
            ["image.deleted"]
        assert told(service, silent) == told(service, stranger) == []
        for one in deliveries_of(session, everything):
            assert set(one) == {"id", "event", "state", "created_at",
                                "next_attempt_at", "finished_at", "attempts",
                                "log"}
            assert one["state"] == "pending" and one["next_attempt_at"]
            assert one["attempts"] == 0 and one["log"] == []
        session.delete(path_of(everything))
        session.delete(path_of(deletions))
    problem(session.get(path_of(everything, "/deliveries")), 404, "not_found")
    assert service.query(
        "SELECT COUNT(*) FROM jobs j JOIN users u ON u.id = j.user_id"
        " WHERE kind = 'webhook' AND username = %s AND state = 'queued'",
        session.auth[0]) == ((0,),)


def test_what_failed_is_not_told(service):
    """An upload that is refused leaves no event."""
    session = new_user(service)
    webhook = add(session)
    answer = post_picture(session, broken_picture())
    assert answer.status_code == 422
    assert told(service, webhook) == []


def test_a_resize_is_a_job_and_no_image(service):
    """Now or later; what was sent for it shows nowhere as an image."""
    session = new_user(service)
    webhook = add(session)
    ids = []
    for headers in ({}, LATER):
        answer = session.post("/v1/resize", data={"height": 200},
                              files={"file": ("a.jpg", picture())},
                              headers=headers)
        assert answer.status_code == (202 if headers else 201)
        ids.append(answer.json()["id"])
    wait_until(lambda: len(told(service, webhook)) == 2)
    for event, data in told(service, webhook):
        assert event == "job.done" and data["kind"] == "resize"
        assert data == session.get("/v1/jobs/" + data["id"]).json()
        ids.remove(data["id"])
    assert ids == []


def test_jobs_end_in_events(service):
    session = new_user(service)
    webhook = add(session)
    good = post_picture(session, headers=LATER).json()
    good = settled(session, good)
    bad = post_picture(session, broken_picture(), headers=LATER).json()
    bad = settled(session, bad)
    seen = told(service, webhook)
    assert len(seen) == 4
    seen = dict(seen)
    ready, done, failed, job_failed = [seen[event] for event in (
        "image.ready", "job.done", "image.failed", "job.failed")]
    assert ready == without_urls(good)
    assert failed == without_urls(bad)
    assert failed["error"]["code"] == "corrupt_image"
    for data in (done, job_failed):
        assert data == session.get("/v1/jobs/" + data["id"]).json()
    assert (done["image"], job_failed["image"]) == (good["id"], bad["id"])
    listed = session.get("/v1/jobs").json()["items"]
    assert [job["kind"] for job in listed] == ["render"] * 2, \
        "those that send webhooks are not the user's"


### Sending

class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what is posted to it. `answers` has, by path, what is called with
    the request and returns a status; 204 is for all others."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        self.messages = []
        self.answers = {}
        self.connections = 0
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def get_request(self):
        self.connections += 1
        return super().get_request()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def at(self, path):
        return [one for one in self.messages if one["path"] == path]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            message = {"path": self.path, "headers": self.headers,
                       "body": body, "id": self.headers["webhook-id"],
                       "time": time.time()}
            self.server.messages.append(message)
            answer = self.server.answers.get(self.path, lambda _: 204)
            self.send_response(answer(message))
            self.send_header("Location", self.server.url("/elsewhere"))
            self.send_header("Content-Length", "3")
            self.end_headers()
            self.wfile.write(b"Yes")

        do_GET = do_POST

        def log_message(self, *_):
            pass


@pytest.fixture(scope="module")
def listening(service):
    """A receiver that responders take the port of."""
    receiver = Receiver()
    service.restart("fcgi", fetch_ports=f"80 443 {receiver.port}")
    wait_until(lambda: service.session().get("/readyz").status_code == 200)
    yield receiver
    receiver.shutdown()
    receiver.server_close()
    service.restart("fcgi")
    service.restart("worker")
    wait_until(lambda: service.session().get("/readyz").status_code == 200)


@contextlib.contextmanager
def workers(service, receiver, **settings):
    """Workers that may call the receiver."""
    service.restart("worker", fetch_allow="127.0.0.1", webhook_timeout=2,
                    fetch_ports=f"80 443 {receiver.port}", **settings)
    yield
    service.stop("worker")


@pytest.fixture
def receiver(service, listening):
    with workers(service, listening):
        yield listening


def verify(message, secret):
    """As Standard Webhooks 1.0 tells receivers to."""
    headers = message["headers"]
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    stamp = headers["webhook-timestamp"]
    content = f"{headers['webhook-id']}.{stamp}.".encode() + message["body"]
    expected = base64.b64encode(
        hmac.new(key, content, hashlib.sha256).digest()).decode()
    versions = [one.split(",", 1) for one
                in headers["webhook-signature"].split(" ")]
    assert ["v1", expected] in versions
    assert abs(int(stamp) - message["time"]) < 300
    assert headers["Content-Type"] == "application/json"
    return json.loads(message["body"])


def ended(session, webhook, count=1):
    """Its deliveries, when so many have ended."""
    def look():
        items = deliveries_of(session, webhook)
        return items if [one["state"] != "pending"
                         for one in items] == [True] * count else None
    return wait_until(look, 20)


def tried(session, webhook, attempts):
    """Its only delivery, after so many attempts."""
    def look():
        one, = deliveries_of(session, webhook)
        return one if one["attempts"] >= attempts else None
    return wait_until(look, 20)


def moment(text):
    return datetime.datetime.fromisoformat(text.rstrip("Z"))


def hurry(service, webhook):
    """As if the time to its next attempt had passed."""
    service.query("UPDATE jobs j JOIN webhook_deliveries d ON d.job_id = j.id"
                  " SET j.run_after = UTC_TIMESTAMP(6)"
                  " WHERE d.webhook_id = %s", raw(webhook))


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
    assert 0 <= attempt["ms"] < 2000 and attempt["error"] is None
    event, = [one for one in service.events("worker")
              if one.get("delivery") == done["id"]]
    assert event["status"] == 204 and event["ms"] >= 0
    assert webhook["secret"] not in service.log("worker")


def test_every_event_arrives(service, receiver):
    """None is lost and none invented, whoever makes the pictures."""
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
        time.sleep(0.002)
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
        one = tried(session, webhook, number)
        assert one["state"] == "pending"
        wait = (moment(one["next_attempt_at"]) -
                moment(one["log"][-1]["at"])).total_seconds()
        assert delay - 0.1 <= wait <= delay * 1.2 + 1
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
    """By default; nobody is called, and nothing is told of who is there."""
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
    assert errors == {"the host is not known or may not be called"}
    assert listening.connections == before


def test_a_slow_receiver_does_not_stop_pictures(service, listening):
    """It has so long to answer; meanwhile a worker is left for the rest."""
    release = threading.Event()

    def wait(_):
        release.wait(20)
        return 200

    listening.answers["/slow"] = wait
    session = new_user(service)
    with workers(service, listening):
        webhook = add(session, listening.url("/slow"), ["image.ready"])
        for _ in range(3):
            upload(session)
        wait_until(lambda: listening.at("/slow"))
        began = time.monotonic()
        settled(session, post_picture(session, headers=LATER).json())
        assert time.monotonic() - began < 1.9
        first = wait_until(lambda: [one for one in
                                    deliveries_of(session, webhook)
                                    if one["log"]])[0]
        release.set()
    attempt = first["log"][0]
    assert attempt["status"] is None
    assert attempt["error"] == "no answer within 2 s"
    assert 1900 < attempt["ms"] < 3500


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
        release.wait(20)
        return 200

    listening.answers["/killed"] = wait
    session = new_user(service)
    with workers(service, listening, job_lease=1, job_retry=0):
        webhook = add(session, listening.url("/killed"), ["image.ready"])
        upload(session)
        wait_until(lambda: listening.at("/killed"))
        (holder,), = service.query(
            "SELECT j.worker FROM jobs j"
            " JOIN webhook_deliveries d ON d.job_id = j.id"
            " WHERE webhook_id = %s AND j.state = 'running'", raw(webhook))
        os.kill(int(holder.split(":")[1]), signal.SIGKILL)
        release.set()
        done, = ended(session, webhook)
    assert done["state"] == "delivered"
    assert len(done["log"]) == 1, "the first attempt's end was not seen"
    messages = listening.at("/killed")
    assert [one["id"] for one in messages] == [done["id"]] * 2
    for message in messages:
        verify(message, webhook["secret"])
