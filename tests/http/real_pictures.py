"""What the modules real_*.py share: a case, and the picture in most of them."""

import dataclasses
import functools
from typing import Callable, Optional

from PIL import Image, ImageDraw

from pictures import quarters


@dataclasses.dataclass
class Case:
    """A picture and what is right of it: `status` 201, and then it looks like
    `reference()`; or an error whose text has `detail`. `most_difference` is
    the mean difference of the channels, of 255."""
    name: str
    data: Callable[[], bytes]
    reference: Optional[Callable[[], Image.Image]] = None
    status: int = 201
    detail: str = ""
    most_difference: float = 5


@functools.lru_cache(maxsize=None)
def scene(width=120, height=90):
    """Four quarters, a gradient and a mark off the middle: a turn, a flip, a
    swapped channel, a torn or shifted row each show."""
    image = quarters(width, height)
    draw = ImageDraw.Draw(image)
    for x in range(width):
        draw.line((x, height * 4 // 10, x, height * 6 // 10),
                  fill=(x * 255 // width, 128, 255 - x * 255 // width))
    draw.rectangle((width // 8, height // 8, width // 4, height // 5),
                   fill=(250, 250, 30))
    return image
