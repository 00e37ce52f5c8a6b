"""A client of imagify signs in by Basic, or on a page for a session."""

import base64
import hashlib
import html
import re

import pytest

from api import make_token, new_user
from contract import BASE_PATH
from imagify import (CSRF, NOT_GIVEN, NOWHERE, ask_link, csrf, listed, log_in,
                     refused, send, sent, session_of, user)
from pictures import picture
from service import wait_until


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
    assert '<form method="post" action="../login/">' in page.text
    assert 'name="next" value="/images/?a=1&amp;b=2"' in page.text
    assert '<p role="alert"></p>' in page.text
    assert "[role=alert]:empty { display: none; }" in style
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("csrftoken=") and "SameSite=Strict" in cookie
    assert "HttpOnly" not in cookie


def test_a_login_goes_where_it_was_to(service):
    """POST /api-auth/login/: in the query or in the form."""
    for path, fields, to in (
            ("/api-auth/login/", {}, BASE_PATH + "/images/"),
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
    "/" + "a" * 5000,  # more than web servers take in a header
])
def test_a_login_leads_to_no_other_host(service, elsewhere):
    browser, answer = log_in(service, "premium", next=elsewhere)
    assert answer.status_code == 302
    assert answer.headers["Location"] == BASE_PATH + "/images/"
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
