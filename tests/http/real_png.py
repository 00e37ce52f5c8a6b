"""PNGs as browsers, phones and image programs write them."""

import itertools
import struct
import zlib

from PIL import Image

from pictures import encode
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


def png(image, before=b"", depth=8, between=b"", after=b"", end=None):
    """A PNG file with chunks before PLTE, between PLTE and IDAT, after IDAT."""
    colour = {"L": GRAY, "RGB": RGB, "P": PALETTE, "LA": GRAY_ALPHA,
              "RGBA": RGBA}[image.mode]
    header = struct.pack(">IIBBBBB", *image.size, depth, colour, 0, 0, 0)
    palette = chunk(b"PLTE", bytes(image.getpalette())) \
        if image.mode == "P" else b""
    pixels = zlib.compress(b"".join(rows(image, depth)))
    return (SIGNATURE + chunk(b"IHDR", header) + before + palette + between +
            chunk(b"IDAT", pixels) + after +
            (chunk(b"IEND") if end is None else end))


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


def depth_cases():
    modes = {"gray": scene().convert("L"), "rgb": scene(),
             "palette": paletted(), "gray-alpha": scene().convert("LA"),
             "rgba": scene().convert("RGBA")}
    for (name, image), depth in itertools.product(modes.items(), (8, 16)):
        if (name, depth) != ("palette", 16):
            yield Case(f"{name}-{depth}.png",
                       lambda image=image, depth=depth: png(image, depth=depth),
                       lambda image=image: image.convert("RGBA"))


CASES = [
    Case("plain.png", lambda: encode(scene(), "PNG"), scene),
    *depth_cases(),
    *cut_cases(),
    *harmless_cases(),
    *exif_cases(),
]
