"""What a case rests on: the cited tuples, their blobs, the logs, the files about the network, the queries."""

from collections.abc import Mapping
from typing import Any

from nsgkit.case.contents import Blob, Cited, CitedFile
from nsgkit.case.report.markup import Element, Inside, in_lines, listed, table, tag
from nsgkit.case.report.reading import Reading
from nsgkit.case.report.summary import NOTHING
from nsgkit.case.report.words import KINDS, spoken
from nsgkit.detections.form import many

_HEADS = ("Time (UTC)", "Record", "Tuple", "Raw tuple")
_FROM = ("account", "container", "state", "etag", "created", "modified")


def cited_tuples(reading: Reading) -> list[Inside]:
    """Return every raw tuple that is cited, line by line of the case, each under its blob."""
    made: list[Inside] = [
        tag("p", "Records and tuples are counted from 0. A tuple's time and text are as the blob has them.")
    ]
    for event in reading.of("star", "finding"):
        file = reading.cited[event["n"]]
        title = f"Line {event['n']}, {KINDS[event['event']].lower()}: {many(len(file.tuples), 'raw tuple')}"
        made += [
            tag("h3", title, id=f"tuples-{event['n']}"),
            tag("p", event["told"], class_="told"),
            _tuples(file),
        ]
    return made if reading.cited else [tag("p", f"{NOTHING} Nothing is cited.")]


def blobs(reading: Reading) -> list[Inside]:
    """Return the blobs that are cited, with their SHA-256 and where they came from."""
    known = {(blob.name, blob.sha256): blob for logs in reading.evidence.values() for blob in logs.blobs}
    counts: dict[tuple[str, str | None], int] = {}
    for each in reading.tuples():
        counts[each.blob, each.blob_sha256] = counts.get((each.blob, each.blob_sha256), 0) + 1
    rows: list[list[Inside]] = [
        [
            tag("code", name),
            tag("code", digest or "unknown"),
            f"{count:,}",
            _source(known.get((name, digest))),
        ]
        for (name, digest), count in sorted(counts.items(), key=str)
    ]
    heads = ["Blob", "SHA-256 of its stored bytes", "Cited tuples", "Where it came from"]
    return [table(heads, rows, numbers=[2])] if rows else [tag("p", f"{NOTHING} Nothing is cited.")]


def coverage(reading: Reading) -> list[Inside]:
    """Return what the logs are, as they said it themselves, each time that they were others."""
    made: list[Inside] = []
    for event in reading.of("evidence"):
        logs = reading.evidence[event["n"]]
        made += [
            tag(
                "h3",
                f"Line {event['n']}, {spoken(event['at'][:19] + 'Z')} UTC, opened by {event['author']}",
            ),
            tag("p", event["told"]), tag("pre", *in_lines("\n".join(logs.said))),
        ]  # fmt: skip
        if logs.set_aside:
            made += [tag("h4", f"{many(len(logs.set_aside), 'file')} set aside: not read as flow logs")]
            made += [table(["File", "Why"], [(each.name, each.reason) for each in logs.set_aside])]
    return made or [tag("p", "The case does not say which logs it rests on.")]


def network_files(reading: Reading) -> list[Inside]:
    """Return the files that tell of addresses, of which the case has copies."""
    made: list[Inside] = []
    for event in reading.of("network"):
        rows = [[each["name"], tag("code", each["sha256"]), f"{each['size']:,}"] for each in event["files"]]
        made += [tag("p", f"Line {event['n']}, {spoken(event['at'][:19] + 'Z')} UTC: {event['told']}")]
        made += [table(["File", "SHA-256", "Bytes"], rows, numbers=[2])] if rows else []
    return made or [tag("p", "None was given: addresses have no names in this case.")]


def queries(reading: Reading) -> list[Inside]:
    """Return the calls that made what is cited, to be run again."""
    found = [event for event in reading.of(*KINDS) if event.get("query")]
    items = [
        tag("span", f"Line {e['n']}: ", tag("code", *in_lines(e["query"])), id=f"query-{e['n']}")
        for e in found
    ]
    return [listed(items)] if items else [tag("p", "No query was given with any line.")]


def _tuples(file: CitedFile) -> Element:
    by_blob: dict[tuple[str, str | None], list[Cited]] = {}
    for each in sorted(file.tuples, key=lambda each: (each.time, each.blob, each.record, each.tuple)):
        by_blob.setdefault((each.blob, each.blob_sha256), []).append(each)
    columns = [tag("col", class_=name) for name in ("time", "place", "place", "raw")]
    head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in _HEADS)))
    bodies = [tag("tbody", _blob_row(*blob), *map(_tuple_row, held)) for blob, held in by_blob.items()]
    return tag("table", tag("colgroup", *columns), head, *bodies, class_="tuples")


def _blob_row(name: str, digest: str | None) -> Element:
    inside: list[Inside] = [tag("code", name), tag("br"), "SHA-256 ", tag("code", digest or "unknown")]
    return tag("tr", tag("th", *inside, colspan=4, scope="rowgroup"))


def _tuple_row(each: Cited) -> Element:
    places = (tag("td", str(number), class_="number") for number in (each.record, each.tuple))
    return tag("tr", tag("td", spoken(each.time)), *places, tag("td", each.raw, class_="raw"))


def _source(blob: Blob | None) -> str:
    """Return where a blob came from, as the evidence folder says it."""
    if blob is None:
        return "unknown: no line about the logs has it"
    held: Mapping[str, Any] = blob.source or {}
    told = ", ".join(f"{name} {held[name]}" for name in _FROM if held.get(name))
    return told or "a file that was given: no evidence folder says where it came from"
