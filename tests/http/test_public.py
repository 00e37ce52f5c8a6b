"""Public images: their pictures have addresses that last."""

import hashlib
import json
import os
import re
import string
import threading
import urllib.parse

import pytest

from api import (check_conditions, invalid, new_user, post_picture, problem,
                 settled, unknown, upload, variant_of)
from contract import BASE_PATH
from pictures import decode, picture
from service import Service, wait_until, wait_within

# Of each answer on its own.
OWN = {"Date", "X-Request-Id", "Connection", "Keep-Alive"}


def change(session, image, **fields):
    answer = session.patch("/v1/images/" + image["id"], json=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def publish(session, data=None, name="puffin.jpg"):
    return change(session, upload(session, data, name), public=True)


def addresses(image):
    """The original's and the variants', by name."""
    found = {one["variant"]: one["public_url"] for one in image["variants"]}
    if image["original"]:
        found["original"] = image["original"]["public_url"]
    return found


def public_files(service, image):
    folder = service.store / "public" / image["id"][-2:] / image["id"]
    return sorted(os.listdir(folder)) if folder.exists() else []


def headers(answer):
    return {name: value for name, value in answer.headers.items()
            if name not in OWN}


def test_an_image_is_made_public_and_private(service):
    """PATCH /v1/images/{id}: its pictures have addresses for everybody."""
    session, nobody = service.session("enterprise"), service.session()
    data = picture()
    image = upload(session, data, "puffin.jpg")
    assert image["public"] is False
    assert set(addresses(image).values()) == {None}

    image = change(session, image, public=True)
    assert image["public"] is True
    urls = addresses(image)
    sum8 = hashlib.sha256(data).hexdigest()[:8]
    assert urls["original"] == (f"{service.url}/p/{image['id']}/original/"
                                f"puffin-{sum8}.jpg")
    assert set(urls) == {"original", "h200", "h400"}
    assert nobody.get(urls["original"]).content == data
    for name, size in (("h200", (267, 200)), ("h400", (533, 400))):
        got = nobody.get(urls[name])
        assert decode(got.content).size == size
        assert hashlib.sha256(got.content).hexdigest()[:8] in urls[name]
    assert len(public_files(service, image)) == 3
    assert session.get("/v1/images/" + image["id"]).json()["public"] is True
    made = session.get(variant_of(image, "h200"))
    assert made.content == nobody.get(urls["h200"]).content

    image = change(session, image, public=False)
    assert image["public"] is False
    assert set(addresses(image).values()) == {None}
    assert public_files(service, image) == []
    for url in urls.values():
        problem(nobody.get(url), 410, "gone")
    again = change(session, image, public=True)
    assert addresses(again) == urls
    assert nobody.get(urls["original"]).content == data


def test_an_upload_may_be_public_at_once(service):
    """By a part of the form, or by the query."""
    session = service.session("enterprise")
    form = session.post("/v1/images", data={"public": "true"},
                        files={"image": ("a.jpg", picture())})
    raw = session.post("/v1/images?public=true&name=a.jpg", data=picture(),
                       headers={"Content-Type": "image/jpeg"})
    both = session.post("/v1/images?public=true", data={"public": "false"},
                        files={"image": ("a.jpg", picture())})
    assert [answer.status_code for answer in (form, raw, both)] == [201] * 3
    assert form.json()["public"] and raw.json()["public"]
    assert not both.json()["public"]
    for image in (form.json(), raw.json()):
        for url in addresses(image).values():
            assert service.session().get(url).status_code == 200
    for wrong in ("yes", "1", "", "True"):
        invalid(session.post("/v1/images?public=" + wrong,
                             files={"image": ("a.jpg", picture())}), "public")
    later = post_picture(session, headers={"Prefer": "respond-async"})
    image = change(session, later.json(), public=True)
    assert addresses(settled(session, image))["h200"]


def test_a_change_needs_a_field_that_is_right(service):
    session = service.session("enterprise")
    path = "/v1/images/" + upload(session)["id"]
    for wrong in ("true", 1, None, []):
        invalid(session.patch(path, json={"public": wrong}), "public")
    invalid(session.patch(path, json={}), "name")
    invalid(session.patch(path, json={"public": True, "name": ""}), "name")
    unknown(session.patch(path, json={"public": True, "secret": 1}), "secret")
    assert session.get(path).json()["public"] is False
    both = session.patch(path, json={"public": True, "name": "b.jpg"}).json()
    assert (both["public"], both["name"]) == (True, "b.jpg")


def test_other_tiers_have_no_public_images(service):
    """Nothing is stored. What is public stays public in a lower tier, and can
    still be made private."""
    session = new_user(service, public=False)
    refused = session.post("/v1/images?public=true",
                           files={"image": ("a.jpg", picture())})
    problem(refused, 403, "tier_forbids")
    problem(session.post("/v1/images", data={"public": "true"},
                         files={"image": ("a.jpg", picture())}),
            403, "tier_forbids")
    assert session.get("/v1/images").json()["items"] == []
    path = "/v1/images/" + upload(session)["id"]
    problem(session.patch(path, json={"public": True}), 403, "tier_forbids")
    assert session.patch(path, json={"public": False}).status_code == 200

    session = new_user(service)
    urls = addresses(publish(session))
    service.query(
        "UPDATE tiers SET public = FALSE, original = FALSE WHERE id ="
        " (SELECT tier_id FROM users WHERE username = %s)", session.auth[0])
    for url in urls.values():
        assert service.session().get(url).status_code == 200
    image, = session.get("/v1/images").json()["items"]
    assert image["public"] is True
    change(session, image, public=False)
    for url in urls.values():
        problem(service.session().get(url), 410, "gone")


def test_the_original_is_public_only_in_a_tier_with_originals(service):
    data = picture()
    session = new_user(service, original=False)
    image = publish(session, data)
    assert image["original"] is None
    sum8 = hashlib.sha256(data).hexdigest()[:8]
    path = f"/p/{image['id']}/original/a-{sum8}.jpg"
    problem(service.session().get(path), 404, "not_found")
    service.query(
        "UPDATE tiers SET original = TRUE WHERE id ="
        " (SELECT tier_id FROM users WHERE username = %s)", session.auth[0])
    problem(service.session().get(path), 404, "not_found")
    change(session, image, public=True)
    assert service.session().get(path).content == data


def test_both_ways_have_the_same_headers(service):
    """The first answer comes from the application, the second one from the web
    server alone."""
    session = service.session("enterprise")
    for format, media_type, ending in (
            ("JPEG", "image/jpeg", "jpg"), ("PNG", "image/png", "png"),
            ("GIF", "image/gif", "gif"), ("WEBP", "image/webp", "webp")):
        image = publish(session, picture(format=format), "a b.xyz")
        for url in addresses(image).values():
            nobody = service.session()
            first, head, second = (nobody.get(url), nobody.head(url),
                                   nobody.get(url))
            assert headers(first) == headers(second) == headers(head)
            assert first.content == second.content and not head.content
            assert "Set-Cookie" not in first.headers
            assert not [name for name in first.headers if "RateLimit" in name]
        assert re.fullmatch(r"a%20b-[0-9a-f]{8}\." + ending,
                            addresses(image)["original"].split("/")[-1])
        expected = {
            "Content-Type": media_type, "Content-Disposition": "inline",
            "Cache-Control": "public, max-age=31536000, immutable",
            "Access-Control-Allow-Origin": "*", "X-Robots-Tag": "noindex",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; "
                                       "frame-ancestors 'none'; sandbox"}
        got = nobody.get(addresses(image)["original"]).headers
        assert {name: got[name] for name in expected} == expected
        assert got["ETag"].startswith('"') and "Last-Modified" in got


def test_parts_and_conditions(service):
    """As of each other picture, from both ways."""
    session, nobody = service.session("enterprise"), service.session()
    data = picture()
    for known in (False, True):
        url = addresses(publish(session, data))["original"]
        if known:
            nobody.get(url)
        part = nobody.get(url, headers={"Range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, data[10:20])
        odd = nobody.get(url, headers={"Range": "bytes=b-a"})
        assert (odd.status_code, odd.content) == (200, data)
        whole = nobody.get(url)
        seen = nobody.get(url, headers={"If-None-Match":
                                        whole.headers["ETag"]})
        assert (seen.status_code, seen.content) == (304, b"")
        seen = nobody.get(url, headers={
            "If-Modified-Since": whole.headers["Last-Modified"]})
        assert seen.status_code == 304
        check_conditions(nobody, url)


def test_other_formats_are_saved(service):
    """Through the application: browsers do not show them."""
    data = picture(format="BMP")
    image = publish(service.session("enterprise"), data, "a.bmp")
    url = addresses(image)["original"]
    for _ in range(2):
        got = service.session().get(url)
        assert got.content == data
        assert got.headers["Content-Disposition"].startswith("attachment")
        assert got.headers["Cache-Control"].startswith("public")
    assert not [name for name in public_files(service, image)
                if name.startswith("original")]


def test_all_recipes_have_addresses(service):
    """Also those with all of their parts."""
    session, nobody = new_user(service, any_size=True), service.session()
    image = publish(session)
    recipe = "80x60-cover-south-west-gray-blur1-sharp-q100@2x.jpeg"
    made = session.post(f"/v1/images/{image['id']}/variants",
                        json={"variant": recipe})
    assert made.status_code == 201, made.text
    url = made.json()["public_url"]
    got = [nobody.get(url) for _ in range(2)]
    assert [decode(answer.content).size for answer in got] == [(160, 120)] * 2
    assert headers(got[0]) == headers(got[1])
    assert [name for name in public_files(service, image)
            if name.startswith(recipe + ".")]


def test_a_new_name_ends_no_address(service):
    session, nobody = service.session("enterprise"), service.session()
    image = publish(session)
    old = addresses(image)
    new = addresses(change(session, image, name="Möwe?.jpg"))
    assert new != old
    for urls in (old, new):
        for url in urls.values():
            assert nobody.get(url).status_code == 200
    head, _, tail = old["h200"].rpartition("/")
    for name in ("x", "a-b", "%", "", "a" * 150, "..", "ü"):
        other = head + "/" + urllib.parse.quote(name, safe="") + tail[6:]
        assert nobody.get(other).status_code == 200, other


def test_a_changed_address_is_none(service):
    """404 for each address of which a character of the sum, the variant or the
    extension was changed, before the web server knows the file and after."""
    session, nobody = service.session("enterprise"), service.session()
    image, foreign = publish(session), upload(session)
    url = addresses(image)["h200"].removeprefix(service.url)
    _, p, id, variant, name = url.split("/")
    other = addresses(image)["h400"].split("-")[-1]

    def wrong():
        stem, sum8, ending = name[:6], name[7:15], name[16:]
        for i, was in enumerate(sum8):
            for new in string.hexdigits[:16].replace(was, "") + "Gg":
                yield id, variant, f"{stem}-{sum8[:i]}{new}{sum8[i+1:]}.jpg"
        for bad in (sum8.upper(), sum8[1:], sum8 + "0", ""):
            if bad != sum8:
                yield id, variant, f"{stem}-{bad}.jpg"
        for bad in ("png", "jpeg", "JPG", "webp", "jpg.", ""):
            yield id, variant, f"{stem}-{sum8}.{bad}"
        yield id, variant, f"{stem}{sum8}.{ending}"
        yield id, variant, f"{stem}-{other}"
        for bad in ("h400", "original", "h201", "h200.jpg", "H200", "..", "-"):
            yield id, bad, name
        yield foreign["id"], variant, name
        yield "0" * 36, variant, name
        yield "00000000-0000-0000-0000-000000000000", variant, name
        yield id.replace("-", ""), variant, name
        yield id.upper(), variant, name

    for _ in range(2):
        details = set()
        for parts in wrong():
            answer = nobody.get("/p/" + "/".join(parts))
            details.add(problem(answer, 404, "not_found")["detail"]
                        if parts[1] != ".." else "")
            assert answer.status_code == 404, parts
        assert "no public picture has this address" in details
        assert nobody.get(url).status_code == 200
    assert service.query("SELECT COUNT(*) FROM variants WHERE image_id = %s",
                         bytes.fromhex(id.replace("-", "")))[0][0] == 2


def test_what_was_never_public_is_like_nothing(service):
    """The same answer for a private image, a deleted one and none."""
    session, nobody = service.session("enterprise"), service.session()
    data = picture()
    image, gone = upload(session, data), upload(session, data)
    assert session.delete("/v1/images/" + gone["id"]).status_code == 204
    sum8 = hashlib.sha256(data).hexdigest()[:8]
    said = [problem(nobody.get(f"/p/{id}/original/a-{sum8}.jpg"), 404,
                    "not_found")["detail"]
            for id in (image["id"], gone["id"],
                       "01a1faeb-d027-7dd5-a3b2-fee7062bb61b")]
    assert len(set(said)) == 1


def test_a_deleted_image_is_gone(service):
    """410 for the days of public_gone_days, then 404."""
    session, nobody = service.session("enterprise"), service.session()
    image = publish(session)
    for url in addresses(image).values():
        assert nobody.get(url).status_code == 200
    assert session.delete("/v1/images/" + image["id"]).status_code == 204
    assert public_files(service, image) == []
    for url in addresses(image).values():
        problem(nobody.get(url), 410, "gone")
    key = bytes.fromhex(image["id"].replace("-", ""))
    service.query("UPDATE ended_images SET ended_at ="
                  " UTC_TIMESTAMP(6) - INTERVAL 91 DAY WHERE id = %s", key)
    service.restart("worker")
    wait_until(lambda: nobody.get(url).status_code == 404)
    assert not service.query("SELECT 1 FROM ended_images WHERE id = %s", key)


def test_it_ends_at_once_while_clients_read(service):
    """Eight clients read; from the moment of the answer that the image is
    private, no web server and no responder serves a picture of it."""
    session = service.session("enterprise")
    for how in ("private", "deleted"):
        image = publish(session)
        urls = list(addresses(image).values())
        seen, ended, stop = [], threading.Event(), threading.Event()

        def read(i):
            nobody, count = service.session(), 0
            while not stop.is_set():
                late = ended.is_set()
                seen.append((late, nobody.get(urls[count % 3]).status_code))
                count += 1

        clients = [threading.Thread(target=read, args=(i,)) for i in range(8)]
        for client in clients:
            client.start()
        try:
            wait_until(lambda: len(seen) > 100)
            if how == "private":
                change(session, image, public=False)
            else:
                session.delete("/v1/images/" + image["id"])
            ended.set()
            at = len(seen)
            wait_until(lambda: len(seen) > at + 100)
        finally:
            stop.set()
            for client in clients:
                client.join()
        # Apache answers 403 if it finds a file and then cannot open it.
        early = {status for late, status in seen if not late}
        assert 200 in early and early <= (
            {200, 403, 410} if service.server == "apache" else {200, 410})
        assert {status for late, status in seen if late} == {410}
        assert public_files(service, image) == []


def test_public_and_private_while_clients_read(service):
    """Whatever comes last holds: no file is left of a private image."""
    session = service.session("enterprise")
    image = publish(session)
    urls, stop = list(addresses(image).values()), threading.Event()

    def read():
        nobody = service.session()
        while not stop.is_set():
            for url in urls:
                assert nobody.get(url).status_code in (200, 410)

    clients = [threading.Thread(target=read) for _ in range(4)]
    for client in clients:
        client.start()
    try:
        for turn in range(20):
            change(session, image, public=bool(turn % 2))
        change(session, image, public=False)
        assert public_files(service, image) == []
    finally:
        stop.set()
        for client in clients:
            client.join()
    assert public_files(service, image) == []
    assert {service.session().get(url).status_code for url in urls} == {410}


def test_a_removed_variant_keeps_its_address(service):
    """It is rendered again; also if other bytes come out, as of another
    quality. No other address renders anything."""
    session, nobody = service.session("enterprise"), service.session()
    image = publish(session)
    url = addresses(image)["h200"]
    before = nobody.get(url).content
    service.ctl("purge", "variant", "h200")
    assert public_files(service, image) == []
    names = {one["variant"] for one in
             session.get("/v1/images/" + image["id"]).json()["variants"]}
    assert names == {"h400"}
    problem(nobody.get(url[:-5] + ("0" if url[-5] != "0" else "1") + ".jpg"),
            404, "not_found")
    assert not service.query(
        "SELECT 1 FROM variants WHERE image_id = %s AND variant = 'h200'",
        bytes.fromhex(image["id"].replace("-", "")))
    again = nobody.get(url)
    assert decode(again.content).size == decode(before).size == (267, 200)

    service.ctl("purge", "variant", "h200")
    service.restart("fcgi", jpeg_quality=40)
    try:
        # lighttpd may send the file that it had open for a second more.
        wait_until(lambda: nobody.get(url).content not in (before,
                                                           again.content))
        new = addresses(session.get("/v1/images/" + image["id"]).json())["h200"]
        assert new != url
        wait_until(lambda: nobody.get(new).content ==
                   nobody.get(url).content)
    finally:
        service.restart("fcgi")
    change(session, image, public=False)
    problem(nobody.get(url), 410, "gone")


def test_the_web_server_serves_without_the_application(service):
    """And without the database: only the first request needs them."""
    session, nobody = service.session("enterprise"), service.session()
    image = publish(session)
    urls = addresses(image)
    first = {name: nobody.get(url) for name, url in urls.items()}
    service.stop("fcgi")
    try:
        for name, url in urls.items():
            again = nobody.get(url)
            assert again.content == first[name].content
            assert headers(again) == headers(first[name])
    finally:
        service.start("fcgi")


def publish_all(session, images, public=True, **options):
    return session.post("/v1/images/publish", json={
        "ids": [image["id"] for image in images], "public": public}, **options)


def test_many_are_made_public_at_once(service):
    """POST /v1/images/publish: each is reported, in the request's order."""
    session, nobody = service.session("enterprise"), service.session()
    images = [upload(session) for _ in range(4)]
    foreign = upload(new_user(service))
    asked = [images[2], foreign, images[0], {"id": "1"}, images[2]]
    answer = publish_all(session, asked)
    assert answer.status_code == 200
    said = answer.json()["items"]
    assert [one["id"] for one in said] == [one["id"] for one in asked]
    assert [one["public"] for one in said] == [True, None, True, None, True]
    assert [one["error"] and one["error"]["code"] for one in said] == [
        None, "not_found", None, "not_found", None]
    shown = {one["id"]: one for one in
             session.get("/v1/images?limit=100").json()["items"]}
    assert [shown[image["id"]]["public"] for image in images] == [
        True, False, True, False]
    urls = addresses(shown[images[0]["id"]]).values()
    for url in urls:
        assert nobody.get(url).status_code == 200
    once = {"Idempotency-Key": os.urandom(8).hex()}
    private = [publish_all(session, images, False, headers=once).json()
               for _ in range(2)]
    assert private[0] == private[1]
    assert [one["public"] for one in private[0]["items"]] == [False] * 4
    for url in urls:
        problem(nobody.get(url), 410, "gone")


def test_what_cannot_be_made_public_at_once(service):
    """Then nothing changes."""
    session = service.session("enterprise")
    image = upload(session)
    invalid(publish_all(session, []), "ids")
    invalid(publish_all(session, [image] * 101), "ids")
    invalid(publish_all(session, [image], "yes"), "public")
    invalid(session.post("/v1/images/publish", json={"ids": [image["id"]]}),
            "public")
    invalid(session.post("/v1/images/publish", json={"public": True}), "ids")
    unknown(session.post("/v1/images/publish", json={
        "ids": [image["id"]], "public": True, "all": 1}), "all")
    assert not session.get("/v1/images/" + image["id"]).json()["public"]
    low = new_user(service, public=False)
    problem(publish_all(low, [upload(low)]), 403, "tier_forbids")


def test_an_administrator_ends_an_address(service):
    """pixtierctl image list, show, public, private and delete; the audit and
    the webhooks of the owner say so."""
    session, nobody = new_user(service), service.session()
    image, other = upload(session), upload(session)
    change(session, image, alt="A puffin")

    def ctl(*args):
        said = service.ctl("--json", "image", *args).stdout
        return json.loads(said) if said else None

    listed = ctl("list", session.auth[0])
    assert [one["id"] for one in listed] == [other["id"], image["id"]]
    assert ctl("list", session.auth[0], "--limit", "1") == listed[:1]
    shown = ctl("show", image["id"])
    assert (shown["user"], shown["public"], shown["public_urls"]) == (
        session.auth[0], False, [])
    assert (shown["alt"], shown["camera_make"]) == ("A puffin", None)
    made = ctl("public", image["id"])
    assert made["public"] is True and len(made["public_urls"]) == 3
    seen = session.get("/v1/images/" + image["id"]).json()
    assert set(made["public_urls"]) == set(addresses(seen).values())
    for url in made["public_urls"]:
        assert nobody.get(url).status_code == 200
    assert ctl("private", image["id"])["public_urls"] == []
    for url in made["public_urls"]:
        problem(nobody.get(url), 410, "gone")
    ctl("public", image["id"])
    assert ctl("delete", image["id"]) is None
    for url in made["public_urls"]:
        problem(nobody.get(url), 410, "gone")
    said = json.loads(service.ctl("--json", "audit", "--limit", "4").stdout)
    assert [(one["action"], one["subject"]) for one in said[::-1]] == [
        (f"image.{word}", image["id"])
        for word in ("public", "private", "public", "delete")]
    low = new_user(service, public=False)
    refused = service.ctl("image", "public", upload(low)["id"], check=False)
    assert refused.returncode == 1 and "public images" in refused.stderr
    for command in ("show", "public", "private", "delete"):
        failed = service.ctl("image", command, "nope", check=False)
        assert failed.returncode == 1 and "no image nope" in failed.stderr


def wrong_files(service):
    """How many public files violate the invariant I11."""
    done = service.ctl("--json", "fsck", check=False)
    return [row["count"] for row in json.loads(done.stdout)["invariants"]
            if row["id"] == "I11"][0]


def test_fsck_finds_wrong_public_files(service):
    """Files without an image, and those that are not their variant."""
    session, nobody = service.session("enterprise"), service.session()
    image = publish(session)
    urls = addresses(image)
    for url in urls.values():
        assert nobody.get(url).status_code == 200
    assert wrong_files(service) == 0
    folder = service.store / "public" / image["id"][-2:] / image["id"]
    name = [one for one in public_files(service, image)
            if one.startswith("h200")][0]
    owner = (folder / name).stat()
    for content, count in (((folder / name).read_bytes(), 0), (b"x", 1)):
        (folder / name).unlink()
        (folder / name).write_bytes(content)
        os.chown(folder / name, owner.st_uid, owner.st_gid)
        assert wrong_files(service) == count
    said = service.ctl("sweep").stdout.split()
    assert said[said.index("unpublished") + 1] == "1"
    assert wrong_files(service) == 0 and not public_files(service, image)
    for url in urls.values():
        assert nobody.get(url).status_code == 200
    assert len(public_files(service, image)) == 3


def test_a_sweep_removes_what_is_not_public(service):
    """What a crash between the change and the answer could leave."""
    session, nobody = service.session("enterprise"), service.session()
    image, other = publish(session), publish(session)
    for one in (image, other):
        for url in addresses(one).values():
            assert nobody.get(url).status_code == 200
    service.query("UPDATE images SET public = FALSE WHERE id = %s",
                  bytes.fromhex(image["id"].replace("-", "")))
    assert public_files(service, image)
    assert wrong_files(service) == 3
    said = service.ctl("sweep").stdout.split()
    assert said[said.index("unpublished") + 1] == "1"
    assert public_files(service, image) == []
    assert len(public_files(service, other)) == 3
    assert service.ctl("fsck", check=False).returncode == 0


def test_crawlers_may_read_public_pictures(service):
    """If the setting public_robots says so."""
    def robots():
        return service.session().get("/robots.txt").text

    assert f"Allow: {BASE_PATH}/p/" not in robots()
    service.restart("fcgi", public_robots="index")
    try:
        assert f"Allow: {BASE_PATH}/p/\n" in robots()
        image = publish(service.session("enterprise"))
        got = service.session().get(addresses(image)["h200"])
        assert "X-Robots-Tag" not in got.headers
    finally:
        service.restart("fcgi")


@pytest.fixture
def guarded(server):
    """Another service, whose site is printed with the setting."""
    with Service(server, hotlink_hosts="www.example.org *.example.net") as one:
        yield one


def test_only_pages_of_some_hosts_show_a_picture(guarded):
    """Those of hotlink_hosts and of the service, before the web server knows
    the file and after; also through the application alone."""
    image = publish(guarded.session("enterprise"))
    odd = publish(guarded.session("enterprise"), picture(format="BMP"))
    own = guarded.url
    shown = ["", "about:client", own + "/a", "http://www.example.org",
             "https://WWW.example.org/a?b", "https://www.example.org:8443/",
             "http://a.example.net/", "http://a.b.example.net:80/x"]
    refused = ["https://example.com/", "http://example.org/",
               "http://www.example.org.evil.com/", "http://example.net/",
               "http://wwwxexample.org/", "http://www.example.org@evil.com/",
               "http://www.example.org:80@evil.com/", "HTTP://evil.com",
               "http://evil.com/www.example.org", "http://xexample.net/"]
    for url in (addresses(image)["h200"], addresses(odd)["original"]):
        for referers, status in ((refused, 403), (shown, 200), (refused, 403)):
            for referer in referers:
                got = guarded.session().get(url, headers={"Referer": referer})
                assert got.status_code == status, referer
                if status == 403:
                    problem(got, 403, "forbidden")
        assert guarded.session().get(url).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_an_address_is_only_read(service, method):
    image = publish(service.session("enterprise"))
    url = addresses(image)["h200"]
    for _ in range(2):
        answer = service.session().request(method, url)
        problem(answer, 405, "method_not_allowed")
        assert answer.headers["Allow"] == "GET, HEAD"
        service.session().get(url)


def test_sites_of_all_origins_may_read(service):
    """The settings of cors_origins do not matter."""
    image = publish(service.session("enterprise"))
    url = addresses(image)["h200"]
    for _ in range(2):
        got = service.session().get(url, headers={"Origin": "https://a.org"})
        assert got.headers["Access-Control-Allow-Origin"] == "*"
        assert "Origin" not in got.headers.get("Vary", "")
    wait_within(2, lambda: service.session().get(url).status_code == 200)
