"""File systems of the tests: small ones, and full ones."""

import contextlib
import os
import shutil
import subprocess
import tempfile

import pytest


def mount(place, options):
    """Mounts a tmpfs, or skips the test."""
    if not shutil.which("mount") or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "none", place],
            check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("only root can mount a small file system")


@contextlib.contextmanager
def small_file_system(owner, options="size=8m"):
    """A file system that this user id owns. It is not in pytest's folder, which
    each run of pytest closes to other accounts when it begins, the run behind
    the other web server too."""
    place = tempfile.mkdtemp(prefix="px-", dir="/tmp")
    try:
        mount(place, f"mode=0755,uid={owner},{options}")
        try:
            yield place
        finally:
            subprocess.run(["umount", "-l", place], check=True)
    finally:
        os.rmdir(place)


def fill(place):
    """All that is left of the file system, in one file."""
    path = os.path.join(place, "filler")
    with open(path, "wb", buffering=0) as file, \
            contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    return path


def with_own_shm(options):
    """The words before a command, for which /dev/shm is a tmpfs of its own.
    Skips the test where that is impossible."""
    words = ("unshare", "--mount", "sh", "-ec",
             f'mount -t tmpfs -o {options} none /dev/shm; exec "$@"', "sh")
    if subprocess.run([*words, "true"], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        pytest.skip("only root can mount another /dev/shm")
    return words
