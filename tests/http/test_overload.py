"""Overload: more requests than the responders can answer. A client that asks
too much gets 429, the others are served, and what nobody waits for is not
done."""

import concurrent.futures
import select

import pytest

from api import (is_back, make_token, new_user, problem, skip_behind_apache,
                 upload)
from pictures import encode, picture, quarters
from queueing import (Call, nobody_accepts, nobody_decodes, open_sockets,
                      waiting_uploads)
from service import wait_until

SHARE = 'pixtier_rate_limited_total{limit="share"}'
QUEUE = 'pixtier_requests_dropped_total{reason="queue"}'
GONE = 'pixtier_requests_dropped_total{reason="client_gone"}'

# How many may wait at the socket for uploads.
QUEUE_PLACES = 256
# More than enough to fill a responder's time for a second, and fewer than may
# wait at the socket for uploads.
MANY = 200


def metric(service, name):
    for line in service.session().get("/metrics").text.splitlines():
        if line.startswith(name + " "):
            return int(line.split()[1])
    return 0


@pytest.fixture
def few(service):
    """Settings of the responders, with two for uploads."""
    def restart(**settings):
        service.restart("fcgi", upload_responders=2, **settings)
        wait_until(lambda: is_back(service))
    yield restart
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


def call_upload(service, token, data, **options):
    return Call(service, "/v1/images", data, "Content-Type: image/jpeg",
                "Authorization: Bearer " + token, **options)


def form_of(field, data):
    body = (f'--x\r\nContent-Disposition: form-data; name="{field}"; '
            'filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
            ).encode() + data + b"\r\n--x--\r\n"
    return body, "Content-Type: multipart/form-data; boundary=x"


def distinct(data, number):
    """The same picture in other bytes: with a comment."""
    comment = b"%08d" % number
    return data[:2] + b"\xff\xfe\0\x0a" + comment + data[2:]


def answers_of(calls):
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(Call.answer, calls))


def images_of(session):
    return session.get("/v1/me").json()["usage"]["images"]


@pytest.fixture(scope="module")
def slow_picture():
    """One that is made at once, but takes a while."""
    return encode(quarters(2400, 2400), progressive=True)


def metrics_of(service):
    return {name: metric(service, name) for name in (SHARE, QUEUE, GONE)}


def test_one_users_flood_leaves_others_their_share(service, few, slow_picture):
    """429 rate_limited with Retry-After for what is above the setting
    user_share while others would wait; another is served, though the flood
    came first."""
    few(user_share=50)
    session, other = new_user(service), new_user(service)
    upload(session, slow_picture)
    token, other_token = (make_token(who)["token"] for who in (session, other))
    before = metrics_of(service)
    with nobody_accepts(service):
        calls = [call_upload(service, token, distinct(slow_picture, i))
                 for i in range(MANY)]
        last = call_upload(service, other_token, picture())
        wait_until(lambda: waiting_uploads(service) == MANY + 1)
    assert last.answer().status_code == 201
    answers = answers_of(calls)
    refused = [a for a in answers if a.status_code != 201]
    assert 0 < len(refused) < MANY
    for answer in refused:
        said = problem(answer, 429, "rate_limited")
        assert "50 percent" in said["detail"]
        assert int(answer.headers["Retry-After"]) >= 1
    assert images_of(session) == 1 + MANY - len(refused)
    now = metrics_of(service)
    assert now[SHARE] == before[SHARE] + len(refused)
    assert now[QUEUE] == before[QUEUE]
    assert service.ctl("fsck").returncode == 0


def test_a_queue_that_takes_too_long_is_cut(service, few, slow_picture):
    """503 unavailable with Retry-After, by the setting queue_seconds, in the
    shape of each dialect; the rest is served."""
    few(queue_seconds=1)
    session = new_user(service)
    upload(session, slow_picture)
    token = make_token(session)["token"]
    before = metrics_of(service)
    image, file = form_of("image", picture()), form_of("file", picture())
    with nobody_accepts(service):
        # In the queue's order.
        first = [Call(service, path, *form) for path, form in (
            ("/api/v1/thumbnail_generator/", image),
            ("/api/v1/images/resize?width=9&height=9", file),
            ("/api/image/upload/", file), ("/images/upload/", file))]
        wait_until(lambda: waiting_uploads(service) == len(first))
        calls = [call_upload(service, token, distinct(slow_picture, i))
                 for i in range(MANY)]
        wait_until(lambda: waiting_uploads(service) == MANY + len(first))
    keys = ({"status", "error_code", "message"}, {"result", "message"},
            {"detail"}, {"detail"})
    for call, expected in zip(first, keys):
        answer = call.answer()
        assert answer.status_code == 503, answer.text
        assert set(answer.json()) == expected
        assert int(answer.headers["Retry-After"]) >= 1
    answers = answers_of(calls)
    refused = [a for a in answers if a.status_code != 201]
    assert 0 < len(refused) < MANY
    for answer in refused:
        said = problem(answer, 503, "unavailable")
        assert "1 seconds" in said["detail"]
        assert int(answer.headers["Retry-After"]) >= 1
    assert images_of(session) == 1 + MANY - len(refused)
    now = metrics_of(service)
    assert now[QUEUE] == before[QUEUE] + len(refused) + len(first)
    assert metric(service, 'pixtier_requests_waiting'
                  '{group="upload-responder"}') < MANY
    assert service.ctl("fsck").returncode == 0


def test_what_no_longer_fits_is_told_at_once(service):
    """503 unavailable with Retry-After from the web server, while no responder
    accepts."""
    skip_behind_apache(service, "lets them wait")
    token = make_token(service.session("premium"))["token"]
    with nobody_accepts(service):
        calls = [call_upload(service, token, b"no picture")
                 for _ in range(QUEUE_PLACES + 50)]
        wait_until(lambda: len(answered(calls)) >= 40)
        refused = answered(calls)
        for call in refused:
            answer = call.answer()
            problem(answer, 503, "unavailable")
            assert int(answer.headers["Retry-After"]) >= 1
        calls = [call for call in calls if call not in refused]
        assert len(calls) >= QUEUE_PLACES
    answers = answers_of(calls)
    assert {answer.status_code for answer in answers} <= {415, 503}
    problem(answers[0], 415, "unsupported_format")
    wait_until(lambda: is_back(service))


def answered(calls):
    """Those whose answer has begun to come."""
    peers = select.select([call.peer for call in calls], [], [], 0)[0]
    return [call for call in calls if call.peer in peers]


def test_uploads_that_nobody_waits_for_are_not_done(service):
    """499 client_gone in the log: clients that went away while they waited."""
    skip_behind_apache(service, "does not tell that a client has gone")
    session = new_user(service)
    token = make_token(session)["token"]
    before = metrics_of(service)
    with nobody_accepts(service):
        calls = [call_upload(service, token, distinct(picture(), i),
                             meets_server=True) for i in range(9)]
        wait_until(lambda: waiting_uploads(service) == 9)
        sockets = open_sockets(service)
        for call in calls[1:]:
            call.hang_up()
        wait_until(lambda: open_sockets(service) <= sockets - 8)
    assert calls[0].answer().status_code == 201
    wait_until(lambda: metric(service, GONE) == before[GONE] + 8)
    assert images_of(session) == 1
    usage = session.get("/v1/me").json()["usage"]
    assert usage["uploads_today"] == 1
    codes = [event["code"] for event in service.events()
             if event.get("status") == 499]
    assert set(codes) == {"client_gone"}


def test_an_upload_is_given_up_while_it_is_made(service):
    """Its client goes away while a decoder process works: it is not
    committed, its key may be used again, and nothing of it is left."""
    skip_behind_apache(service, "does not tell that a client has gone")
    session = new_user(service)
    token = make_token(session)["token"]
    before, objects = metrics_of(service), service.objects()
    data = distinct(picture(), 7)
    headers = ("Content-Type: image/jpeg", "Authorization: Bearer " + token,
               "Idempotency-Key: gone")
    with nobody_decodes(service):
        call = Call(service, "/v1/images", data, *headers, meets_server=True)
        wait_until(lambda: service.query(
            "SELECT 1 FROM idempotency i JOIN users u ON u.id = i.user_id"
            " WHERE u.username = %s", session.auth[0]))
        sockets = open_sockets(service)
        call.hang_up()
        wait_until(lambda: open_sockets(service) < sockets)
    wait_until(lambda: metric(service, GONE) == before[GONE] + 1)
    assert images_of(session) == 0
    assert service.objects() == objects
    answer = Call(service, "/v1/images", data, *headers).answer()
    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers
    assert service.ctl("fsck").returncode == 0
