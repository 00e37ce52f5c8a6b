"""The file system of the store is full, or its calls fail."""

import contextlib
import errno
import os

from service import wait_until
from tracing import calls_of, children, inject, traced
from trial import MIB, Skip

FILE_CALLS = {"fallocate", "fdatasync", "fsync", "ftruncate", "link", "linkat",
              "mkdir", "mkdirat", "openat", "pwrite64", "rename", "renameat",
              "renameat2", "sendfile", "unlink", "unlinkat", "write", "writev"}
ERRORS = "ENOSPC", "EDQUOT", "EIO"


@contextlib.contextmanager
def without_room(store):
    """Fills the file system: no byte is free."""
    filler = store / "filler"
    try:
        with open(filler, "wb", buffering=0) as file:
            for size in (MIB, 4096):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(size))
        yield
    finally:
        filler.unlink()


@contextlib.contextmanager
def without_inodes(store):
    """Uses all inodes: no further file can be made."""
    folder = store / "fillers"
    folder.mkdir()
    try:
        for number in range(1 << 20):
            try:
                (folder / str(number)).touch()
            except OSError as error:
                assert error.errno == errno.ENOSPC
                break
        yield
    finally:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def full_disk(trial):
    """First no bytes, then no inodes are free. Uploads get 507, and queued
    jobs are done when there is room again. Then each system call for files
    fails with each error."""
    service = trial.service
    if not service.has_small_store:
        raise Skip("needs root to mount a small file system")
    settings = {"store_reserve": 0, "job_retry": 0}
    session = trial.client()
    with service.restarted("fcgi", "worker", **settings):
        for fill in (without_room, without_inodes):
            upload_without(trial, session, fill, settings)
    fail_calls(trial, session)


def upload_without(trial, session, fill, settings):
    service = trial.service
    service.stop("worker")
    before = set(os.listdir(service.store / "tmp"))
    queued = [trial.deliver(trial.new_upload(session), later=True)
              for _ in range(3)]
    refused = [trial.new_upload(session) for _ in range(8)]
    with fill(service.store):
        for upload in refused:
            answer = trial.send(upload)
            trial.check(answer is not None and answer.status_code == 507,
                        f"{fill.__name__}: an upload got {answer}, not 507")
        service.start("worker", **settings)
        wait_until(lambda: any(attempts_of(trial, upload)
                               for upload in queued))
        # Attempts are delayed, so this may not happen within two seconds.
        with contextlib.suppress(AssertionError):
            wait_until(lambda: all(attempts_of(trial, upload) >= 3
                                   for upload in queued), timeout=2)
    trial.time_until(lambda: (trial.send(refused[0]), refused[0].image)[1], 1)
    for upload in refused[1:]:
        trial.deliver(upload)
    trial.check(set(os.listdir(service.store / "tmp")) <= before,
                f"{fill.__name__}: temporary files are left")


def attempts_of(trial, upload):
    (attempts,), = trial.service.query(
        "SELECT attempts FROM jobs WHERE image_id = UNHEX(%s)", upload.row)
    return attempts


def fail_calls(trial, session):
    calls = [call for call in calls_of(trial, trial.new_upload(session))
             if call[0] in FILE_CALLS]
    for error in ERRORS:
        for call, number in trial.pick(calls, 4):
            upload = trial.new_upload(session)
            with traced(children(trial.service, "fcgi"),
                        *inject(call, number, f"error={error}")):
                trial.send(upload)
            trial.deliver(upload, lease_ends=True)
    trial.note(f"{len(ERRORS)} errors at {len(calls)} system calls for "
               "files")
