"""Uploads by URL: what one user's leave for the others."""

from api import at_once, problem, settled, upload
from fetching import (blocked, canary, fetched, fetching,  # noqa
                      new_fetcher, order, pages, usage)
from pictures import encode, picture, quarters
from service import HANG


def test_slow_servers_do_not_hold_up_pictures(service, pages, fetching):
    """With two workers, one does nothing but work of this machine's own."""
    session = new_fetcher(service)
    url, asked, go = blocked(pages, picture())
    service.restart("worker", **{**fetching, "workers": 2})
    try:
        images = [order(session, url) for _ in range(4)]
        assert asked.wait(HANG)
        later = session.post("/v1/images", files={"image": picture()},
                             headers={"Prefer": "respond-async"})
        assert later.status_code == 202
        assert settled(session, later.json())["status"] == "ready"
        assert not go.is_set()
        states = [session.get("/v1/jobs/" + image["job"]["id"]).json()["state"]
                  for image in images]
        assert sorted(states) == ["queued"] * 3 + ["running"]
    finally:
        go.set()
        service.restart("worker", **fetching)


def test_only_so_many_may_wait(service, pages, fetching):
    """429 rate_limited beyond the tier's max_fetches, also of those that come
    at once, and nothing is left of them; each that ends makes room."""
    session = new_fetcher(service, max_fetches=3)
    url = pages.add(lambda page: page.answer(body=picture(64, 48)))
    service.stop("worker")
    try:
        answers = at_once(12, lambda: session.post("/v1/images",
                                                   json={"url": url}))
        taken = [answer.json() for answer in answers
                 if answer.status_code == 202]
        assert len(taken) == 3
        for answer in answers:
            if answer.status_code != 202:
                said = problem(answer, 429, "rate_limited")
                assert "3 uploads by URL" in said["detail"]
                assert int(answer.headers["Retry-After"]) > 0
        assert usage(session) == {"images": 3, "bytes": 0, "uploads_today": 3}
        # Others may, and other uploads of this user too.
        assert upload(session)["status"] == "ready"
        order(new_fetcher(service, max_fetches=1), url)
        gone = "/v1/images/" + taken.pop()["id"]
        assert session.delete(gone).status_code == 204
        taken.append(order(session, url))
        problem(session.post("/v1/images", json={"url": url}), 429,
                "rate_limited")
    finally:
        service.start("worker", **fetching)
    for image in taken:
        assert settled(session, image)["status"] == "ready"
    assert fetched(session, url)["status"] == "ready"


def cost_of(service, image):
    (cost,), = service.query("SELECT cost_ms FROM jobs WHERE id = UNHEX(%s)",
                             image["job"]["id"].replace("-", ""))
    return cost


def test_a_fetch_costs_what_its_picture_does(service, pages):
    """Before, as much as the largest file of the tier: so many fit into
    max_pending_seconds. As soon as the picture is here, its own cost."""
    session = new_fetcher(service, max_bytes=9800000, max_pending_seconds=2)
    data = picture(64, 48)
    url, asked, go = blocked(pages, data)
    try:
        images = [order(session, url) for _ in range(2)]
        assert [cost_of(service, image) for image in images] == [1000, 1000]
        said = problem(session.post("/v1/images", json={"url": url}), 429,
                       "rate_limited")
        assert "2000 ms" in said["detail"]
        assert asked.wait(HANG)
    finally:
        go.set()
    for image in images:
        assert settled(session, image)["status"] == "ready"
        assert 0 < cost_of(service, image) < 100
    small = new_fetcher(service, max_bytes=1000000)
    page = pages.add(lambda page: page.answer(body=encode(
        quarters(4000, 3000))))
    image = order(small, page)
    assert settled(small, image)["status"] == "ready"
    assert cost_of(service, image) > 36
