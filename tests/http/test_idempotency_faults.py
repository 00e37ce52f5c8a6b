"""Idempotency-Key when a responder dies or loses the database on the way: what
was asked for is done once, and charged once.

PIXTIER_LONG=1 does harm before and after each command to the database."""

import os
import uuid

import pytest

from api import (is_back, links_of, new_user, post_picture,
                 unmake_administrators, upload, without)
from db_proxy import Harm, Proxy
from hooks import add, clean, deliveries_of, path_of
from pictures import picture
from service import SETTINGS, wait_until

LONG = os.environ.get("PIXTIER_LONG") == "1"
COMMIT = b"COMMIT"
# The default of db_timeout, and twice decoder_seconds_request.
LEASE = 5 + 2 * SETTINGS["decoder_seconds_request"]


@pytest.fixture(scope="module")
def proxy(service):
    """One responder of each kind, whose database is behind the proxy; and no
    workers, so that nothing else happens to what is made."""
    with without(service, "worker"), \
            Proxy(service.dir / "run" / "proxy.sock",
                  service.setting("db_socket")) as proxy:
        service.restart("fcgi", db_socket=proxy.path, responders=1,
                        upload_responders=1,
                        dialects="image_api thumbnails")
        wait_until(lambda: is_back(service))
        yield proxy
        unmake_administrators(service)
        service.restart("fcgi")
        wait_until(lambda: is_back(service))


class Post:
    """A request that makes one thing: how it is sent, and how many things its
    user has. `kept` is the status of its repetition, where that differs."""

    def __init__(self, service, kept=None):
        self.service, self.kept = service, kept
        self.session = new_user(service, fetch=1, any_size=1)
        self.name = self.session.auth[0]
        # A password is checked once; then the secret is known.
        self.session.get("/v1/me")

    def send(self, headers):
        raise NotImplementedError

    def count(self):
        raise NotImplementedError

    def rows(self, table, where="1"):
        return self.service.query(
            f"SELECT COUNT(*) FROM {table} t JOIN users u ON u.id = t.user_id"
            f" WHERE u.username = %s AND {where}", self.name)[0][0]


class Upload(Post):
    headers = {}

    def send(self, headers):
        return post_picture(self.session, headers={**headers, **self.headers})

    def count(self):
        """One image is charged as one."""
        rows = self.rows("images")
        assert self.service.query(
            "SELECT used_images, uploads_today, used_bytes FROM users"
            " WHERE username = %s", self.name) == (
                (rows, rows, rows * len(picture())),)
        return rows


class LaterUpload(Upload):
    headers = {"Prefer": "respond-async"}

    def count(self):
        assert super().count() == self.rows("jobs")
        return self.rows("jobs")


class UploadByUrl(Post):
    def send(self, headers):
        return self.session.post("/v1/images", headers=headers, json={
            "url": "http://192.0.2.1/picture.jpg"})

    def count(self):
        assert self.rows("images") == self.rows("jobs")
        return self.rows("jobs")


class Resize(Post):
    def send(self, headers):
        return self.session.post("/v1/resize", headers=headers,
                                 data={"width": "20"},
                                 files={"file": ("a.jpg", picture())})

    def count(self):
        assert self.rows("images") == self.rows("jobs")
        return self.rows("jobs")


class Link(Post):
    def __init__(self, service):
        super().__init__(service)
        self.image = upload(self.session)

    def send(self, headers):
        return self.session.post(links_of(self.image), headers=headers,
                                 json={"expires_in": 300})

    def count(self):
        return self.rows("links")


class Variant(Post):
    def __init__(self, service):
        super().__init__(service)
        self.image = upload(self.session)

    def send(self, headers):
        return self.session.post(f"/v1/images/{self.image['id']}/variants",
                                 headers=headers, json={"variant": "h33"})

    def count(self):
        return self.service.query(
            "SELECT COUNT(*) FROM variants v JOIN images t ON t.id ="
            " v.image_id JOIN users u ON u.id = t.user_id"
            " WHERE u.username = %s AND v.variant = 'h33'", self.name)[0][0]


class Token(Post):
    def __init__(self, service):
        super().__init__(service, kept=409)

    def send(self, headers):
        return self.session.post("/v1/tokens", headers=headers,
                                 json={"name": "a"})

    def count(self):
        return self.rows("tokens")


class Webhook(Post):
    def __init__(self, service):
        super().__init__(service, kept=409)

    def send(self, headers):
        return self.session.post("/v1/webhooks", headers=headers, json={
            "url": "https://receiver.invalid/hook", "events": ["image.ready"]})

    def count(self):
        return self.rows("webhooks")


class Delivery(Post):
    """A delivery that has ended is sent again: it has another job."""

    def __init__(self, service):
        super().__init__(service)
        webhook = add(self.session, events=["image.ready"])
        upload(self.session)
        delivery, = deliveries_of(self.session, webhook)
        self.path = path_of(webhook, f"/deliveries/{delivery['id']}/retry")
        service.query("UPDATE webhook_deliveries SET state = 'failed',"
                      " next_at = NULL, finished_at = UTC_TIMESTAMP(6)"
                      " WHERE webhook_id = %s",
                      uuid.UUID(webhook["id"]).bytes)
        self.jobs = self.rows("jobs")

    def send(self, headers):
        return self.session.post(self.path, headers=headers)

    def count(self):
        return self.rows("jobs") - self.jobs


class Cancel(Post):
    def __init__(self, service):
        super().__init__(service)
        image = post_picture(self.session, headers=LaterUpload.headers).json()
        self.path = f"/v1/jobs/{image['job']['id']}/cancel"

    def send(self, headers):
        return self.session.post(self.path, headers=headers)

    def count(self):
        return self.rows("jobs", "state = 'cancelled'")


class Administration(Post):
    """What an administrator does has one line in the audit."""

    def __init__(self, service):
        super().__init__(service)
        service.query("UPDATE users SET is_admin = 1 WHERE username = %s",
                      self.name)
        self.new = "n" + uuid.uuid4().hex[:12]

    def count(self):
        lines = self.service.query("SELECT COUNT(*) FROM audit WHERE"
                                   " actor = %s", self.name)[0][0]
        assert lines == self.done()
        return lines


class NewTier(Administration):
    def send(self, headers):
        return self.session.post("/v1/admin/tiers", headers=headers,
                                 json={"name": self.new})

    def done(self):
        return self.service.query("SELECT COUNT(*) FROM tiers WHERE name = %s",
                                  self.new)[0][0]


class NewUser(Administration):
    def send(self, headers):
        return self.session.post("/v1/admin/users", headers=headers, json={
            "username": self.new, "password": "a good password",
            "tier": "Basic"})

    def done(self):
        return self.service.query("SELECT COUNT(*) FROM users"
                                  " WHERE username = %s", self.new)[0][0]


class RetryJob(Administration):
    def __init__(self, service):
        super().__init__(service)
        image = post_picture(self.session, headers=LaterUpload.headers).json()
        self.path = f"/v1/admin/jobs/{image['job']['id']}/retry"
        service.query("UPDATE jobs j JOIN users u ON u.id = j.user_id SET"
                      " state = 'failed' WHERE u.username = %s", self.name)

    def send(self, headers):
        return self.session.post(self.path, headers=headers)

    def done(self):
        return self.rows("jobs", "state = 'queued'")


class ThumbnailOfDialect(Post):
    """Of the user `anonymous`."""

    def __init__(self, service):
        super().__init__(service)
        self.session = service.session()
        self.name = "anonymous"
        self.url = f"http://192.0.2.1/{uuid.uuid4()}.jpg"

    def send(self, headers):
        return self.session.post("/v1/thumbnails", headers=headers,
                                 json={"url": self.url})

    def count(self):
        return self.rows("jobs", f"url = '{self.url}'")


POSTS = [Upload, LaterUpload, UploadByUrl, Resize, Link, Variant, Token,
         Webhook, Delivery, Cancel, NewTier, NewUser, RetryJob,
         ThumbnailOfDialect]


def repeat(service, post, key):
    """Sends it again with its key until there is an answer; its attempt's
    lease ends meanwhile."""
    def send():
        answer = post.send(key)
        if "Retry-After" in answer.headers and answer.status_code == 409:
            assert 0 < int(answer.headers["Retry-After"]) <= LEASE
            service.query("UPDATE idempotency SET lease_until ="
                          " UTC_TIMESTAMP(6) WHERE status IS NULL")
            return None
        return [answer] if answer.status_code != 503 else None
    return wait_until(send)[0]


def check_once(service, proxy, make, harm):
    """Whether the harm was done. A request that is sent again has been carried
    out before if the harm came after its COMMIT."""
    post = make(service)
    before = post.count()
    key = {"Idempotency-Key": str(uuid.uuid4())}
    with proxy.doing(harm):
        first = post.send(key)
    if harm.kill and harm.happened:
        assert first.status_code == 503
        wait_until(lambda: is_back(service))
    assert first.status_code < 300 or first.status_code == 503, first.text
    was_done = post.count() - before
    answer = repeat(service, post, key)
    assert post.count() == before + 1, (harm.at, harm.kill, harm.done)
    replayed = answer.headers.get("Idempotency-Replayed") == "true"
    assert replayed == bool(was_done)
    if replayed and post.kept:
        assert answer.status_code == post.kept
    else:
        assert answer.status_code < 300, answer.text
    if first.status_code < 300 and not post.kept:
        assert answer.json() == first.json()
    return first, was_done


@pytest.mark.parametrize("make", POSTS)
@pytest.mark.parametrize("kill", (True, False), ids=("killed", "cut"))
def test_after_commit_it_is_done(service, proxy, make, kill):
    """COMMIT was carried out but its answer is lost, with the responder or
    with the connection: the request has been done, and a responder that lives
    finds that out."""
    harm = Harm(COMMIT, kill, True)
    first, was_done = check_once(service, proxy, make, harm)
    assert harm.happened and was_done == 1
    assert first.status_code == 503 if kill else first.status_code < 300


@pytest.mark.parametrize("make", POSTS)
def test_without_a_key_a_lost_answer_of_commit_is_no_conflict(service, proxy,
                                                              make):
    """What is in the way of the second try is what the first has done."""
    post = make(service)
    before = post.count()
    with proxy.doing(Harm(COMMIT, False, True)) as harm:
        answer = post.send({})
    # These two are one statement, which is its own transaction.
    assert harm.happened != (make in (Link, Token))
    assert answer.status_code < 300, answer.text
    assert post.count() == before + 1


def new_image(service, session):
    return "/v1/images/" + upload(session)["id"]


def new_webhook(service, session):
    return path_of(add(session, events=["image.deleted"]))


def new_tier(service, session):
    answer = session.post("/v1/admin/tiers",
                          json={"name": "n" + uuid.uuid4().hex[:12]})
    return "/v1/admin/tiers/" + answer.json()["id"]


def new_account(service, session):
    answer = session.post("/v1/admin/users", json={
        "username": "n" + uuid.uuid4().hex[:12],
        "password": "a good password", "tier": "Basic"})
    return "/v1/admin/users/" + answer.json()["id"]


@pytest.mark.parametrize("make", (new_image, new_webhook, new_tier,
                                  new_account))
@pytest.mark.parametrize("done", (True, False), ids=("after", "before"))
def test_a_delete_with_a_lost_commit_has_deleted(service, proxy, make, done):
    """The second try finds nothing any more because the first one has
    deleted it: 204, and the event and the credit are there once."""
    session = new_user(service)
    name = session.auth[0]
    service.query("UPDATE users SET is_admin = 1 WHERE username = %s", name)
    webhook = add(session, events=["image.deleted"])
    path = make(service, session)
    with proxy.doing(Harm(COMMIT, False, done)) as harm:
        answer = session.delete(path)
    assert harm.happened
    assert answer.status_code == 204, answer.text
    assert session.delete(path).status_code == 404
    assert len(deliveries_of(session, webhook)) == (make is new_image)
    assert service.query(
        "SELECT used_images, used_bytes FROM users WHERE username = %s",
        name) == ((0, 0),)


@pytest.mark.parametrize("make", POSTS if LONG else [Upload, Link, NewUser])
@pytest.mark.parametrize("kill", (True, False), ids=("killed", "cut"))
def test_before_commit_it_is_not_done(service, proxy, make, kill):
    harm = Harm(COMMIT, kill, False)
    first, was_done = check_once(service, proxy, make, harm)
    assert harm.happened and was_done == 0
    assert first.status_code == 503


@pytest.mark.skipif(not LONG, reason="PIXTIER_LONG=1 runs this")
@pytest.mark.parametrize("make", [Upload, Link, Token, NewUser])
def test_at_each_command_it_is_done_once(service, proxy, make):
    """Kills and lost connections before and after each command to the
    database that a request sends."""
    for kill in (True, False):
        for done in (True, False):
            at, happened = 0, True
            while happened:
                at += 1
                harm = Harm(at, kill, done)
                check_once(service, proxy, make, harm)
                happened = harm.happened
            assert at > 3
