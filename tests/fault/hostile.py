"""Hostile clients and servers: damaged records, forged tokens, URLs to the
internal network."""

import base64
import os
import pathlib
import random
import string
import subprocess

import network
from api import links_of, new_user, settled, variant_of
from fcgi_client import (PARAMS, STDIN, begin, environment, exchange, params,
                         record, request)
from fetching import Canary, Pages
from pictures import picture
from service import wait_until
from trial import Skip

CORPUS = os.environ.get("PIXTIER_CORPUS")
BASE64URL = string.ascii_letters + string.digits + "-_"


### Records

def damaged(rng, good):
    """Returns the request with one random damage."""
    at = rng.randrange(len(good))
    return rng.choice((
        lambda: good[:at],
        lambda: good[:at] + bytes([rng.randrange(256)]) + good[at + 1:],
        lambda: good[:at] + rng.randbytes(rng.randrange(1, 40)) + good[at:],
        lambda: good[:at] + good[at + rng.randrange(1, 40):],
        lambda: good[:at] + record(rng.randrange(256), rng.randbytes(9)) +
        good[at:],
        lambda: begin() + record(PARAMS, rng.choice(
            (b"\xff\xff\xff\xff", b"\xff\xff\xff\xfe\x80\0\0\2")) +
            rng.randbytes(60)) + record(PARAMS) + record(STDIN)))()


def corrupt_records(trial):
    """Sends damaged requests directly to the sockets. Each gets a response or
    is closed, and the responders continue to work."""
    service = trial.service
    session = trial.client()
    sockets = [service.setting("listen"), service.setting("listen_uploads")]
    data = picture(64, 48)
    goods = [
        request(environment("GET", "/healthz")),
        request(environment(
            "POST", "/v1/images?name=a", ("CONTENT_TYPE", "image/jpeg"),
            ("HTTP_AUTHORIZATION", "Bearer " + session.auth.token),
            ("CONTENT_LENGTH", str(len(data)))), data),
        begin() + params(environment("POST", "/v1/login")) + record(STDIN)]
    rng = random.Random(1)
    streams = [damaged(rng, rng.choice(goods))
               for _ in range(4000 if trial.long else 200)]
    if CORPUS:
        streams += [file.read_bytes() for file in sorted(
            pathlib.Path(CORPUS, "requests/fcgi").glob("*.bin"))]
    answered = 0
    for number, data in enumerate(streams):
        answer = exchange(sockets[number % 2], data, hang_up=True)
        trial.requests += 1
        answered += bool(answer.status)
        trial.check(answer.closed, f"damaged request {number}: the connection "
                                   "stays open")
        if number % 50 == 0:
            trial.time_until(trial.is_serving, 1)
            trial.deliver(trial.new_upload(session))
    trial.note(f"{answered} of {len(streams)} damaged requests got a response")


### Tokens

def forged(rng, text, count):
    """Returns texts that differ from this one in one place."""
    made = {text[:at] + other + text[at + 1:]
            for at in range(len(text)) for other in BASE64URL}
    made |= {text[:at] for at in range(len(text))}
    made |= {text + "=", text + "A", text + text, text.swapcase(),
             text[::-1], text + "%00"}
    made = sorted(made - {text, ""})
    return rng.sample(made, min(count, len(made)))


def forged_tokens(trial):
    """Links, signed URLs and API tokens with a changed character, without
    their end or after they expired never return a picture."""
    session = trial.client(link_min=1)
    nobody = trial.service.session()
    one = trial.deliver(trial.new_upload(session))
    link = session.post(links_of(one.image), json={"expires_in": 300}).json()
    soon = session.post(links_of(one.image), json={"expires_in": 1}).json()
    rng = random.Random(2)
    count = 10000 if trial.long else 120
    for url in (link["url"], one.image["original"]["url"]):
        head, token, tail = url.rsplit("/", 2)
        trial.check(nobody.get(url).content == one.data,
                    "a valid link was refused")
        for text in forged(rng, token, count):
            answer = trial.ask(lambda: nobody.get(f"{head}/{text}/{tail}"))
            trial.check(answer.status_code in (400, 403, 404, 410),
                        f"a forged link got {answer.status_code}")
    for text in forged(rng, session.auth.token, count // 2):
        answer = trial.ask(lambda: nobody.get(
            "/v1/me", headers={"Authorization": "Bearer " + text}))
        trial.check(answer.status_code in (400, 401),
                    f"a forged token got {answer.status_code}")
    wait_until(lambda: nobody.get(soon["url"]).status_code == 410, every=0.2)
    user = session.get("/v1/me").json()["username"]
    trial.service.ctl("user", "disable", user)
    wait_until(lambda: session.get("/v1/me").status_code in (401, 403))
    trial.service.ctl("user", "enable", user)


### URLs of private hosts

PUBLIC, PORT = "93.184.216.34", 8080
PRIVATE = ("127.0.0.1", "127.0.0.2", "10.0.0.1", "169.254.169.254", "::1",
           "fd00::1")
HOSTS = ("127.0.0.1", "127.1", "0", "2130706433", "0x7f.1", "0177.0.0.1",
         "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
         "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fd00::1]", "10.0.0.1",
         "169.254.169.254", "localhost", "localhost.", "127.0.0.1.",
         "user@127.0.0.1", "%6c%6f%63alhost", "\u2460\u2461\u2466.0.0.1",
         "inside.example", "mixed.example", "alias.example", "rebind.example")
ZONE = {"inside.example": "10.0.0.1", "mixed.example": [PUBLIC, "127.0.0.1"],
        "alias.example": "last.example", "last.example": "::1",
        "public.example": PUBLIC}


def inner_urls(trial):
    """URLs of private hosts in all notations, by names, by redirects and by a
    name server that changes its answer. The server there gets no request."""
    reason = network.missing()
    if reason:
        raise Skip(reason)
    addresses = [f"{one}/{128 if ':' in one else 32}" for one in (
        PUBLIC, *PRIVATE[2:]) if one != "::1"]
    with network.Network(addresses) as there:
        names = network.Names(there.socket("127.0.0.1", 53, network.UDP))
        names.zone.update(ZONE)
        canary = Canary([there.socket(one, PORT) for one in PRIVATE])
        hears(canary, there)
        pages = Pages(there.socket(PUBLIC, PORT))
        try:
            fetch_all(trial, there, names, canary, pages)
        finally:
            pages.shutdown()
            pages.server_close()


def hears(canary, there):
    subprocess.run([*there.entrance, "bash", "-c",
                    f": </dev/tcp/10.0.0.1/{PORT}"], check=True)
    wait_until(lambda: canary.calls == 1)
    canary.calls = 0


def fetch_all(trial, there, names, canary, pages):
    service = trial.service
    settings = {"job_retry": 0, "workers": 4, "fetch_ports": f"80 443 {PORT}",
                "fetch_connect_timeout": 5}
    session = service.session(new_user(service, fetch=1).auth[0])
    with service.restarted("fcgi", "worker", **settings):
        service.entrance = there.entrance
        try:
            service.start("worker", **settings)
        finally:
            service.entrance = []
        good = pages.add(lambda page: page.answer(body=picture()),
                         host="public.example")
        image = order(trial, session, good)
        trial.check(settled(session, image)["status"] == "ready",
                    "a picture of a public host was not fetched")
        urls = [f"http://{host}:{PORT}/" for host in HOSTS]
        urls += [pages.add(lambda page, to=url: page.answer(
            302, Location=to.encode().decode("latin-1")), host=PUBLIC)
            for url in trial.pick(urls, 8)]
        rebinding(trial, names, pages, urls)
        images = [order(trial, session, url) for url in urls]
        for image, url in zip(images, urls):
            if image:
                state = settled(session, image)["status"]
                trial.check(state == "failed" or "rebind" in url,
                            f"the image of {url} is {state}, not failed")
    trial.check(not canary.calls, f"the private server got {canary.calls}"
                " connections")
    trial.note(f"{len(urls)} URLs, {len(names.asked)} queries to the name "
               f"server, {canary.calls} connections to the private server")


def rebinding(trial, names, pages, urls):
    """A name with a public address at the check, and a private one
    afterwards."""
    for number in range(20 if trial.long else 4):
        name = f"rebind{number}.example"
        names.zone[name] = (PUBLIC, "127.0.0.1", "10.0.0.1")
        urls.append(pages.add(lambda page: page.answer(503), host=name))


def order(trial, session, url):
    """Returns the image of an upload by URL; None if the request is
    refused."""
    answer = trial.ask(lambda: session.post("/v1/images", json={"url": url}))
    if answer.status_code == 202:
        return answer.json()
    trial.check(answer.status_code in (400, 422),
                f"the upload of {url} got {answer.status_code}")
    return None
