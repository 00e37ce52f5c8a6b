"""Memory: decoder processes of all responders and workers share it."""

import contextlib
import os
import pathlib
import re
import signal
import threading
import time

import pytest
from PIL import Image

from api import (is_back, new_user, post_picture, problem, settled, upload,
                 wait_until_idle, without)
from pictures import encode, picture
from service import children_of, wait_until

LATER = {"Prefer": "respond-async"}
TOTAL = 256  # MiB: one large picture fits, and small ones beside it
SETTINGS = {"decoder_memory_total": TOTAL, "workers": 4,
            "decoder_seconds_worker": 600}


@pytest.fixture
def little_memory(service):
    wait_until_idle(service)
    for part in ("fcgi", "worker"):
        service.restart(part, **SETTINGS)
    wait_until(lambda: is_back(service))
    yield service
    for part in ("fcgi", "worker"):
        service.restart(part)
    wait_until(lambda: is_back(service))


@pytest.fixture
def session(service):
    return new_user(service, max_pixels=200000000, max_bytes=None)


def tiff(width=4000, height=3000):
    """Of which GraphicsMagick has 8 bytes a pixel in memory."""
    return encode(Image.new("L", (width, height), 99), "TIFF",
                  compression="tiff_lzw")


def resident_mib(pid):
    """Without what it shares with files."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        found = re.search(r"RssAnon:\s*(\d+) kB",
                          pathlib.Path(f"/proc/{pid}/status").read_text())
        return int(found[1]) / 1024 if found else 0
    return 0


def decoders_of(service):
    """All that the decoder servers have forked."""
    return [pid for part in ("fcgi", "worker")
            for pid in children_of(service.decoder_server(part) or 0)]


class Watch(threading.Thread):
    """The most memory that all decoder processes have had at once, and that
    one has had."""

    def __init__(self, service):
        super().__init__(daemon=True)
        self.service = service
        self.stopping = threading.Event()
        self.total = self.largest = 0

    def run(self):
        while not self.stopping.wait(0.003):
            sizes = [resident_mib(pid) for pid in decoders_of(self.service)]
            self.total = max(self.total, sum(sizes))
            self.largest = max([self.largest, *sizes])

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.join()


def test_large_pictures_wait_for_memory(little_memory, session):
    """Many jobs at once use no more than decoder_memory_total together, and
    each is done in the end, without an attempt in vain."""
    with without(little_memory, "worker"):
        images = [post_picture(session, tiff(), headers=LATER).json()
                  for _ in range(8)]
    little_memory.restart("worker", **SETTINGS)
    with Watch(little_memory) as watch:
        settled_images = [settled(session, image) for image in images]
    assert {image["status"] for image in settled_images} == {"ready"}
    assert 4 * watch.largest > TOTAL, "too small to be seen"
    assert watch.total <= TOTAL
    (attempts,), = little_memory.query(
        "SELECT MAX(attempts) FROM jobs WHERE user_id ="
        " (SELECT id FROM users WHERE username = %s)", session.auth[0])
    assert attempts == 1


def test_what_can_never_have_its_memory_is_refused(little_memory, session):
    """413 too_large; but of a PNG that is read by rows little is in memory."""
    said = problem(post_picture(session, tiff(8000, 3000)), 413, "too_large")
    assert re.search(r"need \d+ MiB of memory, more than 224$",
                     said["detail"])
    rows = encode(Image.new("1", (8000, 3000)), "PNG")
    answer = post_picture(session, rows, headers=LATER)
    assert answer.status_code == 202, answer.text
    assert settled(session, answer.json())["status"] == "ready"


def private_mib(pid):
    """What only this process has, of the memory without a file."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
        return sum(int(kib) for kib in re.findall(
            r"^Private_Dirty:\s*(\d+) kB", text, re.MULTILINE)) / 1024
    return 0


def stop_large(service, mib, measure):
    """Stops the decoder process of a worker that has more memory than this.
    It stops before it is measured, because it may end at any time."""
    for pid in children_of(service.decoder_server("worker") or 0):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            if measure(pid) > mib:
                return pid
            os.kill(pid, signal.SIGCONT)
    return None


def state(service, image):
    (row,), = service.query("SELECT state FROM jobs WHERE id = UNHEX(%s)",
                            image["job"]["id"].replace("-", ""))
    return row


def render_and_stop(service, session, data, mib=60, measure=resident_mib):
    """Has a worker render a picture, and stops its decoder process when it has
    more than so many MiB. If it is done before it was seen, another one
    follows. Returns the image and the process."""
    while True:
        image = post_picture(session, data, headers=LATER).json()
        pid = wait_until(lambda: stop_large(service, mib, measure) or
                         state(service, image) == "done" and -1, every=0.001)
        if pid > 0:
            return image, pid


def test_idle_decoders_leave_memory_to_pictures(service, session):
    """Idle decoder processes of many users are within decoder_memory_total,
    too: they end when a picture needs the memory, also one of a worker."""
    total = 192
    wait_until_idle(service)
    for part in ("fcgi", "worker"):
        service.restart(part, **SETTINGS | {"decoder_memory_total": total,
                                            "idle_decoders_memory": 512})
    wait_until(lambda: is_back(service))
    try:
        for _ in range(64):
            upload(new_user(service), picture(64, 48))
        idle = sum(map(private_mib, decoders_of(service)))
        image, stopped = render_and_stop(service, session, tiff(),
                                         total - idle, private_mib)
        try:
            assert sum(map(private_mib, decoders_of(service))) <= total
        finally:
            os.kill(stopped, signal.SIGCONT)
        assert settled(session, image)["status"] == "ready"
    finally:
        for part in ("fcgi", "worker"):
            service.restart(part)
        wait_until(lambda: is_back(service))


def busy(service):
    (found,) = re.findall(r"^pixtier_memory_busy_total (\d+)$",
                          service.session().get("/metrics").text,
                          re.MULTILINE)
    return int(found)


def test_who_waits_for_memory_holds_up_nobody(little_memory, session):
    """While a large picture holds the memory: another large one waits in the
    queue and uses up no attempt, and in a request is left to a worker; small
    ones are rendered at once, by responders and workers."""
    large, stopped = render_and_stop(little_memory, session, tiff(5000, 3000))
    try:
        assert state(little_memory, large) == "running"
        others = [post_picture(session, tiff(), headers=LATER).json()
                  for _ in range(4)]
        wait_until(lambda: little_memory.query(
            "SELECT 1 FROM jobs WHERE id = UNHEX(%s) AND state = 'queued'"
            " AND attempts = 0 AND error_code = 'unavailable'",
            others[-1]["job"]["id"].replace("-", "")))
        assert upload(session, picture(64, 48))["status"] == "ready"
        small = post_picture(session, picture(64, 48), headers=LATER).json()
        assert settled(session, small)["status"] == "ready"
        before = busy(little_memory)
        answer = post_picture(session, tiff(2900, 2000))
        assert answer.status_code == 202, answer.text
        assert busy(little_memory) == before + 1
        others.append(answer.json())
        assert state(little_memory, large) == "running"
    finally:
        os.kill(stopped, signal.SIGCONT)
    for image in (large, *others):
        assert settled(session, image)["error"] is None


def test_a_dead_workers_memory_is_free_when_its_decoder_is(little_memory,
                                                           session):
    """The decoder process of a worker that was killed keeps its memory until
    it ends; then the next has it."""
    image, stopped = render_and_stop(little_memory, session, tiff(5000, 3000))
    (worker,), = little_memory.query(
        "SELECT worker FROM jobs WHERE id = UNHEX(%s)",
        image["job"]["id"].replace("-", ""))
    os.kill(int(worker.split(":")[-2]), signal.SIGKILL)
    with Watch(little_memory) as watch:
        wait_until(lambda: little_memory.query(
            "SELECT 1 FROM jobs WHERE id = UNHEX(%s) AND state = 'queued'"
            " AND error_code = 'unavailable'",
            image["job"]["id"].replace("-", "")))
        os.kill(stopped, signal.SIGKILL)
        assert settled(session, image)["status"] == "ready"
    assert watch.total <= TOTAL


def test_no_table_is_left(service):
    """The file of the table is there while the service runs, and is nobody
    else's."""
    files = list(pathlib.Path("/dev/shm").glob("pixtier-*-*"))
    assert files
    for file in files:
        assert file.stat().st_mode & 0o077 == 0
