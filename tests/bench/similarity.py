"""Compares a thumbnail with the best thumbnail of its picture."""

import io

from PIL import Image

try:
    import numpy
except ImportError:
    numpy = None

WINDOW = 8


def on_white(image):
    if image.mode in ("RGBA", "LA", "P"):
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image.convert("RGBA"))
        image = white
    return image.convert("RGB")


def reference(picture, height):
    """Returns the best thumbnail: decodes the whole picture, and reduces it
    once by Lanczos."""
    image = on_white(picture)
    if height >= image.height:
        return image
    width = (image.width * height + image.height // 2) // image.height
    return image.resize((width, height), Image.LANCZOS)


def means(values):
    """Returns the mean of each window of 8x8 values."""
    sums = numpy.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    w = WINDOW
    return (sums[w:, w:] - sums[:-w, w:] - sums[w:, :-w] +
            sums[:-w, :-w]) / w ** 2


def ssim(one, other):
    """Returns the SSIM of two gray images: Wang, Bovik, Sheikh, Simoncelli,
    2004."""
    a, b = (numpy.asarray(image.convert("L"), numpy.float64)
            for image in (one, other))
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mean_a, mean_b = means(a), means(b)
    variances = means(a * a) - mean_a ** 2 + means(b * b) - mean_b ** 2
    covariance = means(a * b) - mean_a * mean_b
    return float(((2 * mean_a * mean_b + c1) * (2 * covariance + c2) /
                  ((mean_a ** 2 + mean_b ** 2 + c1) *
                   (variances + c2))).mean())


def similarity(thumbnail, best):
    """Returns the SSIM of a file and an image, at most 1. None if numpy is not
    installed or the sizes differ."""
    image = on_white(Image.open(io.BytesIO(thumbnail.read_bytes())))
    if not numpy or image.size != best.size:
        return None
    return ssim(image, best)
