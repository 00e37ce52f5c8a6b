"""Alt texts and tags: sent with an upload, changed, shown, and listed by."""

import pytest

from api import (invalid, new_user, post_picture, problem, unknown, upload,
                 without)
from fetching import canary, fetched, fetching, new_fetcher, pages
from pictures import picture
from service import wait_until

ALT = 'A puffin — "Fratercula arctica" — with <three> fish'


def shown(session, image):
    """The fields, as the image and the list have them."""
    one = session.get("/v1/images/" + image["id"]).json()
    listed, = [each for each in session.get("/v1/images").json()["items"]
               if each["id"] == image["id"]]
    fields = (one["alt"], one["tags"])
    assert fields == (listed["alt"], listed["tags"])
    return fields


def change(session, image, **fields):
    return session.patch("/v1/images/" + image["id"], json=fields)


def tagged(session, tag, **query):
    answer = session.get("/v1/images", params={"tag": tag, **query})
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def test_an_upload_has_an_alt_text_and_tags(service):
    """By form, or by query with a raw body; without either there are none."""
    session = new_user(service)
    image = post_picture(session, data=None, name="a.jpg").json()
    assert shown(session, image) == (None, [])
    tags = " birds,New York ,, Éire ,BIRDS,"
    form = session.post("/v1/images", files={"image": picture()},
                        data={"alt": ALT, "tags": tags}).json()
    raw = session.post("/v1/images", params={"alt": ALT, "tags": tags},
                       data=picture(),
                       headers={"Content-Type": "image/jpeg"}).json()
    for image in form, raw:
        assert (image["alt"], image["tags"]) == \
            (ALT, ["birds", "New York", "Éire"])
        assert shown(session, image) == (image["alt"], image["tags"])


def test_an_upload_by_url_has_them_too(service, pages, fetching):
    session = new_fetcher(service)
    url = pages.add(lambda page: page.answer(body=picture()))
    image = fetched(session, url, alt=ALT, tags=["birds", " sea "])
    assert (image["alt"], image["tags"]) == (ALT, ["birds", "sea"])
    assert tagged(session, "sea") == [image["name"]]
    answer = session.post("/v1/images", params={"tags": "a,b", "alt": "x"},
                          json={"url": url, "tags": None})
    assert answer.status_code == 202
    assert (answer.json()["alt"], answer.json()["tags"]) == ("x", [])
    for query in {"on_duplicate": "return"}, {"on_duplicate": "keep"}:
        invalid(session.post("/v1/images", params=query, json={"url": url}),
                "on_duplicate")
    unknown(session.post("/v1/images",
                         json={"url": url, "on_duplicate": "keep"}),
            "on_duplicate")


def test_the_owner_changes_them(service):
    """PATCH /v1/images/{id}: only the fields that it has; null removes."""
    session = new_user(service)
    image = upload(session, name="a.jpg")
    answer = change(session, image, alt=ALT, tags=["b", "a", "B"])
    assert answer.status_code == 200
    assert (answer.json()["alt"], answer.json()["tags"]) == (ALT, ["b", "a"])
    assert change(session, image, name="b.jpg").json()["tags"] == ["b", "a"]
    assert shown(session, image) == (ALT, ["b", "a"])
    assert change(session, image, alt="").json()["alt"] == ""
    assert change(session, image, alt=None).json()["alt"] is None
    assert tagged(session, "a") == ["b.jpg"]
    for none in None, []:
        assert change(session, image, tags=none).json()["tags"] == []
        assert tagged(session, "a") == []
    unknown(change(session, image, colour="red"), "colour")
    invalid(change(session, image), "name")
    problem(change(new_user(service), image, alt="x"), 404, "not_found")


@pytest.mark.parametrize("fields", [
    {"alt": "é" * 501}, {"alt": "two\nlines"}, {"alt": 7},
    {"tags": "word"}, {"tags": [7]}, {"tags": [""]}, {"tags": ["  "]},
    {"tags": ["a,b"]}, {"tags": ["é" * 33]}, {"tags": ["a\x07"]},
    {"tags": ["tag %d" % i for i in range(33)]},
], ids=range(11))
def test_texts_are_bounded(service, fields):
    session = service.session("basic")
    image = upload(session)
    invalid(change(session, image, **fields), *fields)
    assert shown(session, image) == (None, [])


@pytest.mark.parametrize("fields", [
    {"alt": "é" * 501}, {"tags": "a," + "é" * 33},
    {"tags": ",".join("tag %d" % i for i in range(33))},
], ids=range(3))
def test_texts_of_an_upload_are_bounded(service, fields):
    session = new_user(service)
    invalid(session.post("/v1/images", files={"image": picture()},
                         data=fields), *fields)
    invalid(session.post("/v1/images", params=fields, data=picture(),
                         headers={"Content-Type": "image/jpeg"}), *fields)
    assert session.get("/v1/images").json()["items"] == []


def test_bounds_are_exact(service):
    session = new_user(service)
    image = upload(session)
    alt, tags = "é" * 500, ["é" * 30 + "%04d" % i for i in range(32)]
    answer = change(session, image, alt=alt, tags=tags)
    assert answer.status_code == 200, answer.text
    assert shown(session, image) == (alt, tags)
    assert tagged(session, tags[31]) == [image["name"]]


def test_lists_are_filtered_by_tag(service):
    """?tag= is exact but for case and accents, and in pages."""
    session, other = new_user(service), new_user(service)
    for name, tags in (("a", "sea"), ("b", "Séa,birds"), ("c", "seal"),
                       ("d", "birds"), ("e", "SEA")):
        session.post("/v1/images", files={"image": (name, picture())},
                     data={"tags": tags})
    other.post("/v1/images", files={"image": ("f", picture())},
               data={"tags": "sea"})
    assert tagged(session, "sea") == tagged(session, " SEA ") == \
        ["e", "b", "a"]
    assert tagged(session, "sea", name="B") == ["b"]
    assert tagged(session, "sea", status="ready") == ["e", "b", "a"]
    assert tagged(session, "sea", status="failed") == []
    assert tagged(session, "se") == tagged(session, "%") == []
    page = session.get("/v1/images?tag=sea&limit=2").json()
    assert [item["name"] for item in page["items"]] == ["e", "b"]
    page = session.get(page["next"]).json()
    assert [item["name"] for item in page["items"]] == ["a"]
    assert page["next"] is None
    for tag in "", "a,b", "x" * 65:
        invalid(session.get("/v1/images", params={"tag": tag}), "tag")


def test_a_deleted_image_is_in_no_list(service):
    session = new_user(service)
    image = upload(session)
    change(session, image, tags=["gone"])
    assert session.delete("/v1/images/" + image["id"]).status_code == 204
    assert tagged(session, "gone") == []
    assert not service.query("SELECT 1 FROM image_tags WHERE tag = 'gone'")


def test_webhooks_and_jobs_show_them(service):
    """A picture that a worker renders keeps what was sent with it."""
    session = new_user(service)
    with without(service, "worker"):
        image = session.post(
            "/v1/images", files={"image": picture()},
            data={"alt": ALT, "tags": "later"},
            headers={"Prefer": "respond-async"}).json()
        assert image["status"] == "processing"
        assert (image["alt"], image["tags"]) == (ALT, ["later"])
    wait_until(lambda: session.get("/v1/images/" + image["id"]).json()
               ["status"] == "ready")
    assert shown(session, image) == (ALT, ["later"])
