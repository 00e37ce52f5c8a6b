"""strace: lists the system calls of a process and injects faults into them."""

import collections
import contextlib
import os
import pathlib
import re
import subprocess
import tempfile

from processes import is_alive
from service import children_of, is_decoder, wait_until
from trial import Skip, need


def is_traced(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        return re.search(r"^TracerPid:\t[1-9]", status, re.M)
    return False


@contextlib.contextmanager
def traced(pids, *options):
    """strace is attached to these processes."""
    need("strace")
    tracer = subprocess.Popen(
        ["strace", "-qq", "-f", "-o", os.devnull, *options] +
        [word for pid in pids for word in ("-p", str(pid))],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: all(map(is_traced, filter(is_alive, pids))) or
                   tracer.poll() is not None, every=0.005)
        if tracer.poll():
            raise Skip("strace cannot attach to processes on this machine")
        yield
    finally:
        tracer.terminate()
        tracer.wait()


def inject(call, number, fault):
    """Returns the options of strace for a fault in the call of this number in
    each process."""
    return ["-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={number}"]


def children(service, part):
    """The process ids of the current responders or workers."""
    return [pid for pid in children_of(service.pid(part))
            if is_alive(pid) and not is_decoder(pid)]


def calls_of(trial, upload):
    """The system calls by which a responder carries out an upload."""
    return calls_during(trial, lambda: trial.deliver(upload))


def calls_during(trial, act):
    """The system calls by which a responder carries out what `act` sends: each
    with its number among those of its name."""
    calls = collections.defaultdict(list)
    with tempfile.NamedTemporaryFile("r") as log:
        with traced(children(trial.service, "fcgi"), "-o", log.name):
            act()
        for pid, name in re.findall(r"^(\d+) +(\w+)\(", log.read(), re.M):
            calls[pid].append(name)
    names = max(calls.values(), key=len)
    return [(name, names[:at + 1].count(name))
            for at, name in enumerate(names)]
