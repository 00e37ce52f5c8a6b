"""The common parts of all experiments: the service, clients that record which
uploads were acknowledged, and the checks after each fault."""

import collections
import concurrent.futures
import contextlib
import hashlib
import itertools
import json
import os
import shutil
import struct
import subprocess
import threading
import time
import uuid
import zlib

import requests

from api import is_back, make_token, new_user
from contract import Broken
from pictures import picture
from processes import is_alive
from service import BUILDDIR, Service, wait_until

LONG = os.environ.get("FAULT_LONG") == "1"
# Factor for all time limits: the machine of a short run may be busy.
PATIENCE = 1 if LONG else 10
# Longest time until the response to a request, in seconds.
LONGEST_ANSWER = 10
# Statuses after which a client tries again.
TRANSIENT = (409, 429, 500, 503, 507)
MIB = 1 << 20

# Checks that fail because of a known bug: number of the experiment and name of
# the check, and what will fix it. Remove the entry with the fix.
EXPECTED_FAILURES = {}


class Skip(Exception):
    """Raised if the machine lacks something that the experiment needs."""


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise Skip(f"{tool} is not installed")


def need_root():
    if os.geteuid():
        raise Skip("needs root")


def keep_logs_in(server):
    folder = BUILDDIR / "tests/fault" / f"{server}.logs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder


class FaultService(Service):
    """A service whose store is a small file system of its own, where that is
    possible, so that it can be filled."""

    STORE_MIB = 2048 if LONG else 192
    STORE_INODES = 400000 if LONG else 20000

    def start_all(self):
        self.has_small_store = self.mount_store()
        return super().start_all()

    def mount_store(self):
        store = self.dir / "data/store"
        store.mkdir(parents=True)
        options = f"size={self.STORE_MIB}m,nr_inodes={self.STORE_INODES}"
        return not os.geteuid() and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "none", str(store)],
            stderr=subprocess.DEVNULL).returncode

    @contextlib.contextmanager
    def restarted(self, *parts, environment=(), **settings):
        """These parts run with other settings and variables for a while."""
        before = dict(os.environ)
        os.environ.update(environment)
        try:
            for part in parts:
                self.start(part, **settings)
            wait_until(lambda: is_back(self))
            os.environ.clear()
            os.environ.update(before)
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
            for part in parts:
                self.start(part)
            wait_until(lambda: is_back(self))


def with_comment(data, text):
    """Returns this JPEG or PNG with a comment, which makes it another file."""
    if data.startswith(b"\xff\xd8"):
        return (data[:2] + b"\xff\xfe" +
                struct.pack(">H", len(text) + 2) + text + data[2:])
    chunk = b"tEXtComment\0" + text
    return data[:33] + struct.pack(">I", len(chunk) - 4) + chunk + \
        struct.pack(">I", zlib.crc32(chunk)) + data[33:]


class Upload:
    """A picture that a client uploads, until it has an answer."""

    def __init__(self, session, data):
        self.session = session
        self.data = data
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.key = str(uuid.uuid4())
        self.image = None  # what the service acknowledged

    @property
    def row(self):
        return self.image["id"].replace("-", "")


class Trial:
    """One run of an experiment: its clients' uploads and its figures."""

    SAMPLE = picture(240, 160)
    numbers = itertools.count()

    def __init__(self, service, experiment):
        self.service = service
        self.experiment = experiment
        self.long = LONG
        self.lock = threading.Lock()
        self.uploads = []
        self.statuses = collections.Counter()
        self.longest = 0.0
        self.times = []      # seconds until the service recovered
        self.requests = self.lost = self.doubled = 0
        self.failures, self.expected, self.notes = [], [], []
        self.skipped = None
        self.verified = False

    def pick(self, things, short):
        """Returns all in the long form, otherwise evenly spread samples."""
        things = list(things)
        count = int(os.environ.get("SHALLOW", 0 if self.long else short))
        if not count or count >= len(things):
            return things
        return [things[at * len(things) // count] for at in range(count)]

    # Clients

    def client(self, **tier):
        """A session of a new user, by token."""
        token = make_token(new_user(self.service, **tier))["token"]
        return self.service.session(token=token)

    def new_upload(self, session, data=None):
        """Returns an upload with a unique picture."""
        upload = Upload(session, with_comment(
            self.SAMPLE if data is None else data,
            b"fault %09d" % next(self.numbers)))
        with self.lock:
            self.uploads.append(upload)
        return upload

    def ask(self, call):
        """Sends and counts a request; returns its response, or None if the
        connection failed."""
        began = time.monotonic()
        try:
            answer = call()
        except requests.RequestException:
            answer = None
        except Broken as error:
            # A truncated response counts as a failed connection.
            self.check("the body is no JSON" in str(error), str(error)[:300])
            answer = None
        with self.lock:
            self.requests += 1
            self.longest = max(self.longest, time.monotonic() - began)
            self.statuses[answer.status_code if answer is not None else 0] += 1
        if answer is not None and answer.status_code >= 500 and not (
                answer.status_code in (503, 507) and
                "Retry-After" in answer.headers):
            self.check(False, f"{answer.status_code}: {self.why(answer)}",
                       "answers under a fault")
        return answer

    def why(self, answer):
        """Returns the log lines of this response."""
        id = answer.headers.get("X-Request-Id")
        lines = [event for event in self.service.events()
                 if event.get("id") == id]
        return " ".join(f"{name}={value}" for event in lines
                        for name, value in event.items() if name in
                        ("event", "error", "code", "why", "message", "sql"))

    def send(self, upload, later=False):
        """Sends an upload once; returns its response, or None."""
        headers = {"Idempotency-Key": upload.key}
        if later:
            headers["Prefer"] = "respond-async"
        answer = self.ask(lambda: upload.session.post(
            "/v1/images", files={"image": ("a.jpg", upload.data)},
            headers=headers))
        if answer is not None and answer.status_code in (201, 202):
            upload.image = answer.json()
        return answer

    def deliver(self, upload, later=False, lease_ends=False):
        """Sends the upload until it is acknowledged. With lease_ends the key
        of a dead request is released at once, not after its lease."""
        def acknowledged():
            answer = self.send(upload, later)
            if answer is None:
                return False
            if answer.status_code == 409 and lease_ends:
                self.end_key_leases()
            if not upload.image and answer.status_code not in TRANSIENT:
                self.check(False, f"{answer.status_code} {answer.text[:200]}",
                           "refused")
                return True
            return upload.image
        wait_until(acknowledged, every=0.05)
        return upload

    def end_key_leases(self):
        self.service.query(
            "UPDATE idempotency SET lease_until ="
            " UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE status IS NULL")

    def end_leases_of_the_dead(self):
        """Ends the leases of killed workers, so that others get the jobs at
        once."""
        for worker, in self.service.query(
                "SELECT worker FROM jobs WHERE state = 'running'"):
            if not is_alive(int(worker.split(":")[1])):
                self.service.query(
                    "UPDATE jobs SET lease_until = UTC_TIMESTAMP(6) -"
                    " INTERVAL 1 SECOND WHERE worker = %s", worker)

    # Figures

    @property
    def acknowledged(self):
        return sum(bool(upload.image) for upload in self.uploads)

    def check(self, holds, text, name=None):
        """Records a failure unless `holds`; those in EXPECTED_FAILURES
        separately."""
        if holds:
            return
        listed = EXPECTED_FAILURES.get(f"{self.experiment.number} {name}")
        texts = self.expected if listed else self.failures
        with self.lock:
            if len(texts) < 10 and text not in texts:
                texts.append(f"{text} ({listed})" if listed else text)

    def again(self, seconds, bar, name="time to serve again"):
        """Records and checks how long the service needed to recover."""
        self.times.append(seconds)
        self.check(seconds < bar * PATIENCE,
                   f"{name}: {seconds:.2f} s, the limit is {bar * PATIENCE} s",
                   name)

    def time_until(self, condition, bar, name="time to serve again"):
        began = time.monotonic()
        wait_until(condition, every=0.01)
        self.again(time.monotonic() - began, bar, name)

    def is_serving(self):
        """Whether both pools of responders and the database answer."""
        with contextlib.suppress(requests.RequestException):
            return is_back(self.service)
        return False

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    # Checks after the experiment

    def verify(self):
        """Checks the invariants once. An experiment with a service of its own
        calls it before that service ends."""
        if self.verified:
            return
        self.verified = True
        self.settle()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            kept = list(pool.map(self.is_kept, [
                upload for upload in self.uploads if upload.image]))
        self.lost = kept.count(False)
        self.doubled = self.count_doubled()
        self.check(not self.lost, f"{self.lost} acknowledged uploads are lost",
                   "lost")
        self.check(not self.doubled, f"{self.doubled} uploads are doubled",
                   "doubled")
        self.check(self.longest <= LONGEST_ANSWER * PATIENCE,
                   f"the longest response took {self.longest:.1f} s",
                   "longest answer")
        self.check_store()

    def settle(self):
        """Waits until all jobs have ended."""
        wait_until(self.is_serving)
        wait_until(lambda: not self.service.query(
            "SELECT 1 FROM jobs WHERE state IN ('queued', 'running')"),
            every=0.05)

    def is_kept(self, upload):
        image = upload.session.get("/v1/images/" + upload.image["id"])
        if image.status_code != 200 or image.json()["status"] != "ready":
            self.note(f"lost: {self.what_became_of(image)}")
            return False
        original = upload.session.get(
            f"/v1/images/{upload.image['id']}/variants/original")
        return original.status_code == 200 and original.content == upload.data

    @staticmethod
    def what_became_of(image):
        if image.status_code != 200:
            return image.status_code
        return f"{image.json()['status']} {image.json()['error']}"

    def count_doubled(self):
        """The number of uploads that made more than one image."""
        if not self.uploads:
            return 0
        rows = dict(self.service.query(
            "SELECT LOWER(HEX(sha256)), COUNT(*) FROM images"
            " WHERE sha256 IS NOT NULL GROUP BY sha256"))
        return sum(rows.get(upload.sha256, 0) > 1 for upload in self.uploads)

    def check_store(self):
        done = self.service.ctl("--json", "fsck", "--deep", check=False)
        said = json.loads(done.stdout)
        self.check(not done.returncode and said["clean"], "fsck: " + ", ".join(
            f"{row['id']} {row['count']}" for row in said["invariants"]
            if row["count"]), "fsck")

    def recover(self):
        """Starts all parts again after an experiment has failed."""
        with contextlib.suppress(Exception):
            for part in ("db", "fcgi", "worker", "web"):
                self.service.start(part)
            wait_until(self.is_serving)

    def verdict(self):
        if self.skipped:
            return f"skipped: {self.skipped}"
        return "failed" if self.failures else "ok"
