"""Jobs: what a worker was left to do, and how it went."""

import pytest

from api import (invalid, new_user, post_picture, problem, settled, upload,
                 without)
from pictures import broken_picture, picture

FIELDS = {"id", "kind", "state", "priority", "attempts", "max_attempts",
          "created_at", "started_at", "finished_at", "error", "image",
          "result_url"}
LATER = {"Prefer": "respond-async"}


def later(session, data=None):
    answer = post_picture(session, data, headers=LATER)
    assert answer.status_code == 202, answer.text
    return answer.json()


def test_a_job_is_queued_and_done(service):
    """GET /v1/jobs/{id}: of the kind render, until the variants are there."""
    session = new_user(service)
    with without(service, "worker"):
        image = later(session)
        path = "/v1/jobs/" + image["job"]["id"]
        job = session.get(path).json()
        assert set(job) == FIELDS
        assert (job["kind"], job["state"]) == ("render", "queued")
        assert (job["attempts"], job["max_attempts"]) == (0, 3)
        assert job["priority"] == "normal"
        assert job["image"] == image["id"]
        assert job["created_at"]
        assert job["started_at"] is job["finished_at"] is None
        assert job["error"] is job["result_url"] is None
    assert settled(session, image)["status"] == "ready"
    job = session.get(path).json()
    assert (job["state"], job["attempts"]) == ("done", 1)
    assert job["started_at"] <= job["finished_at"]
    assert job["error"] is None
    assert session.get(job["result_url"]).json()["id"] == image["id"]


def test_a_job_fails_with_a_reason(service):
    session = new_user(service)
    image = later(session, broken_picture())
    assert settled(session, image)["status"] == "failed"
    job = session.get("/v1/jobs/" + image["job"]["id"]).json()
    assert job["state"] == "failed"
    assert job["error"]["code"] == "corrupt_image" and job["error"]["detail"]
    assert job["attempts"] == 1, "damage does not heal"
    assert job["result_url"] is None


def test_jobs_are_listed(service):
    """GET /v1/jobs: newest first, by state, in pages."""
    session = new_user(service)
    assert session.get("/v1/jobs").json() == {"items": [], "next": None}
    upload(session)
    images = [later(session, data) for data in
              (picture(), broken_picture(), picture())][::-1]
    for image in images:
        settled(session, image)
    ids = [image["job"]["id"] for image in images]

    def listed(query):
        answer = session.get("/v1/jobs" + query)
        assert answer.status_code == 200
        return [job["id"] for job in answer.json()["items"]]

    assert listed("") == ids
    assert listed("?state=done") == [ids[0], ids[2]]
    assert listed("?state=failed") == [ids[1]]
    assert listed("?state=queued") == listed("?state=cancelled") == []
    page = session.get("/v1/jobs?limit=2")
    assert page.headers["Link"] == f'<{page.json()["next"]}>; rel="next"'
    rest = session.get(page.json()["next"]).json()
    assert [job["id"] for job in rest["items"]] == ids[2:]
    assert rest["next"] is None


@pytest.mark.parametrize("query, field", [
    ("state=waiting", "state"), ("state=", "state"), ("limit=0", "limit"),
    ("cursor=?", "cursor"),
])
def test_a_list_of_jobs_takes_no_nonsense(service, query, field):
    invalid(service.session("basic").get("/v1/jobs?" + query), field)


def test_jobs_of_others_do_not_exist(service):
    image = later(service.session("premium"))
    path = "/v1/jobs/" + image["job"]["id"]
    for user in ("other", "admin"):
        session = service.session(user)
        problem(session.get(path), 404, "not_found")
        assert image["job"]["id"] not in \
            [job["id"] for job in session.get("/v1/jobs").json()["items"]]
    for name in ("1", image["id"], "01900000-0000-7000-8000-00000000dead"):
        problem(service.session("premium").get("/v1/jobs/" + name),
                404, "not_found")


def files_of(service, image):
    key = image["id"].replace("-", "")
    return [file for file in service.objects() if file.name.startswith(key)]


def test_who_deletes_an_image_cancels_its_job(service):
    """And nothing of it is made afterwards."""
    session = new_user(service)
    with without(service, "worker"):
        image = later(session)
        assert len(files_of(service, image)) == 1
        assert session.delete("/v1/images/" + image["id"]).status_code == 204
        job = session.get("/v1/jobs/" + image["job"]["id"]).json()
        assert (job["state"], job["image"]) == ("cancelled", None)
    settled(session, later(session))
    job = session.get("/v1/jobs/" + image["job"]["id"]).json()
    assert job["state"] == "cancelled"
    assert not files_of(service, image)
