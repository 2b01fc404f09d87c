"""Pictures made of cells: hours by days, who talks to whom, hours by NICs."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from nsgkit import schema
from nsgkit.palette import COVERAGE, LINES
from nsgkit.views.numbers import shade
from nsgkit.views.theme import (
    NAMED_WIDTH,
    WIDTH,
    empty_chart,
    empty_ranking,
    group_labels,
    labels_called,
    not_delivered,
    readable,
    require_measure,
    rows_with,
    share_of_all,
    the_others_have_none,
    titled,
    utc,
    utc_tooltip,
)
from nsgkit.views.time_series import check_adds_up

MOST_MARKS = 5_000
MOST_NAMES = 30
MOST_DAYS = 200
_CELL = 19
_SIGN_WIDTH = 7  # pixels of an hour that a sign needs


def heat_map(table: pd.DataFrame, *, measure: str = "connections") -> alt.Chart:
    """Draw a measure by hour of the day and day: what is usual here, and what is not.

    Parameters
    ----------
    table : pandas.DataFrame
        What `nsgkit.analyses.over_time` gives, in bins of an hour or less.
    measure : str
        connections, denied, unknown, peers, or bytes and packets where the table has them.

    Returns
    -------
    altair.Chart
        One cell an hour; the last 200 days. A cell is empty where no row fell into the hour: look at the
        coverage for whether there were logs.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.
    NsgkitError
        Where the table has no such measure, or peers of several groups or bins would have to be added.

    Examples
    --------
    >>> row = {"start": pd.Timestamp("2024-12-19T09:00Z"), "connections": 3, "denied": 0}
    >>> heat_map(pd.DataFrame([row])).title.text
    'Connections by hour and day'
    """
    require_measure(table, measure, ["start", "connections", "denied"], "nsgkit.analyses.over_time")
    chosen = table.assign(time=table["start"].dt.floor("h")).dropna(subset=[measure])
    what = schema.label(measure)
    if chosen.empty:
        return empty_chart(
            f"No hour here has any {schema.spoken(measure)}.", "Choose a longer span or another measure."
        )
    check_adds_up(chosen, measure, ["time"])
    hours = chosen.groupby("time")[measure].sum().reset_index()
    days = hours["time"].dt.floor("D").drop_duplicates().sort_values()
    shown = hours[hours["time"] >= days.iloc[-MOST_DAYS:].min()]
    left = f"Left out: {len(days) - MOST_DAYS} earlier days." if len(days) > MOST_DAYS else ""
    said = [f"{what} in each hour, UTC. An empty cell: no row fell into it.", left]
    chart = _hours_by_days(shown, measure)
    drawn: alt.Chart = titled(chart, f"{what} by hour and day", [text for text in said if text])
    return drawn


def _hours_by_days(hours: pd.DataFrame, measure: str) -> alt.Chart:
    cells = hours.assign(day=hours["time"].dt.strftime("%a %d %b %Y"), hour=hours["time"].dt.hour)
    named = [*cells.sort_values("time")["day"].drop_duplicates()]
    chart = alt.Chart(cells, width=WIDTH, height=alt.Step(_CELL)).mark_rect(stroke=LINES, strokeOpacity=0.3)
    drawn: alt.Chart = chart.encode(
        x=alt.X(
            "hour:O",
            title="Hour of the day (UTC)",
            scale=alt.Scale(domain=list(range(24))),
            axis=alt.Axis(labelAngle=0),
        ),
        y=alt.Y("day:O", title=None, sort=named, scale=alt.Scale(domain=named)),
        color=shade(measure, schema.spoken(measure)),
        tooltip=[
            utc_tooltip("time", "Hour from (UTC)"),
            alt.Tooltip(f"{measure}:Q", title=schema.label(measure), format=","),
        ],
    )
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

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.
    NsgkitError
        Where the table has no such measure.

    Examples
    --------
    >>> row = {"source": "10.0.0.0/24", "destination": "10.0.1.0/24", "bytes": 900, "share": 1.0, "groups": 1}
    >>> matrix(pd.DataFrame([row])).title.text
    'Who talks to whom: bytes'
    """
    require_measure(table, measure, ["source", "destination", "share", "groups"], "nsgkit.analyses.matrix")
    known = rows_with(table, measure)
    if known.empty:
        return empty_ranking("No cell", measure)
    words = schema.spoken(measure)
    sources, destinations = _largest(known, "source", measure), _largest(known, "destination", measure)
    shown = known[known["source"].isin(sources) & known["destination"].isin(destinations)]
    called = labels_called(table, {*sources, *destinations})
    names, ends = schema.names_carried(table), ("source", "destination")
    called_by = {f"{end}_called": shown[end].map(lambda text: names.get(text, text)) for end in ends}
    chart = alt.Chart(readable(shown.assign(**called_by)), width=alt.Step(_CELL + 3), height=alt.Step(_CELL))
    chart = chart.mark_rect(stroke=LINES, strokeOpacity=0.3).encode(
        x=alt.X(
            "destination:N", sort=destinations, title="Destination", axis=alt.Axis(labelAngle=-60, **called)
        ),
        y=alt.Y("source:N", sort=sources, title="Source", axis=alt.Axis(**called)),
        color=shade(measure, words, tens=float(shown[measure].max())),
        tooltip=[
            alt.Tooltip("source_called:N", title="Source"),
            alt.Tooltip("destination_called:N", title="Destination"),
            *(
                alt.Tooltip(f"{c}:Q", title=schema.label(c), format=",")
                for c in ("connections", "denied", "bytes")
                if c in shown
            ),
        ],
    )
    cells = f"{len(shown):,} of {int(table['groups'].iloc[0]):,} cells"
    of = ", ".join(text for text in (cells, share_of_all(shown, measure)) if text)
    said = [
        "The stronger, the more; each step is ten times as much. Rows are sources, columns destinations.",
        f"{of}{the_others_have_none(shown, measure)}.",
        *not_delivered(shown),
    ]
    drawn: alt.Chart = titled(chart, f"Who talks to whom: {words}", said)
    return drawn


def coverage(table: pd.DataFrame) -> alt.LayerChart | alt.FacetChart | alt.Chart:
    """Draw for which hours and NICs there are logs.

    Parameters
    ----------
    table : pandas.DataFrame
        What `nsgkit.analyses.coverage` gives.

    Returns
    -------
    altair.LayerChart
        One cell an hour and NIC, in the colours of the summary of `FlowLogs`, with its signs where there is
        room; the last hours where there are more than 5,000 cells.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.

    Examples
    --------
    >>> hour = pd.Timestamp("2024-12-19T09:00Z")
    >>> row = {"hour": hour, "resource": "/NSG/WEB", "mac": "000D3AB17875", "status": "present"}
    >>> coverage(pd.DataFrame([row])).title.text
    'Which hours were logged'
    """
    schema.require(table.columns, ["hour", "resource", "mac", "status"], "nsgkit.analyses.coverage")
    if table.empty:
        return empty_chart("There is no blob whose hour is known.", "Check the path that was read.")
    cells = pd.DataFrame({"hour": table["hour"], "status": table["status"].astype("str")})
    cells = cells.assign(
        until=table["hour"] + pd.Timedelta("1h"), stream=group_labels(table, ["mac", "resource"])
    )
    hours = cells["hour"].drop_duplicates().sort_values()
    room = max(1, MOST_MARKS // cells["stream"].nunique())
    shown = cells[cells["hour"] >= hours.iloc[-room:].min()]
    left = f"Left out: {len(hours) - room:,} earlier hours." if len(hours) > room else ""
    said = ["One cell for each NIC and hour, UTC. Present without traffic is not missing.", left]
    return titled(_hours_by_nics(shown), "Which hours were logged", [text for text in said if text])


def _hours_by_nics(cells: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Draw a cell in its status' colour, and its sign where there is room: some cannot tell colours."""
    signs = {status: mark.sign for status, mark in COVERAGE.items() if status != "present"}
    cells = cells.assign(
        sign=cells["status"].map(signs).fillna(""),
        middle=cells["hour"] + (cells["until"] - cells["hour"]) / 2,
        outside=cells["status"].isin(["before the first", "after the last"]),
    )
    chart = alt.Chart(readable(cells), width=NAMED_WIDTH, height=alt.Step(_CELL))
    row = alt.Y("stream:N", title=None)
    drawn = chart.mark_rect().encode(
        x=utc("hour"),
        x2="until",
        y=row,
        color=_status_colours(cells),
        opacity=alt.condition("datum.outside", alt.value(0.3), alt.value(1)),
        tooltip=[
            alt.Tooltip("stream:N", title="NIC"),
            utc_tooltip("hour", "Hour (UTC)"),
            alt.Tooltip("status:N", title=schema.label("status")),
        ],
    )
    length = (cells["until"].max() - cells["hour"].min()) / pd.Timedelta("1h")
    if NAMED_WIDTH / length < _SIGN_WIDTH:
        return alt.layer(drawn)
    written = chart.mark_text(fontSize=10, color="#ffffff", tooltip=None)
    return alt.layer(drawn, written.encode(x=utc("middle"), y=row, text="sign:N"))


def _status_colours(cells: pd.DataFrame) -> alt.Color:
    present = [status for status in COVERAGE if status in set(cells["status"])]
    scale = alt.Scale(domain=present, range=[COVERAGE[status].colour for status in present])
    signs = {status: f"{COVERAGE[status].sign} " if status != "present" else "" for status in present}
    named = ", ".join(f"'{status}': '{sign}{status}'" for status, sign in signs.items())
    legend = alt.Legend(labelExpr=f"({{{named}}})[datum.label]")
    return alt.Color("status:N", title=schema.label("status"), scale=scale, legend=legend)


def _largest(table: pd.DataFrame, end: str, measure: str) -> Sequence[str]:
    sizes = table.groupby(end)[measure].sum().sort_values(ascending=False, kind="stable")
    return [str(name) for name in sizes.index[:MOST_NAMES]]
