"""What must be stitched again: conversations that rows which came or went may belong to.

Rows come and go for some addresses and ports (ENDS) in some span. Of these ends, a conversation is touched
that overlaps the span, or may be folded with one that does (within MARGIN); that has not ended before it,
and so may go on in it; or that begins in the middle after it, and so may have its beginning in it. Then the
span is widened to hold these whole, and what touches the wider span is touched as well, until none is added.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from nsgkit.counting.conversations import FOLD_WITHIN
from nsgkit.counting.double_capture import CADENCE
from nsgkit.counting.engine import connect
from nsgkit.counting.parts import ENDS
from nsgkit.counting.sql import literal, quoted
from nsgkit.store.dealing import COLUMNS
from nsgkit.store.tables import TABLES

MARGIN = int(FOLD_WITHIN * 1000) + CADENCE + 1000  # milliseconds
_MEMORY = "300MB"
_ENDS = ", ".join(ENDS)
_SAME = " AND ".join(f"t.{name} = c.{name}" for name in ENDS)


class Touched(NamedTuple):
    """Conversations by where they stand, file -> places of rows; the other rows of their ends and spans."""

    conversations: dict[str, Any]
    tables: Iterator[Any]  # of Arrow: the rows
    rows: int


def touched(changed: Any, flows: Sequence[str], conversations: Sequence[str]) -> Touched:
    """Return what rows that came or went touch.

    `changed` is a table of those rows' ENDS and `time`; `flows` are the files of the other rows, and
    `conversations` those of what was stitched before: full paths.
    """
    engine = connect(_MEMORY)
    engine.register("changed", changed)
    engine.execute(
        f"CREATE TEMP TABLE spans AS SELECT {_ENDS}, min(epoch_ms(time)) AS low, max(epoch_ms(time)) AS high "
        f"FROM changed GROUP BY {_ENDS}"
    )
    engine.unregister("changed")
    engine.execute(
        f"CREATE TEMP TABLE near AS SELECT {_ENDS}, epoch_ms(c.first) AS first, epoch_ms(c.last) AS last, "
        "c.state IN ('open', 'orphan') AND NOT c.ended AS goes_on, c.state = 'orphan' AS in_middle, "
        f"c.filename AS file, c.file_row_number AS place FROM {_files(conversations)} c "
        f"SEMI JOIN spans t ON {_SAME}"
    )
    while _widen(engine):
        pass
    found = engine.sql(f"SELECT c.file, c.place FROM near c JOIN spans t ON {_SAME} AND {_TOUCHES}")
    table = found.to_arrow_table().to_pandas()
    by_file = {str(file): group["place"].to_numpy() for file, group in table.groupby("file")}
    if not flows:
        return Touched(by_file, iter(()), 0)
    names = ", ".join(f"c.{quoted(name)}" for name in COLUMNS)
    engine.execute(
        f"CREATE TEMP TABLE again AS SELECT {names} FROM {_files(flows)} c JOIN (SELECT t.* FROM spans t "
        f"SEMI JOIN near c ON {_SAME} AND {_TOUCHES}) t ON {_SAME} AND epoch_ms(c.time) "
        "BETWEEN t.low AND t.high"
    )
    return Touched(by_file, _rows(engine), _count(engine, "again"))


def _rows(engine: Any) -> Iterator[Any]:
    kinds = pa.schema([TABLES["flows"].field(name) for name in COLUMNS])
    for batch in engine.sql("SELECT * FROM again").to_arrow_reader(1_000_000):
        yield pa.Table.from_batches([batch]).cast(kinds)


def _count(engine: Any, table: str) -> int:
    return int(engine.sql(f"SELECT count(*) FROM {table}").to_arrow_table().column(0)[0].as_py())


_TOUCHES = (
    f"((c.last >= t.low - {MARGIN} AND c.first <= t.high + {MARGIN}) OR (c.goes_on AND c.last < t.low) "
    "OR (c.in_middle AND c.first > t.high))"
)


def _widen(engine: Any) -> bool:
    """Widen the spans to hold what touches them; tell whether any grew."""
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE wider AS SELECT {', '.join(f't.{name}' for name in ENDS)}, "
        "least(t.low, min(c.first)) AS low, greatest(t.high, max(c.last)) AS high "
        f"FROM spans t JOIN near c ON {_SAME} AND {_TOUCHES} "
        f"GROUP BY {', '.join(f't.{name}' for name in ENDS)}, t.low, t.high "
        "HAVING min(c.first) < t.low OR max(c.last) > t.high"
    )
    engine.execute(f"UPDATE spans AS t SET low = c.low, high = c.high FROM wider c WHERE {_SAME}")
    return _count(engine, "wider") > 0


def _files(paths: Sequence[str]) -> str:
    listed = ", ".join(map(literal, paths))
    return f"read_parquet([{listed}], hive_partitioning = false, filename = true, file_row_number = true)"
