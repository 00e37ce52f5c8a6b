"""What prevents a start is one line of the program, and exit status 1."""

import grp
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile

import pytest

from file_system import with_own_shm
from service import BUILDDIR, HANG, children_of, is_decoder, wait_until

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def place():
    path = pathlib.Path(tempfile.mkdtemp(prefix="px-s", dir="/tmp"))
    path.chmod(0o777)
    yield path
    shutil.rmtree(path)


def settings(place, **changed):
    """The environment with sockets of its own."""
    values = {"listen": place / "s", "listen_uploads": "", "run_dir": "",
              "responders": 1, "workers": 1, **changed}
    return {**os.environ, **{f"PIXTIER_{name.upper()}": str(value)
                             for name, value in values.items()}}


def start(service, program, environment, config=None, entrance=()):
    return subprocess.Popen(
        [*entrance, BUILDDIR / program, "--config",
         config or service.dir / "pixtier.conf"],
        env=environment, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def only_line(process, program):
    """The program's only line; it ends at once, and for good."""
    _, printed = process.communicate(timeout=HANG)
    line, = printed.splitlines()
    assert process.returncode == 1
    assert line.startswith(program + ": ")
    return line


def stop(process):
    """Before the decoder server, the only child is the one that asks which
    schema the database has."""
    wait_until(lambda: any(is_decoder(pid)
                           for pid in children_of(process.pid)))
    process.terminate()
    process.communicate(timeout=HANG)
    assert process.returncode == 0


@pytest.mark.parametrize("program, setting, value, wanted", [
    ("pixtier-fcgi", "listen", "/nope/s", "its folder must exist"),
    ("pixtier-fcgi", "listen", "/etc/passwd", "found another file"),
    ("pixtier-fcgi", "listen", "/tmp/" + 120 * "x", "at most 107 bytes"),
    ("pixtier-fcgi", "socket_group", "nope", "create it or change"),
    ("pixtier-fcgi", "store_dir", "/nope", "folder /nope must exist"),
    ("pixtier-fcgi", "keys_file", "/nope", "`pixtierctl key rotate` makes"),
    ("pixtier-fcgi", "decoder", "/nope", "set decoder to the path"),
    ("pixtier-worker", "store_dir", "/nope", "folder /nope must exist"),
    ("pixtier-worker", "store_group", "nope", "create it or change"),
    ("pixtier-worker", "decoder", "/nope", "set decoder to the path"),
])
def test_a_wrong_setting_is_one_line(service, place, program, setting, value,
                                     wanted):
    line = only_line(start(service, program,
                           settings(place, **{setting: value})), program)
    assert f": {setting}: " in line and value in line and wanted in line


@pytest.mark.parametrize("program", ["pixtier-fcgi", "pixtier-worker"])
def test_a_missing_settings_file_is_one_line(service, place, program):
    line = only_line(start(service, program, settings(place), "/nope"),
                     program)
    assert "cannot read the settings in /nope: No such file" in line
    assert "`pixtierctl settings` prints" in line


@pytest.mark.parametrize("program", ["pixtier-fcgi", "pixtier-worker"])
@pytest.mark.parametrize("options, error", [
    ("mode=0755", "Permission denied"),
    ("mode=1777,size=4k", "No space left on device"),
])
def test_shared_memory_that_nobody_can_use_is_one_line(service, place, program,
                                                       options, error):
    line = only_line(start(service, program, settings(place),
                           entrance=with_own_shm(options)), program)
    assert "/dev/shm must be a tmpfs with the mode 1777" in line
    assert line.endswith(error)


@ROOT_ONLY
def test_keys_that_the_service_cannot_read_are_one_line(service, place):
    """Such as those that root made for itself; the next `pixtierctl key rotate`
    gives them to the service."""
    keys = place / "keys"
    shutil.copy(service.setting("keys_file"), keys)
    keys.chmod(0o600)
    environment = settings(place, keys_file=keys)
    line = only_line(start(service, "pixtier-fcgi", environment),
                     "pixtier-fcgi")
    assert f"keys_file: cannot read {keys}: Permission denied" in line
    subprocess.run([BUILDDIR / "pixtierctl", "--config",
                    service.dir / "pixtier.conf", "key", "rotate"],
                   env=environment, check=True, stdout=subprocess.DEVNULL)
    assert pwd.getpwuid(keys.stat().st_uid).pw_name == service.setting("user")
    process = start(service, "pixtier-fcgi", environment)
    stop(process)


@ROOT_ONLY
@pytest.mark.parametrize("group", ["", "daemon"])
def test_root_gives_its_sockets_away(service, place, group):
    """To the account of the setting user and to socket_group."""
    process = start(service, "pixtier-fcgi",
                    settings(place, socket_group=group))
    account = pwd.getpwnam(service.setting("user"))
    wanted = grp.getgrnam(group).gr_gid if group else account.pw_gid

    def is_given():
        if not (place / "s").exists():
            return False
        found = (place / "s").stat()
        return (found.st_uid, found.st_gid, found.st_mode & 0o777) == \
            (account.pw_uid, wanted, 0o660)
    wait_until(is_given)
    stop(process)


@ROOT_ONLY
def test_doctor_gives_the_store_to_the_group(service, place):
    """For a service that root does not start, as with systemd's User=, and
    whose account does not belong to store_group."""
    account = service.setting("user")
    store = place / "store"
    store.mkdir(mode=0o700)
    shutil.chown(store, account, account)
    environment = settings(place, store_dir=store, store_group="daemon")
    entrance = ("setpriv", "--reuid", account, "--regid", account,
                "--init-groups")
    program = service.dir / "data/bin/pixtier-worker"
    line = only_line(start(service, program, environment, entrance=entrance),
                     "pixtier-worker")
    assert "run `pixtierctl doctor` as root" in line
    subprocess.run([BUILDDIR / "pixtierctl", "--config",
                    service.dir / "pixtier.conf", "doctor"], env=environment,
                   check=False, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    assert (store / "objects/ff").stat().st_gid == \
        grp.getgrnam("daemon").gr_gid
    stop(start(service, program, environment, entrance=entrance))


@pytest.mark.parametrize("part", ["fcgi", "worker"])
@pytest.mark.parametrize("line, why", [
    ('store_dir = "/nope"', "folder /nope must exist"),
    ('decoder = "/nope"', "set decoder to the path"),
    ('job_lease = "x"', 'not "x"'),
])
def test_a_reload_that_cannot_succeed_changes_nothing(service, part, line, why):
    """SIGHUP with such a setting: an event in the log, and the same children go
    on."""
    file = (service.dir / "pixtier.conf").resolve()
    text, children = file.read_text(), service.children(part)
    begin = len(service.log(part))
    name = line.split()[0]
    file.write_text("".join(old for old in text.splitlines(keepends=True)
                            if not old.startswith(name + " ")) + line + "\n")
    try:
        service.kill(part, signal.SIGHUP)
        wait_until(lambda: "not_reloaded" in service.log(part)[begin:])
    finally:
        file.write_text(text)
    failed, = [event for event in service.events(part)
               if event["event"] == "reload_failed" and why in event["why"]]
    assert failed["level"] == "error"
    assert service.children(part) == children
