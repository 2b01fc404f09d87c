"""Pictures made of cells: hours by days, who talks to whom, hours by NICs."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from nsgkit.views.theme import (
    DENIED,
    LINES,
    NAMED_WIDTH,
    SERIES,
    WIDTH,
    not_delivered,
    nothing_to_show,
    readable,
    titled,
    utc,
    utc_tooltip,
)

MOST_MARKS = 5_000
MOST_NAMES = 30
MOST_DAYS = 200
_CELL = 19
_STATUS = {
    "present": SERIES[0], "with rejects": SERIES[1], "begins in the middle": "#8fb3a3",
    "growing": SERIES[3], "could not be read": "#3f3a4d", "no longer in Azure": SERIES[2],
    "missing": DENIED, "not asked for": "#a9a5ad",
    "before the first": "#d6d3d8", "after the last": "#d6d3d8",
}  # fmt: skip


def heat_map(table: pd.DataFrame, *, measure: str = "connections", decision: str | None = None) -> alt.Chart:
    """Draw a measure by hour of the day and day: what is usual here, and what is not.

    Parameters
    ----------
    table : pandas.DataFrame
        What `nsgkit.analyses.over_time` gives, in bins of an hour or less.
    measure : str
        The column to draw.
    decision : str or None
        allowed, denied or unknown alone; None takes all, where the table tells them apart.

    Returns
    -------
    altair.Chart
        One cell an hour; the last 200 days. A cell is empty where no row fell into the hour: look at the
        coverage for whether there were logs.

    Examples
    --------
    >>> row = {"time": pd.Timestamp("2024-12-19T09:00Z"), "group": "WEB", "connections": 3}
    >>> heat_map(pd.DataFrame([row])).title.text
    'Connections by hour and day'
    """
    table = table.rename(columns={"start": "time"})
    chosen = table if decision is None else table[table["decision"] == decision]
    chosen = chosen.dropna(subset=[measure])
    if chosen.empty:
        return nothing_to_show(
            "No row falls into any hour here.", "Choose a longer span or another decision."
        )
    hours = chosen.groupby(chosen["time"].dt.floor("h"))[measure].sum().reset_index()
    days = hours["time"].dt.floor("D").drop_duplicates().sort_values()
    shown = hours[hours["time"] >= days.iloc[-MOST_DAYS:].min()]
    cells = shown.assign(day=shown["time"].dt.strftime("%a %d %b %Y"), hour=shown["time"].dt.hour)
    named = [text.strftime("%a %d %b %Y") for text in days.iloc[-MOST_DAYS:]]
    what = {"denied": "denied attempts", None: measure}.get(decision, f"{decision} {measure}")
    chart = alt.Chart(cells, width=WIDTH, height=alt.Step(_CELL)).mark_rect(stroke=LINES, strokeOpacity=0.3)
    chart = chart.encode(
        x=alt.X("hour:O", title="Hour of the day (UTC)", scale=alt.Scale(domain=list(range(24)))),
        y=alt.Y("day:O", title=None, sort=named, scale=alt.Scale(domain=named)),
        color=_shade(measure, what),
        tooltip=[
            utc_tooltip("time", "Hour from (UTC)"),
            alt.Tooltip(f"{measure}:Q", title=what.capitalize(), format=","),
        ],
    )
    left = f"Left out: {len(days) - MOST_DAYS} earlier days." if len(days) > MOST_DAYS else ""
    said = [f"{what.capitalize()} in each hour, UTC. An empty cell: no row fell into it.", left]
    drawn: alt.Chart = titled(chart, f"{what.capitalize()} by hour and day", [text for text in said if text])
    return drawn


def matrix(table: pd.DataFrame, *, measure: str = "bytes") -> alt.Chart:
    """Draw who talks to whom: a cell for each source and destination.

    Parameters
    ----------
    table : pandas.DataFrame
        What `nsgkit.analyses.matrix` gives.
    measure : str
        The column to draw, on a scale of powers of ten.

    Returns
    -------
    altair.Chart
        The 30 largest sources and destinations; the subtitle says what that leaves out.

    Examples
    --------
    >>> row = {"source": "10.0.0.0/24", "destination": "10.0.1.0/24", "bytes": 900, "share": 1.0, "groups": 1}
    >>> matrix(pd.DataFrame([row])).title.text
    'Who talks to whom: bytes'
    """
    known = table[table[measure].notna() & (table[measure] > 0)] if len(table) else table
    if known.empty:
        return nothing_to_show(f"No cell has any {measure}.", "Choose another measure, or a longer span.")
    sources, destinations = _largest(known, "source", measure), _largest(known, "destination", measure)
    shown = known[known["source"].isin(sources) & known["destination"].isin(destinations)]
    chart = alt.Chart(readable(shown), width=alt.Step(_CELL + 3), height=alt.Step(_CELL)).mark_rect()
    chart = chart.encode(
        x=alt.X("destination:N", sort=destinations, title="Destination", axis=alt.Axis(labelAngle=-60)),
        y=alt.Y("source:N", sort=sources, title="Source"),
        color=_shade(measure, measure, tens=float(shown[measure].max())),
        tooltip=[
            alt.Tooltip("source:N", title="Source"),
            alt.Tooltip("destination:N", title="Destination"),
            *(alt.Tooltip(f"{c}:Q", format=",") for c in ("connections", "denied", "bytes") if c in shown),
        ],
    )
    cells = f"{len(shown):,} of {int(table['groups'].iloc[0]):,} cells"
    of = f"{cells}, {shown['share'].sum():.1%} of all {measure}."
    said = [
        "Darker is more, each step ten times as much. The row calls the column.",
        of,
        *not_delivered(shown),
    ]
    drawn: alt.Chart = titled(chart, f"Who talks to whom: {measure}", said)
    return drawn


def coverage(table: pd.DataFrame) -> alt.Chart:
    """Draw for which hours and NICs there are logs.

    Parameters
    ----------
    table : pandas.DataFrame
        What `nsgkit.analyses.coverage` gives.

    Returns
    -------
    altair.Chart
        One cell an hour and NIC; the last hours where there are more than 5,000 cells.

    Examples
    --------
    >>> hour = pd.Timestamp("2024-12-19T09:00Z")
    >>> row = {"hour": hour, "resource": "/NSG/WEB", "mac": "000D3AB17875", "status": "present"}
    >>> coverage(pd.DataFrame([row])).title.text
    'Which hours were logged'
    """
    if table.empty:
        return nothing_to_show("There is no blob whose hour is known.", "Check the path that was read.")
    stream = table["mac"] + "  ·  " + table["resource"].str.rsplit("/", n=1).str[-1]
    cells = table.assign(
        stream=stream, status=table["status"].astype("str"), until=table["hour"] + pd.Timedelta("1h")
    )
    hours = cells["hour"].drop_duplicates().sort_values()
    room = max(1, MOST_MARKS // cells["stream"].nunique())
    shown = cells[cells["hour"] >= hours.iloc[-room:].min()]
    chart = alt.Chart(readable(shown), width=NAMED_WIDTH, height=alt.Step(_CELL)).mark_rect()
    present = [status for status in _STATUS if status in set(shown["status"])]
    chart = chart.encode(
        x=utc("hour"),
        x2="until",
        y=alt.Y("stream:N", title=None),
        color=alt.Color(
            "status:N", title="Logs", scale=alt.Scale(domain=present, range=[_STATUS[s] for s in present])
        ),
        tooltip=[
            alt.Tooltip("stream:N", title="NIC"),
            utc_tooltip("hour", "Hour (UTC)"),
            alt.Tooltip("status:N"),
        ],
    )
    left = f"Left out: {len(hours) - room:,} earlier hours." if len(hours) > room else ""
    said = ["One cell for each NIC and hour, UTC. Present without traffic is not missing.", left]
    drawn: alt.Chart = titled(chart, "Which hours were logged", [text for text in said if text])
    return drawn


def _shade(measure: str, title: str, *, tens: float = 0) -> alt.Color:
    """Shade from light to dark; with `tens`, the largest value, by powers of ten up to it."""
    legend = alt.Legend(format="~s", gradientLength=180)
    scale = alt.Scale(scheme="viridis", reverse=True, domainMin=0)
    if tens:
        steps = [10**n for n in range(len(str(int(tens))))]
        legend = alt.Legend(format="~s", gradientLength=260, values=steps[-6:])
        scale = alt.Scale(type="log", scheme="viridis", reverse=True)
    return alt.Color(f"{measure}:Q", title=title, scale=scale, legend=legend)


def _largest(table: pd.DataFrame, end: str, measure: str) -> Sequence[str]:
    sizes = table.groupby(end)[measure].sum().sort_values(ascending=False, kind="stable")
    return [str(name) for name in sizes.index[:MOST_NAMES]]
