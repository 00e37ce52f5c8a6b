"""The queue: jobs per second of the workers, and how long jobs wait. An empty
job is a render job of an image that has all its variants: a worker claims it,
finds nothing to do and ends it."""

import contextlib
import time
import uuid

import usage
from rows import add_jobs, allow_anonymous, count_jobs
from servers import (Unavailable, form, load, service_pids,
                     start_service, token_json)
from service import wait_until

WORKERS = 1, 4
EMPTY_JOBS = 1000
PACED_JOBS = 100
PACED_SECONDS = 3
TASKS = 1000
TASK_CLIENTS = 16


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


class Queue:
    def __init__(self, service):
        self.service = service
        self.start = int(time.time() * 1000) + 10 ** 9

    def set_up(self, bench):
        """Uploads the image that all jobs are for."""
        service = self.service
        session = service.session(token=token_json(service.session(
            "premium")))
        data = bench.samples.path("64x64.jpg").read_bytes()
        answer = session.post("/v1/images?name=x.jpg", data=data,
                              headers={"Content-Type": "image/jpeg"})
        answer.raise_for_status()
        self.image = uuid.UUID(answer.json()["id"]).bytes.hex()
        self.user = service.query("SELECT id FROM users"
                                  " WHERE username = 'premium'")[0][0]

    def add(self, count):
        """Adds jobs whose ids are greater than all others."""
        self.start += 10 ** 6
        add_jobs(self.service, self.user, f"seq_1_to_{count}",
                 f"X'{self.image}'", "queued", self.start)

    def wait_until_empty(self, timeout=120):
        wait_until(lambda: not count_jobs(self.service, "queued", "running"),
                   timeout, 0.1)

    def times_of(self, count):
        """Returns how long each of the last jobs waited, and the time from the
        start of the first to the end of the last, in seconds."""
        found = self.service.query(
            "SELECT UNIX_TIMESTAMP(started_at) - UNIX_TIMESTAMP(run_after),"
            " UNIX_TIMESTAMP(started_at), UNIX_TIMESTAMP(finished_at), state"
            " FROM jobs ORDER BY id DESC LIMIT %s", count)
        assert {row[3] for row in found} == {"done"}, "jobs failed"
        return ([float(row[0]) for row in found],
                float(max(row[2] for row in found) -
                      min(row[1] for row in found)))


def backlog(queue, workers, count):
    """Queues all jobs before the workers start. Returns jobs per second, and
    CPU ms per job."""
    service = queue.service
    service.stop("worker")
    queue.add(count)
    before, = usage.cpu_seconds([service.pid("db")])
    service.start("worker", workers=workers)
    queue.wait_until_empty()
    cpu = sum(usage.cpu_seconds([service.pid("db"), service.pid("worker")]))
    return count / queue.times_of(count)[1], (cpu - before) * 1e3 / count


def paced(queue, count, seconds):
    """Queues one job after another, for workers that are idle. Returns the
    median and the 99th percentile of the waiting time in ms."""
    for _ in range(count):
        queue.add(1)
        time.sleep(seconds / count)  # the pace is what is measured
    queue.wait_until_empty()
    waits = [wait * 1e3 for wait in queue.times_of(count)[0]]
    return percentile(waits, 0.5), percentile(waits, 0.99)


def empty_jobs(queue, workers):
    rate, cpu = backlog(queue, workers, EMPTY_JOBS)
    p50, p99 = paced(queue, PACED_JOBS, PACED_SECONDS)
    return [workers, rate, cpu, p50, p99]


def tasks(bench, queue, workers):
    """Clients of thumbnail_generator upload pictures; measures until the last
    thumbnail of 100x100 is ready."""
    service = queue.service
    path = bench.tmp / "task"
    media_type, _ = form(path, bench.samples.path("400x300.png").read_bytes(),
                         name="picture.png")
    service.restart("worker", workers=workers)
    pids = service_pids(service)
    done = count_jobs(service, "done")
    began, before = time.monotonic(), sum(usage.cpu_seconds(pids))
    sent = load(bench, pids, service.port, "/api/v1/thumbnail_generator/",
                TASK_CLIENTS, n=TASKS, b=path, t=media_type, s=202)
    queue.wait_until_empty()
    seconds = time.monotonic() - began
    cpu = sum(usage.cpu_seconds(pids)) - before
    return [workers, sent.rate, TASKS / seconds, cpu * 1e3 / TASKS,
            sent.failures, TASKS - (count_jobs(service, "done") - done)]


def run(bench):
    with contextlib.ExitStack() as stack:
        try:
            service = stack.enter_context(start_service(bench))
        except Unavailable as why:
            bench.report.say(f"queue is left out: {why}")
            return
        queue = Queue(service)
        queue.set_up(bench)
        allow_anonymous(service)
        bench.report.table(
            "queue", f"{EMPTY_JOBS:,} empty jobs at once; {PACED_JOBS} one by"
            f" one in {PACED_SECONDS} s, and how long they waited",
            ["workers", "jobs/s", "CPU ms", "p50 ms", "p99 ms"],
            [empty_jobs(queue, workers) for workers in WORKERS])
        bench.report.table(
            "queue", f"{TASKS:,} thumbnails of a PNG of 400x300, by"
            f" {TASK_CLIENTS} clients of thumbnail_generator",
            ["workers", "accepted/s", "done/s", "CPU ms", "refused", "lost"],
            [tasks(bench, queue, workers) for workers in WORKERS])
