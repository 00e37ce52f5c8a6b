"""Power failure of the machine."""

import contextlib
import fcntl
import os
import signal
import struct
import subprocess

from database import deliver_all, uploads_of
from load import Load
from service import Service, children_of, wait_until
from trial import MIB, Skip, need, need_root

# EXT4_IOC_SHUTDOWN, and its flag that drops the journal (fs/ext4/ext4.h).
SHUTDOWN, NO_LOG_FLUSH = 0x8004587d, 2
SIZE = 512 * MIB
PARTS = "web", "worker", "fcgi", "db"


class Disk:
    """A disk in a file, with the database and the store."""

    def __init__(self, service):
        self.file = service.dir / "disk"
        self.mount_point = service.dir / "data"
        self.mount_point.mkdir()
        with open(self.file, "wb") as file:
            file.truncate(SIZE)
        subprocess.run(["mkfs.ext4", "-q", str(self.file)], check=True)

    def mount(self):
        if subprocess.run(["mount", "-o", "loop", str(self.file),
                           str(self.mount_point)],
                          stderr=subprocess.DEVNULL).returncode:
            raise Skip("this machine cannot mount a file as a disk")

    def unmount(self):
        wait_until(lambda: not subprocess.run(
            ["umount", str(self.mount_point)],
            stderr=subprocess.DEVNULL).returncode)

    def start_again(self):
        """Mounts a copy of the disk's file. A copy, because another process
        may still have the old mount in its namespace: mounting the same file
        again would give the shut down file system."""
        self.unmount()
        copy = self.file.with_suffix(".copy")
        subprocess.run(["cp", "--sparse=always", str(self.file), str(copy)],
                       check=True)
        copy.replace(self.file)
        self.mount()

    def sync(self):
        subprocess.run(["sync", "-f", str(self.mount_point)], check=True)

    def lose_power(self):
        """Shuts the file system down: all data that is not synced is lost."""
        folder = os.open(self.mount_point, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(folder)


def power_loss(trial):
    """The database and the store are on a disk that loses all data that is not
    synced, while clients upload. After the restart, all acknowledged uploads
    exist."""
    need_root()
    need("mkfs.ext4", "mount")
    other = trial.service
    with contextlib.ExitStack() as stack:
        service = Service(other.server)
        stack.callback(service.stop_all)
        disk = Disk(service)
        disk.mount()
        service.start_all()
        disk.sync()
        trial.service = service
        try:
            for _ in range(5 if trial.long else 1):
                lose_power(trial, disk)
            deliver_all(trial)
            trial.verify()
        finally:
            trial.service = other


def lose_power(trial, disk):
    session = trial.client()
    wanted = trial.acknowledged + (200 if trial.long else 40)
    later = [trial.deliver(trial.new_upload(session), later=True)
             for _ in range(8)]
    with Load(8, uploads_of(trial, session)):
        wait_until(lambda: trial.acknowledged >= wanted)
        disk.lose_power()
    kill_all(trial.service)
    disk.start_again()
    for part in reversed(PARTS):
        trial.service.start(part)
    trial.time_until(trial.is_serving, 2)
    trial.note(f"{trial.acknowledged} uploads were acknowledged, {len(later)} "
               "of "
               "them as jobs")


def kill_all(service):
    for part in PARTS:
        pid = service.pid(part)
        for one in [pid, *children_of(pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
