"""What no expression says, or only slowly, in each engine's own words: totals, repetition, milliseconds."""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq

from nsgkit.counting.engine import new_file

Frame = nw.LazyFrame[Any]
_AT_ONCE = 100_000  # rows


def fingerprint(frame: Frame, parts: Mapping[str, Sequence[str]]) -> Frame:
    """Return `frame` with a 64-bit number for each combination of columns: name -> columns.

    One number is compared faster than ten texts. Two of ten million combinations share a number
    with a chance of 1 in 400,000, so group by the ports beside it, which makes it 1 in a billion.
    """
    if frame.implementation.is_duckdb():
        made = [f"hash({', '.join(map(quoted, names))}) AS {name}" for name, names in parts.items()]
    else:
        # Spark's hash skips nulls: a null must not be taken for the column beside it.
        text = "coalesce(cast(`{}` AS string), '\\\\0')"
        made = [f"xxhash64({', '.join(map(text.format, names))}) AS {name}" for name, names in parts.items()]
    return _beside(frame, *made)


def repeat(frame: Frame, times: str, number: str) -> Frame:
    """Return each row as often as its column `times` says, numbered from 0 in the column `number`."""
    if frame.implementation.is_duckdb():
        return _beside(frame, f"unnest(range({quoted(times)}::BIGINT)) AS {quoted(number)}")
    return _beside(frame, f"explode(sequence(0L, cast(`{times}` AS long) - 1)) AS `{number}`")


def unnest(frame: Frame, lists: str, instead: str, fields: Sequence[str], by: Sequence[str]) -> Frame:
    """Return one row of each element of DuckDB's lists of structs, or of the list `instead` of a null one.

    Of the other columns, only those of `by` go along.
    """
    one = f"unnest(CASE WHEN {quoted(lists)} IS NULL THEN {instead} ELSE {quoted(lists)} END) AS _each"
    native = frame.to_native().project(", ".join([*map(quoted, by), one]))
    told = [f"_each.{quoted(name)} AS {quoted(name)}" for name in fields]
    result: Frame = nw.from_native(native.project(", ".join([*map(quoted, by), *told])))
    return result


def below(frame: Frame, other: Frame) -> Frame:
    """Return the rows of both, which have the same columns in the same order.

    narwhals' own way plans both once more, only to learn the time zone of each column of times.
    """
    if not frame.implementation.is_duckdb():
        return nw.concat([frame, other])
    above, under = frame.to_native(), other.to_native()
    if above.columns != under.columns:
        raise TypeError(f"Rows of other columns: {', '.join(under.columns)}.")
    result: Frame = nw.from_native(above.union(under))
    return result


def with_totals(frame: Frame, totals: Mapping[str, str]) -> Frame:
    """Return `frame` with SQL aggregates over all its rows beside each row: name -> "count(*)".

    narwhals' own way makes one partition of all rows, which DuckDB sorts.
    """
    return _beside(frame, *(f"{sql} OVER () AS {name}" for name, sql in totals.items()))


def with_milliseconds(native: Any, names: Sequence[str]) -> Any:
    """Return an engine's own rows: `names`, and beside each time its twin `<name>_ms`.

    Each engine has its own word for whole milliseconds; narwhals has none that works on DuckDB.
    """
    if hasattr(native, "selectExpr"):
        kinds = dict(native.dtypes)
        twins = [f"unix_millis(`{n}`) AS `{n}_ms`" for n in names if kinds[n].startswith("timestamp")]
        return native.selectExpr(*(f"`{n}`" for n in names), *twins)
    kinds = dict(zip(native.columns, (t.id for t in native.types), strict=True))
    # An ENUM sorts by its own order and is slow to plan with: text is text.
    plain = [f"{quoted(n)}::VARCHAR AS {quoted(n)}" if kinds[n] == "enum" else quoted(n) for n in names]
    times = [n for n in names if kinds[n].startswith("timestamp")]
    # An analyst's own times may be in nanoseconds with a zone, for which DuckDB has no epoch_ms.
    twins = [f"epoch_ms({quoted(n)}::{_plain_time(kinds[n])}) AS {quoted(n + '_ms')}" for n in times]
    return native.project(", ".join([*plain, *twins]))


def kept(frame: Frame) -> Frame:
    """Return the same rows of DuckDB, found now and once: they lie in a file, and their plan begins there."""
    native, path = frame.to_native(), new_file()
    wide = [n for n, t in zip(native.columns, native.types, strict=True) if t.id == "hugeint"]
    # A file has no numbers of 128 bits; what does not fit into 64 is an error, as it is in every answer.
    stars = ", ".join(f"{quoted(n)}::BIGINT AS {quoted(n)}" for n in wide)
    (native.project(f"* REPLACE ({stars})") if wide else native).write_parquet(path)
    result: Frame = nw.from_native(of_file(native, path))
    return result


def coded(frame: Frame, texts: Sequence[str]) -> pa.Table:
    """Return rows of DuckDB as Arrow has them, a part at a time, the columns `texts` as numbers of texts.

    The name of a blob is 200 bytes long, and stands in thousands of rows: all at once, they are gigabytes.
    """
    reader = frame.to_native().to_arrow_reader(_AT_ONCE)
    parts = [_with_codes(pa.Table.from_batches([batch]), texts) for batch in reader]
    return pa.concat_tables(parts).unify_dictionaries() if parts else reader.schema.empty_table()


def _with_codes(part: pa.Table, texts: Sequence[str]) -> pa.Table:
    for name in texts:
        held = part.column(name).cast(pa.string()).dictionary_encode()
        part = part.set_column(part.column_names.index(name), name, held)
    return part


def looked_up(frame: Frame, found: pa.Table, on: str) -> Frame:
    """Return rows of DuckDB with what is told of each value of a column beside them, null where nothing is.

    Ten thousand values in an expression take an engine many times as long to plan as it takes to join them.
    """
    path = new_file()
    pq.write_table(found, path)
    native = frame.to_native()
    return frame.join(nw.from_native(of_file(native, path)), on=on, how="left")


def of_file(native: Any, path: str) -> Any:
    """Read a file where these rows are: what is joined must come from one connection."""
    return native.query("rows", f"SELECT * FROM read_parquet({literal(path)})")  # noqa: S608


def _plain_time(kind: str) -> str:
    return "TIMESTAMPTZ" if "time zone" in kind or "tz" in kind else "TIMESTAMP"


def quoted(name: str) -> str:
    """Return a column's name as it stands in DuckDB's SQL.

    >>> quoted("rule")
    '"rule"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """Return a text or number as it stands in DuckDB's SQL; None is null.

    >>> literal("it's"), literal(22), literal(None)
    ("'it''s'", '22', 'NULL')
    """
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def _beside(frame: Frame, *made: str) -> Frame:
    """Return `frame` with more columns, as the engine's own SQL makes them."""
    native, duckdb = frame.to_native(), frame.implementation.is_duckdb()
    result: Frame = nw.from_native(
        native.project(", ".join(["*", *made])) if duckdb else native.selectExpr("*", *made)
    )
    return result
