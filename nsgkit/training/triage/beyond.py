"""Claims of a company's two days that no flow log can settle, however likely they are."""

from collections.abc import Iterator

from nsgkit.sample.company.network import (
    ADMIN,
    CHAT,
    CLERKS,
    DB1,
    FILES1,
    JUMP,
    NAS,
    OFFICE,
    WEB1,
    WS2,
)
from nsgkit.sample.company.rules import door
from nsgkit.sample.plot import THEFT
from nsgkit.sample.world import World
from nsgkit.training.triage.claims import OPEN, RULED_OUT, SHOWN, Claim, named
from nsgkit.training.triage.elsewhere import hidden


def _content(world: World) -> Iterator[Claim]:
    carried = f"What {named(DB1)} sends to {named(FILES1)} at night is the content of the shop's database."
    yield Claim("content-known", carried, OPEN, SHOWN)
    if world.plot.outcome == THEFT:
        source = FILES1 if world.plot.staged else world.cast.desk
        taken = f"What {named(source)} sent to {world.cast.drop} was the company's own data."
        yield Claim("content-known", taken, OPEN, SHOWN)


def _person(world: World) -> Iterator[Claim]:
    yield Claim(
        "address-as-person",
        f"It was an administrator who called port 22 of {named(JUMP)} from {ADMIN}.",
        OPEN,
        SHOWN,
    )
    for clerk, desk in zip(CLERKS, OFFICE, strict=True):
        text = f"It was the same clerk on both days who called port 3389 of {named(desk)} from {clerk}."
        yield Claim("address-as-person", text, OPEN, SHOWN)


def _ping(world: World) -> Iterator[Claim]:
    entered, lookout = world.cast.entered, world.cast.lookout
    yield Claim("icmp-is-logged", f"Nobody pinged {named(entered)} in these two days.", OPEN, SHOWN)
    text = f"{lookout} pinged {named(entered)} before it tried its ports."
    yield Claim("icmp-is-logged", text, OPEN, RULED_OUT)


def _copy(world: World) -> Iterator[Claim]:
    yield Claim("sent-as-kept", f"{NAS} still has what it fetched from {named(FILES1)}.", OPEN, SHOWN)
    if world.plot.outcome == THEFT:
        source = FILES1 if world.plot.staged else world.cast.desk
        text = f"What {named(source)} sent to {world.cast.drop} is kept there."
        yield Claim("sent-as-kept", text, OPEN, SHOWN)


def _one_hand(world: World) -> Iterator[Claim]:
    text = f"Behind {world.cast.lookout} and {world.cast.guesser} is the same attacker."
    yield Claim("addresses-as-one-hand", text, OPEN, SHOWN)


def _login(world: World) -> Iterator[Claim]:
    cast, plot = world.cast, world.plot
    text = f"{cast.contractor} logged in at port {plot.port} of {named(cast.entered)} with a valid password."
    yield Claim("allowed-as-logged-in", text, OPEN, SHOWN)
    if plot.guesses:
        text = f"{cast.guesser} found the right password at port {plot.port} of {named(cast.entered)}."
        yield Claim("allowed-as-logged-in", text, OPEN, SHOWN if plot.entered else RULED_OUT)


def _purpose(world: World) -> Iterator[Claim]:
    rule = f"The rule UserRule_{door(world).name} was made"
    yield Claim("name-as-purpose", f"{rule} for {world.cast.contractor}.", OPEN, SHOWN)
    yield Claim("name-as-purpose", f"{rule} by an administrator for a contractor.", OPEN, SHOWN)


def _application(world: World) -> Iterator[Claim]:
    text = f"All that was sent to port 443 of {named(WEB1)} was HTTPS."
    yield Claim("port-as-application", text, OPEN, SHOWN)
    if world.habits.chat:
        text = f"What {named(WS2)} and {CHAT} sent each other at port 443 was a chat over HTTPS."
        yield Claim("port-as-application", text, OPEN, SHOWN)


def _to_nobody(world: World) -> Iterator[Claim]:
    # The first half hour: what began in the last minutes may stand in the rows after them.
    when = "in the first half hour of the hole in its log"
    text = f"{named(hidden(world)[0])} called nobody outside the company {when}."
    yield Claim("no-rows-as-no-traffic", text, OPEN, SHOWN)


def _before(world: World) -> Iterator[Claim]:
    for address in (world.cast.contractor, world.cast.guesser):
        text = f"{address} had never called {named(world.cast.entered)} before these two days."
        yield Claim("first-row-as-first-time", text, OPEN, SHOWN)


# Some of these sorts are in a question.
BEYOND = (
    _content, _person, _ping, _copy, _one_hand, _login, _purpose, _application, _to_nobody, _before,
)  # fmt: skip
