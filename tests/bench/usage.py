"""CPU time and memory of processes, from /proc: proc(5)."""

import contextlib
import os
import pathlib

TICK = os.sysconf("SC_CLK_TCK")
GONE = (FileNotFoundError, ProcessLookupError, PermissionError)


def stat_of(pid):
    """Returns the parent, and CPU seconds of the process and its ended
    children."""
    line = pathlib.Path(f"/proc/{pid}/stat").read_text()
    fields = line.rpartition(")")[2].split()
    return int(fields[1]), sum(map(int, fields[11:15])) / TICK


def all_processes():
    stats = {}
    for entry in os.listdir("/proc"):
        with contextlib.suppress(*GONE):
            if entry.isdigit():
                stats[int(entry)] = stat_of(entry)
    return stats


def tree(pids, stats=None):
    """Returns root and depth of these processes and of all below them."""
    stats = stats or all_processes()
    found = {pid: (pid, 0) for pid in pids if pid in stats}
    level = list(found)
    while level:
        below = [pid for pid, (parent, _) in stats.items()
                 if parent in level and pid not in found]
        for pid in below:
            root, depth = found[stats[pid][0]]
            found[pid] = root, depth + 1
        level = below
    return found


def cpu_seconds(pids):
    """Returns the CPU seconds of each process with all below it, including
    those that have ended."""
    stats = all_processes()
    seconds = dict.fromkeys(pids, 0)
    for pid, (root, _) in tree(pids, stats).items():
        seconds[root] += stats[pid][1]
    return [seconds[pid] for pid in pids]


def memory_kib(pid):
    """Returns resident and proportional size; None if the process has
    ended."""
    try:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    except GONE:
        return None
    sizes = dict(line.split(":", 1) for line in text.splitlines()[1:])
    if "Rss" not in sizes:
        return None
    return tuple(int(sizes[name].split()[0]) for name in ("Rss", "Pss"))


def peak_kib(pid):
    """Returns the largest resident size so far; 0 if the process has ended."""
    with contextlib.suppress(*GONE):
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
        for line in text.splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0
