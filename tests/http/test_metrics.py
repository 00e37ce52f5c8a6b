"""Metrics: what is in the database, and whether Prometheus takes them."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import urllib.parse

import pytest
import requests

from api import is_back, new_user, post_picture, settled, upload, without
from contract import BASE_PATH
from pictures import broken_picture
from processes import RESPONDERS, everywhere
from service import HANG, SRCDIR, free_port, wait_until

LATER = {"Prefer": "respond-async"}


def text_of(service):
    answer = service.session().get("/metrics")
    assert answer.status_code == 200
    return answer.text


def samples(service):
    """The values by their name with labels."""
    return {name: float(value) for name, _, value in
            (line.rpartition(" ") for line in text_of(service).splitlines()
             if not line.startswith("#"))}


def measure_now(service):
    """The first scrape of new responders asks the database; later ones do so
    every two seconds."""
    service.restart("fcgi")
    wait_until(lambda: is_back(service))


def tool(name):
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not path:
        pytest.skip(f"{name} is not installed")
    return path


def test_the_version_is_told(service):
    version = service.ctl("--version").stdout.split()[1]
    assert samples(service)[f'pixtier_build_info{{version="{version}"}}'] == 1


def test_the_queue_is_measured(service):
    """By priority: how many wait, and how long the oldest has waited."""
    session = new_user(service, priority=0)
    began = time.monotonic()
    with without(service, "worker"):
        # Fetches of other tests may wait for their next attempt.
        measure_now(service)
        low = samples(service)['pixtier_jobs_queued{priority="low"}']
        for _ in range(3):
            post_picture(session, headers=LATER)
        service.query("UPDATE jobs SET run_after = run_after - INTERVAL 50"
                      " SECOND WHERE state = 'queued' AND priority = 0")
        measure_now(service)
        now = samples(service)
        assert now['pixtier_jobs_queued{priority="high"}'] == 3
        assert now['pixtier_jobs_queued{priority="low"}'] == low
        seconds = now['pixtier_jobs_queued_seconds{priority="high"}']
        assert 50 <= seconds <= 51 + time.monotonic() - began
        assert now['pixtier_jobs_queued_seconds{priority="low"}'] < 50
    wait_until(lambda: samples(service)[
        'pixtier_jobs_queued{priority="high"}'] == 0)


def test_results_of_jobs_are_counted(service):
    """Though other processes have them; also over a worker's end."""
    def counts():
        now = samples(service)
        return [now.get(f'pixtier_jobs_total{{kind="render",result="{how}"}}',
                        0) for how in ("done", "failed")]

    with without(service, "worker"):
        measure_now(service)
        before = counts()
    session = new_user(service)
    settled(session, post_picture(session, headers=LATER).json())
    settled(session, post_picture(session, broken_picture(),
                                  headers=LATER).json())
    service.restart("worker")
    wait_until(lambda: counts() == [before[0] + 1, before[1] + 1])


def test_what_is_refused_for_its_rate_is_counted(service):
    """By the limit that it met."""
    name = 'pixtier_rate_limited_total{limit="user"}'
    before = samples(service).get(name, 0)
    session = new_user(service, requests_per_minute=1)
    assert [session.get("/v1/me").status_code for _ in range(3)] == \
        [200, 429, 429]
    assert samples(service)[name] == before + 2


def test_what_a_supervisor_replaces_is_counted(service):
    def replaced():
        return sum(value for name, value in samples(service).items()
                   if name.startswith("pixtier_respawns_total{"))

    killed = service.children("fcgi")[0]
    before = replaced()
    os.kill(killed, signal.SIGKILL)
    # Not to ask one that is about to die.
    wait_until(lambda: killed not in service.children("fcgi"))
    wait_until(lambda: replaced() == before + 1)


def test_the_store_and_the_workers_are_measured(service):
    session = new_user(service)
    upload(session)
    service.restart("worker")
    (originals,), = service.query("SELECT SUM(used_bytes) FROM users")
    (variants,), = service.query("SELECT SUM(bytes) FROM variants")

    def measured():
        now = samples(service)
        return (now['pixtier_store_bytes{kind="originals"}'],
                now['pixtier_store_bytes{kind="variants"}'],
                now['pixtier_workers{state="alive"}']) == \
            (originals, variants, 2)
    measure_now(service)
    wait_until(measured)
    assert samples(service)["pixtier_database_up"] == 1


def test_scrapes_cost_the_database_little(service):
    """However many there are: one query every two seconds."""
    with without(service, "worker"):
        text_of(service)
        count = ("SHOW GLOBAL STATUS WHERE Variable_name ="
                 " 'Com_stmt_execute'")
        (_, before), = service.query(count)
        began = time.monotonic()
        for _ in range(50):
            text_of(service)
        seconds = time.monotonic() - began
        (_, after), = service.query(count)
    assert int(after) - int(before) <= 2 + seconds / 2


def test_without_the_database_the_rest_is_told(service):
    """And nothing that may be wrong; then how often it was met again."""
    # Those that have no connection yet would open their first, not a new one.
    everywhere(service, "/readyz")
    met = samples(service)["pixtier_db_reconnects_total"]
    with without(service, "db"):
        wait_until(lambda: samples(service)["pixtier_database_up"] == 0)
        now = text_of(service)
        assert "pixtier_requests_total{" in now
        for name in ("jobs_queued", "store_bytes", "workers", "jobs_total"):
            assert f"pixtier_{name}{{" not in now
    everywhere(service, "/readyz")
    assert samples(service)["pixtier_db_reconnects_total"] >= met + RESPONDERS
    wait_until(lambda: samples(service)["pixtier_database_up"] == 1)
    assert 'pixtier_workers{state="alive"}' in samples(service)


def test_promtool_finds_no_fault(service):
    done = subprocess.run([tool("promtool"), "check", "metrics"],
                          input=text_of(service), text=True, timeout=HANG,
                          capture_output=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


MONITORING = SRCDIR / "doc/monitoring"


def promtool(*words):
    done = subprocess.run([tool("promtool"), *map(str, words)], text=True,
                          timeout=HANG, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def expressions_of_the_dashboard():
    """As Grafana sends them."""
    dashboard = json.loads((MONITORING / "grafana.json").read_text())
    return [target["expr"].replace("$__rate_interval", "5m")
            .replace("$instance", ".*")
            for panel in dashboard["panels"] for target in panel["targets"]]


def test_the_alerts_are_sent_when_they_should():
    promtool("check", "rules", MONITORING / "rules.yml")
    promtool("test", "rules", MONITORING / "rules_test.yml")


def test_the_dashboard_has_valid_expressions(tmp_path):
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": [
        {"record": f"panel{i}", "expr": expression} for i, expression in
        enumerate(expressions_of_the_dashboard())]}]}))
    promtool("check", "rules", file)


def test_alerts_and_dashboard_know_the_metrics(service):
    """Each metric is one of /metrics, and the dashboard shows each."""
    def named(text):
        return {re.sub("_(bucket|sum|count)$", "", name)
                for name in re.findall(r"\bpixtier_[a-z_]+", text)}

    known = set(re.findall("^# TYPE ([a-z_]+) ", text_of(service),
                           re.MULTILINE))
    shown = named(" ".join(expressions_of_the_dashboard()))
    assert shown == known - {"pixtier_build_info"}
    assert named((MONITORING / "rules.yml").read_text()) <= known


def test_prometheus_scrapes(service, tmp_path):
    program = tool("prometheus")
    port = free_port()
    config = pathlib.Path(tmp_path / "prometheus.yml")
    config.write_text(json.dumps({"scrape_configs": [{
        "job_name": "pixtier", "scrape_interval": "1s",
        "scrape_timeout": "1s", "metrics_path": BASE_PATH + "/metrics",
        "static_configs": [{"targets": [f"127.0.0.1:{service.port}"]}]}]}))
    asked = requests.Session()
    asked.trust_env = False

    def value(query):
        try:
            answer = asked.get(
                f"http://127.0.0.1:{port}/api/v1/query?query=" +
                urllib.parse.quote(query), timeout=HANG)
        except requests.ConnectionError:
            return None
        if answer.status_code != 200:
            return None
        result = answer.json()["data"]["result"]
        return result and float(result[0]["value"][1])

    with open(tmp_path / "log", "w") as log:
        running = subprocess.Popen(
            [program, f"--config.file={config}",
             f"--storage.tsdb.path={tmp_path}/data",
             f"--web.listen-address=127.0.0.1:{port}"],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        wait_until(lambda: value("up{job='pixtier'}") == 1)
        wait_until(lambda: value("sum(pixtier_requests_total)"))
        assert value("pixtier_database_up") == 1
        assert value("count(pixtier_jobs_queued)") == 3
        assert value("pixtier_request_seconds_count") > 0
    finally:
        running.terminate()
        running.wait(HANG)
