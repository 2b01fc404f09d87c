"""Blobs -> batches: records are read, and their groups of tuples wait to be read together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from msgspec import Raw

from nsgkit.flows.azure_form import read_blob_quickly, read_quickly
from nsgkit.flows.framing import Piece, frame
from nsgkit.flows.json_reader import JsonList, read_array
from nsgkit.flows.records import Record, Shared, read_exactly

RAW_SHOWN = 2000
BATCH = 4 << 20  # bytes of tuples read together: many small blobs, or a piece of a large one
Seen = dict[tuple[int, bytes, bytes], list[tuple[int, Piece]]]


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
    headers: set[Shared] = field(default_factory=set)
    first_time: str | None = None  # of its records, as written
    refused: list[Reject] = field(default_factory=list)  # before any tuple was looked at


class Taken(NamedTuple):
    """A record whose groups wait in a batch."""

    blob: int
    number: int
    piece: Piece
    time: str | None
    groups: int


@dataclass
class Batch:
    """Groups of tuples that wait to be read together, and their records, in the order of the blobs."""

    records: list[Taken] = field(default_factory=list)
    headers: list[Shared] = field(default_factory=list)
    bodies: list[Raw | JsonList] = field(default_factory=list)
    size: int = 0


def batches(
    blobs: Iterable[tuple[bytes | None, Count]], *, exact: bool = False, size: int = BATCH
) -> Iterator[Batch]:
    """Frame blobs and yield their groups in batches of about `size` bytes, never splitting a record.

    Each blob comes with the count to fill in, and without bytes where it was refused whole. Blobs are
    numbered from 0 in the order of their coming.
    """
    batch = Batch()
    known: dict[Shared, Shared] = {}
    for blob, (data, count) in enumerate(blobs):
        if data is None:
            continue
        found, count.complete = _read(data, known, exact=exact)
        count.records = len(found)
        seen: Seen = {}
        for number, (piece, record) in enumerate(found):
            _note(blob, number, piece, record, count)
            first = _seen_before(piece, number, seen)
            if first is None:
                _wait(batch, Taken(blob, number, piece, record.time, len(record.bodies)), record)
            else:
                _reject_all(count, _repeat(blob, number, piece, record, first))
            if batch.size >= size:
                yield batch
                batch = Batch()
    if batch.records:
        yield batch


def refuse(blob: int, count: Count, reason: str) -> None:
    """Reject a blob whole: how many tuples it holds is unknown."""
    count.complete = False
    count.unread += 1
    count.refused.append(Reject(blob, None, None, None, reason, ""))


def _read(
    data: bytes, known: dict[Shared, Shared], *, exact: bool
) -> tuple[list[tuple[Piece, Record]], bool]:
    """Return the records of a blob with their places, and whether its closing bracket is there."""
    quick = None if exact else read_blob_quickly(data, known)
    if quick is not None:
        return quick, True
    framed = frame(data, exact=exact)
    return [(piece, _record(piece, known, exact=exact)) for piece in framed.pieces], framed.complete


def _record(piece: Piece, known: dict[Shared, Shared], *, exact: bool) -> Record:
    if piece.reason:
        return Record(None, [], [], [piece.reason])
    return (None if exact else read_quickly(piece.raw, known)) or read_exactly(piece)


def _note(blob: int, number: int, piece: Piece, record: Record, count: Count) -> None:
    if record.time and (count.first_time is None or record.time < count.first_time):
        count.first_time = record.time
    for problem in record.problems:
        raw = bytes(piece.raw[: RAW_SHOWN * 4]).decode("utf-8", errors="replace")
        count.unread += 1
        count.refused.append(Reject(blob, number, None, piece.offset, problem, raw[:RAW_SHOWN]))


def _seen_before(piece: Piece, number: int, seen: Seen) -> int | None:
    """Return the number of an earlier record of the very same bytes, or None."""
    same = seen.setdefault((len(piece.raw), bytes(piece.raw[:64]), bytes(piece.raw[-64:])), [])
    for earlier, other in same:
        if other.raw == piece.raw:
            return earlier
    same.append((number, piece))
    return None


def _wait(batch: Batch, taken: Taken, record: Record) -> None:
    batch.records.append(taken)
    batch.headers += record.headers
    batch.bodies += record.bodies
    batch.size += len(taken.piece.raw)


def _reject_all(count: Count, rejects: list[Reject]) -> None:
    count.refused += rejects
    count.tuples += len(rejects)
    count.rejects += len(rejects)


def _repeat(blob: int, number: int, piece: Piece, record: Record, first: int) -> list[Reject]:
    reason = f"repeats record {first} word for word: counted once"
    found = [
        (values.raw(i), offset + values.spans[i][0])
        for body in record.bodies
        for values, offset in [list_of(body, piece)]
        for i in range(len(values))
    ]
    return [Reject(blob, number, i, offset, reason, raw[:RAW_SHOWN]) for i, (raw, offset) in enumerate(found)]


def list_of(body: Raw | JsonList, piece: Piece) -> tuple[JsonList, int]:
    """Return a group's list of tuples, and the offset that its places count from."""
    if isinstance(body, JsonList):
        return body, piece.offset
    return read_array(body), place_of(body, piece)


def place_of(body: Raw, piece: Piece) -> int:
    """Return where in the blob a list begins that the decoder left in place."""
    address = [np.frombuffer(part, dtype=np.uint8).ctypes.data for part in (body, piece.raw)]
    return int(address[0] - address[1]) + piece.offset
