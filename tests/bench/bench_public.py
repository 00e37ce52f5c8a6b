"""Public addresses: the web server serves their files alone. They are compared
with static files of nginx, and the statements of the database are counted."""

import contextlib

from bench_http import CLIENTS, COLUMNS, Target, in_turns, ratio_row, row
from servers import Unavailable, add_users, nginx_static, start_service

SECONDS = 1
VARIANTS = "h200", "h400"
STATIC = "nginx, static file"


def publish(bench, service):
    """Returns the paths of the variants of a public image."""
    token, = add_users(service, 1, "Enterprise")
    session = service.session(token=token)
    data = bench.samples.path("1920x1200.jpg").read_bytes()
    answer = session.post("/v1/images?name=view.jpg&public=true", data=data,
                          headers={"Content-Type": "image/jpeg"})
    answer.raise_for_status()
    return {one["variant"]: one["public_url"].removeprefix(service.url)
            for one in answer.json()["variants"]}


def statements(service):
    """Returns how many statements the database has run, without this one."""
    rows = dict(service.query(
        "SHOW GLOBAL STATUS WHERE Variable_name IN"
        " ('Com_select', 'Com_stmt_execute', 'Com_begin', 'Com_update')"))
    return {name: int(value) for name, value in rows.items()}


def measure(bench, service, name, path):
    """Returns the medians of each target by the number of clients."""
    nobody = service.session()
    data = nobody.get(path).content
    with nginx_static(bench, {f"{name}.jpg": data}, name) as (port, pids):
        targets = [Target(f"public {name}", [service.pid("web")],
                          service.port, path),
                   Target(STATIC, pids, port, f"/{name}.jpg")]
        return len(data), {clients: in_turns(bench, targets, clients, SECONDS)
                           for clients in CLIENTS}


def run(bench):
    with contextlib.ExitStack() as stack:
        try:
            service = stack.enter_context(start_service(bench))
        except Unavailable as why:
            bench.report.say(f"public is left out: {why}")
            return
        paths = publish(bench, service)
        for path in paths.values():
            service.session().get(path).raise_for_status()
        rows, ratios = [], []
        # The workers look for jobs.
        service.stop("worker")
        before = statements(service)
        for name in VARIANTS:
            size, measured = measure(bench, service, name, paths[name])
            for clients, medians in measured.items():
                own, other = medians[f"public {name}"], medians[STATIC]
                label = f"{name}, {size} bytes"
                rows += [row(f"{label}: public", clients, own),
                         row(f"{label}: static", clients, other)]
                ratios.append(ratio_row(label, clients, own, other))
        after = statements(service)
    bench.report.table("public", "GET of public addresses", COLUMNS, rows)
    bench.report.table("public", "GET, as multiples of nginx's static file",
                       COLUMNS[:6], ratios)
    bench.report.table("public", "statements of the database", ["counter",
                       "before", "after"],
                       [[name, before[name], after[name]] for name in before])
