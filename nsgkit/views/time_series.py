"""Pictures of what happened when: counts and volumes over time, in UTC."""

import altair as alt
import pandas as pd

from nsgkit.views.theme import (
    HEIGHT,
    SERIES,
    WIDTH,
    decision_scale,
    nothing_to_show,
    readable,
    titled,
    utc,
    utc_tooltip,
)

_MEASURED = {
    "connections", "denied", "unknown", "peers", "bytes", "packets", "bytes_src_to_dst", "bytes_dst_to_src",
    "packets_src_to_dst", "packets_dst_to_src",
}  # fmt: skip
MOST_MARKS = 5_000
MOST_GROUPS = 8
MOST_COLOURS = len(SERIES)
# The date where a day begins, else the hour of 24.
CLOCK = "utcFormat(datum.value, utchours(datum.value) || utcminutes(datum.value) ? '%H:%M' : '%a %e %b')"


def over_time(
    table: pd.DataFrame, *, title: str = "Connections and denied attempts over time"
) -> alt.Chart | alt.FacetChart:
    """Draw connections over time: one small picture a group, stacked by decision.

    Parameters
    ----------
    table : pandas.DataFrame
        What `nsgkit.analyses.over_time` gives.
    title : str
        What the picture is about.

    Returns
    -------
    altair.Chart or altair.FacetChart
        At most 8 groups (those with the most connections) and 5,000 marks: where there would be
        more, bins are made wider. The subtitle says what was left out.

    Examples
    --------
    >>> span = pd.date_range("2024-12-19T09:00Z", periods=2, freq="h")
    >>> row = {"time": span[0], "until": span[1], "group": "WEB-NSG", "decision": "denied", "connections": 3}
    >>> over_time(pd.DataFrame([row])).title.text
    'Connections and denied attempts over time'
    """
    table = _by_decision(table)
    if table.empty:
        return nothing_to_show(
            "No connection began and none was denied in these rows.",
            "Look at the coverage first: were there logs at all? Then choose a longer span.",
        )
    shown, left_out = _largest_groups(table)
    shown, widened = _few_enough(shown)
    width = (shown["until"] - shown["time"]).max()
    said = f"Connections and denied attempts per {spoken(width)}, each counted once; times in UTC."
    return titled(_panels(shown), title, [text for text in (said, left_out, widened) if text])


def volume_over_time(table: pd.DataFrame, *, measure: str = "bytes") -> alt.Chart:
    """Draw one measure over time, stacked by group.

    Parameters
    ----------
    table : pandas.DataFrame
        What `nsgkit.analyses.over_time` gives.
    measure : str
        bytes, packets, connections or denied.

    Returns
    -------
    altair.Chart
        The largest groups, one colour each, and all others together; at most 5,000 marks, by wider bins.

    Examples
    --------
    >>> span = pd.date_range("2024-12-19T09:00Z", periods=2, freq="h")
    >>> row = {"time": span[0], "until": span[1], "group": "WEB-NSG", "bytes": 5_256_000}
    >>> volume_over_time(pd.DataFrame([row])).title.text
    'Bytes over time'
    """
    known = with_group(table).dropna(subset=[measure])
    if known.empty:
        return nothing_to_show(
            f"Nothing in these rows says how many {measure} there were.",
            "Version 1 logs and rules logged without state carry no counters: look at connections instead.",
        )
    known = known.assign(connections=known[measure], decision="")
    shown, others = _others_together(known)
    shown, widened = _few_enough(shown)
    width = (shown["until"] - shown["time"]).max()
    said = f"{measure.capitalize()} per {spoken(width)}, spread over the time they were counted in; UTC."
    chart = alt.Chart(readable(shown), width=WIDTH, height=HEIGHT).mark_bar(orient="vertical")
    chart = chart.encode(
        x=utc("time").axis(labelExpr=CLOCK),
        x2="until",
        y=alt.Y("connections:Q", title=measure, stack="zero", axis=alt.Axis(format="~s")),
        color=alt.Color("group:N", title="Group", sort=_by_size(shown)),
        tooltip=[
            alt.Tooltip("group:N", title="Group"),
            utc_tooltip("time", "From (UTC)"),
            utc_tooltip("until", "To (UTC)"),
            alt.Tooltip("connections:Q", title=measure.capitalize(), format=","),
        ],
    )
    drawn: alt.Chart = titled(
        chart, f"{measure.capitalize()} over time", [t for t in (said, others, widened) if t]
    )
    return drawn


def spoken(width: pd.Timedelta) -> str:
    """Return a width of time in words.

    >>> spoken(pd.Timedelta("1h")), spoken(pd.Timedelta("90min"))
    ('hour', '90 minutes')
    """
    sizes = {name: pd.Timedelta(f"1 {name}") for name in ("day", "hour", "minute", "second")}
    for name, size in sizes.items():
        if width % size == pd.Timedelta(0):
            return name if width == size else f"{width // size:,} {name}s"
    return str(width)


def with_group(table: pd.DataFrame) -> pd.DataFrame:
    """Return an over-time table with time, until, and its groups as one column `group`."""
    if "start" not in table:
        return table
    names = [name for name in table.columns[2:] if name not in _MEASURED]
    texts = table[names].astype("object").where(table[names].notna(), "not logged").astype("str")
    group = (
        texts.agg(" · ".join, axis=1) if names and len(table) else pd.Series("all", table.index, dtype="str")
    )
    return table.assign(group=group).rename(columns={"start": "time", "end": "until"})


def _by_decision(table: pd.DataFrame) -> pd.DataFrame:
    if "start" not in table:
        return table
    counts = with_group(table).rename(columns={"connections": "allowed"})
    long = counts.melt(
        ["time", "until", "group"], ["allowed", "denied", "unknown"], "decision", "connections"
    )
    return long[long["connections"] > 0]


def _panels(shown: pd.DataFrame) -> alt.FacetChart:
    groups = shown["group"].nunique()
    height = max(60, 260 // groups)
    base = alt.Chart(readable(shown), width=WIDTH, height=height).mark_bar(orient="vertical")
    bars = base.encode(
        x=utc("time").axis(labelExpr=CLOCK),
        x2="until",
        y=alt.Y("connections:Q", title="count", stack="zero", axis=alt.Axis(tickCount=3)),
        color=alt.Color("decision:N", scale=decision_scale(), title="Decision"),
        order=alt.Order("decision:N"),
        tooltip=[
            alt.Tooltip("group:N", title="Group"),
            utc_tooltip("time", "From (UTC)"),
            utc_tooltip("until", "To (UTC)"),
            alt.Tooltip("decision:N", title="Decision"),
            alt.Tooltip("connections:Q", title="Count", format=","),
        ],
    )
    header = alt.Header(title=None, labelAngle=0, labelOrient="top", labelAnchor="start", labelPadding=2)
    panels: alt.FacetChart = bars.facet(row=alt.Row("group:N", header=header), spacing=8)
    separate: alt.FacetChart = panels.resolve_scale(y="independent")
    return separate


def _largest_groups(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    totals = table.groupby("group")["connections"].sum().sort_values(ascending=False, kind="stable")
    rest = totals.iloc[MOST_GROUPS:]
    said = f"Left out: the {len(rest)} smallest groups, {rest.sum():,} in all." if len(rest) else ""
    return table[table["group"].isin(totals.index[:MOST_GROUPS])], said


def _others_together(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    largest = _by_size(table)
    if len(largest) <= MOST_COLOURS:
        return table, ""
    rest = set(largest[MOST_COLOURS - 1 :])
    name = f"{len(rest)} others"
    merged = table.assign(group=table["group"].where(~table["group"].isin(rest), name))
    keys = ["time", "group", "decision", "until"]
    return merged.groupby(keys)[
        "connections"
    ].sum().reset_index(), f"The {len(rest)} smallest groups are one."


def _by_size(table: pd.DataFrame) -> list[str]:
    sizes = table.groupby("group")["connections"].sum()
    return [str(name) for name in sizes.sort_values(ascending=False, kind="stable").index]


def _few_enough(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Make bins wider, two to one, until at most 5,000 marks remain."""
    width = asked = (table["until"] - table["time"]).max()
    bars = table
    while len(bars) > MOST_MARKS:
        width *= 2
        wider = table.assign(time=table["time"].dt.floor(width))
        keys = ["time", "group", "decision"]
        bars = wider.groupby(keys, observed=True)["connections"].sum().reset_index()
        bars["until"] = bars["time"] + width
    return bars, "" if width == asked else f"The table's bins of one {spoken(asked)} were joined to fit."
