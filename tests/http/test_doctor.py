"""pixtierctl doctor: what it finds when something does not run."""

import contextlib
import json
import os
import re
import shutil
import subprocess

import pytest

from api import is_back, without
from file_system import fill, small_file_system, with_own_shm
from service import BUILDDIR, HANG, SERVER_PROGRAMS, Service, wait_until

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
HOUR = 3600
SERVED = ("the web server serves them as the settings hotlink_hosts and "
          "public_robots say")


@pytest.fixture(autouse=True)
def workers(service):
    """Those that have just been started have their rows."""
    wait_until(lambda: service.query("SELECT 1 FROM workers"))


def rows_of(printed):
    return {row["what"]: (row["verdict"], row["finding"])
            for row in json.loads(printed)}


def findings(service):
    """What doctor prints, by the name of the check."""
    return rows_of(service.ctl("--json", "doctor", check=False).stdout)


def only_finding(found, check, verdict="FAIL"):
    """The text of the only finding; no other check complains of the fault."""
    bad = {name: text for name, (grade, text) in found.items()
           if grade == verdict}
    assert list(bad) == [check], bad
    return bad[check]


def is_skipped(found, check, needed):
    return found[check] == ("skip", f'not checked before "{needed}" is ok')


def public_files(service):
    return sorted((service.store / "public").glob("*/*"))


def test_all_is_well_while_all_runs(service):
    """A signed picture comes through base_url, and nothing of it stays."""
    before = service.objects(), public_files(service)
    found = findings(service)
    assert "FAIL" not in {verdict for verdict, _ in found.values()}
    assert found["socket"] == ("ok", service.setting("listen"))
    assert "skip" not in {verdict for verdict, _ in found.values()}
    url = service.setting("base_url")
    assert found["web server"] == ("ok", url + " passes requests to pixtier")
    assert found["body limit"] == (
        "ok", service.setting("max_upload") + " bytes, as max_upload")
    assert re.fullmatch(r"\d\d+ files, as in this version", found["pages"][1])
    assert found["delivery"] == ("ok", "a signed picture came through " + url)
    assert found["public pictures"] == ("ok", SERVED)
    assert (service.objects(), public_files(service)) == before


@pytest.mark.parametrize("part, check, remedy", [
    ("fcgi", "socket", "start pixtier-fcgi"),
    ("fcgi", "socket of uploads", "start pixtier-fcgi"),
    ("worker", "workers", "start pixtier-worker"),
    ("web", "web server", "reload the web server"),
])
def test_a_stopped_part_is_found(service, part, check, remedy):
    with without(service, part):
        if part == "worker":  # others that a test killed have their rows
            service.query("DELETE FROM workers")
        verdict, finding = findings(service)[check]
    assert verdict == "FAIL" and remedy in finding


def test_what_needs_the_programs_is_skipped(service):
    with without(service, "fcgi"):
        found = findings(service)
    assert is_skipped(found, "web server", "socket")
    assert is_skipped(found, "body limit", "socket")
    assert is_skipped(found, "delivery", "socket")


@contextlib.contextmanager
def changed_site(service, *changes):
    """The web server has another site."""
    folder = service.dir / "data/site"
    before = {file: file.read_text() for file in (
        folder / "pixtier.conf", folder / "locations.conf") if file.exists()}
    for old, new in changes:
        assert any(old in text for text in before.values())
    for file, text in before.items():
        for old, new in changes:
            text = text.replace(old, new)
        file.write_text(text)
    try:
        service.restart("web")
        yield
    finally:
        for file, text in before.items():
            file.write_text(text)
        service.restart("web")
        wait_until(lambda: is_back(service))


def test_a_site_with_another_path_is_found(service):
    """It delivers a folder that the settings do not name."""
    with changed_site(service, ("/store/objects/", "/elsewhere/")):
        finding = only_finding(findings(service), "delivery")
    assert "print the site again with `pixtierctl site`" in finding
    assert findings(service)["delivery"][0] == "ok"


def test_a_site_with_another_socket_is_found(service):
    """The web server does not reach the responders of uploads."""
    with changed_site(service, ("uploads.sock", "nope.sock")):
        found = findings(service)
    finding = only_finding(found, "web server")
    assert "answers 503" in finding and "(socket_group)" in finding
    assert is_skipped(found, "delivery", "web server")


def body_limits(service, bytes_):
    """A change of the site's limit of bodies, in bytes or in KiB."""
    limit = int(service.setting("max_upload"))
    if service.server == "lighttpd":
        return (f"= {limit >> 10}\n", f"= {bytes_ >> 10}\n")
    return (str(limit), str(bytes_))


def test_a_site_with_a_lower_body_limit_is_found(service):
    limit = int(service.setting("max_upload"))
    with changed_site(service, body_limits(service, limit - 1024)):
        finding = only_finding(findings(service), "body limit")
    assert f"refuses bodies of max_upload ({limit} bytes)" in finding
    assert "print the site again with `pixtierctl site`" in finding


def test_a_site_with_a_higher_body_limit_is_found(service):
    limit = int(service.setting("max_upload"))
    with changed_site(service, body_limits(service, 2 * limit)):
        verdict, finding = findings(service)["body limit"]
    assert verdict == "warn"
    assert f"larger than max_upload ({limit} bytes)" in finding
    assert "print the site again with `pixtierctl site`" in finding


@pytest.fixture
def guarded(server):
    """Another service, whose site is printed with the settings."""
    with Service(server, hotlink_hosts="www.example.org *.example.net",
                 public_robots="index") as one:
        yield one


@pytest.mark.parametrize("setting, value, finding", [
    ("public_robots", "index", "index, but the web server sends public "
     "pictures with the header X-Robots-Tag"),
    ("hotlink_hosts", "www.example.org", "shows public pictures to pages of "
     "all hosts"),
])
def test_a_site_from_before_a_setting_is_found(service, monkeypatch, setting,
                                               value, finding):
    monkeypatch.setenv("PIXTIER_" + setting.upper(), value)
    verdict, found = findings(service)["public pictures"]
    assert verdict == "warn" and finding in found
    assert "print the site again with `pixtierctl site`" in found


def test_a_site_with_other_hosts_is_found(guarded, monkeypatch):
    """It refuses pages that the settings allow, or search engines."""
    assert findings(guarded)["public pictures"] == ("ok", SERVED)
    for setting, value, verdict, finding in (
            ("hotlink_hosts", "www.example.org a.example.com", "FAIL",
             "answers 403 to pages of a.example.com"),
            ("hotlink_hosts", "*.example.net *.example.com", "FAIL",
             "answers 403 to pages of www.example.com"),
            ("hotlink_hosts", "", "FAIL", "hotlink_hosts is empty"),
            ("public_robots", "noindex", "warn", "without the header")):
        with monkeypatch.context() as patch:
            patch.setenv("PIXTIER_" + setting.upper(), value)
            found = findings(guarded)["public pictures"]
        assert found[0] == verdict and finding in found[1]


def test_a_site_without_public_files_is_found(service):
    old = " /public;" if service.server == "nginx" else "/store/public"
    with changed_site(service, (old, old.replace("public", "elsewhere"))):
        verdict, finding = findings(service)["public pictures"]
    assert verdict == "warn" and "answers 404 for a public file" in finding


@contextlib.contextmanager
def changed_page(service, name, change):
    """The web server has another file of www/."""
    file = service.dir / "data/www" / name
    before = file.read_bytes()
    change(file)
    try:
        yield
    finally:
        file.write_bytes(before)


@pytest.mark.parametrize("name, path", [
    ("index.html", "/"), ("lib/dom.js", "/www/lib/dom.js"),
    ("icons.svg", "/www/icons.svg")])
def test_a_page_of_another_version_is_found(service, name, path):
    def change(file):
        file.write_text(file.read_text().replace("e", "E", 1))

    with changed_page(service, name, change):
        finding = only_finding(findings(service), "pages")
    assert f"{service.setting('base_url')}{path} is not that of" in finding
    assert "install all files of one version" in finding
    assert findings(service)["pages"][0] == "ok"


def test_a_missing_page_is_found(service):
    with changed_page(service, "user/main.js", os.unlink):
        finding = only_finding(findings(service), "pages")
    assert "/www/user/main.js does not come: " in finding and "404" in finding
    assert "print the site with `pixtierctl site`" in finding


def test_another_site_at_base_url_is_found(service, monkeypatch):
    """It is a path where this one has nothing."""
    monkeypatch.setenv("PIXTIER_BASE_URL", service.url + "/elsewhere")
    finding = only_finding(findings(service), "web server")
    assert "answers 404" in finding and "base_url leads to it" in finding


def test_a_socket_of_another_group_is_found(service, monkeypatch):
    monkeypatch.setenv("PIXTIER_SOCKET_GROUP", "daemon")
    verdict, finding = findings(service)["socket"]
    assert verdict == "FAIL" and "restart pixtier-fcgi" in finding


@ROOT_ONLY
def test_sockets_that_the_web_server_may_not_use_are_found(service):
    """They belong to root, as those of a service without socket_group."""
    sockets = [service.setting(name) for name in ("listen", "listen_uploads")]
    owner = os.stat(sockets[0])
    for path in sockets:
        os.chown(path, 0, 0)
    try:
        finding = only_finding(findings(service), "web server")
    finally:
        for path in sockets:
            os.chown(path, owner.st_uid, owner.st_gid)
    assert "answers 503" in finding
    assert "may use the sockets (socket_group)" in finding
    wait_until(lambda: is_back(service))


def test_a_missing_folder_of_a_socket_is_found(service, monkeypatch):
    """/run is empty after a boot."""
    monkeypatch.setenv("PIXTIER_LISTEN", "/run/nope/fcgi.sock")
    finding = only_finding(findings(service), "socket")
    assert "the folder /run/nope does not exist" in finding
    assert "systemd-tmpfiles --create" in finding


def test_a_stale_schema_is_found(service, tmp_path, monkeypatch):
    """This version has a migration more than the database."""
    for file in (service.dir / "data/schema").glob("*.sql"):
        shutil.copy(file, tmp_path)
    (tmp_path / "9999-more.sql").write_text("SELECT 1;\n")
    monkeypatch.setenv("PIXTIER_SCHEMA_DIR", str(tmp_path))
    found = findings(service)
    finding = only_finding(found, "schema")
    assert finding.startswith("1 of ") and "`pixtierctl schema apply`" in finding
    assert is_skipped(found, "workers", "schema")


@ROOT_ONLY
@pytest.mark.parametrize("owner, mode", [("root", 0o600), ("service", 0)])
def test_unreadable_keys_are_found(service, tmp_path, monkeypatch, owner, mode):
    keys = tmp_path / "keys"
    shutil.copy(service.setting("keys_file"), keys)
    if owner == "service":
        shutil.chown(keys, service.setting("user"))
    keys.chmod(mode)
    monkeypatch.setenv("PIXTIER_KEYS_FILE", str(keys))
    found = findings(service)
    finding = only_finding(found, "keys")
    assert f"{keys} is not readable by {service.setting('user')}" in finding
    assert "chown" in finding
    assert is_skipped(found, "delivery", "keys")


@ROOT_ONLY
def test_keys_that_this_account_cannot_read_are_found(service, tmp_path):
    """For an account that is not the service's."""
    done = subprocess.run(
        ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups",
         service.dir / "data/bin/pixtierctl", "--json", "doctor"],
        env={**os.environ, **readable_settings(service, tmp_path)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    found = rows_of(done.stdout)
    assert found["keys"][0] == "FAIL" and "run this as root" in found["keys"][1]
    assert found["socket"][0] == "FAIL"
    assert "run this as root" in found["socket"][1]


def readable_settings(service, folder):
    """The settings in a file that every account can read."""
    copy = folder / "pixtier.conf"
    shutil.copy((service.dir / "pixtier.conf").resolve(), copy)
    for path in (copy, *folder.parents[:-1], folder):
        path.chmod(path.stat().st_mode | 0o555)
    return {"PIXTIER_CONFIG": str(copy)}


def test_a_missing_store_is_found(service, monkeypatch):
    monkeypatch.setenv("PIXTIER_STORE_DIR", "/nope")
    found = findings(service)
    assert "make the folder" in only_finding(found, "store folder")
    assert is_skipped(found, "delivery", "store folder")


@ROOT_ONLY
def test_a_store_of_another_account_is_found(service, monkeypatch):
    with small_file_system(0) as place:
        monkeypatch.setenv("PIXTIER_STORE_DIR", place)
        found = findings(service)
    finding = only_finding(found, "store writable")
    assert "the account of the service must be able to write to it" in finding
    assert is_skipped(found, "delivery", "store writable")


@pytest.mark.parametrize("reserve", [5, 0])
def test_a_full_disk_is_found(service, monkeypatch, reserve):
    with small_file_system(service.store.stat().st_uid) as place:
        fill(place)
        monkeypatch.setenv("PIXTIER_STORE_DIR", place)
        monkeypatch.setenv("PIXTIER_STORE_RESERVE", str(reserve))
        found = findings(service)
    finding = only_finding(found, "store room")
    assert "0.0 % (0.0 GiB) are free" in finding
    assert "free some space" in finding
    assert is_skipped(found, "store writable", "store room")
    assert is_skipped(found, "delivery", "store room")


def test_a_disk_without_room_for_files_is_found(service, monkeypatch):
    owner = service.store.stat().st_uid
    with small_file_system(owner, "size=8m,nr_inodes=50") as place:
        monkeypatch.setenv("PIXTIER_STORE_DIR", place)
        finding = only_finding(findings(service), "store room")
    assert "room for 49 more files only" in finding


@pytest.mark.parametrize("options, error", [
    ("mode=0755", "Permission denied"),
    ("mode=1777,size=4k", "No space left on device"),
])
def test_shared_memory_that_nobody_can_use_is_found(service, options, error):
    printed = subprocess.run(
        [*with_own_shm(options), BUILDDIR / "pixtierctl", "--config",
         service.dir / "pixtier.conf", "--json", "doctor"], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
    finding = only_finding(rows_of(printed), "shared memory")
    assert "/dev/shm must be a tmpfs with the mode 1777" in finding
    assert finding.endswith(error)


@pytest.mark.parametrize("check", ["sandbox", "sandbox of fetching"])
def test_a_sandbox_that_is_off_is_found(service, monkeypatch, check):
    monkeypatch.setenv("PIXTIER_SANDBOX", "off")
    verdict, finding = findings(service)[check]
    assert verdict == "warn" and "set sandbox to required" in finding


def skew(service, program, seconds):
    """The environment in which the clock of this program is wrong."""
    built = BUILDDIR / "tests/fault/skew_clock.so"
    if not built.exists():
        pytest.skip(f"{built} is not built")
    if b"__asan" in built.read_bytes():
        pytest.skip("programs without sanitizers cannot load it")
    library = service.dir / "skew_clock.so"
    if not library.exists():
        shutil.copy(built, library)
        library.chmod(0o755)
    return {"LD_PRELOAD": str(library), "SKEW_CLOCK_PROGRAM": program,
            "SKEW_CLOCK_SECONDS": str(seconds)}


def set_environment(monkeypatch, values):
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def check_skew(found, check, seconds):
    """The clock that this checks differs by about so many seconds."""
    verdict, finding = found[check]
    assert verdict == "warn" and "run an NTP client on both" in finding
    said = int(re.search(r"differs by (-?\d+) s", finding).group(1))
    assert abs(said - seconds) < HANG


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
def test_a_wrong_clock_of_this_host_is_found(service, monkeypatch, seconds):
    set_environment(monkeypatch, skew(service, "pixtierctl", seconds))
    found = findings(service)
    check_skew(found, "time", -seconds)
    check_skew(found, "web server", -seconds)


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
def test_a_wrong_clock_of_the_web_server_is_found(service, monkeypatch,
                                                  seconds):
    program = SERVER_PROGRAMS.get(service.server, service.server)
    with monkeypatch.context() as patch:
        set_environment(patch, skew(service, program, seconds))
        service.restart("web")
    try:
        found = findings(service)
    finally:
        service.restart("web")
    assert found["time"][0] == "ok"
    check_skew(found, "web server", seconds)
