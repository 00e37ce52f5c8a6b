"""Pages of other origins: what browsers let them do with the API."""

import pytest

from api import is_back, new_user, problem, upload, variant_of
from service import wait_until

OURS = "https://www.example.org"
ALSO = "http://localhost:3000"
OTHER = "https://www.example.net"


def preflight(service, path="/v1/images", origin=OURS, method="POST"):
    return service.session().options(path, headers={
        "Origin": origin, "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization, idempotency-key"})


def cors(answer):
    return {name: value for name, value in answer.headers.items()
            if name.lower().startswith("access-control-")}


def test_no_other_origin_is_let_in(service):
    """Unless the setting says so."""
    answer = preflight(service)
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"]
    assert not cors(answer)
    answer = service.session("basic").get("/v1/me", headers={"Origin": OURS})
    assert answer.status_code == 200
    assert not cors(answer) and "Vary" not in answer.headers


@pytest.fixture(scope="module")
def open_to(service):
    """The responders, for pages of two origins."""
    service.restart("fcgi", cors_origins=f"{OURS} {ALSO}")
    yield service
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


@pytest.mark.parametrize("origin", [OURS, ALSO])
@pytest.mark.parametrize("path, methods", [
    ("/v1/images", {"POST", "GET", "HEAD"}),
    ("/v1/me/password", {"PUT"}),
    ("/v1/images/any/variants/h200", {"GET", "HEAD"}),
    ("/v1/images/any", {"GET", "HEAD", "PATCH", "DELETE"}),
])
def test_a_browser_asks_first(open_to, origin, path, methods):
    """The setting cors_origins: 204 for every path that there is."""
    answer = preflight(open_to, path, origin)
    assert answer.status_code == 204 and not answer.content
    said = cors(answer)
    assert said["Access-Control-Allow-Origin"] == origin
    assert set(said["Access-Control-Allow-Methods"].split(", ")) == methods
    headers = said["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type", "idempotency-key",
            "cache-control", "x-requested-with"} <= set(headers)
    assert int(said["Access-Control-Max-Age"]) > 0
    assert "Access-Control-Allow-Credentials" not in said
    assert "Origin" in answer.headers["Vary"]


def test_what_is_no_preflight_gets_what_it_did(open_to):
    problem(preflight(open_to, origin=OTHER), 405, "method_not_allowed")
    assert not cors(preflight(open_to, origin=OTHER))
    problem(preflight(open_to, origin="https://www.example.or"), 405,
            "method_not_allowed")
    problem(preflight(open_to, origin=f"{OURS} {ALSO}"), 405,
            "method_not_allowed")
    problem(open_to.session().options("/v1/images", headers={"Origin": OURS}),
            405, "method_not_allowed")
    problem(preflight(open_to, "/v1/nothing"), 404, "not_found")


def test_answers_can_be_read_by_those_origins_only(open_to):
    """Errors and pictures too; caches tell origins apart."""
    session = new_user(open_to)
    image = upload(session)
    for path, status in (("/v1/me", 200), ("/v1/images/none", 404),
                         (variant_of(image, "h200"), 200),
                         (image["variants"][0]["url"], 200)):
        answer = session.get(path, headers={"Origin": OURS})
        assert answer.status_code == status
        assert cors(answer)["Access-Control-Allow-Origin"] == OURS
        assert "Origin" in answer.headers["Vary"]
        exposed = cors(answer)["Access-Control-Expose-Headers"].split(", ")
        assert {"ETag", "Link", "RateLimit", "Retry-After"} <= set(exposed)
        for headers in ({"Origin": OTHER}, {}):
            answer = session.get(path, headers=headers)
            assert answer.status_code == status
            assert not cors(answer)
            assert "Origin" in answer.headers["Vary"]


def test_all_origins_can_be_let_in(service):
    service.restart("fcgi", cors_origins="*")
    try:
        for answer in (preflight(service, origin=OTHER),
                       service.session("basic").get(
                           "/v1/me", headers={"Origin": OTHER})):
            assert answer.status_code in (200, 204)
            assert cors(answer)["Access-Control-Allow-Origin"] == "*"
    finally:
        service.restart("fcgi")
        wait_until(lambda: is_back(service))
