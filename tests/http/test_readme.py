"""README.md and doc/usage.md say what is so."""

import pathlib
import re
import subprocess

from service import HANG

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
USAGE = README.parent / "doc/usage.md"


def test_every_line_of_the_tour_works(service, tmp_path):
    """The lines are run as printed, in a folder that looks like a checkout in
    which ./quickstart runs."""
    text = README.read_text()
    tour = text[text.index("## A tour with curl"):]
    script = re.search(r"```sh\n(.*?)```", tour, re.S).group(1)
    (tmp_path / "var").symlink_to(service.dir)
    (tmp_path / "doc").symlink_to(README.parent / "doc")
    lines = "set -eu\n" + script.replace("curl ", "curl -sS -f ")
    done = subprocess.run(["bash", "-c", lines], cwd=tmp_path, text=True,
                          timeout=HANG, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert '"status":"processing"' in done.stdout
    thumbnail = (tmp_path / "h200.jpg").read_bytes()
    assert thumbnail.startswith(b"\xff\xd8\xff")
    original = (tmp_path / "original.jpg").read_bytes()
    assert original == (README.parent / "doc/sample.jpg").read_bytes()


def test_the_tiers_are_as_the_table_says(service):
    rows = re.findall(r"^\| (Basic|Premium|Enterprise) *\| ([^|]*?) *\| "
                      r"(yes|no) *\| ([^|]*?) *\| (\d+) M",
                      USAGE.read_text(), re.M)
    assert len(rows) == 3
    for name, sizes, original, links, pixels in rows:
        tier = service.session(name.lower()).get("/v1/me").json()["tier"]
        assert tier["name"] == name
        assert tier["sizes"] == sizes.split(", ")
        assert tier["original"] == (original == "yes")
        assert tier["links"] == (links != "no")
        assert tier["max_pixels"] == int(pixels) * 1000000
