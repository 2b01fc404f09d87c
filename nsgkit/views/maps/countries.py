"""Which countries the outside addresses are in, as shades on a map."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from nsgkit import schema
from nsgkit.html import escape
from nsgkit.palette import ALLOWED, DENIED, SERIES, UNKNOWN
from nsgkit.views.maps.outlines import names
from nsgkit.views.maps.points import Row, by_place, checked
from nsgkit.views.maps.words import (
    NOTHING,
    cut_before,
    figures,
    first_line,
    leading,
    named,
    outsiders,
    table,
    traffic,
)
from nsgkit.views.numbers import COLOURS, PALEST, counted, short_number

if TYPE_CHECKING:
    import folium

_MOST_STEPS = 6
_NONE = 0.04  # as opaque as a country that has other traffic, and nothing of the measure
_NAMED = 5  # lists of addresses in a popup


class _Steps(NamedTuple):
    """Steps of a shade: each is `width` powers of ten wide, from 10 ** `lowest` on."""

    lowest: int
    width: int
    number: int

    def of(self, value: float) -> int:
        """Return the step that a value is in; -1 for nothing."""
        return (len(str(int(value))) - 1 - self.lowest) // self.width if value >= 1 else -1

    def opacity(self, step: int) -> float:
        """Return how opaque a step is; the highest is full."""
        if step < 0:
            return _NONE
        return round(1 - (1 - PALEST) * (self.number - 1 - step) / max(self.number, 2), 2)

    def words(self, step: int) -> str:
        """Return the numbers of a step."""
        low = 10 ** (self.lowest + step * self.width)
        high = low * 10**self.width
        return (
            f"{low:,} to {high - 1:,}" if high <= 100_000 else f"{short_number(low)} to {short_number(high)}"
        )

    def key(self) -> str:
        """Return all steps in a sentence."""
        words = [self.words(step) for step in range(self.number)]
        return f"From pale to full: {'; '.join(words)}. Only a border: other traffic."


def country_map(
    places: pd.DataFrame, *, measure: str = "connections", tiles: "str | folium.TileLayer | None" = None
) -> "folium.Map":
    """Draw in which countries the outside addresses are: shades, a step for each power of ten.

    All places of a country are summed. A country that is too small for an outline is a small bubble; one
    with other traffic, but nothing of the measure, has only a border.

    Parameters
    ----------
    places : pandas.DataFrame
        What `nsgkit.analyses.places` gives; bins of time are summed.
    measure : str
        The column that a shade stands for: connections, denied, bytes, packets, addresses and others.
    tiles : str or folium.TileLayer, optional
        A background that is fetched from a server of maps while the map is looked at. It tells an outsider
        at which part of the world somebody looks, and when. Without it nothing is fetched.

    Returns
    -------
    folium.Map
        A shade for each country, with its figures and its largest places behind a click. The words above
        the map say how many addresses have no known country. In a saved notebook a picture of it stays.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.
    NsgkitError
        Where the table has no such measure, or more than 200 bins of time.

    Examples
    --------
    >>> from nsgkit import schema
    >>> type(country_map(schema.empty(schema.PLACES))).__name__
    'OfflineMap'
    """
    from nsgkit.views.maps.page import page_of

    checked(places, measure)
    rows = by_place(places, measure)
    found = _countries(rows, measure)
    steps = _steps_of([country["value"] for country in found.values()])
    drawn = {code: country for code, country in found.items() if code in names() or country["at"]}
    said = [*_said(rows, found, drawn, measure, binned="start" in places), *cut_before(places, len(rows))]
    title = f"{schema.label(measure)} by country of the outside address"
    nothing = "" if drawn else NOTHING.replace("place", "country")
    return page_of(
        title,
        said,
        nothing,
        legend=_legend(drawn, steps, measure),
        data=_data(drawn, steps, measure),
        picture=lambda: _picture(title, [nothing or steps.key(), *said], drawn, steps, measure),
        tiles=tiles,
    )


def _countries(rows: Sequence[Row], measure: str) -> dict[str, dict[str, Any]]:
    """Return code -> what a map says of a country; "unknown" is one too."""
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(str(row["country"]), []).append(row)
    return {code: _country(code, places, measure) for code, places in grouped.items()}


def _country(code: str, places: Sequence[Row], measure: str) -> dict[str, Any]:
    largest = sorted(places, key=lambda row: -(row[measure] or 0))
    whole = [row["place"] for row in largest if not row["city"]]
    return {
        "name": names().get(code) or (whole or [code])[0],
        "rows": largest,
        "at": next(([row["lat"], row["lon"]] for row in largest if None not in (row["lat"], row["lon"])), []),
        "row": int(largest[0]["row"]),
        "value": float(sum(row[measure] or 0 for row in places)),
        "uncounted": all(row["uncounted"] for row in places),
    }


def _steps_of(values: Sequence[float]) -> _Steps:
    tens = [int(math.log10(value) + 1e-9) for value in values if value >= 1] or [0]
    lowest, highest = min(tens), max(tens)
    width = math.ceil((highest - lowest + 1) / _MOST_STEPS)
    return _Steps(lowest, width, (highest - lowest) // width + 1)


def _said(
    rows: Sequence[Row], found: Mapping[str, Any], drawn: Mapping[str, Any], measure: str, *, binned: bool
) -> list[str]:
    shown = [row for country in drawn.values() for row in country["rows"]]
    said = [f"On the map: {counted(len(drawn), 'country', 'countries')} ({traffic(shown)})."]
    lost = [c for code, c in found.items() if code not in drawn and code != schema.UNKNOWN_PLACE]
    if lost:
        rest = [row for country in lost for row in country["rows"]]
        said.append(f"Without outline and coordinates: {named(lost, 'name')} ({traffic(rest)}).")
    if schema.UNKNOWN_PLACE in found:
        unknown = found[schema.UNKNOWN_PLACE]["rows"]
        said.append(f"No country known: {outsiders(unknown, binned=binned)}.")
    uncounted = sum(country["uncounted"] for country in drawn.values())
    if uncounted:
        of = counted(uncounted, "country", "countries")
        said.append(f"Of {of} nobody counted the {schema.spoken(measure)}.")
    most = leading([(country["name"], country["value"]) for country in drawn.values()], measure)
    return [first_line(rows, shown, [most]), " ".join(said)]


def _data(drawn: dict[str, Any], steps: _Steps, measure: str) -> dict[str, Any]:
    shades = {code: _shade(code, country, steps, measure) for code, country in drawn.items()}
    small = [code for code in drawn if code not in names()]
    return {
        "points": [{**shades[code], "at": drawn[code]["at"]} for code in small],
        "shades": {code: shade for code, shade in shades.items() if code in names()},
        "shade": COLOURS.get(measure, SERIES[0]),
        "arcs": [], "sites": [], "most": 1, "mostOfBin": 1, "steps": [], "stepsOfBin": [], "bins": [],
        "whole": "", "layers": [], "largest": 1, "least": 1,
        "colours": {"allowed": ALLOWED, "denied": DENIED, "unknown": UNKNOWN},
    }  # fmt: skip


def _shade(code: str, country: dict[str, Any], steps: _Steps, measure: str) -> dict[str, Any]:
    rows, step = country["rows"], steps.of(country["value"])
    value = "unknown" if country["uncounted"] else short_number(country["value"])
    told = [
        *figures(rows),
        ("Places", named(rows)),
        ("Addresses", "; ".join(str(row["largest"]) for row in rows[:_NAMED])),
        ("Said by", "; ".join(sorted({str(row["place_source"]) for row in rows}))),
    ]
    return {
        "opacity": steps.opacity(step),
        "none": step < 0,
        "row": country["row"],
        "kind": "country",
        "tip": escape(f"{country['name']}: {schema.spoken(measure)} {value}"),
        "popup": f"<h2>{escape(country['name'])} ({escape(code)})</h2>{table(told)}",
    }


def _legend(drawn: dict[str, Any], steps: _Steps, measure: str) -> str:
    counts = Counter(steps.of(country["value"]) for country in drawn.values())
    colour = COLOURS.get(measure, SERIES[0])
    rows = []
    for step in sorted(counts, reverse=True):
        box = (
            f'<svg width="20" height="14"><rect x="1" y="1" width="18" height="12" fill="{colour}" '
            f'fill-opacity="{steps.opacity(step)}" stroke="{UNKNOWN}"/></svg>'
        )
        words = steps.words(step) if step >= 0 else "none or unknown, but other traffic"
        rows.append(f"<div>{box}{words}: {counted(counts[step], 'country', 'countries')}</div>")
    small = [country for code, country in drawn.items() if code not in names()]
    circles = "<div>○ a country too small for an outline</div>" if small else ""
    unit = f"<div>{escape(schema.label(measure))}</div>" if rows else ""
    return f"{unit}{''.join(rows)}{circles}"


def _picture(title: str, said: Sequence[str], drawn: dict[str, Any], steps: _Steps, measure: str) -> bytes:
    from nsgkit.views.maps.picture import bubbles, land
    from nsgkit.views.maps.picture import drawn as as_png

    colour = COLOURS.get(measure, SERIES[0])
    shades = {code: steps.opacity(steps.of(country["value"])) for code, country in drawn.items()}
    small = [
        {"kind": "small", "lat": country["at"][0], "lon": country["at"][1], "radius": 5}
        for code, country in drawn.items()
        if code not in names()
    ]
    return as_png(title, said, [*land(shades, colour), *bubbles(small, colour)])
