"""A whole story: its events in the order in which they begin, among everyday ones, and what no log shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pandas as pd

from nsgkit.analyses.filters.select import query
from nsgkit.sample.randomness import pick, shuffled
from nsgkit.training.answers import choice, together
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.triage.told import SAME_COMPANY, company_case, company_of, entered

_EVENTS = "08-forensic-timeline.ipynb#What-the-intruder-did,-event-by-event"
_LETTERS = "ABCDEFGH"
_STORY_EVENTS, _OTHERS = 4, 3  # and one that no flow log shows
_APART = pd.Timedelta("2min")
_TERMS = {"src_ip": "src", "dst_ip": "dst", "dst_port": "dst_port"}
_WON = "brute force succeeded"
_STORY = (
    "probe", "denied attempts", "brute force", _WON, "beacon", "horizontal scan", "lateral movement",
    "large upload",
)  # fmt: skip
_EVERYDAY = ("backup", "scan", "updates", "long connection", "rule opened")
_MOST_NAMED = 3  # addresses in a sentence
_SHARES = 445  # the scan asks for it, before the file server is entered through it

Fact = Mapping[str, Any]
Order = tuple[str, ...]


def _draw(rng: Random) -> Case | None:
    """Draw seven events that the logs show, well apart from each other, and one that they cannot show."""
    case = company_case(rng, entered)
    if case is None:
        return None
    told = case.facts["truth"]["facts"]
    chosen = _apart(shuffled(rng, [each for each in told if _in_story(each)]), _STORY_EVENTS, [])
    chosen = _apart(shuffled(rng, [each for each in told if _everyday(each)]), _OTHERS, chosen)
    if len(chosen) < _STORY_EVENTS + _OTHERS:
        return None  # too many begin within the same minutes
    pair = pick(rng, [each for each in told if {"src_ip", "dst_ip"} <= _named(each).keys()])
    return _lettered(case, shuffled(rng, _LETTERS), chosen, _named(pair))


def _lettered(case: Case, letters: Sequence[str], chosen: list[Fact], pair: dict[str, str]) -> Case:
    *seen, unseen = letters
    ping = f"{pair['src_ip']} first sends a ping (ICMP) to {pair['dst_ip']}"
    words = {letter: _sentence(each) for letter, each in zip(seen, chosen, strict=True)} | {unseen: ping}
    events = {letter: _filter(each) for letter, each in zip(seen, chosen, strict=True)}
    events[unseen] = f"src:{pair['src_ip'].replace(' or ', ',')} dst:{pair['dst_ip']} protocol:ICMP"
    began = {letter: _time(each) for letter, each in zip(seen, chosen, strict=True)}
    asked = {
        "told": "\n".join(f"({letter}) {words[letter]}" for letter in _LETTERS),
        "events": {letter: events[letter] for letter in _LETTERS},
    }
    return replace(case, facts={**case.facts, "began": began, "unseen": unseen}, asked=asked)


def _in_story(fact: Fact) -> bool:
    """Tell what the attackers do, where its first row is the first of its addresses, port and decision."""
    again = fact["kind"] == "lateral movement" and _SHARES in fact["entities"]["dst_port"]
    return not fact["harmless"] and fact["kind"] in _STORY and not again


def _everyday(fact: Fact) -> bool:
    """Tell what is harmless and begins within the logs: the replica's connection does not."""
    before = fact["kind"] == "long connection" and "dst_ip" not in fact["entities"]
    return bool(fact["harmless"]) and fact["kind"] in _EVERYDAY and not before


def _apart(facts: list[Fact], number: int, chosen: list[Fact]) -> list[Fact]:
    """Return what was chosen and `number` more of these, none of which begins near another."""
    most, chosen = len(chosen) + number, [*chosen]
    for each in facts:
        near = any(abs(_time(each) - _time(other)) < _APART for other in chosen)
        if len(chosen) < most and not near:
            chosen.append(each)
    return chosen


def _time(fact: Fact) -> pd.Timestamp:
    return pd.Timestamp(fact["first"])


def _named(fact: Fact) -> dict[str, str]:
    """Return what an event is known by: not the hundred addresses that a scan went through."""
    entities = fact["entities"].items()
    named = {name: values for name, values in entities if name in _TERMS and len(values) <= _MOST_NAMED}
    return {name: " or ".join(map(str, values)) for name, values in named.items()}


def _filter(fact: Fact) -> str:
    """Return the event as a filter for `nsgkit.query`."""
    terms = [f"{_TERMS[name]}:{value.replace(' or ', ',')}" for name, value in _named(fact).items()]
    if fact["kind"] == _WON:
        return " ".join([*terms, "duration>60"])
    return " ".join([*terms, *fact["entities"].get("decision", ())])


def _sentence(fact: Fact) -> str:
    named = {"src_ip": "any machine", "dst_ip": "any address"} | _named(fact)
    if fact["kind"] == _WON:
        return "{src_ip} begins its first connection to {dst_ip} that lasts more than a minute".format(
            **named
        )
    decision = fact["entities"].get("decision", [""])[0]
    verb = {"denied": "is first denied at", "allowed": "is first let in at"}.get(decision, "first calls")
    door = f"port {named['dst_port']} of " if "dst_port" in named else ""
    return f"{named['src_ip']} {verb} {door}{named['dst_ip']}"


def _in_order(case: Case) -> Order:
    began = case.facts["began"]
    return (*sorted(began, key=began.__getitem__), case.facts["unseen"])


def _by_clock(case: Case) -> Order:
    """Put them in the order of the day's hours: the date is left out."""
    began = case.facts["began"]
    return (*sorted(began, key=lambda letter: began[letter].time()), case.facts["unseen"])


def _newest_first(case: Case) -> Order:
    *seen, unseen = _in_order(case)
    return (*reversed(seen), unseen)


def _by_last_row(case: Case) -> Order:
    return _by(case, case.asked["events"], "last", "max")


def _by_address(case: Case) -> Order:
    """Put them in the order in which their addresses first met, whatever the port and the decision."""
    ends = {letter: _ends(text) for letter, text in case.asked["events"].items()}
    return _by(case, ends, "first", "min")


def _ends(event: str) -> str:
    """Return the filter without what tells the event from others of its addresses, where it names both."""
    terms = event.split()
    both = sum(term.startswith(("src:", "dst:")) for term in terms) > 1
    kept = [term for term in terms if term.startswith(("src:", "dst:", "protocol:"))]
    return " ".join(kept if both else terms)


def _by(case: Case, filters: Mapping[str, str], column: str, which: str) -> Order:
    table = company_of(case).conversations
    times = {letter: query(table, text)[column].agg(which) for letter, text in filters.items()}
    return tuple(pd.Series(times).sort_values(kind="stable").index)


def _mistakes(case: Case) -> Iterator[tuple[str, Order]]:
    """Yield where each way of ordering leads to, if it is elsewhere than the ones before it."""
    before = {_in_order(case)}
    for way in (_by_clock, _newest_first, _by_last_row, _by_address):
        if (order := way(case)) not in before:
            yield way.__name__, order
        before.add(order)


def _led(way: str) -> Any:
    return lambda case: dict(_mistakes(case)).get(way, NOT_HERE)


TIMELINE = Exercise(
    name="timeline",
    level=3,
    skill="events in their order",
    ask="Somebody got into this company. Put these eight events in order, each by its first row in the "
    "logs; some belong to the attack, and some to every day.\n{told}\nOne of them would leave no row in any "
    "flow log: give its letter last. Eight letters, such as ['H', 'G', 'F', 'E', 'D', 'C', 'B', 'A'].",
    kind=together(*[choice(*_LETTERS)] * len(_LETTERS)),
    make=_draw,
    right=_in_order,
    code="pd.Series({letter: nsgkit.query(conversations, event)['first'].min() "
    "for letter, event in asked['events'].items()}).sort_values().index",
    slips=(
        Slip(
            "date-left-out",
            _led("_by_clock"),
            "you ordered by the hour of the day. These logs hold two days: the date comes first.",
            _EVENTS,
        ),
        Slip(
            "newest-first",
            _led("_newest_first"),
            "these run backwards, the newest first. Asked is what came first.",
            _EVENTS,
        ),
        Slip(
            "last-row-for-first",
            _led("_by_last_row"),
            "you ordered by the last row of each event. What lasts long begins long before it ends.",
            _EVENTS,
        ),
        Slip(
            "address-for-event",
            _led("_by_address"),
            "you took the first row between the same addresses. Look at port, decision and duration as well: "
            "who is denied at first may be let in hours later.",
            _EVENTS,
        ),
    ),
    hints=(
        "Look for the first row of each event, and write down its date and time.",
        "An event is told by its addresses, its port and its decision together; ping is ICMP, which neither "
        "family of flow logs holds.",
        "asked['events'] has each event as a filter: nsgkit.query(conversations, event)['first'].min().",
    ),
    why="An account gives the order of what the logs show, and says what they could not have shown.",
    see=_EVENTS,
    share=SAME_COMPANY,
)
