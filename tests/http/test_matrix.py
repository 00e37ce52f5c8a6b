"""Who may do what: every route of fcgi/routes.c, as everybody."""

import os
import re

import pytest

from api import (forget_webhooks, make_token, new_user, post_picture,
                 settled, upload)
from dialect import tier_with, web_tokens
from pictures import broken_picture, picture
from service import SRCDIR, wait_until

EVERYBODY = ("nobody", "other", "admin", "expired", "wrong scope", "disabled",
             "owner")
OPEN = "200 200 200 200 200 200 200"
TAKEN = "202 202 202 202 202 202 202"
MADE = "201 201 201 201 201 201 201"
ELSEWHERE = "302 302 302 302 302 302 302"
EMPTY = "204 204 204 204 204 204 204"
THUMBNAIL = {"files": {"image": ("a.jpg", picture(64, 48))}}

# What each gets, in the order of EVERYBODY; the owner comes last, as some
# routes remove what they are about. An {image}, {token}, {link} or {job} in the
# path is the owner's. A new route needs a row here.
MATRIX = {
    "POST /v1/login": ("/v1/login", OPEN, {"login": True}),
    "POST /v1/logout": ("/v1/logout", "401 204 204 401 204 401 204"),
    "GET /v1/me": ("/v1/me", "401 200 200 401 403 401 200"),
    "PUT /v1/me/password": (
        "/v1/me/password", "401 401 401 401 403 401 204", {"password": True}),
    "POST /v1/tokens": ("/v1/tokens", "401 201 201 401 403 401 201",
                        {"json": {"name": "a"}}),
    "GET /v1/tokens": ("/v1/tokens", "401 200 200 401 403 401 200"),
    "DELETE /v1/tokens/{id}": ("/v1/tokens/{token}",
                               "401 404 404 401 403 401 204"),
    "POST /v1/images": ("/v1/images", "401 201 201 401 403 401 201",
                        {"files": {"image": ("a.jpg", picture(64, 48))}}),
    "GET /v1/images": ("/v1/images", "401 200 200 401 403 401 200"),
    "GET /v1/images/{id}": ("/v1/images/{image}",
                            "401 404 404 401 403 401 200"),
    "PATCH /v1/images/{id}": ("/v1/images/{image}",
                              "401 404 404 401 403 401 200",
                              {"json": {"name": "a"}}),
    "DELETE /v1/images/{id}": ("/v1/images/{image}",
                               "401 404 404 401 403 401 204"),
    "POST /v1/images/{id}/variants": ("/v1/images/{image}/variants",
                                      "401 404 404 401 403 401 201",
                                      {"json": {"variant": "h200"}}),
    "GET /v1/images/{id}/variants/{variant}": (
        "/v1/images/{image}/variants/h200", "401 404 404 401 403 401 200"),
    "POST /v1/images/{id}/links": ("/v1/images/{image}/links",
                                   "401 404 404 401 403 401 201",
                                   {"json": {"expires_in": 300}}),
    "GET /v1/images/{id}/links": ("/v1/images/{image}/links",
                                  "401 404 404 401 403 401 200"),
    "DELETE /v1/links/{id}": ("/v1/links/{link}",
                              "401 404 404 401 403 401 204"),
    "GET /l/{token}/{filename}": ("{url}", OPEN),
    "GET /v1/jobs": ("/v1/jobs", "401 200 200 401 403 401 200"),
    "GET /v1/jobs/{id}": ("/v1/jobs/{job}", "401 404 404 401 403 401 200"),
    "POST /v1/resize": ("/v1/resize", "401 201 201 401 403 401 201",
                        {"files": {"file": ("a.jpg", picture(64, 48))},
                         "data": {"height": 200}}),
    "GET /v1/jobs/{id}/result": ("/v1/jobs/{resize}/result",
                                 "401 404 404 401 403 401 200"),
    "POST /v1/jobs/{id}/cancel": ("/v1/jobs/{resize}/cancel",
                                  "401 404 404 401 403 401 409"),
    "POST /api/token/": ("/api/token/", OPEN, {"login": True}),
    "POST /api/token/refresh/": ("/api/token/refresh/", OPEN,
                                 {"refresh": True}),
    "GET /api/images/": ("/api/images/", "401 200 200 401 403 401 200"),
    "POST /api/image/upload/": (
        "/api/image/upload/", "401 201 201 401 403 401 201",
        {"files": {"file": ("a.jpg", picture(64, 48))},
         "data": {"name": "a"}}),
    "POST /api/image/expiring/": (
        "/api/image/expiring/", "401 404 404 401 403 401 201",
        {"expiring": True}),
    "GET /api/image/expiring/{token}/{path}": ("{expiring}", OPEN),
    "GET /api/schema/": ("/api/schema/", OPEN),
    "GET /api/docs/": ("/api/docs/", OPEN),
    "GET /images/": ("/images/", "403 200 200 403 403 403 200"),
    "POST /images/upload/": (
        "/images/upload/", "403 201 201 403 403 403 201",
        {"files": {"original_file": ("a.jpg", picture(64, 48))}}),
    "POST /images/generate-link/{id}/": (
        "/images/generate-link/{image}/", "403 404 404 403 403 403 201",
        {"data": {"expires_in": 30}}),
    "GET /images/link/{alias}/": ("{alias}", OPEN),
    "GET /api-auth/login/": ("/api-auth/login/", OPEN),
    "POST /api-auth/login/": ("/api-auth/login/", ELSEWHERE, {"form": True}),
    "GET /api-auth/logout/": ("/api-auth/logout/", OPEN),
    "POST /api-auth/logout/": ("/api-auth/logout/", OPEN),
    "POST /api/v1/thumbnail_generator/": (
        "/api/v1/thumbnail_generator/", TAKEN, THUMBNAIL),
    "POST /api/v1/": ("/api/v1/", TAKEN, THUMBNAIL),
    "GET /api/v1/thumbnail_generator/{task_id}": (
        "/api/v1/thumbnail_generator/{thumbnail}", OPEN),
    "POST /api/v1/images/resize": (
        "/api/v1/images/resize?width=8&height=6", TAKEN,
        {"files": {"file": ("a.jpg", picture(64, 48))}}),
    "GET /api/v1/status/{task_id}": ("/api/v1/status/{task}", OPEN),
    "GET /api/v1/images/result/{task_id}": (
        "/api/v1/images/result/{task}", OPEN),
    "OPTIONS /api/v1/images/resize": ("/api/v1/images/resize", EMPTY),
    "OPTIONS /api/v1/status/{task_id}": ("/api/v1/status/{task}", EMPTY),
    "OPTIONS /api/v1/images/result/{task_id}": (
        "/api/v1/images/result/{task}", EMPTY),
    "POST /v1/thumbnails": ("/v1/thumbnails", MADE,
                            {"json": {"url": "https://192.0.2.1/"}}),
    "GET /v1/thumbnails": ("/v1/thumbnails?id={fetched}", OPEN),
    "GET /v1/openapi.json": ("/v1/openapi.json", OPEN),
    "GET /docs/": ("/docs/", OPEN),
    "GET /docs/style.css": ("/docs/style.css", OPEN),
    "GET /problems/{code}": ("/problems/rate_limited", OPEN),
    "POST /v1/webhooks": (
        "/v1/webhooks", "401 201 201 401 403 401 201",
        {"json": {"url": "https://hook.invalid/", "events": ["image.failed"]}}),
    "GET /v1/webhooks": ("/v1/webhooks", "401 200 200 401 403 401 200"),
    "GET /v1/webhooks/{id}": ("/v1/webhooks/{webhook}",
                              "401 404 404 401 403 401 200"),
    "PATCH /v1/webhooks/{id}": ("/v1/webhooks/{webhook}",
                                "401 404 404 401 403 401 200",
                                {"json": {"enabled": True}}),
    "DELETE /v1/webhooks/{id}": ("/v1/webhooks/{webhook}",
                                 "401 404 404 401 403 401 204"),
    "GET /v1/webhooks/{id}/deliveries": (
        "/v1/webhooks/{webhook}/deliveries", "401 404 404 401 403 401 200"),
    "POST /v1/webhooks/{id}/deliveries/{delivery}/retry": (
        "/v1/webhooks/{webhook}/deliveries/{delivery}/retry",
        "401 404 404 401 403 401 202"),
    "GET /v1/admin/tiers": ("/v1/admin/tiers", "401 403 200 401 403 401 403"),
    "POST /v1/admin/tiers": ("/v1/admin/tiers", "401 403 201 401 403 401 403",
                             {"json": {"name": "matrix"}}),
    "GET /v1/admin/tiers/{id}": ("/v1/admin/tiers/{tier}",
                                 "401 403 200 401 403 401 403"),
    "PATCH /v1/admin/tiers/{id}": ("/v1/admin/tiers/{tier}",
                                   "401 403 200 401 403 401 403",
                                   {"json": {"links": True}}),
    "DELETE /v1/admin/tiers/{id}": ("/v1/admin/tiers/{unused}",
                                    "401 403 204 401 403 401 403"),
    "GET /v1/admin/users": ("/v1/admin/users", "401 403 200 401 403 401 403"),
    "POST /v1/admin/users": (
        "/v1/admin/users", "401 403 201 401 403 401 403",
        {"json": {"username": "matrix", "password": "a pass phrase",
                  "tier": "Basic"}}),
    "GET /v1/admin/users/{id}": ("/v1/admin/users/{user}",
                                 "401 403 200 401 403 401 403"),
    "PATCH /v1/admin/users/{id}": ("/v1/admin/users/{user}",
                                   "401 403 200 401 403 401 403",
                                   {"json": {"email": None}}),
    "DELETE /v1/admin/users/{id}": ("/v1/admin/users/{leaver}",
                                    "401 403 204 401 403 401 403"),
    "GET /v1/admin/audit": ("/v1/admin/audit", "401 403 200 401 403 401 403"),
    "GET /v1/admin/jobs": ("/v1/admin/jobs", "401 403 200 401 403 401 403"),
    "POST /v1/admin/jobs/{id}/retry": ("/v1/admin/jobs/{failed}/retry",
                                       "401 403 200 401 403 401 403"),
    "GET /v1/admin/workers": ("/v1/admin/workers",
                              "401 403 200 401 403 401 403"),
    "GET /v1/admin/stats": ("/v1/admin/stats", "401 403 200 401 403 401 403"),
    "GET /healthz": ("/healthz", OPEN),
    "GET /readyz": ("/readyz", OPEN),
    "GET /metrics": ("/metrics", OPEN),
}

ROUTES = {
    f"{method} {path}": (need, scope) for method, path, need, scope in
    re.findall(r'METHOD_(\w+),\s+"([^"]+)",\s+NEED_(\w+),\s+SCOPE_(\w+),',
               (SRCDIR / "fcgi/routes.c").read_text())}


class People:
    """Sessions of all those in EVERYBODY."""

    def __init__(self, service):
        self.service = service
        self.owner = new_user(service)
        self.other = new_user(service)
        name, password = self.other.auth[0], os.urandom(9).hex()
        service.ctl("user", "passwd", name, "--password-stdin",
                    stdin=password + "\n")
        self.other.auth = name, password
        self.admin = service.session("admin")
        self.expired = self.token(self.owner)
        service.query("UPDATE tokens SET expires_at = UTC_TIMESTAMP(6)"
                      " ORDER BY id DESC LIMIT 1")
        gone = new_user(service)
        self.disabled = self.token(gone)
        service.query("UPDATE users SET disabled_at = UTC_TIMESTAMP(6)"
                      " WHERE username = %s", gone.auth[0])

    def bearer(self, session):
        """The same user, with a JSON Web Token."""
        return self.service.session(
            token=web_tokens(self.service, session)["access"])

    def token(self, session, **fields):
        return self.service.session(
            token=make_token(session, **fields)["token"])

    def all(self, need, scope):
        """One after another; the wrong scopes are all others."""
        some = self.admin if need == "ADMIN" else self.owner
        others = {"read", "write", "link"} - {scope.lower()}
        wrong = self.token(some, scopes=sorted(others))
        owner, other, admin = self.owner, self.other, self.admin
        if need == "BEARER":
            owner, other, admin = map(self.bearer, (owner, other, admin))
        sessions = (self.service.session(), other, admin, self.expired, wrong,
                    self.disabled, owner)
        for session in sessions:
            session.cookies.clear()  # of earlier logins
        return zip(EVERYBODY, sessions)


@pytest.fixture(scope="module")
def people(service):
    with tier_with(service, "requests_per_minute", "none", 60):
        yield People(service)
    forget_webhooks(service)


def thumbnail(session):
    answer = session.post("/api/v1/thumbnail_generator/", files={
        "image": ("a.jpg", picture(64, 48))})
    return answer.json()["task_id"]


def resized(session):
    """A task of resize_tasks that has ended."""
    answer = session.post("/api/v1/images/resize?width=8&height=6", files={
        "file": ("a.jpg", picture(64, 48))})
    task = answer.json()["task_id"]
    wait_until(lambda: session.get("/api/v1/status/" + task).json()
               == {"status": "SUCCESS"})
    return task


def ended_delivery(session, service):
    """A webhook and a delivery to it that has ended; users have only so many
    webhooks, so it is the last one's place."""
    for old in session.get("/v1/webhooks").json()["items"]:
        session.delete("/v1/webhooks/" + old["id"])
    webhook = session.post("/v1/webhooks", json={
        "url": "https://hook.invalid/", "events": ["image.ready"]}).json()["id"]
    path = f"/v1/webhooks/{webhook}"
    upload(session)
    session.patch(path, json={"enabled": False})
    service.query("UPDATE jobs SET run_after = UTC_TIMESTAMP(6)"
                  " WHERE kind = 'webhook' AND state = 'queued'")
    delivery = wait_until(lambda: [
        one for one in session.get(path + "/deliveries").json()["items"]
        if one["state"] == "failed"])[0]["id"]
    session.patch(path, json={"enabled": True, "events": ["image.failed"]})
    return {"webhook": webhook, "delivery": delivery}


def expiring(session, service, image):
    tokens = web_tokens(service, session)
    link = service.session(token=tokens["access"]).post(
        "/api/image/expiring/", data={"uuid": image, "expire_time": 300})
    return link.json()["url"]


def resize(session):
    answer = session.post("/v1/resize", data={"height": 200},
                          files={"file": ("a.jpg", picture())})
    return answer.json()["id"]


def later(session, data=None):
    """An image that a job makes variants of."""
    return post_picture(session, data,
                        headers={"Prefer": "respond-async"}).json()


class Things(dict):
    """What the owner has, or an administrator, by the name that a row has for
    it: newly made when the row needs it, for that takes time."""

    def __init__(self, people):
        self.service, self.admin = people.service, people.admin
        self.owner = people.owner

    def __missing__(self, name):
        for names, make in self.MAKERS.items():
            if name in names.split():
                self.update(zip(names.split(), make(self)))
                return self[name]
        raise KeyError(name)

    def image(self):
        image = upload(self.owner)
        return image["id"], image["variants"][0]["url"]

    def link(self):
        return [self.owner.post(f"/v1/images/{self['image']}/links",
                                json={"expires_in": 300}).json()["id"]]

    def alias(self):
        return [self.owner.post(f"/images/generate-link/{self['image']}/",
                                data={"expires_in": 30}).json()["url"]]

    def fetched(self):
        return [self.owner.post("/v1/thumbnails", json={
            "url": "https://192.0.2.1/"}).json()["id"]]

    def tiers(self):
        """One to keep, and one to delete."""
        return [self.admin.post("/v1/admin/tiers", json={
            "name": os.urandom(6).hex()}).json()["id"] for _ in range(2)]

    def users(self):
        return [new_user(self.service).get("/v1/me").json()["id"]
                for _ in range(2)]

    def failed(self):
        image = settled(self.owner, later(self.owner, broken_picture()))
        return [image["job"]["id"]]

    MAKERS = {
        "image url": image,
        "link": link,
        "alias": alias,
        "fetched": fetched,
        "tier unused": tiers,
        "user leaver": users,
        "failed": failed,
        "resize": lambda self: [resize(self.owner)],
        "thumbnail": lambda self: [thumbnail(self.owner)],
        "task": lambda self: [resized(self.owner)],
        "token": lambda self: [make_token(self.owner)["id"]],
        "webhook delivery":
            lambda self: ended_delivery(self.owner, self.service).values(),
        "refresh":
            lambda self: [web_tokens(self.service, self.owner)["refresh"]],
        "expiring":
            lambda self: [expiring(self.owner, self.service, self["image"])],
        "job": lambda self: [later(self.owner)["job"]["id"]],
    }


def body(session, options, made):
    """The row's options for requests; some need what is the owner's."""
    name, password = session.auth
    if "login" in options:
        return {"json": {"username": name, "password": password}}
    if "form" in options:
        return {"data": {"username": name, "password": password},
                "allow_redirects": False}
    if "password" in options:
        return {"json": {"old": password, "new": password}}
    if "refresh" in options:
        return {"json": {"refresh": made["refresh"]}}
    if "expiring" in options:
        return {"json": {"uuid": made["image"], "expire_time": 300}}
    return options


@pytest.mark.parametrize("route", ROUTES)
def test_everybody_gets_what_is_his(people, route):
    assert route in MATRIX, "a new route needs a row"
    path, statuses, options = (*MATRIX[route], {})[:3]
    need, scope = ROUTES[route]
    made = Things(people)
    path = path.format_map(made)
    got = {name: session.request(
        route.split()[0], path,
        **body(people.owner, options, made)).status_code
           for name, session in people.all(need, scope)}
    assert got == dict(zip(EVERYBODY, map(int, statuses.split())))


def test_every_row_has_a_route():
    assert set(MATRIX) == set(ROUTES) and len(ROUTES) > 20
