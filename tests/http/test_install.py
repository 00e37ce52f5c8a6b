"""doc/install.md: its commands, run as printed, install the service from
source, set it up in both ways, use it and remove it again."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess

import pytest

from service import BUILDDIR, HANG, SRCDIR, wait_until
from test_setup import COMMAND, Host, new_host
from test_site_command import curl

PAGE = SRCDIR / "doc/install.md"
NAMES = {"apache": "Apache", "lighttpd": "lighttpd", "nginx": "nginx"}
# What the commands would change on the machine.
FOLDERS = ("/etc", "/usr/local", "/var")
# What the tests do instead: they start the programs of the machine, and a test
# of the package runs where a package may be installed.
INSTEAD = """
set -eu
apt-get() { :; }
service() { :; }
systemctl() { :; }
"""
OTHERS = {"Build the package", "Install the package", "Remove the package",
          "Purge the package", "With certbot", "With another certificate"}


def blocks(*words):
    return subprocess.run(
        ["sh", SRCDIR / "tests/install/blocks.sh", *words], check=True,
        text=True, timeout=HANG, stdout=subprocess.PIPE).stdout


class Page:
    """Runs the commands below its headings, on a host of the test's own."""

    def __init__(self, host, checkout):
        self.host = host
        self.checkout = checkout
        self.name = NAMES[host.server]
        self.run_headings = set()

    def run(self, *headings):
        """Its result has the output of the commands. Programs that they start
        run until the end of the test, or until they are stopped."""
        self.run_headings.update(headings)
        script = INSTEAD + blocks(PAGE, *headings) + \
            f"\njobs -p >>{self.host.folder}/pids\n"
        output = self.host.folder / "output"
        with output.open("w") as file:
            done = subprocess.run(
                [*self.host.net.entrance, "sh", "-c",
                 'cd "$1" && exec bash -c "$2"', "sh", self.checkout, script],
                check=False, stdin=subprocess.DEVNULL, stdout=file,
                stderr=subprocess.STDOUT, timeout=5 * HANG)
        done.stdout = output.read_text()
        return done

    def must(self, *headings):
        done = self.run(*headings)
        assert not done.returncode, done.stdout[-3000:]
        return done.stdout

    def stop_programs(self):
        pids = self.host.folder / "pids"
        for pid in map(int, pids.read_text().split()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists())
        pids.write_text("")

    def start_server(self):
        self.stop_server = self.host.start(*COMMAND[self.host.server])
        wait_until(lambda: (curl("http://pictures.example.org/healthz",
                                 entrance=self.host.net.entrance) or
                            [0])[0] == 200)


def make_overlay(net, folder, lower, target):
    """What is written to the target stays in the folder, which lasts as long
    as the network."""
    name = str(lower).strip("/").replace("/", "-")
    net_run(net, "mkdir", "-p", f"{folder}/{name}/upper",
            f"{folder}/{name}/work", target)
    net_run(net, "mount", "-t", "overlay", "overlay", "-o",
            f"lowerdir={lower},upperdir={folder}/{name}/upper,"
            f"workdir={folder}/{name}/work", target)


def net_run(net, *command):
    subprocess.run([*net.entrance, *map(str, command)], check=True,
                   stderr=subprocess.PIPE, timeout=HANG)


@pytest.fixture
def page(server):
    if BUILDDIR.resolve() != (SRCDIR / "build").resolve():
        pytest.skip("the build folder is not build/ of the checkout")

    def prepare(net, folder):
        folder = folder / "overlay"
        folder.mkdir()
        net_run(net, "mount", "-t", "tmpfs", "tmpfs", folder)
        for target in FOLDERS:
            make_overlay(net, folder, target, target)
        make_overlay(net, folder, SRCDIR, folder.parent / "checkout")

    try:
        with new_host(server, prepare) as host:
            yield Page(host, host.folder / "checkout")
    except subprocess.CalledProcessError as error:
        if "mount" not in error.cmd:
            raise
        pytest.skip(f"no overlay can be mounted here: {error.stderr}")


def files_of_pixtier(host):
    """Apache notes which sites were disabled."""
    return host.run("find", "/etc", "/usr/local", "/var/lib/apache2",
                    "/var/lib/pixtier", "-path", "*pixtier*", "!", "-path",
                    "*/disabled_by_admin/*").stdout.splitlines()


def test_the_commands_make_a_service_and_remove_it(page):
    before = files_of_pixtier(page.host)
    page.must("Database and web server", f"Install {page.name}",
              "Install the libraries", "Build and install",
              "The name of the host")
    page.host.start_database()
    page.must("Start the database")
    set_up(page)
    use_and_remove(page)
    remade = page.host.run("make", "-C", page.checkout / "build", "install")
    assert not remade.returncode, remade.stderr
    set_up_by_hand(page)
    use_and_remove(page)
    assert set(files_of_pixtier(page.host)) == set(before)
    headings = set(blocks("--headings", PAGE).splitlines())
    ours = {one for one in headings if not re.search(
        "|".join(set(NAMES.values()) - {page.name}), one)}
    assert page.run_headings | OTHERS >= ours


def set_up(page):
    """It stops until the programs run, and until the web server does."""
    done = page.run("Set up")
    assert "start pixtier-fcgi and pixtier-worker" in done.stdout, done.stdout
    page.must("Start the programs")
    wait_until(lambda: "start or reload" in page.run("Set up").stdout)
    page.start_server()
    page.must(f"Start {page.name}")
    assert "pixtier answers at http://pictures.example.org\n" in \
        page.must("Set up")


def set_up_by_hand(page):
    page.must("Make the database", "Write the settings", *(
        () if page.name == "nginx" else
        ("Set the delivery of lighttpd and Apache",)))
    page.must("Make the tables and the key")
    page.must("Start the units", "Start the programs")
    page.must(f"The site of {page.name}")
    page.start_server()
    assert " FAIL " not in wait_until(
        lambda: (lambda done: None if done.returncode else done.stdout)(
            page.run("Check")))


def use_and_remove(page):
    """The link has the picture: the page compares them."""
    assert '"status":"ready"' in page.must("First picture")
    page.stop_programs()
    page.must("Stop the units", f"Remove the site of {page.name}")
    page.stop_server()
    page.must("Remove the files of make install", "Delete all data")


def test_the_readme_has_the_commands_of_the_page():
    """In the same order, for the package."""
    short = blocks(SRCDIR / "README.md", "Install it").splitlines()
    long = blocks(PAGE, "Build the package", "Install the package",
                  "Set up").splitlines()
    assert short == long
