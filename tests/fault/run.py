"""run.py: runs the fault experiments of experiments.py and prints whether
uploads were lost or doubled. Run it with `make check-fault`.

FAULT="01 soak" selects experiments by number or name. FAULT_LONG=1 runs their
long forms, FAULT_SERVER=lighttpd one web server only. SHALLOW=N is the number
of places of each kind at which an experiment injects faults (0: all)."""

import importlib
import importlib.util
import os
import pathlib
import signal
import sys
import time
import traceback

SRCDIR = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(1, str(SRCDIR / "tests/http"))

MODULES = "PIL", "jsonschema", "pymysql", "requests", "pytest"
ROW = "{:<3} {:<18} {:<9} {:>8} {:>12} {:>5} {:>8} {:>9}  {}"
HEAD = ("", "fault", "server", "requests", "acknowledged", "lost", "doubled",
        "again (s)", "")


def chosen(experiments):
    """The experiments that FAULT names, or all if it is empty."""
    words = os.environ.get("FAULT", "").replace(",", " ").split()
    found = [one for one in experiments if not words or
             one.number in words or one.name in words]
    unknown = set(words) - {word for one in experiments
                            for word in (one.number, one.name)}
    if unknown:
        raise SystemExit(f"FAULT: no experiment {' '.join(sorted(unknown))}; "
                         "the experiments are " + " ".join(
                             f"{one.number}:{one.name}"
                             for one in experiments))
    return found


def say(*columns):
    print(ROW.format(*columns).rstrip(), flush=True)


def row(experiment, server, trial, seconds):
    """Prints a row of the table, then a line for each failure and note."""
    again = f"{max(trial.times):.2f}" if trial.times else "-"
    say(experiment.number, experiment.name, server, trial.requests,
        trial.acknowledged, trial.lost, trial.doubled, again,
        f"{trial.verdict()} ({seconds:.0f} s)")
    for kind, texts in (("failed", trial.failures),
                        ("expected", trial.expected),
                        ("note", trial.notes)):
        for text in texts:
            print("    " + kind + ": " + text, flush=True)


def carry_out(experiment, service, server):
    """Runs one experiment and checks the invariants after it."""
    from trial import Skip, Trial

    trial = Trial(service, experiment)
    began = time.monotonic()
    try:
        experiment.run(trial)
        trial.verify()
    except Skip as reason:
        trial.skipped = str(reason)
    except Exception as error:
        traceback.print_exc()
        trial.failures.append(f"{type(error).__name__}: {error}"[:300])
        trial.recover()
    row(experiment, server, trial, time.monotonic() - began)
    return trial


def run_behind(server, experiments):
    """Runs these experiments behind one web server; returns their trials."""
    import service as service_module
    from trial import FaultService, keep_logs_in
    reason = service_module.missing(server)
    if reason:
        print(f"{server}: skipped, {reason}")
        return []
    # Requests wait this long for a decoder process that never starts.
    service = FaultService(server, decoder_seconds_request=8)
    trials = []
    try:
        service.start_all()
        for experiment in experiments:
            trials.append(carry_out(experiment, service, server))
    finally:
        failed = len(trials) < len(experiments) or any(
            trial.failures for trial in trials)
        service.stop_all(keep_logs=failed and keep_logs_in(server))
    return trials


def interrupt(signum, frame):
    raise KeyboardInterrupt


def main():
    lacking = [name for name in MODULES if not importlib.util.find_spec(name)]
    if lacking:
        print(f"skipped: python3 lacks the modules {', '.join(lacking)}")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    from experiments import EXPERIMENTS
    long_form = os.environ.get("FAULT_LONG") == "1"
    wanted = chosen(EXPERIMENTS)
    only = os.environ.get("FAULT_SERVER")
    began = time.monotonic()
    trials = []
    say(*HEAD)
    for server in ("nginx", "lighttpd"):
        here = [one for one in wanted
                if only == server or not only and
                (server in one.servers or long_form)]
        if here:
            trials += run_behind(server, here)
    words = [trial.verdict().split(":")[0] for trial in trials]
    print(f"duration: {time.monotonic() - began:.0f} s")
    print(f"{words.count('ok')} passed, {words.count('failed')} failed, "
          f"{words.count('skipped')} skipped")
    return 1 if "failed" in words else 0


if __name__ == "__main__":
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    sys.exit(main())
