"""Lists of tuples -> lines of CSV -> columns, many groups at a time.

A body is the JSON list of a group's tuples, as bytes without white space. Where all are lists of plain
texts, the tuples become lines without any being looked for; otherwise numpy finds the places of all quotes.
pyarrow reads the lines; what it reads is put into the form that Columns have, and what is unusual is told.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Raw
from pyarrow import csv

from nsgkit.flows.parse.columns import Array, Columns
from nsgkit.flows.parse.json_exact import decode_string
from nsgkit.flows.parse.tuples import (
    DECISIONS,
    DIRECTIONS,
    EARLIEST,
    LATEST,
    NSG_PROTOCOLS,
    NULL,
    STATES,
    UNKNOWN_DECISION,
    canonical_address,
    is_code,
)
from nsgkit.schema import COUNTERS

_QUOTE, _COMMA, _LINE_BREAK, _OPEN, _CLOSE = b'",\n[]'
MARK = b"9"  # stands before the first tuple of each body
_CHUNK = 1 << 19  # bytes that a processor keeps at hand, with what is made of them
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
_IPV4 = r"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.|$)){4}$"


class Bodies(NamedTuple):
    """Bodies laid end to end: the i-th stands in `buffer` from `edges[i]` to before `edges[i + 1]`."""

    buffer: bytearray
    edges: Array

    @property
    def view(self) -> Array:
        """The buffer as an array that writes into it."""
        return np.frombuffer(self.buffer, dtype=np.uint8)

    @property
    def filled(self) -> Array:
        """Which bodies are longer than an empty list."""
        return np.diff(self.edges) > len("[]")


class Tuples(NamedTuple):
    """Where the tuples of bodies stand in their buffer: the i-th from `starts[i]` to before `ends[i]`."""

    laid: Bodies
    starts: Array
    ends: Array
    counts: Array  # of each body


def concatenate(bodies: Sequence[Raw]) -> Bodies:
    """Lay the bodies end to end."""
    edges = np.cumsum([0, *[len(memoryview(body)) for body in bodies]])  # a generator takes twice as long
    return Bodies(bytearray().join(bodies), edges)


def fields_of_last(laid: Bodies, versions: Array) -> Array:
    """Return 8, 12 or 13: how many fields the last tuple of each body seems to have.

    Told by its end where the version does not: the decision's letter (8), a state and three commas (12),
    four commas or a number (13).
    """
    fields: Array = np.where(versions == 1, 8, 13)
    asked = np.flatnonzero((versions == 2) & laid.filled)
    end = laid.edges[asked + 1] - 2
    last, fourth = laid.view[end - 1], laid.view[np.maximum(end - 4, 0)]
    fields[asked] = np.where(last >= ord("A"), 8, np.where((last == _COMMA) & (fourth != _COMMA), 12, 13))
    return fields


def begin_and_end_as_lists(laid: Bodies) -> bool:
    """Tell whether each body is `[]`, or begins with `["` and ends with `"]`."""
    if (np.diff(laid.edges) < len("[]")).any():
        return False
    view, starts, ends = laid.view, laid.edges[:-1], laid.edges[1:]
    brackets = (view[starts] == _OPEN) & (view[ends - 1] == _CLOSE)
    quotes = (view[starts + 1] == _QUOTE) & (view[ends - 2] == _QUOTE)
    return bool((brackets & (quotes | ~laid.filled)).all())


def tuples_to_lines(laid: Bodies) -> int:
    """Make tuples lines, in place: `","` between two becomes line ends; return how many tuples to expect.

    The first line of each body gets the mark before it. Right for lists of plain texts alone: with anything
    else in a body, a line begins with a comma, or is missing.
    """
    view, found = laid.view, 0
    quotes = np.zeros(_CHUNK + 2, dtype=np.uint8)  # 1 for a quote, from the byte before to the one behind
    for start in range(0, len(view), _CHUNK):
        chunk = view[start : start + _CHUNK]
        before, here, after = (quotes[i : i + len(chunk)] for i in range(3))
        quotes[0] = quotes[_CHUNK]
        here[:] = chunk == _QUOTE
        after[-1] = (view[start + len(chunk) :][:1] == _QUOTE).any()
        found += int(np.count_nonzero(here))
        chunk -= here * np.uint8(_QUOTE - _LINE_BREAK)  # to choose bytes takes twice as long
        chunk -= (before & after) * np.uint8(_COMMA - _LINE_BREAK)
    view[laid.edges[:-1]] = view[laid.edges[1:] - 1] = _LINE_BREAK
    view[laid.edges[:-1][laid.filled] + 1] = ord(MARK)
    return found // 2


def find_tuples(laid: Bodies) -> Tuples:
    """Find all tuples by the quotes around them; bodies that `non_text_lists` tells have no true ones."""
    quotes = np.flatnonzero(laid.view == _QUOTE)
    counts = np.diff(np.searchsorted(quotes, laid.edges)) // 2
    return Tuples(laid, quotes[0::2] + 1, quotes[1::2], counts)


def non_text_lists(tuples: Tuples) -> Array:
    """Tell the bodies that hold anything but texts: theirs are not `["` … `","` … `"]` throughout."""
    last, filled = np.cumsum(tuples.counts), tuples.counts > 0
    first = last - tuples.counts
    # Between two tuples of one body stand three bytes, between those of two bodies four.
    near = np.append(tuples.starts[1:] - tuples.ends[:-1], 0) == 3
    edge = np.zeros(len(near), dtype=bool)
    edge[last[filled] - 1] = True
    bad = np.concatenate(([0], np.cumsum(~(near | edge))))
    odd: Array = bad[last] > bad[first]
    starts, ends = tuples.laid.edges[:-1], tuples.laid.edges[1:]
    odd[filled] |= tuples.starts[first[filled]] != starts[filled] + 2
    odd[filled] |= tuples.ends[last[filled] - 1] != ends[filled] - 2
    odd[~filled] |= ends[~filled] != starts[~filled] + 2
    return odd


def break_around(tuples: Tuples, without: Iterable[int]) -> None:
    """Make each tuple a line, in place, but these empty ones: an empty line is no line."""
    view, edges = tuples.laid.view, tuples.laid.edges
    for i in without:
        view[tuples.starts[i] : tuples.ends[i]] = _LINE_BREAK
    view[tuples.starts - 1] = view[tuples.ends] = view[tuples.ends + 1] = _LINE_BREAK
    view[edges[:-1]] = view[edges[1:] - 1] = _LINE_BREAK


def text_of(tuples: Tuples, i: int) -> str:
    """Return the i-th tuple's text."""
    quoted = b'"' + tuples.laid.buffer[tuples.starts[i] : tuples.ends[i]] + b'"'
    return str(decode_string(quoted.decode("latin-1"), 0, len(quoted)))


def matches(tuples: Tuples, pattern: str) -> Array:
    """Tell for each tuple whether it matches, all at once."""
    edges = np.column_stack([tuples.starts, tuples.ends]).ravel().astype(np.int64)
    buffers = [None, pa.py_buffer(edges), pa.py_buffer(tuples.laid.buffer)]
    texts = pa.LargeBinaryArray.from_buffers(pa.large_binary(), max(0, len(edges) - 1), buffers)
    found: Array = pc.match_substring_regex(texts, pattern=pattern).to_numpy(zero_copy_only=False)
    return found[::2]


class UnusualError(Exception):
    """The batch breaks an assumption of the quick way."""


def read_csv(laid: Bodies, kind: tuple[int, int], rows: int) -> pa.Table:
    """Return the fields of so many lines of one kind; UnusualError or ArrowInvalid where they are not."""
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


def convert(table: pa.Table, time: Array, kind: tuple[int, int], bad: Array) -> Columns:
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


def milliseconds(values: Array) -> tuple[Array, Array]:
    """Return times in milliseconds, and which are neither that nor seconds of our days."""
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
    if not all(map(is_code, texts.to_pylist())):
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
