"""The pages in a real browser: tests/web has the tests."""

import pytest
import requests

from api import (new_id, new_user, post_picture, settled,
                 unmake_administrators, upload)
from browser import run_in_browser
from pictures import broken_picture, picture
from service import HANG, SRCDIR, wait_until


@pytest.mark.parametrize("path", ["/", "/admin/", "/docs/", "/problems/not_found",
                                  "/api-auth/login/"])
def test_a_page_is_readable(service, path):
    run_in_browser(service, "pages.mjs", path=path)


def test_the_login_needs_only_the_keyboard(service):
    name, password = new_user(service).auth
    cookies = run_in_browser(service, "login.mjs", user=name, password=password)
    assert "pixtier_session" in {cookie["name"] for cookie in cookies}


def test_the_documentation_is_searched_and_tried(service):
    name, password = new_user(service).auth
    run_in_browser(service, "docs.mjs", user=name, password=password,
                   picture=str(SRCDIR / "doc/sample.jpg"))


def test_a_page_of_another_site_shows_a_public_picture(service):
    """Until it is private."""
    session = service.session("enterprise")
    image = upload(session, picture(1200, 800), "puffin.jpg")
    path = "/v1/images/" + image["id"]
    image = session.patch(path, json={"public": True}).json()
    variant = next(one for one in image["variants"] if one["variant"] == "h200")
    run_in_browser(service, "embed.mjs", picture=variant["public_url"],
                   width=variant["width"], bytes=variant["bytes"])
    assert session.patch(path, json={"public": False}).status_code == 200
    run_in_browser(service, "embed.mjs", picture=variant["public_url"],
                   gone=True)


def test_a_first_visit_is_small(service):
    """What the pages load before the login, and with the gallery."""
    session = new_user(service)
    name, password = session.auth
    upload(session, picture(1200, 800))
    run_in_browser(service, "budget.mjs", user=name, password=password)


def test_an_account_is_kept_in_the_browser(service):
    """Password, tokens and webhooks, on a desktop and on a phone."""
    name, password = new_user(service, tier="Enterprise").auth
    made = run_in_browser(service, "account.mjs", user=name, password=password)
    answer = requests.get(service.url + "/v1/me", timeout=HANG, headers={
        "Authorization": "Bearer " + made["token"]})
    assert answer.json()["username"] == name
    assert requests.get(service.url + "/v1/me", timeout=HANG,
                        auth=(name, made["password"])).status_code == 200


@pytest.fixture
def admin(service):
    """A new administrator, who is none any more after the test."""
    session = new_user(service)
    service.query("UPDATE users SET is_admin = 1 WHERE username = %s",
                  session.auth[0])
    yield session
    unmake_administrators(service)


def test_the_sizes_of_a_tier_are_shown_while_they_are_typed(service, admin):
    name, password = admin.auth
    run_in_browser(service, "recipes.mjs", user=name, password=password)


def test_the_audit_is_read_by_time_in_the_zone_of_the_reader(service, admin):
    tier = admin.post("/v1/admin/tiers", json={
        "name": "a" + admin.auth[0]}).json()
    path = "/v1/admin/tiers/" + tier["id"]
    service.query("UPDATE audit SET at = '2020-02-02 10:00:00'"
                  " WHERE subject = %s", tier["name"])
    assert admin.patch(path, json={"links": True}).status_code == 200
    name, password = admin.auth
    run_in_browser(service, "audit.mjs", user=name, password=password,
                   subject=tier["name"])
    assert admin.delete(path).status_code == 204


def test_an_administrator_keeps_users(service, admin):
    """On a desktop and on a phone; a user is deleted with the images."""
    name, password = admin.auth
    owners = [new_user(service) for _ in range(2)]
    for owner in owners:
        upload(owner)
    names = [owner.auth[0] for owner in owners]
    for _ in range(100):  # more than a page of the list
        new_user(service)
    run_in_browser(service, "admin_users.mjs", user=name, password=password,
                   prefix="new." + names[0], names=names)
    marks = ", ".join(["%s"] * len(names))
    wait_until(lambda: service.query(
        f"SELECT COUNT(*) FROM users WHERE username IN ({marks})",
        *names) == ((0,),))


HOSTILE = "<script>alert(1)</script>\u202egpj.\u200b\U0001f427 " + "w" * 200


def run_scenario(service, session, scenario, images, **args):
    """A scenario of the page of a picture; each screen has its own one."""
    name, password = session.auth
    run_in_browser(service, "image.mjs", scenario=scenario, user=name,
                   password=password, ids=[one["id"] for one in images], **args)


@pytest.mark.parametrize("scenario", ["edit", "focus", "keyboard",
                                      "links", "publish", "undo"])
def test_a_picture_is_worked_on(service, scenario):
    session = new_user(service, any_size=1)
    run_scenario(service, session, scenario,
              [upload(session, picture(1200, 800)) for _ in range(2)])


def test_a_picture_may_have_any_name(service):
    session = new_user(service)
    image = upload(session)
    session.patch("/v1/images/" + image["id"], json={
        "name": HOSTILE, "alt": HOSTILE,
        "tags": ["<b>" + letter * 60 for letter in "abcdefgh"]})
    run_scenario(service, session, "hostile", [image] * 2, name=HOSTILE)


def test_a_picture_is_not_there(service):
    run_scenario(service, new_user(service), "gone",
              [{"id": "01900000-0000-7000-8000-000000000000"}] * 2)


def test_a_picture_in_work_appears_by_itself(service):
    """One that is no picture shows why."""
    session = new_user(service)
    later = {"headers": {"Prefer": "respond-async"}}
    service.stop("worker")
    try:
        image = post_picture(session, **later).json()
        bad = post_picture(session, broken_picture(), **later).json()
        run_scenario(service, session, "processing", [image] * 2)
    finally:
        service.start("worker")
    run_scenario(service, session, "later", [image] * 2)
    assert settled(session, bad)["status"] == "failed"
    run_scenario(service, session, "failed", [bad] * 2)


def test_pictures_are_uploaded_in_the_browser(service):
    """By the picker, a drop, a paste; 45 of 50 are pictures."""
    name, password = new_user(service).auth
    run_in_browser(service, "upload.mjs", user=name, password=password,
                   picture=str(SRCDIR / "doc/sample.jpg"))


def test_a_gallery_is_kept_in_order(service):
    """Search, selection, delete with undo, publish; names stay texts."""
    session = new_user(service)
    for name in ("<script>alert(1).jpg", "puffin \u202e\u200b.jpg",
                 "x" * 251 + ".jpg", "gull \U0001f4f7.jpg"):
        upload(session, picture(320, 240), name)
    name, password = session.auth
    run_in_browser(service, "gallery.mjs", user=name, password=password)


def test_all_is_done_with_the_keyboard(service):
    name, password = new_user(service).auth
    run_in_browser(service, "keyboard.mjs", user=name, password=password,
                   picture=str(SRCDIR / "doc/sample.jpg"))


def test_pictures_stand_in_rows(service):
    run_in_browser(service, "rows.mjs",
                   source=(SRCDIR / "www/user/rows.js").read_text())


def test_a_gallery_of_10000_pictures_is_scrolled(service):
    session = new_user(service)
    image = upload(session, picture(320, 240))
    columns = ("user_id, name, status, format, bytes, sha256, color,"
               " created_at")
    # No worker is to index their names: they go again without a worker.
    service.query(
        f"INSERT INTO images (id, width, height, name_indexed, {columns})"
        " SELECT UNHEX(CONCAT(LPAD(HEX(seq), 12, '0'), %s)),"
        f" 100 + 37 * (seq %% 11), 200, TRUE, {columns}"
        " FROM images, seq_1_to_9999 WHERE id = UNHEX(REPLACE(%s, '-', ''))",
        new_id().hex[12:], image["id"])
    name, password = session.auth
    try:
        run_in_browser(service, "large_gallery.mjs", user=name,
                       password=password, count=10000)
    finally:
        service.query("DELETE i FROM images i JOIN users u ON u.id = i.user_id"
                      " WHERE u.username = %s AND i.id <> UNHEX("
                      "REPLACE(%s, '-', ''))", name, image["id"])
