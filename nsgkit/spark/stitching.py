"""conversations on a cluster: rows are dealt out by their ends, and each worker stitches its own."""

from collections.abc import Sequence
from functools import partial
from math import ceil
from typing import Any

import pandas as pd
import pyarrow as pa

from nsgkit.counting.frame import Rows
from nsgkit.counting.parts import ENDS, LOG, POLICY, Settled, settled, stitch_part
from nsgkit.counting.spread import INCREMENTS
from nsgkit.counting.stitch import ROWS, begins_left_out, logged_without_state, marked
from nsgkit.schema import CONVERSATIONS, FLOWS
from nsgkit.spark.parsing import Batches
from nsgkit.spark.tables import FLOW_ROWS, STITCHED, as_arrow, spark_schema

ROWS_OF_A_TASK = 500_000  # all of them are in memory at once
_OF_ROWS = {*ROWS, *(c.name for c in CONVERSATIONS)}
_NEEDED = [c.name for c in FLOWS if c.name in _OF_ROWS]


def stitched_on(flows: Any, rows: int) -> Any:
    """Return the conversations of flow rows, of which there are so many, with their increments.

    All rows of a connection, seen from wherever, lie in one part. Two things only all rows tell: they are
    found first.
    """
    dealt = flows.select(*_NEEDED).repartition(max(1, ceil(rows / ROWS_OF_A_TASK)), *ENDS)
    return dealt.mapInArrow(partial(_stitch, known=_settled(flows)), spark_schema(STITCHED))


def _settled(flows: Any) -> Settled:
    """Return what all rows tell of rules and flow logs; the cluster adds it up."""
    rows = marked(flows)
    stateless = rows.join(logged_without_state(rows), on=["policy"])
    by_end = rows.join(begins_left_out(rows), on=["log"])
    return Settled(_distinct(stateless, POLICY), _distinct(by_end, (LOG[0], "unnamed_log")))


def _distinct(rows: Rows, names: Sequence[str]) -> frozenset[tuple[str | None, ...]]:
    table = rows.select(*names).unique().collect(dict.fromkeys(names, "str"))
    values = table.astype("object").where(table.notna(), None)
    return frozenset(values.itertuples(index=False, name=None))


def _stitch(parts: Batches, known: Settled) -> Batches:
    """Stitch all rows that one task is given."""
    coded = [_coded(part) for part in parts if part.num_rows]
    if not coded:
        return
    part = stitch_part(_flows(coded))
    table = settled(part.table, known)
    columns = as_arrow(table, STITCHED.remove(STITCHED.get_field_index(INCREMENTS)))
    lists = part.increments.cast(STITCHED.field(INCREMENTS).type)
    yield from columns.append_column(STITCHED.field(INCREMENTS), lists).to_batches(max_chunksize=1 << 16)


def _coded(part: "pa.RecordBatch") -> "pa.Table":
    """Return rows with each text once: names of blobs are long, and the same in many rows."""
    table = pa.Table.from_batches([part]).cast(pa.schema([FLOW_ROWS.field(name) for name in _NEEDED]))
    columns = [
        column.dictionary_encode() if pa.types.is_string(column.type) else column for column in table.columns
    ]
    return pa.table(columns, names=_NEEDED)


def _flows(coded: Sequence["pa.Table"]) -> pd.DataFrame:
    """Return the rows as a pandas flow table, as far as stitching needs it."""
    table = pa.concat_tables(coded).unify_dictionaries()
    table = table.set_column(0, "time", table["time"].cast(pa.timestamp("ms", "UTC")))
    flows: pd.DataFrame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return flows
