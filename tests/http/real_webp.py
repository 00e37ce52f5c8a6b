"""WebPs as browsers, phones and animation programs write them."""

import itertools

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
]
