"""Animated pictures: tiers with `animated` keep all frames of them."""

import struct

import pytest
from PIL import Image, ImageChops, ImageSequence, ImageStat
from PIL.GifImagePlugin import getdata

import icc
from api import new_user, post_picture, settled, upload, variant_of
from pictures import QUARTERS, decode, encode, quarters
from service import wait_until

SIZE = (320, 240)
DELAYS = [100, 250, 40, 1000, 70]


@pytest.fixture(scope="module")
def user(service):
    """Whose tier keeps animation, in any size."""
    return new_user(service, animated=True, any_size=True)


def part(colour, size=(120, 90), hole=False):
    """Of one colour; with a hole, transparent in the middle."""
    image = Image.new("P", size, 1)
    image.putpalette([0, 0, 0, *colour])
    if hole:
        image.paste(0, (30, 20, 90, 70))
    return image


def gif(frames, loop=None, size=SIZE):
    """A GIF of (picture, place, disposal, milliseconds); 0 is transparent."""
    data = b"GIF89a" + struct.pack("<HHBBB", *size, 0, 0, 0)
    if loop is not None:
        data += b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", loop, 0)
    for image, place, disposal, delay in frames:
        data += b"".join(getdata(
            image, place, duration=delay, disposal=disposal, transparency=0,
            include_color_table=True))
    return data + b";"


def parts(disposals, hole=False, whole=True):
    """Five frames: one of the canvas, and parts of it elsewhere each."""
    colours = [*QUARTERS, (90, 20, 120)]
    frames = [(part(colour, hole=hole), (10 + 40 * n, 20 + 25 * n), disposal,
               delay)
              for n, (colour, disposal, delay) in
              enumerate(zip(colours, disposals, DELAYS))]
    if whole:
        frames[0] = (part(colours[0], SIZE), (0, 0), *frames[0][2:])
    return frames


def drawings():
    return [quarters(*SIZE, colours=QUARTERS[n:] + QUARTERS[:n])
            for n in range(4)]


def webp(images, **options):
    return encode(images[0], "WEBP", save_all=True, append_images=images[1:],
                  **{"duration": 80, "loop": 0, "quality": 90, **options})


def translucent():
    """Drawings whose holes differ."""
    images = [image.convert("RGBA") for image in drawings()]
    for n, image in enumerate(images):
        image.paste((0, 0, 0, 0), (60 * n, 40, 60 * n + 90, 160))
    return images


def frames_of(image):
    return [(frame.convert("RGBA"), frame.info.get("duration", 0))
            for frame in ImageSequence.Iterator(image)]


def premultiplied(image):
    """What is transparent has no colour."""
    return Image.composite(image, Image.new("RGBA", image.size, (0,) * 4),
                           image.getchannel("A"))


def differ(left, right):
    """By how much, of 255, on average."""
    both = [premultiplied(image) for image in (left, right)]
    return max(ImageStat.Stat(ImageChops.difference(*both)).mean)


def get(user, image, variant):
    """The variant, made now if it must be."""
    answer = user.post(f"/v1/images/{image['id']}/variants",
                       json={"variant": variant})
    assert answer.status_code in (200, 201, 202), answer.text
    path = variant_of(image, variant)
    wait_until(lambda: user.get(path).status_code != 202)
    answer = user.get(path)
    assert answer.status_code == 200, answer.text
    return decode(answer.content), answer.content


def check_same(image, source, size, most=4):
    """Frames, durations and pictures are those of the source, resized."""
    made, wanted = frames_of(image), frames_of(decode(source))
    assert [duration for _, duration in made] == \
        [duration for _, duration in wanted]
    for number, ((frame, _), (original, _)) in enumerate(zip(made, wanted)):
        assert frame.size == size
        assert differ(frame, original.resize(size, Image.LANCZOS)) < most, \
            number


GIFS = {
    "opaque": encode(drawings()[0], "GIF", save_all=True, loop=0,
                     append_images=drawings()[1:], duration=DELAYS[:4]),
    "parts that stay": gif(parts([1] * 5), 0),
    "parts without a disposal": gif(parts([0] * 5), 0),
    "parts that are cleared": gif(parts([2] * 5), 0),
    "parts that are restored": gif(parts([1, 3, 3, 1, 3]), 0),
    "all disposals": gif(parts([1, 2, 3, 1, 2], hole=True), 0),
    "parts of nothing": gif(parts([2, 1, 3, 2, 1], True, False), 0),
}


@pytest.mark.parametrize("name", GIFS)
@pytest.mark.parametrize("variant, size", [
    ("h60", (80, 60)), ("h400", SIZE), ("100x120-exact", (100, 120)),
    ("h60.webp", (80, 60)), ("h400.webp", SIZE)])
def test_a_gif_stays_animated(user, name, variant, size):
    """Whatever its frames leave behind, as a GIF and as a WebP."""
    source = GIFS[name]
    image, _ = get(user, upload(user, source), variant)
    assert image.format == ("WEBP" if "webp" in variant else "GIF")
    check_same(image, source, size, most=7)


WEBPS = {
    "lossy": webp(drawings()),
    "lossless": webp(drawings(), lossless=True),
    "durations": webp(drawings(), duration=DELAYS[:4]),
    "transparent": webp(translucent()),
    "transparent and lossless": webp(translucent(), lossless=True),
}


@pytest.mark.parametrize("name", WEBPS)
@pytest.mark.parametrize("variant, size", [
    ("h60", (80, 60)), ("h400", SIZE), ("h60.gif", (80, 60)),
    ("h400.gif", SIZE)])
def test_a_webp_stays_animated(user, name, variant, size):
    source = WEBPS[name]
    image, _ = get(user, upload(user, source), variant)
    assert image.format == ("GIF" if "gif" in variant else "WEBP")
    check_same(image, source, size, most=7)


def test_a_cropped_variant_is_animated(user):
    source = webp(drawings())
    image, _ = get(user, upload(user, source), "60x60-cover")
    assert image.n_frames == 4
    for (frame, _), drawing in zip(frames_of(image), drawings()):
        wanted = drawing.crop((40, 0, 280, 240)).resize((60, 60))
        assert differ(frame, wanted.convert("RGBA")) < 7


@pytest.mark.parametrize("loop, gif_loop, webp_loop", [
    (None, None, 1), (0, 0, 0), (1, 1, 2), (7, 7, 8), (65535, 65534, 65535)])
def test_a_gif_plays_as_often(user, loop, gif_loop, webp_loop):
    """A GIF counts repetitions, a WebP how often it plays in all."""
    image = upload(user, gif(parts([1] * 5), loop))
    assert get(user, image, "h50")[0].info.get("loop") == gif_loop
    assert get(user, image, "h50.webp")[0].info["loop"] == webp_loop


@pytest.mark.parametrize("loop, gif_loop", [(0, 0), (1, None), (5, 4)])
def test_a_webp_plays_as_often(user, loop, gif_loop):
    image = upload(user, webp(drawings(), loop=loop))
    assert get(user, image, "h50")[0].info["loop"] == loop
    assert get(user, image, "h50.gif")[0].info.get("loop") == gif_loop


def test_other_formats_show_the_first_frame(user):
    image = upload(user, webp(drawings()))
    for format in ("png", "jpeg"):
        made, _ = get(user, image, f"h60.{format}")
        assert getattr(made, "n_frames", 1) == 1
        wanted = drawings()[0].resize((80, 60)).convert("RGBA")
        assert differ(made.convert("RGBA"), wanted) < 4


def test_thumbnails_of_an_upload_are_animated(service):
    """The tier's sizes, those that are made at once, and of mixed formats."""
    user = new_user(service, animated=True)
    for position, variant in ((3, "h100.png"), (4, "h100.gif"), (5, "w9.jpeg")):
        service.query("INSERT INTO tier_sizes SELECT id, %s, %s FROM tiers"
                      " WHERE name = %s", position, variant, user.auth[0])
    image = upload(user, webp(drawings()))
    assert [variant["variant"] for variant in image["variants"]] == \
        ["h200", "h400", "h100.png", "h100.gif", "w9.jpeg"]
    for variant in image["variants"]:
        assert variant["status"] == "ready"
        answer = service.session().get(variant["url"])
        made = decode(answer.content)
        assert made.format.lower() == variant["format"]
        assert getattr(made, "n_frames", 1) == \
            (4 if made.format in ("GIF", "WEBP") else 1)
        assert made.size == (variant["width"], variant["height"])
        assert len(answer.content) == variant["bytes"]


@pytest.mark.parametrize("format", ["GIF", "WEBP"])
def test_a_tier_without_animated_has_the_first_frame(service, format):
    user = new_user(service, any_size=True)
    images = drawings()
    image = upload(user, encode(images[0], format, save_all=True,
                                append_images=images[1:], duration=80))
    for variant in ("h200", "h60", "h60.gif", "h60.webp"):
        made, _ = get(user, image, variant)
        assert getattr(made, "n_frames", 1) == 1
        wanted = images[0].resize(made.size).convert("RGBA")
        assert differ(made.convert("RGBA"), wanted) < 7


def test_a_resize_is_animated(user):
    """POST /v1/resize: now, and by a job."""
    for prefer in ({}, {"Prefer": "respond-async"}):
        answer = user.post(
            "/v1/resize", files={"file": ("a.gif", GIFS["parts that stay"])},
            data={"width": 80, "height": 60, "fit": "exact"}, headers=prefer)
        assert answer.status_code in (201, 202), answer.text
        job = answer.json().get("job", answer.json())
        done = wait_until(lambda: (
            lambda got: got if got.status_code == 200 else None)(
                user.get(f"/v1/jobs/{job['id']}/result")))
        check_same(decode(done.content), GIFS["parts that stay"], (80, 60), most=7)


def test_a_large_animation_is_for_a_worker(user):
    """Its first frame alone would be made at once."""
    images = [image.resize((800, 600)) for image in drawings() * 8]
    source = encode(images[0], "GIF", save_all=True, append_images=images[1:],
                    duration=50, loop=0)
    answer = post_picture(user, source)
    assert answer.status_code == 202, answer.text
    image = settled(user, answer.json())
    assert image["status"] == "ready"
    check_same(get(user, image, "h400")[0], source, (533, 400), most=7)
    first = encode(images[0], "GIF")
    assert post_picture(user, first).status_code == 201


def flat(count, size=(16, 12)):
    """Frames of which each differs from the one before."""
    return gif([(part((n % 256, 200, n // 256), size), (0, 0), 1, 20)
                for n in range(count)], 0, size)


@pytest.mark.parametrize("count, kept", [(1000, 1000), (1001, 1)])
def test_an_animation_has_at_most_1000_frames(user, count, kept):
    """Of one with more the first frame is shown."""
    answer = post_picture(user, flat(count))
    assert answer.status_code in (201, 202), answer.text
    image = settled(user, answer.json())
    assert get(user, image, "h200")[0].n_frames == kept


@pytest.mark.parametrize("size, variant, kept", [
    ((5000, 4000), "h20", 10), ((5001, 4000), "h20", 1),
    ((50, 40), "5000x4000-exact", 1)])
def test_all_frames_have_at_most_the_pixels_of_one(user, size, variant, kept):
    """The setting max_pixels, for the source and for what is made of it."""
    source = gif([(part((20 * n, 0, 0), (16, 12)), (0, 0), 1, 20)
                  for n in range(10)], 0, size)
    answer = post_picture(user, source)
    assert answer.status_code in (201, 202), answer.text
    image = settled(user, answer.json())
    assert image["status"] == "ready"
    assert get(user, image, variant)[0].n_frames == kept


def test_a_damaged_frame_ends_the_animation(user):
    """Of a GIF that breaks off what came before is kept."""
    whole = GIFS["parts that stay"]
    image = upload(user, whole[:-60])
    made, _ = get(user, image, "h60")
    assert made.n_frames == 4


def test_the_owner_s_tier_decides(service):
    """At the time when the variant is made; what exists stays."""
    user = new_user(service, any_size=True)
    image = upload(user, webp(drawings()))
    assert get(user, image, "h60")[0].n_frames == 1
    service.query("UPDATE tiers SET animated = TRUE WHERE name = %s",
                  user.auth[0])
    assert get(user, image, "h60")[0].n_frames == 1
    assert get(user, image, "h61")[0].n_frames == 4


def test_of_a_damaged_webp_the_first_frame_is_shown(user):
    whole = webp(drawings())
    at = whole.rindex(b"\x9d\x01\x2a")
    image = upload(user, whole[:at] + b"xxx" + whole[at + 3:])
    made, _ = get(user, image, "h60")
    assert getattr(made, "n_frames", 1) == 1
    wanted = drawings()[0].resize((80, 60)).convert("RGBA")
    assert differ(made.convert("RGBA"), wanted) < 7


def test_an_animation_is_upright(user):
    """By its EXIF orientation, as a still picture is."""
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = [image.transpose(Image.ROTATE_90) for image in drawings()]
    image = upload(user, webp(turned, exif=exif.tobytes()))
    made, data = get(user, image, "h60")
    assert b"EXIF" not in data
    assert made.size == (80, 60)
    for (frame, _), drawing in zip(frames_of(made), drawings()):
        assert differ(frame, drawing.resize((80, 60)).convert("RGBA")) < 7


def test_an_animation_is_in_srgb(user):
    """By its profile, which it needs no more."""
    profile = icc.rgb_profile()
    image = upload(user, webp(drawings(), icc_profile=profile))
    for variant in ("h60", "h60.gif"):
        made, data = get(user, image, variant)
        assert b"ICCP" not in data
        for (frame, _), drawing in zip(frames_of(made), drawings()):
            wanted = icc.shown(drawing, profile).resize((80, 60))
            assert differ(frame, wanted.convert("RGBA")) < 7
