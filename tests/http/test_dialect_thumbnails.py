"""A client of thumbnails, which knows no users: it names the URL of a picture
and asks for its thumbnail until that is there."""

import contextlib
import threading
import uuid

import pytest

from api import at_once, new_user
from dialect import (TASKS, anonymous_disabled, none_is_lost, nobody,  # noqa
                     tier_with, with_dialects)
from fetching import Pages
from pictures import (broken_picture, check_quarters, decode, picture,
                      png_of_size)
from service import HANG, wait_until

ROUTE = "/v1/thumbnails"
NO_URL = "Error: No url provided. Please specify a url."
REFUSED = "the host is unknown or not allowed"


@pytest.fixture(scope="module")
def pages():
    server = Pages()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module", autouse=True)
def fetching(service, pages):
    """The server of the tests may be called, and no other host of this
    machine."""
    settings = {"fetch_allow": "127.0.0.1", "fetch_timeout": HANG,
                "fetch_ports": f"80 443 {pages.server_port}",
                "job_retry": 0, "job_attempts": 2}
    service.restart("fcgi", **settings)
    service.restart("worker", **settings)
    yield settings
    service.restart("fcgi")
    service.restart("worker")


@contextlib.contextmanager
def idle(service, fetching):
    """No worker works for a while."""
    service.stop("worker")
    try:
        yield
    finally:
        service.start("worker", **fetching)


def send(session, url):
    """POST /v1/thumbnails"""
    return session.post(ROUTE, json={"url": url})


def task_of(answer):
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert set(said) == {"id", "status", "url"}
    assert said["status"] == "queued"
    return said["id"]


def look(session, task):
    """GET /v1/thumbnails?id="""
    answer = session.get(ROUTE, params={"id": task})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    fields = {"id", "url", "status", "resized_url"}
    if said["status"] == "failed":
        fields.add("error_message")
    assert set(said) == fields
    assert said["id"] == task
    assert said["status"] in ("queued", "completed", "failed")
    assert bool(said["resized_url"]) == (said["status"] == "completed")
    return said


def end_of(session, task):
    said = look(session, task)
    return said if said["status"] != "queued" else None


def ended(session, task):
    return wait_until(lambda: end_of(session, task))


def made(session, url):
    """The thumbnail's bytes."""
    said = ended(session, task_of(send(session, url)))
    assert said["status"] == "completed", said
    got = session.get(said["resized_url"])
    assert got.status_code == 200
    return got


def why(session, url):
    said = ended(session, task_of(send(session, url)))
    assert said["status"] == "failed", said
    return said["error_message"]


def refused(answer, status, text=None):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    said = answer.json()
    assert set(said) == {"status", "message"}
    assert said["status"] == status
    assert said["message"] == text or (text is None and said["message"])
    return said["message"]


def invalid(answer):
    """A JSON text, as old clients read it."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert isinstance(answer.json(), str)
    return answer.json()


def was_asked(pages, url):
    return any(url.endswith(path) for path, _ in pages.asked)


def job_key(task):
    return uuid.UUID(task).bytes


def test_a_thumbnail_is_ordered_and_fetched(service, nobody, pages, fetching):
    url = pages.add(lambda page: page.answer(body=picture()), "puffin.jpg")
    with idle(service, fetching):
        answer = send(nobody, url)
        task = task_of(answer)
        assert answer.json()["url"] == url
        said = look(nobody, task)
        assert (said["status"], said["url"]) == ("queued", url)
    said = ended(nobody, task)
    assert (said["status"], said["url"]) == ("completed", url)
    assert said["resized_url"].startswith(service.url + "/l/")
    assert said["resized_url"].endswith("/puffin.jpg")
    got = service.session().get(said["resized_url"])
    assert got.headers["Content-Type"] == "image/jpeg"
    image = decode(got.content)
    assert image.size == (100, 75)
    check_quarters(image)
    assert look(nobody, task) == said


@pytest.mark.parametrize("size, format, small, becomes", [
    ((640, 480), "PNG", (100, 75), "PNG"),
    ((100, 400), "JPEG", (25, 100), "JPEG"),
    ((300, 300), "WEBP", (100, 100), "WEBP"),
    ((40, 30), "GIF", (40, 30), "GIF"),
    ((100, 100), "BMP", (100, 100), "JPEG"),
    ((1, 500), "TIFF", (1, 100), "JPEG"),
])
def test_it_fits_inside(nobody, pages, size, format, small, becomes):
    """The ratio is kept, and nothing enlarged; browsers show it."""
    data = picture(*size, format=format)
    url = pages.add(lambda page: page.answer(body=data), "a.any")
    image = decode(made(nobody, url).content)
    assert (image.size, image.format) == (small, becomes)


@pytest.mark.parametrize("body", [{}, {"url": None}, {"url": ""},
                                  {"uri": "http://example.org/"}])
def test_a_url_has_to_be_there(nobody, body):
    assert invalid(nobody.post(ROUTE, json=body)) == NO_URL


@pytest.mark.parametrize("url", [
    7, [], {}, "a.jpg", "ftp://example.org/a.jpg", "file:///etc/passwd",
    "http://u:p@example.org/", "http://example.org:22/", "http://[::1/",
    "http:///", "javascript:alert(1)", " ",
    pytest.param("http://a.org/" + "a" * 2048, id="long"),
])
def test_urls_of_other_forms_are_refused_at_once(service, nobody, url):
    before = service.query("SELECT COUNT(*) FROM jobs WHERE kind = 'fetch'")
    said = invalid(nobody.post(ROUTE, json={"url": url}))
    assert said.startswith("Error: url: ") and said != NO_URL
    assert before == service.query("SELECT COUNT(*) FROM jobs"
                                   " WHERE kind = 'fetch'")


@pytest.mark.parametrize("body", [b"", b"{", b'{"url": "http://a.org/"',
                                  b"[]", b'"http://a.org/"', b"null", b"\xff"])
def test_broken_json_is_refused(nobody, body):
    refused(nobody.post(ROUTE, data=body, headers={
        "Content-Type": "application/json"}), 400)


def test_other_bodies_are_refused(nobody):
    refused(nobody.post(ROUTE, data={"url": "http://a.org/"}), 415)
    refused(nobody.post(ROUTE, files={"image": picture()}), 415)
    refused(nobody.post(ROUTE, json={"url": "x" * 70000}), 413)


def test_old_clients_may_send_more(nobody, pages):
    url = pages.add(lambda page: page.answer(body=picture(64, 48)))
    task = task_of(nobody.post(ROUTE, json={"url": url, "size": 100}))
    assert nobody.get(f"{ROUTE}?t=1&id={task}").status_code == 200
    assert ended(nobody, task)["status"] == "completed"


@pytest.mark.parametrize("task", [str(uuid.uuid4()), "1", "0", "x" * 99])
def test_a_thumbnail_that_is_not_there(nobody, task):
    refused(nobody.get(ROUTE, params={"id": task}), 404,
            f"Thumbnail {task} not found")


def test_an_id_has_to_be_there(nobody):
    for path in (ROUTE, ROUTE + "?id=", ROUTE + "?ids=1"):
        refused(nobody.get(path), 404)


def test_other_tasks_are_none_of_its(service, nobody, pages):
    """Those of users, and those of other dialects."""
    url = pages.add(lambda page: page.answer(body=picture(64, 48)))
    session = new_user(service, fetch=1)
    job = session.post("/v1/images", json={"url": url}).json()["job"]["id"]
    refused(nobody.get(ROUTE, params={"id": job}), 404)
    other = nobody.post("/api/v1/thumbnail_generator/",
                        files={"image": ("a.jpg", picture(64, 48))})
    task = other.json()["task_id"]
    refused(nobody.get(ROUTE, params={"id": task}), 404)


def test_a_method_that_it_has_not(nobody):
    answer = nobody.delete(ROUTE)
    refused(answer, 405)
    assert answer.headers["Allow"] == "POST, GET, HEAD"


def broken_off(page):
    page.answer(body=picture(), Content_Length=10**6)


# What goes wrong, and what is said of it; none stays queued.
FAILURES = {
    "gone": (lambda page: page.answer(404), "the server answered 404"),
    "down": (lambda page: page.answer(503), "the server answered 503"),
    "broken off": (broken_off, "the answer ended too early"),
    "no picture": (lambda page: page.answer(body=b"<html>"),
                   "expected jpeg, png"),
    "video": (lambda page: page.answer(body=b"\0\0\0\x18ftypmp42" * 9),
              "expected jpeg, png"),
    "empty": (lambda page: page.answer(), "empty file"),
    "damaged": (lambda page: page.answer(body=broken_picture()), "damaged"),
    "bomb": (lambda page: page.answer(body=png_of_size(20000, 20000)), "20000x20000"),
    "pixels": (lambda page: page.answer(body=png_of_size(6000, 6000)),
               "24000000 pixels"),
    "huge": (lambda page: page.answer(Content_Length=1 << 40), "bytes"),
    "moved": (lambda page: page.answer(302, Location="http://10.0.0.1/"),
              REFUSED),
    "file": (lambda page: page.answer(302, Location="file:///etc/passwd"),
             "redirected"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_goes_wrong_is_told(nobody, pages, name):
    page, text = FAILURES[name]
    said = why(nobody, pages.add(page))
    assert said and text in said, said


@pytest.mark.parametrize("host", ["127.0.0.2", "[::1]", "169.254.169.254",
                                  "10.0.0.1", "2130706434", "0x7f.2",
                                  "[::ffff:127.0.0.2]"])
def test_private_hosts_are_not_called(nobody, host):
    assert why(nobody, f"http://{host}/a.jpg") == REFUSED


def test_large_files_end_early(service, nobody, pages):
    """By the bytes that the tier of anonymous takes."""
    def endless(page):
        page.send_response(200)
        page.end_headers()
        with contextlib.suppress(OSError):
            while True:
                page.wfile.write(b"x" * 65536)

    with tier_with(service, "max_bytes", 100000, "none"):
        assert "100000 bytes" in why(nobody, pages.add(endless))


def test_slow_servers_have_their_time(service, nobody, pages, fetching):
    done = threading.Event()
    service.restart("worker", **{**fetching, "fetch_timeout": 1})
    try:
        assert why(nobody, pages.add(lambda page: done.wait(HANG))) == \
            "no answer within 1 s"
    finally:
        done.set()
        service.restart("worker", **fetching)


def test_a_server_comes_back(nobody, pages):
    answers = [503, 200]
    made(nobody, pages.add(lambda page: page.answer(answers.pop(0),
                                                    picture(64, 48))))
    assert answers == []


def test_one_that_kills_its_workers_fails(service, nobody, pages, fetching):
    """After so many attempts; until then it is queued."""
    url = pages.add(lambda page: page.answer(body=picture()))
    with idle(service, fetching):
        task = task_of(send(nobody, url))
        for attempts in (1, 2):
            assert look(nobody, task)["status"] == "queued"
            service.query("UPDATE jobs SET state = 'running', worker = 'gone',"
                          " attempts = %s, lease_until = UTC_TIMESTAMP(6)"
                          " WHERE id = %s", attempts, job_key(task))
            assert look(nobody, task)["status"] == "queued"
            service.ctl("fsck", "--repair")
        said = look(nobody, task)
        assert said["status"] == "failed"
        assert said["error_message"] == \
            "the worker died or lost the database"


def test_an_administrator_tries_again(service, nobody, pages):
    answers = [404, 200]
    url = pages.add(lambda page: page.answer(answers.pop(0), picture()))
    task = task_of(send(nobody, url))
    assert ended(nobody, task)["status"] == "failed"
    service.ctl("job", "retry", task)
    wait_until(lambda: look(nobody, task)["status"] == "completed")


def test_one_that_was_removed_to_save_room_is_made_again(service, nobody,
                                                         pages):
    url = pages.add(lambda page: page.answer(body=picture()))
    task = task_of(send(nobody, url))
    ended(nobody, task)
    (name,), = service.query("SELECT v.variant FROM variants v JOIN jobs j"
                             " ON j.image_id = v.image_id WHERE j.id = %s",
                             job_key(task))
    service.ctl("purge", "variant", name)
    said = ended(nobody, task)
    assert decode(nobody.get(said["resized_url"]).content).size == (100, 75)


def test_it_expires_with_the_tiers_days(service, nobody, pages, fetching):
    """Then nobody knows of it any more."""
    url = pages.add(lambda page: page.answer(body=picture()))
    task = task_of(send(nobody, url))
    assert ended(nobody, task)["status"] == "completed"
    with idle(service, fetching):
        service.query("UPDATE images i JOIN jobs j ON j.image_id = i.id"
                      " SET i.created_at = i.created_at - INTERVAL 2 DAY"
                      " WHERE j.id = %s", job_key(task))
    wait_until(lambda: nobody.get(ROUTE, params={"id": task}).status_code
               == 404)
    refused(nobody.get(ROUTE, params={"id": task}), 404,
            f"Thumbnail {task} not found")


def test_the_tier_of_anonymous_decides(service, nobody, pages, fetching):
    """Whether URLs are fetched at all, also when their time has come."""
    url = pages.add(lambda page: page.answer(body=picture()))
    with idle(service, fetching):
        task = task_of(send(nobody, url))
        with tier_with(service, "fetch", "no", "yes"):
            assert "uploads by URL" in refused(send(nobody, url), 403)
            service.start("worker", **fetching)
            said = ended(nobody, task)
            assert said["status"] == "failed"
            assert "uploads by URL" in said["error_message"]
    assert not was_asked(pages, url)
    with tier_with(service, "formats", "png", "jpeg,png,gif,webp,tiff,bmp"):
        assert "png, not jpeg" in why(nobody, url)
    with tier_with(service, "any_size", "no", "yes"):
        made(nobody, url)
    with tier_with(service, "quota_bytes", 1, "none"):
        refused(send(nobody, url), 403)


def test_only_so_many_wait(service, nobody, pages, fetching):
    """429 beyond max_fetches, of all clients together."""
    url = pages.add(lambda page: page.answer(body=picture(64, 48)))
    with tier_with(service, "max_fetches", 3, 100), idle(service, fetching):
        answers = at_once(9, lambda: send(nobody, url))
        tasks = [task_of(answer) for answer in answers
                 if answer.status_code == 201]
        assert len(tasks) == 3
        for answer in answers:
            if answer.status_code != 201:
                refused(answer, 429)
                assert int(answer.headers["Retry-After"]) > 0
    for task in tasks:
        assert ended(nobody, task)["status"] == "completed"


def test_a_request_is_sent_again(nobody, pages):
    """With the same Idempotency-Key it is one thumbnail."""
    url = pages.add(lambda page: page.answer(body=picture(64, 48)))
    key = {"Idempotency-Key": uuid.uuid4().hex}
    answers = [nobody.post(ROUTE, json={"url": url}, headers=key)
               for _ in range(2)]
    assert task_of(answers[0]) == task_of(answers[1])


def test_an_administrator_can_close_it(service, nobody, pages, fetching):
    url = pages.add(lambda page: page.answer(body=picture()))
    with idle(service, fetching):
        task = task_of(send(nobody, url))
        with anonymous_disabled(service):
            refused(send(nobody, url), 403)
            refused(nobody.get(ROUTE, params={"id": task}), 403)
            service.start("worker", **fetching)
            wait_until(lambda: service.query(
                "SELECT 1 FROM jobs WHERE id = %s AND state = 'failed'",
                job_key(task)))
        said = look(nobody, task)
        assert said["error_message"] == "the account is disabled"
    assert not was_asked(pages, url)


def test_it_can_be_switched_off(service, nobody, fetching):
    with with_dialects(service, "image_api resize_tasks"):
        answer = send(nobody, "http://example.org/")
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
    service.restart("fcgi", **fetching)
    wait_until(lambda: nobody.get("/readyz").status_code == 200)


def test_no_task_is_lost(service, nobody, pages):
    """Each ends as it must, by what its URL leads to."""
    good, damaged = picture(200, 150), broken_picture()
    kinds = [
        ("completed", pages.add(lambda page: page.answer(body=good))),
        ("completed", pages.add(lambda page: page.answer(body=good))),
        ("failed", pages.add(lambda page: page.answer(body=damaged))),
        ("failed", pages.add(lambda page: page.answer(404))),
        ("failed", "http://127.0.0.2/a.jpg"),
    ]
    due, lock = {}, threading.Lock()

    def begin(session, number):
        status, url = kinds[number % len(kinds)]
        task = task_of(send(session, url))
        with lock:
            due[task] = status
        return task

    def end(session, task):
        said = end_of(session, task)
        if not said:
            return None
        assert said["status"] == due[task], said
        if said["resized_url"]:
            assert session.get(said["resized_url"]).status_code == 200
        return said["status"]

    with tier_with(service, "max_fetches", "none", 100):
        counts = none_is_lost(service, begin, end)
    expected = list(due.values())
    assert len(due) == TASKS
    assert counts == {status: expected.count(status)
                      for status in ("completed", "failed")}
    assert service.query(
        "SELECT COUNT(*) FROM jobs WHERE kind = 'fetch'"
        " AND state IN ('queued', 'running')") == ((0,),)
    assert service.ctl("fsck").returncode == 0
