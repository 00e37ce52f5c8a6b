"""The whole service behind nginx on loopback, with clients on the same
machine: uploads, and the most frequent requests."""

import contextlib

from bench_engine import PEER_NOTE
from samples import with_comment
from servers import (PARTS, Medians, Unavailable, add_users, form,
                     header_file, load, nginx_static, peer, service_pids,
                     start_service)
from service import wait_until

ROUNDS = 3
UPLOAD_SECONDS = 0.7
GET_SECONDS = 0.5
USERS = 64
PICTURES = ("64x64.jpg", "1920x1200-soft.jpg", "1920x1200.jpg", "12mp.jpg",
            "1080p.png")
CLIENTS = 1, 8, 32
DIALECT_PICTURE, DIALECT_CLIENTS = "1920x1200-soft.jpg", 10
COLUMNS = ["request", "clients", "requests/s", "p50 ms", "p99 ms", "CPU ms",
           "failures"]


class Target:
    """A kind of request, and the server that gets it."""

    def __init__(self, name, pids, port, path, **options):
        self.name, self.pids = name, pids
        self.port, self.path, self.options = port, path, options

    def load(self, bench, clients, seconds):
        return load(bench, self.pids, self.port, self.path, clients,
                    d=seconds, **self.options)


def in_turns(bench, targets, clients, seconds):
    """Returns the medians of each target by name. Deletes no file in between:
    ext4 without a journal checks each inode that was freed lately before it
    uses one."""
    loads = {target.name: [] for target in targets}
    for _ in range(ROUNDS):
        for target in targets:
            loads[target.name].append(target.load(bench, clients, seconds))
    return {name: Medians(list_) for name, list_ in loads.items()}


class Site:
    """The service with pictures, users and forms."""

    def __init__(self, bench, service):
        self.bench, self.service = bench, service
        self.pids = service_pids(service)
        tokens = add_users(service, USERS)
        self.session = service.session(token=tokens[0])
        self.one = header_file(bench.tmp / "one", tokens[:1])
        self.all = header_file(bench.tmp / "all", tokens)
        self.forms = {}
        for name in PICTURES:
            data, mark = with_comment(bench.samples.path(name).read_bytes())
            path = bench.tmp / ("form-" + name)
            self.forms[name] = path, *form(path, data, mark=mark)

    def body(self, name):
        path, media_type, mark = self.forms[name]
        return {"b": path, "t": media_type, "u": mark, "s": 201}

    def upload(self, name, users, label):
        return Target(label, self.pids, self.service.port, "/v1/images",
                      l=users, **self.body(name))

    def get(self, label, path):
        return Target(label, self.pids, self.service.port, path, l=self.one)

    def image(self, **headers):
        data = self.bench.samples.path("1920x1200.jpg").read_bytes()
        answer = self.session.post("/v1/images?name=view.jpg", data=data,
                                   headers={"Content-Type": "image/jpeg",
                                            **headers})
        answer.raise_for_status()
        return answer.json()


def row(label, clients, medians):
    return [label, clients, medians.rate, medians.p50, medians.p99,
            medians.cpu_ms, medians.failures]


def ratio_row(label, clients, own, other):
    return [label, clients, own.rate / other.rate, own.p50 / other.p50,
            own.p99 / other.p99, own.cpu_ms / other.cpu_ms]


def upload_targets(bench, site, peer_at, name, clients):
    one, many = "pixtier, 1 user", f"pixtier, {USERS} users"
    targets = [site.upload(name, site.all, many)]
    if clients == 8:
        targets.insert(0, site.upload(name, site.one, one))
    if peer_at:
        port, pids, _ = peer_at
        targets.append(Target("Express+sharp", pids, port, "/upload",
                              **site.body(name)))
    return targets


def uploads(bench, site, peer_at):
    rows, ratios, parts = [], [], []
    for name in PICTURES:
        for clients in CLIENTS:
            targets = upload_targets(bench, site, peer_at, name, clients)
            medians = in_turns(bench, targets, clients, UPLOAD_SECONDS)
            other = medians.get("Express+sharp")
            for label, values in medians.items():
                text = f"{name}: {label}"
                rows.append(row(text, clients, values))
                if clients == 8 and values is not other:
                    parts.append([text, *values.cpu_ms_parts])
                if other and values is not other:
                    ratios.append(ratio_row(text, clients, values, other))
    bench.report.table("http", "uploads, with two thumbnails", COLUMNS, rows)
    if ratios:
        bench.report.table("http", "uploads, as multiples of Express+sharp",
                           COLUMNS[:6], ratios)
    bench.report.table("http", "CPU of one upload by part, ms; 8 clients",
                       ["request", *PARTS], parts)


def dialect(bench, site):
    """The load test of image_api: its clients send a name and a file.
    image_api responds before it makes thumbnails, pixtier after that."""
    data, mark = with_comment(
        bench.samples.path(DIALECT_PICTURE).read_bytes())
    path = bench.tmp / "form-image_api"
    media_type, mark = form(path, data, "file", "picture.jpg", mark,
                            [("name", "Holiday")])
    target = Target(f"{DIALECT_PICTURE}: POST /api/image/upload/", site.pids,
                    site.service.port, "/api/image/upload/", l=site.one,
                    b=path, t=media_type, u=mark, s=201)
    medians = in_turns(bench, [target], DIALECT_CLIENTS, UPLOAD_SECONDS)
    bench.report.table("http", "uploads in the dialect of image_api", COLUMNS,
                       [row(target.name, DIALECT_CLIENTS,
                            medians[target.name])])


def get_targets(bench, site):
    image = site.image()
    later = site.image(Prefer="respond-async")
    job = later["job"]["id"]
    wait_until(lambda: site.session.get(f"/v1/jobs/{job}").json()["state"] ==
               "done", 30)
    variant = next(variant for variant in image["variants"]
                   if variant["variant"] == "h400")
    path = variant["url"].removeprefix(site.service.url)
    return [Target("signed GET of h400", site.pids, site.service.port, path),
            site.get("GET of an image", f"/v1/images/{image['id']}"),
            site.get("GET of a list of 20", "/v1/images?limit=20"),
            site.get("GET of a job", f"/v1/jobs/{job}")], path


def gets(bench, site, peer_at):
    targets, path = get_targets(bench, site)
    data = site.session.get(path).content
    with nginx_static(bench, {"h400.jpg": data}) as (port, pids):
        targets.append(Target("nginx, static file", pids, port, "/h400.jpg"))
        if peer_at:
            (peer_at[2] / "h400.jpg").write_bytes(data)
            targets.append(Target("Express, static file", peer_at[1],
                                  peer_at[0], "/files/h400.jpg"))
        measured = {clients: in_turns(bench, targets, clients, GET_SECONDS)
                    for clients in CLIENTS}
    rows = [row(target.name, clients, measured[clients][target.name])
            for target in targets for clients in CLIENTS]
    bench.report.table("http", f"GET, h400 has {len(data)} bytes", COLUMNS,
                       rows)
    ratios = [ratio_row(target.name, clients, measured[clients][target.name],
                        measured[clients]["nginx, static file"])
              for target in targets for clients in CLIENTS
              if not target.name.startswith("nginx")]
    bench.report.table("http", "GET, as multiples of nginx's static file",
                       COLUMNS[:6], ratios)


def run(bench):
    with contextlib.ExitStack() as stack:
        try:
            service = stack.enter_context(start_service(bench))
        except Unavailable as why:
            bench.report.say(f"http is left out: {why}")
            return
        peer_at = None
        if bench.has_peer():
            peer_at = stack.enter_context(peer(bench))
        else:
            bench.report.say("Express+sharp is left out: " + PEER_NOTE)
        site = Site(bench, service)
        uploads(bench, site, peer_at)
        dialect(bench, site)
        gets(bench, site, peer_at)
