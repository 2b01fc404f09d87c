"""Maps of places: how many marks, how large, and what they leave out; and that they load nothing."""

import json
import re
import subprocess
import sys
from html import unescape
from itertools import pairwise

import pandas as pd
import pytest

import nsgkit
from nsgkit import schema, views
from nsgkit.views.maps.globe import arc
from nsgkit.views.maps.outlines import countries, names
from nsgkit.views.maps.points import MOST_POINTS

SEEN = pd.Timestamp("2024-12-19 09:00", tz="UTC")
NOTHING = {c.name: 0 for c in schema.PLACES if c.dtype.lower() in ("int64", "float64")}
OSLO, BERGEN, SUVA = ("Oslo", "NO", 59.9, 10.7), ("Bergen", "NO", 60.4, 5.3), ("Suva", "FJ", -18.1, 178.4)
UNKNOWN = ("unknown", "unknown", None, None)


def row(where=OSLO, **figures):
    place = dict(zip(("place", "country", "lat", "lon"), where, strict=True))
    seen = {"first": SEEN, "last": SEEN, "place_source": "a file", "largest": "203.0.113.9 (1)", "city": None}
    return {**NOTHING, **place, **seen, "addresses": 1, "hosts": 1, **figures}


def table(*rows, of=schema.PLACES):
    return schema.typed(pd.DataFrame([*rows], columns=[c.name for c in of]), of)


def link(site, where, **figures):
    of_site = {"site": site[0], "site_lat": site[2], "site_lon": site[3]}
    return row(where) | of_site | figures


def page(drawn):
    return drawn.get_root().render()


def data(drawn):
    return json.loads(re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page(drawn), re.S)[1])


def words(drawn):
    head = re.search(r'<div class="nsgkit-head">(.*?)</div>', page(drawn), re.S)[1]
    return unescape(re.sub("<.*?>", " ", head))


def said(drawn):
    """How many connections and denied attempts each sentence above a map tells of."""
    found = re.findall(r"\(([\d,]+) connections?, ([\d,]+) denied attempts?\)", words(drawn))
    return [tuple(int(number.replace(",", "")) for number in pair) for pair in found]


def many(number):
    places = [(f"Place {n}", "NO", 10 + n / 10, 20 + n / 10) for n in range(number)]
    return [row(where, connections=1 + n * n % 97, denied=n % 7) for n, where in enumerate(places)]


def test_a_bubble_for_each_place():
    drawn = data(views.places_map(table(row(OSLO, connections=3), row(SUVA, denied=2))))
    assert [point["parts"] for point in drawn["points"]] == [[3, 0, 0], [0, 2, 0]]


def test_the_largest_is_drawn_as_large_as_it_may_and_sizes_are_what_was_counted():
    """A radius is the largest one times the root of size over `most` (assets/map.js): so areas are sizes."""
    drawn = data(views.places_map(table(row(OSLO, connections=100), row(SUVA, connections=25))))
    areas = [drawn["largest"] ** 2 * sum(point["parts"]) / drawn["most"] for point in drawn["points"]]
    assert areas[0] == 4 * areas[1] == drawn["largest"] ** 2


@pytest.mark.parametrize("rows", [table(*many(231), row(UNKNOWN, connections=7, denied=90, addresses=412))])
def test_what_is_drawn_and_what_is_not_add_up_to_the_table(rows):
    drawn = views.places_map(rows)
    assert len(data(drawn)["points"]) == MOST_POINTS
    assert [sum(pair) for pair in zip(*said(drawn), strict=True)] == [
        rows[c].sum() for c in ("connections", "denied")
    ]
    assert "31 places" in words(drawn) and "412 addresses (7 connections, 90 denied attempts)" in words(drawn)


def test_who_leads_is_said_first():
    rows = table(
        row(OSLO, connections=9, denied=1), row(SUVA, connections=2, denied=30), row(UNKNOWN, denied=99)
    )
    assert "Most connections: Oslo (9). Most denied attempts: Suva (30)." in words(views.places_map(rows))
    assert "Most denied attempts: Fiji (30)." in words(views.country_map(rows, measure="denied"))


@pytest.mark.parametrize("chart", [views.places_map, views.country_map])
def test_a_map_that_shows_little_of_the_traffic_says_so_first(chart):
    rows = table(row(OSLO, connections=9, denied=1), row(UNKNOWN, connections=50, denied=40))
    assert "On the map is only 10.0% of all connections and denied attempts." in words(chart(rows))
    assert "is only" not in words(chart(rows.iloc[:1]))


def test_places_at_one_point_are_one_bubble_that_lists_each():
    (point,) = data(
        views.places_map(table(row(connections=1), row(("Oslo airport", "NO", 59.9, 10.7), connections=5)))
    )["points"]
    assert point["parts"] == [6, 0, 0] and point["row"] == 1
    assert re.findall(r'data-row="(\d)">([\w ]+)<', point["popup"]) == [("1", "Oslo airport"), ("0", "Oslo")]


def test_a_place_without_coordinates_is_named():
    drawn = views.places_map(table(row(("Atlantis", "XX", None, None), connections=4)))
    assert "No coordinates known: Atlantis (4 connections, 0 denied attempts)" in words(drawn)


@pytest.mark.parametrize("chart", [views.places_map, views.country_map])
@pytest.mark.parametrize("rows", [table(), table(row(UNKNOWN, connections=7, addresses=3))])
def test_where_nothing_is_known_the_map_says_so(chart, rows):
    assert re.search(r"No (place|country) is known", words(chart(rows)))
    assert data(chart(rows))["points"] == []


def test_unknown_bytes_are_a_mark_of_their_own_and_never_zero():
    rows = table(row(OSLO, connections=3, bytes=None), row(SUVA, connections=1, bytes=0))
    drawn = views.places_map(rows, measure="bytes")
    (point,) = data(drawn)["points"]
    assert point["uncounted"] and "bytes: unknown" in point["tip"]
    assert "Of 1 place nobody counted the bytes" in words(drawn) and "No bytes, not drawn: 1 place" in words(
        drawn
    )


def test_a_measure_with_one_value_is_drawn_as_what_was_decided():
    rows = table(row(OSLO, connections=3, bytes=50), row(SUVA, connections=1, denied=2, bytes=9))
    points = data(views.places_map(rows, measure="bytes"))["points"]
    assert [point["parts"] for point in points] == [[50, 0, 0], [9, 9, 0]]


def test_bins_of_time_are_summed_and_can_be_played():
    hours = [
        {"start": SEEN + pd.Timedelta(hours=n), "end": SEEN + pd.Timedelta(hours=n + 1)} for n in range(2)
    ]
    rows = [row(OSLO, connections=3, addresses=5), row(OSLO, connections=4, addresses=2)]
    binned = table(*(a | b for a, b in zip(hours, rows, strict=True)), of=[*schema.SPAN, *schema.PLACES])
    drawn = data(views.places_map(binned))
    (point,) = drawn["points"]
    assert (point["parts"], point["bins"]) == ([7, 0, 0], {"0": [3, 0, 0], "1": [4, 0, 0]})
    assert drawn["bins"][1] == "2024-12-19 10:00 to 2024-12-19 11:00 UTC"
    assert "up to 5 in one bin" in point["popup"]


def test_more_bins_than_a_map_plays_are_an_error_that_says_what_to_do():
    starts = [SEEN + pd.Timedelta(minutes=n) for n in range(201)]
    rows = table(*({"start": s, "end": s} | row() for s in starts), of=[*schema.SPAN, *schema.PLACES])
    with pytest.raises(nsgkit.NsgkitError, match=r"201 bins.*larger freq"):
        views.places_map(rows)


def test_lines_go_from_own_sites_to_drawn_places():
    site = ("vnet-a", "", 52.0, 4.0)
    links = [link(site, OSLO, connections=9), link(site, SUVA, denied=3), link(site, BERGEN, connections=1)]
    drawn = views.places_map(
        table(row(OSLO, connections=9), row(SUVA, denied=3)), links=table(*links, of=schema.PLACE_LINKS)
    )
    lines = data(drawn)["arcs"]
    assert [(line["lines"][0][0], line["denied"]) for line in lines] == [([52, 4], False), ([52, 4], True)]
    assert "2 lines of 3" in words(drawn)
    assert data(drawn)["sites"] == [{"at": [52, 4], "tip": "vnet-a"}]


@pytest.mark.parametrize(
    ("one", "other"), [((40, 170), (-30, -160)), ((-41.3, 174.8), (64, -150)), ((5, -179), (5, 179))]
)
def test_a_line_over_the_antimeridian_is_two_and_no_stroke_across(one, other):
    first, second = arc(one, other)
    assert (first[0], second[-1]) == (one, other)
    assert abs(first[-1][1]) == 180 and second[0] == (first[-1][0], -first[-1][1])
    assert all(abs(a[1] - b[1]) < 20 for piece in (first, second) for a, b in pairwise(piece))


def test_countries_are_shaded_by_powers_of_ten():
    rows = table(row(OSLO, connections=5), row(BERGEN, connections=6), row(SUVA, connections=900))
    drawn = views.country_map(rows)
    shades = data(drawn)["shades"]
    assert shades["FJ"]["opacity"] > shades["NO"]["opacity"] > 0
    assert "Norway: connections 11" in shades["NO"]["tip"]
    assert "100 to 999: 1 country" in page(drawn) and "10 to 99: 1 country" in page(drawn)


def test_a_country_too_small_for_an_outline_is_a_bubble_and_one_without_a_point_is_named():
    rows = table(
        row(("Singapore", "SG", 1.3, 103.8), connections=5), row(("Malta", "MT", None, None), connections=2)
    )
    drawn = views.country_map(rows)
    assert [point["at"] for point in data(drawn)["points"]] == [[1.3, 103.8]]
    assert "Without outline and coordinates: Malta (2 connections, 0 denied attempts)" in words(drawn)


def test_a_country_with_nothing_of_the_measure_does_not_vanish():
    drawn = views.country_map(table(row(OSLO, connections=5), row(SUVA, denied=3)))
    assert data(drawn)["shades"]["FJ"]["none"]
    assert "none or unknown, but other traffic: 1 country" in page(drawn)


def test_every_number_is_in_the_step_that_the_legend_writes():
    rows = [
        row((f"P{n}", code, 1, 1), bytes=10**n, connections=1) for n, code in enumerate(sorted(names())[:14])
    ]
    drawn = views.country_map(table(*rows), measure="bytes")
    assert len({shade["opacity"] for shade in data(drawn)["shades"].values()}) == 5
    legend = page(drawn).partition('class="nsgkit-legend"')[2]
    assert re.findall(r": (\d+) countr", legend) == ["2", "3", "3", "3", "3"]


@pytest.mark.parametrize("drawn", [views.places_map, views.country_map])
def test_no_address_of_anybody_else_is_in_the_page(drawn):
    left = page(drawn(table(row(OSLO, connections=3)))).replace("http-equiv", "")
    assert not re.findall(r"""https?:|(?:src|href)=["'](?!data:)|url\((?!data:)""", left)


def test_tiles_are_there_only_when_they_are_asked_for():
    assert "L.tileLayer" not in page(views.places_map(table(row(connections=1))))
    assert "L.tileLayer" in page(views.places_map(table(row(connections=1)), tiles="OpenStreetMap"))
    with pytest.raises(nsgkit.NsgkitError, match="tiles"):
        views.places_map(table(row(connections=1)), tiles="https://tiles.example/{z}/{x}/{y}.png")


def test_a_notebook_gets_the_picture_below_the_map():
    shown = views.places_map(table(row(OSLO, connections=3)))._repr_html_()
    picture, frame = shown.index('<img alt="Connections and denied'), shown.index("<iframe")
    assert picture < frame and 'src="data:image/png;base64,iVBOR' in shown[picture:frame]


@pytest.mark.parametrize("chart", [views.places_map, views.country_map])
def test_another_table_or_measure_is_an_error(chart):
    with pytest.raises(nsgkit.errors.MissingColumnError, match=r"nsgkit\.analyses\.places"):
        chart(pd.DataFrame({"place": ["Oslo"]}))
    with pytest.raises(nsgkit.NsgkitError, match="no measure 'hosts'"):
        chart(table(row()), measure="hosts")


def test_outlines_have_the_codes_of_the_tables_and_no_line_across_the_map():
    assert {"FR", "NO", "XK", "CY", "SO", "FJ", "TW"} <= names().keys()
    assert all(re.fullmatch("[A-Z]{2}", code) for code in names())
    rings = [
        ring
        for country in countries()["features"]
        for polygon in country["geometry"]["coordinates"]
        for ring in polygon
    ]
    lines = [(a, b) for ring in rings for a, b in pairwise(ring)]
    assert not [line for line in lines if abs(line[0][0] - line[1][0]) > 180 and line[0][1] > -90]


def test_importing_views_does_not_import_folium():
    code = "import sys, nsgkit.views; print('folium' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
