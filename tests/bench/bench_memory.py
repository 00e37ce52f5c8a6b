"""Memory of each process: when idle, and the maximum while a client uploads
large pictures, one after another."""

import contextlib
import pathlib
import threading

import usage
from servers import PARTS, Unavailable, start_service, token_json
from service import wait_until, wait_until_constant

PICTURES = "12mp.jpg", "48mp.jpg", "100mp.jpg"
USER = "enterprise"  # whose tier allows 100 million pixels
EVERY_SECONDS = 0.003
PSS_EVERY = 5  # looks, because reading PSS takes longer
LEVELS = "supervisor", "its children", "all below these"


class Watch(threading.Thread):
    """Looks at all processes of the service again and again. The sizes are in
    KiB, for each part and each level below the first process of the part."""

    def __init__(self, service):
        super().__init__(daemon=True)
        self.roots = {service.pid(part): part for part in PARTS}
        self.stopping = threading.Event()
        self.counts = {}
        self.largest = {}  # resident size of one process, maximum
        self.sums = {}     # proportional size of all processes, maximum
        self.looks = 0

    def look(self):
        pids = {}
        for pid, (root, depth) in usage.tree(self.roots).items():
            key = self.roots[root], min(depth, len(LEVELS) - 1)
            pids.setdefault(key, []).append(pid)
        for key, of in pids.items():
            self.note(self.largest, key, max(map(usage.peak_kib, of)))
            if self.looks % PSS_EVERY == 0:
                sizes = filter(None, map(usage.memory_kib, of))
                self.note(self.sums, key, sum(size[1] for size in sizes))
            self.counts[key] = len(of)
        self.looks += 1

    @staticmethod
    def note(sizes, key, size):
        sizes[key] = max(sizes.get(key, 0), size)

    def run(self):
        while not self.stopping.wait(EVERY_SECONDS):
            self.look()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.join()


def upload(session, path):
    answer = session.post("/v1/images?name=large.jpg", timeout=120,
                          data=path.read_bytes(),
                          headers={"Content-Type": "image/jpeg"})
    answer.raise_for_status()
    image = f"/v1/images/{answer.json()['id']}"
    wait_until(lambda: session.get(image).json()["status"] == "ready", 120,
               0.1)


def label(key):
    part, depth = key
    return f"{part}: {LEVELS[depth]}" if part != "db" else part


def run(bench):
    with contextlib.ExitStack() as stack:
        try:
            service = stack.enter_context(start_service(bench))
        except Unavailable as why:
            bench.report.say(f"memory is left out: {why}")
            return
        session = service.session(token=token_json(service.session(USER)))
        idle = Watch(service)
        wait_until_constant(lambda: set(usage.tree(idle.roots)))
        idle.look()
        watches = []
        for name in PICTURES:
            path = pathlib.Path(bench.samples.path(name))
            with Watch(service) as watch:
                upload(session, path)
            watches.append(watch)
        print_table(bench, idle, watches)


def print_table(bench, idle, watches):
    columns = ["processes", "count", "idle RSS", "PSS"]
    for name in PICTURES:
        columns += [name.removesuffix(".jpg") + " RSS", "PSS"]
    rows = []
    for key in sorted(set(idle.counts).union(*(watch.counts
                                               for watch in watches))):
        row = [label(key), idle.counts.get(key, 0)]
        for watch in (idle, *watches):
            row += [watch.largest.get(key, 0) / 1024,
                    watch.sums.get(key, 0) / 1024]
        rows.append(row)
    bench.report.table("memory", "MiB: the largest RSS that one process has"
                       " had so far, and the PSS of all of them together",
                       columns, rows)
