"""The corpus: valid pictures give good thumbnails, hostile ones their refusal,
and no process but decoders takes harm.

PIXTIER_CORPUS names the folder with MANIFEST.tsv; without it all is skipped.
PIXTIER_CORPUS_REPORT names a file for the table, as JSON."""

import collections
import concurrent.futures
import csv
import json
import os
import pathlib
import re
import statistics
import tempfile
import time

import pytest

from api import settled
from rendering import (difference, gist, most_difference, open_picture,
                       oriented_size, thumbnail_size)
from service import BUILDDIR

CORPUS = pathlib.Path(os.environ.get("PIXTIER_CORPUS", ""))
HAS_CORPUS = "PIXTIER_CORPUS" in os.environ
CLIENTS = 2
STATUSES = {"corrupt_image": 422, "too_large": 413, "unsupported_format": 415}
# For the answer to a hostile picture; on a slow machine, so many times what a
# valid one takes.
HOSTILE_SECONDS, HOSTILE_TIMES = 3, 100
RSS_KIB = 3000

pytestmark = pytest.mark.skipif(not HAS_CORPUS,
                                reason="PIXTIER_CORPUS is not set")


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
        self.compared = False
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

# Pictures that Pillow 9.4 itself shows wrongly, for it
PILLOW_ERRS = {
    # loses its place where a row of run lengths ends early
    "valid/bmp/bmpsuite-q-pal8rlecut.bmp",
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


def check_thumbnail(result, variant, data):
    image = open_picture(data)
    if image.format.lower() != variant["format"]:
        yield f"is {image.format}, not {variant['format']}"
    if image.size != (variant["width"], variant["height"]):
        yield f"is {image.size}"
    yield from check_bytes(data, image)
    if result.row["class"] == "valid":
        yield from check_look(result, variant, image)


def check_look(result, variant, image):
    source = open_picture((CORPUS / result.row["path"]).read_bytes())
    size = oriented_size(int(result.row["width"]),
                         int(result.row["height"]), source)
    if image.size != thumbnail_size(size, int(variant["variant"][1:])):
        yield f"is {image.size} of {size}"
    if source is None or result.row["path"] in PILLOW_ERRS:
        return
    result.compared = True
    off = difference(gist(image), gist(source))
    if off > most_difference(size):
        yield f"differs by {off:.1f}"


def check_ready(session, result):
    if len(result.image["variants"]) != 2:
        result.faults.append("has not two variants")
    for variant in result.image["variants"]:
        answer = session.get(variant["url"])
        if answer.status_code != 200:
            result.faults.append(f"{variant['variant']}: {answer.status_code}")
            continue
        result.faults += [f"{variant['variant']} {fault}" for fault in
                          check_thumbnail(result, variant, answer.content)]


def run_one(service, row):
    with service.session("enterprise") as session:
        result = upload(session, row)
        if result.got == "ok":
            check_ready(session, result)
        if result.image:
            session.delete("/v1/images/" + result.image["id"])
    return result


### The run, and the tests about it

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
            "otherwise": [], "ok": 0, "compared": 0, "seconds": 0,
            "settled_seconds": 0})
        line["count"] += 1
        line["as_expected"] += result.as_expected()
        line["ok"] += result.got == "ok"
        line["compared"] += result.compared
        line["seconds"] = max(line["seconds"], round(result.seconds, 2))
        line["settled_seconds"] = max(line["settled_seconds"],
                                      round(result.settled_seconds, 2))
        if not result.as_expected():
            line["otherwise"].append(str(result))
    return list(lines.values())


def tell(lines):
    print(f"# {'class':22} count  as expected  otherwise  "
          "thumbnails  compared  answer s  job s")
    for line in lines:
        print(f"# {line['class']:22} {line['count']:5} "
              f"{line['as_expected']:12} {len(line['otherwise']):10} "
              f"{line['ok']:11} {line['compared']:9} {line['seconds']:9.2f} "
              f"{line['settled_seconds']:6.2f}", flush=True)


def warm_up(service):
    """Until each responder has what it keeps: it grows with its first ones."""
    few = [r for r in rows() if r["class"] == "valid"][::8]
    with concurrent.futures.ThreadPoolExecutor(len(service.children("fcgi"))
                                               ) as pool:
        list(pool.map(lambda row: run_one(service, row), few))


def check_seconds(runs):
    pace = statistics.median(one.seconds for one in runs["valid"].results)
    for result in runs["hostile"].results:
        if result.seconds > max(HOSTILE_SECONDS, HOSTILE_TIMES * pace):
            result.faults.append("took too long to answer")


@pytest.fixture(scope="module")
def runs(service, request):
    warm_up(service)
    runs = {name: run_class(service, name) for name in ("valid", "hostile")}
    check_seconds(runs)
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
def test_no_process_but_decoders_dies(runs, name):
    before, after = runs[name].processes
    assert after == before


@pytest.mark.parametrize("name", ["valid", "hostile"])
def test_responders_do_not_grow(runs, name):
    """Beyond what the largest had when all were warm."""
    if b"__asan_init" in (BUILDDIR / "pixtier-fcgi").read_bytes():
        pytest.skip("the sanitizers keep memory that was given back")
    resident = runs[name].resident
    largest = max(before for before, _ in resident)
    assert max(after for _, after in resident) - largest < RSS_KIB, resident


def test_nothing_is_left_behind(runs):
    """Nor made by a picture that is a script."""
    for run in runs.values():
        assert run.pwned[0] == run.pwned[1]
        assert not run.temporary
