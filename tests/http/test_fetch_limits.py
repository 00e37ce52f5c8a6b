"""Uploads by URL: what one user's leave for the others."""

from api import settled
from pictures import picture
from test_fetch import (blocked, canary, fetching, new_fetcher, order,  # noqa
                        pages)


def test_slow_servers_do_not_hold_up_pictures(service, pages, fetching):
    """With two workers, one does nothing but work of this machine's own."""
    session = new_fetcher(service)
    url, asked, go = blocked(pages, picture())
    service.restart("worker", **{**fetching, "workers": 2,
                                 "fetch_timeout": 10})
    try:
        images = [order(session, url) for _ in range(4)]
        assert asked.wait(5)
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
