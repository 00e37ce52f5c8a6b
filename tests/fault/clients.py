"""Slow clients, and many clients at the same time."""

import asyncio
import contextlib
import itertools
import json
import resource
import select
import socket
import threading
import time

import requests

from api import upload, variant_of
from pictures import picture
from queueing import (Call, next_address, nobody_accepts, open_sockets,
                      waiting_uploads)
from service import HANG, wait_until
from trial import LONGEST_ANSWER, PATIENCE

PAUSE = 0.2  # between two bytes of a slow client
# The default settings, which other tests change.
AS_SHIPPED = {"queue_seconds": 5, "user_share": 50}


class SlowClients:
    """with SlowClients(...): clients that send one byte every PAUSE
    seconds."""

    def __init__(self, trial, session, count):
        self.trial = trial
        self.over = threading.Event()
        self.uploads = [trial.new_upload(session) for _ in range(count)]
        self.bodies = [self.begin(one, session) for one in self.uploads]
        self.heads = [self.open(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
                      for _ in range(count)]
        self.readers = [self.open(self.whole_request(session))
                        for _ in range(count)]

    def open(self, data):
        peer = socket.socket()
        # A small buffer, so that the server has to wait for a slow reader.
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.settimeout(HANG)
        peer.connect(("127.0.0.1", self.trial.service.port))
        peer.sendall(data)
        return peer

    def head_of(self, session, request):
        prepared = session.prepare_request(request)
        lines = [f"{prepared.method} {prepared.path_url} HTTP/1.1",
                 "Host: localhost", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in
                  prepared.headers.items() if name != "Connection"]
        return "\r\n".join(lines + ["", ""]).encode(), prepared.body

    def begin(self, one, session):
        head, body = self.head_of(session, requests.Request(
            "POST", session.url + "/v1/images",
            files={"image": ("a.jpg", one.data)},
            headers={"Idempotency-Key": one.key}))
        return self.open(head + body[:200]), body[200:]

    def whole_request(self, session):
        if not hasattr(self, "large"):
            self.large = upload(session, picture(1000, 700, "BMP"))
        head, _ = self.head_of(session, requests.Request(
            "GET", session.url + variant_of(self.large, "original")))
        return head

    def dawdle(self):
        while not self.over.wait(PAUSE):
            self.bodies = [(peer, self.send_one(peer, rest))
                           for peer, rest in self.bodies]
            for peer in self.heads:
                self.send_one(peer, b"x")
            for peer in self.readers:
                peer.recv(1)

    @staticmethod
    def send_one(peer, rest):
        peer.sendall(rest[:1])
        return rest[1:]

    def __enter__(self):
        self.thread = threading.Thread(target=self.dawdle)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def finish(self):
        """Sends the rest of the slow uploads, and checks their responses."""
        for one, (peer, rest) in zip(self.uploads, self.bodies):
            peer.sendall(rest)
            said = b"".join(iter(lambda: peer.recv(65536), b""))
            self.trial.check(said.startswith(b"HTTP/1.1 201 "),
                             f"a slow upload got {said[:60]}")
            one.image = json.loads(said.partition(b"\r\n\r\n")[2])
        for peer in self.heads + self.readers + [
                peer for peer, _ in self.bodies]:
            peer.close()


def slow_clients(trial):
    """Many more slow heads, slow bodies and slow readers than responders do
    not delay other clients."""
    session = trial.client()
    count = 100 if trial.long else 20
    with SlowClients(trial, session, count) as slow:
        began = time.monotonic()
        for _ in range(100 if trial.long else 20):
            trial.deliver(trial.new_upload(session))
            trial.ask(lambda: session.get("/v1/me"))
        trial.check(set(trial.statuses) == {200, 201},
                    f"statuses beside slow clients: {dict(trial.statuses)}")
        trial.note(f"beside {3 * count} slow clients: {trial.requests} "
                   "requests"
                   f" in {time.monotonic() - began:.1f} s")
    slow.finish()


class SlowAddress:
    """with SlowAddress(...): clients of one address that send one byte of a
    body from time to time. There are more of them than the sites allow."""

    ADDRESS = "127.0.0.9"
    ALLOWED = 100  # limit_conn of nginx's site, connections.lua of lighttpd's
    MORE = 50
    HEAD = (b"POST /v1/images HTTP/1.1\r\nHost: x\r\n"
            b"Content-Length: 1000000\r\n\r\n")

    def __init__(self, trial):
        self.over = threading.Event()
        self.peers = [socket.create_connection(
            ("127.0.0.1", trial.service.port), HANG, (self.ADDRESS, 0))
            for _ in range(self.ALLOWED + self.MORE)]
        for peer in self.peers:
            peer.sendall(self.HEAD)

    def answered(self):
        return select.select(self.peers, [], [], 0)[0]

    def dawdle(self):
        while not self.over.wait(PAUSE):
            for peer in self.peers:
                with contextlib.suppress(OSError):
                    peer.sendall(b"x")

    def __enter__(self):
        wait_until(lambda: len(self.answered()) >= self.MORE)
        self.refused = [peer.recv(4096) for peer in self.answered()]
        self.thread = threading.Thread(target=self.dawdle)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        for peer in self.peers:
            peer.close()


def slow_address(trial):
    """The web servers enforce no rate for bodies, so one address can keep as
    many requests open as the site allows. Its other requests get 429, and
    other clients are not delayed."""
    session = trial.client()
    with SlowAddress(trial) as slow:
        trial.check(all(said.startswith(b"HTTP/1.1 429 ")
                        for said in slow.refused), "requests above the limit "
                                                   "of one address did not "
                                                   "get 429")
        began = time.monotonic()
        for _ in range(100 if trial.long else 20):
            trial.deliver(trial.new_upload(session))
            trial.ask(lambda: session.get("/v1/me"))
        trial.check(set(trial.statuses) == {200, 201},
                    f"statuses beside a slow address: {dict(trial.statuses)}")
        trial.note(f"beside {slow.ALLOWED} slow bodies of one address "
                   f"({len(slow.refused)} more were refused): "
                   f"{trial.requests} requests in "
                   f"{time.monotonic() - began:.1f} s")


class Gone:
    """Uploads whose clients disconnect while they wait for a responder."""

    def __init__(self, trial, count):
        session = trial.client()
        self.trial = trial
        self.uploads = [trial.new_upload(session) for _ in range(count)]

    def come_and_go(self):
        """Disconnects before a responder, all of which are stopped, accepts
        any."""
        service = self.trial.service
        calls = [Call(service, "/v1/images?name=a.jpg", one.data,
                      "Content-Type: image/jpeg", "Authorization: Bearer " +
                      one.session.auth.token, meets_server=True)
                 for one in self.uploads]
        wait_until(lambda: waiting_uploads(service) == len(calls))
        sockets = open_sockets(service)
        for call in calls:
            call.hang_up()
        wait_until(lambda: open_sockets(service) <= sockets - len(calls))

    def check(self):
        """Checks that no such upload is stored. Call it after later uploads
        have ended: then none of these is in the queue."""
        sums = {one.sha256 for one in self.uploads}
        made = sum(sum_ in sums for sum_, in self.trial.service.query(
            "SELECT LOWER(HEX(sha256)) FROM images WHERE sha256 IS NOT NULL"))
        self.trial.check(not made, f"{made} of {len(sums)} uploads were "
                         "stored although their clients had disconnected")
        self.trial.note(f"{made} of {len(sums)} uploads whose "
                        "clients had disconnected were stored")


class Crowd:
    """Clients of many addresses that send their requests at the same moment:
    an upload or a GET each."""

    def __init__(self, trial, session):
        self.trial = trial
        self.token = session.auth.token
        image = upload(session, trial.SAMPLE)
        self.paths = ["/v1/me", "/v1/images?limit=1",
                      variant_of(image, "original"), "/healthz"]

    def request(self, one, path):
        head = ("{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                "Authorization: Bearer {}\r\n").format
        if not one:
            return head("GET " + path, self.token).encode() + b"\r\n"
        return (head("POST /v1/images?name=a.jpg", one.session.auth.token) +
                "Content-Type: image/jpeg\r\n"
                f"Idempotency-Key: {one.key}\r\n"
                f"Content-Length: {len(one.data)}\r\n\r\n").encode() + one.data

    async def ask(self, one, path=None):
        """Sends one request and records its response."""
        began = time.monotonic()
        said = b""
        with contextlib.suppress(OSError, TimeoutError, asyncio.TimeoutError):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self.trial.service.port,
                local_addr=(next_address(), 0))
            with contextlib.closing(writer):
                writer.write(self.request(one, path))
                said = await asyncio.wait_for(reader.read(), HANG)
        self.note(one, said, time.monotonic() - began)

    def note(self, one, said, seconds):
        trial = self.trial
        status = int(said[9:12]) if said.startswith(b"HTTP/1.1 ") else 0
        head, _, body = said.partition(b"\r\n\r\n")
        trial.requests += 1
        trial.longest = max(trial.longest, seconds)
        trial.statuses[status] += 1
        if one and status == 201:
            one.image = json.loads(body)
        elif status not in (200, 201):
            trial.check(status in (429, 503) and b"\nretry-after:" in
                        head.lower(), f"a request in the crowd got {status} "
                                      f"{body[:100]}",
                        "crowd")

    async def insist(self, one):
        """Repeats the upload until it is accepted; returns the seconds."""
        began = time.monotonic()
        while not one.image and time.monotonic() - began < HANG:
            await self.ask(one)
            await asyncio.sleep(0.2)  # a client's pause between attempts
        return time.monotonic() - began

    async def come(self, uploads, other):
        """Sends the uploads, four times as many GETs, and then one upload of
        another user. Returns how long the last takes."""
        looks = (self.ask(None, self.paths[number % len(self.paths)])
                 for number in range(4 * len(uploads)))
        asks = [ask for one in uploads for ask in
                (self.ask(one), *itertools.islice(looks, 4))]
        *_, seconds = await asyncio.gather(*asks, self.insist(other))
        return seconds


@contextlib.contextmanager
def many_files(count=4096):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def crowd(trial):
    """1,000 clients (200 in the short form) send requests at the same time, a
    fifth of them uploads, after uploads whose clients have disconnected. Each
    request gets a response, at worst 503 or 429 with Retry-After. The uploads
    of disconnected clients are not stored, and an upload of another user is
    fast."""
    count = 1000 if trial.long else 200
    with trial.service.restarted("fcgi", **AS_SHIPPED), many_files():
        session, other = trial.client(), trial.client()
        uploads = [trial.new_upload(session) for _ in range(count // 5)]
        last = trial.new_upload(other)
        gone = Gone(trial, count // 5)
        people = Crowd(trial, session)
        with nobody_accepts(trial.service):
            gone.come_and_go()
        seconds = asyncio.run(people.come(uploads, last))
        trial.note(f"longest response {trial.longest:.1f} s; " + ", ".join(
            f"{number} x {status}"
            for status, number in sorted(trial.statuses.items())))
        trial.note(f"another user's upload took {seconds:.1f} s")
        trial.check(last.image and seconds <= LONGEST_ANSWER * PATIENCE,
                    f"another user's upload took {seconds:.1f} s",
                    "another user")
        for one in uploads:
            if not one.image:
                trial.deliver(one)
        gone.check()
