"""How usual an address is inside: how many hosts talk to it, and since when."""

from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit.counting.expressions import distinct
from nsgkit.counting.frame import Rows
from nsgkit.detections.rhythm.days import Days
from nsgkit.enrich.sides import FROM_INSIDE
from nsgkit.times import DAY

RARE, USUAL = 0.02, 0.5  # shares of the active inside hosts
NEW, OLD = 7 * DAY, 30 * DAY
STEP = 0.15  # what each of RITA's modifiers adds to a score, or takes away


def usage(rows: Rows, few: Rows) -> pd.DataFrame:
    """Return how usual the destinations of `few` are among all `rows`: prevalence and first_seen, by dst_ip.

    Prevalence is the share of the active inside hosts that call it, however that ends; active is who is the
    source of anything. first_seen is in milliseconds, of anyone inside.
    """
    inside = rows.filter(nw.col(FROM_INSIDE))
    active = inside.select("src_ip").unique().collect({"src_ip": "str"})["src_ip"].count()
    asked = inside.join(few.select("dst_ip").unique().materialize(), ["dst_ip"], "semi")
    found = asked.aggregate(["dst_ip"], hosts=distinct("src_ip"), first_seen=nw.col("first_ms").min())
    table = found.collect({"dst_ip": "str", "hosts": "int64", "first_seen": "int64"}).set_index("dst_ip")
    return table.assign(prevalence=table["hosts"] / active)


def prevalence_step(prevalence: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return what prevalence adds to a score: .15 where at most 2 % call it, -.15 where at least half do.

    >>> prevalence_step(pd.Series([0.01, 0.1, 0.6, None], dtype="Float64")).tolist()
    [0.15, 0.0, -0.15, 0.0]
    """
    share = prevalence.astype("float64")
    return STEP * ((share <= RARE).astype("int64") - (share >= USUAL).astype("int64"))


def age_step(first_seen: "pd.Series[Any]", windows: Days) -> "pd.Series[Any]":
    """Return what the first contact adds to a score: .15 in the last 7 days, -.15 from 30 days back on.

    Only logs of more than 7 days can tell that a contact is new.

    >>> import numpy as np
    >>> weeks = Days(0, 35 * DAY, np.full(35, DAY))
    >>> age_step(pd.Series([0, 10 * DAY, 34 * DAY]), weeks).tolist()
    [-0.15, 0.0, 0.15]
    """
    age = windows.end - first_seen
    new = (age <= NEW) & (windows.covered > NEW)
    return STEP * (new.astype("int64") - (age >= OLD).astype("int64"))
