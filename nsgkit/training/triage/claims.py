"""Claims of a company's two days that rows may settle: what they say, and what is wrongly read in them."""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from nsgkit.sample.company.network import BACKUP_SERVICE, CHAT, DB1, FILES1, WS2, Host
from nsgkit.sample.logging.connections import Connection
from nsgkit.sample.moments import iso
from nsgkit.sample.plot import THEFT
from nsgkit.sample.scenes import incident, lookalikes
from nsgkit.sample.world import World
from nsgkit.training.triage.elsewhere import hidden, in_hours, seen_sending
from nsgkit.training.triage.played import played

SHOWN, RULED_OUT, OPEN = "shown", "ruled out", "open"


class Claim(NamedTuple):
    """A claim: what the logs say to it, and what is said by whoever makes the mistake of this name.

    `call` gives True where they show it, False where they rule it out, and None where they cannot tell.
    """

    mistake: str
    text: str
    verdict: str
    wrong: str
    call: str = "None"


def _began(world: World, src: str, dst: str) -> list[Connection]:
    """Return what a source began to a destination, in time order."""
    acted = chain(played(lookalikes, world), played(incident, world))
    return sorted(each for each in acted if (each.src, each.dst) == (src, dst))


def _morning(world: World) -> int:
    """Return the end of the first night: the hole comes later, and may hide more of the same."""
    return world.at("day 1, 06:00")


def _time(ms: int) -> str:
    return iso(ms)[:19].replace("T", " ")


def named(host: Host) -> str:
    """Return what a claim calls a machine."""
    return f"{host.name} ({host.ip})"


def _millions(size: float) -> int:
    return round(size / 1e6) * 1_000_000


def _more_than(size: int, asked: str) -> str:
    """Return the call that says whether a source sent more than so many bytes, each connection once."""
    return f"nsgkit.query(conversations, '{asked} -folded')['bytes_src_to_dst'].sum() > {size}"


def _sizes(world: World) -> Iterator[Claim]:
    """Yield claims of how much was sent, each of which one mistake of counting turns round."""
    dump, copy = _began(world, DB1.ip, FILES1.ip)[0], _began(world, FILES1.ip6, BACKUP_SERVICE)[0]
    low, high, back = (
        _millions(dump.out[1] * 0.6),
        _millions(dump.out[1] * 1.5),
        _millions(copy.back[1] * 0.5),
    )
    sent = (
        f"Over its connection of {_time(dump.start)} to port 445 of {named(FILES1)}, {named(DB1)} sent more"
    )
    night = f"until:{iso(_morning(world))[:16]}"
    asked = f"src:{DB1.ip} dst:{FILES1.ip} dst_port:445 {night}"
    for size, verdict, wrong, mistake in (
        (low, SHOWN, RULED_OUT, "end-row-as-total"),
        (high, RULED_OUT, SHOWN, "every-view"),
    ):
        yield Claim(mistake, f"{sent} than {size:,} bytes.", verdict, wrong, _more_than(size, asked))
    yield Claim(
        "direction-as-data-flow",
        f"Before {_time(_morning(world))} {FILES1.name} ({FILES1.ip6}) sent more than {back:,} bytes to "
        f"{BACKUP_SERVICE}.",
        RULED_OUT,
        SHOWN,
        _more_than(back, f"src:{FILES1.ip6} dst:{BACKUP_SERVICE} {night}"),
    )
    if world.plot.outcome == THEFT:
        yield _upload(world)


def _upload(world: World) -> Claim:
    taken = [each for each in incident.theft(world) if each.dst == world.cast.drop]
    size, source = _millions(sum(each.out[1] for each in taken) * 0.6), taken[0].src
    return Claim(
        "end-row-as-total",
        f"All in all {source} sent more than {size:,} bytes to {world.cast.drop}.",
        SHOWN,
        RULED_OUT,
        _more_than(size, f"src:{source} dst:{world.cast.drop}"),
    )


def _spans(world: World) -> Iterator[Claim]:
    """Yield claims that one connection was still there when another began."""
    cast, night = world.cast, f"until:{iso(_morning(world))[:16]}"
    dump, again = _began(world, DB1.ip, FILES1.ip)
    first = f"The connection of {_time(dump.start)} from {named(DB1)} to port 445 of {named(FILES1)}"
    dumped = f"src:{DB1.ip} dst:{FILES1.ip} dst_port:445"
    yield _still_there(
        first, f"{FILES1.ip6} called {BACKUP_SERVICE} for the first time", False,
        (f"{dumped} {night}", f"src:{FILES1.ip6} dst:{BACKUP_SERVICE}"),
    )  # fmt: skip
    if world.plot.guesses:
        yield _still_there(
            f"The connection that {cast.contractor} began to {named(cast.entered)}",
            f"{cast.guesser} began its first allowed connection there",
            True,
            (
                f"src:{cast.contractor} dst:{cast.entered.ip}",
                f"src:{cast.guesser} dst:{cast.entered.ip} allowed",
            ),
        )
    if world.habits.chat:
        chat = f"The connection from {named(WS2)} to {CHAT}"
        later = f"{dumped} from:{iso(world.midnights[1])[:10]}"
        yield _still_there(
            chat, f"{named(DB1)} called port 445 of {named(FILES1)} at {_time(again.start)}", True,
            (f"src:{WS2.ip} dst:{CHAT}", later),
        )  # fmt: skip


def _still_there(one: str, other: str, true: bool, asked: tuple[str, str]) -> Claim:
    first, second = (f"nsgkit.query(conversations, '{each}')" for each in asked)
    return Claim(
        "begin-as-whole",
        f"{one} was still going on when {other}.",
        SHOWN if true else RULED_OUT,
        RULED_OUT if true else SHOWN,
        f"{first}['last'].max() > {second}['first'].min()",
    )


def _refusals(world: World) -> Iterator[Claim]:
    """Yield claims of whether the one who tried many ports was let in at any."""
    lookout, entered, morning = world.cast.lookout, world.cast.entered, _morning(world)
    asked = f"src:{lookout} dst:{entered.ip} until:{iso(morning)[:16]} allowed"
    none = f"nsgkit.query(conversations, '{asked}').empty"
    tried = f"of the ports of {named(entered)} that it tried before {_time(morning)}"
    yield Claim("begin-of-a-denial", f"{lookout} was refused at each {tried}.", SHOWN, RULED_OUT, none)
    text = f"{lookout} was let in at one or more {tried}."
    yield Claim("begin-of-a-denial", text, RULED_OUT, SHOWN, f"not {none}")


def _in_the_hole(world: World) -> Iterator[Claim]:
    """Yield claims of a machine in the hours that its own log lacks: others may have seen it."""
    host = hidden(world)[0]
    verdict = RULED_OUT if seen_sending(world) else OPEN
    sent = f"(src:{host.ip} bytes_src_to_dst>0 or dst:{host.ip} bytes_dst_to_src>0)"
    asked = f"-nic:{host.mac} {in_hours(world)} {sent}"
    call = f"None if nsgkit.query(flows, '{asked}').empty else False"
    for claimed in ("was switched off", "sent nothing to anybody"):
        yield Claim(
            "no-rows-as-off",
            f"{named(host)} {claimed} all through the hole in its log.",
            verdict,
            SHOWN,
            call,
        )


# One claim of each sort is in a question.
SETTLED = (_sizes, _spans, _refusals, _in_the_hole)
