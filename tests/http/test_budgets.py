"""Budgets: how much work users and addresses may have pending, by its
estimated cost."""

import pytest

from api import (at_once, from_address, is_back, new_user, post_picture,
                 problem, settled, variant_of, upload, wait_until_idle, without)
from pictures import encode, large_picture, picture, png_of_size, quarters
from service import wait_until

LATER = {"Prefer": "respond-async"}
DEFAULTS = {"max_side": 4096, "max_bytes": 10485760,
            "max_enlarged_pixels": 4000000, "quota_bytes": 10737418240,
            "uploads_per_day": 1000, "requests_per_minute": 60,
            "max_pending_seconds": 30, "priority": 2}


def refused_for_cost(service, limit="cost"):
    """How often that has happened, as /metrics says."""
    start = f'pixtier_rate_limited_total{{limit="{limit}"}}'
    for line in service.session().get("/metrics").text.splitlines():
        if line.startswith(start):
            return int(line.split()[1])
    return 0


def pending_ms(service):
    (pending,), = service.query(
        "SELECT COALESCE(SUM(cost_ms), 0) FROM jobs"
        " WHERE state IN ('queued', 'running')")
    return pending


def waiting(service):
    (count,), = service.query("SELECT COUNT(*) FROM jobs"
                              " WHERE state = 'queued' AND priority = 2")
    return count


def resize(session, data=None, headers=None, **fields):
    return session.post("/v1/resize", headers=headers, data=fields,
                        files={"file": ("a.jpg", data or picture())})


def order_task(session, width, height):
    """resize_tasks: POST /api/v1/images/resize"""
    return session.post("/api/v1/images/resize",
                        data={"width": width, "height": height},
                        files={"file": ("a.jpg", picture())})


def anonymous(service, number):
    """A client without an account, with an address of its own."""
    session = service.session()
    session.mount("http://", from_address(f"127.0.0.{number}"))
    return session


@pytest.fixture
def defaults(service):
    """The tier Anonymous as it is at first."""
    columns = ", ".join(f"{name} = %s" for name in DEFAULTS)
    usual, = service.query(f"SELECT {', '.join(DEFAULTS)} FROM tiers"
                           " WHERE name = 'Anonymous'")
    service.query(f"UPDATE tiers SET {columns} WHERE name = 'Anonymous'",
                  *DEFAULTS.values())
    yield
    service.query(f"UPDATE tiers SET {columns} WHERE name = 'Anonymous'",
                  *usual)


def test_pending_jobs_are_limited_by_their_cost(service):
    """429 rate_limited beyond max_pending_seconds, also of those that come at
    once, and nothing is left of them; each that ends makes room."""
    wait_until_idle(service)
    session = new_user(service, max_pending_seconds=1)
    data = large_picture()
    with without(service, "worker"):
        before = refused_for_cost(service)
        answers = at_once(16, lambda: post_picture(session, data,
                                                   headers=LATER))
        taken = [a.json() for a in answers if a.status_code == 202]
        for answer in answers:
            if answer.status_code != 202:
                said = problem(answer, 429, "rate_limited")
                assert "pending" in said["detail"]
                assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert refused_for_cost(service) == before + 16 - len(taken)
        cost = pending_ms(service) / len(taken)
        assert 0 < cost * len(taken) <= 1000 < cost * (len(taken) + 1)
        usage = session.get("/v1/me").json()["usage"]
        assert (usage["images"], usage["uploads_today"]) == (2 * (len(taken),))
        # Others may, and this user's small uploads are made at once.
        other = new_user(service, max_pending_seconds=1)
        assert post_picture(other, data, headers=LATER).status_code == 202
        assert upload(session)["status"] == "ready"
    for image in taken:
        assert settled(session, image)["status"] == "ready"
    assert post_picture(session, data, headers=LATER).status_code == 202
    wait_until_idle(service)
    assert service.ctl("fsck").returncode == 0


def test_a_job_above_the_budget_waits_alone(service):
    session = new_user(service, max_pending_seconds=1, any_size=True)
    with without(service, "worker"):
        big = resize(session, width=5000, height=5000, fit="exact",
                     headers=LATER)
        assert big.status_code == 202, big.text
        problem(post_picture(session, headers=LATER), 429, "rate_limited")
        assert session.post(f"/v1/jobs/{big.json()['id']}/cancel").ok
        answer = post_picture(session, headers=LATER)
        assert answer.status_code == 202
    assert settled(session, answer.json())["status"] == "ready"


def test_a_variant_that_takes_long_counts_too(service):
    session = new_user(service, max_pending_seconds=1, any_size=True)
    image = upload(session)
    with without(service, "worker"):
        assert session.get(
            variant_of(image, "5000x5000-exact")).status_code == 202
        problem(session.get(variant_of(image, "5001x5000-exact")), 429,
                "rate_limited")
    wait_until_idle(service)


def test_enlarging_is_limited(service):
    """403 tier_forbids beyond max_enlarged_pixels, unless the tier lists the
    size; making pictures smaller is not enlarging."""
    session = new_user(service, any_size=True, max_enlarged_pixels=250000)
    service.query("INSERT INTO tier_sizes SELECT t.id, 9, '600x600-exact'"
                  " FROM tiers t JOIN users u ON u.tier_id = t.id"
                  " WHERE u.username = %s", session.auth[0])
    small = picture(64, 48)
    image = upload(session, small)
    ok = {"width": 500, "height": 500, "fit": "exact"}
    assert resize(session, small, **ok).status_code == 201
    assert resize(session, small, **{**ok, "width": 600, "height": 600,
                                     "format": "png"}).status_code == 201
    assert resize(session, small, width=2000, height=2000).status_code == 201
    for headers in ({}, LATER):
        said = problem(resize(session, small, headers=headers,
                              **{**ok, "width": 501}), 403, "tier_forbids")
        assert "250000 pixels, not 501x500" in said["detail"]
    problem(session.get(variant_of(image, "501x500-exact")), 403,
            "tier_forbids")
    problem(session.post(f"/v1/images/{image['id']}/variants",
                         json={"variant": "501x500-exact.png"}),
            403, "tier_forbids")
    assert session.get(variant_of(image, "500x500-exact")).status_code == 200
    assert session.get(variant_of(image, "600x600-exact")).status_code == 200
    large = encode(quarters(800, 800))
    assert resize(session, large, **{**ok, "width": 700,
                                     "height": 700}).status_code == 201


def test_clients_without_an_account_have_modest_limits(service, defaults):
    """What takes much is refused, in the shape of resize_tasks."""
    nobody = anonymous(service, 11)
    for width, height in ((9999, 9999), (4097, 1), (2001, 2000)):
        answer = order_task(nobody, width, height)
        assert answer.status_code == 403, answer.text
        assert set(answer.json()) == {"result", "message"}
    answer = order_task(nobody, 2000, 2000)
    assert answer.status_code == 202
    (priority, address), = service.query(
        "SELECT priority, address FROM jobs ORDER BY id DESC LIMIT 1")
    assert (priority, address) == (2, "127.0.0.11")
    wait_until_idle(service)


def test_each_address_without_an_account_has_a_budget(service, defaults):
    """429 with Retry-After, in the shape of resize_tasks and of
    thumbnail_generator; another address is served."""
    one, other = anonymous(service, 12), anonymous(service, 13)
    with without(service, "worker"):
        refused = order_task(one, 2000, 2000)
        while refused.status_code == 202:
            refused = order_task(one, 2000, 2000)
        assert refused.status_code == 429, refused.text
        assert "pending" in refused.json()["message"]
        assert set(refused.json()) == {"result", "message"}
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.headers["Access-Control-Allow-Origin"] == "*"
        assert 0 < pending_ms(service) <= 30000
        large = png_of_size(4000, 4000)
        refused = one.post("/api/v1/thumbnail_generator/",
                           files={"image": ("a.png", large)})
        assert refused.status_code == 429, refused.text
        assert refused.json()["status"] == "failed"
        assert int(refused.headers["Retry-After"]) > 0
        assert order_task(other, 2000, 2000).status_code == 202
    wait_until_idle(service)


def test_each_address_without_an_account_has_uploads(service, defaults):
    """429 beyond uploads_per_day, of one address."""
    one, other = anonymous(service, 14), anonymous(service, 15)
    service.query("UPDATE tiers SET uploads_per_day = 3"
                  " WHERE name = 'Anonymous'")
    answers = [order_task(one, 9, 9) for _ in range(5)]
    assert [a.status_code for a in answers] == [202, 202, 202, 429, 429]
    assert 28000 < int(answers[-1].headers["Retry-After"]) <= 28800
    assert order_task(other, 9, 9).status_code == 202
    wait_until_idle(service)


def test_a_flood_without_an_account_holds_nobody_up(service, defaults):
    """A user's upload is ready while the flood's jobs still wait."""
    session = new_user(service)
    service.query("UPDATE tiers SET max_pending_seconds = 10"
                  " WHERE name = 'Anonymous'")
    with without(service, "worker"):
        for number in range(20, 23):
            nobody = anonymous(service, number)
            while order_task(nobody, 2000, 2000).status_code == 202:
                pass
        image = post_picture(session, headers=LATER).json()
        assert waiting(service) >= 16
    assert settled(session, image)["status"] == "ready"
    assert waiting(service) > 0
    wait_until_idle(service)


def test_all_addresses_without_an_account_have_a_budget(service, defaults):
    """429 with Retry-After beyond anonymous_pending_seconds, although each
    address keeps to its own budget; a user's job is taken, and is done while
    the others wait."""
    wait_until_idle(service)
    session = new_user(service, max_pending_seconds=None)
    service.query("UPDATE tiers SET max_pending_seconds = 5"
                  " WHERE name = 'Anonymous'")
    service.restart("fcgi", anonymous_pending_seconds=20)
    wait_until(lambda: is_back(service))
    try:
        with without(service, "worker"):
            refused = []
            for number in range(30, 40):
                answer = order_task(anonymous(service, number), 2000, 2000)
                while answer.status_code == 202:
                    answer = order_task(anonymous(service, number), 2000, 2000)
                assert answer.status_code == 429, answer.text
                assert int(answer.headers["Retry-After"]) > 0
                refused.append(answer.json()["message"])
            assert "unauthenticated clients" not in refused[0]
            assert "unauthenticated clients" in refused[-1]
            assert 15000 < pending_ms(service) <= 20000
            (addresses,), = service.query(
                "SELECT COUNT(DISTINCT address) FROM jobs"
                " WHERE state = 'queued'")
            assert addresses == 4 or addresses == 5
            assert refused_for_cost(service, "anonymous_cost") >= 5
            image = post_picture(session, large_picture(), headers=LATER)
            assert image.status_code == 202, image.text
            before = waiting(service)
        assert settled(session, image.json())["status"] == "ready"
        assert 0 < waiting(service) <= before
        wait_until_idle(service)
        answer = order_task(anonymous(service, 39), 2000, 2000)
        assert answer.status_code == 202, answer.text
    finally:
        service.restart("fcgi")
        wait_until(lambda: is_back(service))
    wait_until_idle(service)
