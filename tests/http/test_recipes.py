"""The parts of a recipe: gravity, effects, quality and density."""

import json
import math
import random
import re
import uuid

import pytest
from PIL import Image

from api import invalid, new_user, problem, upload, variant_of
from pictures import decode, encode, grey, picture, quarters
from service import SRCDIR


def any_size(service, **columns):
    return new_user(service, any_size=True, max_side=9000, **columns)


def made(session, image, name):
    """The file of the variant, whose link anybody may open."""
    answer = session.get(variant_of(image, name))
    assert answer.status_code == 200, answer.text
    return decode(answer.content)


def gradient(width, height):
    """Each pixel differs from all others."""
    image = Image.new("RGB", (width, height))
    image.putdata([(x % 256, y % 256, x // 256 * 16 + y // 256)
                   for y in range(height) for x in range(width)])
    return image


@pytest.mark.parametrize("gravity, x, y", [
    ("", 50, 0), ("-north", 50, 0), ("-north-east", 100, 0),
    ("-east", 100, 0), ("-south-east", 100, 0), ("-south", 50, 0),
    ("-south-west", 0, 0), ("-west", 0, 0), ("-north-west", 0, 0),
])
def test_a_gravity_keeps_its_side(service, gravity, x, y):
    """The pixels of the picture, of 300x200 and turned."""
    session = any_size(service)
    wide = gradient(300, 200)
    image = upload(session, encode(wide, "PNG"), "a.png")
    found = made(session, image, f"200x200-cover{gravity}.png")
    assert found.tobytes() == wide.crop((x, y, x + 200, y + 200)).tobytes()

    tall = gradient(200, 300)
    image = upload(session, encode(tall, "PNG"), "a.png")
    y = {"n": 0, "s": 100}.get(gravity[1:2], 50)
    found = made(session, image, f"200x200-cover{gravity}.png")
    assert found.tobytes() == tall.crop((0, y, 200, y + 200)).tobytes()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "TIFF"])
def test_smart_keeps_what_stands_out(service, format):
    session = any_size(service)
    plain = Image.new("RGB", (900, 300), (128, 128, 128))
    plain.paste(quarters(120, 120), (720, 90))
    image = upload(session, encode(plain, format), "a." + format.lower())
    found = made(session, image, "60x60-cover-smart.png").convert("RGB")
    colours = sorted(found.getcolors(9999))
    assert sum(count for count, colour in colours
               if max(colour) - min(colour) > 60) > 400, colours[-5:]
    centre = made(session, image, "60x60-cover.png").convert("RGB")
    assert max(max(colour) - min(colour)
               for _, colour in centre.getcolors(9999)) < 16


def test_smart_of_an_animation_looks_at_its_first_frame(service):
    """All frames have the same crop."""
    session = any_size(service, animated=True)
    frames = [Image.new("RGB", (600, 200), (128, 128, 128))
              for _ in range(3)]
    frames[0].paste((220, 30, 30), (480, 50, 580, 150))
    frames[1].paste((220, 30, 30), (20, 50, 120, 150))
    frames[2].paste((30, 30, 220), (480, 50, 580, 150))
    image = upload(session, encode(frames[0], "GIF", save_all=True,
                                   append_images=frames[1:], duration=100),
                   "a.gif")
    found = made(session, image, "50x50-cover-smart")
    assert found.n_frames == 3
    shown = []
    for i in range(3):
        found.seek(i)
        shown.append(max(max(colour) - min(colour) for _, colour
                         in found.convert("RGB").getcolors(9999)))
    assert shown[0] > 100 and shown[1] < 30 and shown[2] > 100, shown


def test_gray_is_gray(service):
    session = any_size(service)
    image = upload(session, picture(format="PNG"), "a.png")
    found = made(session, image, "h480-gray.png")
    expected = [grey(colour) for colour in
                (quarters().getpixel(at) for at in
                 ((9, 9), (630, 9), (9, 470), (630, 470)))]
    rgb = found.convert("RGB")
    for at, colour in zip(((9, 9), (630, 9), (9, 470), (630, 470)), expected):
        assert abs(rgb.getpixel(at)[0] - colour[0]) <= 1
    assert made(session, image, "h99-gray.jpeg").mode == "L"
    assert made(session, image, "h480-gray.png").mode in ("L", "P", "1")


def gauss(values, at, sigma):
    """One value of a row that continues at its ends."""
    weights = [(math.exp(-d * d / sigma / sigma / 2),
                values[min(max(at + d, 0), len(values) - 1)])
               for d in range(-5 * sigma, 5 * sigma + 1)]
    return (sum(weight * value for weight, value in weights) /
            sum(weight for weight, _ in weights))


def test_blur_is_gaussian(service):
    """@2x has the same picture with twice the pixels."""
    session = any_size(service)
    stripes = Image.new("RGB", (400, 40))
    for x in range(400):
        stripes.paste(((x // 40 % 2) * 255, (x // 25 % 3) * 100, x // 2),
                      (x, 0, x + 1, 40))
    image = upload(session, encode(stripes, "PNG"), "a.png")
    for name, sigma in (("w400-blur3.png", 3), ("w400-blur8.png", 8),
                        ("w200-blur8@2x.png", 16)):
        found = made(session, image, name).convert("RGB")
        assert found.size == (400, 40)
        for channel in range(3):
            values = [stripes.getpixel((x, 20))[channel] for x in range(400)]
            for x in range(0, 400, 7):
                assert abs(found.getpixel((x, 20))[channel] -
                           gauss(values, x, sigma)) <= 5, (name, x)


def test_sharp_has_stronger_edges(service):
    session = any_size(service)
    soft = Image.new("L", (64, 64))
    soft.putdata([60 + 2 * x for _ in range(64) for x in range(64)])
    soft.paste(200, (32, 0, 64, 64))
    image = upload(session, encode(soft.convert("RGB"), "PNG"), "a.png")
    plain = made(session, image, "w64.png").convert("RGB")
    sharp = made(session, image, "w64-sharp.png").convert("RGB")
    assert plain.tobytes() == soft.convert("RGB").tobytes()
    for x in range(1, 63):
        kernel = sum(plain.getpixel((x + dx, 9))[0] * 3 for dx in (-1, 0, 1))
        expected = (33 * plain.getpixel((x, 9))[0] - kernel) / 24
        assert abs(sharp.getpixel((x, 9))[0] -
                   min(max(expected, 0), 255)) <= 1


def test_a_quality_is_that_of_libjpeg(service):
    """The quantization tables, and the size of a WebP."""
    session = any_size(service)
    image = upload(session)
    for quality in (1, 30, 80, 100):
        found = made(session, image, f"w200-q{quality}.jpeg")
        expected = decode(picture(quality=quality))
        assert found.quantization == expected.quantization, quality
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    image = upload(session, encode(noise, quality=98), "a.jpg")
    sizes = [len(session.get(variant_of(image, f"w300-q{quality}.webp"))
                 .content) for quality in (10, 50, 90)]
    assert sizes == sorted(sizes) and sizes[0] * 2 < sizes[2]


def test_a_density_multiplies_the_pixels(service):
    session = any_size(service)
    image = upload(session)
    for name, size in (("h100@2x", (267, 200)), ("h100@3x", (400, 300)),
                       ("100x50-cover@2x", (200, 100)),
                       ("100x50-exact@3x.png", (300, 150)),
                       ("w600@2x", (640, 480))):
        assert made(session, image, name).size == size
    plain = session.get(variant_of(image, "h150")).content
    assert session.get(variant_of(image, "h75@2x")).content == plain


def test_a_name_may_be_in_a_link(service):
    """The URL of a link, and the file behind it."""
    session = any_size(service, links=True)
    image = upload(session)
    name = "100x100-cover-north-west-gray-blur2-sharp-q80@2x.webp"
    path = f"/v1/images/{image['id']}"
    asked = session.post(path + "/variants", json={"variant": name})
    assert asked.status_code == 201, asked.text
    assert asked.json()["variant"] == name
    link = session.post(path + "/links",
                        json={"variant": name, "expires_in": 300})
    assert link.status_code == 201, link.text
    for url in (asked.json()["url"], link.json()["url"]):
        got = service.session().get(url)
        assert got.status_code == 200
        assert decode(got.content).size == (200, 200)
    shown = session.get(path).json()
    assert name in [variant["variant"] for variant in shown["variants"]]


def test_a_tier_allows_a_name_or_any_size(service):
    """A size of a tier allows no other spelling; an upload renders it."""
    session = new_user(service)
    admin = service.session("admin")
    tier = service.query("SELECT HEX(tier_id) FROM users WHERE username = %s",
                         session.auth[0])[0][0]
    sizes = ["h200", "90x90-cover-smart-sharp-q70@2x.webp"]
    changed = admin.patch(f"/v1/admin/tiers/{uuid.UUID(tier)}",
                          json={"sizes": sizes})
    assert changed.status_code == 200, changed.text
    image = upload(session)
    assert sorted(variant["variant"] for variant in image["variants"]) == \
        sorted(sizes)
    assert made(session, image, sizes[1]).size == (180, 180)
    for other in ("h200-gray", "h200@2x", "h200-q80", "90x90-cover-smart",
                  "90x90-cover-north", "90x90-cover"):
        problem(session.get(variant_of(image, other)), 403, "tier_forbids")
    wide = any_size(service)
    image = upload(wide)
    problem(wide.get(variant_of(image, "h4501@2x")), 403, "tier_forbids")
    assert wide.get(variant_of(image, "h4500@2x")).status_code == 200


def resize(session, data=None, **fields):
    return session.post("/v1/resize", data=fields,
                        files={"file": ("a.png", data or picture())})


def test_a_resize_takes_a_recipe(service):
    """POST /v1/resize: a recipe instead of the other fields."""
    session = any_size(service)
    answer = resize(session, recipe="100x100-cover-east-gray-q40@2x.jpeg")
    assert answer.status_code == 201, answer.text
    found = decode(session.get(answer.json()["result_url"]).content)
    assert (found.size, found.mode) == ((200, 200), "L")
    assert found.quantization[0] == \
        decode(picture(quality=40)).quantization[0]
    for field, value in (("width", "9"), ("height", "9"), ("fit", "cover"),
                         ("format", "png"), ("quality", "9")):
        invalid(resize(session, recipe="h9", **{field: value}), field)
    for wrong in ("", "original", "h9-", "h9-sharp-gray"):
        said = invalid(resize(session, recipe=wrong), "recipe")
        assert "h200" in said["detail"]
    basic = service.session("basic")
    problem(resize(basic, recipe="h99"), 403, "tier_forbids")


PIECES = ["h20", "w30", "20x30", "-cover", "-exact", "-north", "-north-east",
          "-south", "-west", "-smart", "-gray", "-blur3", "-sharp", "-q70",
          "@2x", "@3x", ".webp", ".png", ".jpeg", "0", "-", "x", "9"]


def test_the_document_has_the_same_names(service):
    """A name is accepted if it matches the pattern of VariantName, apart
    from a quality of a format without one."""
    document = json.loads((SRCDIR / "doc" / "openapi.json").read_text())
    pattern = re.compile(
        document["components"]["schemas"]["VariantName"]["pattern"])
    session = any_size(service)
    path = upload(session, picture(60, 40))["id"]
    chance = random.Random(7)
    seen = set()
    for _ in range(120):
        name = chance.choice(PIECES[:3]) + "".join(
            sorted(chance.sample(PIECES[3:], chance.randint(0, 4)),
                   key=PIECES.index if chance.random() < .8 else str))
        answer = session.post(f"/v1/images/{path}/variants",
                              json={"variant": name})
        expected = bool(pattern.search(name)) and \
            not ("-q70" in name and name.endswith(".png"))
        seen.add(expected)
        assert (answer.status_code == 201) == expected, (name, answer.text)
        if not expected:
            invalid(answer, "variant")
    assert seen == {True, False}
