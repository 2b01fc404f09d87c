"""Bins of time: the span of what is explored, which bins are offered, and which a span needs."""

from collections.abc import Iterable
from typing import TypeAlias

import narwhals as nw
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.schema import TIME

AUTO = "as the span needs"
OFFERED = (AUTO, "1min", "5min", "15min", "1h", "6h", "1D")
Span: TypeAlias = tuple[pd.Timestamp, pd.Timestamp]


def whole_span(conversations: object) -> Span:
    """Return from the hour of the first row to the end of the hour of the last."""
    rows = Rows.of(conversations, ["first", "last"])
    ends = rows.select(first=nw.col("first_ms").min(), last=nw.col("last_ms").max())
    first, last = ends.collect({"first": TIME, "last": TIME}).iloc[0]
    return first.floor("h"), last.floor("h") + pd.Timedelta("1h")


def fitting_bin(span: Span, steps: Iterable[tuple[str, str]]) -> str:
    """Return the bin of the first step that is as long as the span; a day where none is.

    >>> fitting_bin((pd.Timestamp("2024-12-18"), pd.Timestamp("2024-12-19")), [("2h", "1min"), ("30h", "1h")])
    '1h'
    """
    length = span[1] - span[0]
    return next((freq for most, freq in steps if length <= pd.Timedelta(most)), "1D")
