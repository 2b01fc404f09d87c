"""Rules that seem to be logged without state: their connections are never counted and never end.

Microsoft documents that inbound TCP under non-default rules may be logged so by NSG flow logs. A
rule is suspect where, over more than ten minutes of its inbound TCP connections, no row of any of
them has a counter or says that it ended: two continuing rows are due in ten minutes.
"""

from typing import Any

import narwhals as nw

from nsgkit.counting.frame import one_if
from nsgkit.schema import FLOWS

_COUNTERS = tuple(c.name for c in FLOWS if c.unit in ("packets", "bytes"))
PATIENCE = 600_000  # milliseconds
DEFAULT_RULES = (
    "AllowVnetInBound", "AllowAzureLoadBalancerInBound", "DenyAllInBound",
    "AllowVnetOutBound", "AllowInternetOutBound", "DenyAllOutBound",
)  # fmt: skip


def asks_for_an_answer() -> nw.Expr:
    """Tell the rows of connections that must end or be counted if their rule is logged with state."""
    custom = ~nw.col("rule").is_in(DEFAULT_RULES) & ~nw.col("rule").str.starts_with("DefaultRule_")
    inbound_tcp = (nw.col("direction") == "inbound") & (nw.col("protocol") == "TCP")
    return custom & inbound_tcp & (nw.col("version") == 2) & (nw.col("decision") == "allowed")


def suspects(rows: "nw.LazyFrame[Any]") -> "nw.LazyFrame[Any]":
    """Return the `policy` (NSG and rule) of each suspect, with `suspect` 1.

    `rows` are flow rows with `asks`, `step` and `policy`, as `nsgkit.counting.stitch` gives them.
    """
    answered = nw.col("step") == 2
    for name in _COUNTERS:
        answered = answered | ((nw.col("step") > 0) & ~nw.col(name).is_null())
    asked = rows.filter((nw.col("asks") == 1) & (nw.col("alone") == 0)).with_columns(
        answered=one_if(answered)
    )
    rules = asked.group_by("policy").agg(
        nw.col("answered").max(), span=nw.col("time_ms").max() - nw.col("time_ms").min()
    )
    silent = rules.filter((nw.col("answered") == 0) & (nw.col("span") > PATIENCE))
    return silent.select("policy", suspect=nw.lit(1))
