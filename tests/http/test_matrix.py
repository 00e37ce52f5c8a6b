"""Which role may call which route: all of fcgi/routes.c, one test a pair."""

import os
import re

import pytest

from api import (forget_webhooks, make_token, new_user, post_picture,
                 settled, upload)
from dialect import tier_with, web_tokens
from pictures import broken_picture, picture
from service import SRCDIR, wait_until

# The owner comes last: some routes delete what they are about.
ROLES = ("nobody", "other", "admin", "expired", "wrong scope", "disabled",
         "owner")


def anyone(status):
    """The same for all roles."""
    return dict.fromkeys(ROLES, status)


def users(status, refused=401):
    """For all users. `refused` is for credentials that are not valid."""
    return anyone(status) | {"nobody": refused, "expired": refused,
                             "disabled": refused, "wrong scope": 403}


def owner(status, refused=401):
    """For the owner; the object does not exist for other users."""
    return users(404, refused) | {"owner": status}


def admins(status):
    """For administrators."""
    return users(403) | {"admin": status}


THUMBNAIL = {"files": {"image": ("a.jpg", picture(64, 48))}}

# For each route a path, the status for each role, and the request. An {image},
# a {token}, a {link} or a {job} is the owner's. A new route needs a row here.
MATRIX = {
    "POST /v1/login": ("/v1/login", anyone(200), {"login": True}),
    "POST /v1/logout": ("/v1/logout", users(204) | {"wrong scope": 204}),
    "GET /v1/me": ("/v1/me", users(200)),
    "PUT /v1/me/password": (
        "/v1/me/password", owner(204) | {"other": 401, "admin": 401},
        {"password": True}),
    "POST /v1/tokens": ("/v1/tokens", users(201), {"json": {"name": "a"}}),
    "GET /v1/tokens": ("/v1/tokens", users(200)),
    "DELETE /v1/tokens/{id}": ("/v1/tokens/{token}", owner(204)),
    "POST /v1/images": (
        "/v1/images", users(201),
        {"files": {"image": ("a.jpg", picture(64, 48))}}),
    "GET /v1/images": ("/v1/images", users(200)),
    "GET /v1/images/{id}": ("/v1/images/{image}", owner(200)),
    "PATCH /v1/images/{id}": (
        "/v1/images/{image}", owner(200), {"json": {"name": "a"}}),
    "DELETE /v1/images/{id}": ("/v1/images/{image}", owner(204)),
    "POST /v1/images/publish": (
        "/v1/images/publish", users(200),
        {"json": {"ids": ["1"], "public": True}}),
    "POST /v1/images/{id}/variants": (
        "/v1/images/{image}/variants", owner(201),
        {"json": {"variant": "h200"}}),
    "GET /v1/images/{id}/variants/{variant}": (
        "/v1/images/{image}/variants/h200", owner(200)),
    "POST /v1/images/{id}/links": (
        "/v1/images/{image}/links", owner(201),
        {"json": {"expires_in": 300}}),
    "GET /v1/images/{id}/links": ("/v1/images/{image}/links", owner(200)),
    "DELETE /v1/links/{id}": ("/v1/links/{link}", owner(204)),
    "GET /l/{token}/{filename}": ("{url}", anyone(200)),
    "GET /p/{id}/{variant}/{filename}": ("{public}", anyone(200)),
    "GET /v1/jobs": ("/v1/jobs", users(200)),
    "GET /v1/jobs/{id}": ("/v1/jobs/{job}", owner(200)),
    "POST /v1/resize": (
        "/v1/resize", users(201),
        {"files": {"file": ("a.jpg", picture(64, 48))},
         "data": {"height": 200}}),
    "GET /v1/jobs/{id}/result": ("/v1/jobs/{resize}/result", owner(200)),
    "POST /v1/jobs/{id}/cancel": ("/v1/jobs/{resize}/cancel", owner(409)),
    "POST /api/token/": ("/api/token/", anyone(200), {"login": True}),
    "POST /api/token/refresh/": (
        "/api/token/refresh/", anyone(200), {"refresh": True}),
    "GET /api/images/": ("/api/images/", users(200)),
    "POST /api/image/upload/": (
        "/api/image/upload/", users(201),
        {"files": {"file": ("a.jpg", picture(64, 48))},
         "data": {"name": "a"}}),
    "POST /api/image/expiring/": (
        "/api/image/expiring/", owner(201), {"expiring": True}),
    "GET /api/image/expiring/{token}/{path}": ("{expiring}", anyone(200)),
    "GET /api/schema/": ("/api/schema/", anyone(200)),
    "GET /api/docs/": ("/api/docs/", anyone(200)),
    "GET /images/": ("/images/", users(200, 403)),
    "POST /images/upload/": (
        "/images/upload/", users(201, 403),
        {"files": {"original_file": ("a.jpg", picture(64, 48))}}),
    "POST /images/generate-link/{id}/": (
        "/images/generate-link/{image}/", owner(201, 403),
        {"data": {"expires_in": 30}}),
    "GET /images/link/{alias}/": ("{alias}", anyone(200)),
    "GET /api-auth/login/": ("/api-auth/login/", anyone(200)),
    "POST /api-auth/login/": ("/api-auth/login/", anyone(302), {"form": True}),
    "GET /api-auth/logout/": ("/api-auth/logout/", anyone(200)),
    "POST /api-auth/logout/": ("/api-auth/logout/", anyone(200)),
    "POST /api/v1/thumbnail_generator/": (
        "/api/v1/thumbnail_generator/", anyone(202), THUMBNAIL),
    "POST /api/v1/": ("/api/v1/", anyone(202), THUMBNAIL),
    "GET /api/v1/thumbnail_generator/{task_id}": (
        "/api/v1/thumbnail_generator/{thumbnail}", anyone(200)),
    "POST /api/v1/images/resize": (
        "/api/v1/images/resize?width=8&height=6", anyone(202),
        {"files": {"file": ("a.jpg", picture(64, 48))}}),
    "GET /api/v1/status/{task_id}": ("/api/v1/status/{task}", anyone(200)),
    "GET /api/v1/images/result/{task_id}": (
        "/api/v1/images/result/{task}", anyone(200)),
    "OPTIONS /api/v1/images/resize": ("/api/v1/images/resize", anyone(204)),
    "OPTIONS /api/v1/status/{task_id}": ("/api/v1/status/{task}", anyone(204)),
    "OPTIONS /api/v1/images/result/{task_id}": (
        "/api/v1/images/result/{task}", anyone(204)),
    "POST /v1/thumbnails": (
        "/v1/thumbnails", anyone(201),
        {"json": {"url": "https://192.0.2.1/"}}),
    "GET /v1/thumbnails": ("/v1/thumbnails?id={fetched}", anyone(200)),
    "GET /v1/openapi.json": ("/v1/openapi.json", anyone(200)),
    "GET /docs": ("/docs", anyone(301), {"allow_redirects": False}),
    "GET /docs/": ("/docs/", anyone(200)),
    "GET /docs/{file}": ("/docs/style.css", anyone(200)),
    "GET /problems/{code}": ("/problems/rate_limited", anyone(200)),
    "GET /favicon.ico": ("/favicon.ico", anyone(200)),
    "GET /robots.txt": ("/robots.txt", anyone(200)),
    "POST /v1/webhooks": (
        "/v1/webhooks", users(201),
        {"json": {"url": "https://hook.invalid/",
                  "events": ["image.failed"]}}),
    "GET /v1/webhooks": ("/v1/webhooks", users(200)),
    "GET /v1/webhooks/{id}": ("/v1/webhooks/{webhook}", owner(200)),
    "PATCH /v1/webhooks/{id}": (
        "/v1/webhooks/{webhook}", owner(200), {"json": {"enabled": True}}),
    "DELETE /v1/webhooks/{id}": ("/v1/webhooks/{webhook}", owner(204)),
    "GET /v1/webhooks/{id}/deliveries": (
        "/v1/webhooks/{webhook}/deliveries", owner(200)),
    "POST /v1/webhooks/{id}/deliveries/{delivery}/retry": (
        "/v1/webhooks/{webhook}/deliveries/{delivery}/retry", owner(202)),
    "GET /v1/admin/tiers": ("/v1/admin/tiers", admins(200)),
    "POST /v1/admin/tiers": (
        "/v1/admin/tiers", admins(201), {"json": {"name": "matrix"}}),
    "GET /v1/admin/tiers/{id}": ("/v1/admin/tiers/{tier}", admins(200)),
    "PATCH /v1/admin/tiers/{id}": (
        "/v1/admin/tiers/{tier}", admins(200), {"json": {"links": True}}),
    "DELETE /v1/admin/tiers/{id}": ("/v1/admin/tiers/{unused}", admins(204)),
    "PUT /v1/admin/tiers/{id}/watermark": (
        "/v1/admin/tiers/{tier}/watermark", admins(204),
        {"data": picture(9, 9, "PNG"),
         "headers": {"Content-Type": "image/png"}}),
    "GET /v1/admin/tiers/{id}/watermark": (
        "/v1/admin/tiers/{marked}/watermark", admins(200)),
    "DELETE /v1/admin/tiers/{id}/watermark": (
        "/v1/admin/tiers/{marked}/watermark", admins(204)),
    "GET /v1/admin/users": ("/v1/admin/users", admins(200)),
    "POST /v1/admin/users": (
        "/v1/admin/users", admins(201),
        {"json": {"username": "matrix", "password": "a pass phrase",
                  "tier": "Basic"}}),
    "GET /v1/admin/users/{id}": ("/v1/admin/users/{user}", admins(200)),
    "PATCH /v1/admin/users/{id}": (
        "/v1/admin/users/{user}", admins(200), {"json": {"email": None}}),
    "DELETE /v1/admin/users/{id}": ("/v1/admin/users/{leaver}", admins(204)),
    "GET /v1/admin/images": ("/v1/admin/images", admins(200)),
    "GET /v1/admin/images/{id}": ("/v1/admin/images/{image}", admins(200)),
    "DELETE /v1/admin/images/{id}": ("/v1/admin/images/{image}", admins(204)),
    "GET /v1/admin/recipes/{recipe}": (
        "/v1/admin/recipes/h200", admins(200)),
    "GET /v1/admin/recipes/{recipe}/preview": (
        "/v1/admin/recipes/h200/preview", admins(200)),
    "GET /v1/admin/audit": ("/v1/admin/audit", admins(200)),
    "GET /v1/admin/jobs": ("/v1/admin/jobs", admins(200)),
    "PATCH /v1/admin/jobs/{id}": (
        "/v1/admin/jobs/{postponed}", admins(200),
        {"json": {"priority": "low"}}),
    "POST /v1/admin/jobs/{id}/cancel": (
        "/v1/admin/jobs/{postponed}/cancel", admins(200)),
    "POST /v1/admin/jobs/{id}/retry": (
        "/v1/admin/jobs/{failed}/retry", admins(200)),
    "GET /v1/admin/workers": ("/v1/admin/workers", admins(200)),
    "GET /v1/admin/stats": ("/v1/admin/stats", admins(200)),
    "GET /v1/admin/stats/history": ("/v1/admin/stats/history", admins(200)),
    "GET /healthz": ("/healthz", anyone(200)),
    "GET /readyz": ("/readyz", anyone(200)),
    "GET /metrics": ("/metrics", anyone(200)),
}

ROUTES = {
    f"{method} {path}": (need, scope) for method, path, need, scope in
    re.findall(r'METHOD_(\w+),\s+"([^"]+)",\s+NEED_(\w+),\s+SCOPE_(\w+),',
               (SRCDIR / "fcgi/routes.c").read_text())}


class People:
    """Sessions of all roles."""

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

    def sessions(self, need, scope):
        """A session for each role; "wrong scope" has all scopes but this."""
        user = self.admin if need == "ADMIN" else self.owner
        others = {"read", "write", "link"} - {scope.lower()}
        of_users = {"owner": self.owner, "other": self.other,
                    "admin": self.admin}
        if need == "BEARER":
            of_users = {role: self.bearer(session)
                        for role, session in of_users.items()}
        return of_users | {
            "nobody": self.service.session(), "expired": self.expired,
            "wrong scope": self.token(user, scopes=sorted(others)),
            "disabled": self.disabled}


@pytest.fixture(scope="module")
def people(service):
    with tier_with(service, "requests_per_minute", "none", 60):
        yield People(service)
    service.query("UPDATE jobs SET state = 'cancelled',"
                  " finished_at = UTC_TIMESTAMP(6) WHERE state = 'queued'"
                  " AND run_after > UTC_TIMESTAMP(6) + INTERVAL 1 MINUTE")
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
    """The objects of the owner or of an administrator, by the names that paths
    have for them. Each is made when a path first names it."""

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

    def public(self):
        image = self.owner.patch("/v1/images/" + upload(self.owner)["id"],
                                 json={"public": True}).json()
        return [image["variants"][0]["public_url"]]

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

    def marked(self):
        """A tier with a watermark."""
        tier = self.tiers()[0]
        self.admin.put(f"/v1/admin/tiers/{tier}/watermark",
                       data=picture(9, 9, "PNG"),
                       headers={"Content-Type": "image/png"})
        return [tier]

    def users(self):
        return [new_user(self.service).get("/v1/me").json()["id"]
                for _ in range(2)]

    def failed(self):
        image = settled(self.owner, later(self.owner, broken_picture()))
        return [image["job"]["id"]]

    def postponed(self):
        """A job that waits for an hour."""
        image = later(self.owner)
        settled(self.owner, image)
        job = image["job"]["id"]
        self.service.query(
            "UPDATE jobs SET state = 'queued', finished_at = NULL,"
            " run_after = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR"
            " WHERE id = UNHEX(%s)", job.replace("-", ""))
        return [job]

    MAKERS = {
        "image url": image,
        "link": link,
        "public": public,
        "alias": alias,
        "fetched": fetched,
        "tier unused": tiers,
        "marked": marked,
        "user leaver": users,
        "failed": failed,
        "postponed": postponed,
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


class Case:
    """One route: the sessions, and the objects that its path names."""

    def __init__(self, people, route):
        self.method = route.split()[0]
        self.path, _, self.options = (*MATRIX[route], {})[:3]
        self.people, self.things = people, Things(people)
        self.sessions = people.sessions(*ROUTES[route])

    def call(self, role):
        session = self.sessions[role]
        session.cookies.clear()  # of earlier logins
        return session.request(
            self.method, self.path.format_map(self.things),
            **body(self.people.owner, self.options, self.things))


@pytest.fixture(scope="module")
def case(people, request):
    """Lasts for all roles of a route."""
    return Case(people, request.param)


ROWS = [pytest.param(route, role, status, id=f"{route} as {role}: {status}")
        for route in ROUTES if route in MATRIX
        for role, status in MATRIX[route][1].items()]


@pytest.mark.parametrize("case, role, status", ROWS, indirect=["case"])
def test_role_gets_status(case, role, status):
    answer = case.call(role)
    assert answer.status_code == status, answer.text


def test_every_route_has_a_row():
    assert set(MATRIX) == set(ROUTES) and len(ROUTES) > 20
