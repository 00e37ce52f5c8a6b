"""A proxy between the responders and the database that ends a connection, or
kills the responder, at a statement of the test's choice."""

import contextlib
import os
import selectors
import signal
import socket
import struct
import threading

# Commands that the server answers (COM_QUERY, COM_STMT_PREPARE and _EXECUTE).
QUERY, PREPARE, EXECUTE = 0x03, 0x16, 0x17


class Harm:
    """What happens at one command: the number `at`, or the first with the text
    `at`. `kill` ends the responder, else only the connection ends; with `done`
    the server has carried the command out, else it never gets it."""

    def __init__(self, at, kill, done):
        self.at, self.kill, self.done = at, kill, done
        self.count = 0
        self.happened = False

    def is_now(self, text):
        self.count += 1
        return not self.happened and self.at in (self.count, text)


class Connection:
    """Bytes between a client and the server, and the commands in them."""

    def __init__(self, proxy, client):
        self.proxy, self.client = proxy, client
        self.server = socket.socket(socket.AF_UNIX)
        self.server.connect(proxy.target)
        peer = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED,
                                 struct.calcsize("3i"))
        self.pid = struct.unpack("3i", peer)[0]
        self.sent = b""
        self.harm = None  # waits for the server's answer

    def commands(self, data):
        """The texts of the whole commands that this ends."""
        self.sent += data
        while len(self.sent) >= 4:
            size = int.from_bytes(self.sent[:3], "little")
            if len(self.sent) < 4 + size:
                return
            number, body = self.sent[3], self.sent[4:4 + size]
            self.sent = self.sent[4 + size:]
            if number == 0 and body and body[0] in (QUERY, PREPARE, EXECUTE):
                yield body[1:]

    def end(self, harm):
        harm.happened = True
        if harm.kill:
            os.kill(self.pid, signal.SIGKILL)
        return False

    def on_client(self, data):
        for text in self.commands(data):
            harm = self.proxy.harm
            if harm and harm.is_now(text):
                if not harm.done:
                    return self.end(harm)
                self.harm = harm
        self.server.sendall(data)
        return True

    def on_server(self, data):
        if self.harm:
            return self.end(self.harm)
        self.client.sendall(data)
        return True

    def run(self):
        with self.client, self.server, \
                selectors.DefaultSelector() as selector, \
                contextlib.suppress(OSError):
            selector.register(self.client, selectors.EVENT_READ,
                              self.on_client)
            selector.register(self.server, selectors.EVENT_READ,
                              self.on_server)
            going = True
            while going:
                for key, _ in selector.select():
                    data = key.fileobj.recv(1 << 16)
                    going = going and bool(data) and key.data(data)


class Proxy:
    """with Proxy(path, target) as proxy: clients of the Unix socket `path`
    reach the server of the socket `target`."""

    def __init__(self, path, target):
        self.path, self.target = str(path), target
        self.harm = None

    def __enter__(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o777)
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        os.unlink(self.path)

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=Connection(self, client).run,
                                 daemon=True).start()

    @contextlib.contextmanager
    def doing(self, harm):
        """The harm is done while the block runs, or not any more."""
        self.harm = harm
        try:
            yield harm
        finally:
            self.harm = None
