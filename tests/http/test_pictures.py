"""Thumbnails, looked at by an independent decoder: size, turn, colours."""

import io

import pytest
from PIL import Image, ImageCms

from api import upload
from pictures import (BLACK_AND_WHITE, QUARTERS, check_quarters, decode,
                      encode, grey, picture, quarters)

GREYS = tuple(grey(colour) for colour in QUARTERS)


def thumbnails(service, user, data):
    """The pictures behind an image's URLs, by variant. What the answer says
    of them has to be so."""
    seen = {}
    for variant in upload(service.session(user), data)["variants"]:
        got = service.session().get(variant["url"])
        image = decode(got.content)
        assert got.headers["Content-Type"] == "image/" + variant["format"]
        assert image.format.lower() == variant["format"]
        assert image.size == (variant["width"], variant["height"])
        assert len(got.content) == variant["bytes"]
        seen[variant["variant"]] = image
    return seen


@pytest.mark.parametrize("size, h200, h400", [
    ((1920, 1200), (320, 200), (640, 400)),
    ((1200, 1920), (125, 200), (250, 400)),
    ((1000, 333), (601, 200), (1000, 333)),
    ((401, 401), (200, 200), (400, 400)),
    ((640, 201), (637, 200), (640, 201)),
    ((3, 2000), (1, 200), (1, 400)),
    ((2000, 3), (2000, 3), (2000, 3)),
    ((300, 200), (300, 200), (300, 200)),
    ((1, 1), (1, 1), (1, 1)),
])
def test_sizes_are_exact_and_nothing_is_enlarged(service, size, h200, h400):
    seen = thumbnails(service, "premium", picture(*size))
    assert {name: image.size for name, image in seen.items()} == \
        {"h200": h200, "h400": h400}


def turned(orientation):
    """What a camera held otherwise keeps: shown by its orientation it is
    upright."""
    back = {1: None, 2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180,
            4: Image.FLIP_TOP_BOTTOM, 5: Image.TRANSPOSE, 6: Image.ROTATE_90,
            7: Image.TRANSVERSE, 8: Image.ROTATE_270}[orientation]
    image = quarters(640, 480)
    return image if back is None else image.transpose(back)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_thumbnails_are_upright(service, format, orientation):
    """By the EXIF orientation, 1 to 8."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"tiffinfo": {0x0112: orientation}} if format == "TIFF" \
        else {"exif": exif.tobytes()}
    data = encode(turned(orientation), format, **options)
    seen = thumbnails(service, "basic", data)["h200"]
    assert seen.size == (267, 200)
    check_quarters(seen)


@pytest.mark.parametrize("name, image, format, options, colours", [
    ("RGB", quarters(), "JPEG", {}, QUARTERS),
    ("progressive", quarters(), "JPEG", {"progressive": True}, QUARTERS),
    ("4:4:4", quarters(), "JPEG", {"subsampling": 0}, QUARTERS),
    ("CMYK", quarters().convert("CMYK"), "JPEG", {}, QUARTERS),
    ("grey", quarters().convert("L"), "JPEG", {}, GREYS),
    ("RGB", quarters(), "PNG", {}, QUARTERS),
    ("grey", quarters().convert("L"), "PNG", {}, GREYS),
    ("16 bits", quarters().convert("I").point(lambda v: v * 257), "PNG", {},
     GREYS),
    ("palette", quarters().quantize(16), "PNG", {}, QUARTERS),
    ("1 bit", quarters(colours=BLACK_AND_WHITE).convert("1"), "PNG", {},
     BLACK_AND_WHITE),
    ("palette", quarters().quantize(256), "GIF", {}, QUARTERS),
    ("interlaced", quarters().quantize(4), "GIF", {"interlace": 1}, QUARTERS),
    ("grey", quarters().convert("L"), "GIF", {}, GREYS),
    ("lossy", quarters(), "WEBP", {}, QUARTERS),
    ("lossless", quarters(), "WEBP", {"lossless": True}, QUARTERS),
    ("RGB", quarters(), "TIFF", {}, QUARTERS),
    ("LZW", quarters(), "TIFF", {"compression": "tiff_lzw"}, QUARTERS),
    ("JPEG", quarters(), "TIFF", {"compression": "jpeg"}, QUARTERS),
    ("CMYK", quarters().convert("CMYK"), "TIFF", {}, QUARTERS),
    ("grey", quarters().convert("L"), "TIFF", {}, GREYS),
    ("palette", quarters().quantize(16), "TIFF", {}, QUARTERS),
    ("1 bit", quarters(colours=BLACK_AND_WHITE).convert("1"), "TIFF",
     {"compression": "group4"}, BLACK_AND_WHITE),
    ("RGB", quarters(), "BMP", {}, QUARTERS),
    ("palette", quarters().quantize(16), "BMP", {}, QUARTERS),
    ("1 bit", quarters(colours=BLACK_AND_WHITE).convert("1"), "BMP", {},
     BLACK_AND_WHITE),
])
def test_colours_stay(service, name, image, format, options, colours):
    seen = thumbnails(service, "basic", encode(image, format, **options))
    check_quarters(seen["h200"], colours)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("format, thumbnail", [
    ("PNG", "PNG"), ("WEBP", "WEBP"), ("TIFF", "PNG"),
])
def test_transparency_stays(service, mode, format, thumbnail):
    image = quarters().convert(mode)
    image.paste(0, (0, 0, 320, 240))
    image.putpixel((0, 0), image.getpixel((0, 0))[:-1] + (255,))
    seen = thumbnails(service, "basic", encode(image, format))["h200"]
    assert seen.format == thumbnail
    alpha = seen.convert("RGBA").getchannel("A")
    assert alpha.getpixel((60, 50)) == 0
    assert alpha.getpixel((200, 50)) == alpha.getpixel((60, 150)) == 255


@pytest.mark.parametrize("format", ["GIF", "WEBP"])
def test_of_an_animation_the_first_picture_counts(service, format):
    later = [Image.new("RGB", (640, 480), (shade,) * 3) for shade in (0, 255)]
    data = encode(quarters(), format, save_all=True, append_images=later,
                  duration=100)
    seen = thumbnails(service, "basic", data)["h200"]
    assert getattr(seen, "n_frames", 1) == 1
    check_quarters(seen)


def swapped_profile():
    """sRGB's profile, with the primaries of red and green exchanged."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    data = profile.tobytes()
    return (data.replace(b"rXYZ", b"____", 1).replace(b"gXYZ", b"rXYZ", 1)
            .replace(b"____", b"gXYZ", 1))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_colours_become_srgb(service, format):
    """By the picture's own profile, which its thumbnail does not need."""
    red, green, blue, _ = QUARTERS
    image = quarters(colours=(red, green, blue, (99, 99, 99)))
    data = encode(image, format, icc_profile=swapped_profile())
    seen = thumbnails(service, "basic", data)["h200"]
    swapped = [(g, r, b) for r, g, b in (red, green, blue)]
    check_quarters(seen, swapped + [(99, 99, 99)], tolerance=14)
    assert "icc_profile" not in seen.info


def with_secrets(format):
    """A picture that tells where and by whom it was taken."""
    exif = Image.Exif()
    exif[0x013b] = "SECRET artist"
    exif[0x8825] = {1: "N", 2: (61.0, 13.0, 7.0), 29: "SECRET day"}
    data = encode(quarters(), format, exif=exif.tobytes(),
                  **({"comment": b"SECRET comment"}
                     if format == "JPEG" else {}))
    if format == "JPEG":
        xmp = b"http://ns.adobe.com/xap/1.0/\0<SECRET/>"
        data = (data[:2] + b"\xff\xe1" + (len(xmp) + 2).to_bytes(2, "big") +
                xmp + data[2:])
    return data


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_thumbnails_tell_nothing_of_the_camera(service, format):
    """No EXIF, GPS, XMP or comment; the original keeps its own."""
    data = with_secrets(format)
    assert b"SECRET artist" in data and b"SECRET day" in data
    image = upload(service.session("premium"), data)
    for variant in image["variants"]:
        thumbnail = service.session().get(variant["url"]).content
        assert b"SECRET" not in thumbnail
        assert not {"exif", "xmp", "comment", "photoshop"} & \
            set(Image.open(io.BytesIO(thumbnail)).info)
    assert service.session().get(image["original"]["url"]).content == data


def os2_bitmap():
    """A BMP with the header of OS/2 2: 24 bytes more than Windows' has."""
    windows = encode(quarters().quantize(256), "BMP")
    pixels_at = int.from_bytes(windows[10:14], "little")
    return (windows[:10] + (pixels_at + 24).to_bytes(4, "little") +
            (64).to_bytes(4, "little") + windows[18:54] + bytes(24) +
            windows[54:])


def test_a_bitmap_of_os2_has_its_colours(service):
    thumbnail = thumbnails(service, "basic", os2_bitmap())["h200"]
    assert thumbnail.size == (267, 200)
    check_quarters(thumbnail)
