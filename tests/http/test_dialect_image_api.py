"""A client of image_api: it signs in for JSON Web Tokens, uploads pictures,
lists them in its tier's sizes, and hands out links that expire."""

import base64
import concurrent.futures
import hashlib
import hmac
import json
import pathlib
import time
import uuid

import pytest

from api import (at_once, is_back, make_token, new_id, new_user, problem,
                 set_tier, without)
from dialect import web_tokens, with_dialects
from pictures import (broken_picture, decode, large_picture, picture,
                      png_of_size)
from service import wait_until

REQUIRED = "This field is required."
BLANK = "This field may not be blank."
NULL = "This field may not be null."
NO_TEXT = "Not a valid string."
NO_NUMBER = "A valid integer is required."
NO_UUID = "Must be a valid UUID."
NO_FILE = "No file was submitted."
NOT_A_FILE = ("The submitted data was not a file. Check the encoding type on "
              "the form.")
NO_IMAGE = ("Upload a valid image. The file you uploaded was either not an "
            "image or a corrupted image.")
FORBIDDEN = "You do not have permission to perform this action."
INVALID = {"detail": "Token is invalid or expired", "code": "token_not_valid"}
NOBODY = {"detail": "Authentication credentials were not provided."}
NOT_VALID = {
    "detail": "Given token not valid for any token type",
    "code": "token_not_valid",
    "messages": [{"token_class": "AccessToken", "token_type": "access",
                  "message": "Token is invalid or expired"}],
}
PICTURE = {"name", "uuid", "uploaded_at", "can_fetch_expiring_image",
           "og_file", "thumbnails"}


def signed_in(service, session):
    return service.session(token=web_tokens(service, session)["access"])


def refresh(service, token):
    """POST /api/token/refresh/"""
    return service.session().post("/api/token/refresh/",
                                  json={"refresh": token})


def images(session):
    """GET /api/images/"""
    answer = session.get("/api/images/")
    assert answer.status_code == 200, answer.text
    return answer.json()


def send(session, data=None, name="puffin", file="puffin.jpg", **options):
    """POST /api/image/upload/"""
    return session.post(
        "/api/image/upload/", data={"name": name},
        files={"file": (file, picture() if data is None else data)},
        **options)


def uploaded(session, *args, **options):
    answer = send(session, *args, **options)
    assert answer.status_code == 201, answer.text
    assert set(answer.json()) == PICTURE
    return answer.json()


def ask_link(session, image, expire_time=300):
    """POST /api/image/expiring/"""
    return session.post("/api/image/expiring/", data={
        "uuid": image["uuid"], "expire_time": expire_time})


def refused(answer, status, body):
    assert (answer.status_code, answer.json()) == (status, body)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    asks = answer.headers.get("WWW-Authenticate")
    assert asks == ('Bearer realm="api"' if status == 401 else None)


@pytest.fixture(scope="module")
def owner(service):
    """Somebody whose tier has everything, by password."""
    return new_user(service)


@pytest.fixture
def client(service, owner):
    return signed_in(service, owner)


# JSON Web Tokens as RFC 7519 has them, beside the service's own code

def encoded(part):
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(token):
    header, claims, _ = token.split(".")
    return json.loads(decoded(header)), json.loads(decoded(claims))


def ring(service):
    """The keys by id."""
    lines = pathlib.Path(service.setting("keys_file")).read_text().split("\n")
    return {line.split()[0]: bytes.fromhex(line.split()[3])
            for line in lines if line and line[0] != "#"}


def secret(service, kid):
    return hmac.digest(ring(service)[kid], b"jwt", "sha256")


def signed(key, header, claims, digest="sha256"):
    text = encoded(header) + "." + encoded(claims)
    return text + "." + encoded(hmac.digest(key, text.encode(), digest))


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
        assert abs(claims["iat"] - now) < 5
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
    """All that is wrong is told at once."""
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


def test_an_unknown_user_takes_as_long_as_a_known_one(service, owner):
    def seconds(user):
        began = time.monotonic()
        answer = service.session().post("/api/token/", data={
            "username": user, "password": "a wrong guess"})
        assert answer.status_code == 401
        return time.monotonic() - began

    pairs = [(seconds(owner.auth[0]), seconds(f"nobody{i}"))
             for i in range(5)]
    known, unknown = map(min, zip(*pairs))
    assert known / 3 < unknown < known * 3


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
    is, whoever wrote it."""
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

    def anew():
        token = web_tokens(service, session)["access"]
        return token if read(token)[0] != read(old["access"])[0] else None

    new = wait_until(anew)
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


# Uploads and the list

@pytest.mark.parametrize("tier, heights, original, links", [
    ("Basic", [200], False, False), ("Premium", [200, 400], True, False),
    ("Enterprise", [200, 400], True, True),
])
def test_a_picture_is_had_in_the_tiers_sizes(service, tier, heights, original,
                                             links):
    client = signed_in(service, new_user(service, tier))
    data = picture()
    image = uploaded(client, data, name="  Puffin at sea ", file="x.jpg")
    assert image["name"] == "Puffin at sea"
    assert uuid.UUID(image["uuid"])
    assert time.time() - time.mktime(time.strptime(
        image["uploaded_at"][:19], "%Y-%m-%dT%H:%M:%S")) + time.timezone < 5
    assert image["can_fetch_expiring_image"] is links
    nobody = service.session()
    if original:
        assert nobody.get(image["og_file"]).content == data
    else:
        assert image["og_file"] is None
    assert [(one["height"], one["width"]) for one in image["thumbnails"]] == \
        [(height, None) for height in heights]
    for one in image["thumbnails"]:
        assert one["file"].startswith(service.url + "/")
        got = nobody.get(one["file"])
        assert got.headers["Content-Type"] == "image/jpeg"
        assert decode(got.content).height == one["height"]
    assert images(client) == [image]


def test_sizes_are_told_as_the_tier_has_them(service):
    """Whatever they become: `width` or `height` is null where it follows from
    the ratio."""
    session = new_user(service)
    (tier,), = service.query("SELECT tiers.name FROM tiers JOIN users ON"
                             " tier_id = tiers.id WHERE username = %s",
                             session.auth[0])
    service.ctl("tier", "set", tier,
                "sizes=w300,100x50-exact,90x90-cover.png,h999")
    thumbnails = uploaded(signed_in(service, session))["thumbnails"]
    assert [(one["width"], one["height"]) for one in thumbnails] == \
        [(300, None), (100, 50), (90, 90), (None, 999)]
    sizes = [decode(service.session().get(one["file"]).content).size
             for one in thumbnails]
    assert sizes == [(300, 225), (100, 50), (90, 90), (640, 480)]


def test_a_raised_tier_works_backwards(service):
    session = new_user(service, "Basic")
    client = signed_in(service, session)
    image = uploaded(client)
    set_tier(service, session, "Premium")
    (raised,) = images(client)
    assert [one["height"] for one in raised["thumbnails"]] == [200, 400]
    missing = raised["thumbnails"][1]["file"]

    def look():
        answer = service.session().get(missing)
        return answer if answer.status_code == 200 else None

    assert decode(wait_until(look).content).height == 400
    assert raised["og_file"] and image["og_file"] is None


@pytest.mark.parametrize("data, kind", [
    (large_picture(), "image/png"),
    (large_picture("TIFF"), "image/jpeg"),
], ids=["png", "tiff"])
def test_a_large_picture_is_listed_while_it_is_made(service, client, data,
                                                    kind):
    """201 with all thumbnails; until a worker has made one its URL answers 503
    with Retry-After."""
    with without(service, "worker"):
        image = uploaded(client, data)
        assert images(client)[0] == image
        assert [one["height"] for one in image["thumbnails"]] == [200, 400]
        url = image["thumbnails"][0]["file"]
        answer = service.session().get(url)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"

    def look():
        answer = service.session().get(url)
        return answer if answer.status_code == 200 else None

    got = wait_until(look, timeout=20)
    assert got.headers["Content-Type"] == kind
    thumbnail = decode(got.content)
    assert thumbnail.size == (229, 200)
    assert kind == "image/" + thumbnail.format.lower()
    assert images(client)[0] == image


def test_a_large_picture_that_is_damaged_has_no_thumbnails(client):
    image = uploaded(client, large_picture()[:-200])

    def look():
        one = images(client)[0]
        files = [thumbnail["file"] for thumbnail in one["thumbnails"]]
        return one if files == [None, None] else None

    assert wait_until(look, timeout=20)["uuid"] == image["uuid"]


def test_the_list_is_the_callers_own_newest_first(service, client):
    other = signed_in(service, new_user(service))
    mine = [uploaded(client, name=f"n{i}")["uuid"] for i in range(3)]
    theirs = uploaded(other)["uuid"]
    assert [one["uuid"] for one in images(client)][:3] == mine[::-1]
    assert [one["uuid"] for one in images(other)] == [theirs]
    assert client.get("/api/images/?format=json&page=2").json() == \
        images(client)


def test_a_long_list_goes_on(service):
    """A thousand at once; Link leads to the rest."""
    session = new_user(service)
    client = signed_in(service, session)
    user = uuid.UUID(session.get("/v1/me").json()["id"]).bytes
    ids = sorted(new_id().bytes for _ in range(1002))
    with service.db() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO images (id, user_id, name, status, format, width,"
            " height, bytes, sha256, created_at) VALUES (%s, %s, 'n',"
            " 'failed', 'png', 1, 1, 0, '', NOW())",
            [(one, user) for one in ids])
    try:
        answer = client.get("/api/images/")
        assert len(answer.json()) == 1000
        url = answer.headers["Link"].removeprefix("<").partition(">")[0]
        rest = client.get(url)
        assert "Link" not in rest.headers
        seen = [one["uuid"] for one in answer.json() + rest.json()]
        assert seen == [str(uuid.UUID(bytes=one)) for one in ids[::-1]]
        refused(client.get("/api/images/?cursor=x"), 400,
                {"detail": 'cursor: one that a list gave, not "x"'})
    finally:
        service.query("DELETE FROM images WHERE user_id = %s", user)


FILE = ("a.jpg", picture(64, 48))


@pytest.mark.parametrize("options, errors", [
    ({}, {"name": [REQUIRED], "file": [NO_FILE]}),
    ({"json": {"name": "a", "file": "x"}}, {"file": [NOT_A_FILE]}),
    ({"data": {"name": "a", "file": "x"}}, {"file": [NOT_A_FILE]}),
    ({"data": {"name": "a"}}, {"file": [NO_FILE]}),
    ({"files": {"file": FILE}}, {"name": [REQUIRED]}),
    ({"data": {"name": "a"}, "files": {"image": FILE}}, {"file": [NO_FILE]}),
    ({"data": {"name": "a"}, "files": {"file": ("", b"")}},
     {"file": [NO_FILE]}),
    ({"data": {"name": "a"}, "files": {"file": ("a.jpg", b"")}},
     {"file": ["The submitted file is empty."]}),
    ({"files": {"file": ("a.jpg", b"")}},
     {"name": [REQUIRED], "file": ["The submitted file is empty."]}),
    ({"data": {"name": ""}, "files": {"file": FILE}}, {"name": [BLANK]}),
    ({"data": {"name": " \t "}, "files": {"file": FILE}}, {"name": [BLANK]}),
    ({"data": {"name": "a\tb"}, "files": {"file": FILE}},
     {"name": [NO_TEXT]}),
    ({"data": {"name": "ä" * 256}, "files": {"file": FILE}},
     {"name": ["Ensure this field has no more than 255 characters."]}),
    ({"data": {"name": "a"}, "files": {"file": ("a.jpg", b"%PDF-1.7")}},
     {"file": [NO_IMAGE]}),
    ({"data": {"name": "a"}, "files": {"file": ("a.jpg", broken_picture())}},
     {"file": [NO_IMAGE]}),
], ids=str)
def test_an_upload_needs_its_fields(client, options, errors):
    refused(client.post("/api/image/upload/", **options), 400, errors)


def test_a_picture_beyond_the_tier_is_refused(service):
    client = signed_in(service, new_user(service, max_pixels=100))
    answer = send(client)
    assert answer.status_code == 400 and list(answer.json()) == ["file"]
    client = signed_in(service, new_user(service, max_bytes=99))
    answer = send(client)
    assert answer.status_code == 413 and list(answer.json()) == ["detail"]
    client = signed_in(service, new_user(service, quota_bytes=1))
    answer = send(client)
    assert answer.status_code == 403
    assert "tier's 1 bytes" in answer.json()["detail"]
    assert send(client, png_of_size(30000, 30000)).status_code in (400, 413)


@pytest.mark.parametrize("name", ["a", "ä" * 255, "\U0001f426" * 255,
                                  "../../etc/passwd", "<b>", "a.b.c"])
def test_a_name_has_up_to_255_characters(service, client, name):
    image = uploaded(client, name=name)
    assert image["name"] == name == images(client)[0]["name"]
    assert service.session().get(image["og_file"]).status_code == 200


@pytest.mark.parametrize("format", ["PNG", "GIF", "WEBP", "TIFF", "BMP"])
def test_the_bytes_decide_not_the_ending(service, client, format):
    """Theirs took it from the file's name."""
    image = uploaded(client, picture(format=format), file="a.txt")
    kept = format if format in ("PNG", "GIF", "WEBP") else "JPEG"
    got = service.session().get(image["thumbnails"][0]["file"])
    assert decode(got.content).format == kept


def test_an_upload_sent_twice_is_one(client):
    """Idempotency-Key, as for every POST of a user."""
    key = {"Idempotency-Key": uuid.uuid4().hex}
    data = picture()
    first, again = (send(client, data, headers=key) for _ in range(2))
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.json() == again.json()


def test_many_clients_upload_at_once(service):
    """As its load test does: none is lost."""
    session = new_user(service)
    token = web_tokens(service, session)["access"]
    data = [picture(200, 150), picture(90, 120, format="PNG")]

    def load(number):
        client = service.session(token=token)
        return [uploaded(client, data[i % 2], name=f"{number}-{i}")
                for i in range(8)]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        made = sorted(one["uuid"] for some in pool.map(load, range(8))
                      for one in some)
    listed = images(service.session(token=token))
    assert len(listed) == 64
    assert sorted(one["uuid"] for one in listed) == made
    usage = session.get("/v1/me").json()["usage"]
    assert usage["images"] == 64


# Links

@pytest.mark.parametrize("how", ["form", "json", "json text"])
@pytest.mark.parametrize("seconds", [300, 30000])
def test_a_link_opens_the_original(service, client, seconds, how):
    """GET /api/image/expiring/{token}/{path} needs no identity."""
    data = picture()
    image = uploaded(client, data)
    fields = {"uuid": image["uuid"], "expire_time": seconds, "more": 1}
    if how == "json text":
        fields["expire_time"] = str(seconds)
    answer = client.post("/api/image/expiring/",
                         **{how.split()[0].replace("form", "data"): fields})
    assert answer.status_code == 201, answer.text
    link = answer.json()
    assert list(link) == ["expire_time", "url"]
    assert link["expire_time"] == seconds
    assert link["url"] == answer.headers["Location"]
    assert link["url"].startswith(service.url + "/api/image/expiring/")
    got = service.session().get(link["url"])
    assert (got.status_code, got.content) == (200, data)
    assert got.headers["Content-Type"] == "image/jpeg"
    kind, age = got.headers["Cache-Control"].split(", max-age=")
    assert seconds - 10 < int(age) <= seconds
    part = service.session().get(link["url"],
                                 headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, data[10:20])
    assert service.session().head(link["url"]).status_code == 200


RANGE = "'expire_time' must be in range 300, 30000"


@pytest.mark.parametrize("fields, errors", [
    ({}, {"expire_time": [REQUIRED], "uuid": [REQUIRED]}),
    ({"expire_time": 300}, {"uuid": [REQUIRED]}),
    ({"uuid": "UUID"}, {"expire_time": [REQUIRED]}),
    ({"uuid": "UUID", "expire_time": 299}, {"expire_time": [RANGE]}),
    ({"uuid": "UUID", "expire_time": 30001}, {"expire_time": [RANGE]}),
    ({"uuid": "UUID", "expire_time": -300}, {"expire_time": [RANGE]}),
    ({"uuid": "UUID", "expire_time": 2 ** 70}, {"expire_time": [NO_NUMBER]}),
    ({"uuid": "UUID", "expire_time": "soon"}, {"expire_time": [NO_NUMBER]}),
    ({"uuid": "UUID", "expire_time": ""}, {"expire_time": [NO_NUMBER]}),
    ({"uuid": "UUID", "expire_time": "300.5"}, {"expire_time": [NO_NUMBER]}),
    ({"uuid": "x", "expire_time": "x"},
     {"expire_time": [NO_NUMBER], "uuid": [NO_UUID]}),
    ({"uuid": "", "expire_time": 300}, {"uuid": [NO_UUID]}),
    ({"uuid": "UUIDx", "expire_time": 300}, {"uuid": [NO_UUID]}),
    ({"uuid": "1", "expire_time": 300}, {"uuid": [NO_UUID]}),
], ids=str)
def test_a_link_needs_its_fields(client, fields, errors):
    if "UUID" in fields.get("uuid", ""):
        fields = {**fields, "uuid": fields["uuid"].replace(
            "UUID", uploaded(client)["uuid"])}
    for options in ({"data": fields}, {"json": fields}):
        refused(client.post("/api/image/expiring/", **options), 400, errors)


@pytest.mark.parametrize("fields, errors", [
    ({"uuid": None, "expire_time": None},
     {"expire_time": [NULL], "uuid": [NULL]}),
    ({"uuid": [], "expire_time": True},
     {"expire_time": [NO_NUMBER], "uuid": [NO_UUID]}),
    ({"uuid": 1, "expire_time": 1e300},
     {"expire_time": [NO_NUMBER], "uuid": [NO_UUID]}),
], ids=str)
def test_json_has_more_to_refuse(client, fields, errors):
    refused(client.post("/api/image/expiring/", json=fields), 400, errors)


def test_a_uuid_may_come_without_hyphens(client):
    image = uploaded(client)
    for text in (image["uuid"].replace("-", ""), image["uuid"].upper()):
        answer = ask_link(client, {"uuid": text})
        assert answer.status_code == 201


def test_a_link_is_within_the_tiers_bounds_too(service):
    narrow = signed_in(service, new_user(service, link_min=400, link_max=500))
    image = uploaded(narrow)
    for seconds in (399, 501, 300, 30000):
        refused(ask_link(narrow, image, seconds), 400, {
            "expire_time": ["'expire_time' must be in range 400, 500"]})
    for seconds in (400, 500):
        assert ask_link(narrow, image, seconds).status_code == 201
    wide = signed_in(service, new_user(service, link_min=1, link_max=99999))
    image = uploaded(wide)
    for seconds in (299, 30001):
        refused(ask_link(wide, image, seconds), 400, {"expire_time": [RANGE]})


@pytest.mark.parametrize("tier", ["Basic", "Premium"])
def test_a_link_needs_the_tiers_permission(service, tier):
    """Theirs never looked."""
    client = signed_in(service, new_user(service, tier))
    refused(ask_link(client, uploaded(client)), 403, {"detail": FORBIDDEN})
    refused(client.post("/api/image/expiring/"), 403, {"detail": FORBIDDEN})


def test_only_the_owner_makes_links(service, client):
    """Of another's it is not told that there is one."""
    missing = {"detail": "Image with specified uuid does not exist"}
    other = signed_in(service, new_user(service))
    refused(ask_link(client, uploaded(other)), 404, missing)
    refused(ask_link(client, {"uuid": str(new_id())}), 404, missing)


def expired_link(service, url):
    """The same link, signed with the right key, but until a second ago."""
    token, name = url.rpartition("/")[0].rpartition("/")[2], \
        url.rpartition("/")[2]
    head = bytearray(decoded(token)[:-32])
    key = ring(service)[str(int.from_bytes(head[2:4], "big"))]

    def mac():
        text = len(head).to_bytes(4, "big") + bytes(head) + \
            len(name).to_bytes(4, "big") + name.encode()
        return hmac.new(key, text, hashlib.sha256).digest()

    assert mac() == decoded(token)[-32:]
    head[4:9] = int(time.time() - 1).to_bytes(5, "big")
    return url.replace(token, encoded(bytes(head) + mac()))


def test_a_link_that_is_not_valid(service, client):
    """403 in each case, as theirs: expired, revoked, forged, gone."""
    gone = {"detail": "url is invalid or expired"}
    image = uploaded(client)
    url = ask_link(client, image).json()["url"]
    nobody = service.session()
    refused(nobody.get(expired_link(service, url)), 403, gone)
    for other in (url[:-1], url.replace("puffin", "other"),
                  url.replace("expiring/A", "expiring/B"),
                  service.url + "/api/image/expiring/x/y"):
        refused(nobody.get(other), 403, gone)
    (link,) = client.get(f"/v1/images/{image['uuid']}/links").json()["items"]
    assert nobody.get(url).status_code == 200
    assert client.delete("/v1/links/" + link["id"]).status_code == 204

    def look():
        answer = nobody.get(url)
        return None if answer.ok else [answer]

    refused(*wait_until(look), 403, gone)
    url = ask_link(client, image).json()["url"]
    assert client.delete("/v1/images/" + image["uuid"]).status_code == 204
    refused(nobody.get(url), 403, gone)


# The rest

@pytest.mark.parametrize("method, path, allow", [
    ("GET", "/api/token/", "POST"), ("PUT", "/api/token/refresh/", "POST"),
    ("POST", "/api/images/", "GET, HEAD"),
    ("GET", "/api/image/upload/", "POST"),
    ("DELETE", "/api/image/expiring/", "POST"),
    ("PATCH", "/api/image/expiring/a/b", "GET, HEAD"),
])
def test_a_method_that_it_has_not(service, method, path, allow):
    answer = service.session().request(method, path)
    refused(answer, 405, {"detail": f'Method "{method}" not allowed.'})
    assert answer.headers["Allow"] == allow


def test_paths_end_in_a_slash(client):
    for path in ("/api/images", "/api/token", "/api/image/", "/api/"):
        problem(client.get(path), 404, "not_found")


def test_the_documentation_is_there(service):
    """GET /api/schema/ and GET /api/docs/ need no identity."""
    nobody = service.session()
    document = nobody.get("/api/schema/").json()
    assert document == nobody.get("/v1/openapi.json").json()
    assert "/api/image/upload/" in document["paths"]
    page = nobody.get("/api/docs/")
    assert page.text == nobody.get("/docs/").text
    assert "POST /api/token/refresh/" in page.text


def test_it_can_be_switched_off(service, owner):
    """By the setting dialects: then nothing is there, and its tokens are as
    good as before elsewhere."""
    token = web_tokens(service, owner)["access"]
    with with_dialects(service, "resize_tasks"):
        session = service.session(token=token)
        problem(session.get("/api/images/"), 404, "not_found")
        assert session.get("/v1/me").status_code == 200
    images(session)


# With other settings, until the end of this file

@pytest.fixture(scope="module")
def strict(service):
    """The responders with little patience, and tokens that last a minute."""
    service.restart("fcgi", login_failures_user=3, login_window=600,
                    password_jobs=1, jwt_access_ttl=60, jwt_refresh_ttl=61)
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


def test_tokens_last_as_long_as_set(strict):
    """The settings jwt_access_ttl and jwt_refresh_ttl."""
    tokens = web_tokens(strict, new_user(strict))
    lasts = {kind: read(tokens[kind])[1] for kind in tokens}
    assert {kind: claims["exp"] - claims["iat"]
            for kind, claims in lasts.items()} == {"access": 60, "refresh": 61}
