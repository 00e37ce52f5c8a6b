"""Idempotency-Key: a POST that is sent again does nothing again."""

import concurrent.futures
import os
import signal
import uuid

import pytest

from api import (at_once, from_address, invalid, is_back, links_of, make_token,
                 new_user, post_picture, problem, upload)
from pictures import broken_picture, picture
from processes import frozen_decoders
from service import HANG, wait_until


def new_key():
    return {"Idempotency-Key": str(uuid.uuid4())}


def images(session):
    return session.get("/v1/me").json()["usage"]["images"]


def is_again(answer, first):
    """Fails unless this is the first answer, given again."""
    assert answer.status_code == first.status_code, answer.text
    assert answer.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert answer.json() == first.json()
    for name in ("Location", "Content-Type", "Cache-Control"):
        assert answer.headers.get(name) == first.headers.get(name)
    assert answer.headers["X-Request-Id"] != first.headers["X-Request-Id"]


def test_an_upload_that_is_sent_again_is_stored_once(service):
    """POST /v1/images, as a form whose boundary is another each time, or as
    a raw body."""
    session = new_user(service)
    key = new_key()
    first = post_picture(session, headers=key)
    assert first.status_code == 201
    is_again(post_picture(session, headers=key), first)

    raw = {"Content-Type": "image/jpeg", **new_key()}
    first = session.post("/v1/images?name=a", data=picture(), headers=raw)
    assert first.status_code == 201
    is_again(session.post("/v1/images?name=a", data=picture(), headers=raw),
             first)
    chunks = iter([picture()[:100], picture()[100:]])
    is_again(session.post("/v1/images?name=a", data=chunks, headers=raw),
             first)
    assert images(session) == 2


def test_a_key_is_for_one_request(service):
    """422 idempotency_mismatch for another body, path, query or type."""
    session = new_user(service)
    key = new_key()
    image = post_picture(session, headers=key).json()
    for answer in (
            post_picture(session, picture(64, 48), headers=key),
            post_picture(session, name="other.jpg", headers=key),
            post_picture(session, data=picture(), headers=key,
                         name="picture.jpg", params={"name": "a"}),
            session.post("/v1/images", data=picture(),
                         headers={"Content-Type": "image/jpeg", **key}),
            session.post(links_of(image), json={"expires_in": 300},
                         headers=key)):
        problem(answer, 422, "idempotency_mismatch")
    assert images(session) == 1
    assert post_picture(session, headers=new_key()).status_code == 201
    assert images(session) == 2


def test_keys_are_the_users_own(service):
    key = new_key()
    for session in (new_user(service), new_user(service)):
        assert post_picture(session, headers=key).status_code == 201
        assert images(session) == 1


def test_links_and_jobs_are_made_once(service):
    """JSON bodies and 202 too."""
    session = new_user(service)
    image = upload(session)
    key = new_key()
    first = session.post(links_of(image), json={"expires_in": 300},
                         headers=key)
    assert first.status_code == 201
    is_again(session.post(links_of(image), json={"expires_in": 300},
                          headers=key), first)
    problem(session.post(links_of(image), json={"expires_in": 301},
                         headers=key), 422, "idempotency_mismatch")
    assert len(session.get(links_of(image)).json()["items"]) == 1

    later = {**new_key(), "Prefer": "respond-async"}
    first = post_picture(session, headers=later)
    assert first.status_code == 202
    is_again(post_picture(session, headers=later), first)
    assert len(session.get("/v1/jobs").json()["items"]) == 1


def test_an_error_is_an_answer_too(service):
    session = new_user(service)
    key = new_key()
    first = post_picture(session, broken_picture(), headers=key)
    problem(first, 422, "corrupt_image")
    is_again(post_picture(session, broken_picture(), headers=key), first)


def test_a_refusal_for_a_while_is_no_answer(service):
    """503 and 429 are not kept: the next try is carried out."""
    session = new_user(service)
    key = new_key()
    objects = service.store / "objects"
    away = objects.with_name("away")
    objects.rename(away)
    try:
        assert post_picture(session, headers=key).status_code >= 500
    finally:
        away.rename(objects)
    answer = post_picture(session, headers=key)
    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers


@pytest.mark.parametrize("path, body, field", [
    ("/v1/tokens", {"name": "a"}, "token"),
    ("/v1/webhooks", {"url": "https://example.org/hook",
                      "events": ["image.ready"]}, "secret"),
])
def test_a_secret_is_not_kept(service, path, body, field):
    """POST /v1/tokens and POST /v1/webhooks show it once: the second answer
    says so."""
    session = new_user(service)
    key = new_key()
    made = session.post(path, json=body, headers=key)
    assert made.status_code == 201
    answer = session.post(path, json=body, headers=key)
    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"
    items = session.get(path).json()["items"]
    assert len(items) == 1
    for (kept,) in service.query(
            "SELECT body FROM idempotency WHERE body IS NOT NULL"):
        assert made.json()[field].encode() not in kept
    assert session.delete(f"{path}/{items[0]['id']}").status_code == 204


def test_only_a_post_of_a_user_has_a_key(service):
    key = new_key()
    session = new_user(service)
    for _ in range(2):
        answer = session.get("/v1/me", headers=key)
        assert answer.status_code == 200
        assert "Idempotency-Replayed" not in answer.headers
    for _ in range(2):
        answer = service.session().post("/v1/login", headers=key, json={
            "username": "basic", "password": service.passwords["basic"]})
        assert answer.status_code == 200
        assert "Idempotency-Replayed" not in answer.headers
    invalid(post_picture(session, headers={"Idempotency-Key": "k" * 256}),
            "Idempotency-Key")
    assert post_picture(session, headers={"Idempotency-Key": "k" * 255}
                        ).status_code == 201


def test_ten_at_once_make_one_image(service):
    """The others get its answer, or 409 idempotency_running."""
    session = new_user(service)
    token = make_token(session)["token"]
    key = new_key()
    answers = at_once(10, lambda: post_picture(service.session(token=token),
                                               headers=key))
    made = [a for a in answers if a.status_code == 201]
    assert len({a.json()["id"] for a in made}) == 1
    assert len([a for a in made
                if "Idempotency-Replayed" not in a.headers]) == 1
    for answer in answers:
        if answer.status_code != 201:
            problem(answer, 409, "idempotency_running")
            assert int(answer.headers["Retry-After"]) > 0
    assert images(session) == 1
    is_again(post_picture(session, headers=key),
             [a for a in made if "Idempotency-Replayed" not in a.headers][0])


def test_a_responder_that_dies_does_not_keep_the_key(service):
    """409 while it may live: db_timeout and twice decoder_seconds_request;
    then the request is carried out. Retry-After says when that is."""
    session = new_user(service)
    token = make_token(session)["token"]
    key = new_key()
    pids = service.children("fcgi")
    with frozen_decoders(service, "fcgi"), \
            concurrent.futures.ThreadPoolExecutor(1) as pool:
        first = pool.submit(post_picture, service.session(token=token),
                            headers=key)
        wait_until(lambda: service.query(
            "SELECT 1 FROM idempotency WHERE status IS NULL"))
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        assert first.result().status_code == 503
    wait_until(lambda: is_back(service))
    for left in (service.store / "tmp").iterdir():
        left.unlink(missing_ok=True)  # as the sweep will
    service.query("UPDATE idempotency SET lease_until = UTC_TIMESTAMP(6)"
                  " + INTERVAL 1000 SECOND WHERE status IS NULL")
    answer = post_picture(session, headers=key)
    problem(answer, 409, "idempotency_running")
    assert 1000 - HANG < int(answer.headers["Retry-After"]) <= 1001

    # As if that time had passed.
    service.query("UPDATE idempotency SET lease_until = UTC_TIMESTAMP(6)"
                  " WHERE status IS NULL")
    assert post_picture(session, headers=key).status_code == 201
    assert images(session) == 1


def test_an_attempt_that_is_overtaken_changes_nothing(service):
    """A request outlives its lease and another attempt takes the key: the
    first is not carried out when it comes to its end."""
    session = new_user(service)
    token = make_token(session)["token"]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with frozen_decoders(service, "fcgi"):
            first = pool.submit(post_picture, service.session(token=token),
                                headers=new_key())
            wait_until(lambda: service.query(
                "SELECT 1 FROM idempotency WHERE status IS NULL"))
            service.query("UPDATE idempotency SET attempt = %s"
                          " WHERE status IS NULL", uuid.uuid4().bytes)
        problem(first.result(), 409, "idempotency_running")
    assert images(session) == 0
    service.query("DELETE FROM idempotency WHERE status IS NULL")


def test_an_anonymous_clients_key_is_of_its_address(service):
    """They have one user; so each address has keys of its own."""
    def send(session, picture):
        return session.post("/api/v1/thumbnail_generator/", headers=key,
                            files={"image": ("a.png", picture)})

    key = new_key()
    here, there = service.session(), service.session()
    there.mount("http://", from_address("127.0.0.2"))
    small, other = picture(64, 48), picture(48, 64)
    first = send(here, small)
    is_again(send(here, small), first)
    assert send(there, small).json()["task_id"] != first.json()["task_id"]
    assert send(here, other).status_code == 422
    assert send(there, other).status_code == 422


def test_after_a_day_a_key_is_new(service):
    """And workers remove what is older."""
    session = new_user(service)
    key = new_key()
    assert post_picture(session, headers=key).status_code == 201
    service.query("UPDATE idempotency SET"
                  " created_at = created_at - INTERVAL 86401 SECOND"
                  " ORDER BY created_at DESC LIMIT 1")
    answer = post_picture(session, picture(64, 48), headers=key)
    assert answer.status_code == 201
    assert images(session) == 2

    service.query("UPDATE idempotency SET"
                  " created_at = created_at - INTERVAL 86401 SECOND")
    service.restart("worker")
    wait_until(lambda: service.query("SELECT COUNT(*) FROM idempotency")
               == ((0,),))
