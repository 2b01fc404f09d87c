"""Pictures of who comes first: bars, the longest on top."""

import altair as alt
import pandas as pd

from nsgkit import schema
from nsgkit.palette import SERIES
from nsgkit.views.numbers import COLOURS, at_least_seen, number_axis, short_number
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
    the_others_have_none,
    titled,
    whole_labels,
)

MOST_BARS = 40
_TWO_WAYS = ("bytes", "packets")
_ROW = 19  # pixels a bar
_SIDE = MOST_BARS // 2  # bars of changes from inside, and from outside
_ROOM = 1.2  # of the longest bar: the number behind it needs some
_CHANGES = ("new", "risen", "fallen", "gone")
_CHANGE_MADE_BY = "nsgkit.analyses.change"
_CHANGE_COLOURS = (SERIES[2], SERIES[0], SERIES[3], SERIES[1])


def top_bars(
    table: pd.DataFrame, *, measure: str = "connections", title: str = ""
) -> alt.LayerChart | alt.FacetChart | alt.Chart:
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
    altair.LayerChart
        At most 40 bars, each with its value. The subtitle says of how many, what share they carry, and how
        many connections are missing from bytes because nobody counted them.

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
    chart = _bars(bars.assign(label=group_labels(bars, keys), whole=whole_labels(bars, keys)), measure)
    name = title or f"{schema.label(measure)} by {schema.spoken_list(keys)}"
    return titled(chart, name, _subtitle(known, measure))


def change(table: pd.DataFrame, *, measure: str = "connections") -> alt.FacetChart | alt.Chart:
    """Draw what rose and fell, from inside and from outside apart: right for more, left for less.

    Parameters
    ----------
    table : pandas.DataFrame
        What `nsgkit.analyses.change` gives.
    measure : str
        What was compared, for the words.

    Returns
    -------
    altair.FacetChart
        At most 20 bars from inside and 20 from outside, in the table's order: each group's difference per
        hour, and behind it the measure before and after. The subtitle says how many changes there are.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.

    Examples
    --------
    >>> row = {"dst_port": 22, "from_inside": True, "change": "new", "earlier": 0, "later": 3}
    >>> row |= {"earlier_per_hour": 0.0, "later_per_hour": 3.0, "difference_per_hour": 3.0}
    >>> row |= {"changes": 1, "groups": 1}
    >>> change(pd.DataFrame([row])).title.text
    'What changed by destination port'
    """
    schema.require(table.columns, [c.name for c in schema.CHANGE], _CHANGE_MADE_BY)
    moved = table[table["change"].isin(_CHANGES) & table["difference_per_hour"].notna()]
    if moved.empty:
        return empty_chart(
            "Nothing changed beyond the thresholds.", "Lower factor or at_least, or move since."
        )
    keys = key_columns(table, "from_inside")
    shown = moved.groupby("from_inside", sort=False).head(_SIDE).astype({"change": "str"})
    shown = shown.assign(label=group_labels(shown, keys), whole=whole_labels(shown, keys))
    said = [
        f"{schema.label(measure)} per hour after the moment, less those before it; behind each bar: how many "
        "before and after.",
        *(_how_many(shown, table, inside=inside) for inside in (True, False)),
    ]
    return titled(_changes(shown, measure), f"What changed by {schema.spoken_list(keys)}", said)


def _how_many(shown: pd.DataFrame, table: pd.DataFrame, *, inside: bool) -> str:
    """Say of how many changes those on one side are, and what of that side did not change."""
    side, here = table[table["from_inside"] == inside], int((shown["from_inside"] == inside).sum())
    name = _sides(inside=inside)
    if side.empty:
        return f"{name}: nothing."
    changes, groups = int(side["changes"].iloc[0]), int(side["groups"].iloc[0])
    words = f"{changes:,} change{'s' if changes != 1 else ''}" if changes else "no change"
    cut = f"the first {here:,} of " if here < changes else ""
    return f"{name}: {cut}{words}; steady or small: {groups - changes:,} of {groups:,} groups."


def _sides(*, inside: bool) -> str:
    return "From inside" if inside else "From outside"


def _changes(shown: pd.DataFrame, measure: str) -> alt.FacetChart:
    before, after = (shown[name].astype("Int64") for name in ("earlier", "later"))
    difference = shown["difference_per_hour"]
    most, least = max(difference.max(), 0), min(difference.min(), 0)
    rows = shown.assign(
        side=[_sides(inside=bool(inside)) for inside in shown["from_inside"]],
        length=at_least_seen(difference, most - least, NAMED_WIDTH / _ROOM**2),
        said=[f"{short_number(int(a))} → {short_number(int(b))}" for a, b in zip(before, after, strict=True)],
    )
    scale = alt.Scale(
        domain=[least * _ROOM - (most - least) * 0.2 * (least < 0), most + (most - least) * 0.2]
    )
    chart = alt.Chart(readable(rows), width=NAMED_WIDTH, height=alt.Step(_ROW))
    unit = f"{schema.spoken(measure)} an hour, more or fewer than before"
    x = alt.X("length:Q", title=unit, axis=number_axis(whole=False), scale=scale)
    y = alt.Y("label:N", sort=None, title=None)
    scale_of_changes = alt.Scale(domain=_CHANGES, range=_CHANGE_COLOURS)
    bars = chart.mark_bar().encode(
        x=x,
        y=y,
        color=alt.Color("change:N", title="Change", scale=scale_of_changes, legend=alt.Legend(columns=4)),
        tooltip=[
            alt.Tooltip("whole:N", title="Group"),
            alt.Tooltip("change:N", title="Change"),
            alt.Tooltip("earlier:Q", title="Earlier", format=","),
            alt.Tooltip("later:Q", title="Later", format=","),
            alt.Tooltip("earlier_per_hour:Q", title="Earlier, an hour", format=",.2f"),
            alt.Tooltip("later_per_hour:Q", title="Later, an hour", format=",.2f"),
        ],
    )
    more = chart.transform_filter("datum.length >= 0").mark_text(align="left", dx=4, fontSize=10)
    less = chart.transform_filter("datum.length < 0").mark_text(align="right", dx=-4, fontSize=10)
    texts = [marks.encode(x=x, y=y, text="said:N") for marks in (more, less)]
    row = alt.Row("side:N", sort=None, title=None, header=alt.Header(labelOrient="top", labelAnchor="start"))
    drawn: alt.FacetChart = alt.layer(bars, *texts).facet(row=row).resolve_scale(y="independent")
    return drawn


def _bars(bars: pd.DataFrame, measure: str) -> alt.LayerChart | alt.FacetChart:
    totals = bars.groupby("label", sort=False)["value"].transform("sum")
    last = ~bars.duplicated("label", keep="last")
    rows = bars.assign(
        length=at_least_seen(bars["value"], float(totals.max()) * _ROOM, NAMED_WIDTH),
        said=[short_number(float(t)) if here else "" for t, here in zip(totals, last, strict=True)],
    )
    rows["end"] = rows.groupby("label", sort=False)["length"].transform("sum")
    chart = alt.Chart(readable(rows), width=NAMED_WIDTH, height=alt.Step(_ROW))
    tooltip = [
        alt.Tooltip("whole:N", title="Group"),
        *([alt.Tooltip("sender:N", title="Sent by")] if "sender" in bars else []),
        alt.Tooltip("value:Q", title=schema.label(measure), format=","),
    ]
    scale = alt.Scale(domain=[0, float(totals.max()) * _ROOM], nice=False)
    x = alt.X("length:Q", title=schema.spoken(measure), stack="zero", axis=number_axis(), scale=scale)
    y = alt.Y("label:N", sort=None, title=None)
    drawn = chart.mark_bar(color=COLOURS.get(measure, SERIES[0])).encode(x=x, y=y, tooltip=tooltip)
    if "sender" in bars:
        drawn = drawn.encode(color=alt.Color("sender:N", title="Sent by the", scale=end_scale()))
    told = chart.mark_text(align="left", dx=4, fontSize=10).encode(x=alt.X("end:Q"), y=y, text="said:N")
    return alt.layer(drawn, told)


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
        rest = the_others_have_none(table, measure)
        said.append(f"The first {len(table):,} of {int(table['groups'].iloc[0]):,}{carried}{rest}.")
    if measure in _TWO_WAYS and "uncounted" in table and table["uncounted"].sum():
        among, all_ = int(table["uncounted"].sum()), int(table["connections"].sum())
        said.append(f"Unknown, and not in the bars: {among:,} of their {all_:,} connections had no counters.")
    return said


def _keys(table: pd.DataFrame) -> list[str]:
    keys = key_columns(table, "connections")
    return [k for k in keys if not (k == "acl" and "nsg" in keys)]
