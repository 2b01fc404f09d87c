"""The picture of a scan: which addresses or ports were tried when, and how each attempt ended."""

import json
from ipaddress import ip_address
from typing import Any

import altair as alt
import pandas as pd

from nsgkit import schema
from nsgkit.palette import ENDED
from nsgkit.times import fitting_width
from nsgkit.views.findings.parts import (
    as_time,
    attempted,
    ended_colour,
    ended_in,
    ended_shape,
    nothing_to_draw,
    over,
    seconds_tooltip,
    spoken_width,
    whom,
)
from nsgkit.views.numbers import counted
from nsgkit.views.theme import WIDTH, readable, titled

MOST_MARKS = 600
_HEIGHT = 300
_NAMED = 6  # of what answered, beside their marks
_NAMES = 8  # of targets on the axis
_UPWARDS = ("unknown", *(name for name in ENDED if name not in ("unknown", "answered")), "answered")
_ANSWERED, _FAILED = 170, 40  # how large a mark is, where each is one attempt
_TALLEST = 22  # names that stand on the axis, all of them


def scan_picture(proof: pd.DataFrame, beside: pd.DataFrame | None = None) -> Any:
    """Draw what a scan tried over time, addresses or ports, coloured by how each attempt ended.

    Parameters
    ----------
    proof : pandas.DataFrame
        Conversations, such as `nsgkit.detections.proof` gives; folded views are left out.
    beside : pandas.DataFrame or None
        All conversations of the same source. A scan is proved by what failed: with these, what it tried in
        the same time at the same ports or addresses is drawn too, and so whoever answered.

    Returns
    -------
    altair.Chart
        A mark an attempt, what answered above all else; or where there are more than 600 a mark for each bin
        of time, group of neighbours and way to end, as large as the attempts in it. What there are more of
        stands upwards, addresses or ports, each one in its place in the order of numbers. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = nsgkit.detections.horizontal_scans(conversations).iloc[0]
    >>> scan_picture(nsgkit.detections.proof(conversations, found)).title.text
    '10.20.0.4 to 139 addresses, port 445'
    """
    table = attempted(proof)
    if table.empty:
        return nothing_to_draw()
    proving = len(table)
    table = table if beside is None else _with_beside(table, attempted(beside))
    name = "dst_port" if table["dst_port"].nunique() > table["dst_ip"].nunique() else "dst_ip"
    order = _in_order(table[name])
    places = {value: place for place, value in enumerate(order)}
    tried = table.assign(place=table[name].astype("str").map(places).astype("int64"))
    known = schema.names_carried(table) if name == "dst_ip" else {}
    marks, grouped = _fitted(tried, order)
    order = [schema.in_words(target, known) for target in order]
    marks = marks.assign(target=marks["target"].map(lambda text: schema.with_names_behind(text, known)))
    drawn = _drawn(marks, order, "Port" if name == "dst_port" else "Address", ended_in(table))
    what = "port" if name == "dst_port" else "address"
    said = f"{_how_many(table, what, len(order))}, in the order of their numbers; times in UTC. {grouped}"
    more = f"Of them {proving:,} prove the finding; the others are of the same time." * (proving < len(table))
    return titled(drawn, whom(table), [text for text in (said.strip(), more) if text])


def _with_beside(proof: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Return the proof and what else was tried in its time, at its ports or addresses."""
    within = others["first_ms"].between(proof["first_ms"].min(), proof["last_ms"].max())
    asked = [others[name].isin(proof[name].unique()) for name in ("src_ip", "dst_ip", "dst_port")]
    more = others[within & asked[0] & (asked[1] | asked[2])]
    known = pd.concat([proof, more], ignore_index=True)
    return known.drop_duplicates([*schema.PLACE], ignore_index=True)


def _how_many(table: pd.DataFrame, what: str, targets: int) -> str:
    plural = f"{what}{'es' if what == 'address' else 's'}"
    return f"{counted(len(table), 'attempt')} at {targets:,} {plural if targets > 1 else what}"


def _in_order(values: "pd.Series[Any]") -> list[str]:
    """Return the distinct targets as texts, as numbers follow each other."""
    return sorted(values.astype("str").unique(), key=_number)


def _number(text: str) -> tuple[int, int, str]:
    try:
        address = ip_address(text)
    except ValueError:  # a port; or a text that an analyst put there
        return 0, int(text) if text.isdecimal() else -1, text
    return address.version, int(address), text


def _fitted(tried: pd.DataFrame, order: list[str]) -> tuple[pd.DataFrame, str]:
    """Return the marks to draw: each attempt, or as few groups of them as there is room for."""
    first, last = int(tried["first_ms"].min()), int(tried["first_ms"].max())
    if len(tried) <= MOST_MARKS:
        return _summed(tried, 1, 1, order), ""
    for bins in (60, 45, 30, 20, 12, 8):
        width, step = fitting_width(first, last, bins), max(len(order) // bins, 1)
        marks = _summed(tried, width, step, order)
        if len(marks) <= MOST_MARKS:
            break
    neighbours = f" and {step:,} neighbours" if step > 1 else ""
    return marks, f"A mark is all attempts of {spoken_width(width)}{neighbours}; a larger one is more."


def _summed(tried: pd.DataFrame, width: int, step: int, order: list[str]) -> pd.DataFrame:
    start, place = tried["first_ms"] // width * width, tried["place"] // step * step
    keys = tried.assign(start=start, place=place)
    marks = keys.groupby(["start", "place", "outcome"], sort=True)["first_ms"].agg(["size", "max"])
    marks = marks.reset_index().rename(columns={"size": "n"})
    names = [_span(order[p : p + step]) for p in marks["place"]]
    marks = marks.assign(time=as_time(marks["start"]), target=names).drop(columns=["start", "max"])
    drawn_last = {name: rank for rank, name in enumerate(_UPWARDS)}
    return marks.sort_values("outcome", key=lambda names: names.map(drawn_last), kind="stable")


def _span(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def _drawn(marks: pd.DataFrame, order: list[str], title: str, counts: dict[str, int]) -> Any:
    first, last = (int(time.timestamp() * 1000) for time in (marks["time"].min(), marks["time"].max()))
    size = alt.Size(
        "n:Q", legend=None, scale=alt.Scale(domain=[1, max(marks["n"].max(), 2)], range=[32, 300])
    )
    y = alt.Y(
        "place:Q",
        title=title,
        axis=_axis(order),
        scale=alt.Scale(domain=[-0.7 - len(order) * 0.04, len(order) - 0.3], nice=False),
    )
    chart = alt.Chart(readable(marks), width=WIDTH - 130, height=_tall(order))
    drawn = chart.mark_point(filled=True, opacity=0.9).encode(
        x=over(first, last),
        y=y,
        size=size if marks["n"].max() > 1 else _by_end(),
        color=ended_colour(counts),
        shape=ended_shape(counts),
        tooltip=[
            alt.Tooltip("target:N", title=title),
            alt.Tooltip("outcome:N", title="Ended"),
            seconds_tooltip("time"),
            alt.Tooltip("n:Q", title="Attempts", format=","),
        ],
    )
    open_doors = marks[marks["outcome"] == "answered"]
    if not 0 < len(open_doors) <= _NAMED:
        return drawn
    words = alt.Chart(readable(open_doors.assign(said=open_doors["target"] + " answered"))).mark_text(
        align="left", dx=12, dy=8, fontSize=12, fontWeight="bold"
    )
    return alt.layer(drawn, words.encode(x=over(first, last), y=y, text="said:N"))


def _by_end() -> Any:
    """Return the sizes of single attempts: what answered is what matters."""
    return alt.condition(alt.datum.outcome == "answered", alt.value(_ANSWERED), alt.value(_FAILED))


def _tall(order: list[str]) -> int:
    return min(_HEIGHT, max(90, 16 * len(order)))


def _axis(order: list[str]) -> alt.Axis:
    """Name every target, or a few at even steps."""
    if len(order) <= _TALLEST:
        places = [*range(len(order))]
    else:
        places = sorted({round(i * (len(order) - 1) / (_NAMES - 1)) for i in range(_NAMES)})
    named = {str(place): order[place] for place in places}
    return alt.Axis(values=places, labelExpr=f"({json.dumps(named)})[datum.value]", grid=False)
