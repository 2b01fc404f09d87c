"""Which pairs call so steadily that they reach their line: by numbers alone, before any text is asked for."""

from typing import NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.detections.rhythm.calls import grouped, narrowed, numbers, of_group
from nsgkit.detections.rhythm.days import Days
from nsgkit.detections.rhythm.steadiness import HOUR, HOURS, MOST, hours_needed, intervals, steadiness
from nsgkit.errors import NsgkitError, shown
from nsgkit.times import HOUR as HOUR_MS

SHORTEST = 6 * HOUR_MS  # of logs in a window: over fewer hours, everything looks steady


class Lines(NamedTuple):
    """What a group has to reach: steadiness in thousandths, distinct times, and calls an hour."""

    answered: int
    failed: int
    times: int
    per_hour: float

    @classmethod
    def of(cls, answered: float, failed: float, times: int, per_hour: float) -> "Lines":
        """Return the lines of an analyst, who gives shares; NsgkitError where one is none."""
        for name, line in (("answered", answered), ("failed", failed)):
            if not 0 < line <= 1:
                raise NsgkitError(
                    f"{name} takes no {shown(line)}: give a share above 0, at most 1, such as 0.8."
                )
        return cls(round(answered * 1_000), round(failed * 1_000), times, per_hour)


def likely(held: Rows, windows: Days, lines: Lines) -> list[int]:
    """Return the pairs of `calls` of which a window reaches its line."""
    narrow = narrowed(held)
    groups = _possible(narrow, windows, lines).select("pair", "window")
    near = narrow.join(groups, ["pair", "window"], "semi")
    tables = (scorable(numbers(part), windows) for part in _one_by_one(near, len(windows.hours)))
    return sorted({pair for table in tables for pair in reaching(table, windows, lines)["pair"].tolist()})


def _one_by_one(near: Rows, windows: int) -> list[Rows]:
    """Return the calls of each window, each scored by itself: a store has too many at once."""
    if near.ours or not near.in_duckdb:
        return [near]
    held = near.materialize()
    return [held.filter(nw.col("window") == number) for number in range(windows)]


def scorable(table: pd.DataFrame, windows: Days) -> pd.DataFrame:
    """Return the calls in windows that are long enough, with `group`: the number of pair and window."""
    return grouped(table[windows.lengths[table["window"]] >= SHORTEST], ["pair", "window"])


def reaching(table: pd.DataFrame, windows: Days, lines: Lines) -> pd.DataFrame:
    """Return pair, window and scores of the groups that reach their line, by group."""
    groups = of_group(table, "pair", "window", "failed")
    line = np.where(groups["failed"] == 1, lines.failed, lines.answered)
    scores = steadiness(table, windows.hours[groups["window"]], line)
    found = groups[["pair", "window"]].join(scores, how="inner")
    kept = table[table["group"].isin(found.index)]
    found["times"] = kept.groupby("group").size()
    often = found["times"] >= lines.per_hour * windows.hours[found["window"]]
    return found[often & (intervals(kept).groupby("group").size() + 1 >= lines.times)]


def _possible(held: Rows, windows: Days, lines: Lines) -> Rows:
    """Return the pairs and windows that have calls in so many hours as their line needs at least."""
    last = len(windows.hours) - 1

    def in_window(of_others: float, of_last: float) -> nw.Expr:
        return nw.when(nw.col("window") == last).then(nw.lit(of_last)).otherwise(nw.lit(of_others))

    group, hours = ["pair", "window", "failed"], (HOURS, int(windows.hours[last]))
    hourly = held.with_columns(hour=nw.col("second") // HOUR)
    hourly = hourly.aggregate([*group, "hour"], n=nw.len())
    groups = hourly.aggregate(group, bars=nw.len(), n=nw.col("n").sum())
    failed, answered = (
        in_window(*(hours_needed(line, of) for of in hours)) for line in (lines.failed, lines.answered)
    )
    often = in_window(*(max(lines.times, lines.per_hour * of) for of in hours))
    needed = nw.when(nw.col("failed") == 1).then(failed).otherwise(answered)
    return groups.filter(nw.col("bars") >= needed, nw.col("n") >= often, nw.col("n") < MOST)
