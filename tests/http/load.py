"""Many clients at once."""

import concurrent.futures
import threading
import time

from service import wait_until


def look(session):
    return session.get("/v1/me")


class Load:
    """Clients that call something again and again until they are stopped."""

    def __init__(self, clients, call):
        self.stopping = threading.Event()
        self.results = []
        self.call = call
        self.pool = concurrent.futures.ThreadPoolExecutor(clients)
        self.clients = clients

    def client(self):
        while not self.stopping.is_set():
            began = time.monotonic()
            result = self.call()
            self.results.append((result, time.monotonic() - began))

    def __enter__(self):
        self.running = [self.pool.submit(self.client)
                        for _ in range(self.clients)]
        wait_until(lambda: len(self.results) >= self.clients)
        return self

    def count(self, status):
        """How many answers had this status until now."""
        return sum(answer.status_code == status
                   for answer, _ in list(self.results))

    def __exit__(self, *_):
        self.stopping.set()
        for client in self.running:
            client.result()
        self.pool.shutdown()
