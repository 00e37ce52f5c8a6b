"""Jobs whose workers die until their attempts are used up: whatever the kind,
the job fails, and what has been waiting for it hears so."""

import json

import pytest

from api import (forget_webhooks, new_id, new_user, post_picture, upload,
                 without)
from pictures import picture
from service import wait_until

REASON = "the worker died or lost the database"
LATER = {"Prefer": "respond-async"}
FILE = {"file": ("a.jpg", picture(64, 48))}
# Of a host that there is not (RFC 6761).
URL = "https://receiver.invalid/a.jpg"


def hook(session, *events):
    answer = session.post("/v1/webhooks", json={"url": URL, "events": events})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def order_one_of_each(service, session):
    """The ids of images that wait for a job, of resizes, and a webhook whose
    delivery is due; jobs of two kinds more belong to no image."""
    delivered = hook(session, "image.ready")
    upload(session)
    session.patch("/v1/webhooks/" + delivered, json={"events": ["job.done"]})
    images = [session.post("/v1/images", json={"url": URL}),
              post_picture(session, headers=LATER)]
    resize = session.post("/v1/resize", data={"height": 200}, files=FILE,
                          headers=LATER)
    for answer in (*images, resize):
        assert answer.status_code == 202, answer.text
    for kind in ("delete_user", "foreign"):
        service.query(
            "INSERT INTO jobs (id, kind, user_id, state, priority,"
            " max_attempts, run_after, created_at) SELECT %s, %s, id,"
            " 'queued', 1, 3, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM users"
            " WHERE username = %s", new_id().bytes, kind, session.auth[0])
    return delivered, [answer.json() for answer in images], resize.json()


def kill_workers_of(service, name, attempts):
    """As if each of the user's jobs had just cost a worker its life."""
    service.query(
        f"UPDATE jobs j JOIN users u ON u.id = j.user_id SET"
        f" j.state = 'running', j.worker = 'gone', j.attempts = {attempts},"
        f" j.lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND"
        f" WHERE u.username = %s AND j.state = 'queued'", name)


def forget_foreign_jobs(service):
    """The documentation knows nothing of their kind."""
    service.query("DELETE FROM jobs WHERE kind = 'foreign'")


def jobs_of(service, name):
    """Of those that workers died of, by kind: state, error_code and
    error_detail."""
    return {row[0]: row[1:] for row in service.query(
        "SELECT j.kind, j.state, j.error_code, j.error_detail FROM jobs j"
        " JOIN users u ON u.id = j.user_id WHERE u.username = %s"
        " AND j.worker = 'gone'", name)}


def received(session, webhook):
    """Of which events, and the kinds of the jobs that they tell of."""
    rows = session.get(f"/v1/webhooks/{webhook}/deliveries?limit=100")
    return sorted(row["event"] for row in rows.json()["items"])


@pytest.mark.parametrize("who", ["fsck", "a worker"])
def test_a_job_that_kills_its_workers_is_given_up(service, who):
    """fetch, delete_user, render, resize, webhook, and a kind that this version
    does not know; by the next worker, or by pixtierctl fsck --repair."""
    session = new_user(service, fetch=1)
    name = session.auth[0]
    try:
        with without(service, "worker"):
            delivered, images, resize = order_one_of_each(service, session)
            listening = hook(session, "job.failed", "image.failed")
            kill_workers_of(service, name, "j.max_attempts")
            if who == "fsck":
                service.ctl("fsck", "--repair")
            else:
                service.start("worker")
            failed = ("failed", "internal", REASON)
            kinds = ("fetch", "delete_user", "render", "resize", "webhook",
                     "foreign")
            wait_until(lambda: jobs_of(service, name) ==
                       {kind: failed for kind in kinds})
            for image in images:
                image = session.get("/v1/images/" + image["id"]).json()
                assert image["status"] == "failed"
                assert image["error"] == {"code": "internal",
                                          "detail": REASON}
                assert {one["status"] for one in image["variants"]} == \
                    {"failed"}
            result = session.get(f"/v1/jobs/{resize['id']}/result")
            assert result.status_code == 409
            assert REASON in result.json()["detail"]
            path = f"/v1/webhooks/{delivered}/deliveries"
            assert [row["state"] for row in
                    session.get(path).json()["items"]] == ["failed"]
            # No webhook gets jobs of the service's own.
            assert received(session, listening) == \
                ["image.failed"] * 2 + ["job.failed"] * 4
            assert service.ctl("fsck").returncode == 0
    finally:
        forget_webhooks(service)
        forget_foreign_jobs(service)


def test_a_job_whose_worker_died_is_tried_again(service):
    """While it has attempts left."""
    session = new_user(service, fetch=1)
    name = session.auth[0]
    try:
        with without(service, "worker"):
            order_one_of_each(service, session)
            kill_workers_of(service, name, 1)
            before = json.loads(service.ctl("--json", "fsck",
                                            "--repair").stdout)
            assert before["clean"], before
            rows = service.query(
                "SELECT j.kind, j.state, j.worker FROM jobs j JOIN users u"
                " ON u.id = j.user_id WHERE u.username = %s"
                " AND j.attempts = 1 AND j.state <> 'done'", name)
            assert {row[0] for row in rows} == \
                {"fetch", "delete_user", "render", "resize", "webhook",
                 "foreign"}
            assert {row[1:] for row in rows} == {("queued", None)}
            service.query("DELETE j FROM jobs j JOIN users u ON"
                          " u.id = j.user_id WHERE u.username = %s AND"
                          " j.kind = 'delete_user'", name)
            forget_foreign_jobs(service)
    finally:
        forget_webhooks(service)
        forget_foreign_jobs(service)
