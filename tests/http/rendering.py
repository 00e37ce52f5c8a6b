"""A picture and its thumbnail as Pillow sees them, to compare."""

import io

from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat

import colorimetry

# Of 255, at 16x16: other decoders and other filters stay below it. JPEG and
# WebP have one colour for four pixels, which shows in the smallest pictures.
MOST_DIFFERENCE = 10
MOST_OF_SMALL = 40
SMALL = 16

Image.MAX_IMAGE_PIXELS = None


def oriented_size(width, height, source):
    """Of a file with these sides, as people see it. Without a source it is
    taken to stand upright."""
    turn = source.getexif().get(0x0112, 1) if source else 1
    return (height, width) if 5 <= turn <= 8 else (width, height)


def thumbnail_size(size, height):
    if size[1] <= height:
        return size
    return max(1, (size[0] * height + size[1] // 2) // size[1]), height


def open_picture(data):
    """None when Pillow cannot decode it. From bytes, for given a file, it may
    close another's descriptor after a TIFF."""
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
        return image
    except (OSError, SyntaxError, ValueError):
        return None


def by_gamma(image):
    """A PNG whose chunks gAMA and cHRM count; Pillow only reads them."""
    gamma, xy = image.info.get("gamma"), image.info.get("chromaticity")
    primaries = xy and tuple(zip(xy[::2], xy[1::2]))
    expected = (colorimetry.D65, *colorimetry.SRGB)
    is_srgb = not xy or all(abs(a - b) < 0.005 for one, other in zip(
        primaries, expected) for a, b in zip(one, other))
    if "srgb" in image.info or (is_srgb and (
            not gamma or 0.45 < gamma < 0.46)):
        return image
    curve = colorimetry.power(1 / gamma) if gamma else colorimetry.srgb_curve
    white, *primaries = expected if is_srgb else primaries
    rgba = image.convert("RGBA")
    shown = colorimetry.shown(rgba, curve, primaries, white)
    shown.putalpha(rgba.getchannel("A"))
    return shown


def to_srgb(image):
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16") or image.mode == "I":
        info = image.info
        image = image.convert("I").point(lambda it: it / 256).convert("L")
        image.info = info
    if image.mode == "LAB":
        return ImageCms.profileToProfile(image, ImageCms.createProfile("LAB"),
                                         ImageCms.createProfile("sRGB"),
                                         outputMode="RGB")
    if profile and image.mode in ("RGB", "L", "CMYK"):
        return ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"), outputMode="RGB")
    return image if profile else by_gamma(image)


def gist(image):
    """16x16 pixels of it, on white."""
    if image.format != "TIFF":  # which Pillow has turned already
        image = ImageOps.exif_transpose(image)
    return on_white(to_srgb(image)).resize((16, 16), Image.BOX)


def on_white(image):
    """An RGB picture, with white where the picture is transparent."""
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image.convert("RGBA"))
    return white.convert("RGB")


def difference(one, other):
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def most_difference(size):
    return MOST_OF_SMALL if min(size) <= SMALL else MOST_DIFFERENCE
