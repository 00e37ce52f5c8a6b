"""A client of imagify: it uploads by Basic or with a browser's session, shows
thumbnails, and hands out links."""

import base64
import contextlib
import hashlib
import hmac
import html
import re
import struct
import time
import uuid

import pytest
from PIL import Image

from api import make_token, new_user, post_picture, upload, without
from dialect import with_dialects
from pictures import (broken_picture, decode, encode, large_picture, picture,
                      quarters)
from service import wait_until

NOT_GIVEN = "Authentication credentials were not provided."
NO_IMAGE = ("Upload a valid image. The file you uploaded was either not an "
            "image or a corrupted image.")
NOWHERE = "01900000-0000-7000-8000-00000000dead"


def send(session, data=None, name="puffin.jpg", **options):
    """POST /images/upload/"""
    return session.post("/images/upload/", files={
        "original_file": (name, picture() if data is None else data)},
        **options)


def sent(session, data=None, name="puffin.jpg"):
    answer = send(session, data, name)
    assert answer.status_code == 201, answer.text
    return answer.json()


def listed(session):
    """GET /images/"""
    answer = session.get("/images/")
    assert answer.status_code == 200, answer.text
    return answer.json()


def ask_link(session, image, seconds=300, **options):
    """POST /images/generate-link/{id}/"""
    options = options or {"data": {"expires_in": seconds}}
    return session.post(f"/images/generate-link/{image['id']}/", **options)


def link(session, image, seconds=300):
    answer = ask_link(session, image, seconds)
    assert answer.status_code == 201, answer.text
    assert set(answer.json()) == {"url"}
    return answer.json()["url"]


def refused(answer, status, said):
    """`said` is the body, or its detail."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == ({"detail": said} if isinstance(said, str)
                             else said)


def tier_of(service, session, **fields):
    """Changes the session's own tier, which has its user's name."""
    service.ctl("tier", "set", session.auth[0],
                *(f"{field}={value}" for field, value in fields.items()))


@pytest.fixture
def user(service):
    return new_user(service)


# The images


def test_a_picture_is_sent_and_listed(service, user):
    """With URLs that need no identity; newest first."""
    data = picture()
    first, second = sent(user, data), sent(user)
    assert set(first) == {"id", "uploaded_at", "original_file",
                          "thumbnail_200", "thumbnail_400"}
    assert uuid.UUID(first["id"])
    assert [image["id"] for image in listed(user)] == \
        [second["id"], first["id"]]
    assert listed(user)[1].keys() == first.keys()
    nobody = service.session()
    got = nobody.get(first["original_file"])
    assert (got.status_code, got.content) == (200, data)
    for height, width in ((200, 267), (400, 533)):
        image = decode(nobody.get(first[f"thumbnail_{height}"]).content)
        assert image.size == (width, height)
    head = user.head("/images/")
    assert (head.status_code, head.content) == (200, b"")
    assert listed(new_user(service)) == []


def test_there_is_a_thumbnail_for_each_height_of_the_tier(service, user):
    """The original only if the tier has it; other sizes have no name here."""
    assert set(sent(service.session("basic"))) == \
        {"id", "uploaded_at", "thumbnail_200"}
    tier_of(service, user, original="no",
            sizes="h1000,w40,h50,100x100,h50.webp,h300")
    image = sent(user)
    assert set(image) == {"id", "uploaded_at", "thumbnail_1000",
                          "thumbnail_50", "thumbnail_300"}
    assert decode(user.get(image["thumbnail_1000"]).content).size == \
        (640, 480), "not enlarged"
    assert decode(user.get(image["thumbnail_50"]).content).size == (67, 50)


def variants_of(service, image):
    return {name for name, in service.query(
        "SELECT variant FROM variants WHERE image_id = %s",
        uuid.UUID(image["id"]).bytes)}


@pytest.mark.parametrize("format, mode, media_type", [
    ("JPEG", "RGB", "image/jpeg"), ("PNG", "RGB", "image/png"),
    ("GIF", "RGB", "image/gif"), ("WEBP", "RGB", "image/webp"),
    ("BMP", "RGB", "image/jpeg"), ("TIFF", "RGB", "image/jpeg"),
    ("TIFF", "RGBA", "image/png"),
])
def test_thumbnails_are_made_at_first_use(service, user, format, mode,
                                          media_type):
    """The URL is there before, and its answer has the right type, the first
    time and later."""
    data = encode(quarters().convert(mode), format)
    image = sent(user, data, "a.any")
    tier_of(service, user, sizes="h200,h80")
    assert set(listed(user)[0]) == {"id", "uploaded_at", "original_file",
                                    "thumbnail_200", "thumbnail_80"}
    url = listed(user)[0]["thumbnail_80"]
    assert "h80" not in variants_of(service, image)
    for _ in range(2):
        got = service.session().get(url)
        assert got.status_code == 200, got.text
        assert got.headers["Content-Type"] == media_type
        small = decode(got.content)
        assert small.size == (107, 80)
        assert Image.MIME[small.format] == media_type
    assert "h80" in variants_of(service, image)


def test_a_large_pictures_thumbnails_come_later(service, user):
    with without(service, "worker"):
        image = sent(user, large_picture())
        answer = user.get(image["thumbnail_200"])
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) >= 1
    wait_until(lambda: user.get(image["thumbnail_200"]).status_code == 200)


def test_the_file_has_to_be_a_picture(service, user):
    def wrong(text):
        return {"original_file": [text]}

    route = "/images/upload/"
    for answer in (user.post(route),
                   user.post(route, data={"name": "a"}),
                   user.post(route, files={"file": ("a.jpg", picture())}),
                   user.post(route, files={"original_file": ("", b"")},
                             data={"a": "b"})):
        refused(answer, 400, wrong("No file was submitted."))
    refused(user.post(route, files={"original_file": (None, "text")}), 400,
            wrong("The submitted data was not a file. Check the encoding type"
                  " on the form."))
    refused(send(user, b""), 400, wrong("The submitted file is empty."))
    for data in (b"no picture", b"%PDF-1.7 neither", broken_picture()):
        refused(send(user, data), 400, wrong(NO_IMAGE))
    tier_of(service, user, max_pixels=99)
    answer = send(user)
    assert answer.status_code == 400
    assert "640x480" in answer.json()["original_file"][0]
    tier_of(service, user, max_pixels="none", max_bytes=99)
    assert send(user).status_code == 413
    refused(user.post(route, data="x", headers={"Content-Type": "text/plain"}),
            415, 'Unsupported media type "text/plain" in request.')
    assert listed(user) == []


def test_old_clients_may_send_more(user):
    answer = user.post("/images/upload/?format=json", data={"title": "x"},
                       files={"original_file": ("a.jpg", picture())})
    assert answer.status_code == 201
    assert user.get("/images/?page=1").status_code == 200


def test_a_repeated_upload_is_one(user):
    key = {"Idempotency-Key": "once"}
    assert send(user, headers=key).json() == send(user, headers=key).json()
    assert len(listed(user)) == 1


def test_what_is_still_to_be_fetched_is_not_listed(service, user):
    """By URL, as other clients may do, it is there when its file is."""
    tier_of(service, user, fetch="yes")
    with without(service, "worker"):
        answer = user.post("/v1/images", json={"url": "https://192.0.2.1/a"})
        assert answer.status_code == 202
        assert listed(user) == []
    image = post_picture(user).json()
    assert [one["id"] for one in listed(user)] == [image["id"]]


# Who somebody is


def test_who_does_not_sign_in_gets_403(service):
    """Also with what is no Basic and no session."""
    token = make_token(service.session("premium"))["token"]
    for headers in ({}, {"Authorization": "Bearer " + token},
                    {"Cookie": "pixtier_session=" + "A" * 43}):
        nobody = service.session()
        nobody.headers.update(headers)
        for answer in (nobody.get("/images/"), send(nobody),
                       ask_link(nobody, {"id": NOWHERE})):
            refused(answer, 403, NOT_GIVEN)
            assert "WWW-Authenticate" not in answer.headers


def test_wrong_credentials_get_403(service):
    session = new_user(service)
    name, password = session.auth
    service.ctl("user", "disable", name)
    for auth in (("premium", "wrong"), ("no-such-user", "wrong"), ("", ""),
                 (name, password)):
        session.auth = auth
        refused(session.get("/images/"), 403, "Invalid username/password.")
    nobody = service.session()
    refused(nobody.get("/images/", headers={"Authorization": "Basic !"}), 403,
            "Invalid username/password.")


CSRF = re.compile('name="csrfmiddlewaretoken" value="([^"]*)"')


def log_in(service, name, path="/api-auth/login/", **fields):
    """As a script of those days does: GET /api-auth/login/ for the value, then
    POST /api-auth/login/."""
    browser = service.session()
    page = browser.get(path)
    token = CSRF.search(page.text)[1]
    assert token == browser.cookies["csrftoken"]
    answer = browser.post(path, allow_redirects=False, data={
        "username": name, "password": service.passwords.get(name, "wrong"),
        "csrfmiddlewaretoken": token, **fields})
    return browser, answer


def csrf(browser):
    return {"X-CSRFToken": browser.cookies["csrftoken"]}


@contextlib.contextmanager
def session_of(service, name):
    browser, answer = log_in(service, name)
    assert answer.status_code == 302, answer.text
    yield browser


def test_a_session_does_what_basic_does(service, user):
    """Its value comes in a header or in the form, whichever the client has."""
    with session_of(service, user.auth[0]) as browser:
        answer = send(browser, headers=csrf(browser))
        image = answer.json()
        assert answer.status_code == 201
        own = {"X-Pixtier-CSRF": browser.cookies["csrftoken"]}
        assert send(browser, headers=own).status_code == 201
        field = {"csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        assert send(browser, data=None, headers={}).status_code == 403
        answer = browser.post(
            "/images/upload/", data=field,
            files={"original_file": ("a.jpg", picture())})
        assert answer.status_code == 201
        assert len(listed(browser)) == 3
        for options in ({"json": {"expires_in": 30}, "headers": csrf(browser)},
                        {"json": {"expires_in": 30, **field}},
                        {"data": {"expires_in": 30, **field}}):
            assert ask_link(browser, image, **options).status_code == 201
        assert browser.get("/v1/me").json()["username"] == user.auth[0]


def test_another_site_cannot_act_with_the_session(service, user):
    image = sent(user)
    with session_of(service, user.auth[0]) as browser, \
            session_of(service, "premium") as other:
        field = {"csrfmiddlewaretoken": other.cookies["csrftoken"]}
        answers = [
            send(browser), send(browser, headers=csrf(other)),
            send(browser, headers={"X-CSRFToken": ""}),
            browser.post("/images/upload/", data=field,
                         files={"original_file": ("a.jpg", picture())}),
            browser.post("/images/upload/"),
            ask_link(browser, image), ask_link(browser, image, json={}),
            ask_link(browser, image, data={"expires_in": 30, **field}),
            ask_link(browser, image, json={"expires_in": 30,
                                           "csrfmiddlewaretoken": None}),
            # A wrong header is not made good by the form.
            ask_link(browser, image, headers=csrf(other), data={
                "expires_in": 30,
                "csrfmiddlewaretoken": browser.cookies["csrftoken"]}),
            browser.post("/api-auth/logout/"),
            browser.post("/api-auth/logout/", data=field),
        ]
        for answer in answers:
            assert answer.status_code == 403, answer.text
            assert answer.json()["detail"].startswith("CSRF Failed: ")
        assert len(listed(browser)) == 1
        assert user.get(f"/v1/images/{image['id']}/links").json()["items"] \
            == []


# The pages


def test_the_login_page_is_plain(service):
    """No scripts, nothing from elsewhere, in no frame, kept by nobody."""
    page = service.session().get("/api-auth/login/?next=/images/%3Fa=1%26b=2")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"
    policy = page.headers["Content-Security-Policy"].split("; ")
    style = re.search("<style>(.*?)</style>", page.text, re.S)[1]
    digest = hashlib.sha256(style.encode()).digest()
    assert set(policy) == {
        "default-src 'none'", "form-action 'self'", "base-uri 'none'",
        "frame-ancestors 'none'",
        f"style-src 'sha256-{base64.b64encode(digest).decode()}'"}
    assert "<script" not in page.text and "http" not in page.text
    assert '<form method="post" action="/api-auth/login/">' in page.text
    assert 'name="next" value="/images/?a=1&amp;b=2"' in page.text
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("csrftoken=") and "SameSite=Strict" in cookie
    assert "HttpOnly" not in cookie


def test_a_login_goes_where_it_was_to(service):
    """POST /api-auth/login/: in the query or in the form."""
    for path, fields, to in (
            ("/api-auth/login/", {}, "/images/"),
            ("/api-auth/login/", {"next": "/docs/"}, "/docs/"),
            ("/api-auth/login/?next=/docs/?a=b", {}, "/docs/?a=b"),
            ("/api-auth/login/?next=/a", {"next": "/b"}, "/b")):
        browser, answer = log_in(service, "premium", path, **fields)
        assert (answer.status_code, answer.content) == (302, b"")
        assert answer.headers["Location"] == to
        assert answer.headers["Cache-Control"] == "no-store"
        assert browser.get("/images/").status_code == 200
    cookie = answer.headers["Set-Cookie"]
    session = re.search("pixtier_session=[^,]*", cookie)[0]
    assert "HttpOnly" in session and "SameSite=Strict" in session
    assert re.search("csrftoken=[A-Za-z0-9_-]{43};", cookie)


@pytest.mark.parametrize("elsewhere", [
    "//evil.example", "https://evil.example/", "/\\evil.example",
    "\\\\evil.example", "evil.example", "javascript:alert(1)", "", "/ä",
    "///evil.example", " //evil.example", "http:evil.example", "/a b",
])
def test_a_login_leads_to_no_other_host(service, elsewhere):
    browser, answer = log_in(service, "premium", next=elsewhere)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/images/"
    page = browser.get("/api-auth/login/", params={"next": elsewhere})
    assert 'name="next" value=""' in page.text
    page = browser.get("/api-auth/logout/", params={"next": elsewhere},
                       allow_redirects=False)
    assert page.status_code == 200 and "Location" not in page.headers


@pytest.mark.parametrize("name", ["premium", "nobody",
                                  '"><script>alert(1)</script>', ""])
def test_a_login_that_fails_shows_the_page_again(service, name):
    browser, answer = log_in(service, name, password="wrong", next="/docs/")
    assert answer.status_code == 200
    assert "Please enter a correct user name and password." in answer.text
    assert "<script" not in answer.text
    assert f'value="{html.escape(name).replace("&quot;", "&#34;")}"' \
        in answer.text
    assert 'name="next" value="/docs/"' in answer.text
    assert "wrong" not in answer.text
    assert CSRF.search(answer.text)[1] == browser.cookies["csrftoken"]
    assert "pixtier_session" not in browser.cookies
    refused(browser.get("/images/"), 403, NOT_GIVEN)


def test_a_login_may_come_as_json_too(service):
    nobody = service.session()
    answer = nobody.post("/api-auth/login/", allow_redirects=False, json={
        "username": "premium", "password": service.passwords["premium"]})
    assert answer.status_code == 302
    for fields in ({}, {"username": "premium"}, {"password": "a"}):
        answer = nobody.post("/api-auth/login/", data=fields)
        assert "Please enter a correct" in answer.text


def test_another_sites_page_cannot_log_in(service):
    """A browser tells the Origin, and must send the page's value back."""
    name = "premium"
    fields = {"username": name, "password": service.passwords[name]}
    browser = service.session()
    for origin in ("https://evil.example", "null", service.url):
        for more in ({}, {"csrfmiddlewaretoken": "A" * 43},
                     {"csrfmiddlewaretoken": ""}):
            answer = browser.post(
                "/api-auth/login/", data={**fields, **more},
                headers={"Origin": origin}, allow_redirects=False)
            assert answer.status_code == 403
            assert "out of date" in answer.text
            assert "pixtier_session" not in browser.cookies
            browser.cookies.clear()
    token = CSRF.search(browser.get("/api-auth/login/").text)[1]
    # The page of another tab stays good.
    assert CSRF.search(browser.get("/api-auth/login/").text)[1] == token
    answer = browser.post(
        "/api-auth/login/", data={**fields, "csrfmiddlewaretoken": token},
        headers={"Origin": service.url}, allow_redirects=False)
    assert answer.status_code == 302


def test_guesses_are_slowed(service):
    """On the page and by Basic together."""
    name = new_user(service).auth[0]
    service.restart("fcgi", login_failures_user=2)
    try:
        wait_until(lambda: service.session().get("/readyz").ok)
        assert log_in(service, name, password="wrong")[1].status_code == 200
        guess = service.session()
        guess.auth = (name, "wrong")
        refused(guess.get("/images/"), 403, "Invalid username/password.")
        browser, answer = log_in(service, name)
        assert answer.status_code == 429
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "Too many attempts" in answer.text
        seconds = int(answer.headers["Retry-After"])
        assert f"again in {seconds} s" in answer.text
        assert "pixtier_session" not in browser.cookies
        answer = guess.get("/images/")
        assert answer.status_code == 429
        assert re.fullmatch(r"Request was throttled\. Expected available in "
                            r"[0-9]+ seconds?\.", answer.json()["detail"])
    finally:
        service.restart("fcgi")
        wait_until(lambda: service.session().get("/readyz").ok)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_browser_logs_out(service, method):
    """GET /api-auth/logout/ or POST /api-auth/logout/: the session is over,
    wherever its cookie may be."""
    def log_out(browser, data=None, **options):
        if method == "POST":
            options["data"] = {"csrfmiddlewaretoken":
                               browser.cookies.get("csrftoken", "")}
        return browser.request(method, "/api-auth/logout/",
                               allow_redirects=False, **options)

    with session_of(service, "premium") as browser:
        stolen = dict(browser.cookies)
        answer = log_out(browser)
        assert answer.status_code == 200 and "logged out" in answer.text
        assert not browser.cookies
        refused(service.session().get("/images/", cookies=stolen), 403,
                NOT_GIVEN)
        again = log_out(browser)
        assert again.status_code == 200 and "logged out" in again.text
        assert "Set-Cookie" not in again.headers
    with session_of(service, "premium") as browser:
        answer = log_out(browser, params={"next": "/docs/"})
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/docs/"
        refused(browser.get("/images/"), 403, NOT_GIVEN)


# The links


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "TIFF",
                                    "BMP"])
def test_a_link_is_open_to_all(service, user, format):
    """GET /images/link/{alias}/: the original with its own type; theirs needed
    a login and said image/jpeg of all."""
    data = picture(format=format)
    url = link(user, sent(user, data, "puffin.jpg"))
    assert re.fullmatch(service.url + "/images/link/[A-Za-z0-9_-]+/", url)
    nobody = service.session()
    got = nobody.get(url)
    assert (got.status_code, got.content) == (200, data)
    assert got.headers["Content-Type"] == "image/" + format.lower()
    kind, age = got.headers["Cache-Control"].split(", max-age=")
    assert kind == "private" and 290 <= int(age) <= 300
    part = nobody.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, data[10:20])
    head = nobody.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(data))
    seen = nobody.get(url, headers={"If-None-Match": head.headers["ETag"]})
    assert seen.status_code == 304


@pytest.mark.parametrize("options", [
    {"data": {"expires_in": "30"}}, {"data": {"expires_in": 30000}},
    {"json": {"expires_in": 30}}, {"json": {"expires_in": "30000"}},
    {"files": {"expires_in": (None, "30")}},
    {"data": {"expires_in": 30, "more": 1}},
])
def test_a_link_lasts_as_long_as_is_asked(service, options):
    """Shorter than the tier's other links, too."""
    session = service.session("enterprise")
    answer = ask_link(session, sent(session), **options)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == answer.json()["url"]


@pytest.mark.parametrize("options, text", [
    ({"data": {"expires_in": 29}},
     "Ensure this value is greater than or equal to 30."),
    ({"data": {"expires_in": -1}},
     "Ensure this value is greater than or equal to 30."),
    ({"json": {"expires_in": 30001}},
     "Ensure this value is less than or equal to 30000."),
    ({"data": {"expires_in": "soon"}}, "A valid integer is required."),
    ({"data": {"expires_in": ""}}, "A valid integer is required."),
    ({"json": {"expires_in": 30.5}}, "A valid integer is required."),
    ({"json": {"expires_in": True}}, "A valid integer is required."),
    ({"json": {"expires_in": None}}, "This field may not be null."),
    ({"json": {}}, "This field is required."),
    ({"data": {"other": 1}}, "This field is required."),
])
def test_the_seconds_have_bounds(service, options, text):
    session = service.session("enterprise")
    refused(ask_link(session, sent(session), **options), 400,
            {"expires_in": [text]})


def test_the_tier_may_shorten_links(service):
    session = new_user(service, link_max=3600)
    image = sent(session)
    assert ask_link(session, image, 3600).status_code == 201
    refused(ask_link(session, image, 3601), 400, {
        "expires_in": ["Ensure this value is less than or equal to 3600."]})


def test_who_may_link_is_the_tiers_to_say(service, user):
    """And whose image it is: theirs linked anybody's."""
    forbidden = "You do not have permission to perform this action."
    image = sent(user)
    for name in ("basic", "premium"):
        session = service.session(name)
        refused(ask_link(session, sent(session)), 403, forbidden)
        refused(ask_link(session, image), 403, forbidden)
    other = new_user(service)
    refused(ask_link(other, image), 404, "Not found.")
    for id in (NOWHERE, "1", "x" * 99):
        refused(ask_link(user, {"id": id}), 404, "Not found.")
    tier_of(service, user, original="no")
    refused(ask_link(user, image), 403, forbidden)


def alias_of(url):
    return url.split("/")[-2]


def signed_anew(service, alias, expires_at):
    """The same link with another expiry, signed with the service's key as
    lib/service/share.h says."""
    token = base64.urlsafe_b64decode(alias + "=" * (-len(alias) % 4))[:-32]
    key_id = struct.unpack(">H", token[2:4])[0]
    key = next(line.split()[3] for line in
               open(service.setting("keys_file"), encoding="ascii")
               if line.split()[0] == str(key_id))
    token = token[:4] + struct.pack(">Q", expires_at)[3:] + token[9:]
    text = struct.pack(">I", len(token)) + token + struct.pack(">I", 0)
    mac = hmac.digest(bytes.fromhex(key), text, "sha256")
    return base64.urlsafe_b64encode(token + mac).decode().rstrip("=")


def test_a_link_ends(service, user):
    nobody = service.session()
    alias = alias_of(link(user, sent(user)))
    for left, status in ((60, 200), (0, 410), (-1, 410), (-10**9, 410)):
        path = signed_anew(service, alias, int(time.time()) + left)
        answer = nobody.get(f"/images/link/{path}/")
        assert answer.status_code == status, answer.text
    refused(answer, 410, {"msg": "Link has expired"})


def test_a_revoked_link_has_ended(service, user):
    """It is listed with the others."""
    image = sent(user)
    url = link(user, image)
    items = user.get(f"/v1/images/{image['id']}/links").json()["items"]
    assert [item["variant"] for item in items] == ["original"]
    assert user.delete("/v1/links/" + items[0]["id"]).status_code == 204
    nobody = service.session()
    gone = wait_until(lambda: [answer for answer in [nobody.get(url)]
                               if answer.status_code != 200])[0]
    refused(gone, 410, {"msg": "Link has expired"})


def test_a_changed_link_is_no_link(service, user):
    image = upload(user)
    alias = alias_of(link(user, image))
    nobody = service.session()
    ours = user.post(f"/v1/images/{image['id']}/links",
                     json={"expires_in": 300}).json()["url"].split("/")[-2]
    shown = image["original"]["url"].split("/")[-2]
    changed = [alias[:i] + ("A" if alias[i] != "A" else "B") + alias[i + 1:]
               for i in range(0, len(alias), 7)]
    for other in changed + [ours, shown, alias[:-1], alias + "A", "1",
                            alias + "=", NOWHERE, image["id"], "ä"]:
        refused(nobody.get(f"/images/link/{other}/"), 404, "Not found.")
    assert nobody.get(f"/l/{alias}/image.jpg").status_code == 403
    assert nobody.get(f"/l/{alias}/").status_code == 404


def test_a_link_ends_with_its_image(service, user):
    image = sent(user)
    url = link(user, image)
    assert user.delete("/v1/images/" + image["id"]).status_code == 204
    refused(service.session().get(url), 404, "Not found.")


# The rest


@pytest.mark.parametrize("method, path, allow", [
    ("POST", "/images/", "GET, HEAD"), ("GET", "/images/upload/", "POST"),
    ("GET", f"/images/generate-link/{NOWHERE}/", "POST"),
    ("DELETE", "/images/link/a/", "GET, HEAD"),
    ("PUT", "/api-auth/login/", "GET, HEAD, POST"),
    ("PATCH", "/api-auth/logout/", "GET, HEAD, POST"),
])
def test_methods_that_it_has_not(user, method, path, allow):
    answer = user.request(method, path)
    refused(answer, 405, f'Method "{method}" not allowed.')
    assert answer.headers["Allow"] == allow


def test_it_can_be_switched_off(service, user):
    with with_dialects(service, "image_api resize_tasks"):
        for path in ("/images/", "/api-auth/login/", "/images/link/a/"):
            answer = user.get(path)
            assert answer.status_code == 404
            assert answer.headers["Content-Type"] == "application/problem+json"
    assert listed(user) == []
