"""Whether calls come back at one distance in time: what steadiness does not say."""

from typing import Any

import numpy as np
import pandas as pd

from nsgkit.detections.rhythm.days import Days

MINUTE = 60  # in seconds
SHORTEST = 2  # minutes of a lag: what spills over into the next minute is no period


PERIODIC, IRREGULAR = 0.5, 0.15
STEP = 0.15  # as large as RITA's


def autocorrelation(table: pd.DataFrame, windows: Days) -> pd.DataFrame:
    """Return the autocorrelation of each group's calls a minute at its best lag, and that lag in minutes.

    `table` has group, window and second. Lags are from 2 minutes to half of what the logs cover of the
    window. Null where every minute has as many calls. For findings: it goes from group to group.

    >>> calls = pd.DataFrame({"group": 0, "window": 0, "second": range(0, 86_400, 600)})
    >>> autocorrelation(calls, Days(0, 86_400_000, np.array([86_400_000]))).loc[0].round(2).tolist()
    [0.99, 10.0]
    """
    groups = table.groupby("group")
    found = {g: _best(of["second"], int(windows.hours[of["window"].iloc[0]])) for g, of in groups}
    return pd.DataFrame.from_dict(found, "index", "float64", ["autocorrelation", "lag"])


def periodicity_step(periodicity: "pd.Series[Any]", at_best_lag: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return what periodicity adds to a score: .15 where calls are periodic, -.15 where nothing is near.

    >>> lags = pd.Series([pd.NA, 0.6, 0.2, 0.2], dtype="Float64")
    >>> periodicity_step(pd.Series([0.5, 0.1, 0.4, 0.1]), lags).tolist()
    [0.15, 0.15, 0.0, -0.15]
    """
    periodic = (periodicity >= PERIODIC) | (at_best_lag.astype("float64") >= PERIODIC)
    return STEP * (periodic.astype("int64") - (~periodic & (periodicity < IRREGULAR)).astype("int64"))


def _best(second: "pd.Series[Any]", hours: int) -> tuple[float, float]:
    minutes = hours * 60
    counts = np.bincount(second.to_numpy("int64") // MINUTE, minlength=minutes)[:minutes]
    away = counts - counts.mean()
    power = np.abs(np.fft.rfft(away, 2 * minutes)) ** 2  # as long again, so that no end meets the beginning
    products = np.fft.irfft(power)[: minutes // 2 + 1]
    if products[0] < 1e-6:
        return np.nan, np.nan
    lag = SHORTEST + int(products[SHORTEST:].argmax())
    return float(products[lag] / products[0]), float(lag)
