"""The pages in a real browser: tests/web has the tests."""

import pytest

from api import new_user
from browser import run_in_browser


@pytest.mark.parametrize("path", ["/docs/", "/problems/not_found",
                                  "/api-auth/login/"])
def test_a_page_is_readable(service, path):
    run_in_browser(service, "pages.mjs", path=path)


def test_the_login_needs_only_the_keyboard(service):
    name, password = new_user(service).auth
    cookies = run_in_browser(service, "login.mjs", user=name, password=password)
    assert "pixtier_session" in {cookie["name"] for cookie in cookies}
