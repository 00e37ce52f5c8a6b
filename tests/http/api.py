"""What the tests say to the API again and again."""

import concurrent.futures
import contextlib
import http.client
import json
import os
import socket
import time
import uuid

import pytest
import requests

from contract import BASE_PATH
from pictures import picture
from service import CONTRACT, HANG, wait_until

PROBLEM = {"type", "title", "status", "code", "detail", "request_id", "errors"}


def skip_behind_apache(service, difference):
    """doc/web_servers.md has the differences between the web servers."""
    if service.server == "apache":
        pytest.skip("Apache " + difference)


def from_address(address):
    """For session.mount(): requests come from this address."""
    class Adapter(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *args, **options):
            super().init_poolmanager(*args, **options,
                                     source_address=(address, 0))
    return Adapter()


def problem(answer, status, code):
    """Fails unless the answer is this error, in the shape of RFC 9457."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    said = answer.json()
    assert set(said) == PROBLEM
    assert (said["status"], said["code"]) == (status, code), said
    assert said["type"] == f"{BASE_PATH}/problems/{code}"
    assert said["title"] and said["detail"]
    assert said["request_id"] == answer.headers["X-Request-Id"]
    return said


def invalid(answer, field):
    """Fails unless the answer is 422 invalid_field, of this field."""
    said = problem(answer, 422, "invalid_field")
    assert [error["field"] for error in said["errors"]] == [field], said
    return said


def unknown(answer, field):
    """Fails unless the answer is 400 unknown_field, of this field."""
    said = problem(answer, 400, "unknown_field")
    assert [error["field"] for error in said["errors"]] == [field], said
    assert field in said["detail"]


def post_picture(session, data=None, name="picture.jpg", **options):
    file = (name, picture() if data is None else data)
    return session.post("/v1/images", files={"image": file}, **options)


def upload(session, data=None, name="picture.jpg"):
    """The image that came of an upload."""
    answer = post_picture(session, data, name)
    assert answer.status_code == 201, answer.text
    return answer.json()


def settled(session, image):
    """The image when no job works on it any more."""
    def look():
        now = session.get("/v1/images/" + image["id"]).json()
        return now if now["status"] != "processing" else None
    return wait_until(look)


def wait_until_idle(service):
    """No job is left, of earlier tests neither."""
    wait_until(lambda: not service.query(
        "SELECT 1 FROM jobs WHERE state IN ('queued', 'running')"))


def remove_rows(service, condition, value):
    """Removes images, as long as they have no files."""
    service.query("DELETE i, n FROM images i LEFT JOIN image_ngrams n"
                  f" ON n.image_id = i.id WHERE i.{condition}", value)


def list_of(session, path):
    """The items of all pages."""
    items = []
    while path:
        answer = session.get(path)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        path = answer.json()["next"]
    return items


def links_of(image):
    return f"/v1/images/{image['id']}/links"


def variant_of(image, name):
    return f"/v1/images/{image['id']}/variants/{name}"


def check_conditions(session, url):
    """If-Match and If-Unmodified-Since, by which a client gets the version
    of a picture that it knows or 412 (RFC 9110 section 13.2.2)."""
    got = session.get(url)
    tag, date = got.headers["ETag"], got.headers["Last-Modified"]
    early = "Thu, 01 Jan 2026 00:00:00 GMT"
    for headers in ({"If-Match": '"x"'}, {"If-Match": "W/" + tag},
                    {"If-Match": f'"x", W/{tag}'},
                    {"If-Match": '"x"', "If-None-Match": tag},
                    {"If-Match": '"x"', "Range": "bytes=0-1"},
                    {"If-Unmodified-Since": early},
                    {"If-Unmodified-Since": early, "If-None-Match": tag}):
        answer = session.get(url, headers=headers)
        problem(answer, 412, "precondition_failed")
        for name in ("ETag", "Last-Modified", "Content-Disposition"):
            assert name not in answer.headers, headers
        head = session.head(url, headers=headers)
        assert (head.status_code, head.content) == (412, b""), headers
    for headers in ({"If-Match": tag}, {"If-Match": f'"x", {tag}'},
                    {"If-Match": "*"}, {"If-Unmodified-Since": date},
                    {"If-Unmodified-Since": "Sun, 01 Jan 2040 00:00:00 GMT"}):
        answer = session.get(url, headers=headers)
        assert answer.status_code == 200, headers
        assert answer.content == got.content
    answer = session.get(url, headers={"If-Match": tag, "If-None-Match": tag})
    assert answer.status_code == 304
    answer = session.get(url, headers={"If-Match": tag, "Range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (206, got.content[:2])


def new_id():
    """A UUIDv7, as the programs make them."""
    random = uuid.uuid4().int & ~(0xf << 76) & (1 << 80) - 1
    return uuid.UUID(int=time.time_ns() // 1000000 << 80 | 7 << 76 | random)


def new_user(service, tier="Enterprise", **columns):
    """A session of a user with a tier of his own: a copy of this one, with
    some columns of the table tiers changed."""
    name = "u" + os.urandom(6).hex()
    key = new_id().bytes
    with service.db() as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tiers (id, name, original, links, public,"
            " max_pixels)"
            " SELECT %s, %s, original, links, public, max_pixels"
            " FROM tiers WHERE name = %s", (key, name, tier))
        cursor.execute(
            "INSERT INTO tier_sizes SELECT %s, position, variant"
            " FROM tier_sizes WHERE tier_id ="
            " (SELECT id FROM tiers WHERE name = %s)", (key, tier))
        for column, value in columns.items():
            cursor.execute(f"UPDATE tiers SET `{column}` = %s WHERE id = %s",
                           (value, key))
        # With the password of another user, for a program and a hash take
        # longer than all else here.
        cursor.execute(
            "INSERT INTO users (id, username, password, tier_id, created_at)"
            " VALUES (%s, %s, %s, %s, UTC_TIMESTAMP(6))",
            (new_id().bytes, name, service.password_hash, key))
    service.passwords[name] = service.passwords["other"]
    return service.session(name)


def forget_webhooks(service):
    """No webhook gets what other tests do."""
    service.query("DELETE FROM webhooks")
    service.query("UPDATE jobs SET state = 'cancelled'"
                  " WHERE kind = 'webhook' AND state = 'queued'")


def unmake_administrators(service):
    """All but the user admin."""
    service.query("UPDATE users SET is_admin = 0 WHERE username <> 'admin'")


def make_token(session, **fields):
    """An API token, with its secret."""
    answer = session.post("/v1/tokens", json={"name": "script", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def set_tier(service, session, tier):
    service.query("UPDATE users SET tier_id ="
                  " (SELECT id FROM tiers WHERE name = %s)"
                  " WHERE username = %s", tier, session.auth[0])


def is_back(service):
    """Whether all responders are asked again: lighttpd waits a moment after
    a failure."""
    nobody = service.session()
    return (nobody.get("/readyz").status_code == 200 and
            nobody.post("/v1/images").status_code == 401)


@contextlib.contextmanager
def without(service, part):
    """Part of the service is away for a while."""
    service.stop(part)
    try:
        yield
    finally:
        service.start(part)
        wait_until(lambda: is_back(service))


def at_once(count, call):
    """The results of call(), made so many times in parallel."""
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        calls = [pool.submit(call) for _ in range(count)]
        return [made.result() for made in calls]


class Answer:
    """As of requests, for what requests would not send as it is."""

    def __init__(self, response):
        self.status_code = response.status
        self.headers = response.headers
        self.text = response.read().decode()

    def json(self):
        return json.loads(self.text)


def speak(service, *lines, body=b""):
    """Sends these lines of a request's head as they are, but for the path of
    base_url, then the body."""
    method, target, version = lines[0].split(" ")
    if target.startswith("/"):
        target = BASE_PATH + target
    lines = (f"{method} {target} {version}",) + lines[1:]
    head = "\r\n".join(lines + ("Host: 127.0.0.1", "Connection: close", "",
                                ""))
    with socket.create_connection(("127.0.0.1", service.port), HANG) as peer:
        peer.sendall(head.encode() + body)
        response = http.client.HTTPResponse(peer)
        response.begin()
        answer = Answer(response)
    CONTRACT.check(method, target, answer.status_code, answer.headers,
                   answer.text)
    return answer
