"""Uploads by URL: POST /v1/images with JSON, jobs of the kind fetch."""

import contextlib
import json
import os
import pathlib
import signal

import pytest

from api import (at_once, invalid, links_of, make_token, problem, settled,
                 upload, variant_of)
from fetching import (blocked, canary, failed, fetched, fetching, files_of,
                      new_fetcher, order, pages, session, usage)
from pictures import decode, picture
from processes import decoders, kill_holder
from service import HANG, children_of, wait_until


def test_a_picture_is_fetched(service, pages, fetching):
    """202 with a job: the image is there at once, its file later."""
    session = new_fetcher(service)
    data = picture()
    url = pages.add(lambda page: page.answer(body=data), "puffin.jpg")
    service.stop("worker")
    try:
        answer = session.post("/v1/images", json={"url": url + "?size=1#x"})
        image = answer.json()
        assert answer.status_code == 202, image
        path = "/v1/images/" + image["id"]
        assert answer.headers["Location"].endswith(path)
        assert answer.headers["Retry-After"] == "1"
        assert (image["name"], image["status"]) == ("puffin.jpg", "processing")
        for field in ("format", "width", "height", "bytes", "sha256",
                      "original", "error"):
            assert image[field] is None, field
        assert [(one["variant"], one["status"]) for one in
                image["variants"]] == [("h200", "processing"),
                                       ("h400", "processing")]
        assert (image["job"]["kind"], image["job"]["state"]) == \
            ("fetch", "queued")
        again = session.get(path)
        assert again.status_code == 200
        assert again.json() == image
        assert session.get("/v1/images").json()["items"][0]["bytes"] is None
        for name in ("original", "h200"):
            answer = session.get(variant_of(image, name))
            assert answer.status_code == 202, name
            assert answer.json()["status"] == "processing"
            assert answer.headers["Retry-After"]
        problem(session.post(links_of(image), json={"expires_in": 300}),
                409, "conflict")
        assert usage(session) == {"images": 1, "bytes": 0, "uploads_today": 1}
        assert service.ctl("fsck").returncode == 0
    finally:
        service.start("worker", **fetching)
    image = settled(session, image)
    assert (image["status"], image["format"]) == ("ready", "jpeg")
    assert (image["width"], image["height"]) == (640, 480)
    assert image["bytes"] == len(data)
    assert session.get(variant_of(image, "original")).content == data
    assert session.get(image["original"]["url"]).content == data
    assert decode(session.get(variant_of(image, "h200")).content).height == 200
    assert usage(session) == {"images": 1, "bytes": len(data),
                              "uploads_today": 1}
    assert session.delete(path).status_code == 204
    assert usage(session) == {"images": 0, "bytes": 0, "uploads_today": 1}
    assert files_of(service, image) == []


def test_it_is_as_an_upload_of_the_same_bytes(session, pages):
    data = picture(format="PNG")
    other = upload(session, data)
    image = fetched(session, pages.add(lambda page: page.answer(body=data)),
                    name="mine.png")
    assert image["name"] == "mine.png"
    for field in ("format", "width", "height", "bytes", "sha256"):
        assert image[field] == other[field]


def test_what_is_asked_of_servers(session, pages):
    """No cookie, no compression, nothing of the client's."""
    def page(handler):
        handler.answer(body=picture(), Set_Cookie="a=b; Path=/")

    url = pages.add(page)
    for _ in range(2):
        assert fetched(session, url)["status"] == "ready"
    asked = [headers for path, headers in pages.asked if url.endswith(path)]
    assert len(asked) == 2
    for headers in asked:
        assert set(headers) <= {"Host", "User-Agent", "Accept"}
        assert headers["User-Agent"].startswith("pixtier/")


def test_the_tier_decides(service, pages):
    url = pages.add(lambda page: page.answer(body=picture()))
    for user in ("basic", "premium"):
        session = service.session(user)
        problem(session.post("/v1/images", json={"url": url}),
                403, "tier_forbids")
    before = len(pages.asked)
    session = new_fetcher(service, fetch=0)
    problem(session.post("/v1/images", json={"url": url}), 403,
            "tier_forbids")
    session = new_fetcher(service, formats="png")
    assert failed(session, url)[0] == "unsupported_format"
    session = new_fetcher(service, max_pixels=100)
    assert failed(session, url)[0] == "too_many_pixels"
    assert len(pages.asked) == before + 2


def test_a_token_needs_the_scope(service, session):
    reader = make_token(session, scopes=["read"])
    answer = service.session(token=reader["token"]).post(
        "/v1/images", json={"url": "http://example.org/"})
    problem(answer, 403, "forbidden")


@pytest.mark.parametrize("url", [
    "", "a.jpg", "//example.org/", "ftp://example.org/a.jpg",
    "file:///etc/passwd", "gopher://127.0.0.1:3306/_x", "http:///a.jpg",
    "http:127.0.0.1/", "http://user@example.org/",
    "http://user:pass@example.org/", "http://example.org:22/",
    "http://example.org:65616/", "http://exa mple.org/",
    "http://example.org/\r\nX: y", "http://127.0.0.1%00.example.org/",
    "http://example.org\\@127.0.0.1/", "http://[::1/", "http://-/",
    "javascript:alert(1)", "http://①②⑦.⓪.⓪.①/", "http://a.org/" + "a" * 2048,
])
def test_urls_of_other_forms_are_refused_at_once(session, url):
    """The settings fetch_ports, and what a URL may be."""
    before = session.get("/v1/images").json()["items"][:1]
    invalid(session.post("/v1/images", json={"url": url}), "url")
    assert session.get("/v1/images").json()["items"][:1] == before


@pytest.mark.parametrize("disposition, name", [
    (None, "picture.jpg"),
    ("inline", "picture.jpg"),
    ('attachment; filename="two words.jpg"', "two words.jpg"),
    ("attachment; filename=b.jpg; filename*=UTF-8''%C3%BC.jpg", "\u00fc.jpg"),
    ('attachment; filename="../../x/a.jpg"', "a.jpg"),
    ('attachment; filename="a\\"b.jpg"', 'a"b.jpg'),
    ("attachment; filename*=UTF-8''a%0Ab.jpg", "picture.jpg"),
    ('attachment; filename=".."', "picture.jpg"),
    ('attachment; filename="' + 300 * "a" + '"', 255 * "a"),
])
def test_the_answer_may_name_the_image(session, pages, disposition, name):
    """Content-Disposition, unless the client gives a name."""
    url = pages.add(lambda page: page.answer(
        body=picture(), Content_Disposition=disposition))
    image = order(session, url)
    assert image["name"] == "picture.jpg"
    image = settled(session, image)
    assert (image["status"], image["name"]) == ("ready", name)
    url = pages.add(lambda page: page.answer(
        body=picture(), Content_Disposition=disposition))
    assert fetched(session, url, name="mine.jpg")["name"] == "mine.jpg"


def test_a_redirects_name_is_not_the_images(session, pages):
    target = pages.add(lambda page: page.answer(body=picture()), "other.jpg")
    url = pages.add(lambda page: page.answer(
        302, Location=target, Content_Disposition="inline; filename=a.jpg"))
    assert fetched(session, url)["name"] == "picture.jpg"


def test_a_name_given_meanwhile_stays(session, pages):
    url, asked, go = blocked(
        pages, picture(), Content_Disposition="inline; filename=a.jpg")
    image = order(session, url)
    assert asked.wait(5)
    path = "/v1/images/" + image["id"]
    assert session.patch(path, json={"name": "new.jpg"}).status_code == 200
    go.set()
    image = settled(session, image)
    assert (image["status"], image["name"]) == ("ready", "new.jpg")


def test_spaces_behind_the_host_are_encoded(session, pages):
    """In a client's URL and in a redirect's."""
    url = pages.add(lambda page: page.answer(body=picture()), "a%20b%20c.jpg")
    spaced = url.replace("%20", " ") + "?size=1 2"
    image = fetched(session, spaced)
    assert (image["status"], image["name"]) == ("ready", "a b c.jpg")
    path = url.split("/", 3)[3]
    assert pages.asked[-1][0] == f"/{path}?size=1%202"
    moved = pages.add(lambda page: page.answer(302, Location=spaced))
    assert fetched(session, moved)["status"] == "ready"
    assert pages.asked[-1][0].startswith(f"/{path}?size=1")


def test_other_requests_are_refused(session):
    def post(fields, query=""):
        return session.post("/v1/images" + query, json=fields)

    url = "http://example.org/"
    invalid(post({}), "url")
    invalid(post({"url": None}), "url")
    invalid(post({"url": 7}), "url")
    invalid(post({"url": url, "name": ""}), "name")
    invalid(post({"url": url, "name": "a" * 256}), "name")
    invalid(post({"url": url, "name": "a\nb"}), "name")
    problem(post({"url": url, "size": 1}), 400, "unknown_field")
    problem(post({"url": url}, "?size=1"), 400, "unknown_field")
    problem(session.post("/v1/images", data=b"{", headers={
        "Content-Type": "application/json"}), 400, "bad_request")


def test_a_failed_image_says_why(session, pages):
    """And nothing of it is there, nor made."""
    image = fetched(session, pages.add(lambda page: page.answer(404)))
    for name in ("original", "h200"):
        problem(session.get(variant_of(image, name)), 422, "fetch_failed")
    problem(session.post(links_of(image), json={"expires_in": 300}),
            409, "conflict")


def test_an_administrator_tries_again(service, session, pages):
    answers = [404, 200]
    url = pages.add(lambda page: page.answer(answers.pop(0), picture()))
    image = fetched(session, url)
    assert image["status"] == "failed"
    service.ctl("job", "retry", image["job"]["id"])
    image = settled(session, image)
    assert (image["status"], image["error"]) == ("ready", None)
    assert [one["status"] for one in image["variants"]] == ["ready"] * 2


def test_quotas_are_exact(service, pages):
    """quota_exceeded when the bytes are here, and nothing is kept of them;
    the day's uploads are counted at once."""
    data = picture()
    url = pages.add(lambda page: page.answer(body=data))
    session = new_fetcher(service, quota_bytes=2 * len(data) + 1,
                       uploads_per_day=6)
    images = at_once(6, lambda: order(session, url))
    images = [settled(session, image) for image in images]
    lost = [image for image in images if image["status"] == "failed"]
    assert len(lost) == 4
    for image in lost:
        assert image["error"]["code"] == "quota_exceeded"
        assert image["bytes"] is None
        assert files_of(service, image) == []
    assert usage(session) == {"images": 6, "bytes": 2 * len(data),
                              "uploads_today": 6}
    problem(session.post("/v1/images", json={"url": url}), 403,
            "quota_exceeded")
    for image in images:
        assert session.delete("/v1/images/" + image["id"]).status_code == 204
    assert usage(session) == {"images": 0, "bytes": 0, "uploads_today": 6}


@contextlib.contextmanager
def being_fetched(session, pages):
    """An image whose URL was asked for, and what lets the host answer."""
    url, asked, go = blocked(pages, picture())
    try:
        image = order(session, url)
        assert asked.wait(HANG)
        yield image, go
    finally:
        go.set()


def answer_in_vain(service, session, image, go):
    """The host answers, and the worker has seen that nobody wants it."""
    go.set()
    wait_until(lambda: image["job"]["id"] in service.log("worker"))
    job = session.get("/v1/jobs/" + image["job"]["id"]).json()
    assert job["state"] == "cancelled"


def test_an_image_is_deleted_while_it_is_fetched(service, pages, fetching):
    """And nothing of it is kept afterwards."""
    session = new_fetcher(service)
    with being_fetched(session, pages) as (image, go):
        assert session.delete("/v1/images/" + image["id"]).status_code == 204
        answer_in_vain(service, session, image, go)
        assert files_of(service, image) == []
        assert usage(session) == {"images": 0, "bytes": 0,
                                  "uploads_today": 1}


def test_a_fetch_is_cancelled(service, pages, fetching):
    """POST /v1/jobs/{id}/cancel: what comes afterwards is not kept."""
    session = new_fetcher(service)
    with being_fetched(session, pages) as (image, go):
        job = "/v1/jobs/" + image["job"]["id"]
        assert session.post(job + "/cancel").status_code == 200
        answer_in_vain(service, session, image, go)
        image = session.get("/v1/images/" + image["id"]).json()
        assert (image["status"], image["bytes"]) == ("failed", None)
        wait_until(lambda: files_of(service, image) == [])
        assert usage(session)["bytes"] == 0


def test_a_request_is_sent_again(service, pages):
    """With the same Idempotency-Key it is one image."""
    session = new_fetcher(service)
    url = pages.add(lambda page: page.answer(body=picture()))
    answers = [session.post("/v1/images", json={"url": url}, headers={
        "Idempotency-Key": "a-key"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert usage(session)["images"] == 1


def test_a_worker_dies_while_it_fetches(service, pages, fetching):
    """Its job is another's when the lease has ended; the child died too."""
    session = new_fetcher(service)
    data = picture()
    url, asked, go = blocked(pages, data)
    try:
        image = order(session, url)
        assert asked.wait(HANG)
        (holder,), = service.query("SELECT worker FROM jobs WHERE state ="
                                   " 'running' AND kind = 'fetch'")
        busy = int(holder.split(":")[1])
        others = set(service.children("worker")) - {busy}
        kill_holder(service, busy)
        for pid in others:
            os.kill(pid, signal.SIGKILL)
        go.set()
        image = settled(session, image)
        assert image["status"] == "ready"
        assert usage(session)["bytes"] == len(data)
    finally:
        go.set()


def status_of(pid):
    """What the kernel says of a process, by name."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def test_the_fetching_child_is_sandboxed(service, pages, fetching):
    """The setting sandbox; pixtierctl doctor tells what it is made of."""
    said = {line["what"]: line for line in json.loads(
        service.ctl("doctor", "--json", check=False).stdout)}
    finding = said["sandbox of fetching"]
    if finding["verdict"] != "ok":
        pytest.skip("this machine filters no system calls")
    assert "seccomp rlimits" in finding["finding"]
    session = new_fetcher(service)
    url, asked, go = blocked(pages, picture())
    try:
        image = order(session, url)
        assert asked.wait(HANG)
        callers = [child for worker in service.children("worker")
                   for child in children_of(worker)]
        assert len(callers) == 1
        for pid in callers + decoders(service, "worker"):
            status = status_of(pid)
            assert status["Seccomp"] == "2" and status["NoNewPrivs"] == "1"
    finally:
        go.set()
    assert settled(session, image)["status"] == "ready"


def test_a_lowered_tier_fetches_no_more(service, pages, fetching):
    """What the job finds when its time has come."""
    session = new_fetcher(service)
    url = pages.add(lambda page: page.answer(body=picture()))
    before = len(pages.asked)
    service.stop("worker")
    try:
        image = order(session, url)
        service.query("UPDATE tiers SET `fetch` = 0 WHERE name = %s",
                      session.auth[0])
    finally:
        service.start("worker", **fetching)
    image = settled(session, image)
    assert (image["status"], image["error"]["code"]) == \
        ("failed", "tier_forbids")
    assert len(pages.asked) == before
