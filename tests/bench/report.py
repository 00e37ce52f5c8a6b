"""The results of benchmarks: tables of text, and a line of JSON for each."""

import json
import os
import pathlib
import platform
import time

START = "<!-- tables of `make bench-doc` -->"
END = "<!-- end of tables -->"


def machine():
    """Returns processor, kernel and date in one line."""
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return (f"{model}, {os.cpu_count()} cores, Linux "
            f"{platform.release()}, {time.strftime('%Y-%m-%d %H:%M')}")


def text(value):
    """Returns the text of a cell."""
    if value is None:
        return "-"
    if isinstance(value, float):
        if value >= 100:
            return f"{value:,.0f}"
        return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def lines_of(columns, rows):
    """Returns text in columns: names are aligned left, numbers right."""
    cells = [list(columns)] + [[text(value) for value in row] for row in rows]
    widths = [max(len(line[i]) for line in cells)
              for i in range(len(columns))]
    return ["  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                      for i, (cell, width) in enumerate(zip(line, widths)))
            .rstrip() for line in cells]


class Report:
    """Prints tables, and appends them to a file of JSON lines."""

    def __init__(self, path):
        self.path = path
        self.machine = machine()
        self.printed = []
        self.say(self.machine)
        load = os.getloadavg()[0]
        if load > 0.5:
            self.say(f"The machine is not idle (load {load:.1f}): compare"
                     " the ratios, not the numbers.")

    def say(self, line):
        print(line, flush=True)
        self.printed.append(line)

    def table(self, bench, title, columns, rows):
        self.say("")
        self.say(f"{bench}: {title}")
        for line in lines_of(columns, rows):
            self.say(line)
        record = {"bench": bench, "title": title, "machine": self.machine,
                  "rows": [dict(zip(columns, row)) for row in rows]}
        with self.path.open("a") as file:
            file.write(json.dumps(record) + "\n")

    def write_into(self, document):
        """Writes the printed tables between the two marks of the document."""
        before, _, rest = document.read_text().partition(START)
        _, found, after = rest.partition(END)
        if not found:
            raise SystemExit(f"{document}: the lines {START} and {END} are"
                             " expected; put them where the tables belong")
        tables = "\n".join(["", "", "```", *self.printed, "```", ""])
        document.write_text(before + START + tables + "\n" + END + after)
