"""TIFFs as scanners, cameras and image programs write them."""

import struct

from PIL import Image, ImageCms

from pictures import encode
from real_pictures import Case, scene

(SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER,
 STRIP_OFFSETS, ORIENTATION, SAMPLES, ROWS_PER_STRIP, STRIP_BYTES, X_RESOLUTION,
 PLANES, RESOLUTION_UNIT, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES,
 INK_SET, EXTRA_SAMPLES, SAMPLE_FORMAT, FLOAT_MAX, JPEG_OFFSET, JPEG_LENGTH,
 YCBCR_SUBSAMPLING, YCBCR_POSITION, REFERENCE_BLACK, ICC_PROFILE,
 DNG_VERSION) = (
    254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 282, 284, 296,
    322, 323, 324, 325, 332, 338, 339, 341, 513, 514, 530, 531, 532, 34675,
    50706)
WHITE_IS_0, BLACK_IS_0, RGB, CMYK, YCBCR, CIE_LAB, ICC_LAB, CFA = (
    0, 1, 2, 5, 6, 8, 9, 32803)
BYTE, ASCII, SHORT, LONG, RATIONAL, FLOAT = 1, 2, 3, 4, 5, 11
FORMATS = {BYTE: "B", ASCII: "B", SHORT: "H", LONG: "L", RATIONAL: "LL",
           FLOAT: "f"}

# What an orientation's picture is turned by before it is stored.
BACK = {2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180,
        4: Image.FLIP_TOP_BOTTOM, 5: Image.TRANSPOSE, 6: Image.ROTATE_90,
        7: Image.TRANSVERSE, 8: Image.ROTATE_270}


def stored(orientation):
    image = scene()
    return image.transpose(BACK[orientation]) if orientation in BACK else image


def entries(tags, at, order):
    """The directory's bytes, at this offset. A tag's value is a list, or a pair
    of a type and a list."""
    body, outside = b"", b""
    after = at + 2 + 12 * len(tags) + 4
    for tag, value in sorted(tags.items()):
        kind, values = value if isinstance(value, tuple) else (LONG, value)
        data = b"".join(struct.pack(order + FORMATS[kind],
                                    *(it if isinstance(it, tuple) else (it,)))
                        for it in values)
        body += struct.pack(order + "HHL", tag, kind, len(values))
        if len(data) <= 4:
            body += data.ljust(4, b"\0")
        else:
            body += struct.pack(order + "L", after + len(outside))
            outside += data + bytes(len(data) % 2)
    return struct.pack(order + "H", len(tags)) + body, outside


def tiff(*pages, order="<"):
    """A file of pages, each of its tags and its strips' or tiles' bytes."""
    out = {"<": b"II*\0", ">": b"MM\0*"}[order] + bytes(4)
    link = 4
    for tags, chunks in pages:
        offsets = []
        for chunk in chunks:
            offsets.append(len(out))
            out += chunk + bytes(len(chunk) % 2)
        names = (TILE_OFFSETS, TILE_BYTES) if TILE_WIDTH in tags else (
            STRIP_OFFSETS, STRIP_BYTES)
        tags = {names[0]: offsets, names[1]: [len(it) for it in chunks],
                **tags}
        out = out[:link] + struct.pack(order + "L", len(out)) + out[link + 4:]
        directory, outside = entries(tags, len(out), order)
        link = len(out) + len(directory)
        out += directory + bytes(4) + outside
    return out


def page(data, size, photometric, samples, strip=None, bits=8, **tags):
    """Rows without compression, in one strip or in strips of so many rows."""
    rows = strip or size[1]
    row = size[0] * samples * bits // 8
    chunks = [data[at * row:(at + rows) * row]
              for at in range(0, size[1], rows)]
    return {WIDTH: [size[0]], HEIGHT: [size[1]], COMPRESSION: (SHORT, [1]),
            BITS: (SHORT, [bits] * samples), SAMPLES: (SHORT, [samples]),
            PHOTOMETRIC: (SHORT, [photometric]), ROWS_PER_STRIP: [rows],
            **{globals()[name]: value for name, value in tags.items()}}, chunks


def tiled(image, photometric, side=32, **tags):
    """In tiles, which reach beyond the picture."""
    chunks = []
    for y in range(0, image.height, side):
        for x in range(0, image.width, side):
            chunks.append(image.crop((x, y, x + side, y + side)).tobytes())
    made, _ = page(b"", image.size, photometric, len(image.getbands()), **tags)
    del made[ROWS_PER_STRIP]
    return {**made, TILE_WIDTH: [side], TILE_HEIGHT: [side]}, chunks


def planar(image, photometric, **tags):
    made, _ = page(b"", image.size, photometric, len(image.getbands()),
                   PLANES=(SHORT, [2]), **tags)
    return made, [band.tobytes() for band in image.split()]


def rgb(image=None, order="<", **tags):
    image = image or scene()
    return tiff(page(image.tobytes(), image.size, RGB, 3, **tags), order=order)


WHOLE_RANGE = (RATIONAL, [(0, 1), (255, 1), (128, 1), (255, 1), (128, 1),
                          (255, 1)])


def ycbcr(orientation, layout=page, **options):
    image = stored(orientation).convert("YCbCr")
    tags = {"YCBCR_SUBSAMPLING": (SHORT, [1, 1]),
            "REFERENCE_BLACK": WHOLE_RANGE,
            "ORIENTATION": (SHORT, [orientation])}
    if layout is page:
        return tiff(page(image.tobytes(), image.size, YCBCR, 3, **tags,
                         **options))
    return tiff(layout(image, YCBCR, **tags))


def old_jpeg(orientation):
    """JPEG as in TIFF 6.0: all of a file, which the tags point to."""
    image = stored(orientation)
    jpeg = encode(image, "JPEG", quality=95, subsampling=0)
    tags, _ = page(b"", image.size, YCBCR, 3, COMPRESSION=(SHORT, [6]),
                   YCBCR_SUBSAMPLING=(SHORT, [1, 1]),
                   ORIENTATION=(SHORT, [orientation]))
    return tiff(({**tags, JPEG_OFFSET: [8], JPEG_LENGTH: [len(jpeg)]}, [jpeg]))


def with_extra(values, kinds, mode="RGB", photometric=RGB):
    """Samples beside the colours: one value each, of these ExtraSamples."""
    image = scene().convert(mode)
    bands = list(image.split()) + [Image.new("L", image.size, value)
                                   for value in values]
    pixels = b"".join(bytes(it) for it in zip(*(
        band.tobytes() for band in bands)))
    tags = {"EXTRA_SAMPLES": (SHORT, kinds)} if kinds else {}
    return tiff(page(pixels, image.size, photometric, len(bands), **tags))


def floats(most, size=4, order="<", **tags):
    """Gray in floats from 0 to `most`."""
    image = scene().convert("L")
    kind = {4: "f", 8: "d"}[size]
    pixels = struct.pack(f"{order}{image.width * image.height}{kind}",
                         *(it * most / 255 for it in image.tobytes()))
    return tiff(page(pixels, image.size, BLACK_IS_0, 1, bits=8 * size,
                     SAMPLE_FORMAT=(SHORT, [3]), **tags), order=order)


def gray():
    return scene().convert("L")


def lab(photometric, bits=8):
    """CIE L*a*b* stores a* and b* with a sign, ICC's with an offset."""
    image = ImageCms.profileToProfile(
        scene(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"),
        outputMode="LAB")
    # Pillow's have the sign.
    pixels = image.tobytes()
    if photometric == ICC_LAB:
        pixels = bytes(it ^ 0x80 if at % 3 else it
                       for at, it in enumerate(pixels))
    return tiff(page(pixels, image.size, photometric, 3))


def page_of(image, **tags):
    return page(image.tobytes(), image.size, RGB, 3, **tags)


def preview_first(kind):
    """A reduced copy before the picture."""
    small = Image.new("RGB", (40, 30), "gray")
    return tiff(page_of(small, SUBFILE=[kind]), page_of(scene(), SUBFILE=[0]))


def accepted(name, data, reference=scene):
    return Case(name + ".tif", data, reference)


def unsupported(name, data, detail):
    return Case(name + ".tif", data, status=415, detail=detail)


def turns(name, data):
    return [accepted(f"{name}-turned-{way}", lambda way=way: data(way))
            for way in range(1, 9)]


def bad_tag(name, **tags):
    return accepted("bad-" + name, lambda: rgb(**tags))


CASES = [
    accepted("plain", rgb),
    accepted("big-endian", lambda: rgb(order=">")),
    accepted("strips", lambda: rgb(strip=16)),
    accepted("tiles", lambda: tiff(tiled(scene(), RGB))),
    accepted("planes", lambda: tiff(planar(scene(), RGB))),
    *turns("rgb", lambda way: rgb(stored(way), ORIENTATION=(SHORT, [way]))),
    *turns("ycbcr", ycbcr),
    *turns("ycbcr-strips", lambda way: ycbcr(way, strip=16)),
    *turns("ycbcr-tiles", lambda way: ycbcr(way, tiled)),
    *turns("ycbcr-planes", lambda way: ycbcr(way, planar)),
    *turns("old-jpeg", old_jpeg),
    bad_tag("orientation-0", ORIENTATION=(SHORT, [0])),
    bad_tag("orientation-9", ORIENTATION=(SHORT, [9])),
    bad_tag("orientation-text", ORIENTATION=(ASCII, b"up\0")),
    bad_tag("unit-9", RESOLUTION_UNIT=(SHORT, [9])),
    bad_tag("resolution-text", X_RESOLUTION=(ASCII, b"72 dpi\0")),
    bad_tag("sample-format-9", SAMPLE_FORMAT=(SHORT, [9])),
    bad_tag("fill-order-0", FILL_ORDER=(SHORT, [0])),
    bad_tag("planes-3", PLANES=(SHORT, [3])),
    bad_tag("ink-set-0", INK_SET=(SHORT, [0])),
    bad_tag("position-5", YCBCR_POSITION=(SHORT, [5])),
    bad_tag("extra-of-none", EXTRA_SAMPLES=(SHORT, [2])),
    *(accepted(f"extra-{kinds or 'unnamed'}-{value}",
               lambda v=value, k=kinds: with_extra([v], k))
      for kinds in ([0], None) for value in (0, 90, 255)),
    accepted("extra-opaque", lambda: with_extra([255], [2])),
    accepted("gray-extra", lambda: with_extra([0], [0], "L", BLACK_IS_0),
             gray),
    *(accepted(f"cmyk-{len(values)}-spots-{values[0]}",
               lambda v=values: with_extra(v, [0] * len(v), "CMYK", CMYK))
      for values in ([0], [120], [0, 0], [255, 9])),
    accepted("cmyk-spot-unnamed",
             lambda: with_extra([0], None, "CMYK", CMYK)),
    *(accepted(f"floats-to-{most}", lambda m=most: floats(m), gray)
      for most in (1, 255, 65535)),
    accepted("floats-of-64-bits", lambda: floats(255, 8), gray),
    accepted("floats-big-endian", lambda: floats(1, 4, ">"), gray),
    accepted("floats-with-range",
             lambda: floats(12, FLOAT_MAX=(FLOAT, [12.0])), gray),
    accepted("cie-lab", lambda: lab(CIE_LAB)),
    accepted("icc-lab", lambda: lab(ICC_LAB)),
    accepted("preview-first", lambda: preview_first(1)),
    accepted("mask-first", lambda: preview_first(4)),
    unsupported("signed", lambda: rgb(SAMPLE_FORMAT=(SHORT, [2, 2, 2])),
                "signed integer"),
    unsupported("complex", lambda: rgb(SAMPLE_FORMAT=(SHORT, [6, 6, 6])),
                "complex"),
    unsupported("raw", lambda: tiff(page(gray().tobytes(), (120, 90), CFA, 1)),
                "camera raw"),
    unsupported("dng", lambda: rgb(DNG_VERSION=(BYTE, [1, 4, 0, 0])), "DNG"),
]
