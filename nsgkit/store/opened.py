"""StoredLogs: what `read_logs` gives, of logs that need not fit into memory."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw

from nsgkit.counting.expressions import one_if
from nsgkit.counting.frame import Rows
from nsgkit.errors import NsgkitError
from nsgkit.flows.logs import FlowLogs
from nsgkit.flows.record_types import KINDS_OF, notes_on_kinds
from nsgkit.flows.summary import Extent
from nsgkit.schema import DROPPED, FIRST_VNET_VERSION, TIME
from nsgkit.schema.relations import settle


@dataclass(eq=False, repr=False)
class StoredLogs(FlowLogs):
    """Flow logs in a store: `flows` and `conversations` are DuckDB relations over its files.

    Every analysis, detection and explorer takes them as they take tables of pandas; `rejects`, `blobs` and
    the rest are as in FlowLogs. `conversations` are stitched already, each with the whole of its life; beside
    the columns of `schema.CONVERSATIONS` they have `increments` and `by_hour`, which tell bytes over time.
    """

    flows: Any
    conversations: Any = None

    def __post_init__(self) -> None:
        for table in (self.flows, self.conversations):
            if table is not None:
                settle(table)

    def raw(self, row: Any) -> str:
        """Return the exact text of the tuple that a row of `flows` came from; `row` has its place."""
        if not hasattr(row, "keys"):
            raise NsgkitError(
                "A store's rows have no labels: give a row with blob, record and tuple, such as one of "
                "nsgkit.fetch(logs.flows, top=5)."
            )
        return super().raw(row)

    def _extent(self) -> Extent:
        rows = Rows.of(self.flows, ["time"]).select(
            rows=nw.len(), first=nw.col("time_ms").min(), last=nw.col("time_ms").max()
        )
        told = rows.collect({"rows": "int64", "first": TIME, "last": TIME}).iloc[0]
        return Extent(int(told["rows"]), *told[["first", "last"]]) if told["rows"] else Extent(0, None, None)

    def _on_rows(self) -> list[str]:
        rows = Rows.of(self.flows, [*KINDS_OF, "version", "encryption"])
        dropped = rows.select(dropped=one_if(nw.col("encryption").is_in(DROPPED)).sum())
        vnet = rows.filter(nw.col("version") >= FIRST_VNET_VERSION)
        counts = vnet.aggregate(KINDS_OF, rows=nw.len()).sort(*KINDS_OF)
        return notes_on_kinds(
            counts.collect({**dict.fromkeys(KINDS_OF, "str"), "rows": "int64"}),
            int(dropped.collect({"dropped": "Int64"})["dropped"].fillna(0).item()),
        )
