#!/usr/bin/python3
"""Each file, function, struct and enum that a document names exists, and a
script that it runs is executable. TAP.

A name stands in backquotes: `lib/base/conf.c`, `encode.c`, `pool_defer()`,
`struct conf`, `../tests/http/run.sh`. NAME and NUMBER stand for anything."""

import os
import pathlib
import re
import sys

# Each document, and how many names it had when this was written.
DOCUMENTS = {"CONTRIBUTING.md": 104, "README.md": 1, "doc/install.md": 1,
             "doc/performance.md": 3, "doc/usage.md": 1}
FOLDERS = "admin|apache|doc|fcgi|instance|lib|lighttpd|nginx|schema|tests|worker"
CODE = re.compile(r"`([^`\n]+)`")
NAMES = re.compile(
    rf"(?<![\w./$-])(?P<path>(?:\.\./)?(?:{FOLDERS})/[\w./-]*\w)|"
    r"(?<![\w./$-])(?P<file>\w+\.(?:c|h|sh|py|yaml))(?![\w.])|"
    r"(?<![\w./$])(?P<function>[a-z]\w+)\((?!\d)|"
    r"\b(?P<type>(?:struct|enum) \w+)")


def names(text):
    """Of each name its line, its kind and itself."""
    for code in CODE.finditer(text):
        line = text.count("\n", 0, code.start()) + 1
        for match in NAMES.finditer(code[1]):
            yield line, match.lastgroup, match[match.lastgroup]


def sources(top):
    """The text of all that defines functions and types."""
    return "\n".join(
        path.read_text(encoding="utf-8")
        for folder in FOLDERS.split("|") for path in (top / folder).rglob("*")
        if path.suffix in (".c", ".h", ".py")
        and "node_modules" not in path.parts)


def fault(top, text, kind, name):
    """What is wrong with a name, or None."""
    if kind == "function":
        found = re.search(rf"\b{name}\(", text)
        return None if found else f"there is no {name}()"
    if kind == "type":
        return None if f"{name} {{" in text else f"there is no {name}"
    path = name.removeprefix("../")
    pattern = re.sub("NAME|NUMBER", "*", path)
    # Make names a test like its program, without .c.
    found = [file for end in ("", ".c")
             for file in top.glob(("" if kind == "path" else "*/**/") +
                                  pattern + end)]
    if not found:
        return f"there is no {path}"
    if name != path and not all(os.access(file, os.X_OK) for file in found):
        return f"{path} is not executable"
    return None


def faults(top, document, fewest):
    """What is wrong in the document, line by line."""
    text = sources(top)
    found = list(names((top / document).read_text(encoding="utf-8")))
    if len(found) < fewest:
        yield f"{document}: has {len(found)} names, and there were {fewest}"
    for line, kind, name in found:
        what = fault(top, text, kind, name)
        if what:
            yield f"{document}:{line}: {what}"


def main():
    planted = "NAMED_FILES_ROOT" in os.environ
    top = pathlib.Path(os.environ.get("NAMED_FILES_ROOT")
                       or os.environ.get("srcdir") or ".")
    documents = [each for each in DOCUMENTS if (top / each).is_file()]
    print(f"1..{len(documents)}")
    good = True
    for number, document in enumerate(documents, 1):
        found = list(faults(top, document,
                            0 if planted else DOCUMENTS[document]))
        for each in found:
            print(f"# {each}")
        print(f"{'not ok' if found else 'ok'} {number} - "
              f"{document} names what exists")
        good = good and not found
    return 0 if good and documents else 1


if __name__ == "__main__":
    sys.exit(main())
