"""Reloads and regular stops."""

import signal

from database import CLIENTS, deliver_all, uploads_of
from load import Load
from service import wait_until


def stop_and_reload(trial):
    """Repeated SIGHUP, then SIGTERM, while clients upload. No request fails
    during a reload; during a stop requests get 503."""
    service = trial.service
    session = trial.client()
    with Load(CLIENTS, uploads_of(trial, session)):
        for _ in range(20 if trial.long else 3):
            for part in ("fcgi", "worker"):
                before = set(service.children(part))
                service.kill(part, signal.SIGHUP)
                wait_until(lambda: not before & set(service.children(part)))
    trial.check(set(trial.statuses) == {201},
                f"statuses during reloads: {dict(trial.statuses)}")
    with Load(CLIENTS, uploads_of(trial, session)):
        for part in ("worker", "fcgi"):
            service.stop(part)
            if part == "fcgi":
                wait_until(lambda: trial.statuses[503])
            service.start(part)
        trial.time_until(trial.is_serving, 1)
    trial.check(set(trial.statuses) == {201, 503},
                f"statuses during stops: {dict(trial.statuses)}")
    trial.note(", ".join(f"{count} x {status}" for status, count in
                         sorted(trial.statuses.items())))
    deliver_all(trial)
