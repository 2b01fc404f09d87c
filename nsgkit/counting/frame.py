"""The one seam that knows engines: any table, whatever holds it, becomes one lazy frame.

A *table* is a pandas.DataFrame, a duckdb.DuckDBPyRelation or a pyspark.sql.DataFrame, or a `FlowLogs`, whose
flow table is meant. A pandas table is scanned by DuckDB where it lies; the others stay where they are.
Questions write narwhals expressions once, on `Rows`, and turn the small answer into pandas with `collect`.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

import narwhals as nw
import pandas as pd
import pyarrow as pa

from nsgkit import schema
from nsgkit.counting import sql
from nsgkit.counting.columns import arrow_column, categories, pandas_column
from nsgkit.counting.engine import connect, room_told
from nsgkit.errors import NsgkitError, shown
from nsgkit.schema.relations import TURN, made_from

# What an engine holds rows in. Neither duckdb nor pyspark is imported to say more.
Native: TypeAlias = Any
Dtype: TypeAlias = Any
Frame: TypeAlias = "nw.LazyFrame[Any]"
_NONE: Mapping[str, Any] = MappingProxyType({})
_local = threading.local()
MOST = 1_000_000  # rows of an engine that a question may take into memory: half a gigabyte


@dataclass(frozen=True)
class Rows:
    """A lazy frame that carries its codebook: what a question works on, on any engine.

    Texts of a pandas table may be coded: they come as numbers that sort and compare like the texts they stand
    for, several times faster. `collect` decodes them, and refuses numbers that were to be texts.
    """

    frame: Frame
    # Coded columns: name -> the texts that its numbers stand for, sorted.
    codebook: Mapping[str, "pd.Index[Any]"]
    ours: bool = False  # in our own DuckDB, because a pandas table was given

    @classmethod
    def of(
        cls,
        table: object,
        columns: Sequence[str] = (),
        *,
        coded: Iterable[str] = (),
        like: Mapping[str, str] = _NONE,
        remedy: str = "nsgkit.read_logs",
    ) -> "Rows":
        """Return a table's rows, with `columns` alone where they are given.

        Each column of times comes with its twin in whole milliseconds since 1970, called `<column>_ms`,
        because engines disagree on how times are cut.

        Parameters
        ----------
        table : table
            See the module.
        columns : sequence of str
            What the question needs.
        coded : iterable of str
            Those of a pandas table whose texts may come as numbers.
        like : mapping of str to str
            Coded columns that take the numbers of another: then the two can be compared.
        remedy : str
            The function that makes a column that is missing, for the error's message.

        Raises
        ------
        MissingColumnError
            Where a needed column is missing.
        NsgkitError
            Where no engine holds `table`.

        Examples
        --------
        >>> rows = Rows.of(pd.DataFrame({"rule": ["b", "a"]}), coded=["rule"])
        >>> rows.sort("rule").collect({"rule": "str"})["rule"].tolist()
        ['a', 'b']
        """
        held = as_table(table)
        schema.require(held.columns, list(columns), remedy)
        names = list(columns) or list(held.columns)
        if not isinstance(held, pd.DataFrame):
            with TURN:
                return cls(nw.from_native(sql.with_milliseconds(held, names)), _NONE)
        book = {name: _texts(held[name]) for name in coded if _has_texts(held[name])}
        book |= {name: book[other] for name, other in like.items()}
        arrays = {name: arrow_column(held[name], book.get(name)) for name in names}
        scanned = _connection().from_arrow(pa.table(arrays))
        return cls(nw.from_native(sql.with_milliseconds(scanned, names)), book, ours=True)

    def collect(self, types: Mapping[str, Dtype]) -> pd.DataFrame:
        """Return a pandas table with the columns and types that `types` states, coded texts as texts.

        The answer has the same columns, types and missing values whichever engine made it, and also
        when it has no rows. A column of times may come as whole milliseconds. The type None is whatever
        the column holds.

        Raises
        ------
        TypeError
            Where numbers were to be texts: a coded column was given another name in an expression.

        Examples
        --------
        >>> Rows.of(pd.DataFrame({"n": [3]})).collect({"n": "Int64"}).dtypes["n"]
        Int64Dtype()
        """
        with self._turn(), room_told():
            table = self._arrow(types)
        held = {name: table.column(name) for name in types}
        del table  # each column is let go as soon as pandas has it
        return pd.DataFrame(
            {n: pandas_column(held.pop(n), dtype, self.codebook.get(n)) for n, dtype in types.items()}
        )

    def _arrow(self, types: Mapping[str, Dtype]) -> "pa.Table":
        chosen = self.frame.select(*types)
        texts = [name for name, dtype in types.items() if isinstance(dtype, str) and dtype == schema.TEXT]
        if texts and self.in_duckdb and not self.ours:
            return sql.coded(chosen, texts)
        table: pa.Table = chosen.collect(backend="pyarrow").to_native()
        return table

    def collect_few(self, types: Mapping[str, Dtype], most: int = MOST) -> pd.DataFrame:
        """Return what `collect` does, of an engine whose rows may be more than memory holds.

        Raises NsgkitError where they are more than `most`: what is told one by one is of a part of them.

        >>> len(Rows.of(pd.DataFrame({"n": [3]})).collect_few({"n": "int64"}))
        1
        """
        found = self.head(most + 1).collect(types)
        if len(found) > most:
            raise NsgkitError(
                f"More than {most:,} conversations were asked for, and this question takes them into memory "
                "one by one. Ask of fewer: a narrower filter (nsgkit.query), such as one address or span."
            )
        return found

    @property
    def in_duckdb(self) -> bool:
        """Whether DuckDB holds them, an analyst's, a store's or our own."""
        return self.frame.implementation.is_duckdb()

    def materialize(self) -> "Rows":
        """Return these rows, a table of few columns, found once where DuckDB holds them.

        DuckDB finds what one query uses twice anew, or keeps it all: so what a later step needs is found
        before.

        >>> Rows.of(pd.DataFrame({"n": [3]})).materialize().collect({"n": "int64"})["n"].item()
        3
        """
        if not self.ours:
            with room_told():
                return self._with(sql.kept) if self.in_duckdb else self
        with room_told():
            found = self.frame.collect(backend="pyarrow").to_native()
        return self._with(lambda _: nw.from_native(_connection().from_arrow(found)))

    def native(self, like: object) -> Native:
        """Return the engine's own rows, which carry the names that the table `like` carries."""
        return made_from(self.frame.to_native(), like)

    def filter(self, *conditions: nw.Expr) -> "Rows":
        """Keep the rows that meet all conditions."""
        return self._with(lambda f: f.filter(*conditions))

    def with_columns(self, **columns: nw.Expr) -> "Rows":
        """Add columns, or replace them; a replaced one is coded no more."""
        return self._with(lambda f: f.with_columns(**columns), columns)

    def with_copies(self, **names: str) -> "Rows":
        """Add columns that are copies of others, `new="old"`, and coded like them."""
        copied = self._with(lambda f: f.with_columns(**{new: nw.col(old) for new, old in names.items()}))
        return replace(copied, codebook={**self.codebook, **self._texts_of(names)})

    def select_as(self, **names: str) -> "Rows":
        """Keep columns under other names, `new="old"`, and coded like them."""
        kept = self._with(lambda f: f.select(**{new: nw.col(old) for new, old in names.items()}))
        return replace(kept, codebook=self._texts_of(names))

    def select(self, *names: str, **columns: nw.Expr) -> "Rows":
        """Keep columns by their names, and make others."""
        return self._with(lambda f: f.select(*names, **columns), columns)

    def drop(self, *names: str) -> "Rows":
        """Take columns away."""
        return self._with(lambda f: f.drop(*names), names)

    def aggregate(self, by: Sequence[str], **columns: nw.Expr) -> "Rows":
        """Make one row of each group."""
        return self._with(lambda f: f.group_by(*by).agg(**columns), columns)

    def explode(self, name: str) -> "Rows":
        """Make one row of each element of a column of lists."""
        return self._with(lambda f: f.explode(name), [name])

    def unnest(self, lists: str, instead: str, fields: Sequence[str], by: Sequence[str]) -> "Rows":
        """Make one row of each element of DuckDB's lists of structs: see `sql.unnest`."""
        return self._with(lambda f: sql.unnest(f, lists, instead, fields, by), fields)

    def unique(self) -> "Rows":
        """Keep one of rows that are alike."""
        return self._with(lambda f: f.unique())

    def sort(self, *by: str) -> "Rows":
        """Sort by columns, nulls last."""
        return self._with(lambda f: f.sort(*by, nulls_last=True))

    def head(self, count: int | None) -> "Rows":
        """Keep the first rows; None keeps all."""
        return self if count is None else self._with(lambda f: f.head(count))

    def join(self, other: "Rows", on: Sequence[str], how: Any = "inner") -> "Rows":
        """Join rows of the same engine; coded columns on which they are joined must have the same numbers."""
        if any(self.codebook.get(name) is not other.codebook.get(name) for name in on):
            raise TypeError(f"The numbers of {', '.join(on)} do not stand for the same texts: use like=.")
        book = {**other.codebook, **self.codebook}
        joined = self._with(lambda f: f.join(other.frame, on=[*on], how=how))
        return replace(joined, codebook=book)

    def concat(self, other: "Rows") -> "Rows":
        """Put rows of the same columns, coded alike, below these."""
        return self._with(lambda f: sql.below(f, other.frame))

    def look_up(self, on: str, texts: Sequence[str], **told: Sequence[str | None]) -> "Rows":
        """Add what is told of each of many texts of a column, in DuckDB of an analyst or a store."""
        columns = {on: texts, **told}
        found = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
        return self._with(lambda f: sql.looked_up(f, found, on), told)

    def fingerprint(self, **parts: Sequence[str]) -> "Rows":
        """Add a 64-bit number for each combination of columns, `name=[columns]`: see `sql.fingerprint`."""
        return self._with(lambda f: sql.fingerprint(f, parts), parts)

    def repeat(self, times: str, number: str) -> "Rows":
        """Repeat each row as often as its column `times` says, numbered from 0 in the column `number`."""
        return self._with(lambda f: sql.repeat(f, times, number), [number])

    def with_totals(self, **totals: str) -> "Rows":
        """Add what SQL's aggregates tell of all rows beside each of them, `name="count(*)"`.

        >>> rows = Rows.of(pd.DataFrame({"n": [3, 4]}))
        >>> rows.with_totals(rows="count(*)").collect({"rows": "int64"})["rows"].tolist()
        [2, 2]
        """
        return self._with(lambda f: sql.with_totals(f, totals), totals)

    def _texts_of(self, names: Mapping[str, str]) -> Mapping[str, "pd.Index[Any]"]:
        return {new: self.codebook[old] for new, old in names.items() if old in self.codebook}

    def _with(self, step: Callable[[Frame], Frame], anew: Iterable[str] = ()) -> "Rows":
        """Take a step, and carry the codebook on, but for the columns that were made anew."""
        book = {name: texts for name, texts in self.codebook.items() if name not in {*anew}}
        with self._turn():  # to plan a step is a call on the connection, as to ask is
            return replace(self, frame=step(self.frame), codebook=book)

    def _turn(self) -> AbstractContextManager[Any]:
        """Our own connection is one thread's alone, and Spark takes many."""
        return TURN if self.in_duckdb and not self.ours else nullcontext()


class HasFlows(Protocol):
    """What holds a flow table in memory, such as a `FlowLogs`."""

    @property
    def flows(self) -> pd.DataFrame:
        """The flow table."""


def as_table(given: Any) -> Native:
    """Return what holds the rows: the table itself, or the flow table of a `FlowLogs`.

    Raises NsgkitError where it is neither.

    >>> as_table(pd.DataFrame({"n": [3]})).shape
    (1, 1)
    """
    if isinstance(given, pd.DataFrame) or (hasattr(given, "columns") and hasattr(given, "filter")):
        return given
    if hasattr(given, "flows"):
        return as_table(given.flows)
    raise NsgkitError(
        f"No rows can be counted in {shown(given)}. Give what nsgkit.read_logs() gave, a pandas table, "
        "a DuckDB relation or a PySpark DataFrame."
    )


def _has_texts(values: "pd.Series[Any]") -> bool:
    held = values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else values
    return bool(pd.api.types.is_string_dtype(held))


def _texts(values: "pd.Series[Any]") -> "pd.Index[Any]":
    texts: pd.Index[Any] = categories(values).categories
    return texts if texts.is_monotonic_increasing else texts.sort_values()


def _connection() -> Native:
    """One DuckDB in memory a thread: tables that are joined must come from the same one."""
    if not hasattr(_local, "connection"):
        _local.connection = connect()
    return _local.connection
