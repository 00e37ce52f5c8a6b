"""Jobs of all users, workers and statistics, for administrators."""

import json
import os
import signal
import time

import pytest

from api import (invalid, make_token, new_user, post_picture, problem,
                 settled, upload, wait_until_idle, without)
from pictures import broken_picture
from service import wait_until

JOBS = "/v1/admin/jobs"
WORKERS = "/v1/admin/workers"
STATS = "/v1/admin/stats"
LATER = {"Prefer": "respond-async"}


@pytest.fixture
def admin(service):
    return service.session("admin")


def later(session, data=None):
    answer = post_picture(session, data, headers=LATER)
    assert answer.status_code == 202, answer.text
    return answer.json()


def failed_image(session):
    image = settled(session, later(session, broken_picture()))
    assert image["status"] == "failed"
    return image


def test_jobs_of_all_users_are_listed(service, admin):
    """GET /v1/admin/jobs: newest first, by state and kind, in pages."""
    sessions = [new_user(service) for _ in range(3)]
    images = [later(session) for session in sessions]
    for session, image in zip(sessions, images):
        settled(session, image)
    page = admin.get(JOBS + "?limit=2&kind=render")
    assert page.headers["Link"] == f'<{page.json()["next"]}>; rel="next"'
    items = page.json()["items"] + \
        admin.get(page.json()["next"]).json()["items"]
    assert [job["id"] for job in items[:3]] == \
        [image["job"]["id"] for image in images[::-1]]
    job = items[2]
    own = sessions[0].get("/v1/jobs/" + job["id"]).json()
    assert own.items() <= job.items()
    assert job["user"] == sessions[0].get("/v1/me").json()["id"]
    assert set(job) - set(own) == {"user", "worker"} and job["worker"]

    def listed(query):
        return admin.get(JOBS + query).json()["items"]

    def printed(*words):
        return [job["id"] for job in json.loads(service.ctl(
            "--json", "job", "list", *words).stdout)]

    assert printed("--kind", "render", "--limit", "3") == \
        [image["job"]["id"] for image in images[::-1]]
    assert printed("--kind", "render", "--state", "queued") == []
    assert listed("?kind=none") == printed("--kind", "none") == []
    assert {job["state"] for job in listed("?state=done")} == {"done"}
    assert job["id"] not in [job["id"] for job in listed("?state=queued")]
    invalid(admin.get(JOBS + "?state=waiting"), "state")
    invalid(admin.get(JOBS + "?limit=101"), "limit")
    for user in (job["user"], sessions[0].auth[0]):
        assert [one["id"] for one in listed(f"?user={user}")] == [job["id"]]
    assert printed("--user", sessions[0].auth[0]) == [job["id"]]
    invalid(admin.get(JOBS + "?user=none such"), "user")


def test_a_priority_is_changed(service, admin):
    """PATCH /v1/admin/jobs/{id}: while the job is queued; and ?priority=."""
    session = new_user(service)
    with without(service, "worker"):
        job = later(session)["job"]["id"]
        path = f"{JOBS}/{job}"
        user = session.auth[0]
        for priority in ("low", "high"):
            answer = admin.patch(path, json={"priority": priority})
            assert answer.status_code == 200, answer.text
            assert answer.json()["priority"] == priority
        found = admin.get(JOBS, params={"user": user, "priority": "high"})
        assert [one["id"] for one in found.json()["items"]] == [job]
        assert not admin.get(JOBS, params={
            "user": user, "priority": "low"}).json()["items"]
        printed = json.loads(service.ctl(
            "--json", "job", "priority", job, "normal").stdout)
        assert printed["priority"] == "normal"
        assert json.loads(service.ctl("--json", "job", "list", "--user", user,
                                      "--priority", "high").stdout) == []
    lines = admin.get("/v1/admin/audit", params={"subject": job})
    assert [(line["action"], line["detail"]) for line in
            lines.json()["items"]] == [("job.priority", "normal"),
                                       ("job.priority", "high"),
                                       ("job.priority", "low")]
    invalid(admin.patch(path, json={"priority": "urgent"}), "priority")
    invalid(admin.patch(path, json={}), "priority")
    invalid(admin.get(JOBS + "?priority=urgent"), "priority")
    wait_until_idle(service)
    problem(admin.patch(path, json={"priority": "low"}), 409, "conflict")


def test_a_job_of_any_user_is_cancelled(service, admin):
    """POST /v1/admin/jobs/{id}/cancel: its image fails; in the audit."""
    session = new_user(service)
    with without(service, "worker"):
        image = later(session)
        path = f"{JOBS}/{image['job']['id']}/cancel"
        answer = admin.post(path)
        assert answer.status_code == 200, answer.text
        assert answer.json()["state"] == "cancelled"
        problem(admin.post(path), 409, "conflict")
    assert session.get("/v1/images/" + image["id"]).json()["status"] == \
        "failed"
    line, = admin.get("/v1/admin/audit?action=job.cancel&limit=1").json()[
        "items"]
    assert (line["actor"], line["subject"]) == ("admin", image["job"]["id"])


def test_a_failed_job_is_tried_again(service, admin):
    """POST /v1/admin/jobs/{id}/retry: queued again, and in the audit."""
    session = new_user(service)
    image = failed_image(session)
    path = f"{JOBS}/{image['job']['id']}/retry"
    with without(service, "worker"):
        answer = admin.post(path)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["state"], answer.json()["attempts"]) == \
            ("queued", 0)
        assert session.get("/v1/images/" + image["id"]).json()["status"] == \
            "processing"
        problem(admin.post(path), 409, "conflict")
    assert settled(session, image)["status"] == "failed"
    line, = admin.get("/v1/admin/audit?action=job.retry&limit=1").json()[
        "items"]
    assert (line["actor"], line["subject"], line["detail"]) == \
        ("admin", image["job"]["id"], "render")

    session.delete("/v1/images/" + image["id"])
    problem(admin.post(path), 409, "conflict")
    for name in ("1", "01900000-0000-7000-8000-00000000dead"):
        problem(admin.post(f"{JOBS}/{name}/retry"), 404, "not_found")


def test_a_job_of_a_kind_of_another_version_is_tried_again(service):
    """job show and job retry have no name for the kind, and the worker fails
    the job again."""
    session = new_user(service)
    image = failed_image(session)
    job = image["job"]["id"]
    service.query("UPDATE jobs SET kind = 'foreign' WHERE id = UNHEX(%s)",
                  job.replace("-", ""))
    with without(service, "worker"):
        assert json.loads(service.ctl("--json", "job", "show", job).stdout)[
            "kind"] == "unknown"
        shown = json.loads(service.ctl("--json", "job", "retry", job).stdout)
        assert (shown["kind"], shown["state"]) == ("unknown", "queued")
        line, = json.loads(service.ctl("--json", "audit", "--limit",
                                       "1").stdout)
        assert (line["subject"], line["detail"]) == (job, "unknown")
    wait_until(lambda: service.query(
        "SELECT state FROM jobs WHERE kind = 'foreign'") == (("failed",),))
    service.query("UPDATE jobs SET kind = 'render' WHERE kind = 'foreign'")
    assert settled(session, image)["status"] == "failed"


def workers(admin):
    answer = admin.get(WORKERS)
    assert answer.status_code == 200 and answer.json()["next"] is None
    return {worker["pid"]: worker for worker in answer.json()["items"]}


def test_workers_are_listed(service, admin):
    """GET /v1/admin/workers, and pixtierctl worker list: who is there, and
    what each has done."""
    service.restart("worker")
    pids = set(service.children("worker"))
    wait_until(lambda: pids <= set(workers(admin)))
    worker = workers(admin)[min(pids)]
    assert list(worker) == ["name", "host", "pid", "alive", "started_at",
                            "seen_at", "jobs_done", "jobs_failed", "job"]
    assert worker["alive"] is True and worker["job"] is None
    assert worker["name"].startswith(worker["host"][:40] + f":{min(pids)}:")
    assert worker["started_at"] <= worker["seen_at"]

    def ended(field):
        return sum(worker[field] for worker in workers(admin).values())

    done, failed = ended("jobs_done"), ended("jobs_failed")
    session = new_user(service)
    settled(session, later(session))
    failed_image(session)
    # Jobs of earlier tests may end now, too.
    wait_until(lambda: ended("jobs_done") > done)
    wait_until(lambda: ended("jobs_failed") > failed)
    assert {worker["pid"] for worker in
            json.loads(service.ctl("--json", "worker", "list").stdout)} == \
        set(workers(admin))


def test_a_worker_that_stops_is_gone_and_one_that_died_is_not_alive(
        service, admin):
    pids = service.children("worker")
    wait_until(lambda: set(pids) <= set(workers(admin)))
    os.kill(pids[0], signal.SIGKILL)
    service.query("UPDATE workers SET seen_at = seen_at - INTERVAL 1 MINUTE"
                  " WHERE pid = %s", pids[0])
    assert workers(admin)[pids[0]]["alive"] is False
    service.query("UPDATE workers SET seen_at = seen_at - INTERVAL 1 HOUR"
                  " WHERE pid = %s", pids[0])
    with without(service, "worker"):
        assert set(workers(admin)) & set(pids) <= {pids[0]}
    wait_until(lambda: pids[0] not in workers(admin))


def test_what_a_worker_has_in_hand_is_shown(service, admin):
    wait_until_idle(service)
    wait_until(lambda: workers(admin))
    name = next(iter(workers(admin).values()))["name"]
    session = new_user(service)
    image = later(session)
    settled(session, image)
    key = image["job"]["id"].replace("-", "")
    service.query("UPDATE jobs SET state = 'running', worker = %s,"
                  " lease_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR"
                  " WHERE id = UNHEX(%s)", name, key)
    jobs = {worker["name"]: worker["job"]
            for worker in workers(admin).values()}
    assert jobs[name] == {"id": image["job"]["id"], "kind": "render"}
    assert admin.get(STATS).json()["jobs"]["running"] == 1
    service.query("UPDATE jobs SET state = 'done', lease_until = NULL"
                  " WHERE id = UNHEX(%s)", key)
    assert not any(worker["job"] for worker in workers(admin).values())


def test_statistics(service, admin):
    """GET /v1/admin/stats, and pixtierctl stats."""
    wait_until_idle(service)
    before = admin.get(STATS).json()
    assert before["users"]["all"] == service.query(
        "SELECT COUNT(*) FROM users")[0][0]
    assert before["users"]["administrators"] >= 1
    session = new_user(service)
    image = upload(session)
    failed_image(session)
    now = admin.get(STATS).json()
    assert now["users"]["all"] == before["users"]["all"] + 1
    assert now["images"]["ready"] == before["images"]["ready"] + 1
    assert now["images"]["failed"] == before["images"]["failed"] + 1
    assert now["jobs"]["failed"] == before["jobs"]["failed"] + 1
    assert now["bytes"]["originals"] == before["bytes"]["originals"] + \
        image["bytes"] + len(broken_picture())
    assert set(now["jobs"]) == {"queued", "running", "done", "failed",
                                "cancelled"}
    assert set(now["queued"]) == set(now["queued_seconds"]) == \
        {"high", "normal", "low"}
    assert now["oldest_seconds"] == {"queued": 0, "running": 0}
    assert now["counted_up_to"] == 100000
    assert "variants" in now["bytes"]
    wait_until(lambda: admin.get(STATS).json()["workers"]["alive"] >= 2)

    began = time.monotonic()
    with without(service, "worker"):
        later(session)
        service.query("UPDATE jobs SET run_after = run_after -"
                      " INTERVAL 100 SECOND WHERE state = 'queued'")
        waiting = admin.get(STATS).json()
    assert waiting["queued"] == {"high": 0, "normal": 1, "low": 0}
    assert 100 <= waiting["queued_seconds"]["normal"] <= \
        101 + time.monotonic() - began
    assert waiting["oldest_seconds"]["queued"] == \
        waiting["queued_seconds"]["normal"]
    printed = json.loads(service.ctl("--json", "stats").stdout)
    assert {"name": "users", "label": "all",
            "value": now["users"]["all"]} in printed
    assert "administrators" in service.ctl("stats").stdout


def test_only_administrators_see_these(service, admin):
    token = service.session(token=make_token(
        admin, scopes=["read", "write", "link"])["token"])
    retry = JOBS + "/01900000-0000-7000-8000-00000000dead/retry"
    for path in (JOBS, WORKERS, STATS):
        problem(service.session().get(path), 401, "unauthenticated")
        for session in (service.session("premium"), token):
            problem(session.get(path), 403, "forbidden")
            problem(session.post(retry), 403, "forbidden")
