"""One look: colours that everyone can tell apart, UTC, titles, and something to say when empty."""

import itertools
import subprocess
import sys

import altair as alt
import numpy as np
import pandas as pd
import pytest

from nsgkit import palette, schema
from nsgkit.views import theme

MEANINGS = {
    name: getattr(palette, name) for name in ("ALLOWED", "DENIED", "UNKNOWN", "SOURCE", "DESTINATION")
}
LIGHT_PAGE, DARK_PAGE = "#ffffff", "#111111"

# Machado, Oliveira and Fernandes 2009, severity 1: what is left of linear RGB.
SEEN_WITH = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def linear(colour):
    """sRGB as `#rrggbb` -> linear RGB."""
    share = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """Linear RGB -> CIELAB under D65."""
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    x, y, z = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = [np.cbrt(v) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one, other):
    """CIE76: 2.3 is just noticeable."""
    return float(np.linalg.norm(lab(one) - lab(other)))


def nearest(colours, eye):
    pairs = itertools.combinations(colours, 2)
    return min((distance(eye @ linear(a), eye @ linear(b)), a, b) for a, b in pairs)


def contrast(one, other):
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def spec(chart):
    return chart.to_dict()


@pytest.mark.parametrize("eye", SEEN_WITH)
def test_colours_with_a_meaning_are_told_apart(eye):
    assert nearest(MEANINGS.values(), SEEN_WITH[eye])[0] > 20


@pytest.mark.parametrize("eye", SEEN_WITH)
def test_no_series_is_taken_for_a_colour_with_a_meaning(eye):
    assert nearest([*MEANINGS.values(), *palette.SERIES], SEEN_WITH[eye])[0] > 12


@pytest.mark.parametrize("eye", SEEN_WITH)
def test_how_attempts_ended_is_told_apart(eye):
    assert nearest(palette.ENDED.values(), SEEN_WITH[eye])[0] > 14


def test_every_way_to_end_has_its_colour():
    assert tuple(palette.ENDED) == schema.findings.OUTCOMES


def test_the_simulation_knows_colours_that_are_confused():
    assert nearest(["#b5651d", "#4b8b3b"], SEEN_WITH["protanopia"])[0] < 12


@pytest.mark.parametrize("page", [LIGHT_PAGE, DARK_PAGE])
@pytest.mark.parametrize("colour", [*MEANINGS.values(), *palette.SERIES, palette.INK])
def test_colours_stand_out_on_both_pages(colour, page):
    assert contrast(colour, page) >= 2.99


def test_the_decision_scale_names_every_decision_of_the_schema():
    scale = theme.decision_scale().to_dict()
    assert scale["domain"] == schema.column("decision").values
    assert scale["range"] == [palette.ALLOWED, palette.DENIED, palette.UNKNOWN]


def test_source_and_destination_have_one_colour_each():
    assert theme.end_scale().to_dict()["range"] == [palette.SOURCE, palette.DESTINATION]


def test_importing_views_enables_the_theme_and_the_renderer():
    code = "import nsgkit.views, altair as alt; print(alt.theme.active, alt.renderers.active)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "nsgkit nsgkit"


def test_a_chart_is_shown_as_a_picture_that_jupyterlab_draws_itself_and_in_words():
    bars = theme.titled(alt.Chart(pd.DataFrame({"n": [1]})).mark_bar(), "Rows", "per hour, UTC")
    shown = bars._repr_mimebundle_(None, None)
    drawn = shown["application/vnd.vegalite.v5+json"]
    assert drawn["$schema"].endswith("/v5.json")
    assert drawn | {"$schema": ""} == spec(bars) | {"$schema": ""}
    assert shown["text/plain"] == "Chart: Rows per hour, UTC"


def test_drawing_the_first_picture_builds_no_grammar_of_addresses_and_bundles_no_scripts():
    code = (
        "import sys, nsgkit.views, altair as alt, pandas as pd;"
        "alt.Chart(pd.DataFrame({'n': [1]})).mark_bar()._repr_mimebundle_(None, None);"
        "print({'rfc3987_syntax', 'lark', 'vl_convert'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def test_a_chart_is_drawn_on_the_page_s_own_background():
    assert spec(alt.Chart(pd.DataFrame({"n": [1]})).mark_bar())["config"]["background"] == "transparent"


def test_no_menu_entry_sends_the_data_away():
    options = spec(alt.Chart(pd.DataFrame({"n": [1]})).mark_bar())["usermeta"]["embedOptions"]
    assert options["actions"] == {"export": True, "source": False, "compiled": False, "editor": False}


def test_a_long_subtitle_wraps():
    chart = theme.titled(alt.Chart(pd.DataFrame({"n": [1]})).mark_bar(), "Rows", "word " * 40)
    assert [len(line) < 100 for line in spec(chart)["title"]["subtitle"]] == [True, True, True]


def test_a_title_shows_hidden_characters():
    chart = theme.titled(alt.Chart(pd.DataFrame({"n": [1]})).mark_bar(), "Rows of a\u202eb")
    assert spec(chart)["title"]["text"] == r"Rows of a\u202eb"


def test_readable_leaves_numbers_and_nulls_alone():
    table = pd.DataFrame({"rule": pd.Categorical(["a\u200b", None]), "n": pd.array([1, None], "Int64")})
    shown = theme.readable(table)
    assert shown["rule"].tolist()[0] == r"a\u200b"
    assert shown["rule"].isna().tolist() == [False, True]
    pd.testing.assert_series_equal(shown["n"], table["n"])


def test_an_empty_state_says_why_and_what_to_do():
    chart = theme.empty_chart("No row of this span is denied.", "Choose a longer span.")
    assert chart.data["line"].tolist() == ["No row of this span is denied.", "Choose a longer span."]


def test_a_cut_name_has_the_whole_name_on_hover():
    assert theme.cut("UserRule_a") == '<span class="nsgkit-cut" title="UserRule_a">UserRule_a</span>'


def test_every_status_of_an_hour_has_a_colour_and_a_sign():
    assert list(palette.COVERAGE) == schema.column("status", schema.HOURS).values


def test_statuses_of_an_hour_are_told_apart_by_tested_colours_and_by_signs():
    inside = [m for status, m in palette.COVERAGE.items() if not status.startswith(("before", "after"))]
    assert {mark.colour for mark in inside} <= {*MEANINGS.values(), *palette.SERIES}
    assert len({mark.colour for mark in inside}) == len({mark.sign for mark in inside}) == len(inside)
