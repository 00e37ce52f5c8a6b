"""Faults: what dies, hangs or fills up, and what clients see of it."""

import concurrent.futures
import contextlib
import hashlib
import itertools
import json
import os
import random
import re
import signal
import threading
import time
import uuid

import pytest
from PIL import Image, ImageCms

from api import (is_back, new_user, post_picture, problem, settled, upload,
                 without)
from file_system import fill, small_file_system
from load import Load, look
from pictures import broken_picture, encode, picture, quarters
from processes import children_of, cpu_seconds
from service import wait_until, wait_within

LONG = os.environ.get("PIXTIER_LONG") == "1"
UPLOADS = 1000 if LONG else 300
KILLS = 10
CLIENTS = 8
RELOADS = 10 if LONG else 3


def numbered_picture(number):
    """No two alike, so that a wrong one among the stored would show."""
    return encode(quarters(240, 160 + number % 100), "JPEG",
                  comment=b"%d" % number)


def check_kept(session, image, data):
    """The acknowledged image is there with all its bytes."""
    kept = session.get("/v1/images/" + image["id"]).json()
    assert kept["status"] == "ready", kept
    assert kept["sha256"] == hashlib.sha256(data).hexdigest()
    assert session.get(kept["original"]["url"]).content == data
    for variant in kept["variants"]:
        answer = session.get(variant["url"])
        assert answer.status_code == 200
        assert len(answer.content) == variant["bytes"]


def check_store(service):
    done = service.ctl("--json", "fsck", "--deep", check=False)
    said = json.loads(done.stdout)
    assert [row for row in said["invariants"] if row["count"]] == []
    assert done.returncode == 0 and said["clean"]


def kill_one(service):
    """Kills a responder; returns when another has its place."""
    victim = random.choice(service.children("fcgi"))
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: victim not in service.children("fcgi"), every=0.005)


def respawns(service):
    """How many responders the supervisor has replaced."""
    return sum(int(number) for number in re.findall(
        r"^pixtier_respawns_total\{.*\} (\d+)$",
        service.session().get("/metrics").text, re.MULTILINE))


def upload_until_accepted(session, data):
    """Repeats the upload after each 503, as clients do."""
    def accepted():
        answer = post_picture(session, data)
        if answer.status_code == 201:
            return answer.json()
        assert answer.status_code == 503, answer.text
        assert answer.headers["Retry-After"]
    return wait_until(accepted, every=0.1)


def test_responders_may_be_killed_at_any_time(service, monkeypatch):
    """kill -9 during many uploads: each responder is replaced, and what was
    acknowledged is there."""
    session = new_user(service)
    pictures = [numbered_picture(number) for number in range(UPLOADS)]
    before = respawns(service)
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(upload_until_accepted, session, data)
                   for data in pictures]
        for count in range(0, UPLOADS, UPLOADS // KILLS):
            wait_until(lambda: sum(task.done() for task in running) >= count,
                       every=0.005)
            kill_one(service)
        images = [task.result() for task in running]
    wait_until(lambda: is_back(service))
    assert respawns(service) == before + KILLS
    for image, data in zip(images, pictures):
        check_kept(session, image, data)
    check_store(service)

    for file in (service.store / "tmp").iterdir():
        os.utime(file, (time.time() - 120,) * 2)
    monkeypatch.setenv("PIXTIER_SWEEP_GRACE", "60")
    service.ctl("sweep")
    check_store(service)
    assert not list((service.store / "tmp").iterdir())
    check_kept(session, images[-1], pictures[-1])


def is_good(session):
    return look(session).status_code == 200


def test_without_the_database_answers_are_503(service):
    """With Retry-After, at once; and good within 2 s after it is back."""
    session = service.session("premium")
    with without(service, "db"):
        for answer in (look(session), post_picture(session)):
            problem(answer, 503, "unavailable")
            assert answer.headers["Retry-After"]
        assert session.get("/healthz").status_code == 200
        assert session.get("/readyz").status_code == 503
    wait_within(2, lambda: is_good(session))
    assert post_picture(session).status_code == 201
    check_store(service)


def test_a_database_that_hangs_holds_nobody_for_long(service):
    """Every request is answered while the database hangs, after the settings
    db_timeout and db_connect_timeout; each answer is good or 503."""
    session = service.session("premium")
    calls = itertools.cycle([look, post_picture])
    service.restart("fcgi", db_timeout=1, db_connect_timeout=1)
    wait_until(lambda: is_back(service))
    load = Load(CLIENTS, lambda: next(calls)(session))
    try:
        # The load ends when all its requests are answered.
        with load:
            wait_until(lambda: load.count(200) and load.count(201))
            service.kill("db", signal.SIGSTOP)
            wait_until(lambda: load.count(503) >= 2 * CLIENTS)
    finally:
        service.kill("db", signal.SIGCONT)
    wait_within(2, lambda: is_good(session))
    assert {answer.status_code for answer, _ in load.results} == \
        {200, 201, 503}
    assert all("Retry-After" in answer.headers for answer, _ in load.results
               if answer.status_code == 503)
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


def test_a_database_that_dies_takes_no_acknowledged_image(service):
    """kill -9 of the server during uploads, and it comes back."""
    session = new_user(service)
    with Load(CLIENTS, lambda: post_picture(session)) as load:
        wait_until(lambda: load.count(201))
        service.kill("db")
        wait_until(lambda: load.count(503))
        service.start("db")
        wait_within(2, lambda: is_good(session))
        before = load.count(201)
        wait_until(lambda: load.count(201) >= before + CLIENTS)
    statuses = {answer.status_code for answer, _ in load.results}
    assert statuses == {201, 503}
    images = [answer.json() for answer, _ in load.results
              if answer.status_code == 201]
    for image in images:
        check_kept(session, image, picture())
    check_store(service)


@contextlib.contextmanager
def killed_decoder(service, part):
    """The first decoder process of the part that works on a picture is killed,
    as the kernel does when the machine has no memory left."""
    def decoders():
        server = service.decoder_server(part)
        return children_of(server) if server else []

    def kill_busy():
        for pid in decoders():
            with contextlib.suppress(OSError):
                if cpu_seconds([pid]) > idle.get(pid, 0) + 0.03:
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
                    return True
        return done.is_set()

    # What they needed to start, which is much on a busy machine.
    idle = {pid: cpu_seconds([pid]) for pid in decoders()}
    done, killed = threading.Event(), []
    thread = threading.Thread(target=wait_until, args=(kill_busy,),
                              kwargs={"every": 0.001})
    thread.start()
    try:
        yield killed
    finally:
        done.set()
        thread.join()


def costly_picture():
    return encode(Image.new("RGB", (5000, 4000)), "TIFF",
                  compression="packbits")


def test_a_killed_decoder_is_no_fault_of_the_picture(service):
    """503 in a request, and a job gets another attempt."""
    service.restart("fcgi", sync_budget_ms=60000)
    session = service.session("enterprise")
    try:
        wait_until(lambda: is_back(service))
        with killed_decoder(service, "fcgi") as killed:
            answer = post_picture(session, costly_picture())
        assert killed
        problem(answer, 503, "unavailable")
        assert answer.headers["Retry-After"]
        assert post_picture(session, costly_picture()).status_code == 201
    finally:
        service.restart("fcgi")
        wait_until(lambda: is_back(service))
    with killed_decoder(service, "worker") as killed:
        image = post_picture(session, costly_picture(), headers={
            "Prefer": "respond-async"}).json()
        job = "/v1/jobs/" + image["job"]["id"]
        assert settled(session, image)["status"] == "ready"
    assert killed
    assert session.get(job).json()["attempts"] == 2
    check_store(service)


def picture_with_profile(brightness):
    """Few pixels, and a valid profile of 16 MB that compresses well."""
    size = 16_000_000
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = size.to_bytes(4, "big") + profile[4:].ljust(size - 4, b"\0")
    return encode(Image.new("RGB", (64, 48), (brightness, 0, 0)), "PNG",
                  icc_profile=profile)


def test_what_costs_more_than_estimated_is_left_to_a_worker(service):
    """Three times the setting sync_budget_ms of CPU time is what all of a
    request's pictures may use: of an upload, and of a variant."""
    session = new_user(service, any_size=True)
    kept = upload(session, picture_with_profile(1))
    variant = f"/v1/images/{kept['id']}/variants/h31.png"
    service.restart("fcgi", sync_budget_ms=5)
    try:
        wait_until(lambda: is_back(service))
        answer = post_picture(session, picture_with_profile(2))
        assert answer.status_code == 202, answer.text
        assert settled(session, answer.json())["status"] == "ready"
        assert session.get(variant).status_code == 202
        wait_until(lambda: session.get(variant).status_code == 200)
    finally:
        service.restart("fcgi")
        wait_until(lambda: is_back(service))


def used_images(session):
    return session.get("/v1/me").json()["usage"]["images"]


def test_a_reload_loses_no_request(service):
    """SIGHUP again and again, while large and small uploads come in."""
    session = new_user(service)
    large = picture(1600, 1200, "PNG", compress_level=0)
    bodies = [picture(), large]
    with Load(CLIENTS, lambda: post_picture(
            session, random.choice(bodies))) as load:
        for _ in range(RELOADS):
            before = set(service.children("fcgi"))
            service.kill("fcgi", signal.SIGHUP)
            wait_until(lambda: not before & set(service.children("fcgi")))
    statuses = [answer.status_code for answer, _ in load.results]
    print(f"{len(statuses)} uploads during {RELOADS} reloads")
    assert set(statuses) == {201}, statuses
    assert used_images(session) == len(statuses)


def test_a_stop_finishes_what_was_begun(service):
    """SIGTERM: an upload is stored and acknowledged, or neither."""
    session = new_user(service)
    with Load(CLIENTS, lambda: post_picture(session)) as load:
        with without(service, "fcgi"):
            wait_until(lambda: load.count(503))
    statuses = [answer.status_code for answer, _ in load.results]
    assert set(statuses) == {201, 503}
    assert used_images(session) == statuses.count(201)
    check_store(service)


@pytest.fixture
def small_store(service):
    """A file system of 8 MiB, for the store of responders and workers."""
    with small_file_system(service.store.stat().st_uid) as place:
        try:
            yield place
        finally:
            service.restart("fcgi")
            service.restart("worker")
            wait_until(lambda: is_back(service))


@pytest.mark.parametrize("reserve", [5, 0])
def test_a_full_store_is_said(service, small_store, reserve):
    """507 before the last bytes are used, and when they are; and good again
    when there is room. The setting store_reserve is how much stays free."""
    service.restart("fcgi", store_dir=small_store, store_reserve=reserve)
    wait_until(lambda: is_back(service))
    session = new_user(service)
    images = []
    large = picture(800, 600, "BMP")
    for _ in range(20):
        answer = post_picture(session, large)
        if answer.status_code != 201:
            break
        images.append(answer.json())
    said = problem(answer, 507, "storage_full")
    assert answer.headers["Retry-After"]
    assert small_store not in said["detail"]
    assert used_images(session) == len(images) > 2
    assert not os.listdir(small_store + "/tmp")
    for image in images:
        assert session.delete("/v1/images/" + image["id"]).status_code == 204
    image = post_picture(session).json()
    assert session.delete("/v1/images/" + image["id"]).status_code == 204


def started(service, job):
    (when,), = service.query("SELECT started_at FROM jobs WHERE id = %s",
                             uuid.UUID(job["id"]).bytes)
    return when


def test_a_full_store_uses_up_no_attempt(service, small_store):
    """An acknowledged upload waits until there is room again."""
    service.stop("worker")
    service.restart("fcgi", store_dir=small_store, store_reserve=0,
                    job_attempts=1)
    wait_until(lambda: is_back(service))
    session = new_user(service)
    image = post_picture(session, headers={"Prefer": "respond-async"}).json()
    path = "/v1/jobs/" + image["job"]["id"]
    filler = fill(small_store)
    service.start("worker", store_dir=small_store, job_retry=1)
    for _ in range(2):
        before = started(service, image["job"])
        wait_until(lambda: started(service, image["job"]) != before)
    job = wait_until(lambda: (found := session.get(path).json())["state"] ==
                     "queued" and found)
    assert (job["attempts"], job["error"]["code"]) == (0, "storage_full")
    os.unlink(filler)
    assert settled(session, image)["status"] == "ready"
    assert session.get(path).json()["attempts"] == 1
    assert session.delete("/v1/images/" + image["id"]).status_code == 204


def test_what_failed_for_a_while_is_made_at_its_next_use(service):
    """When the reason may have gone, a minute later; not when it is the
    picture."""
    session = new_user(service)
    service.stop("worker")
    before = set(service.objects())
    image = post_picture(session, headers={"Prefer": "respond-async"}).json()
    original, = set(service.objects()) - before
    bad = post_picture(session, broken_picture(),
                       headers={"Prefer": "respond-async"}).json()
    original.chmod(0)
    service.start("worker", job_retry=0)
    try:
        assert settled(session, image)["error"]["code"] == "internal"
        assert settled(session, bad)["error"]["code"] == "corrupt_image"
        original.chmod(0o640)
        path = f"/v1/images/{image['id']}/variants/h200"
        problem(session.get(path), 500, "internal")
        # As if that time had passed.
        service.query("UPDATE jobs SET finished_at = finished_at -"
                      " INTERVAL 61 SECOND WHERE state = 'failed'")
        assert session.get(path).status_code == 202
        assert settled(session, image)["status"] == "ready"
        assert session.get(path).status_code == 200
        problem(session.get(f"/v1/images/{bad['id']}/variants/h200"),
                422, "corrupt_image")
    finally:
        original.chmod(0o640)
        service.restart("worker")
