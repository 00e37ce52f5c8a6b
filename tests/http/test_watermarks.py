"""The watermark of a tier: a PNG on the variants of its users."""

import base64
import os
import threading
import uuid

import pytest
from PIL import Image

from api import (invalid, new_user, post_picture, problem, set_tier, unknown,
                 upload, variant_of, without)
from pictures import decode, encode
from service import wait_until

RED, GREEN, GRAY = (220, 30, 30), (30, 200, 30), (120, 120, 120)


@pytest.fixture
def admin(service):
    return service.session("admin")


def mark(colour=RED, side=40):
    return encode(Image.new("RGB", (side, side), colour), "PNG")


def original(width=400, height=300):
    return encode(Image.new("RGB", (width, height), GRAY), "PNG")


def address(service, session):
    tier = service.query("SELECT HEX(tier_id) FROM users WHERE username = %s",
                         session.auth[0])[0][0]
    return f"/v1/admin/tiers/{uuid.UUID(tier)}/watermark"


def put(service, session, png=None, **place):
    answer = service.session("admin").put(
        address(service, session), data=png or mark(), params=place,
        headers={"Content-Type": "image/png"})
    assert answer.status_code == 204, answer.text


def any_size(service, **columns):
    return new_user(service, any_size=True, max_side=9000, **columns)


def near(pixel, colour):
    return all(abs(a - b) < 24 for a, b in zip(pixel, colour))


def colour_at(data, x, y):
    """The pixel at shares of the width and of the height."""
    image = decode(data).convert("RGB")
    return image.getpixel((int(image.width * x), int(image.height * y)))


def test_a_watermark_lies_on_the_variants_of_a_tier(service, admin):
    """PUT, GET and DELETE /v1/admin/tiers/{id}/watermark. The original stays
    as it is."""
    session = any_size(service)
    problem(admin.get(address(service, session)), 404, "not_found")
    put(service, session, position="south-east", opacity=60, scale=20)
    shown = admin.get(address(service, session)).json()
    assert base64.b64decode(shown.pop("png")) == mark()
    assert shown == {"position": "south-east", "opacity": 60, "scale": 20,
                     "from": 0}
    image = upload(session, original(), "a.png")
    mixed = tuple(int(.6 * a + .4 * b) for a, b in zip(RED, GRAY))
    for name in ("h200", "h200.jpeg", "w100-sharp.webp", "90x90-cover@2x",
                 "300x90-exact.png"):
        data = session.get(variant_of(image, name)).content
        assert near(colour_at(data, .9, .9), mixed), name
        assert near(colour_at(data, .1, .1), GRAY), name
    assert session.get(variant_of(image, "original")).content == original()
    answer = admin.delete(address(service, session))
    assert answer.status_code == 204
    problem(admin.delete(address(service, session)), 404, "not_found")
    data = session.get(variant_of(image, "h200")).content
    assert near(colour_at(data, .9, .9), GRAY)


def test_small_variants_may_stay_without(service):
    session = any_size(service)
    put(service, session, position="north-west", **{"from": 80})
    image = upload(session, original(), "a.png")
    for name, marked in (("h80", True), ("h79", False), ("w100", False),
                         ("79x200-exact", False), ("80x80-exact", True)):
        data = session.get(variant_of(image, name)).content
        assert near(colour_at(data, .1, .1), RED if marked else GRAY), name


def test_an_animation_has_it_on_each_frame(service):
    session = any_size(service, animated=True)
    put(service, session, position="centre")
    frames = [Image.new("RGB", (200, 200), (i * 60, 120, 120))
              for i in range(3)]
    image = upload(session, encode(frames[0], "GIF", save_all=True,
                                   append_images=frames[1:]), "a.gif")
    found = decode(session.get(variant_of(image, "h100")).content)
    assert found.n_frames == 3
    for i in range(3):
        found.seek(i)
        assert near(found.convert("RGB").getpixel((50, 50)), RED)


def test_no_old_variant_is_served_after_a_change(service, admin):
    """By its route, by URLs for display and by links; and after the user has
    another tier."""
    session = any_size(service, links=True)
    image = upload(session, original(), "a.png")
    name = "h200"
    path = f"/v1/images/{image['id']}"
    url = session.get(path).json()["variants"][0]["url"]
    link = session.post(path + "/links", json={
        "variant": name, "expires_in": 300}).json()["url"]
    nobody = service.session()

    def check(colour):
        # Responders read once a second whether there are any watermarks.
        wait_until(lambda: near(colour_at(settled(nobody, url), .9, .9),
                                colour))
        for _ in range(4):
            for place, who in ((url, nobody), (link, nobody),
                               (variant_of(image, name), session)):
                got = who.get(place)
                assert got.status_code == 200, got.text
                assert near(colour_at(got.content, .9, .9), colour)

    check(GRAY)
    put(service, session)
    check(RED)
    put(service, session, mark(GREEN))
    check(GREEN)
    put(service, session, mark(GREEN), position="north-west")
    check(GRAY)
    put(service, session)
    check(RED)
    set_tier(service, session, "Enterprise")
    check(GRAY)


def settled(session, place):
    """The bytes, when no process renders the variant any more."""
    def look():
        got = session.get(place)
        return got.content if got.status_code == 200 else None
    return wait_until(look)


def test_readers_see_the_new_one_at_once(service):
    """Once one watermark is known, each answer after a change is new."""
    session = any_size(service, links=True)
    put(service, session)
    image = upload(session, original(1200, 900), "a.png")
    url = session.get(f"/v1/images/{image['id']}"
                      ).json()["variants"][0]["url"]
    turn = {"colour": None, "number": 0, "ends": False}
    wrong = []
    service.session().get(url)

    def read():
        nobody = service.session()
        while not turn["ends"]:
            number, colour = turn["number"], turn["colour"]
            got = nobody.get(url)
            if got.status_code != 200 or colour is None:
                # 404: the file was deleted before the web server opened it.
                if got.status_code not in (200, 404, 503):
                    wrong.append(got.status_code)
                continue
            found = colour_at(got.content, .9, .9)
            if turn["number"] == number and not near(found, colour):
                wrong.append((colour, found))

    wait_until(lambda: near(colour_at(settled(service.session(), url),
                                      .9, .9), RED))
    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    try:
        for i in range(8):
            colour = (GREEN, RED)[i % 2]
            turn.update(number=2 * i + 1, colour=None)
            put(service, session, mark(RED if colour is GREEN else GREEN))
            put(service, session, mark(colour))
            turn.update(number=2 * i + 2, colour=colour)
            data = settled(session, variant_of(image, "h200"))
            assert near(colour_at(data, .9, .9), colour)
    finally:
        turn["ends"] = True
        for reader in readers:
            reader.join()
    assert not wrong


def test_a_job_uses_the_watermark_of_its_end(service):
    session = any_size(service)
    with without(service, "worker"):
        image = post_picture(session, original(4200, 3400), "a.png").json()
        put(service, session)

    def look():
        got = session.get(variant_of(image, "h200"))
        return got if got.status_code == 200 else None
    assert near(colour_at(wait_until(look).content, .9, .9), RED)


def test_a_watermark_has_its_rules(service, admin):
    session = any_size(service)
    path = address(service, session)
    png = {"Content-Type": "image/png"}
    for field, values in (
            ("position", ("", "smart", "North", "center")),
            ("opacity", ("0", "101", "x", "-1", "1.5")),
            ("scale", ("0", "101")), ("from", ("-1", "16384"))):
        for value in values:
            invalid(admin.put(path, data=mark(), headers=png,
                              params={field: value}), field)
    unknown(admin.put(path, data=mark(), headers=png,
                      params={"size": "1"}), "size")
    problem(admin.put(path, data=encode(Image.new("RGB", (9, 9)), "JPEG"),
                      headers=png), 415, "unsupported_format")
    problem(admin.put(path, data=mark(side=1025), headers=png),
            413, "too_large")
    noise = encode(Image.frombytes("RGB", (500, 500), os.urandom(750000)),
                   "PNG")
    problem(admin.put(path, data=noise, headers=png), 413, "too_large")
    broken = bytearray(mark())
    broken[-20] ^= 255
    problem(admin.put(path, data=bytes(broken), headers=png),
            422, "corrupt_image")
    problem(session.put(path, data=mark(), headers=png), 403, "forbidden")
    nobody = f"/v1/admin/tiers/{uuid.uuid4()}/watermark"
    problem(admin.put(nobody, data=mark(), headers=png), 404, "not_found")
    problem(admin.get(path), 404, "not_found")
    put(service, session)
    lines = admin.get("/v1/admin/audit",
                      params={"action": "tier.watermark"}).json()["items"]
    assert lines[0]["detail"] == \
        "position south-east, opacity 100, scale 25, from 0"


def test_pixtierctl_sets_and_removes_it(service, tmp_path):
    """pixtierctl tier watermark NAME FILE: with the checks of the API."""
    session = any_size(service)
    name = service.query("SELECT t.name FROM tiers t JOIN users u"
                         " ON u.tier_id = t.id WHERE u.username = %s",
                         session.auth[0])[0][0]
    file = tmp_path / "mark.png"
    file.write_bytes(mark())
    image = upload(session, original(), "a.png")

    def ctl(*words):
        return service.ctl("tier", "watermark", name, *words, check=False)

    def colour():
        return colour_at(session.get(variant_of(image, "h200")).content,
                         .1, .1)

    done = ctl(str(file), "position=north-west", "opacity=100", "from=150")
    assert done.returncode == 0, done.stderr
    assert near(colour(), RED)
    for words, why in (((str(file), "opacity=0"), "opacity"),
                       ((str(file), "position=up"), "position"),
                       ((str(file), "size=1"), "no field"),
                       ((str(tmp_path / "none.png"),), "cannot open")):
        done = ctl(*words)
        assert done.returncode != 0 and why in done.stderr, done.stderr
    file.write_bytes(mark()[:60])
    done = ctl(str(file))
    assert done.returncode != 0 and done.stderr
    assert near(colour(), RED)
    assert ctl("none").returncode == 0
    assert near(colour(), GRAY)
    assert ctl("none").returncode != 0


def test_public_addresses_end_with_the_old_picture(service):
    """The web server serves public files alone, until the watermark, the tier
    of the user or the focus changes."""
    session = any_size(service, public=True)
    admin = service.session("admin")
    nobody = service.session()
    image = upload(session, original(), "a.png")
    path = f"/v1/images/{image['id']}"

    def public_url(name):
        assert session.get(variant_of(image, name)).status_code == 200
        return [one["public_url"] for one in session.get(path).json()
                ["variants"] if one["variant"] == name][0]

    def check(name, old, colour):
        if old:
            for _ in range(2):
                problem(nobody.get(old), 404, "not_found")
        url = public_url(name)
        assert url != old
        for _ in range(3):
            got = nobody.get(url)
            assert got.status_code == 200
            assert near(colour_at(got.content, .9, .9), colour)
        return url

    assert session.patch(path, json={"public": True}).status_code == 200
    url = check("h200", None, GRAY)
    put(service, session)
    url = check("h200", url, RED)
    put(service, session, mark(GREEN))
    url = check("h200", url, GREEN)
    user = session.get("/v1/me").json()["id"]
    moved = admin.patch("/v1/admin/users/" + user,
                        json={"tier": "Enterprise"})
    assert moved.status_code == 200, moved.text
    check("h200", url, GRAY)


def publish(session):
    image = upload(session, original(), "a.png")
    path = "/v1/images/" + image["id"]
    assert session.patch(path, json={"public": True}).status_code == 200
    return image


def public_address(session, image, name):
    assert session.get(variant_of(image, name)).status_code == 200
    path = "/v1/images/" + image["id"]
    return {one["variant"]: one["public_url"]
            for one in session.get(path).json()["variants"]}[name]


def remove(service, name):
    assert service.ctl("purge", "variant", name).stdout.split()[-1] == "1"


def test_addresses_of_removed_variants_end(service, admin):
    """With the watermark and with the tier, whether the variant was removed
    before the change or after."""
    session = any_size(service, public=True)
    nobody = service.session()
    image = publish(session)
    user = session.get("/v1/me").json()["id"]

    def move():
        moved = admin.patch("/v1/admin/users/" + user,
                            json={"tier": "Enterprise"})
        assert moved.status_code == 200, moved.text

    name = "h201"  # No other test has it.
    for change, first in ((lambda: put(service, session), True),
                          (lambda: put(service, session, mark(GREEN)), False),
                          (move, True)):
        url = public_address(session, image, name)
        remove(service, name)
        assert nobody.get(url).status_code == 200
        if first:
            remove(service, name)
        change()
        if not first:
            remove(service, name)
        problem(nobody.get(url), 404, "not_found")
        session.get(variant_of(image, name))
        problem(nobody.get(url), 404, "not_found")


def test_a_worker_ends_a_change_that_was_interrupted(service):
    """The old address never shows the new watermark."""
    session = any_size(service, public=True)
    nobody = service.session()
    image = publish(session)
    url = public_address(session, image, "h200")
    old = nobody.get(url).content
    put(service, session)
    with without(service, "worker"):
        service.query("CREATE TRIGGER no_deletion BEFORE DELETE ON variants"
                      " FOR EACH ROW SIGNAL SQLSTATE '45000'")
        try:
            got = session.get(variant_of(image, "h200"))
            assert got.status_code == 500
        finally:
            service.query("DROP TRIGGER no_deletion")
        got = nobody.get(url)
        assert got.status_code == 404 or got.content == old
    wait_until(lambda: not service.query(
        "SELECT 1 FROM variants WHERE status = 'dropped'"))
    for _ in range(2):
        problem(nobody.get(url), 404, "not_found")
        got = nobody.get(public_address(session, image, "h200"))
        assert near(colour_at(got.content, .9, .9), RED)
