"""Where a timeline's marks lie: time across, a lane a row, in pixels that are known before anything is drawn.

A lane is 1 high: the first one reaches from 0 to 1. Above it, below 0, is room for labels.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nsgkit.palette import SERIES
from nsgkit.views.numbers import LEAST

STEP = 24  # pixels a lane
THINNEST, THICKEST = 4.0, 15.0  # pixels of a bar, by its bytes
HAIRLINE = 2.0  # pixels of a bar whose bytes are unknown
_LEAST_BYTES = 2.0  # powers of ten: up to 100 bytes a bar is at its thinnest
_BAR_WIDTH, _TICK_WIDTH = 3.0, 2.0  # pixels, at least
_TICK_HEIGHT = 15.0
_FLOOR = 0.94  # of a lane, on which columns stand
_COLUMN, _COLUMN_BELOW = 0.84, 0.56  # the tallest; where bars lie above it
_MIDDLE, _ABOVE = 0.5, 0.19  # of a lane: where its bars lie
_THICKEST_ABOVE = 7.0
DIRECTIONS = {"inbound": SERIES[0], "outbound": SERIES[1]}


@dataclass(frozen=True)
class Plot:
    """The span that is drawn, in milliseconds, and how much room there is."""

    start: int
    end: int
    lanes: int
    width: int  # pixels
    head: float = 0.0  # lanes of room above the first

    @property
    def height(self) -> float:
        """All of it, in pixels."""
        return (self.lanes + self.head) * STEP

    @property
    def pixel(self) -> float:
        """How many milliseconds wide a pixel is."""
        return (self.end - self.start) / self.width


def placed(table: pd.DataFrame, colour: str, plot: Plot) -> pd.DataFrame:
    """Return the marks of a table with where they lie: time, until, low, high; clipped to the span.

    Densities of one bin, lane and colour are one; `row` is the row of the table that a mark begins with.
    """
    numbered = table.assign(row=np.arange(len(table)))
    mixed = table.loc[table["mark"] == "density", "rank"].unique()
    single = _of_singles(numbered[numbered["mark"] != "density"], mixed, plot)
    columns = _of_densities(numbered[numbered["mark"] == "density"], table, colour, plot)
    return pd.concat([columns, single], ignore_index=True)


def _of_singles(table: pd.DataFrame, mixed: Any, plot: Plot) -> pd.DataFrame:
    beside = table["rank"].isin(mixed).to_numpy()
    is_tick = ((table["mark"] == "tick") & (table["decision"] == "denied")).to_numpy()
    thick = _thickness(table["bytes"], np.where(beside, _THICKEST_ABOVE, THICKEST))
    thick = np.where(is_tick, np.where(beside, _THICKEST_ABOVE, _TICK_HEIGHT), thick) / STEP
    middle = table["rank"] + np.where(beside, _ABOVE, _MIDDLE)
    least = np.where(is_tick, _TICK_WIDTH, _BAR_WIDTH) * plot.pixel
    ends = _across(table, least, plot)
    drawn = table.assign(**ends, low=middle - thick / 2, high=middle + thick / 2)
    return _thin_last(drawn)


def _thin_last(drawn: pd.DataFrame) -> pd.DataFrame:
    """Draw what is thin over what is thick."""
    order = (drawn["low"] - drawn["high"]).sort_values(kind="stable").index
    return drawn.loc[order]


def _across(table: pd.DataFrame, least: Any, plot: Plot) -> dict[str, Any]:
    """Return from when to when a mark is drawn: at least so wide, and within the span."""
    first, last = (in_milliseconds(table[name]).clip(plot.start, plot.end) for name in ("start", "end"))
    wide = np.maximum(last, first + least)
    beyond = np.maximum(wide - plot.end, 0)
    return {"time": as_time(first - beyond), "until": as_time(wide - beyond)}


def _thickness(sizes: "pd.Series[Any]", thickest: Any) -> Any:
    """Return pixels by powers of ten."""
    size = sizes.to_numpy("float64", na_value=np.nan)
    powers = np.log10(np.maximum(size, 1)) - _LEAST_BYTES
    most = max(np.nanmax(powers, initial=0), 1)
    thick = THINNEST + (thickest - THINNEST) * np.clip(powers, 0, None) / most
    return np.where(np.isnan(size), HAIRLINE, thick)


def _of_densities(table: pd.DataFrame, whole: pd.DataFrame, colour: str, plot: Plot) -> pd.DataFrame:
    """Return columns, stacked by colour: by powers of ten, and each part tall enough to be seen."""
    keys = ["rank", "start", "end", colour]
    how: dict[str, Any] = {name: "first" for name in table.columns if name not in keys}
    sums = {"conversations": "sum", "bytes": _known_sum}
    merged = table.groupby(keys, observed=True, sort=True, dropna=False).agg(how | sums).reset_index()
    if merged.empty:
        return table.assign(time=table["start"], until=table["end"], low=0.0, high=0.0)
    totals = merged.groupby(["rank", "start"])["conversations"].transform("sum")
    with_bars = whole.loc[whole["mark"] != "density", "rank"].unique()
    tallest = np.where(merged["rank"].isin(with_bars), _COLUMN_BELOW, _COLUMN)
    tall = np.log1p(totals) / np.log1p(totals.max()) * tallest * merged["conversations"] / totals
    tall = np.maximum(tall, LEAST / STEP)
    high = merged["rank"] + _FLOOR - (tall.groupby([merged["rank"], merged["start"]]).cumsum() - tall)
    return merged.assign(**_across(merged, _TICK_WIDTH * plot.pixel, plot), low=high - tall, high=high)


def _known_sum(values: "pd.Series[Any]") -> Any:
    return values.sum(min_count=1)


def frayed(drawn: pd.DataFrame, plot: Plot) -> pd.DataFrame:
    """Return a sign for each end that is not in the data and lies in sight: `time`, `low` and `end_sign`."""
    single = drawn[drawn["mark"] != "density"]
    begin = single[~single["begun"] & (in_milliseconds(single["start"]) >= plot.start)]
    open_ = single[~single["ended"] & (in_milliseconds(single["end"]) < plot.end)]
    aside = pd.Timedelta(4 * plot.pixel, unit="ms")
    signs = [
        begin.assign(time=begin["time"] - aside, end_sign="begin"),
        open_.assign(time=open_["until"] + aside, end_sign="end"),
    ]
    both = pd.concat(signs, ignore_index=True)
    room = 4 * plot.pixel  # beside the plot stand the lanes' names
    inside = in_milliseconds(both["time"]).clip(plot.start + room, plot.end - room)
    return both.assign(time=as_time(inside), low=(both["low"] + both["high"]) / 2)


def in_milliseconds(times: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return times as whole milliseconds since 1970."""
    whole: pd.Series[Any] = times.dt.as_unit("ms").astype("int64")
    return whole


def as_time(milliseconds: Any) -> Any:
    """Return milliseconds since 1970 as times in UTC."""
    return pd.to_datetime(pd.Series(milliseconds).round(), unit="ms", utc=True)
