"""A client of imagify hands out links."""

import base64
import hmac
import re
import struct
import time

import pytest

from api import check_conditions, new_user, upload
from imagify import NOWHERE, ask_link, link, refused, sent, tier_of, user
from pictures import picture
from service import wait_until


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "TIFF",
                                    "BMP"])
def test_a_link_is_open_to_all(service, user, format):
    """GET /images/link/{alias}/: the original with its own type; theirs needed
    a login and said image/jpeg of all."""
    data = picture(format=format)
    url = link(user, sent(user, data, "puffin.jpg"))
    assert re.fullmatch(service.url + "/images/link/[A-Za-z0-9_-]+/", url)
    nobody = service.session()
    got = nobody.get(url)
    assert (got.status_code, got.content) == (200, data)
    assert got.headers["Content-Type"] == "image/" + format.lower()
    kind, age = got.headers["Cache-Control"].split(", max-age=")
    assert kind == "private" and 290 <= int(age) <= 300
    part = nobody.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, data[10:20])
    head = nobody.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(data))
    seen = nobody.get(url, headers={"If-None-Match": head.headers["ETag"]})
    assert seen.status_code == 304
    check_conditions(nobody, url)
    assert nobody.get(url + "?fbclid=a&fbclid=b").status_code == 200


@pytest.mark.parametrize("options", [
    {"data": {"expires_in": "30"}}, {"data": {"expires_in": 30000}},
    {"json": {"expires_in": 30}}, {"json": {"expires_in": "30000"}},
    {"files": {"expires_in": (None, "30")}},
    {"data": {"expires_in": 30, "more": 1}},
])
def test_a_link_lasts_as_long_as_is_asked(service, options):
    """Shorter than the tier's other links, too."""
    session = service.session("enterprise")
    answer = ask_link(session, sent(session), **options)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == answer.json()["url"]


@pytest.mark.parametrize("options, text", [
    ({"data": {"expires_in": 29}},
     "Ensure this value is greater than or equal to 30."),
    ({"data": {"expires_in": -1}},
     "Ensure this value is greater than or equal to 30."),
    ({"json": {"expires_in": 30001}},
     "Ensure this value is less than or equal to 30000."),
    ({"data": {"expires_in": "soon"}}, "A valid integer is required."),
    ({"data": {"expires_in": ""}}, "A valid integer is required."),
    ({"json": {"expires_in": 30.5}}, "A valid integer is required."),
    ({"json": {"expires_in": True}}, "A valid integer is required."),
    ({"json": {"expires_in": None}}, "This field may not be null."),
    ({"json": {}}, "This field is required."),
    ({"data": {"other": 1}}, "This field is required."),
])
def test_the_seconds_have_bounds(service, options, text):
    session = service.session("enterprise")
    refused(ask_link(session, sent(session), **options), 400,
            {"expires_in": [text]})


def test_the_tier_may_shorten_links(service):
    session = new_user(service, link_max=3600)
    image = sent(session)
    assert ask_link(session, image, 3600).status_code == 201
    refused(ask_link(session, image, 3601), 400, {
        "expires_in": ["Ensure this value is less than or equal to 3600."]})


def test_who_may_link_is_the_tiers_to_say(service, user):
    """And whose image it is: theirs linked anybody's."""
    forbidden = "You do not have permission to perform this action."
    image = sent(user)
    for name in ("basic", "premium"):
        session = service.session(name)
        refused(ask_link(session, sent(session)), 403, forbidden)
        refused(ask_link(session, image), 403, forbidden)
    other = new_user(service)
    refused(ask_link(other, image), 404, "Not found.")
    for id in (NOWHERE, "1", "x" * 99):
        refused(ask_link(user, {"id": id}), 404, "Not found.")
    tier_of(service, user, original="no")
    refused(ask_link(user, image), 403, forbidden)


def alias_of(url):
    return url.split("/")[-2]


def signed_anew(service, alias, expires_at):
    """The same link with another expiry, signed with the service's key as
    lib/service/link.h says."""
    token = base64.urlsafe_b64decode(alias + "=" * (-len(alias) % 4))[:-32]
    key_id = struct.unpack(">H", token[2:4])[0]
    key = next(line.split()[3] for line in
               open(service.setting("keys_file"), encoding="ascii")
               if line.split()[0] == str(key_id))
    token = token[:4] + struct.pack(">Q", expires_at)[3:] + token[9:]
    text = struct.pack(">I", len(token)) + token + struct.pack(">I", 0)
    mac = hmac.digest(bytes.fromhex(key), text, "sha256")
    return base64.urlsafe_b64encode(token + mac).decode().rstrip("=")


def test_a_link_ends(service, user):
    nobody = service.session()
    alias = alias_of(link(user, sent(user)))
    for left, status in ((60, 200), (0, 410), (-1, 410), (-10**9, 410)):
        path = signed_anew(service, alias, int(time.time()) + left)
        answer = nobody.get(f"/images/link/{path}/")
        assert answer.status_code == status, answer.text
    refused(answer, 410, {"msg": "Link has expired"})


def test_a_revoked_link_has_ended(service, user):
    """It is listed with the others."""
    image = sent(user)
    url = link(user, image)
    items = user.get(f"/v1/images/{image['id']}/links").json()["items"]
    assert [item["variant"] for item in items] == ["original"]
    assert user.delete("/v1/links/" + items[0]["id"]).status_code == 204
    nobody = service.session()
    gone = wait_until(lambda: [answer for answer in [nobody.get(url)]
                               if answer.status_code != 200])[0]
    refused(gone, 410, {"msg": "Link has expired"})


def test_an_alias_that_is_not_known_answers_like_an_expired_one(service, user):
    image = upload(user)
    alias = alias_of(link(user, image))
    nobody = service.session()
    ours = user.post(f"/v1/images/{image['id']}/links",
                     json={"expires_in": 300}).json()["url"].split("/")[-2]
    shown = image["original"]["url"].split("/")[-2]
    changed = [alias[:i] + ("A" if alias[i] != "A" else "B") + alias[i + 1:]
               for i in range(0, len(alias), 7)]
    for other in changed + [ours, shown, alias[:-1], alias + "A", "1",
                            alias + "=", NOWHERE, image["id"], "ä"]:
        refused(nobody.get(f"/images/link/{other}/"), 410,
                {"msg": "Link has expired"})
    assert nobody.get(f"/l/{alias}/image.jpg").status_code == 403
    assert nobody.get(f"/l/{alias}/").status_code == 404


def test_a_link_ends_with_its_image(service, user):
    image = sent(user)
    url = link(user, image)
    assert user.delete("/v1/images/" + image["id"]).status_code == 204
    refused(service.session().get(url), 410, {"msg": "Link has expired"})
