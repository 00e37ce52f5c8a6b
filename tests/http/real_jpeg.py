"""JPEGs as phones, cameras and image programs write them."""

from pictures import encode
from real_pictures import Case, scene


def jpeg(width=120, height=90, **options):
    options = {"quality": 92, "subsampling": 0, **options}
    return encode(scene(width, height), "JPEG", **options)


CASES = [
    Case("plain.jpg", jpeg, scene),
]
