"""Clocks that differ: what is stored, compared or signed has the time of the
database, whatever the hosts of the responders think.

The database's clock is an hour ahead or behind for every connection that is
opened after shift(), and stands still there: 'now' of a test is that of its
own connection, at most HANG later than a responder's."""

import base64
import contextlib
import getpass
import json

import pymysql
import pytest

from api import (is_back, links_of, new_user, post_picture, problem, upload,
                 without)
from dialect import web_tokens
from hooks import add, clean, path_of
from service import HANG, wait_until

HOUR = 3600


@contextlib.contextmanager
def shift(service, seconds):
    """The database's clock differs for responders, and in service.query()."""
    def set_clock(sql):
        with pymysql.connect(unix_socket=service.setting("db_socket"),
                             user=getpass.getuser()) as connection, \
                connection.cursor() as cursor:
            cursor.execute("SET GLOBAL init_connect = %s", (sql,))

    set_clock(f"SET timestamp = UNIX_TIMESTAMP() + {seconds}")
    try:
        service.restart("fcgi", dialects="image_api")
        wait_until(lambda: is_back(service))
        yield
    finally:
        set_clock("")
        # Else what was queued an hour ahead waits for that hour.
        service.query("UPDATE jobs SET run_after = UTC_TIMESTAMP(6)"
                      " WHERE state = 'queued'")
        service.restart("fcgi")
        wait_until(lambda: is_back(service))


@pytest.fixture(scope="module", params=[HOUR, -HOUR],
                ids=("ahead", "behind"))
def shifted(service, request):
    with without(service, "worker"), shift(service, request.param):
        yield


def seconds_from_now(service, column, table):
    """How far the newest row's time is from the database's."""
    (seconds,), = service.query(
        f"SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), {column})"
        f" FROM {table} WHERE {column} IS NOT NULL ORDER BY id DESC LIMIT 1")
    return seconds


def test_rows_have_the_time_of_the_database(service, shifted):
    session = new_user(service)
    image = upload(session)
    later = post_picture(session, headers={"Prefer": "respond-async"})
    assert later.status_code == 202
    session.post(links_of(image), json={"expires_in": 300})
    webhook = add(session)
    session.patch(path_of(webhook), json={"enabled": False})
    for table, column in (("images", "created_at"), ("jobs", "created_at"),
                          ("links", "created_at"),
                          ("webhooks", "disabled_at")):
        assert -HANG <= seconds_from_now(service, column, table) <= 0, table
    assert 300 - HANG <= seconds_from_now(service, "expires_at", "links") \
        <= 300


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_what_is_signed_has_the_time_of_the_database(service, shifted):
    """Links, URLs in answers and tokens of image_api are good for as long as
    they should be."""
    session = new_user(service)
    image = upload(session)
    link = session.post(links_of(image), json={"expires_in": 300}).json()
    assert service.session().get(link["url"]).status_code == 200
    assert service.session().get(image["original"]["url"]).status_code == 200
    (now,), = service.query("SELECT UNIX_TIMESTAMP()")
    claims = claims_of(web_tokens(service, session)["access"])
    assert -HANG <= claims["iat"] - now <= 0
    assert claims["exp"] > claims["iat"]


@pytest.mark.parametrize("seconds, status", [(HOUR, 410), (-HOUR, 200)])
def test_a_link_expires_by_the_clock_of_the_database(service, seconds,
                                                     status):
    """It was made before the clocks differed."""
    session = new_user(service)
    link = session.post(links_of(upload(session)),
                        json={"expires_in": 1800}).json()
    with shift(service, seconds):
        for _ in range(8):
            answer = service.session().get(link["url"])
            assert answer.status_code == status
            if status == 410:
                problem(answer, 410, "link_expired")
