"""Images of all users, for administrators."""

import pytest

from api import invalid, new_user, problem, upload
from pictures import picture

IMAGES = "/v1/admin/images"


@pytest.fixture
def admin(service):
    return service.session("admin")


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [image["id"] for image in answer.json()["items"]]


def test_images_of_all_users_are_listed(service, admin):
    """GET /v1/admin/images: newest first, by user, status and name, in pages,
    each as its owner gets it."""
    owners = [new_user(service, "Premium"), new_user(service)]
    images = [upload(owner) for owner in owners for _ in range(2)]
    newest = [image["id"] for image in images[::-1]]
    page = admin.get(IMAGES + "?limit=2")
    assert ids(page) + ids(admin.get(page.json()["next"])) == newest
    assert ids(admin.get(IMAGES + "?limit=4&status=ready")) == newest
    assert newest[0] not in ids(admin.get(IMAGES + "?status=failed"))

    user = owners[0].get("/v1/me").json()["id"]
    for text in (user, owners[0].auth[0]):
        listed = admin.get(IMAGES, params={"user": text})
        assert ids(listed) == newest[2:]
    item = listed.json()["items"][0]
    assert item["user"] == {"id": user, "username": owners[0].auth[0]}
    own = owners[0].get("/v1/images/" + item["id"]).json()
    assert set(item) - set(own) == {"user"}
    assert [one["variant"] for one in item["variants"]] == \
        [one["variant"] for one in own["variants"]] == ["h200", "h400"]
    for one in (*item["variants"], item["original"]):
        assert service.session().get(one["url"]).status_code == 200
    assert admin.get(f"{IMAGES}/{item['id']}").json()["user"] == item["user"]
    for name in ("none", "01900000-0000-7000-8000-00000000dead"):
        invalid(admin.get(IMAGES, params={"user": name}), "user")
        problem(admin.get(f"{IMAGES}/{name}"), 404, "not_found")
    invalid(admin.get(IMAGES + "?status=waiting"), "status")


def test_images_of_all_users_are_searched(service, admin):
    """?name=, with and without a user."""
    owner = new_user(service)
    named = owner.post("/v1/images?name=Zaunk\u00f6nig.png",
                       data=picture(8, 8, "PNG"),
                       headers={"Content-Type": "image/png"}).json()["id"]
    upload(owner)
    for query in ({}, {"user": owner.auth[0]}, {"status": "ready"}):
        assert ids(admin.get(IMAGES, params={"name": "unkonig",
                                             **query})) == [named]
    assert ids(admin.get(IMAGES, params={
        "name": "unkonig", "status": "failed"})) == []


def test_an_image_of_any_user_is_deleted(service, admin):
    """DELETE /v1/admin/images/{id}: gone for its owner, and in the audit."""
    owner = new_user(service)
    image = upload(owner)
    path = f"{IMAGES}/{image['id']}"
    assert admin.delete(path).status_code == 204
    problem(owner.get("/v1/images/" + image["id"]), 404, "not_found")
    problem(service.session().get(image["variants"][0]["url"]),
            404, "not_found")
    assert owner.get("/v1/me").json()["usage"]["images"] == 0
    problem(admin.delete(path), 404, "not_found")
    line, = admin.get("/v1/admin/audit",
                      params={"subject": image["id"]}).json()["items"]
    assert (line["actor"], line["action"], line["detail"]) == \
        ("admin", "image.delete", "of " + owner.auth[0])
    assert service.ctl("fsck").returncode == 0


def test_only_administrators_see_images_of_others(service):
    owner = new_user(service)
    path = f"{IMAGES}/{upload(owner)['id']}"
    for call in (lambda: owner.get(IMAGES), lambda: owner.get(path),
                 lambda: owner.delete(path)):
        problem(call(), 403, "forbidden")
