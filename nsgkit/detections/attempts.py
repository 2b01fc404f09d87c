"""What every detection works on: each attempt once, and how it ended.

An *attempt* is a conversation that is not folded: a connection, or a denied row. Its `outcome` is denied;
or, of what was allowed, unanswered (counters say that nothing came back), refused (at most 2 packets came
back, of at most 44 bytes each: a reset), answered, or unknown (no counters). Denied, unanswered and refused
are *failed*.
"""

from collections.abc import Sequence

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.expressions import one_if
from nsgkit.counting.frame import Rows, as_table
from nsgkit.counting.outcome import outcome
from nsgkit.enrich.network import Own, own_networks
from nsgkit.enrich.sides import FROM_INSIDE, FROM_OUTSIDE, TO_OUTSIDE, with_sides
from nsgkit.schema import CONVERSATIONS, COUNTERS, PLACE, TEXT, require
from nsgkit.schema.findings import OUTCOMES

APART = 5_000  # what two NICs log of one attempt lies no further apart, as for double capture
FAILED = ("denied", "unanswered", "refused")
ATTEMPT = ("src_ip", "dst_ip", "src_port", "dst_port", "protocol")
_SIDES = (FROM_INSIDE, FROM_OUTSIDE, TO_OUTSIDE)
_CODED = ("src_ip", "dst_ip", "protocol", "mac", "rule", "acl", "blob")
_NEEDED = (
    *ATTEMPT, "first", "last", "duration", "state", "counted_by", "decision", "direction", *COUNTERS,
    "answered", "rule", "acl", "mac", "folded", *PLACE,
)  # fmt: skip
_TYPES = {c.name: "str" if c.dtype == TEXT else c.dtype for c in CONVERSATIONS} | {
    "blob": TEXT,  # long, and few
    "outcome": "str", "failed": "int64", "began": "int64", "first_ms": "int64", "last_ms": "int64",
    **dict.fromkeys(_SIDES, "bool"),
}  # fmt: skip


def attempts(conversations: object, network: Own = None) -> Rows:
    """Return each attempt once, with `outcome`, `failed` and `began` (1 or 0), and its sides.

    `began` is 0 for what began before the data. Its sides are `from_inside`, `from_outside` and
    `to_outside`, by the own networks. What this gave is taken as it is: so several detections can share it.

    Raises MissingColumnError where the table is not what `nsgkit.conversations` gives.

    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = attempts(conversations).aggregate(["outcome"], n=nw.len()).collect({"outcome": "str"})
    >>> sorted(found["outcome"])
    ['answered', 'denied', 'unanswered', 'unknown']
    """
    if isinstance(conversations, Rows):
        return conversations
    held = as_table(conversations)
    require(held.columns, _NEEDED, "nsgkit.conversations")
    sided = with_sides(held, own_networks(held, network))
    rows = Rows.of(sided, [*_NEEDED, *_SIDES], coded=_CODED).filter(~nw.col("folded"))
    ended = outcome()
    return rows.with_columns(
        outcome=ended,
        failed=one_if(ended.is_in([*FAILED])),
        began=one_if(~nw.col("counted_by").is_null()),
    )


def collected(rows: Rows, *columns: str) -> pd.DataFrame:
    """Return rows as a pandas table, `columns` beside their place, in time order whatever their order was.

    For candidates alone: narrow the rows down before.
    """
    names = [*dict.fromkeys(["first_ms", *columns, *PLACE])]
    table = rows.collect({name: _TYPES.get(name) for name in names})
    return table.sort_values(["first_ms", *PLACE], ignore_index=True)


def span(rows: Rows) -> tuple[int, int] | None:
    """Return the first and the last time in milliseconds; None where there are no rows."""
    ends = rows.select("first_ms", "last_ms").aggregate(
        [], first=nw.col("first_ms").min(), last=nw.col("last_ms").max()
    )
    table = ends.collect({"first": "Int64", "last": "Int64"}).dropna()
    return None if table.empty else (int(table["first"].iloc[0]), int(table["last"].iloc[0]))


def one_view(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out what one NIC let out and another turned away: the denial counts.

    `table` needs the columns of ATTEMPT, `first_ms` and `outcome`.
    """
    denied = table["outcome"] == "denied"
    if not denied.any() or denied.all():
        return table
    same = table.groupby([*ATTEMPT], observed=True, dropna=False, sort=False).ngroup()
    seen = pd.DataFrame({"first_ms": table["first_ms"], "same": same, "place": range(len(table))})
    seen = seen.sort_values("first_ms", kind="stable")
    turned = seen.loc[denied, ["first_ms", "same"]].assign(turned=True)
    # The nearest alone is asked for: one pair of ports may have been tried, and denied, thousands of times.
    near = pd.merge_asof(
        seen.loc[~denied], turned, on="first_ms", by="same", direction="nearest", tolerance=APART
    )
    kept = np.ones(len(table), dtype=bool)
    kept[near.loc[near["turned"].notna(), "place"]] = False
    return table[kept]


def tried_once(rows: Rows, *more: str) -> pd.DataFrame:
    """Return what was tried, in time order, each attempt in one view: for candidates alone."""
    return one_view(collected(rows, *ATTEMPT, "outcome", "last_ms", *more))


def by_outcome(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return how many attempts of each group ended how: one column an outcome, the groups as index."""
    marks = table[[*keys]].assign(**{name: (table["outcome"] == name).astype("int64") for name in OUTCOMES})
    return marks.groupby([*keys], sort=True)[[*OUTCOMES]].sum()
