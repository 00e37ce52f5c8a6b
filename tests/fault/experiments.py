"""The experiments, in the order of their execution."""

import dataclasses
import typing

import clients
import clock
import database
import disk
import hostile
import kill
import power
import public
import quota
import reload
import soak
import torture

BOTH = ("nginx", "lighttpd")
ONE = ("nginx",)


@dataclasses.dataclass(frozen=True)
class Experiment:
    number: str
    name: str
    run: typing.Callable
    # The web servers of the short form. The long form runs behind both.
    servers: tuple


EXPERIMENTS = (
    Experiment("01", "kill_responder", kill.kill_responder, BOTH),
    Experiment("02", "kill_worker", kill.kill_worker, ONE),
    Experiment("03", "poison_job", kill.poison_job, ONE),
    Experiment("04", "stop_database", database.stop_database, BOTH),
    Experiment("05", "database_errors", database.database_errors, ONE),
    Experiment("06", "full_disk", disk.full_disk, ONE),
    Experiment("07", "torture", torture.torture, ONE),
    Experiment("08", "slow_clients", clients.slow_clients, BOTH),
    Experiment("09", "crowd", clients.crowd, BOTH),
    Experiment("10", "corrupt_records", hostile.corrupt_records, ONE),
    Experiment("11", "forged_tokens", hostile.forged_tokens, BOTH),
    Experiment("12", "quota_race", quota.quota_race, ONE),
    Experiment("13", "inner_urls", hostile.inner_urls, ONE),
    Experiment("14", "clock_skew", clock.clock_skew, ONE),
    Experiment("16", "power_loss", power.power_loss, ONE),
    Experiment("17", "stop_and_reload", reload.stop_and_reload, BOTH),
    Experiment("18", "slow_address", clients.slow_address, BOTH),
    Experiment("19", "kill_change", public.kill_change, BOTH),
    Experiment("15", "soak", soak.soak, ONE),
)
