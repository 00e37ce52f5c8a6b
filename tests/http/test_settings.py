"""Settings: what changes for clients when an operator changes one."""

import re

import pytest
from PIL import Image

import fcgi_client
from api import is_back, new_user, post_picture, problem, settled, upload
from pictures import encode, quarters
from processes import frozen_decoders
from service import wait_until

# Mebibytes of memory that a decoder process needs is about this plus 10 a megapixel.
SMALL = {"decoder_memory_request": 64, "decoder_memory_worker": 128}


@pytest.fixture(scope="module")
def changed(service):
    """The responders, with other settings for this file."""
    pids = service.store.parent / "pids"
    pids.mkdir(exist_ok=True)
    pids.chmod(0o777)
    service.restart(
        "fcgi", **SMALL, jpeg_quality=20, webp_quality=10, session_ttl=61,
        password_cost=2, decoder_seconds_request=1, job_attempts=7,
        delivery="accel", accel_prefix="/_elsewhere/", run_dir=pids)
    yield service
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


@pytest.mark.parametrize("format, setting", [("JPEG", "jpeg_quality"),
                                             ("WEBP", "webp_quality")])
def test_quality_is_a_matter_of_size(changed, format, setting):
    """The thumbnail has about the bytes that Pillow needs at the setting."""
    image = quarters().effect_spread(60)
    data = encode(image, format, quality=95)
    made = upload(changed.session("basic"), data)["variants"][0]
    small = image.resize((267, 200), Image.LANCZOS)
    low = len(encode(small, format, quality=35))
    high = len(encode(small, format, quality=80))
    assert made["bytes"] < low < high, setting


def test_a_session_lasts_as_long_as_set(changed):
    """The setting session_ttl."""
    answer = changed.session().post("/v1/login", json={
        "username": "basic", "password": changed.passwords["basic"]})
    assert "Max-Age=61;" in answer.headers["Set-Cookie"] + ";"
    (left,), = changed.query(
        "SELECT TIMESTAMPDIFF(SECOND, created_at, expires_at) FROM tokens"
        " WHERE kind = 'session' ORDER BY id DESC LIMIT 1")
    assert left == 61


def test_a_password_is_hashed_anew_when_its_cost_changes(changed):
    """The setting password_cost, at the next login."""
    session = new_user(changed)
    user = session.auth[0]

    def kept():
        (text,), = changed.query(
            "SELECT password FROM users WHERE username = %s", user)
        return text.split("$")[1:3]

    assert kept() == ["y", "j75"]
    assert session.get("/v1/me").status_code == 200
    assert kept() == ["y", "j85"]
    assert session.get("/v1/me").status_code == 200


def test_what_a_request_has_no_memory_for_is_left_to_a_worker(changed):
    """Above the setting decoder_memory_request; and above
    decoder_memory_worker nobody has any."""
    session = changed.session("enterprise")

    def post(width, height):
        return post_picture(session, encode(Image.new("1", (width, height)),
                                            "PNG"))

    assert post(2000, 2000).status_code == 201
    answer = post(3000, 2000)
    assert answer.status_code == 202
    assert answer.json()["job"]["max_attempts"] == 7, "job_attempts"
    problem(post(4000, 3500), 413, "too_large")
    assert settled(session, answer.json())["status"] == "ready"


def decoder_deaths(service):
    found = re.search("^pixtier_painter_deaths_total (.*)$",
                      service.session().get("/metrics").text, re.MULTILINE)
    return int(found[1])


def test_a_picture_has_its_time(changed):
    """The setting decoder_seconds_request: then a worker gets it. The next
    picture has its own."""
    session = changed.session("basic")
    before = decoder_deaths(changed)
    with frozen_decoders(changed, "fcgi"):
        answer = post_picture(session)
    assert decoder_deaths(changed) == before + 1
    assert answer.status_code == 202
    assert answer.elapsed.total_seconds() >= 1
    assert settled(session, answer.json())["status"] == "ready"
    upload(session)


def test_the_web_server_is_told_where_the_files_are(changed):
    """The setting accel_prefix, for nginx."""
    image = upload(changed.session("basic"))
    url = image["variants"][0]["url"].removeprefix(changed.url)
    answer = fcgi_client.exchange(
        changed.setting("listen"),
        fcgi_client.request(fcgi_client.environment("GET", url)))
    where = answer.headers["x-accel-redirect"].removeprefix("/_elsewhere/")
    file = changed.store / "objects" / where
    assert file.stat().st_size == image["variants"][0]["bytes"]


def test_the_supervisor_says_who_it_is(changed):
    """The setting run_dir."""
    file = changed.store.parent / "pids" / "pixtier-fcgi.pid"
    assert int(file.read_text()) == changed.pid("fcgi")


def test_settings_out_of_bounds_are_refused(service):
    """By name, with what is expected; nothing starts."""
    before = service.pid("worker")
    with pytest.raises(RuntimeError) as error:
        service.start("worker", worker_poll_ms=49)
    service.start("worker")
    assert service.pid("worker") != before
    assert "worker_poll_ms: a number from 50 to 60000, not \"49\"" in \
        str(error.value)
