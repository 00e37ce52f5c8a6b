"""Metadata: when, where, by whom and with which camera a picture was taken. The
image says the same as exiftool."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from api import is_back, new_user, post_picture, settled, variant_of
from fetching import canary, fetched, fetching, new_fetcher, pages
from pictures import decode, encode, picture, quarters
from service import HANG, wait_until

CORPUS = os.environ.get("PIXTIER_CORPUS")
FIELDS = ("taken_at", "camera", "gps", "copyright", "creator")
NOTHING = dict.fromkeys(FIELDS)
SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif"}

EXIF = ("-EXIF:Make=Canon", "-EXIF:Model=Canon EOS R5",
        "-EXIF:DateTimeOriginal=2026:06:01 12:34:56",
        "-EXIF:OffsetTimeOriginal=+02:00", "-EXIF:GPSLatitude=48.8582222",
        "-EXIF:GPSLatitudeRef=N", "-EXIF:GPSLongitude=2.2944444",
        "-EXIF:GPSLongitudeRef=E", "-EXIF:Copyright=© Jane Doe, <all>",
        "-EXIF:Artist=Jane Doe")
XMP = ("-XMP-dc:Rights=© XMP & 'more'", "-XMP-dc:Creator=Zoë",
       "-XMP-dc:Creator=<Jane> \"J\" Doe")
IPTC = ("-IPTC:CodedCharacterSet=UTF8", "-IPTC:CopyrightNotice=© IPTC",
        "-IPTC:By-line=Zoë", "-IPTC:By-line=Jane")
SOUTH = ("-EXIF:GPSLatitude=33.8567844", "-EXIF:GPSLatitudeRef=S",
         "-EXIF:GPSLongitude=70.6482681", "-EXIF:GPSLongitudeRef=W",
         "-EXIF:DateTimeOriginal=1999:12:31 23:59:59",
         "-EXIF:Copyright=me\n\tand you", "-EXIF:Model=X100")

pytestmark = pytest.mark.skipif(not shutil.which("exiftool"),
                                reason="exiftool is not installed")


def exiftool(*arguments):
    return subprocess.run(["exiftool", "-q", "-m", *map(str, arguments)],
                          stdout=subprocess.PIPE, timeout=HANG).stdout


def read(*files):
    return json.loads(exiftool(*READ, *files))


def tagged(tmp_path, format, *tags):
    file = tmp_path / ("tagged" + SUFFIXES[format])
    file.write_bytes(picture(64, 48, format))
    if tags:
        exiftool("-overwrite_original", *tags, file)
    return file


def said_by(found):
    """What exiftool has found, as the image's fields. It has the two parts of
    an EXIF copyright in lines."""
    def text(value):
        if isinstance(value, list):
            value = "; ".join(map(str, value))
        return value and "; ".join(map(str.strip, str(value).split("\n")))

    time, zone = found.get("DateTimeOriginal"), found.get("OffsetTimeOriginal")
    if not re.fullmatch(r"\d{4}(:\d\d){2} \d\d(:\d\d){2}", str(time)):
        time = None
    if time:
        time = time.replace(":", "-", 2).replace(" ", "T") + (zone or "")
    camera = {"make": text(found.get("Make")),
              "model": text(found.get("Model"))}
    gps = {"latitude": found.get("GPSLatitude"),
           "longitude": found.get("GPSLongitude")}
    return {"taken_at": time, "camera": camera if any(camera.values()) else
            None, "gps": gps if None not in gps.values() else None,
            "copyright": text(found.get("Copyright")),
            "creator": text(found.get("Creator"))}


READ = ("-use", "MWG", "-json", "-n", "-EXIF:Make", "-EXIF:Model",
        "-EXIF:DateTimeOriginal", "-EXIF:OffsetTimeOriginal", "-MWG:Copyright",
        "-MWG:Creator", "-Composite:GPSLatitude", "-Composite:GPSLongitude")


def same(image, expected):
    """Fails unless the image says this; degrees may differ by 1 cm."""
    fields = {name: image[name] for name in FIELDS}
    if fields["gps"] and expected["gps"]:
        assert fields["gps"] == pytest.approx(expected["gps"], abs=1.01e-7)
        fields["gps"] = expected["gps"]
    assert fields == expected


@pytest.mark.parametrize("format", SUFFIXES)
@pytest.mark.parametrize("tags", [
    (), EXIF, ("-ExifByteOrder=MM",) + EXIF, SOUTH, XMP, EXIF + XMP,
    EXIF[:-2] + XMP, IPTC, IPTC + XMP, EXIF + XMP + IPTC,
], ids=["none", "exif", "big_endian", "south", "xmp", "exif_xmp",
        "camera_xmp", "iptc", "iptc_xmp", "all"])
def test_the_image_says_what_exiftool_says(service, tmp_path, format, tags):
    if format in ("PNG", "WEBP"):
        tags = [tag for tag in tags if not tag.startswith("-IPTC")]
    file = tagged(tmp_path, format, *tags)
    found, = read(file)
    expected = said_by(found)
    assert bool(tags) == any(expected.values())
    image = post_picture(new_user(service, exif=True), file.read_bytes()).json()
    same(image, expected)


def test_a_position_is_only_for_a_tier_with_exif(service, tmp_path):
    """gps is null without it, in each answer; and so for other users none."""
    data = tagged(tmp_path, "JPEG", *EXIF).read_bytes()
    without, owner = new_user(service), new_user(service, exif=True)
    for session in without, owner:
        image = post_picture(session, data).json()
        one = session.get("/v1/images/" + image["id"]).json()
        listed, = session.get("/v1/images").json()["items"]
        for shown in image, one, listed:
            assert shown["taken_at"] == "2026-06-01T12:34:56+02:00"
            assert shown["camera"] == {"make": "Canon",
                                       "model": "Canon EOS R5"}
            assert shown["copyright"] == "© Jane Doe, <all>"
            assert shown["creator"] == "Jane Doe"
            assert bool(shown["gps"]) == (session is owner)
    assert one["gps"] == {"latitude": 48.8582222, "longitude": 2.2944444}
    assert b"48.8582222" in owner.get("/v1/images").content
    assert without.get("/v1/images/" + image["id"]).status_code == 404
    for variant in image["variants"]:
        thumbnail = tmp_path / "thumbnail.jpg"
        thumbnail.write_bytes(owner.get(variant["url"]).content)
        assert set(read(thumbnail)[0]) == {"SourceFile"}


def test_metadata_is_there_before_a_worker_renders(service, tmp_path):
    session = new_user(service, exif=True)
    answer = post_picture(session, tagged(tmp_path, "PNG", *EXIF).read_bytes(),
                          headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    assert answer.json()["camera"]["make"] == "Canon"
    image = settled(session, answer.json())
    assert image["status"] == "ready" and image["gps"]


def test_a_fetched_picture_has_metadata(service, tmp_path, pages, fetching):
    session = new_fetcher(service, exif=True)
    data = tagged(tmp_path, "WEBP", *EXIF).read_bytes()
    url = pages.add(lambda page: page.answer(body=data))
    image = fetched(session, url)
    assert image["creator"] == "Jane Doe"
    assert image["gps"] == {"latitude": 48.8582222, "longitude": 2.2944444}


def test_texts_are_cut_and_clean(service, tmp_path):
    """500 bytes of whole characters; bytes that are not UTF-8 are read as
    windows-1252."""
    session = new_user(service)
    file = tagged(tmp_path, "JPEG", "-EXIF:Copyright=" + "é" * 300,
                  "-EXIF:Make=" + "m" * 100)
    image = post_picture(session, file.read_bytes()).json()
    assert image["copyright"] == "é" * 250
    assert image["camera"] == {"make": "m" * 64, "model": None}
    data = tagged(tmp_path, "JPEG", "-EXIF:Artist=Zo@#\x07!").read_bytes()
    data = data.replace(b"Zo@#", b"Zo\xeb\x80")
    assert post_picture(session, data).json()["creator"] == "Zoë€!"


@pytest.fixture(params=["fast", "graphicsmagick"])
def keeping(service, request):
    """Responders and workers with the setting keep_copyright."""
    for part in "fcgi", "worker":
        service.restart(part, keep_copyright="yes", engine=request.param)
    wait_until(lambda: is_back(service))
    yield service
    for part in "fcgi", "worker":
        service.restart(part)
    wait_until(lambda: is_back(service))


def sources(tmp_path):
    """Files with and without metadata, of the same pixels: opaque, with alpha,
    animated."""
    clear = quarters().convert("RGBA")
    clear.putalpha(128)
    frames = [quarters(), quarters().rotate(180)]
    for name, data in [
            ("opaque.jpg", picture()), ("alpha.png", encode(clear, "PNG")),
            ("animated.webp", encode(frames[0], "WEBP", save_all=True,
                                     append_images=frames[1:]))]:
        file = tmp_path / name
        file.write_bytes(data)
        exiftool("-overwrite_original", *EXIF, file)
        yield data, file.read_bytes()


def frames_of(data):
    image = decode(data)
    for i in range(getattr(image, "n_frames", 1)):
        image.seek(i)
        yield image.convert("RGBA").tobytes()


def check_texts(file, has):
    """These two fields, and no warning of exiftool about the structure."""
    found, = json.loads(exiftool("-json", "-G1", "-EXIF:all", "-Warning",
                                 "-Error", file))
    del found["SourceFile"]
    assert found == ({"IFD0:Artist": "Jane Doe",
                      "IFD0:Copyright": "© Jane Doe, <all>"} if has else {})


def test_thumbnails_keep_the_copyright_if_set(keeping, tmp_path):
    """In each format but GIF, rendered by a request or by a worker; the pixels
    are those of the thumbnails of a picture without texts."""
    session = new_user(keeping, any_size=True, animated=True, max_side=9000)
    thumbnail = tmp_path / "thumbnail"
    for plain, tagged in sources(tmp_path):
        without = post_picture(session, plain).json()
        first = post_picture(session, tagged).json()
        later = settled(session, post_picture(
            session, tagged, headers={"Prefer": "respond-async"}).json())
        names = ["h200"] + ["h100." + format for format in
                            ("jpeg", "png", "webp", "gif")]
        for name in names:
            expected = session.get(variant_of(without, name)).content
            thumbnail.write_bytes(expected)
            check_texts(thumbnail, False)
            for image in first, later:
                content = session.get(variant_of(image, name)).content
                thumbnail.write_bytes(content)
                check_texts(thumbnail, not name.endswith("gif"))
                assert list(frames_of(content)) == list(frames_of(expected))
                again = post_picture(session, content).json()
                assert (again["copyright"] == first["copyright"]) == (
                    not name.endswith("gif"))


@pytest.mark.skipif(not CORPUS, reason="PIXTIER_CORPUS is not set")
def test_the_corpus_has_what_exiftool_finds(service):
    session = new_user(service, exif=True, max_pixels=None)
    folders = [pathlib.Path(CORPUS) / name for name in ("valid", "real")]
    extensions = [part for suffix in (".jpg", ".jpeg", ".png", ".webp", ".tif",
                                      ".tiff") for part in ("-ext", suffix[1:])]
    found = read("-r", *extensions, *folders)
    assert len(found) > 300
    tagged = [one for one in found if any(said_by(one).values())]
    untagged = [one for one in found if not any(said_by(one).values())]
    assert len(tagged) >= 2
    for one in tagged + untagged[::25]:
        data = pathlib.Path(one["SourceFile"]).read_bytes()
        answer = post_picture(session, data)
        if answer.status_code in (201, 202):
            same(answer.json(), said_by(one))
