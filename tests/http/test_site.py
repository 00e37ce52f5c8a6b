"""What the web server does by itself, before or without the application."""

import base64
import concurrent.futures
import contextlib
import http.client
import json
import os
import select
import signal
import socket

import pytest

import fcgi_client
from api import (from_address, is_back, make_token, new_user,
                 skip_behind_apache, upload)
from contract import BASE_PATH
from service import HANG, wait_until, wait_within


def is_problem(answer, status, code):
    body = answer.json()
    return (answer.status_code == status == body["status"]
            and body["code"] == code
            and answer.headers["Content-Type"] == "application/problem+json")


def test_a_body_over_the_limit_is_refused_before_it_is_sent(service):
    limit = int(service.setting("max_upload"))
    with socket.create_connection(("127.0.0.1", service.port), 5) as client:
        client.sendall(b"POST /v1/images HTTP/1.1\r\nHost: x\r\n"
                       b"Content-Length: %d\r\n\r\n" % (limit + 1))
        answer = client.recv(4096)
    assert b" 413 " in answer.splitlines()[0]
    assert b'"code":"too_large"' in answer


def test_a_body_without_end_is_refused(service):
    """Its length is not known before: the web server or the application counts
    what comes."""
    limit = int(service.setting("max_upload"))
    chunk = b"%x\r\n%s\r\n" % (1 << 20, bytes(1 << 20))
    with socket.create_connection(("127.0.0.1", service.port), HANG) as client:
        client.sendall(b"POST /v1/images HTTP/1.1\r\nHost: x\r\n"
                       b"Transfer-Encoding: chunked\r\n\r\n")
        sent = 0
        with contextlib.suppress(ConnectionError):
            while not select.select([client], [], [], 0)[0]:
                client.sendall(chunk)
                sent += 1 << 20
                assert sent < 2 * limit
        answer = client.recv(4096)
    assert b" 413 " in answer.splitlines()[0]
    assert b'"code":"too_large"' in answer


@pytest.fixture
def impatient_site(service):
    """Bodies have one second until the minimum rate holds."""
    file = service.dir / "data/site/pixtier.conf"
    site = file.read_text()
    assert "body=30,MinRate" in site
    file.write_text(site.replace("body=30,MinRate", "body=1,MinRate"))
    service.restart("web")
    yield
    file.write_text(site)
    service.restart("web")


def test_a_body_that_comes_too_slowly_is_ended(service, request):
    """A byte now and then keeps no connection; other sites cannot do this."""
    if service.server != "apache":
        pytest.skip("only Apache enforces a minimum rate")
    request.getfixturevalue("impatient_site")
    with socket.create_connection(("127.0.0.1", service.port), HANG) as client:
        client.sendall(b"POST /v1/images HTTP/1.1\r\nHost: x\r\n"
                       b"Content-Length: 100000\r\n\r\n")
        while not select.select([client], [], [], 0.1)[0]:
            client.sendall(b"x")
        answer = client.recv(4096)
    assert b" 408 " in answer.splitlines()[0]
    assert b'"code":"timeout"' in answer


def answer_to(service, *lines):
    with socket.create_connection(("127.0.0.1", service.port), 5) as client:
        client.sendall("\r\n".join(lines + ("Host: x", "", "")).encode())
        answer = http.client.HTTPResponse(client)
        answer.begin()
        return answer.status, answer.headers, json.loads(answer.read())


def test_a_post_without_a_length_is_told_what_is_missing(service):
    """lighttpd wants Content-Length: 0, too; nginx takes it for that."""
    status, _, said = answer_to(service, "POST /v1/logout HTTP/1.1")
    assert (status, said["code"]) in ((401, "unauthenticated"),
                                      (411, "bad_request"))
    assert status == 401 or "Content-Length: 0" in said["detail"]


@pytest.mark.parametrize("method", ["TRACE", "BREW"])
def test_a_method_that_nobody_knows_is_refused(service, method):
    """405 with Allow, or 501 where the web server itself does not know it."""
    status, headers, said = answer_to(service, f"{method} /v1/me HTTP/1.1")
    assert (status, said["code"]) in ((405, "method_not_allowed"),
                                      (501, "bad_request"))
    assert said["status"] == status
    assert (headers["Allow"] == "GET, HEAD") == (status == 405)
    assert said["request_id"] == headers["X-Request-Id"]


# As the shipped sites have it: limit_conn, and connections.lua.
CONNECTIONS = 100


def test_an_address_has_few_requests_in_progress(service):
    """However slowly their bodies come; other addresses do not suffer, and it
    is over when they end."""
    skip_behind_apache(service, "enforces a minimum rate instead")
    head = (b"POST /v1/images HTTP/1.1\r\nHost: x\r\n"
            b"Content-Length: 1000\r\n\r\n")
    session = service.session()
    session.mount("http://", from_address("127.0.0.9"))
    with contextlib.ExitStack() as stack:
        peers = [stack.enter_context(socket.create_connection(
            ("127.0.0.1", service.port), HANG, ("127.0.0.9", 0)))
            for _ in range(CONNECTIONS + 10)]
        for peer in peers:
            peer.sendall(head + b"a byte now and then")
        wait_until(lambda: len(select.select(peers, [], [], 0)[0]) == 10)
        answer = session.get("/healthz")
        assert is_problem(answer, 429, "rate_limited")
        assert answer.headers["Retry-After"] == "1"
        assert service.session().get("/healthz").status_code == 200
    wait_until(lambda: session.get("/healthz").status_code == 200)


def every_log(service):
    """What all logs have, with the web server's own."""
    folders = (service.dir / "log", service.dir / "data" / "log")
    return b"".join(file.read_bytes() for folder in folders
                    for file in folder.iterdir())


def test_no_log_has_a_token(service):
    """Of links in the path and of tokens in the query, the credentials of
    headers and a Referer; also when the web server fails."""
    user = new_user(service)
    token = make_token(user)["token"]
    image = upload(user)
    made = user.post(f"/v1/images/{image['id']}/links",
                     json={"variant": "h200", "expires_in": 600}).json()
    link = made["url"].removeprefix(service.url)
    signature = link.split("/")[2]
    encoded = "/%6c" + link[2:]
    nobody = service.session()
    headers = {"Referer": service.url + link}

    def ask_all():
        nobody.get(link, headers=headers)
        nobody.get(link + "?token=" + token)
        nobody.get(link, headers={"Range": "bytes=99999999-"})
        nobody.get(encoded)
        nobody.get("//" + link)
        nobody.get(link[:-5] + "/../x")
        nobody.get("/v1/" + signature)
        nobody.post(link, data=b"x")
        nobody.get(f"/api/image/expiring/{signature}/x.jpg")
        nobody.get(f"/images/link/{signature}/?token={token}")
        nobody.get("/v1/images?token=" + token)
        nobody.get("/v1/images", auth=(token, "x"))
        nobody.get("/v1/images", cookies={"pixtier_session": token})
        service.session(token=token).get("/v1/images")
        user.get("/v1/images")
        too_large(service, link + "?token=" + token)

    ask_all()
    for file in service.objects():
        if image["id"].replace("-", "") in file.name:
            file.rename(file.with_name("away"))
            nobody.get(link)
            file.with_name("away").rename(file)
    kill_responders_that_answer(service, user, "/v1/images?name=" + token)
    service.stop("fcgi")
    try:
        ask_all()
    finally:
        service.start("fcgi")
        wait_until(lambda: is_back(service))
    nobody.get("/healthz?last=" + token)
    access = service.dir / "data" / "log" / "pixtier-access.log"
    wait_until(lambda: access.read_text().count(
                   f" {BASE_PATH}/l/- HTTP/1.1\" 503 ") and
               f"GET {BASE_PATH}/healthz HTTP/1.1" in access.read_text().splitlines()[-1])
    text = every_log(service)
    for secret in (token, signature, user.auth[1], base64.b64encode(
            ":".join(user.auth).encode()).decode()):
        assert secret.encode() not in text


def kill_responders_that_answer(service, session, path):
    """The web server then has part of a request for nobody."""
    with service.db() as connection, connection.cursor() as cursor, \
            concurrent.futures.ThreadPoolExecutor(1) as pool:
        cursor.execute("LOCK TABLES images WRITE")
        asked = pool.submit(session.get, path)
        wait_until(lambda: service.query(
            "SELECT 1 FROM information_schema.processlist"
            " WHERE state LIKE 'Waiting for table%%'"))
        for pid in service.children("fcgi"):
            os.kill(pid, signal.SIGKILL)
        cursor.execute("UNLOCK TABLES")
        assert asked.result().status_code == 503
    wait_until(lambda: is_back(service))


def too_large(service, path):
    """The web server refuses this by itself, and may log that."""
    with socket.create_connection(("127.0.0.1", service.port), HANG) as peer:
        peer.sendall(f"POST {BASE_PATH}{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                     "Content-Length: 99999999999\r\n\r\n".encode())
        assert b" 413 " in peer.recv(4096).splitlines()[0]


def test_without_the_application_clients_are_told_to_come_again(service):
    service.stop("fcgi")
    try:
        for _ in range(3):
            answer = service.session().get(
                "/v1/images", headers={"X-Request-Id": "a-caller-s-own"})
            assert is_problem(answer, 503, "unavailable")
            assert answer.headers["Retry-After"] == "1"
            assert answer.headers["X-Request-Id"] == "a-caller-s-own"
            assert answer.json()["request_id"] == "a-caller-s-own"
    finally:
        service.start("fcgi")
    wait_until(lambda: service.session().get("/healthz").status_code == 200)


def answer_themselves(service):
    """Whether both pools of responders do, without the web server."""
    asked = fcgi_client.request(fcgi_client.environment("GET", "/healthz"))
    with contextlib.suppress(OSError):
        return all(fcgi_client.exchange(service.setting(name), asked).status
                   == 200 for name in ("listen", "listen_uploads"))
    return False


def test_the_application_is_asked_as_soon_as_it_is_back(service):
    """Also by lighttpd, which leaves a pool alone for one to two seconds when
    it could not connect."""
    for _ in range(5):
        service.stop("fcgi")
        assert not is_back(service)
        assert service.session().post("/v1/images").status_code == 503
        service.start("fcgi")
        wait_until(lambda: answer_themselves(service))
        wait_within(1, lambda: is_back(service))


def test_the_store_cannot_be_reached_by_any_path(service):
    (service.store / "objects" / "ab").mkdir(exist_ok=True)
    (service.store / "objects" / "ab" / "planted").write_text("secret")
    for path in ("/_store/ab/planted", "/_store../keys/keys", "/_store/",
                 "//_store/ab/planted", "/%5fstore/ab/planted",
                 "/_store/%2e%2e/%2e%2e/keys/keys", "/x/../_store/ab/planted"):
        with socket.create_connection(("127.0.0.1", service.port), 5) as raw:
            raw.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n"
                        "Connection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: raw.recv(4096), b""))
        assert answer.split()[1] in (b"400", b"404"), path
        assert b"secret" not in answer
    (service.store / "objects" / "ab" / "planted").unlink()


def test_a_malformed_request_gets_a_problem_too(service):
    with socket.create_connection(("127.0.0.1", service.port), 5) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        answer = client.recv(4096)
    assert b" 400 " in answer.splitlines()[0]
    assert b'"code":"bad_request"' in answer


def test_metrics_are_for_this_machine_only(service):
    site = (service.dir / "data/site/pixtier.conf").read_text()
    assert "127.0.0.0/8" in site and "::1" in site
    assert service.session().get("/metrics").status_code != 403
