"""Starts the servers that are measured, and sends them requests."""

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import statistics
import subprocess

import usage
from api import new_id
from service import Service, free_port, missing, wait_until

PARTS = "fcgi", "worker", "db", "web"
TIER = "Premium"  # h200, h400 and the original
WEB_USER = "www-data"

# Settings that the HTTP tests change: benchmarks use the defaults.
TUNED = ("anonymous_pending_seconds", "decoder_seconds_request",
         "password_cost", "queue_seconds", "responders", "sync_budget_ms",
         "upload_responders", "user_share", "worker_poll_ms", "workers")


class Unavailable(Exception):
    pass


def shipped(bench, names):
    """Returns the defaults of these settings, if they exist."""
    sample = (bench.builddir / "pixtier.conf.sample").read_text()
    return dict(re.findall(rf'^#({"|".join(names)}) = "(.*)"$', sample, re.M))


def start_service(bench, options=(), **settings):
    """Starts the service as the HTTP tests do, but with the default
    settings."""
    reason = missing("nginx")
    if reason:
        raise Unavailable(reason)
    return Service("nginx", options, **{**shipped(bench, TUNED), **settings})


def service_pids(service):
    return [service.pid(part) for part in PARTS]


def add_users(service, count, tier=TIER):
    """Adds users of the tier; returns a token of each."""
    tokens = ["px_" + secrets.token_urlsafe(32) for _ in range(count)]
    with service.db() as connection, connection.cursor() as cursor:
        for token in tokens:
            user = new_id().bytes
            cursor.execute(
                "INSERT INTO users (id, username, password, tier_id,"
                " created_at) SELECT %s, %s, '!', id, UTC_TIMESTAMP(6)"
                " FROM tiers WHERE name = %s",
                (user, "bench-" + user.hex()[-12:], tier))
            cursor.execute(
                "INSERT INTO tokens (id, user_id, kind, name, hash, scopes,"
                " created_at) VALUES (%s, %s, 'api', 'bench', %s,"
                " 'read write', UTC_TIMESTAMP(6))",
                (new_id().bytes, user,
                 hashlib.sha256(token.encode()).digest()))
    return tokens


def header_file(path, tokens):
    path.write_text("".join(f"Authorization: Bearer {token}\n"
                            for token in tokens))
    return path


def form(path, data, field="image", name="picture.jpg", mark=None, fields=()):
    """Writes a multipart form to a file. Returns its media type, and the place
    in the form of `mark`, a place in the data."""
    boundary = "----bench-5e0c1d8f2a"
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{label}"'
        f"\r\n\r\n{value}\r\n" for label, value in fields)
    head = (f'{head}--{boundary}\r\nContent-Disposition: form-data; '
            f'name="{field}"; filename="{name}"\r\n'
            "Content-Type: image/jpeg\r\n\r\n").encode()
    path.write_bytes(head + data + f"\r\n--{boundary}--\r\n".encode())
    return (f"multipart/form-data; boundary={boundary}",
            None if mark is None else len(head) + mark)


class Load:
    """The results of one run of the load generator."""

    def __init__(self, line, cpu_seconds):
        words = line.split()
        self.requests, self.failures = int(words[0]), int(words[1])
        self.seconds = float(words[2])
        self.p50, self.p99, self.longest = (int(word) / 1e3
                                            for word in words[3:6])
        self.rate = self.requests / self.seconds
        self.cpu_seconds = cpu_seconds
        self.cpu_ms = sum(cpu_seconds) * 1e3 / self.requests


def load(bench, pids, port, path, clients=1, **options):
    """Runs loadgen with options by their letters. The CPU time is that of the
    pids and of all processes below them."""
    words = [word for letter, value in options.items() if value is not None
             for word in (f"-{letter}", str(value))]
    before = usage.cpu_seconds(pids)
    done = subprocess.run(
        [bench.builddir / "tests/bench/loadgen", "-c", str(clients), *words,
         str(port), path], capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError("loadgen: " + done.stderr)
    return Load(done.stdout, [after - start for start, after in
                              zip(before, usage.cpu_seconds(pids))])


class Medians:
    """The medians of several loads."""

    def __init__(self, loads):
        for name in ("rate", "p50", "p99", "cpu_ms"):
            setattr(self, name, statistics.median(getattr(load, name)
                                                  for load in loads))
        # Sums, because the kernel counts the CPU time of a part in steps of
        # 10 ms.
        requests = sum(load.requests for load in loads)
        self.cpu_ms_parts = [sum(part) * 1e3 / requests for part in
                             zip(*(load.cpu_seconds for load in loads))]
        self.failures = sum(load.failures for load in loads)


def wait_for_port(port, process, name):
    def answers():
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        if process.poll() is not None:
            raise Unavailable(f"{name} has ended with {process.returncode}")
        return False

    try:
        wait_until(answers, 20)
    except AssertionError as error:
        raise Unavailable(f"{name} does not answer") from error


@contextlib.contextmanager
def running(name, command, port, **environment):
    """Runs a server, which also ends if this process does."""
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", *command],
        env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port, process, name)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def nginx_static(bench, files, folder="static"):
    """Runs nginx with these files and the settings of the service. Yields port
    and pids."""
    port, folder = free_port(), bench.tmp / folder
    for name in ("files", "run"):
        (folder / name).mkdir(parents=True, mode=0o755)
    for name, data in files.items():
        (folder / "files" / name).write_bytes(data)
    user = f"user {WEB_USER};" if os.getuid() == 0 else ""
    temporary = "\n".join(f"{kind}_temp_path {folder}/run/{kind};" for kind in
                          ("client_body", "fastcgi", "proxy", "scgi", "uwsgi"))
    (folder / "nginx.conf").write_text(f"""
        daemon off; pid {folder}/run/nginx.pid; error_log stderr; {user}
        worker_processes 2;
        events {{ worker_connections 2048; }}
        http {{ access_log off; sendfile on; {temporary}
            server {{ listen 127.0.0.1:{port}; root {folder}/files; }} }}
        """)
    command = [shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"),
               "-e", "stderr", "-c", folder / "nginx.conf"]
    with running("nginx", command, port) as pid:
        yield port, [pid]


@contextlib.contextmanager
def peer(bench):
    """Runs Express with sharp. Yields port, pids and folder."""
    port, store = free_port(), bench.tmp / "peer"
    store.mkdir()
    with running("the peer", ["node", bench.srcdir /
                              "tests/bench/peer/server.js"], port,
                 PORT=str(port), STORE=str(store)) as pid:
        yield port, [pid], store


def token_json(session, **fields):
    """Creates an API token by a request; returns it."""
    answer = session.post("/v1/tokens", data=json.dumps(
        {"name": "bench", **fields}),
        headers={"Content-Type": "application/json"})
    answer.raise_for_status()
    return answer.json()["token"]
