"""pixtierctl doctor: what it finds when something does not run."""

import contextlib
import json

import pytest

from api import is_back, without
from service import wait_until


def findings(service):
    """What doctor prints, by the name of the check."""
    printed = service.ctl("--json", "doctor", check=False).stdout
    return {row["what"]: (row["verdict"], row["finding"])
            for row in json.loads(printed)}


def test_all_is_well_while_all_runs(service):
    """A signed picture comes through base_url, and nothing of it stays."""
    before = service.objects()
    found = findings(service)
    assert "FAIL" not in {verdict for verdict, _ in found.values()}
    assert found["socket"] == ("ok", service.setting("listen"))
    assert found["delivery"] == ("ok", "a signed picture came through " +
                                 service.setting("base_url"))
    assert service.objects() == before


@pytest.mark.parametrize("part, check, remedy", [
    ("fcgi", "socket", "start pixtier-fcgi"),
    ("fcgi", "socket of uploads", "start pixtier-fcgi"),
    ("worker", "workers", "start pixtier-worker"),
    ("web", "delivery", "reload the web server"),
])
def test_a_stopped_part_is_found(service, part, check, remedy):
    with without(service, part):
        if part == "worker":  # others that a test killed have their rows
            service.query("DELETE FROM workers")
        verdict, finding = findings(service)[check]
    assert verdict == "FAIL" and remedy in finding


@contextlib.contextmanager
def another_store(service):
    """The site of the web server names a folder that the settings do not."""
    site = service.dir / "data/site/pixtier.conf"
    text = site.read_text()
    site.write_text(text.replace("/store/objects/", "/elsewhere/"))
    service.restart("web")
    try:
        yield
    finally:
        site.write_text(text)
        service.restart("web")
        wait_until(lambda: is_back(service))


def test_a_site_with_another_path_is_found(service):
    with another_store(service):
        verdict, finding = findings(service)["delivery"]
    assert verdict == "FAIL"
    assert "print the site again with `pixtierctl site`" in finding
    assert findings(service)["delivery"][0] == "ok"


def test_a_socket_of_another_group_is_found(service, monkeypatch):
    monkeypatch.setenv("PIXTIER_SOCKET_GROUP", "daemon")
    verdict, finding = findings(service)["socket"]
    assert verdict == "FAIL" and "restart pixtier-fcgi" in finding
