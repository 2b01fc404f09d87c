"""Rows that cannot be counted: without a time or place, or with counters whose sum 64 bits cannot hold."""

from collections.abc import Iterator
from contextlib import contextmanager

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.errors import NsgkitError
from nsgkit.schema import COUNTERS, PLACE, require

NEEDED = ("time", "src_port", "dst_port", *PLACE)
# What engines say, in whatever error of theirs.
_SAID = ("out of range for the destination type INT64", "Overflow in", "ARITHMETIC_OVERFLOW", "CAST_OVERFLOW")


def require_values(flows: pd.DataFrame | object) -> None:
    """Raise NsgkitError where a row has no time, ports or place: it can be neither ordered nor named.

    >>> require_values(pd.DataFrame({name: [1] for name in NEEDED}))
    """
    if isinstance(flows, pd.DataFrame):
        require(flows.columns, [*NEEDED])
        missing = np.logical_or.reduce([flows[name].isna().to_numpy() for name in NEEDED])
        if not missing.any():
            return
        flows = flows[missing].head(1)
    nulls = [nw.col(name).is_null() for name in NEEDED]
    rows = Rows.of(flows, NEEDED).filter(nw.any_horizontal(*nulls, ignore_nulls=False)).head(1)
    found = rows.collect(dict.fromkeys(NEEDED, "object"))
    if len(found):
        name = next(name for name in NEEDED if found[name].isna().any())
        raise NsgkitError(
            f"A row has no {name}: {_where(found)}. Leave out the rows whose {name} is missing."
        )


def may_overflow(flows: object) -> bool:
    """Tell whether the sum of a counter over all rows is too large for 64 bits, so that another may be.

    >>> may_overflow(pd.DataFrame({name: [2**62, 2**62] for name in COUNTERS}))
    True
    """
    sums = Rows.of(flows, COUNTERS).select(**{c: nw.col(c).cast(nw.Float64).sum() for c in COUNTERS})
    found = sums.collect(dict.fromkeys(COUNTERS, "float64")).fillna(0)
    return bool((found.to_numpy() >= 2.0**63).any())


@contextmanager
def sums_fit(table: object) -> Iterator[None]:
    """Turn an engine's error about sums beyond 64 bits into ours, which names the largest counter's row."""
    try:
        yield
    except Exception as error:
        if not any(said in str(error) for said in _SAID):
            raise
        raise too_large(table) from error


def too_large(table: object) -> NsgkitError:
    """Return the error that names the row with the largest counter."""
    rows = Rows.of(table, [*PLACE, *COUNTERS]).with_columns(most=nw.max_horizontal(*COUNTERS))
    known = rows.filter(~nw.col("most").is_null()).with_columns(less=-nw.col("most"))
    found = known.sort("less").head(1).collect({**dict.fromkeys(PLACE, "object"), "most": "int64"})
    return NsgkitError(
        f"The counters add up to more than 64 bits hold. The largest is {found['most'].item()}: "
        f"{_where(found)}. Look at that row, and leave it out if it is wrong."
    )


def _where(found: pd.DataFrame) -> str:
    row = found.iloc[0]
    return ", ".join(f"{name} {row[name]}" for name in PLACE)
