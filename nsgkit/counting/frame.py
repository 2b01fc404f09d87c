"""The one seam that knows engines: any flows, whatever holds them, become one lazy frame.

A pandas frame is scanned by DuckDB where it lies, a DuckDB relation and a PySpark frame stay where
they are. Analyses write narwhals expressions once, on the lazy frame that `lazy` gives, and turn
the small answer into pandas with `collect`.
"""

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa

from nsgkit import schema
from nsgkit.errors import NsgkitError

# What an engine holds rows in. Neither duckdb nor pyspark is imported to say more.
Native: TypeAlias = Any
Dtype: TypeAlias = Any
# Coded columns of a pandas frame: name -> the texts that its numbers stand for.
Codebook: TypeAlias = Mapping[str, "pd.Index[Any]"]
_UNITS = {"s": 1_000, "min": 60_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_local = threading.local()


def lazy(
    flows: object,
    columns: Sequence[str] = (),
    *,
    codebook: Codebook | None = None,
    remedy: str = "nsgkit.read_logs",
) -> "nw.LazyFrame[Any]":
    """Return `flows` as a lazy narwhals frame, with `columns` alone where they are given.

    Parameters
    ----------
    flows : pandas.DataFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        A flow table, a table of conversations, or any other table.
    columns : sequence of str
        What the question needs. Each column of times comes with its twin in whole
        milliseconds since 1970, called `<column>_ms`, because engines disagree on how times are cut.
    codebook : mapping of str to pandas.Index
        What `codes` gave for `flows`: those columns come as numbers, which sort and compare like
        the texts they stand for, several times faster. Give it to `collect` too.
    remedy : str
        The function that makes a column that is missing, for the error's message.

    Raises
    ------
    MissingColumnError
        Where a needed column is missing.
    NsgkitError
        Where no engine holds `flows`.

    Examples
    --------
    >>> import pandas as pd
    >>> lazy(pd.DataFrame({"src_port": [1, 2]})).select(nw.len()).collect().item()
    2
    """
    if not isinstance(flows, pd.DataFrame) and not (hasattr(flows, "columns") and hasattr(flows, "filter")):
        raise NsgkitError(
            f"A {type(flows).__name__} holds no rows that can be counted. Give a pandas table, such as "
            "the .flows of nsgkit.read_logs(), a DuckDB relation or a PySpark DataFrame."
        )
    schema.require(flows.columns, list(columns), remedy)
    names = list(columns) or list(flows.columns)
    native = flows
    if isinstance(flows, pd.DataFrame):
        native = _scan(flows, names, codebook or {})
    frame: nw.LazyFrame[Any] = nw.from_native(_prepared(native, names))
    return frame


def codes(flows: object, columns: Sequence[str]) -> Codebook:
    """Return the codebook of `columns`: their texts, sorted. Empty where DuckDB or Spark holds them.

    >>> import pandas as pd
    >>> list(codes(pd.DataFrame({"rule": ["b", "a"]}), ["rule"])["rule"])
    ['a', 'b']
    """
    if not isinstance(flows, pd.DataFrame):
        return {}
    schema.require(flows.columns, list(columns))
    return {name: _sorted(_category(flows[name]).cat.categories) for name in columns}


def collect(
    frame: "nw.LazyFrame[Any]", like: Mapping[str, Dtype], codebook: Codebook | None = None
) -> pd.DataFrame:
    """Return the rows of `frame` as a pandas table with the columns and types that `like` states.

    `like` maps a column's name to its pandas type. The answer has the same columns, types and
    missing values whichever engine made it, and also when it has no rows. A column of times may
    come as whole milliseconds.

    Examples
    --------
    >>> import pandas as pd
    >>> collect(lazy(pd.DataFrame({"n": [3]})), {"n": "Int64"}).dtypes["n"]
    Int64Dtype()
    """
    table = frame.select(*like).collect(backend="pyarrow").to_native()
    texts = codebook or {}
    return pd.DataFrame(
        {name: _typed(table.column(name), dtype, texts.get(name)) for name, dtype in like.items()}
    )


def settled(frame: "nw.LazyFrame[Any]", flows: object) -> "nw.LazyFrame[Any]":
    """Return `frame`, small and made of `flows`, found once where `flows` is a pandas table.

    DuckDB keeps all rows that one query uses twice: so what a later step needs of them is found before.

    >>> rows = pd.DataFrame({"n": [3]})
    >>> settled(lazy(rows), rows).collect().item()
    3
    """
    if not isinstance(flows, pd.DataFrame):
        return frame
    found: nw.LazyFrame[Any] = nw.from_native(
        _connection().from_arrow(frame.collect(backend="pyarrow").to_native())
    )
    return found


def types(table: Sequence[schema.Column]) -> dict[str, Dtype]:
    """Return the `like` of a table's columns; the values of a closed column are its categories.

    >>> types(schema.FLOWS)["direction"].categories.tolist()
    ['inbound', 'outbound']
    """
    return {c.name: pd.CategoricalDtype(c.values) if c.closed else c.dtype for c in table}


def fingerprint(frame: "nw.LazyFrame[Any]", **parts: Sequence[str]) -> "nw.LazyFrame[Any]":
    """Return `frame` with a 64-bit number for each combination of columns: `name=[columns]`.

    One number is compared faster than ten texts. Two of ten million combinations share a number
    with a chance of 1 in 400,000, so group by the ports beside it, which makes it 1 in a billion.
    """
    if frame.implementation.is_duckdb():
        made = [f"hash({', '.join(map(_quoted, names))}) AS {into}" for into, names in parts.items()]
    else:
        # Spark's hash skips nulls: a null must not be taken for the column beside it.
        text = "coalesce(cast(`{}` AS string), '\\\\0')"
        made = [f"xxhash64({', '.join(map(text.format, names))}) AS {into}" for into, names in parts.items()]
    return _beside(frame, *made)


def repeat(frame: "nw.LazyFrame[Any]", times: str, into: str) -> "nw.LazyFrame[Any]":
    """Return each row as often as its column `times` says, numbered from 0 in the column `into`."""
    if frame.implementation.is_duckdb():
        return _beside(frame, f"unnest(range({_quoted(times)}::BIGINT)) AS {_quoted(into)}")
    return _beside(frame, f"explode(sequence(0L, cast(`{times}` AS long) - 1)) AS `{into}`")


def over_all(frame: "nw.LazyFrame[Any]", **told: str) -> "nw.LazyFrame[Any]":
    """Return `frame` with what SQL's aggregates tell of all its rows beside each: `name="count(*)"`.

    narwhals' own way makes one partition of all rows, which DuckDB sorts.

    >>> rows = lazy(pd.DataFrame({"n": [3, 4]}))
    >>> over_all(rows, rows="count(*)").select(nw.col("rows").max()).collect().item()
    2
    """
    return _beside(frame, *(f"{sql} OVER () AS {name}" for name, sql in told.items()))


def one_if(condition: "nw.Expr") -> "nw.Expr":
    """Return 1 where a row meets `condition`, and 0 where it does not or cannot be told."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def count(condition: "nw.Expr") -> "nw.Expr":
    """Return how many rows meet `condition`, as an expression for an aggregation."""
    return one_if(condition).sum().cast(nw.Int64)


def known_sum(name: str) -> "nw.Expr":
    """Return the sum of a column's known values, null where none is known."""
    total = nw.col(name).sum().cast(nw.Int64)
    return nw.when(nw.col(name).count() > 0).then(total)


def bin_width(text: str) -> int:
    """Return the milliseconds of a bin given as text, such as `"5min"`, `"1h"` or `"1d"`.

    >>> bin_width("5min")
    300000
    """
    found = re.fullmatch(r"\s*([1-9]\d{0,5})\s*(s|min|m|h|d)\s*", str(text))
    if not found:
        raise NsgkitError(f"{text!r} is no width of time. Write a number and s, min, h or d, such as '1h'.")
    return int(found[1]) * _UNITS[found[2]]


def _beside(frame: "nw.LazyFrame[Any]", *made: str) -> "nw.LazyFrame[Any]":
    """Return `frame` with more columns, as the engine's own SQL makes them."""
    native, duckdb = frame.to_native(), frame.implementation.is_duckdb()
    result: nw.LazyFrame[Any] = nw.from_native(
        native.project(", ".join(["*", *made])) if duckdb else native.selectExpr("*", *made)
    )
    return result


def _scan(flows: pd.DataFrame, names: Iterable[str], codebook: Codebook) -> Native:
    arrays = {name: _arrow(flows[name], codebook.get(name)) for name in names}
    return _connection().from_arrow(pa.table(arrays))


def _arrow(values: "pd.Series[Any]", texts: "pd.Index[Any] | None") -> Native:
    if texts is None:
        return pa.array(values, from_pandas=True)
    category = _category(values).cat
    found = category.codes.to_numpy()
    if not texts.equals(category.categories):
        place = np.append(texts.get_indexer(category.categories), -1)
        found = place.astype(np.min_scalar_type(-len(texts) - 1))[found]
    unknown = found < 0
    return pa.array(found, mask=unknown if unknown.any() else None)


def _sorted(texts: "pd.Index[Any]") -> "pd.Index[Any]":
    return texts if texts.is_monotonic_increasing else texts.sort_values()


def _category(values: "pd.Series[Any]") -> "pd.Series[Any]":
    return values if isinstance(values.dtype, pd.CategoricalDtype) else values.astype("category")


def _connection() -> Native:
    """One DuckDB in memory a thread: tables that are joined must come from the same one."""
    if not hasattr(_local, "connection"):
        import duckdb

        # Never fetch an extension from outside; an analysis prints nothing.
        _local.connection = duckdb.connect(config={"autoinstall_known_extensions": False})
        _local.connection.execute("SET enable_progress_bar = false")
    return _local.connection


def _prepared(native: Native, names: Sequence[str]) -> Native:
    """Each engine has its own word for whole milliseconds; narwhals has none that works on DuckDB."""
    if hasattr(native, "selectExpr"):
        kinds = dict(native.dtypes)
        twins = [f"unix_millis(`{n}`) AS `{n}_ms`" for n in names if kinds[n].startswith("timestamp")]
        return native.selectExpr(*(f"`{n}`" for n in names), *twins)
    kinds = dict(zip(native.columns, (t.id for t in native.types), strict=True))
    # An ENUM sorts by its own order and is slow to plan with: text is text.
    plain = [f"{_quoted(n)}::VARCHAR AS {_quoted(n)}" if kinds[n] == "enum" else _quoted(n) for n in names]
    twins = [
        f"epoch_ms({_quoted(n)}) AS {_quoted(n + '_ms')}" for n in names if kinds[n].startswith("timestamp")
    ]
    return native.project(", ".join([*plain, *twins]))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _typed(values: Native, dtype: Dtype, texts: "pd.Index[Any] | None") -> Native:
    if texts is not None:
        values = pa.DictionaryArray.from_arrays(values.cast(pa.int32()).combine_chunks(), pa.array(texts))
    if isinstance(dtype, pd.CategoricalDtype) or dtype == schema.TEXT:
        return _categories(values, dtype)
    if dtype == "str":
        found = values.cast(pa.string()).to_pandas()
        return found.astype("str").where(found.notna(), None)  # before pandas 3, a null became "None"
    if dtype == schema.TIME:
        return _times(values, dtype)
    if dtype.startswith(("Int", "UInt")):
        return values.cast(pa.int64()).to_pandas(types_mapper=lambda _: pd.Int64Dtype()).astype(dtype)
    return values.to_pandas().astype(dtype)


def _categories(values: Native, dtype: Dtype) -> Native:
    if not pa.types.is_dictionary(values.type):
        values = values.cast(pa.string()).dictionary_encode()
    found = pd.Series(values.to_pandas())
    if dtype == schema.TEXT:  # which row comes first may differ from run to run, the table must not
        return found.cat.set_categories(found.cat.categories.sort_values())
    return found.astype(dtype)


def _times(values: Native, dtype: Dtype) -> Native:
    if pa.types.is_integer(values.type):
        values = values.cast(pa.int64()).cast(pa.timestamp("ms", tz="UTC"))
    return values.cast(pa.timestamp("ms", tz="UTC"), safe=False).to_pandas().astype(dtype)
