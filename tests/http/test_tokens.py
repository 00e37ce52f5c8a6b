"""Tokens: for scripts, with less than their maker may do."""

import uuid

import pytest

from api import invalid, make_token, new_user, problem, upload
from service import wait_until


def me(session):
    return session.get("/v1/me")


def test_tokens_are_made_listed_and_deleted(service):
    """POST /v1/tokens, GET /v1/tokens, DELETE /v1/tokens/{id}: the secret is
    shown once, and kept nowhere."""
    session = new_user(service)
    tokens = [make_token(session, name=name) for name in "abc"]
    assert all(t["token"].startswith("px_") and len(t["token"]) == 46
               for t in tokens)
    assert me(service.session(token=tokens[0]["token"])).status_code == 200

    page = session.get("/v1/tokens?limit=2").json()
    items = page["items"] + session.get(page["next"]).json()["items"]
    assert [item["name"] for item in items] == ["c", "b", "a"]
    assert not any("token" in item for item in items)
    assert items[0]["last_used_at"] is None and items[2]["last_used_at"]
    kept = str(service.query("SELECT name, HEX(hash), hash FROM tokens"))
    assert tokens[0]["token"] not in kept

    path = "/v1/tokens/" + tokens[0]["id"]
    problem(service.session("admin").delete(path), 404, "not_found")
    assert session.delete(path).status_code == 204
    problem(me(service.session(token=tokens[0]["token"])),
            401, "unauthenticated")
    problem(session.delete(path), 404, "not_found")
    problem(session.delete(f"/v1/tokens/{uuid.uuid4()}"), 404, "not_found")
    assert me(service.session(token=tokens[1]["token"])).status_code == 200


def test_a_token_may_expire(service):
    made = make_token(service.session("basic"), expires_in=1)
    assert made["expires_at"] > made["created_at"]
    session = service.session(token=made["token"])
    assert me(session).status_code == 200
    wait_until(lambda: me(session).status_code != 200)
    problem(me(session), 401, "unauthenticated")
    assert make_token(service.session("basic"))["expires_at"] is None


def test_a_token_does_what_its_scopes_say(service):
    """403 forbidden for the rest: read, write and link are three things."""
    session = service.session("enterprise")
    image = "/v1/images/" + upload(session)["id"]
    requests_by_scope = {
        "read": lambda who: who.get(image),
        "write": lambda who: who.patch(image, json={"name": "a.jpg"}),
        "link": lambda who: who.post(image + "/links",
                                     json={"expires_in": 300}),
    }
    for scope in requests_by_scope:
        token = make_token(session, scopes=[scope])
        assert token["scopes"] == [scope]
        who = service.session(token=token["token"])
        for needed, ask in requests_by_scope.items():
            if needed == scope:
                assert ask(who).status_code < 300
            else:
                assert scope in problem(ask(who), 403, "forbidden")["detail"]
    assert make_token(session)["scopes"] == ["read", "write", "link"]


def test_a_token_makes_no_mightier_one(service):
    session = service.session("basic")
    writer = service.session(
        token=make_token(session, scopes=["write"])["token"])
    for scopes in (["read"], ["write", "link"], ["admin"]):
        problem(writer.post("/v1/tokens", json={"name": "a",
                                                "scopes": scopes}),
                403, "forbidden")
    assert make_token(writer)["scopes"] == ["write"]
    problem(session.post("/v1/tokens", json={"name": "a",
                                             "scopes": ["admin"]}),
            403, "forbidden")
    assert make_token(service.session("admin"),
                      scopes=["admin"])["scopes"] == ["admin"]


@pytest.mark.parametrize("fields, field", [
    ({"name": ""}, "name"), ({"name": "a" * 65}, "name"), ({}, "name"),
    ({"name": "a", "expires_in": 0}, "expires_in"),
    ({"name": "a", "expires_in": "1"}, "expires_in"),
    ({"name": "a", "scopes": []}, "scopes"),
    ({"name": "a", "scopes": "read"}, "scopes"),
    ({"name": "a", "scopes": ["reed"]}, "scopes"),
])
def test_a_token_is_asked_for_properly(service, fields, field):
    invalid(service.session("basic").post("/v1/tokens", json=fields), field)
