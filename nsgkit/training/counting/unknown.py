"""What is not known: no counter is no zero, and a part is no whole."""

from dataclasses import replace
from random import Random

from nsgkit.sample.randomness import chance_of, integer
from nsgkit.training.answers import WHOLE, amount, choice, together
from nsgkit.training.counting.reading import added, counters
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.given import UNKNOWN
from nsgkit.training.lines import V1, V2, V4
from nsgkit.training.tiles import TEN, Tile, connection, denial, in_order, inside, outside

_EMPTY = "03-know-your-flow-log.ipynb#Empty,-and-zero"
_STATES = "03-know-your-flow-log.ipynb#Begin,-continuing,-end"
_CHANGE = "03-know-your-flow-log.ipynb#The-hour-in-which-the-version-changes"
_RIGHT = "04-traffic-distribution.ipynb#Counting-right"
_DENIED = "03-know-your-flow-log.ipynb#Denied,-in-both-families"
_NOTHING = (0, 0, 0, 0)


def _some(rng: Random, own: str, number: int, **how: object) -> list[Tile]:
    return [
        connection(rng, TEN + integer(rng, 0, 900), outside(rng), own, **how)  # type: ignore[arg-type]
        for _ in range(number)
    ]


def _half_known(rng: Random) -> Case:
    """Draw connections with and without counters; now and then none has any."""
    own = inside(rng)
    begun = [replace(tile, parts=None) for tile in _some(rng, own, integer(rng, 1, 3))]
    empty = [replace(tile, parts=(None,)) for tile in _some(rng, own, integer(rng, 1, 2))]
    number = 0 if chance_of(rng, 10) else integer(rng, 2, 3)
    known = [tile for _ in range(number) for tile in _some(rng, own, 1, parts=integer(rng, 1, 3))]
    facts = {"sizes": [sum(tile.bytes) for tile in known], "all": len([*known, *begun, *empty])}
    return Case(in_order([*known, *begun, *empty]), facts)


def _mean(case: Case) -> float | str:
    sizes = case.facts["sizes"]
    return sum(sizes) / len(sizes) if sizes else UNKNOWN


def _counted_rows(case: Case) -> int:
    return sum(any(counters(line)) for line in case.lines)


MEAN = Exercise(
    name="mean",
    level=2,
    skill="unknown is not zero",
    ask="How many bytes did a connection carry on average, both ways, of those whose size the rows tell?",
    kind=amount(0.001),
    make=_half_known,
    right=_mean,
    code='nsgkit.conversations(flows).filter(like="bytes_").sum(axis="columns", min_count=2).mean()',
    slips=(
        Slip(
            "unknown-as-zero",
            lambda case: sum(case.facts["sizes"]) / case.facts["all"],
            "you counted connections without counters as if they had carried nothing. Leave them out.",
            _EMPTY,
        ),
        Slip(
            "mean-of-rows",
            lambda case: added(case.lines) / _counted_rows(case) if case.facts["sizes"] else NOT_HERE,
            "you divided by rows. That is the mean of an increment, not of a connection.",
            _STATES,
        ),
        Slip(
            "total-for-mean",
            lambda case: added(case.lines) if case.facts["sizes"] else NOT_HERE,
            "that is all of them together.",
            _RIGHT,
        ),
    ),
    hints=(
        "Look which connections have a row with counters, and which have none.",
        "A connection without counters is left out, also of the number. Where none is left, say unknown.",
        "nsgkit.conversations(flows) has the bytes of each, and null where they are not known: take .mean().",
    ),
    why="No counter is no zero: a mean is of what is known, and says of how many.",
    see=_EMPTY,
)


def _all_sorts(rng: Random) -> Case:
    """Draw connections that are counted, counted as nothing, and not counted, in three formats."""
    own = inside(rng)
    sized = _some(rng, own, integer(rng, 1, 3))
    zero = [replace(tile, parts=(_NOTHING,)) for tile in _some(rng, own, integer(rng, 1, 2))]
    zero += [
        replace(tile, parts=(_NOTHING,), version=V4, nic="C") for tile in _some(rng, own, integer(rng, 0, 1))
    ]
    begun = [replace(tile, parts=None) for tile in _some(rng, own, integer(rng, 1, 2))]
    begun += [replace(tile, parts=None, version=V4, nic="C") for tile in _some(rng, own, integer(rng, 0, 1))]
    empty = [replace(tile, parts=(None,)) for tile in _some(rng, own, integer(rng, 0, 2))]
    old = _some(rng, own, integer(rng, 1, 3), version=V1, nic="B")
    refused = [denial(rng, TEN + integer(rng, 0, 900), own) for _ in range(integer(rng, 1, 2))]
    lines = in_order([*sized, *zero, *begun, *empty, *old, *refused])
    facts = {"begun": len(begun), "empty": len(empty), "old": len(old)}
    return Case(lines, facts | {"zero": len(zero), "denied": len(refused)})


def _unknown(case: Case) -> int:
    return sum(case.facts[name] for name in ("begun", "empty", "old"))


SHARE_UNKNOWN = Exercise(
    name="share_unknown",
    level=2,
    skill="unknown is not zero",
    ask="Of how many connections is the size unknown?",
    kind=WHOLE,
    make=_all_sorts,
    right=_unknown,
    code='nsgkit.conversations(flows).query("decision == \'allowed\'")["bytes_src_to_dst"].isna().sum()',
    slips=(
        Slip(
            "unknown-as-zero",
            lambda _case: 0,
            "you took an empty field for a zero. It says that nothing is known.",
            _EMPTY,
        ),
        Slip(
            "zero-as-unknown",
            lambda case: _unknown(case) + case.facts["zero"],
            "you took a zero on an end row for unknown. There it was counted, and came to nothing.",
            _EMPTY,
        ),
        Slip(
            "old-version-left-out",
            lambda case: _unknown(case) - case.facts["old"],
            "you left out the short rows. Their version has no counters, whatever was carried.",
            _EMPTY,
        ),
        Slip(
            "denied-as-unknown",
            lambda case: _unknown(case) + case.facts["denied"],
            "you counted denied attempts. They began nothing, so there is no size to know.",
            _DENIED,
        ),
        Slip(
            "empty-rows-as-connections",
            lambda case: sum(line.version == V2 and line.fields[9:13] == [""] * 4 for line in case.lines),
            "you counted rows with empty counters. Each begin row is one, also where counters follow.",
            _EMPTY,
        ),
    ),
    hints=(
        "Take each connection by its ports, and look whether a C or E row of it has a counter.",
        "A begin row counts nothing yet. On an end row a zero is a count, and an empty field is not.",
        "nsgkit.conversations(flows) has null for the bytes that are not known: count these of the allowed.",
    ),
    why="A sum of bytes is worth as much as the number of connections that it does not know.",
    see=_EMPTY,
)


def _with_orphan(rng: Random) -> Case:
    """Draw connections, one of which began before the rows; in one case of three it has no counters."""
    own, blank = inside(rng), chance_of(rng, 35)
    tiles = _some(rng, own, integer(rng, 2, 5))
    parts = integer(rng, 1, 3)
    orphan = _some(rng, own, 1, parts=parts, begun=False, ended=parts == 1 or chance_of(rng, 60))[0]
    if blank:
        orphan = replace(orphan, parts=(None,) * parts)
    size = UNKNOWN if blank else "at least"
    return Case(in_order([*tiles, replace(orphan, start=TEN - 200)]), {"begun": len(tiles), "size": size})


ORPHAN = Exercise(
    name="orphan",
    level=2,
    skill="what began before the logs",
    ask="How many connections began in these rows? One more began before them: is its size exact, "
    "at least what its rows add up to, or unknown? Give both, such as (12, 'exact').",
    kind=together(WHOLE, choice("exact", "at least")),
    make=_with_orphan,
    right=lambda case: (case.facts["begun"], case.facts["size"]),
    code="((c := nsgkit.conversations(flows))['counted_by'].count(), "
    "c[c['state'] == 'orphan']['bytes_src_to_dst'].notna().map({True: 'at least', False: 'unknown'}))",
    slips=(
        Slip(
            "continuing-as-connection",
            lambda case: (case.facts["begun"] + 1, case.facts["size"]),
            "you counted a connection whose begin row is not here. It belongs to the hours before.",
            _CHANGE,
        ),
        Slip(
            "part-as-whole",
            lambda case: (case.facts["begun"], "exact"),
            "you took a part for the whole. What was carried before these rows is not in them.",
            _CHANGE,
        ),
        Slip(
            "continuing-as-connection",
            lambda case: (case.facts["begun"] + 1, "exact"),
            "you counted a connection whose begin row is not here, and took its part for the whole.",
            _CHANGE,
        ),
        Slip(
            "unknown-as-zero",
            lambda case: (case.facts["begun"], "at least") if case.facts["size"] == UNKNOWN else NOT_HERE,
            "you summed up empty fields. Where nothing was counted there is no sum, not even a low one.",
            _EMPTY,
        ),
        Slip(
            "part-as-nothing",
            lambda case: (case.facts["begun"], UNKNOWN) if case.facts["size"] != UNKNOWN else NOT_HERE,
            "its rows here have counters. They tell a part, and the whole is no smaller.",
            _STATES,
        ),
    ),
    hints=(
        "Look for ports that have a C or an E, and no B.",
        "What began before is counted there, not here. Its counters here are a part of it, if it has any.",
        "nsgkit.conversations(flows) says orphan as its state; counted_by is null where no row counts it.",
    ),
    why="A connection is counted where it begins; a part of it says how much it was, or more.",
    see=_CHANGE,
)
