"""Runs the tests of tests/web in Debian's chromium."""

import json
import shutil
import subprocess

import pytest

from service import HANG, SRCDIR

PLAYWRIGHT = ("playwright", "playwright-core", "1.65.1")
AXE = ("axe", "axe-core", "4.14.1")


def npm(package):
    """The folder with this package of npm."""
    done = subprocess.run(
        ["sh", "-c", '. "$0" && npm_fetch "$@" && echo "$npm_folder"',
         SRCDIR / "tests/lib/npm.sh", *package],
        text=True, stdout=subprocess.PIPE, timeout=HANG)
    if done.returncode:
        pytest.skip(f"npm cannot fetch {package[1]} {package[2]}")
    return done.stdout.strip()


def run_in_browser(service, test, **args):
    """What a test of tests/web returns. Fails with the faults that it finds."""
    for program in ("chromium", "node"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    args = {"url": service.url, "chromium": shutil.which("chromium"),
            "playwright": npm(PLAYWRIGHT), "axe": npm(AXE), **args}
    done = subprocess.run(
        ["node", SRCDIR / "tests/web/run.mjs",
         SRCDIR / "tests/web" / test, json.dumps(args)],
        text=True, capture_output=True, timeout=3 * HANG)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
