"""A notebook that was saved, closed and opened again, or sent on: its pictures and words are still there."""

import json
import re
import shutil
import subprocess
import sys
import time

import pytest

from tests.browser.server import PATIENCE

SAVE = """async () => {
    await window.jupyterapp.commands.execute('docmanager:save');
    return !window.jupyterapp.shell.currentWidget.context.model.dirty;
}"""
# Of each output: its words, and the pictures in it that are drawn.
OUTPUTS = """() => [...document.querySelectorAll('.jp-NotebookPanel .jp-OutputArea-child')]
    .filter((output) => output.checkVisibility())
    .map((output) => ({
        words: output.innerText,
        lines: new Set([...output.querySelectorAll('div')].filter((div) => div.innerText)).size,
        pictures: [...output.querySelectorAll('img')].filter((img) => img.naturalWidth > 50).length
            + output.querySelectorAll('svg.marks').length,
    }))"""
CELLS = [
    "import nsgkit\nfrom nsgkit import analyses, explore, views\n"
    "logs = nsgkit.read_logs('../data/samples', start='2024-12-19 09:00', end='2024-12-19 10:00')\nlogs",
    "views.over_time(analyses.over_time(nsgkit.conversations(logs)))",
    "explore.traffic_explorer(logs)",
]
# nbconvert's own pages fetch two scripts: README's command tells it not to.
OFFLINE = ("--HTMLExporter.mathjax_url=", "--HTMLExporter.require_js_url=")
EXPLORER = "An explorer: it works while the kernel of its notebook runs."
LEFT = "What the explorer showed last."


def outputs(jupyter):
    """What can be seen below the cells, as soon as all six pictures are drawn; after a while, as it is."""
    deadline = time.monotonic() + PATIENCE
    while True:
        jupyter.page.wait_for_timeout(500)
        seen = jupyter.page.evaluate(OUTPUTS)
        if sum(output["pictures"] for output in seen) >= 6 or time.monotonic() > deadline:
            return seen


def saved(jupyter, run_cells):
    """Run the cells, narrow the explorer, keep a picture of it, save and close; return the file."""
    notebook = run_cells(*CELLS)
    notebook.wait_for("conversations, denied attempts included")
    notebook.set("Filter", "dst_port:22").press("Keep this picture").wait_for("Kept at")
    jupyter.page.wait_for_timeout(3000)  # the last state is drawn when nothing has changed for a moment
    assert LEFT not in jupyter.panel_text()  # the living explorer shows the same already
    notebook.check()
    assert jupyter.page.evaluate(SAVE)
    file = jupyter.server.root / notebook.path
    jupyter.close()
    return file


@pytest.fixture(scope="module")
def file(jupyter):
    path = saved(jupyter, lambda *cells: jupyter.open(jupyter.write(cells, "saved.ipynb")).run_all())
    yield path
    path.unlink()


def is_dead(output):
    """Whether it is a widget whose kernel is gone."""
    return re.search("model not found|Loading widget", output["words"]) or output["words"] == EXPLORER


def check(seen):
    assert sum(bool(is_dead(output)) for output in seen) <= 1  # the explorer itself, and no bar of progress
    logs, chart, left = [output for output in seen if not is_dead(output)]
    assert logs["pictures"] == 1
    assert "351" not in logs["words"] and "flow rows from 2024-12-19 09:00" in logs["words"]
    assert chart["pictures"] == 1
    assert left["pictures"] == 4  # two that were kept, and the same two as the last state
    assert re.search(r"Kept at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\.", left["words"])
    assert LEFT in left["words"] and left["words"].count("dst_port:22") >= 2


def test_opened_again_without_running_it(jupyter, file):
    jupyter.open(f"notebooks/{file.name}")
    try:
        check(outputs(jupyter))
        assert jupyter.outside == []
    finally:
        jupyter.close()


def test_opened_by_somebody_who_does_not_trust_it(jupyter, file):
    sent = json.loads(file.read_text("utf-8"))
    sent["metadata"]["sent"] = "on"  # its signature is another now
    (file.parent / "sent.ipynb").write_text(json.dumps(sent), "utf-8")
    jupyter.open("notebooks/sent.ipynb")
    try:
        trusted = "() => window.jupyterapp.shell.currentWidget.content.widgets.every((c) => c.model.trusted)"
        assert not jupyter.page.evaluate(trusted)
        check(outputs(jupyter))
    finally:
        jupyter.close()


def test_exported_to_html(jupyter, file, tmp_path):
    shutil.copy(file, tmp_path / "n.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "html", *OFFLINE, "n.ipynb"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    page = jupyter.context.new_page()
    jupyter.outside.clear()
    page.set_content((tmp_path / "n.html").read_text("utf-8"), wait_until="load")
    shown = "() => [...document.images].filter((i) => i.checkVisibility() && i.naturalWidth > 50).length"
    assert page.evaluate(shown) == 6
    words = page.inner_text("body")
    assert LEFT in words and "Kept at" in words
    page.screenshot(path=tmp_path / "n.png", full_page=True)
    page.close()
    assert jupyter.outside == []
