"""PNGs as browsers, phones and image programs write them."""

import itertools
import struct
import zlib

from PIL import Image

import colorimetry
import icc
from colorimetry import BT2020, D65, P3, SRGB, SWAPPED, bt709_curve, power, \
    srgb_curve
from pictures import decode, encode
from real_pictures import Case, scene

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6


def chunk(kind, data=b"", crc=None):
    crc = zlib.crc32(kind + data) if crc is None else crc
    return (struct.pack(">I", len(data)) + kind + data +
            struct.pack(">I", crc))


def rows(image, depth):
    """The samples of each row, 16 bits made of 8."""
    data = image.tobytes()
    step = len(data) // image.height
    for y in range(image.height):
        row = data[y * step:(y + 1) * step]
        yield b"\0" + (b"".join(bytes((it, it)) for it in row)
                       if depth == 16 else row)


def file(size, depth, colour, lines, before=b"", after=b"", end=None):
    """A PNG file of these rows, each with its filter."""
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    return (SIGNATURE + chunk(b"IHDR", header) + before +
            chunk(b"IDAT", zlib.compress(b"".join(lines))) + after +
            (chunk(b"IEND") if end is None else end))


def png(image, before=b"", depth=8, between=b"", after=b"", end=None):
    """A PNG file with chunks before PLTE, between PLTE and IDAT, after IDAT."""
    colour = {"L": GRAY, "RGB": RGB, "P": PALETTE, "LA": GRAY_ALPHA,
              "RGBA": RGBA}[image.mode]
    palette = chunk(b"PLTE", bytes(image.getpalette())) \
        if image.mode == "P" else b""
    return file(image.size, depth, colour, rows(image, depth),
                before + palette + between, after, end)


def paletted():
    return scene().quantize(64)


def cut_cases():
    """Files of which the last bytes are missing, but no pixel."""
    for count in (1, 4, 8, 11, 12, 13, 16):
        yield Case(f"cut-{count}.png",
                   lambda count=count: png(scene())[:-count], scene)
    for count in (40, 400):
        yield Case(f"cut-{count}.png",
                   lambda count=count: png(scene())[:-count], status=422,
                   detail="ends before its last pixel")
    yield Case("text-cut.png",
               lambda: png(scene(), after=chunk(b"tEXt", b"Comment\0" +
                                                b"x" * 200))[:-150], scene)
    yield Case("cut-palette.png", lambda: png(paletted())[:-16],
               lambda: paletted().convert("RGB"))
    yield Case("zeros-behind.png", lambda: png(scene()) + b"\0" * 500, scene)
    yield Case("zeros-for-end.png", lambda: png(scene(), end=b"\0" * 64),
               scene)


# Chunks that programs write wrong, none of which changes a pixel.
HARMLESS = {
    "bad-crc-text": chunk(b"tEXt", b"Comment\0hello", 1),
    "no-keyword-text": chunk(b"tEXt", b"hello"),
    "bad-ztxt": chunk(b"zTXt", b"Comment\0\0not deflated"),
    "bomb-ztxt": chunk(b"zTXt", b"Comment\0\0" +
                       zlib.compress(b"x" * 20_000_000)),
    "long-text": chunk(b"tEXt", b"Comment\0" + b"x" * 9_000_000),
    "long-unknown": chunk(b"prVt", b"x" * 9_000_000),
    "two-times": chunk(b"tIME", b"\x07\xe4\1\1\0\0\0") * 2,
    "two-phys": chunk(b"pHYs", b"\0\0\x0b\x13\0\0\x0b\x13\1") * 2,
    "short-gama": chunk(b"gAMA", b"\0\0"),
    "short-chrm": chunk(b"cHRM", b"\0" * 31),
    "bad-iccp": chunk(b"iCCP", b"name\0\0" + zlib.compress(b"no profile")),
    "cut-iccp": chunk(b"iCCP", b"name\0\0" +
                      zlib.compress(b"x" * 400)[:10]),
    "no-name-iccp": chunk(b"iCCP", b""),
    "bad-sbit": chunk(b"sBIT", b"\x11\x11\x11"),
    "bad-bkgd": chunk(b"bKGD", b"\0"),
    "bad-exif": chunk(b"eXIf", b"none"),
    "bad-hist": chunk(b"hIST", b"\0\1"),
    "bad-itxt": chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\1\0\0oops"),
    "apng": chunk(b"acTL", b"\0\0\0\1\0\0\0\0"),
}


def harmless_cases():
    for (name, extra), place in itertools.product(
            HARMLESS.items(), ("before", "after")):
        yield Case(f"{name}-{place}.png",
                   lambda extra=extra, place=place:
                   png(scene(), **{place: extra}), scene)


def exif(orientation):
    return chunk(b"eXIf", b"II*\0\x08\0\0\0\1\0" +
                 struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0) +
                 b"\0" * 4)


def exif_cases():
    """Before the pixels it counts, behind them browsers ignore it."""
    for place in ("before", "between", "after"):
        yield Case(f"exif-{place}.png",
                   lambda place=place: png(scene(), **{place: exif(6)}),
                   scene if place == "after" else
                   lambda: scene().transpose(Image.ROTATE_270))


def translucent(image):
    alpha = Image.new("L", image.size, 255)
    alpha.paste(96, (image.width // 2, 0, image.width, image.height))
    image = image.convert("LA" if image.mode == "L" else "RGBA")
    image.putalpha(alpha)
    return image


# The colour types, with 8 and 16 bits.
KINDS = {
    "gray": lambda: (scene().convert("L"), 8),
    "gray-16": lambda: (scene().convert("L"), 16),
    "rgb": lambda: (scene(), 8),
    "rgb-16": lambda: (scene(), 16),
    "palette": lambda: (paletted(), 8),
    "gray-alpha": lambda: (translucent(scene().convert("L")), 8),
    "gray-alpha-16": lambda: (translucent(scene().convert("L")), 16),
    "rgba": lambda: (translucent(scene()), 8),
    "rgba-16": lambda: (translucent(scene()), 16),
}


def kind(name, **chunks):
    image, depth = KINDS[name]()
    return png(image, depth=depth, **chunks)


def kind_shown(name, convert):
    image, _ = KINDS[name]()
    result = convert(image.convert("RGB"))
    if "alpha" in name or "rgba" in name:
        result.putalpha(image.getchannel("A"))
    return result


def gama(gamma):
    return chunk(b"gAMA", struct.pack(">I", round(gamma * 100000)))


def chrm(primaries, white=D65):
    return chunk(b"cHRM", struct.pack(
        ">8I", *(round(it * 100000)
                 for xy in (white, *primaries) for it in xy)))


def cicp(primaries, transfer, matrix=0, full_range=1):
    return chunk(b"cICP", bytes((primaries, transfer, matrix, full_range)))


def iccp(profile):
    return chunk(b"iCCP", b"name\0\0" + zlib.compress(profile))


def by(curve=srgb_curve, primaries=SRGB, white=D65):
    return lambda image: colorimetry.shown(image, curve, primaries, white)


def by_icc(profile):
    return lambda image: icc.shown(image, profile)


AS_SRGB = by()
SRGB_CHUNK = chunk(b"sRGB", b"\0")
D50 = (0.3457, 0.3585)

# Chunks that stand for gray, too, and how the picture looks then.
GAMMAS = {
    "gama-1": (gama(1), by(power(1))),
    "gama-1.8": (gama(1 / 1.8), by(power(1.8))),
    "gama-0.45455": (gama(0.45455), AS_SRGB),
    "gama-0": (gama(0), AS_SRGB),
    "gama-42949": (gama(42949), AS_SRGB),
    "gama-two": (gama(1) + gama(0.45455), by(power(1))),
    "gama-bad-crc": (chunk(b"gAMA", b"\0\1\x86\xa0", 1), AS_SRGB),
    "srgb-gama-1": (SRGB_CHUNK + gama(1), AS_SRGB),
    "gama-1-srgb": (gama(1) + SRGB_CHUNK, AS_SRGB),
    "cicp-linear": (cicp(1, 8), by(power(1))),
    "cicp-2.2": (cicp(1, 4), by(power(2.2))),
    "cicp-2.8": (cicp(1, 5), by(power(2.8))),
    "cicp-srgb-gama": (gama(1) + cicp(1, 13), AS_SRGB),
    "cicp-709": (cicp(1, 1), by(bt709_curve)),
    "cicp-matrix": (cicp(1, 8, matrix=1), AS_SRGB),
    "cicp-narrow": (cicp(1, 8, full_range=0), AS_SRGB),
    "cicp-unknown": (cicp(2, 2) + gama(1), by(power(1))),
    "cicp-reserved": (cicp(255, 255), AS_SRGB),
}

SWAP = icc.rgb_profile()

# Chunks that stand for colours only.
COLOURS = {
    "chrm-swapped": (chrm(SWAPPED), by(primaries=SWAPPED)),
    "chrm-swapped-gama": (gama(0.45455) + chrm(SWAPPED),
                          by(power(2.2), SWAPPED)),
    "chrm-swapped-gama-1": (chrm(SWAPPED) + gama(1), by(power(1), SWAPPED)),
    "chrm-srgb-gama": (gama(0.45455) + chrm(SRGB), AS_SRGB),
    "chrm-p3-gama": (gama(0.45455) + chrm(P3), by(power(2.2), P3)),
    "chrm-d50": (gama(0.45455) + chrm(SRGB, D50),
                 by(power(2.2), white=D50)),
    "chrm-white-0": (chrm(SRGB, (0.3127, 0)), AS_SRGB),
    "chrm-0-gama-1": (chrm(((0, 0),) * 3, (0, 0)) + gama(1), by(power(1))),
    "chrm-white-outside": (chrm(SRGB, (0.7, 0.2)), AS_SRGB),
    "srgb-chrm-swapped": (SRGB_CHUNK + chrm(SWAPPED), AS_SRGB),
    "iccp-swapped": (iccp(SWAP), by_icc(SWAP)),
    "iccp-gama-chrm": (gama(1) + chrm(SRGB) + iccp(SWAP), by_icc(SWAP)),
    "iccp-srgb": (iccp(SWAP) + SRGB_CHUNK, by_icc(SWAP)),
    "bad-iccp-gama": (iccp(b"none") + gama(1), by(power(1))),
    "iccp-gray-gama": (iccp(icc.gray_profile()) + gama(1 / 1.8),
                       by(power(1.8))),
    "iccp-lab": (iccp(icc.lab_profile()), AS_SRGB),
    "cicp-iccp": (cicp(1, 13) + iccp(SWAP), AS_SRGB),
    "iccp-cicp": (iccp(SWAP) + cicp(1, 13), AS_SRGB),
    "cicp-unknown-iccp": (cicp(1, 99) + iccp(SWAP), by_icc(SWAP)),
    "cicp-p3": (cicp(12, 13), by(srgb_curve, P3)),
    "cicp-dci-p3": (cicp(11, 13), by(srgb_curve, P3, (0.314, 0.351))),
    "cicp-2020": (cicp(9, 14), by(bt709_curve, BT2020)),
    "cicp-2020-srgb": (cicp(9, 13), by(srgb_curve, BT2020)),
    "cicp-470bg": (cicp(5, 5), by(power(2.8), ((0.64, 0.33), (0.29, 0.60),
                                               (0.15, 0.06)))),
    "cicp-170m": (cicp(6, 6), by(bt709_curve, ((0.630, 0.340),
                                               (0.310, 0.595),
                                               (0.155, 0.070)))),
}

HDR = {"PQ": 16, "HLG": 18}


def kind_case(name, chunks, colours, convert):
    return Case(f"{name}-{colours}.png",
                lambda: kind(name, before=chunks),
                lambda: kind_shown(name, convert))


# All chunks with the first kinds, these with each.
WITH_EACH_KIND = ("gama-1", "chrm-swapped-gama", "cicp-2020", "iccp-swapped")


def colour_cases():
    for name, (colours, (chunks, convert)) in itertools.product(
            KINDS, (*GAMMAS.items(), *COLOURS.items())):
        if (colours in GAMMAS or "gray" not in name) and \
                (colours in WITH_EACH_KIND or name in ("rgb", "gray")):
            yield kind_case(name, chunks, colours, convert)
    for name in ("gray", "gray-alpha"):
        profile = icc.gray_profile(1.0)
        yield kind_case(name, iccp(profile), "iccp-gray", by(power(1)))
        yield kind_case(name, iccp(SWAP), "iccp-rgb", AS_SRGB)
        yield kind_case(name, iccp(icc.rgb_profile(gamma=1.0)), "iccp-rgb-1",
                        AS_SRGB)
    for place in ("between", "after"):
        yield Case(f"gama-{place}.png",
                   lambda place=place: kind("palette", **{place: gama(1)}),
                   lambda: kind_shown("palette", AS_SRGB))


def transparent_cases():
    """tRNS with a colour to convert."""
    half = bytes((255, 96) * 32)
    yield Case("palette-trns-gama.png",
               lambda: png(paletted(), before=gama(1),
                           between=chunk(b"tRNS", half)),
               lambda: decoded(png(paletted(), between=chunk(b"tRNS", half)),
                               by(power(1))))
    for name, image, samples in (
            ("rgb", scene(), (200, 40, 40)),
            ("gray", scene().convert("L"), (scene().convert("L").getpixel(
                (1, 1)),))):
        key = chunk(b"tRNS", struct.pack(f">{len(samples)}H", *samples))
        yield Case(f"{name}-trns-gama.png",
                   lambda image=image, key=key: png(image, before=gama(1),
                                                    between=key),
                   lambda image=image, key=key: decoded(
                       png(image, between=key), by(power(1))))


def decoded(data, convert):
    image = decode(data).convert("RGBA")
    result = convert(image.convert("RGB"))
    result.putalpha(image.getchannel("A"))
    return result


def hdr_cases():
    for (name, transfer), primaries, full in itertools.product(
            HDR.items(), (1, 9, 12), (0, 1)):
        yield Case(f"hdr-{name}-{primaries}-{full}.png",
                   lambda transfer=transfer, primaries=primaries, full=full:
                   png(scene(), depth=16,
                       before=cicp(primaries, transfer, 0, full)),
                   status=415, detail=f"found a PNG in HDR ({name})")


CASES = [
    Case("plain.png", lambda: encode(scene(), "PNG"), scene),
    *cut_cases(),
    *harmless_cases(),
    *exif_cases(),
    *colour_cases(),
    *transparent_cases(),
    *hdr_cases(),
]
