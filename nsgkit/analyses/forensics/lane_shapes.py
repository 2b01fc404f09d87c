"""The shapes of a lane: which conversations are drawn one by one, and how the others are counted in bins."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from nsgkit.analyses.forensics.lane_names import Numbers
from nsgkit.analyses.forensics.laned import UNKNOWN, Laned
from nsgkit.enrich.addresses import Bools
from nsgkit.schema import column
from nsgkit.times import fitting_width

MOST_MARKS = 4_500
MOST_APART = 2_000  # of them bars and ticks, in lanes whose conversations are all told apart
FEWEST_APART = 10  # conversations that a lane can always tell apart
LONG = 20  # in sight for a 20th of the span, a conversation stays a bar beside densities
MOST_LONG = 20  # of them in a lane
FEWEST_BINS = 2
_KINDS = 16  # of decision and direction, each of which may be null
_OF_ONE = ("src_ip", "src_port", "dst_ip", "dst_port", "protocol", "rule", "blob", "record", "tuple")
_VALUES = {name: np.array([*column(name).values, None], dtype="object") for name in ("decision", "direction")}


class Span(NamedTuple):
    """From `start` on, up to before `end`, in milliseconds."""

    start: int
    end: int


class Entries(NamedTuple):
    """Some entries of a `Laned`, each with the rank of its lane."""

    entry: Numbers
    rank: Numbers

    def only(self, kept: Bools) -> "Entries":
        """Return some of them."""
        return Entries(self.entry[kept], self.rank[kept])


def told_apart(laned: Laned, entries: Entries, span: Span, bins: int) -> Bools:
    """Return which entries are drawn one by one: all of a lane with few, the longest of any other."""
    counts = np.bincount(entries.rank)
    lanes = max(int((counts > 0).sum()), 1)
    few = counts <= min(bins, max(MOST_APART // lanes, FEWEST_APART))
    apart: Bools = few[entries.rank] if len(counts) else np.zeros(0, dtype=bool)
    apart = apart.copy()
    in_sight = np.minimum(laned.last[entries.entry], span.end) - np.maximum(
        laned.first[entries.entry], span.start
    )
    long = np.flatnonzero(~apart & (in_sight * LONG >= span.end - span.start) & (in_sight > 0))
    long = long[np.lexsort((-in_sight[long], entries.rank[long]))]
    apart[long[_nth(entries.rank[long]) < MOST_LONG]] = True
    return apart


def _nth(sorted_values: Numbers) -> Numbers:
    """Return the how-manieth of its value each is, from 0."""
    begins = np.searchsorted(sorted_values, sorted_values)
    nth: Numbers = np.arange(len(sorted_values)) - begins
    return nth


def singles(laned: Laned, entries: Entries) -> pd.DataFrame:
    """Return a bar or tick for each entry."""
    at = entries.entry
    table = laned.table.iloc[laned.row[at]].reset_index(drop=True)
    lasted = (laned.last[at] > laned.first[at]) & (table["decision"] != "denied").to_numpy()
    return pd.DataFrame({
        "rank": entries.rank,
        "mark": np.where(lasted, "bar", "tick"),
        "start": table["first"],
        "end": table["last"],
        "decision": table["decision"],
        "direction": table["direction"],
        "conversations": 1,
        "bytes": pd.Series(laned.size[at]).astype("Int64").where(laned.size[at] != UNKNOWN),
        "begun": laned.begun[at],
        "ended": laned.ended[at],
        "state": table["state"],
        **{name: table[name] for name in _OF_ONE},
    })  # fmt: skip


def densities(laned: Laned, entries: Entries, span: Span, bins: int, most: int) -> tuple[pd.DataFrame, int]:
    """Return how many began in each bin, of each lane, decision and direction; and how wide the bins are.

    What began before the span is in a bin of its own, which ends where the span begins. Bins are widened
    until there are at most `most` densities.
    """
    at, first = entries.entry, laned.first[entries.entry]
    kind = entries.rank * _KINDS + (laned.decision[at] + 1) * 4 + laned.direction[at] + 1
    while True:
        width = fitting_width(span.start, span.end - 1, bins, least=1)
        place = np.where(first < span.start, 0, first // width - span.start // width + 1)
        if bins == FEWEST_BINS or len(pd.unique(kind * (bins + 2) + place)) <= most:
            binned = pd.DataFrame({"entry": at, "kind": kind, "place": place})
            return _as_marks(_counted(laned, binned), span, width), width
        bins = max(bins * 2 // 3, FEWEST_BINS)


def _counted(laned: Laned, binned: pd.DataFrame) -> pd.DataFrame:
    """Return what is in each bin of each kind."""
    at = binned["entry"].to_numpy()
    each = binned.assign(
        first=laned.first[at],
        size=np.maximum(laned.size[at], 0),
        known=laned.size[at] != UNKNOWN,
        begun=laned.begun[at],
        ended=laned.ended[at],
    )
    groups = each.groupby(["kind", "place"])
    how = {"entry": "size", "first": "min", "size": "sum", "known": "any", "begun": "all", "ended": "all"}
    return groups.agg(how).reset_index()


def _as_marks(found: pd.DataFrame, span: Span, width: int) -> pd.DataFrame:
    before, kind = found["place"] == 0, found["kind"].to_numpy()
    start = (span.start // width - 1 + found["place"]) * width
    end = (start + width).clip(upper=span.end).mask(before, span.start)
    start = start.clip(lower=span.start).mask(before, found["first"])
    return pd.DataFrame({
        "rank": kind // _KINDS,
        "mark": "density",
        "start": pd.to_datetime(start, unit="ms", utc=True),
        "end": pd.to_datetime(end, unit="ms", utc=True),
        "decision": _VALUES["decision"][kind % _KINDS // 4 - 1],
        "direction": _VALUES["direction"][kind % 4 - 1],
        "conversations": found["entry"],
        "bytes": found["size"].astype("Int64").where(found["known"]),
        **{name: found[name] for name in ("begun", "ended")},
        **dict.fromkeys(("state", *_OF_ONE)),
    })  # fmt: skip
