"""The pages in a real browser: tests/web has the tests."""

from api import new_user
from browser import run_in_browser

PAGES = ["/docs/", "/problems/not_found", "/api-auth/login/"]


def test_every_page_is_readable(service):
    run_in_browser(service, "pages.mjs", paths=PAGES)


def test_the_login_needs_only_the_keyboard(service):
    name, password = new_user(service).auth
    cookies = run_in_browser(service, "login.mjs", user=name, password=password)
    assert "pixtier_session" in {cookie["name"] for cookie in cookies}
