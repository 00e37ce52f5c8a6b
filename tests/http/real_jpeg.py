"""JPEGs as phones, cameras and image programs write them."""

import io
import struct

from PIL import ImageCms

from pictures import encode
from real_pictures import Case, scene

SOI, EOI, SOS, DQT, APP2, APP14 = (
    b"\xff\xd8", b"\xff\xd9", b"\xff\xda", b"\xff\xdb", b"\xff\xe2", b"\xff\xee")


def jpeg(width=120, height=90, mode="RGB", **options):
    options = {"quality": 92, "subsampling": 0, **options}
    return encode(scene(width, height).convert(mode), "JPEG", **options)


def segment(marker, data):
    return marker + struct.pack(">H", len(data) + 2) + data


def replaced(data, old, new):
    """With the first `old`, which must be there, as `new`."""
    assert old in data
    return data.replace(old, new, 1)


def after_soi(data, *segments):
    return SOI + b"".join(segments) + data[2:]


def with_sos_end(data, end):
    """Baseline says that its scan has the coefficients 0 to 63."""
    at = data.index(SOS)
    at += struct.unpack(">H", data[at + 2:at + 4])[0] - 1
    assert data[at:at + 2] == b"\x00\x3f"
    return data[:at + 1] + bytes([end]) + data[at + 2:]


def without_end(data):
    assert data.endswith(EOI)
    return data[:-2]


def swapped_profile():
    """sRGB's, with red and blue exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(
        ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red:red + 4], profile[blue:blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile)


def icc_parts(profile, count):
    """The APP2 segments of a profile (ICC.1:2010 B.4), in order."""
    size = -(-len(profile) // count)
    return [segment(APP2, b"ICC_PROFILE\0" + bytes([i + 1, count]) +
                    profile[i * size:(i + 1) * size]) for i in range(count)]


def with_swapped_profile(order, count=4):
    parts = icc_parts(swapped_profile(), count)
    return after_soi(jpeg(), *(parts[i] for i in order))


def swapped_scene():
    return ImageCms.profileToProfile(
        scene(), ImageCms.ImageCmsProfile(io.BytesIO(swapped_profile())),
        ImageCms.createProfile("sRGB"), outputMode="RGB")


def sizes(*pairs, **options):
    """Sides that are no multiple of what a reduction divides them by."""
    for width, height in pairs:
        words = "-".join(options)
        yield Case(f"{width}x{height}{words and '-' + words}.jpg",
                   lambda w=width, h=height: jpeg(w, h, **options),
                   lambda w=width, h=height: scene(w, h))


def cut_between_scans(data, scans):
    """The file up to the end of this many scans."""
    at = -1
    for _ in range(scans + 1):
        at = data.index(SOS, at + 1)
    # Before a scan of a progressive file, its Huffman tables may stand.
    table = data.rfind(b"\xff\xc4", 0, at)
    return data[:table if data.rfind(SOS, 0, at) < table else at]


def accepted(name, data, reference=scene):
    return Case(name, data, reference)


def damaged(name, data):
    return Case(name, data, status=422, detail="damaged")


def progressive():
    return jpeg(progressive=True)


CASES = [
    accepted("plain.jpg", jpeg),
    *sizes((1170, 2532), (1125, 2436), (1290, 2796), (1242, 2688), (9, 2000),
           (599, 1294), (2000, 9), (1081, 1921), (401, 1203)),
    *sizes((1170, 2532), (599, 1294), progressive=True),
    accepted("sos-end-0.jpg", lambda: with_sos_end(jpeg(), 0)),
    accepted("bytes-before-end.jpg",
             lambda: without_end(jpeg()) + bytes(18) + EOI),
    accepted("bytes-before-table.jpg",
             lambda: replaced(jpeg(), DQT, bytes(7) + DQT)),
    accepted("bytes-after-end.jpg", lambda: jpeg() + b"MotionPhoto" * 9),
    accepted("jfif-2.01.jpg",
             lambda: replaced(jpeg(), b"JFIF\0\1\1", b"JFIF\0\2\1")),
    accepted("adobe-transform-7.jpg", lambda: after_soi(
        jpeg(), segment(APP14, b"Adobe\0\x64\0\0\0\0\7"))),
    accepted("icc-part-missing.jpg", lambda: with_swapped_profile((0, 2, 3))),
    accepted("icc-empty.jpg", lambda: after_soi(
        jpeg(), segment(APP2, b"ICC_PROFILE\0\1\1"))),
    accepted("icc-number-0.jpg", lambda: after_soi(
        jpeg(), segment(APP2, b"ICC_PROFILE\0\0\1" + swapped_profile()))),
    *(accepted(f"icc-parts-{''.join(map(str, order))}.jpg",
               lambda order=order: with_swapped_profile(order),
               swapped_scene)
      for order in ((0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1))),
    accepted("no-end.jpg", lambda: without_end(jpeg())),
    accepted("no-end-progressive.jpg", lambda: without_end(progressive())),
    accepted("no-end-gray.jpg", lambda: without_end(jpeg(mode="L")),
             lambda: scene().convert("L")),
    accepted("no-end-420.jpg", lambda: without_end(jpeg(subsampling=2))),
    damaged("cut-in-last-row.jpg", lambda: jpeg()[:-40]),
    damaged("cut-in-the-middle.jpg", lambda: jpeg()[:2000]),
    damaged("cut-progressive.jpg", lambda: progressive()[:-40]),
    damaged("cut-after-2-scans.jpg",
            lambda: cut_between_scans(progressive(), 2)),
    damaged("cut-before-last-scan.jpg",
            lambda: cut_between_scans(progressive(), 9)),
]
