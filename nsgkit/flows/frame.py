"""The one seam that knows engines: any flows, whatever holds them, become one lazy frame.

A pandas frame is scanned by DuckDB where it lies (no copy is made), a DuckDB relation and a
PySpark frame stay where they are. Analyses write narwhals expressions once, on the lazy frame
that `lazy` gives, and turn the small answer into pandas with `collect`.
"""

import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import narwhals as nw
import pandas as pd
import pyarrow as pa

from nsgkit import schema
from nsgkit.errors import NsgkitError

# What an engine holds rows in. Neither duckdb nor pyspark is imported to say more.
Native: TypeAlias = Any
Dtype: TypeAlias = Any
_UNITS = {"s": 1_000, "min": 60_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_local = threading.local()


def lazy(flows: object, columns: Sequence[str] = (), remedy: str = "nsgkit.read_logs") -> "nw.LazyFrame[Any]":
    """Return `flows` as a lazy narwhals frame, with `columns` alone where they are given.

    Parameters
    ----------
    flows : pandas.DataFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        A flow table, a table of conversations, or any other table.
    columns : sequence of str
        What the question needs. Each column of times comes with its twin in whole
        milliseconds since 1970, called `<column>_ms`, because engines disagree on how times are cut.
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
    native = _native(flows, columns, remedy)
    frame = nw.from_native(native)
    names = list(columns) or frame.collect_schema().names()
    times = [name for name, kind in frame.collect_schema().items() if kind == nw.Datetime and name in names]
    return _with_milliseconds(frame.select(*names), times)


def collect(frame: "nw.LazyFrame[Any]", like: Mapping[str, str]) -> pd.DataFrame:
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
    return pd.DataFrame({name: _typed(table.column(name), dtype) for name, dtype in like.items()})


def same_engine(frame: "nw.LazyFrame[Any]", flows: object, like: Mapping[str, str]) -> Native:
    """Return `frame` in the engine that holds `flows`: a pandas table, a relation, a Spark frame."""
    return collect(frame, like) if isinstance(flows, pd.DataFrame) else frame.select(*like).to_native()


def count(condition: "nw.Expr") -> "nw.Expr":
    """Return how many rows meet `condition`, as an expression for an aggregation."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).sum().cast(nw.Int64)


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


def _native(flows: object, columns: Sequence[str], remedy: str) -> Native:
    if isinstance(flows, pd.DataFrame):
        schema.require(flows.columns, list(columns), remedy)
        chosen = columns or list(flows.columns)
        return _connection().from_df(pd.DataFrame({name: flows[name] for name in chosen}, copy=False))
    if not hasattr(flows, "columns") or not hasattr(flows, "filter"):
        raise NsgkitError(
            f"A {type(flows).__name__} holds no rows that can be counted. Give a pandas table, such as "
            "the .flows of nsgkit.read_logs(), a DuckDB relation or a PySpark DataFrame."
        )
    schema.require(flows.columns, list(columns), remedy)
    return flows


def _connection() -> Native:
    """One DuckDB in memory a thread: tables that are joined must come from the same one."""
    if not hasattr(_local, "connection"):
        import duckdb

        # Never fetch an extension from outside.
        _local.connection = duckdb.connect(config={"autoinstall_known_extensions": False})
    return _local.connection


def _with_milliseconds(frame: "nw.LazyFrame[Any]", times: list[str]) -> "nw.LazyFrame[Any]":
    # narwhals has no way to whole milliseconds that works on DuckDB: each engine has its own word.
    if not times:
        return frame
    native = frame.to_native()
    if frame.implementation.is_duckdb():
        quoted = {t: '"' + t.replace('"', '""') + '"' for t in times}
        twins = [f'epoch_ms({quoted[t]}) AS {quoted[t][:-1]}_ms"' for t in times]
        native = native.project(", ".join(["*", *twins]))
    else:
        native = native.selectExpr("*", *(f"unix_millis(`{t}`) AS `{t}_ms`" for t in times))
    result: nw.LazyFrame[Any] = nw.from_native(native)
    return result


def _typed(values: "pa.ChunkedArray[Any]", dtype: Dtype) -> "pd.Series[Any]":
    if dtype == schema.TEXT or dtype.startswith("category"):
        return values.to_pandas().astype("category")
    if dtype == "str":
        return pd.Series(values.cast(pa.string()).to_pylist(), dtype="str")
    if dtype == schema.TIME:
        return _times(values, dtype)
    if dtype.startswith(("Int", "UInt")):
        return values.cast(pa.int64()).to_pandas(types_mapper=lambda _: pd.Int64Dtype()).astype(dtype)
    return values.to_pandas().astype(dtype)


def _times(values: "pa.ChunkedArray[Any]", dtype: Dtype) -> "pd.Series[Any]":
    if pa.types.is_integer(values.type):
        values = values.cast(pa.int64()).cast(pa.timestamp("ms", tz="UTC"))
    return values.cast(pa.timestamp("ms", tz="UTC"), safe=False).to_pandas().astype(dtype)
