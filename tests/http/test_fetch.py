"""Uploads by URL: POST /v1/images with JSON, jobs of the kind fetch."""

import contextlib
import gzip
import http.server
import os
import pathlib
import re
import socket
import threading

import pytest

from api import (at_once, invalid, links_of, make_token, new_user, problem,
                 settled, upload, variant_of, without)
from pictures import broken_picture, decode, picture, png_of_size
from service import wait_until

REFUSED = "the host is not known or may not be called"


class Pages(http.server.ThreadingHTTPServer):
    """A web server of the tests on 127.0.0.1: pages are functions that get
    the request's handler."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages = {}
        self.asked = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def add(self, page, name="picture.jpg"):
        """The URL of a page."""
        path = f"/{os.urandom(6).hex()}/{name}"
        self.pages[path] = page
        return f"http://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, request, client_address):
        """Clients that hang up are what some stories are about."""


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
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Canary:
    """Hears of everybody who calls this machine, on a port of its own."""

    def __init__(self):
        self.calls = 0
        self.socket = socket.create_server(
            ("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            peer, _ = self.socket.accept()
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
    """Both ports may be called, of 127.0.0.1 only; after all stories nobody
    has called the canary."""
    settings = {
        "fetch_allow": "127.0.0.1", "fetch_timeout": 2, "job_retry": 0,
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


def test_a_picture_is_fetched(service, pages, fetching):
    """202 with a job: the image is there at once, its file later."""
    session = new_fetcher(service)
    data = picture()
    url = pages.add(lambda page: page.answer(body=data), "puffin.jpg")
    service.stop("worker")
    try:
        answer = session.post("/v1/images", json={"url": url + "?size=1#x"})
        image = answer.json()
        assert answer.status_code == 202, image
        path = "/v1/images/" + image["id"]
        assert answer.headers["Location"].endswith(path)
        assert answer.headers["Retry-After"] == "1"
        assert (image["name"], image["status"]) == ("puffin.jpg", "processing")
        for field in ("format", "width", "height", "bytes", "sha256",
                      "original", "error"):
            assert image[field] is None, field
        assert [(one["variant"], one["status"]) for one in
                image["variants"]] == [("h200", "processing"),
                                       ("h400", "processing")]
        assert (image["job"]["kind"], image["job"]["state"]) == \
            ("fetch", "queued")
        again = session.get(path)
        assert again.status_code == 200
        assert again.json() == image
        assert session.get("/v1/images").json()["items"][0]["bytes"] is None
        for name in ("original", "h200"):
            answer = session.get(variant_of(image, name))
            assert answer.status_code == 202, name
            assert answer.json()["status"] == "processing"
            assert answer.headers["Retry-After"]
        problem(session.post(links_of(image), json={"expires_in": 300}),
                409, "conflict")
        assert usage(session) == {"images": 1, "bytes": 0, "uploads_today": 1}
        assert service.ctl("fsck").returncode == 0
    finally:
        service.start("worker", **fetching)
    image = settled(session, image)
    assert (image["status"], image["format"]) == ("ready", "jpeg")
    assert (image["width"], image["height"]) == (640, 480)
    assert image["bytes"] == len(data)
    assert session.get(variant_of(image, "original")).content == data
    assert session.get(image["original"]["url"]).content == data
    assert decode(session.get(variant_of(image, "h200")).content).height == 200
    assert usage(session) == {"images": 1, "bytes": len(data),
                              "uploads_today": 1}
    assert session.delete(path).status_code == 204
    assert usage(session) == {"images": 0, "bytes": 0, "uploads_today": 1}
    assert files_of(service, image) == []


def test_it_is_as_an_upload_of_the_same_bytes(session, pages):
    data = picture(format="PNG")
    other = upload(session, data)
    image = fetched(session, pages.add(lambda page: page.answer(body=data)),
                    name="mine.png")
    assert image["name"] == "mine.png"
    for field in ("format", "width", "height", "bytes", "sha256"):
        assert image[field] == other[field]


def test_what_is_asked_of_servers(session, pages):
    """No cookie, no compression, nothing of the client's."""
    def page(handler):
        handler.answer(body=picture(), Set_Cookie="a=b; Path=/")

    url = pages.add(page)
    for _ in range(2):
        assert fetched(session, url)["status"] == "ready"
    asked = [headers for path, headers in pages.asked if url.endswith(path)]
    assert len(asked) == 2
    for headers in asked:
        assert set(headers) <= {"Host", "User-Agent", "Accept"}
        assert headers["User-Agent"].startswith("pixtier/")


def test_the_tier_decides(service, pages):
    url = pages.add(lambda page: page.answer(body=picture()))
    for user in ("basic", "premium"):
        session = service.session(user)
        problem(session.post("/v1/images", json={"url": url}),
                403, "tier_forbids")
    before = len(pages.asked)
    session = new_fetcher(service, fetch=0)
    problem(session.post("/v1/images", json={"url": url}), 403,
            "tier_forbids")
    session = new_fetcher(service, formats="png")
    assert failed(session, url)[0] == "unsupported_format"
    session = new_fetcher(service, max_pixels=100)
    assert failed(session, url)[0] == "too_many_pixels"
    assert len(pages.asked) == before + 2


def test_a_token_needs_the_scope(service, session):
    reader = make_token(session, scopes=["read"])
    answer = service.session(token=reader["token"]).post(
        "/v1/images", json={"url": "http://example.org/"})
    problem(answer, 403, "forbidden")


@pytest.mark.parametrize("url", [
    "", "a.jpg", "//example.org/", "ftp://example.org/a.jpg",
    "file:///etc/passwd", "gopher://127.0.0.1:3306/_x", "http:///a.jpg",
    "http:127.0.0.1/", "http://user@example.org/",
    "http://user:pass@example.org/", "http://example.org:22/",
    "http://example.org:65616/", "http://exa mple.org/",
    "http://example.org/\r\nX: y", "http://127.0.0.1%00.example.org/",
    "http://example.org\\@127.0.0.1/", "http://[::1/", "http://-/",
    "javascript:alert(1)", "http://①②⑦.⓪.⓪.①/", "http://a.org/" + "a" * 2048,
])
def test_urls_of_other_forms_are_refused_at_once(session, url):
    """The settings fetch_ports, and what a URL may be."""
    before = session.get("/v1/images").json()["items"][:1]
    invalid(session.post("/v1/images", json={"url": url}), "url")
    assert session.get("/v1/images").json()["items"][:1] == before


def test_other_requests_are_refused(session):
    def post(fields, query=""):
        return session.post("/v1/images" + query, json=fields)

    url = "http://example.org/"
    invalid(post({}), "url")
    invalid(post({"url": None}), "url")
    invalid(post({"url": 7}), "url")
    invalid(post({"url": url, "name": ""}), "name")
    invalid(post({"url": url, "name": "a" * 256}), "name")
    invalid(post({"url": url, "name": "a\nb"}), "name")
    problem(post({"url": url, "size": 1}), 400, "unknown_field")
    problem(post({"url": url}, "?size=1"), 400, "unknown_field")
    problem(session.post("/v1/images", data=b"{", headers={
        "Content-Type": "application/json"}), 400, "bad_request")


@pytest.mark.parametrize("body, media_type, code", [
    (picture(), "text/html", None),
    (picture(format="GIF"), "image/jpeg", None),
    (b"<html>no picture</html>", "image/jpeg", "unsupported_format"),
    (b"", "image/jpeg", "unsupported_format"),
    (gzip.compress(picture()), "image/jpeg", "unsupported_format"),
    (png_of_size(20000, 20000), "image/png", "too_large"),
], ids=["as-html", "gif-as-jpeg", "html", "empty", "gzip", "bomb"])
def test_the_bytes_decide(session, pages, body, media_type, code):
    """Not what the server says they are."""
    encoding = {"Content_Encoding": "gzip"} if body[:2] == b"\x1f\x8b" else {}
    url = pages.add(lambda page: page.answer(
        body=body, Content_Type=media_type, **encoding))
    if code:
        assert failed(session, url)[::2] == (code, 1)
    else:
        assert fetched(session, url)["status"] == "ready"


def test_damage_shows_when_it_is_painted(service, pages):
    """The file is the image's, as with an upload that a job is to paint."""
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


def test_a_failed_image_says_why(session, pages):
    """And nothing of it is there, nor made."""
    image = fetched(session, pages.add(lambda page: page.answer(404)))
    for name in ("original", "h200"):
        problem(session.get(variant_of(image, name)), 422, "fetch_failed")
    problem(session.post(links_of(image), json={"expires_in": 300}),
            409, "conflict")


def test_an_administrator_tries_again(service, session, pages):
    answers = [404, 200]
    url = pages.add(lambda page: page.answer(answers.pop(0), picture()))
    image = fetched(session, url)
    assert image["status"] == "failed"
    service.ctl("job", "retry", image["job"]["id"])
    image = settled(session, image)
    assert (image["status"], image["error"]) == ("ready", None)
    assert [one["status"] for one in image["variants"]] == ["ready"] * 2


def endless(handler, first=b""):
    """A body in chunks that never ends."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(first)
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def test_large_ones_end_early(service, pages):
    """By what the server says, and by what comes."""
    session = new_fetcher(service, max_bytes=100000)
    for page in (lambda page: page.answer(body=b"x" * 100001),
                 endless,
                 lambda page: page.answer(Content_Length=1 << 40)):
        code, detail, attempts = failed(session, pages.add(page))
        assert (code, attempts) == ("too_large", 1)
        assert "100000 bytes" in detail
    assert usage(session)["bytes"] == 0
    assert not list((service.store / "tmp").iterdir())


def test_servers_that_lie_about_the_length(session, pages):
    """More than what comes is an answer that broke off; of more that comes
    only so much is taken."""
    data = picture()
    code, detail, attempts = failed(session, pages.add(
        lambda page: page.answer(body=data, Content_Length=len(data) + 1)))
    assert (code, detail, attempts) == \
        ("fetch_failed", "the answer broke off", 3)
    image = fetched(session, pages.add(
        lambda page: page.answer(body=data + data, Content_Length=len(data))))
    assert image["bytes"] == len(data)


def test_slow_servers_have_their_time(service, session, pages, fetching):
    """The settings fetch_timeout and job_attempts."""
    done = threading.Event()

    def drip(page):
        page.send_response(200)
        page.end_headers()
        with contextlib.suppress(OSError):
            while not done.wait(0.2):
                page.wfile.write(b"x")

    service.restart("worker", **{**fetching, "fetch_timeout": 1,
                                 "job_attempts": 1})
    try:
        for page in (drip, lambda page: done.wait(5)):
            code, detail, _ = failed(session, pages.add(page))
            assert (code, detail) == \
                ("fetch_failed", "no answer within 1 s")
    finally:
        done.set()
        service.restart("worker", **fetching)


def test_redirects_are_followed_three_times(session, pages):
    def to(url):
        return pages.add(lambda page: page.answer(302, Location=url))

    target = pages.add(lambda page: page.answer(body=picture()))
    three = to(to(to(target)))
    assert fetched(session, three)["status"] == "ready"
    assert failed(session, to(three)) == \
        ("fetch_failed", "more than 3 redirects", 1)
    path = "/" + target.split("/", 3)[3]
    relative = pages.add(lambda page: page.answer(307, b"moved",
                                                  Location=path))
    assert fetched(session, relative)["status"] == "ready"


def test_redirects_are_checked_too(session, pages, canary):
    """Where they lead is called no more than what a client may name."""
    for target in (f"http://127.0.0.2:{canary.port}/",
                   f"http://[::1]:{canary.port}/",
                   f"http://0x7f000002:{canary.port}/",
                   "http://169.254.169.254/latest/meta-data/",
                   f"//127.0.0.2:{canary.port}/"):
        url = pages.add(lambda page: page.answer(302, Location=target))
        assert failed(session, url) == ("fetch_failed", REFUSED, 1), target
    for target in ("file:///etc/passwd", "gopher://127.0.0.1/_x",
                   f"http://u:p@127.0.0.1:{canary.port}/",
                   "http://127.0.0.1:22/", "http:///"):
        url = pages.add(lambda page: page.answer(302, Location=target))
        code, _, attempts = failed(session, url)
        assert (code, attempts) == ("fetch_failed", 1), target
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


def test_some_hosts_are_denied(service, session, pages, fetching):
    """The setting fetch_deny is stronger than fetch_allow."""
    url = pages.add(lambda page: page.answer(body=picture()))
    service.restart("worker", **{**fetching, "fetch_deny": "127.0.0.0/30"})
    try:
        assert failed(session, url) == ("fetch_failed", REFUSED, 1)
    finally:
        service.restart("worker", **fetching)
    assert fetched(session, url)["status"] == "ready"


def test_nobody_listens(service, session, fetching):
    """The server takes no connection: it may do so later."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    service.restart("fcgi", **{**fetching, "fetch_ports": port})
    service.restart("worker", **{**fetching, "fetch_ports": port})
    try:
        assert failed(session, f"http://127.0.0.1:{port}/") == \
            ("fetch_failed", "the server takes no connection", 3)
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


def test_quotas_are_exact(service, pages):
    """quota_exceeded when the bytes are here, and nothing is kept of them;
    the day's uploads are counted at once."""
    data = picture()
    url = pages.add(lambda page: page.answer(body=data))
    session = new_fetcher(service, quota_bytes=2 * len(data) + 1,
                       uploads_per_day=6)
    images = at_once(6, lambda: order(session, url))
    images = [settled(session, image) for image in images]
    lost = [image for image in images if image["status"] == "failed"]
    assert len(lost) == 4
    for image in lost:
        assert image["error"]["code"] == "quota_exceeded"
        assert image["bytes"] is None
        assert files_of(service, image) == []
    assert usage(session) == {"images": 6, "bytes": 2 * len(data),
                              "uploads_today": 6}
    problem(session.post("/v1/images", json={"url": url}), 403,
            "quota_exceeded")
    for image in images:
        assert session.delete("/v1/images/" + image["id"]).status_code == 204
    assert usage(session) == {"images": 0, "bytes": 0, "uploads_today": 6}


def blocked(pages, data):
    """A page that answers when it is told to: its URL, what is set when it
    was asked, and what lets it answer."""
    asked, go = threading.Event(), threading.Event()

    def page(handler):
        asked.set()
        go.wait(10)
        with contextlib.suppress(OSError):
            handler.answer(body=data)

    return pages.add(page), asked, go


def test_an_image_is_deleted_while_it_is_fetched(service, pages, fetching):
    """And nothing of it is kept afterwards."""
    session = new_fetcher(service)
    url, asked, go = blocked(pages, picture())
    service.restart("worker", **{**fetching, "fetch_timeout": 10})
    try:
        image = order(session, url)
        assert asked.wait(5)
        assert session.delete("/v1/images/" + image["id"]).status_code == 204
        go.set()
        job = "/v1/jobs/" + image["job"]["id"]
        wait_until(lambda: image["job"]["id"] in service.log("worker"))
        assert session.get(job).json()["state"] == "cancelled"
        assert files_of(service, image) == []
        assert usage(session) == {"images": 0, "bytes": 0,
                                  "uploads_today": 1}
    finally:
        go.set()
        service.restart("worker", **fetching)


def test_a_fetch_is_cancelled(service, pages, fetching):
    """POST /v1/jobs/{id}/cancel: what comes afterwards is not kept."""
    session = new_fetcher(service)
    url, asked, go = blocked(pages, picture())
    service.restart("worker", **{**fetching, "fetch_timeout": 10})
    try:
        image = order(session, url)
        assert asked.wait(5)
        job = "/v1/jobs/" + image["job"]["id"]
        assert session.post(job + "/cancel").status_code == 200
        go.set()
        wait_until(lambda: image["job"]["id"] in service.log("worker"))
        assert session.get(job).json()["state"] == "cancelled"
        image = session.get("/v1/images/" + image["id"]).json()
        assert (image["status"], image["bytes"]) == ("failed", None)
        wait_until(lambda: files_of(service, image) == [])
        assert usage(session)["bytes"] == 0
    finally:
        go.set()
        service.restart("worker", **fetching)


def test_a_request_is_sent_again(service, pages):
    """With the same Idempotency-Key it is one image."""
    session = new_fetcher(service)
    url = pages.add(lambda page: page.answer(body=picture()))
    answers = [session.post("/v1/images", json={"url": url}, headers={
        "Idempotency-Key": "a-key"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert usage(session)["images"] == 1


def test_a_worker_dies_while_it_fetches(service, pages, fetching):
    """Its job is another's when the lease has ended; the child died too."""
    session = new_fetcher(service)
    data = picture()
    url, asked, go = blocked(pages, data)
    service.restart("worker", **{**fetching, "fetch_timeout": 10,
                                 "job_lease": 1})
    try:
        image = order(session, url)
        assert asked.wait(5)
        workers = service.children("worker")
        for pid in workers:
            os.kill(pid, 9)
        go.set()
        image = settled(session, image)
        assert image["status"] == "ready"
        assert usage(session)["bytes"] == len(data)
    finally:
        go.set()
        service.restart("worker", **fetching)


def test_a_lowered_tier_fetches_no_more(service, pages, fetching):
    """What the job finds when its time has come."""
    session = new_fetcher(service)
    url = pages.add(lambda page: page.answer(body=picture()))
    before = len(pages.asked)
    service.stop("worker")
    try:
        image = order(session, url)
        service.query("UPDATE tiers SET `fetch` = 0 WHERE name = %s",
                      session.auth[0])
    finally:
        service.start("worker", **fetching)
    image = settled(session, image)
    assert (image["status"], image["error"]["code"]) == \
        ("failed", "tier_forbids")
    assert len(pages.asked) == before
