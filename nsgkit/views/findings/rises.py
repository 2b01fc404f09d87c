"""The picture of a rise: how many there were in each hour, and how many were expected."""

from typing import Any

import altair as alt
import pandas as pd

from nsgkit.palette import ALLOWED, DENIED, UNKNOWN
from nsgkit.times import DAY, HOUR
from nsgkit.views.findings.parts import attempted, in_bins, nothing_to_draw, over, seconds_tooltip, whom
from nsgkit.views.findings.volumes import with_usual
from nsgkit.views.numbers import at_least_seen, number_axis, numbered
from nsgkit.views.theme import HEIGHT, WIDTH, titled

AROUND = 5 * DAY  # before and after what is drawn of longer data
_FOUND, _ELSE = "the rise", "other hours"


def rise_picture(
    proof: pd.DataFrame, beside: pd.DataFrame | None = None, *, expected: float | None = None
) -> Any:
    """Draw how many connections, or denied attempts, an address had in each hour, and which are the rise.

    Parameters
    ----------
    proof : pandas.DataFrame
        Conversations that prove a finding, as `nsgkit.detections.proof` gives them.
    beside : pandas.DataFrame or None
        All conversations of the same address: then the other hours are drawn too, up to five days before
        and after.
    expected : float or None
        How many were expected in an hour: the dashed line.

    Returns
    -------
    altair.LayerChart
        A bar an hour. Where all that proves it was denied, denied attempts, else connections. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where a table is another; the error names the function that makes it.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> called = nsgkit.query(conversations, "dst:10.20.0.4 denied")
    >>> rise_picture(nsgkit.query(called, "until:2024-12-18T01:00"), called, expected=2).title.text
    '27 addresses to 10.20.0.4, 51 ports: 79 denied attempts in 1 hour'
    """
    table = attempted(proof)
    if table.empty:
        return nothing_to_draw()
    refused = bool((table["outcome"] == "denied").all())
    everything = table if beside is None else attempted(beside)
    alike = everything[(everything["outcome"] == "denied") == refused]
    near = alike["first_ms"].between(table["first_ms"].min() - AROUND, table["first_ms"].max() + AROUND)
    hours = in_bins(alike[near], HOUR).groupby(["time", "until"], sort=True).size().reset_index(name="n")
    risen = in_bins(table, HOUR)["time"].unique()
    hours["kind"] = hours["time"].isin(risen).map({True: _FOUND, False: _ELSE})
    what = "denied attempts" if refused else "connections"
    number, many = int(hours.loc[hours["kind"] == _FOUND, "n"].sum()), len(risen)
    title = f"{whom(table)}: {number:,} {what} in {many:,} hour{'' if many == 1 else 's'}"
    return titled(_drawn(hours, what, refused, expected), title, _said(what, expected, alike, near))


def _said(what: str, expected: float | None, alike: pd.DataFrame, near: "pd.Series[bool]") -> list[str]:
    usual = "" if expected is None else f" The dashed line is {expected:,.0f}, as many as were expected."
    left = int((~near).sum())
    cut = f"Left out: {left:,} of more than five days before or after." if left else ""
    words = what[:1].upper() + what[1:]
    return [
        text for text in (f"{words} per hour, where each was first seen; times in UTC.{usual}", cut) if text
    ]


def _drawn(hours: pd.DataFrame, what: str, refused: bool, expected: float | None) -> Any:
    tallest = max(float(hours["n"].max()), expected or 0)
    shown = hours.assign(length=at_least_seen(hours["n"], tallest, HEIGHT))
    sums = {kind: float(shown.loc[shown["kind"] == kind, "n"].sum()) for kind in (_FOUND, _ELSE)}
    scale = alt.Scale(domain=[*sums], range=[DENIED if refused else ALLOWED, UNKNOWN])
    first, last = (int(time.timestamp() * 1000) for time in (shown["time"].min(), shown["until"].max()))
    marks = (
        alt.Chart(shown, width=WIDTH, height=HEIGHT)
        .mark_bar(orient="vertical")
        .encode(
            x=over(first, last),
            x2="until",
            y=alt.Y("length:Q", title=what, axis=number_axis(), scale=alt.Scale(domain=[0, tallest * 1.08])),
            color=alt.Color("kind:N", title=None, scale=scale, legend=numbered(sums)),
            tooltip=[
                alt.Tooltip("kind:N", title="Hour"),
                seconds_tooltip("time", "From (UTC)"),
                alt.Tooltip("n:Q", title=what[:1].upper() + what[1:], format=","),
            ],
        )
    )
    return with_usual(marks, expected)
