"""What belongs to some minutes: the bytes that passed in them, and a row of a summary."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from random import Random

from nsgkit.sample.randomness import integer, pick
from nsgkit.training.answers import MOMENT, WHOLE, choice, together
from nsgkit.training.counting.reading import counters
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.lines import V2, V4
from nsgkit.training.tiles import (
    TEN,
    Tile,
    connection,
    counted_at,
    in_order,
    inside,
    large,
    outside,
)

_SPREAD = "04-traffic-distribution.ipynb#What-is-normal:-hours-and-days"
_SUMMARY = "01-enable-flow-logs.ipynb#The-portal's-steps,-then-and-now"
_WIDTH = 300


def _busy(rng: Random) -> Case:
    """Draw large connections; the busiest five minutes carry a tenth more than any others."""
    while True:
        own = inside(rng)
        tiles = [_large_one(rng, own) for _ in range(integer(rng, 2, 3))]
        bins = _spread(tiles)
        (busiest, most), (_, second) = [*bins.most_common(2), (0, 0)][:2]
        if most > second * Fraction(11, 10):
            return Case(
                in_order(tiles), {"busiest": busiest, "begun": [(t.start, sum(t.bytes)) for t in tiles]}
            )


def _large_one(rng: Random, own: str) -> Tile:
    tile = connection(rng, TEN + integer(rng, 0, 900), outside(rng), own, lasts=integer(rng, 20, 280))
    return replace(tile, parts=tuple(large(rng) for _ in range(integer(rng, 1, 4))))


def _spread(tiles: Iterable[Tile]) -> "Counter[int]":
    """Return what was carried in each five minutes: each row's bytes evenly over the time since the last."""
    bins: Counter[int] = Counter()
    for tile in tiles:
        times = [tile.start, *counted_at(tile)]
        for since, until, part in zip(times, times[1:], tile.parts or (), strict=False):
            for start in range(since - since % _WIDTH, until, _WIDTH):
                here = min(until, start + _WIDTH) - max(since, start)
                bins[start] += Fraction(here, until - since) * (part[1] + part[3])  # type: ignore[index,assignment]
    return bins


def _written(time: int) -> str:
    return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%S}"


def _most(told: Iterable[tuple[int, int]]) -> object:
    """Return the five minutes with the largest sum; not here where two have it."""
    bins: Counter[int] = Counter()
    for time, number in told:
        bins[time - time % _WIDTH] += number
    first, *others = bins.most_common(2)
    return NOT_HERE if others and others[0][1] == first[1] else _written(first[0])


BUSIEST_BIN = Exercise(
    name="busiest_bin",
    level=3,
    skill="bytes are spread over their time",
    ask="In which five minutes were the most bytes carried? Give the time at which they begin, "
    "such as '2025-03-04 09:55:00'.",
    kind=MOMENT,
    make=_busy,
    right=lambda case: _written(case.facts["busiest"]),
    code='nsgkit.analyses.over_time(nsgkit.conversations(flows), freq="5min", flows=flows)'
    '.nlargest(1, "bytes")["start"]',
    slips=(
        Slip(
            "at-the-instant",
            lambda case: _most((line.seconds, sum(counters(line)[1::2])) for line in case.lines),
            "you put all bytes of a row into its own minute. They passed since the row before it.",
            _SPREAD,
        ),
        Slip(
            "all-at-the-begin",
            lambda case: _most(case.facts["begun"]),
            "you put all bytes of a connection where it began. They passed as long as it lasted.",
            _SPREAD,
        ),
        Slip(
            "rows-for-bytes",
            lambda case: _most((line.seconds, 1) for line in case.lines),
            "you took the minutes with the most rows. The number of rows says nothing of bytes.",
            _SPREAD,
        ),
    ),
    hints=(
        "For each C and E row, look when the row before it of the same connection was.",
        "A row's bytes are shared out evenly over the time since the row before it.",
        'nsgkit.analyses.over_time(nsgkit.conversations(flows), freq="5min", flows=flows) has bytes.',
    ),
    why="A row of five minutes written at 10:05:01 carried nearly all before 10:05.",
    see=_SPREAD,
)


def _for_a_summary(rng: Random) -> Case:
    """Draw short connections of one machine to few others, within ten minutes, let through by one rule."""
    own, others, version = inside(rng, 1), [inside(rng, 2) for _ in range(3)], pick(rng, (V2, V4))
    keys = [(pick(rng, others), pick(rng, (443, 80))) for _ in range(integer(rng, 4, 7))]
    tiles = [
        connection(rng, TEN + integer(rng, 0, 280), own, other, dst_port=port, inbound=False, version=version)
        for other, port in keys
    ]
    return Case(in_order(tiles), {"keys": {*keys}, "connections": len(tiles)})


def _pairs(case: Case) -> int:
    return len({other for other, _ in case.facts["keys"]})


_EACH_ROW = "it does not keep each row. It puts together those that agree in all but one column."
_BY_PORT = "you told connections apart by their ports, and it does not keep the port of the caller."

TA_ROWS = Exercise(
    name="ta_rows",
    level=3,
    skill="what a summary loses",
    ask="One rule let all of this through, within one interval of Traffic Analytics, which keeps a summary. "
    "How many rows does it make of these, and which column does it lose: src_port, dst_port, direction or "
    "nothing? Give both, such as (12, 'direction').",
    kind=together(WHOLE, choice("src_port", "dst_port", "direction", "nothing")),
    make=_for_a_summary,
    right=lambda case: (len(case.facts["keys"]), "src_port"),
    code='(flows.groupby(["src_ip", "dst_ip", "dst_port", "protocol", "direction", "acl", "rule"], '
    'observed=True).ngroups, "src_port")',
    slips=(
        Slip("rows-kept", lambda case: (len(case.lines), "nothing"), _EACH_ROW, _SUMMARY),
        Slip("rows-kept", lambda case: (len(case.lines), "src_port"), _EACH_ROW, _SUMMARY),
        Slip("by-source-port", lambda case: (case.facts["connections"], "nothing"), _BY_PORT, _SUMMARY),
        Slip("by-source-port", lambda case: (case.facts["connections"], "src_port"), _BY_PORT, _SUMMARY),
        Slip(
            "pairs-as-rows",
            lambda case: (_pairs(case), "src_port"),
            "you counted pairs of addresses. The port that was called is looked at as well.",
            _SUMMARY,
        ),
        Slip(
            "the-other-port",
            lambda case: (len(case.facts["keys"]), "dst_port"),
            "the number is right. The port that was called is kept: it says which service it was.",
            _SUMMARY,
        ),
    ),
    hints=(
        "Look which columns say who called which service, and which does not.",
        "Rows that agree in addresses, called port, protocol, direction and rule become one.",
        "flows.groupby([...]).ngroups, with all of these columns, counts the rows that are left.",
    ),
    why="Without source ports single connections cannot be told apart: keep the blobs.",
    see=_SUMMARY,
)
