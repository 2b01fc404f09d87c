"""Batches -> rows and rejects, with nothing lost between them.

`read_batch` turns the tuples of a batch into columns; `check_counts` counts what came of each blob.
`exact=True` goes the slow way throughout: it is the reference, and both ways agree on everything.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Raw

from nsgkit.errors import NsgkitError
from nsgkit.flows.batches import RAW_SHOWN, Batch, BlobCounts, Reject, list_of, place_of, unforeseen
from nsgkit.flows.parse.columns import Array, Columns, Rejected, from_rows, merge, read_list, shift_places
from nsgkit.flows.parse.framing import frame
from nsgkit.flows.parse.json_exact import JsonList, Text, read_array
from nsgkit.flows.parse.records import read_exactly
from nsgkit.flows.parse.records_within import Piece
from nsgkit.flows.parse.tuples_fast import read_bodies

_NO_TUPLES = Raw(b"[]")
_AWKWARD = re.compile(rb"[\x00-\x1f\\]")
NO_TIME = np.iinfo(np.int64).min
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z$"


class Groups(NamedTuple):
    """The groups of a batch, an entry of each array a group."""

    tuples: Array
    rows: Array
    header: Array
    blob: Array
    record: Array
    record_time: Array


class Part(NamedTuple):
    """What came of a batch: rows in the order of their groups, and rejects."""

    columns: Columns
    number: Array  # of each row: the tuple's place in its record
    groups: Groups
    rejects: list[Reject]


def read_batch(batch: Batch, *, exact: bool = False) -> Part:
    """Read all tuples of a batch. Never raises: a record that nsgkit fails on becomes a reject."""
    try:
        return _read(batch, exact=exact)
    except Exception:  # one record must never take the others along, whatever it holds
        return _joined([part for blob in _by_blob(batch) for part in _read_apart(blob, exact=exact)])


def _read_apart(batch: Batch, *, exact: bool) -> list[Part]:
    """Read the records of one blob together or, where that fails, each by itself and exactly."""
    try:
        return [_read(batch, exact=exact)]
    except Exception:
        return [_read_alone(_records_of(batch, i, i + 1)) for i in range(len(batch.blobs))]


def _read_alone(batch: Batch) -> Part:
    try:
        return _read(batch, exact=True)
    except Exception as error:
        blob, records = batch.blobs[0], batch.records
        offset, length = records.offsets[0], min(records.lengths[0], RAW_SHOWN * 4)
        raw = bytes(batch.data[blob][offset : offset + length]).decode(errors="replace")
        reject = Reject(blob, records.numbers[0], None, offset, unforeseen(error), raw[:RAW_SHOWN])
        return Part(
            from_rows([], [], []), np.empty(0, np.int32), Groups(*[np.empty(0, np.int64)] * 6), [reject]
        )


def _by_blob(batch: Batch) -> list[Batch]:
    """Part a batch into one for each blob."""
    cuts = [i for i in range(1, len(batch.blobs)) if batch.blobs[i] != batch.blobs[i - 1]]
    return [_records_of(batch, *edges) for edges in pairwise([0, *cuts, len(batch.blobs)])]


def _records_of(batch: Batch, first: int, last: int) -> Batch:
    return Batch(batch.records.part(first, last), batch.blobs[first:last], batch.data)


def _joined(parts: Sequence[Part]) -> Part:
    columns, start = [], 0
    for part in parts:
        stop = start + len(part.number)
        columns.append(Columns(part.columns.arrays, part.columns.texts, np.arange(start, stop)))
        start = stop
    groups = Groups(*map(np.concatenate, zip(*(part.groups for part in parts), strict=True)))
    number = np.concatenate([part.number for part in parts])
    return Part(merge(columns), number, groups, [reject for part in parts for reject in part.rejects])


def _read(batch: Batch, *, exact: bool) -> Part:
    columns, counts = (_read_exactly if exact else _read_quickly)(batch)
    records = batch.records
    record = np.repeat(np.arange(len(records.numbers)), records.groups)
    starts = (np.cumsum(counts) - counts)[np.searchsorted(record, record)]
    number, rows = np.arange(counts.sum(), dtype=np.int32), counts
    number -= np.repeat(starts.astype(np.int32), counts)
    if len(columns.place) < len(number):
        group = np.repeat(np.arange(len(counts)), counts)
        number, rows = number[columns.place], np.bincount(group[columns.place], minlength=len(counts))
    groups = Groups(
        tuples=counts,
        rows=rows,
        header=np.array(records.headers, dtype=np.int32),
        blob=np.array(batch.blobs, dtype=np.int32)[record],
        record=np.array(records.numbers, dtype=np.int32)[record],
        record_time=record_times(records.times)[record],
    )
    ends = np.cumsum(counts)
    rejects = [_tuple_reject(batch, record, ends, reject) for reject in columns.rejected]
    return Part(columns, number, groups, rejects)


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


def check_counts(counts: Sequence[BlobCounts], groups: Groups, rejects: Sequence[Reject]) -> None:
    """Complete the counts of all blobs with what their batches held.

    Raises NsgkitError unless tuples = rows + rejects in every blob: the invariant of the whole kit.
    """
    for reject in rejects:
        if reject.tuple is None:  # a record that nsgkit failed on
            counts[reject.blob].unread += 1
        else:
            counts[reject.blob].rejects += 1
    tuples = np.bincount(groups.blob, weights=groups.tuples, minlength=len(counts))
    rows = np.bincount(groups.blob, weights=groups.rows, minlength=len(counts))
    for count, of_tuples, of_rows in zip(counts, tuples.tolist(), rows.tolist(), strict=True):
        count.tuples += int(of_tuples)
        count.rows += int(of_rows)
        if count.tuples != count.rows + count.rejects:
            raise NsgkitError(
                f"nsgkit lost count in {count.name}: {count.tuples} tuples, but {count.rows} rows and "
                f"{count.rejects} rejects. This is a fault of nsgkit: please report it with the blob."
            )


def raw_tuples(data: bytes, places: Iterable[tuple[int, int]]) -> list[str]:
    """Return the text of each tuple by its record's place in the blob and its own place in the record."""
    wanted = [*places]
    pieces = frame(data).pieces
    texts = {record: _texts(pieces[record], data) for record in {record for record, _ in wanted}}
    return [texts[record][number] for record, number in wanted]


def _texts(piece: Piece, data: bytes) -> list[str]:
    lists = [list_of(body, data, piece.offset)[0] for body in read_exactly(piece).bodies]
    return [values.raw(i) for values in lists for i in range(len(values))]


def _one_time(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        instant = datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(instant.timestamp()) * 1000 + int(text[20:-1][:3].ljust(3, "0"))


def _read_exactly(batch: Batch) -> tuple[Columns, Array]:
    parts, counts, first = [from_rows([], [], [])], [], 0
    for body, version in zip(batch.records.bodies, _versions(batch).tolist(), strict=True):
        values = body if isinstance(body, JsonList) else read_array(body)
        parts.append(read_list(values, version, first))
        counts.append(len(values))
        first += len(values)
    return merge(parts), np.array(counts, dtype=np.int64)


def _read_quickly(batch: Batch) -> tuple[Columns, Array]:
    """Read lists of plain texts together; a list that holds anything else costs itself alone."""
    bodies: Sequence[Raw | JsonList] = batch.records.bodies
    odd: dict[int, JsonList] = {}
    if JsonList in set(map(type, bodies)):
        compact = [_compact(body) if isinstance(body, JsonList) else body for body in bodies]
        odd = {i: cast("JsonList", bodies[i]) for i, body in enumerate(compact) if body is None}
        bodies = [_NO_TUPLES if body is None else body for body in compact]
    columns, counts = read_bodies(cast("Sequence[Raw]", bodies), _versions(batch))
    return _with_odd(columns, counts, odd, _versions(batch)) if odd else (columns, counts)


def _with_odd(
    columns: Columns, counts: Array, odd: dict[int, JsonList], versions: Array
) -> tuple[Columns, Array]:
    """Put the tuples of these lists in their places among all others."""
    every = counts.copy()
    every[list(odd)] = [len(values) for values in odd.values()]
    first = np.cumsum(every) - every
    parts = [read_list(values, int(versions[i]), int(first[i])) for i, values in odd.items()]
    return merge([shift_places(columns, counts, first), *parts]), every


def _versions(batch: Batch) -> Array:
    """Return the version of each group."""
    return np.repeat(np.array(batch.records.versions, dtype=np.int64), batch.records.groups)


def _compact(values: JsonList) -> Raw | None:
    """Return the list as the bytes that Azure would have written, or None where it never would."""
    if not all(isinstance(value, Text) for value in values):
        return None
    body = ('["' + '","'.join(values) + '"]').encode("utf-8") if values else b"[]"
    return Raw(body) if body.count(b'"') == 2 * len(values) and not _AWKWARD.search(body) else None


def _before(ends: Array, group: int) -> int:
    """Return how many tuples stand before a group's."""
    return int(ends[group - 1]) if group else 0


def _tuple_reject(batch: Batch, record: Array, ends: Array, reject: Rejected) -> Reject:
    """Return where in the blob a rejected tuple stands; `ends` is where each group's tuples end among all."""
    group = int(np.searchsorted(ends, reject.place, side="right"))
    body, place = batch.records.bodies[group], int(record[group])
    blob, first = batch.blobs[place], int(np.searchsorted(record, place))
    if isinstance(body, Raw):
        offset = place_of(body, batch.data[blob]) + reject.at
    else:  # the bulk reader saw a copy without the white space
        span = body.spans[reject.place - _before(ends, group)]
        offset = batch.records.offsets[place] + span[0]
    return Reject(
        blob, batch.records.numbers[place], reject.place - _before(ends, first), offset,
        reject.reason, reject.raw[:RAW_SHOWN],
    )  # fmt: skip
