"""What became of every blob: the tables of blobs and of rejects that stand beside the flow table."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from nsgkit.flows.batches import BlobCounts, Reject
from nsgkit.flows.coverage import YEARS
from nsgkit.flows.files import LogFile, Span
from nsgkit.flows.flow_table import tidy
from nsgkit.flows.parse.columns import Array
from nsgkit.flows.parse.records import Header
from nsgkit.flows.parse.rows import NO_TIME, record_times
from nsgkit.flows.reading import Reading, sha256_of
from nsgkit.schema import BLOBS, REJECTS, empty, typed

SEVERAL = "records of several hours"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS = 3_600_000  # of an hour
_REASONS_NOTED = 3
_PICTURE = [datetime(year, 1, 1, tzinfo=UTC) for year in YEARS]


def reject_table(
    counts: Sequence[BlobCounts], rejects: Sequence[Reject], names: Sequence[str]
) -> pd.DataFrame:
    """Return all rejects in the order of blob, record and tuple; one of a whole record comes first."""
    rejects = [*(reject for count in counts for reject in count.refused), *rejects]
    if not rejects:
        return empty(REJECTS)
    rejects.sort(key=_place)
    table = pd.DataFrame(rejects, columns=list(Reject._fields))
    table["blob"] = [names[i] for i in table["blob"]]
    return typed(table, REJECTS)


def blob_table(reading: Reading, span: Span, outside: Array, far: Array) -> pd.DataFrame:
    """Return the table of blobs, in the order in which they were read.

    `outside` is how many rows of each blob are not of the span, `far` how many are far from their record.
    """
    rejects, groups = reading.rows.rejects, reading.rows.groups
    edges = np.searchsorted(groups.blob, np.arange(len(reading.blobs) + 1))
    first = record_times([blob.count.first_time for blob in reading.blobs])
    tidied = [tidy(header) for header in reading.headers]
    resources = called_by_records(named_resources(reading))
    repeats = Counter(reject.blob for reject in rejects if reject.reason.startswith("repeats record "))
    rows = []
    for number, blob in enumerate(reading.blobs):
        file, count = blob.file, blob.count
        times = groups.record_time[edges[number] : edges[number + 1]]
        hours = [file.told.hour] if file.told.hour else _hours(int(first[number]), times)
        hour = next(filter(span.asks_for, hours), hours[0] if hours else None)
        told = _told(file, count, [tidied[header] for header in count.headers], resources)
        notes = [*_notes(file, count, told.pop("versions")), *_about_time(hour, hours, int(far[number]))]
        placed = hour if hour is not None and _PICTURE[0] <= hour < _PICTURE[1] else None
        rows.append(
            told
            | {"hour": placed, "asked": hour is None or span.asks_for(hour), "outside": int(outside[number])}
            | {"size": blob.size, "sha256": sha256_of(blob.digest)}
            | {"repeats": repeats[number], "note": "; ".join(notes) or None}
        )
    return typed(pd.DataFrame(rows, columns=[c.name for c in BLOBS]), BLOBS)


def named_resources(reading: Reading) -> list[tuple[str | None, str | None]]:
    """Return what the path, and what the records, of each blob call its resource; None where they do not."""
    tidied = [tidy(header) for header in reading.headers]
    return [
        (blob.file.told.resource, _only(tidied[header].resource for header in blob.count.headers))
        for blob in reading.blobs
    ]


def called_by_records(named: Iterable[tuple[str | None, str | None]]) -> dict[str, str]:
    """Return what the records of each path's resource call it: a VNet flow log's path names another."""
    found: dict[str, str] = {}
    for path, name in named:
        if path and name:
            found.setdefault(path, name)
    return found


NAMED = ("path_resource", "named")  # what the path, and what the records, of a blob call its resource


def resources(blobs: pd.DataFrame) -> "pd.Series[Any]":
    """Return each blob's resource: as its records say, or those of others of its flow log, or its path.

    `blobs` have NAMED, and come in the order of their names.
    """
    path, own = (blobs[name].astype("object").where(blobs[name].notna(), None) for name in NAMED)
    others = path.map(called_by_records(zip(path, own, strict=True)))
    return own.where(own.notna(), others.where(others.notna(), path))


def _place(reject: Reject) -> tuple[int, int, int]:
    return reject.blob, reject.record or 0, -1 if reject.tuple is None else reject.tuple


def _told(
    file: LogFile, count: BlobCounts, headers: Sequence[Header], resources: dict[str, str]
) -> dict[str, Any]:
    path = file.told.resource or ""
    families = {"VNet" if header.version == 4 else "NSG" for header in headers}
    return {
        "name": file.name,
        "mac": file.told.mac or _only(header.mac for header in headers),
        "resource": _only(header.resource for header in headers) or resources.get(path, path) or None,
        "family": ", ".join(sorted(families)) or file.told.family,
        "versions": sorted({header.version for header in headers}),
        "etag": file.evidence.etag if file.evidence else None,
        "complete": count.complete,
        "begins_in_middle": count.begins_in_middle,
        "records": count.records,
        "tuples": count.tuples,
        "rows": count.rows,
        "rejects": count.rejects,
        "unread": count.unread,
    }


def _notes(file: LogFile, count: BlobCounts, versions: Sequence[int]) -> list[str]:
    notes = []
    if file.evidence and file.evidence.state == "gone":
        notes.append("no longer in Azure: kept in the evidence folder")
    whole = sorted({reject.reason for reject in count.refused if reject.record is None})
    if not count.complete and not whole:
        notes.append("no closing bracket: still growing when it was copied, or cut")
    if count.begins_in_middle:
        notes.append("begins in the middle: what stood before is missing")
    if len(versions) > 1:
        notes.append(f"changes its version: {', '.join(map(str, versions))}")
    if not whole and not count.tuples:  # then this is why nothing of it was read
        whole = sorted({reject.reason for reject in count.refused})[:_REASONS_NOTED]
    return notes + whole


def _about_time(hour: datetime | None, hours: Sequence[datetime], far: int) -> list[str]:
    notes = []
    if len(hours) > 1:
        last = max(hours).isoformat(" ")[:16]
        notes.append(f"holds {SEVERAL} ({len(hours):,}, up to {last}): the coverage shows one of them")
    if hour is not None and not _PICTURE[0] <= hour < _PICTURE[1]:
        notes.append(f"its hour, {hour.isoformat(' ')[:16]}, is none of a flow log: not in the coverage")
    if far:
        lie = "tuple lies" if far == 1 else "tuples lie"
        notes.append(f"{far:,} {lie} more than a day from the time of the record")
    return notes


def _hours(first: int, times: Array) -> list[datetime]:
    """Return the hours of a blob's records, that of the first before the others."""
    numbers = np.unique(times[times != NO_TIME].astype(np.int64) // _MILLISECONDS).tolist()
    if first != NO_TIME:
        numbers.insert(0, first // _MILLISECONDS)
    return [_EPOCH + timedelta(hours=number) for number in dict.fromkeys(numbers)]


def _only(values: Iterable[str | None]) -> str | None:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None
