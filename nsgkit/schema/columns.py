"""What a table's column is, and what can be made of a table's columns: types, empty tables, checks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd

from nsgkit.errors import MissingColumnError

TIME = "datetime64[ms, UTC]"
TEXT = "category"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    `nsg_v1`, `nsg_v2` and `vnet_v4` are the places (from 0) of the field in a tuple of that
    format, or None where the format has no such field. `codes` maps what stands in the log to
    what stands in the table; `closed` says that nothing but those values can occur. `taken_from` is the
    column whose field tells this one where a format has none of its own for it. `label` stands over
    a table, `spoken` in a sentence, and `filter_word` before a colon in a filter; see `schema.labels`.
    """

    name: str
    dtype: str
    label: str
    meaning: str
    unit: str = ""
    nullable: bool = False
    nsg_v1: int | None = None
    nsg_v2: int | None = None
    vnet_v4: int | None = None
    codes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    closed: bool = False
    taken_from: str = ""
    spoken: str = ""
    filter_word: str = ""

    @property
    def values(self) -> list[str]:
        """The values of a closed column, in the order in which they are shown."""
        return list(dict.fromkeys(self.codes.values())) if self.closed else []

    @property
    def pandas_type(self) -> Any:
        """The column's type in pandas; the values of a closed column are its categories."""
        return pd.CategoricalDtype(self.values) if self.closed else self.dtype


Table = Sequence[Column]


def closed(*values: str) -> dict[str, Any]:
    """Return what tells a Column that it holds these values and no others."""
    return {"codes": MappingProxyType({value: value for value in values}), "closed": True}


def types(table: Table) -> dict[str, Any]:
    """Return column name -> pandas type.

    >>> types([Column("rows", "int64", "Rows", "How many.")])
    {'rows': 'int64'}
    """
    return {c.name: c.pandas_type for c in table}


def typed(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the frame with the table's columns in their order and types; a missing text stays missing.

    >>> typed(pd.DataFrame({"port": ["22"]}), (Column("port", "uint16", "Port", "A port."),)).dtypes.item()
    dtype('uint16')
    """
    columns = {c.name: _typed_series(frame[c.name], c) for c in table}
    return pd.DataFrame(columns, index=frame.index)


def as_text(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column as texts; one that is missing stays missing: pandas before 3 would write "None".

    >>> as_text(pd.Series([1, None], dtype="Int64")).isna().tolist()
    [False, True]
    """
    return values.astype("str").where(values.notna(), None)


def require(columns: Iterable[Any], needed: Sequence[str], remedy: str = "nsgkit.read_logs") -> None:
    """Raise MissingColumnError unless every name in `needed` is among `columns`.

    `remedy` names the function that adds what is missing.

    >>> require(["time"], ["rule"])
    Traceback (most recent call last):
        ...
    nsgkit.errors.MissingColumnError: The table has no column rule. Make it with nsgkit.read_logs().
    """
    have = set(columns)
    missing = [name for name in needed if name not in have]
    if missing:
        raise MissingColumnError(f"The table has no column {', '.join(missing)}. Make it with {remedy}().")


def _typed_series(values: "pd.Series[Any]", col: Column) -> "pd.Series[Any]":
    dtype: Any = col.pandas_type
    if col.dtype == TIME:
        return pd.to_datetime(values, utc=True).astype(dtype)
    return as_text(values) if col.dtype == "str" else values.astype(dtype)


def empty_series(col: Column) -> "pd.Series[Any]":
    """Return the column with no rows, in its type."""
    if col.dtype == TEXT:
        return pd.Series(pd.Categorical([], categories=pd.Index(col.values, dtype="str")))
    return pd.Series([], dtype=col.dtype)
