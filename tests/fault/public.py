"""Public addresses of pictures that change."""

import uuid

from PIL import Image

from api import at_once, variant_of
from pictures import encode
from service import wait_until
from tracing import calls_during, children, inject, traced

NAME = "60x60-cover"
RED, GREEN, BLUE = (220, 30, 30), (30, 200, 30), (30, 30, 220)


def stripes():
    """Red at the left, green in the middle, blue at the right."""
    image = Image.new("RGB", (600, 200), GREEN)
    image.paste(RED, (0, 0, 200, 200))
    image.paste(BLUE, (400, 0, 600, 200))
    return encode(image, "PNG")


def kill_change(trial):
    """kill -9 of the responder at each system call by which a picture gets
    another focus, a tier another watermark, or a variant the new watermark. No
    address ever shows other bytes than those that it was given for."""
    # Each responder lives longer than a second, as in kill_responder().
    with trial.service.restarted("fcgi", responders=16):
        session = trial.client(any_size=True, max_side=9000, public=True)
        for kind in (Focus, Watermark, NextUse):
            kill_at_calls(trial, kind, session)


def kill_at_calls(trial, kind, session):
    for _ in range(3):
        at_once(16, lambda: session.get("/v1/me"))
    first = kind(trial, session)
    calls = calls_during(trial, first.change)
    first.check("no kill")
    killed = 0
    for call, number in trial.pick(calls, 8):
        subject = kind(trial, session)
        pids = children(trial.service, "fcgi")
        with traced(pids, *inject(call, number, "signal=KILL")):
            trial.ask(subject.change)
        killed += not set(pids) <= set(children(trial.service, "fcgi"))
        where = f"a kill at {call} {number} of {kind.__name__}"
        subject.check_address(where)
        trial.time_until(trial.is_serving, 1)
        subject.check_address(where)
        end_deletions(trial)
        trial.ask(subject.change)
        subject.check(where)
    trial.note(f"{kind.__name__}: {killed} kills at {len(calls)} system calls")
    trial.check(killed, f"no responder was killed during {kind.__name__}")


def end_deletions(trial):
    """A worker ends what a responder has begun: it looks when it starts."""
    def begun():
        return trial.service.query(
            "SELECT 1 FROM variants WHERE status = 'dropped'")
    if begun():
        trial.service.start("worker")
        wait_until(lambda: not begun())


class Focus:
    """A public image with a variant whose public file the web server has."""

    def __init__(self, trial, session):
        self.trial, self.session = trial, session
        self.nobody = trial.service.session()
        self.image = trial.deliver(
            trial.new_upload(session, stripes())).image
        self.path = "/v1/images/" + self.image["id"]
        session.patch(self.path, json={"public": True})
        self.url = self.address()
        shown = self.nobody.get(self.url)
        trial.check(shown.status_code == 200, f"{self.url} shows no picture")
        self.old = shown.content
        self.prepare()

    def address(self):
        """Of the variant as it is now, after it was rendered."""
        wait_until(lambda: self.trial.ask(lambda: self.session.get(
            variant_of(self.image, NAME))).status_code == 200)
        return [one["public_url"] for one in self.session.get(self.path).json()
                ["variants"] if one["variant"] == NAME][0]

    def prepare(self):
        pass

    def change(self):
        return self.session.patch(self.path, json={"focus": [1, 0]})

    def check_address(self, when):
        """The old address has the old picture or none."""
        for _ in range(2):  # the second response is the web server's alone
            answer = self.trial.ask(lambda: self.nobody.get(self.url))
            self.trial.check(
                answer is None or answer.status_code in (404, 502, 503) or
                answer.content == self.old,
                f"an old address shows another picture after {when}",
                "old address")

    def check(self, when):
        """After the change: the new address has another picture."""
        url = self.address()
        self.trial.check(url != self.url, f"the address is the old one after "
                         f"{when}", "new address")
        self.trial.check(self.nobody.get(url).content != self.old,
                         f"the picture is the old one after {when}",
                         "new address")
        self.check_address(when)


def watermark(trial, image, colour):
    """Gives a mark of this colour to the tier of the image's user."""
    (tier,), = trial.service.query(
        "SELECT tier_id FROM users u JOIN images i ON i.user_id = u.id"
        " WHERE i.id = UNHEX(%s)", image["id"].replace("-", ""))
    return trial.service.session("admin").put(
        f"/v1/admin/tiers/{uuid.UUID(bytes=tier)}/watermark",
        data=encode(Image.new("RGB", (40, 40), colour), "PNG"),
        headers={"Content-Type": "image/png"})


class Watermark(Focus):
    """The tier of the user gets another watermark."""

    colours = 0

    def prepare(self):
        Watermark.colours += 1
        self.colour = (0, 0, Watermark.colours)

    def change(self):
        return watermark(self.trial, self.image, self.colour)


class NextUse(Watermark):
    """A request renders the variant with the new watermark."""

    def prepare(self):
        super().prepare()
        watermark(self.trial, self.image, self.colour)

    def change(self):
        return self.session.get(variant_of(self.image, NAME))
