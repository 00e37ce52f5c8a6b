"""What processes take of the machine, from /proc; proc(5)."""

import contextlib
import os
import pathlib

TICK = os.sysconf("SC_CLK_TCK")
GONE = (FileNotFoundError, ProcessLookupError, PermissionError)


def stat_of(pid):
    """Parent, and seconds of CPU with those of its ended children."""
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
    """These processes and all below them: each pid's root and depth."""
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
    """Of each process with all below it, also those that have ended."""
    stats = all_processes()
    seconds = dict.fromkeys(pids, 0)
    for pid, (root, _) in tree(pids, stats).items():
        seconds[root] += stats[pid][1]
    return [seconds[pid] for pid in pids]


def memory_kib(pid):
    """Resident and proportional size; None when it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    except GONE:
        return None
    sizes = dict(line.split(":", 1) for line in text.splitlines()[1:])
    if "Rss" not in sizes:
        return None
    return tuple(int(sizes[name].split()[0]) for name in ("Rss", "Pss"))


def peak_kib(pid):
    """The largest resident size that it has had; 0 when it is gone."""
    with contextlib.suppress(*GONE):
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
        for line in text.splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0
