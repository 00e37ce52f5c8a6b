"""The first command of a new user, with a folder of its own."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile

import pymysql
import pytest

from file_system import small_file_system
from service import (BUILDDIR, HANG, QUICKSTART, free_port, missing,
                     wait_until)


@pytest.fixture
def folder(server):
    if missing(server):
        pytest.skip(missing(server))
    with tempfile.TemporaryDirectory(prefix="px-", dir="/tmp") as parent:
        os.chmod(parent, 0o711)
        yield pathlib.Path(parent, "kept")
        quickstart("down", pathlib.Path(parent, "kept"), server)


def options(path, server):
    return ["--dir", str(path), "--server", server, "--build", str(BUILDDIR),
            "--no-build", "--no-install"]


def quickstart(command, path, server, *more):
    return subprocess.run([QUICKSTART, command, *options(path, server), *more],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=HANG)


def buffer_pool(folder):
    """The bytes that the database server has for it."""
    conf = dict(re.findall(r'^(db_\w+) = "(.*)"$',
                           (folder / "pixtier.conf").read_text(), re.M))
    with pymysql.connect(unix_socket=conf["db_socket"], user=conf["db_user"],
                         password=conf["db_password"]) as connection, \
            connection.cursor() as cursor:
        cursor.execute("SELECT @@innodb_buffer_pool_size")
        return cursor.fetchone()[0]


def test_it_uploads_and_tells_and_keeps_what_it_has(folder, server):
    port = str(free_port())
    first = quickstart("up", folder, server, "-d", "--port", port)
    assert first.returncode == 0, first.stdout
    for tier in ("basic", "premium", "enterprise"):
        assert f"  {tier}: sample.jpg" in first.stdout
    assert f"http://127.0.0.1:{port}/docs/" in first.stdout
    kept = json.loads((folder / "credentials.json").read_text())
    assert kept["base_url"] == f"http://127.0.0.1:{port}"
    assert set(kept["users"]) == {"basic", "premium", "enterprise", "admin"}
    assert (folder / "credentials.json").stat().st_mode & 0o777 == 0o600
    assert quickstart("status", folder, server).returncode == 0

    with (folder / "pixtier.conf").open("a") as settings:
        settings.write(ADDED)
    assert quickstart("down", folder, server).returncode == 0
    assert quickstart("status", folder, server).returncode == 3
    again = quickstart("up", folder, server, "-d", "--port", port,
                       "--db-memory", "48M")
    assert again.returncode == 0, again.stdout
    assert buffer_pool(folder) == 48 << 20
    assert json.loads((folder / "credentials.json").read_text()) == kept
    assert "sample.jpg" not in again.stdout
    settings = (folder / "pixtier.conf").read_text()
    assert settings.count(ADDED) == 1
    assert settings.count("\nbase_url = ") == 1


ADDED = '# for my photos\nqueue_seconds = "7"\n'


def test_what_runs_keeps_its_port(folder, server):
    """Another port or web server is for the next start."""
    port = free_port()
    first = quickstart("up", folder, server, "-d", "--no-sample",
                       "--port", str(port))
    assert first.returncode == 0, first.stdout
    same = quickstart("up", folder, server, "--port", str(port))
    assert same.returncode == 0, same.stdout
    other = quickstart("up", folder, server, "--port", str(port + 1))
    assert other.returncode == 1
    assert f"it already runs on port {port} behind {server}" in other.stdout


def test_options_may_come_before_the_command(folder, server):
    done = subprocess.run([QUICKSTART, "--dir", str(folder), "status"],
                          stdout=subprocess.PIPE, text=True, timeout=HANG)
    assert done.returncode == 3
    assert "web: does not run" in done.stdout


def test_a_checkout_in_a_folder_with_a_space_is_refused(tmp_path):
    """configure takes no such folder; that is said before anything else."""
    here = tmp_path / "my pixtier"
    here.mkdir()
    shutil.copy(QUICKSTART, here)
    shutil.copytree(pathlib.Path(QUICKSTART).parent / "instance",
                    here / "instance")
    done = subprocess.run([here / "quickstart", "up"], stderr=subprocess.PIPE,
                          text=True, timeout=HANG)
    assert done.returncode == 1
    assert 'the path of this checkout: only letters, digits' in done.stderr
    assert f'not "{here}"' in done.stderr


def test_a_build_shows_how_far_it_is(tmp_path):
    """make with 120 files prints two lines."""
    (tmp_path / "Makefile").write_text(
        "objects := $(addsuffix .o,$(shell seq 119))\n"
        "all: $(objects) 120.o\n"
        "$(objects):\n\t@echo '  CC       $@'; : -c -o $@\n"
        "120.o:\n\t@echo '  CC       $@'; : -c -o $@; cat fifo\n")
    os.mkfifo(tmp_path / "fifo")
    source = pathlib.Path(QUICKSTART).read_text()
    say = re.search(r"^say\(\) .*$", source, re.M).group()
    instance = pathlib.Path(QUICKSTART).parent / "instance"
    building = subprocess.Popen(
        ["timeout", str(HANG), "bash", "-c",
         f'{say}; build=.; . "{instance}/build.sh"; compile'],
        cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    # While the last file is still compiled.
    assert building.stdout.readline() == "  compiled 50 of at most 120 files\n"
    assert building.stdout.readline() == "  compiled 100 of at most 120 files\n"
    assert building.poll() is None
    (tmp_path / "fifo").write_text("done")
    assert building.communicate(timeout=HANG) == ("", None)
    assert building.returncode == 0


def take_interrupts():
    """A shell's background jobs ignore them, and so would what they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_control_c_stops_all_of_it(folder, server):
    running = subprocess.Popen(
        [QUICKSTART, "up", *options(folder, server), "--no-sample",
         "--port", str(free_port())],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=take_interrupts)
    for line in running.stdout:
        if "Ctrl-C" in line:
            break
    pids = [int(file.read_text()) for file in (folder / "run").glob("*.pid")]
    os.killpg(running.pid, signal.SIGINT)
    assert running.wait(HANG) == 0
    assert len(pids) == 4
    for pid in pids:
        wait_until(lambda: not is_alive(pid))


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_full_disk_is_named(server):
    """Before anything is built or started: MariaDB would wait for room."""
    with small_file_system(os.geteuid()) as place:
        done = quickstart("up", pathlib.Path(place, "new"), server, "-d")
        assert os.listdir(place) == []
    assert done.returncode == 1
    assert re.fullmatch(
        rf"quickstart: the disk of {place}/new has [78] MiB free, and 256 are"
        r" needed; free some space, or use another --dir\n", done.stdout)


def test_a_port_in_use_is_named(folder, server):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = quickstart("up", folder, server, "-d", "--port", port)
    assert done.returncode == 1
    assert f"port {port} is in use" in done.stdout


@pytest.mark.parametrize("wrong, message", [
    (["--port", "x"], 'from 1 to 65535, not "x"'),
    (["--bogus"], "unknown option --bogus"),
    (["--server", "caddy"], 'nginx, lighttpd or apache, not "caddy"'),
    (["nothing.jpg"], '"nothing.jpg" is not a command'),
    (["--build", "a b"], "--build: only letters, digits"),
])
def test_a_mistake_is_reported_before_anything_happens(folder, server, wrong, message):
    done = quickstart("up", folder, server, "-d", *wrong)
    assert done.returncode == 1
    assert message in done.stdout
    assert not folder.exists()


def test_only_parts_that_there_are_can_be_stopped(folder, server):
    for command in ("start", "stop"):
        done = quickstart(command, folder, server, "foo")
        assert done.returncode == 1
        assert 'no part "foo"; the parts are: db fcgi worker web' in done.stdout


def test_a_folder_of_something_else_is_left_alone(tmp_path, server):
    (tmp_path / "letter.txt").write_text("Dear Sir")
    done = quickstart("up", tmp_path, server, "-d")
    assert done.returncode == 1
    assert f"{tmp_path} is not empty and not a" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_it_refuses_a_size_that_is_none(folder, server):
    answer = quickstart("up", folder, server, "-d", "--db-memory", "much")
    assert answer.returncode == 1
    assert 'a size such as 32M or 1G, not "much"' in answer.stdout
