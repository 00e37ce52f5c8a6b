"""Limits: of a tier, of the service and of the web server, each exact."""

import os

import pytest

from api import (at_once, is_back, new_user, post_picture, problem, speak,
                 upload)
from pictures import encode, picture, png_of_size, quarters
from service import wait_until


def raw(session, data):
    return session.post("/v1/images", data=data,
                        headers={"Content-Type": "image/jpeg"})


def test_a_file_has_at_most_the_bytes_of_the_tier(service):
    """413 too_large beyond max_bytes, however the file comes."""
    data = picture()
    session = new_user(service, max_bytes=len(data))
    assert session.get("/v1/me").json()["limits"]["max_bytes"] == len(data)
    upload(session, data)
    assert raw(session, data).status_code == 201
    problem(raw(session, data + b"\0"), 413, "too_large")
    problem(raw(session, iter([data, b"\0"])), 413, "too_large")
    problem(post_picture(session, data + b"\0"), 413, "too_large")
    assert session.get("/v1/me").json()["usage"]["images"] == 2


def test_the_web_server_stops_what_is_too_large(service):
    """At its limit, which is the setting max_upload, before any of it came."""
    limit = int(service.setting("max_upload"))
    answer = speak(service, "POST /v1/images HTTP/1.1",
                   "Content-Type: image/jpeg",
                   f"Content-Length: {limit + 1024}")
    problem(answer, 413, "too_large")


def test_a_picture_has_at_most_the_pixels_of_the_tier(service):
    session = new_user(service, max_pixels=640 * 480)
    upload(session, picture(480, 640))
    problem(post_picture(session, picture(481, 640)),
            422, "too_many_pixels")


def test_the_built_in_tiers_differ_in_pixels(service):
    data = png_of_size(5000, 5000)
    problem(post_picture(service.session("basic"), data),
            422, "too_many_pixels")
    assert post_picture(service.session("premium"), data).status_code == 202
    assert [service.session(user).get("/v1/me").json()["limits"]["max_pixels"]
            for user in ("basic", "premium", "enterprise")] == \
        [24000000, 50000000, 200000000]


@pytest.mark.parametrize("width, height", [(20000, 20000), (65536, 1)])
def test_no_picture_is_larger_than_the_service_takes(service, width, height):
    """413 too_large by the settings max_pixels and max_side, read from the
    header alone."""
    session = new_user(service, max_pixels=None)
    problem(post_picture(session, png_of_size(width, height)),
            413, "too_large")


def test_a_jpeg_has_at_most_100_scans(service):
    """The setting max_scans: each scan is a pass over the picture."""
    data = encode(quarters(), progressive=True)
    scan = data[data.rindex(b"\xff\xda"):-2]
    upload(service.session("basic"), data)
    problem(post_picture(service.session("basic"),
                         data[:-2] + 100 * scan + data[-2:]),
            413, "too_large")


def test_the_quota_is_exact_for_parallel_uploads(service):
    """Of 12 uploads at once into room for 5, exactly 5 get in."""
    data = picture()
    session = new_user(service, quota_bytes=5 * len(data) + 1)

    answers = at_once(12, lambda: post_picture(
        service.session(session.auth[0]), data))
    refused = [a for a in answers if a.status_code != 201]
    for answer in refused:
        problem(answer, 403, "quota_exceeded")
    assert len(refused) == 7
    usage = session.get("/v1/me").json()["usage"]
    assert (usage["images"], usage["bytes"]) == (5, 5 * len(data))

    first = session.get("/v1/images").json()["items"][0]
    assert session.delete("/v1/images/" + first["id"]).status_code == 204
    upload(session, data)
    problem(post_picture(session, data), 403, "quota_exceeded")


def test_the_uploads_of_a_day_are_counted(service):
    """Exact too, and deleting gives none back; the next day does."""
    session = new_user(service, uploads_per_day=3)
    answers = at_once(8, lambda: post_picture(
        service.session(session.auth[0])))
    made = [a.json() for a in answers if a.status_code == 201]
    assert len(made) == 3
    assert session.get("/v1/me").json()["usage"]["uploads_today"] == 3
    session.delete("/v1/images/" + made[0]["id"])
    problem(post_picture(session), 403, "quota_exceeded")

    service.query("UPDATE users SET uploads_day = uploads_day - INTERVAL 1 DAY"
                  " WHERE username = %s", session.auth[0])
    assert session.get("/v1/me").json()["usage"]["uploads_today"] == 0
    upload(session)
    assert session.get("/v1/me").json()["usage"]["uploads_today"] == 1


def test_a_full_store_takes_nothing_more(service):
    """507 storage_full below the setting store_reserve; reading goes on."""
    space = os.statvfs(service.store)
    if space.f_bavail >= space.f_blocks * 0.9:
        pytest.skip("more than 90 % of the store's file system is free")
    session = service.session("premium")
    image = upload(session)
    service.restart("fcgi", store_reserve=90)
    try:
        answer = post_picture(session)
        problem(answer, 507, "storage_full")
        assert int(answer.headers["Retry-After"]) > 0
        problem(session.get("/readyz"), 503, "unavailable")
        assert session.get(image["original"]["url"]).status_code == 200
    finally:
        service.restart("fcgi")
        wait_until(lambda: is_back(service))
    upload(session)
