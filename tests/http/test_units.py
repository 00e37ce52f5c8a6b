"""systemd: its units are valid and strict, and the programs work under them."""

import importlib.util
import os
import re
import shutil
import subprocess

import pytest

from api import (is_back, new_user, post_picture, settled, upload,
                 wait_until_idle)
from pictures import decode, picture
from service import BUILDDIR, HANG, SRCDIR, wait_until

UNITS = SRCDIR / "systemd"
SERVICES = ["pixtier-fcgi", "pixtier-worker"]
SECCOMP = pytest.mark.skipif(not importlib.util.find_spec("seccomp"),
                             reason="python3-seccomp is not installed")
LATER = {"Prefer": "respond-async"}
SYSTEMD = pytest.mark.skipif(not shutil.which("systemd-analyze"),
                             reason="systemd-analyze is not installed")


@pytest.fixture
def units(tmp_path):
    """The units with the programs of this build."""
    for unit in (*UNITS.glob("*.service"), *UNITS.glob("*.socket")):
        (tmp_path / unit.name).write_text(unit.read_text().replace(
            "/usr/sbin/pixtier", f"{BUILDDIR}/pixtier"))
    return tmp_path


def analyze(*words):
    return subprocess.run(["systemd-analyze", *words], text=True,
                          capture_output=True, timeout=HANG)


@SYSTEMD
def test_units_are_valid(units):
    done = analyze("verify", "--man=no", *map(str, units.iterdir()))
    assert (done.returncode, done.stderr) == (0, "")


@SYSTEMD
@pytest.mark.parametrize("name", SERVICES)
def test_units_are_strict(units, name):
    """systemd-analyze security says 2.0 at most."""
    done = analyze("security", "--offline=true", "--threshold=20",
                   str(units / f"{name}.service"))
    assert done.returncode == 0, done.stdout


def writable(name):
    """The folders of ReadWritePaths=."""
    text = (UNITS / f"{name}.service").read_text()
    return re.search("^ReadWritePaths=(.*)$", text, re.MULTILINE)[1].split()


def confine(name):
    return ["/usr/bin/python3", "-B", f"{SRCDIR}/tests/http/confine.py",
            f"{UNITS}/{name}.service"]


@SYSTEMD
@SECCOMP
@pytest.mark.parametrize("name", SERVICES)
def test_sandboxes_lose_nothing(service, name):
    """The sandboxes of decoder processes and of fetching children have all
    their parts under the unit's filters of system calls."""
    def sandboxes(*command):
        done = subprocess.run(
            [*command, BUILDDIR / "pixtierctl", "--config",
             service.dir / "pixtier.conf", "doctor"], text=True,
            capture_output=True, timeout=HANG)
        return [row for row in done.stdout.splitlines() if "sandbox" in row]

    assert len(sandboxes()) == 2
    assert sandboxes(*confine(name)) == sandboxes()


@SYSTEMD
@SECCOMP
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_programs_work_under_the_restrictions(service):
    """With the filters of system calls that systemd would install, and with a
    file system that only the folders of ReadWritePaths can be written in:
    pictures are rendered by responders and workers."""
    assert writable("pixtier-fcgi") == writable("pixtier-worker") == \
        ["/var/lib/pixtier", "/run/pixtier"]
    wait_until_idle(service)
    bin_dir = service.dir / "data/bin"
    keep = service.dir / "data/programs"
    shutil.copytree(bin_dir, keep)
    try:
        for name in SERVICES:
            (bin_dir / name).unlink()
            (bin_dir / name).write_text(
                f"#!/bin/sh\nexec {' '.join(confine(name))} {keep}/{name}"
                " \"$@\"\n")
            (bin_dir / name).chmod(0o755)
        read_only(service)
        for part in ("fcgi", "worker"):
            service.restart(part)
        wait_until(lambda: is_back(service))
        confined(service)
        session = new_user(service, max_bytes=None)
        for name, data in (("a.jpg", picture(640, 480)),
                           ("a.gif", picture(64, 48, "GIF"))):
            image = upload(session, data, name)
            assert image["status"] == "ready", image
        image = post_picture(session, picture(640, 480),
                             headers=LATER).json()
        image = settled(session, image)
        assert image["status"] == "ready", image
        thumbnail = session.get(image["variants"][0]["url"])
        assert decode(thumbnail.content).height in (200, 400)
    finally:
        service.entrance = []
        for name in SERVICES:
            (bin_dir / name).unlink()
            shutil.copy(keep / name, bin_dir / name)
        shutil.rmtree(keep)
        for part in ("fcgi", "worker"):
            service.restart(part)
        wait_until(lambda: is_back(service))


def read_only(service):
    """Parts start where the folders of ReadWritePaths, and the one of
    quickstart's logs, are the only ones on the disk that can be written in."""
    folders = " ".join(f"'{service.dir}/{name}'"
                       for name in ("run", "log", "data"))
    service.entrance = [
        "unshare", "--mount", "sh", "-ec",
        f"for folder in {folders}; do mount --bind $folder $folder; done;"
        ' mount -o remount,bind,ro /; exec "$@"', "sh"]


def confined(service):
    """Both supervisors have filters, and cannot write where the unit does not
    allow it."""
    for part in ("fcgi", "worker"):
        pid = service.pid(part)
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            text = status.read()
        assert re.search(r"^Seccomp:\s*2$", text, re.MULTILINE), text
        assert re.search(r"^NoNewPrivs:\s*1$", text, re.MULTILINE)
        with open(f"/proc/{pid}/mounts", encoding="ascii") as mounts:
            root = [line.split()[3] for line in mounts
                    if line.split()[1] == "/"]
        assert "ro" in root[-1].split(",")
