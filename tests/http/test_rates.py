"""Rates: how many requests a user or an address may make, exactly."""

import re
import signal
import time

import pytest

from api import (at_once, from_address, is_back, make_token, new_user, problem,
                 upload)
from service import wait_until


def me(session):
    return session.get("/v1/me")


def limits(answer):
    """What the answer says of the limits: {name: (q, w, r, t)}."""
    policy = dict(re.findall(r'"([a-z]+)";(q=\d+;w=\d+)',
                             answer.headers["RateLimit-Policy"]))
    now = dict(re.findall(r'"([a-z]+)";(r=\d+;t=\d+)',
                          answer.headers["RateLimit"]))
    assert set(policy) == set(now)
    return {name: tuple(map(int, re.findall(r"\d+",
                                            policy[name] + now[name])))
            for name in policy}


def test_a_tier_without_a_limit_has_none(service):
    answer = me(service.session("basic"))
    assert not [name for name in answer.headers if "ratelimit" in name.lower()]


def test_a_user_has_the_requests_a_minute_of_the_tier(service):
    """429 rate_limited beyond requests_per_minute, whatever the token; the
    answers count down."""
    session = new_user(service, requests_per_minute=5)
    began = time.monotonic()
    token = service.session(token=make_token(session)["token"])
    for left, who in ((3, session), (2, token), (1, token), (0, session)):
        answer = me(who)
        assert answer.status_code == 200
        (said,) = limits(answer).values()
        assert said[:3] == (5, 60, left)
        most = 12 * (5 - left)
        assert most - (time.monotonic() - began) - 1 <= said[3] <= most
        assert answer.headers["X-RateLimit-Limit"] == "5"
        assert answer.headers["X-RateLimit-Remaining"] == str(left)
        assert answer.headers["X-RateLimit-Reset"] == str(said[3])
    for who in (session, token):
        answer = me(who)
        problem(answer, 429, "rate_limited")
        assert 1 <= int(answer.headers["Retry-After"]) <= 12
        assert limits(answer)["default"][:3] == (5, 60, 0)
        assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert me(service.session("basic")).status_code == 200


def test_only_anonymous_has_a_limit_for_each_address(service):
    """Also a user without a password is one user, from all addresses."""
    session = new_user(service, requests_per_minute=4)
    token = make_token(session)["token"]
    service.query("UPDATE users SET password = '!' WHERE username = %s",
                  session.auth[0])
    here, there = service.session(token=token), service.session(token=token)
    there.mount("http://", from_address("127.0.0.2"))
    assert limits(me(here))["default"][2] == 2
    assert limits(me(there))["default"][2] == 1


def test_what_was_used_comes_back_evenly(service):
    session = new_user(service, requests_per_minute=60)
    assert {me(session).status_code for _ in range(30)} == {200}
    left = limits(me(session))["default"][2]
    wait_until(lambda: limits(me(session))["default"][2] > left - 20)


def test_refused_and_failed_requests_have_the_fields(service):
    session = new_user(service, requests_per_minute=3)
    answer = session.get("/v1/images/none")
    problem(answer, 404, "not_found")
    assert limits(answer)["default"][2] == 2
    problem(session.post("/v1/images", data=b""), 415,
            "unsupported_media_type")
    image = upload(session)
    answer = session.post("/v1/images", data=b"x" * 100000)
    problem(answer, 429, "rate_limited")
    link = image["variants"][0]["url"]
    assert service.session().get(link).status_code == 200, "no identity"


def test_pictures_carry_the_fields_too(service):
    session = new_user(service, requests_per_minute=9)
    image = upload(session)
    answer = session.get(f"/v1/images/{image['id']}/variants/h200")
    assert answer.status_code == 200 and answer.content
    assert limits(answer)["default"][:3] == (9, 60, 7)
    assert answer.headers["X-RateLimit-Remaining"] == "7"


@pytest.mark.parametrize("limit, clients", [(7, 40), (25, 50)])
def test_the_rate_is_exact_for_parallel_requests(service, limit, clients):
    """Of so many requests at once exactly the limit passes."""
    session = new_user(service, requests_per_minute=limit)
    token = make_token(session)["token"]
    began = time.monotonic()
    answers = at_once(clients, lambda: me(service.session(token=token)))
    # On a slow machine some come back meanwhile.
    more = int((time.monotonic() - began) * limit / 60)
    passed = [a for a in answers if a.status_code == 200]
    refused = [a for a in answers if a.status_code != 200]
    assert 0 <= len(passed) - (limit - 1) <= more, "making the token was one"
    left = {limits(a)["default"][2] for a in passed}
    assert set(range(limit - 1)) <= left <= set(range(limit - 1 + more))
    for answer in refused:
        problem(answer, 429, "rate_limited")


@pytest.fixture(scope="module")
def strict(service):
    """The responders, with a limit for addresses."""
    service.restart("fcgi", address_requests_per_minute=4)
    yield service
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


def test_an_address_has_its_own_limit(strict):
    """The setting address_requests_per_minute: signed in or not; a reload
    gives none back."""
    both = limits(me(new_user(strict, requests_per_minute=5)))
    assert both["default"][:3] == (5, 60, 4)
    began = time.monotonic()
    assert both["address"][:3] == (4, 60, 3)
    strict.kill("fcgi", signal.SIGHUP)
    answers = at_once(30, lambda: strict.session().get("/healthz"))
    passed = [a for a in answers if a.status_code == 200]
    assert len(passed) <= 3 + (time.monotonic() - began) * 4 / 60
    for answer in answers:
        if answer not in passed:
            problem(answer, 429, "rate_limited")
            assert list(limits(answer)) == ["address"]
    answer = me(strict.session("basic"))
    problem(answer, 429, "rate_limited")
    assert 1 <= int(answer.headers["Retry-After"]) <= 15
