"""Faults: what dies, hangs or fills up, and what clients see of it."""

import concurrent.futures
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import time

import pytest

from api import is_back, new_user, post_picture, problem, without
from load import Load, look
from pictures import encode, picture, quarters
from service import wait_until

LONG = os.environ.get("PIXTIER_LONG") == "1"
UPLOADS = 1000 if LONG else 300
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


def age(pid):
    with open(f"/proc/{pid}/stat") as stat:
        start = int(stat.read().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - \
        start / os.sysconf("SC_CLK_TCK")


def kill_one(service):
    """Kills a responder; returns how long there was one less."""
    before = service.children("fcgi")
    # What dies within its first second comes back later each time.
    victim = random.choice([pid for pid in before if age(pid) > 1.2]
                           or before)
    os.kill(victim, signal.SIGKILL)
    began = time.monotonic()
    wait_until(lambda: len(service.children("fcgi")) == len(before) and
               victim not in service.children("fcgi"), 2, 0.005)
    return time.monotonic() - began


def upload_until_taken(session, data):
    """As a client does that is told 503: once more. Its error is lost."""
    for _ in range(20):
        answer = post_picture(session, data)
        if answer.status_code == 201:
            return answer.json()
        assert answer.status_code == 503, answer.text
        assert answer.headers["Retry-After"]
        time.sleep(0.1)
    raise AssertionError("503 twenty times")


def test_responders_may_be_killed_at_any_time(service, monkeypatch):
    """kill -9 during many uploads: each responder is back within 1 s, and what
    was acknowledged is there."""
    session = new_user(service)
    pictures = [numbered_picture(number) for number in range(UPLOADS)]
    respawns = []
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(upload_until_taken, session, data)
                   for data in pictures]
        while not all(task.done() for task in running):
            respawns.append(kill_one(service))
            time.sleep(0.1)
        images = [task.result() for task in running]
    print(f"{len(respawns)} killed, back within {max(respawns):.3f} s")
    assert len(respawns) >= 3 and max(respawns) < 1
    for image, data in zip(images, pictures):
        check_kept(session, image, data)
    check_store(service)

    time.sleep(1.1)
    monkeypatch.setenv("PIXTIER_SWEEP_GRACE", "1")
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
    wait_until(lambda: is_good(session), 2)
    assert post_picture(session).status_code == 201
    check_store(service)


def test_a_database_that_hangs_holds_nobody_for_long(service):
    """No request without an answer for 10 s; each is good or 503."""
    session = service.session("premium")
    with Load(CLIENTS, lambda: random.choice([look, post_picture])(session)
              ) as load:
        service.kill("db", signal.SIGSTOP)
        try:
            time.sleep(15 if LONG else 6)
        finally:
            service.kill("db", signal.SIGCONT)
        began = time.monotonic()
        wait_until(lambda: is_good(session), 2)
        print(f"back after {time.monotonic() - began:.2f} s")
    assert {answer.status_code for answer, _ in load.results} == \
        {200, 201, 503}
    assert all("Retry-After" in answer.headers for answer, _ in load.results
               if answer.status_code == 503)
    longest = max(seconds for _, seconds in load.results)
    print(f"longest {longest:.1f} s")
    assert longest < 10


def test_a_database_that_dies_takes_no_acknowledged_image(service):
    """kill -9 of the server during uploads, and it comes back."""
    session = new_user(service)
    with Load(CLIENTS, lambda: post_picture(session)) as load:
        service.kill("db")
        service.start("db")
        wait_until(lambda: is_good(session), 2)
        time.sleep(0.3)
    statuses = {answer.status_code for answer, _ in load.results}
    assert statuses == {201, 503}
    images = [answer.json() for answer, _ in load.results
              if answer.status_code == 201]
    for image in images:
        check_kept(session, image, picture())
    check_store(service)


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
            wait_until(lambda: not before & set(service.children("fcgi")) and
                       len(service.children("fcgi")) == len(before))
    statuses = [answer.status_code for answer, _ in load.results]
    print(f"{len(statuses)} uploads during {RELOADS} reloads")
    assert set(statuses) == {201}, statuses
    assert used_images(session) == len(statuses)


def test_a_stop_finishes_what_was_begun(service):
    """SIGTERM: an upload is stored and acknowledged, or neither."""
    session = new_user(service)
    with Load(CLIENTS, lambda: post_picture(session)) as load:
        with without(service, "fcgi"):
            time.sleep(0.2)
    statuses = [answer.status_code for answer, _ in load.results]
    assert set(statuses) == {201, 503}
    assert used_images(session) == statuses.count(201)
    check_store(service)


@pytest.fixture
def small_store(service, tmp_path):
    """The responders' store is a file system of 8 MiB."""
    place = str(tmp_path / "store")
    os.mkdir(place)
    options = f"size=8m,mode=0777,uid={service.store.stat().st_uid}"
    if not shutil.which("mount") or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "none", place],
            stderr=subprocess.DEVNULL).returncode:
        pytest.skip("only root can mount a small file system")
    for folder in tmp_path, *tmp_path.parents[:2]:
        folder.chmod(folder.stat().st_mode | 0o111)
    try:
        yield place
    finally:
        service.restart("fcgi")
        wait_until(lambda: is_back(service))
        subprocess.run(["umount", "-l", place], check=True)


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
    problem(answer, 507, "storage_full")
    assert answer.headers["Retry-After"]
    assert used_images(session) == len(images) > 2
    assert not os.listdir(small_store + "/tmp")
    for image in images:
        assert session.delete("/v1/images/" + image["id"]).status_code == 204
    image = post_picture(session).json()
    assert session.delete("/v1/images/" + image["id"]).status_code == 204
