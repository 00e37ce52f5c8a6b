"""Workers: how soon they begin, what they cost idle, and what happens to a job
whose worker dies, hangs or is stopped."""

import itertools
import json
import os
import random
import signal
import time
import uuid

import pytest
from PIL import Image

from api import (is_back, new_user, post_picture, problem, settled, upload,
                 variant_of, wait_until_idle, without)
from db_proxy import Harm, Proxy
from pictures import (check_quarters, decode, encode, large_picture, picture,
                      quarters)
from processes import cpu_seconds, end_leases, kill_holder
from service import wait_until

LATER = {"Prefer": "respond-async"}
POLL_MS = 215  # the default of worker_poll_ms


@pytest.fixture(scope="module")
def slow_data():
    """48 million pixels, which take a worker more than a second."""
    return encode(Image.new("1", (8000, 6000), 1), "PNG")


@pytest.fixture
def hasty(service):
    """Workers that try a job again at once."""
    service.restart("worker", job_retry=0)
    yield service
    service.restart("worker")


def later(session, data=None):
    answer = post_picture(session, data, headers=LATER)
    assert answer.status_code == 202, answer.text
    return answer.json()


def job_of(service, image):
    names = "state", "attempts", "worker"
    rows = service.query(
        f"SELECT {', '.join(names)} FROM jobs WHERE id = UNHEX(%s)",
        image["job"]["id"].replace("-", ""))
    return dict(zip(names, rows[0]))


def holder(service, image, attempt=1):
    """The process that has the image's job, in this attempt."""
    def look():
        job = job_of(service, image)
        assert job["state"] in ("queued", "running"), job
        return job if (job["state"], job["attempts"]) == \
            ("running", attempt) else None
    return int(wait_until(look, every=0.005)["worker"].split(":")[1])


def wait_for_end(service, job, pid):
    """Waits until this process has logged how its attempt at the job
    ended."""
    wait_until(lambda: [event for event in service.events("worker")
                        if event["event"] == "job" and event["pid"] == pid and
                        event["id"] == job])


def check_store(service):
    done = service.ctl("--json", "fsck", "--deep", check=False)
    assert [row for row in json.loads(done.stdout)["invariants"]
            if row["count"]] == []


def original_of(service, image):
    return next(path for path in service.objects()
                if path.name == image["id"].replace("-", "") + ".original")


### Idle

def test_a_job_begins_soon(service):
    """At an idle worker's next look: the goal is 250 ms. How much longer it
    is on a busy machine, other requests show."""
    session = new_user(service)
    images, paces = [], []
    service.restart("worker", worker_poll_ms=POLL_MS)
    for _ in range(4):
        wait_until_idle(service)
        began = time.monotonic()
        upload(session)
        paces.append(1000 * (time.monotonic() - began))
        # At any moment between two looks: that is what is tested.
        time.sleep(random.uniform(0, POLL_MS / 1000))
        images.append(settled(session, later(session)))
    rows = service.query(
        "SELECT TIMESTAMPDIFF(MICROSECOND, created_at, started_at) FROM jobs"
        " WHERE user_id = (SELECT id FROM users WHERE username = %s)",
        session.auth[0])
    assert len(rows) == len(images)
    waits = [wait / 1000 for wait, in rows]
    print(f"waited {max(waits):.0f} ms at most, "
          f"{sum(waits) / len(waits):.0f} ms on average")
    assert min(waits) < POLL_MS + 1000 + 10 * max(paces)
    service.restart("worker")


def statements(service):
    return sum(int(value) for _, value in service.query(
        "SHOW GLOBAL STATUS WHERE Variable_name IN"
        " ('Com_stmt_execute', 'Com_stmt_prepare')"))


def test_idle_workers_cost_little(service):
    """One query for each look at the queue, and hardly any processor."""
    wait_until_idle(service)
    service.restart("worker", worker_poll_ms=POLL_MS)
    workers = service.children("worker")

    def is_idle():
        began, before = time.monotonic(), statements(service)
        used = cpu_seconds(workers)
        wait_until(lambda: statements(service) >= before + 12 * len(workers))
        count = (statements(service) - before) / len(workers)
        used = cpu_seconds(workers) - used
        looks = (time.monotonic() - began) * 1000 / POLL_MS
        print(f"{count:.0f} statements at {looks:.0f} looks, {used:.3f} s")
        # Few others: that a worker is alive, and jobs whose lease has ended.
        return count <= looks + 4

    # Not at first: a worker has more to do when it begins.
    wait_until(is_idle)
    assert service.children("worker") == workers
    service.restart("worker")


### Work

def test_a_huge_photograph_is_a_job(service):
    """12,000 x 9,000 pixels as enterprise: 202 at once, then ready."""
    data = encode(quarters(12000, 9000), "JPEG", quality=50)
    session = service.session("enterprise")
    began = time.monotonic()
    answer = post_picture(session, data)
    print(f"answered after {time.monotonic() - began:.2f} s")
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] and answer.headers["Retry-After"]
    image = answer.json()
    assert (image["status"], image["job"]["state"]) == ("processing", "queued")
    image = settled(session, image)
    print(f"ready after {time.monotonic() - began:.2f} s")
    assert image["status"] == "ready"
    sizes = {variant["variant"]: (variant["width"], variant["height"])
             for variant in image["variants"]}
    assert sizes == {"h200": (267, 200), "h400": (533, 400)}
    for name, size in sizes.items():
        thumbnail = decode(session.get(variant_of(image, name)).content)
        assert thumbnail.size == size
        check_quarters(thumbnail)


def test_important_jobs_come_first(service):
    """The tier's priority: few high ones before normal ones before low
    ones; of many, see below."""
    sessions = {priority: new_user(service, priority=priority)
                for priority in (2, 1, 0)}
    with without(service, "worker"):
        images = [later(session) for session in sessions.values()
                  for _ in range(4)]
        assert images[-1]["job"]["priority"] == "high"
        service.start("worker", workers=1)
        wait_until_idle(service)
    begun = service.query("SELECT priority FROM jobs ORDER BY started_at DESC"
                          " LIMIT %s", len(images))
    assert [priority for priority, in begun] == [2] * 4 + [1] * 4 + [0] * 4


@pytest.mark.parametrize("priority, before", [(1, 8), (0, 4)])
def test_one_picture_does_not_wait_for_many(service, priority, before):
    """Of others: users of one priority take turns, of at most eight jobs that
    are done in no time; a lower priority has one job after four."""
    flood = new_user(service, priority=priority)
    other = new_user(service)
    with without(service, "worker"):
        first = [later(flood) for _ in range(80)][0]
        image = later(other)
        service.start("worker", workers=1)
        wait_until_idle(service)
    begun = service.query(
        "SELECT id FROM jobs WHERE id >= UNHEX(%s) ORDER BY started_at",
        first["job"]["id"].replace("-", ""))
    assert len(begun) == 81
    assert begun.index((uuid.UUID(image["job"]["id"]).bytes,)) <= before


### Death

def test_another_worker_finishes_what_one_began(hasty, slow_data):
    """kill -9 of a worker in the middle of a job."""
    session = new_user(hasty)
    image = later(session, slow_data)
    killed = holder(hasty, image)
    kill_holder(hasty, killed)
    image = settled(session, image)
    assert image["status"] == "ready"
    assert session.get(image["variants"][0]["url"]).status_code == 200
    assert killed not in hasty.children("worker")
    check_store(hasty)


def test_the_job_of_a_killed_worker_goes_on_at_once(service, slow_data):
    """The worker that replaces it gives the job back, long before the lease
    ends; one death does not make it fail, however few its attempts."""
    session = new_user(service)
    with without(service, "worker"):
        image = later(session, slow_data)
        service.query("UPDATE jobs SET max_attempts = 1 WHERE id = UNHEX(%s)",
                      image["job"]["id"].replace("-", ""))
        service.start("worker", job_lease=3600)
        os.kill(holder(service, image), signal.SIGKILL)
        began = time.monotonic()
        holder(service, image, 2)
        print(f"begun again after {time.monotonic() - began:.2f} s")
        assert settled(session, image)["status"] == "ready"
    assert image["job"]["id"] in [event["id"] for event in
                                  service.events("worker")
                                  if event["event"] == "worker_died"]
    check_store(service)


def test_the_end_of_a_lease_is_seen_soon(service):
    """Of workers that are gone with their supervisor: there is a look each
    second, also just after one that gave a job back."""
    session = new_user(service)
    waits = []
    wait_until_idle(service)
    with without(service, "worker"):
        images = [later(session) for _ in range(5)]
        service.query("UPDATE jobs SET state = 'running', worker = 'gone',"
                      " attempts = 1, lease_until = UTC_TIMESTAMP(6) +"
                      " INTERVAL 1 HOUR WHERE state = 'queued'")
        service.start("worker", workers=1)
    for image in images:
        job = image["job"]["id"].replace("-", "")
        service.query("UPDATE jobs SET lease_until = UTC_TIMESTAMP(6)"
                      " WHERE id = UNHEX(%s)", job)
        (ended,), = service.query("SELECT UTC_TIMESTAMP(6)")
        assert settled(session, image)["status"] == "ready"
        (begun,), = service.query(
            "SELECT started_at FROM jobs WHERE id = UNHEX(%s)", job)
        waits.append((begun - ended).total_seconds())
    print("waited " + ", ".join(f"{wait:.2f} s" for wait in waits))
    assert sorted(waits)[len(waits) // 2] < 2
    service.restart("worker")


def test_a_job_whose_claim_lost_its_answer_goes_on(service):
    """The database has given the job to a worker that does not know: it looks
    for such jobs as soon as the database answers, long before the lease
    ends. The connection ends at one command after another until that was the
    claim or the end of a job."""
    session = new_user(service)
    numbers = itertools.cycle(range(4, 13))

    def lose_one():
        with proxy.doing(Harm(next(numbers), False, True)):
            assert settled(session, later(session))["status"] == "ready"
        return "job_lost" in [event["event"] for event in
                              service.events("worker")]

    with Proxy(service.dir / "run" / "proxy.sock",
               service.setting("db_socket")) as proxy:
        service.restart("worker", workers=1, db_socket=proxy.path,
                        job_lease=3600, job_retry=0)
        wait_until(lose_one)
        service.restart("worker")


def test_a_poison_picture_fails_in_the_end(hasty, slow_data):
    """Every worker that takes it dies: after job_attempts it is `failed`, with
    a reason; an administrator can have it tried again."""
    session = new_user(hasty)
    image = later(session, slow_data)
    for attempt in (1, 2, 3):
        os.kill(holder(hasty, image, attempt), signal.SIGKILL)
    failed = settled(session, image)
    assert failed["status"] == "failed"
    assert "died" in failed["error"]["detail"]
    job = session.get("/v1/jobs/" + image["job"]["id"]).json()
    assert (job["state"], job["attempts"]) == ("failed", 3)
    assert job["error"]["detail"] == failed["error"]["detail"]
    check_store(hasty)

    hasty.ctl("job", "retry", image["job"]["id"])
    assert settled(session, image)["status"] == "ready"
    job = session.get("/v1/jobs/" + image["job"]["id"]).json()
    assert (job["state"], job["error"]) == ("done", None)
    check_store(hasty)


def test_a_worker_that_hung_comes_too_late(hasty, slow_data):
    """Another has finished its job meanwhile; what it made is refused."""
    session = new_user(hasty)
    image = later(session, slow_data)
    hung = holder(hasty, image)
    os.kill(hung, signal.SIGSTOP)
    job = image["job"]["id"]
    try:
        end_leases(hasty)
        # Those that replace the others look for such jobs when they begin.
        for pid in set(hasty.children("worker")) - {hung}:
            os.kill(pid, signal.SIGKILL)
        image = settled(session, image)
    finally:
        os.kill(hung, signal.SIGCONT)
    assert image["status"] == "ready"
    wait_for_end(hasty, job, hung)
    assert session.get("/v1/images/" + image["id"]).json()["status"] == "ready"
    assert hung in hasty.children("worker")
    check_store(hasty)


def test_a_job_outlives_the_database(hasty, slow_data):
    """Which dies in the middle of it and comes back. What cannot be noted then
    is done again after the lease, here a short one."""
    hasty.restart("worker", job_retry=0, job_lease=1, job_attempts=20)
    session = new_user(hasty)
    image = later(session, slow_data)
    holder(hasty, image)
    hasty.kill("db")
    hasty.start("db")
    wait_until(lambda: is_back(hasty))
    assert settled(session, image)["status"] == "ready"
    check_store(hasty)


def test_a_stop_waits_for_the_job_in_hand(service, slow_data):
    """SIGTERM: it is done once, not begun again."""
    session = new_user(service)
    with without(service, "worker"):
        image = later(session, slow_data)
        service.start("worker")
        holder(service, image)
        service.stop("worker")
        job = job_of(service, image)
        assert (job["state"], job["attempts"]) == ("done", 1)
    assert settled(session, image)["status"] == "ready"


def test_an_image_may_be_deleted_while_it_is_worked_on(service, slow_data):
    """The worker finds it gone and goes on."""
    session = new_user(service)
    workers = service.children("worker")
    image = later(session, slow_data)
    busy = holder(service, image)
    assert session.delete("/v1/images/" + image["id"]).status_code == 204
    assert job_of(service, image)["state"] == "cancelled"
    assert settled(session, later(session))["status"] == "ready"
    wait_for_end(service, image["job"]["id"], busy)
    assert job_of(service, image)["state"] == "cancelled"
    assert service.children("worker") == workers
    check_store(service)


### Damage

def test_damage_in_the_store_is_told_and_mended(service):
    """A file that is damaged after its upload: `failed`, with the reason. When
    the file is whole again, `pixtierctl job retry` has it made."""
    session = new_user(service)
    with without(service, "worker"):
        image = later(session, large_picture())
        path = original_of(service, image)
        whole = path.read_bytes()
        path.write_bytes(whole[:200])
    failed = settled(session, image)
    assert failed["status"] == "failed"
    assert failed["error"]["code"] == "corrupt_image"
    for answer in (session.get(variant_of(image, "h200")),
                   session.post(f"/v1/images/{image['id']}/variants",
                                json={"variant": "h200"})):
        problem(answer, 422, "corrupt_image")
    path.write_bytes(whole)
    service.ctl("job", "retry", image["job"]["id"])
    assert settled(session, image)["status"] == "ready"
    check_store(service)
