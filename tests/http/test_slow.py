"""Slow clients and many clients: others hardly see them."""

import concurrent.futures
import socket

import requests

from api import is_back, post_picture
from load import look
from pictures import picture
from queueing import nobody_decodes, waiting_uploads
from service import HANG, SETTINGS, wait_until

MANY = 24  # clients, several for each responder of uploads


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
    """Uploads have responders of their own: while these wait, and more uploads
    wait for them, readers get their answers."""
    session = service.session("premium")
    with (concurrent.futures.ThreadPoolExecutor(MANY) as clients,
          nobody_decodes(service)):
        uploads = [clients.submit(post_picture, session) for _ in range(MANY)]
        wait_until(lambda: waiting_uploads(service) >=
                   MANY - SETTINGS["upload_responders"])
        for _ in range(10):
            assert look(session).status_code == 200
        assert not any(upload.done() for upload in uploads)
    assert {upload.result().status_code for upload in uploads} == {201}
