"""A proxy of the database that injects errors.

It listens on a unix socket and forwards the packets of the MySQL protocol. The
fault for a statement happens once, when a client executes the statement the
next time."""

import contextlib
import dataclasses
import os
import select
import socket
import struct
import threading

QUERY, PREPARE, EXECUTE = 0x03, 0x16, 0x17
SQLSTATES = {1040: "08004", 1205: "HY000", 1213: "40001", 1290: "HY000"}
CONNECTION_LIMIT = 1040
DEADLOCK = 1213
GONE, LOST = 2006, 2013  # the client's numbers for a cut connection


def packet(number, payload):
    return struct.pack("<I", len(payload))[:3] + bytes([number]) + payload


def error_packet(number, code):
    state = SQLSTATES.get(code, "HY000").encode()
    return packet(number, struct.pack("<BH", 0xff, code) + b"#" + state +
                  b"error %d of the test" % code)


@dataclasses.dataclass
class Fault:
    """Sets the error for the next execution of this statement."""
    code: int
    sql: str
    skip: int = 0  # so many executions before that pass


class Proxy:
    """with Proxy(path, server) as proxy: clients connect to the path."""

    def __init__(self, path, server):
        self.path = str(path)
        self.server = server
        self.fault = None
        self.refusing = False  # every new connection gets error 1040
        self.happened = 0
        self.statements = []  # every execution, by its text
        self.connections = set()
        self.lock = threading.Lock()

    def __enter__(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut_all()
        os.unlink(self.path)

    def cut_all(self):
        for connection in list(self.connections):
            connection.cut()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if self.refusing:
                    client.sendall(packet(0, struct.pack(
                        "<BH", 0xff, CONNECTION_LIMIT) +
                        b"Too many connections"))
                    client.close()
                    continue
                threading.Thread(target=Connection(self, client).run,
                                 daemon=True).start()

    def plan(self, code, sql, skip=0):
        with self.lock:
            self.fault = Fault(code, sql, skip)

    def take(self, sql):
        """The error for this execution, or None."""
        with self.lock:
            self.statements.append(sql)
            fault = self.fault
            if not fault or fault.sql != sql:
                return None
            if fault.skip:
                fault.skip -= 1
                return None
            self.fault = None
            self.happened += 1
            return fault.code


class Connection:
    def __init__(self, proxy, client):
        self.proxy = proxy
        self.client = client
        self.server = socket.socket(socket.AF_UNIX)
        self.sent = self.received = b""
        self.greeted = False  # the client's first packet is no command
        self.preparing = None
        self.prepared = {}  # statements by their number
        self.losing = False  # the next answer does not arrive

    def run(self):
        self.proxy.connections.add(self)
        with contextlib.suppress(OSError):
            self.server.connect(self.proxy.server)
            while self.pump():
                pass
        self.cut()
        self.client.close()
        self.server.close()
        self.proxy.connections.discard(self)

    def cut(self):
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def pump(self):
        ready, _, _ = select.select([self.client, self.server], [], [])
        if self.server in ready:
            data = self.server.recv(1 << 16)
            if not data or self.losing:
                return False
            self.note_prepared(data)
            self.client.sendall(data)
        if self.client in ready:
            data = self.client.recv(1 << 16)
            if not data:
                return False
            self.sent += data
            return self.pass_on()
        return True

    def note_prepared(self, data):
        """Reads the number of the statement from the response to PREPARE."""
        if self.preparing is None:
            return
        self.received += data
        if len(self.received) >= 9:
            if self.received[4] == 0:
                number, = struct.unpack_from("<I", self.received, 5)
                self.prepared[number] = self.preparing
            self.preparing, self.received = None, b""

    def pass_on(self):
        """Forwards complete packets of the client to the server."""
        while len(self.sent) >= 4:
            size = 4 + int.from_bytes(self.sent[:3], "little")
            if len(self.sent) < size:
                break
            whole, self.sent = self.sent[:size], self.sent[size:]
            if not self.command(whole):
                return False
        return True

    def command(self, whole):
        """Returns False if the connection must be closed."""
        code = self.proxy.take(sql) if (sql := self.executed(whole)) else None
        if code == GONE:
            return False
        if code == LOST:
            self.losing = True
        elif code:
            if code == DEADLOCK:
                self.roll_back()
            self.client.sendall(error_packet(whole[3] + 1, code))
            return True
        self.server.sendall(whole)
        return True

    def executed(self, whole):
        """The text of the statement that this packet executes."""
        if not self.greeted:
            # The handshake's packets: numbered on, where commands begin at 0.
            self.greeted = True
            return None
        if whole[3]:
            return None
        kind = whole[4]
        if kind == QUERY:
            return whole[5:].decode()
        if kind == PREPARE:
            self.preparing = whole[5:].decode()
        if kind == EXECUTE:
            return self.prepared.get(struct.unpack_from("<I", whole, 5)[0])
        return None

    def roll_back(self):
        """Rolls back, as the server does before it reports a deadlock."""
        self.server.sendall(packet(0, bytes([QUERY]) + b"ROLLBACK"))
        self.server.recv(1 << 16)
