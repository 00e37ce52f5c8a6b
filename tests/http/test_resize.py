"""Resizes: a picture in a size of the caller's choice, by a job."""

import pytest

from api import (at_once, invalid, new_user, post_picture, problem, upload,
                 without)
from pictures import (broken_picture, check_quarters, decode, encode,
                      large_picture, picture)
from service import wait_until

LATER = {"Prefer": "respond-async"}


def resizer(service, **columns):
    return new_user(service, any_size=True, **columns)


def resize(session, data=None, name="picture.jpg", headers=None, **fields):
    return session.post("/v1/resize", headers=headers, data=fields,
                        files={"file": (name, data or picture())})


def resized(session, data=None, **fields):
    """The job of one that was small, and the picture."""
    answer = resize(session, data, **fields)
    assert answer.status_code == 201, answer.text
    job = answer.json()
    got = session.get(job["result_url"])
    assert got.status_code == 200, got.text
    return job, got


def ended(session, job):
    def look():
        now = session.get("/v1/jobs/" + job["id"]).json()
        return now if now["state"] not in ("queued", "running") else None
    return wait_until(look)


def files_of(service, job):
    key = job["image"].replace("-", "")
    return [file.name.partition(".")[2] for file in service.objects()
            if file.name.startswith(key)]


def test_a_small_one_is_done_at_once(service):
    """POST /v1/resize: 201 with the job; GET /v1/jobs/{id}/result: the
    bytes."""
    session = resizer(service)
    answer = resize(session, width=320, height=200)
    assert answer.status_code == 201, answer.text
    job = answer.json()
    assert answer.headers["Location"].endswith("/v1/jobs/" + job["id"])
    assert (job["kind"], job["state"]) == ("resize", "done")
    assert (job["priority"], job["attempts"]) == ("normal", 1)
    assert job["created_at"] and job["started_at"] and job["finished_at"]
    assert job["error"] is None
    assert job["result_url"].endswith(f"/v1/jobs/{job['id']}/result")
    assert session.get("/v1/jobs/" + job["id"]).json() == job
    got = session.get(f"/v1/jobs/{job['id']}/result")
    assert got.headers["Content-Type"] == "image/jpeg"
    assert 'filename="picture.jpg"' in got.headers["Content-Disposition"]
    image = decode(got.content)
    assert image.size == (267, 200)
    check_quarters(image)
    part = session.get(job["result_url"], headers={"Range": "bytes=0-2"})
    assert (part.status_code, part.content) == (206, b"\xff\xd8\xff")


@pytest.mark.parametrize("fields, size, format", [
    ({"width": 64}, (64, 48), "JPEG"),
    ({"height": 48, "format": "webp"}, (64, 48), "WEBP"),
    ({"width": 100, "height": 100, "fit": "inside"}, (100, 75), "JPEG"),
    ({"width": 100, "height": 100, "fit": "cover"}, (100, 100), "JPEG"),
    ({"width": 50, "height": 100, "fit": "exact", "format": "png"},
     (50, 100), "PNG"),
    ({"width": 700, "height": 500, "fit": "exact", "format": "gif"},
     (700, 500), "GIF"),
    ({"width": 100, "format": "tiff"}, (100, 75), "TIFF"),
    ({"width": 100, "format": "bmp"}, (100, 75), "BMP"),
    ({"width": 9999, "height": 9999}, (640, 480), "JPEG"),
])
def test_sizes_fits_and_formats(service, fields, size, format):
    session = resizer(service, max_side=16383)
    image = decode(resized(session, **fields)[1].content)
    assert (image.size, image.format) == (size, format)


@pytest.mark.parametrize("format", ["jpeg", "webp"])
def test_quality_is_the_callers(service, format):
    session = resizer(service)
    noise = decode(picture(format="PNG")).resize((64, 48))
    noise = noise.effect_spread(20)
    data = encode(noise, "PNG")
    sizes = [len(resized(session, data, width=64, format=format,
                         **({"quality": quality} if quality else {}))[1]
                 .content)
             for quality in (5, None, 100)]
    assert sizes[0] < sizes[1] < sizes[2], sizes


def test_a_large_one_waits_for_a_worker(service):
    """202 with Retry-After, for the job and for its result, until it is
    there."""
    session = resizer(service)
    with without(service, "worker"):
        answer = resize(session, large_picture(), width=99)
        assert answer.status_code == 202, answer.text
        assert answer.headers["Retry-After"] == "1"
        job = answer.json()
        assert (job["state"], job["result_url"]) == ("queued", None)
        waiting = session.get(f"/v1/jobs/{job['id']}/result")
        assert waiting.status_code == 202
        assert waiting.headers["Retry-After"] == "1"
        assert waiting.json() == job
    job = ended(session, job)
    assert job["state"] == "done"
    assert decode(session.get(job["result_url"]).content).size == (99, 87)


def test_what_is_enlarged_much_is_large_too(service):
    session = resizer(service, max_side=16383)
    answer = resize(session, width=4000, height=4000, fit="exact")
    assert answer.status_code == 202, answer.text
    job = ended(session, answer.json())
    assert job["state"] == "done"
    assert decode(session.get(job["result_url"]).content).size == (4000, 4000)


def test_quality_is_kept_for_the_worker(service):
    session = resizer(service)
    jobs = [resize(session, width=300, quality=quality, headers=LATER).json()
            for quality in (1, 100)]
    low, high = (len(session.get(ended(session, job)["result_url"]).content)
                 for job in jobs)
    assert low < high


PRIORITIES = "high", "normal", "low"


@pytest.mark.parametrize("highest", PRIORITIES)
@pytest.mark.parametrize("priority", PRIORITIES)
def test_priority_is_the_callers_up_to_the_tiers(service, highest, priority):
    session = resizer(service, priority=PRIORITIES.index(highest))
    answer = resize(session, width=9)
    assert answer.json()["priority"] == highest
    answer = resize(session, width=9, priority=priority)
    if PRIORITIES.index(priority) < PRIORITIES.index(highest):
        why = problem(answer, 403, "tier_forbids")
        assert f"at most {highest}" in why["detail"]
    else:
        assert answer.json()["priority"] == priority


def test_the_high_ones_are_first(service):
    session = resizer(service, priority=0)
    with without(service, "worker"):
        jobs = [resize(session, width=9, priority=priority,
                       headers=LATER).json()
                for priority in ("low", "low", "high")]
        assert all(job["state"] == "queued" for job in jobs)
    low, _, high = [ended(session, job) for job in jobs]
    assert high["started_at"] <= low["started_at"]


@pytest.mark.parametrize("fields, field", [
    ({}, "width"), ({"width": 0}, "width"), ({"width": "x"}, "width"),
    ({"height": 16384}, "height"), ({"width": ""}, "width"),
    ({"width": 10, "fit": "cover"}, "height"),
    ({"height": 10, "fit": "exact"}, "width"),
    ({"width": 10, "fit": "fill"}, "fit"),
    ({"width": 10, "format": "svg"}, "format"),
    ({"width": 10, "quality": 0}, "quality"),
    ({"width": 10, "quality": 101}, "quality"),
    ({"width": 10, "priority": "urgent"}, "priority"),
])
def test_nonsense_is_refused(service, fields, field):
    invalid(resize(resizer(service), **fields), field)


def test_what_is_not_known_or_not_there_is_refused(service):
    session = resizer(service)
    problem(resize(session, width=10, colour="red"), 400, "unknown_field")
    problem(session.post("/v1/resize?width=10"), 400, "unknown_field")
    invalid(session.post("/v1/resize", files={"width": (None, "10")}), "file")
    answer = session.post("/v1/resize", data={"width": 10},
                          files={"picture": ("a.jpg", picture())})
    detail = problem(answer, 400, "unknown_field")["detail"]
    assert '"file" or "image"' in detail
    problem(resize(session, b"%PDF-1.7 is no picture", width=10), 415,
            "unsupported_format")
    problem(resize(session, broken_picture(), width=10), 422, "corrupt_image")
    problem(service.session().post("/v1/resize"), 401, "unauthenticated")


@pytest.mark.parametrize("name", ["file", "image"])
def test_the_file_has_either_name(service, name):
    answer = resizer(service).post("/v1/resize", data={"width": 10},
                                   files={name: ("a.jpg", picture())})
    assert answer.status_code == 201, answer.text


def test_the_tier_decides_on_sizes(service):
    session = new_user(service)
    resized(session, height=200)
    resized(session, height=200, format="webp")
    problem(resize(session, height=201), 403, "tier_forbids")
    session = resizer(service, max_side=500)
    resized(session, width=500, height=500)
    problem(resize(session, width=501), 403, "tier_forbids")


def test_a_lowered_tier_loses_results_at_once(service):
    session = resizer(service)
    job, _ = resized(session, width=77)
    service.query("UPDATE tiers SET any_size = FALSE WHERE name = %s",
                  session.auth[0])
    problem(session.get(job["result_url"]), 403, "tier_forbids")


def test_a_resize_counts_but_is_in_no_list(service):
    """Of images: jobs list it. It is deleted as an image is."""
    session = resizer(service)
    job, _ = resized(session, width=77)
    assert session.get("/v1/images").json()["items"] == []
    image = session.get("/v1/images/" + job["image"]).json()
    assert image["status"] == "ready"
    usage = session.get("/v1/me").json()["usage"]
    assert (usage["images"], usage["bytes"]) == (1, image["bytes"])
    assert [one["id"] for one in session.get("/v1/jobs").json()["items"]] == \
        [job["id"]]
    assert session.delete("/v1/images/" + job["image"]).status_code == 204
    problem(session.get(job["result_url"]), 404, "not_found")
    assert session.get("/v1/me").json()["usage"]["bytes"] == 0
    assert not files_of(service, job)


def test_quota_holds_for_resizes(service):
    session = resizer(service, quota_bytes=10)
    problem(resize(session, width=9), 403, "quota_exceeded")


def test_results_of_others_do_not_exist(service):
    job, _ = resized(resizer(service), width=77)
    for path in (f"/v1/jobs/{job['id']}/result",
                 "/v1/jobs/1/result"):
        problem(service.session("admin").get(path), 404, "not_found")
    problem(service.session("admin").post(f"/v1/jobs/{job['id']}/cancel"),
            404, "not_found")


def test_a_failed_one_says_why(service):
    session = resizer(service)
    job = resize(session, broken_picture(), width=9, headers=LATER).json()
    assert ended(session, job)["state"] == "failed"
    said = problem(session.get(f"/v1/jobs/{job['id']}/result"), 409,
                   "job_failed")
    assert said["detail"] == ended(session, job)["error"]["detail"]


def test_an_uploads_job_has_no_single_result(service):
    session = new_user(service)
    image = post_picture(session, headers=LATER).json()
    job = ended(session, image["job"])
    problem(session.get(f"/v1/jobs/{job['id']}/result"), 404, "not_found")
    upload(session)


def test_a_queued_job_is_cancelled(service):
    """POST /v1/jobs/{id}/cancel: 200 once, then 409; a retry undoes it."""
    session = resizer(service)
    with without(service, "worker"):
        job = resize(session, width=9, headers=LATER).json()
        path = f"/v1/jobs/{job['id']}/cancel"
        answer = session.post(path)
        assert answer.status_code == 200, answer.text
        assert answer.json()["state"] == "cancelled"
        assert answer.json()["finished_at"]
        problem(session.post(path), 409, "conflict")
        problem(session.get(f"/v1/jobs/{job['id']}/result"), 409,
                "job_failed")
        image = session.get("/v1/images/" + job["image"]).json()
        assert (image["status"], image["error"]["code"]) == \
            ("failed", "job_failed")
    assert service.ctl("fsck").returncode == 0
    service.ctl("job", "retry", job["id"])
    assert ended(session, job)["state"] == "done"
    assert session.get(f"/v1/jobs/{job['id']}/result").status_code == 200


def test_a_done_job_is_not_cancelled(service):
    session = resizer(service)
    job, _ = resized(session, width=9)
    problem(session.post(f"/v1/jobs/{job['id']}/cancel"), 409, "conflict")
    assert session.get(job["result_url"]).status_code == 200


def test_a_running_job_is_cancelled(service):
    """What its worker makes all the same is thrown away."""
    session = resizer(service, max_side=16383)
    job = resize(session, large_picture(), width=6000, height=6000,
                 fit="exact", format="png").json()

    def state():
        return session.get("/v1/jobs/" + job["id"]).json()["state"]

    wait_until(lambda: state() == "running")
    assert session.post(f"/v1/jobs/{job['id']}/cancel").status_code == 200
    wait_until(lambda: [event for event in service.events("worker")
                        if event.get("id") == job["id"] and
                        event.get("event") == "job"])
    assert state() == "cancelled"
    assert files_of(service, job) == ["original"]
    assert service.ctl("fsck").returncode == 0


def test_cancelling_at_once_cancels_once(service):
    session = resizer(service)
    with without(service, "worker"):
        job = resize(session, width=9, headers=LATER).json()
        answers = at_once(8, lambda: session.post(
            f"/v1/jobs/{job['id']}/cancel").status_code)
    assert sorted(answers) == [200] + [409] * 7
