"""Forms: what an upload may carry beside its picture."""

import pytest

from api import invalid, new_user, problem, upload
from dialect import nobody, web_tokens
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


def part(header, data=None):
    """A part of a form: the parameters of its Content-Disposition and further
    header lines, and its content."""
    header = header if isinstance(header, bytes) else header.encode()
    return (b"--b\r\nContent-Disposition: form-data; " + header +
            b"\r\n\r\n" + (picture() if data is None else data) + b"\r\n")


def post_parts(session, *parts, path="/v1/images", end=b"--b--\r\n"):
    return session.post(path, data=b"".join(parts) + end, headers={
        "Content-Type": "multipart/form-data; boundary=b"})


def named(session, *parts, **options):
    answer = post_parts(session, *parts, **options)
    assert answer.status_code == 201, answer.text
    return answer.json()["name"]


@pytest.mark.parametrize("filename, name", [
    # .NET's HttpClient, PowerShell, RestSharp
    ('filename="=?utf-8?B?RsOkaHJlPz5+w7/Dvy5qcGc=?="; '
     "filename*=utf-8''F%C3%A4hre%3F%3E~%C3%BF%C3%BF.jpg",
     "Fähre?>~ÿÿ.jpg"),
    ('filename="=?utf-8?B?RsOkaHJlPz5+w7/Dvy5qcGc=?="', "Fähre?>~ÿÿ.jpg"),
    ('filename="=?utf-8?Q?F=C3=A4hre_?= =?iso-8859-1?Q?=FC.jpg?="',
     "Fähre ü.jpg"),
    ("filename=a.jpg; filename*=UTF-8''%E2%82%AC.jpg", "€.jpg"),
    ("filename=a.jpg; filename*=iso-8859-1''%FC.jpg", "ü.jpg"),
    ("filename=a.jpg; filename*=koi8-r''%FC.jpg", "a.jpg"),
    # Without UTF-8
    (b'filename="Z\xfcrich.png"', "Zürich.png"),
    (b'filename="C:\\fakepath\\Z\xfcrich.png"', "Zürich.png"),
    (b'filename="\x80.png"', "€.png"),
    # Shift-JIS, with a backslash as the second byte of its first character
    (b'filename="\x95\\\x8e\xa6.jpg"', "•_Ž¦.jpg"),
    (b'filename="\x95\\"', "•_"),
    # Paths, and quotes as browsers and curl write them
    ('filename="C:\\fakepath\\x.jpg"', "x.jpg"),
    ('filename="a/b/x.jpg"', "x.jpg"),
    ("filename*=UTF-8''a%2Fb%5Cx.jpg", "x.jpg"),
    ('filename="a%22b.jpg"', 'a"b.jpg'),
    ('filename="a\\"b.jpg"', 'a"b.jpg'),
    ('filename="a\\\\\\"b.jpg"', '"b.jpg'),
])
def test_names_of_files_are_decoded(service, filename, name):
    if isinstance(filename, str):
        filename = filename.encode()
    assert named(service.session("basic"),
                 part(b"name=image; " + filename)) == name


@pytest.mark.parametrize("charset, text, name", [
    ("ISO-8859-1", b"plain.jpg", "plain.jpg"),  # Apache HttpClient
    ("ISO-8859-1", b"Z\xfcrich", "Zürich"),
    ("windows-1252", b"\x80 5", "€ 5"),
    ("US-ASCII", b"plain", "plain"),
    ("utf-16", b"plain", "plain"),
    ("UTF-8", "Zürich".encode(), "Zürich"),
])
def test_texts_may_have_other_charsets(service, charset, text, name):
    header = f"name=name\r\nContent-Type: text/plain; charset={charset}"
    assert named(service.session("basic"), part(header, text),
                 part("name=image; filename=a.jpg")) == name


@pytest.mark.parametrize("charset", ["", "; charset=utf-8",
                                     "; charset=shift_jis"])
def test_a_text_is_what_its_charset_says(service, charset):
    header = f"name=name\r\nContent-Type: text/plain{charset}"
    problem(post_parts(service.session("basic"), part(header, b"Z\xfcrich"),
                       part("name=image; filename=a.jpg")),
            400, "bad_request")


@pytest.mark.parametrize("after", [b"", b"\n", b"\0", b"\r", b"\r\n\r\n",
                                   b" \r\n", b"\r\n--b--\r\n", b"\0" * 99],
                         ids=repr)
def test_what_follows_the_form_is_ignored(service, after):
    assert named(service.session("basic"), part("name=image; filename=a"),
                 end=b"--b--" + after) == "a"


def test_what_follows_the_form_is_no_longer_boundary(service):
    problem(post_parts(service.session("basic"),
                       part("name=image; filename=a"), end=b"--b--c--"),
            400, "bad_request")


EMPTY = ('name=%s; filename=""\r\nContent-Type: application/octet-stream')


def test_an_empty_file_input_is_no_file(service):
    """Browsers send it where the user chose no file."""
    session = service.session("basic")
    chosen = part('name="image"; filename="a.jpg"')
    for name in ("image", "file", "more"):
        empty = part(EMPTY % name, b"")
        assert named(session, chosen, empty) == "a.jpg"
        assert named(session, empty, chosen) == "a.jpg"
        assert named(session, empty, chosen, empty) == "a.jpg"
        invalid(post_parts(session, empty), "image")
    problem(post_parts(session, chosen, part('name="file"; filename="b"')),
            400, "bad_request")


def test_the_header_of_a_part_may_be_folded(service):
    folded = (b'--b\r\nContent-Disposition: form-data;\r\n name="image";\r\n'
              b'\tfilename="a.jpg"\r\nContent-Type:\r\n image/jpeg\r\n\r\n' +
              picture() + b"\r\n")
    assert named(service.session("basic"), folded) == "a.jpg"


@pytest.mark.parametrize("path, name", [
    ("/v1/images", "image"), ("/v1/images", "file"),
    ("/v1/resize", "file"), ("/v1/resize", "image"),
    ("/api/v1/thumbnail_generator/", "image"),
    ("/api/v1/images/resize?width=9&height=9", "file"),
])
@pytest.mark.parametrize("header", [
    "name=image", "name=image\r\nContent-Type: application/octet-stream",
])
@pytest.mark.parametrize("data", [b"text", b"\xff\xd8", b"x" * 70000],
                         ids=["text", "bytes", "large"])
def test_a_file_needs_a_filename(service, nobody, path, name, header, data):
    """What came was a field."""
    session = nobody if path.startswith("/api/") else new_user(service)
    answer = post_parts(session, part(header.replace("image", name, 1), data),
                        path=path)
    if path.startswith("/v1/"):
        assert "give the part a filename" in invalid(answer, name)["detail"]
    elif "thumbnail" in path:
        assert answer.status_code == 400
        assert (answer.json()["message"] ==
                "image: a file is expected, but the part has no filename; "
                "give the part a filename")
    else:
        assert answer.status_code == 422
        assert answer.json()["message"] == "No file given"


def uploaders(service, nobody):
    """Each way to send a picture: who, where, the part's name, the status, and
    fields."""
    user = new_user(service, any_size=True)
    client = service.session(token=web_tokens(service, user)["access"])
    return [
        (user, "/v1/images", "image", 201, ()),
        (user, "/v1/images", "file", 201, ()),
        (user, "/v1/resize", "file", 201, ("width",)),
        (user, "/v1/resize", "image", 201, ("width",)),
        (client, "/api/image/upload/", "file", 201, ("name",)),
        (user, "/images/upload/", "original_file", 201, ()),
        (nobody, "/api/v1/thumbnail_generator/", "image", 202, ()),
        (nobody, "/api/v1/images/resize", "file", 202, ("width", "height")),
    ]


FORMS = {
    "indexed": lambda name: [part(f'name="{name}[]"; filename="a.jpg"')],
    "numbered": lambda name: [part(f'name="{name}[0]"; filename="a.jpg"')],
    "dotnet": lambda name: [part(
        f'name={name}; filename="=?utf-8?B?w7wvw7wuanBn?="; '
        "filename*=utf-8''%C3%BC%2F%C3%BC.jpg")],
    "latin1": lambda name: [part(
        f'name="{name}"; filename="ü.jpg"'.encode("latin-1"))],
    "second": lambda name: [part(f'name="{name}"; filename="a.jpg"'),
                            part(EMPTY % name, b"")],
    "folded": lambda name: [part(f'\r\n name="{name}";\r\n filename="a.jpg"')],
    "end": lambda name: [part(f'name="{name}"; filename="a.jpg"'),
                         b"--b--\n\0"],
}


@pytest.mark.parametrize("form", FORMS)
def test_every_upload_accepts_forms_of_real_clients(service, nobody, form):
    for session, path, name, status, fields in uploaders(service, nobody):
        parts = [part("name=%s\r\nContent-Type: text/plain; "
                      "charset=ISO-8859-1" % field, b"100") for field in fields]
        answer = post_parts(session, *parts, *FORMS[form](name), path=path,
                            end=b"" if form == "end" else b"--b--\r\n")
        assert answer.status_code == status, (path, answer.text)


def test_old_clients_learn_that_bytes_were_no_file(service):
    """The text that a field without a filename gets there."""
    user = new_user(service)
    client = service.session(token=web_tokens(service, user)["access"])
    for session, path, name in ((client, "/api/image/upload/", "file"),
                                (user, "/images/upload/", "original_file")):
        for data in (b"text", b"\xff\xd8"):
            answer = post_parts(session, part("name=name", b"a"),
                                part(f"name={name}", data), path=path)
            assert answer.status_code == 400, answer.text
            assert answer.json() == {name: [
                "The submitted data was not a file. Check the encoding type "
                "on the form."]}


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
