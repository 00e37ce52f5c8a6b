"""A client of thumbnail_generator, which knows no users: it sends a picture
and polls its task."""

import uuid

import pytest

from api import without
from dialect import (TASKS, anonymous_disabled, none_is_lost, nobody,  # noqa
                     tier_with, with_dialects)
from pictures import (broken_picture, decode, encode, large_picture, picture,
                      png_of_size, quarters)
from service import wait_until

ROUTE = "/api/v1/thumbnail_generator/"


def send(session, data=None, name="puffin.jpg", route=ROUTE):
    """POST /api/v1/thumbnail_generator/"""
    return session.post(route, files={"image": (name, data or picture())})


def look(session, task):
    """GET /api/v1/thumbnail_generator/{task_id}"""
    answer = session.get(ROUTE + task)
    assert answer.status_code == 200, answer.text
    return answer.json()


def task_of(answer):
    assert answer.status_code == 202, answer.text
    said = answer.json()
    assert set(said) == {"status", "task_id", "message"}
    assert said["status"] == "success" and said["message"]
    return said["task_id"]


def ended(session, task):
    def state():
        said = look(session, task)
        return said if said["task_status"] != "PENDING" else None
    return wait_until(state)


def refused(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    said = answer.json()
    assert set(said) == {"status", "error_code", "message"}
    assert (said["status"], said["error_code"]) == ("failed", status)
    assert said["message"]
    return said


# POST /api/v1/ is the same.
@pytest.mark.parametrize("route", [ROUTE, "/api/v1/"])
def test_a_thumbnail_is_made_and_fetched(nobody, route):
    task = task_of(send(nobody, route=route))
    said = ended(nobody, task)
    assert set(said) == {"status", "task_id", "task_status", "message",
                         "image"}
    assert (said["status"], said["task_id"]) == ("success", task)
    assert said["task_status"] == "SUCCESS" and said["message"]
    assert set(said["image"]) == {"name", "image"}
    assert said["image"]["name"] == "puffin.jpg"
    got = nobody.get(said["image"]["image"])
    assert got.headers["Content-Type"] == "image/jpeg"
    assert decode(got.content).size == (100, 100)


@pytest.mark.parametrize("format, ending", [
    ("PNG", "png"), ("JPEG", "jpg"), ("TIFF", "tif"), ("BMP", "bmp"),
    ("GIF", "gif"),
])
def test_the_thumbnail_has_the_sources_format(nobody, format, ending):
    """And is 100x100 exactly, however large the source is."""
    for size in ((640, 480), (30, 300)):
        data = picture(*size, format=format)
        said = ended(nobody, task_of(send(nobody, data, "a.any")))
        assert said["image"]["name"] == "a." + ending
        image = decode(nobody.get(said["image"]["image"]).content)
        assert (image.size, image.format) == ((100, 100), format)


def test_of_a_moving_picture_the_first_frame_counts(nobody):
    frames = [quarters(), quarters(colours=((0, 0, 0),) * 4)]
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    said = ended(nobody, task_of(send(nobody, data)))
    image = decode(nobody.get(said["image"]["image"]).content)
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((25, 25)) != (0, 0, 0)


def test_a_large_picture_is_pending_first(service, nobody):
    with without(service, "worker"):
        task = task_of(send(nobody, large_picture()))
        said = look(nobody, task)
        assert (said["task_status"], said["status"]) == ("PENDING", "success")
        assert "image" not in said and said["message"]
    assert ended(nobody, task)["task_status"] == "SUCCESS"


def test_a_large_picture_that_is_damaged_fails(nobody):
    task = task_of(send(nobody, large_picture()[:-200]))
    said = ended(nobody, task)
    assert (said["task_status"], said["status"]) == ("FAILED", "success")
    assert "image" not in said and said["message"]


@pytest.mark.parametrize("data", [
    broken_picture(), b"%PDF-1.7 is none", b"\xff\xd8\xff\xd9",
    picture(format="WEBP"), png_of_size(6000, 6000),
], ids=["broken", "foreign", "empty", "webp", "huge"])
def test_what_is_damaged_or_not_supported_is_refused(nobody, data):
    refused(send(nobody, data), 400)


def test_an_image_has_to_be_there(nobody):
    for answer in (nobody.post(ROUTE),
                   nobody.post(ROUTE, files={"file": ("a.jpg", picture())}),
                   nobody.post(ROUTE, files={"image": (None, "text")}),
                   nobody.post(ROUTE, data={"image": "text"}),
                   nobody.post(ROUTE, json={"image": "text"})):
        refused(answer, 400)


def test_old_clients_may_send_more(nobody):
    answer = nobody.post(ROUTE + "?v=1", data={"size": "100"},
                         files={"image": ("a.jpg", picture())})
    task = task_of(answer)
    assert nobody.get(ROUTE + task + "?t=1").status_code == 200


@pytest.mark.parametrize("task", [str(uuid.uuid4()), "1", "x" * 99])
def test_a_task_that_is_not_there(nobody, task):
    answer = nobody.get(ROUTE + task)
    assert answer.status_code == 404
    said = answer.json()
    assert set(said) == {"status", "task_id", "message"}
    assert (said["status"], said["task_id"]) == ("failed", task)


def test_the_tasks_of_users_are_none_of_its(service, nobody):
    session = service.session("premium")
    job = session.post("/v1/resize", data={"height": 200},
                       files={"file": picture()}).json()
    assert nobody.get(ROUTE + job["id"]).status_code == 404


def test_a_method_that_it_has_not(nobody):
    answer = nobody.delete(ROUTE + "1")
    refused(answer, 405)
    assert answer.headers["Allow"] == "GET, HEAD"


def test_the_tier_of_anonymous_limits_it(service, nobody):
    with tier_with(service, "max_bytes", 99, "none"):
        refused(send(nobody), 413)
    with tier_with(service, "quota_bytes", 1, "none"):
        refused(send(nobody), 403)
    with tier_with(service, "any_size", "no", "yes"):
        ended(nobody, task_of(send(nobody)))


def test_an_administrator_can_close_it(service, nobody):
    task = task_of(send(nobody))
    with anonymous_disabled(service):
        refused(send(nobody), 403)
        refused(nobody.get(ROUTE + task), 403)
    assert look(nobody, task)["task_status"] == "SUCCESS"


def test_it_can_be_switched_off(service, nobody):
    """By the setting dialects: then nothing is there."""
    with with_dialects(service, "image_api resize_tasks"):
        answer = send(nobody)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
    task_of(send(nobody))


def test_its_images_are_hidden_from_lists(service, nobody):
    task = task_of(send(nobody))
    kind = service.query("SELECT i.kind FROM images i JOIN jobs j"
                         " ON j.image_id = i.id WHERE j.id = %s",
                         uuid.UUID(task).bytes)
    assert kind == (("resize",),)


def test_no_task_is_lost(service, nobody):
    data = [picture(200, 150), picture(90, 120, format="PNG"),
            large_picture()[:-200]]

    def begin(session, number):
        return task_of(send(session, data[2 if number % 50 == 7
                                          else number % 2]))

    def end(session, task):
        status = look(session, task)["task_status"]
        return status if status != "PENDING" else None

    counts = none_is_lost(service, begin, end)
    assert set(counts) == {"SUCCESS", "FAILED"}
    assert counts["SUCCESS"] >= TASKS * 0.9
    assert service.ctl("fsck").returncode == 0
