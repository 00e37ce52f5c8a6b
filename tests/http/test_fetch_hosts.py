"""Uploads by URL: which hosts are called, by their addresses and by what
redirects name."""

import contextlib
import os
import pathlib
import re
import socket

import pytest

from api import invalid, settled
from fetching import (REFUSED, canary, failed, fetched, fetching, order, pages,
                      session)
from pictures import picture


def test_redirects_are_followed_ten_times(session, pages):
    def to(url):
        return pages.add(lambda page: page.answer(302, Location=url))

    target = pages.add(lambda page: page.answer(body=picture()))
    ten = target
    for _ in range(10):
        ten = to(ten)
    assert fetched(session, ten)["status"] == "ready"
    assert failed(session, to(ten)) == \
        ("fetch_failed", "expected at most 10 redirects, more came", 1)
    path = "/" + target.split("/", 3)[3]
    relative = pages.add(lambda page: page.answer(307, b"moved",
                                                  Location=path))
    assert fetched(session, relative)["status"] == "ready"


def test_redirects_are_checked_too(session, pages, canary):
    """Where they lead is called no more than what a client may name."""
    def to(target):
        return order(session, pages.add(
            lambda page: page.answer(302, Location=target)))

    refused = {target: to(target) for target in (
        f"http://127.0.0.2:{canary.port}/",
        f"http://[::1]:{canary.port}/",
        f"http://0x7f000002:{canary.port}/",
        "http://169.254.169.254/latest/meta-data/",
        f"//127.0.0.2:{canary.port}/",
        f"https://127.0.0.2:{canary.port}/",
        f"http://[::ffff:127.0.0.2]:{canary.port}/",
        f"http://[64:ff9b::7f00:2]:{canary.port}/",
        f"http://127.1.1.1:{canary.port}/")}
    misformed = {target: to(target) for target in (
        "file:///etc/passwd", "gopher://127.0.0.1/_x",
        f"ftp://127.0.0.1:{canary.port}/",
        f"dict://127.0.0.1:{canary.port}/x",
        "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        f"http://u:p@127.0.0.1:{canary.port}/",
        f"http://example.org@127.0.0.1:{canary.port}/",
        f"http://example.org\\@127.0.0.1:{canary.port}/",
        f"http:127.0.0.1:{canary.port}/",
        "http://127.0.0.1:22/", "http:///")}
    for target, image in {**refused, **misformed}.items():
        image = settled(session, image)
        assert image["status"] == "failed", target
        assert image["error"]["code"] == "fetch_failed", target
        assert image["job"]["attempts"] == 1, target
        if target in refused:
            assert image["error"]["detail"] == REFUSED, target
    assert canary.calls == 0


# Ways to write addresses of this machine and of networks around it.
PRIVATE = [
    "127.0.0.1", "localhost", "127.1", "0", "2130706433", "0x7f.1",
    "0177.0.0.1", "127.0.0.2", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]",
    "[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]",
    "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]",
    "[2001:0:7f00:1::]", "[fc00::1]", "[fe80::1]", "[ff02::1]",
    "[2001:db8::1]", "0xa9fea9fe", "[::ffff:a9fe:a9fe]", "169.254.169.254",
    "10.0.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1", "192.0.0.1",
    "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "255.255.255.255", "localhost.", "LOCALHOST",
]


def own_names():
    """What this machine is called, where that leads to a private address."""
    name = socket.gethostname()
    with contextlib.suppress(OSError):
        if socket.gethostbyname(name).startswith(("10.", "127.", "172.",
                                                  "192.168.")):
            return [name]
    return []


def corpus():
    """The list of the corpus, where it is at hand."""
    folder = os.environ.get("PIXTIER_CORPUS")
    file = pathlib.Path(folder or "/nowhere", "requests/ssrf_urls.txt")
    return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def closed(service, fetching):
    """No private address is allowed."""
    settings = {**fetching, "fetch_allow": "", "workers": 8}
    service.restart("worker", **settings)
    yield
    service.restart("worker", **fetching)


def test_private_hosts_are_not_called(session, canary, closed):
    """Without the setting fetch_allow, however they are written."""
    lines = corpus()
    urls = [f"http://{host}:{canary.port}/" for host in PRIVATE + own_names()]
    urls += [re.sub(r"^(https?://[^/:@]+|https?://\[[^]]*\])/",
                    rf"\1:{canary.port}/", line) for line in lines]
    urls += lines
    images = []
    for url in urls:
        answer = session.post("/v1/images", json={"url": url})
        if answer.status_code == 202:
            images.append((url, answer.json()))
        else:
            invalid(answer, "url")
    assert len(images) >= len(PRIVATE)
    for url, image in images:
        image = settled(session, image)
        assert image["status"] == "failed", url
        error = image["error"]
        assert error["code"] == "fetch_failed", (url, error)
        if "internal" not in url and "example" not in url:
            assert error["detail"] == REFUSED, (url, error)
            assert image["job"]["attempts"] == 1, url
    assert canary.calls == 0


def test_some_hosts_are_denied(service, session, pages, canary, fetching):
    """The setting fetch_deny is stronger than fetch_allow, and meets who is
    redirected there, too."""
    url = pages.add(lambda page: page.answer(body=picture()))
    service.restart("worker", **{**fetching, "fetch_allow": "127.0.0.0/8",
                                 "fetch_deny": "127.0.0.2/31"})
    try:
        denied = f"http://127.0.0.3:{canary.port}/"
        assert failed(session, denied) == ("fetch_failed", REFUSED, 1)
        moved = pages.add(lambda page: page.answer(302, Location=denied))
        assert failed(session, moved) == ("fetch_failed", REFUSED, 1)
        assert fetched(session, url)["status"] == "ready"
        service.restart("worker", **{**fetching,
                                     "fetch_deny": "127.0.0.0/30"})
        assert failed(session, url) == ("fetch_failed", REFUSED, 1)
        assert canary.calls == 0
    finally:
        service.restart("worker", **fetching)
    assert fetched(session, url)["status"] == "ready"
