"""Charts in a notebook: without a network, in UTC, and with selections that come back to Python."""

import pytest

CHART = """import altair as alt, pandas as pd
from nsgkit.views.theme import decision_scale, selectable, titled, utc, utc_tooltip
hours = pd.date_range("2024-12-19", periods=24, freq="h", tz="UTC")
table = pd.DataFrame({"hour": hours, "until": hours + pd.Timedelta("1h"), "rows": 5, "decision": "denied"})
color = alt.Color("decision", scale=decision_scale())
bars = alt.Chart(table).mark_bar().encode(
    utc("hour"), alt.Y("rows"), color, x2="until", tooltip=[utc_tooltip("hour")])
chart = titled(bars, "Rows", "per hour, UTC")"""
BRUSH = """span = alt.selection_interval(name="span", encodings=["x"])
interactive = selectable(chart.add_params(span))
interactive"""


@pytest.fixture
def notebook(run_cells):
    return run_cells(CHART, "chart", BRUSH)


def test_a_chart_is_drawn_and_a_brush_comes_back_to_python(notebook):
    notebook.check()
    notebook.brush("Rows", "2024-12-19 06:00", "2024-12-19 12:00", number=1)
    start, end = notebook.evaluate("list(interactive.selections.span.value['hour'])")
    hour = 3_600_000
    assert abs(start - 1734588000000) < hour / 4  # 2024-12-19 06:00 UTC
    assert abs(end - 1734609600000) < hour / 4


def test_a_tooltip_and_an_axis_tell_utc(notebook):
    bars = notebook.chart("Rows").locator(".mark-rect.role-mark path")
    bars.first.hover()
    tooltip = notebook.page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    assert "2024-12-19 00:00" in tooltip.inner_text()
    labels = notebook.chart("Rows").locator(".role-axis-label text").all_text_contents()
    assert "06:00" in labels
