"""What a map draws of a table of places: points with their sizes, and what is left out.

A place has up to three sizes: of what was allowed, denied and undecided. For connections they are three
counts on one scale; any other measure has one value, drawn by what was decided there.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from nsgkit import schema
from nsgkit.errors import NsgkitError

MADE_BY = "nsgkit.analyses.places"
MOST_POINTS = 200
MOST_BINS = 200
Row = dict[str, Any]  # a place; None is unknown, `parts` its sizes, `row` the number of its first row
_KEYS = ["place", "country", "lat", "lon"]
_ADDED = [
    "connections", "denied", "unknown", "unanswered", "dropped", "bytes", "packets", "from_there", "to_there",
    "bytes_to_there",
]  # fmt: skip
_DISTINCT = ["addresses", "hosts"]  # of several bins no sum is right: the most of one bin
MEASURES = (*_ADDED, "addresses")  # of which the places' own sum is right


class Places(NamedTuple):
    """A table of places, told apart by what a map can do with each."""

    points: list[list[Row]]  # the places at one point of the map, the largest point first
    left_out: list[Row]  # beyond the most points that a map draws
    none: list[Row]  # nothing of the measure
    no_point: list[Row]  # a place without coordinates
    unknown: list[Row]  # addresses whose place no source knows


def checked(places: pd.DataFrame, measure: str) -> None:
    """Raise where a table is not one of places, or has no such measure.

    >>> checked(schema.empty(schema.PLACES), "connections")
    """
    needed = [*(c.name for c in schema.LOCATED), *_ADDED, *_DISTINCT, "largest", "first", "last"]
    schema.require(places.columns, needed, MADE_BY)
    if measure not in MEASURES:
        raise NsgkitError(f"A map has no measure {measure!r}. Choose one of {', '.join(MEASURES)}.")
    if "start" in places and places["start"].nunique() > MOST_BINS:
        raise NsgkitError(
            f"The table has {places['start'].nunique():,} bins of time, and a map plays at most {MOST_BINS}. "
            f"Give {MADE_BY} a larger freq."
        )


def by_place(places: pd.DataFrame, measure: str) -> list[Row]:
    """Return the places of a table, bins summed, each with its three sizes."""
    rows = places.reset_index(drop=True).assign(row=range(len(places)))
    if "start" in rows:
        rows = _summed(rows)
    return [
        {**row, "parts": _parts(row, measure), "uncounted": row[measure] is None} for row in _records(rows)
    ]


def _records(rows: pd.DataFrame) -> list[Row]:
    """Return rows as mappings, in which None is unknown."""
    found: Any = rows.astype("object").where(rows.notna(), None).to_dict("records")
    return [*found]


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    groups = rows.groupby(_KEYS, dropna=False, sort=False, observed=True)
    parts: dict[str, Any] = {name: groups[name].sum(min_count=1) for name in _ADDED}
    parts |= {name: groups[name].max() for name in [*_DISTINCT, "last"]}
    parts |= {name: groups[name].min() for name in ["first", "row"]}
    parts |= {name: groups[name].first() for name in ["city", "place_source"]}
    busiest = rows.assign(_size=rows["connections"] + rows["denied"]).sort_values("_size", ascending=False)
    parts["largest"] = busiest.groupby(_KEYS, dropna=False, sort=False, observed=True)["largest"].first()
    return pd.DataFrame(parts).reset_index().sort_values("row", ignore_index=True)


def _parts(row: Mapping[str, Any], measure: str) -> list[float]:
    """Return the sizes of what was allowed, denied and undecided; 0 where there is nothing to draw."""
    if measure == "connections":
        return [float(row[name]) for name in ("connections", "denied", "unknown")]
    value = float(row[measure] or 0)
    if measure in ("denied", "unknown"):
        return [0.0, value, 0.0] if measure == "denied" else [0.0, 0.0, value]
    allowed, denied = row["connections"] > 0, row["denied"] > 0
    return [value * allowed, value * denied, value * (not allowed and not denied)]


def arranged(rows: Sequence[Row]) -> Places:
    """Return the places told apart, those at the same point together, the largest points first."""
    found = Places([], [], [], [], [])
    at: dict[tuple[float, float], list[Row]] = {}
    for row in rows:
        if row["lat"] is None or row["lon"] is None:
            (found.unknown if row["place"] == schema.UNKNOWN_PLACE else found.no_point).append(row)
        elif any(row["parts"]) or row["uncounted"]:
            at.setdefault((float(row["lat"]), float(row["lon"])), []).append(row)
        else:
            found.none.append(row)
    points = sorted(at.values(), key=largest_part, reverse=True)
    found.points.extend(sorted(point, key=lambda row: -max(row["parts"])) for point in points[:MOST_POINTS])
    found.left_out.extend(row for point in points[MOST_POINTS:] for row in point)
    return found


def parts_of(point: Sequence[Row]) -> list[float]:
    """Return what is drawn at a point, all of its places together: allowed, denied, undecided."""
    return [sum(sizes) for sizes in zip(*(row["parts"] for row in point), strict=True)]


def largest_part(point: Sequence[Row]) -> float:
    """Return the largest of a point's three sizes."""
    return max(parts_of(point))


def bins_of(places: pd.DataFrame) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Return the bins of time of a table, in their order; none where it has none."""
    if "start" not in places:
        return []
    spans = places[["start", "end"]].drop_duplicates().sort_values("start")
    return [*spans.itertuples(index=False, name=None)]


def parts_in_bins(places: pd.DataFrame, measure: str) -> dict[tuple[float, float], dict[int, list[float]]]:
    """Return latitude and longitude of a point -> number of a bin -> what is drawn there in it."""
    numbers = {start: number for number, (start, _) in enumerate(bins_of(places))}
    found: dict[tuple[float, float], dict[int, list[float]]] = {}
    located = places.dropna(subset=["lat", "lon"]) if numbers else places.iloc[:0]
    for row in _records(located):
        bins = found.setdefault((float(row["lat"]), float(row["lon"])), {})
        sizes = bins.get(numbers[row["start"]], [0.0, 0.0, 0.0])
        bins[numbers[row["start"]]] = [a + b for a, b in zip(sizes, _parts(row, measure), strict=True)]
    return found
