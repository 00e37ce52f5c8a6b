"""The service's processes, for the tests in which some have trouble."""

import contextlib
import itertools
import json
import os
import pathlib
import signal
import time

from api import at_once
from service import SETTINGS, children_of, wait_until

RESPONDERS = SETTINGS["responders"]  # of the first socket
PF_EXITING = 4  # of <linux/sched.h>
numbers = itertools.count()


def new_request_id():
    """For threads too: next() of a counter is one step."""
    return f"test-{os.getpid()}-{next(numbers)}"


class RequestLog:
    """Which responder has answered which request, by the log."""

    def __init__(self, service):
        self.path = service.dir / "log" / "fcgi.log"
        self.begins = self.path.stat().st_size

    def events(self, name):
        with open(self.path, "rb") as log:
            log.seek(self.begins)
            lines = [json.loads(line) for line in log.read().splitlines(True)
                     if line.startswith(b"{") and line.endswith(b"\n")]
        return [line for line in lines if line["event"] == name]

    def pids(self, ids):
        """When the last of these requests is logged, too."""
        def look():
            logged = {event["id"]: event["pid"]
                      for event in self.events("request")}
            return set(ids) <= set(logged) and [logged[id] for id in ids]
        return wait_until(look)


def everywhere(service, path):
    """Answers of GET, so many at once and so often that each of the first
    socket's responders has given one."""
    answers, seen = {}, set()
    log = RequestLog(service)

    def ask():
        id = new_request_id()
        answers[id] = service.session().get(path,
                                            headers={"X-Request-Id": id})

    def ask_all():
        at_once(3 * RESPONDERS, ask)
        seen.update(log.pids(list(answers)))
        return len(seen) >= RESPONDERS

    wait_until(ask_all)
    assert len(seen) == RESPONDERS
    return list(answers.values())


def kill_holder(service, pid):
    """Kills a worker whose job is another's at once: its lease has ended
    before, and a worker looks for such jobs when it begins. The process is
    stopped first, or it would extend the lease."""
    os.kill(pid, signal.SIGSTOP)
    end_leases(service)
    os.kill(pid, signal.SIGKILL)


def end_leases(service):
    """As if the time had passed."""
    service.query("UPDATE jobs SET lease_until = UTC_TIMESTAMP(6) -"
                  " INTERVAL 1 SECOND WHERE state = 'running'")


def cpu_seconds(pids):
    """What these processes have used of processors. Unlike the time that
    passes, it is the same on a busy machine."""
    # The clock of a process, as clock_getcpuclockid(3) makes it on Linux.
    return sum(time.clock_gettime(~pid << 3 | 2) for pid in pids)


def is_alive(pid):
    """False also for a process that is exiting. The kernel closes its sockets
    after that, so a client that sees one closed gets False here."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        state, *fields = stat.rpartition(")")[2].split()
        return state not in "ZX" and not int(fields[5]) & PF_EXITING
    return False


def decoders(service, part):
    """Those that wait for a picture: one for each responder or worker, and
    those that are kept for a user."""
    def look():
        server = service.decoder_server(part)
        waiting = [pid for pid in children_of(server) if is_alive(pid)] \
            if server else []
        settled = waiting == seen.pop()
        seen.append(waiting)
        return settled and len(waiting) >= len(service.children(part)) and \
            waiting
    seen = [None]
    return wait_until(look)


def signal_all(pids, how):
    """Those that have ended meanwhile do not matter."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)


@contextlib.contextmanager
def stopped(pids):
    """These processes stop for a while."""
    signal_all(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        signal_all(pids, signal.SIGCONT)


def frozen_decoders(service, part):
    """Those that wait now render nothing for a while; later ones do."""
    return stopped(decoders(service, part))
