"""Lines of CSV -> columns: pyarrow's values in the form that Columns have, and what of them is unusual."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from nsgkit.flows.parse.columns import Array, Columns
from nsgkit.flows.parse.lines import Bodies
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
