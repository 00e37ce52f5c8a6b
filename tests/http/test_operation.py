"""Operation: what monitors see, and what clients see when parts fail."""

import contextlib
import os
import signal

import requests

from api import problem, upload, variant_of, without
from service import wait_until


def test_the_service_is_alive_and_ready(service):
    """GET /healthz and GET /readyz, for load balancers."""
    for path, status in (("/healthz", "alive"), ("/readyz", "ready")):
        answer = service.session().get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": status})
        assert answer.headers["Cache-Control"] == "no-store"


def test_metrics_are_counted(service):
    """GET /metrics: the text of Prometheus, by route and not by path."""
    session = service.session("basic")

    def value(name):
        text = service.session().get("/metrics").text
        return sum(float(line.rpartition(" ")[2])
                   for line in text.splitlines() if line.startswith(name))

    before = value("pixtier_requests_total")
    rendered = value("pixtier_paint_seconds_count")
    uploads = value("pixtier_uploads_total")
    taken = value("pixtier_upload_bytes_total")
    timed = value("pixtier_request_seconds_count")
    image = upload(session)
    assert value("pixtier_paint_seconds_count") == rendered + 1
    assert value("pixtier_uploads_total") == uploads + 1
    assert value("pixtier_upload_bytes_total") == taken + image["bytes"]
    assert value("pixtier_request_seconds_count") >= timed + 3
    for _ in range(3):
        session.get("/v1/images/" + image["id"])
    answer = service.session().get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert value("pixtier_requests_total") >= before + 5
    assert "/v1/images/{id}" in answer.text
    assert image["id"] not in answer.text


def test_clients_hear_when_the_application_is_away(service):
    """503 unavailable with Retry-After, made by the web server; then it goes
    on as before."""
    session = service.session("premium")
    image = upload(session)
    with without(service, "fcgi"):
        for answer in (session.get("/v1/me"), session.get("/healthz"),
                       session.post("/v1/images", data=b"a", headers={
                           "Content-Type": "image/jpeg"})):
            problem(answer, 503, "unavailable")
            assert int(answer.headers["Retry-After"]) > 0
    assert session.get(variant_of(image, "h200")).status_code == 200


def test_clients_hear_when_the_database_is_away(service):
    """503 unavailable; GET /readyz names the part, GET /healthz is alive."""
    session = service.session("premium")
    image = upload(session)
    with without(service, "db"):
        ready = session.get("/readyz")
        assert "database" in problem(ready, 503, "unavailable")["detail"]
        assert int(ready.headers["Retry-After"]) > 0
        assert session.get("/healthz").status_code == 200
        for answer in (session.get("/v1/me"), session.get("/v1/images"),
                       session.delete("/v1/images/" + image["id"])):
            problem(answer, 503, "unavailable")
            assert int(answer.headers["Retry-After"]) > 0
        shown = service.session().get(image["original"]["url"])
        assert shown.status_code == 200, "its URL is enough for a picture"
    assert session.get("/v1/images/" + image["id"]).status_code == 200


@contextlib.contextmanager
def damaged(path):
    """A file whose bytes are others for a while; it stays its owner's."""
    with open(path, "r+b") as file:
        good = file.read()
        try:
            os.pwrite(file.fileno(), b"X" * len(good), 0)
            yield
        finally:
            os.pwrite(file.fileno(), good, 0)


def first(session, path, status):
    """The first answer with this status."""
    return wait_until(lambda: [answer for answer in [session.get(path)]
                               if answer.status_code == status])[0]


def test_a_fault_inside_is_told_to_the_log_only(service):
    """500 internal: the client gets the request's id, under which the log has
    the reason. Here processes begin without any keys that they could read."""
    session = service.session("premium")
    path = "/v1/images/" + upload(session)["id"]
    with damaged(service.setting("keys_file")):
        for pid in service.children("fcgi"):
            os.kill(pid, signal.SIGKILL)
        said = problem(first(session, path, 500), 500, "internal")
        ready = problem(first(session, "/readyz", 503), 503, "unavailable")
    assert "key" not in said["detail"]
    assert "keys" in ready["detail"]
    received = [event for event in service.events()
            if event.get("id") == said["request_id"]]
    assert any("keys_file" in str(event) for event in received)
    wait_until(lambda: {session.get(path).status_code
                        for _ in range(20)} == {200})


def test_no_log_has_a_secret(service):
    """Neither passwords nor tokens nor signed URLs."""
    session = service.session("enterprise")
    image = upload(session)
    token = session.post("/v1/tokens", json={"name": "a"}).json()["token"]
    browser = service.session()
    login = browser.post("/v1/login", json={
        "username": "enterprise",
        "password": service.passwords["enterprise"]}).json()
    link = session.post(f"/v1/images/{image['id']}/links",
                        json={"expires_in": 300}).json()["url"]
    for who in (service.session(token=token), browser):
        who.get("/v1/me")
        who.get("/v1/images?name=" + token)
        who.get(link + "x")
    logs = "".join(service.log(part) for part in ("fcgi", "worker", "web"))
    cookie, = requests.utils.dict_from_cookiejar(browser.cookies).values()
    for secret in (service.passwords["enterprise"], token, login["csrf"],
                   cookie, link.split("/")[-2]):
        assert secret not in logs


def test_secrets_are_readable_to_few(service):
    for path in (service.setting("keys_file"), service.dir / "pixtier.conf"):
        assert os.stat(path).st_mode & 0o007 == 0
