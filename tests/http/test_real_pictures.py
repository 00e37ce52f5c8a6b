"""Pictures with the properties that public bug reports name: each thumbnail
looks as another decoder shows the picture.

The modules real_*.py make small pictures of each class. PIXTIER_CORPUS/real,
where it is at hand, has more, with their references."""

import csv
import os
import pathlib

import pytest
from PIL import Image

import real_bmp
import real_dark
import real_foreign
import real_jpeg
import real_png
import real_profiles
import real_tiff
import real_webp
from api import post_picture, settled
from pictures import decode
from rendering import difference, on_white, thumbnail_size

# Mean difference of the channels, of 255: of the corpus.
MOST_DIFFERENCE = 5

MADE = [case for module in (real_bmp, real_dark, real_foreign, real_jpeg,
                            real_png, real_profiles, real_tiff, real_webp)
        for case in module.CASES]
CORPUS = pathlib.Path(os.environ.get("PIXTIER_CORPUS", "/nowhere")) / "real"


def corpus_rows():
    if not (CORPUS / "manifest.tsv").exists():
        return []
    with open(CORPUS / "manifest.tsv") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def file_of(row):
    """pytest asks without a corpus, too."""
    return row["file"] if isinstance(row, dict) else None


def thumbnail(session, image, variant):
    """The file of this variant, which a worker may have to make first."""
    image = settled(session, image)
    assert image["status"] == "ready", image
    url = {it["variant"]: it["url"] for it in image["variants"]}[variant]
    return decode(session.get(url).content)


def check_looks(session, answer, reference, most):
    """The image has the reference's size, and its thumbnails its colours."""
    assert answer.status_code in (201, 202), answer.text
    image = answer.json()
    assert (image["width"], image["height"]) == reference.size
    for height in (200, 400):
        seen = thumbnail(session, image, f"h{height}")
        assert seen.size == thumbnail_size(reference.size, height)
        expected = on_white(reference).resize(seen.size, Image.LANCZOS)
        assert difference(on_white(seen), expected) < most


@pytest.mark.parametrize("case", MADE, ids=lambda case: case.name)
def test_made_pictures_look_right(service, case):
    session = service.session("premium")
    answer = post_picture(session, case.data(), case.name)
    if case.status == 201:
        check_looks(session, answer, case.reference(),
                    case.most_difference)
    else:
        assert answer.status_code == case.status, answer.text
        assert case.detail in answer.json()["detail"]


@pytest.mark.skipif(not corpus_rows(),
                    reason="PIXTIER_CORPUS has no folder real")
@pytest.mark.parametrize("row", corpus_rows(), ids=file_of)
def test_reported_pictures_look_right(service, row):
    session = service.session("premium")
    data = (CORPUS / row["file"]).read_bytes()
    answer = post_picture(session, data, row["file"])
    if answer.status_code == 415 and "415" in row["expected"]:
        return
    reference = Image.open(CORPUS / "ref" / (row["file"] + ".png"))
    check_looks(session, answer, reference, MOST_DIFFERENCE)
