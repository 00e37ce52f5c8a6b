"""The database hangs, dies or returns errors."""

import signal
import time

from load import Load
from mysql_proxy import CONNECTION_LIMIT, LOST, Proxy
from service import wait_until

# Errors of the server, and the client library's errors for a lost connection:
# 2006 if the statement did not arrive, 2013 if its result did not.
CODES = 1213, 1205, 2006, 2013, 1290
CLIENTS = 8


def uploads_of(trial, session):
    """Returns the function that each client of a load calls."""
    def call():
        upload = trial.new_upload(session)
        answer = trial.send(upload)
        return answer.status_code if answer is not None else 0
    return call


def deliver_all(trial):
    """Sends all uploads again that were not acknowledged."""
    for upload in trial.uploads:
        if not upload.image:
            trial.deliver(upload, lease_ends=True)


def stop_database(trial):
    """The database stops for 10 s, or is killed and comes back, while clients
    upload: they get 201 or 503, and 201 again soon after."""
    service = trial.service
    session = trial.client()
    seconds = 10 if trial.long else 2
    timeouts = {} if trial.long else {"db_timeout": 1, "db_connect_timeout": 1}

    with service.restarted("fcgi", **timeouts):
        with Load(CLIENTS, uploads_of(trial, session)) as load:
            service.kill("db", signal.SIGSTOP)
            try:
                time.sleep(seconds)  # how long it stops is what is tested
            finally:
                service.kill("db", signal.SIGCONT)
            back_at(trial, session)
            service.kill("db")
            seen = trial.statuses[503]
            wait_until(lambda: trial.statuses[503] > seen)
            service.start("db")
            back_at(trial, session)
        trial.note(f"{len(load.results)} uploads by {CLIENTS} clients: " +
                   ", ".join(f"{count} x {status}" for status, count in
                             sorted(trial.statuses.items())))
        deliver_all(trial)


def back_at(trial, session):
    upload = trial.new_upload(session)
    trial.time_until(lambda: (trial.send(upload), upload.image)[1], 2,
                     "database back")


def database_errors(trial):
    """Each statement of an upload and of a job has each error: the client
    gets 201 or 503, and with the same key the same image."""
    service = trial.service
    path = service.dir / "proxy.sock"
    with Proxy(path, service.setting("db_socket")) as proxy, \
            service.restarted("fcgi", "worker", db_socket=path, job_retry=0,
                              job_lease=2):
        session = trial.client()
        for _ in range(8):
            trial.deliver(trial.new_upload(session))
        at_uploads(trial, proxy, session)
        at_jobs(trial, proxy, session)
        too_many_connections(trial, proxy, session)


def statements_of(trial, proxy, call):
    """Returns the statements that are executed meanwhile, each with its
    number among equal statements."""
    begin = len(proxy.statements)
    call()
    made = proxy.statements[begin:]
    return [(sql, made[:at].count(sql)) for at, sql in enumerate(made)]


def at_uploads(trial, proxy, session):
    statements = statements_of(
        trial, proxy, lambda: trial.deliver(trial.new_upload(session)))
    before = proxy.happened
    for code in CODES:
        # After a lost result a client may do the same twice.
        for sql, skip in trial.pick(statements, 40 if code == LOST else 8):
            upload = trial.new_upload(session)
            proxy.plan(code, sql, skip)
            trial.send(upload)
            proxy.fault = None
            trial.deliver(upload, lease_ends=True)
    trial.note(f"{proxy.happened - before} errors injected into "
               f"{len(statements)} "
               "statements of an upload")


def done_later(trial, session):
    upload = trial.deliver(trial.new_upload(session), later=True)
    wait_until(lambda: is_done(trial, upload))


def is_done(trial, upload):
    (status,), = trial.service.query(
        "SELECT status FROM images WHERE id = UNHEX(%s)", upload.row)
    return status != "processing"


def at_jobs(trial, proxy, session):
    statements = [(sql, skip) for sql, skip in dict.fromkeys(statements_of(
        trial, proxy, lambda: done_later(trial, session))) if not skip]
    before = proxy.happened
    for code in CODES:
        for sql, _ in trial.pick(statements, 5):
            upload = trial.new_upload(session)
            proxy.plan(code, sql)
            trial.deliver(upload, later=True, lease_ends=True)
            wait_until(lambda: is_done(trial, upload))
            proxy.fault = None
    trial.note(f"{proxy.happened - before} errors injected into "
               f"{len(statements)} "
               "statements of an upload with a job")


def too_many_connections(trial, proxy, session):
    proxy.refusing = True
    proxy.cut_all()
    upload = trial.new_upload(session)
    for _ in range(4):
        answer = trial.send(upload)
        trial.check(answer is not None and answer.status_code == 503,
                    f"with error {CONNECTION_LIMIT}: {answer}")
    proxy.refusing = False
    trial.time_until(lambda: (trial.send(upload), upload.image)[1], 2,
                     "database back")
