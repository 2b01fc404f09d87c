"""The places explorer as an analyst uses it, with the network cut: click a bubble, play the time, by keys."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.server import PATIENCE, REPOSITORY

CELLS = [
    f"import sys\nsys.path.insert(0, {str(REPOSITORY)!r})",
    "import nsgkit\nfrom nsgkit.explore import places_explorer",
    "conversations = nsgkit.conversations(nsgkit.read_logs('../data/samples'))",
    "places_explorer(conversations, network='../data/samples/network.toml')",
]
# 198.18.0.0/16 in blocks of 4,096 addresses, at three places that are made up; 198.19.0.0/16 is at none.
PLACES = [("GB", "Leeds", 53.8, -1.5), ("JP", "Osaka", 34.7, 135.5), ("BR", "Recife", -8.1, -34.9)]
BLOCKS = [(f"198.18.{16 * n}.0/20", *PLACES[n % 3][:2]) for n in range(16)]
GEOFEED = "".join(f"{prefix},{country},,{city},\n" for prefix, country, city in BLOCKS)
TOML = 'own = ["172.28.0.0/16"]\nfiles = ["geofeed.csv"]\n' + "".join(
    f'[[places]]\ncountry = "{country}"\ncity = "{city}"\nlat = {lat}\nlon = {lon}\n'
    for country, city, lat, lon in PLACES
)
CLINIC = [
    CELLS[0],
    "import nsgkit, pathlib\nfrom nsgkit.explore import places_explorer",
    "from tests.internet import big_internet",
    f"pathlib.Path('geofeed.csv').write_text({GEOFEED!r})\npathlib.Path('far.toml').write_text({TOML!r})",
    "places_explorer(nsgkit.conversations(big_internet()), network='far.toml')",
]


def world(notebook):
    """The page in which the map is drawn."""
    frame = notebook.explorer().frame_locator(".nsgkit-map iframe")
    frame.locator("path.nsgkit-bubble").first.wait_for()
    return frame


def bubble(notebook, place):
    return world(notebook).locator(f"path.nsgkit-bubble[aria-label*='{place}']").first


def rows(notebook):
    """The first cell of each row of the table."""
    table = notebook.settle().explorer().locator("table.dataTable tbody tr")
    return [row.locator("td").first.inner_text() for row in table.all()]


def test_thousands_of_outsiders_are_a_few_bubbles(run_cells, jupyter):
    notebook = run_cells(*CLINIC).wait_for("outside addresses have no known place")
    assert 3 <= world(notebook).locator("path.nsgkit-bubble").count() <= 9
    bubble(notebook, "Osaka").dispatch_event("click")
    notebook.wait_for("Place: Osaka, Japan, chosen in the map.")
    assert rows(notebook) == ["Osaka, Japan"]
    assert notebook.faults() == [] and jupyter.outside == []


@pytest.fixture(scope="module")
def explorer(jupyter):
    """One explorer for all tests that follow."""
    yield jupyter.open(jupyter.write(CELLS)).run_all().wait_for("outside addresses have no known place")
    jupyter.close()


@pytest.fixture
def fresh(explorer):
    return explorer.press("Clear").wait_for("19 places, the most first.")


def test_a_click_on_a_bubble_narrows_the_table_and_a_chip_takes_it_back(fresh, jupyter):
    assert len(rows(fresh)) == 10
    bubble(fresh, "Reykjavik").dispatch_event("click")
    fresh.wait_for("Place: Reykjavik, Iceland, chosen in the map.")
    assert rows(fresh) == ["Reykjavik, Iceland"]
    assert world(fresh).locator(".leaflet-popup-content").is_visible()
    fresh.press("Place: Reykjavik, Iceland ×").wait_for("19 places, the most first.")
    assert fresh.faults() == [] and jupyter.outside == []


def test_keys_alone_choose_a_bubble_and_go_through_the_time(fresh):
    keyboard = fresh.page.keyboard
    bubble(fresh, "Reykjavik").focus()
    keyboard.press("Enter")
    fresh.wait_for("Place: Reykjavik, Iceland, chosen in the map.")
    fresh.explorer().locator(".widget-slider .noUi-handle").first.focus()
    for hour in ("00:00 to 01:00", "01:00 to 02:00"):
        keyboard.press("ArrowRight")
        fresh.wait_for(f"Time: Wed 18 Dec {hour} UTC.")
    assert fresh.faults() == []


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_time_is_played_on_map_and_table(fresh, jupyter, theme):
    with jupyter.looking(theme, width=1280, height=1400):
        buttons = fresh.explorer().locator(".widget-play button")
        buttons.nth(0).click()
        shown = fresh.explorer().get_by_text(re.compile(r"^(Wed|Thu) 1. Dec .* to .*\d\d:00 UTC$"))
        shown.wait_for()
        expect(shown).not_to_have_text(
            shown.inner_text(), timeout=PATIENCE * 1000
        )  # a slow kernel skips some bins
        buttons.nth(1).click()
        assert world(fresh).locator(".nsgkit-time").is_hidden()
        assert fresh.faults() == []
