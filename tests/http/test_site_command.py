"""pixtierctl site: the sites that it prints serve the running service, with and
without TLS, on all addresses and beside other sites."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import urllib.parse

import pytest

import network
from api import upload
from service import HANG, SRCDIR, free_port, wait_until
from test_fetch_tls import Authority

NAME = "pictures.example"
OTHER_SITE = {
    "nginx": "server {{ listen {port} default_server; server_name _;"
             " return 200 other; }}",
    "apache": "Listen {port}",
    "lighttpd": 'server.modules += ( "mod_access" )',
}


def print_site(service, server, *options, **settings):
    """The text of the site for these settings; a failed command's result if
    it fails."""
    environment = {f"PIXTIER_{name.upper()}": str(value)
                   for name, value in settings.items()}
    with changed(os.environ, environment):
        done = service.ctl("site", server, *options, check=False)
    return done if done.returncode else done.stdout


@contextlib.contextmanager
def changed(environment, new):
    before = {name: environment.get(name) for name in new}
    environment.update(new)
    try:
        yield
    finally:
        for name, value in before.items():
            environment.pop(name) if value is None else \
                environment.update({name: value})


def apache_settings(main, port):
    """With the modules for TLS, and as root with an account."""
    modules = ("LoadModule alias_module ${modules}/mod_alias.so\n"
               "LoadModule http2_module ${modules}/mod_http2.so\n"
               "LoadModule ssl_module   ${modules}/mod_ssl.so\n")
    account = "" if os.geteuid() else "User www-data\nGroup www-data\n"
    listen = "" if port else "Listen 443\n"
    before, first, after = main.partition("LoadModule unique_id")
    return account + listen + before + modules + first + after


class WebServer:
    """Another web server in front of the running service, with this site. The
    entrance is a command that starts it elsewhere."""

    def __init__(self, service, server, site, port=0, entrance=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="px-", dir="/tmp"))
        self.folder.chmod(0o777)
        (self.folder / "tmp").mkdir()
        (self.folder / "tmp").chmod(0o777)
        (self.folder / "pixtier.conf").write_text(
            site + OTHER_SITE[server].format(port=port or 80) + "\n")
        main = (service.dir / f"data/site/{server}.conf").read_text()
        run = str((service.dir / "run").resolve())
        main = main.replace(f"{run}/sock/", f"{self.folder}/").replace(
            f"{run}/tmp", f"{self.folder}/tmp").replace(
            str((service.dir / "data").resolve() / "site"), str(self.folder))
        if server == "nginx" and not os.geteuid():
            main = "user www-data;\n" + main
        if server == "apache":
            main = apache_settings(main, port)
        if server == "lighttpd":
            lines = main.splitlines()
            main = "\n".join(
                [f"server.port = {port or 80}"] +
                [line for line in lines if "server.port" not in line and
                 (port or "server.bind" not in line)])
        self.file = self.folder / f"{server}.conf"
        self.file.write_text(main + "\n")
        command = {"nginx": ["nginx", "-e", "stderr", "-c", str(self.file)],
                   "apache": ["apache2", "-D", "FOREGROUND", "-f",
                              str(self.file)],
                   "lighttpd": ["lighttpd", "-D", "-f", str(self.file)]}
        path = os.environ["PATH"] + ":/usr/sbin:/sbin"
        self.process = subprocess.Popen(
            [*entrance, *command[server]], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, env={**os.environ, "PATH": path},
            stderr=(self.folder / "log").open("wb"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(HANG)
        shutil.rmtree(self.folder)


def curl(*options, entrance=(), stdin=subprocess.DEVNULL):
    """The status, the version of HTTP, the headers by their lower-case names,
    and the body."""
    done = subprocess.run(
        [*entrance, "curl", "-sS", "-i", "-m", str(HANG), *options],
        stdin=stdin, capture_output=True, check=False)
    if done.returncode:
        return None
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    lines = head.decode().splitlines()
    version, status = lines[0].split()[:2]
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(status), version, headers, body


def files_of(service):
    return ("--files", service.dir / "data/site", "--log-dir",
            service.dir / "data/log")


@pytest.mark.parametrize("settings, options, message", [
    ({"delivery": "other"}, (), "delivery: one of accel sendfile"),
    ({"listen": ""}, (), "listen: the site needs the path of the socket"),
    ({"store_dir": "/a b"}, (), 'in a site, not "/a b"'),
    ({"base_url": "http://x"}, ("--tls",), "begin with https://, not http:"),
    ({}, ("--name", "a;b"), 'server_name: only letters'),
    ({"base_url": "https://x/y"}, ("--tls",), "--tls: base_url has the path"),
    ({"base_url": "http://x/y"}, ("--listen", "127.0.0.1:1"),
     "--listen: base_url has the path /y, so"),
    ({"base_url": "https://x"}, ("--locations",),
     "--locations: only nginx has a file of locations, and only if"),
    ({"base_url": "http://x/y/"}, (), "without a slash at the end"),
])
def test_a_site_that_would_not_work_is_not_printed(service, server, settings,
                                                   options, message):
    done = print_site(service, server, *options, **settings)
    assert message in done.stderr and done.stdout == ""


def test_the_way_of_delivery_has_to_be_the_server_s(service, server):
    wrong, right = {"nginx": ("sendfile", "accel"),
                    "apache": ("accel", "sendfile"),
                    "lighttpd": ("accel", "sendfile")}[server]
    done = print_site(service, server, delivery=wrong)
    assert f'delivery: {server} needs {right}; set' in done.stderr
    assert service.ctl("site", "iis", check=False).returncode == 2


def test_the_site_has_the_limits_and_paths_of_the_settings(service, server):
    """max_upload, store_dir, listen, and the host of base_url."""
    site = print_site(service, server, max_upload=5000000, store_dir="/a/b",
                      listen="/c/d", listen_uploads="",
                      base_url=f"https://{NAME}:444")
    size = {"nginx": "client_max_body_size        5000000;",
            "apache": "('Content-Length') -gt 5000000\"\n",
            "lighttpd": "server.max-request-size    = 4883\n"}[server]
    assert size in site
    assert site.count("/c/d") == 2 and "/a/b/objects/" in site
    assert NAME in site and f"{NAME}:" not in site
    assert "@" not in site.replace("[0-9A-Za-z_.@-]", "")


def test_below_a_path_the_site_is_a_part_of_another(service, server):
    """It opens no port and has no name but for lighttpd's condition, and its
    patterns know the path only."""
    parts = [()] if server != "nginx" else [(), ("--locations",)]
    sites = [print_site(service, server, *options,
                        base_url=f"https://{NAME}/a.b/c") for options in parts]
    for site in sites:
        assert "@" not in site.replace("[0-9A-Za-z_.@-]", "")
        assert "/a.b/c" in site
        for word in ("listen ", "Listen ", "<VirtualHost ", "server {",
                     "SERVER[", "ssl_", "ssl.", "SSLEngine"):
            assert [line for line in site.splitlines() if word in line and
                    not line.strip().startswith("#")] == [], word
    assert "/+a[.]b/+c/+l/" in sites[0] or server == "lighttpd"
    assert (NAME in "".join(sites)) == (server == "lighttpd")


@pytest.fixture(scope="module")
def tls(service, server):
    """Its curl options, and the service at a port of its own with TLS."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    if server == "lighttpd" and not pathlib.Path(
            "/usr/lib/lighttpd/mod_openssl.so").exists():
        pytest.skip("lighttpd-mod-openssl is not installed")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="px-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        authority = Authority(folder, "authority")
        authority.issue(NAME, f"subjectAltName=DNS:{NAME}")
        os.chmod(f"{folder}/{NAME}.key", 0o644)
        site = print_site(
            service, server, "--tls", "--listen", f"127.0.0.1:{port}",
            "--certificate", f"{folder}/{NAME}.pem", "--certificate-key",
            f"{folder}/{NAME}.key", *map(str, files_of(service)),
            base_url=f"https://{NAME}:{port}")
        options = ("--cacert", authority.file, "--resolve",
                   f"{NAME}:{port}:127.0.0.1")
        with WebServer(service, server, site, free_port()):
            url = f"https://{NAME}:{port}"
            wait_until(lambda: curl(*options, url + "/healthz"))
            yield url, options


def test_tls_has_http2_and_hsts_on_every_answer(service, tls):
    """Of the application and of the store."""
    url, options = tls
    image = upload(service.session("premium"))
    picture = urllib.parse.urlsplit(image["variants"][0]["url"]).path
    for path, wanted in (("/healthz", 200), (picture, 200),
                         ("/v1/me", 401)):
        status, version, headers, body = curl(*options, url + path)
        assert (status, version) == (wanted, "HTTP/2"), path
        assert headers["strict-transport-security"] == "max-age=63072000"
        if path == picture:
            assert len(body) == image["variants"][0]["bytes"]


def test_an_upload_comes_by_http2(service, server, tls):
    """Also of a length that is not known before, where the server takes it."""
    url, options = tls
    identity = ":".join(("premium", service.passwords["premium"]))
    ways = [("--data-binary", "@" + str(SRCDIR / "doc/sample.jpg"))]
    if server != "lighttpd":
        ways.append(("-X", "POST", "-T", "-"))
    for way in ways:
        with (SRCDIR / "doc/sample.jpg").open("rb") as sample:
            answer = curl(*options, "-u", identity, "-H",
                          "Content-Type: image/jpeg", *way,
                          url + "/v1/images", stdin=sample)
        assert answer[:2] == (201, "HTTP/2"), answer


@pytest.mark.parametrize("version, accepted", [
    ("--tls-max 1.1", False), ("--tlsv1.2 --tls-max 1.2", True),
    ("--tlsv1.3", True),
    ("--tls-max 1.2 --ciphers AES128-SHA", False)])
def test_only_modern_tls_is_accepted(tls, version, accepted):
    url, options = tls
    answer = curl(*options, *version.split(), url + "/healthz")
    assert (answer is not None) == accepted


def test_the_site_answers_on_all_addresses_beside_another(service, server):
    """On port 80, IPv4 and IPv6, by its name; and nginx's default site
    keeps the other names."""
    if network.missing():
        pytest.skip(network.missing())
    site = print_site(service, server, *map(str, files_of(service)),
                      base_url=f"http://{NAME}")
    with network.Network(()) as net, \
            WebServer(service, server, site, entrance=net.entrance):
        def ask(address, name):
            return curl("-H", f"Host: {name}", f"http://{address}/healthz",
                        entrance=net.entrance)

        wait_until(lambda: ask("127.0.0.1", NAME))
        for address in ("127.0.0.1", "[::1]"):
            assert ask(address, NAME)[::3] == (200, b'{"status":"alive"}')
        if server == "nginx":
            assert ask("127.0.0.1", "localhost")[3] == b"other"


def test_with_tls_port_80_redirects(service, server):
    if network.missing() or not shutil.which("openssl"):
        pytest.skip("no network can be made here")
    if server == "lighttpd" and not pathlib.Path(
            "/usr/lib/lighttpd/mod_openssl.so").exists():
        pytest.skip("lighttpd-mod-openssl is not installed")
    with tempfile.TemporaryDirectory(prefix="px-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        authority = Authority(folder, "authority")
        authority.issue(NAME, f"subjectAltName=DNS:{NAME}")
        site = print_site(
            service, server, "--tls", "--certificate", f"{folder}/{NAME}.pem",
            "--certificate-key", f"{folder}/{NAME}.key",
            *map(str, files_of(service)), base_url=f"https://{NAME}")
        with network.Network(()) as net, \
                WebServer(service, server, site, entrance=net.entrance):
            options = ("--cacert", authority.file, "--resolve",
                       f"{NAME}:443:[::1]", "--resolve", f"{NAME}:80:[::1]")

            def ask(url):
                return curl(*options, url, entrance=net.entrance)

            wait_until(lambda: ask(f"https://{NAME}/healthz"))
            assert ask(f"https://{NAME}/healthz")[0] == 200
            status, _, headers, _ = ask(f"http://{NAME}/v1/me?a=b")
            assert (status, headers["location"]) == \
                (308, f"https://{NAME}/v1/me?a=b")
