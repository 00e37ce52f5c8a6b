"""kill -9 of responders, workers and decoder processes."""

import contextlib
import functools
import os
import signal
import time

from PIL import Image

from api import at_once
from pictures import encode
from processes import cpu_seconds, kill_holder
from service import children_of, wait_until
from tracing import calls_of, children, inject, traced


def warm_up(trial, session):
    """Sends uploads to all responders, because the first upload of a responder
    has other system calls than later ones."""
    trial.service.children("fcgi")
    for _ in range(3):
        at_once(16, lambda: trial.deliver(trial.new_upload(session)))


def kill_responder(trial):
    """kill -9 of the responder at each system call of an upload, which the
    client then sends again with its key. The short form uses samples of the
    calls."""
    # A responder that dies within a second is replaced with increasing delays.
    # With 16 responders each lives longer.
    with trial.service.restarted("fcgi", upload_responders=16):
        kill_at_calls(trial, trial.client())


def kill_at_calls(trial, session):
    warm_up(trial, session)
    calls = calls_of(trial, trial.new_upload(session))
    killed = 0
    for call, number in trial.pick(calls, 12):
        upload = trial.new_upload(session)
        pids = children(trial.service, "fcgi")
        with traced(pids, *inject(call, number, "signal=KILL")):
            trial.send(upload)
        trial.time_until(trial.is_serving, 1)
        killed += not set(pids) <= set(children(trial.service, "fcgi"))
        trial.deliver(upload, lease_ends=True)
    trial.note(f"{killed} kills at {len(calls)} system calls")
    trial.check(killed, "no responder was killed")


@functools.cache
def slow_picture():
    """Returns 96 million pixels, which keep a worker busy for some time."""
    return encode(Image.new("1", (12000, 8000), 1), "PNG")


def job_of(trial, upload):
    names = "state", "attempts", "worker", "error_code"
    row, = trial.service.query(
        f"SELECT {', '.join(names)} FROM jobs WHERE image_id = UNHEX(%s)",
        upload.row)
    return dict(zip(names, row))


def holder(trial, upload, attempt):
    """The process id of the worker that has the job in this attempt, or None
    when the job has ended."""
    def look():
        job = job_of(trial, upload)
        if job["state"] not in ("queued", "running"):
            return [None]
        if (job["state"], job["attempts"]) == ("running", attempt):
            return [int(job["worker"].split(":")[1])]
    return wait_until(look, every=0.005)[0]


def is_ready(trial, upload):
    image, = trial.service.query(
        "SELECT status FROM images WHERE id = UNHEX(%s)", upload.row)
    return image[0] != "processing"


def kill_worker(trial):
    """kill -9 of a worker during a job: another worker soon has the job. Then
    kill -9 of its decoder process: the image does not fail."""
    session = trial.client()
    for _ in range(5 if trial.long else 1):
        upload = trial.deliver(trial.new_upload(session, slow_picture()),
                               later=True)
        os.kill(holder(trial, upload, 1), signal.SIGKILL)
        began = time.monotonic()
        soon = wait_or_end_lease(trial, upload)
        trial.again(time.monotonic() - began, 2, "worker's job")
        trial.check(soon, "the job of a killed worker had to wait for the end "
                          "of its lease",
                    "worker's job")
        kill_decoder(trial, session)


def wait_or_end_lease(trial, upload):
    """Whether another worker takes the job before its lease ends."""
    def taken():
        return job_of(trial, upload)["attempts"] > 1
    with contextlib.suppress(AssertionError):
        wait_until(taken, timeout=20 if trial.long else 5)
        return True
    trial.service.query("UPDATE jobs SET lease_until = UTC_TIMESTAMP(6) -"
                        " INTERVAL 1 SECOND WHERE state = 'running'")
    return False


def busy_decoder(trial):
    """Waits for a decoder process of the worker that uses a processor; returns
    its pid."""
    def used():
        with contextlib.suppress(ProcessLookupError, OSError):
            return {pid: cpu_seconds([pid]) for pid in children_of(
                trial.service.decoder_server("worker"))}
        return {}
    before = used()
    return wait_until(lambda: [pid for pid, seconds in used().items()
                               if seconds > before.get(pid, 0) + 0.02])[0]


def kill_decoder(trial, session):
    upload = trial.deliver(trial.new_upload(session, slow_picture()),
                           later=True)
    os.kill(busy_decoder(trial), signal.SIGKILL)
    wait_until(lambda: is_ready(trial, upload))
    (code,), = trial.service.query(
        "SELECT error_code FROM images WHERE id = UNHEX(%s)", upload.row)
    trial.check(not code, f"a killed decoder process caused {code}",
                "killed decoder")
    if code:
        trial.uploads.remove(upload)


def poison_job(trial):
    """A job whose worker is killed at each attempt ends as failed, with a
    reason, and other jobs are done."""
    session = trial.client()
    poison = trial.deliver(trial.new_upload(session, slow_picture()),
                           later=True)
    trial.uploads.remove(poison)
    others = []
    attempt = 0
    while True:
        attempt += 1
        pid = holder(trial, poison, attempt)
        if not pid:
            break
        kill_holder(trial.service, pid)
        others.append(trial.deliver(trial.new_upload(session), later=True))
    job = job_of(trial, poison)
    trial.note(f"the job failed after {job['attempts']} attempts: "
               f"{job['error_code']}")
    trial.check(job["state"] == "failed" and job["error_code"],
                f"the poison job is {job['state']} with error "
                f"{job['error_code']}")
    trial.check(job["attempts"] == attempt - 1,
                f"{attempt - 1} kills counted as {job['attempts']} attempts")
    for upload in others:
        wait_until(lambda: is_ready(trial, upload))
