"""Forms: what an upload may carry beside its picture."""

import pytest

from api import invalid, new_user, problem, upload
from dialect import nobody
from pictures import picture


def post(service, **options):
    return service.session("basic").post("/v1/images", **options)


def test_fields_that_are_not_known_are_refused(service):
    """400 unknown_field: in the form, as the file's part, in the address."""
    file = {"image": picture()}
    problem(post(service, files=file, data={"colour": "red"}),
            400, "unknown_field")
    problem(post(service, files={"picture": ("a.jpg", picture())}),
            400, "unknown_field")
    problem(post(service, files=file, params={"nmae": "a"}),
            400, "unknown_field")


def test_one_upload_is_one_picture(service):
    for names in (("image", "image"), ("image", "file")):
        files = [(name, ("a.jpg", picture())) for name in names]
        problem(post(service, files=files), 400, "bad_request")
    problem(post(service, files={"image": picture()},
                 data={"name": ["a", "b"]}), 400, "bad_request")


def test_a_form_needs_a_file(service):
    invalid(post(service, files={"name": (None, "only a name")}), "image")


@pytest.mark.parametrize("media_type", [
    None, "", "text/plain", "multipart/mixed; boundary=x",
    "application/x-www-form-urlencoded", "imagejpeg",
])
def test_other_bodies_are_not_taken(service, media_type):
    headers = {} if media_type is None else {"Content-Type": media_type}
    problem(post(service, data=picture(), headers=headers),
            415, "unsupported_media_type")


FORM = ('--b\r\nContent-Disposition: form-data; name="image"; '
        'filename="a.jpg"\r\n\r\n')


@pytest.mark.parametrize("media_type, before, after", [
    ("multipart/form-data", FORM, "\r\n--b--"),
    ("multipart/form-data; boundary=", FORM, "\r\n--b--"),
    ("multipart/form-data; boundary=" + "b" * 71, FORM, "\r\n--b--"),
    ("multipart/form-data; boundary=other", FORM, "\r\n--b--"),
    ("multipart/form-data; boundary=b", FORM, ""),
    ("multipart/form-data; boundary=b", FORM, "\r\n--b"),
    ("multipart/form-data; boundary=b", FORM.replace("name=", "nom="),
     "\r\n--b--"),
    ("multipart/form-data; boundary=b", FORM.replace("form-data", "inline"),
     "\r\n--b--"),
])
def test_damaged_forms_are_refused(service, media_type, before, after):
    problem(post(service, data=before.encode() + picture() + after.encode(),
                 headers={"Content-Type": media_type}), 400, "bad_request")


@pytest.mark.parametrize("before, after", [
    (FORM, "\r\n--b--"),
    (FORM, "\r\n--b--\r\n"),
    ("preamble\r\n" + FORM, "\r\n--b--\r\nepilogue"),
    (FORM.replace('"', ""), "\r\n--b--"),
    (FORM.replace("form-data", "FORM-DATA"), "\r\n--b--"),
    ('--b  \r\nContent-Type: text/html\r\ncontent-disposition:form-data;'
     'filename=x;name=file\r\nX-Else: ä\r\n\r\n', "\r\n--b--"),
])
def test_forms_may_look_otherwise(service, before, after):
    """RFC 7578 leaves clients some choice."""
    answer = post(service, data=before.encode() + picture() + after.encode(),
                  headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["bytes"] == len(picture())


def test_json_may_begin_with_a_byte_order_mark(service, nobody):
    session = new_user(service)
    image = upload(session)

    def patch(body):
        return session.patch("/v1/images/" + image["id"], data=body, headers={
            "Content-Type": "application/json"})

    answer = patch(b'\xef\xbb\xbf{"name": "b"}')
    assert (answer.status_code, answer.json()["name"]) == (200, "b")
    for body in (b'\xef\xbb\xbf', b'\xef\xbb\xbf\xef\xbb\xbf{"name": "b"}',
                 b'\xef\xbb{"name": "b"}', b'{"name": "b"}\xef\xbb\xbf'):
        problem(patch(body), 400, "bad_request")
    name, password = session.auth
    answer = nobody.post(
        "/api/token/", headers={"Content-Type": "application/json"},
        data=f'\ufeff{{"username": "{name}", "password": "{password}"}}'
        .encode())
    assert answer.status_code == 200, answer.text
