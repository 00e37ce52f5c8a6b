"""Images: found, listed, renamed and deleted by whom they belong to."""

import json
import uuid

import pytest

from api import (invalid, links_of, new_id, new_user, post_picture, problem,
                 remove_rows, upload, variant_of, without)
from dialect import web_tokens
from pictures import broken_picture
from service import wait_until


def without_urls(image):
    """Which change once an hour."""
    return {**image, "original": list(image["original"]), "variants":
            [{**variant, "url": None} for variant in image["variants"]]}


def test_an_image_is_shown_as_it_was_answered(service):
    """GET /v1/images/{id}: the same as the upload's answer."""
    session = service.session("enterprise")
    image = upload(session)
    shown = session.get("/v1/images/" + image["id"])
    assert shown.status_code == 200
    assert without_urls(shown.json()) == without_urls(image)


def walk(session, path):
    """The pages of a list, as the answers lead from one to the next."""
    while path:
        answer = session.get(path)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert set(page) == {"items", "next"}
        if page["next"]:
            assert answer.headers["Link"] == f'<{page["next"]}>; rel="next"'
        else:
            assert "Link" not in answer.headers
        yield page["items"]
        path = page["next"]


def test_a_list_comes_in_pages(service):
    """GET /v1/images: newest first; what is added meanwhile moves nothing."""
    session = new_user(service)
    ids = [upload(session)["id"] for _ in range(5)][::-1]
    assert [[item["id"] for item in page]
            for page in walk(session, "/v1/images?limit=5")] == [ids]

    pages = walk(session, "/v1/images?limit=2")
    seen = [item["id"] for item in next(pages)]
    upload(session)
    for page in pages:
        assert len(page) <= 2
        seen += [item["id"] for item in page]
    assert seen == ids


def test_a_page_has_20_images_unless_told(service):
    session = new_user(service)
    assert session.get("/v1/images").json() == {"items": [], "next": None}
    owner = session.get("/v1/me").json()["id"]
    for i in range(21):
        service.query(
            "INSERT INTO images (id, user_id, name, status, format, width,"
            " height, bytes, sha256, created_at) VALUES (%s, %s, 'a', 'ready',"
            " 'jpeg', 1, 1, 1, REPEAT('a', 32), UTC_TIMESTAMP(6))",
            bytes([1, i]) + new_id().bytes[2:], uuid.UUID(owner).bytes)
    assert [len(page) for page in walk(session, "/v1/images")] == [20, 1]
    remove_rows(service, "user_id = %s", uuid.UUID(owner).bytes)


def names(session, **query):
    answer = session.get("/v1/images", params=query)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def test_a_list_can_be_filtered(service):
    """By a part of the name, taken as it is, and by status."""
    session = new_user(service)
    for name in ("100% sure.jpg", "100 sure.jpg", "a_b.jpg", "Éclair.jpg"):
        upload(session, name=name)
    post_picture(session, broken_picture(), "broken.png",
                 headers={"Prefer": "respond-async"})
    wait_until(lambda: names(session, status="failed"))

    assert names(session, name="100%") == ["100% sure.jpg"]
    assert names(session, name="a_b") == ["a_b.jpg"]
    assert names(session, name="sure", limit=1) == ["100 sure.jpg"]
    assert names(session, name="éclair") == ["Éclair.jpg"]
    assert names(session, name="\\") == names(session, name="none") == []
    assert names(session, status="failed") == ["broken.png"]
    assert len(names(session, status="ready")) == 4
    assert names(session, status="processing") == []
    assert [[item["name"] for item in page] for page in
            walk(session, "/v1/images?limit=1&name=100&status=ready")] == \
        [["100 sure.jpg"], ["100% sure.jpg"]]


def test_a_search_finds_new_names_at_once(service):
    """Before a worker has added them to the index, and after."""
    session = new_user(service)
    image = upload(session, name="Skomer puffin.jpg")
    upload(session, name="guillemot.jpg")
    for _ in range(2):
        assert names(session, name="skomer") == ["Skomer puffin.jpg"]
        assert names(session, name="ffin.") == ["Skomer puffin.jpg"]
        wait_until(lambda: not service.query(
            "SELECT 1 FROM images WHERE name_indexed = FALSE LIMIT 1"))
    answer = session.patch(f"/v1/images/{image['id']}",
                           json={"name": "Skokholm puffin.jpg"})
    assert answer.status_code == 200
    for _ in range(2):
        assert names(session, name="skomer") == []
        assert names(session, name="PUFFIN") == ["Skokholm puffin.jpg"]
        wait_until(lambda: not service.query(
            "SELECT 1 FROM images WHERE name_indexed = FALSE LIMIT 1"))
    with without(service, "worker"):
        assert session.delete(f"/v1/images/{image['id']}").status_code == 204
        assert names(session, name="PUFFIN") == []
        assert service.ctl("fsck", check=False).returncode == 0
    wait_until(lambda: not service.query(
        "SELECT 1 FROM image_ngrams WHERE image_id = %s"
        " UNION SELECT 1 FROM removed_images",
        uuid.UUID(image["id"]).bytes))


def add_images(service, session, count, name, kind="'upload'",
               status="'ready'"):
    """So many rows without files, older than all others, by expressions of
    `seq`; the owner's id."""
    owner = uuid.UUID(session.get("/v1/me").json()["id"]).bytes
    service.query(
        "INSERT INTO images (id, user_id, kind, name, status, format, width,"
        " height, bytes, sha256, created_at)"
        " SELECT UNHEX(CONCAT(LPAD(HEX(seq), 12, '0'), '70008000', %s)),"
        f" %s, {kind}, {name}, {status}, 'jpeg', 1, 1, 1, REPEAT('a', 32),"
        f" UTC_TIMESTAMP(6) FROM seq_1_to_{count}", new_id().hex[20:], owner)
    return owner


def test_lists_read_few_of_many_images(service):
    """Of 20,000 images and as many resizes and jobs, some pages' worth."""
    def rows_read():
        return sum(int(count) for _, count in service.query(
            "SHOW GLOBAL STATUS LIKE 'Handler_read%%'"))

    session = new_user(service)
    owner = add_images(
        service, session, 40000, kind="IF(seq > 20000, 'resize', 'upload')",
        name="IF(seq = 9, 'puffin.jpg', CONCAT('IMG_', seq, '.jpg'))",
        status="IF(seq = 9, 'failed', 'ready')")
    service.query(
        "INSERT INTO jobs (id, user_id, kind, state, priority, max_attempts,"
        " run_after, created_at) SELECT id, user_id, 'render',"
        " IF(status = 'failed', 'failed', 'done'), 1, 1, created_at,"
        " created_at FROM images WHERE user_id = %s AND kind = 'upload'",
        owner)
    try:
        wait_until(lambda: not service.query(
            "SELECT 1 FROM images WHERE name_indexed = FALSE LIMIT 1"))
        for query, count in (
                ("images?name=puffin", 1), ("images?name=uff", 1),
                ("images?name=IMG_1", 20), ("images?name=1234", 12),
                ("images?name=guillemot", 0), ("images?status=failed", 1),
                ("images?status=ready", 20), ("images", 20),
                ("jobs?state=failed", 1), ("jobs?state=done", 20),
                ("jobs", 20)):
            before = rows_read()
            items = session.get("/v1/" + query).json()["items"]
            assert rows_read() - before < 4000, query
            assert len(items) == count, query
    finally:
        service.query("DELETE FROM jobs WHERE user_id = %s", owner)
        remove_rows(service, "user_id = %s", owner)


def test_a_search_continues_where_it_stopped(service):
    """One character in few of 3,000 names: some pages are short, but `next`
    leads to all that match."""
    session = new_user(service)
    owner = add_images(
        service, session, 3000,
        name="IF(seq IN (1, 2, 2999), CONCAT('q', seq), 'a')")
    try:
        pages = list(walk(session, "/v1/images?name=Q&limit=2"))
        found = [item["name"] for page in pages for item in page]
        assert found == ["q2999", "q2", "q1"]
        assert 2 < len(pages) < 10
    finally:
        remove_rows(service, "user_id = %s", owner)


def test_a_name_that_the_index_lacks_is_found_again(service):
    """pixtierctl fsck, I10: as when the table was not in a backup."""
    def fsck(*options):
        done = service.ctl("--json", "fsck", *options, check=False)
        said = json.loads(done.stdout)
        found = {row["id"]: row for row in said["invariants"]}["I10"]
        assert done.returncode == (1 if found["count"] else 0), done.stdout
        return found["examples"], said["repaired"]

    session = new_user(service)
    image = upload(session, name="razorbill.jpg")
    upload(session, name="aa")
    wait_until(lambda: not service.query(
        "SELECT 1 FROM images WHERE name_indexed = FALSE LIMIT 1"))
    assert fsck() == ([], None)
    service.query("DELETE FROM image_ngrams WHERE image_id = %s",
                  uuid.UUID(image["id"]).bytes)
    assert names(session, name="razor") == []
    assert fsck()[0] == [image["id"]]
    examples, repaired = fsck("--repair")
    assert (examples, repaired["names"]) == ([], 1)
    assert names(session, name="razor") == ["razorbill.jpg"]


def test_a_list_costs_what_it_shows(service):
    """Not what a user has between: here 400 images of another name and 400
    resizes, whose variants nobody reads."""
    def sent():
        return int(service.query("SHOW GLOBAL STATUS LIKE 'Rows_sent'")[0][1])

    session = new_user(service)
    tokens = service.session(token=web_tokens(service, session)["access"])
    image = upload(session, name="shown.jpg")
    columns = ("user_id, status, format, width, height, bytes, sha256,"
               " created_at")
    kinds = [("upload", "shown.jpg")] + \
        400 * [("upload", "other.jpg"), ("resize", "shown.jpg")]
    oldest = uuid.UUID("01900000-0000-7000-8000-000000000099").int
    rows = [(uuid.UUID(int=oldest + i).bytes, *kinds[i],
             uuid.UUID(image["id"]).bytes) for i in range(len(kinds))]
    with service.db() as connection, connection.cursor() as cursor:
        connection.begin()
        cursor.executemany(
            f"INSERT INTO images (id, kind, name, {columns}) SELECT %s, %s, %s,"
            f" {columns} FROM images WHERE id = %s", rows)
        cursor.executemany(
            "INSERT INTO variants (image_id, variant, status, created_at)"
            " VALUES (%s, 'h200', 'processing', NOW(6))",
            [row[:1] for row in rows])
        connection.commit()
    try:
        before = sent()
        assert names(session, name="shown") == 2 * ["shown.jpg"]
        assert sent() - before < 100
        remove_rows(service, "name = %s", "other.jpg")
        before = sent()
        assert len(tokens.get("/api/images/").json()) == 2
        assert sent() - before < 100
    finally:
        remove_rows(service, "id IN %s", [row[0] for row in rows])


@pytest.mark.parametrize("query, field", [
    ("limit=0", "limit"), ("limit=101", "limit"), ("limit=", "limit"),
    ("limit=1e1", "limit"), ("limit=+1", "limit"), ("status=gone", "status"),
    ("cursor=x", "cursor"), ("cursor=" + "A" * 23, "cursor"),
    ("cursor=", "cursor"),
])
def test_a_list_takes_no_nonsense(service, query, field):
    invalid(service.session("basic").get("/v1/images?" + query), field)


def test_an_image_gets_another_name(service):
    """PATCH /v1/images/{id}: files handed out from then on have it."""
    session = service.session("premium")
    image = upload(session)
    path = "/v1/images/" + image["id"]
    answer = session.patch(path, json={"name": "Größe.png"})
    assert answer.status_code == 200
    assert answer.json()["name"] == "Größe.png"
    assert session.get(path).json()["name"] == "Größe.png"
    assert answer.json()["original"]["url"].endswith("/Gr%C3%B6%C3%9Fe.jpg")


@pytest.mark.parametrize("name", ["", "a" * 256, "two\nlines", "\x7f", 7,
                                  None, ["a"]])
def test_not_every_name_is_taken(service, name):
    session = service.session("premium")
    path = "/v1/images/" + upload(session)["id"]
    invalid(session.patch(path, json={"name": name}), "name")
    invalid(session.patch(path, json={}), "name")
    problem(session.patch(path, json={"name": "a", "status": "failed"}),
            400, "unknown_field")
    assert session.get(path).json()["name"] == "picture.jpg"


def test_a_deleted_image_is_gone_at_once(service):
    """DELETE /v1/images/{id}: for its owner, behind its URLs, in the store."""
    session = new_user(service)
    before = service.objects()
    image = upload(session)
    link = session.post(links_of(image), json={"expires_in": 300}).json()
    urls = [image["original"]["url"], link["url"]] + \
        [variant["url"] for variant in image["variants"]]
    paths = ["/v1/images/" + image["id"], variant_of(image, "h200"),
             variant_of(image, "original"), links_of(image)]
    assert len(service.objects()) == len(before) + 3
    for url in urls + paths:
        assert session.get(url).status_code == 200

    answer = session.delete("/v1/images/" + image["id"])
    assert (answer.status_code, answer.content) == (204, b"")
    assert service.objects() == before
    for url in urls + paths:
        problem(session.get(url), 404, "not_found")
    problem(session.delete("/v1/images/" + image["id"]), 404, "not_found")
    problem(session.delete("/v1/links/" + link["id"]), 404, "not_found")
    assert session.get("/v1/images").json()["items"] == []
    usage = session.get("/v1/me").json()["usage"]
    assert (usage["images"], usage["bytes"]) == (0, 0)


def touch(session, image_id):
    """The answers to everything that can be asked of an image."""
    path = "/v1/images/" + image_id
    return [session.get(path), session.delete(path),
            session.patch(path, json={"name": "mine"}),
            session.get(path + "/variants/h200"),
            session.get(path + "/variants/original"),
            session.post(path + "/variants", json={"variant": "h200"}),
            session.get(path + "/links"),
            session.post(path + "/links", json={"expires_in": 300})]


@pytest.mark.parametrize("user", ["enterprise", "admin"])
def test_what_belongs_to_another_does_not_exist(service, user):
    """404, and not a word more than for what was never there."""
    image = upload(service.session("premium"))
    for answer in touch(service.session(user), image["id"]):
        problem(answer, 404, "not_found")
    kept = service.session("premium").get("/v1/images/" + image["id"])
    assert kept.json()["name"] == "picture.jpg"


@pytest.mark.parametrize("image_id", [
    "01900000-0000-7000-8000-00000000dead", "1", "x" * 36, "%20",
    "01900000-0000-7000-8000-00000000DEADx", "h200",
])
def test_ids_that_are_none(service, image_id):
    for answer in touch(service.session("enterprise"), image_id):
        problem(answer, 404, "not_found")
