"""What the tests of uploads by URL share: web servers of the tests, a port
that nobody may call, and what becomes of an order. Its fixtures are for who
imports them."""

import contextlib
import http.server
import os
import socket
import threading

import pytest

from api import new_user, settled
from service import HANG, wait_until

REFUSED = "the host is unknown or not allowed"


class Pages(http.server.ThreadingHTTPServer):
    """A web server of the tests, on 127.0.0.1 or on a socket that listens
    elsewhere: pages are functions that get the request's handler."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, listener=None, scheme="http"):
        super().__init__(("127.0.0.1", 0), Handler, not listener)
        if listener:
            self.socket.close()
            self.socket = listener
            self.server_port = listener.getsockname()[1]
        self.scheme = scheme
        self.pages = {}
        self.asked = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def add(self, page, name="picture.jpg", host="127.0.0.1"):
        """The URL of a page."""
        path = f"/{os.urandom(6).hex()}/{name}"
        self.pages[path] = page
        return f"{self.scheme}://{host}:{self.server_port}{path}"

    def handle_error(self, request, client_address):
        """Clients that hang up are what some tests are about."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.close_connection = True
        self.server.asked.append((self.path, dict(self.headers)))
        self.server.pages[self.path.partition("?")[0]](self)

    def answer(self, status=200, body=b"", **headers):
        self.send_response(status)
        headers.setdefault("Content_Length", len(body))
        for name, value in headers.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Canary:
    """Hears of everybody who calls this machine, on a port of its own, or
    who calls these sockets."""

    def __init__(self, listeners=()):
        self.calls = 0
        listeners = listeners or [socket.create_server(
            ("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)]
        self.port = listeners[0].getsockname()[1]
        for listener in listeners:
            threading.Thread(target=self.listen, args=[listener],
                             daemon=True).start()

    def listen(self, listener):
        while True:
            peer, _ = listener.accept()
            self.calls += 1
            peer.close()


@pytest.fixture(scope="module")
def pages():
    server = Pages()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def canary():
    bird = Canary()
    with socket.create_connection(("127.0.0.1", bird.port)):
        wait_until(lambda: bird.calls == 1)
    bird.calls = 0
    return bird


@contextlib.contextmanager
def proxies(port):
    """Of an environment that nobody meant for this service."""
    names = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY")
    before = dict(os.environ)
    os.environ.update({name: f"http://127.0.0.1:{port}" for name in names})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="module", autouse=True)
def fetching(service, pages, canary):
    """Both ports may be called, of 127.0.0.1 only; after all tests nobody
    has called the canary."""
    settings = {
        "fetch_allow": "127.0.0.1", "fetch_timeout": HANG, "job_retry": 0,
        "fetch_ports": f"80 443 {pages.server_port} {canary.port}",
    }
    service.restart("fcgi", **settings)
    with proxies(canary.port):
        service.restart("worker", **settings)
    yield settings
    service.restart("fcgi")
    service.restart("worker")
    assert canary.calls == 0
    assert service.ctl("fsck", "--deep").returncode == 0


@pytest.fixture(scope="module")
def session(service):
    return service.session("enterprise")


def new_fetcher(service, **columns):
    """A user whose tier may upload by URL."""
    return new_user(service, **{"fetch": 1, **columns})


def order(session, url, **fields):
    """The image that is to be fetched from this URL."""
    answer = session.post("/v1/images", json={"url": url, **fields})
    assert answer.status_code == 202, answer.text
    return answer.json()


def fetched(session, url, **fields):
    """What became of it, when no job works on it any more."""
    return settled(session, order(session, url, **fields))


def failed(session, url):
    """The error's code and detail, which image and job share; and the number
    of attempts."""
    image = fetched(session, url)
    assert image["status"] == "failed", image
    assert image["job"]["state"] == "failed"
    assert image["job"]["error"] == image["error"]
    assert image["format"] is image["bytes"] is image["original"] is None
    return (image["error"]["code"], image["error"]["detail"],
            image["job"]["attempts"])


def usage(session):
    return session.get("/v1/me").json()["usage"]


def files_of(service, image):
    key = image["id"].replace("-", "")
    return [file.name.partition(".")[2] for file in service.objects()
            if file.name.startswith(key)]


def blocked(pages, data, **headers):
    """A page that answers when the test lets it: its URL, what is set when it
    was asked, and what lets it answer."""
    asked, go = threading.Event(), threading.Event()

    def page(handler):
        asked.set()
        go.wait(HANG)
        with contextlib.suppress(OSError):
            handler.answer(body=data, **headers)

    return pages.add(page), asked, go
