"""Programs and a schema that are not of one version."""

import contextlib
import json
import os
import shutil
import subprocess

import pytest

from api import list_of, new_user, upload
from service import BUILDDIR, HANG, SRCDIR, wait_until

NEWER = "9999-newer.sql"


def add_newer(service):
    service.query("INSERT INTO schema_migrations VALUES"
                  " (9999, %s, REPEAT('0', 64), UTC_TIMESTAMP(6))", NEWER)


def remove_newer(service):
    service.query("DELETE FROM schema_migrations WHERE version = 9999")


@contextlib.contextmanager
def newer_programs(service):
    """The settings of programs that have a migration more."""
    folder = service.dir / "newer-schema"
    shutil.copytree(SRCDIR / "schema", folder)
    folder.chmod(0o755)
    (folder / NEWER).write_text("DO 0;")
    try:
        yield {"schema_dir": folder}
    finally:
        shutil.rmtree(folder)


def refusal(service, part, **settings):
    """The only line of a program that does not start."""
    service.stop(part)
    environment = {f"PIXTIER_{name.upper()}": str(value)
                   for name, value in settings.items()}
    done = subprocess.run(
        [BUILDDIR / f"pixtier-{part}", "--config",
         service.dir / "pixtier.conf"], text=True, timeout=HANG,
        env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 1
    line, = done.stdout.splitlines()
    return line


@pytest.mark.parametrize("part", ["fcgi", "worker"])
def test_programs_refuse_an_older_schema(service, part):
    """Before their first request or job."""
    try:
        with newer_programs(service) as settings:
            line = refusal(service, part, **settings)
    finally:
        service.start(part)
    assert "the database lacks 1 of " in line
    assert "run `pixtierctl schema apply`" in line


@pytest.mark.parametrize("part", ["fcgi", "worker"])
def test_programs_refuse_a_newer_schema(service, part):
    add_newer(service)
    try:
        line = refusal(service, part)
    finally:
        remove_newer(service)
        service.start(part)
    assert f"the database has {NEWER}" in line
    assert "it belongs to a newer version" in line


def test_running_programs_go_on_when_the_schema_is_newer(service):
    """An upgrade applies the schema while the old programs run; children that
    are replaced start again."""
    session = new_user(service)
    add_newer(service)
    try:
        before = set(service.children("fcgi"))
        service.kill("fcgi", 1)
        wait_until(lambda: not before & set(service.children("fcgi")))
        upload(session)
    finally:
        remove_newer(service)


def test_programs_start_without_the_database(service):
    """They wait for it: what the schema is nobody knows."""
    session = new_user(service)
    service.stop("db")
    try:
        service.start("fcgi")
        assert session.get("/healthz").status_code == 200
    finally:
        service.start("db")
    upload(session)


def test_an_upgrade_with_data(service, monkeypatch):
    """The schema is applied while the old programs run, which go on; then the
    new ones start, with all that was there."""
    session = new_user(service)
    before = upload(session)
    with newer_programs(service) as settings:
        later = settings["schema_dir"] / NEWER
        later.write_text("ALTER TABLE `images`"
                         " ADD COLUMN `later` INT NOT NULL DEFAULT 7;")
        try:
            with monkeypatch.context() as changed:
                changed.setenv("PIXTIER_SCHEMA_DIR", str(later.parent))
                applied = service.ctl("--json", "schema", "apply")
            assert {row["state"] for row in json.loads(applied.stdout)} == \
                {"applied"}
            between = upload(session)
            service.restart("fcgi", **settings)
            service.restart("worker", **settings)
            after = upload(session)
            assert [image["id"] for image in list_of(session, "/v1/images")] \
                == [after["id"], between["id"], before["id"]]
            assert service.query("SELECT DISTINCT later FROM images") == \
                ((7,),)
        finally:
            remove_newer(service)
            if service.query("SHOW COLUMNS FROM images LIKE 'later'"):
                service.query("ALTER TABLE images DROP COLUMN later")
            service.restart("fcgi")
            service.restart("worker")
    assert service.ctl("fsck").returncode == 0
