"""WebPs as browsers, phones and animation programs write them."""

import itertools
import struct

from PIL import Image

import icc
from pictures import encode
from real_pictures import Case, scene


def translucent():
    """The scene, half transparent on the right."""
    image = scene().convert("RGBA")
    alpha = Image.new("L", image.size, 255)
    alpha.paste(96, (image.width // 2, 0, image.width, image.height))
    image.putalpha(alpha)
    return image


def webp(image, frames=1, **options):
    options = {"quality": 95, "method": 0, "icc_profile": None, **options}
    if frames > 1:
        others = [Image.new(image.mode, image.size, it * 40)
                  for it in range(1, frames)]
        options.update(save_all=True, append_images=others, duration=80)
    return encode(image, "WEBP", **options)


def riff(kind, data):
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)


def le24(number):
    return struct.pack("<I", number)[:3]


def small_frame(size, x, y, profile=None, **options):
    """An animation whose first frame is the scene, somewhere on a canvas."""
    still = webp(scene(), **options)[12:]
    frame = (le24(x // 2) + le24(y // 2) + le24(scene().width - 1) +
             le24(scene().height - 1) + le24(80) + b"\0" + still)
    flags = 0x12 | (0x20 if profile else 0)
    chunks = (riff(b"VP8X", bytes((flags, 0, 0, 0)) + le24(size[0] - 1) +
                   le24(size[1] - 1)) +
              (riff(b"ICCP", profile) if profile else b"") +
              riff(b"ANIM", b"\xff\xff\xff\xff\0\0") +
              riff(b"ANMF", frame))
    return riff(b"RIFF", b"WEBP" + chunks)


def on_canvas(image, size, x, y):
    canvas = Image.new("RGBA", size, (0, 0, 0, 0))
    canvas.paste(image, (x, y))
    return canvas


def small_frame_cases():
    size, x, y = (200, 150), 40, 20
    swapped = icc.rgb_profile()
    for lossless in (False, True):
        kind = "lossless" if lossless else "lossy"
        yield Case(f"small-frame-{kind}.webp",
                   lambda lossless=lossless: small_frame(
                       size, x, y, lossless=lossless),
                   lambda: on_canvas(scene(), size, x, y))
        yield Case(f"small-frame-{kind}-icc.webp",
                   lambda lossless=lossless: small_frame(
                       size, x, y, swapped, lossless=lossless),
                   lambda: on_canvas(icc.shown(scene(), swapped), size, x, y))


def profile_cases():
    profiles = {"swapped": icc.rgb_profile(),
                "gamma1": icc.rgb_profile(icc.SRGB, 1.0)}
    for (name, profile), alpha, lossless, frames in itertools.product(
            profiles.items(), (False, True), (False, True), (1, 2, 5)):
        image = translucent() if alpha else scene()
        yield Case(
            f"webp-{name}{'-alpha' * alpha}{'-lossless' * lossless}-{frames}"
            ".webp",
            lambda image=image, lossless=lossless, frames=frames,
            profile=profile: webp(image, frames, lossless=lossless,
                                  icc_profile=profile),
            lambda image=image, profile=profile: icc.shown(image, profile))


CASES = [
    Case("plain.webp", lambda: webp(scene()), scene),
    Case("animated.webp", lambda: webp(scene(), 3), scene),
    *profile_cases(),
    *small_frame_cases(),
]
