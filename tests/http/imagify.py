"""What the tests of clients of imagify have in common."""

import contextlib
import re

import pytest

from api import new_user
from pictures import picture

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
