"""How many connections there were: rows are not connections."""

from random import Random

from nsgkit.sample.randomness import integer
from nsgkit.training.answers import WHOLE
from nsgkit.training.exercise import Case, Exercise, Slip
from nsgkit.training.tiles import TEN, connection, denial, in_order, inside, outside

_SEE = "04-traffic-distribution.ipynb#Counting-right"


def _some_connections(rng: Random) -> Case:
    """Draw connections of several rows each, one still open, and denied attempts among them."""
    own = inside(rng)
    talks = [
        connection(rng, TEN + integer(rng, 0, 900), outside(rng), own, parts=integer(rng, 1, 3), ended=n > 0)
        for n in range(integer(rng, 3, 6))
    ]
    refused = [denial(rng, TEN + integer(rng, 0, 1800), own) for _ in range(integer(rng, 1, 4))]
    return Case(in_order([*talks, *refused]), {"begun": len(talks), "denied": len(refused)})


def _ended(case: Case) -> int:
    return sum(line.fields[7:9] == ["A", "E"] for line in case.lines)


CONNECTIONS = Exercise(
    name="connections",
    level=1,
    skill="rows are not connections",
    ask="How many connections began?",
    kind=WHOLE,
    make=_some_connections,
    right=lambda case: case.facts["begun"],
    code='nsgkit.conversations(flows).query("decision == \'allowed\' and ~folded")["src_ip"].count()',
    slips=(
        Slip(
            "rows-as-connections",
            lambda case: len(case.lines),
            "you counted every row. A connection has one row or many; it is counted where it begins.",
            _SEE,
        ),
        Slip(
            "begin-of-a-denial",
            lambda case: case.facts["begun"] + case.facts["denied"],
            "you counted every B. A denied attempt is written with B as well: read the decision first.",
            _SEE,
        ),
        Slip(
            "ends-for-begins",
            _ended,
            "you counted end rows. A connection can be open still, and has none.",
            _SEE,
        ),
    ),
    hints=(
        "The state stands behind the decision.",
        "Each connection has one begin row, and a denied attempt is none.",
        "nsgkit.conversations(flows) has a row for each; keep those that were allowed.",
    ),
    why="One connection, one begin row, however many rows follow.",
    see=_SEE,
)
