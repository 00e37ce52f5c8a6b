"""
The texts of the pages (www/text): each language has the same texts with the
same values, and what the service refuses; each text that a module uses exists,
and each that exists is used. TAP.
"""

import os
import pathlib
import re
import sys

TOP = pathlib.Path(os.environ.get("TEXTS_ROOT") or
                   os.environ.get("srcdir") or
                   pathlib.Path(__file__).parent / "../..")
FEWEST = int(os.environ.get("TEXTS_FEWEST", "100"))
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?')


def texts_of(path):
    """The texts by their keys: one, or those of the plural categories."""
    texts, keys = {}, []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("//"):
            continue
        for text, is_key in STRING.findall(line):
            if is_key:
                keys.append(text)
                texts[text] = []
            else:
                texts[keys[-1]].append(text)
    return texts, keys


def values(texts):
    """The names in braces of all plural forms."""
    return {name for text in texts for name in re.findall(r"{(\w+)}", text)}


def sections(path):
    """The keys in each part of a file; parts start with a comment."""
    part = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("\t//"):
            yield part
            part = []
        part += re.findall(r'^\t"([^"]*)":', line)
    yield part


def listed():
    source = (TOP / "www/lib/text.js").read_text(encoding="utf-8")
    inside = re.search(r"languages = {(.*?)}", source, re.DOTALL)[1]
    return set(re.findall(r"^\t(\w+):", inside, re.MULTILINE))


def used():
    """Keys that the modules name, and the beginnings of those that they build."""
    whole, begun = set(), set()
    for path in (TOP / "www").rglob("*.js"):
        if path.parent.name in ("text", "vendor"):
            continue
        source = path.read_text(encoding="utf-8")
        whole |= set(re.findall(r'"([a-z_]+(?:\.[\w.]+)*)"', source))
        begun |= set(re.findall(r"`([a-z_]+\.[\w.]*)\$\{", source))
    return whole, begun


def asked():
    """Keys in calls of t()."""
    for path in (TOP / "www").rglob("*.js"):
        source = re.sub("^\\s*//.*", "", path.read_text(encoding="utf-8"),
                        flags=re.MULTILINE)
        for key in re.findall(r'\bt\(\s*"([^"]+)"', source):
            yield path.relative_to(TOP), key


def codes():
    return set(re.findall(r'\[ERR_\w+\]\s*= { \d+, "(\w+)"', (
        TOP / "lib/base/err.c").read_text(encoding="utf-8")))


def differences(code, texts, english):
    """What is wrong with the texts of a language."""
    own = {key for key in texts if key.startswith("problem.")}
    for key in sorted((english.keys() - texts.keys()) |
                      ({"problem." + name for name in codes()} - own)):
        yield f"{code}: no text for {key}"
    for key in sorted(texts.keys() - english.keys() - own):
        yield f"{code}: {key} is not in en.js"
    for key in sorted(texts.keys() & english.keys()):
        if values(texts[key]) != values(english[key]):
            yield f"{code}: {key} has other values in braces than en.js"


def unused(english):
    whole, begun = used()
    for key in english:
        if key not in whole and not key.startswith(tuple(begun) or "\0"):
            yield f"no module uses {key}"


def disorder(path):
    for part in sections(path):
        for key in [one for one, other in zip(part, sorted(part))
                    if one != other][:1]:
            yield f"{path.name}: {key} is not in its place"


def report(name, faults):
    faults = list(faults)
    for fault in faults:
        print("#", fault)
    print("not ok" if faults else "ok", name)
    return bool(faults)


def main():
    files = {path.stem: path for path in (TOP / "www/text").glob("*.js")}
    languages = {code: texts_of(path) for code, path in files.items()}
    english, _ = languages["en"]
    print("1..5")
    bad = [
        report("1 - text.js lists the files of languages", (
            f"{code}: only in one of text.js and the folder text"
            for code in listed() ^ files.keys())),
        report("2 - each language has the same texts", (
            fault for code, (texts, _) in languages.items() if code != "en"
            for fault in differences(code, texts, english))),
        report("3 - each text that a module uses exists", (
            f"{path}: no text for {key}" for path, key in asked()
            if key not in english)),
        report("4 - each text is used", unused(english)),
        report("5 - keys are sorted in each part, and there once", [
            fault for path in files.values() for fault in disorder(path)] + [
            f"{code}: {key} is there twice"
            for code, (_, keys) in languages.items()
            for key in keys if keys.count(key) > 1] + [
            f"the lint found {len(english)} texts"] * (len(english) < FEWEST)),
    ]
    return any(bad)


if __name__ == "__main__":
    sys.exit(main())
