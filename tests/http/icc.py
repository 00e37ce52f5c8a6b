"""ICC profiles of chosen colours, and what pictures with them look like."""

import io
import struct

from PIL import ImageCms

# The columns of sRGB's matrix to XYZ, adapted to D50 (ICC.1 annex E).
SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971),
        (0.1431, 0.0606, 0.7139))
SWAPPED = SRGB[::-1]  # red and blue: nothing that ignores it looks right
WHITE = (0.9642, 1.0, 0.8249)


def _xyz(values):
    return b"XYZ \0\0\0\0" + b"".join(
        struct.pack(">i", round(it * 65536)) for it in values)


def _gamma(exponent):
    return (b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256)) +
            b"\0\0")


def _text(text):
    ascii = text.encode() + b"\0"
    desc = (b"desc\0\0\0\0" + struct.pack(">I", len(ascii)) + ascii +
            b"\0" * 8 + b"\0" * 3 + b"\0" * 67)
    return desc + b"\0" * (-len(desc) % 4)


def profile(space=b"RGB ", tags=(), kind=b"mntr", pcs=b"XYZ "):
    """A profile of version 2 with these tags beside the required ones."""
    tags = [(b"desc", _text("test")), (b"cprt", b"text\0\0\0\0none\0\0\0\0"),
            (b"wtpt", _xyz(WHITE)), *tags]
    offset = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, tag in tags:
        table += name + struct.pack(">II", offset + len(data), len(tag))
        data += tag
    header = (struct.pack(">I4sI4s4s4s", offset + len(data), b"none",
                          0x02400000, kind, space, pcs) +
              struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 +
              b"".join(struct.pack(">i", round(it * 65536)) for it in WHITE))
    return header.ljust(128, b"\0") + table + data


def rgb_profile(columns=SWAPPED, gamma=2.2, **options):
    return profile(b"RGB ", [
        *((name + b"XYZ", _xyz(column)) for name, column in
          zip((b"r", b"g", b"b"), columns)),
        *((name + b"TRC", _gamma(gamma)) for name in (b"r", b"g", b"b")),
    ], **options)


def gray_profile(gamma=1.0):
    return profile(b"GRAY", [(b"kTRC", _gamma(gamma))])


def other_profiles():
    """Profiles of colours that few pictures have, and bytes that are none."""
    whole = rgb_profile()
    return {
        "lab": lab_profile(),
        "xyz": ImageCms.ImageCmsProfile(
            ImageCms.createProfile("XYZ")).tobytes(),
        "cmyk": profile(b"CMYK", kind=b"prtr", pcs=b"Lab "),
        "named": profile(b"RGB ", kind=b"nmcl"),
        "link": rgb_profile(kind=b"link", pcs=b"RGB "),
        "abstract": profile(b"Lab ", kind=b"abst", pcs=b"Lab "),
        "no-tags": profile(b"RGB "),
        "cut": whole[:200],
        "header": whole[:128],
        "zeros": b"\0" * 500,
        "text": b"no profile at all, but long enough to be one " * 4,
        "other-magic": whole[:36] + b"ascq" + whole[40:],
    }


def lab_profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def shown(image, icc):
    """An RGB or RGBA picture as it looks by this profile."""
    if image.mode == "RGBA":
        rgb = shown(image.convert("RGB"), icc)
        rgb.putalpha(image.getchannel("A"))
        return rgb
    return ImageCms.profileToProfile(
        image, ImageCms.ImageCmsProfile(io.BytesIO(icc)),
        ImageCms.createProfile("sRGB"), outputMode="RGB")
