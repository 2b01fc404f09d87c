"""The tables of a store on their way to Spark: what its workers hand back."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa

from nsgkit.store.tables import arrow

Schema: TypeAlias = "pa.Schema"
_NAMES = {
    pa.string(): "string", pa.int16(): "smallint", pa.int32(): "int", pa.int64(): "bigint",
    pa.float64(): "double", pa.bool_(): "boolean", pa.binary(): "binary",
    pa.timestamp("us", "UTC"): "timestamp",
}  # fmt: skip
_ROWS_AT_ONCE = 1 << 16  # of a batch that a worker hands back


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


def plain(table: pd.DataFrame, name: str, schema: Schema, **others: Any) -> "pa.Table":
    """Return a pandas table as the store's table `name` has it, each text written out, as Spark has them."""
    return arrow(table, name, **others).cast(schema)


def handed_back(table: "pa.Table") -> Iterator["pa.RecordBatch"]:
    """Yield a table as Spark takes it from a worker."""
    return iter(table.to_batches(max_chunksize=_ROWS_AT_ONCE))


def batches_of(kind: str, table: "pa.Table", outcome: Schema) -> Iterator["pa.RecordBatch"]:
    """Yield a table's rows as the structs called `kind`; the structs of other kinds are null.

    One pass of Spark has one schema, `outcome`: a nullable struct for each kind of row.
    """
    for batch in handed_back(table):
        structs = [
            pa.StructArray.from_arrays(batch.columns, fields=list(batch.schema))
            if field.name == kind
            else pa.nulls(batch.num_rows, field.type)
            for field in outcome
        ]
        yield pa.RecordBatch.from_arrays(structs, schema=outcome)
