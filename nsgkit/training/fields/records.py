"""What stands around the tuples: the rule, the NIC, when a record was written, and whether it is a copy."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from nsgkit.sample.randomness import chance_of, integer, pick
from nsgkit.training.answers import MOMENT, WHOLE, choice, together
from nsgkit.training.exercise import Case, Exercise, Slip
from nsgkit.training.fields.told import some_time
from nsgkit.training.lines import VERSIONS, Line, mac, records
from nsgkit.training.tiles import connection, denial, inside, lines, outside

_NESTING = "03-know-your-flow-log.ipynb#The-nesting"
_TIMES = "03-know-your-flow-log.ipynb#Every-field-of-every-format"
_EQUAL = "03-know-your-flow-log.ipynb#Equal-lines-that-are-real"
_WRITTEN = 60  # seconds after its last tuple


def _one_row(rng: Random) -> Case:
    """Draw a record with one row: its time is in seconds or milliseconds, and the record has its own."""
    tile = connection(rng, some_time(rng), outside(rng), inside(rng), version=pick(rng, VERSIONS))
    line = lines(tile)[0]
    return Case((line,), {"seconds": tile.start, "written": int(line.fields[0])}, record=records([line])[0])


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def _without_unit(case: Case) -> str:
    """Return what pandas makes of the number where no unit is given: nanoseconds."""
    return _moment(case.facts["written"] // 1_000_000_000)


WHEN = Exercise(
    name="when",
    level=1,
    skill="when it was",
    ask="This is a record with one tuple. When did its connection begin, in UTC? Give it to the second.",
    kind=MOMENT,
    make=_one_row,
    right=lambda case: _moment(case.facts["seconds"]),
    code='flows["time"]',
    slips=(
        Slip(
            "record-time",
            lambda case: _moment(case.facts["seconds"] + _WRITTEN),
            "that is when the record was written, up to a minute later. Each tuple has a time of its own.",
            _NESTING,
        ),
        Slip(
            "wrong-unit",
            lambda case: _moment(case.facts["seconds"] // 1000),
            "you took a unit that is a thousand times too small. NSG logs count seconds, VNet logs "
            "milliseconds.",
            _TIMES,
        ),
        Slip(
            "no-unit",
            _without_unit,
            "pandas takes a bare number for nanoseconds. Say its unit: s in an NSG log, ms in a VNet log.",
            _TIMES,
        ),
    ),
    hints=(
        "The first field of the tuple is its time, counted since 1970.",
        "Ten digits are seconds, thirteen digits are milliseconds; both count in UTC.",
        'flows["time"] has it; pd.to_datetime(…, unit="s") or unit="ms" reads it by hand.',
    ),
    why="Each tuple has its own time, and its unit depends on the family; the record's time is later.",
    see=_TIMES,
)

_RULES = (
    "UserRule_From_Office", "UserRule_From_Partner", "UserRule_To_Backend", "UserRule_Monitoring",
    "UserRule_Public", "UserRule_Legacy",
)  # fmt: skip
_NICS = "ABC"


def _rules(rng: Random) -> Case:
    """Draw a record of three or four rules; one of those in the middle let a UDP row through."""
    own, version, nic, start = inside(rng), pick(rng, VERSIONS), pick(rng, _NICS), some_time(rng)
    names = sorted(_RULES, key=lambda _: rng.random())[: integer(rng, 3, 4)]
    place = integer(rng, 1, len(names) - 2)
    made: list[Line] = []
    for number, name in enumerate(names):
        how: dict[str, Any] = {"protocol": "UDP", "dst_port": 53} if number == place else {}
        tile = connection(rng, start + integer(rng, 0, 45), outside(rng), own, parts=0 if how else 1)
        tile = replace(tile, version=version, nic=nic, rule=name, lasts=integer(rng, 1, 14), **how)
        made += lines(tile)
    facts = {"rule": names[place], "first": names[0], "next": names[place + 1], "nic": nic}
    return Case(tuple(made), facts, record=records(made)[0])


WHICH_RECORD = Exercise(
    name="which_record",
    level=1,
    skill="which rule, at which NIC",
    ask="This record has one UDP row. Which rule decided on it, and at which NIC was it logged? Give the "
    "rule's name and the MAC address.",
    kind=together(choice(*_RULES, *(f"{nic}-NSG" for nic in _NICS)), choice(*map(mac, _NICS))),
    make=_rules,
    right=lambda case: (case.facts["rule"], mac(case.facts["nic"])),
    code='flows.query("protocol == \'UDP\'")[["rule", "mac"]].iloc[0].tolist()',
    slips=(
        Slip(
            "first-rule",
            lambda case: (case.facts["first"], mac(case.facts["nic"])),
            "that is the first rule of the record. Each rule has a list of its own tuples inside.",
            _NESTING,
        ),
        Slip(
            "next-rule",
            lambda case: (case.facts["next"], mac(case.facts["nic"])),
            "that rule stands behind the row. A rule is written before its tuples.",
            _NESTING,
        ),
        Slip(
            "resource-for-rule",
            lambda case: (f"{case.facts['nic']}-NSG", mac(case.facts["nic"])),
            "that is the NSG, which has many rules. The rule's name is further inside.",
            _NESTING,
        ),
    ),
    hints=(
        "UDP is U in an NSG log, and the number seventeen in a VNet log. Find that row first.",
        "Go outwards from the row: the list that it is in belongs to one rule. The NIC is written once.",
        "flows.query(\"protocol == 'UDP'\") has the row, with its rule and mac.",
    ),
    why="The rule and the NIC are written once, around the tuples, and hold for each of them.",
    see=_NESTING,
)


def _repeated(rng: Random) -> Case:
    """Draw denied attempts of which some are equal, in records of one minute; one record is there twice."""
    own, version, start = inside(rng), pick(rng, VERSIONS), some_time(rng)
    attempts = [lines(denial(rng, start, own, version=version))[0] for _ in range(integer(rng, 3, 5))]
    twice = attempts[: integer(rng, 1, 2)]
    copied = [*attempts, *twice]
    other = [lines(denial(rng, start, own, version=version))[0] for _ in range(integer(rng, 1, 3))]
    if chance_of(rng, 50):
        other.append(attempts[-1])
    copy_last = chance_of(rng, 50)
    groups = [copied, other, copied] if copy_last else [copied, copied, other]
    made = [line._replace(record=number) for number, group in enumerate(groups) for line in group]
    facts = {"attempts": len(copied) + len(other), "distinct": len({*copied, *other}), "copied": len(copied)}
    return Case(tuple(made), facts, record={"records": records(made)})


SAME_AGAIN = Exercise(
    name="same_again",
    level=3,
    skill="what is there twice, and what happened twice",
    ask="This blob holds denied attempts and nothing else. How many attempts were there?",
    kind=WHOLE,
    make=_repeated,
    right=lambda case: case.facts["attempts"],
    code="len(flows)",
    slips=(
        Slip(
            "copies-counted",
            lambda case: len(case.lines),
            "you counted every tuple. One whole record is there word for word a second time: it is a copy.",
            _EQUAL,
        ),
        Slip(
            "equal-lines-dropped",
            lambda case: case.facts["distinct"],
            "you counted each distinct tuple once. Equal tuples are attempts of their own, unless their "
            "whole record is a copy.",
            _EQUAL,
        ),
        Slip(
            "one-record-a-minute",
            lambda case: case.facts["copied"],
            "you kept one record of those with the same time. A minute is often split into several "
            "records, with other tuples in each.",
            _EQUAL,
        ),
    ),
    hints=(
        "Compare whole records first, then the tuples in them.",
        "A record that is there word for word again is a copy. Equal tuples in a record are events.",
        "nsgkit.read_logs leaves out the copy, and nothing else: the rows of .flows are the attempts.",
    ),
    why="Dropping equal lines loses events; only a record that is there again is a copy.",
    see=_EQUAL,
)
