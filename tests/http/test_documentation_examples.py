"""Every example of /docs/ does what the page says, in each language. The test
replaces only the ids, names and secrets of the document by real ones."""

import ast
import html
import json
import os
import re
import shutil
import subprocess
import urllib.parse

import pytest

from api import (forget_webhooks, make_token, new_user, post_picture, settled,
                 unmake_administrators, upload, wait_until_idle)
from contract import Broken
from dialect import web_tokens
from hooks import LATER, add, ended
from pictures import broken_picture, decode, picture
from service import CONTRACT, HANG, SRCDIR

RUNNERS = SRCDIR / "tests/http/examples"
PYTHON = "/usr/bin/python3"
# The language, with the command that runs the examples, and one that fails
# where they cannot run.
LANGUAGES = {
    "curl": (["sh", RUNNERS / "run.sh"], ["curl", "--json", "{}", "--version"]),
    "Python": ([PYTHON, "-B", RUNNERS / "run.py"],
               [PYTHON, "-c", "import requests"]),
    "PHP": (["php", RUNNERS / "run.php"],
            ["php", "-r", "exit(+!function_exists('curl_init'));"]),
    "JavaScript": (["node", RUNNERS / "run.mjs"],
                   ["node", "-e", "process.exit(+(typeof fetch !== "
                    "'function'))"]),
}
SUFFIXES = {"curl": "sh", "Python": "py", "PHP": "php", "JavaScript": "mjs"}
# What the document has as an example.
ID = "01a1faeb-d027-7dd5-a3b2-fee7062bb61b"
DELIVERY = "01a1faf5-92b1-7fb1-8b4e-0f3a5f3bb0a1"
TASK = "01a1faeb-d1ee-7cf0-9a25-42d1f2ba2a3c"
PASSWORD = "correct horse"


def operations():
    """The id of each, with its description."""
    return {operation["operationId"]: operation
            for item in CONTRACT.document["paths"].values()
            for method, operation in item.items()
            if method not in ("parameters", "x-refused")}


def example_of(name, field):
    content = operations()[name]["requestBody"]["content"]
    return content["application/json"]["example"][field]


def parameter_of(path, name):
    item = CONTRACT.document["paths"][path]
    return next(one["example"] for one in item.get("parameters", []) +
                item["get"].get("parameters", []) if one["name"] == name)


def examples(page):
    """By operation and language, what the page shows."""
    found = {}
    for section in re.split(r"<section[^>]*>\n", page)[1:]:
        name, = re.findall(r'<h3 id="(\w+)">', section)
        for language, text in re.findall(
                r'<pre data-language="(\w+)">(.*?)</pre>', section, re.DOTALL):
            found.setdefault(name, {})[language] = html.unescape(text)
    return found


class Bench:
    """What the examples of one language need. A method with the name of an
    operation returns what stands in its examples, and what replaces it."""

    def __init__(self, service):
        self.service = service
        self.session = self.new_user()
        self.token = make_token(self.session, scopes=[
            "read", "write", "link", "admin"])["token"]
        self.image = self.new_image()
        self.webhook = add(self.session)

    def new_user(self):
        session = new_user(self.service, any_size=True)
        self.service.query("UPDATE users SET is_admin = 1 WHERE username = %s",
                           session.auth[0])
        return session

    def new_image(self):
        return upload(self.session, picture(600, 400), "sample.jpg")

    def made(self, path, body):
        answer = self.session.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def credentials(self):
        name, password = self.session.auth
        return {"premium": name, PASSWORD: password}

    login = imagifyLogin = obtainTokens = credentials

    def default(self):
        return {ID: self.image["id"]}

    def setPassword(self):
        """Of another user, for later examples need the password."""
        session = self.new_user()
        self.other_token = make_token(session)["token"]
        return {PASSWORD: session.auth[1], "IMAGE_TOKEN": "OTHER_TOKEN"}

    def deleteToken(self):
        return {ID: make_token(self.session)["id"]}

    def deleteImage(self):
        return {ID: self.new_image()["id"]}

    deleteAnyImage = deleteImage

    # Links

    def new_link(self):
        return self.made(f"/v1/images/{self.image['id']}/links",
                         {"expires_in": 300})

    def revokeLink(self):
        return {ID: self.new_link()["id"]}

    def openLink(self):
        token, name = self.new_link()["url"].split("/")[-2:]
        return {parameter_of("/l/{token}/{filename}", "token"): token,
                "sample.jpg": name}

    def openPublic(self):
        path = "/v1/images/" + self.image["id"]
        image = self.session.patch(path, json={"public": True}).json()
        variant, = [one for one in image["variants"]
                    if one["variant"] == "h200"]
        *_, name = variant["public_url"].split("/")
        return {ID: image["id"], "sample-5d41402a.jpg": name}

    def openExpiringUrl(self):
        url = self.session_of_image_api().post("/api/image/expiring/", json={
            "uuid": self.image["id"], "expire_time": 300}).text
        token, name = re.findall(r"/expiring/([^/]+)/([^/\"]+)", url)[0]
        return {parameter_of("/api/image/expiring/{token}/{path}",
                             "token"): token, "sample.jpg": name}

    def session_of_image_api(self):
        return self.service.session(token=self.token)

    def refreshToken(self):
        return {example_of("refreshToken", "refresh"):
                web_tokens(self.service, self.session)["refresh"]}

    def openImagifyLink(self):
        answer = self.session.post(
            f"/images/generate-link/{self.image['id']}/",
            json={"expires_in": 300})
        alias, = re.findall(r"/link/([^/\"]+)/", answer.text)
        return {parameter_of("/images/link/{alias}/", "alias"): alias}

    # Jobs

    def resized(self):
        answer = self.session.post("/v1/resize", data={"width": 100},
                                   files={"file": ("a.jpg", picture())})
        assert answer.status_code == 201, answer.text
        return {ID: answer.json()["id"]}

    showJob = showResult = resized

    def retryJob(self):
        answer = post_picture(self.session, broken_picture(), headers=LATER)
        image = settled(self.session, answer.json())
        assert image["status"] == "failed"
        return {ID: image["job"]["id"]}

    def queued(self):
        answer = post_picture(self.session, headers=LATER)
        return {ID: answer.json()["job"]["id"]}

    # Webhooks

    def of_webhook(self):
        return {ID: self.webhook["id"]}

    showWebhook = changeWebhook = listDeliveries = of_webhook

    def deleteWebhook(self):
        return {ID: add(self.session)["id"]}

    def retryDelivery(self):
        webhook = add(self.session, events=["image.deleted"])
        self.session.delete("/v1/images/" + self.new_image()["id"])
        delivery, = ended(self.session, webhook)
        return {ID: webhook["id"], DELIVERY: delivery["id"]}

    # Administration

    def new_name(self):
        return "e" + os.urandom(6).hex()

    def createTier(self):
        return {"Premium": self.new_name()}

    def new_tier(self):
        tier = self.made("/v1/admin/tiers", {"name": self.new_name()})
        answer = self.session.put(
            f"/v1/admin/tiers/{tier['id']}/watermark",
            files={"image": ("logo.png", picture(20, 20, "PNG"))})
        assert answer.status_code == 204, answer.text
        return {ID: tier["id"]}

    showTier = changeTier = deleteTier = new_tier
    setWatermark = showWatermark = removeWatermark = new_tier

    def createUser(self):
        return {"premium": self.new_name()}

    def existing_user(self):
        return {ID: self.new_user().get("/v1/me").json()["id"]}

    showUser = changeUser = deleteUser = existing_user

    # Tasks of services without authentication

    def task(self, path, field, **options):
        answer = self.service.session().post(
            path, files={field: ("a.png", picture(format="PNG"))}, **options)
        return {TASK: answer.json()["task_id"]}

    def showThumbnail(self):
        return self.task("/api/v1/thumbnail_generator/", "image")

    def showResizeTask(self):
        return self.task("/api/v1/images/resize", "file",
                         data={"width": 30, "height": 20})

    showResizeTaskResult = showResizeTask

    def showFetchedThumbnail(self):
        answer = self.service.session().post("/v1/thumbnails", json={
            "url": "https://pictures.invalid/a.jpg"})
        return {TASK: answer.json()["id"]}


def replacements(bench, name):
    return getattr(bench, name, bench.default)()


@pytest.fixture(scope="module")
def benches(service):
    """What each language needs. While the examples run, no worker does, so
    that jobs are there to cancel."""
    service.restart("worker", webhook_retries="0", job_retry=0)
    made = {}
    for language in LANGUAGES:
        bench = made[language] = Bench(service)
        bench.values = {name: replacements(bench, name)
                        for name in operations()}
    wait_until_idle(service)
    service.stop("worker")
    for bench in made.values():
        # The web server has closed connections that were idle meanwhile.
        bench.session.close()
        for name in ("cancelJob", "cancelAnyJob", "changeJob"):
            bench.values[name] = bench.queued()
    yield made
    unmake_administrators(service)
    forget_webhooks(service)
    service.start("worker")


def write(folder, language, name, text, values):
    """Each program has its own file for a picture."""
    for old, new in {**values, "picture.jpg": f"{name}.jpg"}.items():
        text = text.replace(old, new)
    file = folder / f"{name}.{SUFFIXES[language]}"
    file.write_text(text)
    return file


def answers_of(name):
    """The media types and descriptions that a success has."""
    answers = [CONTRACT.follow(answer).get("content", {}) for status, answer in
               operations()[name]["responses"].items()
               if status[0] == "2" and status != "206" or status[0] == "3"
               and status != "304"]
    return [next(iter(content.items()), ("", {})) for content in answers]


def check(folder, file, name, language):
    """What the program did, or why it failed."""
    failure = folder / f"{file.name}.err"
    if failure.exists():
        raise Broken(failure.read_text())
    printed = (folder / f"{file.name}.out").read_text(
        errors="replace").strip()
    (media_type, described), *others = answers_of(name)
    if media_type == "application/json" and printed:
        is_repr = "print(response.json())" in file.read_text()
        value = (ast.literal_eval if is_repr else json.loads)(printed)
        CONTRACT.check_value(name, described["schema"], value)
    elif media_type.startswith("image/"):
        icon = folder / "favicon.ico"
        written = icon if name == "showIcon" else folder / f"{name}.jpg"
        assert decode(written.read_bytes()).size
    elif media_type and ("", {}) not in others:
        assert printed


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_runs(service, benches, language, tmp_path):
    """And prints what the operation answers."""
    command, can_run = LANGUAGES[language]
    if not shutil.which(can_run[0]) or subprocess.run(
            can_run, capture_output=True, timeout=HANG).returncode:
        pytest.skip(f"{can_run[0]} or what it needs is not installed")
    shutil.copy(SRCDIR / "doc/sample.jpg", tmp_path)
    (tmp_path / "logo.png").write_bytes(picture(20, 20, "PNG"))
    bench = benches[language]
    shown = examples(service.session().get("/docs/").text)
    files = {name: write(tmp_path, language, name, shown[name][language],
                         bench.values[name]) for name in operations()}
    name, password = bench.session.auth
    subprocess.run([*command, *(file.name for file in files.values())],
                   cwd=tmp_path, check=True, timeout=3 * HANG, env={
                       **os.environ, "IMAGE_URL": service.url,
                       "IMAGE_TOKEN": bench.token, "IMAGE_USER": name,
                       "IMAGE_PASSWORD": password,
                       "OTHER_TOKEN": bench.other_token})
    faults = []
    for name, file in files.items():
        try:
            check(tmp_path, file, name, language)
        except (AssertionError, ValueError) as fault:
            faults.append(f"{name}: {fault}")
    assert not faults, "\n".join(faults)


def test_every_operation_has_an_example_in_each_language(service):
    shown = examples(service.session().get("/docs/").text)
    assert shown.keys() == operations().keys()
    for name, texts in shown.items():
        assert list(texts) == list(LANGUAGES), name
