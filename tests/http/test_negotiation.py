"""Negotiation: clients that can show WebP get it, where the setting is on."""

import pytest

from api import is_back, new_user, problem, upload, variant_of
from pictures import check_quarters, decode, picture
from service import wait_until

BROWSER = {"Accept": "image/avif,image/webp,image/apng,image/*,*/*;q=0.8"}


def look(session, image, name="h200", headers=BROWSER):
    return session.get(variant_of(image, name), headers=headers)


def test_without_the_setting_accept_decides_nothing(service):
    session = service.session("basic")
    answer = look(session, upload(session))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "Accept" not in answer.headers.get("Vary", "").split(", ")


@pytest.fixture(scope="module")
def negotiating(service):
    """The responders, with the setting negotiate."""
    service.restart("fcgi", negotiate="on")
    yield service
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_who_accepts_webp_gets_it(negotiating, format):
    """Made at its first use; Vary says so to caches."""
    session = new_user(negotiating, "Basic")
    image = upload(session, picture(format=format))
    for _ in range(2):
        answer = look(session, image)
        assert answer.headers["Content-Type"] == "image/webp"
        assert "Accept" in answer.headers["Vary"]
        assert ".webp" in answer.headers["Content-Disposition"]
        made = decode(answer.content)
        assert made.format == "WEBP" and made.size == (267, 200)
        check_quarters(made)
    for accept in ("*/*", "image/*", "image/webp;q=0", "image/png"):
        answer = look(session, image, headers={"Accept": accept})
        assert decode(answer.content).format == format
        assert "Accept" in answer.headers["Vary"]
    seen = session.get("/v1/images/" + image["id"]).json()["variants"]
    assert [one["variant"] for one in seen] == ["h200"]


def test_only_what_the_tier_has_is_negotiated(negotiating):
    session = new_user(negotiating, "Basic")
    image = upload(session)
    problem(look(session, image, "h400"), 403, "tier_forbids")
    problem(look(session, image, "h200.webp"), 403, "tier_forbids")
    problem(look(new_user(negotiating), image), 404, "not_found")


def test_other_formats_and_originals_stay_as_they_are(negotiating):
    session = new_user(negotiating, any_size=True)
    image = upload(session, picture(format="GIF"))
    answer = look(session, image)
    assert decode(answer.content).format == "GIF"
    assert "Accept" not in answer.headers.get("Vary", "").split(", ")
    image = upload(session)
    for name in ("original", "h200.jpeg"):
        assert decode(look(session, image, name).content).format == "JPEG"
