"""What the tests of the dialects have in common."""

import concurrent.futures
import contextlib
import os
import time

import pytest

from service import HANG, wait_until

TASKS = 1000 if os.environ.get("PIXTIER_LONG") else 200
CLIENTS = 16
LIMITS = ("max_bytes", "max_enlarged_pixels", "quota_bytes",
          "uploads_per_day", "requests_per_minute", "max_pending_seconds")


@pytest.fixture(scope="module")
def nobody(service):
    """Requests of a client that knows no users, as many as it likes, of
    whatever cost."""
    usual, = service.query(f"SELECT max_side, {', '.join(LIMITS)} FROM tiers"
                           " WHERE name = 'Anonymous'")
    service.ctl("tier", "set", "Anonymous", "max_side=9999",
                *(f"{name}=none" for name in LIMITS))
    yield service.session()
    service.ctl("tier", "set", "Anonymous",
                *(f"{name}={value or 'none'}"
                  for name, value in zip(("max_side",) + LIMITS, usual)))


@contextlib.contextmanager
def tier_with(service, field, value, usual):
    """The tier Anonymous is changed for a while."""
    service.ctl("tier", "set", "Anonymous", f"{field}={value}")
    try:
        yield
    finally:
        service.ctl("tier", "set", "Anonymous", f"{field}={usual}")


@contextlib.contextmanager
def anonymous_disabled(service):
    service.ctl("user", "disable", "anonymous")
    try:
        yield
    finally:
        service.ctl("user", "enable", "anonymous")


@contextlib.contextmanager
def with_dialects(service, dialects):
    service.restart("fcgi", dialects=dialects)
    nobody = service.session()
    wait_until(lambda: nobody.get("/readyz").status_code == 200)
    try:
        yield
    finally:
        service.restart("fcgi")
        wait_until(lambda: nobody.get("/readyz").status_code == 200)


def web_tokens(service, session):
    """The JSON Web Tokens that image_api gives for a user's password."""
    user, password = session.auth
    answer = service.session().post("/api/token/", data={
        "username": user, "password": password})
    assert answer.status_code == 200, answer.text
    return answer.json()


def none_is_lost(service, send, look):
    """Each client sends its share of tasks, each in turn with the others, and
    polls every one until it has ended. Returns how many ended how."""
    def client(number):
        session = service.session()
        tasks = [send(session, number * TASKS + i)
                 for i in range(TASKS // CLIENTS + (number < TASKS % CLIENTS))]
        return [wait_until(lambda: look(session, task),
                           5 * HANG, every=0.1)
                for task in tasks]

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        ends = [end for ends in pool.map(client, range(CLIENTS))
                for end in ends]
    counts = {end: ends.count(end) for end in sorted(set(ends))}
    print(f"{len(ends)} tasks at {CLIENTS} clients: {counts}, "
          f"{time.monotonic() - began:.1f} s")
    assert len(ends) == TASKS
    return counts
