"""Pictures of who comes first: bars, the longest on top."""

import altair as alt
import pandas as pd

from nsgkit import schema
from nsgkit.palette import ALLOWED, DENIED, SERIES
from nsgkit.views.theme import (
    NAMED_WIDTH,
    empty_chart,
    empty_ranking,
    end_scale,
    group_labels,
    key_columns,
    not_delivered,
    readable,
    require_measure,
    rows_with,
    share_of_all,
    titled,
)

MOST_BARS = 40
_TWO_WAYS = ("bytes", "packets")
_ROW = 19  # pixels a bar
_COLOURS = {"connections": ALLOWED, "denied": DENIED}
_CHANGES = ("new", "risen", "fallen", "gone")
_CHANGE_MADE_BY = "nsgkit.analyses.change"
_CHANGE_COLOURS = (SERIES[2], SERIES[0], SERIES[3], SERIES[1])


def top_bars(table: pd.DataFrame, *, measure: str = "connections", title: str = "") -> alt.Chart:
    """Draw a ranking as bars, labelled by the columns that make its groups.

    Parameters
    ----------
    table : pandas.DataFrame
        What `top_talkers`, `top_pairs`, `top_services`, `top_rules` or `breakdown` gives.
    measure : str
        bytes and packets (both ways, stacked), connections, denied or peers.
    title : str
        What the picture is about; by default the groups and the measure.

    Returns
    -------
    altair.Chart
        At most 40 bars. The subtitle says of how many, what share they carry, and how many connections
        are missing from bytes because nobody counted them.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.
    NsgkitError
        Where the table has no such measure.

    Examples
    --------
    >>> table = pd.DataFrame({"src_ip": ["10.0.0.4"], "connections": [3], "share": [1.0], "groups": [1]})
    >>> top_bars(table, measure="connections").title.text
    'Connections by source address'
    """
    both = [f"{measure}_src_to_dst", f"{measure}_dst_to_src"] if measure in _TWO_WAYS else []
    require_measure(table, measure, ["connections", *both], "nsgkit.analyses.breakdown")
    known = rows_with(table, measure).head(MOST_BARS)
    if known.empty:
        return empty_ranking("No group in this table", measure)
    keys = _keys(table)
    bars = _two_ways(known, measure) if measure in _TWO_WAYS else known.assign(value=known[measure])
    chart = _bars(bars.assign(label=group_labels(bars, keys)), measure)
    name = title or f"{schema.label(measure)} by {schema.spoken_list(keys)}"
    drawn: alt.Chart = titled(chart, name, _subtitle(known, measure))
    return drawn


def change(table: pd.DataFrame, *, measure: str = "connections") -> alt.Chart:
    """Draw what rose and fell: each group's difference per hour, right for more, left for less.

    Parameters
    ----------
    table : pandas.DataFrame
        What `nsgkit.analyses.change` gives.
    measure : str
        What was compared, for the words.

    Returns
    -------
    altair.Chart
        At most 40 bars, the largest differences; steady groups are left out, and said to be.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.

    Examples
    --------
    >>> row = {"dst_port": 22, "change": "new", "earlier": 0, "later": 3, "earlier_per_hour": 0.0}
    >>> row |= {"later_per_hour": 3.0, "difference_per_hour": 3.0, "groups": 1}
    >>> change(pd.DataFrame([row])).title.text
    'What changed by destination port'
    """
    schema.require(table.columns, [c.name for c in schema.CHANGE], _CHANGE_MADE_BY)
    moved = table[(table["change"] != "steady") & table["difference_per_hour"].notna()]
    if moved.empty:
        return empty_chart(
            "Nothing changed beyond the thresholds.", "Lower factor or at_least, or move since."
        )
    keys, shown = key_columns(table, "change"), moved.head(MOST_BARS)
    shown = shown.assign(label=group_labels(shown, keys), change=shown["change"].astype("str"))
    chart = alt.Chart(readable(shown), width=NAMED_WIDTH, height=alt.Step(_ROW)).mark_bar()
    chart = chart.encode(
        x=alt.X(
            "difference_per_hour:Q", title=f"{schema.spoken(measure)} an hour, more or fewer than before"
        ),
        y=alt.Y("label:N", sort=None, title=None),
        color=alt.Color("change:N", title="Change", scale=alt.Scale(domain=_CHANGES, range=_CHANGE_COLOURS)),
        tooltip=[
            alt.Tooltip("label:N", title="Group"),
            alt.Tooltip("change:N", title="Change"),
            alt.Tooltip("earlier_per_hour:Q", title="Earlier, an hour", format=",.2f"),
            alt.Tooltip("later_per_hour:Q", title="Later, an hour", format=",.2f"),
        ],
    )
    steady, left = int((table["change"] == "steady").sum()), len(moved) - len(shown)
    groups = int(table["groups"].iloc[0])
    said = [
        f"{schema.label(measure)} per hour after the moment, less those before it.",
        f"Shown: {len(shown):,} of {groups:,} groups. Left out: {steady:,} steady, "
        f"{left:,} smaller changes and {groups - len(table):,} that the table leaves out.",
    ]
    drawn: alt.Chart = titled(chart, f"What changed by {schema.spoken_list(keys)}", said)
    return drawn


def _bars(bars: pd.DataFrame, measure: str) -> alt.Chart:
    unit = schema.spoken(measure)
    chart = alt.Chart(readable(bars), width=NAMED_WIDTH, height=alt.Step(_ROW))
    tooltip = [
        alt.Tooltip("label:N", title="Group"),
        *([alt.Tooltip("sender:N", title="Sent by")] if "sender" in bars else []),
        alt.Tooltip("value:Q", title=schema.label(measure), format=","),
    ]
    encoded = chart.mark_bar(color=_COLOURS.get(measure, SERIES[0])).encode(
        x=alt.X("value:Q", title=unit, stack="zero", axis=alt.Axis(format="~s")),
        y=alt.Y("label:N", sort=None, title=None),
        tooltip=tooltip,
    )
    if "sender" in bars:
        encoded = encoded.encode(color=alt.Color("sender:N", title="Sent by the", scale=end_scale()))
    drawn: alt.Chart = encoded
    return drawn


def _two_ways(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Two bars a group: what the source sent, and what the destination sent back."""
    ways = {"source": f"{measure}_src_to_dst", "destination": f"{measure}_dst_to_src"}
    parts = [table.assign(sender=end, value=table[column]) for end, column in ways.items()]
    return pd.concat(parts).sort_index(kind="stable").dropna(subset=["value"])


def _subtitle(table: pd.DataFrame, measure: str) -> list[str]:
    said = not_delivered(table)
    if "groups" in table and "share" in table:
        share = share_of_all(table, measure)
        carried = f"; these carry {share}" if share else ""
        said.append(f"The first {len(table):,} of {int(table['groups'].iloc[0]):,}{carried}.")
    if measure in _TWO_WAYS and "uncounted" in table and table["uncounted"].sum():
        among, all_ = int(table["uncounted"].sum()), int(table["connections"].sum())
        said.append(f"Unknown, and not in the bars: {among:,} of their {all_:,} connections had no counters.")
    return said


def _keys(table: pd.DataFrame) -> list[str]:
    keys = key_columns(table, "connections")
    return [k for k in keys if not (k == "acl" and "nsg" in keys)]
