"""Accounts: who somebody is, by password, by token or by cookie."""

import concurrent.futures

import pytest
import requests

from api import (at_once, invalid, make_token, new_user, problem, set_tier,
                 upload)
from dialect import web_tokens
from service import Session, wait_until


def log_in(service, user):
    """A browser that has logged in, and what login answered."""
    browser = Session(service.url)
    answer = browser.post("/v1/login", json={
        "username": user, "password": service.passwords[user]})
    assert answer.status_code == 200, answer.text
    return browser, answer


def me(session):
    return session.get("/v1/me")


def test_me_tells_of_the_account(service):
    """GET /v1/me: name, tier, usage and limits."""
    session = new_user(service, "Premium", max_bytes=50000, link_max=9000)
    image = upload(session)
    said = me(session).json()
    assert set(said) == {"id", "username", "email", "is_admin", "tier",
                         "usage", "limits", "csrf"}
    assert said["csrf"] is None, "only a session has one"
    assert said["username"] == session.auth[0]
    assert said["email"] is None and said["is_admin"] is False
    assert said["usage"] == {"images": 1, "bytes": image["bytes"],
                             "uploads_today": 1}
    assert said["limits"]["max_bytes"] == 50000
    assert said["limits"]["link_max"] == said["tier"]["link_max"] == 9000
    assert said["tier"]["sizes"] == ["h200", "h400"]
    assert said["tier"]["original"] is True and said["tier"]["links"] is False
    assert said["tier"]["quota_bytes"] is None
    assert said["tier"]["formats"][:2] == ["jpeg", "png"]
    assert me(service.session("admin")).json()["is_admin"] is True


@pytest.mark.parametrize("user, password", [
    ("basic", "wrong"), ("basic", ""), ("nobody", "wrong"), ("", ""),
    ("anonymous", "!"), ("anonymous", ""), ("basic", "x" * 2000),
])
def test_a_wrong_password_opens_nothing(service, user, password):
    """401 wrong_credentials, the same for users that do not exist."""
    session = Session(service.url)
    session.auth = (user, password)
    answer = me(session)
    said = problem(answer, 401, "wrong_credentials")
    assert "Basic" in answer.headers["WWW-Authenticate"]
    assert said["detail"] == "no user has this name and this password"
    session.auth = (user, service.passwords["basic"] + "x")
    problem(me(session), 401, "wrong_credentials")


@pytest.mark.parametrize("authorization, code", [
    ("Basic", "unauthenticated"), ("Basic !!!", "wrong_credentials"),
    ("Basic YQ==", "wrong_credentials"), ("Digest a=b", "unauthenticated"),
    ("Bearer", "unauthenticated"), ("Bearer px_", "unauthenticated"),
    ("Bearer px_" + "A" * 43, "unauthenticated"), ("px_a", "unauthenticated"),
])
def test_other_identities_are_none(service, authorization, code):
    """401, with WWW-Authenticate to say what would do."""
    answer = service.session().get(
        "/v1/me", headers={"Authorization": authorization})
    problem(answer, 401, code)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_browser_logs_in_and_out(service):
    """POST /v1/login gives a cookie that scripts cannot read and other sites
    cannot send; POST /v1/logout ends it."""
    browser, answer = log_in(service, "premium")
    assert answer.json()["user"]["username"] == "premium"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert "Path=/" in cookie and "Max-Age=43200" in cookie
    assert me(browser).json()["username"] == "premium"
    assert me(browser).json()["csrf"] == answer.json()["csrf"], \
        "a page that is loaded again needs it"

    stolen = requests.utils.dict_from_cookiejar(browser.cookies)
    answer = browser.post("/v1/logout",
                          headers={"X-Pixtier-CSRF": answer.json()["csrf"]})
    assert answer.status_code == 204
    assert not browser.cookies
    problem(me(browser), 401, "unauthenticated")
    problem(service.session().get("/v1/me", cookies=stolen),
            401, "unauthenticated")


def test_login_takes_a_name_and_a_password(service):
    browser = service.session()
    for username, password in (("basic", "wrong"), ("nobody", "wrong")):
        answer = browser.post("/v1/login", json={"username": username,
                                                 "password": password})
        problem(answer, 401, "wrong_credentials")
        assert "Set-Cookie" not in answer.headers
    invalid(browser.post("/v1/login", json={"username": "basic"}), "password")
    invalid(browser.post("/v1/login", json={"password": "a"}), "username")
    problem(browser.post("/v1/login", json={"username": "a", "password": "b",
                                            "remember": True}),
            400, "unknown_field")


def test_another_site_cannot_act_with_the_cookie(service):
    """403 forbidden unless X-Pixtier-CSRF has what login returned."""
    browser, answer = log_in(service, "premium")
    csrf = answer.json()["csrf"]
    _, other = log_in(service, "premium")
    name = {"name": "from a browser"}
    for headers in ({}, {"X-Pixtier-CSRF": ""}, {"X-Pixtier-CSRF": csrf + "A"},
                    {"X-Pixtier-CSRF": csrf[:-1]},
                    {"X-Pixtier-CSRF": other.json()["csrf"]}):
        problem(browser.post("/v1/tokens", json=name, headers=headers),
                403, "forbidden")
        problem(browser.post("/v1/logout", headers=headers), 403, "forbidden")
    good = {"X-Pixtier-CSRF": csrf}
    made = browser.post("/v1/tokens", json=name, headers=good)
    assert made.status_code == 201
    problem(browser.delete("/v1/tokens/" + made.json()["id"]),
            403, "forbidden")
    assert browser.delete("/v1/tokens/" + made.json()["id"],
                          headers=good).status_code == 204


def test_a_session_is_no_token_and_a_token_no_session(service):
    browser, _ = log_in(service, "premium")
    (name, secret), = browser.cookies.items()
    problem(me(service.session(token=secret)), 401, "unauthenticated")
    token = make_token(service.session("premium"))["token"]
    problem(service.session().get("/v1/me", cookies={name: token}),
            401, "unauthenticated")


def test_a_new_password_ends_the_other_sessions(service):
    """PUT /v1/me/password: needs the old one; tokens live on."""
    session = new_user(service)
    user = session.auth[0]
    old, new = session.auth[1], "a new pass phrase ä"
    browser, answer = log_in(service, user)
    other, _ = log_in(service, user)
    token = service.session(token=make_token(session)["token"])

    def change(**fields):
        return browser.put("/v1/me/password", json=fields,
                           headers={"X-Pixtier-CSRF": answer.json()["csrf"]})

    problem(change(old="wrong", new=new), 401, "wrong_credentials")
    invalid(change(old=old, new="short"), "new")
    invalid(change(old=old, new="x" * 1025), "new")
    invalid(change(old=old), "new")
    invalid(change(new=new), "old")
    problem(change(old=old, new=new, again=new), 400, "unknown_field")
    assert me(other).status_code == 200

    assert change(old=old, new=new).status_code == 204
    assert me(browser).status_code == me(token).status_code == 200
    problem(me(other), 401, "unauthenticated")
    problem(me(session), 401, "wrong_credentials")
    session.auth = (user, new.encode())
    assert me(session).status_code == 200


# From the manual of PHP's password_verify().
PHP_HASH = "$2y$10$.vGA1O9wmRjrwAVXD98HNOgsNpDczlqm3Jq7KnEd1rVAGv3Fykk1a"


def test_a_hash_made_by_php_is_verified_and_upgraded(service):
    session = new_user(service)
    user = session.auth[0]
    service.query("UPDATE users SET password = %s WHERE username = %s",
                  PHP_HASH, user)
    problem(me(session), 401, "wrong_credentials")
    for _ in range(2):
        session.auth = (user, "rasmuslerdorf")
        assert me(session).status_code == 200
        (kept,), = service.query(
            "SELECT password FROM users WHERE username = %s", user)
        assert kept.startswith("$y$")


def test_logins_at_once_upgrade_a_hash_once(service):
    """Each of them gets tokens, which end with the hash that they saw."""
    session = new_user(service)
    user = session.auth[0]
    service.query("UPDATE users SET password = %s WHERE username = %s",
                  PHP_HASH, user)
    session.auth = (user, "rasmuslerdorf")
    for tokens in at_once(4, lambda: web_tokens(service, session)):
        assert me(service.session(token=tokens["access"])).status_code == 200


@pytest.mark.parametrize("how", ["log in", "upgrade", "change"])
def test_a_password_is_changed_while_the_old_one_is_used(service, how):
    """Who checked the old one a moment before gets neither a session nor the
    last word; the database lets the change through first."""
    def use():
        if how == "change":
            return session.put("/v1/me/password", json={
                "old": session.auth[1], "new": "another password"})
        return service.session().post("/v1/login", json={
            "username": user, "password": session.auth[1]})

    def waits():
        return service.query(
            "SELECT 1 FROM information_schema.processlist WHERE info LIKE %s",
            "INSERT INTO `tokens`%" if how == "log in"
            else "UPDATE `users` SET `password`%")

    session = new_user(service)
    user = session.auth[0]
    (new,), = service.query(
        "SELECT password FROM users WHERE username = 'basic'")
    if how == "upgrade":
        session.auth = (user, "rasmuslerdorf")
        service.query("UPDATE users SET password = %s WHERE username = %s",
                      PHP_HASH, user)
    with service.db() as connection, connection.cursor() as cursor, \
            concurrent.futures.ThreadPoolExecutor(1) as pool:
        connection.begin()
        cursor.execute("UPDATE users SET password = %s WHERE username = %s",
                       (new, user))
        used = pool.submit(use)
        wait_until(waits)
        connection.commit()
        problem(used.result(), 401, "wrong_credentials")
    assert service.query(
        "SELECT password, (SELECT COUNT(*) FROM tokens WHERE user_id ="
        " users.id) FROM users WHERE username = %s", user) == ((new, 0),)


def test_a_disabled_user_is_out_at_once(service):
    session = new_user(service)
    user = session.auth[0]
    token = service.session(token=make_token(session)["token"])
    browser, _ = log_in(service, user)
    for who in (session, token, browser):
        assert me(who).status_code == 200
    service.query("UPDATE users SET disabled_at = UTC_TIMESTAMP(6)"
                  " WHERE username = %s", user)
    problem(me(session), 401, "wrong_credentials")
    problem(me(token), 401, "unauthenticated")
    problem(me(browser), 401, "unauthenticated")
    service.query("UPDATE users SET disabled_at = NULL WHERE username = %s",
                  user)
    for who in (session, token, browser):
        assert me(who).status_code == 200


def test_a_change_of_tier_holds_from_the_next_request_on(service):
    session = new_user(service)
    for tier in ("Basic", "Premium", "Enterprise"):
        set_tier(service, session, tier)
        assert me(session).json()["tier"]["name"] == tier
