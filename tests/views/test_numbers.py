"""Numbers on pictures: ticks that differ, shades that say more on light and dark pages alike."""

import re

import pandas as pd
import pytest
import vl_convert

from nsgkit import palette, views
from nsgkit.views.numbers import PALEST, short_number
from tests.views.test_charts import cells, ranking_of, table, volume
from tests.views.test_theme import DARK_PAGE, LIGHT_PAGE, contrast


def ticks(chart, axis):
    """The labels of an axis, as they are drawn."""
    svg = vl_convert.vegalite_to_svg(chart.to_dict())
    part = re.search(rf'aria-label="{axis}-axis[^"]*"(.*?)role-axis-title', svg, re.S)[1]
    labels = re.search(r"role-axis-label(.*)", part, re.S)[1]
    return [text for text in re.findall(r"<text[^>]*>([^<]*)</text>", labels) if text]


@pytest.mark.parametrize("most", [1, 2, 9, 200, 900, 1_400, 99_999, 3_000_000])
def test_ticks_of_counts_are_whole_and_each_its_own(most):
    labels = ticks(views.over_time(table(hours=2).assign(connections=[most, 1], denied=0)), "Y")
    assert len(labels) == len(set(labels)) > 1
    assert not any(re.match(r"0\.", label) for label in labels)


def test_ticks_below_a_thousand_are_not_in_thousands():
    labels = ticks(views.over_time(table(hours=2).assign(connections=[1_400, 900])), "Y")
    assert {"200", "400", "800", "1k", "1.2k"} <= {*labels}


def test_ticks_of_bytes_are_short():
    assert "200M" in ticks(views.over_time(volume(value=4 * 10**8), measure="bytes"), "Y")


def test_ticks_below_bars_are_each_their_own():
    labels = ticks(views.top_bars(ranking_of(3, connections=[1, 1, 1])), "X")
    assert len(labels) == len(set(labels)) > 1


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (7, "7"), (99_999, "99,999"), (100_000, "100k"), (999_950, "1.00M"), (6_400_000_000, "6.40G"),
     (12_345_678, "12.3M"), (0.04167, "0.0417"), (2**63, "9.22E"), (-250_000, "-250k")],
)  # fmt: skip
def test_a_number_at_a_bar_is_short_and_true(value, text):
    assert short_number(value) == text


def over(colour, opacity, page):
    """The colour that is seen where `colour` lies over the page."""
    parts = [(int(colour[i : i + 2], 16), int(page[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(above * opacity + below * (1 - opacity)):02x}" for above, below in parts)


@pytest.mark.parametrize("page", [LIGHT_PAGE, DARK_PAGE])
@pytest.mark.parametrize("measure", ["connections", "denied", "bytes"])
def test_the_most_stands_out_most_on_both_pages(measure, page):
    rows = cells(2).assign(connections=7, denied=7)
    scale = views.matrix(rows, measure=measure).to_dict()["encoding"]["color"]["scale"]["range"]
    told = [[float(part) for part in re.findall(r"[\d.]+", end)] for end in scale]
    colours = ["#" + "".join(f"{int(part):02x}" for part in end[:3]) for end in told]
    steps = [PALEST + (1 - PALEST) * step / 4 for step in range(5)]
    assert [end[3] for end in told] == [PALEST, 1]
    assert colours[0] == colours[1] in {palette.ALLOWED, palette.DENIED, *palette.SERIES}
    seen = [contrast(over(colours[0], opacity, page), page) for opacity in steps]
    assert seen == sorted(seen)
    assert seen[-1] >= 2.99


def test_a_heat_map_has_the_same_shades():
    chart = views.heat_map(table(), measure="denied")
    assert chart.to_dict()["encoding"]["color"]["scale"]["range"][1] == "rgba(238, 108, 18, 1)"


def test_a_legend_of_groups_has_their_numbers_and_cannot_be_broken_out_of():
    name = """a'"]})[0]+alert(1)//"""
    rows = table(rule=[name])
    legend = views.over_time(rows).to_dict()["encoding"]["color"]["legend"]["labelExpr"]
    assert legend.startswith('({"a\'\\"]})[0]+alert(1)//": "')
    assert vl_convert.vegalite_to_svg(views.over_time(rows).to_dict()).count("alert(1)//  9") == 1


def test_over_time_what_is_not_zero_has_two_pixels():
    rows = table(hours=2).assign(connections=[100_000, 0], denied=[0, 1])
    spec = views.over_time(rows).to_dict()
    (drawn,) = spec["datasets"].values()
    small = pd.DataFrame(drawn).set_index("decision")["length"]["denied"]
    assert small / 100_000 * spec["height"] == pytest.approx(2)
