"""A client of resize_tasks, which knows no users: it sends a picture and a
size, polls its task and fetches the result."""

import uuid

import pytest

from api import without
from dialect import (TASKS, anonymous_disabled, none_is_lost, nobody,  # noqa
                     tier_with, with_dialects)
from pictures import broken_picture, check_quarters, decode, picture
from service import wait_until


def send(session, data=None, name="puffin.jpg", query="", headers=None,
         **fields):
    """POST /api/v1/images/resize"""
    return session.post("/api/v1/images/resize" + query, data=fields,
                        files={"file": (name, data or picture())},
                        headers=headers)


def look(session, task):
    """GET /api/v1/status/{task_id}"""
    answer = session.get("/api/v1/status/" + task)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"status"}
    return answer.json()["status"]


def fetch(session, task):
    """GET /api/v1/images/result/{task_id}"""
    return session.get("/api/v1/images/result/" + task)


def task_of(answer):
    assert answer.status_code == 202, answer.text
    said = answer.json()
    assert set(said) == {"message", "status", "task_id"}
    assert (said["message"], said["status"]) == ("Upload complete", "accepted")
    return said["task_id"]


def end_of(session, task):
    status = look(session, task)
    assert status in ("SENT", "STARTED", "RETRY", "SUCCESS", "FAILURE")
    return status if status in ("SUCCESS", "FAILURE") else None


def ended(session, task):
    return wait_until(lambda: end_of(session, task))


def refused(answer, status, message=None):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    said = answer.json()
    assert set(said) == {"result", "message"}
    assert said["result"] == "error"
    assert said["message"] == message or (message is None and said["message"])


@pytest.mark.parametrize("how", ["form", "query", "both"])
def test_a_picture_is_resized_and_fetched(nobody, how):
    """Exactly, the ratio is not kept; the form's size counts first."""
    if how == "form":
        answer = send(nobody, width=300, height=50)
    elif how == "query":
        answer = send(nobody, query="?width=300&height=50")
    else:
        answer = send(nobody, query="?width=300&height=9", height=50)
    task = task_of(answer)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert ended(nobody, task) == "SUCCESS"
    for _ in range(3):  # theirs vanished after one fetch
        got = fetch(nobody, task)
        assert got.status_code == 200
        assert got.headers["Content-Type"] == "image/jpeg"
        assert got.headers["Access-Control-Allow-Origin"] == "*"
        image = decode(got.content)
        assert image.size == (300, 50)
        check_quarters(image)
    assert look(nobody, task) == "SUCCESS"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "TIFF",
                                    "BMP"])
def test_the_result_has_the_sources_format(nobody, format):
    task = task_of(send(nobody, picture(format=format), "x", width=64,
                        height=64))
    assert ended(nobody, task) == "SUCCESS"
    image = decode(fetch(nobody, task).content)
    assert (image.size, image.format) == ((64, 64), format)


@pytest.mark.parametrize("width, height", [(1, 1), (1, 9999), (9999, 1)])
def test_sizes_have_bounds(nobody, width, height):
    task = task_of(send(nobody, width=width, height=height))
    assert ended(nobody, task) == "SUCCESS"
    assert decode(fetch(nobody, task).content).size == (width, height)


def test_the_largest_size_is_made_too(nobody):
    task = task_of(send(nobody, width=9999, height=9999))
    assert ended(nobody, task) == "SUCCESS"
    assert fetch(nobody, task).status_code == 200


def test_a_file_has_to_be_there(nobody):
    route, message = "/api/v1/images/resize", "No file given"
    for answer in (nobody.post(route),
                   nobody.post(route + "?width=0"),
                   nobody.post(route, data={"width": 10, "height": 10}),
                   nobody.post(route, files={"file": (None, "text")}),
                   nobody.post(route, files={"image": ("a", picture())})):
        refused(answer, 422, message)


@pytest.mark.parametrize("fields", [
    {}, {"width": 10}, {"height": 10}, {"width": 0, "height": 10},
    {"width": 10, "height": -1}, {"width": 10000, "height": 10},
    {"width": 10, "height": 10000}, {"width": "ten", "height": 10},
    {"width": 10, "height": "1.5"}, {"width": "", "height": 10},
])
def test_the_size_has_to_be_one(nobody, fields):
    """Before what the file is; a number that is none is no 500."""
    refused(send(nobody, b"no picture", **fields), 422, "Invalid size")


def test_the_file_has_to_be_a_picture(nobody):
    for data in (b"no picture", b"%PDF-1.7 neither", b"<svg/>"):
        refused(send(nobody, data, "a.jpg", width=10, height=10), 422,
                "Invalid extension")


def test_a_damaged_picture_fails(nobody):
    task = task_of(send(nobody, broken_picture(), width=10, height=10))
    assert ended(nobody, task) == "FAILURE"
    refused(fetch(nobody, task), 404, "Result not found")


def test_a_task_is_sent_first(service, nobody):
    with without(service, "worker"):
        task = task_of(send(nobody, width=10, height=10))
        assert look(nobody, task) == "SENT"
        refused(fetch(nobody, task), 404, "Result not found")
    assert ended(nobody, task) == "SUCCESS"


def test_a_task_that_is_tried_again(service, nobody):
    with without(service, "worker"):
        task = task_of(send(nobody, width=10, height=10))
        key = uuid.UUID(task).bytes
        service.query("UPDATE jobs SET attempts = 1 WHERE id = %s", key)
        assert look(nobody, task) == "RETRY"
        service.query("UPDATE jobs SET state = 'running', worker = 'gone',"
                      " lease_until = UTC_TIMESTAMP() WHERE id = %s", key)
        assert look(nobody, task) == "STARTED"
    assert ended(nobody, task) == "SUCCESS"


@pytest.mark.parametrize("task", [str(uuid.uuid4()), "1", "x" * 99])
def test_a_task_that_is_not_there(nobody, task):
    refused(nobody.get("/api/v1/status/" + task), 404, "Task not found")
    refused(fetch(nobody, task), 404, "Result not found")


def test_old_clients_may_send_more(nobody):
    task = task_of(send(nobody, query="?v=1", width=9, height=9, mode="x"))
    assert nobody.get(f"/api/v1/status/{task}?t=1").status_code == 200


@pytest.mark.parametrize("path", ["images/resize", "status/1",
                                  "images/result/1"])
def test_pages_of_any_site_may_use_it(nobody, path):
    """OPTIONS /api/v1/images/resize, OPTIONS /api/v1/status/{task_id},
    OPTIONS /api/v1/images/result/{task_id}: CORS preflights."""
    answer = nobody.options("/api/v1/" + path, headers={
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type"})
    assert answer.status_code == 204, answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"] == "*"


def test_a_method_that_it_has_not(nobody):
    answer = nobody.delete("/api/v1/images/resize")
    refused(answer, 405)
    assert answer.headers["Allow"] == "POST, OPTIONS"


def test_the_tier_of_anonymous_limits_it(service, nobody):
    with tier_with(service, "max_side", 100, "9999"):
        refused(send(nobody, width=101, height=10), 403)
        ended(nobody, task_of(send(nobody, width=100, height=10)))
    with tier_with(service, "max_bytes", 99, "none"):
        refused(send(nobody, width=9, height=9), 413)


def test_an_administrator_can_close_it(service, nobody):
    task = task_of(send(nobody, width=9, height=9))
    with anonymous_disabled(service):
        refused(send(nobody, width=9, height=9), 403)
        refused(nobody.get("/api/v1/status/" + task), 403)
        refused(fetch(nobody, task), 403)
    assert ended(nobody, task) == "SUCCESS"


def test_it_can_be_switched_off(service, nobody):
    with with_dialects(service, ""):
        answer = send(nobody, width=9, height=9)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
    task_of(send(nobody, width=9, height=9))


def test_no_task_is_lost(service, nobody):
    good, bad = picture(200, 150), broken_picture()

    def begin(session, number):
        return task_of(send(session, bad if number % 50 == 7 else good,
                            width=number % 90 + 1, height=60))

    counts = none_is_lost(service, begin, end_of)
    assert set(counts) == {"SUCCESS", "FAILURE"}
    assert counts["SUCCESS"] >= TASKS * 0.9
    assert service.ctl("fsck").returncode == 0
