"""Pictures of who comes first: bars, the longest on top."""

import altair as alt
import pandas as pd

from nsgkit.views.theme import (
    ALLOWED,
    DENIED,
    NAMED_WIDTH,
    SERIES,
    end_scale,
    not_delivered,
    nothing_to_show,
    readable,
    titled,
)

MOST_BARS = 40
_ROW = 19  # pixels a bar
_COLOURS = {"connections": ALLOWED, "denied": DENIED}
_NAMES = {"denied": "denied attempts", "connections": "connections", "peers": "distinct peers"}
_CHANGES = ("new", "risen", "fallen", "gone")
_CHANGE_COLOURS = (SERIES[2], SERIES[0], SERIES[3], SERIES[1])


def top_bars(table: pd.DataFrame, *, measure: str = "bytes", title: str = "") -> alt.Chart:
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

    Examples
    --------
    >>> table = pd.DataFrame({"src_ip": ["10.0.0.4"], "connections": [3], "share": [1.0], "groups": [1]})
    >>> top_bars(table, measure="connections").title.text
    'Connections by source address'
    """
    known = table[table[measure].notna() & (table[measure] > 0)].head(MOST_BARS) if len(table) else table
    if known.empty:
        return nothing_to_show(
            f"No group in this table has any {_NAMES.get(measure, measure)}.",
            "Choose another measure, or a longer span.",
        )
    keys = _keys(table)
    bars = (
        _two_ways(known, measure) if measure in ("bytes", "packets") else known.assign(value=known[measure])
    )
    chart = _bars(bars.assign(label=_labels(bars, keys)), measure)
    name = title or f"{_NAMES.get(measure, measure).capitalize()} by {_spoken_keys(keys)}"
    drawn: alt.Chart = titled(chart, name, _said(known, measure))
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

    Examples
    --------
    >>> row = {"dst_port": 22, "change": "new", "earlier_per_hour": 0.0, "later_per_hour": 3.0}
    >>> change(pd.DataFrame([{**row, "difference_per_hour": 3.0, "groups": 1}])).title.text
    'What changed by destination port'
    """
    moved = table[(table["change"] != "steady") & table["difference_per_hour"].notna()]
    if moved.empty:
        return nothing_to_show(
            "Nothing changed beyond the thresholds.", "Lower factor or at_least, or move since."
        )
    keys, shown = list(table.columns[: list(table.columns).index("change")]), moved.head(MOST_BARS)
    shown = shown.assign(label=_labels(shown, keys), change=shown["change"].astype("str"))
    chart = alt.Chart(readable(shown), width=NAMED_WIDTH, height=alt.Step(_ROW)).mark_bar()
    chart = chart.encode(
        x=alt.X("difference_per_hour:Q", title=f"{measure} an hour, more or fewer than before"),
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
    said = [
        f"{measure.capitalize()} per hour after the moment, less those before it.",
        f"Shown: {len(shown):,}. Left out: {steady:,} steady in this table, {left:,} smaller changes; "
        f"{int(table['groups'].iloc[0]):,} groups in all.",
    ]
    drawn: alt.Chart = titled(chart, f"What changed by {_spoken_keys(keys)}", said)
    return drawn


def _bars(bars: pd.DataFrame, measure: str) -> alt.Chart:
    unit = _NAMES.get(measure, measure)
    chart = alt.Chart(readable(bars), width=NAMED_WIDTH, height=alt.Step(_ROW))
    tooltip = [
        alt.Tooltip("label:N", title="Group"),
        *([alt.Tooltip("sender:N", title="Sent by")] if "sender" in bars else []),
        alt.Tooltip("value:Q", title=unit.capitalize(), format=","),
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


def _said(table: pd.DataFrame, measure: str) -> list[str]:
    said = not_delivered(table)
    if "groups" in table and "share" in table:
        share = table["share"].sum()
        carried = (
            f"; these carry {share:.1%} of all {_NAMES.get(measure, measure)}" if measure != "peers" else ""
        )
        said.append(f"The first {len(table):,} of {int(table['groups'].iloc[0]):,}{carried}.")
    if measure in ("bytes", "packets") and "uncounted" in table and table["uncounted"].sum():
        among, all_ = int(table["uncounted"].sum()), int(table["connections"].sum())
        said.append(f"Unknown, and not in the bars: {among:,} of their {all_:,} connections had no counters.")
    return said


_KEY_NAMES = {
    "src_ip": "source address", "dst_ip": "destination address", "dst_port": "destination port",
    "protocol": "protocol", "direction": "direction", "rule": "rule", "nsg": "NSG", "acl": "NSG",
    "mac": "NIC", "decision": "decision", "source": "source", "destination": "destination",
}  # fmt: skip


def _keys(table: pd.DataFrame) -> list[str]:
    keys = list(table.columns[: list(table.columns).index("connections")])
    return [k for k in keys if not (k == "acl" and "nsg" in keys)]


def _spoken_keys(keys: list[str]) -> str:
    return " and ".join(_KEY_NAMES.get(key, key.replace("_", " ")) for key in keys)


def _labels(table: pd.DataFrame, keys: list[str]) -> "pd.Series[str]":
    texts = [
        table[key].astype("object").where(table[key].notna(), "not logged").astype("str") for key in keys
    ]
    label = texts[0]
    for text in texts[1:]:
        label = label + "  ·  " + text
    return label
