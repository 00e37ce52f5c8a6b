"""Pictures of 16 bits whose samples are proportional to light: all of their
colours are in the first 16 steps of 8 bits."""

import struct

from PIL import Image

import colorimetry
import icc
import real_png
import real_tiff
from real_pictures import Case

SIZE = 128, 48
STEP = 4096 // SIZE[0]
MOST_DIFFERENCE = 1


def samples(channels):
    """Each row's, from black on; where there is alpha, it is opaque."""
    alpha = [65535] * (1 - channels % 2)
    return [sample for x in range(SIZE[0])
            for sample in [x * STEP] * (channels - len(alpha)) + alpha]


def reference():
    row = [colorimetry.encode(x * STEP / 65535) for x in range(SIZE[0])]
    image = Image.new("L", SIZE)
    image.putdata(row * SIZE[1])
    return image.convert("RGB")


def png(kind, channels, *chunks):
    row = struct.pack(f">{channels * SIZE[0]}H", *samples(channels))
    return real_png.file(SIZE, 16, kind, [b"\0" + row] * SIZE[1],
                         b"".join(chunks))


def tiff(photometric, channels, profile):
    row = struct.pack(f"<{channels * SIZE[0]}H", *samples(channels))
    tags = {"EXTRA_SAMPLES": (real_tiff.SHORT, [2])} \
        if channels % 2 == 0 else {}
    return real_tiff.tiff(real_tiff.page(
        row * SIZE[1], SIZE, photometric, channels, bits=16,
        ICC_PROFILE=(real_tiff.BYTE, list(profile)), **tags))


def case(name, data, *args):
    return Case("dark-" + name, lambda: data(*args), reference,
                most_difference=MOST_DIFFERENCE)


LINEAR = icc.rgb_profile(icc.SRGB, 1)
LINEAR_GRAY = icc.gray_profile(1)
KINDS = {"gray": (real_png.GRAY, 1), "rgb": (real_png.RGB, 3),
         "gray-alpha": (real_png.GRAY_ALPHA, 2), "rgba": (real_png.RGBA, 4)}

CASES = [
    *(case(f"{name}-gama-1.png", png, *kind, real_png.gama(1))
      for name, kind in KINDS.items()),
    *(case(f"{name}-cicp-linear.png", png, *kind, real_png.cicp(1, 8))
      for name, kind in KINDS.items()),
    *(case(f"{name}-iccp.png", png, *kind, real_png.iccp(
        LINEAR_GRAY if "gray" in name else LINEAR))
      for name, kind in KINDS.items()),
    case("gray.tif", tiff, real_tiff.BLACK_IS_0, 1, LINEAR_GRAY),
    case("rgb.tif", tiff, real_tiff.RGB, 3, LINEAR),
    case("rgba.tif", tiff, real_tiff.RGB, 4, LINEAR),
]
