"""Bytes of PT1H.json blobs -> flow rows and rejects, with nothing lost between them.

`batches` reads the records of blobs and lets their groups of tuples wait together; `read_batch` turns
a batch into columns; `settle` counts what came of each blob. `exact=True` goes the slow way throughout:
it is the reference, and both ways agree on everything.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nsgkit.errors import NsgkitError
from nsgkit.flows.bulk import read_bodies
from nsgkit.flows.columns import Array, Columns, Rejected, from_rows, merge, read_one_by_one
from nsgkit.flows.framing import Piece, frame
from nsgkit.flows.json_reader import read_value
from nsgkit.flows.records import Group, Header, Record, read_record

RAW_SHOWN = 2000
BATCH = 8 << 20  # bytes of tuples read together: many small blobs, or a piece of a large one
_TUPLE_BYTES = 70
NO_TIME = np.iinfo(np.int64).min
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z$"


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
    bodies: list[memoryview | list[Any]] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    times: list[str | None] = field(default_factory=list)
    blobs: list[int] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    size: int = 0


@dataclass
class Part:
    """The rows of a batch: their columns, and for each row what it shares with its group."""

    columns: Columns
    headers: list[Header]
    header: Array
    record_time: Array
    blob: Array
    record: Array
    tuple: Array
    rejects: list[Reject]
    found: dict[int, tuple[int, set[Header]]]  # blob -> its tuples and headers in this batch


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
        seen: dict[tuple[int, bytes], list[tuple[int, Piece]]] = {}
        for number, piece in enumerate(framed.pieces):
            _take_in(batch, blob, number, piece, count, seen, exact=exact)
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
        tuple=(number if whole else number[place]).astype(np.int32),
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
    texts = [text for group in read_record(piece).groups for text in _texts(group)]
    return str(texts[number])


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


def _take_in(
    batch: Batch, blob: int, number: int, piece: Piece, count: Count, seen: dict[Any, Any], *, exact: bool
) -> None:
    if piece.reason:
        _refuse_piece(blob, number, piece, count, piece.reason)
        return
    record = read_record(piece, exact=exact)
    count.first_time = min(filter(None, (count.first_time, record.time)), default=None)
    for problem in record.problems:
        _refuse_piece(blob, number, piece, count, problem)
    first = _seen_before(piece, number, seen)
    if first is None:
        _wait(batch, blob, number, piece, record)
        return
    repeated = _repeated(blob, number, piece, record, f"repeats record {first} word for word: counted once")
    count.refused += repeated
    count.tuples += len(repeated)
    count.rejects += len(repeated)


def _refuse_piece(blob: int, number: int, piece: Piece, count: Count, reason: str) -> None:
    raw = bytes(piece.raw[: RAW_SHOWN * 4]).decode("utf-8", errors="replace")
    count.unread += 1
    count.refused.append(Reject(blob, number, None, piece.offset, reason, raw[:RAW_SHOWN]))


def _seen_before(piece: Piece, number: int, seen: dict[Any, list[tuple[int, Piece]]]) -> int | None:
    """Return the number of an earlier record of the very same bytes, or None."""
    same = seen.setdefault((len(piece.raw), bytes(piece.raw[:64])), [])
    for earlier, other in same:
        if bytes(other.raw) == bytes(piece.raw):
            return earlier
    same.append((number, piece))
    return None


def _wait(batch: Batch, blob: int, number: int, piece: Piece, record: Record) -> None:
    for group in record.groups:
        batch.headers.append(group.header)
        batch.bodies.append(group.body)
        batch.pieces.append(piece)
        batch.times.append(record.time)
        batch.blobs.append(blob)
        batch.records.append(number)
        batch.size += len(group.body) * (1 if isinstance(group.body, memoryview) else _TUPLE_BYTES)


def _repeated(blob: int, number: int, piece: Piece, record: Record, reason: str) -> list[Reject]:
    texts = [(text, group) for group in record.groups for text in _texts(group)]
    return [
        Reject(blob, number, i, _offset(text, group, piece), reason, str(text)[:RAW_SHOWN])
        for i, (text, group) in enumerate(texts)
    ]


def _texts(group: Group) -> list[Any]:
    if isinstance(group.body, list):
        return group.body
    values: list[Any] = read_value(bytes(group.body).decode("latin-1"), 0)[0]
    return values


def _offset(text: Any, group: Group, piece: Piece) -> int:
    base = piece.offset if isinstance(group.body, list) else _place_of(group.body, piece)
    return base + getattr(text, "at", 0)


def _place_of(body: memoryview, piece: Piece) -> int:
    """Return where in the blob a list begins that the decoder left in place."""
    address = [np.frombuffer(part, dtype=np.uint8).ctypes.data for part in (body, piece.raw)]
    return int(address[0] - address[1]) + piece.offset


def _first_of_record(batch: Batch, counts: Array) -> Array:
    """Return for each group the place of its record's first tuple."""
    starts = np.cumsum(counts) - counts
    key = np.array(batch.blobs, dtype=np.int64) << 32 | np.array(batch.records, dtype=np.int64)
    new = np.append(True, key[1:] != key[:-1])[: len(key)]
    return starts[np.maximum.accumulate(np.where(new, np.arange(len(key)), 0))]


def _read_exactly(batch: Batch) -> tuple[Columns, Array]:
    parts, first, counts = [from_rows([], [], [])], 0, []
    for header, body in zip(batch.headers, batch.bodies, strict=True):
        values = _texts(Group(header, body))
        parts.append(read_one_by_one(values, header.version, range(first, first + len(values))))
        first += len(values)
        counts.append(len(values))
    return merge(parts), np.array(counts, dtype=np.int64)


def _read_quickly(batch: Batch) -> tuple[Columns, Array]:
    bodies = [body if isinstance(body, memoryview) else _compact(body) for body in batch.bodies]
    if any(body is None for body in bodies):
        return _read_exactly(batch)
    versions = np.array([header.version for header in batch.headers], dtype=np.int64)
    return read_bodies([body for body in bodies if body is not None], versions)


def _compact(values: list[Any]) -> memoryview | None:
    """Return the list as the bytes that Azure would have written, or None where it never would."""
    if not all(isinstance(value, str) for value in values):
        return None
    body = ('["' + '","'.join(values) + '"]').encode("utf-8") if values else b"[]"
    plain = body.count(b'"') == 2 * len(values) and not any(mark in body for mark in b" \\\n\r\t")
    return memoryview(body) if plain else None


def _tuple_reject(batch: Batch, group: Array, number: Array, reject: Rejected) -> Reject:
    owner = int(group[reject.place])
    body, piece = batch.bodies[owner], batch.pieces[owner]
    if isinstance(body, memoryview):
        offset = _place_of(body, piece) + reject.at
    else:
        within = reject.place - int(np.searchsorted(group, owner))
        offset = piece.offset + getattr(body[within], "at", 0)
    return Reject(
        batch.blobs[owner], batch.records[owner], int(number[reject.place]), offset,
        reject.reason, reject.raw[:RAW_SHOWN],
    )  # fmt: skip
