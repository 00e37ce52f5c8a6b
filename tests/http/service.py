"""All of pixtier, started by ./quickstart for the tests and stopped after."""

import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pymysql
import requests

from contract import BASE_PATH, contract

SRCDIR = pathlib.Path(__file__).resolve().parents[2]
CONTRACT = contract(SRCDIR / "doc/openapi.json")
BUILDDIR = pathlib.Path(os.environ.get("abs_top_builddir", SRCDIR / "build"))
QUICKSTART = str(SRCDIR / "quickstart")
PROGRAMS = ("pixtier-fcgi", "pixtier-worker", "pixtier-decoder",
            "pixtierctl")
TOOLS = ("mariadbd", "mariadb-install-db", "mariadb", "curl", "setpriv")
# The programs of the web servers, where they have other names.
SERVER_PROGRAMS = {"apache": "apache2"}


# Seconds after which a test fails because something hangs. It says nothing of
# how fast the machine has to be.
HANG = 120
DEADLOCK = 1213

# All tests come from one address, and some with wrong passwords. Hashes cost
# little, and pictures and requests have all the time that a busy machine needs.
# With this budget, a picture of 14 million pixels is a job in every build.
SETTINGS = {"login_failures_user": 1000, "login_failures_address": 1000,
            "login_responders": 512,
            "password_cost": 1, "decoder_seconds_request": 60,
            "sync_budget_ms": 200, "worker_poll_ms": 100,
            "queue_seconds": 60, "user_share": 100,
            # Faults are planted in the statements of requests, not in these.
            "stats_interval": 0,
            "anonymous_pending_seconds": 3600,
            "responders": 4, "upload_responders": 4, "workers": 2}
# The settings that say how many children a supervisor has.
CHILDREN = {"fcgi": ("responders", "upload_responders"),
            "worker": ("workers",)}


def missing(server):
    """What the tests cannot run without and is not here, or None."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    for tool in TOOLS + (SERVER_PROGRAMS.get(server, server),):
        if not shutil.which(tool, path=path):
            return f"{tool} is not installed"
    for program in PROGRAMS:
        if not (BUILDDIR / program).exists():
            return f"{program} is not built in {BUILDDIR}"
    return None


def free_port():
    """Below those that the kernel gives to clients, who could take it between
    two starts of a server."""
    for port in random.sample(range(10000, 32000), 1000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


def is_decoder(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(
            b"\0")[0].endswith(b"pixtier-decoder")
    return False


class Session(requests.Session):
    """Requests to the service, by their path; what it answers has to be what
    the documentation says, and browsers may not guess its type, show it in a
    frame, run scripts of it, or tell other sites its URL."""

    def __init__(self, url):
        super().__init__()
        self.url = url
        self.trust_env = False

    def request(self, method, path, **options):
        options.setdefault("timeout", HANG)
        if path.startswith("/"):
            path = self.url + path
        answer = super().request(method, path, **options)
        if path.startswith(self.url):
            self.compare(answer)
        return answer

    @staticmethod
    def compare(answer):
        sent = answer.request
        CONTRACT.check(sent.method, sent.path_url, answer.status_code,
                       answer.headers, answer.content)
        media_type = sent.headers.get("Content-Type") or ""
        if answer.ok and "json" in str(media_type).lower():
            CONTRACT.check_request(sent.method, sent.path_url, sent.body)
        if answer.ok:
            policy = answer.headers["Content-Security-Policy"]
            assert {"default-src 'none'", "frame-ancestors 'none'"} <= \
                set(policy.split("; ")), policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "same-origin"


class Bearer(requests.auth.AuthBase):
    def __init__(self, token):
        self.token = token

    def __call__(self, request):
        request.headers["Authorization"] = "Bearer " + self.token
        return request


class Service:
    """
    with Service("nginx") as service: the database, pixtier-fcgi, the workers
    and the web server run behind service.url. Users are basic, premium,
    enterprise, admin, and other, who is premium too. `settings` are pixtier's,
    by name, beside those that quickstart chooses. `options` are quickstart's.
    """

    def __init__(self, server="nginx", options=(), **settings):
        self.server = server
        self.options = options
        self.settings = settings
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="px-", dir="/tmp"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{BASE_PATH}"
        self.passwords = {}
        self.changed = {}  # settings of the parts that were started again
        self.entrance = []  # a command that runs quickstart elsewhere
        self._leave_nothing_behind()

    def _leave_nothing_behind(self):
        """Starts what stops everything as soon as this process is gone."""
        self._undertaker = subprocess.Popen(
            ["sh", "-c", 'keep=$(cat); flock "$2" "$1" down --dir "$2"; '
             '[ -z "$keep" ] || cp -r "$2/log" "$keep"; '
             'awk -v dir="$2/" \'index($2, dir) == 1 { print $2 }\' '
             '/proc/mounts | xargs -r umount -l; '
             'rm -rf "$(readlink -f "$2/data")" "$2"',
             "sh", QUICKSTART, str(self.dir)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True, text=True)

    def __enter__(self):
        try:
            return self.start_all()
        except BaseException:
            self.stop_all()
            raise

    def __exit__(self, *_):
        self.stop_all()

    # The whole and its parts: db, fcgi, worker, web

    def _environment(self, settings=()):
        """The settings, as the programs take them from their environment."""
        changed = {**SETTINGS, **self.settings, **dict(settings)}
        return {**{f"PIXTIER_{name.upper()}": str(value)
                   for name, value in changed.items()}, **os.environ}

    def _quickstart(self, *args, settings=()):
        done = subprocess.run(
            [*self.entrance, QUICKSTART, *args, "--dir", str(self.dir)],
            env=self._environment(settings), text=True, timeout=3 * HANG,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        if done.returncode:
            raise RuntimeError(f"quickstart {args}: {done.stdout}")

    def start_all(self):
        self._quickstart("up", "-d", "--server", self.server, "--port",
                         str(self.port), "--path", BASE_PATH,
                         "--build", str(BUILDDIR),
                         "--no-build", "--no-install", "--no-sample",
                         *self.options)
        credentials = json.loads((self.dir / "credentials.json").read_text())
        self.passwords.update(credentials["users"])
        if "other" not in self.passwords:
            self.add_user("other", "Premium")
        (self.password_hash,), = self.query(
            "SELECT password FROM users WHERE username = 'other'")
        return self

    def stop_all(self, keep_logs=None):
        """Stops all and removes it, but for the logs where they are to go."""
        if self._undertaker.poll() is None:
            self._undertaker.communicate(str(keep_logs or ""))

    def start(self, part, **settings):
        """Starts a part again, with settings changed for it alone."""
        self.changed[part] = settings
        self._quickstart("start", part, settings=settings)
        if part in CHILDREN:
            self.children(part)

    def stop(self, part):
        self._quickstart("stop", part)

    def restart(self, part, **settings):
        """As start: quickstart stops what still runs."""
        self.start(part, **settings)

    def pid(self, part):
        return int((self.dir / "run" / f"{part}.pid").read_text())

    def children(self, part):
        """Process ids of a supervisor's responders or workers, when there are
        as many as the settings say."""
        settings = {**SETTINGS, **self.settings, **self.changed.get(part, {})}
        count = sum(settings[name] for name in CHILDREN[part])
        supervisor = self.pid(part)

        def look():
            """Before it executes its program, a decoder server looks like a
            responder or worker."""
            pids = children_of(supervisor)
            own = [pid for pid in pids if not is_decoder(pid)]
            return own if len(own) == count < len(pids) else None
        return wait_until(look)

    def decoder_server(self, part):
        """The process id of the supervisor's pixtier-decoder, or None."""
        return next((pid for pid in children_of(self.pid(part))
                     if is_decoder(pid)), None)

    def kill(self, part, how=signal.SIGKILL):
        os.kill(self.pid(part), how)

    # Speaking with it

    def session(self, user=None, token=None):
        """Requests as this user by Basic, with a token by Bearer, or as
        nobody."""
        session = Session(self.url)
        if token:
            session.auth = Bearer(token)
        elif user:
            session.auth = (user, self.passwords[user])
        return session

    def add_user(self, name, tier, *options):
        password = self.passwords.setdefault(name, os.urandom(9).hex())
        self.ctl("user", "add", name, "--tier", tier, "--password-stdin",
                 *options, stdin=password + "\n")
        return name

    def ctl(self, *args, stdin="", check=True):
        """Runs pixtierctl; the result has returncode, stdout and stderr."""
        done = subprocess.run(
            [str(BUILDDIR / "pixtierctl"), "--config",
             str(self.dir / "pixtier.conf"), *args],
            env=self._environment(), input=stdin, text=True, timeout=HANG,
            capture_output=True)
        if check and done.returncode:
            raise RuntimeError(f"pixtierctl {args}: {done.stderr}")
        return done

    def setting(self, name):
        for line in (self.dir / "pixtier.conf").read_text().splitlines():
            if line.startswith(name + " "):
                return line.split('"')[1]
        raise KeyError(name)

    def db(self):
        """A connection to the database, in autocommit."""
        return pymysql.connect(
            unix_socket=self.setting("db_socket"), autocommit=True,
            user=self.setting("db_user"), charset="utf8mb4",
            password=self.setting("db_password"),
            database=self.setting("db_name"))

    def query(self, sql, *values):
        """What a statement returns; again after a deadlock with a worker."""
        while True:
            try:
                with self.db() as connection, connection.cursor() as cursor:
                    cursor.execute(sql, values)
                    return cursor.fetchall()
            except pymysql.err.OperationalError as error:
                if error.args[0] != DEADLOCK:
                    raise

    @property
    def store(self):
        return pathlib.Path(self.setting("store_dir"))

    def objects(self):
        """The files that the store keeps."""
        return sorted(file for file in (self.store / "objects").rglob("*")
                      if file.is_file())

    def log(self, part="fcgi"):
        return (self.dir / "log" / f"{part}.log").read_text(errors="replace")

    def events(self, part="fcgi"):
        """The log's lines that are JSON."""
        return [json.loads(line) for line in self.log(part).splitlines()
                if line.startswith("{")]


def children_of(pid):
    """Its children's process ids; none if it has ended."""
    try:
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for child in text.split()]


def wait_within(seconds, condition, every=0.02):
    """As wait_until; no look that begins later than so many seconds from now
    may be in vain. One that begins before may take as long as it does on a
    busy machine."""
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        value = condition()
        if value:
            return value
        assert began < deadline, f"not within {seconds} s: {condition}"
        time.sleep(every)


def wait_until(condition, timeout=HANG, every=0.02):
    """The first true value of condition(); fails when there is none."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {condition}")
        time.sleep(every)


def wait_until_constant(look, every=0.1):
    """The value of look() when it is the same twice in a row."""
    values = [object()]

    def is_constant():
        values.append(look())
        return values[-1] == values[-2]
    wait_until(is_constant, every=every)
    return values[-1]
