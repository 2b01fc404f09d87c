"""The tables of a store: their columns as Delta Lake has them, and how their files are encoded.

Delta Lake knows no unsigned numbers, and times in microseconds only.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow as pa

from nsgkit import schema
from nsgkit.counting.parts import LOG, PENDING, POLICY
from nsgkit.counting.quick.increments import LISTED
from nsgkit.counting.spread import LISTS

_KINDS = {
    "UInt8": pa.int16(), "uint8": pa.int16(), "UInt16": pa.int32(), "uint16": pa.int32(),
    "Int32": pa.int32(), "int32": pa.int32(), "int64": pa.int64(), "Int64": pa.int64(), "bool": pa.bool_(),
    "boolean": pa.bool_(), "float64": pa.float64(), schema.TIME: pa.timestamp("us", "UTC"),
}  # fmt: skip
_TIMES = ("time", "record_time", "first", "last")
_LIST = pa.list_(pa.struct([(name, pa.int64()) for name in LISTED]))


def _of(columns: Iterable[schema.Column]) -> list[Any]:
    return [pa.field(c.name, _KINDS.get(c.dtype, pa.string())) for c in columns]


# Beside the table of blobs: how a blob is known again, and what is told of it only beside all others.
# read: of which reading its rows are; path_resource, named: what its path and its records call the resource;
# changed: how it is not what was downloaded; copy_of: the first blob of its bytes; repeated: its records that
# another has already, as JSON; prints: of its records, to find such.
KNOWN_AGAIN = (
    "path", "mark", "read", "path_resource", "named", "changed", "copy_of", "repeated", "prints",
)  # fmt: skip
_BESIDE = [pa.field(name, pa.binary() if name == "prints" else pa.string()) for name in KNOWN_AGAIN]
_STITCHED = [c for c in schema.CONVERSATIONS if c.name != "stateless"]
_FACTS = [(name, pa.string()) for name in ("file", "of", *dict.fromkeys((*POLICY, *LOG)))]
_FACTS += [(name, pa.int64()) for name in ("answered", "begins", "ends", "earliest", "latest")]

TABLES: Mapping[str, pa.Schema] = MappingProxyType(
    {
        "flows": pa.schema(_of(schema.FLOWS)),
        "rejects": pa.schema(_of(schema.REJECTS)),
        "blobs": pa.schema([*_of(schema.BLOBS), *_BESIDE]),
        "conversations": pa.schema(
            [
                *_of(_STITCHED),
                *((name, pa.bool_()) for name in PENDING),
                *((name, _LIST) for name in LISTS),
            ]
        ),
        "facts": pa.schema(_FACTS),
    }
)
BY_DAY = MappingProxyType({"flows": "time", "conversations": "first"})  # partitioned by the day of this time

_ORDERED = ("time", "record_time", "first", "last", "record", "tuple", "into_record", "into_tuple")
_REPEATED = ("dst_port", "packets_src_to_dst", "packets_dst_to_src", "rows")


def arrow(table: pd.DataFrame, name: str, **others: Any) -> Any:
    """Return a pandas table as the store's table `name` has it; texts stay dictionaries, if they were.

    `others` are columns that are Arrow's already.
    """
    arrays = {
        f.name: _array(table[f.name], f.type) if f.name in table else others[f.name] for f in TABLES[name]
    }
    return pa.table(arrays)


def _array(values: "pd.Series[Any]", kind: Any) -> Any:
    found = pa.array(values, from_pandas=True)
    if pa.types.is_dictionary(found.type):
        return found.cast(pa.dictionary(found.type.index_type, pa.string()))
    return found.cast(kind)


def encoding(table: Any) -> dict[str, Any]:
    """Return how `pyarrow.parquet` writes a table: measured, the smallest that is also quick.

    Statistics are asked for nothing but times, and those of texts cost two fifths of the writing.
    """
    names = set(table.column_names)
    texts = [f.name for f in table.schema if pa.types.is_dictionary(f.type) or pa.types.is_string(f.type)]
    delta = "DELTA_BINARY_PACKED"
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": [*texts, *(name for name in _REPEATED if name in names)],
        "column_encoding": {
            **{name: delta for name in _ORDERED if name in names},
            **{f"{name}.list.element.{time}": delta for name in names & {*LISTS} for time in LISTED[:2]},
        },
        "write_statistics": [name for name in _TIMES if name in names],
        "store_schema": False,
    }
