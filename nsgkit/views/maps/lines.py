"""The lines of a map: from each own site to the places it dealt with."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from nsgkit import schema
from nsgkit.html import escape
from nsgkit.views.maps.globe import arc
from nsgkit.views.maps.points import Places
from nsgkit.views.maps.words import traffic
from nsgkit.views.numbers import counted

MADE_BY = "nsgkit.analyses.place_links"
MOST_LINES = 200
_WIDEST = 5  # pixels more than the thinnest


def lines_of(links: pd.DataFrame | None, found: Places) -> list[dict[str, Any]]:
    """Return the lines to the points that are drawn, those with the most first, as the page draws them."""
    if links is None:
        return []
    schema.require(links.columns, [c.name for c in schema.PLACE_LINKS], MADE_BY)
    points = {(float(point[0]["lat"]), float(point[0]["lon"])) for point in found.points}
    rows = links.dropna(subset=["site_lat", "site_lon", "lat", "lon"])
    there = [place in points for place in zip(rows["lat"], rows["lon"], strict=True)]
    rows = rows[there].assign(_size=rows["connections"] + rows["denied"])
    rows = rows.sort_values("_size", ascending=False, kind="stable").head(MOST_LINES)
    most = rows["_size"].max() if len(rows) else 1
    return [_line(row, float(most) or 1) for row in rows.to_dict("records")]


def _line(row: dict[Any, Any], most: float) -> dict[str, Any]:
    site = (float(row["site_lat"]), float(row["site_lon"]))
    return {
        "lines": arc(site, (float(row["lat"]), float(row["lon"]))),
        "denied": not row["connections"],
        "weight": round(1 + _WIDEST * (row["_size"] / most) ** 0.5, 2),
        "tip": escape(f"{row['site']} and {row['place']}: {traffic([row])}"),
        "site": escape(row["site"]),
        "at": site,
    }


def sites_of(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the own sites that lines begin at: where they are, and their names."""
    named: dict[tuple[float, float], list[str]] = {}
    for line in lines:
        names = named.setdefault(line["at"], [])
        if line["site"] not in names:
            names.append(line["site"])
    return [{"at": at, "tip": ", ".join(names)} for at, names in named.items()]


def said_of_lines(links: pd.DataFrame | None, lines: Sequence[dict[str, Any]]) -> list[str]:
    """Say how many lines there are, of how many."""
    if links is None:
        return []
    of = f" of {len(links):,}" if len(links) > len(lines) else ""
    return [f"From own sites: {counted(len(lines), 'line')}{of}, of all the time."]
