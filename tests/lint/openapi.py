"""
What doc/openapi.yaml says that the code does not, and the other way round:
openapi.py routes|problems|names|published TOP. Prints each disagreement.
"""

import pathlib
import re
import subprocess
import sys

import yaml

QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
METHODS = ("get", "post", "put", "patch", "delete", "options")
ROUTE = re.compile(r'\{ METHOD_(\w+), +"([^"]+)", +NEED_(\w+), +SCOPE_(\w+), +'
                   r'BODY_(\w+)(?:\("[^"]*"\))?, +(?:"([^"]*)"|ANY_QUERY),')
KIND = re.compile(r'= \{ (\d+), "(\w+)", +"(.*)" \}')
NAMES = re.compile(r"^static const char \*const (\w+)_names\[\] = \{\n(.*?)^\};",
                   re.M | re.S)

# The name tables whose values a schema lists.
SCHEMAS = (("JobKind", "job.c", "kind"), ("JobState", "job.c", "state"),
           ("Priority", "job.c", "priority"), ("Status", "image.c", "status"),
           ("Status", "variant.c", "status"))


# A pattern that finds fewer rows than there were finds them no longer.
FEWEST = {ROUTE: 79, KIND: 32}


def rows(pattern, top, file):
    found = pattern.findall((top / file).read_text())
    if len(found) < FEWEST[pattern]:
        sys.exit(f"{file}: found {len(found)} rows, and there were "
                 f"{FEWEST[pattern]}")
    return found


def security_of(method, need, scope):
    """As an operation has it that is for these."""
    if need in ("NOBODY", "ANONYMOUS"):
        return []
    session = {"session": []} if method == "GET" else \
        {"session": [], "csrf": []}
    bearer = {"bearer": [] if scope == "NONE" else [scope.lower()]}
    return {"BEARER": [bearer], "LOGIN": [{"basic": []}, session]}.get(
        need, [bearer, {"basic": []}, session])


def coded_routes(top):
    """METHOD /path, with what the table says of it."""
    return {f"{method} {path}": {
        "security": security_of(method, need, scope),
        "body": body != "NONE",
        "query": sorted(query.split()),
    } for method, path, need, scope, body, query in rows(ROUTE, top, "fcgi/routes.c")}


def follow(document, item):
    while "$ref" in item:
        found = document
        for step in item["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        item = found
    return item


def described_routes(document):
    found = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            operation = item[method]
            parameters = [follow(document, one) for one in
                          item.get("parameters", []) +
                          operation.get("parameters", [])]
            found[f"{method.upper()} {path}"] = {
                "security": operation.get("security"),
                "body": "requestBody" in operation,
                "query": sorted(one["name"] for one in parameters
                                if one["in"] == "query"),
            }
    return found


def routes(top, document):
    coded, described = coded_routes(top), described_routes(document)
    for route in sorted(coded.keys() | described.keys()):
        if route not in described:
            yield f"{route} is not in doc/openapi.yaml"
        elif route not in coded:
            yield f"{route} is not in fcgi/routes.c"
        else:
            for what, said in described[route].items():
                if said != coded[route][what]:
                    yield (f"{route}: {what} is {said} in doc/openapi.yaml, "
                           f"{coded[route][what]} in fcgi/routes.c")


def problems(top, document):
    sys.path.insert(0, str(top / "doc"))
    import publish
    described = publish.problem_codes(document)
    kinds = rows(KIND, top, "lib/base/err.c")
    coded = {code: int(status) for status, code, _ in kinds}
    titles = {code: title for _, code, title in kinds}
    for what in ("meanings", "remedies"):
        for code in sorted(coded.keys() ^
                           publish.problem_texts(document, what)):
            yield (f"error {code}: is only in the code, or only in x-{what} of "
                   "doc/openapi.yaml")
    examples = publish.problem_examples(document)
    # Only the log has client_gone.
    for code in sorted(coded.keys() - {"client_gone"} ^ examples.keys()):
        yield f"error {code}: has no example, or only that"
    for code, example in examples.items():
        if (example["title"], example["status"]) != (titles[code], coded[code]):
            yield (f"error {code}: the example has another title or status "
                   "than lib/base/err.c")
    for code in sorted(coded.keys() | described.keys()):
        if code not in described:
            yield f"error {code} is not in doc/openapi.yaml"
        elif code not in coded:
            yield f"error {code} is not in lib/base/err.c"
        elif coded[code] not in described[code]:
            yield (f"error {code} has the status {described[code]} in "
                   f"doc/openapi.yaml, {coded[code]} in lib/base/err.c")


def names(top, document):
    for schema, file, table in SCHEMAS:
        tables = dict(NAMES.findall((top / "lib/model" / file).read_text()))
        coded = set(re.findall(r'"(\w+)"', tables.get(table, "")))
        described = set(document["components"]["schemas"][schema]["enum"])
        for name in sorted(coded ^ described):
            yield (f"{name}, a {schema}, is only in " +
                   (f"lib/model/{file}" if name in coded else
                    "doc/openapi.yaml"))


def published(top, document):
    for form, name in (("json", "openapi.json"), ("html", "index.html"),
                       ("problems", "problems.html")):
        made = subprocess.run(
            [sys.executable, "-B", str(top / "doc/publish.py"), form,
             str(top / "doc/openapi.yaml")], capture_output=True, check=True)
        if made.stdout != (top / "doc" / name).read_bytes():
            yield f"doc/{name} is not of this doc/openapi.yaml: make docs"


def main(what, top):
    top = pathlib.Path(top)
    with open(top / "doc/openapi.yaml", encoding="utf-8") as file:
        document = yaml.load(file, QUICK)
    for line in globals()[what](top, document):
        print(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
