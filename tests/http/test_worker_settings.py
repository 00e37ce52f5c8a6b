"""Settings of the workers: how long, how often and when they do things."""

import contextlib
import json
import os
import time
import uuid

import pytest

from api import new_user, post_picture, settled, upload, variant_of
from pictures import picture
from processes import frozen_decoders
from service import wait_until, wait_until_constant


@pytest.fixture(autouse=True)
def workers_as_set(service):
    """After each test the workers are as before."""
    yield
    service.restart("worker")


def later(session):
    """An image, and the path of the job that is to make its variants."""
    answer = post_picture(session, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202, answer.text
    image = answer.json()
    return image, "/v1/jobs/" + image["job"]["id"]


@contextlib.contextmanager
def busy_worker(service, session, **settings):
    """An image and the path of its job, which a worker is at for a while."""
    service.restart("worker", workers=1, **settings)
    with frozen_decoders(service, "worker"):
        image, path = later(session)
        wait_until(lambda: session.get(path).json()["state"] == "running")
        yield image, path


def test_a_job_has_its_time(service):
    """The setting decoder_seconds_worker. A decoder process that does not
    run is no fault of the picture, which gets another one."""
    session = new_user(service)
    with busy_worker(service, session, decoder_seconds_worker=1,
                     job_retry=1) as (image, path):
        job = wait_until(lambda: (found := session.get(path).json())["error"]
                         and found)
    assert job["error"]["code"] == "unavailable"
    assert "within 1 s" in job["error"]["detail"]
    assert settled(session, image)["status"] == "ready"
    assert session.get(path).json()["attempts"] == 2


def test_a_lease_is_kept_while_the_work_goes_on(service):
    """The setting job_lease is for workers that are gone, not for long
    jobs."""
    session = new_user(service)
    with busy_worker(service, session, job_lease=1) as (image, path):
        def lease():
            (until,), = service.query(
                "SELECT lease_until FROM jobs WHERE id = %s",
                uuid.UUID(image["job"]["id"]).bytes)
            return until

        first = lease()
        wait_until(lambda: lease() > first)
    assert settled(session, image)["status"] == "ready"
    assert session.get(path).json()["attempts"] == 1


def unreadable(service, session, **settings):
    """An image and the path of its job, and the file that it needs; the
    workers begin with these settings."""
    service.stop("worker")
    before = service.objects()
    image, path = later(session)
    original, = set(service.objects()) - set(before)
    original.chmod(0)
    service.start("worker", **settings)
    return image, path, original


def has_failed(job):
    """Whether an attempt of the job has run, and not only lost its worker: a
    database that stalls may do that on a busy machine."""
    return job["error"] and "died" not in job["error"]["detail"]


def test_what_may_pass_is_tried_again(service):
    """After the setting job_retry; here a file cannot be read for a while."""
    session = new_user(service)
    image, path, original = unreadable(service, session, job_retry=1000)
    job = wait_until(lambda: [job for job in [session.get(path).json()]
                              if has_failed(job)])[0]
    assert (job["state"], job["error"]["code"]) == ("queued", "internal")
    assert str(original) not in job["error"]["detail"]
    (first, wait), = service.query(
        "SELECT attempts, TIMESTAMPDIFF(MICROSECOND, started_at, run_after)"
        " FROM jobs WHERE id = %s", uuid.UUID(image["job"]["id"]).bytes)
    assert 1000 <= wait / 1e6 / 2 ** (first - 1) < 2000, "then twice as long"
    assert first < 3

    service.restart("worker", job_retry=0)
    service.query("UPDATE jobs SET run_after = UTC_TIMESTAMP(6) WHERE id = %s",
                  uuid.UUID(image["job"]["id"]).bytes)
    wait_until(lambda: session.get(path).json()["state"] == "failed")
    assert session.get(path).json()["attempts"] == 3, "job_attempts"
    assert settled(session, image)["status"] == "failed"
    original.chmod(0o640)


def test_a_job_is_done_when_what_hindered_it_has_passed(service):
    session = new_user(service)
    image, path, original = unreadable(service, session, job_retry=1)
    wait_until(lambda: session.get(path).json()["error"])
    original.chmod(0o640)
    assert settled(session, image)["status"] == "ready"
    assert session.get(path).json()["attempts"] > 1


def has_begun(service):
    """Whether the only worker has looked at the queue for the first time."""
    pid, = service.children("worker")
    return service.query("SELECT 1 FROM workers WHERE pid = %s", pid)


def let_one_job_be_done(service, session):
    """So the worker has also done all that it does when it begins."""
    wait_until(lambda: has_begun(service))
    assert settled(session, later(session)[0])["status"] == "ready"


def statements(service):
    (_, number), = service.query(
        "SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'")
    return int(number)


def test_an_idle_worker_looks_as_often_as_set(service):
    """The setting worker_poll_ms."""
    session = new_user(service)
    service.restart("worker", workers=1, worker_poll_ms=100)
    let_one_job_be_done(service, session)
    began, before = time.monotonic(), statements(service)
    wait_until(lambda: statements(service) >= before + 5)
    count = statements(service) - before
    # Some are no looks: what it has done is noted, too.
    assert count <= (time.monotonic() - began) * 10 + 8

    service.stop("worker")
    image, _ = later(session)
    service.start("worker", workers=1, worker_poll_ms=60000)
    assert settled(session, image)["status"] == "ready"
    wait_until_constant(lambda: statements(service))  # it has looked again
    _, path = later(session)
    # That a worker does not look, only time shows.
    time.sleep(0.5)
    assert session.get(path).json()["state"] == "queued"


def orphans(service):
    """The files that pixtierctl fsck counts as I3."""
    said = json.loads(service.ctl("--json", "fsck", check=False).stdout)
    return next(row["examples"] for row in said["invariants"]
                if row["id"] == "I3")


def test_fsck_leaves_the_sweep_its_time(service):
    """A file that no row names counts when a sweep should have removed it; one
    with a foreign name, which stays, after the setting sweep_grace."""
    service.stop("worker")
    image = upload(service.session("premium"))
    known = next(file for file in service.objects()
                 if image["id"].replace("-", "") in file.name)
    own = known.with_name("0bad" + known.name[4:])
    foreign = known.with_name("notes.txt")
    settings = json.loads(
        service.ctl("settings", "--effective", "--json").stdout)
    grace = int(next(row["value"] for row in settings
                     if row["name"] == "sweep_grace"))
    try:
        for file, age, counts in ((own, grace + 600, False),
                                  (own, grace + 1000, True),
                                  (foreign, grace - 60, False),
                                  (foreign, grace + 60, True)):
            file.write_bytes(b"x")
            os.utime(file, (time.time() - age,) * 2)
            assert orphans(service) == ([file.name] if counts else [])
            file.unlink()
    finally:
        service.start("worker")


def test_files_that_nobody_knows_are_swept(service):
    """When they are older than the setting sweep_grace, not before."""
    session = service.session("premium")
    image = upload(session)
    known = [file for file in service.objects()
             if image["id"].replace("-", "") in file.name]
    assert len(known) == 3
    orphan = known[0].with_name("0bad" + known[0].name[4:])
    orphan.write_bytes(picture())
    half = service.store / "tmp" / "half"
    half.write_bytes(b"half")
    for file in (orphan, half, *known):
        os.utime(file, (time.time() - 120,) * 2)

    service.restart("worker", workers=1, sweep_grace=3000)
    let_one_job_be_done(service, session)
    assert orphan.exists() and half.exists()
    service.restart("worker", sweep_grace=60)
    wait_until(lambda: not orphan.exists() and not half.exists())
    for name in ("h200", "h400", "original"):
        assert session.get(variant_of(image, name)).status_code == 200
