#!/usr/bin/python3
"""Puts crops of pictures side by side, to look at: contact_sheet.py OUT FILE...

Run it in the build folder after `make tests/bench/variant`. A row has the
picture, and its squares by -cover, by -cover-smart, and by sharp's strategy
"attention" (npm install in tests/bench/peer, or PEER: another folder with it).
The last row has the first picture with a watermark in three sizes, of which the
smallest has none, and its crops to the named sides and corners.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

from PIL import Image, ImageDraw

SIDE = 150
COLUMNS = 4
BENCH = pathlib.Path(__file__).resolve().parent
PEER = pathlib.Path(os.environ.get("PEER", BENCH / "peer"))


def crop(file, recipe, folder, *mark):
    """One of pixtier's, or nothing if it refuses the picture."""
    out = folder / f"{file.name}.{recipe}"
    made = subprocess.run(["tests/bench/variant", file, recipe, out, *mark],
                          check=False)
    return Image.open(out).convert("RGB") if made.returncode == 0 else None


def attention(files, folder):
    script = PEER / "attention.js"
    if not script.exists():
        script = BENCH / "peer" / "attention.js"
    subprocess.run(["node", script, str(SIDE), folder, *files], check=False,
                   env={**os.environ, "NODE_PATH": str(PEER / "node_modules")})


def peer(file, folder):
    out = folder / f"{file.name}.attention.png"
    return Image.open(out).convert("RGB") if out.exists() else None


def row(file, folder):
    whole = Image.open(file).convert("RGB")
    whole.thumbnail((SIDE * 3 // 2, SIDE))
    size = f"{SIDE}x{SIDE}"
    return [whole, crop(file, f"{size}-cover.png", folder),
            crop(file, f"{size}-cover-smart.png", folder), peer(file, folder)]


def draw_mark(path):
    mark = Image.new("RGBA", (120, 40), (0, 0, 0, 0))
    draw = ImageDraw.Draw(mark)
    draw.rounded_rectangle((0, 0, 119, 39), 12, (255, 255, 255, 200))
    draw.text((34, 14), "PIXTIER", fill=(200, 20, 20, 255))
    mark.save(path)


def last_row(file, folder):
    draw_mark(folder / "mark.png")
    for recipe in ("h150", "h110", "h90"):
        yield crop(file, recipe + ".png", folder, folder / "mark.png")
    for gravity in ("west", "north-west", "north", "east", "south"):
        yield crop(file, f"110x75-cover-{gravity}.png", folder)


def main(out, *names):
    files = [pathlib.Path(name) for name in names]
    titles = ("picture", "-cover", "-cover-smart", "sharp attention")
    wide = SIDE * 3 // 2 + (SIDE + 6) * (COLUMNS - 1) + 12
    half = (len(files) + 1) // 2
    sheet = Image.new("RGB", (2 * wide, 16 + (half + 1) * (SIDE + 6)), "white")
    draw = ImageDraw.Draw(sheet)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        attention(files, folder)
        for i, file in enumerate(files):
            x, y = i // half * wide, 16 + i % half * (SIDE + 6)
            for title, image in zip(titles, row(file, folder)):
                if image:
                    sheet.paste(image, (x, y))
                draw.text((x, 2), title, fill="black")
                x += (SIDE * 3 // 2 if title == "picture" else SIDE) + 6
        x = 0
        for image in last_row(files[0], folder):
            sheet.paste(image, (x, 16 + half * (SIDE + 6)))
            x += image.width + 6
    sheet.save(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
