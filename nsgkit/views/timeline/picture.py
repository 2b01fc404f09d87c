"""The picture of lanes: what happened when, each connection as long as it lasted."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import altair as alt
import pandas as pd

from nsgkit import schema
from nsgkit.errors import NsgkitError, shown
from nsgkit.palette import INK, LINES
from nsgkit.times import MINUTE, SECOND, milliseconds, parse_span
from nsgkit.views.findings.parts import spoken_days
from nsgkit.views.numbers import numbered
from nsgkit.views.theme import NAME_LIMIT, WIDTH, decision_scale, readable, titled, utc
from nsgkit.views.time_series import CLOCK
from nsgkit.views.timeline.beside import gap_layers, gaps_in, head_of, line_layers, lines_in
from nsgkit.views.timeline.local_time import UTC_ONLY, checked_zone
from nsgkit.views.timeline.plot import DIRECTIONS, Plot, frayed, placed
from nsgkit.views.timeline.words import heading, nothing_there, subtitle, told

MOST_LANES = 40
_NAME_ROOM = 50  # letters of a lane's name: a finding's says what and whom
_SIGNS = {"begin": "its begin is not in the data", "end": "its end is not in the data"}
_SAID = {"said_lane": "Lane", "said_what": "What", "said_when": "When (UTC)", "said_ends": "Whom",
         "said_bytes": "Bytes, both ways", "said_rule": "Rule"}  # fmt: skip
_PLACED = ["time", "until", "low", "high", "row", "lane"]
_LETTER = 6.2  # pixels


def lanes(  # noqa: PLR0913
    table: pd.DataFrame,
    *,
    colour: str = "decision",
    gaps: pd.DataFrame | None = None,
    marks: Iterable[tuple[object, object]] = (),
    span: tuple[object, object] | None = None,
    zone: str = UTC_ONLY,
) -> Any:
    """Draw what happened when: a row a lane, each connection a bar as long as it lasted.

    Parameters
    ----------
    table : pandas.DataFrame
        What `nsgkit.analyses.lanes` gives.
    colour : str
        decision or direction.
    gaps : pandas.DataFrame or None
        Stretches without logs, `start` and `end`, such as `nsgkit.analyses.coverage_gaps` gives; with `mac`
        they are told by NIC. They are hatched. None: nothing is known of gaps.
    marks : iterable of (time, text)
        Moments to be marked by a line with a label.
    span : pair of times or None
        From when to when, in UTC; by default that of the table.
    zone : str
        Such as "Europe/Berlin": on hover a mark also tells when it was by the clocks there.

    Returns
    -------
    altair.LayerChart
        At most 40 lanes, about 4,500 marks. A bar is a connection, the thicker the more bytes, by powers of
        ten, a hairline where they are unknown; at least 3 pixels long. A triangle at its end says that this
        end is not in the data. A tick is a denied attempt, or a connection without a duration. Columns count
        how many began, by powers of ten. Its first layer has the marks: `row` of each is its row of the
        table.

    Raises
    ------
    MissingColumnError
        Where a table is another; the error names the function that makes it.
    NsgkitError
        Where the colour, a time or the zone cannot be used.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> table = nsgkit.analyses.lanes(conversations, of="ip:203.0.113.199")
    >>> lanes(table, marks=[("2024-12-18 08:05", "rule opened")]).title.text
    'What happened when: ip:203.0.113.199, by the other end'
    """
    schema.require(table.columns, [c.name for c in schema.LANES], "nsgkit.analyses.lanes")
    if colour not in ("decision", "direction"):
        raise NsgkitError(f"colour takes no {shown(colour)}: choose decision or direction.")
    local = checked_zone(zone).removeprefix("UTC")  # which is told of each mark as it is
    known = schema.names_carried(table)
    shown_ = table[table["rank"] < MOST_LANES]
    plot = _plot(shown_, span, known)
    if plot is None or shown_.empty:
        without = None if gaps is None or plot is None else gaps_in(gaps, plot, known)
        return nothing_there(table, without, plot)
    return _picture(shown_, colour, plot, (gaps, [*marks]), local)


def _picture(
    table: pd.DataFrame,
    colour: str,
    plot: Plot,
    beside: tuple[pd.DataFrame | None, Sequence[Any]],
    zone: str,
) -> Any:
    gaps, marks = beside
    known = schema.names_carried(table)
    without, lines = gaps_in(gaps, plot, known), lines_in(marks, plot)
    plot = replace(plot, head=head_of(without, lines))
    drawn, said = told(placed(table, colour, plot), known, zone), _said(zone)
    layers = [
        _main(drawn, colour, table, said),
        *_ends(frayed(drawn, plot), said),
        _between(plot),
        *gap_layers(without, plot),
        *line_layers(lines, without, plot),
    ]
    chart = alt.layer(*layers).encode(x=_across(plot), y=_down(table, plot, known))
    chart = chart.properties(width=plot.width, height=plot.height)
    made = titled(chart, heading(table), subtitle(table, without, len(marks) - len(lines)))
    made.title.frame = "bounds"  # from the names on: beside them a whole line would not fit on the page
    return made


def _plot(table: pd.DataFrame, span: tuple[object, object] | None, known: Any) -> Plot | None:
    """Return the room that there is; None where neither the table nor the caller tells a span."""
    asked = span or table.attrs.get("span")
    if asked is None and table.empty:
        return None
    if asked is None:
        asked = (table["start"].min(), table["end"].max() + pd.Timedelta("1ms"))
    start, end = (milliseconds(time) for time in parse_span(*asked) if time)
    longest = max((len(known.get(lane, lane)) for lane in table["lane"].unique()), default=0)
    names = min(longest, _NAME_ROOM) * _LETTER
    lanes_ = int(table["rank"].max()) + 1 if len(table) else 1
    return Plot(start, end, lanes_, int(WIDTH + 40 - names))


def _said(zone: str) -> dict[str, str]:
    """Return what is said of each mark on hover: its column, and the words before it."""
    local = {"said_local": f"When ({zone})"} if zone else {}
    utc = {name: _SAID[name] for name in ("said_lane", "said_what", "said_when")}
    return utc | local | _SAID  # both readings of a time stand together


def _tooltips(said: dict[str, str]) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{name}:N", title=words) for name, words in said.items()]


def _main(drawn: pd.DataFrame, colour: str, table: pd.DataFrame, said: dict[str, str]) -> alt.Chart:
    counts = table.groupby(colour, observed=True)["conversations"].sum()
    totals = {str(name): float(count) for name, count in counts.items()}
    chart = alt.Chart(readable(drawn[[*_PLACED, *said, colour]])).mark_rect(opacity=0.85, clip=True)
    made: alt.Chart = chart.encode(
        x2="until",
        y2="high",
        color=_colour(colour, totals),
        tooltip=_tooltips(said),
    )
    return made


def _colour(colour: str, totals: dict[str, float]) -> alt.Color:
    if colour == "decision":
        scale = decision_scale()
    else:
        scale = alt.Scale(domain=[*DIRECTIONS], range=[*DIRECTIONS.values()])
    legend = numbered(totals)
    legend.values = [*totals]
    return alt.Color(f"{colour}:N", title=schema.label(colour), scale=scale, legend=legend)


def _ends(signs: pd.DataFrame, said: dict[str, str]) -> list[alt.Chart]:
    """Return open triangles where the data does not show how a connection began or ended."""
    if signs.empty:
        return []
    there = [sign for sign in _SIGNS if (signs["end_sign"] == sign).any()]
    shapes = {"begin": "triangle-left", "end": "triangle-right"}
    legend = alt.Legend(labelExpr=f"({json.dumps(_SIGNS)})[datum.label]", labelLimit=NAME_LIMIT)
    chart = alt.Chart(readable(signs[["time", "low", "row", "end_sign", *said]]))
    points = chart.mark_point(fill="white", stroke=INK, size=48, strokeWidth=1.5, opacity=1)
    scale = alt.Scale(domain=there, range=[shapes[sign] for sign in there])
    return [
        points.encode(
            shape=alt.Shape("end_sign:N", title="Open end", scale=scale, legend=legend),
            tooltip=_tooltips(said),
        )
    ]


def _between(plot: Plot) -> alt.Chart:
    ends = [pd.Timestamp(time, unit="ms", tz="UTC") for time in (plot.start, plot.end)]
    edges = pd.DataFrame({"low": range(plot.lanes + 1)}).assign(time=ends[0], until=ends[1])
    made: alt.Chart = alt.Chart(edges).mark_rule(color=LINES, opacity=0.3).encode(x2="until")
    return made


def _across(plot: Plot) -> alt.X:
    length = plot.end - plot.start
    seconds = "%H:%M:%S" if length > 5 * SECOND else "%H:%M:%S.%L"
    clock = CLOCK if length >= 10 * MINUTE else f"utcFormat(datum.value, '{seconds}')"
    axis = utc("time", f"Time (UTC), {spoken_days(plot.start, plot.end - 1)}").axis(
        tickCount=8, labelExpr=clock, labelSeparation=8
    )
    return axis.scale(type="utc", domain=[plot.start, plot.end], nice=False)


def _down(table: pd.DataFrame, plot: Plot, known: Any) -> alt.Y:
    """Return an axis that writes the lanes' names in the middle of each."""
    lanes_ = table.drop_duplicates("rank").set_index("rank")["lane"]
    texts = [known.get(lane, lane) for lane in lanes_.reindex(range(plot.lanes)).fillna("")]
    cut = schema.cut_apart(readable(pd.DataFrame({"lane": texts}))["lane"], _NAME_ROOM)
    names = json.dumps([cut[text] for text in readable(pd.DataFrame({"lane": texts}))["lane"]])
    axis = alt.Axis(
        values=[place + 0.5 for place in range(plot.lanes)],
        labelExpr=f"({names})[floor(datum.value)]",
        labelLimit=NAME_LIMIT + 40,
        grid=False,
        ticks=False,
        domain=False,
    )
    scale = alt.Scale(domain=[plot.lanes, -plot.head], nice=False, zero=False)
    return alt.Y("low:Q", title=None, axis=axis, scale=scale)
