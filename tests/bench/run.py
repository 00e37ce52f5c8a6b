"""run.py [--document FILE] [BENCH]...: measures pixtier and the programs that
it is compared with. BENCH is engine, encoders, http, public, queue, growth or
memory; the default is all. It takes about six minutes. Run it with `make
bench`."""

import argparse
import importlib.util
import os
import pathlib
import signal
import sys
import tempfile
import time

SRCDIR = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(1, str(SRCDIR / "tests/http"))

BENCHES = "engine", "encoders", "http", "public", "queue", "growth", "memory"
MODULES = "PIL", "jsonschema", "pymysql", "requests"


class Bench:
    """The objects that all benchmarks share."""

    def __init__(self, tmp):
        self.srcdir = SRCDIR
        self.builddir = pathlib.Path(
            os.environ.get("abs_top_builddir", SRCDIR / "build"))
        self.tmp = tmp
        self.full = bool(os.environ.get("BENCH_FULL"))
        from report import Report
        from samples import Samples
        self.report = Report(self.builddir / "bench.json")
        self.samples = Samples(self.builddir / "tests/bench/pictures")

    def has_peer(self):
        peer = self.srcdir / "tests/bench/peer/node_modules"
        return (peer / "sharp").exists() and (peer / "express").exists()


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--document", type=pathlib.Path)
    parser.add_argument("benches", nargs="*", metavar="BENCH",
                        help=" ".join(BENCHES))
    options = parser.parse_args()
    for name in options.benches:
        if name not in BENCHES:
            parser.error(f"BENCH must be one of {' '.join(BENCHES)}, not"
                         f" {name}")
    return options


def check_modules():
    missing = [name for name in MODULES
               if not importlib.util.find_spec(name)]
    if missing:
        raise SystemExit(f"{sys.executable} lacks {', '.join(missing)}:"
                         " install the packages that ./quickstart packages "
                         "prints")


def interrupt(signum, frame):
    raise KeyboardInterrupt


def main():
    options = parse()
    check_modules()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    with tempfile.TemporaryDirectory(prefix="px-bench-", dir="/tmp") as tmp:
        os.chmod(tmp, 0o711)
        bench = Bench(pathlib.Path(tmp))
        for name in options.benches or BENCHES:
            began = time.monotonic()
            importlib.import_module("bench_" + name).run(bench)
            bench.report.say(f"({time.monotonic() - began:.0f} s)")
    if options.document:
        bench.report.write_into(options.document)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit("interrupted; all started processes ended") from None
