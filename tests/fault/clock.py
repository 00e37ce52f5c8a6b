"""Wrong clocks of hosts."""

import datetime

from api import links_of
from torture import library

HOUR = 3600
LEEWAY = 60  # allowed error of times, in seconds


def clock_skew(trial):
    """The clocks of responders and workers are wrong by hours, in opposite
    directions. No upload is lost or doubled, and all times are those of the
    database."""
    session = trial.client()
    for skew in (2 * HOUR, -2 * HOUR):
        with skewed(trial, "fcgi", skew), skewed(trial, "worker", -skew):
            before = trial.deliver(trial.new_upload(session))
            trial.deliver(before)
            trial.deliver(trial.new_upload(session), later=True)
            trial.settle()
            link = session.post(links_of(before.image),
                                json={"expires_in": 300}).json()
            check_link(trial, link, before, f"skewed by {skew} s")
            check_rows(trial, before, skew)
        check_link(trial, link, before, f"no longer skewed by {skew} s")
        expires = datetime.datetime.fromisoformat(link["expires_at"])
        left = (expires - datetime.datetime.now(
            datetime.timezone.utc)).total_seconds()
        trial.check(abs(left - 300) < LEEWAY,
                    f"a link for 300 s expires in {left:.0f} s", "expiry")


def skewed(trial, part, seconds):
    return trial.service.restarted(part, environment={
        "LD_PRELOAD": library(trial, "skew_clock.so"),
        "SKEW_CLOCK_PROGRAM": "pixtier-" + part,
        "SKEW_CLOCK_SECONDS": str(seconds)})


def check_link(trial, link, upload, when):
    answer = trial.ask(lambda: trial.service.session().get(link["url"]))
    trial.check(answer.content == upload.data,
                f"a link got {answer.status_code} with clocks {when}",
                "expiry")


def check_rows(trial, upload, skew):
    (age,), = trial.service.query(
        "SELECT ABS(TIMESTAMPDIFF(SECOND, created_at, UTC_TIMESTAMP(6)))"
        " FROM images WHERE id = UNHEX(%s)", upload.row)
    trial.check(age < LEEWAY, f"created_at is wrong by {age} s while the "
                              "clock of "
                f"the responder is wrong by {skew} s", "created_at")
