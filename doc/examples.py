"""
Makes example programs for an operation of doc/openapi.yaml: the same request
in curl, Python, PHP and JavaScript. publish.py prints them, and
tests/http/test_documentation_examples.py runs each.
"""

import json
import re
import urllib.parse

WIDTH = 60  # values that are longer become one line for each member
TIMEOUT = 60  # seconds; requests has none of its own
FILES = {"image/x-icon": "favicon.ico"}  # other pictures: picture.jpg
SUCCESSES = ("200", "201", "202", "204", "301", "302")
DICT, LIST = ("{", "}"), ("[", "]")


class Call:
    """What the programs send, and what they do with the response."""

    def __init__(self, resolve, method, path, item):
        self.resolve = resolve
        self.operation = item[method]
        self.method = method.upper()
        self.parameters = [resolve(one) for one in item.get("parameters", []) +
                           self.operation.get("parameters", [])]
        self.path = self.filled(path) + self.query()
        self.auth = self.authentication()
        self.json, self.fields, self.files = None, {}, {}
        self.read_body()
        self.has_body = bool(self.json is not None or self.fields or
                             self.files)
        # curl would not send Content-Length, and some servers require it.
        self.is_empty_post = self.method == "POST" and not self.has_body
        self.answer, self.file = self.expected()
        # A client that follows a redirect does not have the cookies yet.
        self.redirects = {"301", "302"} & set(self.operation["responses"])

    def filled(self, path):
        for one in self.parameters:
            if one["in"] == "path":
                path = path.replace(f"{{{one['name']}}}", str(one["example"]))
        return path

    def query(self):
        shown = self.operation.get("x-example-query", ())
        values = {one["name"]: one["example"] for one in self.parameters
                  if one["in"] == "query" and
                  (one.get("required") or one["name"] in shown)}
        return "?" + urllib.parse.urlencode(values) if values else ""

    def authentication(self):
        ways = [name for way in self.operation["security"] for name in way]
        return next((name for name in ("bearer", "basic") if name in ways),
                    None)

    def read_body(self):
        """The first body that has an example. The example of a form has the
        names of files."""
        content = self.resolve(self.operation.get("requestBody", {})).get(
            "content", {})
        for media_type, body in content.items():
            if "example" not in body:
                continue
            if media_type != "multipart/form-data":
                self.json = body["example"]
                return
            fields = self.resolve(body["schema"])["properties"]
            for name, value in body["example"].items():
                is_file = "contentMediaType" in fields[name]
                (self.files if is_file else self.fields)[name] = value
            return

    def expected(self):
        """json, text, file or nothing; and the file's name. Text may be
        empty."""
        kinds = [next(iter(self.resolve(answer).get("content", {})), "")
                 for status, answer in self.operation["responses"].items()
                 if status in SUCCESSES]
        media_type = kinds[0]
        if media_type.startswith("image/"):
            return "file", FILES.get(media_type, "picture.jpg")
        if not media_type:
            return "nothing", None
        return ("text" if "" in kinds or media_type != "application/json"
                else "json"), None


# Values as a language writes them

def literal(value, language, indent=""):
    """On one line if it is short, else with one line for each member."""
    open_, close = language.dict if isinstance(value, dict) else LIST
    if isinstance(value, dict):
        members = [language.key(name) + literal(one, language, indent +
                                                language.step)
                   for name, one in value.items()]
    elif isinstance(value, list):
        members = [literal(one, language, indent + language.step)
                   for one in value]
    else:
        return language.scalar(value)
    space = language.space if isinstance(value, dict) else ""
    line = open_ + space + ", ".join(members) + space + close
    if len(line) <= WIDTH and "\n" not in line:
        return line
    inner = indent + language.step
    comma = language.last
    return (open_ + "\n" + ",\n".join(inner + one for one in members) +
            comma + "\n" + indent + close)


def lines(*parts):
    """The parts that are there, one a line."""
    return "\n".join(part for part in parts if part) + "\n"


class Json:
    dict, space, step, last = DICT, "", "  ", ""

    @staticmethod
    def key(name):
        return json.dumps(name, ensure_ascii=False) + ": "

    @staticmethod
    def scalar(value):
        return json.dumps(value, ensure_ascii=False)


class Curl(Json):
    name = "curl"

    @staticmethod
    def quoted(text):
        return "'" + text.replace("'", "'\\''") + "'"

    @classmethod
    def body(cls, call):
        if call.json is not None:
            yield "--json " + cls.quoted(literal(call.json, cls))
        for name, value in call.files.items():
            yield f"-F {name}=@{value}"
        for name, value in call.fields.items():
            yield f"-F {name}={value}"
        if call.is_empty_post:
            yield "-d ''"

    @classmethod
    def program(cls, call):
        body = list(cls.body(call))
        implied = "POST" if body else "GET"
        parts = ["--fail-with-body" +
                 (f" -X {call.method}" if call.method != implied else "")]
        parts += {"bearer": ['-H "Authorization: Bearer $IMAGE_TOKEN"'],
                  "basic": ['-u "$IMAGE_USER:$IMAGE_PASSWORD"']}.get(
                      call.auth, [])
        parts += body
        if call.answer == "file":
            parts.append("-o " + call.file)
        parts.append(f'"$IMAGE_URL{call.path}"')
        return "curl " + " \\\n  ".join(parts) + "\n"


class Python(Json):
    name = "Python"
    step, last = "    ", ","

    @staticmethod
    def scalar(value):
        if value is None or isinstance(value, bool):
            return repr(value)
        return json.dumps(value, ensure_ascii=False)

    @classmethod
    def arguments(cls, call):
        if call.auth == "bearer":
            yield ('headers={"Authorization": '
                   '"Bearer " + os.environ["IMAGE_TOKEN"]}')
        if call.auth == "basic":
            yield ('auth=(os.environ["IMAGE_USER"], '
                   'os.environ["IMAGE_PASSWORD"])')
        if call.json is not None:
            yield "json=" + literal(call.json, cls, cls.step)
        if call.files:
            yield "files={" + ", ".join(
                f'"{name}": open("{value}", "rb")'
                for name, value in call.files.items()) + "}"
        if call.fields:
            yield "data=" + literal(call.fields, cls, cls.step)
        if call.redirects:
            yield "allow_redirects=False"
        yield f"timeout={TIMEOUT}"

    @classmethod
    def program(cls, call):
        arguments = [f'os.environ["IMAGE_URL"] + "{call.path}"',
                     *cls.arguments(call)]
        return lines(
            "import os\n\nimport requests\n",
            f"response = requests.{call.method.lower()}(",
            *(f"    {argument}," for argument in arguments),
            ")",
            "response.raise_for_status()",
            {"json": "print(response.json())",
             "text": "print(response.text)",
             "file": f'with open("{call.file}", "wb") as file:\n'
                     "    file.write(response.content)",
             "nothing": ""}[call.answer])


class Php(Json):
    name = "PHP"
    dict, step, last = LIST, "    ", ","

    @classmethod
    def key(cls, name):
        return cls.scalar(name) + " => "

    @staticmethod
    def scalar(value):
        if isinstance(value, str):
            return "'" + re.sub(r"(['\\])", r"\\\1", value) + "'"
        return json.dumps(value)

    @classmethod
    def fields(cls, call):
        values = [f"{cls.key(name)}new CURLFile({cls.scalar(value)})"
                  for name, value in call.files.items()]
        values += [cls.key(name) + cls.scalar(value)
                   for name, value in call.fields.items()]
        return "[" + ", ".join(values) + "]"

    @classmethod
    def options(cls, call):
        if call.method != ("POST" if call.has_body else "GET") and \
                not call.is_empty_post:
            yield f"CURLOPT_CUSTOMREQUEST => '{call.method}'"
        headers = []
        if call.auth == "bearer":
            headers.append("'Authorization: Bearer ' . getenv('IMAGE_TOKEN')")
        if call.auth == "basic":
            yield ("CURLOPT_USERPWD => getenv('IMAGE_USER') . ':' . "
                   "getenv('IMAGE_PASSWORD')")
        if call.json is not None:
            headers.append("'Content-Type: application/json'")
        if headers:
            yield ("CURLOPT_HTTPHEADER => [\n" +
                   "".join(f"        {one},\n" for one in headers) + "    ]")
        if call.json is not None:
            yield (f"CURLOPT_POSTFIELDS => json_encode("
                   f"{literal(call.json, cls, cls.step)})")
        elif call.is_empty_post:
            yield "CURLOPT_POSTFIELDS => ''"
        elif call.has_body:
            yield f"CURLOPT_POSTFIELDS => {cls.fields(call)}"
        yield "CURLOPT_FAILONERROR => true"
        yield "CURLOPT_RETURNTRANSFER => true"

    @classmethod
    def program(cls, call):
        return lines(
            "<?php",
            f"$curl = curl_init(getenv('IMAGE_URL') . '{call.path}');",
            "curl_setopt_array($curl, [",
            *(f"    {option}," for option in cls.options(call)),
            "]);",
            "$body = curl_exec($curl);",
            "if ($body === false) {\n"
            "    throw new Exception(curl_error($curl));\n}",
            {"json": "print_r(json_decode($body, true));",
             "text": "echo $body;",
             "file": f"file_put_contents('{call.file}', $body);",
             "nothing": ""}[call.answer])


class JavaScript(Json):
    name = "JavaScript"
    space, step, last = " ", "  ", ","

    @classmethod
    def key(cls, name):
        return (name if re.fullmatch(r"[A-Za-z_]\w*", name) else
                cls.scalar(name)) + ": "

    @staticmethod
    def form(call):
        if not call.files:
            return
        yield "const form = new FormData();"
        for name, value in call.files.items():
            yield (f'form.append("{name}", new Blob([await readFile('
                   f'"{value}")]), "{value}");')
        for name, value in call.fields.items():
            yield f'form.append("{name}", {json.dumps(value)});'

    @classmethod
    def headers(cls, call):
        if call.auth == "bearer":
            yield "Authorization: `Bearer ${process.env.IMAGE_TOKEN}`"
        if call.auth == "basic":
            yield ('Authorization: "Basic " + Buffer.from(\n      `${process.'
                   "env.IMAGE_USER}:${process.env.IMAGE_PASSWORD}`,\n"
                   '    ).toString("base64")')
        if call.json is not None:
            yield '"Content-Type": "application/json"'

    @classmethod
    def options(cls, call):
        if call.method != "GET":
            yield f'method: "{call.method}"'
        headers = list(cls.headers(call))
        if headers:
            yield ("headers: {\n" +
                   "".join(f"    {one},\n" for one in headers) + "  }")
        if call.json is not None:
            yield f"body: JSON.stringify({literal(call.json, cls, cls.step)})"
        elif call.files:
            yield "body: form"
        if call.redirects:
            yield 'redirect: "manual"'

    @classmethod
    def fetch(cls, call):
        options = list(cls.options(call))
        url = f"`${{process.env.IMAGE_URL}}{call.path}`"
        if not options:
            return f"const response = await fetch({url});"
        return lines(f"const response = await fetch({url}, {{",
                     *(f"  {option}," for option in options), "});").rstrip()

    @classmethod
    def program(cls, call):
        files = [name for name, is_used in
                 (("readFile", call.files),
                  ("writeFile", call.answer == "file")) if is_used]
        failed = "response.status >= 400" if call.redirects else "!response.ok"
        return lines(
            files and f'import {{ {", ".join(files)} }} '
            'from "node:fs/promises";\n',
            *cls.form(call),
            cls.fetch(call),
            f"if ({failed}) throw new Error(await response.text());",
            {"json": "console.log(await response.json());",
             "text": "console.log(await response.text());",
             "file": f'await writeFile("{call.file}", '
                     "new Uint8Array(await response.arrayBuffer()));",
             "nothing": ""}[call.answer])


LANGUAGES = (Curl, Python, Php, JavaScript)


def programs(resolve, method, path, item):
    """The name of each language with its program."""
    call = Call(resolve, method, path, item)
    return [(language.name, language.program(call)) for language in LANGUAGES]
