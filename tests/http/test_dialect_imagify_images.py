"""A client of imagify uploads pictures and shows thumbnails made at first use."""

import uuid

import pytest
from PIL import Image

from api import new_id, new_user, post_picture, remove_rows, without
from dialect import with_dialects
from imagify import (NOWHERE, NO_IMAGE, listed, refused, send, sent, tier_of,
                     user)
from pictures import (broken_picture, decode, encode, large_picture, picture,
                      quarters)
from service import wait_until


def test_a_picture_is_sent_and_listed(service, user):
    """With URLs that need no identity; newest first."""
    data = picture()
    first, second = sent(user, data), sent(user)
    assert set(first) == {"id", "uploaded_at", "original_file",
                          "thumbnail_200", "thumbnail_400"}
    assert uuid.UUID(first["id"])
    assert [image["id"] for image in listed(user)] == \
        [second["id"], first["id"]]
    assert listed(user)[1].keys() == first.keys()
    nobody = service.session()
    got = nobody.get(first["original_file"])
    assert (got.status_code, got.content) == (200, data)
    for height, width in ((200, 267), (400, 533)):
        image = decode(nobody.get(first[f"thumbnail_{height}"]).content)
        assert image.size == (width, height)
    head = user.head("/images/")
    assert (head.status_code, head.content) == (200, b"")
    assert listed(new_user(service)) == []


def test_there_is_a_thumbnail_for_each_height_of_the_tier(service, user):
    """The original only if the tier has it; other sizes have no name here."""
    assert set(sent(service.session("basic"))) == \
        {"id", "uploaded_at", "thumbnail_200"}
    tier_of(service, user, original="no",
            sizes="h1000,w40,h50,100x100,h50.webp,h300")
    image = sent(user)
    assert set(image) == {"id", "uploaded_at", "thumbnail_1000",
                          "thumbnail_50", "thumbnail_300"}
    assert decode(user.get(image["thumbnail_1000"]).content).size == \
        (640, 480), "not enlarged"
    assert decode(user.get(image["thumbnail_50"]).content).size == (67, 50)


def variants_of(service, image):
    return {name for name, in service.query(
        "SELECT variant FROM variants WHERE image_id = %s",
        uuid.UUID(image["id"]).bytes)}


@pytest.mark.parametrize("format, mode, media_type", [
    ("JPEG", "RGB", "image/jpeg"), ("PNG", "RGB", "image/png"),
    ("GIF", "RGB", "image/gif"), ("WEBP", "RGB", "image/webp"),
    ("BMP", "RGB", "image/jpeg"), ("TIFF", "RGB", "image/jpeg"),
    ("TIFF", "RGBA", "image/png"),
])
def test_thumbnails_are_made_at_first_use(service, user, format, mode,
                                          media_type):
    """The URL is there before, and its answer has the right type, the first
    time and later."""
    data = encode(quarters().convert(mode), format)
    image = sent(user, data, "a.any")
    tier_of(service, user, sizes="h200,h80")
    assert set(listed(user)[0]) == {"id", "uploaded_at", "original_file",
                                    "thumbnail_200", "thumbnail_80"}
    url = listed(user)[0]["thumbnail_80"]
    assert "h80" not in variants_of(service, image)
    for _ in range(2):
        got = service.session().get(url)
        assert got.status_code == 200, got.text
        assert got.headers["Content-Type"] == media_type
        small = decode(got.content)
        assert small.size == (107, 80)
        assert Image.MIME[small.format] == media_type
    assert "h80" in variants_of(service, image)


def test_a_large_pictures_thumbnails_come_later(service, user):
    with without(service, "worker"):
        image = sent(user, large_picture())
        answer = user.get(image["thumbnail_200"])
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) >= 1
    wait_until(lambda: user.get(image["thumbnail_200"]).status_code == 200)


def test_the_file_has_to_be_a_picture(service, user):
    def wrong(text):
        return {"original_file": [text]}

    route = "/images/upload/"
    for answer in (user.post(route),
                   user.post(route, data={"name": "a"}),
                   user.post(route, files={"file": ("a.jpg", picture())}),
                   user.post(route, files={"original_file": ("", b"")},
                             data={"a": "b"})):
        refused(answer, 400, wrong("No file was submitted."))
    refused(user.post(route, files={"original_file": (None, "text")}), 400,
            wrong("The submitted data was not a file. Check the encoding type"
                  " on the form."))
    refused(send(user, b""), 400, wrong("The submitted file is empty."))
    for data in (b"no picture", b"%PDF-1.7 neither", broken_picture()):
        refused(send(user, data), 400, wrong(NO_IMAGE))
    tier_of(service, user, max_pixels=99)
    answer = send(user)
    assert answer.status_code == 400
    assert "640x480" in answer.json()["original_file"][0]
    tier_of(service, user, max_pixels="none", max_bytes=99)
    assert send(user).status_code == 413
    refused(user.post(route, data="x", headers={"Content-Type": "text/plain"}),
            415, 'Unsupported media type "text/plain" in request.')
    assert listed(user) == []


def test_old_clients_may_send_more(user):
    answer = user.post("/images/upload/?format=json", data={"title": "x"},
                       files={"original_file": ("a.jpg", picture())})
    assert answer.status_code == 201
    assert user.get("/images/?page=1").status_code == 200


def test_a_repeated_upload_is_one(user):
    key = {"Idempotency-Key": "once"}
    assert send(user, headers=key).json() == send(user, headers=key).json()
    assert len(listed(user)) == 1


def test_a_long_list_goes_on(service, user):
    """A thousand at once; Link leads to the rest."""
    image = sent(user)
    ids = sorted(new_id().bytes for _ in range(1001))
    columns = ("user_id, name, status, format, width, height, bytes, sha256,"
               " created_at")
    with service.db() as connection, connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO images (id, {columns}) SELECT %s, {columns}"
            " FROM images WHERE id = %s",
            [(one, uuid.UUID(image["id"]).bytes) for one in ids])
    try:
        answer = user.get("/images/")
        assert len(answer.json()) == 1000
        url = answer.headers["Link"].removeprefix("<").partition(">")[0]
        rest = user.get(url)
        assert "Link" not in rest.headers
        seen = [one["id"] for one in answer.json() + rest.json()]
        assert seen == sorted(
            [image["id"]] + [str(uuid.UUID(bytes=one)) for one in ids],
            reverse=True)
        refused(user.get("/images/?cursor=x"), 400,
                'cursor: a cursor from the answer of a list is '
                'expected, not "x"')
    finally:
        remove_rows(service, "id IN %s", ids)


def test_what_is_still_to_be_fetched_is_not_listed(service, user):
    """By URL, as other clients may do, it is there when its file is."""
    tier_of(service, user, fetch="yes")
    with without(service, "worker"):
        answer = user.post("/v1/images", json={"url": "https://192.0.2.1/a"})
        assert answer.status_code == 202
        assert listed(user) == []
    image = post_picture(user).json()
    assert [one["id"] for one in listed(user)] == [image["id"]]


# The rest


@pytest.mark.parametrize("method, path, allow", [
    ("POST", "/images/", "GET, HEAD"), ("GET", "/images/upload/", "POST"),
    ("GET", f"/images/generate-link/{NOWHERE}/", "POST"),
    ("DELETE", "/images/link/a/", "GET, HEAD"),
    ("PUT", "/api-auth/login/", "GET, HEAD, POST"),
    ("PATCH", "/api-auth/logout/", "GET, HEAD, POST"),
])
def test_methods_that_it_has_not(user, method, path, allow):
    answer = user.request(method, path)
    refused(answer, 405, f'Method "{method}" not allowed.')
    assert answer.headers["Allow"] == allow


def test_it_can_be_switched_off(service, user):
    with with_dialects(service, "image_api resize_tasks"):
        for path in ("/images/", "/api-auth/login/", "/images/link/a/"):
            answer = user.get(path)
            assert answer.status_code == 404
            assert answer.headers["Content-Type"] == "application/problem+json"
    assert listed(user) == []
