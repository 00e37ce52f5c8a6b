"""Prints what differs between the events that the programs log and the table of
events in doc/operating.md."""

import pathlib
import re
import sys

FOLDERS = "lib", "fcgi", "worker"


def logged(top):
    calls = re.compile(
        r'LOG_EVENT\(\s*([^";]*),\s*"([a-z_]+)"|log_failure\([^,;]+,\s*"([a-z_]+)"')
    found = {}
    for folder in FOLDERS:
        for file in sorted((top / folder).rglob("*.c")):
            for level, event, failure in calls.findall(file.read_text()):
                words = set(re.findall("LOG_LEVEL_([A-Z]+)", level))
                found.setdefault(event or failure, set()).update(
                    word.lower() for word in words or {"ERROR"})
    return found


def documented(top):
    found = {}
    for line in (top / "doc/operating.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and re.fullmatch("`[a-z_]+`(, `[a-z_]+`)*",
                                            cells[0]):
            levels = set(cells[1].split(" or "))
            if levels <= {"debug", "info", "error"}:
                for event in re.findall("[a-z_]+", cells[0]):
                    found[event] = levels
    return found


def main(top):
    code, page = logged(top), documented(top)
    if len(code) < 40:
        print(f"found only {len(code)} events in the code")
    for event in sorted(code.keys() - page.keys()):
        print(f"doc/operating.md lacks the event {event}")
    for event in sorted(page.keys() - code.keys()):
        print(f"doc/operating.md: nothing logs {event}")
    for event in sorted(code.keys() & page.keys()):
        if code[event] != page[event]:
            print(f"doc/operating.md: {event} has the level "
                  f"{' or '.join(sorted(code[event]))}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
