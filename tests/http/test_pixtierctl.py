"""pixtierctl, as an administrator meets it."""

import datetime
import json
import os
import re

import pytest

from api import new_user, post_picture, upload, without
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


def printed(service, *command):
    return json.loads(service.ctl("--json", *command).stdout)


def test_a_user_is_shown_and_changed(service):
    """user show, user set: the old name is free, and what the user had stays;
    the audit says what was changed."""
    session = new_user(service)
    name, password = session.auth
    image = upload(session)
    shown = printed(service, "user", "show", name)
    assert (shown["username"], shown["email"], shown["is_admin"],
            shown["used_images"]) == (name, None, False, 1)
    text = service.ctl("user", "show", name).stdout
    assert re.search(rf"^username +{name}$", text, re.MULTILINE)

    changed = printed(service, "user", "set", name, "username=new-" + name,
                      "email=new@example.org", "is_admin=yes")
    assert changed == {**shown, "username": "new-" + name,
                       "email": "new@example.org", "is_admin": True}
    assert session.get("/v1/me").status_code == 401
    session.auth = ("new-" + name, password)
    assert session.get("/v1/images/" + image["id"]).status_code == 200
    assert session.get("/v1/admin/users").status_code == 200
    service.ctl("user", "set", "new-" + name, "email=none", "is_admin=no")
    assert printed(service, "user", "show", "new-" + name) == \
        {**shown, "username": "new-" + name}
    lines = [(line["action"], line["detail"])
             for line in printed(service, "audit", "--limit", "5")]
    assert sorted(lines) == [
        ("user.admin", "no"), ("user.admin", "yes"), ("user.email", ""),
        ("user.email", "new@example.org"), ("user.username", "new-" + name)]


@pytest.mark.parametrize("name, field, why", [
    ("other", "username=BASIC", '"BASIC" is in use'),
    ("other", "username=a b", "username: 1 to 64 letters"),
    ("anonymous", "username=x", "built in and keeps its name"),
    ("other", "email=x", "email: at most 254 bytes with an @"),
    ("other", "is_admin=maybe", "is_admin: yes or no"),
    ("other", "tier=Basic", "it has: username email is_admin"),
    ("admin", "is_admin=no", "last administrator"),
    ("nobody", "is_admin=no", 'no user is called "nobody"'),
])
def test_a_user_stays_as_it_was(service, name, field, why):
    before = printed(service, "user", "list")
    done = service.ctl("user", "set", name, "email=new@example.org", field,
                       check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert why in done.stderr
    assert printed(service, "user", "list") == before


def test_passwords_are_generated(service):
    """--generate: long, each another one, shown once, and they work."""
    name = "g" + os.urandom(6).hex()
    made = printed(service, "user", "add", name, "--tier", "Basic",
                   "--generate")
    session = service.session()
    session.auth = (name, made["password"])
    assert session.get("/v1/me").status_code == 200
    text = service.ctl("user", "passwd", name, "--generate").stdout
    again = re.search(r"^password +(\S+)$", text, re.MULTILINE)[1]
    assert re.fullmatch("([a-z2-9]{6}-){3}[a-z2-9]{6}", again)
    assert again != made["password"]
    assert session.get("/v1/me").status_code == 401
    session.auth = (name, again)
    assert session.get("/v1/me").status_code == 200
    assert "password" not in printed(service, "user", "show", name)


def test_tiers_are_listed_in_a_table(service):
    """A line for each field and a column for each tier, aligned; each of
    several words has a line of its own."""
    head, *lines = service.ctl("tier", "list").stdout.splitlines()
    names = head.split()
    assert names[0] == "FIELD" and {"Basic", "Premium"} <= set(names)
    column = head.index("Premium")
    fields = {line[:column].split()[0]: line[column:].split(" ")[0]
              for line in lines if line[0] != " "}
    assert (fields["sizes"], fields["links"]) == ("h200", "no")
    assert lines[1].startswith(" ") and lines[1][column:].startswith("h400  ")
    assert all(line[column - 2:column] == "  " for line in lines)
    assert list(fields) == \
        [name for name in printed(service, "tier", "list")[0]
         if name not in ("id", "name")]


def test_a_job_is_cancelled(service):
    """job cancel: its image fails, and the audit says so; not twice, and no
    job that removes a user."""
    session = new_user(service)
    with without(service, "worker"):
        image = post_picture(session,
                             headers={"Prefer": "respond-async"}).json()
        job = image["job"]["id"]
        assert printed(service, "job", "cancel", job)["state"] == "cancelled"
        again = service.ctl("job", "cancel", job, check=False)
        assert again.returncode == 1 and "has ended already" in again.stderr
        line, = printed(service, "audit", "--limit", "1")
        assert (line["action"], line["subject"]) == ("job.cancel", job)
        service.query("UPDATE jobs SET kind = 'delete_user', state = 'queued'"
                      " WHERE id = UNHEX(%s)", job.replace("-", ""))
        done = service.ctl("job", "cancel", job, check=False)
        assert done.returncode == 1 and "cannot be cancelled" in done.stderr
        service.query("UPDATE jobs SET kind = 'render', state = 'cancelled'"
                      " WHERE id = UNHEX(%s)", job.replace("-", ""))
    assert session.get("/v1/images/" + image["id"]).json()["status"] == \
        "failed"
    assert service.ctl("fsck").returncode == 0


def test_a_token_is_revoked(service):
    made = printed(service, "token", "add", "basic", "--name", "short",
                   "--expires-in", "1d")
    session = service.session(token=made["token"])
    assert session.get("/v1/me").status_code == 200
    created, expires = (datetime.datetime.fromisoformat(made[name][:19])
                        for name in ("created_at", "expires_at"))
    assert 86399 <= (expires - created).total_seconds() <= 86401
    service.ctl("token", "revoke", "basic", made["id"])
    assert session.get("/v1/me").status_code == 401
    assert made["id"] not in [token["id"] for token in
                              printed(service, "token", "list", "basic")]
