"""Bytes on the FastCGI socket that no web server would send: the responders
answer, or close, and go on."""

import base64
import concurrent.futures
import os
import pathlib
import signal

import pytest

from api import at_once
from fcgi_client import (ABORT, AUTHORIZER, FILTER, PARAMS, STDIN, begin,
                         environment, exchange, pair, params, record, request,
                         stream)
from pictures import picture
from processes import is_alive
from service import children_of, wait_until

HEALTH = environment("GET", "/healthz")
POST = environment("POST", "/v1/login", ("CONTENT_TYPE", "application/json"))
BAD_LENGTHS = b"\xff\xff\xff\xff\xff\xff\xff\xff" + b"A" * 64
CORPUS = os.environ.get("PIXTIER_CORPUS")


def with_length(text, body=b"{}"):
    return request(POST + [("CONTENT_LENGTH", text)], body)


# What is sent; the statuses that are right, 0 for closed without an answer;
# whether the sender hangs up.
STREAMS = {
    "nothing": (b"", {0}, True),
    "rubbish": (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" + bytes(100), {0}, False),
    "another version": (b"\2" + begin()[1:], {0}, True),
    "half a header": (begin()[:5], {0}, True),
    "a beginning alone": (begin(), {0, 400}, True),
    "an unknown record": (begin() + record(99, b"?") + params(HEALTH) +
                          record(STDIN), {0, 400}, False),
    "an unknown record among the parameters":
        (begin() + record(PARAMS, pair("REQUEST_METHOD", "GET")) +
         record(99, b"?") + params(HEALTH) + record(STDIN), {400}, False),
    "parameters cut off":
        (begin() + params(HEALTH)[:30], {0, 400}, True),
    "parameters cut between two":
        (begin() + record(PARAMS, b"".join(pair(*each) for each in HEALTH)),
         {400}, True),
    "a pair longer than its record":
        (begin() + record(PARAMS, b"\x05\x40NAMEx") + record(PARAMS) +
         record(STDIN), {0, 400}, True),
    "lengths of 2 GiB":
        (begin() + record(PARAMS, BAD_LENGTHS) + record(PARAMS), {0}, True),
    "no parameters": (request([]), {400}, False),
    "no REQUEST_URI": (request(HEALTH[:1]), {400}, False),
    "no REQUEST_METHOD": (request(HEALTH[1:]), {400}, False),
    "another's request":
        (begin() + record(PARAMS, pair("A", "b"), 2) + params(HEALTH) +
         record(STDIN), {200, 400}, False),
    "the role of an authorizer":
        (begin(AUTHORIZER) + params(HEALTH) + record(STDIN), {400}, True),
    "the role of a filter":
        (begin(FILTER) + params(HEALTH) + record(STDIN), {400}, False),
    "a role that there is not":
        (begin(9) + params(HEALTH) + record(STDIN), {0}, False),
    "a request to keep the connection":
        (begin(flags=1) + params(HEALTH) + record(STDIN), {200}, False),
    "a length that is no number": (with_length("2x"), {400}, False),
    "a negative length": (with_length("-2"), {400}, False),
    "a length of 2^64": (with_length("18446744073709551616"), {400}, False),
    "a length of 1 EB": (with_length(str(10 ** 18)), {413}, False),
    "less than was announced": (with_length("20"), {400}, False),
    "more than was announced":
        (with_length("2", b"{}" + bytes(200000)), {422}, False),
    "a body that nobody announced":
        (request(HEALTH, bytes(200000)), {200, 400}, False),
    "two lengths":
        (request(POST + [("CONTENT_LENGTH", "2")] * 2, b"{}"), {400}, False),
    "two cookies":
        (request(HEALTH + [("HTTP_COOKIE", "a=1")] * 2), {400}, False),
    "two identities":
        (request(HEALTH + [("HTTP_AUTHORIZATION", "Basic YTpi")] * 2), {400},
         False),
    "two client addresses":
        (request(HEALTH + [("REMOTE_ADDR", "10.0.0.1")]), {400}, False),
    "10,000 parameters":
        (request(HEALTH + [(f"HTTP_X{i}", "1") for i in range(10000)]),
         {200}, False),
    "a parameter of 1 MB":
        (request(HEALTH + [("HTTP_X", "a" * 1000000)]), {200}, False),
    "a path of 1 MB":
        (request(environment("GET", "/" + "a" * 1000000)), {404, 414}, False),
}


@pytest.fixture(scope="module")
def sockets(service):
    """For this file, a request that stops half-way has 1 s."""
    service.restart("fcgi", request_timeout=1)
    yield [service.setting("listen"), service.setting("listen_uploads")]
    service.restart("fcgi")


def check_alive(service, path, before):
    """All responders are there, and the next request is answered."""
    assert exchange(path, request(HEALTH)).status == 200
    assert service.children("fcgi") == before


def send(service, path, data, statuses, hang_up, deaths=False):
    before = service.children("fcgi")
    answer = exchange(path, data, hang_up=hang_up)
    assert answer.closed
    assert answer.status in statuses, (answer.status, answer.body)
    if deaths:
        before = replaced_children(service, len(before))
    check_alive(service, path, before)


def replaced_children(service, count):
    """The responders, when the one that has closed its connection because it
    is exiting, if one is, has been replaced."""
    def look():
        pids = service.children("fcgi")
        return len(pids) == count and all(map(is_alive, pids)) and pids
    return wait_until(look)


@pytest.mark.parametrize("what", STREAMS)
def test_bad_streams_harm_nobody(service, sockets, what):
    """Damaged requests end in 400 or a closed connection, never in a wait
    without an end nor in the death of a responder."""
    send(service, sockets[0], *STREAMS[what])


HALVES = [0, 5, 16, 40, 150, 168]


@pytest.fixture(scope="module")
def halves(service, sockets):
    """Requests that stop after so many bytes, all at once, for each has to
    wait; the answers, and the responders before and after."""
    data = request(POST + [("CONTENT_LENGTH", "20")], b'{"username":"basic"}')
    before = service.children("fcgi")
    with concurrent.futures.ThreadPoolExecutor(len(HALVES)) as pool:
        answers = list(pool.map(lambda length: exchange(
            sockets[0], data[:length]), HALVES))
    return dict(zip(HALVES, answers)), before, service.children("fcgi")


@pytest.mark.parametrize("stops_after", HALVES)
def test_a_request_that_stops_half_way_has_an_end(service, sockets, halves,
                                                  stops_after):
    """libfcgi alone would wait for ever, and the responder be lost."""
    answers, before, after = halves
    assert answers[stops_after].closed
    assert answers[stops_after].status in {0, 400}
    assert before == after
    check_alive(service, sockets[0], before)


def test_as_many_as_there_are_responders_stop_half_way(service, sockets):
    """Then others wait for the time-out, not for ever."""
    half = request(HEALTH)[:50]
    answers = at_once(12, lambda: exchange(sockets[0], half))
    assert all(answer.closed for answer in answers)
    check_alive(service, sockets[0], service.children("fcgi"))


def form(data):
    head = (b'--b\r\nContent-Disposition: form-data; name="image"; '
            b'filename="a.jpg"\r\n\r\n')
    return head + data + b"\r\n--b--\r\n"


def upload_pairs(service, length):
    auth = ("basic:" + service.passwords["basic"]).encode()
    return environment(
        "POST", "/v1/images", ("CONTENT_LENGTH", str(length)),
        ("CONTENT_TYPE", "multipart/form-data; boundary=b"),
        ("HTTP_AUTHORIZATION", "Basic " + base64.b64encode(auth).decode()))


@pytest.mark.parametrize("end", ["aborted", "cut off", "cut short", "stuck"])
def test_an_upload_that_breaks_off_leaves_nothing(service, sockets, end):
    """No image, no file, no temporary file."""
    body = form(picture(900, 700, quality=95))
    head = begin() + params(upload_pairs(service, len(body)))
    half = stream(STDIN, body[:len(body) // 2])
    data = {
        "aborted": head + half[:-8] + record(ABORT),
        "cut off": head + half[:-100],
        "cut short": head + half,
        "stuck": head + half[:-8],
    }[end]
    before = (service.query("SELECT COUNT(*) FROM images"), service.objects())
    hangs_up = end == "cut off"
    send(service, sockets[1], data,
         {0, 400} | ({499} if hangs_up else set()), hangs_up)
    assert (service.query("SELECT COUNT(*) FROM images"),
            service.objects()) == before
    assert not list((service.store / "tmp").iterdir())


def test_the_same_upload_whole_is_taken(service, sockets):
    """So that the test above is about what it says."""
    body = form(picture())
    answer = exchange(sockets[1],
                      request(upload_pairs(service, len(body)), body))
    assert answer.status == 201, answer.body


@pytest.mark.parametrize("where", ["parameters", "body"])
def test_a_reload_lets_a_request_arrive(service, sockets, where):
    """A responder that has begun to read one reads it to its end before it
    goes."""
    before = service.children("fcgi")

    def reload():
        """Returns when the first of the next responders is there."""
        supervisor = service.pid("fcgi")
        known = set(children_of(supervisor))
        service.kill("fcgi", signal.SIGHUP)
        wait_until(lambda: set(children_of(supervisor)) - known)

    body = form(picture())
    pairs = upload_pairs(service, len(body))
    if where == "parameters":
        pairs.append(("HTTP_X", "a" * 2 * len(body)))
    answer = exchange(sockets[1], request(pairs, body), halfway=reload)
    assert answer.status == 201, answer.body
    wait_until(lambda: not set(before) & set(service.children("fcgi")))


# libfcgi 2.4.2 aborts at lengths whose sum overflows: CVE-2025-23016.
DEADLY = {"lens-7ffffffe.bin"}


@pytest.mark.skipif(not CORPUS, reason="PIXTIER_CORPUS is not set")
def test_the_streams_of_the_corpus(service, sockets):
    """Mutated and hand-made streams, hanging up after them and not."""
    files = sorted(pathlib.Path(CORPUS, "requests/fcgi").glob("*.bin"))
    assert files
    statuses = {0, 200, 400, 401, 404, 405, 413, 414, 431}
    for file in files:
        for hang_up in (True, False):
            print(file.name, hang_up)
            send(service, sockets[0], file.read_bytes(),
                 statuses | ({499} if hang_up else set()), hang_up,
                 file.name in DEADLY)


def test_a_responder_that_libfcgi_aborts_is_replaced(service, sockets):
    """Only clients that can write to the socket can do it. A better libfcgi
    closes the connection instead."""
    deadly = b"\xff\xff\xff\xfe\x80\x00\x00\x02" + b"A" * 64
    send(service, sockets[0],
         begin() + record(PARAMS, deadly) + record(PARAMS), {0}, True,
         deaths=True)
