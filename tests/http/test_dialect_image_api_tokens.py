"""A client of image_api signs in for JSON Web Tokens, which end in time."""

import hmac
import time

import pytest

from api import at_once, is_back, make_token, new_id, new_user, problem
from dialect import web_tokens
from image_api import (BLANK, FORBIDDEN, INVALID, NOBODY, NOT_VALID, NO_TEXT,
                       NULL, REQUIRED, client, encoded, images, owner, read,
                       refresh, refused, ring, secret, send, signed, signed_in)
from pictures import picture
from processes import cpu_seconds
from service import HANG, wait_until


# Signing in

@pytest.mark.parametrize("how", ["form", "parts", "json"])
def test_a_password_gets_two_tokens(service, owner, how):
    """POST /api/token/ by a form of either kind and by JSON."""
    user, password = owner.auth
    fields = {"username": user, "password": password, "remember": "me"}
    options = {
        "form": {"data": fields}, "json": {"json": fields},
        "parts": {"files": {name: (None, value)
                            for name, value in fields.items()}}}[how]
    answer = service.session().post("/api/token/", **options)
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["refresh", "access"]
    session = service.session(token=answer.json()["access"])
    assert images(session) == images(signed_in(service, owner))


def test_tokens_are_what_rfc_7519_says(service, owner):
    """HS256 by a key of the ring, of the user, for 15 hours and 10 days."""
    now = time.time()
    tokens = web_tokens(service, owner)
    seen = set()
    for kind, seconds in (("access", 15 * 3600), ("refresh", 10 * 86400)):
        header, claims = read(tokens[kind])
        assert header == {"alg": "HS256", "typ": "JWT", "kid": header["kid"]}
        assert set(claims) == {"token_type", "exp", "iat", "jti", "user_id",
                               "hash_password"}
        assert claims["token_type"] == kind
        assert claims["exp"] - claims["iat"] == seconds
        assert abs(claims["iat"] - now) < HANG
        assert claims["user_id"] == owner.get("/v1/me").json()["id"]
        seen.add(claims["jti"])
        text, _, mac = tokens[kind].rpartition(".")
        assert mac == encoded(hmac.digest(
            secret(service, header["kid"]), text.encode(), "sha256"))
    assert len(seen) == 2


@pytest.mark.parametrize("fields, errors", [
    ({}, {"username": [REQUIRED], "password": [REQUIRED]}),
    ({"username": "a"}, {"password": [REQUIRED]}),
    ({"password": "a"}, {"username": [REQUIRED]}),
    ({"username": "", "password": ""},
     {"username": [BLANK], "password": [BLANK]}),
    ({"username": None, "password": "a"}, {"username": [NULL]}),
    ({"username": True, "password": ["a"]},
     {"username": [NO_TEXT], "password": [NO_TEXT]}),
])
def test_a_login_needs_its_fields(service, fields, errors):
    """One answer names all that is wrong."""
    nobody = service.session()
    refused(nobody.post("/api/token/", json=fields), 400, errors)
    if None not in fields.values() and True not in fields.values():
        refused(nobody.post("/api/token/", data=fields), 400, errors)


def test_a_login_that_cannot_be_read_is_refused(service):
    nobody = service.session()
    for data, kind, status in (
            ("{", "application/json", 400), ("[]", "application/json", 400),
            ("{'a':1}", "application/json", 400),
            ("username=%ff", "application/x-www-form-urlencoded", 400),
            ("a=1&a=2", "application/x-www-form-urlencoded", 400),
            ("x", "multipart/form-data; boundary=b", 400),
            ("a=" + "b" * 70000, "application/x-www-form-urlencoded", 413),
            ("<a/>", "application/xml", 415)):
        answer = nobody.post("/api/token/", data=data,
                             headers={"Content-Type": kind})
        assert answer.status_code == status, data
        assert set(answer.json()) == {"detail"}
    assert answer.json()["detail"] == \
        'Unsupported media type "application/xml" in request.'


def test_a_login_without_a_body_is_one_without_fields(service):
    refused(service.session().post("/api/token/"), 400,
            {"username": [REQUIRED], "password": [REQUIRED]})


def test_wrong_credentials_are_told_alike(service, owner):
    """Unknown users, wrong passwords and users who are disabled."""
    gone = new_user(service)
    service.ctl("user", "disable", gone.auth[0])
    for user, password in ((owner.auth[0], "wrong"), ("no-such-user", "wrong"),
                           gone.auth, ("anonymous", "!"),
                           (owner.auth[0], "x" * 5000)):
        answer = service.session().post("/api/token/", json={
            "username": user, "password": password})
        refused(answer, 401, {"detail": "No active account found with the "
                                        "given credentials"})


# Tokens

def test_a_token_is_refreshed(service, owner):
    tokens = web_tokens(service, owner)
    answer = refresh(service, tokens["refresh"])
    assert answer.status_code == 200 and list(answer.json()) == ["access"]
    access = answer.json()["access"]
    assert access != tokens["access"]
    assert images(service.session(token=access)) is not None
    assert refresh(service, tokens["refresh"]).status_code == 200


def test_only_a_refresh_token_refreshes(service, owner):
    tokens = web_tokens(service, owner)
    api_token = make_token(owner)["token"]
    for token in (tokens["access"], tokens["refresh"] + "A", api_token, "x",
                  "..", tokens["refresh"].swapcase()):
        refused(refresh(service, token), 401, INVALID)
    nobody = service.session()
    for fields, error in (({}, REQUIRED), ({"refresh": ""}, BLANK),
                          ({"refresh": None}, NULL),
                          ({"refresh": {}}, NO_TEXT)):
        refused(nobody.post("/api/token/refresh/", json=fields), 400,
                {"refresh": [error]})


def test_a_request_needs_a_token(service, owner):
    """By Bearer alone: what else comes is as if it did not."""
    nobody = service.session()
    cookie = service.session()
    cookie.post("/v1/login", json=dict(zip(("username", "password"),
                                           owner.auth)))
    assert cookie.get("/v1/me").status_code == 200
    for session in (nobody, owner, cookie):
        refused(session.get("/api/images/"), 401, NOBODY)
        refused(session.post("/api/image/upload/"), 401, NOBODY)
        refused(session.post("/api/image/expiring/"), 401, NOBODY)
    for said in ("Token abc", "Bearer", "Digest x"):
        refused(nobody.get("/api/images/", headers={"Authorization": said}),
                401, NOBODY)


def forgeries(service, tokens):
    """Tokens that are not ones, by what is wrong with them."""
    header, claims = read(tokens["access"])
    key = secret(service, header["kid"])
    head, body, mac = tokens["access"].split(".")
    others = {**claims, "user_id": str(new_id())}
    return {
        "refresh": tokens["refresh"],
        "none": encoded({**header, "alg": "none"}) + f".{body}.",
        "none, signed": signed(key, {**header, "alg": "none"}, claims),
        "None": encoded({**header, "alg": "None"}) + f".{body}.{mac}",
        "HS512": signed(key, {**header, "alg": "HS512"}, claims, "sha512"),
        "no alg": signed(key, {"kid": header["kid"]}, claims),
        "no kid": signed(key, {"alg": "HS256", "typ": "JWT"}, claims),
        "kid is a path": signed(b"", {**header, "kid": "/dev/null"}, claims),
        "kid unknown": signed(key, {**header, "kid": "9999"}, claims),
        "crit": signed(key, {**header, "crit": ["exp"]}, claims),
        "wrong key": signed(b"secret", header, claims),
        "empty key": signed(b"", header, claims),
        "the links' key": signed(ring(service)[header["kid"]], header, claims),
        "expired": signed(key, header, {**claims, "exp": int(time.time())}),
        "no exp": signed(key, header, {name: claims[name] for name in claims
                                       if name != "exp"}),
        "no type": signed(key, header, {name: claims[name] for name in claims
                                        if name != "token_type"}),
        "another's": f"{head}.{encoded(others)}.{mac}",
        "another's, signed": signed(key, header, others),
        "another password": signed(key, header,
                                   {**claims, "hash_password": "A" * 22}),
        "admin": f"{head}.{encoded({**claims, 'is_admin': True})}.{mac}",
        "no mac": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "four parts": tokens["access"] + "." + mac,
        "half a mac": tokens["access"][:-22],
        "padded": tokens["access"] + "=",
        "long": tokens["access"] + "A" * 3000,
        "nonsense": "a.b.c",
        "dots": "..",
        "unknown": "px_" + "A" * 43,
    }


def test_a_forged_token_is_none(service, owner):
    """Here and in /v1; one that is signed with the right key as RFC 7515 says
    is valid, whichever program wrote it."""
    tokens = web_tokens(service, owner)
    header, claims = read(tokens["access"])
    good = signed(secret(service, header["kid"]), header,
                  {**claims, "jti": "1", "exp": int(time.time()) + 60})
    assert service.session(token=good).get("/v1/me").status_code == 200
    assert images(service.session(token=good)) is not None
    for wrong, token in forgeries(service, tokens).items():
        session = service.session(token=token)
        answer = session.get("/api/images/")
        assert (wrong, answer.status_code) == (wrong, 401)
        refused(answer, 401, NOT_VALID)
        problem(session.get("/v1/me"), 401, "unauthenticated")


def test_every_changed_character_counts(service, owner):
    token = web_tokens(service, owner)["access"]
    session = service.session()
    for at in range(0, len(token), 7):
        other = "A" if token[at] != "A" else "B"
        changed = token[:at] + other + token[at + 1:]
        answer = session.get("/api/images/", headers={
            "Authorization": "Bearer " + changed})
        assert answer.status_code == 401, at


def test_a_token_ends_with_the_account(service):
    """Disabled, another password, gone: access and refresh both."""
    def disable(session):
        service.ctl("user", "disable", session.auth[0])

    def change_password(session):
        answer = session.put("/v1/me/password", json={
            "old": session.auth[1], "new": "another pass phrase"})
        assert answer.status_code == 204

    def leave(session):
        user = session.get("/v1/me").json()["id"]
        answer = service.session("admin").delete("/v1/admin/users/" + user)
        assert answer.status_code == 204

    for end in (disable, change_password, leave):
        session = new_user(service)
        tokens = web_tokens(service, session)
        client = service.session(token=tokens["access"])
        assert images(client) == []
        end(session)
        refused(client.get("/api/images/"), 401, NOT_VALID)
        problem(client.get("/v1/me"), 401, "unauthenticated")
        refused(refresh(service, tokens["refresh"]), 401, INVALID)


def test_a_token_ends_with_its_key(service):
    """pixtierctl key rotate: the old key verifies until it retires."""
    session = new_user(service)
    old = web_tokens(service, session)
    service.ctl("key", "rotate", "--retire-after", "3600")

    def renewed():
        token = web_tokens(service, session)["access"]
        return token if read(token)[0] != read(old["access"])[0] else None

    new = wait_until(renewed)
    for token in (old["access"], new):
        assert images(service.session(token=token)) == []
    assert refresh(service, old["refresh"]).status_code == 200
    service.ctl("key", "rotate", "--retire-after", "0")
    # For a second responders may still sign with the key that was retired.
    service.restart("fcgi")
    wait_until(lambda: is_back(service))
    for token in (old["access"], new):
        refused(service.session(token=token).get("/api/images/"), 401,
                NOT_VALID)
    refused(refresh(service, old["refresh"]), 401, INVALID)
    assert images(signed_in(service, session)) == []


def test_a_token_is_good_for_everything_else(service, owner):
    """By Bearer in /v1, with the rights of its user, who is an administrator
    or is not."""
    client = signed_in(service, owner)
    assert client.get("/v1/me").json()["username"] == owner.auth[0]
    image = client.post("/v1/images", files={"image": picture()}).json()
    link = client.post(f"/v1/images/{image['id']}/links",
                       json={"expires_in": 300})
    assert link.status_code == 201
    assert image["id"] in [one["uuid"] for one in images(client)]
    token = make_token(client, scopes=["read"])
    assert token["scopes"] == ["read"]
    problem(client.post("/v1/tokens", json={
        "name": "a", "scopes": ["admin"]}), 403, "forbidden")
    problem(client.get("/v1/admin/users"), 403, "forbidden")
    admin = signed_in(service, service.session("admin"))
    assert admin.get("/v1/admin/users").status_code == 200
    assert client.post("/v1/logout").status_code == 204
    assert client.get("/v1/me").status_code == 200


def test_an_api_token_is_a_bearers_too(service, owner):
    """Within its scopes."""
    session = service.session(
        token=make_token(owner, scopes=["read"])["token"])
    images(session)
    refused(send(session), 403, {"detail": FORBIDDEN})


# With other settings, until the end of this file

@pytest.fixture(scope="module")
def strict(service):
    """The responders with little patience, and tokens that last a minute."""
    service.restart("fcgi", login_failures_user=3, login_window=600,
                    password_jobs=1, password_cost=5, jwt_access_ttl=60,
                    jwt_refresh_ttl=61)
    wait_until(lambda: is_back(service))
    yield service
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


def test_wrong_passwords_are_slowed(strict):
    """As at POST /v1/login, and together with it: 429 even for the right
    one."""
    session = new_user(strict)
    user, password = session.auth
    nobody = strict.session()

    def guess(text):
        return nobody.post("/api/token/", data={"username": user,
                                                "password": text})

    problem(nobody.post("/v1/login", json={
        "username": user, "password": "wrong one"}), 401, "wrong_credentials")
    assert [guess("wrong two").status_code for _ in range(2)] == [401] * 2
    answer = guess(password)
    seconds = answer.headers["Retry-After"]
    refused(answer, 429, {"detail": "Request was throttled. Expected available"
                                    f" in {seconds} seconds."})
    codes = [nobody.post("/api/token/", data={
        "username": "no-such-user", "password": "a"}).status_code
        for _ in range(4)]
    assert codes == [401] * 3 + [429]


def test_guesses_at_once_do_not_pass_the_limit_together(strict):
    user, _ = new_user(strict).auth
    codes = [answer.status_code for answer in at_once(
        8, lambda: strict.session().post("/api/token/", data={
            "username": user, "password": "a wrong guess"}))]
    assert sorted(codes) == [401] * 3 + [429] * 5


def test_an_unknown_user_takes_as_long_as_a_known_one(strict):
    """Of processors, which other processes do not change."""
    session = new_user(strict)
    assert session.get("/v1/me").status_code == 200  # a hash of this cost
    pids = strict.children("fcgi")

    def seconds(user):
        before = cpu_seconds(pids)
        answer = strict.session().post("/api/token/", data={
            "username": user, "password": "a wrong guess"})
        assert answer.status_code == 401
        return cpu_seconds(pids) - before

    pairs = [(seconds(session.auth[0]), seconds(f"nobody{i}"))
             for i in range(3)]
    known, unknown = map(min, zip(*pairs))
    assert known / 3 < unknown < known * 3


def test_tokens_last_as_long_as_set(strict):
    """The settings jwt_access_ttl and jwt_refresh_ttl."""
    tokens = web_tokens(strict, new_user(strict))
    lasts = {kind: read(tokens[kind])[1] for kind in tokens}
    assert {kind: claims["exp"] - claims["iat"]
            for kind, claims in lasts.items()} == {"access": 60, "refresh": 61}
