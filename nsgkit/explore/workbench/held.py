"""What an explorer holds: a table of pandas, or a store's relation, which is asked where it lies.

Both are asked by the public analyses and by `Rows`; what comes back is small, and pandas.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import narwhals as nw
import pandas as pd
import pyarrow as pa

from nsgkit import schema
from nsgkit.analyses.filters.select import query
from nsgkit.counting.columns import pandas_column
from nsgkit.counting.conversations import conversation_rows
from nsgkit.counting.expressions import one_if
from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.counting.spread import INCREMENTS
from nsgkit.enrich.network import Own
from nsgkit.schema import CONVERSATIONS, COUNTERS, NAMES, PLACE, names_carried

_TYPES = schema.types(CONVERSATIONS)
_ORDER = ("first", *PLACE)  # of conversations, as pandas has them
_AT_ONCE = 100_000  # rows of a large answer that are in memory at a time


@dataclass(frozen=True)
class Carried:
    """A relation with the names that answers about it carry: it has no room for them itself.

    `nsgkit.counting.frame.as_table` finds the relation in `flows`, and `names_carried` the names in `attrs`.
    """

    flows: Native
    attrs: Mapping[str, Any]


def held_as(conversations: object) -> Native:
    """Return conversations as an explorer holds them: those of a store stay where they lie.

    Those of another engine are made anew for each question, so they are fetched.

    >>> held_as(pd.DataFrame({"first": [1]})).shape
    (1, 1)
    """
    held = as_table(conversations)
    if isinstance(held, pd.DataFrame) or INCREMENTS in held.columns:
        return held
    return Rows.of(held).collect(_TYPES)


def is_pandas(table: object) -> bool:
    """Tell a table of pandas from a relation.

    >>> is_pandas(pd.DataFrame())
    True
    """
    return isinstance(as_table(table), pd.DataFrame)


def with_names(table: Native, names: Mapping[str, str]) -> Any:
    """Return the same conversations, which carry these names: so does whatever is made of them.

    >>> with_names(pd.DataFrame(), {"10.0.0.4": "10.0.0.4  ·  WEB1"}).attrs
    {'names': {'10.0.0.4': '10.0.0.4  ·  WEB1'}}
    """
    held = as_table(table)
    if isinstance(held, pd.DataFrame):
        return schema.carrying(table, names)
    return Carried(held, {NAMES: {**names_carried(table), **names}})


def kept(table: Any, text: str, own: Own = None) -> Any:
    """Return the rows that a filter keeps, as `nsgkit.query` does; they carry what `table` carries.

    >>> kept(pd.DataFrame({"dst_port": [22, 443]}), "dst_port:22").index.tolist()
    [0]
    """
    found = query(table, text, own)
    return found if isinstance(found, pd.DataFrame) else Carried(found, getattr(table, "attrs", {}))


class Facts(NamedTuple):
    """How many rows there are, how many of them count, and how many have anything of a measure."""

    rows: int
    counted: int  # views that are not folded
    connections: int
    denied: int
    bytes: int
    packets: int

    def any_of(self, measure: str) -> bool:
        """Whether a picture of these conversations has anything of the measure to draw."""
        return bool(self.counted if measure == "peers" else getattr(self, measure))

    @property
    def folded(self) -> int:
        """Second views of what is counted."""
        return self.rows - self.counted


def facts_of(conversations: object) -> Facts:
    """Return what is told of conversations in one go.

    >>> import nsgkit
    >>> facts_of(nsgkit.conversations(nsgkit.read_logs("data/samples").flows)).folded
    597
    """
    rows = Rows.of(conversations, ["folded", "counted_by", "decision", *COUNTERS])
    once = ~nw.col("folded")
    connection = once & ~nw.col("counted_by").is_null() & (nw.col("decision") == "allowed")
    told = {"counted": once, "connections": connection, "denied": once & (nw.col("decision") == "denied")}
    told |= {
        unit: once & nw.any_horizontal(*(nw.col(c) > 0 for c in COUNTERS if c.startswith(unit)), ignore_nulls=True)
        for unit in ("bytes", "packets")
    }  # fmt: skip
    sums = {name: one_if(condition).sum() for name, condition in told.items()}
    found = rows.select(rows=nw.len(), **sums).collect(dict.fromkeys(Facts._fields, "Int64"))
    return Facts(*(int(value) for value in found.fillna(0).iloc[0]))


def is_empty(table: object) -> bool:
    """Whether there is no row at all; only one is looked for.

    >>> is_empty(pd.DataFrame({"first": []}))
    True
    """
    held = as_table(table)
    return held.empty if isinstance(held, pd.DataFrame) else not len(held.limit(1).to_arrow_table())


def first_rows(conversations: Any, count: int) -> pd.DataFrame:
    """Return the first conversations in the order of the table, which is that of time; with their names.

    >>> first_rows(pd.DataFrame({"first": [1, 2]}), 1)["first"].tolist()
    [1]
    """
    held = as_table(conversations)
    if isinstance(held, pd.DataFrame):
        return held.head(count)
    return _collected(conversations, Rows.of(held).sort(*_ORDER).head(count), [*held.columns])


def fetched(conversations: Any, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Return all of a few conversations as pandas has them, in their order, with their names.

    >>> fetched(pd.DataFrame({"first": [1, 2]})).shape
    (2, 1)
    """
    held = as_table(conversations)
    if isinstance(held, pd.DataFrame):
        return held[[*columns]] if columns else held
    return _collected(conversations, Rows.of(held).sort(*_ORDER), [*(columns or held.columns)])


def _collected(about: Any, rows: Rows, columns: Sequence[str]) -> pd.DataFrame:
    types = {name: _TYPES.get(name) for name in columns if name != INCREMENTS}
    return schema.carrying(rows.collect(types), names_carried(about))


def in_parts(conversations: Any) -> Iterator[pd.DataFrame]:
    """Yield all conversations in their order, so many at a time as go into memory; first, for its columns, perhaps none.

    >>> [len(part) for part in in_parts(pd.DataFrame({"first": [1, 2]}))]
    [2]
    """
    held = as_table(conversations)
    if isinstance(held, pd.DataFrame):
        yield held
        return
    names = [name for name in held.columns if name != INCREMENTS]
    told = held.project(", ".join(f'"{name}"' for name in names)).order(", ".join(_ORDER))
    reader = told.to_arrow_reader(_AT_ONCE)
    for batch in chain([reader.schema.empty_table()], map(_as_table, reader)):
        columns = {name: pandas_column(batch.column(name), _TYPES.get(name), None) for name in names}
        yield schema.carrying(pd.DataFrame(columns), names_carried(conversations))


def _as_table(batch: Any) -> Any:
    return pa.Table.from_batches([batch])


def values_of(table: object, columns: Sequence[str]) -> pd.DataFrame:
    """Return each combination of values of some columns of texts once, as they are found in one go.

    >>> values_of(pd.DataFrame({"rule": ["Web", "Web"]}), ["rule"])["rule"].tolist()
    ['Web']
    """
    rows = Rows.of(table, columns, coded=columns)
    return rows.select(*columns).unique().collect(dict.fromkeys(columns, "str"))


def rows_behind(flows: object, conversations: pd.DataFrame) -> pd.DataFrame:
    """Return the flow rows of a few conversations, which carry their names.

    No row of theirs lies before their first or behind their last: of a store, no others are read.
    """
    held = as_table(flows)
    if not isinstance(held, pd.DataFrame):
        within = (nw.col("time") >= conversations["first"].min()) & (nw.col("time") <= conversations["last"].max())
        held = nw.from_native(held).filter(within).to_native()
    return schema.carrying(conversation_rows(held, conversations), names_carried(conversations))
