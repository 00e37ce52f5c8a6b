"""Statistics over time, for administrators: what is measured, and what the
ranges have of it."""

import contextlib
import json

import pytest

from api import invalid, is_back, new_user, post_picture, upload
from service import wait_until

PATH = "/v1/admin/stats/history"
LATER = {"Prefer": "respond-async"}
POINTS = {"hour": (60, 60), "day": (144, 600), "month": (240, 10800)}
HOUR = "(UTC_TIMESTAMP() - INTERVAL MOD(UNIX_TIMESTAMP(), 3600) SECOND)"


@pytest.fixture
def admin(service):
    return service.session("admin")


def forget(service):
    for table in ("stats_steps", "stats_tiers"):
        service.query(f"DELETE FROM {table}")


def history(admin, name="hour"):
    answer = admin.get(f"{PATH}?range={name}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def total(values):
    return sum(value or 0 for value in values)


def known(values):
    return [value for value in values if value is not None]


@contextlib.contextmanager
def each_second(service):
    """Both supervisors add their counts each second, to no older ones."""
    for part in ("fcgi", "worker"):
        service.restart(part, stats_interval=1)
    wait_until(lambda: is_back(service))
    try:
        yield
    finally:
        for part in ("fcgi", "worker"):
            service.restart(part)
        wait_until(lambda: is_back(service))


def totals(service):
    """The sums of all minutes, also of the present one, which no answer has
    yet."""
    names = ("requests", "errors", "refused", "uploads", "decoder_deaths")
    row = service.query("SELECT " + ", ".join(
        f"COALESCE(SUM({name}), 0)" for name in names) + " FROM stats_steps"
        " WHERE step_seconds = 60")[0]
    return dict(zip(names, map(int, row)))


def times_of(service, column):
    """How many times the histograms of all minutes have."""
    return sum(int(count) for row in service.query(
        f"SELECT {column} FROM stats_steps WHERE step_seconds = 60")
        for count in row[0].split())


def test_both_supervisors_add_their_counts(service):
    """Requests and pictures of the responders, jobs of the workers; the
    setting stats_interval."""
    session = new_user(service)
    with each_second(service):
        forget(service)
        before = totals(service)
        upload(session)
        session.get("/v1/images/01900000-0000-7000-8000-00000000dead")
        wait_until(lambda: totals(service)["uploads"] ==
                   before["uploads"] + 1)
        wait_until(lambda: totals(service)["refused"] >=
                   before["refused"] + 1)
        assert totals(service)["requests"] >= before["requests"] + 2
        wait_until(lambda: times_of(service, "request_times") ==
                   totals(service)["requests"])
        rendered = times_of(service, "decoder_times")
        post_picture(session, headers=LATER)
        wait_until(lambda: times_of(service, "decoder_times") == rendered + 1)


def test_an_idle_host_measures(service):
    """Without a request, the responders still say that there was none."""
    def requests():
        forget(service)
        return wait_until(lambda: service.query(
            "SELECT requests FROM stats_steps WHERE requests IS NOT NULL"))

    with each_second(service):
        wait_until(lambda: requests() == ((0,),))


def test_a_restart_gives_no_negative_counts(service):
    """Counters begin at 0 with each start, and are added as they are."""
    session = new_user(service)
    with each_second(service):
        for _ in range(5):
            session.get("/v1/me")
        wait_until(lambda: totals(service)["requests"] >= 5)
        forget(service)
        service.restart("fcgi", stats_interval=1)
        wait_until(lambda: is_back(service))
        session.get("/v1/me")
        wait_until(lambda: totals(service)["requests"])
        assert service.query("SELECT COUNT(*) FROM stats_steps WHERE"
                             " LEAST(requests, errors, refused, uploads,"
                             " decoder_deaths) < 0 OR request_times LIKE"
                             " '%%-%%'")[0][0] == 0
        assert totals(service)["requests"] < 5


def test_the_queue_and_the_store_are_measured(service):
    """Also while no worker runs: by the responders."""
    session = new_user(service)
    with each_second(service):
        upload(session)
        service.stop("worker")
        post_picture(session, headers=LATER)
        service.query("UPDATE jobs SET run_after = run_after - INTERVAL 50"
                      " SECOND WHERE state = 'queued'")
        forget(service)
        rows = wait_until(lambda: service.query(
            "SELECT queued_normal, oldest_seconds, images FROM stats_steps"
            " WHERE oldest_seconds IS NOT NULL"))
        assert rows[0][0] == 1 and rows[0][1] >= 50 and rows[0][2] > 0
        found = [size for size, in
                 service.query("SELECT bytes FROM stats_tiers")]
        assert 1 <= len(found) <= 8 and all(size > 0 for size in found)


def test_a_host_can_leave_its_counts_out(service):
    """The setting stats_interval is 0: here for the responders alone."""
    with each_second(service):
        service.restart("fcgi", stats_interval=0)
        wait_until(lambda: is_back(service))
        forget(service)
        upload(new_user(service))
        for _ in range(3):
            rows = wait_until(lambda: service.query(
                "SELECT requests, uploads FROM stats_steps"
                " WHERE uploads IS NOT NULL"))
            assert set(rows) == {(None, 0)}
            forget(service)


@contextlib.contextmanager
def without_recording(service):
    service.restart("fcgi", stats_interval=0)
    wait_until(lambda: is_back(service))
    service.stop("worker")
    try:
        yield
    finally:
        service.restart("fcgi")
        service.start("worker")
        wait_until(lambda: is_back(service))


@pytest.fixture
def month(service):
    """30 days of hours and a day of minutes, with large numbers, until the
    present hour, and of eight tiers with long names."""
    with without_recording(service):
        forget(service)
        for seconds, first, count in ((3600, 24, 720), (60, 1, 1440)):
            service.query(
                f"INSERT INTO stats_steps SELECT {seconds}, {HOUR} - INTERVAL"
                f" seq * {seconds} SECOND, 99999999, 9999999, 9999999,"
                " 9999999, 9999, 100000, 100000, 100000, 9999999, 256,"
                " 99999999, '1 2 3 4 5 6 7 8 9 9', '' FROM"
                f" seq_{first}_to_{first + count - 1}")
        service.query(
            "INSERT INTO stats_tiers SELECT step_seconds, at, CONCAT('tier ',"
            " t.seq, REPEAT('x', 50)), 1000000000000 FROM stats_steps,"
            " seq_1_to_8 t")
        yield
        forget(service)


def test_ranges(service, admin, month):
    """GET /v1/admin/stats/history: arrays of one length, below 60 KB."""
    assert admin.get(PATH).json()["range"] == "hour"
    for name, (points, seconds) in POINTS.items():
        answer = admin.get(f"{PATH}?range={name}")
        assert len(answer.content) < 60000
        found = answer.json()
        assert (found["range"], found["points"], found["step_seconds"]) == \
            (name, points, seconds)
        groups = [found["bytes"], found["queue_depth"]]
        arrays = [value for part in (found, *groups)
                  for value in part.values() if isinstance(value, list)]
        assert len(arrays) == 15 + len(found["bytes"])
        assert {len(array) for array in arrays} == {points}
    assert len(found["bytes"]) == 8
    assert set(known(found["workers"])) == {256}
    assert known(found["p50_ms"]) and not known(found["decoder_p50_ms"])
    invalid(admin.get(PATH + "?range=year"), "range")


def test_ranges_are_printed(service, admin, month):
    """pixtierctl stats --history: as JSON, and as a table with charts."""
    for name, (points, seconds) in POINTS.items():
        printed = json.loads(
            service.ctl("--json", "stats", "--history", name).stdout)
        assert set(printed) == set(history(admin, name))
        text = service.ctl("stats", "--history", name).stdout
        assert text.startswith(f"{points} steps of {seconds} seconds from ")
        assert "queue_depth" in text
    row = next(line for line in text.splitlines()
               if line.startswith("requests"))
    greatest = max(known(history(admin, name)["requests"]))
    assert str(greatest) in row and "\u2588" in row
    wrong = service.ctl("stats", "--history", "year", check=False)
    assert wrong.returncode == 2
    assert "hour, day or month" in wrong.stderr


def test_minutes_become_hours(service, admin):
    """The worker does so; the month has the same afterwards."""
    with without_recording(service):
        forget(service)
        service.query(
            "INSERT INTO stats_steps (step_seconds, at, requests,"
            f" request_times, decoder_times) SELECT 60, {HOUR} - INTERVAL 2"
            " HOUR - INTERVAL seq MINUTE, 1, '0 1', '' FROM seq_1_to_120")
        before = history(admin, "month")
        assert total(before["requests"]) == 120
        service.start("worker", stats_interval=0)
        wait_until(lambda: service.query(
            "SELECT COUNT(*) FROM stats_steps WHERE step_seconds = 3600 AND"
            " requests = 60 AND request_times = '0 60'")[0][0] == 2)
        after = history(admin, "month")
        assert total(after["requests"]) == 120
        assert known(after["p99_ms"]) == known(before["p99_ms"])
        service.query("UPDATE stats_steps SET at = at - INTERVAL 25 HOUR"
                      " WHERE step_seconds = 60")
        service.restart("worker", stats_interval=0)
        wait_until(lambda: service.query(
            "SELECT COUNT(*) FROM stats_steps WHERE step_seconds = 60")
            [0][0] == 0)
        forget(service)


def test_counts_wait_for_the_database(service):
    """A host keeps what it could not write."""
    session = new_user(service)
    with each_second(service):
        forget(service)
        service.query("RENAME TABLE stats_steps TO stats_away")
        try:
            upload(session)
            wait_until(lambda: any(
                event["event"] == "stats_failed"
                for event in service.events("fcgi")))
        finally:
            service.query("RENAME TABLE stats_away TO stats_steps")
        wait_until(lambda: totals(service)["uploads"] == 1)
