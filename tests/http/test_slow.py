"""Slow clients and many clients: others hardly see them."""

import socket

import requests

from api import is_back, post_picture
from load import Load, look
from pictures import picture
from service import HANG, wait_until


def slow_client(service, session):
    """One that has sent half of an upload, with no end in sight."""
    request = session.prepare_request(requests.Request(
        "POST", service.url + "/v1/images", files={"image": picture()}))
    head = "".join(f"{name}: {value}\r\n"
                   for name, value in request.headers.items())
    peer = socket.create_connection(("127.0.0.1", service.port), HANG)
    peer.sendall(f"POST /v1/images HTTP/1.1\r\nHost: localhost\r\n{head}\r\n"
                 .encode() + request.body[:1000])
    return peer, request.body[1000:]


def test_slow_clients_block_nobody(service):
    """Many more than there are responders send slowly, as the web server
    waits for them; and those who read slowly are its business too. A responder
    would wait for one longer than this test for an answer."""
    session = service.session("premium")
    service.restart("fcgi", request_timeout=10 * HANG)
    wait_until(lambda: is_back(service))
    peers = [slow_client(service, session) for _ in range(50)]
    for _ in range(20):
        assert post_picture(session).status_code == 201
        assert look(session).status_code == 200
    for peer, rest in peers:
        peer.sendall(rest)
    for peer, _ in peers:
        assert peer.recv(100).startswith(b"HTTP/1.1 201 ")
        peer.close()
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


def test_a_burst_of_uploads_starves_no_reader(service):
    """Uploads have responders of their own: readers wait for a processor at
    worst, not for the uploads before them."""
    session = service.session("premium")
    large = picture(2400, 1800)
    waits = []
    with Load(24, lambda: post_picture(session, large)) as load:
        while len(load.results) < 60:
            answer = look(session)
            assert answer.status_code == 200
            waits.append(answer.elapsed.total_seconds())
    assert {answer.status_code for answer, _ in load.results} == {201}
    uploads = sorted(seconds for _, seconds in load.results)
    print(f"{len(waits)} readers waited {sorted(waits)[len(waits) // 2]:.3f} s"
          f" (median) and {max(waits):.3f} s (longest), "
          f"uploads {uploads[len(uploads) // 2]:.3f} s (median)")
    assert sorted(waits)[len(waits) // 2] < uploads[len(uploads) // 2] / 2
    assert max(waits) < max(uploads)
