"""Pictures of what happened when: counts and volumes over time, in UTC."""

import altair as alt
import pandas as pd

from nsgkit import schema
from nsgkit.errors import NsgkitError
from nsgkit.html import visible
from nsgkit.palette import SERIES
from nsgkit.views.numbers import COLOURS, at_least_seen, number_axis, numbered
from nsgkit.views.theme import (
    HEIGHT,
    WIDTH,
    decision_scale,
    empty_chart,
    key_columns,
    readable,
    require_measure,
    titled,
    utc,
    utc_tooltip,
    whole_labels,
)

MOST_MARKS = 5_000
MOST_COLOURS = len(SERIES)
_MADE_BY = "nsgkit.analyses.over_time"
_DECISIONS = {"connections": "allowed", "denied": "denied", "unknown": "unknown"}
_VOLUMES = ("bytes", "packets")
# The date where a day begins, else the hour of 24.
CLOCK = "utcFormat(datum.value, utchours(datum.value) || utcminutes(datum.value) ? '%H:%M' : '%a %e %b')"


def over_time(table: pd.DataFrame, *, measure: str = "connections") -> alt.Chart:
    """Draw a measure over time: connections and denied attempts apart, or the table's groups in colours.

    Parameters
    ----------
    table : pandas.DataFrame
        What `nsgkit.analyses.over_time` gives.
    measure : str
        connections, denied, unknown, peers, or bytes and packets where the table has them. Where the table
        has no groups, connections come with denied and undecided attempts, stacked by decision.

    Returns
    -------
    altair.Chart
        Bars, stacked. The largest groups have one colour each, all others together have one; at most 5,000
        marks, by wider bins. The subtitle says the unit and what is left out; times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.
    NsgkitError
        Where the table has no such measure, or peers are asked of groups: they do not add up.

    Examples
    --------
    >>> span = pd.date_range("2024-12-19T09:00Z", periods=2, freq="h")
    >>> row = {"start": span[0], "end": span[1], "connections": 3, "denied": 1, "unknown": 0, "peers": 2}
    >>> over_time(pd.DataFrame([row])).title.text
    'Connections and denied attempts over time'
    """
    require_measure(table, measure, ["start", "end", "connections", "denied", "unknown", "peers"], _MADE_BY)
    keys = groups_of(table)
    check_adds_up(table, measure, ["start"])
    if measure == "connections" and not keys:
        return _by_decision(table)
    bars = pd.DataFrame({"time": table["start"], "until": table["end"], "value": table[measure]})
    bars = bars.assign(group=whole_labels(table, keys) if keys else "all").dropna(subset=["value"])
    bars = bars[bars["value"] > 0]
    if bars.empty:
        return empty_chart(f"No bin in this table has any {schema.spoken(measure)}.", _what_to_do(measure))
    bars, merged = _others_together(bars)
    bars, widened = _few_enough(bars, adds_up=measure != "peers")
    said = [_counted(measure, _width(bars)), merged, widened, _not_drawn(table, measure)]
    title = f"{schema.label(measure)} over time"
    return _titled(
        _coloured(bars, measure, keys), f"{title} by {schema.spoken_list(keys)}" if keys else title, said
    )


def groups_of(table: pd.DataFrame) -> list[str]:
    """Return the columns that make the groups of a table over time."""
    return key_columns(table, "connections")[2:]  # behind start and end


def check_adds_up(table: pd.DataFrame, measure: str, by: list[str]) -> None:
    """Raise NsgkitError where distinct peers of several rows would have to be added."""
    if measure == "peers" and table.duplicated(by).any():
        raise NsgkitError(
            "Distinct peers of several groups do not add up: one address can be in each of them. "
            f"Draw a table that {_MADE_BY} made without by."
        )


def format_duration(width: pd.Timedelta) -> str:
    """Return a width of time in words.

    >>> format_duration(pd.Timedelta("1h")), format_duration(pd.Timedelta("90min"))
    ('hour', '90 minutes')
    """
    sizes = {name: pd.Timedelta(f"1 {name}") for name in ("day", "hour", "minute", "second")}
    for name, size in sizes.items():
        if width % size == pd.Timedelta(0):
            return name if width == size else f"{width // size:,} {name}s"
    return str(width)


def _by_decision(table: pd.DataFrame) -> alt.Chart:
    parts = [
        pd.DataFrame({"time": table["start"], "until": table["end"], "value": table[name], "group": decision})
        for name, decision in _DECISIONS.items()
    ]
    bars = pd.concat(parts, ignore_index=True)
    bars = bars[bars["value"] > 0]
    if bars.empty:
        return empty_chart(
            "No connection began and none was denied in these rows.",
            "Look at the coverage first: were there logs at all? Then choose a longer span.",
        )
    bars, widened = _few_enough(bars)
    totals = {name: float(bars.loc[bars["group"] == name, "value"].sum()) for name in _DECISIONS.values()}
    chart = _bars(bars.rename(columns={"group": "decision"}), "count").encode(
        color=alt.Color("decision:N", scale=decision_scale(), title="Decision", legend=numbered(totals)),
        order=alt.Order("decision:N"),
        tooltip=_tooltip(alt.Tooltip("decision:N", title="Decision"), "Count"),
    )
    said = f"Connections and denied attempts per {format_duration(_width(bars))}, each counted once; UTC."
    return _titled(chart, "Connections and denied attempts over time", [said, widened])


def _coloured(bars: pd.DataFrame, measure: str, keys: list[str]) -> alt.Chart:
    chart = _bars(bars, schema.spoken(measure))
    if not keys:
        return chart.encode(
            color=alt.value(COLOURS.get(measure, SERIES[0])), tooltip=_tooltip(None, schema.label(measure))
        )
    name = " and ".join(schema.label(key) for key in keys)
    sizes = {visible(group): size for group, size in _sizes(bars).items()}
    return chart.encode(
        color=alt.Color("group:N", title=name, sort=[*sizes], legend=numbered(sizes)),
        tooltip=_tooltip(alt.Tooltip("group:N", title=name), schema.label(measure)),
    )


def _bars(bars: pd.DataFrame, unit: str) -> alt.Chart:
    tallest = bars.groupby("time")["value"].sum().max()
    bars = bars.assign(length=at_least_seen(bars["value"], tallest, HEIGHT))
    drawn: alt.Chart = alt.Chart(readable(bars), width=WIDTH, height=HEIGHT).mark_bar(orient="vertical")
    return drawn.encode(
        x=utc("time").axis(labelExpr=CLOCK),
        x2="until",
        y=alt.Y("length:Q", title=unit, stack="zero", axis=number_axis()),
    )


def _tooltip(group: alt.Tooltip | None, label: str) -> list[alt.Tooltip]:
    times = [utc_tooltip("time", "From (UTC)"), utc_tooltip("until", "To (UTC)")]
    return [*([group] if group else []), *times, alt.Tooltip("value:Q", title=label, format=",")]


def _titled(chart: alt.Chart, title: str, said: list[str]) -> alt.Chart:
    return titled(chart, title, [text for text in said if text])


def _counted(measure: str, width: pd.Timedelta) -> str:
    words = f"{schema.label(measure)} per {format_duration(width)}"
    if measure.startswith(_VOLUMES):
        return f"{words}, spread over the time they were counted in; times in UTC."
    if measure == "peers":
        return f"{words}: each source once a bin; times in UTC."
    return f"{words}, each counted once, where it was first seen; times in UTC."


def _not_drawn(table: pd.DataFrame, measure: str) -> str:
    """Say which attempts are not in bars of connections."""
    others = {name: int(table[name].sum()) for name in ("denied", "unknown")}
    told = [f"{count:,} {schema.spoken(name)}" for name, count in others.items() if count]
    return f"Not in the bars: {' and '.join(told)}." if measure == "connections" and told else ""


def _what_to_do(measure: str) -> str:
    if measure.startswith(_VOLUMES):
        return "Version 1 logs and rules logged without state carry no counters: look at connections instead."
    return "Choose another measure, or a longer span."


def _others_together(bars: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    largest = _by_size(bars)
    if len(largest) <= MOST_COLOURS:
        return bars, ""
    rest = set(largest[MOST_COLOURS - 1 :])
    merged = bars.assign(group=bars["group"].where(~bars["group"].isin(rest), f"{len(rest)} others"))
    merged = merged.groupby(["time", "group", "until"])["value"].sum().reset_index()
    return merged, f"The {len(rest)} smallest groups are one."


def _by_size(bars: pd.DataFrame) -> list[str]:
    return [*_sizes(bars)]


def _sizes(bars: pd.DataFrame) -> dict[str, float]:
    sizes = bars.groupby("group")["value"].sum().sort_values(ascending=False, kind="stable")
    return {str(name): float(size) for name, size in sizes.items()}


def _few_enough(bars: pd.DataFrame, *, adds_up: bool = True) -> tuple[pd.DataFrame, str]:
    """Make bins wider, two to one, until at most 5,000 marks remain; what does not add up is cut."""
    if not adds_up:
        cut = len(bars) - MOST_MARKS
        return bars.tail(MOST_MARKS), f"Left out: {cut:,} earlier bins." if cut > 0 else ""
    width = asked = _width(bars)
    wider = bars
    while len(wider) > MOST_MARKS:
        width *= 2
        joined = bars.assign(time=bars["time"].dt.floor(width)).groupby(["time", "group"], observed=True)
        wider = joined["value"].sum().reset_index()
        wider["until"] = wider["time"] + width
    words = f"The table's bins of one {format_duration(asked)} were joined to fit."
    return wider, "" if width == asked else words


def _width(bars: pd.DataFrame) -> pd.Timedelta:
    widest: pd.Timedelta = (bars["until"] - bars["time"]).max()
    return widest
