"""Uploads by URL: hosts whose names lead somewhere else the next time, or to
more than one address. In a network of the tests' own, so that public addresses
can be called, and with a name server that answers as it likes."""

import pytest

import network
from api import new_user, upload
from fetching import (REFUSED, Canary, Pages, failed, fetched, new_fetcher,
                      order)
from hooks import add, clean, tried
from pictures import picture
from service import HANG, wait_until

PUBLIC, OTHER, PUBLIC6 = "93.184.216.34", "93.184.216.35", "2606:2800:220:1::1"
PRIVATE = ["127.0.0.1", "127.0.0.2", "10.0.0.1", "169.254.169.254", "::1",
           "fd00::1"]
PORT = 8080


@pytest.fixture(scope="module")
def there():
    reason = network.missing()
    if reason:
        pytest.skip(reason)
    with network.Network([f"{one}/{128 if ':' in one else 32}"
                          for one in [PUBLIC, OTHER, PUBLIC6] + PRIVATE[2:]
                          if one != "::1"]) as made:
        yield made


@pytest.fixture(scope="module")
def names(there):
    return network.Names(there.socket("127.0.0.1", 53, network.UDP))


@pytest.fixture(scope="module")
def canary(there):
    """On every private address, at the port that is called of others."""
    bird = Canary([there.socket(one, PORT) for one in PRIVATE])
    yield bird
    assert bird.calls == 0


@pytest.fixture(scope="module")
def pages(there):
    """The public web server."""
    server = Pages(there.socket(PUBLIC, PORT))
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module", autouse=True)
def fetching(service, there, names, pages, canary):
    """Workers are in that network, and nobody private may be called."""
    settings = {"fetch_timeout": HANG, "fetch_connect_timeout": 60,
                "job_retry": 0, "workers": 8,
                "webhook_timeout": 60, "fetch_ports": f"80 443 {PORT}"}
    service.restart("fcgi", **settings)
    service.entrance = there.entrance
    try:
        service.restart("worker", **settings)
    finally:
        service.entrance = []
    yield
    service.restart("fcgi")
    service.restart("worker")


@pytest.fixture(scope="module")
def session(service):
    return new_fetcher(service)


def good(page):
    page.answer(body=picture())


def test_public_hosts_are_called(session, names, pages):
    """By a name that is looked up once, or without one."""
    names.zone["public.example"] = PUBLIC
    for host in ("public.example", PUBLIC):
        assert fetched(session, pages.add(good, host=host))["status"] == \
            "ready"
    assert names.count("public.example") == 1


def test_a_name_may_have_other_letters(session, names, pages, canary):
    """It is converted by IDNA before the guard looks at its addresses, also
    where a redirect has it."""
    names.zone["xn--bcher-kva.example"] = PUBLIC
    names.zone["xn--grn-hoa.example"] = [PUBLIC, "127.0.0.1"]
    url = pages.add(good, host="B\u00fccher.example")
    assert fetched(session, url)["status"] == "ready"
    assert names.count("xn--bcher-kva.example") == 1
    assert pages.asked[-1][1]["Host"] == f"xn--bcher-kva.example:{PORT}"
    location = url.encode().decode("latin-1")
    moved = pages.add(lambda page: page.answer(302, Location=location),
                      host=PUBLIC)
    assert fetched(session, moved)["status"] == "ready"
    url = pages.add(good, host="gr\u00fcn.example")
    assert failed(session, url) == ("fetch_failed", REFUSED, 1)
    assert canary.calls == 0


def test_a_name_leads_elsewhere_the_next_time(session, names, pages, canary):
    """What was checked is what is called: the second answer is asked for by
    nobody."""
    names.zone["rebinding.example"] = (PUBLIC, "127.0.0.1")
    url = pages.add(good, host="rebinding.example")
    assert fetched(session, url)["status"] == "ready"
    assert names.count("rebinding.example") == 1
    assert failed(session, url) == ("fetch_failed", REFUSED, 1)
    assert names.count("rebinding.example") == 2
    assert canary.calls == 0


def test_a_name_leads_elsewhere_after_a_redirect(session, names, pages,
                                                 canary):
    names.zone["moving.example"] = (PUBLIC, "127.0.0.1", PUBLIC)
    target = pages.add(good, host="moving.example")
    url = pages.add(lambda page: page.answer(302, Location=target),
                    host="moving.example")
    assert failed(session, url) == ("fetch_failed", REFUSED, 1)
    assert canary.calls == 0


def test_a_name_leads_elsewhere_at_the_next_attempt(session, names, pages,
                                                    canary):
    names.zone["failing.example"] = (PUBLIC, "10.0.0.1")
    url = pages.add(lambda page: page.answer(503), host="failing.example")
    assert failed(session, url) == ("fetch_failed", REFUSED, 2)
    assert canary.calls == 0


def test_redirects_lead_to_names_of_private_hosts(session, names, pages,
                                                  canary):
    names.zone["start.example"] = PUBLIC
    names.zone["inside.example"] = "10.0.0.1"
    for scheme in ("http", "https"):
        url = pages.add(lambda page: page.answer(
            302, Location=f"{scheme}://inside.example:{PORT}/"),
            host="start.example")
        assert failed(session, url) == ("fetch_failed", REFUSED, 1)
    assert canary.calls == 0


@pytest.fixture(scope="module")
def mixtures(names):
    """Names of which at least one address may not be called."""
    names.zone.update({
        "one.mixed.example": [PUBLIC, "127.0.0.1"],
        "two.mixed.example": ["127.0.0.1", PUBLIC],
        "three.mixed.example": [PUBLIC, OTHER, "169.254.169.254"],
        "four.mixed.example": [PUBLIC, "::1"],
        "five.mixed.example": [PUBLIC6, "10.0.0.1"],
        "cname.mixed.example": "alias.mixed.example",
        "alias.mixed.example": "last.mixed.example",
        "last.mixed.example": "127.0.0.1",
        "half.mixed.example": [PUBLIC, "last.mixed.example"],
        "mapped.mixed.example": "::ffff:127.0.0.1",
        "compatible.mixed.example": "::127.0.0.1",
        "nat64.mixed.example": "64:ff9b::7f00:1",
        "local-nat64.mixed.example": "64:ff9b:1::7f00:1",
        "6to4.mixed.example": "2002:7f00:1::",
        "teredo.mixed.example": "2001:0:7f00:1::",
        "ula.mixed.example": "fd00::1",
        "link.mixed.example": "fe80::1",
        "metadata.mixed.example": "169.254.169.254",
        "zero.mixed.example": "0.0.0.0",
        "shared.mixed.example": "100.64.0.1",
        "broadcast.mixed.example": "255.255.255.255",
        "nowhere.mixed.example": network.NXDOMAIN,
        "empty.mixed.example": [],
    })
    return [name for name in names.zone if name.endswith(".mixed.example")]


def test_one_private_address_spoils_a_name(session, mixtures, pages, canary):
    """However it is written and wherever it stands among public ones; that
    there is no such host looks the same."""
    before = len(pages.asked)
    images = [order(session, pages.add(good, host=name))
              for name in mixtures]
    for name, image in zip(mixtures, images):
        image = wait_until(lambda image=image: ended(session, image))
        assert image["status"] == "failed", name
        assert image["error"] == {"code": "fetch_failed",
                                  "detail": REFUSED}, name
        assert image["job"]["attempts"] == 1, name
    assert len(pages.asked) == before
    assert canary.calls == 0


def ended(session, image):
    now = session.get("/v1/images/" + image["id"]).json()
    return now if now["status"] != "processing" else None


def test_name_servers_fail(session, names, pages):
    """Another time they may know."""
    names.zone["broken.example"] = (network.SERVFAIL,)
    url = pages.add(good, host="broken.example")
    assert failed(session, url) == \
        ("fetch_failed", "cannot look up host names now", 3)
    names.zone["broken.example"] = PUBLIC
    assert fetched(session, url)["status"] == "ready"


def test_webhooks_go_to_no_private_host(service, names, canary):
    """The same guard stands before them."""
    session = new_user(service)
    names.zone["hook.example"] = ["127.0.0.1", PUBLIC]
    webhook = add(session, f"http://hook.example:{PORT}/", ["image.ready"])
    upload(session)
    one = tried(session, webhook, 1)
    assert one["log"][0]["error"] == REFUSED
    assert canary.calls == 0
