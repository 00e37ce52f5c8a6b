"""BMPs as the clipboard, screenshots and programs of Windows make them."""

import dataclasses
import functools
import itertools
import struct
from typing import Optional

from PIL import Image

import icc
from pictures import encode
from real_pictures import Case, scene

RAW, RLE8, RLE4, BIT_FIELDS, JPEG, PNG, ALPHA_BIT_FIELDS = range(7)
CORE, INFO, V2, V3, OS2, V4, V5 = 12, 40, 52, 56, 64, 108, 124

# Red, green, blue and alpha of a pixel.
M555 = (0x7c00, 0x3e0, 0x1f, 0)
M565 = (0xf800, 0x7e0, 0x1f, 0)
M1555 = M555[:3] + (0x8000,)
M4444 = (0xf00, 0xf0, 0xf, 0xf000)
M888 = (0xff0000, 0xff00, 0xff, 0)
M8888 = M888[:3] + (0xff000000,)
RGBA = (0xff, 0xff00, 0xff0000, 0xff000000)
M1010102 = (0x3ff00000, 0xffc00, 0x3ff, 0xc0000000)


@functools.lru_cache(maxsize=None)
def scene_with_alpha(*values):
    """The scene in stripes, each with one of these values of alpha."""
    image = scene().convert("RGBA")
    alpha = Image.new("L", image.size)
    for i, value in enumerate(values):
        alpha.paste(value, (i * image.width // len(values), 0, image.width,
                            image.height))
    image.putalpha(alpha)
    return image


def at_width(image, width):
    """Its left part: the width decides the padding of rows."""
    return image.crop((0, 0, width, image.height))


@functools.lru_cache(maxsize=None)
def palette_scene(colours):
    """With grey stripes, so that each colour is used."""
    return scene().quantize(colours, dither=Image.Dither.NONE)


def padded(row, to=4):
    return row + bytes(-len(row) % to)


def packed_row(values, bits):
    """Palette indices, the first one in the highest bits."""
    number, count = 0, 0
    for value in values:
        number = number << bits | value
        count += bits
    number <<= -count % 8
    return number.to_bytes((count + 7) // 8, "big")


def with_mask(value, mask):
    """This sample of 8 bits, as the mask's bits of a pixel."""
    if not mask:
        return 0
    lowest = mask & -mask
    most = mask // lowest
    return (value * most + 127) // 255 * lowest


def run_lengths(values, bits):
    """A row: runs where pixels repeat, else literal ones."""
    data = b""
    for value, group in itertools.groupby(values):
        count = len(list(group))
        both = value if bits == 8 else value << 4 | value
        while count > 255:
            data += bytes((255, both))
            count -= 255
        data += bytes((count, both))
    return data + b"\0\0"


@dataclasses.dataclass
class Bmp:
    """What a file has in its headers, and how it stores pixels."""
    image: Image.Image
    header: int = INFO
    bits: int = 24
    compression: int = RAW
    masks: tuple = M888
    top_down: bool = False
    file_size: Optional[int] = None
    pixels_at: Optional[int] = None
    stated_colours: Optional[int] = None
    kept: Optional[int] = None  # of the palette's colours
    last_padding: bool = True
    space: bytes = b"sRGB"
    end_points: tuple = 9 * (0,)  # of red, green and blue: X, Y, Z
    gammas: tuple = (0, 0, 0)
    profile: bytes = b""
    profile_at: Optional[int] = None

    def rows(self):
        """From the top to the bottom."""
        width, height = self.image.size
        pixels = list(self.image.getdata())
        for y in range(height):
            row = pixels[y * width:(y + 1) * width]
            if self.compression in (RLE8, RLE4):
                yield run_lengths(row, self.bits)
            elif self.bits <= 8:
                yield packed_row(row, self.bits)
            else:
                yield b"".join(self.pixel(pixel) for pixel in row)

    def pixel(self, pixel):
        value = sum(map(with_mask, pixel, self.masks))
        return value.to_bytes(self.bits // 8, "little")

    def pixels(self):
        rows = list(self.rows())
        if not self.top_down:
            rows.reverse()
        if self.compression in (RLE8, RLE4):
            return b"".join(rows) + b"\0\1"
        data = b"".join(map(padded, rows))
        if self.last_padding:
            return data
        return data[:len(data) - (-len(rows[-1]) % 4)]

    def palette(self):
        if self.bits > 8:
            return b""
        count = 1 << self.bits if self.kept is None else self.kept
        colours = (self.image.getpalette() + 768 * [0])[:3 * count]
        return b"".join(bytes(colours[i:i + 3][::-1]) +
                        (b"" if self.header == CORE else b"\0")
                        for i in range(0, len(colours), 3))

    def info(self, pixel_bytes):
        width, height = self.image.size
        if self.header == CORE:
            return struct.pack("<IHHHH", CORE, width, height, 1, self.bits)
        fields = struct.pack(
            "<IiiHHIIiiII", self.header, width,
            -height if self.top_down else height, 1, self.bits,
            self.compression, pixel_bytes, 2835, 2835,
            self.stated_colours if self.stated_colours is not None else
            self.kept or 0, 0)
        if self.header == OS2 or self.header < INFO:
            return (fields + bytes(24))[:self.header]
        if self.header > INFO:
            fields += struct.pack("<4I", *self.masks)
            fields += self.colours(pixel_bytes)
            return fields[:self.header]
        if self.compression == BIT_FIELDS:
            return fields + struct.pack("<3I", *self.masks[:3])
        if self.compression == ALPHA_BIT_FIELDS:
            return fields + struct.pack("<4I", *self.masks)
        return fields

    def colours(self, pixel_bytes):
        """A profile's offset counts from the header behind the file's."""
        at = V5 + len(self.palette()) + pixel_bytes
        return self.space[::-1] + struct.pack(
            "<9i3I4I", *(round(it * 2**30) for it in self.end_points),
            *(round(it * 2**16) for it in self.gammas), 4,
            at if self.profile_at is None else self.profile_at,
            len(self.profile), 0)

    def data(self):
        pixels = self.pixels()
        head = self.info(len(pixels)) + self.palette()
        size = 14 + len(head) + len(pixels) + len(self.profile)
        pixels_at = 14 + len(head)
        return struct.pack(
            "<2sIII", b"BM", size if self.file_size is None else
            self.file_size, 0, pixels_at if self.pixels_at is None else
            self.pixels_at) + head + pixels + self.profile

    def reference(self):
        """The picture, with what is left of its colours behind the masks."""
        if self.bits <= 8:
            return self.image.convert("RGB")
        parts = [self.seen(part, mask) for part, mask in
                 zip(self.image.split(), self.masks) if mask]
        return Image.merge("RGBA" if len(parts) == 4 else "RGB", parts)

    @staticmethod
    def seen(part, mask):
        most = mask // (mask & -mask)
        return part.point(lambda it: (it * most + 127) // 255 * 255 // most)


def case(name, image=None, reference=None, **options):
    bmp = Bmp(image or scene(), **options)
    return Case(name + ".bmp", bmp.data, reference or bmp.reference)


def refused(name, detail, status=422, image=None, **options):
    bmp = Bmp(image or scene(), **options)
    return Case(name + ".bmp", bmp.data, status=status, detail=detail)


# Each way to store pixels, with the headers that can say so.
DIRECT = [
    ("24", [CORE, INFO, V2, V3, V4, V5], {}),
    ("32", [INFO, V2, V3, V4, V5], {"bits": 32}),
    ("555", [INFO, V3, V4, V5], {"bits": 16, "masks": M555}),
    ("fields-555", [INFO, V2, V3, V4, V5],
     {"bits": 16, "masks": M555, "compression": BIT_FIELDS}),
    ("fields-565", [INFO, V2, V3, V4, V5],
     {"bits": 16, "masks": M565, "compression": BIT_FIELDS}),
    ("fields-888", [INFO, V2, V3, V4, V5],
     {"bits": 32, "masks": M888, "compression": BIT_FIELDS}),
    ("fields-rgb", [INFO, V2, V3, V4, V5],
     {"bits": 32, "masks": RGBA[:3] + (0,), "compression": BIT_FIELDS}),
]
ALPHA = [
    ("1555", M1555, 16, (0, 255)), ("4444", M4444, 16, (0, 119, 255)),
    ("8888", M8888, 32, (0, 128, 255)), ("rgba", RGBA, 32, (0, 128, 255)),
    ("1010102", M1010102, 32, (0, 85, 255)),
]

PLAIN = [
    case(f"{name}-{header}{'-down' * down}", header=header,
         top_down=down, **options)
    for name, headers, options in DIRECT for header in headers
    for down in (False, True) if not (down and header == CORE)
] + [
    case(f"{bits}-{header}{'-down' * down}", palette_scene(1 << bits),
         header=header, bits=bits, top_down=down)
    for bits in (1, 4, 8) for header in (CORE, 16, INFO, OS2, V4, V5)
    for down in (False, True) if not (down and header == CORE)
] + [
    case(f"rle{bits}-{header}", palette_scene(1 << bits), header=header,
         bits=bits, compression=RLE8 if bits == 8 else RLE4)
    for bits in (4, 8) for header in (INFO, V4, V5)
]

WITH_ALPHA = [
    case(f"alpha-{name}-{header}{'-down' * down}", scene_with_alpha(*values),
         header=header, bits=bits, masks=masks, top_down=down,
         compression=BIT_FIELDS)
    for name, masks, bits, values in ALPHA for header in (V3, V4, V5)
    for down in (False, True)
] + [
    case(f"alpha-fields-{name}{'-down' * down}", scene_with_alpha(*values),
         bits=bits, masks=masks, top_down=down, compression=ALPHA_BIT_FIELDS)
    for name, masks, bits, values in ALPHA for down in (False, True)
] + [
    case(f"alpha-raw-{header}", scene_with_alpha(0, 128, 255), header=header,
         bits=32, masks=M8888) for header in (V3, V4, V5)
]


def opaque(name, masks, bits, alpha=0, **options):
    """Stored with this alpha in every pixel, and shown without it."""
    image = scene_with_alpha(alpha)
    shown = Bmp(scene(), bits=bits, masks=masks[:3] + (0,)).reference
    return case(name, image, shown, bits=bits, masks=masks, **options)


OPAQUE = [
    opaque(f"alpha-0-{name}-{header}{'-down' * down}", masks, bits,
           header=header, top_down=down, compression=BIT_FIELDS)
    for name, masks, bits, _ in ALPHA for header in (V3, V4, V5)
    for down in (False, True)
] + [
    opaque(f"alpha-0-fields-{name}", masks, bits,
           compression=ALPHA_BIT_FIELDS) for name, masks, bits, _ in ALPHA
] + [
    opaque(f"alpha-0-raw-{header}{'-down' * down}", M8888, 32, header=header,
           top_down=down)
    for header in (INFO, V2, V3, V4, V5) for down in (False, True)
] + [
    opaque("alpha-128-raw-40", M8888, 32, 128),
    opaque("alpha-255-raw-124", M8888, 32, 255, header=V5),
    opaque("alpha-255-1010102", M1010102, 32, 255, header=V5,
           compression=BIT_FIELDS),
]

# The end points of sRGB with red and blue exchanged, and those of Adobe RGB,
# as the chromaticities that most writers store.
SWAPPED_LIGHT = tuple(itertools.chain(*icc.SWAPPED))
SWAPPED_XY = (.15, .06, .79, .3, .6, .1, .64, .33, .03)
ADOBE_XY = (.64, .33, .03, .21, .71, .08, .15, .06, .79)
ADOBE = ((.6097, .3111, .0195), (.2053, .6257, .0609), (.1492, .0632, .7446))


def coloured(name, seen_by, image=None, **options):
    """Shown as by this profile, or as sRGB without one."""
    bmp = Bmp(image or scene(), header=options.pop("header", V5), **options)
    return Case(f"colours-{name}.bmp", bmp.data,
                lambda: icc.shown(bmp.reference(), seen_by) if seen_by else
                bmp.reference())


def embedded(name, shown=True, space=b"MBED", profile=icc.rgb_profile(),
             **options):
    return coloured(name, profile if shown else None, space=space,
                    profile=profile, **options)


def calibrated(name, end_points, columns, gamma=2.2, stored=None, **options):
    return coloured(
        name, columns and icc.rgb_profile(columns, gamma),
        space=bytes(4), end_points=end_points,
        gammas=stored or 3 * (gamma,), **options)


COLOURS = [
    embedded("embedded"),
    embedded("embedded-gamma-1", profile=icc.rgb_profile(icc.SRGB, 1)),
    embedded("embedded-8-bits", image=palette_scene(256), bits=8),
    embedded("embedded-rle", image=palette_scene(256), bits=8,
             compression=RLE8),
    embedded("embedded-alpha", image=scene_with_alpha(0, 128, 255), bits=32,
             masks=M8888, compression=BIT_FIELDS),
    embedded("embedded-565-down", bits=16, masks=M565, top_down=True,
             compression=BIT_FIELDS),
    embedded("embedded-outside", False, profile_at=0xffffff00),
    embedded("embedded-nowhere", False, profile_at=0),
    embedded("embedded-nonsense", False, profile=bytes(500)),
    embedded("embedded-of-grey", False, profile=icc.gray_profile()),
    embedded("linked", False, space=b"LINK"),
    embedded("linked-name", False, space=b"LINK", profile=b"C:\\a.icm\0"),
    embedded("srgb", False, space=b"sRGB"),
    embedded("windows", False, space=b"Win "),
    embedded("unknown-1", False, space=b"\0\0\0\1"),
] + [
    it for header in (V4, V5) for it in (
        calibrated(f"light-{header}", SWAPPED_LIGHT, icc.SWAPPED,
                   header=header),
        calibrated(f"chromaticities-{header}", SWAPPED_XY, icc.SWAPPED,
                   header=header),
        calibrated(f"adobe-{header}", ADOBE_XY, ADOBE, header=header),
        calibrated(f"gamma-1-{header}", ADOBE_XY, ADOBE, 1, header=header),
        calibrated(f"zeros-{header}", 9 * (0,), None, header=header),
    )
] + [
    calibrated("a-sixteenth", tuple(it / 16 for it in SWAPPED_XY),
               icc.SWAPPED),
    calibrated("inverse-gamma", SWAPPED_XY, icc.SWAPPED, 1.8,
               3 * (1 / 1.8,)),
    calibrated("no-gamma", SWAPPED_XY, icc.SWAPPED, stored=(0, 0, 0)),
    calibrated("one-point", 9 * (1 / 3,), None),
    calibrated("negative", tuple(-it for it in SWAPPED_XY), None),
    calibrated("no-blue", SWAPPED_XY[:6] + (0, 0, 0), None),
    calibrated("gamma-100", SWAPPED_XY, None, stored=3 * (100,)),
    calibrated("alpha", SWAPPED_XY, icc.SWAPPED,
               image=scene_with_alpha(0, 128, 255), bits=32, masks=M8888,
               compression=BIT_FIELDS),
    calibrated("palette", SWAPPED_XY, icc.SWAPPED, image=palette_scene(256),
               bits=8),
]

SIZES = [
    case(f"size-{name}", file_size=size) for name, size in [
        ("0", 0), ("14", 14), ("small", 1000), ("large", 40000),
        ("2-more", 14 + 40 + 360 * 90 + 2), ("most", 0xffffffff)]
] + [
    case(f"size-most-{bits}", palette_scene(1 << bits), bits=bits,
         file_size=0xffffffff) for bits in (1, 4, 8)
] + [
    case("size-most-rle", palette_scene(256), bits=8, compression=RLE8,
         file_size=0xffffffff),
    case("size-most-565", bits=16, masks=M565, compression=BIT_FIELDS,
         file_size=0xffffffff),
]

PADDING = [
    case(f"unpadded-{bits}-{width}{'-down' * down}", at_width(image, width),
         bits=bits, last_padding=False, top_down=down,
         masks=M565 if bits == 16 else M888,
         compression=BIT_FIELDS if bits == 16 else RAW)
    for bits, image in [(1, palette_scene(2)), (4, palette_scene(16)),
                        (8, palette_scene(256)), (16, scene()), (24, scene())]
    for width in (97, 98, 99) for down in (False, True)
]

PLACES = [
    case(f"pixels-at-{at}-{name}", image, pixels_at=at, **options)
    for at in (0, 14, 53) for name, image, options in [
        ("24", scene(), {}),
        ("24-core", scene(), {"header": CORE}) if at < 26 else
        ("24-v5", scene(), {"header": V5}),
        ("32-v4", scene(), {"header": V4, "bits": 32}),
        ("565", scene(), {"bits": 16, "masks": M565,
                          "compression": BIT_FIELDS}),
        ("1", palette_scene(2), {"bits": 1}),
        ("8", palette_scene(256), {"bits": 8}),
        ("8-few", palette_scene(20), {"bits": 8, "kept": 20}),
        ("8-os2", palette_scene(256), {"bits": 8, "header": OS2}),
        ("rle8", palette_scene(256), {"bits": 8, "compression": RLE8}),
    ]
] + [
    case("pixels-at-the-palette", palette_scene(256), bits=8, pixels_at=54),
    case("pixels-at-the-masks", bits=16, masks=M565, compression=BIT_FIELDS,
         pixels_at=54),
]

PALETTES = [
    case("colours-few", palette_scene(20), bits=8, kept=20),
    case("colours-few-core", palette_scene(20), bits=8, kept=20, header=CORE),
    case("colours-unstated", palette_scene(20), bits=8, kept=20,
         stated_colours=0),
    case("colours-1000", palette_scene(256), bits=8, stated_colours=1000),
    case("colours-most", palette_scene(256), bits=8,
         stated_colours=0xffffffff),
    case("colours-17-of-4-bits", palette_scene(16), bits=4,
         stated_colours=17),
    case("colours-3-of-1-bit", palette_scene(2), bits=1, stated_colours=3),
    case("colours-of-24-bits", stated_colours=256, pixels_at=54),
    case("colours-of-24-bits-and-no-place", stated_colours=256, pixels_at=0),
]

REFUSED = [
    refused("rle-down", "RLE", image=palette_scene(256), bits=8,
            compression=RLE8, top_down=True),
    refused("pixels-far-away", "from byte 60000", pixels_at=60000),
]

def unread(name, detail, data, bits=24, header=INFO, compression=RAW):
    """A coding that is not accepted, whose name the error says."""
    def file():
        info = struct.pack("<IiiHHII", header, 120, 90, 1, bits, compression,
                           len(data())).ljust(header, b"\0")
        return struct.pack("<2sIII", b"BM", 14 + header + len(data()), 0,
                           14 + header) + info + data()

    return Case(f"unread-{name}.bmp", file, status=415, detail=detail)


UNREAD = [
    it for header in (INFO, V4, V5) for bits in (0, 24) for it in (
        unread(f"png-{header}-{bits}", "found a PNG picture inside",
               lambda: encode(scene(), "PNG"), bits, header, PNG),
        unread(f"jpeg-{header}-{bits}", "found a JPEG picture inside",
               lambda: encode(scene()), bits, header, JPEG),
    )
] + [
    unread("huffman", "found OS/2 Huffman", lambda: bytes(5000), 1, OS2, 3),
    unread("huffman-40", "found OS/2 Huffman", lambda: bytes(5000), 1, INFO,
           3),
    unread("rle24", "found OS/2 RLE24", lambda: bytes(5000), 24, OS2, 4),
    unread("2-bits", "found 2 bits a pixel", lambda: bytes(5000), 2),
    unread("64-bits", "found 64 bits a pixel", lambda: bytes(90000), 64),
    unread("cmyk", "found CMYK", lambda: bytes(50000), 32, V5, 11),
    unread("unknown", "found compression 99", lambda: bytes(50000), 32, INFO,
           99),
]

CASES = (PLAIN + WITH_ALPHA + OPAQUE + COLOURS + SIZES + PADDING + PLACES +
         PALETTES + REFUSED + UNREAD)
