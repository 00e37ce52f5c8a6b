"""Requests that wait for a responder, and those whose client goes away."""

import contextlib
import http.client
import itertools
import os
import pathlib
import socket
import struct

from api import Answer
from contract import BASE_PATH
from processes import stopped
from service import HANG, children_of

addresses = itertools.count()


def next_address():
    """Another one each time: the sites bound what an address may do."""
    return f"127.0.2.{next(addresses) % 250 + 1}"


def waiting_uploads(service):
    """Connections that wait at the socket for uploads: each has a line beside
    the listener's."""
    path = service.setting("listen_uploads")
    lines = pathlib.Path("/proc/net/unix").read_text().splitlines()
    return sum(line.endswith(path) for line in lines) - 1


def nobody_accepts(service):
    """The responders are stopped: what comes meanwhile waits."""
    return stopped(service.children("fcgi"))


def nobody_decodes(service):
    """The decoder processes are stopped: what they are to do waits."""
    server = service.decoder_server("fcgi")
    return stopped([server, *children_of(server)])


def connect(service):
    return socket.create_connection(("127.0.0.1", service.port), HANG,
                                    source_address=(next_address(), 0))


def wait_for_accept(service):
    """Connections are accepted in their order."""
    with connect(service) as peer:
        peer.sendall(b"NONSENSE\r\n\r\n")
        assert peer.recv(1)


class Call:
    """A request on a connection of its own. What is there when lighttpd
    accepts the connection it takes without looking at the client again; with
    `meets_server` the request comes later."""

    def __init__(self, service, path, body, *headers, meets_server=False):
        head = "\r\n".join((f"POST {BASE_PATH}{path} HTTP/1.1", "Host: 127.0.0.1",
                            f"Content-Length: {len(body)}",
                            "Connection: close", *headers, "", ""))
        self.peer = connect(service)
        if meets_server:
            wait_for_accept(service)
        self.peer.sendall(head.encode() + body)

    def answer(self):
        response = http.client.HTTPResponse(self.peer)
        response.begin()
        answer = Answer(response)
        self.peer.close()
        return answer

    def hang_up(self):
        self.peer.close()


def link_of(file):
    """What the descriptor is of, or nothing if it was closed."""
    with contextlib.suppress(FileNotFoundError):
        return os.readlink(file)
    return ""


def open_sockets(service):
    """The unix sockets of the web server's processes over which something may
    come yet: when a client goes away, nginx closes one to a responder, and
    lighttpd shuts it down."""
    pid = service.pid("web")
    links = [link_of(file) for one in [pid, *children_of(pid)]
             for file in pathlib.Path(f"/proc/{one}/fd").iterdir()]
    inodes = {int(link[8:-1]) for link in links if link.startswith("socket:")}
    return sum(inode in inodes for inode in unix_sockets())


def unix_sockets():
    """The inodes of those that are not shut down: sock_diag(7)."""
    ask = struct.pack("=IHHII BBHIII8s", 40, 20, 0x301, 1, 0,
                      socket.AF_UNIX, 0, 0, 0xffffffff, 0, 0, b"\xff" * 8)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4) as netlink:
        netlink.send(ask)
        while True:
            answer = netlink.recv(1 << 16)
            while answer:
                length, kind = struct.unpack_from("=IH", answer)
                if kind == 3:  # the last
                    return
                if is_open(answer[32:length]):
                    yield struct.unpack_from("=I", answer, 20)[0]
                answer = answer[(length + 3) & ~3:]


def is_open(attributes):
    """The attribute 6 says in which directions it is shut down."""
    while attributes:
        length, kind = struct.unpack_from("=HH", attributes)
        if kind == 6:
            return not attributes[4]
        attributes = attributes[(length + 3) & ~3:]
    return True
