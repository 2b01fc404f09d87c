"""The same record twice, in one blob or in two: it counts once, and its repeats become rejects.

People hold an hour twice: a partial copy and the whole one, or one that a tool wrote anew. Records repeat
where time, rules, NIC, resource and all tuples are the same, however they are written. What numpy can tell
from the rows finds the few that may repeat; only their text is fetched and compared.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
_Place: TypeAlias = tuple[int, int]  # of a record: its blob, and its number there


class _Record(NamedTuple):
    """A record that was read again: its time, its groups, and where it stands."""

    blob: int
    data: Data
    number: int
    offset: int
    time: str | None
    headers: list[int]
    bodies: list[Raw | JsonList]


def reject_repeats(
    rows: FlowTableBuilder, headers: Headers, names: Sequence[str], bytes_of: Callable[[int], Data | None]
) -> None:
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
    repeats: dict[_Place, list[Reject]] = {}
    seen: dict[bytes, _Place] = {}
    for record in _read_again(groups, first[candidates], headers, bytes_of):
        place = (record.blob, record.number)
        earlier = seen.setdefault(_content(record, shared), place)
        if earlier != place:
            repeats[place] = list(_rejects(record, repeats_of(earlier[1], names[earlier[0]])))
    if repeats:
        _drop_repeats(rows, groups, first, repeats)


def repeats_of(record: int, blob: str) -> str:
    """Return the reason of the rejects of a record that an earlier one of `blob` has already."""
    return f"repeats record {record} of {blob}: counted once"


class Prints(NamedTuple):
    """What tells most records apart, of each record with tuples: records that are alike have the same."""

    blob: Array  # its number in the reading
    record: Array
    value: Array


def prints_of(rows: FlowTableBuilder, headers: Headers) -> Prints:
    """Return the prints of all records read, for repeats to be found over several readings."""
    groups = rows.groups
    first = _first_groups(groups)
    if not len(first):
        return Prints(*(np.empty(0, dtype) for dtype in (np.int32, np.int32, np.uint64)))
    some = np.flatnonzero(np.logical_or.reduceat(groups.tuples > 0, first))
    values = _prints(groups, first, [tidy(header) for header in headers])[some]
    values += _row_sums(rows, groups, first, some, ("src_port",))
    return Prints(groups.blob[first][some], groups.record[first][some], values)


def contents_of(data: Data, records: Iterable[int]) -> dict[int, bytes]:
    """Return a digest of all that each of these records of a blob says: equal for equal records."""
    headers = Headers()
    found = read_blob(0, data, headers, BlobCounts(""))
    shared = [tidy(header) for header in headers]
    edges = list(accumulate(found.groups, initial=0))
    digests = {}
    for number in records:
        own = slice(edges[number], edges[number + 1])
        place = (0, data, number, found.offsets[number], found.times[number])
        digests[number] = _content(_Record(*place, found.headers[own], found.bodies[own]), shared)
    return digests


def reject_known(
    rows: FlowTableBuilder,
    headers: Headers,
    reasons: Mapping[_Place, str],
    bytes_of: Callable[[int], Data | None],
) -> None:
    """Turn the rows of records that are known to be repeats into rejects, each with its reason."""
    chosen = _firsts(rows.groups, reasons)
    repeats = {
        (record.blob, record.number): list(_rejects(record, reasons[record.blob, record.number]))
        for record in _read_again(rows.groups, chosen, headers, bytes_of)
    }
    if repeats:
        _drop_repeats(rows, rows.groups, _first_groups(rows.groups), repeats)


def _firsts(groups: Groups, places: Iterable[_Place]) -> Array:
    """Return the place of the first group of each of these records."""
    first, wanted = _first_groups(groups), set(places)
    there = zip(groups.blob[first].tolist(), groups.record[first].tolist(), strict=True)
    return first[[place in wanted for place in there]] if len(first) else first


def _first_groups(groups: Groups) -> Array:
    """Return the place of each record's first group."""
    if not len(groups.blob):
        return np.empty(0, dtype=np.int64)
    changed = (np.diff(groups.blob) != 0) | (np.diff(groups.record) != 0)
    return np.concatenate(([0], np.flatnonzero(changed) + 1))


def _candidates(rows: FlowTableBuilder, groups: Groups, first: Array, shared: list[Header]) -> Array:
    """Return the records that may be a repeat, or be repeated: cheap hashes of them are alike."""
    if not len(first):
        return first
    prints = _prints(groups, first, shared)
    filled = groups.tuples > 0
    some = np.flatnonzero(np.logical_or.reduceat(filled, first))
    some = some[_duplicated(prints[some])]
    for columns in (("src_port",), (*_ROW, *_COUNTERS)):  # one column tells most records apart
        if not len(some):
            return some
        some = some[_duplicated(prints[some] + _row_sums(rows, groups, first, some, columns))]
    return some


def _prints(groups: Groups, first: Array, shared: list[Header]) -> Array:
    """Return a number for each record, of its time, headers and counts of tuples: alike in each reading."""
    table = np.array([_header_print(header) for header in shared], dtype=np.uint64)
    facts = _hashed(table[groups.header] + _hashed(groups.tuples.astype(np.uint64))) * (groups.tuples > 0)
    times = _hashed(groups.record_time[first].astype(np.uint64))
    prints: Array = np.add.reduceat(facts, first) + times
    return prints


def _header_print(header: Header) -> int:
    return int.from_bytes(blake2b(msgspec.json.encode(header), digest_size=8).digest(), "little")


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


def _read_again(
    groups: Groups, first: Array, headers: Headers, bytes_of: Callable[[int], Data | None]
) -> Iterator[_Record]:
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
    rows: FlowTableBuilder, groups: Groups, first: Array, repeats: dict[_Place, list[Reject]]
) -> None:
    """Drop the rows of these records; their rejects take the place of those that some tuples had."""
    places = zip(groups.blob[first].tolist(), groups.record[first].tolist(), strict=True)
    repeated = np.array([place in repeats for place in places])
    of_groups = np.repeat(repeated, np.diff(np.append(first, len(groups.blob))))
    rows.drop(np.repeat(of_groups, groups.rows))
    rows.rejects = [
        reject
        for reject in rows.rejects
        if reject.tuple is None or (reject.blob, reject.record) not in repeats
    ]
    rows.rejects += [reject for rejects in repeats.values() for reject in rejects]
