"""Tuples in bulk: bytes -> columns without a Python loop per tuple.

pyarrow reads the tuples as lines of CSV. That is right only for tuples in their ordinary form, so
every assumption is checked on the way. A batch that breaks one is read again carefully: its ordinary
lines still go together, each other line through the exact reader, which takes it or says why not; so
does a line whose letters or addresses are not the usual ones.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Raw
from pyarrow import csv

from nsgkit.flows.reading.columns import Array, Columns, choose, from_rows, merge, read_list, read_one_by_one
from nsgkit.flows.reading.json_reader import read_array
from nsgkit.flows.reading.lines import (
    MARK,
    Bodies,
    Tuples,
    begin_and_end_as_lists,
    break_around,
    break_lines,
    fields_of_last,
    find_tuples,
    lay_out,
    matches,
    odd_bodies,
    text_of,
)
from nsgkit.flows.reading.tuples import (
    DECISIONS,
    DIRECTIONS,
    EARLIEST,
    ENCRYPTION_CODE,
    LATEST,
    NSG_PROTOCOLS,
    NULL,
    STATES,
    UNKNOWN_DECISION,
    canonical_address,
)
from nsgkit.schema import COUNTERS

_NSG = ("time", "src_ip", "dst_ip", "src_port", "dst_port", "protocol", "direction", "decision")
# The fields of each kind of tuple, by version and number of fields.
_FIELDS = {
    (1, 8): _NSG,
    (2, 8): _NSG,
    (2, 12): (*_NSG, "state", *COUNTERS[:3]),
    (2, 13): (*_NSG, "state", *COUNTERS),
    (4, 13): (*_NSG[:7], "state", "encryption", *COUNTERS),
}
_TYPES: dict[str, Any] = {
    **dict.fromkeys(("time", *COUNTERS), pa.int64()),
    **dict.fromkeys(("src_ip", "dst_ip", "encryption"), pa.dictionary(pa.int32(), pa.string())),
    **dict.fromkeys(("src_port", "dst_port"), pa.uint16()),
    **dict.fromkeys(("protocol", "direction", "decision", "state"), pa.binary(1)),
}
_UNKNOWN_LETTER = -2
_LAST_LETTER = ord("f")  # of an address; x could be a number's, and no other comes later
_MARKED = int(MARK) * 10**10  # a marked time in seconds is as much later, one in milliseconds a thousandfold
_MARKED_END = _MARKED + 10**10
_BLOCK = 16 << 20  # larger than a batch: parts would be put together again
_POOL = pa.system_memory_pool()  # arrow's own keeps what is freed: 80 MB more for a blob of 50 MB

_ADDRESS, _COUNT = "[0-9a-fA-F.:]{2,45}", "[0-9]{0,18}"
_PORT = "(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_FIVE = f"^[0-9]{{10,13}},{_ADDRESS},{_ADDRESS},{_PORT},{_PORT},"
# Ordinary lines of each kind: narrower than what the exact reader takes, never wider.
_ORDINARY = {
    (1, 8): f"{_FIVE}[TU],[IO],[AD]$",
    (2, 8): f"{_FIVE}[TU],[IO],[AD]$",
    (2, 12): f"{_FIVE}[TU],[IO],[AD],[BCE],,,$",
    (2, 13): f"{_FIVE}[TU],[IO],[AD],[BCE](?:,{_COUNT}){{4}}$",
    (4, 13): f"{_FIVE}(?:[0-9]{{1,2}}|1[0-9]{{2}}),[IO],[BCED],[A-Z_]{{1,32}}(?:,{_COUNT}){{4}}$",
}
_IPV4 = r"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.|$)){4}$"


class UnusualError(Exception):
    """The batch breaks an assumption of the quick way."""


def read_bodies(bodies: Sequence[Raw], versions: Array) -> tuple[Columns, Array]:
    """Return the columns of all tuples in JSON lists of compact texts, and the tuples of each list.

    `versions` gives each list's version. A rejected tuple's `at` counts from the start of its list.
    """
    laid = lay_out(bodies)
    fields = fields_of_last(laid, versions)
    read, counts = [], np.zeros(len(bodies), dtype=np.int64)
    for kind in sorted(set(zip(versions.tolist(), fields.tolist(), strict=True))):
        mine = np.flatnonzero((versions == kind[0]) & (fields == kind[1]))
        chosen = bodies if len(mine) == len(bodies) else [bodies[i] for i in mine.tolist()]
        part, counts[mine] = _read_kind(laid if chosen is bodies else lay_out(chosen), chosen, kind)
        read.append((part, mine))
    first = np.cumsum(counts) - counts
    parts = [_moved(part, counts[mine], first[mine]) for part, mine in read]
    return merge(parts or [from_rows([], [], [])]), counts


def _moved(part: Columns, counts: Array, first: Array) -> Columns:
    """Return the part with its places moved to where its lists stand among all of them."""
    starts = np.cumsum(counts) - counts
    if np.array_equal(starts, first):
        return part
    shift = np.repeat(first - starts, counts)
    rejected = [reject._replace(place=int(reject.place + shift[reject.place])) for reject in part.rejected]
    return Columns(part.arrays, part.texts, part.place + shift[part.place], rejected)


def _read_kind(laid: Bodies, bodies: Sequence[Raw], kind: tuple[int, int]) -> tuple[Columns, Array]:
    try:
        return _read_quickly(laid, bodies, kind)
    except (UnusualError, pa.ArrowInvalid):
        return _read_carefully(bodies, kind)


def _read_quickly(laid: Bodies, bodies: Sequence[Raw], kind: tuple[int, int]) -> tuple[Columns, Array]:
    """Read bodies that hold nothing but texts of this kind, as far as lines go."""
    if not begin_and_end_as_lists(laid):
        raise UnusualError
    expected = break_lines(laid)
    _check_bytes(laid)
    table = _read_csv(laid, kind, expected)
    times, counts = _unmarked(table["time"].to_numpy(), laid.filled)
    time, bad = _times(times)
    if bad.any():  # else each first tuple has its mark, and no other seems to have one
        raise UnusualError
    columns = _convert(table, time, kind, bad)
    if bad.any():
        columns = _judged(columns, bad, find_tuples(lay_out(bodies)), kind[0], {})
    return columns, counts


def _unmarked(times: Array, filled: Array) -> tuple[Array, Array]:
    """Return the times without the mark before each body's first, and the tuples of each body."""
    first = np.flatnonzero((times >= _MARKED) & (times < _MARKED_END) | (times >= _MARKED * 1000))
    if len(first) != np.count_nonzero(filled):
        raise UnusualError
    times = times.copy()
    times[first] -= np.where(times[first] < _MARKED_END, _MARKED, _MARKED * 1000)
    counts = np.zeros(len(filled), dtype=np.int64)
    counts[filled] = np.diff(np.append(first, len(times)))
    return times, counts


def _read_carefully(bodies: Sequence[Raw], kind: tuple[int, int]) -> tuple[Columns, Array]:
    """Read bodies that may hold anything; those that are no lists of plain texts one value at a time."""
    # In an escaped text there are quotes that are not the tuples' own.
    escaped = np.array([b"\\" in bytes(body) for body in bodies])
    tuples = find_tuples(_only(bodies, ~escaped))
    odd = odd_bodies(tuples) | escaped
    if odd.any():
        tuples = find_tuples(_only(bodies, ~odd))
    slow = {i: read_array(bodies[i]) for i in np.flatnonzero(odd).tolist()}
    counts = tuples.counts.copy()
    counts[list(slow)] = [len(values) for values in slow.values()]
    first = np.cumsum(counts) - counts
    parts = [_moved(_read_plain(tuples, kind), tuples.counts, first)]
    parts += [read_list(values, kind[0], int(first[i])) for i, values in slow.items()]
    return merge(parts), counts


def _only(bodies: Sequence[Raw], which: Array) -> Bodies:
    """Lay out these bodies, and empty lists for the others."""
    return lay_out([body if mine else Raw(b"[]") for body, mine in zip(bodies, which, strict=True)])


def _read_plain(tuples: Tuples, kind: tuple[int, int]) -> Columns:
    ordinary = matches(tuples, _ORDINARY[kind])
    texts = {i: text_of(tuples, i) for i in np.flatnonzero(~ordinary).tolist()}
    break_around(tuples, texts)
    table = _read_csv(tuples.laid, kind, int(np.count_nonzero(ordinary)))
    time, bad = _times(table["time"].to_numpy())
    columns = _convert(table, time, kind, bad)
    columns.place = np.flatnonzero(ordinary)
    return _judged(columns, bad, tuples, kind[0], texts)


def _judged(columns: Columns, bad: Array, tuples: Tuples, version: int, texts: dict[int, str]) -> Columns:
    """Return the columns with the exact reader's judgement of the bad rows, and of these texts."""
    texts |= {i: text_of(tuples, i) for i in columns.place[bad].tolist()}
    exact = read_one_by_one(list(texts.values()), version, list(texts))
    owner = np.searchsorted(np.cumsum(tuples.counts), [r.place for r in exact.rejected], side="right")
    exact.rejected = [
        reject._replace(at=int(tuples.starts[reject.place] - 1 - tuples.laid.edges[body]))
        for reject, body in zip(exact.rejected, owner, strict=True)
    ]
    return merge([choose(columns, ~bad, columns.place[~bad]), exact])


def _check_bytes(laid: Bodies) -> None:
    """Refuse what pyarrow takes for a number and we do not (-1, 0x1F, 1 2), escapes, and all but ASCII."""
    buffer, view = laid.buffer, laid.view
    if b"-" in buffer or b" " in buffer or b"\\" in buffer or view.max(initial=0) > _LAST_LETTER:
        raise UnusualError
    if b"X" in buffer and (view[np.flatnonzero(view == ord("X")) - 1] == ord("0")).any():
        raise UnusualError


def _read_csv(laid: Bodies, kind: tuple[int, int], rows: int) -> pa.Table:
    names = _FIELDS[kind]
    types = {name: _TYPES[name] for name in names} | ({"protocol": pa.uint8()} if kind[0] == 4 else {})
    if rows == 0:
        return pa.table({name: pa.array([], type=kind) for name, kind in types.items()})
    table = csv.read_csv(
        pa.BufferReader(pa.py_buffer(laid.buffer)),
        csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=list(names)),
        csv.ParseOptions(quote_char=False, double_quote=False),
        csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=False, check_utf8=False),
        memory_pool=_POOL,
    )
    if table.num_rows != rows or any(table[name].null_count for name in names if name not in COUNTERS):
        raise UnusualError
    return table.unify_dictionaries(memory_pool=_POOL).combine_chunks(memory_pool=_POOL)


def _convert(table: pa.Table, time: Array, kind: tuple[int, int], bad: Array) -> Columns:
    """Return the columns, and note in `bad` which rows hold a value that the exact reader must judge."""
    rows = table.num_rows
    arrays: dict[str, Array] = {"time": time}
    texts: dict[str, pa.StringArray] = {}
    for name in ("src_ip", "dst_ip"):
        arrays[name], texts[name] = _addresses(table[name], bad)
    for name in ("src_port", "dst_port"):
        arrays[name] = table[name].to_numpy()
    arrays["direction"] = _letters(table["direction"], DIRECTIONS, bad)
    if kind[0] == 4:
        arrays["protocol"] = table["protocol"].to_numpy()
        state = _letters(table["state"], STATES | {"D": 3}, bad)
        arrays["decision"] = (state == 3).astype(np.int8)
        arrays["state"] = np.where(state == 3, np.int8(NULL), state)
        arrays["encryption"], texts["encryption"] = _encryption(table["encryption"])
    else:
        arrays["protocol"] = _letters(table["protocol"], NSG_PROTOCOLS, bad).view(np.uint8)
        arrays["decision"] = _letters(table["decision"], DECISIONS, bad, other=UNKNOWN_DECISION)
        nothing = np.full(rows, NULL, dtype=np.int8)
        arrays["state"] = nothing if kind[1] == 8 else _letters(table["state"], STATES, bad)
        arrays["encryption"], texts["encryption"] = nothing.astype(np.int32), pa.array([], type=pa.string())
    arrays |= _counters(table, kind[1], bad)
    return Columns(arrays, texts, np.arange(rows))


def _counters(table: pa.Table, fields: int, bad: Array) -> dict[str, Array]:
    if fields == 13:
        return {name: _counts(table[name]) for name in COUNTERS}
    if fields == 12:  # one comma is missing: with counters it cannot be told which one
        for name in COUNTERS[:3]:
            bad |= table[name].is_valid().to_numpy()
    return {name: np.full(table.num_rows, NULL, dtype=np.int64) for name in COUNTERS}


def _counts(column: Any) -> Array:
    array = column.chunk(0)
    if len(array) == 0:
        return np.empty(0, dtype=np.int64)
    place, (bitmap, values) = slice(array.offset, array.offset + len(array)), array.buffers()
    counts = np.frombuffer(values, dtype=np.int64)[place]
    if bitmap is None:
        return counts
    known = np.unpackbits(np.frombuffer(bitmap, dtype=np.uint8), bitorder="little")[place].view(np.int8)
    return counts | (known - 1)  # -1, NULL, has every bit


def _times(values: Array) -> tuple[Array, Array]:
    seconds = (values >= EARLIEST) & (values < LATEST)
    if seconds.all():
        return values * 1000, ~seconds
    milliseconds = (values >= EARLIEST * 1000) & (values < LATEST * 1000)
    return np.where(seconds, values * 1000, values), ~(seconds | milliseconds)


def _dictionary(column: Any) -> tuple[Array, pa.StringArray]:
    array = column.chunk(0) if column.num_chunks else pa.array([], type=column.type)
    return array.indices.to_numpy().astype(np.int32, copy=False), array.dictionary


def _addresses(column: Any, bad: Array) -> tuple[Array, pa.StringArray]:
    codes, texts = _dictionary(column)
    plain = pc.match_substring_regex(texts, pattern=_IPV4).to_numpy(zero_copy_only=False)
    if plain.all():
        return codes, texts
    known = [
        text if ok else canonical_address(text) for text, ok in zip(texts.to_pylist(), plain, strict=True)
    ]
    bad |= np.array([text is None for text in known])[codes]
    return codes, pa.array([text or "" for text in known], type=pa.string())


def _encryption(column: Any) -> tuple[Array, pa.StringArray]:
    codes, texts = _dictionary(column)
    if not all(map(ENCRYPTION_CODE.fullmatch, texts.to_pylist())):
        raise UnusualError
    return codes, texts


def _letters(column: Any, codes: dict[str, int], bad: Array, other: int = _UNKNOWN_LETTER) -> Array:
    """Return the code of each one-letter text; rows with another letter are bad, or get `other`."""
    if len(column) == 0:
        return np.empty(0, dtype=np.int8)
    array = column.chunk(0)
    letters = np.frombuffer(array.buffers()[1], dtype=np.uint8)[array.offset : array.offset + len(array)]
    result = np.full(len(letters), other, dtype=np.int8)
    for letter, code in codes.items():
        result += (letters == ord(letter)).view(np.int8) * np.int8(code - other)
    if other == _UNKNOWN_LETTER:
        bad |= result == _UNKNOWN_LETTER
    return result
