"""Rows of tables as plain JSON values, so that a case can be read without nsgkit, now and in ten years."""

from collections.abc import Iterable
from numbers import Integral
from typing import Any

import pandas as pd


def plain(value: Any) -> Any:
    """Return a value as JSON has it: a time in ISO 8601, what is unknown as null, and no number cut.

    >>> plain(pd.Timestamp("2024-12-19T09:00Z")), plain(pd.NA), plain({"rows": [("a", 1)]})
    ('2024-12-19T09:00:00.000Z', None, {'rows': [['a', 1]]})
    """
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if value is None or pd.isna(value):
        return None
    return _single(value)


def _single(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return written(value)
    if type(value).__name__ in ("bool", "bool_"):  # numpy's, before and since it has that name
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, float) else _text(value)


def written(time: pd.Timestamp) -> str:
    """Return a time as a case writes it: UTC, to the millisecond, which is what logs know.

    >>> written(pd.Timestamp("2024-12-19T09:00:00.5Z"))
    '2024-12-19T09:00:00.500Z'
    """
    return time.tz_convert("UTC").isoformat(timespec="milliseconds").replace("+00:00", "Z")


def records(table: pd.DataFrame, columns: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of a table as plain objects, with those of `columns` that it has.

    >>> records(pd.DataFrame({"dst_port": [22], "rule": [None]}), ["dst_port", "rule", "mac"])
    [{'dst_port': 22, 'rule': None}]
    """
    names = [name for name in columns if name in table]
    rows = table[names].astype("object").to_dict("records")
    return [{str(name): plain(value) for name, value in row.items()} for row in rows]


def _text(value: object) -> str:
    """Return a text with each lone surrogate, which JSON does not hold, spelled out."""
    return str(value).encode("utf-8", "backslashreplace").decode()
