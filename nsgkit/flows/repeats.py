"""The same record twice, in one blob or in two: it counts once, and its repeats become rejects.

People hold an hour twice: a partial copy and the whole one, or one that a tool wrote anew. Records repeat
where time, rules, NIC, resource and all tuples are the same, however they are written. What numpy can tell
from the rows finds the few that may repeat; only their text is fetched and compared.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import accumulate, count
from typing import Any, NamedTuple, TypeAlias

import msgspec
import numpy as np
from msgspec import Raw

from nsgkit.flows.batches import RAW_SHOWN, BlobCounts, Data, Reject, list_of, read_blob
from nsgkit.flows.flow_table import FlowTableBuilder, tidy
from nsgkit.flows.parse.columns import Array
from nsgkit.flows.parse.json_exact import JsonList, Text, read_array
from nsgkit.flows.parse.records import Header, Headers, Records
from nsgkit.flows.parse.rows import Groups

_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio: spreads bits well (Knuth)
_ROW = ("time", "src_port", "dst_port", "protocol", "direction", "decision", "state")
_COUNTERS = ("packets_src_to_dst", "bytes_src_to_dst", "packets_dst_to_src", "bytes_dst_to_src")
_FRACTION = re.compile(r"\.([0-9]*?)0*Z$")
_texts = msgspec.json.Decoder(list[str]).decode
Place: TypeAlias = tuple[int, int]  # of a record: its blob, and its number there
BytesOf: TypeAlias = Callable[[int], Data | None]  # of a blob, by its number


class _Record(NamedTuple):
    """A record that was read again: its time, its groups, and where it stands."""

    blob: int
    data: Data
    number: int
    offset: int
    time: str | None
    headers: list[int]
    bodies: list[Raw | JsonList]


def reject_repeats(rows: FlowTableBuilder, headers: Headers, names: Sequence[str], bytes_of: BytesOf) -> None:
    """Turn the rows of repeated records into rejects: one a tuple, whose reason names the first record.

    The first is so by the order of blobs and records. `names` are the blobs'; `bytes_of` gives the bytes of
    a blob again, by its number, or None where they are not to be had: its records then count.
    """
    groups = rows.groups
    first = _first_groups(groups)
    shared = [tidy(header) for header in headers]
    candidates = _candidates(rows, groups, first, shared)
    if not len(candidates):
        return
    repeats: dict[Place, list[Reject]] = {}
    seen: dict[bytes, Place] = {}
    for record in _read_again(groups, first[candidates], headers, bytes_of):
        place = (record.blob, record.number)
        earlier = seen.setdefault(_content(record, shared), place)
        if earlier != place:
            repeats[place] = list(_rejects(record, repeats_of(earlier[1], names[earlier[0]])))
    if repeats:
        _drop_repeats(rows, groups, first, repeats)


def repeats_of(record: int, blob: str) -> str:
    """Return the reason of the rejects of a record that an earlier one has already."""
    return f"repeats record {record} of {blob}: counted once"


class Prints(NamedTuple):
    """A cheap hash of each record that has tuples: it is the same for repeats, wherever they were read."""

    blob: Array
    record: Array
    print: Array


def record_prints(rows: FlowTableBuilder, headers: Headers) -> Prints:
    """Return what tells which records may repeat others, that are not read here."""
    groups = rows.groups
    first = _first_groups(groups)
    some, prints = _prints(groups, first, [tidy(header) for header in headers])
    prints = prints[some] + _row_sums(rows, groups, first, some, ("time", "src_port"))
    return Prints(groups.blob[first[some]], groups.record[first[some]], prints)


def contents(
    rows: FlowTableBuilder, headers: Headers, records: Collection[Place], bytes_of: BytesOf
) -> Iterator[tuple[Place, bytes]]:
    """Yield the places of these records, and digests: the same for repeats, wherever they were read."""
    shared = [tidy(header) for header in headers]
    groups, first = rows.groups, _first_groups(rows.groups)
    for record in _read_again(groups, first[_among(groups, first, records)], headers, bytes_of):
        yield (record.blob, record.number), _content(record, shared)


def reject_records(
    rows: FlowTableBuilder, headers: Headers, reasons: Mapping[Place, str], bytes_of: BytesOf
) -> None:
    """Turn the rows of these records into rejects, as `reject_repeats` does with those that it finds."""
    groups, first = rows.groups, _first_groups(rows.groups)
    again = _read_again(groups, first[_among(groups, first, reasons)], headers, bytes_of)
    repeats = {
        place: list(_rejects(record, reasons[place]))
        for place, record in (((record.blob, record.number), record) for record in again)
    }
    if repeats:
        _drop_repeats(rows, groups, first, repeats)


def _among(groups: Groups, first: Array, records: Collection[Place]) -> Array:
    """Tell which records are among these."""
    places = zip(groups.blob[first].tolist(), groups.record[first].tolist(), strict=True)
    return np.fromiter((place in records for place in places), bool, len(first))


def _first_groups(groups: Groups) -> Array:
    """Return the place of each record's first group."""
    if not len(groups.blob):
        return np.empty(0, dtype=np.int64)
    changed = (np.diff(groups.blob) != 0) | (np.diff(groups.record) != 0)
    return np.concatenate(([0], np.flatnonzero(changed) + 1))


def _candidates(rows: FlowTableBuilder, groups: Groups, first: Array, shared: list[Header]) -> Array:
    """Return the records that may be a repeat, or be repeated: cheap hashes of them are alike."""
    some, prints = _prints(groups, first, shared)
    some = some[_duplicated(prints[some])]
    for columns in (("src_port",), (*_ROW, *_COUNTERS)):  # one column tells most records apart
        if not len(some):
            return some
        some = some[_duplicated(prints[some] + _row_sums(rows, groups, first, some, columns))]
    return some


def _prints(groups: Groups, first: Array, shared: list[Header]) -> tuple[Array, Array]:
    """Return which records have tuples, and a hash of each record's time, groups and numbers of tuples."""
    if not len(first):
        return first, np.empty(0, dtype=np.uint64)
    # Hashes of texts, not numbers: they are the same where other blobs are read.
    table = np.array([_hash_of(header) for header in shared], dtype=np.uint64)
    filled = groups.tuples > 0
    facts = _hashed(table[groups.header] ^ groups.tuples.astype(np.uint64)) * filled
    prints = np.add.reduceat(facts, first) + _hashed(groups.record_time[first].astype(np.uint64))
    return np.flatnonzero(np.logical_or.reduceat(filled, first)), prints


def _hash_of(header: Header) -> int:
    return int.from_bytes(blake2b(repr(header).encode(), digest_size=8).digest())


def _hashed(values: Array) -> Array:
    """Return a hash of each number, so that sums of hashes tell different numbers apart.

    A product moves low bits up only; each shift folds the high half back, so that every bit counts.
    """
    values = (values ^ (values >> np.uint64(31))) * _FACTOR
    result: Array = values ^ (values >> np.uint64(29))
    return result


def _duplicated(values: Array) -> Array:
    """Return for each value whether it occurs more than once."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    result: Array = counts[inverse] > 1
    return result


def _row_sums(
    rows: FlowTableBuilder, groups: Groups, first: Array, records: Array, columns: Sequence[str]
) -> Array:
    """Return a sum of these columns' hashes over the rows of each of these records, whatever their order."""
    edges = np.concatenate(([0], np.cumsum(groups.rows)))
    starts, ends = edges[first[records]], edges[np.append(first[1:], len(groups.rows))[records]]
    lengths = ends - starts
    owner = np.repeat(np.arange(len(records)), lengths)
    place = np.arange(len(owner)) + (starts - (np.cumsum(lengths) - lengths))[owner]
    total = np.zeros(len(owner), dtype=np.uint64)
    for name in columns:
        total = _hashed(total + rows.values(name)[place].astype(np.int64).view(np.uint64))
    sums, filled = np.zeros(len(records), dtype=np.uint64), lengths > 0
    if len(total):
        sums[filled] = np.add.reduceat(total, (np.cumsum(lengths) - lengths)[filled])
    return sums


def _read_again(groups: Groups, first: Array, headers: Headers, bytes_of: BytesOf) -> Iterator[_Record]:
    """Yield the records whose first groups these are, reading each blob once."""
    blob, data, found, edges = -1, None, Records(), [0]
    for where, number in zip(groups.blob[first].tolist(), groups.record[first].tolist(), strict=True):
        if where != blob:
            blob, data = where, bytes_of(where)
            found = Records() if data is None else read_blob(blob, data, headers, BlobCounts(""))
            edges = list(accumulate(found.groups, initial=0))
        if data is not None:
            own = slice(edges[number], edges[number + 1])
            place = (blob, data, number, found.offsets[number], found.times[number])
            yield _Record(*place, found.headers[own], found.bodies[own])


def _content(record: _Record, shared: Sequence[Header]) -> bytes:
    """Return a digest of all that a record says: equal for equal records, however they are written."""
    time = _FRACTION.sub(lambda match: f".{match[1]}Z" if match[1] else "Z", record.time or "")
    groups = [
        (shared[header], _values(body)) for header, body in zip(record.headers, record.bodies, strict=True)
    ]
    return blake2b(msgspec.json.encode((time, [group for group in groups if group[1]]))).digest()


def _values(body: Raw | JsonList) -> list[Any]:
    """Return the texts of tuples; what is no text as a list of what is written."""
    if isinstance(body, Raw):
        try:
            return _texts(body)
        except ValueError:
            body = read_array(body)
    return [str(value) if isinstance(value, Text) else [body.raw(i)] for i, value in enumerate(body)]


def _rejects(record: _Record, reason: str) -> Iterator[Reject]:
    numbers = count()
    for body in record.bodies:
        values, offset = list_of(body, record.data, record.offset)
        for i, (at, _) in enumerate(values.spans):
            raw = values.raw(i)[:RAW_SHOWN]
            yield Reject(record.blob, record.number, next(numbers), offset + at, reason, raw)


def _drop_repeats(
    rows: FlowTableBuilder, groups: Groups, first: Array, repeats: dict[Place, list[Reject]]
) -> None:
    """Drop the rows of these records; their rejects take the place of those that some tuples had."""
    repeated = _among(groups, first, repeats)
    of_groups = np.repeat(repeated, np.diff(np.append(first, len(groups.blob))))
    rows.drop(np.repeat(of_groups, groups.rows))
    rows.rejects = [
        reject
        for reject in rows.rejects
        if reject.tuple is None or (reject.blob, reject.record) not in repeats
    ]
    rows.rejects += [reject for rejects in repeats.values() for reject in rejects]
