"""What is counted once: a connection by its begin, a denied attempt by its row."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random

from nsgkit.sample.randomness import integer
from nsgkit.training.answers import WHOLE
from nsgkit.training.counting.reading import allowed, state
from nsgkit.training.exercise import Case, Exercise, Slip
from nsgkit.training.lines import V1, V2, V4, Line
from nsgkit.training.tiles import (
    CONTINUES,
    TEN,
    Tile,
    connection,
    counters,
    denial,
    ephemeral,
    in_order,
    inside,
    outside,
)

_RIGHT = "04-traffic-distribution.ipynb#Counting-right"
_STATES = "03-know-your-flow-log.ipynb#Begin,-continuing,-end"
_DENIED = "03-know-your-flow-log.ipynb#Denied,-in-both-families"
_CHANGE = "03-know-your-flow-log.ipynb#The-hour-in-which-the-version-changes"


def _some_connections(rng: Random) -> Case:
    """Draw connections of several rows, some still open, some on a port used before, and denied attempts."""
    own, still_open = inside(rng), integer(rng, 1, 2)
    talks = [
        connection(
            rng,
            TEN + integer(rng, 0, 900),
            outside(rng),
            own,
            parts=integer(rng, 1, 2),
            ended=n >= still_open,
        )
        for n in range(integer(rng, 3, 5))
    ]
    talks += [_used_again(rng, talk) for talk in talks[still_open:][: integer(rng, 1, 2)]]
    refused = [denial(rng, TEN + integer(rng, 0, 1800), own) for _ in range(integer(rng, 1, 4))]
    return Case(in_order([*talks, *refused]), {"begun": len(talks), "denied": len(refused)})


def _used_again(rng: Random, talk: Tile) -> Tile:
    """Return another connection between the same two, from the same port, a while after the first is over."""
    parts = tuple(counters(rng) for _ in talk.parts or ())
    return replace(talk, start=talk.start + CONTINUES * len(parts) + integer(rng, 20, 200), parts=parts)


def _ports(lines: Iterable[Line]) -> int:
    return len({line.fields[3] for line in lines})


CONNECTIONS = Exercise(
    name="connections",
    level=1,
    skill="rows are not connections",
    ask="How many connections began?",
    kind=WHOLE,
    make=_some_connections,
    right=lambda case: case.facts["begun"],
    code='nsgkit.conversations(flows).query("decision == \'allowed\'")["counted_by"].count()',
    slips=(
        Slip(
            "rows-as-connections",
            lambda case: len(case.lines),
            "you counted every row. A connection has one row or many; it is counted where it begins.",
            _RIGHT,
        ),
        Slip(
            "allowed-rows-as-connections",
            lambda case: sum(map(allowed, case.lines)),
            "you counted every allowed row. Rows that say C or E belong to a connection that is counted.",
            _STATES,
        ),
        Slip(
            "begin-of-a-denial",
            lambda case: case.facts["begun"] + case.facts["denied"],
            "you counted every B. A denied attempt is written with B as well: read the decision first.",
            _DENIED,
        ),
        Slip(
            "ends-for-begins",
            lambda case: sum(allowed(line) and state(line) == "E" for line in case.lines),
            "you counted end rows. A connection can be open still, and has none.",
            _STATES,
        ),
        Slip(
            "ports-as-connections",
            lambda case: _ports(filter(allowed, case.lines)),
            "you counted source ports. A port can be used again: look for a B that follows an E.",
            _RIGHT,
        ),
    ),
    hints=(
        "The state stands behind the decision.",
        "Each connection has one begin row. A denied attempt is none, though it says B.",
        "nsgkit.conversations(flows) has a row for each; keep those that were allowed.",
    ),
    why="One connection has one begin row, however many rows follow.",
    see=_RIGHT,
)


def _three_formats(rng: Random) -> Case:
    """Draw denied attempts and connections in all formats, and rows that do not say what was decided."""
    own = inside(rng)
    refused = {version: integer(rng, 1, 4) for version in (V1, V2, V4)}
    tiles = [
        denial(rng, TEN + integer(rng, 0, 900), own, version=version, nic=_NICS[version])
        for version, number in refused.items()
        for _ in range(number)
    ]
    tiles += [
        connection(
            rng, TEN + integer(rng, 0, 900), outside(rng), own, version=version, nic=_NICS[version],
            ended=integer(rng, 0, 1) == 1,
        )
        for version in (V1, V2, V4)
        for _ in range(integer(rng, 1, 2))
    ]  # fmt: skip
    undecided = [
        Line(f"{TEN + integer(rng, 0, 900)},{outside(rng)},{own},{ephemeral(rng)},53,U,I,B,B,,,,", V2, "B")
        for _ in range(integer(rng, 1, 2))
    ]
    return Case(in_order(tiles, undecided), {"denied": refused, "undecided": len(undecided)})


_NICS = {V1: "A", V2: "B", V4: "C"}

DENIED = Exercise(
    name="denied",
    level=2,
    skill="denials in three formats",
    ask="How many attempts were denied?",
    kind=WHOLE,
    make=_three_formats,
    right=lambda case: sum(case.facts["denied"].values()),
    code='(flows["decision"] == "denied").sum()',
    slips=(
        Slip(
            "only-nsg",
            lambda case: case.facts["denied"][V1] + case.facts["denied"][V2],
            "you counted those of the NSG logs alone. In a VNet log the state says D.",
            _DENIED,
        ),
        Slip(
            "only-vnet",
            lambda case: case.facts["denied"][V4],
            "you counted those of the VNet log alone. In an NSG log the decision says D.",
            _DENIED,
        ),
        Slip(
            "unknown-as-denied",
            lambda case: sum(case.facts["denied"].values()) + case.facts["undecided"],
            "you counted a row whose decision is neither A nor D. What was decided there is not known.",
            _DENIED,
        ),
        Slip(
            "b-as-blocked",
            lambda case: sum("B" in line.fields[7:9] for line in case.lines),
            "you counted rows that say B. B is a begin, not a block.",
            _DENIED,
        ),
    ),
    hints=(
        "Look from the eighth field on, and say first which format the row has.",
        "NSG logs say D in the decision, the eighth field. VNet logs have the state there, and D is one.",
        'flows["decision"] is the same in all formats: count those that are denied.',
    ),
    why="The decision says it in NSG logs, the state in VNet logs; a row that says neither is not known.",
    see=_DENIED,
)


def _changing(rng: Random) -> Case:
    """Draw an hour that goes from version 1 to 2; some connections of version 1 end after the change."""
    own, change = inside(rng), TEN + 1200

    def some(least: int, most: int, start: int, **how: object) -> list[Tile]:
        return [
            connection(rng, start + integer(rng, 0, 850), outside(rng), own, **how)  # type: ignore[arg-type]
            for _ in range(integer(rng, least, most))
        ]

    old, new = some(1, 4, TEN, version=V1), some(2, 4, change)
    cut = [
        replace(tile, start=change - integer(rng, 10, 250), lasts=CONTINUES, begun=False)
        for tile in some(1, 2, TEN)
    ]
    before = [replace(tile, version=V1) for tile in cut]
    refused = [denial(rng, TEN + integer(rng, 0, 1100), own, version=V1) for _ in range(integer(rng, 1, 3))]
    refused += [denial(rng, change + integer(rng, 0, 900), own)]
    lines = in_order([*old, *before, *new, *cut, *refused])
    return Case(lines, {"old": len(old), "cut": len(cut), "new": len(new), "denied": len(refused)})


def _begun(case: Case) -> int:
    return int(case.facts["old"] + case.facts["cut"] + case.facts["new"])


VERSION_MIX = Exercise(
    name="version_mix",
    level=2,
    skill="two versions in one hour",
    ask="In this hour the flow log went from version 1 to version 2. How many connections began?",
    kind=WHOLE,
    make=_changing,
    right=_begun,
    code='nsgkit.conversations(flows).query("decision == \'allowed\'")["counted_by"].count()',
    slips=(
        Slip(
            "only-begins",
            lambda case: case.facts["new"],
            "you counted begin rows alone. Version 1 has no state: there each allowed row is a connection.",
            _CHANGE,
        ),
        Slip(
            "rows-as-connections",
            lambda case: len(case.lines),
            "you counted every row. In version 2 a connection has several.",
            _RIGHT,
        ),
        Slip(
            "counted-on-both-sides",
            lambda case: _begun(case) + case.facts["cut"],
            "you counted a connection before the change, and again by its end row after it.",
            _CHANGE,
        ),
        Slip(
            "begin-of-a-denial",
            lambda case: _begun(case) + case.facts["denied"],
            "you counted denied attempts as well: read the decision.",
            _DENIED,
        ),
    ),
    hints=(
        "The rows of version 1 are the short ones: they end with the decision.",
        "In version 1 each allowed row is a connection. In version 2 only a begin row is.",
        "nsgkit.conversations(flows) says in counted_by which row counts it; it is null where none does.",
    ),
    why="Its row of version 1 counts a connection; rows of it after the change have no begin.",
    see=_CHANGE,
)
