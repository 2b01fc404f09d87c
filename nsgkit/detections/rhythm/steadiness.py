"""How steady calls are: RITA's score, of many groups of calls at once.

A *group* is the calls of one pair in one window, numbered from 0. Everything is whole numbers as far as it
can be: seconds, bytes, twice a median, and scores in thousandths, so that a score does not hang on how a
float was rounded. Source: the beacon analysis of RITA 5.1.1, read and written anew.
"""

from typing import Any

import numpy as np
import pandas as pd

from nsgkit.detections.rhythm.spread import Numbers, spread

WINDOW, HOUR, HOURS = 86_400, 3_600, 24  # in seconds, and the hours of a window
MOST = 86_400  # calls in a window: so many and more are a strobe
LEAST = 3  # intervals of a beacon, and known sizes for a score of sizes
MODES = 11  # hours with calls, from which on it counts that two levels tell most of them
LASTING = 6  # hours with calls, from which on it counts how much of the window they fill
RUN = 12  # hours in a row that are as good as all
UNKNOWN = -1  # for bytes that are unknown
_TIE = 1e-9  # half a thousandth is half a thousandth in floats too


def steadiness(calls: pd.DataFrame, hours: Numbers, line: Numbers | int = 0) -> pd.DataFrame:
    """Return the scores of groups in thousandths, by group: ts, size, hist, dur and their mean, score.

    `calls` has group, second (from 0, in its window) and size (bytes, -1 where unknown). `hours` says of
    each group how many hours of its window the logs cover, and `line` what its score has to reach: a group
    that cannot is left out as soon as that is clear. Left out too: fewer than 3 intervals, or 86,400 calls.
    Where fewer than 3 sizes are known, size is null and the score is the mean of the others.

    >>> calls = pd.DataFrame({"group": 0, "second": range(0, 86_400, 600), "size": 300})
    >>> steadiness(calls, np.array([24])).loc[0].tolist()
    [1000, 1000, 1000, 1000, 1000]
    """
    line = np.broadcast_to(np.asarray(line), hours.shape)
    counts, span = hour_counts(calls, len(hours)), spans(calls, len(hours))
    found = pd.DataFrame({"hist": hist(counts, hours), "dur": dur(counts, span, hours)})
    enough = (counts.sum(axis=1) > LEAST) & (counts.sum(axis=1) < MOST)
    # No part exceeds 1,000, and the mean is rounded up from half a thousandth on. So four parts reach a line
    # only where hist + dur reach 4 lines less 2,002; three parts, without sizes, need more than that.
    found = found[enough & (found["hist"] + found["dur"] >= 4 * line - 2_002)]
    found = found.join(stat(intervals(_of(calls, found)), "second", 1_000).rename("ts"), how="inner")
    found = found[found["hist"] + found["dur"] + found["ts"] >= 4 * line[found.index] - 1_002]
    sizes = _of(calls[calls["size"] != UNKNOWN], found)
    found = found.join(stat(sizes, "size", 0).rename("size"))[["ts", "size", "hist", "dur"]].astype("Int64")
    parts = found.notna().sum(axis=1)
    found["score"] = (2 * found.sum(axis=1) + parts) // (2 * parts)
    reach: pd.DataFrame = found[(found["score"] >= line[found.index]).to_numpy(dtype="bool")]
    return reach


def hours_needed(line: int, hours: int) -> int:
    """Return in how many hours a group has to have calls at least, to reach a line: from these alone.

    >>> hours_needed(800, 24), hours_needed(700, 24), hours_needed(800, 6)
    (11, 6, 6)
    """
    for bars in range(1, hours + 1):
        # The flattest that so many hours of all can be is when each has as many calls.
        flattest = 1_000 if bars >= MODES else 1_000 * (1 - ((hours - bars) / bars) ** 0.5)
        if max(flattest, 0) + 1_000 * (bars >= LASTING) >= 4 * line - 2_003:
            return bars
    return hours + 1


def hour_counts(calls: pd.DataFrame, groups: int) -> Numbers:
    """Return the calls of each group in each hour of its window."""
    hour = calls["group"].to_numpy("int64") * HOURS + calls["second"].to_numpy() // HOUR
    found: Numbers = np.bincount(hour, minlength=groups * HOURS).reshape(groups, HOURS)
    return found


def spans(calls: pd.DataFrame, groups: int) -> Numbers:
    """Return the seconds from the first to the last call of each group."""
    ends = calls.groupby("group")["second"].agg(["min", "max"]).reindex(range(groups), fill_value=0)
    found: Numbers = (ends["max"] - ends["min"]).to_numpy("int64")
    return found


def intervals(calls: pd.DataFrame) -> pd.DataFrame:
    """Return the seconds between the distinct times of each group, in their order: group and second."""
    key = np.sort(calls["group"].to_numpy("int64") * WINDOW + calls["second"].to_numpy())
    group, apart = key // WINDOW, np.diff(key)
    within = (apart > 0) & (group[1:] == group[:-1])
    return pd.DataFrame({"group": group[1:][within], "second": apart[within]})


def stat(values: pd.DataFrame, name: str, when_small: int) -> "pd.Series[Any]":
    """Return how symmetric and how near to their median the values of each group are, in thousandths.

    `when_small` is the nearness where the median is below 1. Groups of fewer than 3 values are left out.
    """
    has = spread(values, name, LEAST)
    middle, width = has["median"], has["q3"] - has["q1"]  # twice what they are, and mad is four times
    straight = (width < 2 * 10) | (middle == has["q1"]) | (middle == has["q3"])
    lean = ((has["q1"] + has["q3"] - 2 * middle).abs() / width.clip(lower=1)).where(~straight, 0)
    near = ((2 * middle - has["mad"]) / (2 * middle).clip(lower=1)).clip(lower=0)
    near = near.where(middle >= 2 * 1, when_small / 1_000)
    found: pd.Series[Any] = half_up((1 - lean + near) / 2)
    return found


def hist(counts: Numbers, hours: Numbers) -> Numbers:
    """Return how flat the calls lie over the hours, or how well two levels tell them, in thousandths."""
    total = counts.sum(axis=1)
    deviation = np.sqrt((hours * (counts**2).sum(axis=1) - total**2).clip(min=0))
    flat = half_up((1 - deviation / total.clip(min=1)).clip(min=0))
    found: Numbers = np.maximum(flat, two_levels(counts))
    return found


def two_levels(counts: Numbers) -> Numbers:
    """Return the share of hours with calls whose number of calls is one of the two most frequent ones.

    Numbers of calls are alike within 5 % of the largest, and one hour may be an exception.
    """
    bars, most = (counts > 0).sum(axis=1), counts.max(axis=1, initial=1)
    level = np.where(counts > 0, 1 + counts // (-(-most // 20))[:, None], 0)  # 0 for no calls, to 21
    place = np.arange(len(counts))[:, None] * 22 + level
    often = np.bincount(place.ravel(), minlength=22 * len(counts)).reshape(-1, 22)[:, 1:]
    two = np.sort(often, axis=1)[:, -2:].sum(axis=1)
    found = np.minimum(half_up(two / (bars - 1).clip(min=1)), 1_000)
    return np.where(bars >= MODES, found, 0)


def dur(counts: Numbers, span: Numbers, hours: Numbers) -> Numbers:
    """Return how much of the window is filled, in thousandths: from first to last call, or hour by hour."""
    occupied = counts > 0
    run = longest = np.zeros(len(counts), dtype="int64")
    for hour in range(2 * HOURS):  # twice round the clock: a run may go over its end
        run = (run + 1) * occupied[:, hour % HOURS]
        longest = np.maximum(longest, run)
    spanned = -(-span * 1_000 // (hours * HOUR))  # rounded up
    in_a_row = -(-longest * 1_000 // RUN)
    found = np.maximum(spanned, in_a_row).clip(max=1_000)
    return np.where(occupied.sum(axis=1) >= LASTING, found, 0)


def half_up(share: Any) -> Any:
    """Return shares in thousandths, half of one rounded up.

    >>> half_up(np.array([0.8745, 0.1234])).tolist()
    [875, 123]
    """
    return np.floor(share * 1_000 + 0.5 + _TIE).astype("int64")


def _of(calls: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Return the calls of these groups: all of them at no cost, where nothing was left out."""
    wanted = np.zeros(int(calls["group"].max()) + 1 if len(calls) else 0, dtype="bool")
    wanted[groups.index[groups.index < len(wanted)]] = True
    return calls[wanted[calls["group"]]]
