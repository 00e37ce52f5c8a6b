"""The programs of "Start here" in the documentation, as a newcomer runs
them."""

import html
import os
import re
import shutil
import subprocess

import pytest

from api import new_user
from pictures import large_picture
from service import HANG, SRCDIR

SAMPLE = (SRCDIR / "doc/sample.jpg").read_bytes()
# The program, and a command that fails where it cannot run.
PROGRAMS = {
    "upload.sh": (["sh"], ["sh", "-c", "jq --version && "
                           "curl --json '{}' --version"]),
    "upload.php": (["php"], ["php", "-r", "exit(+!function_exists("
                             "'curl_init'));"]),
    "upload.py": (["/usr/bin/python3"], ["/usr/bin/python3", "-c",
                                         "import requests"]),
    "upload.mjs": (["node"], ["node", "-e", "process.exit(+(typeof fetch"
                              " !== 'function'))"]),
}


def run(*command, **options):
    return subprocess.run(command, text=True, timeout=HANG,
                          capture_output=True, **options)


def uploaded(service, session, program, file):
    """What it prints when it uploads this file: URLs by their names."""
    command, check = PROGRAMS[program]
    if not shutil.which(check[0]) or run(*check).returncode:
        pytest.skip(f"{program} cannot run here: {check[0]} or what it needs "
                    "is not installed")
    name, password = session.auth
    done = run(*command, SRCDIR / "doc/start" / program, file,
               env={**os.environ, "IMAGE_URL": service.url,
                    "IMAGE_USER": name, "IMAGE_PASSWORD": password})
    assert done.returncode == 0, done.stderr
    return dict(line.split() for line in done.stdout.splitlines())


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_picture_is_uploaded_shown_and_shared(service, program):
    """Its thumbnails and the link to the original open for anybody."""
    session = new_user(service)
    urls = uploaded(service, session, program, SRCDIR / "doc/sample.jpg")
    assert list(urls) == ["h200", "h400", "link"]
    nobody = service.session()
    for url in urls.values():
        answer = nobody.get(url)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.content == SAMPLE
    image, = session.get("/v1/images").json()["items"]
    assert image["name"] == "sample.jpg"
    token, = session.get("/v1/tokens").json()["items"]
    assert token["name"] == "start" and token["expires_at"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_large_picture_is_waited_for(service, program, tmp_path):
    """The upload gets 202."""
    file = tmp_path / "large.png"
    file.write_bytes(large_picture())
    session = new_user(service)
    urls = uploaded(service, session, program, file)
    assert service.session().get(urls["h200"]).status_code == 200
    assert len(session.get("/v1/jobs").json()["items"]) == 1


def test_the_page_has_the_programs(service):
    page = service.session().get("/docs/").text
    programs = [html.unescape(text) for text in
                re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)]
    for program in PROGRAMS:
        assert (SRCDIR / "doc/start" / program).read_text() in programs
