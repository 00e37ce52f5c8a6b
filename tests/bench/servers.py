"""The servers that are measured, and how they are asked."""

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

# Settings that the HTTP tests may change for their own sake.
TUNED = ("anonymous_pending_seconds", "decoder_seconds_request",
         "password_cost", "queue_seconds", "responders", "sync_budget_ms",
         "upload_responders", "user_share", "worker_poll_ms", "workers")


class Unavailable(Exception):
    pass


def shipped(bench, names):
    """The defaults of these settings, of those that there are."""
    sample = (bench.builddir / "pixtier.conf.sample").read_text()
    return dict(re.findall(rf'^#({"|".join(names)}) = "(.*)"$', sample, re.M))


def start_service(bench, options=(), **settings):
    """As the HTTP tests do, but as fast and as slow as it is shipped."""
    reason = missing("nginx")
    if reason:
        raise Unavailable(reason)
    return Service("nginx", options, **{**shipped(bench, TUNED), **settings})


def service_pids(service):
    return [service.pid(part) for part in PARTS]


def add_users(service, count):
    """Users of the tier, each with a token: the tokens."""
    tokens = ["px_" + secrets.token_urlsafe(32) for _ in range(count)]
    with service.db() as connection, connection.cursor() as cursor:
        for token in tokens:
            user = new_id().bytes
            cursor.execute(
                "INSERT INTO users (id, username, password, tier_id,"
                " created_at) SELECT %s, %s, '!', id, UTC_TIMESTAMP(6)"
                " FROM tiers WHERE name = %s",
                (user, "bench-" + user.hex()[-12:], TIER))
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
    """A multipart form in a file: its media type, and where `mark`, a place in
    the data, is in the form."""
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
    """What one run of the load generator found."""

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
    """Options are loadgen's, by their letters; CPU is that of the pids and of
    all processes below them."""
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
    """Of several loads."""

    def __init__(self, loads):
        for name in ("rate", "p50", "p99", "cpu_ms"):
            setattr(self, name, statistics.median(getattr(load, name)
                                                  for load in loads))
        # A part's share is small beside the kernel's steps of 10 ms.
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
    """A server that ends with this process, too."""
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
def nginx_static(bench, files):
    """Port and pids of nginx with these files, as the service has it."""
    port, folder = free_port(), bench.tmp / "static"
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
    """Port, pids and folder of Express with sharp."""
    port, store = free_port(), bench.tmp / "peer"
    store.mkdir()
    with running("the peer", ["node", bench.srcdir /
                              "tests/bench/peer/server.js"], port,
                 PORT=str(port), STORE=str(store)) as pid:
        yield port, [pid], store


def token_json(session, **fields):
    """An API token by the API itself."""
    answer = session.post("/v1/tokens", data=json.dumps(
        {"name": "bench", **fields}),
        headers={"Content-Type": "application/json"})
    answer.raise_for_status()
    return answer.json()["token"]
