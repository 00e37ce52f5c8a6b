"""What the tests of webhooks share: webhooks, a receiver, and what became
of a delivery. Its fixtures are for who imports them."""

import base64
import contextlib
import datetime
import hashlib
import hmac
import http.server
import json
import threading
import time

import pytest

from api import forget_webhooks
from service import wait_until

EVENTS = ["image.ready", "image.failed", "image.deleted", "image.private",
          "job.done", "job.failed"]
# Of a host that there is not (RFC 6761).
URL = "https://receiver.invalid/hook"
LATER = {"Prefer": "respond-async"}


@pytest.fixture(scope="module", autouse=True)
def clean(service):
    """No webhook outlives these tests."""
    yield
    forget_webhooks(service)


def add(session, url=URL, events=EVENTS, **fields):
    answer = session.post("/v1/webhooks",
                          json={"url": url, "events": events, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def path_of(webhook, tail=""):
    return "/v1/webhooks/" + webhook["id"] + tail


def deliveries_of(session, webhook):
    answer = session.get(path_of(webhook, "/deliveries?limit=100"))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def raw(webhook):
    return bytes.fromhex(webhook["id"].replace("-", ""))


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what is posted to it. `answers` has, by path, what is called with
    the request and returns a status; 204 is for all others."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address="127.0.0.1", port=0):
        self.messages = []
        self.answers = {}
        self.connections = 0
        super().__init__((address, port), self.Handler)
        self.address, self.port = self.server_address
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def get_request(self):
        self.connections += 1
        return super().get_request()

    def url(self, path):
        return f"http://{self.address}:{self.port}{path}"

    def close(self):
        self.shutdown()
        self.server_close()

    def at(self, path):
        return [one for one in self.messages if one["path"] == path]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            message = {"path": self.path, "headers": self.headers,
                       "body": body, "id": self.headers["webhook-id"],
                       "time": time.time()}
            self.server.messages.append(message)
            answer = self.server.answers.get(self.path, lambda _: 204)
            self.send_response(answer(message))
            self.send_header("Location", self.server.url("/elsewhere"))
            self.send_header("Content-Length", "3")
            self.end_headers()
            self.wfile.write(b"Yes")

        do_GET = do_POST

        def log_message(self, *_):
            pass


@pytest.fixture(scope="module")
def listening(service):
    """A receiver that responders take the port of."""
    receiver = Receiver()
    service.restart("fcgi", fetch_ports=f"80 443 {receiver.port}",
                    fetch_allow="127.0.0.0/30 ::1 0.0.0.0")
    wait_until(lambda: service.session().get("/readyz").status_code == 200)
    yield receiver
    receiver.close()
    service.restart("fcgi")
    service.restart("worker")
    wait_until(lambda: service.session().get("/readyz").status_code == 200)


@contextlib.contextmanager
def workers(service, receiver, **settings):
    """Workers that may call the receiver."""
    service.restart("worker", **{
        "fetch_allow": "127.0.0.1", "webhook_timeout": 60,
        "fetch_ports": f"80 443 {receiver.port}", **settings})
    yield
    service.stop("worker")


@pytest.fixture
def receiver(service, listening):
    with workers(service, listening):
        yield listening


def verify(message, secret):
    """As Standard Webhooks 1.0 tells receivers to."""
    headers = message["headers"]
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    stamp = headers["webhook-timestamp"]
    content = f"{headers['webhook-id']}.{stamp}.".encode() + message["body"]
    expected = base64.b64encode(
        hmac.new(key, content, hashlib.sha256).digest()).decode()
    versions = [one.split(",", 1) for one
                in headers["webhook-signature"].split(" ")]
    assert ["v1", expected] in versions
    assert abs(int(stamp) - message["time"]) < 300
    assert headers["Content-Type"] == "application/json"
    return json.loads(message["body"])


def ended(session, webhook, count=1):
    """Its deliveries, when so many have ended."""
    def look():
        items = deliveries_of(session, webhook)
        return items if [one["state"] != "pending"
                         for one in items] == [True] * count else None
    return wait_until(look)


def tried(session, webhook, attempts):
    """Its only delivery, after so many attempts."""
    def look():
        one, = deliveries_of(session, webhook)
        return one if one["attempts"] >= attempts else None
    return wait_until(look)


def moment(text):
    return datetime.datetime.fromisoformat(text.rstrip("Z"))


def hurry(service, webhook):
    """As if the time to its next attempt had passed."""
    service.query("UPDATE jobs j JOIN webhook_deliveries d ON d.job_id = j.id"
                  " SET j.run_after = UTC_TIMESTAMP(6)"
                  " WHERE d.webhook_id = %s", raw(webhook))
