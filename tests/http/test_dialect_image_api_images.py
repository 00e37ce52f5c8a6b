"""A client of image_api uploads pictures and lists them in the sizes it has."""

import concurrent.futures
import time
import uuid

import pytest

from api import new_id, new_user, remove_rows, set_tier, without
from dialect import web_tokens
from image_api import (BLANK, NOT_A_FILE, NO_FILE, NO_IMAGE, NO_TEXT, REQUIRED,
                       client, images, owner, refused, send, signed_in,
                       uploaded)
from pictures import (broken_picture, decode, large_picture, picture,
                      png_of_size)
from service import HANG, wait_until


@pytest.mark.parametrize("tier, heights, original, links", [
    ("Basic", [200], False, False), ("Premium", [200, 400], True, False),
    ("Enterprise", [200, 400], True, True),
])
def test_a_picture_is_had_in_the_tiers_sizes(service, tier, heights, original,
                                             links):
    client = signed_in(service, new_user(service, tier))
    data = picture()
    image = uploaded(client, data, name="  Puffin at sea ", file="x.jpg")
    assert image["name"] == "Puffin at sea"
    assert uuid.UUID(image["uuid"])
    assert time.time() - time.mktime(time.strptime(
        image["uploaded_at"][:19], "%Y-%m-%dT%H:%M:%S")) + time.timezone < HANG
    assert image["can_fetch_expiring_image"] is links
    nobody = service.session()
    if original:
        assert nobody.get(image["og_file"]).content == data
    else:
        assert image["og_file"] is None
    assert [(one["height"], one["width"]) for one in image["thumbnails"]] == \
        [(height, None) for height in heights]
    for one in image["thumbnails"]:
        assert one["file"].startswith(service.url + "/")
        got = nobody.get(one["file"])
        assert got.headers["Content-Type"] == "image/jpeg"
        assert decode(got.content).height == one["height"]
    assert images(client) == [image]


def test_sizes_are_told_as_the_tier_has_them(service):
    """Whatever they become: `width` or `height` is null where it follows from
    the ratio."""
    session = new_user(service)
    (tier,), = service.query("SELECT tiers.name FROM tiers JOIN users ON"
                             " tier_id = tiers.id WHERE username = %s",
                             session.auth[0])
    service.ctl("tier", "set", tier,
                "sizes=w300,100x50-exact,90x90-cover.png,h999")
    thumbnails = uploaded(signed_in(service, session))["thumbnails"]
    assert [(one["width"], one["height"]) for one in thumbnails] == \
        [(300, None), (100, 50), (90, 90), (None, 999)]
    sizes = [decode(service.session().get(one["file"]).content).size
             for one in thumbnails]
    assert sizes == [(300, 225), (100, 50), (90, 90), (640, 480)]


def test_a_raised_tier_works_backwards(service):
    session = new_user(service, "Basic")
    client = signed_in(service, session)
    image = uploaded(client)
    set_tier(service, session, "Premium")
    (raised,) = images(client)
    assert [one["height"] for one in raised["thumbnails"]] == [200, 400]
    missing = raised["thumbnails"][1]["file"]

    def look():
        answer = service.session().get(missing)
        return answer if answer.status_code == 200 else None

    assert decode(wait_until(look).content).height == 400
    assert raised["og_file"] and image["og_file"] is None


@pytest.mark.parametrize("data, kind", [
    (large_picture(), "image/png"),
    (large_picture("TIFF"), "image/jpeg"),
], ids=["png", "tiff"])
def test_a_large_picture_is_listed_while_it_is_made(service, client, data,
                                                    kind):
    """201 with all thumbnails; until a worker has made one its URL answers 503
    with Retry-After."""
    with without(service, "worker"):
        image = uploaded(client, data)
        assert images(client)[0] == image
        assert [one["height"] for one in image["thumbnails"]] == [200, 400]
        url = image["thumbnails"][0]["file"]
        answer = service.session().get(url)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"

    def look():
        answer = service.session().get(url)
        return answer if answer.status_code == 200 else None

    got = wait_until(look)
    assert got.headers["Content-Type"] == kind
    thumbnail = decode(got.content)
    assert thumbnail.size == (229, 200)
    assert kind == "image/" + thumbnail.format.lower()
    assert images(client)[0] == image


def test_a_large_picture_that_is_damaged_has_no_thumbnails(client):
    image = uploaded(client, large_picture()[:-200])

    def look():
        one = images(client)[0]
        files = [thumbnail["file"] for thumbnail in one["thumbnails"]]
        return one if files == [None, None] else None

    assert wait_until(look)["uuid"] == image["uuid"]


def test_the_list_is_the_callers_own_newest_first(service, client):
    other = signed_in(service, new_user(service))
    mine = [uploaded(client, name=f"n{i}")["uuid"] for i in range(3)]
    theirs = uploaded(other)["uuid"]
    assert [one["uuid"] for one in images(client)][:3] == mine[::-1]
    assert [one["uuid"] for one in images(other)] == [theirs]
    assert client.get("/api/images/?format=json&page=2").json() == \
        images(client)


def test_a_long_list_goes_on(service):
    """A thousand at once; Link leads to the rest."""
    session = new_user(service)
    client = signed_in(service, session)
    user = uuid.UUID(session.get("/v1/me").json()["id"]).bytes
    ids = sorted(new_id().bytes for _ in range(1002))
    with service.db() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO images (id, user_id, name, status, format, width,"
            " height, bytes, sha256, created_at) VALUES (%s, %s, 'n',"
            " 'failed', 'png', 1, 1, 0, '', NOW())",
            [(one, user) for one in ids])
    try:
        answer = client.get("/api/images/?%3E;%20rel=%22a%22")
        assert len(answer.json()) == 1000
        assert answer.headers["Link"].count(">; rel=") == 1
        url = answer.headers["Link"].removeprefix("<").partition(">")[0]
        rest = client.get(url)
        assert "Link" not in rest.headers
        seen = [one["uuid"] for one in answer.json() + rest.json()]
        assert seen == [str(uuid.UUID(bytes=one)) for one in ids[::-1]]
        refused(client.get("/api/images/?cursor=x"), 400,
                {"detail": 'cursor: a cursor from the answer of a list is '
                           'expected, not "x"'})
    finally:
        remove_rows(service, "user_id = %s", user)


FILE = ("a.jpg", picture(64, 48))


@pytest.mark.parametrize("options, errors", [
    ({}, {"name": [REQUIRED], "file": [NO_FILE]}),
    ({"json": {"name": "a", "file": "x"}}, {"file": [NOT_A_FILE]}),
    ({"data": {"name": "a", "file": "x"}}, {"file": [NOT_A_FILE]}),
    ({"data": {"name": "a"}}, {"file": [NO_FILE]}),
    ({"files": {"file": FILE}}, {"name": [REQUIRED]}),
    ({"data": {"name": "a"}, "files": {"image": FILE}}, {"file": [NO_FILE]}),
    ({"data": {"name": "a"}, "files": {"file": ("", b"")}},
     {"file": [NO_FILE]}),
    ({"data": {"name": "a"}, "files": {"file": ("a.jpg", b"")}},
     {"file": ["The submitted file is empty."]}),
    ({"files": {"file": ("a.jpg", b"")}},
     {"name": [REQUIRED], "file": ["The submitted file is empty."]}),
    ({"data": {"name": ""}, "files": {"file": FILE}}, {"name": [BLANK]}),
    ({"data": {"name": " \t "}, "files": {"file": FILE}}, {"name": [BLANK]}),
    ({"data": {"name": "a\tb"}, "files": {"file": FILE}},
     {"name": [NO_TEXT]}),
    ({"data": {"name": "ä" * 256}, "files": {"file": FILE}},
     {"name": ["Ensure this field has no more than 255 characters."]}),
    ({"data": {"name": "a"}, "files": {"file": ("a.jpg", b"%PDF-1.7")}},
     {"file": [NO_IMAGE]}),
    ({"data": {"name": "a"}, "files": {"file": ("a.jpg", broken_picture())}},
     {"file": [NO_IMAGE]}),
], ids=str)
def test_an_upload_needs_its_fields(client, options, errors):
    refused(client.post("/api/image/upload/", **options), 400, errors)


def test_a_picture_beyond_the_tier_is_refused(service):
    client = signed_in(service, new_user(service, max_pixels=100))
    answer = send(client)
    assert answer.status_code == 400 and list(answer.json()) == ["file"]
    client = signed_in(service, new_user(service, max_bytes=99))
    answer = send(client)
    assert answer.status_code == 413 and list(answer.json()) == ["detail"]
    client = signed_in(service, new_user(service, quota_bytes=1))
    answer = send(client)
    assert answer.status_code == 403
    assert "tier's 1 bytes" in answer.json()["detail"]
    assert send(client, png_of_size(30000, 30000)).status_code in (400, 413)


@pytest.mark.parametrize("name", ["a", "ä" * 255, "\U0001f426" * 255,
                                  "../../etc/passwd", "<b>", "a.b.c"])
def test_a_name_has_up_to_255_characters(service, client, name):
    image = uploaded(client, name=name)
    assert image["name"] == name == images(client)[0]["name"]
    assert service.session().get(image["og_file"]).status_code == 200


@pytest.mark.parametrize("format", ["PNG", "GIF", "WEBP", "TIFF", "BMP"])
def test_the_bytes_decide_not_the_ending(service, client, format):
    """Theirs took it from the file's name."""
    image = uploaded(client, picture(format=format), file="a.txt")
    kept = format if format in ("PNG", "GIF", "WEBP") else "JPEG"
    got = service.session().get(image["thumbnails"][0]["file"])
    assert decode(got.content).format == kept


def test_an_upload_sent_twice_is_one(client):
    """Idempotency-Key, as for every POST of a user."""
    key = {"Idempotency-Key": uuid.uuid4().hex}
    data = picture()
    first, again = (send(client, data, headers=key) for _ in range(2))
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.json() == again.json()


def test_many_clients_upload_at_once(service):
    """As its load test does: none is lost."""
    session = new_user(service)
    token = web_tokens(service, session)["access"]
    data = [picture(200, 150), picture(90, 120, format="PNG")]

    def load(number):
        client = service.session(token=token)
        return [uploaded(client, data[i % 2], name=f"{number}-{i}")
                for i in range(8)]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        made = sorted(one["uuid"] for some in pool.map(load, range(8))
                      for one in some)
    listed = images(service.session(token=token))
    assert len(listed) == 64
    assert sorted(one["uuid"] for one in listed) == made
    usage = session.get("/v1/me").json()["usage"]
    assert usage["images"] == 64
