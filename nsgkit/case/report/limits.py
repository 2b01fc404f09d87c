"""What the logs cannot show for one case: sentences, each of which a reader can check."""

import itertools
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from nsgkit.case.contents import Evidence, Row
from nsgkit.case.report.holes import Hole, Sorted, holes, sort_out
from nsgkit.case.report.reading import Reading
from nsgkit.case.report.words import from_to, one_by_one, short
from nsgkit.detections.form import many
from nsgkit.schema import DROPPED

_MASKED = "xxx"  # in addresses that were masked at the source


class Limit(NamedTuple):
    """One kind of limit: what it is about, and what is to be said of it."""

    about: str
    said: list[str]


ALWAYS = (
    "A flow log tells who called whom, when, by which rule it was decided, and how much was sent. It never "
    "tells what was sent, which program sent it, or who sat at the machine.",
    "An address is not a person or a machine: many can share one, and one machine can have "
    "several, one after "
    "the other. Names of addresses come from the files about the network, as they were when they were given.",
    "What never passed a NIC that is logged is not in these logs.",
)


def limits(reading: Reading) -> list[Limit]:
    """Return what the logs cannot show for this case, all kinds of limits, also those that say: none."""
    logs = reading.logs
    if logs is None:
        return [Limit("Logs", ["The case does not say which logs it rests on."])]
    rows = [*reading.rows()]
    return [
        Limit("The time of the logs", [*_span(reading, logs)]),
        Limit("Hours and minutes without rows", _holes(sort_out(reading, holes(logs)))),
        Limit("Sizes", [*_counters(rows)]),
        Limit("Begins and ends", [*_ends(rows)]),
        Limit("Kinds of rows that were not written", [*_kinds(logs, rows)]),
        Limit("What could not be read", [*_unread(reading, logs)]),
        Limit("Old formats, masks and encryption", [*_formats(rows)]),
        Limit("What is cited of more", [*_cut(reading)]),
        Limit("Whether the logs stayed the same", [*changes(reading)]),
    ]


def _span(reading: Reading, logs: Evidence) -> Iterator[str]:
    if logs.first is None:
        yield "The logs have no flow rows."
        return
    yield f"The logs tell of {from_to(logs.first, logs.last)}: what was before and after is unknown."
    if logs.asked:
        yield f"Only a part of the logs was read: {logs.asked}."
    span = reading.span()
    if span and (span[0] < logs.first or (logs.last and span[1] > logs.last)):
        yield f"What is cited reaches beyond it ({from_to(*span)}): the logs were others when it was cited."


def _holes(found: Sorted) -> list[str]:
    sides = (
        (found.both, "Touches this case, a NIC that it cites within its time"),
        (found.time, "Within the time of this case, at another NIC"),
        (found.place, "At a NIC that this case cites, before or after its time"),
    )
    said = [f"{words}: {hole.told}" for side, words in sides for hole in side]
    none = [] if found.both else [
        "None touches this case: no gap, stop or silence of a NIC that it cites lies "
                                  "within its time."]  # fmt: skip
    others = [f"{many(len(found.elsewhere), 'more such time')} elsewhere, before or after this case."]
    return [*none, *said, *(others if found.elsewhere else [])]


def _counters(rows: Iterable[Row]) -> Iterator[str]:
    whole = [row for row in rows if row.whole and row.decision == "allowed" and not row.folded]
    ways = [(row.bytes_src_to_dst, row.bytes_dst_to_src) for row in whole]
    unknown = sum(way == (None, None) for way in ways)
    half = sum((there is None) != (back is None) for there, back in ways)
    if not whole:
        yield "No allowed connection is cited, so no size is in question."
    elif unknown or half:
        yield (
            f"{unknown:,} of the {many(len(whole), 'allowed connection')} that are cited "
            "have no counter at "
            f"all: how much they carried is unknown, not nothing. {half:,} have counters in "
            "one direction only."
        )
    else:
        yield (
            f"All {many(len(whole), 'allowed connection')} that are cited have counters in both directions."
        )
    if stateless := sum(row.stateless for row in whole):
        yield (
            f"{many(stateless, 'cited connection')} went under a rule that seems to be "
            "logged without state: "
            "begin rows only, so neither sizes nor ends are known."
        )


def _ends(rows: Iterable[Row]) -> Iterator[str]:
    whole = [row for row in rows if row.whole and not row.folded]
    opens, orphans = (sum(row.state == state for row in whole) for state in ("open", "orphan"))
    if opens:
        yield (
            f"Of {many(opens, 'cited connection')} the end is not in the logs: it lasted "
            "longer, or its end was lost."
        )
    if orphans:
        yield (
            f"Of {many(orphans, 'cited connection')} the begin is not in the logs: it began "
            "earlier, or its begin was lost."
        )
    if not (opens or orphans):
        yield "Of every cited connection whose state is logged, both begin and end are in the logs."
    if unknown := sum(row.state is None for row in whole):
        yield (
            f"Of {many(unknown, 'cited connection')} the log does not tell begin and end (format version 1)."
        )
    if single := sum(not row.whole for row in rows):
        yield (
            f"{many(single, 'flow row')} were cited singly: whether more belongs to their connections is "
            "not said."
        )


def _kinds(logs: Evidence, rows: Iterable[Row]) -> Iterator[str]:
    cited = {row.flow_log for row in rows}
    for kinds in logs.record_types:
        if kinds.meaning:
            where = "cited here" if kinds.flow_log in cited else "not cited here"
            yield f"The flow log {short(kinds.flow_log)} ({where}) has {kinds.meaning}."
    if not any(kinds.meaning for kinds in logs.record_types):
        yield "Every flow log wrote all kinds of rows: begin, continuing, end and denied."


def _unread(reading: Reading, logs: Evidence) -> Iterator[str]:
    cited = {each.blob for each in reading.tuples()}
    inside = [blob for blob in logs.blobs if blob.name in cited]
    rejects, unread = sum(blob.rejects for blob in inside), sum(blob.unread for blob in inside)
    if rejects or unread:
        yield (
            f"In the blobs that are cited, {many(rejects, 'tuple')} were rejected and "
            f"{many(unread, 'piece')} could not be read: what they say is not among the rows."
        )
    else:
        yield "In the blobs that are cited, every tuple was read."
    others = sum(blob.rejects + blob.unread for blob in logs.blobs) - rejects - unread
    if others:
        what = "tuple or piece" if others == 1 else "tuples or pieces"
        yield f"{others:,} {what} of other blobs could not be read."
    for blob in inside:
        if not blob.complete or blob.begins_in_middle:
            part = (
                "begins in the middle" if blob.begins_in_middle else "has no end: it was growing, or was cut"
            )
            yield f"A cited blob {part}: {blob.name}."
    if logs.set_aside:
        yield (
            f"{many(len(logs.set_aside), 'file')} beside the logs were set aside; they are "
            "listed under Coverage."
        )


def _formats(rows: Iterable[Row]) -> Iterator[str]:
    said = []
    if old := sum(row.version == 1 for row in rows):
        said.append(
            f"{many(old, 'cited row')} are of format version 1, which knows no sizes, begins and ends."
        )
    if masked := sum(_MASKED in f"{row.src_ip} {row.dst_ip}" for row in rows):
        said.append(f"{many(masked, 'cited row')} have an address that was masked before it was logged.")
    if lost := sum(row.encryption in DROPPED for row in rows):
        said.append(
            f"{many(lost, 'cited connection')} were allowed by a rule, and then dropped by encryption."
        )
    if hidden := sum(row.encryption == "X" for row in rows):
        said.append(f"{many(hidden, 'cited connection')} were encrypted by the virtual network.")
    yield from said or ["None of this is among what is cited."]


def _cut(reading: Reading) -> Iterator[str]:
    none = True
    for event in reading.of("star"):
        there = len(reading.cited[event["n"]].rows)
        if event["rows"] > there:
            none = False
            yield (
                f"Line {event['n']} is about {event['rows']:,} rows; the first {there:,} of "
                "them are in the case, "
                f"with {many(event['cited'], 'raw tuple')}. Pictures and counts of this page are of those."
            )
    if none:
        yield "Every row that a star is about is in the case."


def changes(reading: Reading) -> Iterator[str]:
    """Yield how the logs changed between the times that the case was opened."""
    versions = [*reading.evidence.items()]
    for (_, before), (number, after) in itertools.pairwise(versions):
        yield _changed(number, before, after)
    if len(versions) == 1:
        yield "The case was always opened with the same logs."
    known = {(blob.name, blob.sha256) for _, logs in versions for blob in logs.blobs}
    foreign = {each.blob for each in reading.tuples() if (each.blob, each.blob_sha256) not in known}
    for name in sorted(foreign):
        yield (
            f"WARNING: no line about the logs has the blob with the SHA-256 under which it is cited: {name}."
        )
    several: dict[str, set[str | None]] = {}
    for each in reading.tuples():
        several.setdefault(each.blob, set()).add(each.blob_sha256)
    for name, digests in sorted(several.items()):
        if len(digests) > 1:
            yield f"A blob is cited with {len(digests)} different contents: {name}."


def _changed(number: int, before: Evidence, after: Evidence) -> str:
    old, new = ({blob.name: blob.sha256 for blob in logs.blobs} for logs in (before, after))
    other = sum(old[name] != new[name] for name in old.keys() & new.keys())
    facts = [
        f"{many(len(new.keys() - old.keys()), 'blob')} more",
        f"{many(len(old.keys() - new.keys()), 'blob')} fewer",
        f"{many(other, 'blob')} with other contents",
    ]
    return f"Line {number}: the case was opened with other logs than before: {one_by_one(facts)}."


def hatched(reading: Reading) -> list[Hole]:
    """Return the holes that touch what is cited: a picture hatches them."""
    return sort_out(reading, holes(reading.logs)).both if reading.logs else []
