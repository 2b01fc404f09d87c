"""What a flow log was told to leave out, as far as its rows tell: begin rows.

A VNet flow log can be set to write only some of begin, continuing, end and denied rows. Where it has end
rows but not a single begin row, begins are left out, and its end rows count its connections.
NSG flow logs write all of them.
"""

from typing import Any

import narwhals as nw

from nsgkit.flows.frame import one_if

FIRST_VNET_VERSION = 4


def begins_left_out(rows: "nw.LazyFrame[Any]") -> "nw.LazyFrame[Any]":
    """Return the `log` of each flow log that writes no begin rows, with `by_end` 1.

    `rows` are flow rows with `alone`, `step`, `version` and `log`, as `nsgkit.flows.stitch` gives them.
    """
    logs = rows.filter((nw.col("alone") == 0) & (nw.col("version") >= FIRST_VNET_VERSION)).group_by("log")
    seen = logs.agg(
        begins=one_if(nw.col("step") == 0).max(),
        ends=one_if(nw.col("step") == 2).max(),
    )
    silent = seen.filter((nw.col("begins") == 0) & (nw.col("ends") == 1))
    return silent.select("log", by_end=nw.lit(1))
