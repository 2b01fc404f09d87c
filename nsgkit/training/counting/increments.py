"""What counters hold: increments of packets and bytes, there and back, since the row before."""

from dataclasses import replace
from fractions import Fraction
from random import Random

from nsgkit.sample.randomness import integer, pick
from nsgkit.training.answers import WHOLE, amount
from nsgkit.training.counting.reading import BYTES, PACKETS, added, state
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.lines import V2, V4
from nsgkit.training.tiles import CONTINUES, TEN, connection, in_order, inside, large, outside

_STATES = "03-know-your-flow-log.ipynb#Begin,-continuing,-end"
_FIELDS = "03-know-your-flow-log.ipynb#Every-field-of-every-format"
_MEGA, _BITS = 1_000_000, 8
_THERE_ONLY = "you took what the source sent, and not what came back."
_BACK_ONLY = "you took what came back, and not what the source sent."


def _one_connection(rng: Random) -> Case:
    """Draw a connection of several counted rows."""
    tile = connection(
        rng, TEN + integer(rng, 0, 1200), outside(rng), inside(rng), parts=integer(rng, 3, 5),
        version=pick(rng, (V2, V4)),
    )  # fmt: skip
    return Case(in_order([tile]), {"bytes": tile.bytes, "packets": tile.packets})


SIZE = Exercise(
    name="size",
    level=1,
    skill="counters are increments",
    ask="How many bytes did this connection carry, both ways together?",
    kind=WHOLE,
    make=_one_connection,
    right=lambda case: sum(case.facts["bytes"]),
    code='nsgkit.conversations(flows).filter(like="bytes_").sum().sum()',
    slips=(
        Slip(
            "end-row-as-total",
            lambda case: added(case.lines[-1:]),
            "you took the end row alone. Counters are increments: the rows before it count as well.",
            _STATES,
        ),
        Slip(
            "continuing-as-running-total",
            lambda case: added(case.lines[-2:]),
            "you took the last C for a total so far. It holds what was counted since the row before it.",
            _STATES,
        ),
        Slip("one-way", lambda case: case.facts["bytes"][0], _THERE_ONLY, _FIELDS),
        Slip("other-way", lambda case: case.facts["bytes"][1], _BACK_ONLY, _FIELDS),
        Slip(
            "packets-for-bytes",
            lambda case: sum(case.facts["packets"]),
            "you added packets. Packets stand before bytes, in each direction.",
            _FIELDS,
        ),
        Slip(
            "packets-and-bytes",
            lambda case: sum(case.facts["bytes"]) + sum(case.facts["packets"]),
            "you added all counters. Two of them are packets.",
            _FIELDS,
        ),
    ),
    hints=(
        "The last four fields are counters: packets and bytes there, packets and bytes back.",
        "Each counter holds what was counted since the row before. Add all rows.",
        "nsgkit.conversations(flows) adds them up: bytes_src_to_dst and bytes_dst_to_src.",
    ),
    why="Counters are increments: the size is the sum of the continuing and end rows.",
    see=_STATES,
)


def _two_connections(rng: Random) -> Case:
    """Draw two connections of one machine."""
    own, version = inside(rng), pick(rng, (V2, V4))
    tiles = [
        connection(
            rng, TEN + integer(rng, 0, 900), outside(rng), own, parts=integer(rng, 1, 3), version=version
        )
        for _ in range(2)
    ]
    there, back = (sum(tile.packets[way] for tile in tiles) for way in (0, 1))
    return Case(in_order(tiles), {"packets": (there, back)})


PACKETS_CARRIED = Exercise(
    name="packets",
    level=1,
    skill="the right pair of counters",
    ask="How many packets did these connections carry, both ways together?",
    kind=WHOLE,
    make=_two_connections,
    right=lambda case: sum(case.facts["packets"]),
    code='nsgkit.conversations(flows).filter(like="packets_").sum().sum()',
    slips=(
        Slip(
            "bytes-for-packets",
            lambda case: added(case.lines, BYTES),
            "you added bytes. Packets stand before bytes, in each direction.",
            _FIELDS,
        ),
        Slip("one-way", lambda case: case.facts["packets"][0], _THERE_ONLY, _FIELDS),
        Slip("other-way", lambda case: case.facts["packets"][1], _BACK_ONLY, _FIELDS),
        Slip(
            "neighbouring-counters",
            lambda case: added(case.lines, (0, 1)),
            "you added the first two counters. They are packets and bytes of the same direction.",
            _FIELDS,
        ),
        Slip(
            "end-row-as-total",
            lambda case: (
                added([line for line in case.lines if state(line) == "E"], PACKETS)
                if any(state(line) == "C" for line in case.lines)
                else NOT_HERE
            ),
            "you took end rows alone. Counters are increments: the C rows before them count as well.",
            _STATES,
        ),
    ),
    hints=(
        "The last four fields are counters.",
        "They are packets and bytes from source to destination, then packets and bytes back.",
        "nsgkit.conversations(flows) adds them up: packets_src_to_dst and packets_dst_to_src.",
    ),
    why="Of the four counters the first and the third are packets.",
    see=_FIELDS,
)


def _long_connection(rng: Random) -> Case:
    """Draw a large connection that goes on for a while and ends."""
    parts = tuple(large(rng) for _ in range(integer(rng, 2, 5)))
    tile = connection(
        rng, TEN + integer(rng, 0, 900), outside(rng), inside(rng), version=pick(rng, (V2, V4)),
    )  # fmt: skip
    tile = replace(tile, parts=parts, lasts=integer(rng, 40, 280))
    last = parts[-1]
    return Case(in_order([tile]), {"bytes": last[1] + last[3], "seconds": tile.lasts})


def _rate(number: int, span: int) -> float:
    return float(Fraction(number * _BITS, span * _MEGA))


def _span(case: Case, one: int, other: int) -> int:
    return case.lines[other].seconds - case.lines[one].seconds


RATE = Exercise(
    name="rate",
    level=3,
    skill="a rate is an increment in its time",
    ask="What was the rate between the last two rows, both ways together, in Mbit/s? Give three digits.",
    kind=amount(0.01),
    make=_long_connection,
    right=lambda case: _rate(case.facts["bytes"], case.facts["seconds"]),
    code='(flows.filter(like="bytes_").sum(axis="columns") * 8 / 1e6 '
    '/ flows["time"].diff().dt.total_seconds()).iloc[-1]',
    slips=(
        Slip(
            "whole-lifetime",
            lambda case: _rate(added(case.lines), _span(case, 0, -1)),
            "you took all bytes and the whole time. The last row counted since the row before it.",
            _STATES,
        ),
        Slip(
            "last-row-over-lifetime",
            lambda case: _rate(case.facts["bytes"], _span(case, 0, -1)),
            "you divided by the whole time. The last row counted since the row before it, no longer.",
            _STATES,
        ),
        Slip(
            "bytes-for-bits",
            lambda case: _rate(case.facts["bytes"], case.facts["seconds"]) / _BITS,
            "those are megabytes a second. Rates of networks are told in bits.",
            _STATES,
        ),
        Slip(
            "at-the-instant",
            lambda case: _rate(case.facts["bytes"], 1),
            "you put the bytes into one second. They were counted since the row before.",
            _STATES,
        ),
        Slip(
            "five-minutes-assumed",
            lambda case: _rate(case.facts["bytes"], CONTINUES),
            "you took five minutes. An end row comes when the connection ends: look at both times.",
            _STATES,
        ),
        Slip(
            "binary-megabits",
            lambda case: _rate(case.facts["bytes"], case.facts["seconds"]) * _MEGA / 2**20,
            "you divided by powers of 1,024. Networks count in thousands.",
            _STATES,
        ),
    ),
    hints=(
        "Take the two byte counters of the last row, and the times of the last two rows.",
        "A rate is an increment divided by the time since the row before; eight bits are a byte.",
        'flows.filter(like="bytes_").sum(axis="columns") has bytes a row; divide by flows["time"].diff().',
    ),
    why="A counter covers the time since the row before, so its rate is the mean of just that time.",
    see=_STATES,
)
