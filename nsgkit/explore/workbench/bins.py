"""Bins of time: the span of what is explored, which bins are offered, and which a span needs."""

from collections.abc import Iterable
from typing import TypeAlias

import pandas as pd

AUTO = "as the span needs"
OFFERED = (AUTO, "1min", "5min", "15min", "1h", "6h", "1D")
Span: TypeAlias = tuple[pd.Timestamp, pd.Timestamp]


def whole_span(conversations: pd.DataFrame) -> Span:
    """Return from the hour of the first row to the end of the hour of the last."""
    first, last = conversations["first"].min(), conversations["last"].max()
    return first.floor("h"), last.floor("h") + pd.Timedelta("1h")


def fitting_bin(span: Span, steps: Iterable[tuple[str, str]]) -> str:
    """Return the bin of the first step that is as long as the span; a day where none is.

    >>> fitting_bin((pd.Timestamp("2024-12-18"), pd.Timestamp("2024-12-19")), [("2h", "1min"), ("30h", "1h")])
    '1h'
    """
    length = span[1] - span[0]
    return next((freq for most, freq in steps if length <= pd.Timedelta(most)), "1D")
