"""What the service says of itself."""

from html.parser import HTMLParser
import gzip
import html
import json
import re
import urllib.robotparser

import pytest

from api import problem
from contract import BASE_PATH, Broken
from pictures import decode
from service import CONTRACT, SRCDIR

CODES = re.findall(r"= \{ \d+, \"(\w+)\"",
                   (SRCDIR / "lib/base/err.c").read_text())


class Links(HTMLParser):
    """What a page has and what it points to."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links = set(), set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        for name, value in attributes:
            if name == "id":
                assert value not in self.ids
                self.ids.add(value)
            elif name in ("href", "src"):
                self.links.add(value)


def page(session, path):
    answer = session.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'",
            "connect-src 'self'", "form-action 'none'"} <= set(policy)
    assert not re.search(r"<style| style=| on\w+=|<script(?! type=\"module\" "
                         r"src=\"[^\"]+\"></script>)", answer.text)
    return Links(answer.text)


def test_programs_can_read_what_the_api_is(service):
    """GET /v1/openapi.json is the document of this version."""
    answer = service.session().get("/v1/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    document = (SRCDIR / "doc/openapi.json").read_text()
    assert answer.text == document.replace(
        '"url": "/"', f'"url": "{BASE_PATH or "/"}"')
    assert answer.json()["openapi"].startswith("3.1.")
    assert answer.json()["servers"][0]["url"] == (BASE_PATH or "/")


def test_people_can_read_what_the_api_is(service):
    """GET /docs/ has every operation, loads only its own files, and leads
    nowhere but to what is there."""
    session = service.session()
    seen = page(session, "/docs/")
    document = session.get("/v1/openapi.json").json()
    for item in document["paths"].values():
        for method, operation in item.items():
            if method not in ("parameters", "x-refused"):
                assert operation["operationId"] in seen.ids
    for link in seen.links:
        if link.startswith("#"):
            assert link[1:] in seen.ids, link
        else:
            assert link.startswith(BASE_PATH + "/"), link
            assert session.get(link.removeprefix(
                BASE_PATH)).status_code == 200, link


def loaded(session, path="docs.js"):
    """The scripts of the page and those that they import, later too."""
    answer = session.get("/docs/" + path)
    assert answer.status_code == 200, path
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    found = {path: answer.content}
    for name in re.findall(r"(?:from |import\()\"\./([^\"]+)\"", answer.text):
        if name not in found:
            found.update(loaded(session, name))
    return found


def test_the_page_is_small(service):
    """With all that it loads, in a server that compresses."""
    session = service.session()
    files = list(loaded(session).values())
    for name in ("style.css", "docs.css"):
        answer = session.get("/docs/" + name)
        assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
        files.append(answer.content)
    files.append(session.get("/docs/").content)
    assert sum(len(gzip.compress(file, 4)) for file in files) < 100000


def test_the_documentation_has_no_other_files(service):
    """GET /docs/{file}"""
    for name in ("index.html", "docs.jsx", "documents.h"):
        problem(service.session().get("/docs/" + name), 404, "not_found")


def test_the_usual_words_lead_somewhere(service):
    """Every heading has an anchor and links to it."""
    page = service.session().get("/docs/").text
    for word in ("start-here", "authentication", "pagination", "rate-limits",
                 "idempotency", "cors", "errors", "schemas"):
        assert f'<h2 id="{word}"><a href="#{word}">' in page
        assert f'<a href="#{word}">' in page[:page.index("</nav>")]
    headings = re.findall(r'<h[23](?: id="([^"]*)")?>(<a href="#[^"]*">)?',
                          page)
    assert len(headings) > 200
    assert [(name, link) for name, link in headings
            if link != f'<a href="#{name}">'] == []


def test_a_form_has_its_fields_at_the_operation(service):
    """Not only in the schemas at the end of the page."""
    document = service.session().get("/v1/openapi.json").json()
    page = service.session().get("/docs/").text
    forms = 0
    for item in document["paths"].values():
        for operation in item.values():
            if "requestBody" not in operation:
                continue
            form = operation["requestBody"]["content"].get(
                "multipart/form-data")
            if not form:
                continue
            name = form["schema"]["$ref"].rpartition("/")[2]
            fields = document["components"]["schemas"][name]["properties"]
            begin = page.index(f'<h3 id="{operation["operationId"]}">')
            section = page[begin:page.index("</section>", begin)]
            for field in fields:
                assert f"<td><code>{field}</code>" in section, (name, field)
            forms += 1
    assert forms > 5


def test_the_table_of_errors_says_what_each_means(service):
    page = service.session().get("/docs/").text
    meanings = dict(re.findall(
        rf'<td><a href="{BASE_PATH}/problems/(\w+)"><code>.*?</td><td>[^<]*</td>'
        r"<td>(.*?)</td>", page))
    assert sorted(meanings) == sorted(CODES)
    assert min(map(len, meanings.values())) > 20


def test_tables_do_not_break_words(service):
    """As "St/at/us", which `anywhere` did; long code alone may break."""
    style = service.session().get("/docs/docs.css").text
    breaking = re.findall(r"([^{}]+)\{[^{}]*(?:overflow-wrap: anywhere|"
                          r"word-break)", style)
    assert [selector.strip() for selector in breaking] == \
        [".columns > nav a, .columns > nav b", "td .long", "pre"]


def test_the_documentation_is_found_without_its_slash(service):
    """GET /docs, whatever was appended to a shared URL."""
    session = service.session()
    for path in ("/docs", "/docs?fbclid=a"):
        answer = session.get(path, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == \
            (301, BASE_PATH + "/docs/")
        assert session.get(path).text == session.get("/docs/").text


def test_browsers_and_crawlers_get_what_they_ask_every_site_for(service):
    """GET /favicon.ico is a picture, and GET /robots.txt lets crawlers read
    the documentation alone."""
    session = service.session()
    answer = session.get("/favicon.ico")
    assert answer.headers["Content-Type"] == "image/x-icon"
    assert decode(answer.content).size == (16, 16)
    robots = session.get("/robots.txt")
    assert robots.headers["Content-Type"] == "text/plain; charset=utf-8"
    rules = urllib.robotparser.RobotFileParser()
    rules.parse(robots.text.splitlines())
    for path, may in (("/docs/", True), ("/problems/conflict", True),
                      ("/v1/images", False), ("/l/a/b.jpg", False)):
        assert rules.can_fetch("Somebot", service.url + path) is may


PROBLEM_SCHEMA = CONTRACT.document["components"]["schemas"]["Problem"]


def answering(code):
    """The operations that describe an answer with this code."""
    return {operation["operationId"]
            for item in CONTRACT.document["paths"].values()
            for method, operation in item.items()
            if method not in ("parameters", "x-refused")
            for status, answer in operation["responses"].items()
            if status != "default" and f'"{code}"' in json.dumps(
                CONTRACT.follow(answer).get("content", {}).get(
                    "application/problem+json", {}).get("schema", {}))}


@pytest.mark.parametrize("code", CODES)
def test_every_error_has_a_page(service, code):
    """GET /problems/{code}, where the type of an error leads: what it means,
    what to do, an answer, and the operations."""
    session = service.session()
    links = page(session, "/problems/" + code).links
    text = session.get("/problems/" + code).text
    words = html.unescape(re.sub("</?code>", "`", text))
    texts = PROBLEM_SCHEMA["properties"]["code"]
    assert texts["x-meanings"][code] in words
    assert texts["x-remedies"][code] in words
    docs = BASE_PATH + "/docs/"
    assert {docs, docs + "#errors", docs + "style.css",
            BASE_PATH + "/favicon.ico"} <= links
    assert {link.removeprefix(docs + "#") for link in links
            if link.startswith(docs + "#")} - {"errors"} == answering(code)
    shown = re.findall("<pre>(.*?)</pre>", text, re.DOTALL)
    assert len(shown) == (code != "client_gone")
    for example in shown:
        example = json.loads(html.unescape(example))
        CONTRACT.check_value("example", PROBLEM_SCHEMA, example)
        assert f"<strong>{html.escape(example['title'], quote=False)}" in \
            text.replace("&#39;", "'")
        assert f"status is {example['status']}" in text
        assert example["code"] == code


def test_a_shared_address_of_a_page_is_that_page(service):
    """GET /docs/?utm_source=a and the like; programs' addresses are strict."""
    session = service.session()
    for path in ("/docs/", "/docs/docs.js", "/problems/conflict",
                 "/api/docs/"):
        answer = session.get(path + "?fbclid=a&utm_source=b&utm_source=c")
        assert answer.content == session.get(path).content
    problem(session.get("/v1/openapi.json?fbclid=a"), 400, "unknown_field")


def test_no_error_no_page(service):
    for code in ("no_such_code", "Internal", "%3Cb%3E", "internal%20"):
        problem(service.session().get("/problems/" + code), 404, "not_found")


def test_the_errors_of_web_servers_have_pages(service):
    """Their codes are of the same table: timeout, range_not_satisfiable,
    precondition_failed."""
    made = set()
    for file in ("nginx/pixtier.conf.in", "lighttpd/problem.lua",
                 "lighttpd/416.html", "apache/pixtier.lua"):
        text = (SRCDIR / file).read_text()
        made |= set(re.findall(r"\] = { \"(\w+)\"", text))
        made |= set(re.findall(r"\"/?problems/(\w+)\"", text))
    codes, = re.findall(r"map \$status \$pixtier_code {([^}]*)}", (
        SRCDIR / "nginx/pixtier.conf.in").read_text())
    made |= set(re.findall(r" (\w+);", codes))
    assert {"timeout", "range_not_satisfiable",
            "precondition_failed"} <= made <= set(CODES)


GOOD = {"id": "01a1faeb-ce23-7cf4-a1ce-410c4b685c31", "username": "a",
        "email": None, "is_admin": False}
LOGIN = {"user": GOOD, "csrf": "a"}
HEADERS = {"X-Request-Id": "12345678", "Content-Type": "application/json"}
PROBLEM = {"type": "/problems/not_found", "title": "a", "status": 404,
           "code": "not_found", "detail": "a", "request_id": "12345678",
           "errors": []}
PROBLEM_TYPE = {**HEADERS, "Content-Type": "application/problem+json"}


@pytest.mark.parametrize("method, path, status, headers, body", [
    ("POST", "/v1/login", 201, HEADERS, LOGIN),
    ("POST", "/v1/login", 200, {}, LOGIN),
    ("POST", "/v1/login", 200, {**HEADERS, "X-Request-Id": "a b"}, LOGIN),
    ("POST", "/v1/login", 200, {**HEADERS, "Content-Type": "text/html"},
     LOGIN),
    ("POST", "/v1/login", 200, HEADERS, {"csrf": "a"}),
    ("POST", "/v1/login", 200, HEADERS, {**LOGIN, "more": 1}),
    ("POST", "/v1/login", 200, HEADERS, {**LOGIN, "user": {
        **GOOD, "password": "a"}}),
    ("POST", "/v1/login", 200, HEADERS, {**LOGIN, "user": {
        **GOOD, "id": "1"}}),
    ("POST", "/v1/logout", 204, HEADERS, LOGIN),
    ("GET", "/v1/nothing", 200, HEADERS, {}),
    ("GET", "/v1/nothing", 404, PROBLEM_TYPE, {**PROBLEM, "status": 400}),
    ("GET", "/v1/nothing", 404, PROBLEM_TYPE, {
        **PROBLEM, "code": "bad_request"}),
    ("GET", "/v1/images/a", 404, HEADERS, PROBLEM),
    ("GET", "/v1/images/a", 418, PROBLEM_TYPE, {**PROBLEM, "status": 418}),
    ("HEAD", "/v1/images/a", 418, PROBLEM_TYPE, {}),
    ("GET", "/v1/me", 503, PROBLEM_TYPE, {
        **PROBLEM, "status": 503, "code": "unavailable"}),
])
def test_answers_that_are_not_described_are_seen(method, path, status, headers,
                                                 body):
    """The tests compare each answer with the documentation."""
    with pytest.raises(Broken):
        CONTRACT.check(method, path, status, headers, json.dumps(body))


def test_answers_that_are_described_pass():
    CONTRACT.check("POST", "/v1/login", 200, HEADERS, json.dumps(LOGIN))
    CONTRACT.check("GET", "/v1/nothing", 404, PROBLEM_TYPE,
                   json.dumps(PROBLEM))
    CONTRACT.check("HEAD", "/v1/images/a", 404, PROBLEM_TYPE, "")


@pytest.mark.parametrize("path, body", [
    ("/v1/tokens?colour=red", {"name": "a"}),
    ("/v1/tokens", {"name": "a", "colour": "red"}),
    ("/v1/tokens", {}),
])
def test_requests_that_are_not_described_are_seen(path, body):
    with pytest.raises(Broken):
        CONTRACT.check_request("POST", path, json.dumps(body))
    CONTRACT.check_request("POST", "/v1/tokens", '{"name":"a"}')
