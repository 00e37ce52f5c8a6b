"""pixtierctl setup: from an empty database and a web server without a site to
a service that answers, on a host of the test's own."""

import contextlib
import os
import pathlib
import pty
import pwd
import re
import shutil
import subprocess
import tempfile

import pytest

import network
import service
from service import BUILDDIR, HANG, SRCDIR, wait_until
from test_fetch_tls import Authority
from test_site_command import curl

NAME = "pictures.example"
ACCOUNT = "www-data"
SOCKET = "/run/mysqld/mysqld.sock"
# The settings of the web servers, whose folders have other names than they.
FOLDERS = {"apache": "apache2"}
MAIN = {
    "apache": 'ServerName localhost\n'
              'Include "/etc/apache2/apache2.conf.old"\n',
    "nginx": "user {account};\npid /run/nginx.pid;\nerror_log stderr;\n"
             "events {{ }}\nhttp {{\naccess_log off;\n"
             "client_body_temp_path {tmp}/body;\n"
             "fastcgi_temp_path {tmp}/fastcgi;\nproxy_temp_path {tmp}/proxy;\n"
             "scgi_temp_path {tmp}/scgi;\nuwsgi_temp_path {tmp}/uwsgi;\n"
             "include /etc/nginx/conf.d/*.conf;\n}}\n",
    "lighttpd": 'server.port = 80\nserver.username = "{account}"\n'
                'server.groupname = "{account}"\n'
                'server.document-root = "{tmp}"\n'
                'server.upload-dirs = ( "{tmp}" )\n'
                'include "/etc/lighttpd/conf-enabled/*.conf"\n',
}
COMMAND = {"nginx": ["nginx", "-g", "daemon off;"],
           "lighttpd": ["lighttpd", "-D", "-f", "/etc/lighttpd/lighttpd.conf"],
           "apache": ["sh", "-c", ". /etc/apache2/envvars; "
                      "exec apache2 -D FOREGROUND"]}
# The program that checks a configuration.
CHECKS = {"apache": "apache2ctl"}


class Host:
    """Its /run, /etc/hosts and settings of the web server are its own, and it
    has a network of its own, so that port 80 is free."""

    def __init__(self, net, folder, server):
        self.net = net
        self.folder = folder
        self.server = server
        self.processes = contextlib.ExitStack()
        self.settings = folder / "etc/pixtier.conf"
        if server == "apache":
            self.copy_apache()
        for name in ("etc", "run/lock", "run/mysqld", "run/pixtier",
                     "server/conf.d", "server/conf-available",
                     "server/conf-enabled", "site", "absent", "apache", "log",
                     "tmp", "db", "store"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name in ("run/mysqld", "run/pixtier", "log", "tmp", "db", "store"):
            shutil.chown(folder / name, ACCOUNT, ACCOUNT)
        shutil.copy(BUILDDIR / "pixtier-decoder", folder)
        for name in ("schema", "www"):
            shutil.copytree(SRCDIR / name, folder / name)
        for pattern in ("nginx/pixtier_fastcgi_params", "lighttpd/*.lua",
                        "lighttpd/416.html", "lighttpd/pools.conf",
                        "apache/pixtier.lua"):
            for file in SRCDIR.glob(pattern):
                shutil.copy(file, folder / "site")
        (folder / "hosts").write_text(f"127.0.0.1 localhost {NAME}\n")
        self.write_server_settings()
        for source, target in ((folder / "run", "/run"),
                               (folder / "hosts", "/etc/hosts"),
                               *((folder / ("server" if name == server
                                            else "absent"),
                                  "/etc/" + FOLDERS.get(name, name))
                                 for name in MAIN),
                               (folder / "apache", "/var/lib/apache2")):
            if pathlib.Path(target).exists():
                self.run("mount", "--bind", source, target, check=True)

    def copy_apache(self):
        """The settings of the package, with other logs, and which modules are
        enabled."""
        for source, target in (("/etc/apache2", "server"),
                               ("/var/lib/apache2", "apache")):
            shutil.copytree(source, self.folder / target, symlinks=True)
        main = self.folder / "server/apache2.conf"
        main.rename(main.with_suffix(".conf.old"))
        with (self.folder / "server/envvars").open("a") as variables:
            variables.write(f"export APACHE_LOG_DIR={self.folder}/log\n")

    def write_server_settings(self, more=""):
        text = MAIN[self.server].format(account=ACCOUNT,
                                        tmp=self.folder / "tmp")
        name = FOLDERS.get(self.server, self.server)
        (self.folder / f"server/{name}.conf").write_text(text + more)

    def write_settings(self, **changed):
        values = {"user": ACCOUNT, "store_dir": self.folder / "store",
                  "keys_file": self.folder / "etc/keys",
                  "schema_dir": self.folder / "schema",
                  "decoder": self.folder / "pixtier-decoder",
                  "listen": "/run/pixtier/fcgi.sock",
                  "listen_uploads": "/run/pixtier/uploads.sock",
                  "delivery": {"nginx": "sendfile"}.get(self.server, "accel"),
                  **service.SETTINGS, **changed}
        self.settings.write_text("# kept\n" + "".join(
            f'{name} = "{value}"\n' for name, value in values.items()))

    def run(self, *command, check=False, stdin=""):
        return subprocess.run(
            [*self.net.entrance, *map(str, command)], check=check,
            input=stdin, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=HANG)

    def setup(self, *options, stdin=""):
        return self.run(BUILDDIR / "pixtierctl", "--config", self.settings,
                        "setup", "--files", self.folder / "site", "--www",
                        self.folder / "www",
                        "--log-dir", self.folder / "log", *options,
                        stdin=stdin)

    def start(self, *command):
        """It runs until the end of the test, or until the result is
        called."""
        process = subprocess.Popen(
            [*self.net.entrance, *map(str, command)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log/stderr").open("ab"))

        def stop():
            process.terminate()
            process.wait(HANG)
        self.processes.callback(stop)
        return stop

    @contextlib.contextmanager
    def without_server(self):
        """No web server is installed."""
        server, aside = self.folder / "server", self.folder / "aside"
        aside.mkdir()
        moved = [file.rename(aside / file.name) for file in server.iterdir()]
        yield
        for file in moved:
            file.rename(server / file.name)

    def start_database(self):
        own = ["--no-defaults", f"--user={ACCOUNT}",
               f"--datadir={self.folder}/db"]
        self.run("mariadb-install-db", *own, "--skip-test-db",
                 "--auth-root-authentication-method=socket",
                 "--auth-root-socket-user=root", check=True)
        self.start("mariadbd", *own, f"--socket={SOCKET}",
                   f"--tmpdir={self.folder}/tmp",
                   f"--pid-file={self.folder}/db/pid",
                   "--bind-address=127.0.0.1",
                   "--innodb-buffer-pool-size=32M")
        wait_until(lambda: not self.sql("SELECT 1").returncode)

    def sql(self, statements):
        return self.run("mariadb", "--no-defaults", f"--socket={SOCKET}",
                        "-N", stdin=statements)

    def state(self):
        """All that a second setup has to leave as it is."""
        folders = [self.folder / name for name in ("etc", "server")]
        return [(file, file.lstat().st_mtime_ns, file.lstat().st_mode)
                for folder in folders for file in folder.rglob("*")] + [
            self.sql("SELECT user, host, authentication_string"
                     " FROM mysql.user; SHOW DATABASES;"
                     " SELECT username, password FROM pixtier.users;").stdout]


@contextlib.contextmanager
def new_host(server, prepare=lambda net, folder: None):
    """A host for the web server; `prepare` runs before it has folders."""
    reason = service.missing(server) or network.missing()
    if not reason and server == "apache" and not shutil.which(
            "a2enmod", path=os.environ["PATH"] + ":/usr/sbin"):
        reason = "a2enmod is not installed"
    if reason:
        pytest.skip(reason)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="px-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        with network.Network(()) as net:
            prepare(net, folder)
            made = Host(net, folder, server)
            with made.processes:
                yield made
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def host(server):
    with new_host(server) as made:
        yield made


def refused(done, *words):
    """It failed, and says what to do."""
    assert done.returncode, done.stdout
    for word in words:
        assert word in done.stderr


def test_a_host_is_set_up_step_by_step(host, server):
    """Each failure says what to do; the next run goes on, and the last changes
    nothing."""
    host.write_settings()
    before = host.settings.read_text()
    refused(host.setup("--name", NAME), "without a terminal", "--yes")
    refused(host.setup("--yes"), "--name HOST")
    refused(host.setup("--yes", "--name", "a b"), "a host name", '"a b"')
    refused(host.setup("--yes", "--name", "a/b/"), "a path", '"a/b/"')
    refused(host.setup("--yes", "--name", NAME, "--server", "iis"), "iis")
    refused(host.setup("--yes", "--name", NAME), "--db-host HOST")
    with host.without_server():
        refused(host.setup("--yes", "--name", NAME),
                "no web server is found: install one of apache lighttpd nginx")
    assert host.settings.read_text() == before

    host.start_database()
    host.write_server_settings("nonsense\n")
    done = host.setup("--yes", "--name", NAME)
    refused(done, CHECKS.get(server, server), "has failed")
    assert "db_error" not in done.stderr
    assert not [*host.folder.glob("server/*/*pixtier.conf")]
    password, = re.findall(r"added admin with the password ([a-z0-9-]{27}),",
                           done.stdout)
    assert done.stdout.count("to undo: ") == 6
    found = host.settings.stat()
    assert (found.st_mode & 0o7777, found.st_uid, found.st_gid) == \
        (0o640, 0, pwd.getpwnam(ACCOUNT).pw_gid)
    written = host.settings.read_text()
    assert written.startswith("# kept\n") and written.count("delivery = ") == 1

    host.write_server_settings()
    refused(host.setup("--yes"), "start pixtier-fcgi and pixtier-worker")
    for program in ("pixtier-fcgi", "pixtier-worker"):
        host.start(BUILDDIR / program, "--config", host.settings)
    wait_until(lambda: "start pixtier-fcgi" not in
               host.setup("--yes").stderr)
    stop = host.start("/usr/bin/python3", "-m", "http.server", "80",
                      "--directory", host.folder / "absent")
    wait_until(lambda: curl(f"http://{NAME}/", entrance=host.net.entrance))
    refused(host.setup("--yes"), f"no picture comes through http://{NAME}",
            "start or reload " + server)
    stop()
    host.start(*COMMAND[server])
    wait_until(lambda: curl(f"http://{NAME}/healthz",
                            entrance=host.net.entrance))
    before = host.state()
    done = host.setup("--yes")
    assert not done.returncode, done
    assert done.stdout.count("is done already\n") == 9
    assert done.stdout.endswith(f"pixtier answers at http://{NAME}\n")
    assert host.state() == before
    assert curl("-u", f"admin:{password}", f"http://{NAME}/v1/me",
                entrance=host.net.entrance)[0] == 200


def test_on_a_terminal_it_asks(host):
    """For what it cannot find, and before it changes anything."""
    host.write_settings()
    before = host.settings.read_text()
    own, terminal = pty.openpty()
    os.write(own, f"{NAME}\n127.0.0.1\nno\n".encode())
    done = subprocess.run(
        [*host.net.entrance, BUILDDIR / "pixtierctl", "--config",
         host.settings, "setup"], stdin=terminal, stdout=terminal,
        stderr=subprocess.PIPE, text=True, timeout=HANG, check=False)
    os.close(own)
    os.close(terminal)
    refused(done, "Name of this host", "Host of the database",
            f"base_url will be http://{NAME}\n",
            "db_password will be a random password\n", "(yes or no): ",
            "nothing was changed")
    assert host.settings.read_text() == before


def test_tls_needs_its_certificate(host, server):
    """Without it the web server refuses the site, which is removed; the next
    run has it, and needs no options again."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    host.start_database()
    host.write_settings()
    refused(host.setup("--yes", "--name", NAME, "--tls"),
            CHECKS.get(server, server), "has failed", "fullchain.pem")
    assert not [*host.folder.glob("server/*/*pixtier.conf")]
    authority = Authority(host.folder, "authority")
    authority.issue(NAME, f"subjectAltName=DNS:{NAME}")
    options = ("--certificate", host.folder / f"{NAME}.pem",
               "--certificate-key", host.folder / f"{NAME}.key")
    refused(host.setup("--yes", "--name", NAME, "--tls", *options),
            "start pixtier-fcgi and pixtier-worker")
    before = host.state()
    refused(host.setup("--yes", "--name", NAME),
            "start pixtier-fcgi and pixtier-worker")
    assert host.state() == before
    assert f'base_url = "https://{NAME}"' in host.settings.read_text()


def test_a_database_on_another_host_is_set_up(host):
    """By its administrator, whose password comes from the standard input."""
    host.start_database()
    host.sql("CREATE USER boss@'%' IDENTIFIED BY 'b-1$\"';"
             "GRANT ALL ON *.* TO boss@'%' WITH GRANT OPTION;")
    host.write_settings()
    options = ("--yes", "--name", NAME, "--db-host", "127.0.0.1",
               "--db-admin", "boss", "--db-password-stdin")
    refused(host.setup(*options, stdin="wrong\n"),
            "cannot log in to the database as boss", "Access denied")
    refused(host.setup(*options, stdin='b-1$"\n'),
            "start pixtier-fcgi and pixtier-worker")
    assert 'db_host = "127.0.0.1"' in host.settings.read_text()
    assert host.sql("SELECT COUNT(*) FROM pixtier.users"
                    " WHERE is_admin").stdout == "1\n"


def test_an_existing_account_keeps_its_password(host):
    """Setup cannot know it, and says so."""
    host.start_database()
    host.sql("CREATE USER pixtier@localhost IDENTIFIED BY 'other';")
    host.write_settings()
    refused(host.setup("--yes", "--name", NAME), "Access denied",
            "check db_user and db_password")
    host.sql("DROP USER pixtier@localhost;")
    refused(host.setup("--yes"), "start pixtier-fcgi and pixtier-worker")
