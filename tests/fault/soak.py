"""All faults at random."""

import collections
import concurrent.futures
import contextlib
import os
import random
import signal
import threading
import time

from service import children_of, is_decoder, wait_until
from tracing import children

CLIENTS = 16
LATER = 5  # one upload in so many is for a worker


def kill_one(pids):
    if pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(random.choice(pids), signal.SIGKILL)


def kill_child(part):
    return lambda service: kill_one(children(service, part))


def kill_decoder(service):
    part = random.choice(("fcgi", "worker"))
    server = service.decoder_server(part)
    kill_one(children_of(server) if server else [])


def kill_decoder_server(service):
    part = random.choice(("fcgi", "worker"))
    kill_one([pid for pid in children_of(service.pid(part))
              if is_decoder(pid)])


def kill_part(part):
    def kill(service):
        service.kill(part)
        service.start(part)
    return kill


def reload_part(service):
    service.kill(random.choice(("fcgi", "worker")), signal.SIGHUP)


# The faults, and how many of 100 faults are of each kind.
ACTS = {
    "a responder": (kill_child("fcgi"), 40),
    "a worker": (kill_child("worker"), 20),
    "a decoder process": (kill_decoder, 20),
    "a decoder server": (kill_decoder_server, 5),
    "a reload": (reload_part, 5),
    "the database": (kill_part("db"), 6),
    "the responders' supervisor": (kill_part("fcgi"), 2),
    "the workers' supervisor": (kill_part("worker"), 2),
}


class Havoc:
    """with Havoc(...): something is killed again and again."""

    def __init__(self, trial, pause):
        self.trial = trial
        self.pause = pause
        self.over = threading.Event()
        self.done = collections.Counter()
        self.error = None

    def run(self):
        names = list(ACTS)
        weights = [ACTS[name][1] for name in names]
        try:
            while not self.over.wait(random.uniform(0.5, 1.5) * self.pause):
                name, = random.choices(names, weights)
                ACTS[name][0](self.trial.service)
                self.done[name] += 1
        except Exception as error:
            self.error = error

    def __enter__(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        if self.error:
            raise self.error


def end_requests(service):
    """Reloads the responders: the old ones end when their requests have."""
    before = service.children("fcgi")
    service.kill("fcgi", signal.SIGHUP)
    wait_until(lambda: not set(before) &
               set(children_of(service.pid("fcgi"))))


def soak(trial):
    """Clients upload with Idempotency-Keys until each upload is acknowledged,
    while responders, workers, decoder processes, the database and supervisors
    are killed at random: 24,000 uploads within 20 minutes in the long form."""
    count, seconds = (24000, 1200) if trial.long else (2000, 12)
    count = int(os.environ.get("SOAK_UPLOADS", count))
    seconds = int(os.environ.get("SOAK_SECONDS", seconds))
    todo = iter(range(count))
    lock = threading.Lock()
    held = []  # uploads with 409: the request of their key may still run
    began = time.monotonic()

    def is_answered(upload, later):
        answer = trial.send(upload, later)
        return upload.image or \
            answer is not None and answer.status_code == 409

    def client(session):
        while True:
            with lock:
                number = next(todo, None)
            if number is None or time.monotonic() - began > seconds:
                return
            upload = trial.new_upload(session)
            wait_until(lambda: is_answered(upload, number % LATER == 0),
                       every=0.05)
            if not upload.image:
                held.append(upload)

    settings = {} if trial.long else {"job_lease": 5}
    sessions = [trial.client() for _ in range(CLIENTS)]
    with trial.service.restarted("fcgi", "worker", **settings), \
            concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        with Havoc(trial, 0.4 if trial.long else 0.2) as havoc:
            clients = [pool.submit(client, session) for session in sessions]
            for one in clients:
                one.result()
        if not trial.long:
            end_requests(trial.service)
            trial.end_key_leases()
            # Workers look for such jobs when they start, which happens below.
            trial.end_leases_of_the_dead()
        trial.note(f"{len(held)} uploads got 409 because their key was in use")
        for upload in held:
            trial.deliver(upload)
    trial.settle()
    kills = ", ".join(f"{number} x {name}" for name, number in
                      havoc.done.most_common())
    trial.note(f"{len(trial.uploads)} uploads by {CLIENTS} clients in "
               f"{time.monotonic() - began:.0f} s; killed: {kills}")
