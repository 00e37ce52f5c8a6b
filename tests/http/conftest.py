"""Starts the service for the tests, and tells automake how they went."""

import os
import shutil
import signal
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))

import service as service_module  # noqa: E402


@pytest.fixture(scope="session")
def server():
    """The web server of this run: make check takes each in turn."""
    return os.environ.get("PIXTIER_SERVER", "nginx")


@pytest.fixture(scope="session")
def service(server, request):
    reason = service_module.missing(server)
    if reason:
        pytest.skip(reason)
    running = service_module.Service(server)
    started = False
    try:
        running.start_all()
        started = True
        yield running
    finally:
        failed = request.session.testsfailed or not started
        running.stop_all(keep_logs=failed and folder_for_logs(server))


def folder_for_logs(server):
    """The logs of a run with failures stay in the build folder."""
    folder = service_module.BUILDDIR / "tests/http" / f"{server}.logs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder


class Tap:
    """Prints each test's result as a line of the Test Anything Protocol."""

    def __init__(self):
        self.count = 0

    def line(self, ok, name, note=""):
        self.count += 1
        word = "ok" if ok else "not ok"
        print(f"{word} {self.count} - {name.replace('#', '%23')}{note}",
              flush=True)

    def explain(self, report):
        for text in str(report.longrepr).splitlines():
            print("# " + text)
        for title, text in report.sections:
            print("# " + title)
            for part in text.splitlines()[-30:]:
                print("# " + part)

    def pytest_runtest_logreport(self, report):
        file, colons, test = report.nodeid.partition("::")
        name = os.path.basename(file) + colons + test
        if report.skipped and hasattr(report, "wasxfail"):
            self.line(False, name, " # TODO " + report.wasxfail)
        elif report.skipped:
            self.line(True, name, " # SKIP " +
                      str(report.longrepr[2]).removeprefix("Skipped: "))
        elif report.failed:
            self.line(False, f"{name} ({report.when})"
                      if report.when != "call" else name)
            self.explain(report)
        elif report.when == "call":
            self.line(True, name, " # TODO " + report.wasxfail
                      if hasattr(report, "wasxfail") else "")

    def pytest_collectreport(self, report):
        if report.failed:
            self.line(False, report.nodeid or "collection")
            self.explain(report)

    def pytest_sessionfinish(self, session, exitstatus):
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            print("Bail out! interrupted", flush=True)
        elif self.count:
            print(f"1..{self.count}", flush=True)
        else:
            print("1..0 # SKIP no tests", flush=True)
            session.exitstatus = pytest.ExitCode.OK


def pytest_collection_modifyitems(items):
    """Behind lighttpd the modules run from the last to the first, behind
    Apache from the middle on: when all servers are examined at once, what is
    heavy meets something else."""
    server = os.environ.get("PIXTIER_SERVER")
    if server == "lighttpd":
        items.sort(key=lambda item: item.path, reverse=True)
    elif server == "apache":
        middle = items[len(items) // 2].path if items else None
        items.sort(key=lambda item: item.path < middle)


def pytest_addoption(parser):
    parser.addoption("--tap", action="store_true",
                     help="print TAP, for automake, and nothing else")


# Before other plugins look for the terminal's reporter, which prints too.
@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    for how in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(how, interrupt)
    if config.getoption("tap"):
        reporter = config.pluginmanager.getplugin("terminalreporter")
        reporter._tw._file = open(os.devnull, "w")
        config.pluginmanager.register(Tap(), "tap")


def interrupt(signum, frame):
    raise KeyboardInterrupt
