"""
Takes pictures of every page: light, dark and on a phone, in English and German.
screenshots.py FOLDER. `make screenshots` runs it. The service runs as for the
tests, with pictures that this program draws.
"""

import colorsys
import io
import os
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))

from PIL import Image, ImageDraw, ImageFilter  # noqa: E402

from browser import run_in_browser  # noqa: E402
from service import Service  # noqa: E402

SIZES = ((1200, 800), (800, 1200), (1600, 900), (900, 900), (1400, 600),
         (1000, 1300), (1300, 1000), (1920, 1080))
NAMES = ("harbour", "meadow", "canyon", "lagoon", "summit", "dune", "forest",
         "glacier", "island", "coast", "valley", "river")


def colour(hue, saturation, value):
    return tuple(round(255 * part) for part in
                 colorsys.hsv_to_rgb(hue % 1, saturation, value))


def landscape(width, height, seed):
    """A sky, a sun and hills, in colours of their own for each seed."""
    draw = random.Random(seed)
    hue = draw.random()
    image = Image.new("RGB", (width, height))
    pen = ImageDraw.Draw(image)
    for y in range(height):
        pen.line((0, y, width, y),
                 fill=colour(hue + .12 * y / height, .45, 1 - .25 * y / height))
    radius = min(width, height) // draw.randint(8, 14)
    x, y = draw.randint(radius, width - radius), height // 4
    pen.ellipse((x - radius, y - radius, x + radius, y + radius),
                fill=colour(hue + .5, .25, 1))
    for layer in range(4):
        base = height * (.45 + .13 * layer)
        points, y = [(0, height)], base
        for x in range(0, width + 40, 40):
            y += draw.uniform(-1, 1) * height * .02
            y += (base - y) * .1
            points.append((x, y))
        pen.polygon(points + [(width, height)],
                    fill=colour(hue + .05 * layer, .55, .7 - .14 * layer))
    file = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(1)).save(file, "JPEG", quality=88)
    return file.getvalue()


def plant_statistics(service):
    """An hour of requests, as waves."""
    service.query("DELETE FROM stats_steps")
    service.query("DELETE FROM stats_tiers")
    service.query(
        "INSERT INTO stats_steps SELECT 60, UTC_TIMESTAMP() - INTERVAL"
        " SECOND(UTC_TIMESTAMP()) SECOND - INTERVAL seq MINUTE,"
        " 300 + 200 * SIN(seq / 9), MOD(seq, 7) = 0, 6 + 5 * SIN(seq / 5),"
        " 40 + 30 * SIN(seq / 9), 0, MOD(seq, 3), 4 + 4 * SIN(seq / 6), MOD(seq, 11),"
        " 2 + 2 * SIN(seq / 6), 2, 400 - 2 * seq,"
        " CONCAT('0 20 90 120 60 ', 20 + MOD(seq, 30), ' 4 1'),"
        " CONCAT('0 0 0 10 30 ', 20 + MOD(seq, 10), ' 3') FROM seq_1_to_60")
    service.query(
        "INSERT INTO stats_tiers SELECT 60, at, name, images * 250000 *"
        " IF(name = 'Enterprise', 3, 1) FROM stats_steps, tiers"
        " WHERE name IN ('Basic', 'Premium', 'Enterprise')")


def fill(service):
    """Uploads of the user enterprise, and something to see for administrators.
    Returns the id of an image."""
    session = service.session("enterprise")
    for number in range(2 * len(SIZES)):
        name = NAMES[number % len(NAMES)]
        answer = session.post("/v1/images", files={"image": (
            f"{name}-{number + 1}.jpg",
            landscape(*SIZES[number % len(SIZES)], number))}, data={
                "tags": f"{name}, holiday", "alt": f"A {name} in the evening"})
        assert answer.status_code in (201, 202), answer.text
    image = answer.json()["id"]
    session.post(f"/v1/images/{image}/links", json={"expires_in": 3600})
    session.patch(f"/v1/images/{image}", json={"public": True})
    session.post("/v1/tokens", json={"name": "backup"})
    session.post("/v1/webhooks", json={
        "url": "https://example.org/hook", "events": ["image.ready"]})
    plant_statistics(service)
    return image


def main(folder):
    folder = pathlib.Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with Service(os.environ.get("PIXTIER_SERVER", "nginx")) as service:
        image = fill(service)
        names = run_in_browser(service, "screenshots.mjs", folder=str(folder),
                               image=image, passwords=service.passwords)
    print("\n".join(str(folder / name) for name in names))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: screenshots.py FOLDER")
    main(sys.argv[1])
