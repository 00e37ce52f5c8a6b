"""Links: each client that has one may look, as long as it lasts."""

import string
import time

import pytest

from api import check_conditions, invalid, links_of, new_user, problem, upload
from pictures import decode, picture
from service import HANG, wait_until, wait_within

BASE64URL = string.ascii_letters + string.digits + "-_"


def make_link(session, image, **fields):
    answer = session.post(links_of(image), json={"expires_in": 300, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("seconds", [300, 30000])
def test_a_link_is_open_to_all_until_it_expires(service, seconds):
    """POST /v1/images/{id}/links: 201 within the tier's bounds; then
    GET /l/{token}/{filename} needs no identity."""
    session = service.session("enterprise")
    data = picture()
    image = upload(session, data, "puffin.jpg")
    answer = session.post(links_of(image), json={"expires_in": seconds})
    link = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == link["url"]
    assert link["variant"] == "original"
    assert link["url"].startswith(service.url + "/l/")
    assert link["url"].endswith("/puffin.jpg")
    lasts = time.mktime(time.strptime(link["expires_at"],
                                      "%Y-%m-%dT%H:%M:%SZ"))
    assert abs(lasts - time.mktime(time.gmtime()) - seconds) < HANG

    got = service.session().get(link["url"])
    assert (got.status_code, got.content) == (200, data)
    assert got.headers["Content-Type"] == "image/jpeg"
    assert got.headers["Content-Disposition"].startswith(
        'inline; filename="puffin.jpg"')
    kind, age = got.headers["Cache-Control"].split(", max-age=")
    assert kind == "private" and seconds - HANG < int(age) <= seconds


def test_a_link_serves_parts_and_heads(service):
    data = picture()
    session = service.session("enterprise")
    url = make_link(session, upload(session, data))["url"]
    nobody = service.session()
    part = nobody.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, data[10:20])
    head = nobody.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(data))
    seen = nobody.get(url, headers={"If-None-Match": head.headers["ETag"]})
    assert seen.status_code == 304


def test_a_link_obeys_the_conditions_of_a_request(service):
    session = service.session("enterprise")
    image = upload(session)
    check_conditions(service.session(), make_link(session, image)["url"])
    check_conditions(service.session(), image["variants"][0]["url"])


SHARED = ["fbclid=a", "utm_source=a&utm_source=b", "=", "a=%zz",
          "&".join(f"p{i}" for i in range(80))]


@pytest.mark.parametrize("query", SHARED)
def test_a_shared_link_keeps_what_was_appended(service, query):
    """Sites where people share a link append parameters of their own."""
    session = service.session("enterprise")
    image = upload(session)
    for url in (make_link(session, image)["url"], image["variants"][0]["url"]):
        assert service.session().get(f"{url}?{query}").status_code == 200
    assert session.get("/v1/me?" + query).status_code == 400


def test_a_link_may_be_to_a_thumbnail(service):
    session = service.session("enterprise")
    url = make_link(session, upload(session), variant="h200")["url"]
    assert decode(service.session().get(url).content).size == (267, 200)


@pytest.mark.parametrize("seconds", [299, 30001, 0, -1, 2**63, "300", 300.5,
                                     None, True])
def test_a_link_lasts_as_long_as_the_tier_says(service, seconds):
    session = service.session("enterprise")
    said = invalid(session.post(links_of(upload(session)),
                                json={"expires_in": seconds}), "expires_in")
    assert "from 300 to 30000" in said["detail"]


def test_a_link_needs_its_fields(service):
    session = service.session("enterprise")
    path = links_of(upload(session))
    invalid(session.post(path, json={}), "expires_in")
    invalid(session.post(path, json={"expires_in": 300, "variant": "x"}),
            "variant")
    problem(session.post(path, json={"expires_in": 300, "expires": 1}),
            400, "unknown_field")
    problem(session.post(path, json={"expires_in": 300, "variant": "h100"}),
            403, "tier_forbids")


@pytest.mark.parametrize("user", ["basic", "premium"])
def test_other_tiers_have_no_links(service, user):
    session = service.session(user)
    image = upload(session)
    assert image["may_link"] is False
    problem(session.post(links_of(image), json={"expires_in": 300}),
            403, "tier_forbids")


def changed_tokens(token):
    """The token with one character changed, for each and in some ways, and
    with some cut off or added."""
    for i, character in enumerate(token):
        at = BASE64URL.index(character)
        for step in (1, 2, 16, 32, 63):
            yield token[:i] + BASE64URL[(at + step) % 64] + token[i + 1:]
        yield token[:i] + token[i + 1:]
    for end in ("A", "=", "==", ".", "%20", "AAAA"):
        yield token + end
    yield token.swapcase()


def test_a_changed_link_is_no_link(service):
    """403 bad_signature, whichever character was changed."""
    session = service.session("enterprise")
    image = upload(session)
    nobody = service.session()
    display = image["variants"][0]["url"]
    for url in (make_link(session, image)["url"], display):
        token, filename = url.removeprefix(service.url + "/l/").split("/")
        assert nobody.get(url).status_code == 200
        for other in changed_tokens(token):
            answer = nobody.get(f"/l/{other}/{filename}")
            assert answer.status_code == 403, other
        problem(answer, 403, "bad_signature")
        for other in ("other.jpg", "P" + filename[1:], filename + "x", "x"):
            problem(nobody.get(f"/l/{token}/{other}"), 403, "bad_signature")


def test_parts_of_two_links_make_no_third(service):
    session = service.session("enterprise")
    mine, its = (make_link(session, upload(session))["url"].split("/")
                 for _ in range(2))
    assert len(mine[-2]) == len(its[-2])
    for cut in range(4, len(mine[-2]) - 4, 4):
        mixed = mine[-2][:cut] + its[-2][cut:]
        if mixed not in (mine[-2], its[-2]):
            answer = service.session().get(f"/l/{mixed}/{mine[-1]}")
            problem(answer, 403, "bad_signature")


def test_a_link_ends(service):
    """410 link_expired, from the second in expires_at."""
    session = new_user(service, link_min=1)
    image = upload(session)
    url = make_link(session, image, expires_in=1)["url"]
    wait_until(lambda: service.session().get(url).status_code != 200)
    problem(service.session().get(url), 410, "link_expired")


def test_a_revoked_link_ends_everywhere(service):
    """DELETE /v1/links/{id}: 410 link_revoked after 2 s at most, whichever
    process answers; other links live on."""
    session = service.session("enterprise")
    image = upload(session)
    link, other = make_link(session, image), make_link(session, image)
    nobody = service.session()
    for _ in range(20):
        assert nobody.get(link["url"]).status_code == 200
    answer = session.delete("/v1/links/" + link["id"])
    assert (answer.status_code, answer.content) == (204, b"")
    wait_within(2, lambda: {nobody.get(link["url"]).status_code
                            for _ in range(20)} == {410})
    for _ in range(20):
        problem(nobody.get(link["url"]), 410, "link_revoked")
    assert nobody.get(other["url"]).status_code == 200
    assert session.delete("/v1/links/" + link["id"]).status_code == 204


def test_links_of_an_image_are_listed(service):
    """GET /v1/images/{id}/links: without their URLs, which are secrets."""
    session = service.session("enterprise")
    image = upload(session)
    assert session.get(links_of(image)).json() == {"items": [], "next": None}
    made = [make_link(session, image, variant=variant)
            for variant in ("original", "h200", "h400")][::-1]
    session.delete("/v1/links/" + made[0]["id"])

    first = session.get(links_of(image) + "?limit=2").json()
    rest = session.get(first["next"]).json()
    items = first["items"] + rest["items"]
    assert rest["next"] is None
    for item, link in zip(items, made):
        assert item["id"] == link["id"]
        assert item["variant"] == link["variant"]
        assert item["expires_at"] == link["expires_at"]
        assert "url" not in item
    assert [bool(item["revoked_at"]) for item in items] == \
        [True, False, False]


def test_a_link_is_its_makers(service):
    session = service.session("enterprise")
    link = make_link(session, upload(session))
    for user in ("premium", "admin"):
        problem(service.session(user).delete("/v1/links/" + link["id"]),
                404, "not_found")
    problem(session.delete("/v1/links/none"), 404, "not_found")
    assert service.session().get(link["url"]).status_code == 200


def test_the_urls_in_answers_can_be_cached(service):
    """They stay the same for a while, and need no identity."""
    session = service.session("premium")
    path = "/v1/images/" + upload(session)["id"]
    shown = [session.get(path).json()["variants"] for _ in range(3)]
    assert shown[0] == shown[1] or shown[1] == shown[2]
    answer = service.session().get(shown[2][0]["url"])
    assert answer.status_code == 200
    age = int(answer.headers["Cache-Control"].split("max-age=")[1])
    ttl = 3600
    assert ttl <= age + 5 and age <= 2 * ttl, "the setting display_ttl"
