"""What became of every blob: the tables of blobs and of rejects that stand beside the flow table."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from nsgkit.flows.assemble import tidy
from nsgkit.flows.files import LogFile
from nsgkit.flows.parse import NO_TIME, record_times
from nsgkit.flows.reading.gather import Count, Reject
from nsgkit.flows.reading.records import Header, Shared
from nsgkit.layout import floor_hour
from nsgkit.schema import BLOBS, REJECTS, empty, typed


def reject_table(counts: Sequence[Count], rejects: Sequence[Reject], names: Sequence[str]) -> pd.DataFrame:
    """Return all rejects in the order of blob, record and tuple; one of a whole record comes first."""
    rejects = [*(reject for count in counts for reject in count.refused), *rejects]
    if not rejects:
        return empty(REJECTS)
    rejects.sort(key=_place)
    table = pd.DataFrame(rejects, columns=list(Reject._fields))
    table["blob"] = [names[i] for i in table["blob"]]
    return typed(table, REJECTS)


def blob_table(
    files: Sequence[LogFile],
    counts: Sequence[Count],
    headers: Iterable[Shared],
    sizes: Sequence[int],
    digests: Sequence[str | None],
) -> pd.DataFrame:
    """Return the table of blobs, in the order in which they were read."""
    first = record_times([count.first_time for count in counts])
    tidied = [tidy(header) for header in headers]
    rows = [
        _blob(file, count, [tidied[number] for number in count.headers], int(time))
        | {"size": size, "sha256": digest}
        for file, count, time, size, digest in zip(files, counts, first, sizes, digests, strict=True)
    ]
    return typed(pd.DataFrame(rows, columns=[c.name for c in BLOBS]), BLOBS)


def _place(reject: Reject) -> tuple[int, int, int]:
    return reject.blob, reject.record or 0, -1 if reject.tuple is None else reject.tuple


def _blob(file: LogFile, count: Count, headers: Sequence[Header], first_time: int) -> dict[str, Any]:
    families = {"VNet" if header.version == 4 else "NSG" for header in headers}
    return {
        "name": file.name,
        "hour": file.told.hour or _hour(first_time),
        "mac": file.told.mac or _only(header.mac for header in headers),
        "resource": _only(header.resource for header in headers) or file.told.resource,
        "family": ", ".join(sorted(families)) or file.told.family,
        "etag": file.mirrored.etag if file.mirrored else None,
        "complete": count.complete,
        "records": count.records,
        "tuples": count.tuples,
        "rows": count.rows,
        "rejects": count.rejects,
        "unread": count.unread,
        "note": _note(file, count, headers),
    }


def _note(file: LogFile, count: Count, headers: Sequence[Header]) -> str | None:
    versions = sorted({header.version for header in headers})
    notes = []
    if file.mirrored and file.mirrored.state == "gone":
        notes.append("no longer in Azure: kept in the mirror")
    if not count.complete:
        notes.append("no closing bracket: still growing when it was copied, or cut")
    if len(versions) > 1:
        notes.append(f"changes its version: {', '.join(map(str, versions))}")
    notes += sorted({reject.reason for reject in count.refused if reject.record is None})
    return "; ".join(notes) or None


def _hour(milliseconds: int) -> datetime | None:
    if milliseconds == NO_TIME:
        return None
    return floor_hour(datetime.fromtimestamp(milliseconds / 1000, UTC))


def _only(values: Iterable[str | None]) -> str | None:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None
