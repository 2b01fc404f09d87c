"""Tuples in bulk: bytes -> columns without a Python loop per tuple.

pyarrow reads the tuples as lines of CSV. That is right only for tuples in their ordinary form, so
every assumption is checked on the way. A batch that breaks one is read again carefully: its ordinary
lines still go together, each other line through the exact reader, which takes it or says why not.
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
    Lines,
    blank,
    break_lines,
    fields_of_first,
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
    lines, odd = _lay_out_plain(bodies)
    slow = {i: read_array(bodies[i]) for i in np.flatnonzero(odd).tolist()}
    counts = lines.counts.copy()
    counts[list(slow)] = [len(values) for values in slow.values()]
    first = np.cumsum(counts) - counts
    fields = _fields(lines, versions, odd)
    parts = []
    for kind in sorted(set(zip(versions[~odd].tolist(), fields[~odd].tolist(), strict=True))):
        mine = np.flatnonzero((versions == kind[0]) & (fields == kind[1]) & ~odd)
        chosen = lines if len(mine) == len(bodies) else lay_out([bodies[i] for i in mine.tolist()])
        parts.append(_moved(_read_kind(chosen, kind), chosen.counts, first[mine]))
    for i, values in slow.items():
        parts.append(read_list(values, int(versions[i]), int(first[i])))
    return merge(parts or [from_rows([], [], [])]), counts


def _lay_out_plain(bodies: Sequence[Raw]) -> tuple[Lines, Array]:
    """Lay out the bodies, and tell which hold anything but plain texts."""
    lines = lay_out(bodies)
    if b"\\" not in lines.buffer:
        return lines, odd_bodies(lines)
    escaped = [b"\\" in bytes(body) for body in bodies]  # its quotes are not the tuples' own
    lines = lay_out([Raw(b"[]") if skip else body for skip, body in zip(escaped, bodies, strict=True)])
    return lines, odd_bodies(lines) | np.array(escaped)


def _fields(lines: Lines, versions: Array, odd: Array) -> Array:
    """Return the number of fields that the tuples of each body seem to have."""
    fields: Array = np.where(versions == 1, 8, 13)
    asked = np.flatnonzero((versions == 2) & (lines.counts > 0) & ~odd)
    fields[asked] = fields_of_first(lines, asked)
    return fields


def _moved(part: Columns, counts: Array, first: Array) -> Columns:
    """Return the part with its places moved to where its lists stand among all of them."""
    starts = np.cumsum(counts) - counts
    if np.array_equal(starts, first):
        return part
    shift = np.repeat(first - starts, counts)
    rejected = [reject._replace(place=int(reject.place + shift[reject.place])) for reject in part.rejected]
    return Columns(part.arrays, part.texts, part.place + shift[part.place], rejected)


def _read_kind(lines: Lines, kind: tuple[int, int]) -> Columns:
    break_lines(lines)
    try:
        _check_bytes(lines)
        columns, bad = _convert(_read_csv(lines, kind, len(lines.starts)), kind)
    except (UnusualError, pa.ArrowInvalid):
        return _read_carefully(lines, kind)
    return _read_carefully(lines, kind) if bad.any() else columns


def _read_carefully(lines: Lines, kind: tuple[int, int]) -> Columns:
    ordinary = matches(lines, _ORDINARY[kind])
    places = np.flatnonzero(ordinary)
    texts = {i: text_of(lines, i) for i in np.flatnonzero(~ordinary).tolist()}
    blank(lines, texts)
    columns, bad = _convert(_read_csv(lines, kind, len(places)), kind)
    texts |= {i: text_of(lines, i) for i in places[bad].tolist()}
    return merge([choose(columns, ~bad, places[~bad]), _one_by_one(lines, kind[0], texts)])


def _one_by_one(lines: Lines, version: int, texts: dict[int, str]) -> Columns:
    columns = read_one_by_one(list(texts.values()), version, list(texts))
    owner = np.searchsorted(np.cumsum(lines.counts), [r.place for r in columns.rejected], side="right")
    columns.rejected = [
        reject._replace(at=int(lines.starts[reject.place] - 1 - lines.bodies[body]))
        for reject, body in zip(columns.rejected, owner, strict=True)
    ]
    return columns


def _check_bytes(lines: Lines) -> None:
    """Refuse what pyarrow takes for a number and we do not (-1, 0x1F, 1 2), and what is not ASCII."""
    if b"-" in lines.buffer or b" " in lines.buffer or not lines.buffer.isascii():
        raise UnusualError
    for letter in b"xX":
        if (
            letter in lines.buffer
            and (lines.view[np.flatnonzero(lines.view == letter) - 1] == ord("0")).any()
        ):
            raise UnusualError


def _read_csv(lines: Lines, kind: tuple[int, int], rows: int) -> pa.Table:
    names = _FIELDS[kind]
    types = {name: _TYPES[name] for name in names} | ({"protocol": pa.uint8()} if kind[0] == 4 else {})
    if rows == 0:
        return pa.table({name: pa.array([], type=kind) for name, kind in types.items()})
    table = csv.read_csv(
        pa.BufferReader(pa.py_buffer(lines.buffer)),
        csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=list(names)),
        csv.ParseOptions(quote_char=False, double_quote=False),
        csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=False, check_utf8=False),
        memory_pool=_POOL,
    )
    if table.num_rows != rows or any(table[name].null_count for name in names if name not in COUNTERS):
        raise UnusualError
    return table.unify_dictionaries(memory_pool=_POOL).combine_chunks(memory_pool=_POOL)


def _convert(table: pa.Table, kind: tuple[int, int]) -> tuple[Columns, Array]:
    """Return the columns, and which rows hold a value that the exact reader must judge."""
    rows = table.num_rows
    time, bad = _times(table["time"].to_numpy())
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
        arrays["protocol"] = _letters(table["protocol"], NSG_PROTOCOLS, bad).astype(np.uint8)
        arrays["decision"] = _letters(table["decision"], DECISIONS, bad, other=UNKNOWN_DECISION)
        nothing = np.full(rows, NULL, dtype=np.int8)
        arrays["state"] = nothing if kind[1] == 8 else _letters(table["state"], STATES, bad)
        arrays["encryption"], texts["encryption"] = nothing.astype(np.int32), pa.array([], type=pa.string())
    arrays |= _counters(table, kind[1], bad)
    return Columns(arrays, texts, np.arange(rows)), bad


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
    table = np.full(256, other, dtype=np.int8)
    for letter, code in codes.items():
        table[ord(letter)] = code
    result: Array = table[letters]
    if other == _UNKNOWN_LETTER:
        bad |= result == _UNKNOWN_LETTER
    return result
