"""Uploads by URL: what servers answer, and how long they may take."""

import contextlib
import gzip
import os
import socket
import threading
import zlib

import pytest

from api import settled
from fetching import (canary, failed, fetched, fetching, new_fetcher, order,
                      pages, session, usage)
from pictures import broken_picture, picture, png_of_size
from service import HANG, wait_until


@pytest.mark.parametrize("body, media_type, code", [
    (picture(), "text/html", None),
    (picture(format="GIF"), "image/jpeg", None),
    (b"<html>no picture</html>", "image/jpeg", "unsupported_format"),
    (b"", "image/jpeg", "unsupported_format"),
    (png_of_size(20000, 20000), "image/png", "too_large"),
], ids=["as-html", "gif-as-jpeg", "html", "empty", "bomb"])
def test_the_bytes_decide(session, pages, body, media_type, code):
    """Not what the server says they are."""
    url = pages.add(lambda page: page.answer(
        body=body, Content_Type=media_type))
    if code:
        assert failed(session, url)[::2] == (code, 1)
    else:
        assert fetched(session, url)["status"] == "ready"


def test_damage_shows_when_it_is_rendered(service, pages):
    """The file is the image's, as with an upload that a job is to render."""
    session = new_fetcher(service)
    data = broken_picture()
    image = fetched(session, pages.add(lambda page: page.answer(body=data)))
    assert (image["status"], image["error"]["code"]) == \
        ("failed", "corrupt_image")
    assert image["bytes"] == len(data) == usage(session)["bytes"]
    assert session.delete("/v1/images/" + image["id"]).status_code == 204
    assert usage(session)["bytes"] == 0


@pytest.mark.parametrize("status, attempts", [
    (404, 1), (403, 1), (204, 1), (206, 1), (301, 1), (304, 1), (500, 3),
    (503, 3), (429, 3),
])
def test_other_answers_fail(session, pages, status, attempts):
    """fetch_failed, with the status; what may pass is tried again."""
    url = pages.add(lambda page: page.answer(status))
    assert failed(session, url) == \
        ("fetch_failed", f"the server answered {status}", attempts)


def test_a_server_comes_back(session, pages):
    answers = [503, 503, 200]
    url = pages.add(lambda page: page.answer(answers.pop(0), picture()))
    image = fetched(session, url)
    assert (image["status"], answers) == ("ready", [])


def endless(handler, first=b""):
    """A body in chunks that never ends."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(first)
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def bomb(coding):
    """100 MB of nothing, in 100 KB, as a transfer coding."""
    packer = zlib.compressobj(wbits=31 if coding == "gzip" else 15)
    zeros = bytes(1 << 20)
    data = b"".join(packer.compress(zeros) for _ in range(100))
    return data + packer.flush()


@pytest.mark.parametrize("coding, wbits", [
    ("gzip", 31), ("x-gzip", 31), ("deflate", 15), ("deflate", -15),
    ("gzip", None), ("base64", None), ("utf-8", None), ("aws-chunked", None),
])
@pytest.mark.parametrize("has_length", [True, False])
def test_encoded_answers_are_decoded(session, pages, coding, wbits,
                                     has_length):
    """Content-Encoding gzip and deflate, which nobody asked for; with values
    that are wrong the bytes are the picture's."""
    data = body = picture()
    if wbits:
        packer = zlib.compressobj(wbits=wbits)
        body = packer.compress(data) + packer.flush()
    more = {} if has_length else {"Content_Length": None}
    image = fetched(session, pages.add(lambda page: page.answer(
        body=body, Content_Encoding=coding, **more)))
    assert (image["status"], image["bytes"]) == ("ready", len(data))
    assert pages.asked[-1][1].get("Accept-Encoding") is None


def test_encoded_answers_that_are_damaged(session, pages):
    """Where something is missing it is tried again."""
    data = gzip.compress(picture())
    assert failed(session, pages.add(lambda page: page.answer(
        body=data[:-9], Content_Encoding="gzip"))) == \
        ("fetch_failed", "the answer ended too early", 3)
    code, detail, attempts = failed(session, pages.add(
        lambda page: page.answer(body=data[:-8] + bytes(8),
                                 Content_Encoding="gzip")))
    assert (code, attempts) == ("fetch_failed", 1)
    assert "Content-Encoding" in detail


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_ends_at_the_limit(service, pages, coding):
    """Of what is packed the bytes that are unpacked count, by
    Content-Encoding and by Transfer-Encoding."""
    session = new_fetcher(service, max_bytes=1 << 20)
    data = bomb(coding)
    url = pages.add(lambda page: page.answer(body=data,
                                             Content_Encoding=coding))
    assert failed(session, url)[::2] == ("too_large", 1)

    def transfer(page):
        page.send_response(200)
        page.send_header("Transfer-Encoding", f"{coding}, chunked")
        page.end_headers()
        with contextlib.suppress(OSError):
            page.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data))

    code, _, attempts = failed(session, pages.add(transfer))
    assert (code, attempts) in [("too_large", 1), ("fetch_failed", 1)]
    assert usage(session)["bytes"] == 0


def test_heads_without_end(session, pages):
    """Neither answers before the answer nor its headers go on for ever."""
    def flood(line, first=b""):
        def page(handler):
            handler.wfile.write(first)
            with contextlib.suppress(OSError):
                while True:
                    handler.wfile.write(line * 1000)
        return pages.add(page)

    unknown = "cannot understand the server's answer"
    for url, detail in (
            (flood(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
             "the server answered 103"),
            (flood(b"X: y\r\n", b"HTTP/1.1 200 OK\r\n"), unknown),
            (flood(b"x", b"HTTP/1.1 200 OK\r\nX: "), unknown)):
        assert failed(session, url) == ("fetch_failed", detail, 1)


def test_large_ones_end_early(service, pages):
    """By what the server says, and by what comes."""
    session = new_fetcher(service, max_bytes=100000)
    temporary = service.store / "tmp"
    before = set(temporary.iterdir())
    for page in (lambda page: page.answer(body=b"x" * 100001),
                 endless,
                 lambda page: page.answer(Content_Length=1 << 40)):
        code, detail, attempts = failed(session, pages.add(page))
        assert (code, attempts) == ("too_large", 1)
        assert "100000 bytes" in detail
    assert usage(session)["bytes"] == 0
    wait_until(lambda: set(temporary.iterdir()) <= before)


def test_servers_that_lie_about_the_length(session, pages):
    """More than what comes is an answer that broke off; of more that comes
    only so much is taken."""
    data = picture()
    code, detail, attempts = failed(session, pages.add(
        lambda page: page.answer(body=data, Content_Length=len(data) + 1)))
    assert (code, detail, attempts) == \
        ("fetch_failed", "the answer ended too early", 3)
    image = fetched(session, pages.add(
        lambda page: page.answer(body=data + data, Content_Length=len(data))))
    assert image["bytes"] == len(data)


@contextlib.contextmanager
def patience(service, fetching, seconds):
    """Jobs have one attempt, of so many seconds."""
    changed = {**fetching, "fetch_timeout": seconds, "job_attempts": 1,
               "workers": 3}
    for part in ("fcgi", "worker"):
        service.restart(part, **changed)
    try:
        yield
    finally:
        for part in ("fcgi", "worker"):
            service.restart(part, **fetching)


def test_slow_servers_have_their_time(service, session, pages, fetching):
    """The settings fetch_timeout and job_attempts."""
    done = threading.Event()

    def drip(page):
        page.send_response(200)
        page.end_headers()
        with contextlib.suppress(OSError):
            while not done.wait(0.2):
                page.wfile.write(b"x")

    def drip_head(page):
        with contextlib.suppress(OSError):
            page.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
            while not done.wait(0.2):
                page.wfile.write(b"x")

    with patience(service, fetching, 1):
        images = [order(session, pages.add(page)) for page in (
            drip, drip_head, lambda page: done.wait(HANG))]
        images = [settled(session, image) for image in images]
        done.set()
    for image in images:
        assert image["error"] == {"code": "fetch_failed",
                                  "detail": "no answer within 1 s"}
        assert image["job"]["attempts"] == 1


@pytest.mark.skipif(os.environ.get("PIXTIER_LONG") != "1",
                    reason="takes 10 s: PIXTIER_LONG=1")
def test_servers_that_are_too_slow_are_left(service, session, pages,
                                            fetching):
    """Long before fetch_timeout: 100 bytes a second is the least."""
    done = threading.Event()

    def drip(page):
        page.send_response(200)
        page.end_headers()
        with contextlib.suppress(OSError):
            while not done.wait(1):
                page.wfile.write(b"x" * 50)

    with patience(service, fetching, 60):
        assert failed(session, pages.add(drip)) == \
            ("fetch_failed", "the server sent less than 100 bytes a second", 1)
    done.set()


def test_nobody_listens(service, session, fetching):
    """The server refuses the connection: it may accept one later."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    service.restart("fcgi", **{**fetching, "fetch_ports": port})
    service.restart("worker", **{**fetching, "fetch_ports": port})
    try:
        assert failed(session, f"http://127.0.0.1:{port}/") == \
            ("fetch_failed", "the server refused the connection", 3)
    finally:
        service.restart("fcgi", **fetching)
        service.restart("worker", **fetching)


def test_connections_have_their_time(service, session, canary, fetching):
    """The setting fetch_connect_timeout: here of a host that takes no
    connection, for its queue is full."""
    with socket.socket() as full, contextlib.ExitStack() as stack:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        for _ in range(8):
            peer = stack.enter_context(socket.socket())
            peer.setblocking(False)
            peer.connect_ex(("127.0.0.1", port))
        settings = {**fetching, "fetch_ports": f"80 {port}",
                    "fetch_connect_timeout": 1, "fetch_timeout": 5,
                    "job_attempts": 1}
        service.restart("fcgi", **settings)
        service.restart("worker", **settings)
        try:
            assert failed(session, f"http://127.0.0.1:{port}/")[:2] == \
                ("fetch_failed", "no connection within 1 s")
        finally:
            service.restart("fcgi", **fetching)
            service.restart("worker", **fetching)
