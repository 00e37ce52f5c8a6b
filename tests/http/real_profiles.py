"""ICC profiles that fit the picture, and others, which are ignored."""

import itertools

import colorimetry
import icc
from pictures import encode
from real_pictures import Case, scene

FORMATS = {
    "jpg": ("JPEG", {"quality": 95, "subsampling": 0}),
    "webp": ("WEBP", {"quality": 95, "method": 0}),
    "tif": ("TIFF", {}),
    "png": ("PNG", {}),
}


def file(image, extension, profile):
    kind, options = FORMATS[extension]
    return encode(image, kind, icc_profile=profile, **options)


def case(name, image, extension, profile, reference):
    return Case(f"{name}.{extension}",
                lambda: file(image(), extension, profile), reference)


def gray():
    return scene().convert("L")


def cmyk():
    return scene().convert("CMYK")


def linear_gray():
    return colorimetry.shown(gray(), colorimetry.power(1))


def profile_cases():
    swapped = icc.rgb_profile()
    for extension in FORMATS:
        yield case("icc-swapped", scene, extension, swapped,
                   lambda: icc.shown(scene(), swapped))
        yield case("icc-gray-on-rgb", scene, extension, icc.gray_profile(),
                   scene)
    for extension in ("jpg", "tif", "png"):
        yield case("icc-gray", gray, extension, icc.gray_profile(),
                   linear_gray)
        yield case("icc-rgb-on-gray", gray, extension,
                   icc.rgb_profile(gamma=1.0), gray)
    for extension, profile in itertools.product(
            ("jpg", "tif"), (swapped, icc.gray_profile(), icc.lab_profile())):
        yield case(f"icc-{profile[16:20].decode().strip()}-on-cmyk", cmyk,
                   extension, profile, lambda: cmyk().convert("RGB"))


def ignored_cases():
    for (name, profile), extension in itertools.product(
            icc.other_profiles().items(), FORMATS):
        yield case(f"icc-{name}", scene, extension, profile, scene)


CASES = [*profile_cases(), *ignored_cases()]
