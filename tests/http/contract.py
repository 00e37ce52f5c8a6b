"""
What the tests send and get is what doc/openapi.json describes: status,
headers, media type and JSON, by an independent validator of JSON Schema.
"""

import copy
import functools
import json
import os
import re
import urllib.parse

import jsonschema

# For what no path of the document matches.
ANYWHERE = {"400": "BadRequest", "404": "NotFound", "500": "Internal",
            "503": "Unavailable", "default": "Refused"}


# The path of base_url in this run: run.sh says what it is.
BASE_PATH = os.environ.get("PIXTIER_PATH", "")


class Broken(AssertionError):
    pass


def closed(schema):
    """The schema without room for fields that it does not name: what is not
    described is not to be sent."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if "type" in made and "object" in made["type"] and "properties" in made:
        made["additionalProperties"] = False
    return made


class Contract:
    def __init__(self, path):
        self.document = json.loads(path.read_text())
        self.open_components = copy.deepcopy(self.document["components"])
        self.document["components"]["schemas"] = \
            closed(self.document["components"]["schemas"])
        self.paths = [(self.pattern(path), path) for path
                      in self.document["paths"]]
        self.validators = {}

    @staticmethod
    def pattern(path):
        return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))

    def follow(self, item):
        while "$ref" in item:
            found = self.document
            for step in item["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            item = found
        return item

    def validator(self, schema, is_request=False):
        """Made once for each schema: their texts stay where they are."""
        key = id(schema), is_request
        if key not in self.validators:
            components = self.open_components if is_request else \
                self.document["components"]
            self.validators[key] = jsonschema.Draft202012Validator(
                {"allOf": [schema], "components": components},
                format_checker=jsonschema.FormatChecker())
        return self.validators[key]

    def find(self, target):
        """The path's item in the document, or None."""
        path = target.partition("?")[0].removeprefix(BASE_PATH)
        if "%2f" not in path.lower():
            for pattern, name in self.paths:
                if pattern.fullmatch(urllib.parse.unquote(path)):
                    return self.document["paths"][name]
        return None

    def responses(self, method, item):
        """What may be answered: of the operation, or of any request."""
        operation = (item or {}).get(
            {"HEAD": "get"}.get(method, method.lower()))
        if operation:
            return operation["responses"]
        if item and "x-refused" in item:
            return {"default": item["x-refused"]}
        return {status: {"$ref": f"#/components/responses/{name}"}
                for status, name in ANYWHERE.items()}

    def check(self, method, target, status, headers, body):
        """Raises Broken when an answer is not as the document says."""
        try:
            self.check_answer(method, target, status, headers, body)
        except Broken as broken:
            raise Broken(
                f"{method} {target} answered {status}, which is not as "
                f"doc/openapi.yaml says: {broken}\n{body[:2000]}") from None

    def check_answer(self, method, target, status, headers, body):
        if (method, status) == ("OPTIONS", 204):  # a preflight
            if body or "Access-Control-Allow-Methods" not in headers:
                raise Broken("no body and a list of methods are expected")
            return
        known = self.responses(method, self.find(target))
        answer = known.get(str(status)) or known.get("default")
        if not answer:
            raise Broken(f"the statuses are {', '.join(known)}")
        answer = self.follow(answer)
        self.check_headers(answer.get("headers", {}), headers)
        content = answer.get("content", {})
        if content:
            media_type = self.check_type(content, headers)
            if media_type.endswith("json"):
                self.check_json(content[media_type], method, status, body)
        elif body:
            raise Broken("no body is expected")

    def check_headers(self, described, headers):
        for name, header in described.items():
            header = self.follow(header)
            value = headers.get(name)
            if value is None:
                if header.get("required"):
                    raise Broken(f"the header {name} is missing")
                continue
            schema = header["schema"]
            if schema.get("type") == "integer" and value.isdigit():
                value = int(value)
            self.check_value(f"header {name}", schema, value)

    @staticmethod
    def check_type(content, headers):
        came = headers.get("Content-Type") or ""
        came = came.partition(";")[0].strip().lower()
        for media_type in (came, came.partition("/")[0] + "/*"):
            if media_type in content:
                return media_type
        raise Broken(f"Content-Type: {', '.join(content)}, not \"{came}\"")

    def check_json(self, described, method, status, body):
        if method == "HEAD":
            # Of what it would be, only the status is there to look at.
            for part in described["schema"].get("allOf", ())[1:]:
                self.check_value("status", part, {"status": status})
            return
        try:
            value = json.loads(body)
        except ValueError as error:
            raise Broken(f"the body is no JSON: {error}") from None
        self.check_value("body", described["schema"], value)

    def check_value(self, what, schema, value, is_request=False):
        errors = list(self.validator(schema, is_request).iter_errors(value))
        if errors:
            error = jsonschema.exceptions.best_match(errors)
            raise Broken(f"{what}: {error.json_path}: {error.message[:500]}")

    def check_request(self, method, target, body):
        """Raises Broken when something was taken that the document does not
        have: a parameter, or JSON of another shape."""
        item = self.find(target)
        operation = (item or {}).get(method.lower())
        if not operation:
            return
        parameters = [self.follow(one) for one in item.get("parameters", []) +
                      operation.get("parameters", [])]
        query = {one["name"] for one in parameters if one["in"] == "query"}
        for name, _ in urllib.parse.parse_qsl(
                urllib.parse.urlsplit(target).query):
            if name not in query:
                raise Broken(f"{method} {target} was taken, but "
                             f"doc/openapi.yaml has no parameter {name}")
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content or not body:
            return
        try:
            self.check_value("body", content["application/json"]["schema"],
                             json.loads(body), is_request=True)
        except Broken as broken:
            raise Broken(f"{method} {target} took what doc/openapi.yaml does "
                         f"not have: {broken}\n{body[:2000]}") from None


@functools.cache
def contract(path):
    return Contract(path)
