"""pixtierctl top: what the service does now."""

import contextlib
import json
import os
import pty
import select
import subprocess
import threading
import time

import pytest

from api import upload
from service import BUILDDIR, HANG, SETTINGS, wait_until


@contextlib.contextmanager
def busy(service):
    """Requests are answered, one after the other, until the block ends."""
    over = threading.Event()
    session = service.session("premium")
    nobody = service.session()

    def ask():
        while not over.is_set():
            upload(session)
            nobody.get("/v1/images")

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_an_interval_is_counted(service):
    """With --json: requests by status and route, decoder processes, queue
    and workers; not the requests of pixtierctl."""
    def counts():
        """A slow machine may answer nothing within an interval."""
        shown = json.loads(service.ctl("top", "--json").stdout)
        routes = {row["route"]: row["count"] for row in shown["routes"]}
        return (shown, routes) if len(routes) == 2 and \
            shown["decoders"]["count"] else None

    with busy(service):
        shown, routes = wait_until(counts)
    assert shown["interval_ms"] >= 1000
    assert set(routes) == {"POST /v1/images", "GET /v1/images"}
    assert shown["2xx"] > 0 and shown["4xx"] > 0 and shown["5xx"] == 0
    assert shown["requests"]["count"] == sum(routes.values()) > 1
    decoders = shown["decoders"]
    assert 0 < decoders["half_us"] <= decoders["most_us"]
    assert shown["queued"] == {"high": 0, "normal": 0, "low": 0}
    # Workers that another test has killed seem to be alive for 30 s.
    assert sum(worker["alive"] for worker in shown["workers"]) >= \
        SETTINGS["workers"]


def test_it_is_printed_once_without_a_terminal(service):
    lines = service.ctl("top").stdout.splitlines()
    assert lines[0].startswith("pixtier ")
    assert [line.split()[0] for line in lines[2:9] if line[0] != " "] == \
        ["requests", "waiting", "decoders", "jobs", "queue"]
    assert lines[2].split() == ["requests", "0.0/s"]
    assert "\033" not in "".join(lines)


@pytest.mark.parametrize("listen, why", [
    ("/nope", "/nope: No such file"), ("", "listen is empty"),
])
def test_the_database_is_shown_without_responders(service, monkeypatch,
                                                  listen, why):
    monkeypatch.setenv("PIXTIER_LISTEN", listen)
    assert f"requests   unknown: {why}" in service.ctl("top").stdout
    shown = json.loads(service.ctl("top", "--json").stdout)
    assert why in shown["no_metrics"] and "requests" not in shown
    assert shown["queued"]["normal"] == 0


class Terminal:
    """with Terminal(service) as top: pixtierctl top runs on a terminal of its
    own; `text` is what it has written."""

    def __init__(self, service):
        self.keys, terminal = pty.openpty()
        self.text = ""
        self.program = subprocess.Popen(
            [BUILDDIR / "pixtierctl", "--config",
             service.dir / "pixtier.conf", "top"],
            stdin=terminal, stdout=terminal, stderr=terminal)
        os.close(terminal)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.kill()
        self.program.wait()
        os.close(self.keys)

    def read(self):
        """False when the program has closed the terminal."""
        if select.select([self.keys], [], [], 0.1)[0]:
            try:
                self.text += os.read(self.keys, 65536).decode()
            except OSError:
                return False
        return True

    def shows(self, text):
        self.read()
        return text in self.text

    def end(self):
        deadline = time.monotonic() + HANG
        while self.read():
            assert time.monotonic() < deadline
        return self.program.wait(timeout=HANG)


@pytest.mark.parametrize("end", [
    lambda top: os.write(top.keys, b"q"),
    lambda top: os.write(top.keys, b"xyz\x03"),
    lambda top: top.program.terminate(),
], ids=["q", "Ctrl-C", "SIGTERM"])
def test_it_is_live_on_a_terminal(service, end):
    """The page is drawn again, and at the end the terminal is as before."""
    with Terminal(service) as top:
        wait_until(lambda: top.shows("q: end"))
        assert top.text.startswith("\033[?1049h\033[?25l")
        pages = top.text.count("\033[H")
        with busy(service):
            wait_until(lambda: top.shows("POST /v1/images"))
        wait_until(lambda: top.read() and
                   top.text.count("\033[H") > pages + 1)
        end(top)
        assert top.end() == 0
    assert top.text.endswith("\033[?7h\033[?25h\033[?1049l")
