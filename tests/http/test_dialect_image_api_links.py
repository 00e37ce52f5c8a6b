"""A client of image_api hands out links that expire; and what else its service
answers."""

import hashlib
import hmac
import time

import pytest

from api import check_conditions, new_id, new_user, problem
from dialect import web_tokens, with_dialects
from image_api import (FORBIDDEN, NO_NUMBER, NO_UUID, NULL, REQUIRED, ask_link,
                       client, decoded, encoded, images, owner, refused, ring,
                       signed_in, uploaded)
from pictures import picture
from service import HANG, wait_until


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
    assert seconds - HANG < int(age) <= seconds
    part = service.session().get(link["url"],
                                 headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, data[10:20])
    assert service.session().head(link["url"]).status_code == 200
    check_conditions(service.session(), link["url"])
    shared = link["url"] + "?fbclid=a&fbclid=b"
    assert service.session().get(shared).status_code == 200


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
    """The answer does not say that another user's exists."""
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
