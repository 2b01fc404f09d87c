"""A store without its making: the tables of FlowLogs as Parquet files, opened as a store is."""

import pyarrow as pa
import pyarrow.parquet as pq

from nsgkit.counting.conversations import stitched_once
from nsgkit.counting.engine import MEMORY, connect
from nsgkit.counting.quick.increments import increment_lists
from nsgkit.counting.spread import BY_HOUR, INCREMENTS, hour_lists, increments
from nsgkit.store.opened import StoredLogs


def as_stored(logs, folder):
    """The logs as `open_store` gives them, their rows and conversations in two Parquet files."""
    table, rows = stitched_once(logs.flows)
    added = increments(logs.flows, table, stitched_rows=rows)
    tables = {
        "flows": plain(pa.Table.from_pandas(logs.flows, preserve_index=False)),
        "conversations": plain(pa.Table.from_pandas(table, preserve_index=False)),
    }
    for name, lists in ((INCREMENTS, increment_lists), (BY_HOUR, hour_lists)):
        tables["conversations"] = tables["conversations"].append_column(name, lists(added, table))
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
