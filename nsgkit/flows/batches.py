"""Blobs -> batches: records are read, and their groups of tuples wait to be read together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple, TypeAlias

import numpy as np
from msgspec import Raw

from nsgkit.flows.parse.framing import frame
from nsgkit.flows.parse.json_exact import JsonList, read_array
from nsgkit.flows.parse.not_flow_logs import name_other
from nsgkit.flows.parse.records import Headers, Record, Records, read_exactly, refused
from nsgkit.flows.parse.records_fast import read_blob_quickly, read_quickly
from nsgkit.flows.parse.records_within import Piece

Data: TypeAlias = bytes | memoryview
RAW_SHOWN = 2000
BATCH = 4 << 20  # bytes of tuples read together: many small blobs, or a piece of a large one


class Reject(NamedTuple):
    """One row of the rejects; `tuple` is None where a record or blob was rejected whole."""

    blob: int
    record: int | None
    tuple: int | None
    offset: int | None
    reason: str
    raw: str


@dataclass
class BlobCounts:
    """What was found in one blob. Once it is read to its end, tuples = rows + rejects.

    `other_log` says what a blob without a single flow record is, where that is known, and what to do;
    `begins_in_middle` that its beginning is missing, or was put before it a second time.
    """

    name: str
    complete: bool = True
    records: int = 0
    tuples: int = 0
    rows: int = 0
    rejects: int = 0
    unread: int = 0
    headers: set[int] = field(default_factory=set)
    first_time: str | None = None  # of its records, as written
    refused: list[Reject] = field(default_factory=list)  # before any tuple was looked at
    other_log: str | None = None
    begins_in_middle: bool = False


@dataclass
class Batch:
    """Records whose groups of tuples wait to be read together, in the order of the blobs."""

    records: Records = field(default_factory=Records)
    blobs: list[int] = field(default_factory=list)  # of each record
    data: dict[int, Data] = field(default_factory=dict)  # of each blob
    size: int = 0


def batches(
    blobs: Iterable[tuple[Data | None, BlobCounts]],
    headers: Headers,
    *,
    exact: bool = False,
    size: int = BATCH,
) -> Iterator[Batch]:
    """Frame blobs and yield their groups in batches of about `size` bytes, never splitting a record.

    Each blob comes with the count to fill in, and without bytes where it was refused whole. Blobs are
    numbered from 0 in the order of their coming; `headers` comes to number what their groups share.
    """
    batch = Batch()
    for blob, (data, count) in enumerate(blobs):
        if data is None:
            continue
        found = _read_or_refuse(blob, data, headers, count, exact=exact)
        count.headers.update(found.headers)
        for part in _split(found, size - batch.size, size):
            _wait(batch, blob, data, part)
            if batch.size >= size:
                yield batch
                batch = Batch()
    if batch.blobs:
        yield batch


def refuse(blob: int, count: BlobCounts, reason: str) -> None:
    """Reject a blob whole: how many tuples it holds is unknown."""
    count.complete = False
    count.unread += 1
    count.refused.append(Reject(blob, None, None, None, reason, ""))


def unforeseen(error: Exception) -> str:
    """Return the reason of a reject for an error that nobody foresaw."""
    return f"nsgkit could not read this: {type(error).__name__}: please report it with the blob"


def _read_or_refuse(blob: int, data: Data, headers: Headers, count: BlobCounts, *, exact: bool) -> Records:
    try:
        return read_blob(blob, data, headers, count, exact=exact)
    except Exception as error:  # one blob must never take the others along, whatever it holds
        vars(count).update(vars(BlobCounts(count.name)))
        if not exact:
            return _read_or_refuse(blob, data, headers, count, exact=True)
        refuse(blob, count, unforeseen(error))
        return Records()


def read_blob(blob: int, data: Data, headers: Headers, count: BlobCounts, *, exact: bool = False) -> Records:
    """Return the records of a blob, noting in its count what cannot be read of them."""
    found = None if exact else read_blob_quickly(data, headers)
    if found is None:
        framed, found = frame(bytes(data), exact=exact), Records()
        count.complete, count.begins_in_middle = framed.complete, framed.begins_in_middle
        for number, piece in enumerate(framed.pieces):
            record = _record(piece, data, headers, exact=exact)
            found.add(piece.offset, len(piece.raw), record)
            _refuse(blob, number, piece, record, count)
        if not any(found.versions):
            _name(data, framed.pieces, count)
    count.records = len(found.numbers)
    count.first_time = min((time for time in found.times if time), default=None)
    return found


def _name(data: Data, pieces: Sequence[Piece], count: BlobCounts) -> None:
    """Let the rejects of a blob without a flow record say what it is."""
    count.other_log = name_other(data, pieces)
    if count.other_log:
        count.refused = [reject._replace(reason=count.other_log) for reject in count.refused]


def _record(piece: Piece, data: Data, headers: Headers, *, exact: bool) -> Record:
    if piece.reason:
        return refused(piece.reason)
    raw = memoryview(data)[piece.offset : piece.offset + len(piece.raw)]  # lists are to lie in the blob
    return (None if exact else read_quickly(raw, headers)) or read_exactly(piece, headers)


def _refuse(blob: int, number: int, piece: Piece, record: Record, count: BlobCounts) -> None:
    for problem in record.problems:
        at, end = problem.span or (0, len(piece.raw))
        raw = bytes(piece.raw[at : min(end, at + RAW_SHOWN * 4)]).decode("utf-8", errors="replace")
        count.unread += 1
        count.refused.append(Reject(blob, number, None, piece.offset + at, problem.reason, raw[:RAW_SHOWN]))


def _split(found: Records, room: int, size: int) -> Iterator[Records]:
    """Cut the records into parts: the first until the room is filled, each other until the size is."""
    ends, start = list(accumulate(found.lengths)), 0
    while start < len(ends):
        full = room + (ends[start - 1] if start else 0)
        stop = next((i + 1 for i in range(start, len(ends)) if ends[i] >= full), len(ends))
        yield found if stop - start == len(ends) else found.part(start, stop)
        start, room = stop, size


def _wait(batch: Batch, blob: int, data: Data, records: Records) -> None:
    batch.records.extend(records)
    batch.blobs += [blob] * len(records.numbers)
    batch.data[blob] = data
    batch.size += sum(records.lengths)


def list_of(body: Raw | JsonList, data: Data, offset: int) -> tuple[JsonList, int]:
    """Return a group's list of tuples, and the offset in the blob that its places count from.

    `offset` is the record's, from which the exact reader counts.
    """
    return (body, offset) if isinstance(body, JsonList) else (read_array(body), place_of(body, data))


def place_of(body: Raw, data: Data) -> int:
    """Return where in the blob a list begins that the decoder left in place."""
    address = [np.frombuffer(part, dtype=np.uint8).ctypes.data for part in (body, data)]
    return int(address[0] - address[1])
