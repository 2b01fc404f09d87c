"""Maps: names that try to run, the saved file opened by itself, and what a notebook keeps of a map."""

import json
import re

import pandas as pd
import pytest

from nsgkit import schema, views
from nsgkit.html import visible
from tests.browser.server import PATIENCE
from tests.browser.test_hostile_names import NAMES
from tests.browser.test_saved import SAVE
from tests.views.test_maps import OSLO, SEEN, SUVA, link, row, table

BIG = str(1337 * 7331)  # what the first of the names would be, evaluated
ALL = " ".join(NAMES)
# Each mark, pressed as with the Enter key: what its popup says, and what it is called.
PRESSED = """() => [...document.querySelectorAll('path.nsgkit-bubble, path.nsgkit-shade')].map((mark) => {
    mark.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true}));
    return [document.querySelector('.leaflet-popup-content').innerText, mark.getAttribute('aria-label')];
})"""
CELL = """import pandas as pd
from nsgkit import schema, views
places = pd.DataFrame({rows!r})
for name in ("first", "last"):
    places[name] = pd.Timestamp("2024-12-19 09:00", tz="UTC")
views.places_map(schema.typed(places, schema.PLACES))"""


def place(name, number, **figures):
    """A place that is called `name` wherever a table holds text, countries' codes too."""
    where = (name, name, 8.0 * number - 20, 10.0 + 9 * number)
    return row(where, **{"city": name, "place_source": name, "largest": name, "connections": 3} | figures)


def hostile():
    """Maps of hostile tables: bubbles and lines, bins of time, places at one point, countries."""
    places = [place(name, number) for number, name in enumerate(NAMES)]
    lost = [place(ALL, 0, lat=None, lon=None)]
    links = [
        link((name, "", 50.0, 0.0), (name, name, known["lat"], known["lon"]), connections=1)
        for name, known in zip(NAMES, places, strict=True)
    ]
    bins = [{"start": SEEN, "end": SEEN + pd.Timedelta(hours=1)} | known for known in places]
    at_one = [known | {"lat": 10.0, "lon": 10.0} for known in places]
    return {
        "lines": views.places_map(table(*places, *lost), links=table(*links, of=schema.PLACE_LINKS)),
        "bins": views.places_map(table(*bins, of=[*schema.SPAN, *schema.PLACES])),
        "at one point": views.places_map(table(*at_one)),
        "countries": views.country_map(table(*places, *lost)),
    }


@pytest.fixture(scope="module")
def opened(jupyter, tmp_path_factory):
    """Open a map's saved file, in a page from which nothing is fetched."""
    pages = []

    def open_file(drawn):
        file = tmp_path_factory.mktemp("map") / "map.html"
        drawn.save(file)
        page = jupyter.context.new_page()
        pages.append(page)
        page.said = []
        page.on("dialog", lambda dialog: (page.said.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("console", lambda message: page.said.append(message.text))
        page.route("file://**", lambda route: route.continue_())
        jupyter.outside.clear()
        page.goto(file.as_uri())
        page.locator("path.nsgkit-land").first.wait_for(state="attached")
        return page

    yield open_file
    for page in pages:
        page.close()


def check(page, jupyter):
    assert (page.said, jupyter.outside) == ([], [])
    assert page.evaluate("() => window.pwned") is None
    assert BIG not in page.content()
    assert page.locator('img[src="x"], a[href="x"], [onmouseover]').count() == 0


@pytest.mark.parametrize("kind", ["lines", "bins", "at one point", "countries"])
def test_hostile_names_are_shown_and_nothing_happens(jupyter, opened, kind):
    page = opened(hostile()[kind])
    pressed = page.evaluate(PRESSED)
    if kind == "bins":
        page.get_by_role("button", name="Play").click()
        page.get_by_text("2024-12-19 09:00 to 2024-12-19 10:00 UTC").wait_for()
    for mark in page.locator("path.nsgkit-bubble").all()[:3]:
        mark.hover(force=True)
    check(page, jupyter)
    shown = " ".join(" ".join(text for pair in pressed for text in pair).split())
    assert all(" ".join(visible(name).split()) in shown for name in NAMES)
    if kind in ("lines", "countries"):
        assert visible(ALL) in page.locator(".nsgkit-head").inner_text()
    assert not re.search("[\u202e\u200b]", page.locator("body").inner_text())


def test_the_saved_file_is_a_map_with_outlines_bubbles_and_popups(jupyter, opened):
    page = opened(views.places_map(table(row(OSLO, connections=100), row(SUVA, connections=25, denied=4))))
    assert page.locator("path.nsgkit-land").count() > 170
    assert (
        page.locator("path.nsgkit-allowed").count() == 2 and page.locator("path.nsgkit-denied").count() == 1
    )
    sizes = page.locator("path.nsgkit-allowed").evaluate_all("marks => marks.map(m => m.getBBox().width)")
    assert sizes[0] / sizes[1] == pytest.approx(2, rel=0.02)  # four times the area
    page.locator("path.nsgkit-allowed").first.click()
    assert "Oslo" in page.locator(".leaflet-popup-content").inner_text()
    page.get_by_role("checkbox", name="Denied").uncheck()
    assert page.locator("path.nsgkit-denied").count() == 0
    check(page, jupyter)


def test_a_click_tells_the_page_around_the_map_a_number_and_no_text(jupyter):
    page = jupyter.context.new_page()
    page.set_content(views.places_map(table(row(SUVA), row(OSLO, connections=100)))._repr_html_())
    page.evaluate("() => { window.heard = []; addEventListener('message', (m) => heard.push(m.data)); }")
    page.frame_locator("iframe").locator("path.nsgkit-allowed").click()
    page.wait_for_function("() => heard.length")
    assert page.evaluate("() => heard") == [{"nsgkit": "place", "place": 1}]
    page.close()


@pytest.fixture(scope="module")
def notebook_file(jupyter):
    """A notebook that shows a map, run, saved and closed."""
    rows = table(row(OSLO, connections=3, city="Oslo")).drop(columns=["first", "last"]).to_dict("records")
    notebook = jupyter.open(jupyter.write([CELL.format(rows=rows)], "map.ipynb")).run_all()
    jupyter.page.frame_locator("iframe").locator("path.nsgkit-allowed").wait_for(state="attached")
    assert not notebook.faults()
    assert jupyter.page.evaluate(SAVE)
    jupyter.close()
    path = jupyter.server.root / "notebooks" / "map.ipynb"
    yield path
    path.unlink()


def outputs(jupyter, path):
    """How many maps and pictures can be seen below the cell, and whether the map hides the picture."""
    jupyter.open(path)
    jupyter.page.locator(".jp-OutputArea-output img").wait_for(timeout=PATIENCE * 1000)
    jupyter.page.wait_for_timeout(1000)
    seen = jupyter.page.evaluate("""() => {
        const [output] = document.querySelectorAll('.jp-OutputArea-output');
        const picture = output.querySelector('img'), box = picture.getBoundingClientRect();
        const top = document.elementFromPoint(box.x + box.width / 2, box.y + 40);
        const maps = output.querySelectorAll('iframe').length;
        return {maps, width: picture.naturalWidth, top: top.tagName};
    }""")
    jupyter.close()
    return seen


def test_a_trusted_notebook_shows_the_map_over_its_picture(jupyter, notebook_file):
    seen = outputs(jupyter, f"notebooks/{notebook_file.name}")
    assert (seen["maps"], seen["top"]) == (1, "IFRAME")
    assert jupyter.outside == []


def test_a_notebook_that_nobody_trusts_shows_the_picture(jupyter, notebook_file):
    sent = json.loads(notebook_file.read_text("utf-8"))
    sent["metadata"]["sent"] = "on"  # its signature is another now
    (notebook_file.parent / "sent-map.ipynb").write_text(json.dumps(sent), "utf-8")
    seen = outputs(jupyter, "notebooks/sent-map.ipynb")
    assert (seen["maps"], seen["top"]) == (0, "IMG") and seen["width"] > 900
    assert jupyter.outside == []
