"""GET /v1/images/{id}?html=1: what a page needs to show an image."""

import html.parser

from api import invalid, new_user, post_picture, problem, unknown, variant_of
from pictures import decode, picture
from test_images import without_urls


class Elements(html.parser.HTMLParser):
    """The start tags of a text, as a browser reads them."""

    def __init__(self, text):
        super().__init__()
        self.found, self.others = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.others.append(data)


def shown(session, image):
    answer = session.get(f"/v1/images/{image['id']}?html=1")
    assert answer.status_code == 200, answer.text
    return answer.json()


def candidates(srcset):
    """The widths and URLs of a srcset."""
    pairs = [one.split(" ") for one in srcset.split(", ")]
    return [(int(width.removesuffix("w")), url) for url, width in pairs]


def test_an_image_comes_with_its_element(service):
    """Escaped, with all variants by width, each with its own file."""
    session = new_user(service, any_size=True)
    alt = "\"><script>alert(1)</script> & 'é'"
    image = session.post(
        "/v1/images", files={"image": ("a \"b\", c.jpg", picture())},
        data={"alt": alt}).json()
    for name in "100x100-cover", "50x60-exact", "w300", "h200.webp", "h1":
        session.get(variant_of(image, name))
    found = shown(session, image)
    (tag, attributes), = Elements(found["html"]).found
    assert tag == "img" and not Elements(found["html"]).others
    srcset = attributes.pop("srcset")
    assert srcset == found["srcset"]
    widths = [width for width, _ in candidates(srcset)]
    assert widths == [1, 267, 300, 533]
    for width, url in candidates(srcset):
        answer = service.session().get(url)
        assert decode(answer.content).size[0] == width
    assert attributes == {
        "src": candidates(srcset)[-1][1], "width": "533", "height": "400",
        "sizes": "(max-width: 533px) 100vw, 533px", "alt": alt,
        "loading": "lazy", "decoding": "async"}
    plain = session.get("/v1/images/" + image["id"]).json()
    assert "srcset" not in plain and "html" not in plain
    del found["srcset"], found["html"]
    assert without_urls(found) == without_urls(plain)


def test_a_public_image_has_addresses_that_last(service):
    session = new_user(service)
    image = post_picture(session).json()
    image = session.patch("/v1/images/" + image["id"],
                          json={"public": True}).json()
    assert [url for _, url in candidates(shown(session, image)["srcset"])] == \
        [one["public_url"] for one in image["variants"]]


def test_an_image_without_variants_has_no_element(service):
    """null while a worker renders, or if the tier has no sizes."""
    session = new_user(service)
    service.stop("worker")
    try:
        image = post_picture(session, headers={"Prefer": "respond-async"})
        found = shown(session, image.json())
        assert (found["srcset"], found["html"]) == (None, None)
    finally:
        service.start("worker")


def test_an_image_without_alt_has_an_empty_one(service):
    session = new_user(service)
    found = shown(session, post_picture(session).json())
    (_, attributes), = Elements(found["html"]).found
    assert attributes["alt"] == ""


def test_html_is_1_and_for_one_image(service):
    session = new_user(service)
    image = post_picture(session).json()
    for value in "", "0", "true":
        invalid(session.get(f"/v1/images/{image['id']}?html={value}"), "html")
    unknown(session.get("/v1/images?html=1"), "html")
    problem(new_user(service).get(f"/v1/images/{image['id']}?html=1"), 404,
            "not_found")
