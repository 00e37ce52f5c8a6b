"""The keys that sign links: one takes over from another while links are made
and opened, on every responder."""

import base64
import contextlib
import json
import os
import threading
import time

import pytest

from api import (at_once, links_of, make_token, new_user, post_picture,
                 problem, upload)
from load import Load
from processes import RESPONDERS, RequestLog, everywhere, new_request_id
from service import wait_until, wait_within


def key_of(url):
    """The id of the key that signed it."""
    token = url.split("/")[-2]
    head = base64.urlsafe_b64decode(token[:8])
    return int.from_bytes(head[2:4], "big")


def keys(service, *command):
    """The keys after `pixtierctl key ...`, by id."""
    printed = service.ctl("--json", "key", *command).stdout
    return {key["id"]: key for key in json.loads(printed)}


def rotate(service, *options):
    """The id of the key that signs from now on."""
    signer, = [key["id"] for key in keys(service, "rotate", *options).values()
               if key["state"] == "signs"]
    return signer


@pytest.fixture
def session(service):
    """One that may make links, and is quick to identify."""
    owner = new_user(service, link_min=60)
    return service.session(token=make_token(owner)["token"])


def make_link(session, image):
    answer = session.post(links_of(image), json={"expires_in": 300})
    assert answer.status_code == 201, answer.text
    return answer.json()


class Clients:
    """Each makes a link, and opens it and an old one in other connections; a
    turn is when it began, the new link's key, and what opening gave."""

    def __init__(self, service, session, image, old):
        self.service, self.session = service, session
        self.image, self.old = image, old
        self.own = threading.local()

    def turn(self):
        if not hasattr(self.own, "maker"):
            self.own.maker = self.service.session()
            self.own.maker.auth = self.session.auth
        began = time.monotonic()
        link = make_link(self.own.maker, self.image)
        opened = [self.service.session().get(url).status_code
                  for url in (link["url"], self.old["url"])]
        return began, key_of(link["url"]), opened


def test_keys_rotate_and_no_link_is_refused(service, session):
    """pixtierctl key rotate, three times, while six clients make links and
    open them at once: all are good, and a link made after a rotation is of the
    new key."""
    image = upload(session)
    old = make_link(session, image)
    clients = Clients(service, session, image, old)
    log = RequestLog(service)
    rotations = []
    with Load(6, clients.turn) as load:
        for _ in range(3):
            signer = rotate(service)
            rotations.append((time.monotonic(), signer))
            done = len(load.results)
            wait_until(lambda: len(load.results) >= done + 12)
    turns = [turn for turn, _ in load.results]
    opened = [status for turn in turns for status in turn[2]]
    refused = [status for status in opened if status != 200]
    assert (len(opened), refused) == (2 * len(turns), [])
    assert log.events("keys_damaged") == []
    first = key_of(old["url"])
    assert {turn[1] for turn in turns} == \
        {first} | {signer for _, signer in rotations}
    for at, signer in rotations:
        assert {turn[1] >= signer for turn in turns if turn[0] > at} == {True}


def test_a_new_key_signs_on_all_responders(service, session):
    """Those that take uploads, too, in whose answers are URLs."""
    image = upload(session)
    path = "/v1/images/" + image["id"]
    signer = rotate(service)
    log = RequestLog(service)
    pids = set()

    def shown(ask):
        own = service.session()
        own.auth = session.auth
        own.headers["X-Request-Id"] = name = new_request_id()
        return name, key_of(ask(own).json()["variants"][0]["url"])

    while len(pids) < 2 * RESPONDERS:
        answers = at_once(2 * RESPONDERS, lambda: shown(
            lambda own: own.get(path))) + at_once(
                2 * RESPONDERS, lambda: shown(post_picture))
        assert {key for _, key in answers} == {signer}
        pids |= set(log.pids([name for name, _ in answers]))


def test_a_retired_key_ends_its_links(service, session):
    """pixtierctl key retire: 403 bad_signature from every responder at once;
    until then all open them."""
    image = upload(session)
    old = make_link(session, image)
    key = key_of(old["url"])
    refused = service.ctl("key", "retire", str(key), check=False)
    assert refused.returncode == 1
    assert "`pixtierctl key rotate` first" in refused.stderr
    rotate(service)
    new = make_link(session, image)
    assert {a.status_code for a in everywhere(service, old["url"])} == {200}

    assert keys(service, "retire", str(key))[key]["state"] == "retired"
    for answer in everywhere(service, old["url"]):
        problem(answer, 403, "bad_signature")
    assert {a.status_code for a in everywhere(service, new["url"])} == {200}
    keys(service, "retire", str(key), "--retire-after", "60")
    problem(service.session().get(old["url"]), 403, "bad_signature")

    for word, status, why in (("65535", 1, "no key"), ("x", 2, "key list"),
                              ("0", 2, "key list")):
        refused = service.ctl("key", "retire", word, check=False)
        assert (refused.returncode, why in refused.stderr) == (status, True)
    lines = json.loads(service.ctl("--json", "audit", "--limit", "3").stdout)
    assert [(line["action"], line["subject"]) for line in lines] == [
        ("key.retire", f"key {key}"), ("key.retire", f"key {key}"),
        ("key.rotate", f"key {key_of(new['url'])}")]


def test_a_key_that_was_stolen_ends_at_once(service, session):
    """pixtierctl key rotate --retire-after 0."""
    image = upload(session)
    old = make_link(session, image)
    rotate(service, "--retire-after", "0")
    for answer in everywhere(service, old["url"]):
        problem(answer, 403, "bad_signature")
    new = make_link(session, image)
    assert {a.status_code for a in everywhere(service, new["url"])} == {200}


def test_a_revoked_link_ends_on_all_responders(service, session):
    """DELETE /v1/links/{id}: 410 link_revoked from each within two seconds,
    and from none is it open again."""
    image = upload(session)
    link, other = make_link(session, image), make_link(session, image)
    assert {a.status_code for a in everywhere(service, link["url"])} == {200}
    assert session.delete("/v1/links/" + link["id"]).status_code == 204

    def ended():
        return {a.status_code for a in everywhere(service, link["url"])} == \
            {410}

    wait_within(2, ended)
    for answer in everywhere(service, link["url"]):
        problem(answer, 410, "link_revoked")
    assert {a.status_code for a in everywhere(service, other["url"])} == {200}


@contextlib.contextmanager
def cut(path):
    """A file without its last ten bytes for a while; it stays its owner's."""
    with open(path, "r+b") as file:
        good = file.read()
        file.truncate(len(good) - 10)
        try:
            yield
        finally:
            os.pwrite(file.fileno(), good, 0)


def test_a_damaged_file_of_keys_ends_no_link(service, session):
    """The keys that were read go on; the log, GET /readyz and pixtierctl
    doctor tell of it, and pixtierctl key rotate leaves the file alone."""
    image = upload(session)
    old = make_link(session, image)
    everywhere(service, old["url"])
    log = RequestLog(service)
    with cut(service.setting("keys_file")):
        for _ in range(2):
            answers = everywhere(service, old["url"])
            assert {a.status_code for a in answers} == {200}
        new = make_link(session, image)
        assert service.session().get(new["url"]).status_code == 200
        for answer in everywhere(service, "/readyz"):
            assert answer.json()["status"] == "ready"
            assert "keys_file" in answer.json()["warning"]
        looked = service.ctl("--json", "doctor", check=False)
        found, = [line for line in json.loads(looked.stdout)
                  if line["what"] == "keys"]
        assert found["verdict"] == "FAIL" and "put a copy" in found["finding"]
        refused = service.ctl("key", "rotate", check=False)
        assert refused.returncode == 1 and "keys_file" in refused.stderr
    for answer in everywhere(service, "/readyz"):
        assert answer.json() == {"status": "ready"}
    received = [event["pid"] for event in log.events("keys_damaged")]
    assert len(received) == len(set(received)) >= RESPONDERS
    rotate(service)
    assert {a.status_code for a in everywhere(service, new["url"])} == {200}
