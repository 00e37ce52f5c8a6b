"""pixtier below a path of a host that has other files: both get what is theirs.
run.sh runs it with PIXTIER_PATH."""

import http.client
import re
import socket
import urllib.parse

import pytest

from api import links_of, problem, upload
from contract import BASE_PATH
from service import HANG, wait_until

pytestmark = pytest.mark.skipif(
    not BASE_PATH, reason="pixtier has the whole host in this run")


def get(service, target):
    """The status, the headers and the body for a target that is sent as it
    is."""
    with socket.create_connection(("127.0.0.1", service.port), HANG) as client:
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                       "Connection: close\r\n\r\n".encode())
        answer = http.client.HTTPResponse(client)
        answer.begin()
        return answer.status, answer.headers, answer.read()


@pytest.fixture
def files(service):
    """Of the host: their names look like those of pixtier."""
    folder = service.dir.resolve() / "data/host"
    texts = {}
    for name in ("index.html", "photo.jpg", "v1/me", f"{BASE_PATH[1:]}que",
                 "metrics"):
        file = folder / name
        file.parent.mkdir(mode=0o755, exist_ok=True)
        texts["/" + name] = text = f"This is {name} of the host."
        file.write_text(text)
    return texts


def test_the_files_of_the_host_still_come(service, files):
    for target, text in files.items():
        status, headers, body = get(service, target)
        assert (status, body) == (200, text.encode()), target
        assert "X-Request-Id" not in headers


@pytest.mark.parametrize("target", [
    "/v1/images", "/healthz", "/docs/", "/l/a/b.jpg", "/_store/", "/_problem",
    f"{BASE_PATH}x/v1/me", "/x" + BASE_PATH + "/v1/me"])
def test_the_host_has_its_own_404(service, target):
    status, headers, body = get(service, target)
    assert status == 404
    assert headers["Content-Type"].startswith("text/html")
    assert b"problem" not in body


def test_below_the_path_errors_are_those_of_pixtier(service):
    nobody = service.session()
    problem(nobody.get("/nothing.php"), 404, "not_found")
    problem(nobody.get("/photo.jpg"), 404, "not_found")
    problem(nobody.get("/_store/"), 404, "not_found")
    problem(nobody.get(f"{BASE_PATH}/v1/me"), 404, "not_found")
    assert nobody.get(nobody.get("/v1/me").json()["type"].removeprefix(
        BASE_PATH)).status_code == 200


def test_every_url_is_below_the_path(service):
    """Of pictures, links and pages of lists."""
    user = service.session("premium")
    enterprise = service.session("enterprise")
    images = [upload(user), upload(user)]
    urls = [variant["url"] for image in images
            for variant in image["variants"]]
    urls += [user.get("/v1/images?limit=1").json()["next"]]
    image = upload(enterprise)
    made = enterprise.post(links_of(image), json={
        "variant": "h200", "expires_in": 300})
    urls += [made.json()["url"], made.headers["Location"]]
    for url in urls:
        assert url.startswith(service.url + "/")
        assert user.get(url).status_code == 200, url
    part = user.get(made.json()["url"], headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.content)) == (206, 10)


def test_cookies_stay_below_the_path(service):
    browser = service.session()
    login = browser.post("/v1/login", json={
        "username": "premium", "password": service.passwords["premium"]})
    cookie, = login.headers["Set-Cookie"].split(", ")
    assert f"; Path={BASE_PATH};" in cookie
    assert [one.path for one in browser.cookies] == [BASE_PATH]
    assert browser.get("/v1/me").status_code == 200
    assert browser.post("/v1/logout", headers={
        "X-Pixtier-CSRF": login.json()["csrf"]}).status_code == 204
    assert not list(browser.cookies)


def test_pages_lead_to_pages_below_the_path(service):
    """The login page, the page after the logout, and those of errors."""
    nobody = service.session()
    for path in ("/api-auth/login/", "/api-auth/logout/",
                 "/problems/not_found", "/docs/"):
        page = nobody.get(path)
        found = re.findall(r'(?:href|action)="([^"#]+)', page.text)
        assert found
        for link in {urllib.parse.urljoin(page.url, one) for one in found}:
            assert link.startswith(service.url + "/"), link
            assert nobody.get(link).status_code == 200, link


def test_no_spelling_of_a_path_shows_its_token(service):
    """The access log has the paths of pixtier without tokens, and no line of
    the host's files."""
    user = service.session("enterprise")
    made = user.post(links_of(upload(user)), json={
        "variant": "h200", "expires_in": 300}).json()
    below = made["url"].removeprefix(service.url)
    token = below.split("/")[2]
    first = f"/%{ord(BASE_PATH[1]):02x}{BASE_PATH[2:]}"
    status, _, _ = get(service, BASE_PATH + below)
    assert status == 200
    for target in (f"/{BASE_PATH}{below}", f"{BASE_PATH}/{below}",
                   first + below, f"{BASE_PATH}/%6c{below[2:]}",
                   f"/x/..{BASE_PATH}{below}", f"{BASE_PATH}/v1/{token}",
                   f"{BASE_PATH}{below}/x?{token}"):
        get(service, target)
    get(service, f"{BASE_PATH}/healthz?{token}")
    get(service, "/photo.jpg")
    access = service.dir / "data/log/pixtier-access.log"
    wait_until(lambda: f"GET {BASE_PATH}/healthz HTTP/1.1" in
               access.read_text().splitlines()[-1])
    text = access.read_text()
    assert f'"GET {BASE_PATH}/l/- HTTP/1.1" 200 ' in text
    assert token not in text
    assert "GET /photo.jpg" not in text
