"""pixtierctl, as an administrator meets it."""

import json
import re

import pytest

from service import SRCDIR

MANUAL = (SRCDIR / "doc/pixtierctl.1").read_text()
LISTS = [
    ("schema", "status"), ("user", "list"), ("tier", "list"),
    ("token", "list", "basic"), ("job", "list"), ("worker", "list"),
    ("stats",), ("audit",), ("key", "list"), ("settings",), ("doctor",),
]


def plain(roff):
    return re.sub(r"\\f.", "", roff).replace("\\-", "-").strip()


def test_every_command_is_in_the_manual_as_help_has_it(service):
    """--help, help, and the words of pixtierctl(1)."""
    shown = service.ctl("--help").stdout
    assert service.ctl("help").stdout == shown
    commands = re.findall(r"^  ([a-z].*)$", shown, re.MULTILINE)
    named = [plain(line) for line in
             re.findall(r"^\.B ([a-z].*)$", MANUAL, re.MULTILINE)]
    assert len(commands) > 30
    assert [line for line in commands if line not in named] == []


@pytest.mark.parametrize("ask", [("user", "--help"), ("help", "user"),
                                 ("user", "add", "--help")])
def test_help_of_a_group_has_its_commands(service, ask):
    shown = re.findall(r"^  ([a-z]+) ", service.ctl(*ask).stdout,
                       re.MULTILINE)
    assert len(shown) > 4 and set(shown) == {"user"}


@pytest.mark.parametrize("command", LISTS, ids=" ".join)
def test_what_is_listed_comes_as_json_too(service, command):
    """--json before or after the command: one document, an array."""
    text = service.ctl(*command, check=False)
    before = service.ctl("--json", *command, check=False)
    after = service.ctl(*command, "--json", check=False)
    assert isinstance(json.loads(before.stdout), list)
    assert isinstance(json.loads(after.stdout), list)
    assert text.returncode == before.returncode == after.returncode == 0


@pytest.mark.parametrize("command, why", [
    ((), "a command is missing"),
    (("nope",), 'no command "nope"'),
    (("user", "nope"), 'no command "user nope"'),
    (("user", "add"), "usage: pixtierctl user add NAME --tier TIER"),
    (("user", "add", "x"), "--tier is missing"),
    (("user", "add", "x", "--tier", "Basic"), "--password-stdin"),
    (("user", "list", "x"), "an argument too many: x"),
    (("user", "list", "--state", "x"), "does not belong to this command"),
    (("user", "list", "--disabled", "maybe"), "yes or no"),
    (("user", "list", "--tier"), "--tier"),
    (("--colour", "stats"), "--colour"),
    (("job", "list", "--state", "x"), 
     "queued, running, done, failed or cancelled"),
    (("job", "list", "--limit", "0"), "from 1 to"),
    (("token", "add", "basic", "--name", "x", "--scopes", "x"),
     "read, write, link and admin"),
    (("tier", "set", "Basic"), "an argument is missing"),
    (("tier", "add", "x", "h200"), "FIELD=VALUE"),
    (("key", "rotate", "--retire-after", "x"),
     "seconds from 0 to"),
    (("token", "add", "basic", "--name", "x", "--expires-in", "3y"),
     'unit such as 15m, 12h or 30d, not "3y"'),
])
def test_a_wrong_call_is_told_how_to_call(service, command, why):
    """Exit status 2, and the standard error only."""
    done = service.ctl(*command, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
    assert "usage: pixtierctl" in done.stderr or "--help" in done.stderr


@pytest.mark.parametrize("command, why", [
    (("user", "tier", "nobody", "Basic"), 'no user is called "nobody"'),
    (("user", "tier", "basic", "Nope"), 'no tier is called "Nope"'),
    (("tier", "set", "Basic", "colour=red"), "it has: sizes any_size"),
    (("tier", "set", "Basic", "links=maybe"), "links: yes or no"),
    (("token", "add", "basic", "--name", "x", "--scopes", "admin"),
     "no administrator"),
    (("job", "show", "nope"), "no job nope"),
    (("job", "retry", "nope"), "no job nope"),
    (("key", "retire", "65535"), "no key 65535"),
    (("purge", "image", "nope"), "no image nope"),
    (("purge", "variant", "nope"), "h200, w400"),
    (("--config", "/nope", "stats"), "/nope: No such file"),
])
def test_what_cannot_be_done_is_told_why(service, command, why):
    """Exit status 1."""
    done = service.ctl(*command, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert why in done.stderr


@pytest.mark.parametrize("setting, value, why", [
    ("db_socket", "/nope", "the database does not answer at the socket /nope"
     " (db_socket): Can't connect"),
    ("db_password", "wrong", "check db_user and db_password"),
    ("db_user", "nobody", "the database refuses the connection at the socket"),
    ("db_name", "nope", "GRANT ALL ON nope.* TO pixtier@localhost"),
    ("workers", "many", "PIXTIER_WORKERS: workers: a number from 1"),
    ("keys_file", "/nope", "`pixtierctl key rotate` makes it"),
])
def test_a_wrong_setting_is_named(service, monkeypatch, setting, value, why):
    monkeypatch.setenv("PIXTIER_" + setting.upper(), value)
    done = service.ctl("key" if "key" in setting else "user", "list",
                       check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert why in done.stderr


def test_doctor_fails_where_something_is_wrong(service, monkeypatch):
    """Exit status 1, with a line that says what to do."""
    assert service.ctl("doctor").returncode == 0
    monkeypatch.setenv("PIXTIER_STORE_DIR", "/nope")
    done = service.ctl("doctor", check=False)
    assert done.returncode == 1
    assert re.search("FAIL +store folder .*make the folder", done.stdout)
    monkeypatch.setenv("PIXTIER_DECODER", "/nope")
    done = service.ctl("doctor", check=False)
    assert re.search("FAIL +decoder .*set decoder to the path", done.stdout)
