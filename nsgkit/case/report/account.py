"""What a case says, event by event: the account, the findings, the verdicts and the notes."""

from collections.abc import Mapping
from typing import Any

from nsgkit.case.contents import kind_of
from nsgkit.case.report.markup import Element, Inside, in_lines, link, moment, table, tag
from nsgkit.case.report.reading import Reading
from nsgkit.case.report.summary import NOTHING
from nsgkit.case.report.words import KINDS, from_to, spoken, value
from nsgkit.detections.form import many
from nsgkit.times import parse_time

_TOLD = ("star", "finding", "verdict", "note", "picture")
Event = Mapping[str, Any]


def account(reading: Reading) -> list[Inside]:
    """Return every event in the order in which what it is about happened; what is of no time comes last."""
    events = sorted(reading.of(*_TOLD), key=_when)
    timed = [_event(event) for event in events if event.get("first")]
    others = [_event(event) for event in events if not event.get("first")]
    if not events:
        return [tag("p", NOTHING)]
    beside = [tag("h3", "About no time, in the order in which it was written"), *others] if others else []
    return [*timed, *beside]


def findings(reading: Reading) -> list[Inside]:
    """Return each finding with its arithmetic, what would make it harmless, and all its verdicts."""
    made: list[Inside] = []
    for event in sorted(reading.of("finding"), key=_when):
        file = reading.cited[event["n"]]
        rows = [(label, value(told), unit, meaning) for label, told, unit, meaning in file.figures]
        made += [
            tag("h3", f"Line {event['n']}: ", kind_of(event["key"])),
            tag("p", event["told"], class_="told"),
        ]
        made += [tag("p", f"{file.harmless}.".replace("..", "."))] if file.harmless else []
        made += [tag("p", f"What is cited: {file.meant}")] if file.meant else []
        made += [table(["Figure", "Value", "Unit", "What it means"], rows, numbers=[1])]
        made += [tag("h4", "Verdicts"), _verdicts(reading, event["key"])]
    return made or [tag("p", f"{NOTHING} No finding was added to this case.")]


def verdicts(reading: Reading) -> list[Inside]:
    """Return all verdicts; the last about a finding holds, and those before it stay."""
    last = {event["key"]: event["n"] for event in reading.of("verdict")}
    rows = [
        [
            _line(event),
            moment(_at(event)),
            event["author"],
            event["verdict"],
            _holds(event, last),
            tag("span", *in_lines(event["why"])),
            event["told"],
        ]
        for event in reading.of("verdict")
    ]
    heads = ["Line", "Written (UTC)", "By", "Verdict", "Holds", "Why", "About"]
    return [table(heads, rows)] if rows else [tag("p", f"{NOTHING} No verdict was given.")]


def notes(reading: Reading) -> list[Inside]:
    """Return the notes in the order in which they were written."""
    found = [_event(event) for event in reading.of("note")]
    return [*found] or [tag("p", f"{NOTHING} There is no note.")]


def _event(event: Event) -> Element:
    number, kind = event["n"], event["event"]
    name = f"note-{number}" if kind == "note" else f"line-{number}"
    when = from_to(event["first"], event["last"]) if event.get("first") else "about no time"
    told = f"{event['verdict']}: {event['told']}" if kind == "verdict" else event.get("told", "")
    why = event.get("why") or event.get("text", "")
    return tag(
        "article", tag("h3", f"{when}  ", tag("span", KINDS[kind], class_="kind"), f"  line {number}"),
        *([tag("p", told, class_="told")] if told else []),
        *([tag("p", *in_lines(why), class_="why")] if why else []),
        tag("p", *_beside(event), class_="faint"), id=name,
    )  # fmt: skip


def _beside(event: Event) -> list[Inside]:
    said: list[Inside] = [f"Written by {event['author'] or 'somebody unnamed'}, {_at(event)} UTC."]
    if event.get("tags"):
        said.append(f" Tags: {', '.join(event['tags'])}.")
    if event.get("cited"):
        said += [" ", link(f"tuples-{event['n']}", many(event["cited"], "cited tuple")), "."]
    if event.get("query"):
        said += [" ", link(f"query-{event['n']}", "The query"), "."]
    if event["event"] == "finding":
        said += [" ", link("findings", "Its arithmetic"), "."]
    return said


def _verdicts(reading: Reading, key: str) -> Element:
    found = [event for event in reading.of("verdict") if event["key"] == key]
    if not found:
        return tag("p", "None was given yet.")
    rows = [
        [_line(event), moment(_at(event)), event["author"], event["verdict"],
         tag("span", *in_lines(event["why"])), "holds" if event is found[-1] else "replaced by a later one"]
        for event in found
    ]  # fmt: skip
    return table(["Line", "Written (UTC)", "By", "Verdict", "Why", "State"], rows)


def _holds(event: Event, last: Mapping[str, int]) -> str:
    return "yes" if last[event["key"]] == event["n"] else f"no, line {last[event['key']]} does"


def _line(event: Event) -> Element:
    return link(f"line-{event['n']}", str(event["n"]))


def _at(event: Event) -> str:
    return spoken(event["at"][:19] + "Z")


def _when(event: Event) -> tuple[bool, float, float, int]:
    if not event.get("first"):
        return (True, 0.0, 0.0, event["n"])
    first, last = (parse_time(event[name] or event["first"], name).timestamp() for name in ("first", "last"))
    return (False, first, last, event["n"])
