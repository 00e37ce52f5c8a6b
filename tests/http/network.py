"""A network of the tests' own, where public addresses are this machine, with
a name server: what a hostile DNS does can be shown in full."""

import contextlib
import ctypes
import ipaddress
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading

# Linux's <sched.h>.
CLONE_NEWNET = 0x40000000

UDP = socket.SOCK_DGRAM
A, CNAME, AAAA = 1, 5, 28
NXDOMAIN, SERVFAIL = 3, 2


def missing():
    """What such a network cannot be made without, or None."""
    if os.geteuid():
        return "only root makes a network"
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    for tool in ("unshare", "nsenter", "ip"):
        if not shutil.which(tool, path=path):
            return f"{tool} is not installed"
    if subprocess.run(["unshare", "--net", "--mount", "true"], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        return "no network can be made here"
    return None


class Network:
    """with Network(addresses) as network: its loopback has these addresses
    too, and its /etc/resolv.conf names 127.0.0.1."""

    def __init__(self, addresses):
        self.addresses = addresses

    def __enter__(self):
        with tempfile.NamedTemporaryFile("w") as resolver:
            resolver.write("nameserver 127.0.0.1\n"
                           "options timeout:1 attempts:1\n")
            resolver.flush()
            os.chmod(resolver.name, 0o644)
            commands = ["ip link set lo up"] + [
                f"ip addr add {one} dev lo{' nodad' * (':' in one)}"
                for one in self.addresses] + [
                f"mount --bind {resolver.name} /etc/resolv.conf",
                "echo ready", "exec cat"]
            self.holder = subprocess.Popen(
                ["unshare", "--net", "--mount", "sh", "-ec",
                 "\n".join(commands)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})
            assert self.holder.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_):
        self.holder.communicate()

    @property
    def entrance(self):
        """The command that runs another command there."""
        return ["nsenter", "--target", str(self.holder.pid), "--net",
                "--mount", "--"]

    def socket(self, address, port, kind=socket.SOCK_STREAM):
        """A socket that was made there, for use here."""
        made = []

        def make():
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            with open(f"/proc/{self.holder.pid}/ns/net") as there:
                if ctypes.CDLL(None).setns(there.fileno(), CLONE_NEWNET):
                    return
            one = socket.socket(family, kind)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((address, port))
            if kind == socket.SOCK_STREAM:
                one.listen(64)
            made.append(one)

        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        return made[0]


def written(name):
    """A name as messages have it (RFC 1035, 3.1)."""
    labels = name.rstrip(".").split(".")
    return b"".join(bytes([len(label)]) + label.encode()
                    for label in labels) + b"\0"


class Names:
    """
    A name server. `zone` has, by name, what a question is answered with: an
    address, a name that it is another name of, a list of these, or a number,
    which is the answer's error code. A tuple has one after the other, the
    last for ever.
    """

    def __init__(self, server):
        self.socket = server
        self.zone = {}
        self.asked = []
        threading.Thread(target=self.serve, daemon=True).start()

    def count(self, name, kind=A):
        return self.asked.count((name, kind))

    def serve(self):
        while True:
            with contextlib.suppress(IndexError, struct.error):
                question, peer = self.socket.recvfrom(512)
                self.socket.sendto(self.answer(question), peer)

    def answer(self, question):
        name, at = [], 12
        while question[at]:
            name.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        name = ".".join(name).lower()
        kind, = struct.unpack_from("!H", question, at + 1)
        number = self.count(name, kind)
        self.asked.append((name, kind))
        said = self.zone.get(name, NXDOMAIN)
        if isinstance(said, tuple):
            said = said[min(number, len(said) - 1)]
        error = said if isinstance(said, int) else 0
        records = [] if error else list(self.chain(name, kind, said))
        head = struct.pack("!HHHHHH", *struct.unpack_from("!H", question),
                           0x8580 | error, 1, len(records), 0, 0)
        return head + question[12:at + 5] + b"".join(records)

    def chain(self, name, kind, said):
        for one in said if isinstance(said, list) else [said]:
            try:
                address = ipaddress.ip_address(one)
            except ValueError:
                yield self.record(name, CNAME, written(one))
                yield from self.chain(one, kind, self.zone[one])
                continue
            if kind == (AAAA if address.version == 6 else A):
                yield self.record(name, kind, address.packed)

    @staticmethod
    def record(name, kind, data):
        return written(name) + struct.pack("!HHIH", kind, 1, 0,
                                           len(data)) + data
