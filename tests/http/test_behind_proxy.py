"""Behind a proxy: the settings that doc/web_servers.md has for nginx in front
of each web server, which takes the address of the client from it alone."""

import contextlib
import os
import pathlib
import re
import select
import shutil
import socket
import ssl
import subprocess
import tempfile
import urllib.parse

import pytest
from PIL import Image

import service as service_module
from api import from_address, is_back, post_picture, problem, upload
from pictures import encode, picture
from service import HANG, SRCDIR, Session, free_port, wait_until
from test_fetch_tls import Authority
from test_rates import limits
from test_site import CONNECTIONS
from test_site_command import WebServer, files_of, print_site

PAGE = SRCDIR / "doc/web_servers.md"
PROXY = "127.0.0.77"  # connects to the web server from here
REQUESTS = 3          # a minute, from one address
MODULES = {"apache": "LoadModule remoteip_module"
                     " ${modules}/mod_remoteip.so\n"}


def snippets(language):
    """Those of the section, with addresses of the tests."""
    section = PAGE.read_text().partition("## Behind a proxy or CDN")[2]
    return re.findall(rf"^```{language}\n(.*?)^```", section, re.M | re.S)


def trust_of(server):
    return MODULES.get(server, "") + \
        snippets(server)[0].replace("192.0.2.10", PROXY)


class Proxy:
    """The nginx of the page, at a port of its own."""

    def __init__(self, folder, port, site_port):
        self.url = f"https://127.0.0.1:{port}"
        self.port = port
        self.authority = Authority(folder, "authority")
        self.authority.issue("proxy")
        text = snippets("nginx")[1]
        for pattern, new in (
                (r"listen +443 ssl", f"listen 127.0.0.1:{port} ssl"),
                (r"listen +\[::\]:443.*\n", ""),
                (r"/etc/letsencrypt/.*/fullchain.pem", f"{folder}/proxy.pem"),
                (r"/etc/letsencrypt/.*/privkey.pem", f"{folder}/proxy.key"),
                (r"(proxy_pass .*)192.0.2.20;",
                 rf"proxy_bind {PROXY}; \g<1>127.0.0.1:{site_port};")):
            text, count = re.subn(pattern, new, text)
            assert count == 1, pattern
        temporary = "".join(f"{name}_temp_path {folder}/{name};" for name in (
            "client_body", "fastcgi", "proxy", "scgi", "uwsgi"))
        file = pathlib.Path(folder) / "nginx.conf"
        account = "" if os.geteuid() else "user www-data;"
        file.write_text(f"{account} daemon off; pid {folder}/pid; error_log"
                        " stderr; events { worker_connections 1024; }"
                        f"http {{ {temporary}\n{text}}}\n")
        self.process = subprocess.Popen(
            ["nginx", "-e", "stderr", "-c", str(file)],
            env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"},
            stdin=subprocess.DEVNULL,
            stderr=(pathlib.Path(folder) / "log").open("wb"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(HANG)

    def connect(self, address):
        """A connection with TLS from this address."""
        context = ssl.create_default_context(cafile=self.authority.file)
        return context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), HANG,
                                     (address, 0)),
            server_hostname="127.0.0.1")


class Clients:
    """From any address of this machine, through the proxy or directly."""

    def __init__(self, service, proxy, site_url):
        self.service = service
        self.proxy = proxy
        self.site_url = site_url

    def session(self, address, user=None, direct=False):
        session = Session(self.site_url if direct else self.proxy.url)
        session.mount("http://", from_address(address))
        session.mount("https://", from_address(address))
        session.verify = self.proxy.authority.file
        if user:
            session.auth = (user, self.service.passwords[user])
        return session


@pytest.fixture(scope="module")
def clients(service, server):
    reason = service_module.missing("nginx")
    if reason or not shutil.which("openssl"):
        pytest.skip(reason or "openssl is not installed")
    port = free_port()
    site = print_site(service, server, "--listen", f"127.0.0.1:{port}",
                      *map(str, files_of(service)))
    with tempfile.TemporaryDirectory(prefix="px-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        site = trust_of(server) + site
        with WebServer(service, server, site, free_port()), \
                Proxy(folder, free_port(), port) as proxy:
            made = Clients(service, proxy, f"http://127.0.0.1:{port}")
            wait_until(lambda: answers(made))
            yield made


def answers(clients, address="127.0.0.2"):
    with contextlib.suppress(OSError):
        return clients.session(address).get("/healthz").status_code == 200
    return False


@pytest.fixture
def strict(clients):
    """The same, with few requests a minute from one address."""
    clients.service.restart("fcgi", address_requests_per_minute=REQUESTS)
    yield clients
    clients.service.restart("fcgi")
    wait_until(lambda: is_back(clients.service))


def use_up(session):
    """Asks until the address has no requests left, each time with another
    address in the header that proxies send."""
    for number in range(10 * REQUESTS):
        answer = session.get("/healthz", headers={
            "X-Forwarded-For": f"198.51.100.{number}"})
        if answer.status_code == 429:
            problem(answer, 429, "rate_limited")
            return
    raise AssertionError("the address has no limit")


def is_new(session, **headers):
    """This is the first request from its address."""
    answer = session.get("/v1/me", headers=headers)
    return answer.status_code == 200 and \
        limits(answer)["address"][2] == REQUESTS - 1


def test_the_limits_count_the_address_of_the_client(strict):
    """Not that of the proxy, whatever address the client sends."""
    use_up(strict.session("127.0.0.21"))
    assert is_new(strict.session("127.0.0.22", "basic"))
    assert is_new(strict.session(PROXY, "basic", direct=True))


def test_a_direct_client_cannot_choose_its_address(strict):
    """The web server believes the proxy alone."""
    use_up(strict.session("127.0.0.23", direct=True))
    for number in range(REQUESTS):
        assert is_new(strict.session(PROXY, "basic", direct=True),
                      **{"X-Forwarded-For": f"198.51.100.{number}"})


def test_the_log_has_the_address_of_the_client(clients):
    answer = clients.session("127.0.0.24").get("/v1/images", headers={
        "X-Forwarded-For": "198.51.100.1", "X-Request-Id": "behind-a-proxy"})
    assert answer.status_code == 401
    event = wait_until(lambda: [one for one in clients.service.events()
                                if one.get("id") == "behind-a-proxy"])[0]
    assert event["addr"] == "127.0.0.24"


def test_metrics_are_not_for_clients_of_a_proxy_on_this_machine(clients):
    proxy = clients.session(PROXY, direct=True)
    assert proxy.get("/metrics").status_code == 200
    problem(proxy.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}),
            403, "forbidden")


def test_uploads_and_parts_of_pictures_come_through(clients):
    """As a form, as a body whose length is not known before, and larger than
    the buffers; a link with Range and with conditions."""
    session = clients.session("127.0.0.25", "enterprise")
    data = encode(Image.effect_noise((2400, 1800), 99).convert("RGB"),
                  quality=98)
    assert len(data) > 4 << 20
    image = post_picture(session, data)
    assert image.status_code in (201, 202), image.text
    assert image.headers["Strict-Transport-Security"] == "max-age=63072000"
    small = picture()
    streamed = session.post("/v1/images", data=iter([small[:99], small[99:]]),
                            headers={"Content-Type": "image/jpeg"})
    assert streamed.status_code == 201, streamed.text
    link = urllib.parse.urlsplit(
        upload(session, small)["original"]["url"]).path
    nobody = clients.session("127.0.0.26")
    whole = nobody.get(link)
    assert (whole.status_code, whole.content) == (200, small)
    part = nobody.get(link, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, small[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(small)}"
    same = nobody.get(link, headers={"If-None-Match": whole.headers["ETag"]})
    assert same.status_code == 304


def test_what_may_be_cached_says_so(clients):
    """The table of the page."""
    session = clients.session("127.0.0.27", "premium")
    image = upload(session)
    paths = ["/docs/", "/v1/openapi.json", "/problems/not_found",
             urllib.parse.urlsplit(image["original"]["url"]).path,
             f"/v1/images/{image['id']}/variants/h200", "/v1/images", "/v1/me",
             f"/v1/images/{image['id']}", "/healthz"]
    said = [session.get(path, allow_redirects=False).headers.get(
        "Cache-Control", "") for path in paths]
    assert [re.sub(r"=\d+", "=N", one) for one in said] == \
        ["public, max-age=N"] * 3 + ["private, max-age=N",
                                     "private, no-cache"] + ["no-store"] * 4


def test_the_requests_in_progress_are_those_of_the_client(clients, server):
    """Of one address, although all of them come from the proxy."""
    if server == "apache":
        pytest.skip("Apache enforces a minimum rate instead")
    head = (b"POST /v1/images HTTP/1.1\r\nHost: x\r\n"
            b"Content-Length: 1000\r\n\r\na byte now and then")
    with contextlib.ExitStack() as stack:
        peers = [stack.enter_context(clients.proxy.connect("127.0.0.28"))
                 for _ in range(CONNECTIONS + 10)]
        for peer in peers:
            peer.sendall(head)
        wait_until(lambda: len(select.select(peers, [], [], 0)[0]) >= 10)
        problem(clients.session("127.0.0.28").get("/healthz"), 429,
                "rate_limited")
        assert clients.session("127.0.0.29").get("/healthz").status_code == 200
    wait_until(lambda: answers(clients, "127.0.0.28"))
