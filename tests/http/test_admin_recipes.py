"""What a recipe makes, for administrators who choose those of a tier."""

import os

import pytest
from PIL import Image

from api import (invalid, is_back, new_user, problem, unknown, upload,
                 variant_of)
from pictures import decode, encode
from service import SRCDIR, wait_until

RECIPES = "/v1/admin/recipes/"
SAMPLE = SRCDIR / "doc/sample.jpg"
SIDES = 640, 427  # of the sample picture

PLAIN = {"gravity": None, "gray": False, "blur": None, "sharp": False,
         "quality": None, "density": 1, "format": None}
# The recipe, its fit, and what else it says.
ROWS = [
    ("h200", "inside", {}),
    ("w400", "inside", {}),
    ("h16383", "inside", {}),
    ("1x1", "inside", {}),
    ("w1", "inside", {}),
    ("100x100", "inside", {}),
    ("100x100-cover", "cover", {"gravity": "centre"}),
    ("300x900-cover-north-east", "cover", {"gravity": "north-east"}),
    ("90x60-cover-west-gray", "cover", {"gravity": "west", "gray": True}),
    ("900x50-cover-smart", "cover", {"gravity": "smart"}),
    ("700x50-exact", "exact", {}),
    ("h100-blur8", "inside", {"blur": 8}),
    ("h100-blur8@2x", "inside", {"blur": 16, "density": 2}),
    ("w70-sharp@3x", "inside", {"sharp": True, "density": 3}),
    ("w80-q35.jpeg", "inside", {"quality": 35, "format": "jpeg"}),
    ("h50.gif", "inside", {"format": "gif"}),
    ("h50.tiff", "inside", {"format": "tiff"}),
    ("100x100-cover-south-gray-blur3-sharp-q80@2x.webp", "cover", {
        "gravity": "south", "gray": True, "blur": 6, "sharp": True,
        "quality": 80, "density": 2, "format": "webp"}),
]
WRONG = ["h0", "h010", "200", "H200", "100x", "100x100-crop", "h200-q80.png",
         "h16384", "h9000@2x", "h200-sharp-gray", "w10.exe", "original",
         "h200 ", "\u00e9", "100x100-north", "h200-blur101", "@2x"]


@pytest.fixture
def admin(service):
    return service.session("admin")


@pytest.fixture
def marked(service, admin):
    """A tier whose watermark is red and covers the picture."""
    tier = admin.post("/v1/admin/tiers", json={
        "name": "r" + os.urandom(6).hex()}).json()
    path = "/v1/admin/tiers/" + tier["id"]
    red = encode(Image.new("RGB", (50, 50), (255, 0, 0)), "PNG")
    assert admin.put(path + "/watermark?position=centre&scale=100", data=red,
                     headers={"Content-Type": "image/png"}).status_code == 204
    yield tier
    assert admin.delete(path).status_code == 204


def explain(admin, recipe, **size):
    answer = admin.get(RECIPES + recipe, params=size)
    assert answer.status_code == 200, answer.text
    return answer.json()


def preview(admin, recipe, **query):
    answer = admin.get(f"{RECIPES}{recipe}/preview", params=query)
    assert answer.status_code == 200, answer.text
    return answer


def test_a_recipe_is_explained_as_it_is_rendered(service, admin):
    """The size that it tells is that of the variant, and of the preview, whose
    bytes are those of the variant."""
    owner = new_user(service, any_size=True, max_side=16383)
    # Variants that are made together differ a little from one made alone.
    service.query("DELETE FROM tier_sizes WHERE tier_id ="
                  " (SELECT tier_id FROM users WHERE username = %s)",
                  owner.auth[0])
    image = upload(owner, SAMPLE.read_bytes(), "sample.jpg")
    for recipe, fit, parts in ROWS:
        meaning = explain(admin, recipe, width=SIDES[0], height=SIDES[1])
        size = meaning.pop("width"), meaning.pop("height")
        assert meaning == {"recipe": recipe, "fit": fit, **PLAIN, **parts}, recipe
        variant = owner.get(variant_of(image, recipe))
        assert variant.status_code == 200, variant.text
        assert decode(variant.content).size == size, recipe
        shown = preview(admin, recipe)
        assert shown.content == variant.content, recipe
        assert shown.headers["Content-Type"] == \
            variant.headers["Content-Type"], recipe


def test_the_size_is_for_a_picture_of_1920x1200_by_default(admin):
    for recipe, size in (("h200", (320, 200)), ("w400", (400, 250)),
                         ("w16383", (1920, 1200)), ("16x9", (14, 9)),
                         ("3000x1-exact", (3000, 1)), ("h1", (2, 1))):
        meaning = explain(admin, recipe)
        assert (meaning["width"], meaning["height"]) == size, recipe
    meaning = explain(admin, "h200", width=100)
    assert (meaning["width"], meaning["height"]) == (17, 200)
    meaning = explain(admin, "h200", height=65535, width=65535)
    assert (meaning["width"], meaning["height"]) == (200, 200)
    for name in ("width", "height"):
        for wrong in ("0", "65536", "-1", "x", ""):
            invalid(admin.get(RECIPES + "h200", params={name: wrong}), name)
    unknown(admin.get(RECIPES + "h200?side=3"), "side")


@pytest.mark.parametrize("end", ["", "/preview"])
def test_what_is_no_recipe_is_refused(admin, end):
    for text in WRONG:
        answer = admin.get(RECIPES + text + end)
        invalid(answer, "recipe")
        assert answer.json()["detail"].startswith("recipe: a recipe such as")


def test_a_preview_is_bounded(service, admin):
    """A side has at most 2048 pixels; what takes too long is refused too."""
    assert decode(preview(admin, "2048x30-exact").content).size == (2048, 30)
    assert decode(preview(admin, "w9000").content).size == SIDES
    for recipe in ("2049x30-exact", "30x2049-exact", "16383x16383-exact.bmp"):
        answer = admin.get(f"{RECIPES}{recipe}/preview")
        invalid(answer, "recipe")
        assert "at most 2048 pixels a side" in answer.json()["detail"]


def test_a_preview_may_not_take_longer_than_an_upload(service, admin):
    """Three times the setting sync_budget_ms of CPU time."""
    service.restart("fcgi", sync_budget_ms=5)
    try:
        wait_until(lambda: is_back(service))
        answer = admin.get(
            RECIPES + "2048x2048-exact-blur100-sharp.webp/preview")
        invalid(answer, "recipe")
        assert "may not take as much time" in answer.json()["detail"]
    finally:
        service.restart("fcgi")
        wait_until(lambda: is_back(service))


def test_a_preview_may_be_kept_for_an_hour(admin, marked):
    """But not one with a watermark, which may change."""
    headers = preview(admin, "h50").headers
    assert headers["Cache-Control"] == "private, max-age=3600"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    headers = preview(admin, "h50", tier=marked["id"]).headers
    assert headers["Cache-Control"] == "private, no-cache"


def test_a_preview_shows_the_watermark_of_a_tier(admin, marked):
    for tier in (marked["id"], marked["name"]):
        data = preview(admin, "100x100-exact.png", tier=tier).content
        red, green, blue = decode(data).convert("RGB").getpixel((50, 50))
        assert red > 240 > 20 > max(green, blue)
    plain = preview(admin, "100x100-exact.png")
    assert preview(admin, "100x100-exact.png",
                   tier="Basic").content == plain.content
    for none in ("none", "01900000-0000-7000-8000-00000000dead", ""):
        invalid(admin.get(RECIPES + "h50/preview", params={"tier": none}),
                "tier")


def test_only_administrators_see_it(service):
    """Users get 403, and others 401."""
    for path in ("h200", "h200/preview", "none"):
        problem(new_user(service).get(RECIPES + path), 403, "forbidden")
        problem(service.session().get(RECIPES + path), 401, "unauthenticated")
