"""conversations on a cluster: rows are dealt out by their ends, and each worker stitches its own."""

from functools import reduce
from math import ceil
from operator import and_, or_
from typing import Any

import pandas as pd
import pyarrow as pa

from nsgkit.counting.parts import ENDS, LOG, POLICY, Settled, stitch_part
from nsgkit.counting.spread import LISTS
from nsgkit.schema import CONVERSATIONS, FIRST_VNET_VERSION
from nsgkit.spark.parsing import Batches
from nsgkit.spark.tables import handed_back, plain, spark_schema
from nsgkit.store.dealing import COLUMNS, with_dictionaries
from nsgkit.store.keeping import as_pandas
from nsgkit.store.tables import TABLES

ROWS_OF_A_TASK = 500_000  # all of them are in memory at once
_STITCHED = TABLES["conversations"]


def stitched_on(flows: Any, rows: int) -> Any:
    """Return the conversations of flow rows, of which there are so many, as a store's table has them.

    All rows of a connection, seen from wherever, lie in one part.
    """
    dealt = flows.select(*COLUMNS).repartition(max(1, ceil(rows / ROWS_OF_A_TASK)), *ENDS)
    return dealt.mapInArrow(_stitch, spark_schema(_STITCHED))


def settled_on(stitched: Any, known: Settled) -> Any:
    """Return stitched conversations with the two columns that hang on all rows told."""
    from pyspark.sql.functions import col, lit, when

    resource = when(col("flow_log").isNull(), col("resource"))
    silent = _among((col(LOG[0]), resource), known.by_end)
    ended = col("counted_by").isNull() & col("ended") & (col("version") >= FIRST_VNET_VERSION)
    told = {
        "counted_by": when(ended & silent, lit("end")).otherwise(col("counted_by")),
        "stateless": col("asks_answer") & _among([col(name) for name in POLICY], known.stateless),
    }
    names = [c.name for c in CONVERSATIONS]
    columns = [told[name].alias(name) if name in told else col(name) for name in names]
    return stitched.select(*columns, *LISTS)


def _among(columns: Any, keys: frozenset[tuple[str | None, ...]]) -> Any:
    """Tell the rows whose texts, nulls included, are one of the keys. Texts of logs are never SQL."""
    from pyspark.sql.functions import lit

    alike = (
        reduce(and_, (column.eqNullSafe(lit(text)) for column, text in zip(columns, key, strict=True)))
        for key in sorted(keys, key=str)
    )
    return reduce(or_, alike, lit(False))


def _stitch(parts: Batches) -> Batches:
    """Stitch all rows that one task is given."""
    # Each text once, at once: names of blobs are long, and the same in many rows.
    coded = [with_dictionaries(_plain_zone(part)) for part in parts if part.num_rows]
    if coded:
        yield from handed_back(_conversations(as_pandas(pa.concat_tables(coded).unify_dictionaries())))


def _plain_zone(part: "pa.RecordBatch") -> "pa.Table":
    """Return rows whose times are of UTC: they come in the zone of the session."""
    return pa.Table.from_batches([part]).cast(pa.schema([TABLES["flows"].field(name) for name in COLUMNS]))


def _conversations(flows: pd.DataFrame) -> "pa.Table":
    part = stitch_part(flows)
    lists = {name: values.cast(_STITCHED.field(name).type) for name, values in part.lists.items()}
    return plain(part.table, "conversations", _STITCHED, **lists)
