"""What the tests of clients of image_api have in common."""

import base64
import hmac
import json
import pathlib

import pytest

from api import new_user
from dialect import web_tokens
from pictures import picture

REQUIRED = "This field is required."
BLANK = "This field may not be blank."
NULL = "This field may not be null."
NO_TEXT = "Not a valid string."
NO_NUMBER = "A valid integer is required."
NO_UUID = "Must be a valid UUID."
NO_FILE = "No file was submitted."
NOT_A_FILE = ("The submitted data was not a file. Check the encoding type on "
              "the form.")
NO_IMAGE = ("Upload a valid image. The file you uploaded was either not an "
            "image or a corrupted image.")
FORBIDDEN = "You do not have permission to perform this action."
INVALID = {"detail": "Token is invalid or expired", "code": "token_not_valid"}
NOBODY = {"detail": "Authentication credentials were not provided."}
NOT_VALID = {
    "detail": "Given token not valid for any token type",
    "code": "token_not_valid",
    "messages": [{"token_class": "AccessToken", "token_type": "access",
                  "message": "Token is invalid or expired"}],
}
PICTURE = {"name", "uuid", "uploaded_at", "can_fetch_expiring_image",
           "og_file", "thumbnails"}


def signed_in(service, session):
    return service.session(token=web_tokens(service, session)["access"])


def refresh(service, token):
    """POST /api/token/refresh/"""
    return service.session().post("/api/token/refresh/",
                                  json={"refresh": token})


def images(session):
    """GET /api/images/"""
    answer = session.get("/api/images/")
    assert answer.status_code == 200, answer.text
    return answer.json()


def send(session, data=None, name="puffin", file="puffin.jpg", **options):
    """POST /api/image/upload/"""
    return session.post(
        "/api/image/upload/", data={"name": name},
        files={"file": (file, picture() if data is None else data)},
        **options)


def uploaded(session, *args, **options):
    answer = send(session, *args, **options)
    assert answer.status_code == 201, answer.text
    assert set(answer.json()) == PICTURE
    return answer.json()


def ask_link(session, image, expire_time=300):
    """POST /api/image/expiring/"""
    return session.post("/api/image/expiring/", data={
        "uuid": image["uuid"], "expire_time": expire_time})


def refused(answer, status, body):
    assert (answer.status_code, answer.json()) == (status, body)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    asks = answer.headers.get("WWW-Authenticate")
    assert asks == ('Bearer realm="api"' if status == 401 else None)


@pytest.fixture(scope="module")
def owner(service):
    """Somebody whose tier has everything, by password."""
    return new_user(service)


@pytest.fixture
def client(service, owner):
    return signed_in(service, owner)


# JSON Web Tokens as RFC 7519 has them, beside the service's own code

def encoded(part):
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(token):
    header, claims, _ = token.split(".")
    return json.loads(decoded(header)), json.loads(decoded(claims))


def ring(service):
    """The keys by id."""
    lines = pathlib.Path(service.setting("keys_file")).read_text().split("\n")
    return {line.split()[0]: bytes.fromhex(line.split()[3])
            for line in lines if line and line[0] != "#"}


def secret(service, kid):
    return hmac.digest(ring(service)[kid], b"jwt", "sha256")


def signed(key, header, claims, digest="sha256"):
    text = encoded(header) + "." + encoded(claims)
    return text + "." + encoded(hmac.digest(key, text.encode(), digest))
