"""Variants: their bytes, by their owner, as browsers and proxies ask."""

import pytest

from api import (PROBLEM, at_once, check_conditions, invalid, links_of,
                 new_user, post_picture, problem, set_tier, settled, upload,
                 variant_of, without)
from pictures import check_quarters, decode, large_picture, picture
from service import wait_until


def test_a_variant_comes_with_all_that_browsers_need(service):
    """GET /v1/images/{id}/variants/{variant}: bytes that nothing can run."""
    session = service.session("premium")
    data = picture()
    image = upload(session, data)
    got = session.get(variant_of(image, "h200"))
    assert got.status_code == 200
    assert decode(got.content).size == (267, 200)
    assert got.headers["Content-Type"] == "image/jpeg"
    assert got.headers["Content-Length"] == str(len(got.content))
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in got.headers["Content-Security-Policy"]
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.headers["Cache-Control"] == "private, no-cache"
    assert got.headers["Accept-Ranges"] == "bytes"
    assert got.headers["X-Request-Id"]
    assert session.get(variant_of(image, "original")).content == data


def test_head_says_the_same_without_the_bytes(service):
    session = service.session("premium")
    path = variant_of(upload(session), "h200")
    got, head = session.get(path), session.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("Content-Length", "Content-Type", "ETag", "Last-Modified",
                 "Content-Disposition", "Cache-Control"):
        assert head.headers[name] == got.headers[name], name


@pytest.mark.parametrize("asked, part", [
    ("bytes=0-0", slice(0, 1)), ("bytes=100-199", slice(100, 200)),
    ("bytes=500-", slice(500, None)), ("bytes=-7", slice(-7, None)),
    ("bytes=10-999999999", slice(10, None)),
])
def test_a_part_can_be_had(service, asked, part):
    """206, for a download that goes on."""
    session = service.session("premium")
    data = picture()
    path = variant_of(upload(session, data), "original")
    got = session.get(path, headers={"Range": asked})
    assert got.status_code == 206
    assert got.content == data[part]
    begin, end, _ = part.indices(len(data))
    assert got.headers["Content-Range"] == \
        f"bytes {begin}-{end - 1}/{len(data)}"


@pytest.mark.parametrize("asked", [
    "bytes", "bytes=", "bytes=-", "bytes=1", "bytes=abc", "bytes=5-2",
    "bytes=0-1,x", "bytes=0-1,5-2", "bytes=0x1-5", "bytes=--1",
    "bytes=,0-1", "items=0-1", "bytes=-99999999999999999999999",
    "bytes=1-99999999999999999999999"])
def test_a_malformed_range_is_ignored(service, asked):
    """200 with all of it, also where it comes with a condition."""
    session = service.session("premium")
    data = picture()
    path = variant_of(upload(session, data), "original")
    got = session.get(path, headers={"Range": asked})
    assert (got.status_code, got.content) == (200, data)
    assert "Content-Range" not in got.headers
    tag = got.headers["ETag"]
    assert session.get(path).headers["ETag"] == tag
    for name in ("Content-Type", "Content-Disposition", "Cache-Control",
                 "X-Content-Type-Options", "Content-Security-Policy",
                 "X-Request-Id", "Last-Modified"):
        assert name in got.headers
    again = session.get(path, headers={"Range": asked, "If-None-Match": tag})
    assert again.status_code == 304


@pytest.mark.parametrize("asked", [
    "bytes=999999999-", "bytes=999999999-9999999999", "bytes=-0",
    "bytes=999999998-999999998,999999999-",
    "bytes=99999999999999999999999-"])
def test_a_part_beyond_the_end_is_refused(service, asked):
    """416, with the length and the request's id, also if it was If-Range that
    let it be asked for; a changed picture is sent whole."""
    session = service.session("premium")
    data = picture()
    path = variant_of(upload(session, data), "original")
    tag = session.get(path).headers["ETag"]
    for more in ({}, {"X-Request-Id": "a-caller-s-own"}, {"If-Range": tag}):
        got = session.get(path, headers={"Range": asked, **more})
        assert got.status_code == 416
        assert got.headers["Content-Type"] == "application/problem+json"
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Content-Range"] == f"bytes */{len(data)}"
        # Beside what the picture itself would say.
        assert "no-store" in got.headers["Cache-Control"]
        said, name = got.json(), got.headers["X-Request-Id"]
        assert (said["status"], said["code"], said["request_id"]) == \
            (416, "range_not_satisfiable", name)
        assert set(said) == PROBLEM
        assert name == more.get("X-Request-Id", name)
    got = session.get(path, headers={"Range": asked, "If-Range": '"old"'})
    assert (got.status_code, got.content) == (200, data)


def test_what_is_cached_is_not_sent_again(service):
    """304, by ETag or by date; not after a change of either. Apache ignores a
    date that is still to come."""
    session = service.session("premium")
    image = upload(session)
    path = variant_of(image, "h200")
    got = session.get(path)
    tag, date = got.headers["ETag"], got.headers["Last-Modified"]
    future = {"If-Modified-Since": "Sun, 01 Jan 2040 00:00:00 GMT"}
    for headers in ({"If-None-Match": tag}, {"If-Modified-Since": date},
                    {"If-None-Match": f'"x", {tag}'}, future):
        again = session.get(path, headers=headers)
        if service.server == "apache" and headers == future:
            assert again.content == got.content
        else:
            assert (again.status_code, again.content) == (304, b""), headers
    for headers in ({"If-None-Match": '"x"'}, {"If-Modified-Since": "x"}, {
            "If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"}):
        assert session.get(path, headers=headers).status_code == 200, headers
    other = session.get(variant_of(image, "h400"))
    assert other.headers["ETag"] != tag


def test_a_version_can_be_asked_for(service):
    session = service.session("premium")
    check_conditions(session, variant_of(upload(session), "h200"))


def test_conditions_mean_nothing_where_there_are_no_versions(service):
    """JSON has neither ETag nor Last-Modified: nothing is done or refused
    because of them."""
    session = service.session("premium")
    path = "/v1/images/" + upload(session)["id"]
    for headers in ({"If-Match": '"x"'}, {
            "If-Unmodified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"}):
        assert session.get(path, headers=headers).status_code == 200
        assert session.patch(path, json={"name": "new.jpg"},
                             headers=headers).status_code == 200


@pytest.mark.parametrize("name, plain, encoded", [
    ("puffin.jpg", "puffin.jpg", "puffin.jpg"),
    ("two words", "two words.jpg", "two%20words.jpg"),
    ("Größe.jpeg", "Gr__e.jpg", "Gr%C3%B6%C3%9Fe.jpg"),
    ("🦜.png", "_.jpg", "%F0%9F%A6%9C.jpg"),
    ('a"; x="b%41.jpg', "a_; x=_b_41.jpg", "a%22%3B%20x%3D%22b%2541.jpg"),
    ("up/down\\.jpg", "up_down_.jpg", "up_down_.jpg"),
    ("\u202egpj.exe", "gpj.jpg", "gpj.jpg"),
])
def test_a_file_keeps_its_name(service, name, plain, encoded):
    """RFC 6266, with RFC 8187 for what is not ASCII."""
    session = service.session("premium")
    answer = session.post("/v1/images", params={"name": name}, data=picture(),
                          headers={"Content-Type": "image/jpeg"})
    got = session.get(variant_of(answer.json(), "h200"))
    assert got.headers["Content-Disposition"] == \
        f"inline; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


def test_what_browsers_do_not_show_is_saved(service):
    session = service.session("premium")
    image = upload(session, picture(format="TIFF"), "scan.tiff")
    got = session.get(variant_of(image, "original"))
    assert got.headers["Content-Type"] == "image/tiff"
    assert got.headers["Content-Disposition"].startswith(
        'attachment; filename="scan.tif"')


def test_a_tier_forbids_what_it_does_not_list(service):
    """403 tier_forbids, and 422 for what is no recipe at all."""
    session = service.session("basic")
    image = upload(session)
    for name in ("h400", "h100", "original", "100x100-cover", "h200.webp"):
        problem(session.get(variant_of(image, name)), 403, "tier_forbids")
    for name in ("H200", "h0", "h0200", "h200.svg", "200", "h99999", "h200 "):
        invalid(session.get(variant_of(image, name)), "variant")


def test_a_raised_tier_works_for_old_images(service):
    """What is missing is made at its first use, once; a lowered tier loses
    access at once."""
    session = new_user(service)
    set_tier(service, session, "Basic")
    image = upload(session)
    path = variant_of(image, "h400")
    problem(session.get(path), 403, "tier_forbids")

    set_tier(service, session, "Premium")
    got = at_once(6, lambda: service.session(session.auth[0]).get(path))
    assert {answer.status_code for answer in got} == {200}
    assert len({answer.content for answer in got}) == 1
    assert decode(got[0].content).size == (533, 400)
    shown = session.get("/v1/images/" + image["id"]).json()
    assert [v["variant"] for v in shown["variants"]] == ["h200", "h400"]
    assert shown["original"]

    set_tier(service, session, "Basic")
    problem(session.get(path), 403, "tier_forbids")
    shown = session.get("/v1/images/" + image["id"]).json()
    assert [v["variant"] for v in shown["variants"]] == ["h200"]
    assert shown["original"] is None


@pytest.mark.parametrize("name, format, size", [
    ("h100", "JPEG", (133, 100)), ("w100", "JPEG", (100, 75)),
    ("100x100", "JPEG", (100, 75)), ("100x100-cover", "JPEG", (100, 100)),
    ("700x90-exact", "JPEG", (700, 90)), ("h50.png", "PNG", (67, 50)),
    ("w64.webp", "WEBP", (64, 48)), ("w64.gif", "GIF", (64, 48)),
    ("9000x9000", "JPEG", (640, 480)),
])
def test_any_size_can_be_asked_for_where_the_tier_has_it(service, name,
                                                         format, size):
    """POST /v1/images/{id}/variants: 201, then it is there."""
    session = new_user(service, any_size=True, max_side=9000)
    image = upload(session)
    asked = session.post(f"/v1/images/{image['id']}/variants",
                         json={"variant": name})
    assert asked.status_code == 201, asked.text
    made = asked.json()
    assert (made["variant"], made["status"]) == (name, "ready")
    assert (made["width"], made["height"]) == size
    seen = decode(service.session().get(made["url"]).content)
    assert (seen.format, seen.size) == (format, size)
    if "exact" not in name:
        check_quarters(seen, tolerance=16)


def test_asking_for_a_variant_has_its_rules(service):
    session = service.session("premium")
    path = f"/v1/images/{upload(session)['id']}/variants"
    assert session.post(path, json={"variant": "h400"}).status_code == 201
    for name in ("original", "big", "", 200, None):
        invalid(session.post(path, json={"variant": name}), "variant")
    invalid(session.post(path, json={}), "variant")
    problem(session.post(path, json={"variant": "h9"}), 403, "tier_forbids")
    problem(session.post(path, json={"variant": "h400", "quality": 1}),
            400, "unknown_field")
    wide = new_user(service, any_size=True, max_side=500)
    path = f"/v1/images/{upload(wide)['id']}/variants"
    said = problem(wide.post(path, json={"variant": "w501"}),
                   403, "tier_forbids")
    assert "at most 500 pixels" in said["detail"]


def test_a_variant_of_a_large_picture_takes_its_time(service):
    """202 with Retry-After until the worker has made it; no link before."""
    session = new_user(service, any_size=True)
    image = settled(session, post_picture(session, large_picture()).json())
    with without(service, "worker"):
        asked = session.post(f"/v1/images/{image['id']}/variants",
                             json={"variant": "w100"})
        assert asked.status_code == 202
        assert int(asked.headers["Retry-After"]) > 0
        assert asked.json()["status"] == "processing"
        assert asked.json()["url"] is None
        got = session.get(variant_of(image, "w100"))
        assert (got.status_code, got.json()) == (202, asked.json())
        problem(session.post(links_of(image), json={"variant": "w100",
                                                    "expires_in": 300}),
                409, "conflict")
    wait_until(lambda: session.get(variant_of(image, "w100")).status_code
               == 200)
    assert session.get("/v1/images/" + image["id"]).json()["status"] == "ready"
