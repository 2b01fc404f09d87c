"""Who is at the ends of a connection."""

from random import Random

from nsgkit.sample.randomness import chance_of, integer, pick
from nsgkit.training.answers import ADDRESS
from nsgkit.training.exercise import Case, Exercise, Slip
from nsgkit.training.lines import VERSIONS
from nsgkit.training.tiles import TEN, connection, in_order, inside, outside

_SEE = "03-know-your-flow-log.ipynb#The-three-formats,-line-by-line"


def _one_connection(rng: Random) -> Case:
    """Draw a connection that the own machine opened, or was called by."""
    own, other = inside(rng), outside(rng)
    inbound = chance_of(rng, 50)
    ends = (other, own) if inbound else (own, other)
    tile = connection(
        rng, TEN + integer(rng, 0, 3000), *ends, parts=integer(rng, 1, 2), inbound=inbound,
        version=pick(rng, VERSIONS),
    )  # fmt: skip
    return Case(in_order([tile]), {"source": tile.src, "destination": tile.dst})


WHO_CALLED = Exercise(
    name="who_called",
    level=1,
    skill="who opened a connection",
    ask="Who opened this connection? Give the address.",
    kind=ADDRESS,
    make=_one_connection,
    right=lambda case: case.facts["source"],
    code='flows["src_ip"].unique()',
    slips=(
        Slip(
            "destination",
            lambda case: case.facts["destination"],
            "that is the address that was called: it stands second of the two.",
            _SEE,
        ),
    ),
    hints=(
        "Two addresses stand side by side, after the time.",
        "The first of them opened the connection, whichever way the bytes went afterwards.",
        'flows["src_ip"] has it.',
    ),
    why="The source opened the connection; whoever logged it, and whichever way the bytes went.",
    see=_SEE,
)
