"""The incident fact by fact, for anybody to find again in the logs; its texts come from the plot."""

from collections.abc import Iterator

from nsgkit.sample.company.network import DB1, FILES1
from nsgkit.sample.company.rules import door
from nsgkit.sample.moments import HOUR, LAST, MINUTE, moment, offset
from nsgkit.sample.plot import NOTHING, THEFT
from nsgkit.sample.scenes.incident import LAST_KNOCK, PROBED, sweep, theft
from nsgkit.sample.truth import Fact
from nsgkit.sample.wording import called, clock, gigabytes, minutes, number, sentence, time_of_day
from nsgkit.sample.world import World

_HOW = {22: "by SSH", 3389: "by remote desktop", 5985: "by WinRM"}


def facts(world: World) -> list[Fact]:
    """Return what the attackers do, as far as they get in this world, in its order."""
    plot = world.plot
    told = [*_outside(world), *_door(world)]
    if plot.guesses:
        told.append(_guesses(world))
    if plot.outcome != NOTHING:
        told += [*_foothold(world)]
    if plot.outcome == THEFT:
        told += [*_lateral_movement(world), *_theft(world)]
    return told


def _outside(world: World) -> Iterator[Fact]:
    cast, plot, times = world.cast, world.plot, world.plot.times
    waited = plot.minutes("first_probe", "vertical_scan", LAST_KNOCK)
    yield Fact(
        "first-probe",
        "probe",
        False,
        {"src_ip": (cast.lookout,), "dst_port": (plot.port,)},
        f"Somebody knocks at port {plot.port} of {number(len(PROBED))} public machines, seconds apart.",
        (times.first_probe, times.vertical_scan),
    )
    yield Fact(
        "vertical-scan",
        "vertical scan",
        False,
        {"src_ip": (cast.lookout,), "dst_ip": (cast.entered.ip,)},
        f"{sentence(minutes(waited))} later the same address tries "
        f"{len(plot.doors)} ports of {called(cast.entered)}, all denied.",
        (times.vertical_scan, LAST),
    )
    yield Fact(
        f"denied-{plot.service.lower()}",
        "denied attempts",
        False,
        _at_the_door(world, "denied"),
        f"Another address comes back to {called(cast.entered)}'s {plot.service} port all morning, and is "
        "denied.",
        (times.knocking, times.opened),
    )


def _at_the_door(world: World, decision: str) -> dict[str, tuple[str | int, ...]]:
    """Return what tells the guesser's tuples at the door, allowed or denied."""
    return {
        "src_ip": (world.cast.guesser,),
        "dst_ip": (world.cast.entered.ip,),
        "dst_port": (world.plot.port,),
        "decision": (decision,),
    }


def _door(world: World) -> Iterator[Fact]:
    plot, times = world.plot, world.plot.times
    stays = ", but who is inside stays inside" if plot.entered else ""
    yield Fact(
        "rule-opened",
        "rule opened",
        False,
        {"rule": (f"UserRule_{door(world).name}",), "decision": ("allowed",)},
        f"At {clock(times.opened)} a rule for a contractor opens {plot.service} to the whole internet. "
        f"{sentence(minutes(plot.minutes('opened', 'shut')))} later it is turned into a deny{stays}.",
    )
    yield Fact(
        "contractor",
        "rule opened",
        True,
        {"src_ip": (world.cast.contractor,)},
        "The contractor whom the rule was opened for: one session, harmless.",
    )


def _guesses(world: World) -> Fact:
    plot, times = world.plot, world.plot.times
    failed = "" if plot.entered else ", and none of them is right"
    return Fact(
        f"{plot.service.lower()}-brute-force",
        "brute force",
        False,
        _at_the_door(world, "allowed"),
        f"For {minutes(plot.minutes('guessing', 'inside'))} the address that was denied all morning guesses "
        f"passwords, one small connection after the other{failed}.",
        (times.guessing, times.inside),
    )


def _foothold(world: World) -> Iterator[Fact]:
    cast, plot, times = world.cast, world.plot, world.plot.times
    yield Fact(
        f"{plot.service.lower()}-success",
        "brute force succeeded",
        False,
        _at_the_door(world, "allowed"),
        f"One guess is right: a session of {minutes(plot.session_minutes)} that carries megabytes in.",
        (times.inside, LAST),
    )
    rhythm = number(sum(plot.beacon_seconds) // 2 // 60)
    yield Fact(
        "beacon",
        "beacon",
        False,
        {"src_ip": (cast.entered.ip,), "dst_ip": (cast.control,)},
        f"From now on {called(cast.entered)} calls home about every {rhythm} minutes, day and night, with "
        "jitter.",
    )
    lasts = plot.addresses * plot.sweep_step + 7_700  # the last address, and how long it is waited for
    yield Fact(
        "horizontal-scan",
        "horizontal scan",
        False,
        {"src_ip": (cast.entered.ip,), "dst_port": (445,), "dst_ip": sweep(world)},
        f"A day later, in office hours, {called(cast.entered)} looks for file shares in the data subnet: "
        f"{plot.addresses} addresses in under {minutes(lasts // MINUTE + 1)}.",
        (times.horizontal_scan, times.to_files),
    )


def _lateral_movement(world: World) -> Iterator[Fact]:
    cast, plot = world.cast, world.plot
    yield Fact(
        "lateral-to-files",
        "lateral movement",
        False,
        {"src_ip": (cast.entered.ip,), "dst_ip": (FILES1.ip,), "dst_port": (445,)},
        "It finds the file server and opens its share: an edge that was never there, seen at both ends.",
        (plot.times.to_files, LAST),
    )
    yield Fact(
        "lateral-to-desk",
        "lateral movement",
        False,
        {"src_ip": (cast.entered.ip,), "dst_ip": (cast.desk.ip,), "dst_port": (plot.desk_port,)},
        f"From {called(cast.entered)} on to {called(cast.desk)} {_HOW[plot.desk_port]}, seen at both ends.",
    )
    yield Fact(
        "collection",
        "lateral movement",
        False,
        {"src_ip": (cast.desk.ip,), "dst_ip": (DB1.ip,), "dst_port": (1433,)},
        f"From {called(cast.desk)} into the database, which it never spoke to before: "
        f"{gigabytes(plot.stolen)} come back.",
    )


def _theft(world: World) -> Iterator[Fact]:
    """Yield how the loot leaves, its sizes added up from what is sent."""
    cast = world.cast
    if world.plot.staged:
        yield from _staging(world)
    sent = [connection for connection in theft(world) if connection.dst == cast.drop]
    source = FILES1 if world.plot.staged else cast.desk
    yield Fact(
        "upload",
        "large upload",
        False,
        {"src_ip": (source.ip,), "dst_ip": (cast.drop,)},
        f"{sentence(called(source))} uploads {gigabytes(sum(one.out[1] for one in sent))} to an address that "
        "nobody ever spoke to: the theft.",
    )


def _staging(world: World) -> Iterator[Fact]:
    cast, plot, times = world.cast, world.plot, world.plot.times
    laid = sum(connection.out[1] for connection in theft(world) if connection.dst == FILES1.ip)
    yield Fact(
        "staging",
        "staging",
        False,
        {"src_ip": (cast.desk.ip,), "dst_ip": (FILES1.ip,), "src_port": (plot.staging_port,)},
        f"{sentence(called(cast.desk))} lays {gigabytes(laid)} down on the file server, among its ordinary "
        "use of the share.",
        (times.staging, moment(offset(times.staging) + HOUR)),
    )
    yield Fact(
        "remote-command",
        "lateral movement",
        False,
        {"src_ip": (cast.entered.ip,), "dst_ip": (FILES1.ip,), "dst_port": (5985,)},
        f"{time_of_day(times.remote_command)} {called(cast.entered)} manages the file server remotely, for "
        f"{minutes(plot.command_minutes)}.",
    )
