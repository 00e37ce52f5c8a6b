#!/usr/bin/python3
"""Each test that SECURITY.md and doc/strictness.md name exists, and each row of
their tables with a column "Test" names one. TAP.

A name is `http/links::test_x` (tests/http/test_links.py), `unit/link::x`
(tests/unit/link.c), `fuzz/url`, `lint/sql` or `fault/x`, a file of that folder
with any extension."""

import os
import pathlib
import re
import sys

# Each document, and how many tests it named when this was written.
DOCUMENTS = {"SECURITY.md": 236, "doc/strictness.md": 138}
KINDS = "unit|http|fuzz|lint|fault"
NAME = re.compile(rf"`((?:{KINDS})/[^`\s]+)`")


def has_function(path, function):
    """Whether a file of tests runs this one."""
    if not path.is_file():
        return False
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return re.search(rf"^def {function}\(", text, re.M) is not None
    return re.search(rf"(unit_test\w*|_TEST)\(\s*{function}\b",
                     text) is not None


def exists(top, name):
    match = re.fullmatch(rf"({KINDS})/(\w+)(?:::(\w+))?", name)
    if not match:
        return False
    kind, file, function = match.groups()
    folder = top / "tests" / kind
    if kind == "http":
        return function is not None and has_function(
            folder / f"test_{file}.py", function)
    if kind == "unit":
        return function is not None and has_function(
            folder / f"{file}.c", function)
    return any(path.is_file() for path in folder.glob(f"{file}*")
               if path.stem.removeprefix("test_") == file
               or path.stem == file)


def faults(top, document, fewest):
    """What is wrong in the document, line by line."""
    column = None
    named = len(NAME.findall((top / document).read_text(encoding="utf-8")))
    if named < fewest:
        yield f"{document}: names {named} tests, and there were {fewest}"
    for number, line in enumerate(
            (top / document).read_text(encoding="utf-8").split("\n"), 1):
        for name in NAME.findall(line):
            if not exists(top, name):
                yield f"{document}:{number}: there is no test {name}"
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if not line.startswith("|"):
            column = None
        elif "Test" in cells:
            column = cells.index("Test")
        elif column is not None and not re.fullmatch(r"[-:| ]+", line) \
                and (len(cells) <= column or not NAME.search(cells[column])):
            yield f"{document}:{number}: the row names no test"


def main():
    planted = "NAMED_TESTS_ROOT" in os.environ
    top = pathlib.Path(os.environ.get("NAMED_TESTS_ROOT")
                       or os.environ.get("srcdir") or ".")
    documents = [each for each in DOCUMENTS if (top / each).is_file()]
    print(f"1..{len(documents)}")
    good = True
    for number, document in enumerate(documents, 1):
        found = list(faults(top, document,
                            0 if planted else DOCUMENTS[document]))
        for fault in found:
            print(f"# {fault}")
        print(f"{'not ok' if found else 'ok'} {number} - "
              f"{document} names tests that exist")
        good = good and not found
    return 0 if good and documents else 1


if __name__ == "__main__":
    sys.exit(main())
