"""Races: what many do at once comes out as if one had come after another."""

import re

from api import (at_once, is_back, make_token, new_user, post_picture, problem,
                 upload, variant_of)
from pictures import decode, encode, picture, quarters
from service import wait_until


def test_fifty_uploads_at_once_fill_a_quota_exactly(service):
    """Bytes, images and the day's uploads agree with what is there."""
    data = picture(64, 48)
    session = new_user(service, quota_bytes=17 * len(data) + 1)
    token = make_token(session)["token"]
    answers = at_once(50, lambda: post_picture(service.session(token=token),
                                               data))
    refused = [a for a in answers if a.status_code != 201]
    for answer in refused:
        problem(answer, 403, "quota_exceeded")
    assert len(refused) == 33
    usage = session.get("/v1/me").json()["usage"]
    assert usage == {"images": 17, "bytes": 17 * len(data),
                     "uploads_today": 17}
    ids = {a.json()["id"].replace("-", "") for a in answers
           if a.status_code == 201}
    (kept,), = service.query(
        "SELECT COUNT(*) FROM images WHERE user_id ="
        " (SELECT id FROM users WHERE username = %s)", session.auth[0])
    assert kept == len(ids) == 17


def test_fifty_uploads_at_once_use_up_a_day_exactly(service):
    data = picture(64, 48)
    session = new_user(service, uploads_per_day=9)
    token = make_token(session)["token"]
    answers = at_once(50, lambda: post_picture(service.session(token=token),
                                               data))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] * 9 + [403] * 41


def rendered(service):
    found = re.search("^pixtier_paint_seconds_count (.*)$",
                      service.session().get("/metrics").text, re.MULTILINE)
    return int(found[1])


def test_a_missing_variant_is_made_once(service):
    """However many ask for it before it is there: one picture is rendered."""
    session = new_user(service, any_size=True)
    token = make_token(session)["token"]
    big = upload(session, encode(quarters(2000, 1500), quality=90))
    for name in ("w900", "h300.webp"):
        before = rendered(service)
        answers = at_once(12, lambda: service.session(token=token).get(
            variant_of(big, name)))
        assert {a.status_code for a in answers} == {200}
        assert len({a.content for a in answers}) == 1
        assert decode(answers[0].content).size in ((900, 675), (400, 300))
        assert rendered(service) == before + 1


def test_a_variant_for_a_worker_is_queued_once(service):
    """202 for all, and one job."""
    session = new_user(service, any_size=True)
    token = make_token(session)["token"]
    image = upload(session, encode(quarters(2000, 1500), quality=90))
    before = len(session.get("/v1/jobs").json()["items"])
    service.restart("fcgi", sync_budget_ms=0)
    try:
        answers = at_once(12, lambda: service.session(token=token).get(
            variant_of(image, "w901")))
        assert {a.status_code for a in answers} <= {200, 202}
        assert len(session.get("/v1/jobs").json()["items"]) == before + 1
    finally:
        service.restart("fcgi")
        wait_until(lambda: is_back(service))
