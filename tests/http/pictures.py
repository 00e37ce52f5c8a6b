"""Pictures for the tests: made by Pillow, and looked at by it."""

import io
import struct
import zlib

from PIL import Image

# A picture's quarters, from the top left to the bottom right. They are far
# apart, so that a turn, a flip or a swapped channel shows.
QUARTERS = ((200, 40, 40), (40, 160, 60), (40, 60, 200), (225, 215, 120))
BLACK_AND_WHITE = ((0, 0, 0), (255, 255, 255), (255, 255, 255), (0, 0, 0))


def quarters(width=640, height=480, colours=QUARTERS):
    """An RGB picture of four rectangles."""
    image = Image.new("RGB", (width, height), colours[3])
    image.paste(colours[0], (0, 0, width // 2, height // 2))
    image.paste(colours[1], (width // 2, 0, width, height // 2))
    image.paste(colours[2], (0, height // 2, width // 2, height))
    return image


def encode(image, format="JPEG", **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def picture(width=640, height=480, format="JPEG", **options):
    """A file of four quarters."""
    return encode(quarters(width, height), format, **options)


def large_picture(format="PNG"):
    """One that is for a worker: few bytes, and 14 million pixels."""
    return encode(Image.new("1", (4000, 3500), 1), format)


def broken_picture():
    """A file that begins as a good picture and ends too early."""
    whole = picture(format="PNG")
    return whole[:len(whole) // 2]


def png_of_size(width, height):
    """A file that says it is so large; its pixels are not there."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) +
            chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b""))


def decode(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def grey(colour):
    red, green, blue = colour
    return ((299 * red + 587 * green + 114 * blue) // 1000,) * 3


def middles(image):
    """The colours in the middle of the quarters."""
    rgb = image.convert("RGB")
    return [rgb.getpixel((image.width * x // 4, image.height * y // 4))
            for y in (1, 3) for x in (1, 3)]


def check_quarters(image, colours=QUARTERS, tolerance=12):
    """Fails unless each quarter has its colour."""
    seen = middles(image)
    for is_colour, colour in zip(seen, colours):
        assert all(abs(a - b) <= tolerance
                   for a, b in zip(is_colour, colour)), (seen, colours)
