"""The focus of an image: the point that cover crops keep."""

import contextlib
import random
import threading

from PIL import Image

from api import (at_once, invalid, new_user, post_picture, problem, unknown,
                 upload, variant_of, without)
from pictures import decode, encode
from service import wait_until

COLOURS = ((220, 30, 30), (30, 200, 30), (30, 30, 220))


def stripes(width=600, height=200):
    """Red at the left, green in the middle, blue at the right."""
    image = Image.new("RGB", (width, height))
    for i, colour in enumerate(COLOURS):
        image.paste(colour, (i * width // 3, 0, width, height))
    return image


def seen(data):
    """Which of the colours the middle of the picture has."""
    image = decode(data).convert("RGB")
    pixel = image.getpixel((image.width // 2, image.height // 2))
    return max(range(3), key=lambda i: pixel[i])


def any_size(service, **columns):
    return new_user(service, any_size=True, max_side=9000, links=True,
                    **columns)


def set_focus(session, image, focus):
    return session.patch("/v1/images/" + image["id"], json={"focus": focus})


def test_a_focus_moves_every_crop_without_a_gravity(service):
    """PATCH /v1/images/{id}: focus, shown by GET and in lists."""
    session = any_size(service)
    image = upload(session, encode(stripes(), "PNG"), "a.png")
    assert image["focus"] is None
    names = ("60x60-cover", "60x60-cover-gray", "30x30-cover@2x.webp")
    fixed = ("60x60-cover-west", "60x60-cover-smart", "60x60-exact", "h60")
    kept = {name: session.get(variant_of(image, name)).content
            for name in fixed}
    for focus, colour in (([0.1, 0.5], 0), ([0.9, 0], 2), ([1, 1], 2),
                          ([0.51, 0.51], 1), (None, 1)):
        changed = set_focus(session, image, focus)
        assert changed.status_code == 200, changed.text
        assert changed.json()["focus"] == focus
        assert session.get("/v1/images/" + image["id"]).json()["focus"] == \
            focus
        for name in names[::2]:
            assert seen(session.get(variant_of(image, name)).content) == \
                colour
    listed = session.get("/v1/images").json()["items"]
    assert listed[0]["focus"] is None
    for name in fixed:
        assert session.get(variant_of(image, name)).content == kept[name]
    changed = set_focus(session, image, [1 / 3, 0.00004]).json()
    assert changed["focus"] == [0.3333, 0]


def test_an_upload_has_a_focus(service):
    """The field focus of the form, or of the JSON with a URL."""
    session = any_size(service)
    made = session.post("/v1/images", data={"focus": "0.95,0.5"}, files={
        "image": ("a.png", encode(stripes(), "PNG"))})
    assert made.status_code == 201, made.text
    assert made.json()["focus"] == [0.95, 0.5]
    assert seen(session.get(variant_of(made.json(), "60x60-cover"))
                .content) == 2
    for wrong in ("", "1", "0.5", "0.5,", ",0.5", "0.5,0.5,0.5", "1.1,0",
                  "-0.1,0", "0.5, 0.5", "0.12345,0", "1e-1,0", ".5,.5",
                  "0.,0", "2,0", "0,1.0001", "nan,0"):
        invalid(session.post("/v1/images", data={"focus": wrong}, files={
            "image": ("a.png", encode(stripes(), "PNG"))}), "focus")


def test_a_focus_has_its_rules(service):
    session = any_size(service)
    image = upload(session, encode(stripes(), "PNG"), "a.png")
    for wrong in ([], [0.5], [0.1, 0.2, 0.3], [1.01, 0], [0, -0.1], "0,0",
                  ["0", "0"], [None, None], True, 0.5, {"x": 0, "y": 0}):
        invalid(set_focus(session, image, wrong), "focus")
    path = "/v1/images/" + image["id"]
    invalid(session.patch(path, json={}), "name")
    unknown(session.patch(path, json={"focus": None, "gravity": 1}),
            "gravity")
    both = session.patch(path, json={"name": "b.png", "focus": [0, 0]})
    assert (both.json()["name"], both.json()["focus"]) == ("b.png", [0, 0])
    # Nothing changes if one of the fields is wrong.
    invalid(session.patch(path, json={"name": "", "focus": [1, 1]}), "name")
    invalid(session.patch(path, json={"name": "c", "focus": [2, 1]}),
            "focus")
    now = session.get(path).json()
    assert (now["name"], now["focus"]) == ("b.png", [0, 0])
    problem(set_focus(new_user(service), image, [0, 0]), 404, "not_found")


def test_no_old_crop_is_served_after_the_answer(service):
    """By its route, by links, and with the ETag of the old one: of BMP, where
    all crops have the same size."""
    session = any_size(service)
    image = upload(session, encode(stripes(), "PNG"), "a.png")
    name = "60x60-cover.bmp"
    path = f"/v1/images/{image['id']}"
    url = session.post(path + "/variants", json={"variant": name}
                       ).json()["url"]
    link = session.post(path + "/links", json={
        "variant": name, "expires_in": 300}).json()["url"]
    nobody = service.session()
    for focus, colour in (([0, 0], 0), ([1, 0], 2), (None, 1), ([0, 0], 0)):
        old = nobody.get(url)
        assert old.status_code == 200
        assert set_focus(session, image, focus).status_code == 200
        listed = session.get(path).json()["variants"]
        assert name not in [variant["variant"] for variant in listed]
        for place, who in ((url, nobody), (link, nobody),
                           (variant_of(image, name), session)):
            got = who.get(place, headers={
                "If-None-Match": old.headers["ETag"]})
            assert got.status_code == 200
            assert seen(got.content) == colour
        assert len(nobody.get(url).content) == len(old.content)


def change(session, image):
    """Moves the focus to any side. Returns the status."""
    return set_focus(session, image,
                     [random.choice((0, 1)), random.random()]).status_code


def test_clients_that_read_meanwhile_see_no_old_crop(service):
    """Readers make variants again and again while the focus moves. What they
    ask for after an answer is new."""
    session = any_size(service)
    image = upload(session, encode(stripes(1800, 600), "PNG"), "a.png")
    url = session.post(f"/v1/images/{image['id']}/variants",
                       json={"variant": "60x60-cover"}).json()["url"]
    turn = {"colour": None, "number": 0, "ends": False}
    wrong = []

    def read():
        nobody = service.session()
        while not turn["ends"]:
            number, colour = turn["number"], turn["colour"]
            got = nobody.get(url)
            if got.status_code == 503 or colour is None:
                continue
            found = seen(got.content)
            if turn["number"] == number and found != colour:
                wrong.append((number, colour, found))

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    try:
        for i in range(10):
            turn.update(number=2 * i + 1, colour=None)
            # Each comes while readers render by another one.
            answers = at_once(4, lambda: change(session, image))
            assert set(answers) == {200}
            focus = session.get("/v1/images/" + image["id"]).json()["focus"]
            colour = int(2 * focus[0])
            turn.update(number=2 * i + 2, colour=colour)
            assert seen(session.get(variant_of(image, "60x60-cover"))
                        .content) == colour
    finally:
        turn["ends"] = True
        for reader in readers:
            reader.join()
    assert not wrong


def test_a_job_that_was_queued_before_uses_the_new_focus(service):
    session = any_size(service)
    with without(service, "worker"):
        image = post_picture(session, encode(stripes(4200, 3400), "PNG"),
                             "a.png").json()
        asked = session.post(f"/v1/images/{image['id']}/variants",
                             json={"variant": "20x60-cover.jpeg"})
        assert asked.status_code == 202, asked.text
        assert set_focus(session, image, [1, 0.5]).status_code == 200

    def look():
        got = session.get(variant_of(image, "20x60-cover.jpeg"))
        return got if got.status_code == 200 else None
    assert seen(wait_until(look).content) == 2


def test_public_addresses_of_old_crops_end(service):
    """Those of other variants do not."""
    session = any_size(service, public=True)
    nobody = service.session()
    image = upload(session, encode(stripes(), "PNG"), "a.png")
    path = f"/v1/images/{image['id']}"
    assert session.patch(path, json={"public": True}).status_code == 200

    def public_urls():
        for name in ("60x60-cover", "60x60-cover-west"):
            assert session.get(variant_of(image, name)).status_code == 200
        return {one["variant"]: one["public_url"]
                for one in session.get(path).json()["variants"]}

    old = public_urls()
    assert seen(nobody.get(old["60x60-cover"]).content) == 1
    assert set_focus(session, image, [1, 0]).status_code == 200
    problem(nobody.get(old["60x60-cover"]), 404, "not_found")
    new = public_urls()
    problem(nobody.get(old["60x60-cover"]), 404, "not_found")
    assert seen(nobody.get(new["60x60-cover"]).content) == 2
    assert new["60x60-cover-west"] == old["60x60-cover-west"]
    assert seen(nobody.get(old["60x60-cover-west"]).content) == 0


def public_address(session, image, name):
    path = "/v1/images/" + image["id"]
    assert session.get(variant_of(image, name)).status_code == 200
    return {one["variant"]: one["public_url"]
            for one in session.get(path).json()["variants"]}[name]


def publish(session):
    image = upload(session, encode(stripes(), "PNG"), "a.png")
    path = "/v1/images/" + image["id"]
    assert session.patch(path, json={"public": True}).status_code == 200
    return image


def test_addresses_of_removed_crops_end(service):
    """Those without a focus are rendered again."""
    session = any_size(service, public=True)
    nobody = service.session()
    image = publish(session)
    names = "61x60-cover", "61x60-cover-west"  # No other test has these.
    old = [public_address(session, image, name) for name in names]
    for name in names:
        assert service.ctl("purge", "variant", name).stdout.split()[-1] == "1"
    assert set_focus(session, image, [1, 0]).status_code == 200
    problem(nobody.get(old[0]), 404, "not_found")
    assert seen(nobody.get(old[1]).content) == 0
    assert seen(nobody.get(public_address(session, image, names[0]))
                .content) == 2
    problem(nobody.get(old[0]), 404, "not_found")


@contextlib.contextmanager
def no_deletion(service):
    """The transaction that deletes the row of a variant fails."""
    service.query("CREATE TRIGGER no_deletion BEFORE DELETE ON variants"
                  " FOR EACH ROW SIGNAL SQLSTATE '45000'")
    try:
        yield
    finally:
        service.query("DROP TRIGGER no_deletion")


def test_a_worker_ends_a_change_that_was_interrupted(service):
    """Until then an old address shows the old picture, or none."""
    session = any_size(service, public=True)
    nobody = service.session()
    image = publish(session)
    names = "60x60-cover", "30x60-cover"
    known, unknown_yet = [public_address(session, image, name)
                          for name in names]
    old = nobody.get(known).content
    assert seen(old) == 1
    with without(service, "worker"):
        with no_deletion(service):
            assert set_focus(session, image, [1, 0]).status_code == 500
        got = nobody.get(known)
        assert got.status_code == 404 or got.content == old
        problem(nobody.get(unknown_yet), 404, "not_found")
    wait_until(lambda: not service.query(
        "SELECT 1 FROM variants WHERE status = 'dropped'"))
    for _ in range(2):
        for name, url in zip(names, (known, unknown_yet)):
            problem(nobody.get(url), 404, "not_found")
            got = nobody.get(public_address(session, image, name))
            assert seen(got.content) == 2
    assert service.ctl("fsck").returncode == 0
