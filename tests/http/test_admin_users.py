"""Users, as administrators make, change and remove them; and the audit."""

import json
import os
import threading

import pytest

from api import (at_once, invalid, make_token, new_user, post_picture,
                 problem, upload, without)
from service import wait_until

USERS = "/v1/admin/users"
AUDIT = "/v1/admin/audit"
FIELDS = ["id", "username", "email", "tier", "is_admin", "disabled",
          "created_at", "disabled_at", "usage"]
LATER = {"Prefer": "respond-async"}


@pytest.fixture
def admin(service):
    return service.session("admin")


def new_name():
    return "u" + os.urandom(6).hex()


def make_user(service, admin, **fields):
    """A user made through the API; its session works."""
    name = new_name()
    password = service.passwords[name] = os.urandom(9).hex()
    answer = admin.post(USERS, json={"username": name, "password": password,
                                     "tier": "Premium", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def path_of(user):
    return f"{USERS}/{user['id']}"


def id_of(service, name):
    (key,), = service.query(
        "SELECT id FROM users WHERE username = %s", name)
    return f"{key.hex()[:8]}-{key.hex()[8:12]}-{key.hex()[12:16]}-" \
           f"{key.hex()[16:20]}-{key.hex()[20:]}"


def me(session):
    return session.get("/v1/me")


def lines_about(admin, subject, **query):
    items = []
    answer = admin.get(AUDIT, params={"limit": 100, **query}).json()
    while True:
        items += [item for item in answer["items"]
                  if item["subject"] == subject]
        if not answer["next"]:
            return items[::-1]
        answer = admin.get(answer["next"]).json()


### Making and changing

def test_a_user_is_made_and_shown(service, admin):
    """POST /v1/admin/users and GET /v1/admin/users/{id}."""
    name = new_name()
    answer = admin.post(USERS, json={
        "username": name, "password": "a pass phrase", "tier": "Premium",
        "email": "puffin@example.org"})
    assert answer.status_code == 201, answer.text
    user = answer.json()
    assert list(user) == FIELDS
    assert (user["username"], user["email"], user["tier"]) == \
        (name, "puffin@example.org", "Premium")
    assert user["is_admin"] is user["disabled"] is False
    assert user["created_at"] and user["disabled_at"] is None
    assert answer.headers["Location"] == service.url + path_of(user)
    assert admin.get(path_of(user)).json() == user

    service.passwords[name] = "a pass phrase"
    session = service.session(name)
    image = upload(session)
    assert admin.get(path_of(user)).json()["usage"] == {
        "images": 1, "bytes": image["bytes"], "uploads_today": 1}
    problem(admin.post(USERS, json={
        "username": name, "password": "a pass phrase", "tier": "Basic"}),
        409, "conflict")
    assert [line["action"] for line in lines_about(admin, name)] == \
        ["user.add"]


def test_users_are_listed(service, admin):
    """GET /v1/admin/users: newest first, in pages."""
    made = [make_user(service, admin)["id"] for _ in range(3)][::-1]
    page = admin.get(USERS + "?limit=2")
    assert page.headers["Link"] == f'<{page.json()["next"]}>; rel="next"'
    rest = admin.get(page.json()["next"]).json()
    items = page.json()["items"] + rest["items"]
    assert [user["id"] for user in items[:3]] == made
    assert all(list(user) == FIELDS for user in items)
    assert not any("password" in str(user) for user in items)


def test_users_are_found(service, admin):
    """GET /v1/admin/users?name=&tier=&disabled=, alone and together, and
    pixtierctl user list."""
    made = [make_user(service, admin, tier=tier)
            for tier in ("Basic", "Premium", "Premium")]
    odd = new_name() + "_x"
    service.add_user(odd, "Basic")
    admin.patch(path_of(made[2]), json={"disabled": True})
    ids = {user["id"]: user["username"] for user in made}

    def listed(**query):
        found, answer = [], admin.get(USERS, params={"limit": 100, **query})
        while answer is not None:
            assert answer.status_code == 200, answer.text
            found += answer.json()["items"]
            following = answer.json()["next"]
            answer = admin.get(following) if following else None
        words = [word for name, value in query.items() for word in
                 (f"--{name}", {"true": "yes", "false": "no"}.get(value,
                                                                  value))]
        printed = service.ctl("--json", "user", "list", *words).stdout
        assert [user["id"] for user in json.loads(printed)] == \
            [user["id"] for user in found]
        return found

    def names(**query):
        return [user["username"] for user in listed(**query)]

    first, second, third = ids.values()
    assert names(name=first[3:]) == [first]
    assert names(name=odd[3:]) == names(name=odd.upper()) == [odd]
    assert names(name=odd[3:-2] + "%x") == []
    assert names(name=odd.replace("_", "-")) == []
    premium = listed(tier="Premium")
    assert {user["tier"] for user in premium} == {"Premium"}
    assert [user["username"] for user in premium
            if user["id"] in ids] == [third, second]
    assert third in names(disabled="true")
    assert not {first, second, odd} & set(names(disabled="true"))
    assert {first, second, odd} <= set(names(disabled="false"))
    assert names(name=third[:9], tier="Premium", disabled="true") == [third]
    assert names(name=third[:9], tier="Premium", disabled="false") == []

    invalid(admin.get(USERS + "?tier=Golden"), "tier")
    invalid(admin.get(USERS + "?disabled=yes"), "disabled")
    page = admin.get(USERS + "?tier=Premium&limit=1").json()
    assert admin.get(page["next"]).json()["items"][0]["tier"] == "Premium"
    for words, status, why in (
            (("--tier", "Golden"), 1, "Golden"),
            (("--disabled", "true"), 2, "yes or no"),
            (("--email", "x"), 2, "--email")):
        done = service.ctl("user", "list", *words, check=False)
        assert (done.returncode, why in done.stderr) == (status, True)


def test_a_user_is_changed(service, admin):
    """PATCH /v1/admin/users/{id}: each field alone or several at once."""
    user = make_user(service, admin)
    session = service.session(user["username"])
    path = path_of(user)
    answer = admin.patch(path, json={"tier": "Enterprise",
                                     "email": "a@example.org"})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {**user, "tier": "Enterprise",
                             "email": "a@example.org"}
    assert me(session).json()["tier"]["name"] == "Enterprise"
    assert admin.patch(path, json={"email": None}).json()["email"] is None
    assert admin.patch(path, json={}).status_code == 200
    lines = lines_about(admin, user["username"])
    assert {(line["actor"], line["address"]) for line in lines} == \
        {("admin", "127.0.0.1")}
    assert sorted((line["action"], line["detail"]) for line in lines) == [
        ("user.add", "tier Premium"), ("user.email", ""),
        ("user.email", "a@example.org"), ("user.tier", "Enterprise")]


def test_a_user_gets_another_name(service, admin):
    """PATCH /v1/admin/users/{id} with username: tokens and sessions stay, and
    the old name is free; the audit has both."""
    user = make_user(service, admin)
    old, new = user["username"], new_name()
    session, browser = service.session(old), service.session()
    token = service.session(token=make_token(session)["token"])
    assert browser.post("/v1/login", json={
        "username": old, "password": service.passwords[old]}).ok
    for name in (new, new, new.upper()):
        shown = admin.patch(path_of(user), json={"username": name})
        assert shown.status_code == 200, shown.text
        assert shown.json() == {**user, "username": name}
    problem(me(session), 401, "wrong_credentials")
    session.auth = (new, service.passwords[old])
    for client in (session, token, browser):
        assert me(client).json()["username"] == new.upper()
    assert [(line["action"], line["detail"])
            for line in lines_about(admin, old)][-1] == ("user.username", new)
    again = admin.post(USERS, json={"username": old, "tier": "Basic",
                                    "password": "a pass phrase"})
    assert again.status_code == 201
    said = problem(admin.patch(path_of(user), json={"username": old}), 409,
                   "conflict")
    assert f'"{old}" is in use' in said["detail"]
    anonymous = f"{USERS}/{id_of(service, 'anonymous')}"
    said = problem(admin.patch(anonymous, json={"username": new}), 409,
                   "conflict")
    assert "keeps its name" in said["detail"]


def test_a_disabled_user_is_out_at_once(service, admin):
    user = make_user(service, admin)
    session = service.session(user["username"])
    token = service.session(token=make_token(session)["token"])
    assert me(session).status_code == me(token).status_code == 200
    shown = admin.patch(path_of(user), json={"disabled": True}).json()
    assert shown["disabled"] is True and shown["disabled_at"]
    problem(me(session), 401, "wrong_credentials")
    problem(me(token), 401, "unauthenticated")
    again = admin.patch(path_of(user), json={"disabled": True}).json()
    assert again["disabled_at"] == shown["disabled_at"]
    shown = admin.patch(path_of(user), json={"disabled": False}).json()
    assert shown["disabled"] is False and shown["disabled_at"] is None
    assert me(session).status_code == me(token).status_code == 200


def test_a_reset_password_ends_sessions(service, admin):
    """The old one opens nothing, nor does a browser's session; and no log or
    audit has the new one."""
    user = make_user(service, admin)
    name, old = user["username"], service.passwords[user["username"]]
    browser = service.session()
    assert browser.post("/v1/login", json={
        "username": name, "password": old}).status_code == 200
    assert me(browser).status_code == 200
    new = "another-pass-phrase-" + os.urandom(4).hex()
    assert admin.patch(path_of(user), json={"password": new}).status_code \
        == 200
    problem(me(browser), 401, "unauthenticated")
    problem(me(service.session(name)), 401, "wrong_credentials")
    service.passwords[name] = new
    assert me(service.session(name)).status_code == 200
    assert new not in json.dumps(lines_about(admin, name)) + service.log()
    assert lines_about(admin, name)[-1]["action"] == "user.passwd"


def test_an_administrator_is_made_and_unmade(service, admin):
    user = make_user(service, admin)
    session = service.session(user["username"])
    problem(session.get(USERS), 403, "forbidden")
    assert admin.patch(path_of(user),
                       json={"is_admin": True}).json()["is_admin"] is True
    assert session.get(USERS).status_code == 200
    token = service.session(token=make_token(session, scopes=["admin"])[
        "token"])
    assert token.get(USERS).status_code == 200
    assert admin.patch(path_of(user),
                       json={"is_admin": False}).status_code == 200
    problem(session.get(USERS), 403, "forbidden")
    problem(token.get(USERS), 403, "forbidden")


def test_the_last_administrator_stays(service, admin):
    """409 conflict, from pixtierctl too; nothing else of the request is done
    or noted."""
    path = f"{USERS}/{id_of(service, 'admin')}"
    others = service.query("SELECT COUNT(*) FROM users WHERE is_admin"
                           " AND disabled_at IS NULL AND username <> 'admin'")
    assert others == ((0,),)
    before = lines_about(admin, "admin")
    for answer in (admin.patch(path, json={"disabled": True}),
                   admin.patch(path, json={"email": "a@example.org",
                                           "is_admin": False}),
                   admin.delete(path)):
        said = problem(answer, 409, "conflict")
        assert "last administrator" in said["detail"]
    done = service.ctl("user", "disable", "admin", check=False)
    assert done.returncode == 1 and "last administrator" in done.stderr
    assert admin.get(path).json()["email"] is None
    assert lines_about(admin, "admin") == before


def test_two_administrators_cannot_unmake_each_other(service, admin):
    """At the same time: one of them stays, however often they try."""
    for _ in range(5):
        user = make_user(service, admin, is_admin=True)
        other = service.session(user["username"])
        own = f"{USERS}/{id_of(service, 'admin')}"
        barrier = threading.Barrier(2)
        asks = [lambda: admin.patch(path_of(user), json={"is_admin": False}),
                lambda: other.patch(own, json={"is_admin": False})]

        def ask():
            barrier.wait()
            return asks.pop()()

        codes = sorted(answer.status_code for answer in at_once(2, ask))
        (count,), = service.query("SELECT COUNT(*) FROM users WHERE is_admin"
                                  " AND disabled_at IS NULL")
        service.query("UPDATE users SET is_admin = (username = 'admin')")
        assert count == 1 and codes in ([200, 403], [200, 409]), codes


@pytest.mark.parametrize("fields, field", [
    ({"username": ""}, "username"), ({"username": "a b"}, "username"),
    ({"username": "deleted:1"}, "username"), ({"username": None}, "username"),
    ({"username": "x" * 65}, "username"), ({"password": "short"}, "password"),
    ({"password": None}, "password"), ({"tier": "Gold"}, "tier"),
    ({"tier": None}, "tier"), ({"tier": 1}, "tier"),
    ({"email": "nobody"}, "email"), ({"email": ""}, "email"),
    ({"is_admin": "yes"}, "is_admin"), ({"is_admin": None}, "is_admin"),
])
def test_a_user_is_described_properly(service, admin, fields, field):
    whole = {"username": new_name(), "password": "a pass phrase",
             "tier": "Basic"}
    invalid(admin.post(USERS, json={**whole, **fields}), field)
    user = make_user(service, admin)
    invalid(admin.patch(path_of(user), json=fields), field)
    assert admin.get(path_of(user)).json() == user


def test_unknown_fields_and_users_are_refused(service, admin):
    user = make_user(service, admin)
    for fields in ({"name": "other"}, {"quota": 1}, {"id": user["id"]}):
        problem(admin.patch(path_of(user), json=fields), 400,
                "unknown_field")
    problem(admin.post(USERS, json={"disabled": True}), 400, "unknown_field")
    problem(admin.get(USERS + "?email=a"), 400, "unknown_field")
    nobody = USERS + "/01900000-0000-7000-8000-00000000dead"
    for answer in (admin.get(nobody), admin.patch(nobody, json={}),
                   admin.delete(nobody), admin.get(USERS + "/1")):
        problem(answer, 404, "not_found")


### Removing

def files_of(service, image):
    key = image["id"].replace("-", "")
    return [file for file in service.objects() if file.name.startswith(key)]


def test_a_user_goes_with_all_images(service, admin):
    """DELETE /v1/admin/users/{id}: 204 when they are few; the files are gone,
    links lead nowhere, and the name is free."""
    user = make_user(service, admin, tier="Enterprise")
    session = service.session(user["username"])
    images = [upload(session) for _ in range(3)]
    token = service.session(token=make_token(session)["token"])
    link = session.post(f"/v1/images/{images[0]['id']}/links",
                        json={"expires_in": 300}).json()["url"]
    assert service.session().get(link).status_code == 200

    assert admin.delete(path_of(user)).status_code == 204
    problem(me(session), 401, "wrong_credentials")
    problem(me(token), 401, "unauthenticated")
    problem(service.session().get(link), 404, "not_found")
    problem(admin.get(path_of(user)), 404, "not_found")
    problem(admin.delete(path_of(user)), 404, "not_found")
    assert not any(files_of(service, image) for image in images)
    key = user["id"].replace("-", "")
    for table, column in (("users", "id"), ("images", "user_id"),
                          ("jobs", "user_id"), ("tokens", "user_id")):
        assert service.query(f"SELECT COUNT(*) FROM {table} WHERE {column} ="
                             " UNHEX(%s)", key) == ((0,),)
    line = lines_about(admin, user["username"])[-1]
    assert line["action"] == "user.delete" and "3 images" in line["detail"]
    assert admin.post(USERS, json={
        "username": user["username"], "password": "a pass phrase",
        "tier": "Basic"}).status_code == 201


def test_many_images_are_left_to_a_worker(service, admin):
    """202 with a job of the kind purge_user: the user is gone for everybody
    at once, the images soon after."""
    user = make_user(service, admin)
    session = service.session(user["username"])
    images = [upload(session) for _ in range(3)]
    key = user["id"].replace("-", "")
    # As if there were many more.
    columns = ("user_id, name, status, format, width, height, bytes, sha256,"
               " created_at")
    service.query(f"INSERT INTO images (id, {columns})"
                  f" SELECT UNHEX(MD5(CONCAT(seq.n, %s))), {columns}"
                  " FROM images JOIN (SELECT @n := @n + 1 AS n FROM"
                  " information_schema.columns, (SELECT @n := 0) start"
                  " LIMIT 1200) seq WHERE id = UNHEX(%s)",
                  key, images[0]["id"].replace("-", ""))
    service.query("UPDATE users SET used_images = 1203, used_bytes ="
                  " (SELECT SUM(bytes) FROM images WHERE user_id ="
                  " UNHEX(%s)) WHERE id = UNHEX(%s)", key, key)
    with without(service, "worker"):
        answer = admin.delete(path_of(user))
        assert answer.status_code == 202, answer.text
        job = answer.json()["job"]
        assert (job["kind"], job["state"], job["priority"]) == \
            ("delete_user", "queued", "low")
        problem(me(session), 401, "wrong_credentials")
        problem(admin.get(path_of(user)), 404, "not_found")
        assert user["id"] not in [shown["id"] for shown in
                                  admin.get(USERS).json()["items"]]
        assert user["username"] not in service.ctl("user", "list").stdout
    wait_until(lambda: not service.query(
        "SELECT 1 FROM users WHERE id = UNHEX(%s)", key))
    assert service.query("SELECT COUNT(*) FROM images WHERE user_id ="
                         " UNHEX(%s)", key) == ((0,),)
    assert not any(files_of(service, image) for image in images)
    fsck = service.ctl("--json", "fsck", check=False).stdout
    assert json.loads(fsck)["clean"] is True, fsck


def test_pixtierctl_removes_a_user(service, admin):
    session = new_user(service)
    image = upload(session)
    post_picture(session, headers=LATER)
    service.ctl("user", "delete", session.auth[0])
    problem(me(session), 401, "wrong_credentials")
    wait_until(lambda: not files_of(service, image))
    assert service.ctl("user", "delete", session.auth[0],
                       check=False).returncode == 1
    line = lines_about(admin, session.auth[0])[-1]
    assert line["action"] == "user.delete"
    assert line["actor"].startswith("pixtierctl")


def test_the_built_in_user_stays(service, admin):
    path = f"{USERS}/{id_of(service, 'anonymous')}"
    problem(admin.delete(path), 409, "conflict")
    assert admin.get(path).json()["tier"] == "Anonymous"


### The orders of the list

@pytest.mark.parametrize("sort, key", [
    ("created", lambda user: user["id"]),
    ("username", lambda user: user["username"]),
    ("images", lambda user: (user["usage"]["images"], user["id"])),
    ("bytes", lambda user: (user["usage"]["bytes"], user["id"])),
])
def test_users_are_sorted(service, admin, sort, key):
    """GET /v1/admin/users?sort=: all users once, in pages, up and down; a
    cursor holds though its user has changed."""
    prefix = "s" + os.urandom(4).hex()
    users = [make_user(service, admin, username=f"{prefix}{n}")
             for n in (3, 1, 4, 2, 0)]
    for user, count in zip(users, (0, 2, 2, 5, 0)):
        service.query("UPDATE users SET used_images = %s, used_bytes = %s"
                      " WHERE username = %s", count, 100 * count,
                      user["username"])
    query = {"name": prefix, "limit": 2, "sort": sort}
    everyone = admin.get(USERS, params={**query, "limit": 100}).json()["items"]
    assert len(everyone) == 5 and everyone == sorted(everyone, key=key)
    for direction, expected in (("", everyone), ("-", everyone[::-1])):
        page = admin.get(USERS, params={**query, "sort": direction + sort})
        found = page.json()["items"]
        while page.json()["next"]:
            page = admin.get(page.json()["next"])
            found += page.json()["items"]
        assert found == expected
    page = admin.get(USERS, params=query).json()
    service.query("UPDATE users SET used_images = 9, used_bytes = 900"
                  " WHERE username = %s", page["items"][1]["username"])
    rest = admin.get(page["next"]).json()["items"]
    assert [user["id"] for user in rest[:2]] == \
        [user["id"] for user in everyone[2:4]]
    service.query("UPDATE users SET used_images = 0, used_bytes = 0"
                  " WHERE username LIKE %s", prefix + "%")


def test_a_cursor_of_another_order_is_refused(service, admin):
    invalid(admin.get(USERS + "?sort=password"), "sort")
    for sort in ("images", "-bytes"):
        page = admin.get(USERS + "?limit=1").json()["next"]
        invalid(admin.get(page + "&sort=" + sort), "cursor")


### The audit

def test_the_audit_is_read(service, admin):
    """GET /v1/admin/audit: newest first, in pages, by actor and action; and
    pixtierctl audit."""
    user = make_user(service, admin)
    admin.patch(path_of(user), json={"tier": "Basic"})
    service.ctl("user", "tier", user["username"], "Enterprise")
    page = admin.get(AUDIT + "?limit=1").json()
    newest, = page["items"]
    assert list(newest) == ["id", "at", "actor", "action", "subject",
                            "detail", "address"]
    assert newest["actor"].startswith("pixtierctl (")
    assert (newest["action"], newest["subject"], newest["detail"],
            newest["address"]) == ("user.tier", user["username"],
                                   "Enterprise", "")
    second, = admin.get(page["next"]).json()["items"]
    assert (second["actor"], second["detail"]) == ("admin", "Basic")

    by_actor = lines_about(admin, user["username"], actor="admin")
    assert [line["action"] for line in by_actor] == ["user.add", "user.tier"]
    by_action = lines_about(admin, user["username"], action="user.tier")
    assert [line["detail"] for line in by_action] == ["Basic", "Enterprise"]
    by_subject = admin.get(AUDIT, params={"subject": user["username"]})
    assert [line["action"] for line in by_subject.json()["items"]] == \
        ["user.tier", "user.tier", "user.add"]
    assert admin.get(AUDIT + "?actor=nobody").json() == {"items": [],
                                                         "next": None}
    printed = json.loads(service.ctl("--json", "audit", "--limit",
                                     "2").stdout)
    assert [line["detail"] for line in printed] == ["Enterprise", "Basic"]
    assert "user.tier" in service.ctl("audit", "--limit", "1").stdout
    invalid(admin.get(AUDIT + "?limit=0"), "limit")


def test_the_audit_is_read_by_time(service, admin):
    """?since= and ?until=: from a time on, and before one."""
    user = make_user(service, admin)
    admin.patch(path_of(user), json={"tier": "Basic"})
    service.query("UPDATE audit SET at = '2020-02-02 10:00:00.5'"
                  " WHERE subject = %s AND action = 'user.add'",
                  user["username"])
    both = ["user.tier", "user.add"]
    for query, actions in (
            ({"since": "2020-02-02T10:00:00.5Z"}, both),
            ({"since": "2020-02-02T12:00:00.5+02:00"}, both),
            ({"since": "2020-02-02T10:00:00.500001Z"}, both[:1]),
            ({"until": "2020-02-02T10:00:00.5Z"}, []),
            ({"until": "2020-02-02T10:00:01Z"}, both[1:]),
            ({"until": "9999-12-31T23:59:59Z"}, both),
            ({"since": "2020-02-02T00:00:00Z",
              "until": "2020-02-03T00:00:00-01:00"}, both[1:]),
            ({"since": "2020-02-03T00:00:00Z",
              "until": "2020-02-02T00:00:00Z"}, [])):
        lines = admin.get(AUDIT, params={"subject": user["username"], **query})
        assert [line["action"] for line in lines.json()["items"]] == actions, \
            query
    page = admin.get(AUDIT, params={
        "subject": user["username"], "limit": 1,
        "since": "2020-02-02T10:00:00+00:00"}).json()
    second = admin.get(page["next"]).json()
    assert [line["action"] for line in second["items"]] == both[1:]
    assert second["next"] is None
    for name in ("since", "until"):
        for wrong in ("", "2020-02-30T00:00:00Z", "2020-02-02", "1580637600"):
            invalid(admin.get(AUDIT, params={name: wrong}), name)


def test_only_administrators_see_users_and_the_audit(service, admin):
    path = path_of(make_user(service, admin))
    problem(service.session().get(USERS), 401, "unauthenticated")
    writer = service.session(token=make_token(
        admin, scopes=["read", "write", "link"])["token"])
    for session in (service.session("enterprise"), writer):
        for answer in (session.get(USERS), session.get(path),
                       session.get(AUDIT),
                       session.post(USERS, json={"username": new_name()}),
                       session.patch(path, json={"is_admin": True}),
                       session.delete(path)):
            problem(answer, 403, "forbidden")
