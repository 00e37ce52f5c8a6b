"""A web server's part of FastCGI, with every liberty to get it wrong."""

import fcntl
import socket
import struct
import termios

from service import HANG, wait_until

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR = 1, 2, 3, 4, 5, 6, 7
RESPONDER, AUTHORIZER, FILTER = 1, 2, 3


def record(kind, content=b"", request_id=1):
    padding = -len(content) % 8
    return struct.pack(">BBHHBx", 1, kind, request_id, len(content),
                       padding) + content + bytes(padding)


def begin(role=RESPONDER, flags=0, request_id=1):
    return record(BEGIN, struct.pack(">HB5x", role, flags), request_id)


def length(number):
    if number < 128:
        return bytes([number])
    return struct.pack(">I", number | 0x80000000)


def pair(name, value):
    name, value = name.encode(), value.encode()
    return length(len(name)) + length(len(value)) + name + value


def stream(kind, content):
    """The content in records, and the empty one that ends a stream."""
    parts = [content[at:at + 65528] for at in range(0, len(content), 65528)]
    return b"".join(record(kind, part) for part in parts + [b""])


def environment(method, target, *more):
    """What every web server tells of a request, as a list of pairs."""
    return [("REQUEST_METHOD", method), ("REQUEST_URI", target),
            ("REMOTE_ADDR", "127.0.0.1"), *more]


def params(pairs):
    return stream(PARAMS, b"".join(pair(*each) for each in pairs))


def request(pairs, body=b""):
    return begin() + params(pairs) + stream(STDIN, body)


class Answer:
    """What came back: `status` is 0 when no answer came, `ended` tells
    whether the application ended the request, `closed` the connection."""

    def __init__(self, raw, closed):
        self.closed = closed
        self.ended = False
        out = b""
        while len(raw) >= 8:
            kind, size, padding = struct.unpack(">xB2xHBx", raw[:8])
            if kind == STDOUT:
                out += raw[8:8 + size]
            self.ended = self.ended or kind == END
            raw = raw[8 + size + padding:]
        head, _, self.body = out.partition(b"\r\n\r\n")
        self.headers = {}
        for line in head.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value
        self.status = int(self.headers.get("status", "0").split()[0])


def unread(connection):
    """How many bytes of what was sent to a unix socket its reader has not
    taken yet."""
    return struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ,
                                          b"\0" * 4))[0]


def exchange(path, data, timeout=HANG, hang_up=False, halfway=None):
    """Sends these bytes to the socket at the path and reads until it closes.
    With hang_up nothing more can come from here, and that is said; else the
    application cannot know. halfway() is called when half is read."""
    received = b""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        connection.connect(path)
        try:
            if halfway:
                connection.sendall(data[:len(data) // 2])
                data = data[len(data) // 2:]
                wait_until(lambda: not unread(connection))
                halfway()
            connection.sendall(data)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
            while True:
                got = connection.recv(65536)
                if not got:
                    return Answer(received, True)
                received += got
        except (BrokenPipeError, ConnectionResetError):
            return Answer(received, True)
        except TimeoutError:
            return Answer(received, False)
