"""Batches -> rows and rejects, with nothing lost between them.

`read_batch` turns the tuples of a batch into columns; `settle` counts what came of each blob.
`exact=True` goes the slow way throughout: it is the reference, and both ways agree on everything.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Raw

from nsgkit.errors import NsgkitError
from nsgkit.flows.bulk import read_bodies
from nsgkit.flows.columns import Array, Columns, Rejected, from_rows, merge, read_list
from nsgkit.flows.framing import frame
from nsgkit.flows.gather import RAW_SHOWN, Batch, Count, Reject, list_of, place_of
from nsgkit.flows.json_reader import JsonList, Text
from nsgkit.flows.records import Shared, read_exactly

_AWKWARD = re.compile(rb"[\x00-\x1f\\]")
NO_TIME = np.iinfo(np.int64).min
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z$"


@dataclass
class Part:
    """The rows of a batch: their columns, each row's group, and what each group shares."""

    columns: Columns
    number: Array  # of each row: the tuple's place in its record
    group: Array  # of each row: its place in the four arrays below
    header: Array  # of each group: its place in `headers`
    blob: Array
    record: Array
    record_time: Array
    headers: list[Shared]
    rejects: list[Reject]
    found: dict[int, tuple[int, set[Shared]]]  # blob -> its tuples and headers in this batch


def read_batch(batch: Batch, *, exact: bool = False) -> Part:
    """Read all tuples of a batch."""
    columns, counts = (_read_exactly if exact else _read_quickly)(batch)
    record = np.repeat(np.arange(len(batch.records)), [taken.groups for taken in batch.records])
    starts = np.cumsum(counts) - counts
    group = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    number = np.arange(counts.sum()) - np.repeat(starts[np.searchsorted(record, record)], counts)
    if len(columns.place) < len(group):
        group, number = group[columns.place], number[columns.place]
    codes: dict[Shared, int] = {}
    header = np.array([codes.setdefault(h, len(codes)) for h in batch.headers], dtype=np.int32)
    blobs = np.array([taken.blob for taken in batch.records], dtype=np.int32)[record]
    columns.place = columns.place[:0]  # the group and the number tell it now
    return Part(
        columns=columns,
        number=number.astype(np.int32),
        group=group,
        header=header,
        blob=blobs,
        record=np.array([taken.number for taken in batch.records], dtype=np.int32)[record],
        record_time=record_times([taken.time for taken in batch.records])[record],
        headers=list(codes),
        rejects=[_tuple_reject(batch, record, counts, reject) for reject in columns.rejected],
        found=_found(blobs, header, counts, list(codes)),
    )


def record_times(texts: Sequence[str | None]) -> Array:
    """Return record times as milliseconds since 1970; NO_TIME where there is none to read."""
    array = pa.array(texts, type=pa.string())
    good = pc.fill_null(pc.match_substring_regex(array, pattern=_ISO), False)
    kept = pc.if_else(good, array, None)
    try:
        # pandas 2.2 and pyarrow disagree on time zones in text; the Z is checked above and cut here.
        instants = pc.cast(pc.replace_substring(kept, "Z", ""), pa.timestamp("ns"))
        milliseconds = pc.divide(instants.cast(pa.int64()), 1_000_000)
    except pa.ArrowInvalid:  # the 31st of February
        milliseconds = pa.array([_one_time(text) for text in kept.to_pylist()], type=pa.int64())
    result: Array = pc.fill_null(milliseconds, NO_TIME).to_numpy(zero_copy_only=False)
    return result


def settle(counts: Sequence[Count], parts: Sequence[Part]) -> None:
    """Complete the counts of all blobs with what their batches held.

    Raises NsgkitError unless tuples = rows + rejects in every blob: the invariant of the whole kit.
    """
    for part in parts:
        rows = np.bincount(part.blob[part.group], minlength=len(counts))
        for blob, (tuples, headers) in part.found.items():
            counts[blob].tuples += tuples
            counts[blob].rows += int(rows[blob])
            counts[blob].headers |= headers
        for reject in part.rejects:
            counts[reject.blob].rejects += 1
    for count in counts:
        if count.tuples != count.rows + count.rejects:
            raise NsgkitError(
                f"nsgkit lost count in {count.name}: {count.tuples} tuples, but {count.rows} rows and "
                f"{count.rejects} rejects. This is a fault of nsgkit: please report it with the blob."
            )


def raw_tuple(data: bytes, record: int, number: int) -> str:
    """Return the text of a tuple by its record's place in the blob and its own place in the record."""
    piece = frame(data).pieces[record]
    lists = [list_of(body, piece)[0] for body in read_exactly(piece).bodies]
    return [values.raw(i) for values in lists for i in range(len(values))][number]


def earliest_time(data: bytes) -> int | None:
    """Return the earliest record's time in milliseconds since 1970, or None where none is told."""
    times = [read_exactly(piece).time for piece in frame(data).pieces if not piece.reason]
    return min((int(time) for time in record_times(times) if time != NO_TIME), default=None)


def _found(
    blobs: Array, header: Array, counts: Array, headers: list[Shared]
) -> dict[int, tuple[int, set[Shared]]]:
    tuples = np.bincount(blobs, weights=counts) if len(blobs) else np.empty(0)
    shared: dict[int, set[Shared]] = {}
    for pair in np.unique(blobs.astype(np.int64) << 32 | header):
        shared.setdefault(int(pair >> 32), set()).add(headers[int(pair & 0xFFFFFFFF)])
    return {blob: (int(tuples[blob]), shared[blob]) for blob in shared}


def _one_time(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        instant = datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(instant.timestamp()) * 1000 + int(text[20:-1][:3].ljust(3, "0"))


def _read_exactly(batch: Batch) -> tuple[Columns, Array]:
    parts, counts = [from_rows([], [], [])], [0]
    pieces = [taken.piece for taken in batch.records for _ in range(taken.groups)]
    for header, body, piece in zip(batch.headers, batch.bodies, pieces, strict=True):
        values, _ = list_of(body, piece)
        parts.append(read_list(values, header[0], sum(counts)))
        counts.append(len(values))
    return merge(parts), np.array(counts[1:], dtype=np.int64)


def _read_quickly(batch: Batch) -> tuple[Columns, Array]:
    bodies = [body if isinstance(body, Raw) else _compact(body) for body in batch.bodies]
    if any(body is None for body in bodies):
        return _read_exactly(batch)
    versions = np.array([header[0] for header in batch.headers], dtype=np.int64)
    return read_bodies([body for body in bodies if body is not None], versions)


def _compact(values: JsonList) -> Raw | None:
    """Return the list as the bytes that Azure would have written, or None where it never would."""
    if not all(isinstance(value, Text) for value in values):
        return None
    body = ('["' + '","'.join(values) + '"]').encode("utf-8") if values else b"[]"
    return Raw(body) if body.count(b'"') == 2 * len(values) and not _AWKWARD.search(body) else None


def _tuple_reject(batch: Batch, record: Array, counts: Array, reject: Rejected) -> Reject:
    """Return where in the blob a rejected tuple stands."""
    ends = np.cumsum(counts)
    group = int(np.searchsorted(ends, reject.place, side="right"))
    taken, body = batch.records[record[group]], batch.bodies[group]
    first = int(np.searchsorted(record, record[group]))
    if isinstance(body, Raw):
        offset = place_of(body, taken.piece) + reject.at
    else:  # the bulk reader saw a copy without the white space
        offset = taken.piece.offset + body.spans[reject.place - int(ends[group] - counts[group])][0]
    return Reject(
        taken.blob, taken.number, reject.place - int(ends[first] - counts[first]), offset,
        reject.reason, reject.raw[:RAW_SHOWN],
    )  # fmt: skip
