"""Uploads: a picture comes in, by form or raw, now or later."""

import hashlib
import random
import re
import struct
import zlib

import pytest
from PIL import Image

from api import (invalid, new_user, post_picture, problem, settled, upload,
                 variant_of)
from pictures import broken_picture, encode, large_picture, picture, quarters

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                   r"[0-9a-f]{12}")
FIELDS = {"id", "name", "status", "format", "width", "height", "bytes",
          "sha256", "alt", "tags", "taken_at", "camera", "gps", "copyright",
          "creator", "placeholder", "color", "created_at", "may_link",
          "public", "error", "focus", "job", "original", "variants"}


@pytest.mark.parametrize("user, sizes, original, may_link", [
    ("basic", ["h200"], False, False),
    ("premium", ["h200", "h400"], True, False),
    ("enterprise", ["h200", "h400"], True, True),
])
def test_an_upload_answers_with_what_the_tier_has(service, user, sizes,
                                                  original, may_link):
    """POST /v1/images: 201, with all variants ready."""
    data = picture(1920, 1200)
    answer = post_picture(service.session(user), data, "puffin.jpg")
    image = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == \
        f"{service.url}/v1/images/{image['id']}"
    assert set(image) == FIELDS
    assert UUID7.fullmatch(image["id"])
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
                        image["created_at"])
    assert image["name"] == "puffin.jpg"
    assert (image["status"], image["format"]) == ("ready", "jpeg")
    assert (image["width"], image["height"]) == (1920, 1200)
    assert image["bytes"] == len(data)
    assert image["sha256"] == hashlib.sha256(data).hexdigest()
    assert (image["job"], image["error"]) == (None, None)
    assert image["may_link"] is may_link
    assert [v["variant"] for v in image["variants"]] == sizes
    assert all(v["status"] == "ready" for v in image["variants"])
    if original:
        url = image["original"]["url"]
        assert service.session().get(url).content == data
    else:
        assert image["original"] is None


def test_the_part_may_be_called_file(service):
    answer = service.session("basic").post(
        "/v1/images", files={"file": ("a.png", picture(format="PNG"))},
        data={"name": "given"})
    assert answer.status_code == 201
    assert (answer.json()["name"], answer.json()["format"]) == ("given", "png")


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png; q=1",
                                        "IMAGE/anything",
                                        "application/octet-stream"])
def test_a_raw_body_is_taken(service, media_type):
    data = picture()
    answer = service.session("basic").post(
        "/v1/images", params={"name": "Hüte & <b>.jpg"}, data=data,
        headers={"Content-Type": media_type})
    assert answer.status_code == 201
    assert answer.json()["name"] == "Hüte & <b>.jpg"
    assert answer.json()["format"] == "jpeg"
    assert answer.json()["bytes"] == len(data)


def test_a_body_of_unknown_length_is_taken(service):
    """Chunked, as from `curl -T -`."""
    data = picture()
    pieces = (data[i:i + 1000] for i in range(0, len(data), 1000))
    answer = service.session("basic").post(
        "/v1/images", data=pieces, headers={"Content-Type": "image/jpeg"})
    assert answer.status_code == 201
    assert answer.json()["sha256"] == hashlib.sha256(data).hexdigest()
    assert answer.json()["name"] == "image"


@pytest.mark.parametrize("filename, name", [
    ("C:\\fakepath\\puffin.jpg", "puffin.jpg"),
    ("../../etc/passwd", "passwd"),
    ("label:@secret", "label:@secret"),
    ("папуга 🦜.jpg", "папуга 🦜.jpg"),
    ("é" * 200 + ".jpg", "é" * 127),
    ("folder/..", "image"),
])
def test_a_picture_is_called_as_its_file(service, filename, name):
    assert upload(service.session("basic"), name=filename)["name"] == name


@pytest.mark.parametrize("name", ["", "a" * 256, "é" * 128, "two\r\nlines"])
def test_names_have_1_to_255_bytes_in_a_line(service, name):
    answer = service.session("basic").post(
        "/v1/images", files={"image": picture()}, data={"name": name})
    invalid(answer, "name")


def test_a_name_has_no_control_characters(service):
    answer = service.session("basic").post(
        "/v1/images", files={"image": picture()}, data={"name": "a\x01b"})
    problem(answer, 400, "bad_request")


def test_who_prefers_gets_an_answer_at_once(service):
    """Prefer: respond-async makes a job, which makes the variants."""
    session = service.session("premium")
    answer = post_picture(session, headers={"Prefer": "respond-async"})
    image = answer.json()
    assert answer.status_code == 202
    assert answer.headers["Location"].endswith("/v1/images/" + image["id"])
    assert int(answer.headers["Retry-After"]) > 0
    assert image["status"] == "processing"
    assert (image["job"]["kind"], image["job"]["state"]) == \
        ("render", "queued")
    assert [v["url"] for v in image["variants"]] == [None, None]

    image = settled(session, image)
    assert image["status"] == "ready"
    assert image["job"] is None
    for variant in image["variants"]:
        assert service.session().get(variant["url"]).status_code == 200


def test_a_large_picture_is_left_to_a_worker(service):
    """It would take more than the setting sync_budget_ms."""
    session = service.session("basic")
    answer = post_picture(session, large_picture())
    assert answer.status_code == 202
    image = settled(session, answer.json())
    assert image["status"] == "ready"
    assert image["variants"][0]["width"] == 229


def test_large_thumbnails_are_left_to_a_worker(service):
    """To choose the colours of a GIF takes longer than to read it."""
    session = service.session("enterprise")
    answer = post_picture(session, picture(10000, 300, "GIF"))
    assert answer.status_code == 202
    image = settled(session, answer.json())
    assert [v["width"] for v in image["variants"]] == [6667, 10000]


@pytest.mark.parametrize("format, thumbnail", [
    ("JPEG", "jpeg"), ("PNG", "png"), ("GIF", "gif"), ("WEBP", "webp"),
    ("TIFF", "jpeg"), ("BMP", "jpeg"),
])
def test_every_format_is_taken(service, format, thumbnail):
    """Thumbnails are of the same format where browsers show it."""
    image = upload(service.session("basic"), picture(format=format))
    assert image["format"] == format.lower()
    assert image["variants"][0]["format"] == thumbnail


def with_others(format, count):
    """A picture and behind it bytes that are no part of it."""
    return picture(format=format) + b"\0" * count


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_a_file_ends_with_its_picture(service, format):
    """422 for more than 64 KiB and a tenth of the file behind it."""
    session = new_user(service)
    assert upload(session, with_others(format, 65536))["status"] == "ready"
    many = max(65537, len(picture(format=format)) // 8)
    detail = problem(post_picture(session, with_others(format, many)),
                     422, "corrupt_image")["detail"]
    assert f"a {format.lower()} with {many} other bytes" in detail
    assert len(session.get("/v1/images").json()["items"]) == 1


def with_data_inside(format):
    """Where the picture's own are, and more than it can need."""
    more, whole = bytes([0x55]) * 200000, picture(64, 48, format)
    if format == "JPEG":
        return whole[:-2] + more + whole[-2:]
    if format == "GIF":
        blocks = b"".join(b"\xff" + more[at:at + 255]
                          for at in range(0, 195000, 255))
        return whole[:-2] + blocks + whole[-2:]
    junk = b"JUNK" + len(more).to_bytes(4, "little") + more
    head = b"VP8X" + (10).to_bytes(4, "little") + bytes(4) + \
        (63).to_bytes(3, "little") + (47).to_bytes(3, "little")
    body = b"WEBP" + head + whole[12:] + junk
    return b"RIFF" + len(body).to_bytes(4, "little") + body


@pytest.mark.parametrize("format", ["JPEG", "GIF", "WEBP"])
def test_a_file_holds_no_more_than_its_picture(service, format):
    detail = problem(post_picture(new_user(service), with_data_inside(format)),
                     422, "corrupt_image")["detail"]
    assert f"a {format.lower()} with" in detail


def rle_bitmap(more):
    """Of 64x48 pixels, and behind their data some that nothing needs."""
    head = struct.pack("<2sIHHI IiiHHIIiiII", b"BM", 0, 0, 0, 62, 40, 64, 48,
                       1, 8, 1, 0, 0, 0, 2, 0)
    return (head + b"\0\0\0\0\xff\xff\xff\0" +
            b"\0\0".join([b"\x40\1"] * 48) + b"\0\1" + more)


def test_an_rle_bitmap_ends_with_its_data(service):
    session = new_user(service)
    assert upload(session, rle_bitmap(b"\1" * 60000))["format"] == "bmp"
    detail = problem(post_picture(session, rle_bitmap(b"\1" * 100000)),
                     422, "corrupt_image")["detail"]
    assert "a bmp with 100000 other bytes" in detail


def with_metadata(format, size):
    """As programs keep it in a picture for themselves."""
    data = bytes(random.Random(size).randbytes(size))
    whole = picture(64, 48, format)
    if format == "JPEG":
        segments = b"".join(
            b"\xff\xe3" + struct.pack(">H", len(part) + 2) + part
            for part in (data[at:at + 65533]
                         for at in range(0, size, 65533)))
        return whole[:2] + segments + whole[2:]
    if format == "PNG":
        body = b"prVW" + data
        return whole[:33] + struct.pack(">I", size) + body + \
            struct.pack(">I", zlib.crc32(body)) + whole[33:]
    if format == "GIF":
        return whole[:-1] + b"!\xfe" + b"".join(
            b"\xff" + data[at:at + 255].ljust(255)
            for at in range(0, size, 255)) + b"\0;"
    if format == "WEBP":
        return encode(quarters(64, 48), format, xmp=data)
    return encode(quarters(64, 48), format, tiffinfo={37724: data})


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "TIFF"])
def test_metadata_may_be_more_than_the_picture(service, format):
    """Up to 16 MiB, or three quarters of the file: previews, maps of depth and
    heat, layers."""
    session = service.session("enterprise")
    data = with_metadata(format, 15 << 20)
    image = upload(session, data)
    assert session.get(variant_of(image, "original")).content == data
    detail = problem(post_picture(session, with_metadata(format, 17 << 20)),
                     422, "corrupt_image")["detail"]
    assert f"a {format.lower()} with" in detail


def cropped_in_place(size, format, **options):
    """A smaller picture over a larger one, of which this much remains."""
    smaller = picture(format=format)
    noise = random.Random(size).randbytes(200 * size)
    larger = encode(Image.frombytes("L", (size, 200), noise), format,
                    **options)
    return smaller, smaller + larger[-size:]


@pytest.mark.parametrize("prefer", ["", "respond-async"])
@pytest.mark.parametrize("size", [500, 40000])
@pytest.mark.parametrize("format, options", [
    ("PNG", {}), ("JPEG", {}), ("JPEG", {"progressive": True})])
def test_what_was_cropped_off_is_cut_off(service, size, prefer, format,
                                         options):
    """Screenshot tools of Android and Windows left the end of the larger
    picture in the file, and all could see it who had the file."""
    session = service.session("enterprise")
    smaller, whole = cropped_in_place(size, format, **options)
    answer = post_picture(session, whole, headers={"Prefer": prefer})
    image = settled(session, answer.json())
    assert image["bytes"] == len(smaller)
    assert image["sha256"] == hashlib.sha256(smaller).hexdigest()
    assert session.get(variant_of(image, "original")).content == smaller


def motion_photo():
    video = b"\0\0\0\x10ftypmp42\0\0\0\0" + \
        (300000).to_bytes(4, "big") + b"mdat" + bytes(299992)
    return picture() + video


def multi_picture():
    """Such as a gain map: a larger one behind the first, with padding."""
    return picture() + bytes(10) + picture(3000, 2000, quality=100)


@pytest.mark.parametrize("make", [motion_photo, multi_picture])
def test_what_cameras_append_is_kept(service, make):
    session = service.session("enterprise")
    data = make()
    assert len(data) > len(picture()) + 65536
    image = upload(session, data)
    assert image["format"] == "jpeg"
    assert session.get(variant_of(image, "original")).content == data


def test_the_content_decides_what_a_file_is(service):
    answer = service.session("basic").post(
        "/v1/images",
        files={"image": ("a.jpg", picture(format="PNG"), "image/gif")})
    assert answer.json()["format"] == "png"


@pytest.mark.parametrize("data", [
    b"", b"\xff\xd8", b"just a text", b"%PDF-1.7\n", b"%!PS-Adobe-3.0\n",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"push graphic-context\n",
    b"PK\x03\x04", b"\0\0\1\0\1\0", b"8BPS\0\1", b"gimp xcf file",
], ids=repr)
def test_what_is_no_picture_is_refused(service, data):
    """415 unsupported_format, whatever the name says."""
    before = service.objects()
    answer = service.session("basic").post(
        "/v1/images", files={"image": ("a.jpg", data, "image/jpeg")})
    problem(answer, 415, "unsupported_format")
    assert service.objects() == before


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "TIFF",
                                    "BMP"])
def test_damaged_pictures_leave_nothing(service, format):
    whole = encode(quarters().effect_spread(40), format)
    session = new_user(service)
    before = service.objects()
    for part in (len(whole) // 2, len(whole) * 9 // 10):
        problem(post_picture(session, whole[:part]), 422, "corrupt_image")
    assert service.objects() == before
    assert session.get("/v1/images").json()["items"] == []
    assert session.get("/v1/me").json()["usage"]["images"] == 0


def test_a_tier_may_take_some_formats_only(service):
    session = new_user(service, formats="jpeg png")
    upload(session, picture(format="PNG"))
    problem(post_picture(session, picture(format="BMP")),
            415, "unsupported_format")


def test_damage_may_show_only_to_the_worker(service):
    """An image whose job fails says why."""
    session = service.session("basic")
    answer = post_picture(session, broken_picture(),
                          headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    image = settled(session, answer.json())
    assert image["status"] == "failed"
    assert image["error"]["code"] == "corrupt_image"
    assert image["job"]["state"] == "failed"
    assert image["variants"][0]["status"] == "failed"
    thumbnail = f"/v1/images/{image['id']}/variants/h200"
    problem(session.get(thumbnail), 422, "corrupt_image")
