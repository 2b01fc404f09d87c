"""What stands in a field: nothing, a zero or a number; and what cannot stand there."""

from collections.abc import Callable
from random import Random
from typing import Any

from nsgkit.sample.randomness import chance_of, integer, pick
from nsgkit.training.answers import ROWS, WHOLE, together
from nsgkit.training.exercise import Case, Exercise, Slip
from nsgkit.training.fields.told import numbers, refused, row, short_form, told
from nsgkit.training.given import UNKNOWN
from nsgkit.training.lines import V1, V2, V4, Line
from nsgkit.training.tiles import inside

_EMPTY = "03-know-your-flow-log.ipynb#Empty,-and-zero"
_FORMATS = "03-know-your-flow-log.ipynb#The-three-formats,-line-by-line"
_CODES = "03-know-your-flow-log.ipynb#Every-field-of-every-format"
_EQUAL = "03-know-your-flow-log.ipynb#Equal-lines-that-are-real"
_WRONG = "03-know-your-flow-log.ipynb#Exercises-by-looking"
_COUNTERS = range(9, 13)  # their places


def _with_counters(line: Line, text: str) -> Line:
    for place in _COUNTERS:
        line = line.changed(place, text)
    return line


def _counters(rng: Random) -> Case:
    """Draw rows whose counters are missing, empty, zero or numbers, at a begin and later."""
    own = inside(rng)
    number = row(rng, own, pick(rng, (V2, V4)), integer(rng, 1, 2))
    if chance_of(rng, 40):  # nothing came back
        number = number.changed(11, "0").changed(12, "0")
    rows = [
        (number, "number"),
        (_with_counters(row(rng, own, V2, integer(rng, 1, 2)), ""), "empty"),
        (row(rng, own, pick(rng, (V1, V2))), "empty"),
        (row(rng, own, V4), "begin"),
        (_with_counters(row(rng, own, V4, integer(rng, 1, 2)), "0"), "zeros"),
    ]
    packets, there, more_packets, back = map(int, number.fields[9:])
    return told(rows, bytes=there + back, packets=packets + more_packets)


def _in_turn(number: str = "bytes", **mistaken: Any) -> Callable[[Case], tuple[Any, ...]]:
    """Return what answers row by row: `number` is the fact for the row that has numbers."""
    taken = {"empty": UNKNOWN, "begin": UNKNOWN, "zeros": 0} | mistaken
    return lambda case: tuple(taken.get(word, case.facts[number]) for word in case.facts["words"])


EMPTY_OR_ZERO = Exercise(
    name="empty_or_zero",
    level=2,
    skill="unknown is not zero",
    ask="How many bytes does each of these five rows count, both ways together? Give a number for each, in "
    "the order of the rows, or 'unknown' where a row has not counted.",
    kind=together(*[WHOLE] * 5),
    make=_counters,
    right=_in_turn(),
    code='(flows["bytes_src_to_dst"] + flows["bytes_dst_to_src"]).where(flows["state"] != "begin").tolist()',
    slips=(
        Slip(
            "empty-as-zero",
            _in_turn(empty=0),
            "you took an empty or a missing counter for a zero. Nobody counted there, and that is all that "
            "it says.",
            _EMPTY,
        ),
        Slip(
            "begin-zeros-as-count",
            _in_turn(begin=0),
            "a VNet log writes zeros on a begin row, as nothing has been counted yet. They are no count.",
            _EMPTY,
        ),
        Slip(
            "unknown-as-zero",
            _in_turn(empty=0, begin=0),
            "you took everything that is not counted for a zero: empty counters, and those of a begin row.",
            _EMPTY,
        ),
        Slip(
            "zero-as-unknown",
            _in_turn(zeros=UNKNOWN),
            "zeros on a continuing or an end row are a count: nothing went since the row before.",
            _EMPTY,
        ),
        Slip(
            "packets-for-bytes",
            _in_turn(number="packets"),
            "you added up the packets. The counters stand in pairs, packets and then bytes, for each way.",
            _CODES,
        ),
    ),
    hints=(
        "The last four fields are packets and bytes there, packets and bytes back; look at the state, too.",
        "Empty says nothing. Zeros say nothing on a begin row, and are a count on a C or an E.",
        'Add flows["bytes_src_to_dst"] and flows["bytes_dst_to_src"], except where the state is begin.',
    ),
    why="What was not counted is unknown, and a sum that takes it for zero is too small without saying so.",
    see=_EMPTY,
)

_FAULTS: tuple[tuple[int, str], ...] = (
    (2, "10.8.0.999"), (3, "70000"), (4, "65536"), (5, "X"), (6, "A"), (1, "192.0.2.300"), (10, "-120"),
    (12, "12.5"),
)  # fmt: skip


def _eight_lines(rng: Random) -> Case:
    """Draw eight lines: two are damaged, others are unusual and good."""
    own, version = inside(rng), pick(rng, (V2, V4))
    counted = row(rng, own, version, integer(rng, 1, 2))
    longer = row(rng, own, version, integer(rng, 1, 2))
    cut = (f"{longer.text},0", ",".join(longer.fields[:-2]), ",".join(longer.fields[:7]))
    place, text = pick(rng, _FAULTS)
    twice = refused(rng, own, version)
    rows = [
        (counted.changed(place, text), "value"),
        (longer._replace(text=pick(rng, cut)), "fields"),
        (short_form(row(rng, own, V2)), "short"),
        (row(rng, own, V2, integer(rng, 0, 2)).changed(7, pick(rng, "BX")), "odd"),
        (twice, "first"),
        (twice._replace(), "equal"),
        (row(rng, own, V1), "good"),
        (row(rng, own, pick(rng, (V2, V4)), 2), "good"),
    ]
    return told(rows)


SPOT_THE_REJECT = Exercise(
    name="spot_the_reject",
    level=2,
    skill="what is no flow row",
    ask="Two of these eight lines are damaged and cannot be flow rows. Which? Give the numbers of both.",
    kind=ROWS,
    make=_eight_lines,
    right=numbers("value", "fields"),
    code="{*range(1, 9)} - {*flows.index}",
    slips=(
        Slip(
            "short-form",
            numbers("value", "fields", "short"),
            "you took the short form for damage. In some logs the last comma is missing, and nothing else "
            "is different.",
            _FORMATS,
        ),
        Slip(
            "equal-lines",
            numbers("value", "fields", "equal"),
            "equal lines are no damage. Each is an event of its own.",
            _EQUAL,
        ),
        Slip(
            "equal-lines",
            numbers("value", "fields", "first", "equal"),
            "equal lines are no damage. Each is an event of its own.",
            _EQUAL,
        ),
        Slip(
            "odd-as-mistake",
            numbers("value", "fields", "odd"),
            "a decision that is neither A nor D is unusual. The row stands, and what was decided is not "
            "known.",
            _CODES,
        ),
        Slip(
            "fields-not-counted",
            numbers("value"),
            "you looked at what stands in the fields. Count them as well.",
            _WRONG,
        ),
        Slip(
            "values-not-read",
            numbers("fields"),
            "you counted the fields. Read them as well: a time, an address, a port and a counter each have "
            "their limits.",
            _WRONG,
        ),
    ),
    hints=(
        "Count the commas of each line, then read each field.",
        "A row has eight, twelve or thirteen fields. A port ends at sixty-five thousand odd, a part of an "
        "address at two hundred and fifty-five, and no counter is negative or has a point.",
        "What is a row is in flows, and its index is the number of its line: see which numbers are missing.",
    ),
    why="Unusual is not damaged: a strict reader keeps odd rows, and gives a reason for each reject.",
    see=_WRONG,
)
