"""Which places the outside addresses are at, as bubbles on a map."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from nsgkit import schema
from nsgkit.html import escape
from nsgkit.palette import ALLOWED, DENIED, UNKNOWN
from nsgkit.views.maps.lines import lines_of, said_of_lines, sites_of
from nsgkit.views.maps.points import (
    Places,
    Row,
    arranged,
    bins_of,
    by_place,
    checked,
    largest_part,
    parts_in_bins,
    parts_of,
)
from nsgkit.views.maps.words import (
    NOTHING,
    cut_before,
    first_line,
    leading,
    moment,
    notes,
    place_section,
    traffic,
)
from nsgkit.views.numbers import counted, short_number

if TYPE_CHECKING:
    import folium

LARGEST, LEAST = 28, 3  # pixels of a bubble's radius
_DRAWN_AS = ("allowed", "denied", "undecided")
_LAYERS = (
    ("allowed", "Allowed"),
    ("denied", "Denied"),
    ("undecided", "Undecided"),
    ("uncounted", "Size unknown"),
    ("lines", "Own sites and lines"),
)


def places_map(
    places: pd.DataFrame,
    *,
    links: pd.DataFrame | None = None,
    measure: str = "connections",
    tiles: "str | folium.TileLayer | None" = None,
) -> "folium.Map":
    """Draw at which places the outside addresses are: a bubble a place, its area by a measure.

    Blue discs were allowed, orange rings denied. For connections the disc counts connections and the ring
    denied attempts, on one scale; any other measure has one value a place, drawn as what was decided there.
    Places at the same point are one bubble, whose popup lists each.

    Parameters
    ----------
    places : pandas.DataFrame
        What `nsgkit.analyses.places` gives. With bins of time the map has a slider that plays them.
    links : pandas.DataFrame, optional
        What `nsgkit.analyses.place_links` gives: lines from own sites to the places, of all the time.
    measure : str
        The column that an area stands for: connections, denied, bytes, packets, addresses and others.
    tiles : str or folium.TileLayer, optional
        A background that is fetched from a server of maps while the map is looked at. It tells an outsider
        at which part of the world somebody looks, and when. Without it nothing is fetched.

    Returns
    -------
    folium.Map
        At most 200 bubbles and 200 lines; the words above the map say what is left out, and how many
        addresses have no known place. A click on a bubble also posts the number of its row in `places` to
        the page around the map. In a saved notebook a picture of it stays.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.
    NsgkitError
        Where the table has no such measure, or more than 200 bins of time.

    Examples
    --------
    >>> from nsgkit import schema
    >>> type(places_map(schema.empty(schema.PLACES))).__name__
    'OfflineMap'
    """
    from nsgkit.views.maps.page import page_of

    checked(places, measure)
    rows = by_place(places, measure)
    found = arranged(rows)
    lines = lines_of(links, found)
    title = _title(measure)
    said = _said(places, rows, found, measure, said_of_lines(links, lines))
    nothing = "" if found.points else _nothing(found, measure)
    key = f"Discs: allowed; rings: denied; area: {_area(measure)}." if found.points else nothing
    return page_of(
        title,
        said,
        nothing,
        legend=_legend(found, measure, lines=bool(lines)),
        data=_data(places, found, measure, lines),
        picture=lambda: _picture(title, [key, *said], found, lines),
        tiles=tiles,
    )


def _title(measure: str) -> str:
    what = "Connections and denied attempts" if measure == "connections" else schema.label(measure)
    return f"{what} by place of the outside address"


def _nothing(found: Places, measure: str) -> str:
    return f"No place has any {schema.spoken(measure)}." if len(found.none) else NOTHING


def _said(places: pd.DataFrame, rows: list[Row], found: Places, measure: str, lines: list[str]) -> list[str]:
    drawn = [row for point in found.points for row in point]
    measures = ["connections", "denied"] if measure == "connections" else [measure]
    most = [leading([(row["place"], row[name]) for row in drawn], name) for name in measures]
    said = [*notes(found, measure, binned="start" in places), *cut_before(places, len(rows)), *lines]
    return [first_line(rows, drawn, most), " ".join(said)]


def _data(
    places: pd.DataFrame, found: Places, measure: str, lines: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return all that the page draws: numbers, and texts that are inert HTML."""
    bins, in_bins = bins_of(places), parts_in_bins(places, measure)
    points = [_point(point, measure, binned=bool(bins)) for point in found.points]
    for drawn, point in zip(points, found.points, strict=True):
        drawn["bins"] = in_bins.get((float(point[0]["lat"]), float(point[0]["lon"])), {})
    most = max((largest_part(point) for point in found.points), default=0) or 1
    of_bin = max((max(sizes) for point in points for sizes in point["bins"].values()), default=0) or 1
    return {
        "points": points,
        "arcs": [*lines],
        "sites": sites_of(lines),
        "most": most,
        "mostOfBin": of_bin,
        "steps": _steps(most) if points else [],
        "stepsOfBin": _steps(of_bin),
        "bins": [f"{moment(start)} to {moment(end)} UTC" for start, end in bins],
        "whole": f"All the time: {counted(len(bins), 'bin')}",
        "layers": _LAYERS,
        "colours": {"allowed": ALLOWED, "denied": DENIED, "unknown": UNKNOWN},
        "largest": LARGEST,
        "least": LEAST,
        "shades": {},
        "shade": ALLOWED,
    }


def _point(point: list[Row], measure: str, *, binned: bool) -> dict[str, Any]:
    first, several = point[0], len(point) > 1
    name = f"{first['place']} and {len(point) - 1:,} more" if several else first["place"]
    value = "" if measure in ("connections", "denied") else f", {_value(point, measure)}"
    heading = f"<p>{counted(len(point), 'place')} at this point</p>" if several else ""
    return {
        "at": [round(float(first["lat"]), 4), round(float(first["lon"]), 4)],
        "parts": parts_of(point),
        "uncounted": all(row["uncounted"] for row in point),
        "row": int(first["row"]),
        "kind": "place",
        "tip": escape(f"{name}: {traffic(point)}{value}{' in all' if binned else ''}"),
        "popup": heading + "".join(place_section(row, binned=binned, chosen=several) for row in point),
    }


def _value(point: list[Row], measure: str) -> str:
    known = [row[measure] for row in point if row[measure] is not None]
    return f"{schema.spoken(measure)}: {short_number(sum(known)) if known else 'unknown'}"


def _steps(most: float) -> list[tuple[float, str]]:
    """Return round sizes up to the largest, for the legend.

    >>> _steps(4_321)
    [(2000.0, '2,000'), (200.0, '200'), (20.0, '20')]
    """
    ten = 10.0 ** (len(str(int(most))) - 1)
    top = max((n * ten for n in (1, 2, 5) if n * ten <= most), default=1.0)
    return [(size, short_number(size)) for size in (top, top / 10, top / 100) if size >= 1]


def _legend(found: Places, measure: str, *, lines: bool) -> str:
    here = {kind for kind, _ in _marks(found)}
    some = "" if measure in ("connections", "denied", "unknown") else "some "
    looks = {
        "allowed": (f'fill="{ALLOWED}" fill-opacity=".55" stroke="{ALLOWED}"', f"{some}allowed"),
        "denied": (f'fill="none" stroke="{DENIED}" stroke-width="2.5"', f"{some}denied"),
        "undecided": (f'fill="{UNKNOWN}" fill-opacity=".4" stroke="{UNKNOWN}"', "undecided"),
        "uncounted": (f'fill="none" stroke="{UNKNOWN}" stroke-dasharray="1 3"', "size unknown"),
    }
    rows = [
        f'<div><svg width="18" height="18"><circle cx="9" cy="9" r="7" {look}/></svg>{word}</div>'
        for kind, (look, word) in looks.items()
        if kind in here
    ]
    area = f"<div>Area: {escape(_area(measure))}. The smallest are drawn larger.</div>" if here else ""
    sites = "<div>■ own site; lines: blue allowed, dashed orange only denied</div>" if lines else ""
    return f'{"".join(rows)}{area}<div class="nsgkit-sizes"></div>{sites}'


def _area(measure: str) -> str:
    return "connections, denied attempts" if measure == "connections" else schema.spoken(measure)


def _marks(found: Places) -> Iterator[tuple[str, tuple[float, float, float]]]:
    """Yield what is drawn: of what kind, and latitude, longitude and radius."""
    most = max((largest_part(point) for point in found.points), default=0) or 1
    for point in found.points:
        lat, lon = float(point[0]["lat"]), float(point[0]["lon"])
        for kind, size in zip(_DRAWN_AS, parts_of(point), strict=True):
            if size > 0:
                yield kind, (lat, lon, max(LEAST, LARGEST * (size / most) ** 0.5))
        if all(row["uncounted"] for row in point):
            yield "uncounted", (lat, lon, LEAST + 1)


def _picture(title: str, said: Sequence[str], found: Places, lines: Sequence[dict[str, Any]]) -> bytes:
    from nsgkit.views.maps.picture import bubbles, drawn, land, ways

    marks = [
        {"kind": kind, "lat": lat, "lon": lon, "radius": size} for kind, (lat, lon, size) in _marks(found)
    ]
    pieces = [(line["denied"], piece) for line in lines for piece in line["lines"]]
    return drawn(title, said, [*land({}, ""), *ways(pieces), *bubbles(marks)])
