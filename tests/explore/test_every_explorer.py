"""What every explorer has, whatever it shows: the case that is open can be written into."""

import altair as alt
import pytest

import nsgkit
from nsgkit import case as cases
from nsgkit import explore
from nsgkit.case import opening
from nsgkit.views.images import as_svg
from nsgkit.views.theme import StandIn
from tests.widgets import press, within

SAMPLES = "data/samples"


@pytest.fixture(scope="module")
def hour():
    return nsgkit.read_logs(SAMPLES, start="2024-12-18 08:00", end="2024-12-18 09:00")


@pytest.fixture
def case(tmp_path, hour):
    yield cases.open(tmp_path / "case", hour, author="kim")
    opening._held.clear()


def made(name, logs):
    """An explorer of this name on the logs, with what it cannot do without."""
    if name in ("coverage_explorer", "verify_explorer"):
        return getattr(explore, name)(SAMPLES)
    if name == "download_explorer":
        return explore.download_explorer(SAMPLES, explore.list_source(SAMPLES))
    if name == "findings_explorer":
        held = nsgkit.conversations(logs)
        return explore.findings_explorer(held, nsgkit.detections.findings(held, kinds=["brute force"]))
    if name in ("field_explorer", "enable_explorer"):
        return getattr(explore, name)()
    of = logs if name == "traffic_explorer" else nsgkit.conversations(logs)
    return getattr(explore, name)(of)


def charts(explorer):
    found = [w for w in within(explorer) if isinstance(w, alt.JupyterChart)]
    return [w for w in found if w.chart is not None and not isinstance(w.chart, StandIn)]


@pytest.mark.parametrize("name", [n for n in explore.__all__ if n.endswith(("_explorer", "_queue"))])
def test_a_note_is_written_from_every_explorer(name, case, hour):
    explorer = made(name, hour)
    words = next(w for w in within(explorer) if getattr(w, "description", "") in ("Note", "Why or note"))
    words.value = f"seen in {name}"
    press(explorer, "Add the note")
    assert case.events.sort_values("number").iloc[-1]["why"] == f"seen in {name}"


def test_the_coverage_goes_into_the_case_as_a_picture(case, hour):
    press(explore.coverage_explorer(SAMPLES), "Keep picture in the case")
    (kept,) = case.folder.glob("files/*.svg")
    assert "Which hours" in kept.read_text("utf-8")


@pytest.mark.parametrize("name", ["traffic_explorer", "timeline_explorer", "places_explorer"])
def test_a_kept_picture_does_not_tell_to_drag(name, case, hour):
    explorer = made(name, hour)
    assert any("Drag" in str(chart.chart.title.subtitle) for chart in charts(explorer))
    press(explorer, "Keep picture in the case")
    kept = [path.read_text("utf-8") for path in case.folder.glob("files/*.svg")]
    assert kept
    assert not any("Drag" in text for text in [*kept, *map(as_svg, (c.chart for c in charts(explorer)))])


def test_a_picture_is_captioned_by_what_is_drawn_not_by_what_is_open(case, hour):
    explorer = made("timeline_explorer", hour)
    press(explorer, "Next mark")
    press(explorer, "Keep picture in the case")
    assert " conversations in " in case.events.sort_values("number").iloc[-1]["told"]
