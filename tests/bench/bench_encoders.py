"""Settings of the encoders: bytes, CPU time and similarity of a thumbnail of
400 pixels in height. Pillow calls the libraries of the service, libjpeg-turbo
and libwebp."""

import io
import statistics
import time

from PIL import Image

from similarity import numpy, on_white, reference, ssim

HEIGHT = 400
PICTURES = "1920x1200-soft.jpg", "1920x1200.jpg", "12mp.jpg", "1080p-rgba.png"
ROUNDS = 5
JPEG = {"quality": 85, "subsampling": 2, "optimize": True}
SETTINGS = {
    "JPEG as the service writes it": ("JPEG", {}),
    "JPEG, Huffman codes not optimised": ("JPEG", {"optimize": False}),
    "JPEG, progressive": ("JPEG", {"progressive": True}),
    "JPEG, 4:4:4": ("JPEG", {"subsampling": 0}),
    "JPEG, 4:4:4 of quality 80": ("JPEG", {"subsampling": 0, "quality": 80}),
    "JPEG, 4:2:0 of quality 90": ("JPEG", {"quality": 90}),
    "WebP as the service writes it": ("WEBP", {"quality": 80}),
    "WebP, method 2": ("WEBP", {"quality": 80, "method": 2}),
    "WebP, method 6": ("WEBP", {"quality": 80, "method": 6}),
    "WebP, quality 75": ("WEBP", {"quality": 75}),
}


def encode(image, format, options):
    """Returns the file and the median of the CPU seconds."""
    if format == "JPEG":
        options = {**JPEG, **options}
    seconds = []
    for _ in range(ROUNDS):
        file = io.BytesIO()
        began = time.process_time()
        image.save(file, format, **options)
        seconds.append(time.process_time() - began)
    return file.getvalue(), statistics.median(seconds)


def colour_ssim(one, other):
    """Returns the mean SSIM of red, green and blue. Luma alone does not show
    that colours are missing."""
    return statistics.mean(ssim(*pair) for pair in
                           zip(one.split(), other.split()))


def row(label, images):
    encoded = [encode(image, *SETTINGS[label]) for image in images]
    left = [colour_ssim(Image.open(io.BytesIO(data)).convert("RGB"), image)
            for (data, _), image in zip(encoded, images)] if numpy else []
    return [label, sum(len(data) for data, _ in encoded) / 1024,
            f"{statistics.mean(left):.4f}" if left else None,
            statistics.mean(seconds for _, seconds in encoded) * 1e3]


def run(bench):
    images = []
    for name in PICTURES:
        with Image.open(bench.samples.path(name)) as picture:
            images.append(on_white(reference(picture, HEIGHT)))
    bench.report.table(
        "encoders", f"{len(images)} thumbnails of {HEIGHT} pixels in height",
        ["setting", "KiB", "SSIM of colours", "CPU ms of one"],
        [row(label, images) for label in SETTINGS])
