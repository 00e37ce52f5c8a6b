"""Logins: wrong passwords are slowed, right ones are not."""

import concurrent.futures
import os
import signal
import time

import pytest

from api import at_once, is_back, make_token, new_user, problem
from service import wait_until

FEW = {"login_failures_user": 3, "login_failures_address": 8,
       "login_window": 6}


@pytest.fixture(scope="module")
def strict(service):
    """The responders, with little patience: three wrong passwords for a user
    and eight from an address in six seconds."""
    service.restart("fcgi", **FEW, password_jobs=1)
    yield service
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


@pytest.fixture
def patient(strict):
    """When nothing counts any more."""
    time.sleep(FEW["login_window"])
    return strict


def log_in(service, user, password=None):
    return service.session().post("/v1/login", json={
        "username": user, "password": password or service.passwords[user]})


def by_basic(service, user, password):
    session = service.session()
    session.auth = (user, password)
    return session.get("/v1/me")


def test_wrong_passwords_for_a_user_are_slowed(patient):
    """The setting login_failures_user: by POST /v1/login and by Basic
    together, in any spelling that the database takes for the same; 429
    rate_limited even with the right password, but not for tokens."""
    user = new_user(patient).auth[0]
    token = make_token(patient.session(user))["token"]
    problem(log_in(patient, user, "wrong one"), 401, "wrong_credentials")
    problem(by_basic(patient, user.upper(), "wrong two"),
            401, "wrong_credentials")
    assert log_in(patient, user).status_code == 200, "right ones do not count"
    problem(log_in(patient, user, "wrong three"), 401, "wrong_credentials")
    for password in ("wrong four", patient.passwords[user]):
        for answer in (log_in(patient, user, password),
                       by_basic(patient, user.title(), password)):
            problem(answer, 429, "rate_limited")
            assert 1 <= int(answer.headers["Retry-After"]) <= 2
    assert patient.session(token=token).get("/v1/me").status_code == 200
    assert log_in(patient, "other").status_code == 200
    wait_until(lambda: log_in(patient, user).status_code == 200)


def test_users_that_are_not_there_are_slowed_alike(patient):
    for _ in range(3):
        problem(log_in(patient, "no-such-user", "wrong one"),
                401, "wrong_credentials")
    problem(log_in(patient, "No-Such-User", "wrong one"), 429, "rate_limited")


def test_wrong_passwords_from_an_address_are_slowed(patient):
    """The settings login_failures_address and login_window."""
    for i in range(8):
        problem(log_in(patient, f"nobody{i}", "wrong one"),
                401, "wrong_credentials")
    answer = log_in(patient, "basic")
    problem(answer, 429, "rate_limited")
    assert answer.headers["Retry-After"] == "1"


def test_guesses_at_once_do_not_pass_the_limit_together(patient):
    user = new_user(patient).auth[0]
    codes = [answer.status_code for answer in
             at_once(20, lambda: log_in(patient, user, "a wrong guess"))]
    assert sorted(codes) == [401] * 3 + [429] * 17


def test_right_passwords_at_once_are_no_guesses(patient):
    """However many more than the limit."""
    user = new_user(patient).auth[0]
    answers = at_once(20, lambda: patient.session(user).get("/v1/me"))
    assert {answer.status_code for answer in answers} == {200}


def test_a_new_password_needs_the_old_within_the_limit(patient):
    """PUT /v1/me/password."""
    user = new_user(patient).auth[0]
    session = patient.session(
        token=make_token(patient.session(user))["token"])

    def change():
        return session.put("/v1/me/password", json={
            "old": "a wrong guess", "new": "a new pass phrase"})

    assert [change().status_code for _ in range(4)] == [401] * 3 + [429]


def test_few_passwords_are_hashed_at_once(service):
    """The setting password_jobs: others wait, and nobody waits for a process
    that died with its turn."""
    service.restart("fcgi", password_jobs=1, password_cost=9,
                    login_failures_user=0, login_failures_address=0)
    try:
        user = new_user(service).auth[0]
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            logins = [pool.submit(log_in, service, user, "a wrong guess")
                      for _ in range(3)]
            codes = {login.result().status_code for login in logins}
        assert codes <= {401, 429} and 401 in codes
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            login = pool.submit(log_in, service, user, "a wrong guess")
            time.sleep(0.1)
            for pid in service.children("fcgi"):
                os.kill(pid, signal.SIGKILL)
            login.result()
        wait_until(lambda: is_back(service))
        problem(log_in(service, user, "a wrong guess"),
                401, "wrong_credentials")
    finally:
        service.restart("fcgi")
        wait_until(lambda: is_back(service))
