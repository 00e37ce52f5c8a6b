"""What the web server does by itself, before or without the application."""

import http.client
import json
import socket

import pytest

from service import wait_until


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
