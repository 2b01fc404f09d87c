"""A store without its making: the tables of FlowLogs as Parquet files, opened as a store is."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from nsgkit.counting.conversations import stitched_once
from nsgkit.counting.engine import MEMORY, connect
from nsgkit.counting.quick.increments import increment_lists
from nsgkit.counting.spread import INCREMENTS, increments
from nsgkit.store.opened import StoredLogs


def as_stored(logs, folder):
    """The logs as `open_store` gives them, their rows and conversations in two Parquet files."""
    table, rows = stitched_once(logs.flows)
    lists = increment_lists(increments(logs.flows, table, stitched_rows=rows), table)
    tables = {
        "flows": plain(pa.Table.from_pandas(logs.flows, preserve_index=False)),
        "conversations": plain(pa.Table.from_pandas(table, preserve_index=False)).append_column(
            INCREMENTS, lists
        ),
    }
    engine = connect(MEMORY)
    for name, held in tables.items():
        pq.write_table(held, folder / f"{name}.parquet")
    flows, conversations = (engine.read_parquet(str(folder / f"{name}.parquet")) for name in tables)
    told = {name: value for name, value in vars(logs).items() if name != "flows"}
    return StoredLogs(flows=flows, **told, conversations=conversations)


def plain(table):
    """Texts as texts, times in microseconds, numbers as signed ones: as Delta Lake has them."""
    return table.cast(pa.schema([pa.field(field.name, _plain(field.type)) for field in table.schema]))


def _plain(kind):
    if pa.types.is_dictionary(kind):
        return pa.string()
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", "UTC")
    return {pa.uint16(): pa.int32(), pa.uint8(): pa.int16(), pa.large_string(): pa.string()}.get(kind, kind)


def same(stored, logs, conversations):
    """Compare a store's tables with those of read_logs; say what differs."""
    import nsgkit

    assert_same(stored.flows, logs.flows)
    assert_same(nsgkit.conversations(stored), conversations)
    pd.testing.assert_frame_equal(stored.rejects, logs.rejects)
    pd.testing.assert_frame_equal(stored.blobs, logs.blobs)
    pd.testing.assert_frame_equal(stored.set_aside, logs.set_aside)


def assert_same(relation, table):
    """Compare a relation with a table of pandas: the same rows, in whatever order."""
    from nsgkit import schema

    columns = schema.FLOWS if "time" in table.columns else schema.CONVERSATIONS
    found = relation.project(", ".join(f'"{name}"' for name in table.columns)).to_arrow_table().to_pandas()
    found, wanted = (_in_order(schema.typed(each, columns)) for each in (found, table))
    pd.testing.assert_frame_equal(found, wanted)


def _in_order(table):
    texts = {name: table[name].astype("object") for name in table if table[name].dtype == "category"}
    return table.assign(**texts).sort_values(["blob", "record", "tuple"], ignore_index=True)
