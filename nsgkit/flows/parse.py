"""Batches -> rows and rejects, with nothing lost between them.

`read_batch` turns the tuples of a batch into columns; `settle` counts what came of each blob.
`exact=True` goes the slow way throughout: it is the reference, and both ways agree on everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nsgkit.errors import NsgkitError
from nsgkit.flows.bulk import read_bodies
from nsgkit.flows.columns import Array, Columns, Rejected, from_rows, merge, read_list
from nsgkit.flows.framing import frame
from nsgkit.flows.gather import RAW_SHOWN, Batch, Count, Reject, list_of, place_of
from nsgkit.flows.json_reader import JsonList, Text
from nsgkit.flows.records import Header, read_record

NO_TIME = np.iinfo(np.int64).min
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z$"


@dataclass
class Part:
    """The rows of a batch: their columns, and for each row what it shares with its group."""

    columns: Columns
    headers: list[Header]
    header: Array
    record_time: Array
    blob: Array
    record: Array
    number: Array  # the tuple's place in its record
    rejects: list[Reject]
    found: dict[int, tuple[int, set[Header]]]  # blob -> its tuples and headers in this batch


def read_batch(batch: Batch, *, exact: bool = False) -> Part:
    """Read all tuples of a batch."""
    columns, counts = (_read_exactly if exact else _read_quickly)(batch)
    group = np.repeat(np.arange(len(counts)), counts)
    place = columns.place
    whole = len(place) == len(group)
    owner = group if whole else group[place]
    first = _first_of_record(batch, counts)
    number = np.arange(len(group)) - np.repeat(first, counts)
    codes: dict[Header, int] = {}
    header = np.array([codes.setdefault(h, len(codes)) for h in batch.headers], dtype=np.int32)
    blobs = np.array(batch.blobs, dtype=np.int32)
    rejects = [_tuple_reject(batch, group, number, reject) for reject in columns.rejected]
    return Part(
        columns=columns,
        headers=list(codes),
        header=header[owner],
        record_time=record_times(batch.times)[owner],
        blob=blobs[owner],
        record=np.array(batch.records, dtype=np.int32)[owner],
        number=(number if whole else number[place]).astype(np.int32),
        rejects=rejects,
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
        rows = np.bincount(part.blob, minlength=len(counts))
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
    lists = [list_of(group.body, piece)[0] for group in read_record(piece).groups]
    return [values.raw(i) for values in lists for i in range(len(values))][number]


def earliest_time(data: bytes) -> int | None:
    """Return the earliest record's time in milliseconds since 1970, or None where none is told."""
    times = [read_record(piece).time for piece in frame(data).pieces if not piece.reason]
    found = [int(time) for time in record_times(times) if time != NO_TIME]
    return min(found, default=None)


def _found(
    blobs: Array, header: Array, counts: Array, headers: list[Header]
) -> dict[int, tuple[int, set[Header]]]:
    tuples = np.bincount(blobs, weights=counts) if len(blobs) else np.empty(0)
    shared: dict[int, set[Header]] = {}
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


def _first_of_record(batch: Batch, counts: Array) -> Array:
    """Return for each group the place of its record's first tuple."""
    starts = np.cumsum(counts) - counts
    key = np.array(batch.blobs, dtype=np.int64) << 32 | np.array(batch.records, dtype=np.int64)
    new = np.append(True, key[1:] != key[:-1])[: len(key)]
    return starts[np.maximum.accumulate(np.where(new, np.arange(len(key)), 0))]


def _read_exactly(batch: Batch) -> tuple[Columns, Array]:
    parts, first, counts = [from_rows([], [], [])], 0, []
    for header, body, piece in zip(batch.headers, batch.bodies, batch.pieces, strict=True):
        values, _ = list_of(body, piece)
        parts.append(read_list(values, header.version, first))
        first += len(values)
        counts.append(len(values))
    return merge(parts), np.array(counts, dtype=np.int64)


def _read_quickly(batch: Batch) -> tuple[Columns, Array]:
    bodies = [body if isinstance(body, memoryview) else _compact(body) for body in batch.bodies]
    if any(body is None for body in bodies):
        return _read_exactly(batch)
    versions = np.array([header.version for header in batch.headers], dtype=np.int64)
    return read_bodies([body for body in bodies if body is not None], versions)


def _compact(values: JsonList) -> memoryview | None:
    """Return the list as the bytes that Azure would have written, or None where it never would."""
    if not all(isinstance(value, Text) for value in values):
        return None
    body = ('["' + '","'.join(values) + '"]').encode("utf-8") if values else b"[]"
    plain = body.count(b'"') == 2 * len(values) and not any(mark in body for mark in b" \\\n\r\t")
    return memoryview(body) if plain else None


def _tuple_reject(batch: Batch, group: Array, number: Array, reject: Rejected) -> Reject:
    owner = int(group[reject.place])
    body, piece = batch.bodies[owner], batch.pieces[owner]
    if isinstance(body, memoryview):
        offset = place_of(body, piece) + reject.at
    else:  # the bulk reader saw a copy without the white space
        offset = piece.offset + body.spans[reject.place - int(np.searchsorted(group, owner))][0]
    return Reject(
        batch.blobs[owner], batch.records[owner], int(number[reject.place]), offset,
        reject.reason, reject.raw[:RAW_SHOWN],
    )  # fmt: skip
