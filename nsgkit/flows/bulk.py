"""Tuples in bulk: bytes -> columns without a Python loop per tuple.

The bodies of many groups are laid end to end, the quotes between tuples become line breaks in place,
and pyarrow reads the lines. That is right only for tuples in their ordinary form, so every assumption
is checked on the way. A batch that breaks one is read again carefully: its ordinary lines still go
together, each other line through the exact reader, which takes it or says why not.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from nsgkit.flows.columns import COUNTERS, Array, Columns, Rejected, from_rows, merge, read_one_by_one
from nsgkit.flows.json_reader import located, read_value
from nsgkit.flows.tuples import (
    EARLIEST,
    ENCRYPTION_CODE,
    LATEST,
    NSG_PROTOCOLS,
    NULL,
    STATES,
    UNKNOWN_DECISION,
    BadTupleError,
    canonical_address,
    read_tuple,
)

_NSG = ("time", "src_ip", "dst_ip", "src_port", "dst_port", "protocol", "direction", "decision")
_VNET = (*_NSG[:7], "state", "encryption", *COUNTERS)
# The fields of each kind of tuple, by version and number of fields.
_FIELDS = {
    (1, 8): _NSG,
    (2, 8): _NSG,
    (2, 12): (*_NSG, "state", *COUNTERS[:3]),
    (2, 13): (*_NSG, "state", *COUNTERS),
    (4, 13): _VNET,
}
_TYPES = {
    **dict.fromkeys(("time", *COUNTERS), pa.int64()),
    **dict.fromkeys(("src_ip", "dst_ip", "encryption"), pa.dictionary(pa.int32(), pa.string())),
    **dict.fromkeys(("src_port", "dst_port"), pa.uint16()),
    **dict.fromkeys(("protocol", "direction", "decision", "state"), pa.string()),
}
_QUOTE, _LINE_BREAK, _COMMA = b'"\n,'
_UNKNOWN_CODE = -2

_ADDRESS, _COUNT = "[0-9a-fA-F.:]{2,45}", "[0-9]{0,18}"
_PORT = "(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_FIVE = f"^[0-9]{{10,13}},{_ADDRESS},{_ADDRESS},{_PORT},{_PORT},"
# Ordinary lines of each kind. Narrower than what the exact reader takes, never wider.
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


class Lines(NamedTuple):
    """Bodies laid end to end, each tuple between `starts` and `ends`, and the tuples of each body."""

    buffer: bytearray
    starts: Array
    ends: Array
    counts: Array
    bodies: Array  # where each body begins in the buffer


def read_bodies(bodies: Sequence[memoryview], versions: Array) -> tuple[Columns, Array]:
    """Return the columns of all tuples in JSON lists of compact texts, and the tuples of each list.

    `versions` gives each list's version. A rejected tuple's `at` counts from the start of its list.
    """
    lines = _lay_out(bodies)
    odd = _odd_bodies(lines)
    kinds = _kinds(lines, versions)
    kinds[odd] = -1
    counts = lines.counts.copy()
    texts = {int(i): _read_list(bodies[i]) for i in np.flatnonzero(odd)}
    for i, values in texts.items():
        counts[i] = len(values)
    first = np.concatenate(([0], np.cumsum(counts)))
    parts = []
    for kind in np.unique(kinds[kinds >= 0]):
        mine = np.flatnonzero(kinds == kind)
        part_lines = lines if len(mine) == len(bodies) else _lay_out([bodies[i] for i in mine])
        part = _read_kind(part_lines, (int(kind) // 100, int(kind) % 100))
        parts.append(part if part_lines is lines else _moved(part, part_lines.counts, first[mine]))
    for i, values in texts.items():
        parts.append(read_one_by_one(values, int(versions[i]), range(first[i], first[i + 1])))
    return merge(parts or [from_rows([], [], [])]), counts


def _read_list(body: memoryview) -> list[Any]:
    values: list[Any] = read_value(bytes(body).decode("latin-1"), 0)[0]
    return values


def _lay_out(bodies: Sequence[memoryview]) -> Lines:
    buffer = bytearray().join(bodies)
    view = np.frombuffer(buffer, dtype=np.uint8)
    quotes = np.flatnonzero(view == _QUOTE)
    offsets = np.concatenate(([0], np.cumsum([len(body) for body in bodies])))
    counts = np.diff(np.searchsorted(quotes, offsets)) // 2
    return Lines(buffer, quotes[0::2] + 1, quotes[1::2], counts, offsets[:-1])


def _odd_bodies(lines: Lines) -> Array:
    """Tell the lists that hold anything but texts: there, two quotes are not one comma apart."""
    sizes = np.diff(np.append(lines.bodies, len(lines.buffer)))
    filled = lines.counts > 0
    last = np.cumsum(lines.counts) - 1
    inside = lines.starts[1:] - lines.ends[:-1] == 3
    good = np.append(inside, False)
    good[last[filled]] = True
    first = last[filled] - lines.counts[filled] + 1
    odd = sizes != 2  # nothing but an empty list has no text
    odd[filled] = (lines.starts[first] - lines.bodies[filled] != 2) | (
        lines.bodies[filled] + sizes[filled] - lines.ends[last[filled]] != 2
    )
    owner = np.repeat(np.arange(len(lines.counts)), lines.counts)
    odd[owner[~good]] = True
    return odd


def _kinds(lines: Lines, versions: Array) -> Array:
    """Return version x 100 + fields for each list, by its first tuple; 0 fields where it is empty."""
    kinds = versions * 100 + np.where(versions == 1, 8, 13)
    asked = np.flatnonzero((versions == 2) & (lines.counts > 0))
    first = (np.cumsum(lines.counts) - lines.counts)[asked]
    sizes = lines.ends[first] - lines.starts[first]
    begins = np.cumsum(sizes) - sizes
    within = np.repeat(lines.starts[first] - begins, sizes) + np.arange(sizes.sum())
    commas = np.frombuffer(lines.buffer, dtype=np.uint8)[within] == _COMMA
    total = np.concatenate(([0], np.cumsum(commas)))
    fields = total[begins + sizes] - total[begins] + 1
    kinds[asked] = 200 + np.where(np.isin(fields, (8, 12)), fields, 13)
    kinds[lines.counts == 0] = -1
    return kinds


def _moved(part: Columns, counts: Array, first: Array) -> Columns:
    """Return the part with its places moved to where its lists stand among all of them."""
    shift = np.repeat(first - (np.cumsum(counts) - counts), counts)
    rejected = [reject._replace(place=int(reject.place + shift[reject.place])) for reject in part.rejected]
    return Columns(part.arrays, part.texts, part.place + shift[part.place], rejected)


def _read_kind(lines: Lines, kind: tuple[int, int]) -> Columns:
    view = np.frombuffer(lines.buffer, dtype=np.uint8)
    view[lines.starts - 1] = view[lines.ends] = view[lines.ends + 1] = _LINE_BREAK
    view[lines.bodies] = _LINE_BREAK
    places = np.arange(len(lines.starts))
    try:
        _check_numbers(lines.buffer, view)
        arrays, texts, bad = _convert(_read_csv(lines.buffer, kind, len(places)), kind)
        if bad.any():
            raise UnusualError
    except (UnusualError, pa.ArrowInvalid):
        return _read_carefully(lines, kind)
    return Columns(arrays, texts, places)


def _read_carefully(lines: Lines, kind: tuple[int, int]) -> Columns:
    ordinary = _matches(lines, _ORDINARY[kind])
    exact = list(np.flatnonzero(~ordinary))
    texts = {int(i): _text(lines, int(i)) for i in exact}
    view = np.frombuffer(lines.buffer, dtype=np.uint8)
    for i in exact:  # an empty line is no line
        view[lines.starts[i] : lines.ends[i]] = _LINE_BREAK
    places = np.flatnonzero(ordinary)
    arrays, names, bad = _convert(_read_csv(lines.buffer, kind, len(places)), kind)
    texts |= {int(i): _text(lines, int(i)) for i in places[bad]}
    quick = Columns({name: array[~bad] for name, array in arrays.items()}, names, places[~bad])
    return merge([quick, _one_by_one(lines, kind[0], dict(sorted(texts.items())))])


def _one_by_one(lines: Lines, version: int, texts: dict[int, str]) -> Columns:
    owner = np.searchsorted(np.cumsum(lines.counts), list(texts), side="right")
    rows, kept, rejected = [], [], []
    for (place, text), group in zip(texts.items(), owner, strict=True):
        try:
            rows.append(read_tuple(text, version))
            kept.append(place)
        except BadTupleError as error:
            at = int(lines.starts[place] - 1 - lines.bodies[group])
            rejected.append(Rejected(place, str(error), text, at))
    return from_rows(rows, kept, rejected)


def _text(lines: Lines, i: int) -> str:
    quoted = b'"' + lines.buffer[lines.starts[i] : lines.ends[i]] + b'"'
    return str(located(quoted.decode("latin-1"), 0, len(quoted)))


def _matches(lines: Lines, pattern: str) -> Array:
    """Tell for each line whether it matches, all lines at once."""
    edges = np.column_stack([lines.starts, lines.ends]).ravel().astype(np.int64)
    texts = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(edges) - 1, [None, pa.py_buffer(edges), pa.py_buffer(lines.buffer)]
    )
    found: Array = pc.match_substring_regex(texts, pattern=pattern).to_numpy(zero_copy_only=False)
    return found[::2]


def _check_numbers(buffer: bytearray, view: Array) -> None:
    """Refuse what pyarrow takes for a number and we do not: -1, 0x1F."""
    if b"-" in buffer:
        raise UnusualError
    for letter in b"xX":
        if letter in buffer and (view[np.flatnonzero(view == letter) - 1] == ord("0")).any():
            raise UnusualError


def _read_csv(buffer: bytearray, kind: tuple[int, int], rows: int) -> pa.Table:
    names = list(_FIELDS[kind])
    types = {name: _TYPES[name] for name in names}
    if kind[0] == 4:
        types["protocol"] = pa.uint8()
    if rows == 0:
        return pa.table({name: pa.array([], type=types[name]) for name in names})
    table = csv.read_csv(
        pa.BufferReader(pa.py_buffer(buffer)),
        csv.ReadOptions(use_threads=False, block_size=4 << 20, column_names=names),
        csv.ParseOptions(quote_char=False, double_quote=False),
        csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=False),
    )
    if table.num_rows != rows:
        raise UnusualError
    return table.unify_dictionaries().combine_chunks()


def _convert(table: pa.Table, kind: tuple[int, int]) -> tuple[dict[str, Array], dict[str, list[str]], Array]:
    """Return arrays, distinct texts, and which rows hold a value that the exact reader must judge."""
    rows = table.num_rows
    time, bad = _times(table["time"].to_numpy())
    arrays: dict[str, Array] = {"time": time}
    texts: dict[str, list[str]] = {}
    for name in ("src_ip", "dst_ip"):
        arrays[name], texts[name] = _addresses(table[name], bad)
    for name in ("src_port", "dst_port"):
        arrays[name] = table[name].to_numpy()
    arrays["direction"] = _codes(table["direction"], {"I": 0, "O": 1}, bad)
    if kind[0] == 4:
        arrays["protocol"] = table["protocol"].to_numpy()
        state = _codes(table["state"], STATES | {"D": 3}, bad)
        arrays["decision"] = (state == 3).astype(np.int8)
        arrays["state"] = np.where(state == 3, np.int8(NULL), state)
        arrays["encryption"], texts["encryption"] = _encryption(table["encryption"])
    else:
        arrays["protocol"] = _codes(table["protocol"], NSG_PROTOCOLS, bad).astype(np.uint8)
        arrays["decision"] = _codes(table["decision"], {"A": 0, "D": 1}, bad, other=UNKNOWN_DECISION)
        arrays["state"] = (
            _codes(table["state"], STATES, bad) if kind[1] > 8 else np.full(rows, NULL, dtype=np.int8)
        )
        arrays["encryption"], texts["encryption"] = np.full(rows, NULL, dtype=np.int32), []
    _add_counters(arrays, table, kind, bad)
    return arrays, texts, bad


def _add_counters(arrays: dict[str, Array], table: pa.Table, kind: tuple[int, int], bad: Array) -> None:
    for name in COUNTERS:
        if kind[1] == 13:
            arrays[name] = table[name].fill_null(NULL).to_numpy()
            continue
        arrays[name] = np.full(table.num_rows, NULL, dtype=np.int64)
        if name in table.column_names:  # 12 fields: which counter is missing cannot be told
            bad |= table[name].is_valid().to_numpy()


def _times(values: Array) -> tuple[Array, Array]:
    seconds = (values >= EARLIEST) & (values < LATEST)
    if seconds.all():
        return values * 1000, ~seconds
    milliseconds = (values >= EARLIEST * 1000) & (values < LATEST * 1000)
    return np.where(seconds, values * 1000, values), ~(seconds | milliseconds)


def _dictionary(column: pa.ChunkedArray) -> tuple[Array, pa.Array]:
    array = column.chunk(0) if column.num_chunks else pa.array([], type=column.type)
    return array.indices.to_numpy().astype(np.int32, copy=False), array.dictionary


def _addresses(column: pa.ChunkedArray, bad: Array) -> tuple[Array, list[str]]:
    codes, distinct = _dictionary(column)
    texts = distinct.to_pylist()
    plain = pc.match_substring_regex(distinct, pattern=_IPV4).to_numpy(zero_copy_only=False)
    wrong = np.zeros(len(texts) + 1, dtype=bool)
    for i in np.flatnonzero(~plain):
        canonical = canonical_address(texts[i])
        wrong[i], texts[i] = canonical is None, canonical or texts[i]
    if wrong.any():
        bad |= wrong[codes]
    return codes, texts


def _encryption(column: pa.ChunkedArray) -> tuple[Array, list[str]]:
    codes, distinct = _dictionary(column)
    texts = distinct.to_pylist()
    if not all(re.fullmatch(ENCRYPTION_CODE, text) for text in texts):
        raise UnusualError
    return codes, texts


def _codes(column: pa.ChunkedArray, codes: dict[str, int], bad: Array, other: int = _UNKNOWN_CODE) -> Array:
    """Return the code of each one-letter text; rows with another letter are bad unless `other`."""
    if len(column) == 0:
        return np.empty(0, dtype=np.int8)
    array = column.chunk(0)
    offsets = np.frombuffer(array.buffers()[1], dtype=np.int32)[array.offset : array.offset + len(array) + 1]
    if not (np.diff(offsets) == 1).all():
        raise UnusualError
    letters = np.frombuffer(array.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
    table = np.full(256, other, dtype=np.int8)
    for letter, code in codes.items():
        table[ord(letter)] = code
    result: Array = table[letters]
    if other == _UNKNOWN_CODE:
        bad |= result == _UNKNOWN_CODE
    return result
