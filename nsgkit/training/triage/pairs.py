"""What a pair of addresses is by its rhythm: a beacon, harmless clockwork, one long connection, or people."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import chain
from random import Random

from nsgkit.sample.company.network import ADMIN, CHAT, CLERKS, OFFICE, SAAS, TIME6
from nsgkit.sample.logging.connections import Connection
from nsgkit.sample.randomness import shuffled
from nsgkit.sample.scenes import incident, lookalikes, office, servers, shop
from nsgkit.training.answers import choice, together
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.triage.played import played
from nsgkit.training.triage.told import SAME_COMPANY, company_case, facts, world_of

Pair = tuple[str, str]
_ASKED = 6  # pairs in a question
_CALLS_HOME, _CLOCKWORK, _ONE, _PEOPLE = _WHAT = ("beacon", "clockwork", "long connection", "people")
_PLANTED = {"beacon": _CALLS_HOME, "monitoring": _CLOCKWORK, "long connection": _ONE}  # by kind of fact
_SCENES = (shop, office, servers, lookalikes, incident)
_LEAST = 10  # connections to a web site: of fewer nobody can say at which times people make them
_SITES = 3  # of them are among the pairs to draw from: there are a hundred
_HOME = "06-suspicious-patterns.ipynb#A-machine-calls-home"
_BEGIN = "03-know-your-flow-log.ipynb#Begin,-continuing,-end"
_LONG = "06-suspicious-patterns.ipynb#What-is-left:-long,-and-suddenly-more"


def _make(rng: Random) -> Case | None:
    """Draw six pairs: what calls home, where anything does, and at least one of each that is harmless."""
    case = company_case(rng)
    if case is None:
        return None
    what = _what_they_are(case, rng)
    kinds = [shuffled(rng, [pair for pair in what if what[pair] == kind]) for kind in _WHAT]
    first = [pair for pairs in kinds for pair in pairs[:1]]
    others = shuffled(rng, [pair for pair in what if pair not in first])
    pairs = shuffled(rng, [*first, *others][:_ASKED])
    named = "\n".join(f"({number}) {src} to {dst}" for number, (src, dst) in enumerate(pairs, 1))
    return replace(case, facts={**case.facts, "what": what}, asked={"pairs": pairs, "named": named})


def _what_they_are(case: Case, rng: Random) -> dict[Pair, str]:
    """Return what each pair is that is planted, and some that people make, in the order of addresses."""
    acted = [*chain.from_iterable(played(scene, world_of(case)) for scene in _SCENES)]
    found = dict.fromkeys([*_at_work(acted), *shuffled(rng, _web_sites(acted))[:_SITES]], _PEOPLE)
    for kind, what in _PLANTED.items():
        for each in facts(case, kind):
            found |= dict.fromkeys(_between(acted, each["entities"]), what)
    return dict(sorted(found.items()))


def _between(acted: list[Connection], ends: Mapping[str, list[str]]) -> set[Pair]:
    """Return the pairs of a fact, which names its source, its destination or both."""
    pairs = {(each.src, each.dst) for each in acted}
    return {
        (src, dst)
        for src, dst in pairs
        if src in ends.get("src_ip", [src]) and dst in ends.get("dst_ip", [dst])
    }


def _at_work(acted: list[Connection]) -> set[Pair]:
    """Return who works at a machine from afar."""
    return {(each.src, each.dst) for each in acted if each.src in (*CLERKS, ADMIN)}


def _web_sites(acted: list[Connection]) -> list[Pair]:
    """Return which web sites the workstations open, those that they open often."""
    desks = [host.ip for host in OFFICE]
    times = Counter((each.src, each.dst) for each in acted if each.src in desks and each.dst in SAAS)
    return sorted(pair for pair, number in times.items() if number >= _LEAST)


def _told(case: Case) -> list[str]:
    what: dict[Pair, str] = case.facts["what"]
    return [what[pair] for pair in case.asked["pairs"]]


def _taking(
    taken: str, for_this: str, which: Callable[[Pair], bool] = lambda _: True
) -> Callable[[Case], object]:
    """Return the mistake of taking the pairs that are one thing, or some of them, for another."""

    def answer(case: Case) -> object:
        told = _told(case)
        pairs = zip(case.asked["pairs"], told, strict=True)
        led = [for_this if what == taken and which(pair) else what for pair, what in pairs]
        return NOT_HERE if led == told else led

    return answer


def _to_the_clock(pair: Pair) -> bool:
    """Return whether it is the time service that is called, of which each machine asks seldom."""
    return pair[1] == TIME6


def _all_hostile(case: Case) -> object:
    """Return the answer of who takes all that is steady for hostile: not only time services."""
    steady = [pair for pair, what in zip(case.asked["pairs"], _told(case), strict=True) if what == _CLOCKWORK]
    return NOT_HERE if all(map(_to_the_clock, steady)) else _taking(_CLOCKWORK, _CALLS_HOME)(case)


def _rows_as_calls(case: Case) -> list[str]:
    """Return what the rows of a single connection look like as calls, by who else calls that address."""
    pairs = zip(case.asked["pairs"], _told(case), strict=True)
    as_calls = {CHAT: _CALLS_HOME}
    return [as_calls.get(pair[1], _CLOCKWORK) if what == _ONE else what for pair, what in pairs]


BEACON_OR_NOT = Exercise(
    name="beacon_or_not",
    level=3,
    skill="what a rhythm says, and what it does not",
    ask="Six pairs of source and destination:\n{named}\nWhat is each of them? A beacon: steady calls day and "
    "night from a machine of the company to an address outside that no other machine of the company calls. "
    "Clockwork: calls as steady, day and night, but from outside, or inside the company, or to an address "
    "outside that more than one of its machines calls. A long connection: a single one that lasts more than "
    "twelve hours. People: several connections at no steady beat, most of them in the working day. Some may "
    "be there more than once, and others not at all. Give six words in this order.",
    kind=together(*[choice(*_WHAT)] * _ASKED),
    make=_make,
    right=_told,
    code='pd.DataFrame(asked["pairs"], columns=["src_ip", "dst_ip"]).merge(pd.concat({'
    '"beacon": nsgkit.detections.beacons(conversations, network=network), '
    '"clockwork": nsgkit.detections.beacons(conversations, network=["0.0.0.0/0", "::/0"], to="anywhere", '
    "per_hour=0.25), "
    '"long connection": nsgkit.detections.long_connections(conversations, network=network, to="anywhere", '
    'hours=12)}, names=["what"]).reset_index("what").drop_duplicates(["src_ip", "dst_ip"]), how="left")'
    '["what"].fillna("people")',
    slips=(
        Slip(
            "regular-as-hostile",
            _all_hostile,
            "you took a steady beat for an enemy. Monitoring, probes and time services beat as steadily: "
            "look on which side the caller is, and who else calls that address.",
            _HOME,
        ),
        Slip(
            "shared-as-alone",
            _taking(_CLOCKWORK, _CALLS_HOME, _to_the_clock),
            "you looked at each pair by itself. More than one machine of the company calls that address in "
            "the same way, every two hours: a time service.",
            _HOME,
        ),
        Slip(
            "rows-as-calls",
            _rows_as_calls,
            "you took continuing rows for calls. They come every five minutes, and all belong to a single "
            "call that goes on: count begin rows.",
            _HOME,
        ),
        Slip(
            "hours-as-one",
            _taking(_PEOPLE, _ONE, lambda pair: pair[0] in CLERKS),
            "somebody's remote desktop is open for hours, too, but it is closed at noon and in the evening, "
            "and opened again: there is more than one.",
            _LONG,
        ),
        Slip(
            "seldom-as-irregular",
            _taking(_CLOCKWORK, _PEOPLE, _to_the_clock),
            "a call every two hours is seldom, and steady all the same: it comes at night as well, always at "
            "the same minute.",
            _HOME,
        ),
        Slip(
            "same-ports-as-one",
            _taking(_CLOCKWORK, _ONE, _to_the_clock),
            "these calls use the same ports each time, and begin and end each time: look at the begin rows, "
            "not at how many ports there are.",
            _BEGIN,
        ),
        Slip(
            "jitter-as-irregular",
            _taking(_CALLS_HOME, _PEOPLE),
            "the time between those calls varies around a middle on purpose, and they go on all night: no "
            "hand does that.",
            _HOME,
        ),
        Slip(
            "steady-as-harmless",
            _taking(_CALLS_HOME, _CLOCKWORK),
            "steady they are, all of them. But of one of these addresses a single machine alone knows, and "
            "it calls from inside.",
            _HOME,
        ),
    ),
    hints=(
        "Look at the begin rows of each pair: how many there are, at which hours, and the time from one to "
        "the next.",
        "First count connections: is there only one? Then ask whether they come at night as well. Then ask "
        "who else calls that address.",
        'asked["pairs"] has the pairs; nsgkit.detections.beacons says which are steady, and '
        'nsgkit.detections.long_connections which last, both with to="anywhere".',
    ),
    why="A rhythm says that a program calls, never whose program: who else knows the address says more.",
    see=_HOME,
    share=SAME_COMPANY,
)
