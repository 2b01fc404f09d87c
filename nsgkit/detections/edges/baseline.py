"""What was there before: the baseline, what it knows, and how much of it there is.

A group (an edge, a peer) is *known* where the baseline has an allowed conversation of it that was answered or
of which nothing tells whether it was, or where any of its conversations began before the data. What was only
denied, unanswered or refused makes nothing known: who knocks in the baseline and gets in afterwards is new.
A conversation belongs to the time at which it was first seen.
"""

from collections.abc import Sequence

import narwhals as nw
import pandas as pd

from nsgkit.counting.expressions import count
from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import by_outcome, span, tried_once
from nsgkit.detections.form import Finding, proofs
from nsgkit.times import DAY, HOUR, milliseconds, parse_time

# Of the logs' time: the baseline where `since` does not say when it ends, as in `summary` and `change`. With
# seven tenths, all that begins in a day's afternoon, in logs of that day, would be known.
SHARE = 0.5
ENOUGH = DAY / HOUR  # hours; under it the baseline is weak
REACHED = ("answered", "unknown")  # of what was allowed: it got through, or nothing tells that it did not
SIZES = ("bytes_src_to_dst", "bytes_dst_to_src")


def baseline_end(rows: Rows, since: str | pd.Timestamp | None) -> int:
    """Return when the baseline ends, in milliseconds; 0 where there are no rows and nothing is said."""
    if since is not None:
        return milliseconds(parse_time(since, "since"))
    ends = span(rows)
    return 0 if ends is None else ends[0] + int(SHARE * (ends[1] - ends[0]))


def reached() -> nw.Expr:
    """Tell what was allowed, and got through as far as is known."""
    return (nw.col("decision") == "allowed") & nw.col("outcome").is_in([*REACHED])


def known(end: int) -> nw.Expr:
    """Tell the rows that make their group known."""
    return (nw.col("began") == 0) | (reached() & (nw.col("first_ms") < end))


def new_groups(rows: Rows, keys: Sequence[str], end: int) -> pd.DataFrame:
    """Return what was tried in each group that is not known, since the baseline's end.

    `reached` says which of these got through. Only groups in which some did are returned. What one NIC let
    out and another turned away is one attempt, denied, in the baseline too.
    """
    before, told = nw.col("first_ms") < end, nw.col("outcome") == "answered"
    groups = rows.aggregate(
        keys,
        late=count(reached() & ~before),
        surely=count((nw.col("began") == 0) | (reached() & before & told)),
        perhaps=count(reached() & before & ~told),
        denied=count(nw.col("outcome") == "denied"),
    )
    # A row that nothing tells of may be what another NIC denied: `one_view` below says which.
    fresh = (nw.col("surely") == 0) & ((nw.col("perhaps") == 0) | (nw.col("denied") > 0))
    groups = groups.filter((nw.col("late") > 0) & fresh)
    seen = tried_once(rows.join(groups, keys, "semi"), "decision", "mac", *SIZES)
    seen["reached"] = (seen["decision"] == "allowed") & seen["outcome"].isin(REACHED)
    early = seen["first_ms"] < end
    old = pd.MultiIndex.from_frame(seen.loc[early & seen["reached"], [*keys]])
    fresh_rows = seen[~early & ~pd.MultiIndex.from_frame(seen[[*keys]]).isin(old)]
    through = fresh_rows.groupby([*keys])["reached"].transform("any")
    return fresh_rows[through.astype("bool")]


def figures(seen: pd.DataFrame, keys: Sequence[str], hours: "pd.Series[float]") -> pd.DataFrame:
    """Return what proves each new group, and how often, how much and after what baseline it got through."""
    through = seen[seen["reached"]]
    groups = through.groupby([*keys], sort=True)
    found = proofs(through, keys).join(by_outcome(seen, keys))
    found["connections"] = groups.size()
    found[[*SIZES]] = groups[[*SIZES]].sum(min_count=1)
    found["baseline_hours"] = through.assign(hours=through["mac"].map(hours)).groupby([*keys])["hours"].max()
    return found


def baseline_hours(rows: Rows, end: int) -> "pd.Series[float]":
    """Return of each NIC how many hours before the baseline's end it was first seen; 0 where after it."""
    first = rows.aggregate(["mac"], first=nw.col("first_ms").min()).collect({"mac": "str", "first": "int64"})
    return ((end - first.set_index("mac")["first"]) / HOUR).clip(lower=0).round(1)


def trust(hours: "pd.Series[float]") -> "pd.Series[float]":
    """Return how far a baseline is to be trusted: 1 from 24 hours on, and .5 where there is none.

    >>> trust(pd.Series([0, 12, 33.6])).tolist()
    [0.5, 0.75, 1.0]
    """
    return 0.5 + 0.5 * (hours / ENOUGH).clip(upper=1)


def told_baseline(finding: Finding) -> str:
    """Return the sentence on the baseline.

    >>> told_baseline(pd.Series({"baseline_hours": 6.0}))
    'The baseline is 6.0 hours, which is weak: under 24 hours no daily routine was seen whole.'
    """
    hours = finding["baseline_hours"]
    weak = f", which is weak: under {ENOUGH:.0f} hours no daily routine was seen whole"
    return f"The baseline is {hours:.1f} hours{weak if hours < ENOUGH else ''}."
