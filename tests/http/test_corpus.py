"""The corpus: what is valid gives good thumbnails, what is hostile its refusal,
and no process but painters takes harm.

PIXTIER_CORPUS names the folder with MANIFEST.tsv; without it all is skipped.
PIXTIER_CORPUS_REPORT names a file for the table, as JSON."""

import collections
import concurrent.futures
import csv
import io
import json
import os
import pathlib
import re
import tempfile
import time

import PIL
import pytest
from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat

from api import settled

CORPUS = pathlib.Path(os.environ.get("PIXTIER_CORPUS", ""))
HAS_CORPUS = "PIXTIER_CORPUS" in os.environ
CLIENTS = 2
STATUSES = {"corrupt_image": 422, "too_large": 413, "unsupported_format": 415}
HOSTILE_SECONDS = 3
RSS_KIB = 6000
# Of 255, at 16x16: other decoders and other filters stay below it. JPEG and
# WebP have one colour for four pixels, which shows in the smallest pictures.
MOST_DIFFERENCE = 10
MOST_OF_SMALL = 40
SMALL = 16

pytestmark = pytest.mark.skipif(not HAS_CORPUS,
                                reason="PIXTIER_CORPUS is not set")
Image.MAX_IMAGE_PIXELS = None


def rows():
    if not HAS_CORPUS:
        return []
    with open(CORPUS / "MANIFEST.tsv") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def group(row):
    return row["path"].rpartition("/")[0]


GROUPS = sorted({group(row) for row in rows()})


def expected(row):
    """The manifest's words as a set of "ok" and statuses."""
    return set(re.findall(r"\bok\b|\b4\d\d\b", row["expected"]))


class Result:
    """What became of one picture: `got` is "ok" or a status."""

    def __init__(self, row):
        self.row = row
        self.image = None
        self.faults = []

    def as_expected(self):
        return not self.faults and self.got in expected(self.row)

    def __str__(self):
        return (f"{self.row['path']}: expected {self.row['expected']}, got "
                f"{self.got} in {self.seconds:.2f} s {self.said} "
                f"{'; '.join(self.faults)}")


def upload(session, row):
    result = Result(row)
    data = (CORPUS / row["path"]).read_bytes()
    began = time.monotonic()
    answer = session.post("/v1/images", files={
        "image": (os.path.basename(row["path"]), data)})
    said = answer.json()
    result.seconds = time.monotonic() - began
    result.got, result.said = str(answer.status_code), said.get("detail", "")
    if answer.status_code in (201, 202):
        result.image = said = settled(session, said)
        result.got = "ok"
        if said["status"] != "ready":
            result.said = said["error"]["detail"]
            result.got = str(STATUSES[said["error"]["code"]])
    result.settled_seconds = time.monotonic() - began
    return result


### What a thumbnail must be

def oriented_size(row, source):
    """The manifest has the size in the file."""
    width, height = int(row["width"]), int(row["height"])
    lies = 5 <= source.getexif().get(0x0112, 1) <= 8
    return (height, width) if lies else (width, height)


def thumbnail_size(size, height):
    if size[1] <= height:
        return size
    return max(1, (size[0] * height + size[1] // 2) // size[1]), height


def to_srgb(image):
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16") or image.mode == "I":
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    if image.mode == "LAB":
        return ImageCms.profileToProfile(image, ImageCms.createProfile("LAB"),
                                         ImageCms.createProfile("sRGB"),
                                         outputMode="RGB")
    if profile and image.mode in ("RGB", "L", "CMYK"):
        return ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"), outputMode="RGB")
    return image


def gist(image):
    """16x16 pixels of it, on white."""
    image.load()
    if image.format != "TIFF":  # which Pillow has turned already
        image = ImageOps.exif_transpose(image)
    image = to_srgb(image)
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image.convert("RGBA"))
    return white.convert("RGB").resize((16, 16), Image.BOX)


def difference(one, other):
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


# Pictures that Pillow 9.4 itself shows wrongly, for it
PILLOW_ERRS = {
    # ignores the transparency of a version 5 header
    "valid/bmp/imagers-bmp__images__V5_A8_R8_G8_B8_Rgb.bmp",
    # looks for the transparent grey among greys it has scaled to 8 bits
    "valid/png/libpng-gray-2-1.8-tRNS.png",
    "valid/png/libpng-gray-2-linear-tRNS.png",
    "valid/png/libpng-gray-2-tRNS.png",
    "valid/png/libpng-gray-4-1.8-tRNS.png",
    "valid/png/libpng-gray-4-linear-tRNS.png",
    # takes floating-point samples as 0 to 255, while 1 is white
    "valid/tiff/own-mode-f-none.tif",
}

ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82", "GIF": b";",
        "WEBP": b""}
FOREIGN = (b"PRIVACY", b"Exif\0\0", b"http://ns.adobe.com/xap/", b"<script",
           b"<svg", b"<?php", b"Photoshop 3.0")


def check_bytes(data, image):
    """It has nothing but its picture: no metadata and nothing behind it."""
    yield from (f"holds {word}" for word in FOREIGN if word in data)
    if not data.endswith(ENDS[image.format]):
        yield "does not end at its end marker"
    if image.format == "WEBP" and \
            int.from_bytes(data[4:8], "little") + 8 != len(data):
        yield "is longer than it says"
    kept = {"exif", "xmp", "comment", "photoshop", "icc_profile"}
    if image.getexif() or kept & set(image.info):
        yield f"keeps {kept & set(image.info)}"


def check_thumbnail(result, variant, data, source):
    image = Image.open(io.BytesIO(data))
    image.load()
    if image.format.lower() != variant["format"]:
        yield f"is {image.format}, not {variant['format']}"
    if image.size != (variant["width"], variant["height"]):
        yield f"is {image.size}"
    yield from check_bytes(data, image)
    if source is None:
        return
    size = oriented_size(result.row, source)
    if image.size != thumbnail_size(size, int(variant["variant"][1:])):
        yield f"is {image.size} of {size}"
    if result.row["path"] in PILLOW_ERRS:
        return
    off = difference(gist(image), result.gist)
    if off > (MOST_OF_SMALL if min(size) <= SMALL else MOST_DIFFERENCE):
        yield f"differs by {off:.1f}"


def open_source(result):
    """The picture as Pillow sees it; None when it cannot, or need not."""
    if result.row["class"] != "valid":
        return None
    try:
        source = Image.open(CORPUS / result.row["path"])
        result.gist = gist(source)
        return source
    except (OSError, SyntaxError, ValueError, PIL.UnidentifiedImageError) as e:
        result.said += f"Pillow: {e}"
        return None


def check_ready(session, result):
    source = open_source(result)
    if len(result.image["variants"]) != 2:
        result.faults.append("has not two variants")
    for variant in result.image["variants"]:
        answer = session.get(variant["url"])
        if answer.status_code != 200:
            result.faults.append(f"{variant['variant']}: {answer.status_code}")
            continue
        result.faults += [f"{variant['variant']} {fault}" for fault in
                          check_thumbnail(result, variant, answer.content,
                                          source)]


def run_one(service, row):
    with service.session("enterprise") as session:
        result = upload(session, row)
        if result.got == "ok":
            check_ready(session, result)
        if result.image:
            session.delete("/v1/images/" + result.image["id"])
    if row["class"] == "hostile" and result.seconds > HOSTILE_SECONDS:
        result.faults.append("took too long to answer")
    return result


### The run, and the stories about it

def processes(service):
    return ([service.pid(part) for part in ("db", "fcgi", "worker", "web")],
            service.children("fcgi"), service.children("worker"))


def resident_kib(service):
    status = [pathlib.Path(f"/proc/{pid}/status").read_text()
              for pid in service.children("fcgi")]
    return [int(re.search(r"VmRSS:\s+(\d+)", text)[1]) for text in status]


def pwned():
    return sorted(pathlib.Path(tempfile.gettempdir()).glob("PWNED*"))


Run = collections.namedtuple(
    "Run", "results processes resident pwned temporary")


def run_class(service, name):
    before = processes(service), resident_kib(service), pwned()
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        results = list(pool.map(lambda row: run_one(service, row),
                                (r for r in rows() if r["class"] == name)))
    return Run(results, (before[0], processes(service)),
               list(zip(before[1], resident_kib(service))),
               (before[2], pwned()), list((service.store / "tmp").iterdir()))


def table(runs):
    lines = collections.OrderedDict()
    for result in (r for run in runs.values() for r in run.results):
        line = lines.setdefault(group(result.row), {
            "class": group(result.row), "count": 0, "as_expected": 0,
            "otherwise": [], "ok": 0, "seconds": 0,
            "settled_seconds": 0})
        line["count"] += 1
        line["as_expected"] += result.as_expected()
        line["ok"] += result.got == "ok"
        line["seconds"] = max(line["seconds"], round(result.seconds, 2))
        line["settled_seconds"] = max(line["settled_seconds"],
                                      round(result.settled_seconds, 2))
        if not result.as_expected():
            line["otherwise"].append(str(result))
    return list(lines.values())


def tell(lines):
    print(f"# {'class':22} count  as expected  otherwise  "
          "thumbnails  longest answer, job (s)")
    for line in lines:
        print(f"# {line['class']:22} {line['count']:5} "
              f"{line['as_expected']:12} {len(line['otherwise']):10} "
              f"{line['ok']:11} {line['seconds']:15.2f} "
              f"{line['settled_seconds']:8.2f}", flush=True)


@pytest.fixture(scope="module")
def runs(service, request):
    run_one(service, next(r for r in rows() if r["class"] == "valid"))
    runs = {name: run_class(service, name) for name in ("valid", "hostile")}
    lines = table(runs)
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        tell(lines)
    if os.environ.get("PIXTIER_CORPUS_REPORT"):
        pathlib.Path(os.environ["PIXTIER_CORPUS_REPORT"]).write_text(
            json.dumps(lines, indent=1) + "\n")
    return runs


@pytest.mark.parametrize("name", GROUPS)
def test_each_picture_gets_its_answer(runs, name):
    """Thumbnails of the right size and look without metadata, or a refusal;
    hostile ones within 3 s."""
    results = [result for run in runs.values() for result in run.results
               if group(result.row) == name]
    assert results
    wrong = [str(result) for result in results if not result.as_expected()]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["valid", "hostile"])
def test_no_process_but_painters_dies(runs, name):
    before, after = runs[name].processes
    assert after == before


@pytest.mark.parametrize("name", ["valid", "hostile"])
def test_responders_do_not_grow(runs, name):
    for before, after in runs[name].resident:
        assert after - before < RSS_KIB, runs[name].resident


def test_nothing_is_left_behind(runs):
    """Nor made by a picture that is a script."""
    for run in runs.values():
        assert run.pwned[0] == run.pwned[1]
        assert not run.temporary
