"""confine.py UNIT PROGRAM [ARGUMENT]... executes a program under the system
call filters that systemd would install for a unit (systemd.exec(5)), where no
systemd runs. It ends with an error if the unit has a filter that it does not
know."""

import configparser
import ctypes
import errno
import os
import socket
import subprocess
import sys

from seccomp import (ALLOW, EQ, ERRNO, GT, MASKED_EQ, Arg, SyscallFilter,
                     system_arch)

CLONE_NEW = {"cgroup": 0x02000000, "ipc": 0x08000000, "net": 0x40000000,
             "mnt": 0x00020000, "pid": 0x20000000, "user": 0x10000000,
             "uts": 0x04000000}
PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000
PR_SET_NO_NEW_PRIVS = 38
# The argument that has the mode of a new or changed file.
MODES = {"chmod": 1, "fchmod": 1, "fchmodat": 2, "mkdir": 1, "mkdirat": 2,
         "mknod": 1, "mknodat": 2, "creat": 1}


def read_unit(path):
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str
    unit.read(path)
    return unit["Service"]


def expand(names):
    """The system calls of a SystemCallFilter= with its groups."""
    known = {}
    printed = subprocess.run(["systemd-analyze", "syscall-filter"], text=True,
                             capture_output=True, check=True).stdout
    for line in printed.splitlines():
        if line.startswith("@"):
            known[line] = group = []
        elif line.startswith("    ") and not line.strip().startswith("#"):
            group.append(line.strip())

    def walk(name):
        if not name.startswith("@"):
            return {name}
        return set().union(*map(walk, known[name]))
    return set().union(*map(walk, names.split()))


def refuse(rules, number=errno.EPERM):
    """Loads a filter that refuses these calls: names and conditions."""
    filters = SyscallFilter(ALLOW)
    for name, *conditions in rules:
        filters.add_rule(ERRNO(number), name, *conditions)
    filters.load()


def restrict_families(value):
    allowed = {getattr(socket, name) for name in value.split()}
    refuse([("socket", Arg(0, EQ, family)) for family in range(64)
            if family not in allowed] + [("socket", Arg(0, GT, 63))],
           errno.EAFNOSUPPORT)


def restrict_namespaces(_):
    refuse([(name, Arg(0, MASKED_EQ, flag, flag))
            for name in ("clone", "unshare") for flag in CLONE_NEW.values()] +
           [("setns",)])
    refuse([("clone3",)], errno.ENOSYS)


def deny_write_execute(_):
    both = PROT_WRITE | PROT_EXEC
    refuse([("mmap", Arg(2, MASKED_EQ, both, both)),
            ("mprotect", Arg(2, MASKED_EQ, PROT_EXEC, PROT_EXEC)),
            ("pkey_mprotect", Arg(2, MASKED_EQ, PROT_EXEC, PROT_EXEC)),
            ("shmat", Arg(2, MASKED_EQ, SHM_EXEC, SHM_EXEC))])


def restrict_suid_sgid(_):
    refuse([(name, Arg(place, MASKED_EQ, bit, bit))
            for name, place in MODES.items() for bit in (0o4000, 0o2000)] +
           [("openat", Arg(2, MASKED_EQ, os.O_CREAT, os.O_CREAT),
             Arg(3, MASKED_EQ, bit, bit)) for bit in (0o4000, 0o2000)])
    refuse([("openat2",)], errno.ENOSYS)


def restrict_realtime(_):
    refuse([("sched_setscheduler", Arg(1, EQ, policy))
            for policy in (os.SCHED_FIFO, os.SCHED_RR)])


def lock_personality(_):
    refuse([("personality", Arg(0, GT, 0))])


def filter_calls(value):
    filters = SyscallFilter(ERRNO(errno.EPERM))
    for name in sorted(expand(value)):
        try:
            filters.add_rule(ALLOW, name)
        except RuntimeError:  # a call of other machines
            pass
    filters.load()


# In the order of systemd: the list of calls comes last.
FILTERS = {
    "RestrictAddressFamilies": restrict_families,
    "MemoryDenyWriteExecute": deny_write_execute,
    "RestrictRealtime": restrict_realtime,
    "RestrictSUIDSGID": restrict_suid_sgid,
    "RestrictNamespaces": restrict_namespaces,
    "LockPersonality": lock_personality,
    "SystemCallFilter": filter_calls,
}
NOT_FILTERS = {"SystemCallArchitectures", "SystemCallErrorNumber"}


def main(path, *command):
    unit = read_unit(path)
    unknown = {name for name in unit if name.startswith(
        ("Restrict", "SystemCall", "Lock", "Memory"))} - \
        FILTERS.keys() - NOT_FILTERS
    assert not unknown, unknown
    assert unit["SystemCallErrorNumber"] == "EPERM"
    assert unit["NoNewPrivileges"] == "yes" and system_arch()
    assert not ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for name, install in FILTERS.items():
        install(unit[name])
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
