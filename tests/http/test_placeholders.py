"""Placeholders: the ThumbHash and the dominant colour of an image."""

import base64
import pathlib

import pytest
from PIL import Image

from api import new_user, post_picture, settled, upload, variant_of
from pictures import encode, picture, quarters
from service import SRCDIR

# The formulas of tests/lib/thumbhash.mjs.
KINDS = {
    "gradient": lambda x, y, w, h:
        (x * 255 // w, x * y * 255 // (w * h), 128, 255),
    "gray": lambda x, y, w, h: ((x * 7 + y * 13) % 256,) * 3 + (255,),
    "flat": lambda x, y, w, h: (200, 40, 90, 255),
    "noise": lambda x, y, w, h: ((x * x * 31 + y * 57) % 256,
                                 (x * 17 + y * y * 91) % 256,
                                 (x * y * 23) % 256, 255),
    "cutout": lambda x, y, w, h:
        (x * 29 % 256, y * 41 % 256, 200,
         255 if (2 * x - w) ** 2 + (2 * y - h) ** 2 < w * h else 0),
}


def reference():
    """The rows of tests/lib/thumbhash.txt whose alpha is 0 or 255: thumbnails
    have premultiplied colours, so others are not exact."""
    lines = pathlib.Path(SRCDIR, "tests/lib/thumbhash.txt").read_text()
    rows = [line.split() for line in lines.splitlines()]
    return [(kind, int(w), int(h), hash) for kind, w, h, hash in rows
            if kind in KINDS]


def drawn(kind, width, height):
    image = Image.new("RGBA", (width, height))
    image.putdata([KINDS[kind](x, y, width, height)
                   for y in range(height) for x in range(width)])
    return image


@pytest.mark.parametrize("kind, width, height, expected", reference())
def test_a_small_picture_has_the_hash_of_the_reference(
        service, kind, width, height, expected):
    image = upload(new_user(service),
                   encode(drawn(kind, width, height), "PNG"), "a.png")
    assert image["placeholder"] == expected


def mean_and_ratio(placeholder):
    """The mean colour and the longer side of a ThumbHash without alpha."""
    data = base64.b64decode(placeholder)
    head = int.from_bytes(data[:3], "little")
    l = (head & 63) / 63
    p = (head >> 6 & 63) / 31.5 - 1
    q = (head >> 12 & 63) / 31.5 - 1
    b = l - 2 / 3 * p
    r = (3 * l - b + q) / 2
    return (r, r - q, b), bool(data[4] & 128)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "TIFF",
                                    "BMP"])
@pytest.mark.parametrize("width, height", [(900, 600), (200, 700)])
def test_every_format_has_a_placeholder(service, format, width, height):
    """Of the mean colour and the shape of the whole picture."""
    image = upload(new_user(service), picture(width, height, format))
    mean, lies = mean_and_ratio(image["placeholder"])
    means = [sum(colour[c] for colour in
                 ((200, 40, 40), (40, 160, 60), (40, 60, 200),
                  (225, 215, 120))) / 4 / 255 for c in range(3)]
    assert mean == pytest.approx(means, abs=0.06)
    assert lies == (width > height)
    assert image["color"] and len(image["color"]) == 7


def test_an_upright_picture_has_an_upright_placeholder(service):
    """The EXIF orientation is applied."""
    exif = Image.Exif()
    exif[274] = 6
    image = upload(new_user(service), encode(quarters(600, 300), "JPEG",
                                             exif=exif))
    assert not mean_and_ratio(image["placeholder"])[1]


def test_the_color_is_the_dominant_one(service):
    session = new_user(service)
    large = quarters(640, 480, ((20, 180, 30), (20, 180, 30), (20, 180, 30),
                                (250, 10, 10)))
    assert upload(session, encode(large, "PNG"))["color"] == "#14b41e"
    clear = encode(Image.new("RGBA", (40, 30)), "PNG")
    image = upload(session, clear)
    assert image["color"] is None and image["placeholder"]


def test_a_worker_makes_it_too(service):
    """null until then; and a tier without sizes gets it with the first
    variant."""
    session = new_user(service, any_size=True)
    data = encode(drawn("noise", 24, 14), "PNG")
    expected = upload(session, data, "a.png")["placeholder"]
    service.stop("worker")
    try:
        later = post_picture(session, data,
                             headers={"Prefer": "respond-async"}).json()
        assert (later["placeholder"], later["color"]) == (None, None)
    finally:
        service.start("worker")
    image = settled(session, later)
    assert image["placeholder"] == expected and image["color"]

    owner = session.auth[0]
    service.query(
        "DELETE s FROM tier_sizes s JOIN users u ON u.tier_id = s.tier_id"
        " WHERE u.username = %s", owner)
    image = upload(session, data, "a.png")
    assert (image["placeholder"], image["variants"]) == (None, [])
    assert session.get(variant_of(image, "w30")).status_code == 200
    shown = session.get("/v1/images/" + image["id"]).json()
    assert shown["placeholder"] and shown["color"]
    before = shown["placeholder"]
    assert session.get(variant_of(image, "w8")).status_code == 200
    shown = session.get("/v1/images/" + image["id"]).json()
    assert shown["placeholder"] == before


def test_an_animation_has_that_of_its_first_frame(service):
    session = new_user(service, animated=True)
    frames = [Image.new("RGB", (64, 48), colour)
              for colour in ((250, 10, 10), (10, 10, 250))]
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:],
                  duration=100)
    image = settled(session, post_picture(session, data).json())
    assert image["placeholder"] and image["color"] == "#fa0a0a"
