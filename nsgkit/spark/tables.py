"""The tables of the schema as Arrow and Spark have them: texts as texts, signed numbers, microseconds."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa

from nsgkit.counting.quick.increments import LISTED
from nsgkit.counting.spread import INCREMENTS
from nsgkit.schema import CONVERSATIONS, FLOWS, REJECTS, TIME
from nsgkit.schema.columns import Table

Schema: TypeAlias = "pa.Schema"
_INTEGERS = {
    "uint8": pa.int16(), "uint16": pa.int32(), "int32": pa.int32(), "Int32": pa.int32(),
    "int64": pa.int64(), "Int64": pa.int64(),
}  # fmt: skip
_KINDS: Mapping[str, Any] = {
    **_INTEGERS, "float64": pa.float64(), "bool": pa.bool_(), "boolean": pa.bool_(),
    TIME: pa.timestamp("us", "UTC"),
}  # fmt: skip
_NAMES = {
    pa.string(): "string", pa.int16(): "smallint", pa.int32(): "int", pa.int64(): "bigint",
    pa.float64(): "double", pa.bool_(): "boolean", pa.timestamp("us", "UTC"): "timestamp",
}  # fmt: skip
_ROWS_AT_ONCE = 1 << 16  # of a batch that a worker hands back


def arrow_schema(table: Table) -> Schema:
    """Return a table's columns as Arrow has them on their way to Spark.

    >>> arrow_schema(FLOWS).field("dst_port").type
    DataType(int32)
    """
    return pa.schema([(c.name, _KINDS.get(str(c.dtype), pa.string())) for c in table])


_INCREMENT = pa.struct([(name, pa.int64()) for name in LISTED])
FLOW_ROWS, REJECTED = arrow_schema(FLOWS), arrow_schema(REJECTS)
STITCHED = arrow_schema(CONVERSATIONS).append(pa.field(INCREMENTS, pa.list_(_INCREMENT)))


def as_arrow(table: pd.DataFrame, schema: Schema) -> "pa.Table":
    """Return a pandas table as Arrow's, with the schema's columns and types."""
    return pa.Table.from_pandas(table[schema.names], preserve_index=False).cast(schema)


def spark_schema(schema: Schema) -> str:
    """Return an Arrow schema in the words that Spark takes.

    >>> spark_schema(pa.schema([("port", pa.int32()), ("at", pa.list_(pa.struct([("n", pa.int64())])))]))
    '`port` int, `at` array<struct<`n`: bigint>>'
    """
    return ", ".join(f"`{field.name}` {_spark_type(field.type)}" for field in schema)


def _spark_type(kind: Any) -> str:
    if pa.types.is_list(kind):
        return f"array<{_spark_type(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return f"struct<{', '.join(f'`{field.name}`: {_spark_type(field.type)}' for field in kind)}>"
    return _NAMES[kind]


def batches_of(kind: str, table: "pa.Table", outcome: Schema) -> Iterator["pa.RecordBatch"]:
    """Yield a table's rows as the structs called `kind`; the structs of other kinds are null.

    One pass of Spark has one schema, `outcome`: a nullable struct for each kind of row.
    """
    for batch in table.to_batches(max_chunksize=_ROWS_AT_ONCE):
        structs = [
            pa.StructArray.from_arrays(batch.columns, fields=list(batch.schema))
            if field.name == kind
            else pa.nulls(batch.num_rows, field.type)
            for field in outcome
        ]
        yield pa.RecordBatch.from_arrays(structs, schema=outcome)
