"""The pictures of the benchmarks: made when first used, and always the same.
For an encoder they are like photographs: gradients, shapes, soft noise and
grain."""

import io
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Image.MAX_IMAGE_PIXELS = None


def noise(chance, size, step):
    """Returns gray noise with one value per `step` pixels a side."""
    small = max(2, size[0] // step), max(2, size[1] // step)
    data = chance.randbytes(small[0] * small[1])
    return Image.frombytes("L", small, data).resize(size, Image.BICUBIC)


def gradients(size):
    down = Image.linear_gradient("L").resize(size)
    across = down.transpose(Image.FLIP_LEFT_RIGHT).rotate(90).resize(size)
    round_ = Image.radial_gradient("L").resize(size)
    return Image.merge("RGB", (down, across, ImageChops.invert(round_)))


def draw_shapes(image, chance, count):
    draw = ImageDraw.Draw(image)
    for _ in range(count):
        x, y = (chance.randrange(side) for side in image.size)
        width, height = (chance.randrange(side // 40, side // 5)
                         for side in image.size)
        shape = chance.choice((draw.ellipse, draw.rectangle))
        shape((x, y, x + width, y + height),
              tuple(chance.randrange(256) for _ in range(3)))


def photo(size, seed, grain, soft=False):
    """Returns a photograph. `grain` is the share of noise in each pixel, from
    0 to 1."""
    chance = random.Random(seed)
    image = gradients(size)
    draw_shapes(image, chance, 10 if soft else 60)
    image = image.filter(ImageFilter.GaussianBlur(size[1] / 100 if soft
                                                  else 1))
    for step in (4, 16) if soft else (4, 16, 64):
        layer = noise(chance, size, size[1] // step)
        image = Image.blend(image, Image.merge("RGB", (layer,) * 3), 0.2)
    for step in () if soft else (8, 3):
        layer = Image.merge("RGB", (noise(chance, size, step),) * 3)
        image = Image.blend(image, layer, 0.1)
    if soft:
        return image.point([64 + value // 2 for value in range(256)] * 3)
    if grain:
        layer = Image.merge("RGB", (noise(chance, size, 1),) * 3)
        image = Image.blend(image, layer, grain)
    return image


def screenshot(size, seed):
    """Returns windows with text and a soft shadow on a transparent
    background."""
    chance = random.Random(seed)
    image = Image.new("RGBA", size)
    for _ in range(8):
        x, y = (chance.randrange(side * 2 // 3) for side in size)
        box = x, y, x + size[0] // 3, y + size[1] // 3
        shadow = Image.new("RGBA", size)
        ImageDraw.Draw(shadow).rounded_rectangle(box, 20, (0, 0, 0, 120))
        image.alpha_composite(shadow.filter(ImageFilter.GaussianBlur(12)))
        draw_window(ImageDraw.Draw(image), box, chance)
    return image


def draw_window(draw, box, chance):
    draw.rounded_rectangle(box, 12, (245, 246, 248, 255), (90, 90, 90, 255))
    for y in range(box[1] + 20, box[3] - 20, 14):
        text = "".join(chance.choice("abcdefghij klmnop") for _ in range(85))
        draw.text((box[0] + 16, y), text, fill=(40, 40, 60, 255))


def encode(image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def enlarged(size, quality):
    small = photo((4000, 3000), 4, 0.02)
    return encode(small.resize(size, Image.BICUBIC), "JPEG", quality=quality)


def jpeg_12mp(**options):
    return encode(photo((4000, 3000), 4, 0.09), "JPEG", quality=82, **options)


MAKERS = {
    "64x64.jpg": lambda: encode(photo((64, 64), 1, 0, True), "JPEG",
                                quality=60),
    "1920x1200-soft.jpg": lambda: encode(photo((1920, 1200), 2, 0, True),
                                         "JPEG", quality=30),
    "1920x1200.jpg": lambda: encode(photo((1920, 1200), 3, 0.09), "JPEG",
                                    quality=88),
    "12mp.jpg": jpeg_12mp,
    "12mp-progressive.jpg": lambda: jpeg_12mp(progressive=True),
    "48mp.jpg": lambda: enlarged((8000, 6000), 88),
    "100mp.jpg": lambda: enlarged((11600, 8700), 85),
    "1080p.png": lambda: encode(photo((1920, 1080), 5, 0.05), "PNG"),
    "1080p-rgba.png": lambda: encode(screenshot((1920, 1080), 6), "PNG"),
    "1920x1200.webp": lambda: encode(photo((1920, 1200), 3, 0.1), "WEBP",
                                     quality=80),
    "1280x800.gif": lambda: encode(photo((1280, 800), 7, 0.03).quantize(256),
                                   "GIF"),
    "400x300.png": lambda: encode(photo((400, 300), 8, 0.03), "PNG"),
}

ENGINE_NAMES = [name for name in MAKERS
                if name not in ("100mp.jpg", "400x300.png")]


class Samples:
    """A folder of pictures by name."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, name):
        path = self.folder / name
        if not path.exists():
            new = path.with_name("new-" + name)
            new.write_bytes(MAKERS[name]())
            new.rename(path)
        return path


def with_comment(data):
    """Returns the JPEG with a comment of 16 bytes, and the place of these
    bytes: uploads change them, so that no two files are equal. Returns a file
    of another format unchanged, and None."""
    if not data.startswith(b"\xff\xd8"):
        return data, None
    jpeg, at = data, 2
    if jpeg[2:4] == b"\xff\xe0":
        at = 4 + int.from_bytes(jpeg[4:6], "big")
    comment = b"\xff\xfe\x00\x12" + b"0" * 16
    return jpeg[:at] + comment + jpeg[at:], at + 4
