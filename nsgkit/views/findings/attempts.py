"""The picture of any finding: its connections and denied attempts over time, by how they ended."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from nsgkit.palette import ENDED
from nsgkit.schema import name_of, names_carried
from nsgkit.times import fitting_width
from nsgkit.views.findings.parts import (
    as_time,
    attempted,
    ended_colour,
    ended_in,
    in_bins,
    nothing_to_draw,
    over,
    seconds_tooltip,
    spoken_seconds,
    spoken_width,
    what,
    whom,
)
from nsgkit.views.numbers import number_axis, short_number
from nsgkit.views.theme import NAMED_WIDTH, WIDTH, readable, titled

MOST_LANES = 30  # connections that have a line each; more are counted in bins
_MOST_BINS = 100
_ROW = 64  # pixels of one way to end
_LANE = 15
_LEAST = 0.06  # of the tallest bar: what is not zero is seen
_ENDS = ("src_ip", "src_port", "dst_ip", "dst_port")


def attempts_picture(proof: pd.DataFrame) -> Any:
    """Draw the connections and denied attempts of a finding over time, by how each ended.

    Parameters
    ----------
    proof : pandas.DataFrame
        Conversations, such as `nsgkit.detections.proof` gives; folded views are left out.

    Returns
    -------
    altair.Chart
        Up to 30 have a line each, from their first to their last row; more are counted in at most 100 bins,
        with a row for each way to end, which has a scale of its own. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = nsgkit.detections.horizontal_scans(conversations).iloc[0]
    >>> attempts_picture(nsgkit.detections.proof(conversations, found)).title.text
    '10.20.0.4 to 139 addresses, port 445'
    """
    table = attempted(proof)
    if table.empty:
        return nothing_to_draw()
    return _lanes(table) if len(table) <= MOST_LANES else _rows(table)


def _rows(table: pd.DataFrame) -> Any:
    """Count attempts in bins, one row for each way to end."""
    first, last = int(table["first_ms"].min()), int(table["first_ms"].max())
    width = fitting_width(first, last, _MOST_BINS)
    counts = ended_in(table)
    bars = in_bins(table, width).groupby(["time", "until", "outcome"], sort=True).size().reset_index(name="n")
    tallest = bars.groupby("outcome")["n"].transform("max").astype("float64")
    bars["length"] = bars["n"].clip(lower=tallest * _LEAST)
    bars["row"] = bars["outcome"].map({name: f"{name}  {number:,}" for name, number in counts.items()})
    chart = alt.Chart(readable(bars), width=WIDTH - 150, height=_ROW).mark_bar(orient="vertical")
    scale = alt.Scale(domain=[*counts], range=[ENDED[name] for name in counts])
    marks = chart.encode(
        x=over(first, last + width),
        x2="until",
        y=alt.Y("length:Q", title=None, axis=_few_ticks()),
        color=alt.Color("outcome:N", scale=scale, legend=None),
        tooltip=[
            alt.Tooltip("outcome:N", title="Ended"),
            seconds_tooltip("time", "From (UTC)"),
            seconds_tooltip("until", "To (UTC)"),
            alt.Tooltip("n:Q", title="Attempts", format=","),
        ],
    )
    header = alt.Header(title=None, labelAngle=0, labelAlign="left", labelFontSize=12)
    order = [f"{name}  {number:,}" for name, number in counts.items()]
    faceted = marks.facet(row=alt.Row("row:N", sort=order, header=header)).resolve_scale(y="independent")
    said = f"{what(counts)} per {spoken_width(width)}, where each was first seen; times in UTC."
    more = " Each row has a scale of its own." if len(counts) > 1 else ""
    return titled(faceted, whom(table), said + more)


def _few_ticks() -> alt.Axis:
    axis = number_axis()
    axis.tickCount = 2
    return axis


def _lanes(table: pd.DataFrame) -> Any:
    """Draw a line for each connection, from its first to its last row, and a dot where it began."""
    counts, lanes = ended_in(table), _named(table)
    first, last = int(table["first_ms"].min()), int(table["last_ms"].max())
    chart = alt.Chart(readable(lanes), width=NAMED_WIDTH, height=alt.Step(_LANE))
    y = alt.Y("lane:N", sort=None, title=None)
    tooltip = [
        alt.Tooltip("ends:N", title="Connection"),
        alt.Tooltip("outcome:N", title="Ended"),
        seconds_tooltip("time", "From (UTC)"),
        seconds_tooltip("until", "To (UTC)"),
        alt.Tooltip("bytes_src_to_dst:Q", title="Bytes out", format=","),
        alt.Tooltip("bytes_dst_to_src:Q", title="Bytes back", format=","),
    ]
    x, colour = over(first, last), ended_colour(counts)
    line = chart.mark_rule(strokeWidth=5, opacity=0.55).encode(x=x, x2="until", y=y, color=colour)
    dot = chart.mark_point(filled=True, size=70, opacity=1).encode(x=x, y=y, color=colour)
    said = f"{what(counts)}, a line each from the first row to the last, with time and bytes both ways; UTC."
    layered = alt.layer(line.encode(tooltip=tooltip), dot.encode(tooltip=tooltip))
    return titled(layered, whom(table), said)


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Name each lane by what differs between them, in time order."""
    known, ends = names_carried(table), table[[*_ENDS]].astype("str")
    source, target = (_end(ends, end, known) for end in ("src", "dst"))
    label = source + " → " + target
    differing = "dst" if target.nunique() > 1 else "src"
    one = ends[f"{differing}_ip"].nunique() == 1  # then the title has its name, and there is little room
    short = _end(ends, differing, {} if one else known)
    number = pd.Series(range(1, len(table) + 1), index=table.index).astype("str")
    lane = number + ". " + short + _sizes(table)
    lanes = pd.DataFrame({"lane": lane, "ends": label, "outcome": table["outcome"]})
    counters = {name: table[name] for name in ("bytes_src_to_dst", "bytes_dst_to_src")}
    times = {"time": as_time(table["first_ms"]), "until": as_time(table["last_ms"])}
    return lanes.assign(**times, **counters)


def _end(ends: pd.DataFrame, end: str, known: Mapping[str, str]) -> "pd.Series[str]":
    """Return address and port of an end, and what the address is called."""
    addresses = ends[f"{end}_ip"]
    names = addresses.map(lambda address: name_of(address, known))
    return addresses + ":" + ends[f"{end}_port"] + names.map(lambda name: f" ({name})" if name else "")


def _sizes(table: pd.DataFrame) -> "pd.Series[str]":
    """Return how long each lasted and how much it carried, as far as that is known."""
    seconds = (table["last_ms"] - table["first_ms"]) / 1000
    both = table[["bytes_src_to_dst", "bytes_dst_to_src"]].astype("Int64").sum(axis=1, min_count=1)
    known = (seconds > 0) & (table["outcome"] != "denied")
    lasted = seconds.map(spoken_seconds).radd(", ").where(known, "")
    carried = [", " + short_number(int(b)) + "B" if pd.notna(b) and b else "" for b in both]
    return lasted + pd.Series(carried, index=table.index, dtype="str")
