"""Quotas under concurrent uploads."""

import random

from api import at_once


def quota_race(trial):
    """Many concurrent uploads and deletions: the usage never exceeds the
    quota, and the totals are those of the stored images."""
    quota = 20
    size = len(trial.new_upload(None).data)
    trial.uploads.clear()
    session = trial.client(quota_bytes=quota * size)
    rounds = 20 if trial.long else 3
    for turn in range(rounds):
        uploads = [trial.new_upload(session) for _ in range(40)]
        todo = list(uploads)
        kept = [one for one in trial.uploads if one.image]
        goners = random.sample(kept, len(kept) // 2)

        def act():
            if goners and random.random() < 0.3:
                one = goners.pop()
                trial.uploads.remove(one)
                trial.ask(lambda: session.delete(
                    "/v1/images/" + one.image["id"]))
            trial.send(todo.pop())
        at_once(len(uploads), act)
        used = session.get("/v1/me").json()["usage"]["images"]
        trial.check(used == trial.acknowledged <= quota,
                    f"the usage is {used} images, {trial.acknowledged} exist,"
                    f" the quota is {quota}")
        trial.check(turn or used == quota, f"only {used} of {quota} uploads "
                                           "were accepted")
    refused = trial.statuses[403]
    trial.note(f"{refused} uploads above the quota were refused")
