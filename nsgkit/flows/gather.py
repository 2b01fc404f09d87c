"""Blobs -> batches: records are read, and their groups of tuples wait to be read together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from nsgkit.flows.framing import Piece, frame
from nsgkit.flows.json_reader import JsonList, read_array
from nsgkit.flows.records import Header, Record, read_record

RAW_SHOWN = 2000
BATCH = 8 << 20  # bytes of tuples read together: many small blobs, or a piece of a large one
_TUPLE_BYTES = 70


class Reject(NamedTuple):
    """One row of the rejects; `tuple` is None where a record or blob was rejected whole."""

    blob: int
    record: int | None
    tuple: int | None
    offset: int | None
    reason: str
    raw: str


@dataclass
class Count:
    """What was found in one blob. Once it is read to its end, tuples = rows + rejects."""

    name: str
    complete: bool = True
    records: int = 0
    tuples: int = 0
    rows: int = 0
    rejects: int = 0
    unread: int = 0
    headers: set[Header] = field(default_factory=set)
    first_time: str | None = None  # of its records, as written
    refused: list[Reject] = field(default_factory=list)  # before any tuple was looked at


@dataclass
class Batch:
    """Groups of tuples that wait to be read together, in the order in which they stand."""

    headers: list[Header] = field(default_factory=list)
    bodies: list[memoryview | JsonList] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    times: list[str | None] = field(default_factory=list)
    blobs: list[int] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    size: int = 0


@dataclass
class _Blob:
    number: int
    count: Count
    seen: dict[tuple[int, bytes, bytes], list[tuple[int, Piece]]] = field(default_factory=dict)


def batches(
    blobs: Iterable[tuple[bytes | None, Count]], *, exact: bool = False, size: int = BATCH
) -> Iterator[Batch]:
    """Frame blobs and yield their groups in batches of about `size` bytes, never splitting a record.

    Each blob comes with the count to fill in, and without bytes where it was refused whole. Blobs are
    numbered from 0 in the order of their coming.
    """
    batch = Batch()
    for blob, (data, count) in enumerate(blobs):
        if data is None:
            continue
        framed = frame(data, exact=exact)
        count.complete, count.records = framed.complete, len(framed.pieces)
        current = _Blob(blob, count)
        for number, piece in enumerate(framed.pieces):
            _take_in(batch, current, number, piece, exact=exact)
            if batch.size >= size:
                yield batch
                batch = Batch()
    if batch.headers:
        yield batch


def refuse(blob: int, count: Count, reason: str) -> None:
    """Reject a blob whole: how many tuples it holds is unknown."""
    count.complete = False
    count.unread += 1
    count.refused.append(Reject(blob, None, None, None, reason, ""))


def _take_in(batch: Batch, blob: _Blob, number: int, piece: Piece, *, exact: bool) -> None:
    if piece.reason:
        _refuse_piece(blob, number, piece, piece.reason)
        return
    record = read_record(piece, exact=exact)
    count = blob.count
    count.first_time = min(filter(None, (count.first_time, record.time)), default=None)
    for problem in record.problems:
        _refuse_piece(blob, number, piece, problem)
    first = _seen_before(piece, number, blob.seen)
    if first is None:
        _wait(batch, blob, number, piece, record)
        return
    repeated = _repeated(blob.number, number, piece, record, first)
    count.refused += repeated
    count.tuples += len(repeated)
    count.rejects += len(repeated)


def _refuse_piece(blob: _Blob, number: int, piece: Piece, reason: str) -> None:
    raw = bytes(piece.raw[: RAW_SHOWN * 4]).decode("utf-8", errors="replace")
    blob.count.unread += 1
    blob.count.refused.append(Reject(blob.number, number, None, piece.offset, reason, raw[:RAW_SHOWN]))


def _seen_before(
    piece: Piece, number: int, seen: dict[tuple[int, bytes, bytes], list[tuple[int, Piece]]]
) -> int | None:
    """Return the number of an earlier record of the very same bytes, or None."""
    same = seen.setdefault((len(piece.raw), bytes(piece.raw[:64]), bytes(piece.raw[-64:])), [])
    for earlier, other in same:
        if other.raw == piece.raw:
            return earlier
    same.append((number, piece))
    return None


def _wait(batch: Batch, blob: _Blob, number: int, piece: Piece, record: Record) -> None:
    for group in record.groups:
        if group.body in (b"[]", []):  # seen under quiet rules
            blob.count.headers.add(group.header)
            continue
        batch.headers.append(group.header)
        batch.bodies.append(group.body)
        batch.pieces.append(piece)
        batch.times.append(record.time)
        batch.blobs.append(blob.number)
        batch.records.append(number)
        batch.size += len(group.body) * (1 if isinstance(group.body, memoryview) else _TUPLE_BYTES)


def _repeated(blob: int, number: int, piece: Piece, record: Record, first: int) -> list[Reject]:
    reason = f"repeats record {first} word for word: counted once"
    found = [
        (values.raw(i), offset + values.spans[i][0])
        for group in record.groups
        for values, offset in [list_of(group.body, piece)]
        for i in range(len(values))
    ]
    return [Reject(blob, number, i, offset, reason, raw[:RAW_SHOWN]) for i, (raw, offset) in enumerate(found)]


def list_of(body: memoryview | JsonList, piece: Piece) -> tuple[JsonList, int]:
    """Return a group's list of tuples, and the offset that its places count from."""
    if isinstance(body, JsonList):
        return body, piece.offset
    return read_array(body), place_of(body, piece)


def place_of(body: memoryview, piece: Piece) -> int:
    """Return where in the blob a list begins that the decoder left in place."""
    address = [np.frombuffer(part, dtype=np.uint8).ctypes.data for part in (body, piece.raw)]
    return int(address[0] - address[1]) + piece.offset
