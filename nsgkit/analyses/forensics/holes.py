"""Where the logs of a timeline have holes: hours without logs, silences, logging that stopped."""

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit.analyses.logging.coverage import coverage_gaps, silences
from nsgkit.counting.frame import Rows
from nsgkit.flows.logging_stops import logging_stops
from nsgkit.flows.logs import FlowLogs

_HOUR = pd.Timedelta("1h")
_LEFT = pd.Timedelta("10min")  # of a silence, outside of hours without logs: less is the same hole


def holes(logs: FlowLogs, seen: pd.DataFrame) -> pd.DataFrame:
    """Return the holes in the logs of the NICs in `seen`, conversations; of every NIC where it is empty.

    Where nothing was seen, any NIC may be the one that did not log it.

    Returns
    -------
    pandas.DataFrame
        event, first, last (UTC), about (the logged resource), mac (null: a whole flow log).
    """
    evidence = logs.evidence_hours
    gaps = coverage_gaps(logs.blobs, evidence=evidence)
    stops = logging_stops(logs.blobs, evidence=evidence)
    ends = stops["last_hour"] + _HOUR
    stops = stops.assign(start=ends, end=ends + stops["hours_since"] * _HOUR)
    if len(seen):
        macs = {*seen["mac"].dropna().astype("str")}
        gaps = gaps[gaps["mac"].isin(macs)]
        whole = stops["mac"].isna() & stops["resource"].isin({*seen["resource"].dropna().astype("str")})
        stops = stops[stops["mac"].isin(macs) | whole]
        quiet = silences(_of_nics(logs.flows, macs))
    else:
        quiet = silences(logs.flows)
    quiet = quiet.loc[[hole.Index for hole in quiet.itertuples() if _lasting(hole, gaps)]]
    return pd.concat([_as_events(*each) for each in (("no logs", gaps), ("silence", quiet),
                                                     ("logging stopped", stops))])  # fmt: skip


def _of_nics(flows: Any, macs: set[str]) -> Any:
    if isinstance(flows, pd.DataFrame):
        return flows[flows["mac"].isin(macs)]
    return Rows.of(flows).filter(nw.col("mac").is_in(sorted(macs))).select(*flows.columns).native(flows)


def _lasting(hole: object, gaps: pd.DataFrame) -> bool:
    """Whether enough of a silence lies outside of the hours that have no logs."""
    start, end = hole.start, hole.end  # type: ignore[attr-defined]
    own = gaps[gaps["mac"] == hole.mac]  # type: ignore[attr-defined]
    inside: Iterable[pd.Timedelta] = (
        max(min(end, gap.end) - max(start, gap.start), pd.Timedelta(0)) for gap in own.itertuples()
    )
    return bool(end - start - sum(inside, pd.Timedelta(0)) >= _LEFT)


def _as_events(event: str, found: pd.DataFrame) -> pd.DataFrame:
    told = {"first": found["start"], "last": found["end"], "about": found["resource"], "mac": found["mac"]}
    return pd.DataFrame({"event": event, **told})
