"""The cost of many images: the same requests and jobs with 1,000 and with
100,000 images of one user; with BENCH_FULL=1 also with a million."""

import contextlib
import hashlib
import time
import uuid

import usage
from bench_queue import Queue, backlog
from rows import add_images, keep_days, user_id
from servers import (Unavailable, add_users, header_file, load, service_pids,
                     start_service)
from service import wait_until

SIZES = 1000, 100000
FULL_SIZE = 1000000
SECONDS = 0.7
CLAIMS = 1000
EXPIRED = 200
KEEP_DAYS = 365
# The buffer pool of a host with a million images.
OPTIONS = "--db-memory", "512M"


class Growth:
    def __init__(self, bench, service):
        self.bench, self.service = bench, service
        token = add_users(service, 1)[0]
        self.user = user_id(service, hashlib.sha256(token.encode()).digest())
        self.header = header_file(bench.tmp / "user", [token])
        self.session = service.session(token=token)
        self.queue = Queue(service)
        self.queue.set_up(bench)
        self.size = 0

    def grow(self, size):
        """Adds rows up to this number of images; returns the seconds."""
        began = time.monotonic()
        for first in range(self.size + 1, size + 1, 100000):
            add_images(self.service, self.user, first,
                       min(first + 99999, size))
        self.service.query("ANALYZE TABLE images, variants, jobs")
        self.size = size
        return time.monotonic() - began

    def middle(self):
        """Returns the id of an image in the middle of the list."""
        found = self.service.query(
            "SELECT id FROM images WHERE user_id = %s AND name = %s",
            self.user, f"picture-{self.size // 2}.jpg")
        return uuid.UUID(bytes=found[0][0])

    def get(self, path):
        """Returns CPU ms and the median of the response times in ms."""
        done = load(self.bench, service_pids(self.service),
                    self.service.port, path, d=SECONDS, l=self.header)
        assert not done.failures, path
        return done.cpu_ms, done.p50

    def claim(self):
        rate, cpu = backlog(self.queue, 1, CLAIMS)
        return cpu, 1e3 / rate

    def retention(self):
        """Returns CPU ms and real ms of the removal of one expired image."""
        service = self.service
        service.stop("worker")
        self.wait_until_idle()
        service.query(
            "UPDATE images FORCE INDEX (PRIMARY)"
            " SET created_at = created_at - INTERVAL %s DAY"
            " WHERE user_id = %s ORDER BY id LIMIT %s", 2 * KEEP_DAYS,
            self.user, EXPIRED)
        keep_days(service, KEEP_DAYS)
        with service.db() as connection, connection.cursor() as cursor:
            left = self.count(cursor) - EXPIRED
        before, = usage.cpu_seconds([service.pid("db")])
        began = time.monotonic()
        service.start("worker", workers=1)
        self.wait_for_count(left)
        seconds = time.monotonic() - began
        cpu = sum(usage.cpu_seconds([service.pid("db"),
                                     service.pid("worker")]))
        keep_days(service, None)
        return (cpu - before) * 1e3 / EXPIRED, seconds * 1e3 / EXPIRED

    def count(self, cursor):
        cursor.execute("SELECT used_images FROM users WHERE id = %s",
                       (self.user,))
        return cursor.fetchone()[0]

    def wait_until_idle(self):
        """Waits until the database has ended the statements of workers that
        have ended."""
        wait_until(lambda: not self.service.query(
            "SELECT 1 FROM information_schema.processlist"
            " WHERE command IN ('Execute', 'Query')"
            " AND id <> CONNECTION_ID()"), 60)

    def wait_for_count(self, left):
        """Looks often, because the worker continues with other periodic
        tasks."""
        with self.service.db() as connection, connection.cursor() as cursor:
            wait_until(lambda: self.count(cursor) == left, 60, 0.002)

    def measure(self):
        images = "/v1/images"
        sum = hashlib.sha256(str(self.size // 2).encode()).hexdigest()
        return {
            "list of 20": self.get(images + "?limit=20"),
            "list of failed ones": self.get(images + "?status=failed"),
            "get one": self.get(f"{images}/{self.middle()}"),
            "search, found in all": self.get(images + "?name=picture"),
            "search, found nowhere": self.get(images + "?name=nothing"),
            "list of a tag of all": self.get(images + "?tag=all"),
            "find a duplicate": self.get(f"{images}?sha256={sum}"),
            "list of jobs, failed": self.get("/v1/jobs?state=failed"),
            "usage": self.get("/v1/me"),
            "claim and end a job": self.claim(),
            "remove an old image": self.retention(),
        }


def table(bench, measured):
    first = min(measured)
    columns = ["work"]
    for size in measured:
        columns += [f"{size:,}: CPU ms", "time ms"]
        if size != first:
            columns.append("CPU ratio")
    rows = []
    for work in measured[first]:
        row = [work]
        for size, found in measured.items():
            row += found[work]
            if size != first:
                base = measured[first][work][0]
                row.append(found[work][0] / base if base else None)
        rows.append(row)
    bench.report.table("growth", "images of one user, and what work costs"
                       " with so many", columns, rows)


def run(bench):
    with contextlib.ExitStack() as stack:
        try:
            service = stack.enter_context(start_service(
                bench, OPTIONS, db_timeout=60))
        except Unavailable as why:
            bench.report.say(f"growth is left out: {why}")
            return
        growth, measured = Growth(bench, service), {}
        for size in SIZES + ((FULL_SIZE,) if bench.full else ()):
            seconds = growth.grow(size)
            bench.report.say(f"{size:,} images: their rows took"
                             f" {seconds:.1f} s")
            measured[size] = growth.measure()
        table(bench, measured)
