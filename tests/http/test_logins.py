"""Logins: wrong passwords are slowed, right ones are not."""

import concurrent.futures
import itertools
import json
import os
import re
import signal

import pytest

from api import (at_once, from_address, is_back, make_token, new_user,
                 problem)
from processes import cpu_seconds
from service import wait_until

# A day, so that no wrong password is forgotten while a test runs.
WINDOW = 86400
FEW = {"login_failures_user": 3, "login_failures_address": 8,
       "login_failures_name": 12, "login_window": WINDOW}
addresses = itertools.count(2)


@pytest.fixture(scope="module")
def strict(service):
    """The responders accept three wrong passwords for a user from an address,
    eight from an address, and twelve for a user."""
    service.restart("fcgi", **FEW, password_jobs=1)
    yield service
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


class Client:
    """Has an address of its own, from which no login has failed."""

    def __init__(self, service):
        self.service = service
        self.address = f"127.0.0.{next(addresses)}"

    def session(self, user=None, token=None):
        session = self.service.session(user, token)
        session.mount("http://", from_address(self.address))
        return session

    def log_in(self, user, password=None):
        return self.session().post("/v1/login", json={
            "username": user,
            "password": password or self.service.passwords[user]})

    def by_basic(self, user, password):
        session = self.session()
        session.auth = (user, password)
        return session.get("/v1/me")


@pytest.fixture
def client(strict):
    return Client(strict)


def test_wrong_passwords_for_a_user_are_slowed(strict, client):
    """The setting login_failures_user, for one address: by POST /v1/login and by Basic
    together, in any spelling that the database takes for the same; 429
    rate_limited even with the right password, but not for tokens."""
    user = new_user(strict).auth[0]
    token = make_token(client.session(user))["token"]
    problem(client.log_in(user, "wrong one"), 401, "wrong_credentials")
    problem(client.by_basic(user.upper(), "wrong two"),
            401, "wrong_credentials")
    assert client.log_in(user).status_code == 200, "right ones do not count"
    problem(client.log_in(user, "wrong three"), 401, "wrong_credentials")
    for password in ("wrong four", strict.passwords[user]):
        for answer in (client.log_in(user, password),
                       client.by_basic(user.title(), password)):
            problem(answer, 429, "rate_limited")
            part = WINDOW // FEW["login_failures_user"]
            assert part / 2 < int(answer.headers["Retry-After"]) <= part
    assert client.session(token=token).get("/v1/me").status_code == 200
    assert client.log_in("other").status_code == 200


def attack(service, user):
    """Sends as many wrong passwords from other addresses as pass at once."""
    for _ in range(FEW["login_failures_name"] // FEW["login_failures_user"]):
        attacker = Client(service)
        codes = [attacker.log_in(user, "a wrong guess").status_code
                 for _ in range(FEW["login_failures_user"] + 1)]
        assert codes == [401] * FEW["login_failures_user"] + [429]


def test_nobody_can_lock_a_user_out(strict, client):
    """The setting login_failures_name: beyond it one password a second passes,
    and first of all those of clients that were right before; at POST
    /v1/login, by Basic, and for the clients of imagify."""
    user = new_user(strict).auth[0]
    assert client.log_in(user).status_code == 200
    attack(strict, user)
    guesser = Client(strict)
    answers = [guesser.log_in(user, "a wrong guess") for _ in range(2)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "1"
    for _ in range(3):
        assert client.log_in(user).status_code == 200
        assert client.by_basic(user, strict.passwords[user]).status_code == 200
        assert client.session(user).get("/images/").status_code == 200
        assert strict.session(user).get("/images/").status_code in (200, 429)
    wait_until(lambda: guesser.log_in(user).status_code == 200)


def test_an_administrator_forgets_wrong_passwords(strict, client):
    """pixtierctl user unlock, for one address and for all."""
    user = new_user(strict).auth[0]
    for _ in range(3):
        problem(client.log_in(user, "wrong one"), 401, "wrong_credentials")
    problem(client.log_in(user), 429, "rate_limited")
    strict.ctl("user", "unlock", user)
    assert client.log_in(user).status_code == 200
    attack(strict, user)
    strict.ctl("user", "unlock", user)
    assert Client(strict).log_in(user).status_code == 200
    lines = json.loads(strict.ctl("audit", "--json").stdout)
    assert lines[0]["action"] == "user.unlock" and lines[0]["subject"] == user
    missing = strict.ctl("user", "unlock", "no-such-user", check=False)
    assert missing.returncode == 1 and "no-such-user" in missing.stderr


def test_users_that_are_not_there_are_slowed_alike(client):
    for _ in range(3):
        problem(client.log_in("no-such-user", "wrong one"),
                401, "wrong_credentials")
    problem(client.log_in("No-Such-User", "wrong one"), 429, "rate_limited")


def test_wrong_passwords_from_an_address_are_slowed(strict, client):
    """The setting login_failures_address; other addresses are not slowed."""
    for i in range(8):
        problem(client.log_in(f"nobody{i}", "wrong one"),
                401, "wrong_credentials")
    answer = client.log_in("basic")
    problem(answer, 429, "rate_limited")
    part = WINDOW // FEW["login_failures_address"]
    assert part / 2 < int(answer.headers["Retry-After"]) <= part
    assert Client(strict).log_in("basic").status_code == 200


def test_guesses_at_once_do_not_pass_the_limit_together(strict, client):
    user = new_user(strict).auth[0]
    codes = [answer.status_code for answer in
             at_once(20, lambda: client.log_in(user, "a wrong guess"))]
    assert sorted(codes) == [401] * 3 + [429] * 17


def test_right_passwords_at_once_are_no_guesses(strict, client):
    """However many more than the limit."""
    user = new_user(strict).auth[0]
    answers = at_once(20, lambda: client.session(user).get("/v1/me"))
    assert {answer.status_code for answer in answers} == {200}


def test_a_new_password_needs_the_old_within_the_limit(strict, client):
    """PUT /v1/me/password."""
    user = new_user(strict).auth[0]
    session = client.session(token=make_token(client.session(user))["token"])

    def change():
        return session.put("/v1/me/password", json={
            "old": "a wrong guess", "new": "a new pass phrase"})

    assert [change().status_code for _ in range(4)] == [401] * 3 + [429]


@pytest.fixture
def unlimited(service):
    """The responders hash one password at a time, and however many were
    wrong. It comes after the tests that need `strict`."""
    service.restart("fcgi", password_jobs=1, password_cost=9,
                    login_failures_user=0, login_failures_address=0)
    yield Client(service)
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


def test_few_passwords_are_hashed_at_once(service, unlimited):
    """The setting password_jobs: others wait, and no login waits for a
    process that died while it hashed. A user that does not exist costs as
    much as the setting password_cost says."""
    def guess():
        return unlimited.log_in("no-such-user", "a wrong guess").status_code

    codes = set(at_once(3, guess))
    assert codes <= {401, 429} and 401 in codes
    pids = service.children("fcgi")
    before = cpu_seconds(pids)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        login = pool.submit(guess)
        wait_until(lambda: cpu_seconds(pids) > before + 0.05, every=0.002)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        login.result()
    wait_until(lambda: is_back(service))
    problem(unlimited.log_in("basic", "a wrong guess"),
            401, "wrong_credentials")


# Of "correct horse"; of the manual of PHP's password_verify().
HASHES = {
    "bcrypt": "$2y$10$.vGA1O9wmRjrwAVXD98HNOgsNpDczlqm3Jq7KnEd1rVAGv3Fykk1a",
    "sha512": "$6$rounds=1000$saltsalt$4GMtaIz3E1AdDi2SmCokEW0ehi.HdxNDcL3fGE1"
              "XXuzvo6kbx7UOloZKONqEk5H3JrQA4NOfU8BmqFPrpGqwA1",
    "yescrypt": "$y$j9T$saltsaltsaltsalt$gNcNhvFTt75JDF1LO9O.MCPyp8TkQxrhQSKqU"
                "eo/Uy6",
    "none": "!",
}


def hashes_computed(service):
    """By their kinds, how many there were."""
    return dict(re.findall(
        r'^pixtier_password_hashes_total\{kind="(.*)"\} (\d+)$',
        service.session().get("/metrics").text, re.MULTILINE))


def test_no_work_tells_who_has_an_account(service):
    """A wrong password costs the same hashes for users whose password was
    imported, for others, for those who are disabled and for nobody."""
    users = {kind: new_user(service).auth[0] for kind in HASHES}
    for kind, hash in HASHES.items():
        service.query("UPDATE users SET password = %s WHERE username = %s",
                      hash, users[kind])
    disabled = new_user(service).auth[0]
    service.ctl("user", "disable", disabled)
    service.restart("fcgi")
    wait_until(lambda: is_back(service))
    work = []
    for name in (*users.values(), disabled, "basic", "no-such-user"):
        before = hashes_computed(service)
        problem(service.session().post("/v1/login", json={
            "username": name, "password": "a wrong guess"}),
            401, "wrong_credentials")
        now = hashes_computed(service)
        work.append({kind: int(count) - int(before.get(kind, 0))
                     for kind, count in now.items()})
    assert {"$2y$10$", "$6$rounds=1000$", "$y$j9T$", "$y$j75$"} <= set(work[0])
    assert all(one == dict.fromkeys(work[0], 1) for one in work), work
    for name in users.values():
        service.ctl("user", "delete", name)


@pytest.fixture
def few_seats(service):
    """One responder of each socket may hash passwords for new clients."""
    service.restart("fcgi", password_jobs=2, password_cost=9,
                    login_responders=1)
    yield Client(service)
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


def test_logins_leave_responders_for_others(service, few_seats):
    """The setting login_responders: while one responder hashes, others refuse
    new clients at once, and answer everybody else. It is stopped meanwhile."""
    user = new_user(service).auth[0]
    assert few_seats.log_in(user).status_code == 200
    pids = service.children("fcgi")
    used = {pid: cpu_seconds([pid]) for pid in pids}

    def hashing():
        return next((pid for pid in pids
                     if cpu_seconds([pid]) > used[pid] + 0.05), None)

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        login = pool.submit(Client(service).log_in, "nobody", "a wrong guess")
        pid = wait_until(hashing, every=0.002)
        os.kill(pid, signal.SIGSTOP)
        try:
            assert not login.done()
            for _ in range(5):
                answer = Client(service).log_in("nobody", "a wrong guess")
                problem(answer, 429, "rate_limited")
                assert answer.headers["Retry-After"] == "1"
                assert service.session().get("/readyz").status_code == 200
                assert few_seats.log_in(user).status_code == 200
        finally:
            os.kill(pid, signal.SIGCONT)
        problem(login.result(), 401, "wrong_credentials")


def test_a_login_is_possible_again_later(service):
    """The setting login_window: after a part of it one more wrong password
    may come."""
    user = new_user(service).auth[0]
    service.restart("fcgi", login_failures_user=1, login_window=2)
    try:
        client = Client(service)
        problem(client.log_in(user, "wrong"), 401, "wrong_credentials")
        wait_until(lambda: client.log_in(user).status_code == 200)
    finally:
        service.restart("fcgi")
        wait_until(lambda: is_back(service))
