"""The report's summary: who wrote what, when, of which logs; and how the case is checked."""

from collections import Counter
from collections.abc import Sequence

from nsgkit.case.report.markup import Element, Inside, listed, tag
from nsgkit.case.report.reading import Reading
from nsgkit.case.report.words import KINDS, from_to, one_by_one, spoken
from nsgkit.detections.form import many

NOTHING = "Nothing was written yet."
_COUNTED = ("star", "finding", "verdict", "note", "picture")


def facts(rows: Sequence[tuple[str, Inside]]) -> Element:
    """Return a table of facts: what it is, and what is so."""
    body = (tag("tr", tag("th", name, scope="row"), tag("td", told)) for name, told in rows)
    return tag("table", tag("tbody", *body), class_="facts")


def summary(reading: Reading) -> list[Inside]:
    """Return who wrote what, when, of which logs."""
    first, last = next(reading.of("opened")), reading.lines[-1].event
    authors = Counter(line.event["author"] for line in reading.lines if line.event.get("author"))
    by = ", ".join(f"{name} ({many(count, 'line')})" for name, count in sorted(authors.items()))
    logs = [event["told"] for event in reading.of("evidence")]
    rows: list[tuple[str, Inside]] = [
        ("Begun", f"{spoken(first['at'])} UTC, with {first['tool']}"),
        ("Last written", f"{spoken(last['at'])} UTC, line {last['n']}"),
        ("Written by", by or "unknown"),
        ("Holds", _counts(reading)),
        ("Time that it is about", _span(reading)),
        ("Cites", _cites(reading)),
        ("Logs", logs[-1] if logs else "The case does not say which."),
        ("Head", tag("code", reading.head)),
    ]
    empty = [] if any(reading.of(*_COUNTED)) else [tag("p", f"{NOTHING} The case is empty: this says nothing "
                                                            "about what the logs hold.")]  # fmt: skip
    return [*empty, facts(rows), *_interrupted(reading)]


def checking(reading: Reading) -> list[Inside]:
    """Return how anyone can check the case with the tools that every machine has."""
    return [
        tag("p", "The case is a folder of plain files. Each line of case.jsonl holds, as prev, the "
            "SHA-256 of "
                 "the line before it, so no line can be changed, taken out or put in without breaking all "
                 "later ones. The head is the SHA-256 of the last line, without its line break:"),
        tag("pre", "tail -n 1 case.jsonl | tr -d '\\n' | sha256sum"),
        tag("p", "It must give ", tag("code", reading.head), ". Write it down elsewhere: then nobody can cut "
            "lines off, or "
                 "write the case anew."),
        listed([
            "Every file below files/ is called by the SHA-256 of its bytes, and the lines name them.",
            "To check a raw tuple, look for its text in the blob that is named; to check "
            "the blob, compare its "
            "SHA-256 with the one under Cited blobs.",
            "python -m nsgkit verify FOLDER checks a whole bundle, and nsgkit.case.open(FOLDER).report(PATH) "
            "makes this report of it again, byte for byte.",
        ]),
    ]  # fmt: skip


def _counts(reading: Reading) -> str:
    found = Counter(line.event["event"] for line in reading.lines)
    kinds = [many(found[kind], KINDS[kind].lower()) for kind in _COUNTED]
    return f"{one_by_one(kinds)}; {many(len(reading.lines), 'line')} in all"


def _span(reading: Reading) -> str:
    span = reading.span()
    return from_to(*span) if span else "Nothing is cited yet."


def _cites(reading: Reading) -> str:
    found = reading.tuples()
    if not found:
        return "Nothing is cited yet."
    blobs = {(each.blob, each.blob_sha256) for each in found}
    twice = sum(len(numbers) > 1 for numbers in found.values())
    beside = f", {twice:,} of them in more than one line" if twice else ""
    return f"{many(len(found), 'raw tuple')} of {many(len(blobs), 'blob')}{beside}"


def _interrupted(reading: Reading) -> list[Inside]:
    """Return what was cut off, and which lines a later version wrote."""
    known = {*KINDS, "drawn", "recovered"}
    said = [
        f"Line {event['n']}: a line was being written when the process ended, and was taken "
        f"off: {event['cut']}"
        for event in reading.of("recovered")
    ]
    said += [
        f"Line {line.event['n']} is of a kind that this version does not know: {line.event['event']}"
        for line in reading.lines
        if line.event["event"] not in known
    ]
    return [listed(said)] if said else []
