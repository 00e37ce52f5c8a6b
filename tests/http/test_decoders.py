"""Decoder processes: whose pictures they have, and what they never have."""

import base64
import concurrent.futures
import os
import pathlib

import pytest
from PIL import Image

from api import is_back, make_token, new_user, settled, upload, variant_of
from pictures import encode
from processes import children_of, decoders, is_alive
from service import wait_until

needs_root = pytest.mark.skipif(
    os.geteuid(), reason="only root can read other processes' memory")


@pytest.fixture
def one_responder(service):
    """So that all uploads go to the same process."""
    service.restart("fcgi", responders=1, upload_responders=1)
    wait_until(lambda: is_back(service))
    yield service
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


def memory_of(pid):
    """All that the process could read, in pieces, but what files have."""
    with open(f"/proc/{pid}/maps") as maps, \
            open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            area, rights = line.split()[:2]
            if "r" not in rights or "[v" in line:
                continue
            if "w" not in rights and " /" in line:
                continue
            start, end = (int(number, 16) for number in area.split("-"))
            try:
                memory.seek(start)
                yield memory.read(end - start)
            except (OSError, ValueError):
                continue  # such as a page that no file backs any more


def found_in(pid, things):
    """The names of those things that the process has in its memory."""
    return {name for piece in memory_of(pid)
            for name, thing in things.items() if thing in piece}


def pictures_of(session, seed):
    """Uploads a picture; returns bytes that only its thumbnail has."""
    noise = Image.frombytes("L", (300, 300), random_bytes(seed, 90000))
    image = upload(session, encode(noise, quality=95))
    data = session.get(variant_of(image, "h200")).content
    return data[len(data) // 2:][:64]


def random_bytes(seed, count):
    value, made = seed, bytearray()
    while len(made) < count:
        value = value * 6364136223846793005 + 1442695040888963407 & 2**64 - 1
        made += (value >> 32).to_bytes(4, "big")
    return bytes(made)


def test_a_users_pictures_go_to_one_process(one_responder):
    """As long as nothing is wrong with one and no other user comes."""
    session = new_user(one_responder)
    upload(session)
    before = decoders(one_responder, "fcgi")
    for _ in range(5):
        upload(session)
    assert decoders(one_responder, "fcgi") == before


@needs_root
def test_no_process_has_pictures_of_two_users(one_responder):
    thumbnails = {seed: pictures_of(new_user(one_responder), seed)
                  for seed in range(1, 5)}
    # Two have no user yet.
    wait_until(lambda: len(decoders(one_responder, "fcgi")) == 6)
    found = [found_in(pid, thumbnails)
             for pid in decoders(one_responder, "fcgi")]
    assert sorted(map(sorted, found)) == [[], [], [1], [2], [3], [4]]


def test_pictures_of_nobody_get_a_process_each(one_responder):
    """Those of clients that have no user, which share a built-in one."""
    client = one_responder.session()
    data = encode(Image.new("RGB", (300, 200), "red"))
    for _ in range(4):
        before = decoders(one_responder, "fcgi")
        answer = client.post("/api/v1/thumbnail_generator/",
                             files={"image": ("a.jpg", data)})
        assert answer.status_code == 202
        wait_until(lambda: decoders(one_responder, "fcgi") != before)
        after = decoders(one_responder, "fcgi")
        assert len(after) == len(before) == 2
        assert len(set(before) - set(after)) == 1


@pytest.fixture
def many_responders(service):
    """Each has a decoder process that it keeps, and there are fresh ones."""
    service.restart("fcgi", responders=4, upload_responders=40)
    wait_until(lambda: is_back(service))
    yield service
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


def test_responders_share_waiting_decoders(many_responders):
    """Whichever responder gets a user's picture, the same process does."""
    sessions = [new_user(many_responders) for _ in range(3)]
    for session in sessions:
        upload(session)
    before = decoders(many_responders, "fcgi")
    for _ in range(8):
        for session in sessions:
            upload(session)
    assert decoders(many_responders, "fcgi") == before


def upload_as_each(service, user, secrets):
    """By Basic, by a token and with a session's cookie; adds to the secrets
    what came with these."""
    name, password = user.auth
    browser = service.session()
    answer = browser.post("/v1/login", json={"username": name,
                                             "password": password})
    browser.headers["X-Pixtier-CSRF"] = answer.json()["csrf"]
    token = make_token(user)["token"]
    upload(user)
    upload(browser)
    upload(service.session(token=token))
    secrets.update({
        f"password of {name}": password.encode(),
        f"Authorization of {name}": base64.b64encode(
            f"{name}:{password}".encode()),
        f"token of {name}": token.encode(),
        f"CSRF value of {name}": answer.json()["csrf"].encode(),
        f"cookie of {name}": next(iter(browser.cookies)).value.encode()})


@needs_root
def test_decoders_know_no_secret(many_responders):
    """Forty decoder processes, fresh and kept, and the program that forks
    them: no password, no key, no token, cookie or Authorization of a request
    before."""
    service = many_responders
    users = [new_user(service) for _ in range(10)]
    keys = [line.split()[3] for line in pathlib.Path(
        service.setting("keys_file")).read_text().splitlines()
        if not line.startswith("#")]
    secrets = {
        "database password": service.setting("db_password").encode(),
        **{f"key {i}": bytes.fromhex(key) for i, key in enumerate(keys)},
        **{f"key {i} as text": key.encode() for i, key in enumerate(keys)},
    }

    def go_on():
        with concurrent.futures.ThreadPoolExecutor(len(users)) as pool:
            list(pool.map(lambda user: upload_as_each(service, user, secrets),
                          users))
        return len(decoders(service, "fcgi")) >= 40

    wait_until(go_on)
    settled(users[0], users[0].post(
        "/v1/images", data=encode(Image.new("RGB", (40, 30))),
        headers={"Content-Type": "image/jpeg",
                 "Prefer": "respond-async"}).json())
    responders = [found_in(pid, secrets) for pid in service.children("fcgi")]
    assert "database password" in set().union(*responders)
    for part in "fcgi", "worker":
        server = service.decoder_server(part)
        for pid in [server, *decoders(service, part)]:
            assert found_in(pid, secrets) == set(), (part, pid)
        assert pathlib.Path(f"/proc/{server}/environ").read_bytes().count(
            b"=glibc") == 1


def test_a_decoder_server_that_dies_is_replaced(one_responder):
    """The responders go on with the next one."""
    upload(new_user(one_responder))
    before = one_responder.decoder_server("fcgi")
    os.kill(before, 9)
    for _ in range(3):
        upload(new_user(one_responder))
    after = wait_until(lambda: one_responder.decoder_server("fcgi"))
    assert after != before and children_of(after)


def test_decoders_end_with_the_supervisor(one_responder):
    """However it ends: those that are kept and those that wait."""
    upload(new_user(one_responder))
    pids = [one_responder.decoder_server("fcgi"),
            *decoders(one_responder, "fcgi")]
    assert len(pids) == 4
    one_responder.kill("fcgi")
    wait_until(lambda: not any(is_alive(pid) for pid in pids), 2)


def test_a_reload_replaces_the_decoder_server(one_responder):
    """The setting decoder_pictures is another then, say."""
    session = new_user(one_responder)
    upload(session)
    before = one_responder.decoder_server("fcgi")
    one_responder.kill("fcgi", 1)
    wait_until(lambda: one_responder.decoder_server("fcgi") not in
               (None, before))
    upload(session)
    wait_until(lambda: not pathlib.Path(f"/proc/{before}").exists())
    assert children_of(one_responder.decoder_server("fcgi"))


@pytest.mark.parametrize("setting", [{"decoder_pictures": 1},
                                     {"idle_decoders": 0}])
def test_a_new_process_for_each_picture(service, setting):
    service.restart("fcgi", responders=1, upload_responders=1, **setting)
    try:
        wait_until(lambda: is_back(service))
        session = new_user(service)
        for _ in range(3):
            before = decoders(service, "fcgi")
            assert len(before) == 2
            upload(session)
            wait_until(lambda: decoders(service, "fcgi") != before)
    finally:
        service.restart("fcgi")
        wait_until(lambda: is_back(service))
