"""How pixtier-fcgi comes by its socket."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest

import fcgi_client
from service import BUILDDIR, HANG, wait_until

PROGRAM = str(BUILDDIR / "pixtier-fcgi")


@pytest.fixture
def place():
    """A short folder that the account of the service may use too."""
    path = tempfile.mkdtemp(prefix="px-s", dir="/tmp")
    os.chmod(path, 0o777)
    yield path
    shutil.rmtree(path)


def environment(service, **more):
    """The running service's settings, but no socket of its own."""
    return {**os.environ, "PIXTIER_LISTEN": "", "PIXTIER_LISTEN_UPLOADS": "",
            "PIXTIER_RUN_DIR": "", "PIXTIER_RESPONDERS": "1",
            "PIXTIER_UPLOAD_RESPONDERS": "1", **more}


def command(service):
    return [PROGRAM, "--config", str(service.dir / "pixtier.conf")]


def listening(path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    os.chmod(path, 0o666)
    listener.listen(16)
    return listener


def is_alive(path):
    return fcgi_client.exchange(
        path, fcgi_client.request(fcgi_client.environment("GET", "/healthz")),
    ).status == 200


def answers(path):
    try:
        return is_alive(path)
    except OSError:
        return False


def stop(process):
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=HANG) == 0


def test_it_takes_file_descriptor_0(service, place):
    """As systemd's StandardInput=socket and lighttpd's bin-path give it."""
    path = place + "/s"
    with listening(path) as listener:
        process = subprocess.Popen(
            command(service), stdin=listener, env=environment(service),
            stderr=subprocess.DEVNULL)
    assert is_alive(path)
    stop(process)


def test_a_passed_socket_replaces_that_of_the_settings(service, place):
    """The socket of the setting listen is not made. The settings are in the
    file of $PIXTIER_CONFIG."""
    path = place + "/s"
    with listening(path) as listener:
        process = subprocess.Popen(
            [PROGRAM], stdin=listener, stderr=subprocess.DEVNULL,
            env=environment(service, PIXTIER_LISTEN=place + "/other",
                            PIXTIER_CONFIG=str(service.dir / "pixtier.conf")))
    assert is_alive(path)
    assert not os.path.exists(place + "/other")
    stop(process)


def test_it_takes_the_sockets_of_listen_fds(service, place):
    """systemd socket activation, sd_listen_fds(3): the second is for
    uploads."""
    paths = [place + "/a", place + "/b"]
    listeners = [listening(path) for path in paths]

    def hand_over():
        for to, listener in enumerate(listeners, 3):
            os.dup2(listener.fileno(), 40 + to)
        for to in (3, 4):
            os.dup2(40 + to, to)

    process = subprocess.Popen(
        command(service), stdin=subprocess.DEVNULL, close_fds=False,
        env=environment(service, LISTEN_FDS="2"), preexec_fn=hand_over,
        stderr=subprocess.DEVNULL)
    for listener in listeners:
        listener.close()
    assert all(is_alive(path) for path in paths)
    stop(process)


def test_spawn_fcgi_starts_it(service, place):
    """spawn-fcgi -s PATH -n -- pixtier-fcgi"""
    spawn = shutil.which("spawn-fcgi", path="/usr/bin:/usr/sbin")
    if not spawn:
        pytest.skip("spawn-fcgi is not installed")
    path = place + "/s"
    process = subprocess.Popen(
        [spawn, "-s", path, "-M", "0666", "-n", "--", *command(service)],
        env=environment(service), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: answers(path))
    stop(process)


def test_it_says_so_when_there_is_no_socket(service):
    done = subprocess.run(
        command(service), env=environment(service), text=True, timeout=HANG,
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert "no socket: set listen" in done.stderr


def test_its_sockets_have_the_mode_of_the_setting(service):
    """The setting socket_mode, and the sockets at listen and
    listen_uploads."""
    settings = {row["name"]: row["value"] for row in json.loads(
        service.ctl("--json", "settings", "--effective").stdout)}
    for name in ("listen", "listen_uploads"):
        mode = os.stat(service.setting(name)).st_mode & 0o777
        assert f"{mode:04o}" == settings["socket_mode"]
