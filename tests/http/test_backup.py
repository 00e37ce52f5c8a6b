"""pixtierctl backup and restore, while clients upload and delete images."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import uuid

import pytest

from api import links_of, post_picture, settled, upload, variant_of
from load import Load
from pictures import large_picture, picture
from service import HANG, SRCDIR, Service, wait_until

TABLES = "SELECT table_name FROM information_schema.tables" \
    " WHERE table_schema = DATABASE()"
LATER = {"Prefer": "respond-async"}
# A restore adds a row to the audit, and queues the jobs again that ran.
CHANGED = {"audit", "jobs", "workers", "schema_lock"}


class Installation(Service):
    """Everything of it can be lost and restored."""

    def account(self):
        """What runs a command with the account of the programs."""
        owner = self.store.stat()
        if owner.st_uid == os.geteuid():
            return []
        return ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}",
                "--clear-groups"]

    def begin(self, *args, stderr=subprocess.PIPE):
        """Starts pixtierctl with the account of the programs."""
        return subprocess.Popen(
            [*self.account(), str(self.dir / "data/bin/pixtierctl"),
             "--config", str(self.dir / "pixtier.conf"), *map(str, args)],
            env=self._environment(), text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=stderr)

    def run(self, *args, status=0):
        return end(self.begin("--json", *args), status)

    def folder(self, root=None):
        """A name for a new backup, where the account may write."""
        parent = pathlib.Path(tempfile.mkdtemp(dir=root or self.dir))
        owner = self.store.stat()
        os.chown(parent, owner.st_uid, owner.st_gid)
        return parent / "backup"

    def backup(self, *options):
        folder = self.folder()
        return folder, json.loads(self.run("backup", folder, *options)[0])

    def rows(self):
        """All rows of all tables, but for those that a restore changes."""
        with self.db() as connection, connection.cursor() as cursor:
            cursor.execute(TABLES)
            names = {name for name, in cursor.fetchall()} - CHANGED
            assert len(names) > 12
            found = {}
            for name in sorted(names):
                cursor.execute(f"SELECT * FROM `{name}`")
                found[name] = sorted(cursor.fetchall(), key=repr)
            return found

    def stop_programs(self):
        self.stop("fcgi")
        self.stop("worker")

    def start_programs(self):
        self.start("fcgi")
        self.start("worker")

    def lose_database(self):
        with self.db() as connection, connection.cursor() as cursor:
            cursor.execute(TABLES)
            names = [name for name, in cursor.fetchall()]
            cursor.execute("SET foreign_key_checks = 0")
            for name in names:
                cursor.execute(f"DROP TABLE `{name}`")

    def lose_store(self):
        for file in self.objects():
            file.unlink()
        with contextlib.suppress(FileNotFoundError):
            (self.store / "restore.unfinished").unlink()

    def leave(self, path):
        """A file that is left of what was in the store before."""
        owner = self.store.stat()
        path.parent.mkdir(parents=True)
        path.write_bytes(b"left")
        for part in path, path.parent, path.parent.parent:
            os.chown(part, owner.st_uid, owner.st_gid)

    def lose_everything(self):
        self.lose_database()
        self.lose_store()
        pathlib.Path(self.setting("keys_file")).unlink(missing_ok=True)

    def fsck(self):
        """How often each invariant is broken."""
        done = self.ctl("--json", "fsck", "--deep", check=False)
        counts = {row["id"]: row["count"]
                  for row in json.loads(done.stdout)["invariants"]}
        assert done.returncode == (1 if any(counts.values()) else 0)
        return {name: count for name, count in counts.items() if count}

    def original(self, image):
        key = image["id"].replace("-", "")
        return self.store / "objects" / key[-2:] / (key + ".original")


def end(process, status=0):
    """Its output and its errors, when it has ended as expected."""
    out, errors = process.communicate(timeout=HANG)
    assert process.returncode == status, out + errors
    return out, errors


@pytest.fixture(scope="module")
def own(server):
    with Installation(server) as installation:
        yield installation


def listed(folder):
    """SHA256SUMS: the sums by path."""
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    return {path: sum for sum, path in (line.split("  ") for line in lines)}


def files_below(folder):
    return {str(file.relative_to(folder)) for file in folder.rglob("*")
            if file.is_file()}


def bytes_of(session, image):
    """The original and the thumbnails as its owner gets them."""
    answers = [session.get(variant_of(image, name))
               for name in ("original", "h200", "h400")]
    assert [answer.status_code for answer in answers] == [200] * 3
    return [answer.content for answer in answers]


@contextlib.contextmanager
def held(own, image, *options):
    """A backup that has its snapshot, and waits at the image's original, which
    is a FIFO; it continues at the end."""
    original, folder = own.original(image), own.folder()
    aside = original.with_name("aside")
    original.rename(aside)
    owner = aside.stat()
    os.mkfifo(original, 0o600)
    os.chown(original, owner.st_uid, owner.st_gid)
    process = own.begin("--json", "backup", folder, *options)
    dump = pathlib.Path(f"{folder}.unfinished") / "database.sql"
    try:
        wait_until(lambda: dump.exists() and dump.stat().st_size)
        yield folder, process
        wait_until(lambda: process.poll() is not None or can_write(original))
    finally:
        aside.rename(original)
        if process.poll() is None and not process.stdout.closed:
            process.wait(timeout=HANG)


def can_write(fifo):
    """Whether a process waits for a writer; it gets one, and the end."""
    with contextlib.suppress(OSError):
        os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
        return True
    return False


def test_a_backup_during_uploads_has_all_that_was_uploaded(own):
    """Everything is lost; after the restore each image that a client had a
    response for is there, with its bytes and links, and jobs go on."""
    session, other = own.session("enterprise"), own.session("enterprise")
    kept = [upload(session, name="Ħöw\t's \\ \"it\".jpg")]
    gone = [upload(session) for _ in range(20)]
    link = session.post(links_of(kept[0]), json={"expires_in": 3000}).json()
    doomed = iter(gone)

    def upload_and_delete():
        client = own.session("enterprise")
        answer = post_picture(client)
        for image in [answer.json(), next(doomed, None)][1:]:
            if image:
                assert client.delete("/v1/images/" + image["id"]) \
                    .status_code == 204
        return answer

    with Load(3, upload_and_delete) as load:
        wait_until(lambda: load.count(201) > 5)
        slow = post_picture(other, large_picture(), headers=LATER).json()
        kept += [answer.json() for answer, _ in list(load.results)]
        folder, said = own.backup("--keys")
        own.run("backup", "verify", folder)
    assert said["missing"] == 0
    assert said["files"] >= 3 * len(kept)
    bytes_before = [bytes_of(session, image) for image in kept]
    own.stop_programs()
    own.lose_everything()
    public = own.store / "public/00" / str(uuid.UUID(int=0))
    own.leave(public / "h200.00000000.jpg")
    restored = json.loads(own.run("restore", folder)[0])
    assert restored["files"] == said["files"] and not restored["missing"]
    assert not public.exists()
    own.start_programs()
    session = own.session("enterprise")
    assert [bytes_of(session, image) for image in kept] == bytes_before
    assert settled(session, slow)["status"] == "ready"
    assert session.get(link["url"]).content == bytes_before[0][0]
    assert session.get("/v1/images/" + kept[0]["id"]).json()["name"] == \
        kept[0]["name"]
    assert own.fsck() == {}


def test_images_deleted_during_a_backup_stay_deleted(own):
    """Between the snapshot and the files. A file that is really lost is
    reported, and the backup goes on without it."""
    session = own.session("enterprise")
    lost, deleted = upload(session), upload(session)
    with held(own, lost) as (folder, process):
        assert session.delete("/v1/images/" + deleted["id"]) \
            .status_code == 204
        later = upload(session)
    out, errors = end(process, status=1)
    said = json.loads(out)
    assert (said["deleted"], said["missing"]) == (3, 1)
    assert "complete but for 1 files" in errors
    assert lost["id"].replace("-", "") in errors
    own.run("backup", "verify", folder)
    assert str(own.original(later).name) not in \
        (folder / "SHA256SUMS").read_text()
    own.stop_programs()
    own.lose_database()
    own.lose_store()
    assert json.loads(own.run("restore", folder)[0])["deleted"] == 3
    assert own.fsck() == {"I1": 1}
    own.start_programs()
    assert session.get("/v1/images/" + deleted["id"]).status_code == 404
    assert session.get("/v1/images/" + later["id"]).status_code == 404
    assert session.delete("/v1/images/" + lost["id"]).status_code == 204
    assert own.fsck() == {}


def test_an_interrupted_backup_is_not_a_backup(own):
    """The next one to the same folder replaces it, but not while it runs."""
    with held(own, upload(own.session("premium"))) as (folder, process):
        errors = own.run("backup", folder, status=1)[1]
        assert "another process writes" in errors
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=HANG)
    assert not folder.exists()
    unfinished = pathlib.Path(f"{folder}.unfinished")
    errors = own.run("backup", "verify", unfinished, status=1)[1]
    assert "is not a complete backup" in errors
    assert "replaced the unfinished backup" in own.run("backup", folder)[1]
    assert not unfinished.exists()
    own.run("backup", "verify", folder)
    foreign = own.folder()
    (foreign.parent / "backup.unfinished/objects").mkdir(parents=True)
    shutil.chown(foreign.parent / "backup.unfinished",
                 own.store.stat().st_uid)
    assert "move it away" in own.run("backup", foreign, status=1)[1]


def test_a_terminal_shows_how_far_a_backup_is(own):
    """A bar, and at the end nothing of it."""
    upload(own.session("premium"))
    terminal, end_of_program = os.openpty()
    process = own.begin("backup", own.folder(), stderr=end_of_program)
    os.close(end_of_program)
    out, _ = process.communicate(timeout=HANG)
    shown = os.read(terminal, 1 << 16).decode()
    os.close(terminal)
    assert process.returncode == 0 and "started_at" in out
    assert re.match(r"\r\[#*\.*\] 1 of \d+ files", shown), shown
    assert shown.endswith("\r\033[K")


def test_a_backup_to_another_file_system_copies_what_is_new(own):
    """--base names an earlier backup: what is the same is linked to it."""
    shared = pathlib.Path("/dev/shm")
    if not os.access(shared, os.W_OK) or \
            shared.stat().st_dev == own.store.stat().st_dev:
        pytest.skip("/dev/shm is not another file system than the store")
    first = own.folder(shared)
    try:
        said = json.loads(own.run("backup", first)[0])
        assert (said["linked"], said["copied"]) == (0, said["files"])
        image = upload(own.session("premium"))
        second = first.with_name("second")
        said = json.loads(own.run("backup", f"{second}/", "--base", first)[0])
        assert (said["linked"], said["copied"]) == (said["files"] - 3, 3)
        new = set(listed(second)) - set(listed(first))
        assert {path.split("/")[2].split(".")[0] for path in new} == \
            {image["id"].replace("-", "")}
        for path in set(listed(second)) & set(listed(first)):
            if path.startswith("objects/"):
                assert (first / path).samefile(second / path)
        own.run("backup", "verify", second)
    finally:
        shutil.rmtree(first.parent)


@pytest.fixture(scope="module")
def still(own):
    """An installation with images, whose programs do not run; a backup of
    it."""
    for name in ("naïve ' \\n 猫.png", "b.png", "c.png"):
        upload(own.session("enterprise"), name=name)
    post_picture(own.session("enterprise"), headers=LATER)
    own.stop_programs()
    return own.backup("--keys")


def test_a_backup_is_what_its_lists_say(own, still):
    """sha256sum(1) agrees; nothing is in the folder that has no line; the
    rows are the same after a restore."""
    folder, said = own.backup("--keys")
    rows = own.rows()
    sums = listed(folder)
    assert files_below(folder) == {*sums, "SHA256SUMS", "backup.json"}
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet",
                    "SHA256SUMS"], cwd=folder, check=True)
    stored = {f"objects/{file.parent.name}/{file.name}"
              for file in own.objects()}
    assert {path for path in sums if path.startswith("objects/")} == stored
    assert said["files"] == len(stored) == said["linked"] + said["copied"]
    assert {(folder / path).samefile(own.store / path) for path in stored} \
        == {bool(said["linked"])}
    assert folder.stat().st_mode & 0o777 == 0o700
    own.lose_everything()
    own.run("restore", folder)
    assert own.rows() == rows
    assert {f"objects/{file.parent.name}/{file.name}"
            for file in own.objects()} == stored
    assert own.fsck() == {}


def change_byte(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink()  # it may be the store's file too
    path.write_bytes(data)


def truncate(path):
    data = path.read_bytes()
    path.write_bytes(data[:len(data) // 2])


def some_object(folder):
    """The original of an image that is ready: it has thumbnails."""
    return min(path for path in (folder / "objects").rglob("*.original")
               if len(list(path.parent.glob(path.stem + ".*"))) > 1)


# What is done to the backup, and what verify and restore say of it.
FAULTS = {
    "a missing file": (
        lambda folder: some_object(folder).unlink(),
        "1 files are missing", None),
    "a changed byte": (
        lambda folder: change_byte(some_object(folder)),
        "1 damaged", None),
    "an unknown file": (
        lambda folder: (folder / "objects/00/x").write_text("x"),
        "1 unknown", ""),
    "a truncated dump": (
        lambda folder: truncate(folder / "database.sql"),
        "1 damaged", "database.sql is missing or damaged"),
    "no dump": (
        lambda folder: (folder / "database.sql").unlink(),
        "1 files are missing", "database.sql is missing or damaged"),
    "a changed list": (
        lambda folder: truncate(folder / "SHA256SUMS"),
        "SHA256SUMS is damaged", "SHA256SUMS is damaged"),
    "no summary": (
        lambda folder: (folder / "backup.json").unlink(),
        "not a complete backup", "not a complete backup"),
    "a wrong summary": (
        lambda folder: truncate(folder / "backup.json"),
        "backup.json: ", "backup.json: "),
    "another format": (
        lambda folder: set_summary(folder, format=2),
        "format: ", "format: "),
}


def set_summary(folder, **changes):
    path = folder / "backup.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def as_owner(own, folder):
    owner = own.store.stat()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_damaged_backup_is_found(own, still, fault):
    """A restore writes nothing when rows or lists are damaged; it restores
    all that is left when files of pictures are."""
    damage, verified, refused = FAULTS[fault]
    folder = own.folder()
    shutil.copytree(still[0], folder)
    damage(folder)
    as_owner(own, folder)
    assert verified in own.run("backup", "verify", folder, status=1)[1]
    own.lose_everything()
    out, errors = own.run("restore", folder, status=0 if refused == "" else 1)
    if refused:
        assert refused in errors and "\n" not in errors.strip()
        assert not own.objects() and not own.query(TABLES)
    else:
        assert json.loads(out)["files"] == still[1]["files"]
        assert own.fsck() == ({} if refused == "" else {"I1": 1})


def test_an_interrupted_restore_can_run_again(own, still):
    """It continues with its own backup, but not with another one."""
    own.lose_everything()
    own.run("restore", still[0])
    other, _ = own.backup()
    folder = own.folder()
    shutil.copytree(still[0], folder)
    victim = max((folder / "objects").rglob("*.h400"))
    aside = victim.with_name("aside")
    victim.rename(aside)
    os.mkfifo(victim)
    as_owner(own, folder)
    own.lose_everything()
    process = own.begin("restore", folder)
    wait_until(own.objects)
    process.kill()
    process.communicate(timeout=HANG)
    victim.unlink()
    aside.rename(victim)
    assert not own.query(TABLES)
    assert "restore of another backup" in \
        own.run("restore", other, status=1)[1]
    assert json.loads(own.run("restore", folder)[0])["files"] == \
        still[1]["files"]
    assert own.fsck() == {}


def copy_of_schema(own):
    folder = pathlib.Path(tempfile.mkdtemp(dir=own.dir))
    folder.chmod(0o755)
    for file in (SRCDIR / "schema").glob("*.sql"):
        shutil.copy(file, folder)
    return folder


def test_a_restore_that_ends_among_the_rows_can_run_again(own, still,
                                                          monkeypatch):
    """Here because a table lacks a column. Until the last row is there, the
    programs refuse the database."""
    own.lose_everything()
    own.run("restore", still[0])
    rows = own.rows()
    own.lose_everything()
    schema = copy_of_schema(own)
    (schema / "0015-variant-bytes.sql").write_text("DO 0;")
    with monkeypatch.context() as changed:
        changed.setenv("PIXTIER_SCHEMA_DIR", str(schema))
        errors = own.run("restore", still[0], status=1)[1]
    assert "variant_bytes" in errors
    assert own.query("SELECT COUNT(*) FROM tiers")[0][0] > 0
    assert "migrations; run" in own.run("user", "list", status=1)[1]
    own.run("restore", still[0])
    assert own.rows() == rows and own.fsck() == {}


def test_only_an_empty_installation_is_restored_into(own, still):
    """In one line, with what to do."""
    folder = still[0]
    own.lose_everything()
    own.run("restore", folder)

    def refused(why, *args):
        errors = own.run("restore", *(args or [folder]), status=1)[1]
        assert why in errors and "\n" not in errors.strip()
    refused("has files: a restore needs an empty store")
    refused("is not a complete backup", "/nowhere")
    own.lose_store()
    refused("tables: a restore needs an empty database")
    own.lose_database()
    keys = pathlib.Path(own.setting("keys_file"))
    mine = keys.read_bytes()
    keys.write_text("# other keys\n")
    refused("has other keys than the backup")
    keys.write_bytes(mine)
    if own.account():
        done = own.ctl("restore", str(folder), check=False)
        assert done.returncode == 1 and "run this command as" in done.stderr
    own.run("restore", folder)
    assert own.fsck() == {}
    errors = own.run("backup", folder, status=1)[1]
    assert "exists: a backup needs a new folder" in errors


def test_a_backup_outlives_an_upgrade(own, still, monkeypatch):
    """An older backup gets the newer migrations; a newer one is refused."""
    own.lose_everything()
    own.run("restore", still[0])
    rows = own.rows()
    newer = copy_of_schema(own)
    last = max(path.name for path in newer.iterdir())
    name = f"{int(last[:4]) + 1:04}-later.sql"
    (newer / name).write_text(
        "ALTER TABLE `images` ADD COLUMN `later` INT NOT NULL DEFAULT 7;")
    own.lose_everything()
    with monkeypatch.context() as changed:
        changed.setenv("PIXTIER_SCHEMA_DIR", str(newer))
        own.run("restore", still[0])
        assert {row[-1] for row in own.rows()["images"]} == {7}
        assert own.query("SELECT name FROM schema_migrations"
                         " ORDER BY version DESC LIMIT 1") == ((name,),)
        upgraded, _ = own.backup()
        assert own.fsck() == {}
    own.lose_everything()
    errors = own.run("restore", upgraded, status=1)[1]
    assert "install the version that made the backup" in errors
    own.run("restore", still[0])
    assert own.rows() == rows
