"""Logs in windows of 24 hours: from the first hour of the logs on, each on its own."""

from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import span
from nsgkit.detections.rhythm.spread import Numbers
from nsgkit.times import DAY, HOUR, SECOND

Time = TypeVar("Time", Any, "pd.Series[Any]")


class Days(NamedTuple):
    """The windows of logs: where the first begins and the logs end, in milliseconds, and what they cover."""

    start: int
    end: int
    lengths: Numbers  # of what the logs cover of each window, in milliseconds

    @property
    def hours(self) -> Numbers:
        """How many hours of each window the logs cover, a part of one included."""
        return np.maximum(-(-self.lengths // HOUR), 1)

    @property
    def covered(self) -> int:
        """The milliseconds that the logs cover."""
        return self.end - self.start

    def window(self, first_ms: Time) -> Time:
        """Return the number of the window of times, an expression or a column."""
        return (first_ms - self.start) // DAY

    def second(self, first_ms: Time) -> Time:
        """Return the whole seconds since their window began."""
        return (first_ms - self.start) % DAY // SECOND


def days(rows: Rows) -> Days | None:
    """Return the windows of 24 hours that rows of `attempts` lie in; None where there are no rows.

    >>> rows = Rows.of(pd.DataFrame({"first_ms": [5_000_000], "last_ms": [95_000_000]}))
    >>> days(rows).hours.tolist()
    [24, 2]
    """
    ends = span(rows)
    if ends is None:
        return None
    first, last = ends
    start = first - first % HOUR
    number = np.arange((last - start) // DAY + 1)
    return Days(start, last, np.minimum(last - start - number * DAY, DAY))
