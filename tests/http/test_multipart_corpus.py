"""The corpus's multipart bodies: every one gets a sensible answer."""

import csv
import os
import pathlib
import re

import pytest

from processes import cpu_seconds

CORPUS = os.environ.get("PIXTIER_CORPUS")
BODIES = pathlib.Path(CORPUS or "", "requests/multipart")
GOOD = {201, 202}
REFUSED = {400, 413, 415, 422, 431}

# They have a field `pad` that the API does not know, so it refuses them; that
# it names the field shows that the boundary before was found.
PADDED = ("split-", "boundary-at-")

pytestmark = pytest.mark.skipif(not CORPUS,
                                reason="PIXTIER_CORPUS is not set")


def cases():
    """The name of each body, and what the manifest expects."""
    if not CORPUS:
        return []
    with open(pathlib.Path(CORPUS, "requests/MANIFEST.tsv")) as file:
        return [(pathlib.Path(row["path"]).stem, row["expected"])
                for row in csv.DictReader(file, delimiter="\t")
                if row["path"].endswith(".body")]


def statuses(name, expected):
    """The manifest's, of which 400 means refused: some kinds of damage have
    codes of their own."""
    said = {int(word) for word in re.findall(r"\b\d{3}\b", expected)}
    # A file name may be damaged beyond being UTF-8, or be that of no file.
    if name.startswith("fname-"):
        said |= {422}
    if said & GOOD:
        said |= GOOD
    if 400 in said:
        said |= REFUSED
    if name.startswith(PADDED):
        said = {400}
    return said


@pytest.fixture(scope="module")
def uploader(service):
    return service.session("basic")


def post(session, name):
    # Latin-1 is what a header's bytes are to requests.
    kind = (BODIES / (name + ".ctype")).read_bytes().decode("latin-1").strip()
    return session.post("/v1/images", headers={"Content-Type": kind},
                        data=(BODIES / (name + ".body")).read_bytes())


def check_headers(answer):
    """Nothing of a file's name became a header."""
    assert "X-Injected" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    for value in answer.headers.values():
        assert "<script>" not in value


def pwned():
    return sorted(pathlib.Path("/tmp").glob("PWNED*"))


@pytest.mark.parametrize("name, expected", cases())
def test_a_multipart_body_gets_its_answer(service, uploader, name, expected):
    """Never 5xx, no header from a file's name, no responder lost."""
    before = service.children("fcgi"), pwned()
    count = service.query("SELECT COUNT(*) FROM images")
    used = cpu_seconds(before[0])
    answer = post(uploader, name)
    assert cpu_seconds(before[0]) - used < 3
    assert answer.status_code in statuses(name, expected), answer.text
    check_headers(answer)
    if name.startswith(PADDED):
        assert '"pad"' in answer.json()["detail"]
    assert (service.children("fcgi"), pwned()) == before
    if answer.status_code not in GOOD:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert service.query("SELECT COUNT(*) FROM images") == count
        return
    image = answer.json()
    assert uploader.get(image["variants"][0]["url"]).status_code == 200
    assert uploader.delete("/v1/images/" + image["id"]).status_code == 204


def clients():
    """The bodies of real clients, and the name that the image then has."""
    names = {"apache-httpclient-text-field": "plain.jpg",
             "dotnet-filename": "Fähre?>~ÿÿ.jpg",
             "latin1-filename": "Zürich.png",
             "lf-after-last-delimiter": "Zurich.png"}
    bodies = pathlib.Path(CORPUS or "", "real/http").glob("*.body")
    return [(body, names.get(body.stem)) for body in sorted(bodies)]


@pytest.mark.parametrize("body, name", clients(), ids=str)
def test_the_body_of_a_real_client_is_accepted(uploader, body, name):
    kind = body.with_suffix(".ctype").read_text("latin-1").strip()
    answer = uploader.post("/v1/images", data=body.read_bytes(),
                           headers={"Content-Type": kind})
    assert answer.status_code == 201, answer.text
    assert name in (None, answer.json()["name"])


def test_none_left_a_temporary_file(service, uploader):
    """Neither the good nor the bad ones."""
    assert not list((service.store / "tmp").iterdir())
