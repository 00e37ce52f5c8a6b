"""
Prints doc/openapi.yaml as JSON, as a page for people, or as one page for each
error code: publish.py json|html|problems OPENAPI.YAML. The results are kept
beside it, so that a build needs no YAML; `make docs` makes them again.
"""

import html
import json
import pathlib
import re
import sys

import yaml

import examples

# Programs for "Start here", in the folder start beside the document.
PROGRAMS = (("curl", "upload.sh"), ("PHP", "upload.php"),
            ("Python", "upload.py"), ("JavaScript", "upload.mjs"))
MANY = 20  # links that a page shows only when asked
LONG = 40  # bytes of code that may be broken in a cell
METHODS = ("get", "post", "put", "patch", "delete", "options")
BOUNDS = (("minimum", "at least {}"), ("maximum", "at most {}"),
          ("minLength", "at least {} long"), ("maxLength", "at most {} long"),
          ("minItems", "at least {} items"), ("maxItems", "at most {} items"),
          ("pattern", "like {}"), ("default", "else {}"))


def escape(text):
    return html.escape(str(text), quote=True)


def inline(text):
    return re.sub("`([^`]*)`", r"<code>\1</code>", escape(text))


def slug(title):
    return title.lower().replace(" ", "-")


def heading(level, name, title):
    """A heading that links to itself. The title is HTML."""
    return (f'<h{level} id="{name}"><a href="#{name}">{title}</a>'
            f"</h{level}>")


def paragraph(text):
    if text.startswith("## "):
        return heading(2, slug(text[3:]), inline(text[3:]))
    return f"<p>{inline(text)}</p>"


def paragraphs(text):
    parts = re.split(r"\n\s*\n", (text or "").strip())
    return "".join(paragraph(part) + "\n" for part in parts if part)


def code(value):
    shown = value if isinstance(value, str) else json.dumps(value)
    broken = ' class="long"' if len(shown) > LONG else ""
    return f"<code{broken}>{escape(shown)}</code>"


def head(title, *more):
    """What each page begins with."""
    return "\n".join([
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, '
        'initial-scale=1">\n<meta name="color-scheme" content="light dark">',
        f"<title>{title}</title>",
        '<link rel="icon" href="/favicon.ico">',
        '<link rel="stylesheet" href="/docs/style.css">',
        '<link rel="stylesheet" href="/docs/docs.css">', *more,
        "</head>\n<body>\n"
        '<a class="skip" href="#top">Skip to the contents</a>\n'
        '<header class="top"><a class="brand" href="/docs/">pixtier API</a>'
        "</header>"])


class Page:
    def __init__(self, document, programs):
        self.document = document
        self.programs = programs
        self.lines = []

    def add(self, line):
        self.lines.append(line)

    def resolve(self, item):
        """What a $ref stands for."""
        while "$ref" in item:
            found = self.document
            for step in item["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            item = found
        return item

    # Schemas

    def type_of(self, schema):
        """What values a schema allows, in one line of HTML."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return f'<a href="#schema-{name}">{name}</a>'
        for word in ("anyOf", "oneOf"):
            if word in schema and "properties" not in schema:
                return " or ".join(self.type_of(one) for one in schema[word])
        if "contentMediaType" in schema:
            return "a file"
        if "allOf" in schema:
            return self.type_of(schema["allOf"][0])
        if "const" in schema:
            return code(schema["const"])
        if "enum" in schema:
            return ", ".join(code(value) for value in schema["enum"])
        return self.basic_type(schema) or "anything"

    def basic_type(self, schema):
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        words = [schema.get("format") if kind == "string" and "format" in
                 schema else kind for kind in kinds]
        text = " or ".join(words)
        if "items" in schema:
            text = text.replace("array", "array of " +
                                self.type_of(schema["items"]))
        bounds = [says.format(code(schema[word])) for word, says in BOUNDS
                  if word in schema]
        return ", ".join([text] * bool(text) + bounds)

    def properties(self, schema, prefix=""):
        """Rows of name, type and meaning; objects inside follow theirs."""
        required = schema.get("required", ())
        for name, part in schema.get("properties", {}).items():
            note = "" if name in required else " <small>may be absent</small>"
            yield (f"<code>{escape(prefix + name)}</code>{note}",
                   self.type_of(part), inline(part.get("description", "")))
            inner = part.get("items", part)
            if "$ref" not in inner:
                yield from self.properties(inner, f"{prefix}{name}.")

    def table(self, heads, rows, names=None):
        """With `names`, each row can be linked to."""
        rows = list(rows)
        if not rows:
            return
        self.add('<div class="table"><table>\n<tr>' + "".join(f"<th>{head}</th>"
                                           for head in heads) + "</tr>")
        for row, name in zip(rows, names or [""] * len(rows)):
            anchor = f' id="{name}"' if name else ""
            self.add(f"<tr{anchor}>" + "".join(f"<td>{cell}</td>"
                                               for cell in row) + "</tr>")
        self.add("</table></div>")

    def schemas(self):
        self.add(heading(2, "schemas", "Schemas"))
        for name, schema in self.document["components"]["schemas"].items():
            self.add(heading(3, f"schema-{name}", name))
            self.add(paragraphs(schema.get("description")))
            if "properties" in schema:
                self.table(("Field", "Value", "Meaning"),
                           self.properties(schema),
                           [f"{name}.{field}" for field in fields(schema)])
            else:
                self.add(f"<p>{self.type_of(schema)}</p>")

    # Operations

    def security(self, operation):
        ways = operation["security"]
        if not ways:
            return "No authentication is needed."
        scopes = [scope for way in ways for scope in way.get("bearer", ())]
        names = [" with ".join(f"<code>{name}</code>" for name in way)
                 for way in ways]
        text = ('<a href="#authentication">Authentication</a>: ' +
                ", or ".join(names) + ".")
        if scopes:
            text += f" A token needs the scope {code(' '.join(scopes))}."
        return text

    def form_fields(self, form):
        if "schema" in form:
            self.table(("Field", "Value", "Meaning"),
                       self.properties(self.resolve(form["schema"])))

    def body(self, content):
        for media_type, body in content.items():
            line = code(media_type)
            if "schema" in body:
                line += ": " + self.type_of(body["schema"])
            self.add(f"<p>{line}</p>")
            if media_type == "multipart/form-data":
                self.form_fields(body)
            example = body.get("example")
            if isinstance(example, str):
                self.add(f"<pre>{escape(example)}</pre>")
            elif example is not None:
                self.add("<pre>" + escape(json.dumps(
                    example, indent=2, ensure_ascii=False)) + "</pre>")

    def responses(self, operation):
        rows = []
        for status, answer in operation["responses"].items():
            answer = self.resolve(answer)
            heads = ", ".join(code(name) for name in answer.get("headers", ())
                              if name != "X-Request-Id")
            kinds = " or ".join(
                f"{self.type_of(body['schema'])}" if "schema" in body
                else code(media) for media, body in
                answer.get("content", {}).items())
            rows.append((status, inline(answer["description"]), kinds, heads))
        self.table(("Status", "Meaning", "Body", "Headers"), rows)

    def operation(self, method, path, item):
        operation = item[method]
        name = operation["operationId"]
        is_open = session_suffices(operation) and path.startswith("/")
        self.add(f"<section{' data-try' if is_open else ''}>\n" + heading(
            3, name, f"<code>{method.upper()} {escape(path)}</code>"))
        self.add(f"<p><strong>{inline(operation['summary'])}</strong></p>")
        self.add(paragraphs(operation.get("description")))
        self.add(f"<p>{self.security(operation)}</p>")
        parameters = [self.resolve(one) for one in item.get("parameters", []) +
                      operation.get("parameters", [])]
        self.table(("Parameter", "Where", "Value", "Meaning"), (
            (code(one["name"]), one["in"], self.type_of(one["schema"]),
             inline(one.get("description", ""))) for one in parameters),
            [f"{name}.{one['name']}" for one in parameters])
        if "requestBody" in operation:
            self.add("<h4>Request</h4>")
            self.body(self.resolve(operation["requestBody"])["content"])
        if path.startswith("/"):
            self.example_requests(method, path, item)
        self.add("<h4>Answers</h4>")
        self.responses(operation)
        for status, answer in operation["responses"].items():
            if status.startswith("2"):
                self.examples(status, self.resolve(answer))
        self.add("</section>")

    def example_requests(self, method, path, item):
        """One program for each language; the reader chooses which is shown."""
        name = item[method]["operationId"]
        made = examples.programs(self.resolve, method, path, item)
        self.add('<fieldset class="examples"><legend>Example</legend>')
        self.add("".join(
            f'<label><input type="radio" name="in-{name}" value="{language}"'
            f"{' checked' if language == made[0][0] else ''}> {language}"
            "</label>" for language, _ in made))
        for language, program in made:
            self.add(f'<pre data-language="{language}">'
                     f"{escape(program.rstrip())}</pre>")
        self.add("</fieldset>")

    def examples(self, status, answer):
        content = {media: body for media, body in
                   answer.get("content", {}).items() if "example" in body}
        if content:
            self.add(f"<h4>Example of {status}</h4>")
            self.body(content)

    def operations(self, tag):
        for group in ("paths", "webhooks"):
            for path, item in self.document.get(group, {}).items():
                for method in METHODS:
                    if tag in item.get(method, {}).get("tags", ()):
                        yield method, path, item

    def navigation(self):
        self.add('<nav aria-label="Contents">\n'
                 '<a href="#start-here">Start here</a>')
        for title in re.findall("^## (.*)$", self.document["info"][
                "description"], re.MULTILINE):
            self.add(f'<a href="#{slug(title)}">{escape(title)}</a>')
        self.add('<a href="#errors">Errors</a>')
        for tag in self.document["tags"]:
            self.add(f"<b>{escape(tag['name'])}</b>")
            for method, path, item in self.operations(tag["name"]):
                self.add(f'<a href="#{item[method]["operationId"]}">'
                         f'{method.upper()} {escape(path)}</a>')
        self.add('<b>More</b>\n<a href="#schemas">Schemas</a>\n</nav>')

    def start(self):
        self.add(heading(2, "start-here", "Start here"))
        self.add("<p>Each of these programs gets a token, uploads a picture, "
                 "prints the URLs of its thumbnails, and shares it by a link "
                 "that ends. The user needs a tier with links, such as "
                 "Enterprise. Save one of them, and say where the service is "
                 "and who you are:</p>\n"
                 "<pre>export IMAGE_URL=https://img.example IMAGE_USER=anna "
                 "IMAGE_PASSWORD=...</pre>")
        for title, name in PROGRAMS:
            self.add(heading(3, "start-" + slug(title), f"{title}: {name}"))
            self.add(f"<pre>{escape(self.programs[name])}</pre>")

    def authentication(self):
        schemes = self.document["components"]["securitySchemes"]
        self.table(("Name", "How", "What"), (
            (code(name), escape(" ".join(str(scheme[word]) for word in
                                         ("scheme", "in", "name")
                                         if word in scheme)),
             inline(scheme["description"]))
            for name, scheme in schemes.items()))

    def problems(self):
        self.add(heading(2, "errors", "Errors"))
        meanings = problem_texts(self.document, "meanings")
        codes = sorted(problem_codes(self.document).items())
        self.table(("Code", "Status", "Meaning"), (
            (f'<a href="/problems/{name}"><code>{name}</code></a>',
             ", ".join(map(str, statuses)), inline(meanings.get(name, "")))
            for name, statuses in codes),
            [f"problem-{name}" for name, _ in codes])

    def print(self):
        info = self.document["info"]
        self.add(head(escape(info["title"]), '<script type="module" '
                                             'src="/docs/docs.js"></script>'))
        self.add('<div class="columns">')
        self.navigation()
        self.add(f'<main>\n<h1 id="top">{escape(info["title"])}, version '
                 f'{escape(info["version"])}</h1>')
        self.add(f"<p>{inline(info['summary'])}</p>")
        first, more = info["description"].split("\n## ", 1)
        self.add(paragraphs(first))
        self.add('<p>For programs: <a href="/v1/openapi.json">'
                 '<code>/v1/openapi.json</code></a>.</p>')
        self.start()
        self.add(paragraphs("## " + more))
        self.authentication()
        self.problems()
        for tag in self.document["tags"]:
            self.add(heading(2, "tag-" + slug(tag["name"]),
                             escape(tag["name"])))
            self.add(paragraphs(tag.get("description")))
            for method, path, item in self.operations(tag["name"]):
                self.operation(method, path, item)
        self.schemas()
        self.add("</main>\n</div>\n</body>\n</html>")
        return "\n".join(line for line in self.lines if line)

    # The pages of the error codes

    def all_operations(self):
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method, path, item[method]

    def where(self, name):
        """Links to the operations that answer with this error code. What
        only the default response has, any request may get."""
        links = [
            f'<li><a href="/docs/#{operation["operationId"]}"><code>'
            f"{method.upper()} {escape(path)}</code></a></li>"
            for method, path, operation in self.all_operations()
            if any(name in codes_of(self.resolve(answer))
                   for status, answer in operation["responses"].items()
                   if status != "default")]
        if not links:
            return "<p>Any operation.</p>"
        listed = '<ul class="links">\n' + "\n".join(links) + "\n</ul>"
        return listed if len(links) <= MANY else (
            f"<details><summary>{len(links)} operations</summary>{listed}"
            "</details>")

    def problem(self, name):
        """The page of a code. fcgi/api/docs.c replaces {{title}} and
        {{status}}, and finds the page by the comment."""
        example = problem_examples(self.document).get(name)
        text = json.dumps(example, indent=2, ensure_ascii=False)
        return "\n".join([
            f"<!-- {name} -->", head(name), '<main class="problem">',
            f'<h1 id="top"><code>{name}</code></h1>',
            "<p><strong>{{title}}.</strong> The HTTP status is {{status}}."
            "</p>", "<h2>What it means</h2>",
            f"<p>{inline(problem_texts(self.document, 'meanings')[name])}</p>",
            "<h2>What to do</h2>",
            f"<p>{inline(problem_texts(self.document, 'remedies')[name])}</p>",
            *([] if example is None else [
                "<h2>Example</h2>", f"<pre>{escape(text)}</pre>",
                "<h2>Which operations answer it</h2>", self.where(name)]),
            '<p><a href="/docs/#errors">All errors</a></p>',
            "</main>\n</body>\n</html>"])

    def print_problems(self):
        return "\n".join(map(self.problem,
                             sorted(problem_codes(self.document))))


def fields(schema, prefix=""):
    """The names that Page.properties() has."""
    for name, part in schema.get("properties", {}).items():
        yield prefix + name
        inner = part.get("items", part)
        if "$ref" not in inner:
            yield from fields(inner, f"{prefix}{name}.")


def session_suffices(operation):
    """Whether a browser can send it, with a session or without."""
    ways = operation["security"]
    return not ways or any("session" in way for way in ways)


def values(schema):
    """What a schema with const or enum allows."""
    return [schema["const"]] if "const" in schema else schema.get("enum", [])


def problem_texts(document, what):
    """For each error code, its meaning or its remedy."""
    problem = document["components"]["schemas"]["Problem"]
    return problem["properties"]["code"]["x-" + what]


def problem_examples(document):
    """For each error code, an answer. client_gone has none."""
    found = dict(problem_texts(document, "examples"))
    for answer in document["components"]["responses"].values():
        example = answer.get("content", {}).get(
            "application/problem+json", {}).get("example")
        if example:
            found.setdefault(example["code"], example)
    return found


def codes_of(answer):
    """The error codes of an answer, with the schemas that have them."""
    body = answer.get("content", {}).get("application/problem+json")
    narrowed = body["schema"].get("allOf", [{}])[-1] if body else {}
    return {name: one for one in narrowed.get("oneOf", [narrowed])
            for name in values(one.get("properties", {}).get("code", {}))}


def problem_codes(document):
    """Each error code with the statuses that answers give it."""
    found = {}
    for answer in document["components"]["responses"].values():
        for name, schema in codes_of(answer).items():
            statuses = found.setdefault(name, [])
            statuses += [status for status in
                         values(schema["properties"]["status"])
                         if status not in statuses]
    return found


def main(form, path):
    with open(path, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    if form == "json":
        print(json.dumps(document, indent=1, ensure_ascii=False))
    elif form == "problems":
        print(Page(document, {}).print_problems())
    else:
        folder = pathlib.Path(path).parent / "start"
        print(Page(document, {
            name: (folder / name).read_text(encoding="utf-8")
            for _, name in PROGRAMS}).print())


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("json", "html", "problems"):
        sys.exit("usage: publish.py json|html|problems OPENAPI.YAML")
    main(*sys.argv[1:])
