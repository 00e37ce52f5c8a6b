"""Webhooks: which a user has, and which events are recorded for them."""

import base64
import datetime
import json
import os

import pytest

from api import (at_once, invalid, is_back, make_token, new_user, post_picture,
                 problem, settled, upload, without)
from hooks import (EVENTS, LATER, URL, add, clean, deliveries_of, path_of,
                   raw)
from pictures import broken_picture, picture
from service import wait_until

FIELDS = {"id", "url", "events", "enabled", "created_at", "disabled_at"}


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
    ("events", ["image.ready"] * 7),
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


@pytest.mark.parametrize("host, purpose", [
    ("10.0.0.1", "private use (RFC 1918)"),
    ("0x7f.1", "loopback (RFC 1122)"),
    ("[::1]", "loopback (RFC 4291)"),
    ("[fd00::1]", "unique local (RFC 4193)"),
    ("[::ffff:192.168.0.1]", "private use (RFC 1918)"),
    ("169.254.169.254", "link-local (RFC 3927)"),
    ("localhost", "loopback (RFC 1122)"),
    ("hook.LOCALHOST.", "loopback (RFC 1122)"),
])
def test_a_webhook_has_no_private_address(service, host, purpose):
    session = service.session("basic")
    body = {"url": f"https://{host}/hook", "events": EVENTS}
    answer = session.post("/v1/webhooks", json=body)
    invalid(answer, "url")
    detail = answer.json()["errors"][0]["detail"]
    assert purpose in detail and "fetch_allow" in detail
    made = add(session)
    invalid(session.patch(path_of(made), json={"url": body["url"]}), "url")
    assert session.delete(path_of(made)).status_code == 204


def test_a_webhook_has_a_private_address_that_is_allowed(service):
    """The setting fetch_allow; fetch_deny is stronger."""
    session = new_user(service)
    service.restart("fcgi", fetch_allow="10.0.0.0/8", fetch_deny="10.0.0.2")
    try:
        wait_until(lambda: is_back(service))
        add(session, "https://10.0.0.1/hook")
        answer = session.post("/v1/webhooks", json={
            "url": "https://10.0.0.2/hook", "events": EVENTS})
        invalid(answer, "url")
        assert "fetch_deny" in answer.json()["errors"][0]["detail"]
    finally:
        service.restart("fcgi")
        wait_until(lambda: is_back(service))


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


def received(service, webhook):
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
        {name: value for name, value in variant.items()
         if name not in ("url", "public_url")}
        for variant in image["variants"]]
    shown["public_urls"] = []
    return shown


def test_events_are_recorded_for_who_wants_them(service):
    """Each as a delivery, and as often as it happens."""
    session = new_user(service)
    with without(service, "worker"):
        everything = add(session)
        deletions = add(session, events=["image.deleted"])
        silent = add(session)
        session.patch(path_of(silent), json={"enabled": False})
        foreign = add(new_user(service))
        image = upload(session)
        assert session.delete("/v1/images/" + image["id"]).status_code == 204
        seen = received(service, everything)
        assert [event for event, _ in seen] == ["image.ready",
                                                "image.deleted"]
        for _, data in seen:
            assert data == without_urls(image)
        assert [event for event, _ in received(service, deletions)] == \
            ["image.deleted"]
        assert received(service, silent) == received(service, foreign) == []
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


def test_addresses_that_end_are_told(service):
    """image.private and image.deleted have all that a CDN must forget, also
    those of variants that were removed."""
    session = new_user(service)
    with without(service, "worker"):
        hook = add(session, events=["image.private", "image.deleted"])
        image = upload(session)
        path = "/v1/images/" + image["id"]
        session.patch(path, json={"public": False})
        image = session.patch(path, json={"public": True}).json()
        urls = {one["public_url"] for one in image["variants"]}
        urls.add(image["original"]["public_url"])
        service.ctl("purge", "variant", "h400")
        session.patch(path, json={"public": False})
        session.patch(path, json={"public": False})
        session.patch(path, json={"public": True})
        session.delete(path)
        seen = received(service, hook)
    assert [(event, data["public"]) for event, data in seen] == [
        ("image.private", False), ("image.deleted", True)]
    for _, data in seen:
        assert set(data["public_urls"]) == urls


def test_what_failed_is_not_told(service):
    """An upload that is refused leaves no event."""
    session = new_user(service)
    webhook = add(session)
    answer = post_picture(session, broken_picture())
    assert answer.status_code == 422
    assert received(service, webhook) == []


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
    wait_until(lambda: len(received(service, webhook)) == 2)
    for event, data in received(service, webhook):
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
    seen = received(service, webhook)
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
