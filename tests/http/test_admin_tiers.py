"""Tiers, as administrators make and change them."""

import json
import os

import pytest

from api import (invalid, list_of, make_token, new_user, post_picture,
                 problem, set_tier, upload)
from pictures import picture

TIERS = "/v1/admin/tiers"
FIELDS = ["id", "name", "sizes", "any_size", "max_side", "original", "links",
          "public", "link_min", "link_max", "max_bytes", "max_pixels",
          "max_enlarged_pixels", "quota_bytes", "uploads_per_day",
          "requests_per_minute", "priority", "retention_days", "fetch",
          "max_fetches", "max_pending_seconds", "animated", "formats",
          "exif", "watermark"]


@pytest.fixture
def admin(service):
    return service.session("admin")


def new_name():
    return "t" + os.urandom(6).hex()


def make_tier(admin, **fields):
    answer = admin.post(TIERS, json={"name": new_name(), **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def audit_of(service, subject):
    return service.query(
        "SELECT actor, action, detail, address FROM audit WHERE subject = %s"
        " ORDER BY id", subject)


def test_the_built_in_tiers_are_listed(admin):
    """GET /v1/admin/tiers: newest first, each with every field."""
    items = list_of(admin, TIERS)
    tiers = {tier["name"]: tier for tier in items}
    for tier in tiers.values():
        assert list(tier) == FIELDS
    assert [tier["id"] for tier in items] == sorted(
        (tier["id"] for tier in items), reverse=True)
    assert tiers["Premium"]["sizes"] == ["h200", "h400"]
    assert tiers["Premium"]["original"] is True
    assert tiers["Basic"]["requests_per_minute"] is None
    assert tiers["Anonymous"]["requests_per_minute"] == 60
    assert tiers["Anonymous"]["retention_days"] == 1
    assert tiers["Anonymous"]["max_fetches"] == 100
    assert tiers["Enterprise"]["max_fetches"] is None
    assert tiers["Enterprise"]["formats"][:2] == ["jpeg", "png"]
    assert tiers["Enterprise"]["priority"] == "normal"


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_tiers_come_in_pages(admin, limit):
    """Each once, whatever the limit; Link says what `next` does."""
    whole = list_of(admin, TIERS)
    assert len(whole) >= 4
    assert list_of(admin, f"{TIERS}?limit={limit}") == whole
    first = admin.get(f"{TIERS}?limit={limit}")
    assert len(first.json()["items"]) == min(limit, len(whole))
    assert (first.links["next"]["url"] if "next" in first.links else None
            ) == first.json()["next"]
    invalid(admin.get(f"{TIERS}?limit=0"), "limit")
    invalid(admin.get(f"{TIERS}?cursor=x"), "cursor")


def test_a_tier_is_made_shown_changed_and_deleted(service, admin):
    """POST /v1/admin/tiers, then GET /v1/admin/tiers/{id},
    PATCH /v1/admin/tiers/{id} and DELETE /v1/admin/tiers/{id}."""
    name = new_name()
    answer = admin.post(TIERS, json={"name": name, "sizes": ["w100"],
                                     "links": True, "max_bytes": 5000})
    assert answer.status_code == 201, answer.text
    tier = answer.json()
    assert list(tier) == FIELDS
    assert (tier["sizes"], tier["links"], tier["max_bytes"]) == \
        (["w100"], True, 5000)
    assert (tier["any_size"], tier["max_side"], tier["quota_bytes"]) == \
        (False, 8192, None)
    path = f"{TIERS}/{tier['id']}"
    assert answer.headers["Location"] == service.url + path
    assert admin.get(path).json() == tier

    change = {"name": name + "x", "sizes": [], "any_size": True,
              "max_bytes": None, "quota_bytes": 0, "priority": "high",
              "formats": ["png"], "retention_days": 30}
    answer = admin.patch(path, json=change)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {**tier, **change} == admin.get(path).json()
    assert admin.patch(path, json={}).json() == answer.json()

    assert admin.delete(path).status_code == 204
    problem(admin.get(path), 404, "not_found")
    problem(admin.patch(path, json={}), 404, "not_found")
    problem(admin.delete(path), 404, "not_found")


def test_changes_of_tiers_are_in_the_audit(service, admin):
    """Who, what, with which fields, and from where; what failed is not."""
    tier = make_tier(admin, links=True)
    path = f"{TIERS}/{tier['id']}"
    admin.patch(path, json={"max_side": 100})
    invalid(admin.patch(path, json={"max_side": 0}), "max_side")
    problem(admin.post(TIERS, json={"name": tier["name"]}), 409, "conflict")
    admin.delete(path)
    lines = audit_of(service, tier["name"])
    assert [line[1] for line in lines] == ["tier.add", "tier.set",
                                           "tier.delete"]
    assert {(line[0], line[3]) for line in lines} == {("admin", "127.0.0.1")}
    assert json.loads(lines[0][2]) == {"name": tier["name"], "links": True}
    assert json.loads(lines[1][2]) == {"max_side": 100}


def test_a_change_holds_from_the_next_request_on(service, admin):
    tier = make_tier(admin, sizes=["h50"], max_bytes=1 << 20)
    session = new_user(service)
    set_tier(service, session, tier["name"])
    image = upload(session)
    assert [v["variant"] for v in image["variants"]] == ["h50"]
    assert image["original"] is None
    assert admin.patch(f"{TIERS}/{tier['id']}", json={
        "original": True, "formats": ["png"]}).status_code == 200
    image = session.get("/v1/images/" + image["id"]).json()
    assert session.get(image["original"]["url"]).content == picture()
    problem(post_picture(session), 415, "unsupported_format")


def test_a_tier_in_use_stays(service, admin):
    """409 conflict, from pixtierctl too; when its users have another, it may
    go."""
    tier = make_tier(admin)
    path = f"{TIERS}/{tier['id']}"
    session = new_user(service)
    set_tier(service, session, tier["name"])
    said = problem(admin.delete(path), 409, "conflict")
    assert "users" in said["detail"]
    done = service.ctl("tier", "delete", tier["name"], check=False)
    assert done.returncode == 1 and "has users" in done.stderr
    assert admin.get(path).status_code == 200
    assert [line[1] for line in audit_of(service, tier["name"])] == \
        ["tier.add"]

    set_tier(service, session, "Basic")
    service.ctl("tier", "delete", tier["name"])
    problem(admin.get(path), 404, "not_found")
    (actor, action, _, address), = \
        audit_of(service, tier["name"])[1:]
    assert actor.startswith("pixtierctl (")
    assert (action, address) == ("tier.delete", "")


@pytest.mark.parametrize("fields, field", [
    ({"name": ""}, "name"), ({"name": None}, "name"), ({"name": 1}, "name"),
    ({"name": "x" * 65}, "name"), ({"name": "a\nb"}, "name"),
    ({"sizes": "h200"}, "sizes"), ({"sizes": ["h0200"]}, "sizes"),
    ({"sizes": ["h200 h400"]}, "sizes"), ({"sizes": ["none"]}, "sizes"),
    ({"sizes": ["h200", "h200"]}, "sizes"), ({"sizes": None}, "sizes"),
    ({"sizes": [200]}, "sizes"), ({"sizes": ["h9000"]}, "sizes"),
    ({"sizes": [f"h{i + 1}" for i in range(33)]}, "sizes"),
    ({"any_size": "yes"}, "any_size"), ({"any_size": None}, "any_size"),
    ({"max_side": None}, "max_side"), ({"max_side": 16384}, "max_side"),
    ({"max_side": "100"}, "max_side"), ({"link_min": 40000}, "link_min"),
    ({"max_bytes": 0}, "max_bytes"), ({"max_bytes": 2 ** 53}, "max_bytes"),
    ({"priority": 1}, "priority"), ({"priority": "urgent"}, "priority"),
    ({"formats": []}, "formats"), ({"formats": ["svg"]}, "formats"),
    ({"retention_days": 0}, "retention_days"),
])
def test_a_tier_is_described_properly(admin, fields, field):
    answer = admin.post(TIERS, json={"name": new_name(), **fields})
    invalid(answer, field)
    invalid(admin.post(TIERS, json={}), "name")


def test_unknown_fields_are_refused(admin):
    tier = make_tier(admin)
    for fields in ({"colour": "red"}, {"id": tier["id"]}, {"Links": True}):
        problem(admin.post(TIERS, json={"name": new_name(), **fields}),
                400, "unknown_field")
        problem(admin.patch(f"{TIERS}/{tier['id']}", json=fields),
                400, "unknown_field")
    problem(admin.get(TIERS + "?colour=red"), 400, "unknown_field")
    assert admin.get(f"{TIERS}/{tier['id']}").json() == tier


def test_two_changes_at_once_are_both_made(service, admin):
    """Each changes its own field only."""
    from concurrent.futures import ThreadPoolExecutor
    tier = make_tier(admin)
    path = f"{TIERS}/{tier['id']}"
    changes = [{"max_bytes": 7}, {"max_pixels": 8}, {"quota_bytes": 9},
               {"links": True}, {"sizes": ["h7"]}, {"animated": True}]
    with ThreadPoolExecutor(len(changes)) as pool:
        answers = list(pool.map(
            lambda fields: service.session("admin").patch(path, json=fields),
            changes))
    assert {answer.status_code for answer in answers} == {200}
    now = admin.get(path).json()
    for fields in changes:
        assert fields.items() <= now.items()


def test_only_administrators_see_tiers(service, admin):
    """401 without an identity, 403 forbidden for others and for tokens
    without the scope admin."""
    path = f"{TIERS}/{make_tier(admin)['id']}"
    problem(service.session().get(TIERS), 401, "unauthenticated")
    reader = service.session(token=make_token(admin, scopes=["read", "write",
                                                             "link"])["token"])
    for session in (service.session("enterprise"), reader):
        for answer in (session.get(TIERS), session.get(path),
                       session.post(TIERS, json={"name": new_name()}),
                       session.patch(path, json={"links": True}),
                       session.delete(path)):
            problem(answer, 403, "forbidden")
    token = service.session(token=make_token(admin, scopes=["admin"])["token"])
    assert token.get(path).status_code == 200
