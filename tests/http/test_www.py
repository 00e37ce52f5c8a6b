"""The pages of www/, which the web server delivers beside the application."""

import pathlib

import pytest
import requests

from api import problem
from contract import BASE_PATH
from service import HANG, SRCDIR

FOLDER = pathlib.Path(SRCDIR) / "www"
PAGES = {"/": "index.html", "/admin/": "admin.html"}
TYPES = {".css": "text/css", ".html": "text/html; charset=utf-8",
         ".js": "text/javascript", ".svg": "image/svg+xml"}
FILES = {**PAGES, **{f"/www/{file.relative_to(FOLDER)}":
                     str(file.relative_to(FOLDER))
                     for file in sorted(FOLDER.rglob("*"))
                     if file.suffix in TYPES and file.suffix != ".html"}}
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; "
          "img-src 'self' data: blob:; connect-src 'self'; "
          "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")


def send(service, method, path, **headers):
    return requests.request(
        method, service.url + path, timeout=HANG, allow_redirects=False,
        headers={"Accept-Encoding": "identity",
                 **{name.replace("_", "-"): value
                    for name, value in headers.items()}})


def test_every_file_comes_with_its_type_and_headers(service):
    for path, name in FILES.items():
        answer = send(service, "GET", path)
        assert answer.status_code == 200, path
        assert answer.content == (FOLDER / name).read_bytes(), path
        headers = answer.headers
        assert headers["Content-Type"] == TYPES[pathlib.Path(name).suffix]
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-cache"
        assert len(headers["X-Request-Id"]) >= 8


def test_head_has_the_headers_and_no_body(service):
    answer = send(service, "HEAD", "/", X_Request_Id="page-12345678")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["X-Request-Id"] == "page-12345678"


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_file_that_has_not_changed_is_not_sent_again(service, coding):
    for path in (*PAGES, "/www/style.css"):
        first = send(service, "GET", path, Accept_Encoding=coding)
        again = send(service, "GET", path, Accept_Encoding=coding,
                     If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.content) == (304, b""), path
    other = send(service, "GET", "/www/style.css", If_None_Match='"other"')
    assert other.status_code == 200


def test_texts_are_compressed(service, server):
    """lighttpd does it with a module that its site names in a comment."""
    if server == "lighttpd":
        pytest.skip("mod_deflate is not in lighttpd's own package")
    for path in ("/www/style.css", "/www/lib/api.js", "/www/icons.svg"):
        answer = send(service, "GET", path, Accept_Encoding="gzip")
        assert answer.headers["Content-Encoding"] == "gzip", path
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert answer.content == (FOLDER / FILES[path]).read_bytes()


def test_admin_has_a_slash_at_its_end(service):
    answer = send(service, "GET", "/admin")
    assert answer.status_code == 301
    assert answer.headers["Location"].removeprefix(
        service.url.removesuffix(BASE_PATH)) == BASE_PATH + "/admin/"


@pytest.mark.parametrize("path", [
    "/www", "/www/", "/www/lib", "/www/lib/", "/www/none.css",
    "/www/index.html", "/www/.hidden.css", "/www/vendor/uplot/LICENSE",
    "/www/lib/%2e%2e/%2e%2e/x.js",
    "/index.html", "/admin.html", "/admin/x", "/nothing"])
def test_other_paths_get_a_problem(service, path):
    answer = send(service, "GET", path)
    problem(answer, 400 if "%2e" in path and answer.status_code == 400
            else 404, answer.json()["code"])


@pytest.mark.parametrize("path", [*PAGES, "/www/style.css"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_pages_are_only_read(service, path, method):
    problem(send(service, method, path), 501, "bad_request")


def test_a_malformed_range_is_ignored(service):
    answer = send(service, "GET", "/www/style.css", Range="bytes=x")
    assert answer.status_code == 200
