"""The service's processes, for the stories in which some have trouble."""

import contextlib
import os
import pathlib
import signal

from service import wait_until


def children_of(pid):
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def painters(service, part):
    """Those that wait for a picture, one for each responder or worker."""
    def look():
        own = service.children(part)
        waiting = [children_of(pid) for pid in own]
        return own and all(waiting) and sum(waiting, [])
    return wait_until(look)


@contextlib.contextmanager
def frozen_painters(service, part):
    """Those that wait now paint nothing for a while; later ones do."""
    frozen = painters(service, part)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in frozen:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
