"""Bytes over time of a store in DuckDB: the sums of `spread`, in one pass over millions of lists.

`spread.carried_by` reads the conversations four times: those with a list and those without, and of each what
lies within one bin and what does not. Here each row is read once, and its list made where it has none.
"""

from collections.abc import Sequence

import narwhals as nw

from nsgkit.counting import sql
from nsgkit.counting.double_capture import CADENCE
from nsgkit.counting.expressions import any_known, bin_start, known_sum
from nsgkit.counting.frame import Rows
from nsgkit.counting.quick.increments import LISTED
from nsgkit.counting.spread import INCREMENTS, elapsed_at, up_to
from nsgkit.schema import COUNTERS


def carried_in_bins(conversations: Rows, width: int, by: Sequence[str]) -> Rows:
    """Return `_start` (milliseconds), `by` and the counters of each bin, as `spread.bins_in_engine` does."""
    counted = any_known(COUNTERS) | ~nw.col(INCREMENTS).is_null()
    parts = conversations.filter(~nw.col("folded"), counted).unnest(INCREMENTS, _alone(), LISTED, by)
    start, since, until = nw.col("_start"), nw.col("_since"), nw.col("until")
    begins = {"_since": nw.col("since"), "_start": bin_start(nw.col("since"), width)}
    parts = parts.select(*by, "until", *COUNTERS, **begins)
    within = until <= start + width
    bins = nw.when(within).then(nw.lit(1)).otherwise((bin_start(until - 1, width) - start) // width + 1)
    parts = parts.with_columns(_span=until - since, _within=within, _bins=bins)
    parts = parts.repeat("_bins", "_bin")
    parts = parts.with_columns(_start=start + nw.col("_bin") * width)
    parts = parts.with_columns(_low=elapsed_at(start), _high=elapsed_at(start + width))
    shares = {name: _share(name) for name in COUNTERS}
    parts = parts.select("_start", *by, **shares)
    return parts.aggregate(("_start", *by), **{name: known_sum(name) for name in COUNTERS})


def _share(name: str) -> nw.Expr:
    """Return what falls into a bin: all of most rows, which lie within one."""
    whole = nw.when(nw.col("_within")).then(nw.col(name))
    return whole.otherwise(up_to(name, "_high") - up_to(name, "_low"))


def _alone() -> str:
    """Return the list of a conversation that has none, by the rule of `spread.carried_by`."""
    since = f"CASE WHEN rows = 1 THEN last_ms - {CADENCE} ELSE first_ms END"
    counters = ", ".join(f"{name} := {sql.quoted(name)}" for name in COUNTERS)
    return f"[struct_pack(since := {since}, until := last_ms, {counters})]"
