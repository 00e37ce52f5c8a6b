"""The protocol: what holds for every request and every answer."""

import re

import pytest

from api import invalid, problem, speak, unknown, upload
from pictures import picture
from service import SRCDIR

ROUTE = re.compile(r'METHOD_(\w+), +"([^"]+)", +(NEED_\w+), +(SCOPE_\w+),')
# The first table has the API's own; those after it are the dialects'.
OWN, _, OLDER = (SRCDIR / "fcgi/routes.c").read_text().partition("};")
ROUTES, DIALECTS = ROUTE.findall(OWN), ROUTE.findall(OLDER)
# The addresses for readers, whose query is ignored.
SHARED = {path for _, path in re.findall(
    r'METHOD_(\w+), +"([^"]+)",.*ANY_QUERY', OWN)}
# Those of the dialects that are for people.
PAGES = dict.fromkeys(("/api/docs/", "/api-auth/login/", "/api-auth/logout/"),
                      ("text/html; charset=utf-8",))


def path_of(route):
    return re.sub(r"{\w+}", "01900000-0000-7000-8000-00000000dead", route)


@pytest.mark.parametrize("method, route, need, scope", ROUTES)
def test_every_route_wants_to_know_who_asks(service, method, route, need,
                                            scope):
    """401 unauthenticated, before anything is said about what is asked for."""
    answer = service.session().request(method, path_of(route))
    if need == "NEED_NOBODY":
        assert answer.status_code != 401
    else:
        problem(answer, 401, "unauthenticated")
        assert "WWW-Authenticate" in answer.headers
    assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize("method, route, need, scope", ROUTES)
def test_every_route_refuses_parameters_that_it_does_not_know(
        service, method, route, need, scope):
    """But those for readers, where they change nothing."""
    session = service.session("admin")
    answer = session.request(method, path_of(route) + "?colour=red")
    if route in SHARED:
        plain = session.request(method, path_of(route))
        assert answer.status_code == plain.status_code != 400
    else:
        unknown(answer, "colour")


@pytest.mark.parametrize("method, route, need, scope", DIALECTS)
def test_a_dialect_knows_no_problem_json(service, method, route, need, scope):
    """Nor does it refuse parameters; but its answers have ids, too."""
    answer = service.session().request(method, path_of(route) + "?colour=red")
    assert answer.status_code != 500
    assert (answer.status_code == 401) == (need == "NEED_BEARER")
    assert answer.headers.get("Content-Type") in \
        PAGES.get(route, ("application/json", None))
    assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize("route", sorted({row[1]
                                          for row in ROUTES + DIALECTS}))
def test_every_path_names_the_methods_that_it_takes(service, route):
    """405 method_not_allowed with Allow."""
    taken = {row[0] for row in ROUTES + DIALECTS if row[1] == route}
    taken |= {"HEAD"} if "GET" in taken else set()
    for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "LOCK"}:
        if method in taken:
            continue
        answer = service.session("basic").request(method, path_of(route))
        assert answer.status_code == 405, method
        assert set(answer.headers["Allow"].split(", ")) == taken
        if method != "HEAD" and route in {row[1] for row in ROUTES}:
            problem(answer, 405, "method_not_allowed")


@pytest.mark.parametrize("path", [
    "/v1", "/v1/", "/v2/images", "/v1/image", "/v1/images/", "/v1/Images",
    "/v1/images/a/b", "/v1/me/", "/l/", "/l/a", "/l/a/b/c", "/index.html",
    "/_store/", "/_problem", "/healthz/", "/favicon.png",
])
def test_other_paths_are_not_found(service, path):
    problem(service.session("basic").get(path), 404, "not_found")


@pytest.mark.parametrize("given, kept", [
    ("abcdefgh", True), ("A-b_9" * 12 + "1234", True), ("a" * 64, True),
    ("abcdefg", False), ("a" * 65, False), ("abc defgh", False),
    ("abcdefg!", False), ("äbcdefgh", False), ("", False),
])
def test_a_request_has_an_id(service, given, kept):
    """The caller's, if it is a proper one, in every answer."""
    session = service.session()
    for path in ("/healthz", "/nothing"):
        answer = session.get(path, headers={"X-Request-Id": given.encode()})
        seen = answer.headers["X-Request-Id"]
        assert (seen == given) is kept
        assert re.fullmatch("[A-Za-z0-9_-]{8,64}", seen)
    assert session.get("/healthz").headers["X-Request-Id"] != \
        session.get("/healthz").headers["X-Request-Id"]


def test_head_is_get_without_a_body(service):
    session = service.session("basic")
    image = upload(session)
    for path in ("/v1/me", "/v1/images/" + image["id"], "/healthz",
                 "/v1/images/none"):
        got, head = session.get(path), session.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["Content-Type"] == got.headers["Content-Type"]


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b'"name"', b"null", b'{"name":"a"', b'{"name":"a"}}',
    b'{"name":"a"} x', b"{'name':'a'}", b'{"name":"a",}', b'{"name":NaN}',
    b'{"name":"a","name":"b"}', b'{"name":"\xff"}', b'{"name":"a\0"}',
    b'{"name":"a\\u0000"}', b'{"name":"a\nb"}', b"\xff\xfe{\0}\0",
    b'{"name":' + b"[" * 100 + b"]" * 100 + b"}", b"name=a",
], ids=repr)
def test_json_is_taken_strictly(service, body):
    answer = service.session("basic").post(
        "/v1/tokens", data=body, headers={"Content-Type": "application/json"})
    problem(answer, 400, "bad_request")


def test_json_is_not_endless(service):
    body = b'{"name":"' + b"a" * 2000000 + b'"}'
    problem(service.session("basic").post(
        "/v1/tokens", data=body, headers={"Content-Type": "application/json"}),
        413, "too_large")


@pytest.mark.parametrize("media_type", [
    None, "", "text/plain", "text/json", "application/x-www-form-urlencoded",
    "application/jsonx", "multipart/form-data; boundary=a",
])
def test_json_says_what_it_is(service, media_type):
    """415 unsupported_media_type."""
    headers = {} if media_type is None else {"Content-Type": media_type}
    session = service.session("basic")
    problem(session.post("/v1/tokens", data=b'{"name":"a"}', headers=headers),
            415, "unsupported_media_type")
    answer = session.post(
        "/v1/tokens", data=b'{"name":"a"}',
        headers={"Content-Type": "Application/JSON; charset=utf-8"})
    assert answer.status_code == 201


def test_every_error_names_its_field(service):
    session = service.session("basic")
    path = "/v1/images/" + upload(session)["id"]
    invalid(session.patch(path, json={"name": ""}), "name")
    unknown(session.patch(path, json={"nmae": "a"}), "nmae")
    unknown(session.get("/v1/images?limti=1"), "limti")
    unknown(session.post("/v1/images", files={"image": picture()},
                         data={"nmae": "a"}), "nmae")
    unknown(session.post("/v1/images", files={"picture": picture()}),
            "picture")
    unknown(session.post("/v1/resize", files={"file": picture()},
                         data={"widht": "9"}), "widht")


def test_what_comes_twice_is_refused(service):
    problem(service.session("basic").get("/v1/images?limit=1&limit=2"),
            400, "bad_request")


def test_an_address_has_an_end(service):
    """414 uri_too_long, or what the web server says to a longer one."""
    session = service.session("basic")
    answer = session.get("/v1/images?name=" + "a" * 7000)
    assert answer.status_code in (200, 414)
    answer = session.get("/v1/images?name=" + "a" * 20000)
    assert answer.status_code in (414, 431)
    assert answer.json()["code"] in ("uri_too_long", "too_large")


@pytest.mark.parametrize("target", [
    "/v1/images/%00", "/v1%2fme", "/v1%2Fme", "/v1/images/..%2f..%2fetc/passwd",
    "/v1/%2e%2e/%2e%2e/etc/passwd", "/v1/images/../../../etc/passwd",
    "/v1//me", "//v1/me", "/v1/images/%zz", "/v1/images/%", "/v1/images/%ff",
    "/v1/images/%c0%ae", "/v1/images\\me", "/v1/images/%5c", "/v1/./me",
    "/v1/images/%0d%0aX-Injected:%20yes", "/v1/images?name=%00",
    "/v1/images?name=%0a", "/v1/images?=a", "/v1/images?name=%",
    "/l/%0d%0aSet-Cookie:%20a=b/x", "*", "v1/me",
])
def test_addresses_have_one_meaning(service, target):
    """What two programs could read in two ways is refused."""
    token = service.session("basic").post("/v1/tokens", json={"name": "a"})
    answer = speak(service, f"GET {target} HTTP/1.1",
                   "Authorization: Bearer " + token.json()["token"])
    assert answer.status_code in (400, 404), target
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not {"X-Injected", "Set-Cookie"} & set(answer.headers)


@pytest.mark.parametrize("target", [
    "/_store/", "/_store/objects/", "/_store/whole/",
    "/_store../pixtier.conf",
    "/_store../keys/keys", "/_store/../keys/keys", "/_store//etc/passwd",
    "/_store%2f", "/%5fstore/", "/_STORE/", "/l/../_store/", "/objects/",
])
def test_the_store_is_not_open(service, target):
    """Files leave only through the application."""
    upload(service.session("premium"))
    file = service.objects()[0].relative_to(service.store / "objects")
    for path in (target, f"{target}{file}", f"/_store/{file}", f"/{file}"):
        answer = speak(service, f"GET {path} HTTP/1.1")
        assert answer.status_code in (400, 404), path
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", [
    "a\r\nX-Injected: yes", "a\nSet-Cookie: a=b", "a\r\n\r\n<html>", "a\x7fb",
    "a\u0085b", "\u2028X-Injected: yes",
])
def test_names_inject_no_headers(service, name):
    session = service.session("premium")
    answer = session.post("/v1/images", params={"name": name}, data=picture(),
                          headers={"Content-Type": "image/jpeg"})
    if answer.status_code == 201:
        got = session.get(f"/v1/images/{answer.json()['id']}/variants/h200")
        assert got.status_code == 200
        assert got.headers["Content-Disposition"].isprintable()
        answer = got
    else:
        assert answer.status_code in (400, 422)
    assert not {"X-Injected", "Set-Cookie"} & set(answer.headers)


def test_a_header_for_proxies_is_no_identity(service):
    """Neither Host nor X-Forwarded-* decides what URLs are handed out."""
    session = service.session("premium")
    image = session.post("/v1/images", files={"image": picture()}, headers={
        "Host": "evil.example", "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"})
    assert image.status_code == 201
    assert "evil" not in image.text + image.headers["Location"]
