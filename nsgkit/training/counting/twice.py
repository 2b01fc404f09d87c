"""What is logged twice: at both ends of a connection, and by both families of logs."""

from dataclasses import replace
from random import Random

from nsgkit.sample.randomness import integer
from nsgkit.training.answers import WHOLE, together
from nsgkit.training.counting.reading import added, begins
from nsgkit.training.exercise import Case, Exercise, Slip
from nsgkit.training.lines import V2, V4
from nsgkit.training.tiles import TEN, Tile, connection, in_order, inside, outside, second_view

_ENDS = "03-know-your-flow-log.ipynb#One-connection,-seen-at-both-ends"
_RIGHT = "04-traffic-distribution.ipynb#Counting-right"
_HOLES = "04-traffic-distribution.ipynb#Holes,-and-what-is-counted-wrong"


def _both_ends(rng: Random) -> Case:
    """Draw what A calls: B, or an address outside; and who calls B from outside."""
    first, second = inside(rng, 1), inside(rng, 2)
    between = [_talk(rng, first, second, inbound=False) for _ in range(integer(rng, 2, 4))]
    out = [_talk(rng, first, outside(rng), inbound=False) for _ in range(integer(rng, 1, 3))]
    came = [_talk(rng, outside(rng), second, nic="B") for _ in range(integer(rng, 1, 3))]
    # The other NIC may write it down a second later.
    views = [replace(second_view(tile, "B"), start=tile.start + integer(rng, 0, 1)) for tile in between]
    tiles = [*between, *views, *out, *came]
    return Case(in_order(tiles), {"between": between, "out": out, "came": came})


def _talk(rng: Random, src: str, dst: str, **how: object) -> Tile:
    return connection(rng, TEN + integer(rng, 0, 900), src, dst, integer(rng, 1, 2), **how)


def _bytes(case: Case, *of: str) -> int:
    return sum(sum(tile.bytes) for name in of for tile in case.facts[name])


def _number(case: Case, *of: str) -> int:
    return sum(len(case.facts[name]) for name in of)


DOUBLE = Exercise(
    name="double",
    level=2,
    skill="a connection seen at both ends",
    ask="Two NICs, A and B, were logged. How many bytes were carried in all, both ways?",
    kind=WHOLE,
    make=_both_ends,
    right=lambda case: _bytes(case, "between", "out", "came"),
    code='nsgkit.conversations(flows).query("~folded").filter(like="bytes_").sum().sum()',
    slips=(
        Slip(
            "every-view",
            lambda case: added(case.lines),
            "you added both views. The O rows of A and the I rows of B are one connection where addresses "
            "and ports are the same.",
            _ENDS,
        ),
        Slip(
            "only-a",
            lambda case: _bytes(case, "between", "out"),
            "you took NIC A alone. What came to B from outside was logged nowhere else.",
            _ENDS,
        ),
        Slip(
            "only-b",
            lambda case: _bytes(case, "between", "came"),
            "you took NIC B alone. What A called outside was logged nowhere else.",
            _ENDS,
        ),
        Slip(
            "both-views-left-out",
            lambda case: _bytes(case, "out", "came"),
            "you left out both views of a connection. One of them counts.",
            _RIGHT,
        ),
    ),
    hints=(
        "Look for rows with the same addresses and ports at both NICs.",
        "A connection between A and B is logged at each of them; the view of its source counts.",
        "nsgkit.conversations(flows) marks the second views as folded: add the bytes of the others.",
    ),
    why="A connection between two logged NICs is in the logs twice, and its bytes count once.",
    see=_ENDS,
)

DOUBLE_COUNT = Exercise(
    name="double_count",
    level=2,
    skill="a connection seen at both ends",
    ask="Two NICs, A and B, were logged. How many connections began?",
    kind=WHOLE,
    make=_both_ends,
    right=lambda case: _number(case, "between", "out", "came"),
    code='nsgkit.conversations(flows).query("~folded")["counted_by"].count()',
    slips=(
        Slip(
            "every-view",
            lambda case: sum(map(begins, case.lines)),
            "you counted both views. An O row of A and an I row of B with the same addresses and ports are "
            "one connection.",
            _ENDS,
        ),
        Slip(
            "only-inbound",
            lambda case: _number(case, "between", "came"),
            "you counted inbound rows alone. What A called outside is inbound nowhere.",
            _ENDS,
        ),
        Slip(
            "only-outbound",
            lambda case: _number(case, "between", "out"),
            "you counted outbound rows alone. What came to B from outside is outbound nowhere.",
            _ENDS,
        ),
        Slip(
            "both-views-left-out",
            lambda case: _number(case, "out", "came"),
            "you left out both views of a connection. One of them counts.",
            _RIGHT,
        ),
        Slip(
            "pairs-as-connections",
            lambda case: len({tuple(line.fields[1:3]) for line in case.lines}),
            "you counted pairs of addresses. A calls B more than once, each time from another port.",
            _RIGHT,
        ),
    ),
    hints=(
        "Look for begin rows with the same addresses and ports at both NICs.",
        "A connection between A and B is logged at each of them; count it once.",
        "nsgkit.conversations(flows) marks the second views as folded: count the others.",
    ),
    why="The number of begin rows is not the number of connections where both ends are logged.",
    see=_ENDS,
)


def _nsg_then_vnet(rng: Random) -> Case:
    """Draw one NIC whose flow log was changed from NSG to VNet, with both on for a while."""
    own = inside(rng)

    def some(least: int, most: int, start: int, version: int) -> list[Tile]:
        return [
            connection(rng, start + integer(rng, 0, 500), outside(rng), own, version=version)
            for _ in range(integer(rng, least, most))
        ]

    before, both, after = some(1, 3, TEN, V2), some(2, 4, TEN + 600, V2), some(1, 3, TEN + 1200, V4)
    again = [replace(tile, version=V4) for tile in both]
    numbers = {"nsg": len(before), "both": len(both), "vnet": len(after)}
    return Case(in_order([*before, *both, *again, *after]), numbers)


def _of_families(case: Case, *of: str) -> int:
    return sum(case.facts[name] for name in of)


def _once(case: Case) -> int:
    return _of_families(case, "nsg", "both", "vnet")


def _twice(case: Case) -> int:
    return _once(case) + int(case.facts["both"])


_TWICE = "you counted a connection in each family. Look for the same addresses and ports in both."
_TWO_NICS = "you took each family for a NIC. Both logs are of NIC A."
_COUNT = "And a connection that is in both counts once."

BOTH_FAMILIES = Exercise(
    name="both_families",
    level=2,
    skill="NSG and VNet on one NIC",
    ask="How many connections began, and how many NICs logged them? Give both, such as (12, 3).",
    kind=together(WHOLE, WHOLE),
    make=_nsg_then_vnet,
    right=lambda case: (_once(case), 1),
    code='((~nsgkit.conversations(flows)["folded"]).sum(), flows["mac"].nunique())',
    slips=(
        Slip("every-view", lambda case: (_twice(case), 1), _TWICE, _HOLES),
        Slip("families-as-nics", lambda case: (_once(case), 2), _TWO_NICS, _HOLES),
        Slip(
            "families-as-nics",
            lambda case: (_twice(case), 2),
            f"{_TWO_NICS} {_COUNT}",
            _HOLES,
        ),
        Slip(
            "only-nsg",
            lambda case: (_of_families(case, "nsg", "both"), 1),
            "you counted the NSG log alone. The last connections are in the VNet log only.",
            _HOLES,
        ),
        Slip(
            "only-vnet",
            lambda case: (_of_families(case, "both", "vnet"), 1),
            "you counted the VNet log alone. The first connections are in the NSG log only.",
            _HOLES,
        ),
    ),
    hints=(
        "VNet rows count time in milliseconds, NSG rows in seconds. Compare addresses and ports.",
        "Rows of both families with the same addresses and ports, in the same second, are one connection.",
        'nsgkit.conversations(flows) has one view of each that is not folded; flows["mac"] says the NIC.',
    ),
    why="While both families log a NIC, each connection is written down twice.",
    see=_HOLES,
)
