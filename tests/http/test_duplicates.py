"""Duplicates: ?sha256= finds the images of a file, and on_duplicate says what
becomes of bytes that were uploaded before."""

import hashlib

import pytest

from api import (at_once, invalid, make_token, new_user, post_picture, settled,
                 upload)
from pictures import broken_picture, encode, picture, quarters
from service import wait_until
from test_idempotency import is_again, new_key


def again(session, data, how="return", **options):
    return session.post("/v1/images", files={"image": ("b.jpg", data)},
                        data={"on_duplicate": how}, **options)


def usage(session):
    return session.get("/v1/me").json()["usage"]


def same(session, data, **query):
    sum = hashlib.sha256(data).hexdigest()
    answer = session.get("/v1/images", params={"sha256": sum, **query})
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def test_a_sum_finds_the_images_of_a_file(service):
    session, data = new_user(service), picture(90, 60)
    assert same(session, data) == []
    for name in "a.jpg", "b.jpg":
        upload(session, data, name)
    upload(session, name="c.jpg")
    upload(new_user(service), data, "d.jpg")
    assert same(session, data) == ["b.jpg", "a.jpg"]
    assert same(session, data, name="A") == ["a.jpg"]
    assert same(session, data, status="ready", limit=1) == ["b.jpg"]
    assert same(session, data, status="failed") == []
    assert same(session, data, tag="none") == []
    sum = hashlib.sha256(data).hexdigest().upper()
    items = session.get("/v1/images?sha256=" + sum).json()["items"]
    assert [item["sha256"] for item in items] == [sum.lower()] * 2
    for wrong in "", "ab", sum[1:], sum + "0", "g" + sum[1:]:
        invalid(session.get("/v1/images", params={"sha256": wrong}), "sha256")


def test_a_duplicate_is_kept_unless_told(service):
    session, data = new_user(service), picture(91, 60)
    first = upload(session, data)
    for answer in (post_picture(session, data), again(session, data, "keep"),
                   session.post("/v1/images?on_duplicate=keep", data=data,
                                headers={"Content-Type": "image/jpeg"})):
        assert answer.status_code == 201
        assert answer.json()["id"] != first["id"]
    assert usage(session)["images"] == 4
    for how in "", "Return", "drop":
        invalid(again(session, data, how), "on_duplicate")


def test_a_duplicate_is_returned(service):
    """POST /v1/images: 200 with the oldest image of the bytes, as it is; it
    costs neither quota nor one of the day's uploads."""
    session, data = new_user(service, uploads_per_day=2), picture(92, 60)
    first = again(session, data)
    assert first.status_code == 201
    upload(session, data, "second.jpg")
    before = usage(session)
    for answer in (again(session, data, params={"name": "c", "tags": "new"}),
                   session.post("/v1/images?on_duplicate=return", data=data,
                                headers={"Content-Type": "image/jpeg"})):
        assert answer.status_code == 200, answer.text
        assert "Location" not in answer.headers
        image = answer.json()
        assert (image["id"], image["name"], image["tags"]) == \
            (first.json()["id"], "b.jpg", [])
        assert [one["status"] for one in image["variants"]] == \
            ["ready", "ready"]
        assert session.get(image["original"]["url"]).content == data
    assert usage(session) == before
    assert again(new_user(service), data).status_code == 201


def test_only_images_that_have_not_failed_are_returned(service):
    """One that waits for a worker is, with its job; a failed or a deleted one
    is not."""
    session, data = new_user(service), broken_picture()
    later = {"Prefer": "respond-async"}
    with_worker = post_picture(session, data, headers=later).json()
    assert settled(session, with_worker)["status"] == "failed"
    assert again(session, data, headers=later).status_code == 202

    data = picture(93, 60)
    service.stop("worker")
    try:
        first = again(session, data, headers=later)
        answer = again(session, data)
        assert (first.status_code, answer.status_code) == (202, 200)
        assert answer.json()["id"] == first.json()["id"]
        assert answer.json()["status"] == "processing"
        assert answer.json()["job"]["state"] == "queued"
    finally:
        service.start("worker")
    image = settled(session, first.json())
    assert again(session, data).json()["id"] == image["id"]
    assert session.delete("/v1/images/" + image["id"]).status_code == 204
    assert again(session, data).status_code == 201


def test_a_returned_duplicate_is_replayed(service):
    """With an Idempotency-Key, also after the image has changed."""
    session, data = new_user(service), picture(94, 60)
    keys = new_key(), new_key()
    first = again(session, data, headers=keys[0])
    answer = again(session, data, headers=keys[1])
    assert (first.status_code, answer.status_code) == (201, 200)
    assert answer.json()["id"] == first.json()["id"]
    session.patch("/v1/images/" + first.json()["id"], json={"alt": "new"})
    is_again(again(session, data, headers=keys[0]), first)
    is_again(again(session, data, headers=keys[1]), answer)
    assert usage(session)["images"] == 1


@pytest.mark.parametrize("keys", [False, True])
def test_of_many_at_once_one_makes_an_image(service, keys):
    """Also if the quota has room for just one: the others are not refused."""
    data = picture(95, 60)
    session = new_user(service, quota_bytes=len(data))
    token = make_token(session)["token"]
    answers = at_once(24, lambda: again(
        service.session(token=token), data,
        headers=new_key() if keys else {}))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200] * 23 + [201], [a.text for a in answers]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert usage(session) == {"images": 1, "bytes": len(data),
                              "uploads_today": 1}
    assert len(same(session, data)) == 1
    assert service.ctl("fsck").returncode == 0


def test_a_file_that_is_cut_is_compared_as_it_is_stored(service):
    """The sum is that of the original, not that of the request's body."""
    session = new_user(service)
    smaller = encode(quarters(40, 30), "PNG")
    larger = encode(quarters(400, 300), "PNG")
    data = smaller + larger[len(smaller):]
    first = again(session, data)
    assert first.status_code == 201, first.text
    for sent in data, smaller:
        assert again(session, sent).json()["id"] == first.json()["id"]
    wait_until(lambda: same(session, smaller) == ["b.jpg"])
