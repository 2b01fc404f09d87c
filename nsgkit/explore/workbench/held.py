"""What an explorer holds: a table of pandas, or a store's relation, which is asked where it lies.

Both are asked by the public analyses and by `Rows`; what comes back is small, and pandas.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
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
from nsgkit.counting.spread import INCREMENTS, LISTS
from nsgkit.enrich.facts import ENDS
from nsgkit.enrich.names import called
from nsgkit.enrich.network import Network, Own
from nsgkit.explore.workbench.spans import apart, span_of
from nsgkit.schema import CONVERSATIONS, COUNTERS, NAMES, PLACE, names_carried
from nsgkit.schema.relations import TURN

_TYPES = schema.types(CONVERSATIONS)
_ORDER = ("first", *PLACE)  # of conversations, as pandas has them
_AT_ONCE = 100_000  # rows of a large answer that are in memory at a time
_AT_HAND = 250_000  # rows of some 250 bytes that are kept while they are asked about
_numbers = count()


@dataclass(frozen=True)
class Carried:
    """A relation with the names that answers about it carry: it has no room for them itself.

    `nsgkit.counting.frame.as_table` finds the relation in `flows`, and `names_carried` the names in `attrs`.
    """

    flows: Native
    attrs: Mapping[str, Any]
    at_hand: str = ""  # how the engine calls the table of its own in which these rows lie


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
    if is_pandas(table):
        return query(table, text, own)
    return Carried(query(_near_in_time(as_table(table), text), text, own), getattr(table, "attrs", {}))


def _near_in_time(held: Native, text: str) -> Native:
    """Return a relation's rows without those that lie far from a filter's times: their files are not read.

    Two views of a connection, of which one is folded into the other, lie less than a minute apart.
    """
    start, end = span_of(apart(text)[1], (None, None))
    first, near = nw.col("first"), pd.Timedelta("1min")
    told = [*([first >= start - near] if start else []), *([first <= end + near] if end else [])]
    return nw.from_native(held).filter(*told).to_native() if told else held


def where(table: Any, *conditions: nw.Expr) -> Any:
    """Return the rows that meet all conditions; they carry what `table` carries.

    >>> where(pd.DataFrame({"dst_port": [22, 443]}), nw.col("dst_port") == 22).index.tolist()
    [0]
    """
    held: Any = nw.from_native(as_table(table))
    return with_names(held.filter(*conditions).to_native(), names_carried(table))


class Facts(NamedTuple):
    """How many rows there are, and how many of them count as what."""

    rows: int
    counted: int  # views that are not folded
    connections: int
    denied: int

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
    rows = Rows.of(conversations, ["folded", "counted_by", "decision"])
    once = ~nw.col("folded")
    connection = once & ~nw.col("counted_by").is_null() & (nw.col("decision") == "allowed")
    told = {"counted": once, "connections": connection, "denied": once & (nw.col("decision") == "denied")}
    sums = {name: one_if(condition).sum() for name, condition in told.items()}
    found = rows.select(rows=nw.len(), **sums).collect(dict.fromkeys(Facts._fields, "Int64"))
    return Facts(*(int(value) for value in found.fillna(0).iloc[0]))


def has_any(conversations: object, unit: str) -> bool:
    """Whether a conversation that counts has any bytes, or packets.

    >>> import nsgkit
    >>> has_any(nsgkit.conversations(nsgkit.read_logs("data/samples").flows), "bytes")
    True
    """
    ways = [name for name in COUNTERS if name.startswith(unit)]
    rows = Rows.of(conversations, ["folded", *ways])
    some = nw.any_horizontal(*(nw.col(way) > 0 for way in ways), ignore_nulls=True)
    return bool(len(rows.filter(~nw.col("folded") & some).head(1).collect({"folded": "bool"})))


def at_hand(table: Any, number: int, columns: Sequence[str] = ()) -> Any:
    """Return a few rows of a relation, `number`, as a table of the engine's: they are looked for only once.

    Of more than are kept at hand, what is given; and what is of pandas is at hand. `columns` says which are
    wanted, where not all are. `let_go` frees them.
    """
    held = as_table(table)
    if isinstance(held, pd.DataFrame) or number > _AT_HAND:
        return table
    name = f"nsgkit_at_hand_{next(_numbers)}"
    wanted = held.project(", ".join(f'"{column}"' for column in columns)) if columns else held
    with TURN:
        wanted.query(f"{name}_asked", f"CREATE TEMP TABLE {name} AS FROM {name}_asked")
        return Carried(held.limit(0).query(f"{name}_asked", f"FROM {name}"), table.attrs, name)


def let_go(table: Any) -> None:
    """Free what is kept at hand; of anything else, nothing.

    >>> let_go(pd.DataFrame())
    """
    if isinstance(table, Carried) and table.at_hand:
        with TURN:
            table.flows.limit(0).query(f"{table.at_hand}_asked", f"DROP TABLE IF EXISTS {table.at_hand}")


def names_of_ends(conversations: object, own: Network) -> dict[str, str]:
    """Return what the analyst calls the addresses of conversations.

    >>> names_of_ends(pd.DataFrame(), Network.of(["10.0.0.0/8"]))
    {}
    """
    held = as_table(conversations)
    if not own.named or isinstance(held, pd.DataFrame):
        return called(held, own)
    return called(pd.concat([pd.DataFrame({end: values_of(held, end)}) for end in ENDS]), own)


def is_empty(table: object) -> bool:
    """Whether there is no row at all; only one is looked for.

    >>> is_empty(pd.DataFrame({"first": []}))
    True
    """
    held = as_table(table)
    if isinstance(held, pd.DataFrame):
        return held.empty
    with TURN:
        return not len(held.limit(1).to_arrow_table())


def first_rows(conversations: Any, number: int) -> pd.DataFrame:
    """Return the first conversations in the order of the table, which is that of time; with their names.

    >>> first_rows(pd.DataFrame({"first": [1, 2]}), 1)["first"].tolist()
    [1]
    """
    held = as_table(conversations)
    if isinstance(held, pd.DataFrame):
        return held.head(number)
    # Of all rows only the times are sorted, and then the few that are not later than the last of these.
    times = Rows.of(held, ["first"]).sort("first_ms").head(number).select(last=nw.col("first").max())
    last = times.collect({"last": schema.TIME})["last"].iloc[0]
    early = Rows.of(
        held if pd.isna(last) else nw.from_native(held).filter(nw.col("first") <= last).to_native()
    )
    return _collected(conversations, early.sort(*_ORDER).head(number), [*held.columns])


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
    types = {name: _TYPES.get(name) for name in columns if name not in LISTS}
    return schema.carrying(rows.collect(types), names_carried(about))


def in_parts(conversations: Any) -> Iterator[pd.DataFrame]:
    """Yield all conversations in their order, some at a time; those of a relation after a part without rows.

    >>> [len(part) for part in in_parts(pd.DataFrame({"first": [1, 2]}))]
    [2]
    """
    held = as_table(conversations)
    if isinstance(held, pd.DataFrame):
        yield held
        return
    names = [name for name in held.columns if name not in LISTS]
    told = held.project(", ".join(f'"{name}"' for name in names)).order(", ".join(_ORDER))
    reader = told.to_arrow_reader(_AT_ONCE)
    for batch in chain([reader.schema.empty_table()], map(_as_table, reader)):
        columns = {name: pandas_column(batch.column(name), _TYPES.get(name), None) for name in names}
        yield schema.carrying(pd.DataFrame(columns), names_carried(conversations))


def _as_table(batch: Any) -> Any:
    return pa.Table.from_batches([batch])


def values_of(table: object, column: str) -> "pd.Series[Any]":
    """Return each value of a column of texts once, null among them where it is there.

    >>> values_of(pd.DataFrame({"rule": ["Web", "Web"]}), "rule").tolist()
    ['Web']
    """
    held = as_table(table)
    if isinstance(held, pd.DataFrame):
        return pd.Series(held[column].unique(), dtype="str")
    return distinct(held, [column])[column]


def distinct(table: object, columns: Sequence[str]) -> pd.DataFrame:
    """Return each combination of values of a few columns of texts once, in no order.

    >>> len(distinct(pd.DataFrame({"rule": ["Web", "Web"]}), ["rule"]))
    1
    """
    counted = Rows.of(table, columns, coded=columns).aggregate(columns, _rows=nw.len())
    return counted.collect(dict.fromkeys(columns, "str"))


def rows_behind(flows: object, conversations: pd.DataFrame) -> pd.DataFrame:
    """Return the flow rows of a few conversations, which carry their names."""
    return schema.carrying(conversation_rows(flows, conversations), names_carried(conversations))
