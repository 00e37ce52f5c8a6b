"""How long pictures are kept, and how many bytes are made of them."""

import json
import os
import uuid

import pytest

from api import (links_of, new_user, post_picture, problem, settled, upload,
                 variant_of, without)
from hooks import add, clean, deliveries_of, raw
from pictures import decode, picture
from service import SRCDIR, wait_until

LATER = {"Prefer": "respond-async"}


def key_of(thing):
    return uuid.UUID(thing["id"]).bytes


def files_of(service, image):
    key = image["id"].replace("-", "")
    return sorted(file.name.partition(".")[2] for file in service.objects()
                  if file.name.startswith(key))


def age(service, image, days):
    service.query("UPDATE images SET created_at ="
                  " created_at - INTERVAL %s HOUR WHERE id = %s",
                  int(days * 24), key_of(image))


def is_there(session, image):
    return session.get("/v1/images/" + image["id"]).status_code == 200


def turn(service, **settings):
    """A worker begins with a turn of retention; the canary has expired. No
    worker that still has its own first turn before it can delete the canary."""
    session = new_user(service, retention_days=1)
    canary = upload(session)
    service.stop("worker")
    age(service, canary, 30)
    service.start("worker", **settings)
    wait_until(lambda: not is_there(session, canary))


def test_images_expire_with_their_tiers_days(service):
    """With all that was made of them, resizes and their jobs too."""
    session = new_user(service, retention_days=2, any_size=True)
    old, young = upload(session), upload(session)
    job = session.post("/v1/resize", data={"width": 50},
                       files={"file": picture()}).json()
    kept = new_user(service)
    ancient = upload(kept)
    age(service, old, 2.1)
    age(service, young, 1.9)
    age(service, {"id": job["image"]}, 2.1)
    age(service, ancient, 4000)
    turn(service)
    assert not is_there(session, old) and not files_of(service, old)
    assert is_there(session, young) and is_there(kept, ancient)
    assert files_of(service, young) == ["h200", "h400", "original"]
    problem(session.get("/v1/jobs/" + job["id"]), 404, "not_found")
    problem(session.get(job["result_url"]), 404, "not_found")
    usage = session.get("/v1/me").json()["usage"]
    assert (usage["images"], usage["bytes"]) == (1, young["bytes"])
    assert service.ctl("fsck").returncode == 0


def test_what_is_needed_yet_stays(service):
    """By a link that is valid, or a job that has not ended."""
    session = new_user(service, retention_days=1)
    linked, revoked = upload(session), upload(session)
    links = [session.post(links_of(image), json={"expires_in": 3000}).json()
             for image in (linked, revoked)]
    assert session.delete("/v1/links/" + links[1]["id"]).status_code == 204
    with without(service, "worker"):
        waiting = post_picture(session, headers=LATER).json()
        service.query("UPDATE jobs SET run_after = UTC_TIMESTAMP()"
                      " + INTERVAL 1 HOUR WHERE image_id = %s",
                      key_of(waiting))
        for image in (linked, revoked, waiting):
            age(service, image, 9)
    turn(service)
    assert is_there(session, linked) and is_there(session, waiting)
    assert service.session().get(links[0]["url"]).status_code == 200
    assert not is_there(session, revoked)
    service.query("UPDATE links SET expires_at = UTC_TIMESTAMP()"
                  " WHERE image_id = %s", key_of(linked))
    turn(service)
    assert not is_there(session, linked)
    service.query("UPDATE jobs SET run_after = UTC_TIMESTAMP()"
                  " WHERE image_id = %s", key_of(waiting))
    wait_until(lambda: settled(session, waiting)["status"] == "ready")


def test_many_expire_in_turns(service):
    """More than one turn takes; and no sum is wrong afterwards."""
    session = new_user(service, retention_days=1)
    image = upload(session)
    service.query("INSERT INTO images (id, user_id, name, status, format,"
                  " width, height, bytes, sha256, created_at)"
                  " SELECT UNHEX(CONCAT(LEFT(HEX(i.id), 24),"
                  "   LPAD(HEX(s.seq), 8, '0'))), i.user_id, i.name,"
                  " i.status, i.format, i.width, i.height, 0, i.sha256,"
                  " i.created_at - INTERVAL 5 DAY"
                  " FROM images i, seq_1_to_450 s WHERE i.id = %s",
                  key_of(image))
    service.query("UPDATE users SET used_images = used_images + 450"
                  " WHERE username = %s", session.auth[0])
    service.restart("worker")
    wait_until(lambda: session.get("/v1/me").json()["usage"]["images"] == 1)
    assert is_there(session, image)
    assert service.ctl("fsck").returncode == 0


def test_the_event_of_an_expired_image_describes_it(service):
    """image.deleted has the image as it was; a resize is no image."""
    session = new_user(service, retention_days=1, any_size=True)
    webhook = add(session, events=["image.deleted"])
    image = upload(session)
    job = session.post("/v1/resize", data={"width": 50},
                       files={"file": picture()}).json()
    for one in (image, {"id": job["image"]}):
        age(service, one, 9)
    turn(service)
    wait_until(lambda: not session.get(
        "/v1/jobs/" + job["id"]).ok and not is_there(session, image))
    assert len(deliveries_of(session, webhook)) == 1
    ((text,),) = service.query("SELECT payload FROM webhook_deliveries"
                               " WHERE webhook_id = %s", raw(webhook))
    data = json.loads(text)["data"]
    for name in ("id", "name", "status", "format", "width", "height", "bytes",
                 "sha256"):
        assert data[name] == image[name], name


def total(service):
    return service.query("SELECT CAST(COALESCE(SUM(bytes), 0) AS SIGNED)"
                         " FROM variants WHERE status = 'ready'")[0][0]


def test_what_was_made_is_bounded(service):
    """By the setting derived_max_bytes: the least recently used goes first,
    and is made again when it is wanted."""
    session = new_user(service, any_size=True)
    first, second = upload(session), upload(session)
    job = session.post("/v1/resize", data={"width": 60, "quality": 7},
                       files={"file": picture()}).json()
    result = session.get(job["result_url"]).content
    link = session.post(links_of(first), json={
        "expires_in": 300, "variant": "h400"}).json()["url"]
    bytes_of_two = sum(made["bytes"] for made in second["variants"])
    service.query("UPDATE variants SET used_at = '2020-01-01'"
                  " WHERE image_id <> %s", key_of(second))
    service.restart("worker", derived_max_bytes=bytes_of_two)
    wait_until(lambda: total(service) <= bytes_of_two)
    assert files_of(service, second) == ["h200", "h400", "original"]
    assert files_of(service, first) == ["original"]
    assert session.get("/v1/images/" + first["id"]).json()["variants"] == []
    service.restart("worker")

    again = session.get(variant_of(first, "h200"))
    assert decode(again.content).size == (267, 200)
    assert decode(service.session().get(link).content).size == (533, 400)
    assert session.get(job["result_url"]).content == result
    assert service.ctl("fsck").returncode == 0


def test_a_public_file_that_is_read_counts_as_used(service):
    """By the time of access of the file, because the web server alone serves
    it."""
    session = new_user(service)
    first, second = upload(session), upload(session)
    for image in (first, second):
        path = "/v1/images/" + image["id"]
        shown = session.patch(path, json={"public": True}).json()
        for variant in shown["variants"]:
            got = service.session().get(variant["public_url"])
            assert got.status_code == 200
    for file in service.objects():
        if file.name.partition(".")[0] in (key_of(first).hex(),
                                           key_of(second).hex()):
            read = key_of(second).hex() in file.name
            os.utime(file, (2e9 if read else 1e9, file.stat().st_mtime))
    bytes_of_two = sum(made["bytes"] for made in second["variants"])
    service.query("UPDATE variants SET used_at = '2020-01-01'")
    service.query("UPDATE variants SET used_at = '2019-01-01'"
                  " WHERE image_id = %s", key_of(second))
    service.restart("worker", derived_max_bytes=bytes_of_two)
    wait_until(lambda: total(service) <= bytes_of_two)
    assert files_of(service, second) == ["h200", "h400", "original"]
    assert files_of(service, first) == ["original"]
    service.restart("worker")


def variant_bytes(service, session):
    """As kept in the user's row, which is what the variants have."""
    (kept, summed), = service.query(
        "SELECT u.variant_bytes, (SELECT CAST(COALESCE(SUM(v.bytes), 0) AS"
        "   SIGNED) FROM variants v JOIN images i ON i.id = v.image_id"
        "   WHERE i.user_id = u.id) FROM users u WHERE u.username = %s",
        session.auth[0])
    assert kept == summed
    return kept


def test_the_sum_of_variants_is_kept(service):
    """By all that makes or removes variants, so that derived_max_bytes and the
    statistics need not read them all; fsck finds and corrects a wrong one."""
    session = new_user(service, any_size=True)
    assert variant_bytes(service, session) == 0
    image = upload(session)
    sums = [sum(made["bytes"] for made in image["variants"])]
    assert variant_bytes(service, session) == sums[0] > 0
    later = settled(session,
                    post_picture(session, headers=LATER).json())
    sums.append(variant_bytes(service, session))
    session.get(variant_of(image, "h77"))
    sums.append(variant_bytes(service, session))
    session.post("/v1/resize", data={"width": 50}, files={"file": picture()})
    sums.append(variant_bytes(service, session))
    assert sums == sorted(set(sums))

    assert service.ctl("purge", "variant", "h77").returncode == 0
    assert variant_bytes(service, session) < sums[-1]
    for thing in (image, later):
        assert session.delete("/v1/images/" + thing["id"]).status_code == 204
    assert 0 < variant_bytes(service, session) < sums[0]

    service.query("UPDATE users SET variant_bytes = variant_bytes + 5"
                  " WHERE username = %s", session.auth[0])
    assert service.ctl("fsck", check=False).returncode == 1
    assert service.ctl("fsck", "--repair").returncode == 0
    assert variant_bytes(service, session) > 0
    assert service.ctl("fsck").returncode == 0


def test_an_upgrade_sums_up_the_variants(service):
    session = new_user(service)
    upload(session)
    script = (SRCDIR / "schema/0015-variant-bytes.sql").read_text()
    update, = [statement for statement in script.split(";")
               if statement.strip().startswith("UPDATE")]
    before = variant_bytes(service, session)
    service.query("UPDATE users SET variant_bytes = 0 WHERE username = %s",
                  session.auth[0])
    service.query(update)
    assert variant_bytes(service, session) == before > 0


def test_use_is_noted_once_an_hour(service):
    session = new_user(service)
    image = upload(session)
    ask = ("SELECT used_at FROM variants WHERE image_id = %s"
           " AND variant = 'h200'", key_of(image))
    first = service.query(*ask)
    session.get(variant_of(image, "h200"))
    assert service.query(*ask) == first
    service.query("UPDATE variants SET used_at = '2020-01-01'"
                  " WHERE image_id = %s", key_of(image))
    session.get(variant_of(image, "h200"))
    assert service.query(*ask) >= first


def test_a_drop_that_was_left_half_way_is_ended(service):
    """Until then the variant is said to be in the making."""
    session = new_user(service)
    image = upload(session)
    with without(service, "worker"):
        service.query("UPDATE variants SET status = 'dropped'"
                      " WHERE image_id = %s AND variant = 'h200'",
                      key_of(image))
        assert session.get(variant_of(image, "h200")).status_code == 202
        now = session.get("/v1/images/" + image["id"]).json()
        assert [made["variant"] for made in now["variants"]] == ["h400"]
        assert service.ctl("fsck").returncode == 0
    wait_until(lambda: files_of(service, image) == ["h400", "original"])
    # The row goes after the file.
    wait_until(lambda: not service.query(
        "SELECT 1 FROM variants WHERE image_id = %s AND status = 'dropped'",
        key_of(image)))
    assert session.get(variant_of(image, "h200")).status_code == 200


def test_an_administrator_purges(service):
    """pixtierctl purge image, variant and user; the audit says so."""
    name = new_user(service).auth[0]
    session = service.session(name)
    one, two = upload(session), upload(session)
    service.ctl("purge", "image", one["id"])
    assert not is_there(session, one) and not files_of(service, one)

    size = "w273"  # No other test has a variant of this name.
    service.query("UPDATE tiers SET any_size = TRUE WHERE name = %s", name)
    session.get(variant_of(two, size))
    assert size in files_of(service, two)
    done = service.ctl("purge", "variant", size)
    assert done.stdout.split() == ["removed", "1"]
    assert files_of(service, two) == ["h200", "h400", "original"]
    assert session.get(variant_of(two, size)).status_code == 200

    session.post("/v1/resize", data={"width": 9}, files={"file": picture()})
    assert service.ctl("purge", "user", name).stdout.split() == ["removed",
                                                                 "2"]
    usage = session.get("/v1/me").json()["usage"]
    assert (usage["images"], usage["bytes"]) == (0, 0)
    actions = [action for action, in service.query(
        "SELECT action FROM audit ORDER BY id DESC LIMIT 3")]
    assert actions == ["purge.user", "purge.variant", "purge.image"]
    assert service.ctl("fsck").returncode == 0


@pytest.mark.parametrize("words", [
    ("image", "1"), ("image", str(uuid.uuid4())), ("variant", "original"),
    ("variant", "x"), ("user", "nobody-is-called-so"),
])
def test_what_is_not_there_is_not_purged(service, words):
    done = service.ctl("purge", *words, check=False)
    assert done.returncode == 1 and done.stderr
