"""Workers: they take what is queued, and what others left."""

import os
import signal
import time

import pytest

from api import new_user, post_picture, settled, upload, without
from pictures import picture
from processes import freeze_painters, thaw_painters
from service import wait_until


@pytest.fixture(autouse=True)
def workers_as_set(service):
    """After each story the workers are as before."""
    yield
    service.restart("worker")


def later(session):
    """The image and the path of the job that is to make its variants."""
    answer = post_picture(session, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202, answer.text
    image = answer.json()
    return image, "/v1/jobs/" + image["job"]["id"]


def wait_for_state(session, path, state):
    return wait_until(lambda: [job for job in [session.get(path).json()]
                               if job["state"] == state])[0]


def running_job(service, session, **settings):
    """An image, and the path of its job, at which a worker is busy."""
    service.restart("worker", workers=1, job_lease=1, **settings)
    freeze_painters(service, "worker")
    image, path = later(session)
    wait_for_state(session, path, "running")
    return image, path


def kill_worker(service):
    """In mid-job; returns when its lease is over."""
    worker, = service.children("worker")
    os.kill(worker, signal.SIGKILL)
    time.sleep(1.1)


def test_a_killed_workers_job_is_done_by_another(service):
    """As soon as its lease, the setting job_lease, is over."""
    session = new_user(service)
    image, path = running_job(service, session)
    kill_worker(service)
    service.restart("worker")
    assert settled(session, image)["status"] == "ready"
    job = session.get(path).json()
    assert (job["state"], job["attempts"]) == ("done", 2)


def test_a_picture_that_kills_workers_is_given_up(service):
    """After the setting job_attempts: its image has failed, no loop."""
    session = new_user(service)
    image, path = running_job(service, session)
    service.query("UPDATE jobs SET max_attempts = 1"
                  " WHERE id = UNHEX(REPLACE(%s, '-', ''))",
                  image["job"]["id"])
    kill_worker(service)
    service.restart("worker")
    image = settled(session, image)
    assert image["status"] == "failed"
    assert image["error"]["code"] == "internal"
    assert session.get(path).json()["attempts"] == 1


def test_a_lease_is_kept_while_the_work_goes_on(service):
    session = new_user(service)
    image, path = running_job(service, session)
    time.sleep(1.5)
    (valid,), = service.query(
        "SELECT lease_until > UTC_TIMESTAMP(6) FROM jobs"
        " WHERE id = UNHEX(REPLACE(%s, '-', ''))", image["job"]["id"])
    assert valid
    thaw_painters(service, "worker")
    assert settled(session, image)["status"] == "ready"
    assert session.get(path).json()["attempts"] == 1


def test_a_job_has_its_time(service):
    """The setting painter_seconds_worker."""
    session = new_user(service)
    image, path = running_job(service, session, painter_seconds_worker=1)
    image = settled(session, image)
    assert (image["status"], image["error"]["code"]) == \
        ("failed", "corrupt_image")
    assert "longer than 1 s" in session.get(path).json()["error"]["detail"]


def test_what_may_pass_is_tried_again(service):
    """After the setting job_retry; here a file cannot be read for a while."""
    service.restart("worker", job_retry=1)
    session = new_user(service)
    with without(service, "worker"):
        before = service.objects()
        image, path = later(session)
        original, = set(service.objects()) - set(before)
        original.chmod(0)
    job = wait_until(lambda: [job for job in [session.get(path).json()]
                              if job["attempts"] and job["error"]])[0]
    assert (job["state"], job["error"]["code"]) == ("queued", "internal")
    assert str(original) not in job["error"]["detail"]
    original.chmod(0o640)
    assert settled(session, image)["status"] == "ready"
    done = session.get(path).json()
    assert (done["state"], done["attempts"]) == ("done", 2)


def test_an_idle_worker_is_cheap(service):
    """At most 5 queries a second; fewer, the longer worker_poll_ms is."""
    def queries():
        (_, count), = service.query("SHOW GLOBAL STATUS LIKE 'Questions'")
        return int(count)

    def in_two_seconds():
        time.sleep(0.3)
        before = queries()
        time.sleep(2)
        return queries() - before

    service.restart("worker", workers=1)
    assert 2 <= in_two_seconds() <= 12
    service.restart("worker", workers=1, worker_poll_ms=10000)
    assert in_two_seconds() <= 4


def test_files_that_nobody_knows_are_swept(service):
    """When they are older than the setting sweep_grace, not before."""
    image = upload(service.session("basic"))
    kept = service.objects()
    known = next(file for file in kept
                 if image["id"].replace("-", "") in str(file))
    orphan = known.with_name(known.name.replace(image["id"][-4:], "0bad", 1))
    orphan.write_bytes(picture())
    half = service.store / "tmp" / "half"
    half.write_bytes(b"half")
    os.utime(orphan, (time.time() - 120,) * 2)
    os.utime(half, (time.time() - 120,) * 2)

    service.restart("worker", sweep_grace=3000)
    time.sleep(0.3)
    assert orphan.exists() and half.exists()
    service.restart("worker", sweep_grace=60)
    wait_until(lambda: not orphan.exists() and not half.exists())
    assert service.objects() == kept
