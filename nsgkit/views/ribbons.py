"""The picture of links: sources, the rules that let them through or stopped them, destinations."""

from typing import Any, TypeAlias

import altair as alt
import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.palette import INK
from nsgkit.views.numbers import numbered
from nsgkit.views.theme import (
    WIDTH,
    decision_scale,
    empty_ranking,
    not_delivered,
    readable,
    require_measure,
    rows_with,
    share_of_all,
    titled,
)

MOST_LINKS = 40
_DECISIONS = ("allowed", "denied", "unknown")
_STEPS = 12  # points along a ribbon: 40 links are 80 ribbons are 1,040 points
_GAP = 0.02  # of the height, between nodes
_COLUMNS = ("src_ip", "rule", "dst_ip")
_HEIGHT = 420
_LETTERS = 26  # of a name, so that it fits its box
_LEGIBLE = 11  # pixels of height that a name needs
_HALF = (0.03, 0.36, 0.03)  # half the width of a column's boxes: the rules' hold their names
_SCALE = alt.Scale(domain=[-0.6, 2.6])
_ACROSS = alt.X("x:Q", axis=None, scale=_SCALE)


def links(
    table: pd.DataFrame, *, measure: str = "connections"
) -> alt.LayerChart | alt.FacetChart | alt.Chart:
    """Draw sources, rules and destinations, joined by ribbons as wide as the measure.

    Parameters
    ----------
    table : pandas.DataFrame
        What `nsgkit.analyses.traffic_links` gives.
    measure : str
        What makes a ribbon wide: connections, denied, bytes or packets.

    Returns
    -------
    altair.LayerChart
        The 40 widest links, about 1,200 marks, coloured by decision. All that is left out is one ribbon a
        decision, called "others": so widths are parts of everything.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.
    NsgkitError
        Where the table has no such measure.

    Examples
    --------
    >>> link = {"src_ip": "10.0.0.4", "rule": "Web", "dst_ip": "10.0.1.5", "decision": "allowed"}
    >>> links(pd.DataFrame([{**link, "connections": 3, "share": 1.0, "groups": 1}])).title.text
    'Sources, rules, destinations'
    """
    require_measure(
        table, measure, [*_COLUMNS, "decision", "share", "groups"], "nsgkit.analyses.traffic_links"
    )
    known, everything = _widest(rows_with(table, measure), measure)
    if everything.empty:
        return empty_ranking("No link", measure)
    shown = readable(
        everything.astype(dict.fromkeys(_COLUMNS, "object")).fillna(
            dict.fromkeys(_COLUMNS, schema.NOT_LOGGED)
        )
    )
    shown = shown.assign(size=shown[measure].astype("float64"), decision=shown["decision"].astype("str"))
    nodes = pd.concat([_nodes(shown, column, place) for place, column in enumerate(_COLUMNS)])
    called = nodes["name"].astype("str").replace(dict(schema.names_carried(table)))
    chart = _drawn(_ribbons(shown, nodes), nodes.assign(called=called), measure)
    groups, share = int(everything["groups"].iloc[0]), share_of_all(known, measure)
    rest = "; the rest is drawn as others" if len(everything) > len(known) else ""
    said = [
        f"Ribbons are as wide as their {schema.spoken(measure)}; names of thin rules on hover.",
        f"Shown: {len(known):,} of {groups:,} links{', ' if share else ''}{share}{rest}.",
        *not_delivered(known),
    ]
    return titled(chart, "Sources, rules, destinations", said)


def _widest(table: pd.DataFrame, measure: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the links that are drawn by name, and these with all others as one a decision."""
    others = (table[list(_COLUMNS)] == schema.OTHERS).all(axis=1)
    known = table[~others].head(MOST_LINKS)
    rest = table.drop(known.index)
    if rest.empty:
        return known, known
    sums = rest.astype({"decision": "str"}).groupby("decision")[measure].sum().reset_index()
    named = sums.assign(**dict.fromkeys(_COLUMNS, schema.OTHERS), groups=table["groups"].iloc[0])
    columns = [*_COLUMNS, "decision", measure, "groups"]
    parts = [part[columns].astype({"decision": "str"}) for part in (known, named)]
    return known, pd.concat(parts, ignore_index=True)


def _nodes(table: pd.DataFrame, column: str, place: int) -> pd.DataFrame:
    """Stack a column's names, the largest on top and others last, over a height of 1."""
    sizes = table.groupby(column)["size"].sum().sort_values(ascending=False, kind="stable")
    sizes = sizes.reindex(
        [*(name for name in sizes.index if name != schema.OTHERS), *({schema.OTHERS} & {*sizes.index})]
    )
    heights = sizes / sizes.sum() * (1 - _GAP * (len(sizes) - 1))
    tops = 1 - (heights.cumsum() - heights) - _GAP * np.arange(len(sizes))
    table = pd.DataFrame({"size": sizes, "top": tops, "height": heights})
    return table.rename_axis("name").reset_index().assign(place=place)


def _ribbons(table: pd.DataFrame, nodes: pd.DataFrame) -> pd.DataFrame:
    """Return the outline of each ribbon: from a node's place to that of the next column."""
    ribbons = []
    for place in (0, 1):
        pair = [_COLUMNS[place], _COLUMNS[place + 1]]
        flows = table.groupby([*pair, "decision"])["size"].sum().reset_index()
        left = _stacked(flows, pair[0], nodes[nodes["place"] == place])
        right = _stacked(flows, pair[1], nodes[nodes["place"] == place + 1])
        for i, (span, end) in enumerate(zip(left, right, strict=True)):
            ribbons.append(_outline(flows.iloc[i], span, end, place))
    return pd.concat(ribbons, ignore_index=True)


def _stacked(flows: pd.DataFrame, column: str, nodes: pd.DataFrame) -> list[tuple[float, float]]:
    """Return the top and bottom of each flow where it leaves or enters its node."""
    places = nodes.set_index("name")
    used = dict.fromkeys(places.index, 0.0)
    spans = []
    for name, size in zip(flows[column], flows["size"], strict=True):
        node = places.loc[name]
        height = node["height"] * size / node["size"]
        top = node["top"] - used[name]
        used[name] += height
        spans.append((top, top - height))
    return spans


_Span: TypeAlias = tuple[float, float]


def _outline(flow: "pd.Series[Any]", left: _Span, right: _Span, place: int) -> pd.DataFrame:
    along = np.linspace(0, 1, _STEPS + 1)
    bend = along * along * (3 - 2 * along)
    return pd.DataFrame(
        {
            "x": place + _HALF[place] + along * (1 - _HALF[place] - _HALF[place + 1]),
            "top": left[0] + (right[0] - left[0]) * bend,
            "bottom": left[1] + (right[1] - left[1]) * bend,
            "ribbon": f"{place}-{flow.name}",
            "from": flow[_COLUMNS[place]],
            "to": flow[_COLUMNS[place + 1]],
            "decision": flow["decision"],
            "size": flow["size"],
        }
    )


def _drawn(ribbons: pd.DataFrame, nodes: pd.DataFrame, measure: str) -> alt.LayerChart | alt.FacetChart:
    y = alt.Y("top:Q", axis=None, scale=alt.Scale(domain=[0, 1]))
    size = alt.Tooltip("size:Q", title=schema.label(measure), format=",")
    sums = ribbons.drop_duplicates("ribbon").query("x < 1").groupby("decision")["size"].sum()
    legend = numbered({**dict.fromkeys(_DECISIONS, 0), **sums.to_dict()})
    called = dict(zip(nodes["name"], nodes["called"], strict=True))
    ends = {f"{end}_called": ribbons[end].map(called) for end in ("from", "to")}
    wide = alt.Chart(ribbons.assign(**ends), width=WIDTH, height=_HEIGHT).mark_area(opacity=0.5, line=False)
    wide = wide.encode(
        x=_ACROSS, y=y.stack(None), y2="bottom:Q", detail="ribbon:N",
        color=alt.Color("decision:N", title="Decision", scale=decision_scale(), legend=legend),
        tooltip=[
            alt.Tooltip("from_called:N", title="From"), alt.Tooltip("to_called:N", title="To"),
            "decision:N", size,
        ],
    )  # fmt: skip
    half = nodes["place"].map(dict(enumerate(_HALF)))
    boxes = nodes.assign(
        x=nodes["place"] - half, right=nodes["place"] + half, bottom=nodes["top"] - nodes["height"],
        middle=nodes["top"] - nodes["height"] / 2, name=nodes["called"],
        label=nodes["called"].map(schema.cut_apart(nodes["called"].unique(), _LETTERS)),
    )  # fmt: skip
    tip = [alt.Tooltip("name:N", title="Name"), size]
    box = (
        alt.Chart(boxes)
        .mark_rect(color=INK, opacity=0.3)
        .encode(x=_ACROSS, x2="right:Q", y=y, y2="bottom:Q", tooltip=tip)
    )
    return alt.layer(wide, box, *_names(boxes, tip))


def _names(boxes: pd.DataFrame, tip: list[alt.Tooltip]) -> list[alt.Chart]:
    """Write names beside the ends, and into the rules' boxes where they are high enough."""
    rules = boxes[(boxes["place"] == 1) & (boxes["height"] * _HEIGHT > _LEGIBLE)]
    sources, destinations = boxes[boxes["place"] == 0], boxes[boxes["place"] == 2]
    marks = [
        alt.Chart(sources.assign(at=sources["x"])).mark_text(align="right", dx=-5, fontSize=10, limit=150),
        alt.Chart(rules.assign(at=1)).mark_text(fontSize=10, limit=165),
        alt.Chart(destinations.assign(at=destinations["right"])).mark_text(
            align="left", dx=5, fontSize=10, limit=150
        ),
    ]
    place = {"x": alt.X("at:Q", axis=None, scale=_SCALE), "y": alt.Y("middle:Q", axis=None)}
    return [mark.encode(**place, text="label:N", tooltip=tip) for mark in marks]
