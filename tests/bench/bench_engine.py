"""The cost of thumbnails of 400 and 200 pixels in height without the service:
pixtier's decoder process and other programs render the same pictures in
turns."""

import ctypes
import statistics
import subprocess
import sys

from PIL import Image

from samples import ENGINE_NAMES
from similarity import reference, similarity

ROUNDS = 5
ROUND_SECONDS = 0.25
SLOW_SECONDS = 0.5
HEIGHTS = 400, 200
PEER_NOTE = "tests/bench/peer has no node_modules: run npm install there"


class Failed(Exception):
    pass


class Engine:
    """A program that renders one picture several times."""

    def __init__(self, command, picture, out):
        self.out = out
        self.process = subprocess.Popen(
            [*command, str(picture), str(out)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def render(self, times):
        """Returns CPU time, real time, page faults, peak size, and the bytes
        of both thumbnails."""
        try:
            self.process.stdin.write(f"{times}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        line = self.process.stdout.readline()
        if not line:
            why = self.process.stderr.read().strip().splitlines()
            raise Failed(why[-1] if why else "the engine ended without a "
                                             "message")
        return [float(word) for word in line.split()]

    def stop(self):
        self.process.communicate()


def has_vips():
    try:
        ctypes.CDLL("libvips.so.42")
        return True
    except OSError:
        return False


def commands(bench):
    """Returns the commands of the installed engines by name."""
    programs = bench.builddir / "tests/bench"
    peer = bench.srcdir / "tests/bench/peer"
    found = {"pixtier": [programs / "engine"], "floor": [programs / "floor"],
             "GM": [programs / "graphicsmagick"],
             "Pillow": [sys.executable, "-B", peer / "engine.py", "pillow"]}
    if bench.has_peer():
        found["sharp"] = ["node", peer / "engine.js"]
    else:
        bench.report.say("sharp is left out: " + PEER_NOTE)
    if has_vips():
        found["vips"] = [sys.executable, "-B", peer / "engine.py", "vips"]
    else:
        bench.report.say("vips is left out: libvips42 is not installed")
    return found


def applies(name, picture):
    return name != "floor" or picture.suffix == ".jpg"


def start_all(bench, found, picture):
    engines = {name: Engine(command, picture, bench.tmp / name)
               for name, command in found.items() if applies(name, picture)}
    times = {}
    for name, engine in list(engines.items()):
        try:
            real = engine.render(1)[1] / 1e6
            times[name] = max(1, min(200, int(ROUND_SECONDS / real)))
            if real > SLOW_SECONDS:
                times[name] = 0
        except Failed as why:
            if name == "pixtier":
                raise
            bench.report.say(f"{name} cannot render {picture.name}: {why}")
            engines.pop(name).stop()
    return engines, times


def measure(bench, found, picture):
    """Returns the medians of each engine. The engines take turns; a slow one
    has every other turn."""
    engines, times = start_all(bench, found, picture)
    results = {name: [] for name in engines}
    try:
        for turn in range(ROUNDS):
            for name, engine in engines.items():
                if times[name] or turn % 2 == 0:
                    results[name].append(engine.render(times[name] or 1))
    finally:
        for engine in engines.values():
            engine.stop()
    return {name: [statistics.median(values) for values in zip(*rounds)]
            for name, rounds in results.items()}


def compare(bench, names, picture):
    """Returns the SSIM of the two thumbnails of each engine."""
    with Image.open(picture) as image:
        best = [reference(image, height) for height in HEIGHTS]
    return {name: [similarity(bench.tmp / f"{name}-{height}", image)
                   for height, image in zip(HEIGHTS, best)]
            for name in names}


def run(bench):
    found = commands(bench)
    pictures = [bench.samples.path(name) for name in ENGINE_NAMES]
    results, likeness = {}, {}
    for picture in pictures:
        results[picture] = measure(bench, found, picture)
        likeness[picture] = compare(bench, results[picture], picture)
    print_tables(bench, list(found), results)
    print_similarity(bench, list(found), likeness)


def print_tables(bench, names, results):
    def table(title, value):
        rows = [[picture.name, picture.stat().st_size // 1024 or 1] +
                [value(medians, name) if name in medians else None
                 for name in names] for picture, medians in results.items()]
        bench.report.table("engine", title, ["picture", "KiB", *names], rows)

    table("CPU of one rendering, ms",
          lambda medians, name: medians[name][0] / 1e3)
    table("pixtier's CPU as a multiple of each other's",
          lambda medians, name: medians["pixtier"][0] / medians[name][0])
    table("time of one rendering, ms",
          lambda medians, name: medians[name][1] / 1e3)
    table("page faults of one rendering",
          lambda medians, name: int(medians[name][2]))
    table("largest resident size of one process, MiB",
          lambda medians, name: medians[name][3] / 1024)
    table("bytes of both thumbnails, KiB",
          lambda medians, name: (medians[name][4] + medians[name][5]) / 1024)


def print_similarity(bench, names, likeness):
    def cell(pair):
        return "-" if None in pair else "/".join(f"{one:.4f}"[1:]
                                                 if one < 0.99995 else "1"
                                                 for one in pair)

    rows = [[picture.name, *(cell(of.get(name, [None])) for name in names)]
            for picture, of in likeness.items()]
    bench.report.table("engine", "SSIM with a full decode and Lanczos, 400/"
                       "200", ["picture", *names], rows)
