"""The README's pictures and its tour, made from the samples: `python -m tests.browser.pictures`.

They are taken by what the browser tests drive, and tests/browser/test_notebooks.py takes the pictures too,
so a picture whose subject has gone is a failing test.
"""

import io
import sys

from PIL import Image

from tests.browser import chromium, server
from tests.browser.jupyter import Jupyter

FOLDER = server.REPOSITORY / ".github" / "pictures"
FIRST, FIELDS = "00-start-here.ipynb", "03-know-your-flow-log.ipynb"
PLACES = "07-where-in-the-world.ipynb"
OVER_TIME = "Connections and denied attempts over time"
BAR = '[aria-label*="Decision: allowed"]'
DENIED = "1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,,"
# Picture -> the notebook it is taken in, and what of it stands below one another.
SUBJECTS = {
    "start-here.png": (FIRST, lambda n: [n.output("FlowLogs"), n.chart(OVER_TIME)]),
    "field-explorer.png": (FIELDS, lambda n: [_explained(n, DENIED)]),
    "map.png": (PLACES, lambda n: [_map(n)]),
}
TOUR_SIZE, TOUR_COLOURS = (900, 620), 96


def _explained(notebook, text):
    """The field explorer that is open, with this text in it."""
    explorer = notebook.explorer()
    explorer.locator("textarea").fill(text)
    notebook.settle()
    return explorer


def _map(notebook):
    """The first map, with its marks drawn: a page within the page."""
    frame = notebook.page.locator(".jp-OutputArea-output iframe").first
    frame.scroll_into_view_if_needed()
    frame.content_frame.locator(".nsgkit-bubble").first.wait_for()
    return frame


def take(notebook, folder):
    """Take the pictures that are taken in this notebook."""
    for name, (where, subjects) in SUBJECTS.items():
        if notebook.path.endswith(where):
            parts = [Image.open(io.BytesIO(subject.screenshot())) for subject in subjects(notebook)]
            _stack(parts).save(folder / name, optimize=True)


def tour(jupyter):
    """Walk through the first notebook and the field explorer; yield a frame and its seconds at each stop."""
    with jupyter.looking("Light", width=1160, height=800):
        notebook = jupyter.open(f"notebooks/{FIRST}")
        notebook.page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
        yield _frame(notebook), 2
        notebook.run_all()
        notebook.check()
        yield _frame(notebook, notebook.output("FlowLogs")), 3
        yield _frame(notebook, notebook.chart(OVER_TIME)), 3
        notebook.chart(OVER_TIME).locator(BAR).nth(20).hover()
        yield _frame(notebook), 2
        notebook.page.mouse.move(0, 0)
        jupyter.close()
        notebook = jupyter.open(f"notebooks/{FIELDS}").run_all()
        explorer = notebook.explorer()
        field = explorer.locator("textarea")
        for length in (0, 16, 30, 47, len(DENIED)):
            field.fill(DENIED[:length])
            notebook.settle()
            yield _frame(notebook, explorer, "start"), 1.2
        jupyter.close()
    notebook = jupyter.open(f"notebooks/{FIRST}").run_all()
    with jupyter.looking("Dark", width=1160, height=800):
        notebook.check()
        yield _frame(notebook, notebook.chart(OVER_TIME)), 3
    jupyter.close()


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    with server.running() as lab, chromium.context(device_scale_factor=1) as context:
        jupyter = Jupyter(lab, context)
        for name in (FIRST, FIELDS, PLACES):
            notebook = jupyter.open(f"notebooks/{name}").run_all()
            notebook.check()
            take(notebook, FOLDER)
            jupyter.close()
        frames, seconds = zip(*tour(jupyter), strict=True)
    first, *others = [f.quantize(TOUR_COLOURS, dither=Image.Dither.NONE) for f in frames]
    times = [int(1000 * s) for s in seconds]
    first.save(
        FOLDER / "tour.gif", save_all=True, append_images=others, duration=times, loop=0, optimize=True
    )
    for path in sorted(FOLDER.iterdir()):
        sys.stdout.write(f"{path.relative_to(server.REPOSITORY)}  {path.stat().st_size:,} bytes\n")


def _frame(notebook, subject=None, at="center"):
    if subject:
        subject.evaluate("(node, block) => node.scrollIntoView({block})", at)
    notebook.page.wait_for_timeout(400)
    picture = Image.open(io.BytesIO(notebook.page.screenshot()))
    return picture.convert("RGB").resize(TOUR_SIZE, Image.Resampling.LANCZOS)


def _stack(parts, margin=16):
    width = max(part.width for part in parts) + 2 * margin
    height = sum(part.height + margin for part in parts) + margin
    page = Image.new("RGB", (width, height), "white")
    top = margin
    for part in parts:
        page.paste(part, (margin, top))
        top += part.height + margin
    return page


if __name__ == "__main__":
    main()
