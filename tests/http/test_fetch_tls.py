"""Uploads by URL over https: whose certificates are believed."""

import shutil
import socket
import ssl
import subprocess
import tempfile

import pytest

from api import new_user, upload
from fetching import Pages, failed, fetched, new_fetcher
from hooks import add, clean, tried
from pictures import picture

INVALID = "the server's certificate is not valid"
EXTENSIONS = "subjectAltName=IP:127.0.0.1"


class Authority:
    """A certificate authority of the tests, in a folder."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.file = f"{folder}/{name}.pem"
        self.openssl("req", "-x509", *self.new_key(name), "-days", "2",
                     "-out", self.file)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, cwd=self.folder,
                       stderr=subprocess.DEVNULL)

    @staticmethod
    def new_key(name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key")

    def issue(self, name, extensions=EXTENSIONS, days=2):
        """A server's TLS, with a certificate of this authority."""
        self.openssl("req", "-new", *self.new_key(name), "-out",
                     f"{name}.csr")
        with open(f"{self.folder}/{name}.ext", "w") as file:
            file.write(extensions)
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-days", str(days),
                     "-CA", f"{self.name}.pem", "-CAkey", f"{self.name}.key",
                     "-extfile", f"{name}.ext", "-out", f"{name}.pem")
        return self.load(name)

    def load(self, name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{self.folder}/{name}.pem",
                                f"{self.folder}/{name}.key")
        return context


def serve(context):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    return Pages(context.wrap_socket(listener, server_side=True,
                                     do_handshake_on_connect=False), "https")


@pytest.fixture(scope="module")
def authority():
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["chmod", "755", folder], check=True)
        yield Authority(folder, "authority")


@pytest.fixture(scope="module")
def servers(authority):
    """By what is right or wrong with their certificates."""
    foreign = Authority(authority.folder, "foreign")
    made = {
        "good": authority.issue("good"),
        "other": authority.issue(
            "other", "subjectAltName=DNS:localhost,IP:127.0.0.2"),
        "expired": authority.issue("expired", days=-1),
        "untrusted": foreign.issue("untrusted"),
        "own": foreign.load("foreign"),
        "client": authority.issue(
            "client", EXTENSIONS + "\nextendedKeyUsage=clientAuth"),
    }
    made = {name: serve(context) for name, context in made.items()}
    made["plain"] = Pages()
    yield made
    for server in made.values():
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def settings(service, authority, servers):
    ports = " ".join(str(one.server_port) for one in servers.values())
    made = {"fetch_allow": "127.0.0.1", "fetch_timeout": 2, "job_retry": 0,
            "fetch_ports": f"80 443 {ports}", "webhook_timeout": 2,
            "fetch_tls_ca": authority.file}
    service.restart("fcgi", **made)
    yield made
    service.restart("fcgi")
    service.restart("worker")


@pytest.fixture(scope="module")
def session(service):
    return new_fetcher(service)


@pytest.fixture
def trusting(service, settings):
    """Workers that trust the authority of these tests."""
    service.restart("worker", **settings)


def good(page):
    page.answer(body=picture())


def test_only_valid_certificates_are_believed(service, session, servers,
                                              trusting):
    """The setting fetch_tls_ca: whose they must be. Another host's, one that
    has expired, another authority's, one that only vouches for itself, and one
    that
    is for no server are final."""
    assert fetched(session, servers["good"].add(good))["status"] == "ready"
    for name in ("other", "expired", "untrusted", "own", "client"):
        assert failed(session, servers[name].add(good)) == \
            ("fetch_failed", INVALID, 1), name
        assert servers[name].asked == [], name
    # What is no TLS at all may be a server's bad moment.
    url = servers["plain"].add(good).replace("http:", "https:")
    assert failed(session, url) == \
        ("fetch_failed", "the answer ended too early", 3)


def test_redirects_go_to_https_and_back(session, servers, trusting):
    """Each connection's certificate is looked at."""
    def to(server, url):
        return servers[server].add(lambda page: page.answer(302, Location=url))

    plain = servers["plain"].add(good)
    assert fetched(session, to("good", plain))["status"] == "ready"
    secure = servers["good"].add(good)
    assert fetched(session, to("plain", secure))["status"] == "ready"
    wrong = servers["expired"].add(good)
    assert failed(session, to("plain", wrong)) == ("fetch_failed", INVALID, 1)


def test_webhooks_are_sent_to_valid_hosts_only(service, servers, trusting):
    user = new_user(service)
    webhook = add(user, servers["untrusted"].add(good), ["image.ready"])
    upload(user)
    assert tried(user, webhook, 1)["log"][0]["error"] == INVALID


def test_the_system_knows_nothing_of_this_authority(service, session, servers,
                                                    settings):
    """Without fetch_tls_ca; and where that file is not there, https is not
    possible, which somebody may see to."""
    service.restart("worker", **{**settings, "fetch_tls_ca": ""})
    url = servers["good"].add(good)
    before = len(servers["good"].asked)
    assert failed(session, url) == ("fetch_failed", INVALID, 1)
    service.restart("worker", **{**settings, "fetch_tls_ca": "/nowhere"})
    code, detail, _ = failed(session, url)
    assert code == "fetch_failed" and "found no CA certificates" in detail
    assert len(servers["good"].asked) == before
    assert fetched(session, servers["plain"].add(good))["status"] == "ready"
