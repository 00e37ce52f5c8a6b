"""Each allocation and each system call of an upload fails in turn."""

import contextlib
import mmap
import os
import shutil
import struct

from service import BUILDDIR, wait_until
from tracing import calls_of, children, inject, traced
from trial import Skip

# Calls that cannot fail, or whose failure is ignored.
NEVER_FAIL = {"brk", "exit", "exit_group", "futex", "getpid", "gettid",
              "munmap", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn"}


def library(trial, name):
    """Copies the library to where the account of the service can read it;
    returns the path."""
    built = BUILDDIR / "tests/fault" / name
    if not built.exists():
        raise Skip(f"{built} is not built")
    copy = trial.service.dir / name
    if not copy.exists():  # programs that run use the existing copy
        shutil.copy(built, copy)
        copy.chmod(0o755)
    return str(copy)


class Allocations:
    """The file from which fail_alloc.so reads which allocation fails."""

    def __init__(self, trial, program):
        self.path = trial.service.dir / "allocations"
        self.path.write_bytes(bytes(24))
        self.path.chmod(0o666)
        with open(self.path, "r+b") as file:
            self.plan = mmap.mmap(file.fileno(), 24)
        self.environment = {
            "LD_PRELOAD": library(trial, "fail_alloc.so"),
            "FAIL_ALLOC_FILE": str(self.path),
            "FAIL_ALLOC_PROGRAM": program}

    def arm(self, number, lasting=False):
        self.plan[:] = struct.pack("<qqq", number, 0, lasting)

    def used(self, call):
        """The number of allocations while `call` runs."""
        self.arm(1 << 40)
        call()
        return (1 << 40) - struct.unpack_from("<q", self.plan)[0]

    def failed(self):
        return struct.unpack_from("<q", self.plan, 8)[0]


def torture(trial):
    """Each allocation of an upload and of a job fails, alone and with all
    later ones of its process. Then each system call of an upload fails."""
    session = trial.client()
    with allocations(trial, "fcgi") as plan:
        def send(upload):
            trial.send(upload)
        torture_allocations(trial, plan, session, send, "an upload")
    with allocations(trial, "worker") as plan:
        def send_later(upload):
            trial.deliver(upload, later=True)
            end_job_leases_until_done(trial, upload)
        torture_allocations(trial, plan, session, send_later, "a job")
    torture_calls(trial, session)


@contextlib.contextmanager
def allocations(trial, part):
    """Starts many processes, because the supervisor delays the restart of
    processes that die often."""
    plan = Allocations(trial, "pixtier-" + part)
    settings = {"fcgi": {"upload_responders": 16},
                "worker": {"job_retry": 0, "workers": 16}}
    with trial.service.restarted(part, environment=plan.environment,
                                 **settings[part]):
        yield plan


def torture_allocations(trial, plan, session, send, what):
    counts = [plan.used(lambda: send(trial.new_upload(session)))
              for _ in range(24)]
    # The first picture of a process needs more allocations than later ones.
    count = max(counts) if trial.long else min(counts)
    trial.check(count > 10, f"{what} has only {count} allocations: "
                "fail_alloc.so is not preloaded")
    failed = 0
    for lasting in (False, True):
        for number in trial.pick(range(1, count + 1), 8):
            upload = trial.new_upload(session)
            plan.arm(number, lasting)
            send(upload)
            failed += bool(plan.failed())
            plan.arm(0)
            trial.deliver(upload, lease_ends=True)
    trial.note(f"{failed} failures injected into {count} allocations of "
               f"{what}")


def end_job_leases_until_done(trial, upload):
    """Ends the lease of a worker that the failure killed, so that another gets
    the job at once."""
    def done():
        (status,), = trial.service.query(
            "SELECT status FROM images WHERE id = UNHEX(%s)", upload.row)
        if status != "processing":
            return True
        trial.end_leases_of_the_dead()
    wait_until(done)


def torture_calls(trial, session):
    calls = [(call, number) for call, number in calls_of(
        trial, trial.new_upload(session)) if call not in NEVER_FAIL]
    for call, number in trial.pick(calls, 12):
        upload = trial.new_upload(session)
        with traced(children(trial.service, "fcgi"),
                    *inject(call, number, "error=EIO")):
            trial.send(upload)
        trial.deliver(upload, lease_ends=True)
    trial.note(f"{len(calls)} system calls of an upload were tested")
