"""Which ports of which addresses were tried, as a map of cells."""

from typing import Any

import altair as alt
import pandas as pd

from nsgkit import schema
from nsgkit.palette import LINES
from nsgkit.views.numbers import shade
from nsgkit.views.theme import empty_ranking, labels_called, readable, require_measure, rows_with, titled

MOST_TARGETS, MOST_PORTS = 30, 40
_CELL = 17
_BESIDE_NAMES = 14  # pixels across: names take their room


def port_map(table: pd.DataFrame, *, measure: str = "denied") -> alt.Chart:
    """Draw which ports of which addresses were tried: a cell for each target and port.

    Parameters
    ----------
    table : pandas.DataFrame
        What `nsgkit.analyses.breakdown` gives by dst_ip and dst_port.
    measure : str
        The column to draw, such as denied or connections.

    Returns
    -------
    altair.Chart
        The 30 targets and the 40 ports with the most; ports stand in the order of their numbers. The subtitle
        says the unit and what is left out.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.
    NsgkitError
        Where the table has no such measure.

    Examples
    --------
    >>> port_map(pd.DataFrame([{"dst_ip": "10.0.0.4", "dst_port": 22, "denied": 3}])).title.text
    'Denied attempts by target and port'
    """
    require_measure(table, measure, ["dst_ip", "dst_port"], "nsgkit.analyses.breakdown")
    known = rows_with(table, measure)
    if known.empty:
        return empty_ranking("No port", measure)
    targets = _largest(known, "dst_ip", measure)[:MOST_TARGETS]
    ports = sorted(_largest(known, "dst_port", measure)[:MOST_PORTS])
    tried = known.groupby(["dst_ip", "dst_port"], observed=True)[measure].sum().reset_index()
    shown = tried[tried["dst_ip"].isin(targets) & tried["dst_port"].isin(ports)]
    what = schema.label(measure)
    called = shown["dst_ip"].map(lambda address: schema.names_carried(table).get(address, address))
    across = _CELL if (called == shown["dst_ip"]).all() else _BESIDE_NAMES
    chart = alt.Chart(readable(shown.assign(called=called)), width=alt.Step(across), height=alt.Step(_CELL))
    drawn = chart.mark_rect(stroke=LINES, strokeOpacity=0.3).encode(
        x=alt.X("dst_port:O", sort=ports, title="Destination port", axis=alt.Axis(labelAngle=-60)),
        y=alt.Y("dst_ip:N", sort=targets, title="Target", axis=alt.Axis(**labels_called(table, targets))),
        color=shade(measure, schema.spoken(measure)),
        tooltip=[
            alt.Tooltip("called:N", title="Target"),
            alt.Tooltip("dst_port:O", title="Destination port"),
            alt.Tooltip(f"{measure}:Q", title=what, format=","),
        ],
    )
    said = f"{what} at each target and port that was tried. {_left_out(tried, shown, measure)}"
    made: alt.Chart = titled(drawn, f"{what} by target and port", said)
    return made


def _left_out(tried: pd.DataFrame, shown: pd.DataFrame, measure: str) -> str:
    if len(shown) == len(tried):
        return f"All {len(tried):,} are shown." if len(tried) > 1 else "There is one."
    left = int(tried[measure].sum() - shown[measure].sum())
    return (
        f"Shown: {len(shown):,} of {len(tried):,}, of the targets and ports with the most. "
        f"Left out: {left:,} {schema.spoken(measure)}."
    )


def _largest(table: pd.DataFrame, column: str, measure: str) -> list[Any]:
    sizes = table.groupby(column, observed=True)[measure].sum().sort_values(ascending=False, kind="stable")
    return [*sizes.index]
