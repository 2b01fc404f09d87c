"""One open notebook, with the words of a person at work: run, press, set, brush, read."""

import ast
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from playwright.sync_api import TimeoutError as NotInTime

from tests.browser.server import PATIENCE

DRAWN = (Path(__file__).parent / "drawn.js").read_text("utf-8")
EVALUATE = """async (code) => {
    const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
    const reply = await kernel.requestExecute({code: '', user_expressions: {value: code}}).done;
    const value = reply.content.user_expressions.value;
    if (value.status !== 'ok') throw new Error(value.evalue);
    return value.data['text/plain'];
}"""
SCROLL = """async () => {
    const cells = window.jupyterapp.shell.currentWidget.content.widgets;
    for (const cell of [...cells, cells[0]]) {
        cell.node.scrollIntoView();
        await new Promise(requestAnimationFrame);
    }
}"""
# The kernel answers in order: after this, it has dealt with everything that was pressed before.
SETTLED = """() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel
    .requestExecute({code: '', store_history: false}).done.then(() => true)"""
CONTENT = "() => JSON.stringify(window.jupyterapp.shell.currentWidget.context.model.toJSON(), null, 1)"
_AXIS = re.compile(r" for a utc scale with values from (?P<first>.+? UTC) to (?P<last>.+? UTC)$")


class Notebook:
    def __init__(self, jupyter, path):
        self.jupyter = jupyter
        self.path = path
        self.page = jupyter.page
        self.panel = self.page.locator(".jp-NotebookPanel:visible")

    def run_all(self):
        """Run All, and wait until the last cell has finished."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        return self

    def settle(self):
        """Wait until the kernel has dealt with everything that was pressed and set.

        A widget holds its next change back until the kernel has answered the one before: so ask twice.
        """
        for _ in range(2):
            self.page.evaluate(SETTLED)
            self.page.wait_for_timeout(50)
        return self

    def faults(self, patience=PATIENCE):
        """All that is wrong with the notebook and the page, after time enough to draw; [] when clean."""
        deadline = time.monotonic() + patience
        while True:
            self.settle()
            self.page.evaluate(SCROLL)
            self.page.wait_for_timeout(300)
            faults = [*self.page.evaluate(DRAWN), *self.jupyter.faults()]
            if not faults or time.monotonic() > deadline:
                return faults

    def check(self):
        """Fail with all that is wrong, one line each."""
        faults = self.faults()
        assert not faults, "\n" + "\n".join(faults)
        return self

    def control(self, label):
        """The field beside the label, or the box to tick before it."""
        beside = f".jupyter-widgets:has(> .widget-label:text-is({label!r}))"
        box = f".widget-checkbox:has(:text-is({label!r}))"
        return self.panel.locator(f"{beside}, {box}").locator("input, select, textarea").last

    def button(self, label):
        return self.panel.get_by_role("button", name=label, exact=True)

    def set(self, label, value):
        """Choose, tick or type `value` in the control called `label`, and leave it."""
        choices = self.panel.locator(f".widget-toggle-buttons:has(> .widget-label:text-is({label!r}))")
        if choices.count():
            choices.last.get_by_role("button", name=value, exact=True).click()
            return self.settle()
        control = self.control(label)
        control.scroll_into_view_if_needed()
        if control.evaluate("node => node.tagName") == "SELECT":
            control.select_option(value)
        elif isinstance(value, bool):
            control.set_checked(value)
        else:
            control.fill(value)
            control.blur()
        return self.settle()

    def press(self, label):
        self.button(label).click()
        return self

    def wait_for(self, text):
        """Wait until the text is in sight below a cell."""
        words = self.panel.locator(".jp-OutputArea-output").get_by_text(text)
        try:
            words.first.wait_for(state="visible")
        except NotInTime:
            raise AssertionError("\n".join([f"{text!r} did not appear.", *self.faults(patience=0)])) from None
        return self

    def status(self):
        """What the explorers' status lines say now."""
        return self.settle().panel.locator(".nsgkit-status:visible").all_inner_texts()

    def chart(self, title, number=0):
        """The drawing of the chart with that title; the first of several, or that number."""
        heading = self.page.locator(f".role-title-text:has-text({title!r})")
        drawing = self.panel.locator("svg.marks").filter(has=heading).nth(number)
        drawing.wait_for()
        return drawing

    def output(self, text):
        """The output that holds these words."""
        return self.panel.locator(".jp-OutputArea-output").filter(has_text=text).first

    def explorer(self, number=0):
        """The explorer of that number, counted from the top."""
        return self.panel.locator(".nsgkit-panel").nth(number)

    def in_sight(self, what):
        """How much of a control or chart can be seen without scrolling, from 0 to 1."""
        node = self.control(what) if what == "Filter" else self.chart(what)
        box, seen = node.bounding_box(), self.panel.locator(".jp-WindowedPanel-outer").bounding_box()
        top, bottom = max(box["y"], seen["y"]), min(box["y"] + box["height"], seen["y"] + seen["height"])
        return max(0, bottom - top) / box["height"]

    def brush(self, title, start, end, number=0):
        """Drag over the chart from one UTC time to another, given as `2024-12-19 10:00`."""
        chart = self.chart(title, number)
        chart.scroll_into_view_if_needed()
        axis = chart.locator('[aria-label*=" for a utc scale"]').first
        span = _AXIS.search(axis.get_attribute("aria-label"))
        line = axis.locator(".role-axis-domain line").bounding_box()
        first, last = (_spoken(span[name]) for name in ("first", "last"))
        places = [line["x"] + line["width"] * ((_utc(t) - first) / (last - first)) for t in (start, end)]
        height = line["y"] - 20
        self.page.mouse.move(places[0], height)
        self.page.mouse.down()
        self.page.mouse.move(places[1], height, steps=8)
        self.page.mouse.up()
        self.page.wait_for_timeout(300)  # the chart tells Python a moment later
        return self

    def table(self, number=0):
        """The rows of the notebook's table of that number, each as heading -> text."""
        table = self.settle().panel.locator(".jp-OutputArea-output table:visible").nth(number)
        table.wait_for()
        headings = table.locator("thead tr").last.locator("th").all_inner_texts()
        rows = table.locator("tbody tr").all()
        return [dict(zip(headings, row.locator("th, td").all_inner_texts(), strict=True)) for row in rows]

    def evaluate(self, expression):
        """What a Python expression is in the notebook's kernel (a literal)."""
        return ast.literal_eval(self.page.evaluate(EVALUATE, expression))

    def content(self):
        """The notebook as it would be saved now, with its outputs."""
        return nbformat.reads(self.page.evaluate(CONTENT), 4)

    def text(self):
        """All words in sight below the cells."""
        return "\n".join(self.settle().panel.locator(".jp-OutputArea-output").all_inner_texts())

    def screenshot(self, path):
        """Take a picture of the whole notebook, however long."""
        self.page.evaluate(SCROLL)
        shown = self.page.viewport_size
        tall = self.page.evaluate(
            "() => Math.max(...window.jupyterapp.shell.currentWidget.content.widgets"
            ".map(c => c.node.offsetTop + c.node.offsetHeight))"
        )
        self.page.set_viewport_size({**shown, "height": min(int(tall) + 160, 12_000)})
        self.page.evaluate(SCROLL)
        self.page.wait_for_timeout(500)
        self.page.screenshot(path=path)
        self.page.set_viewport_size(shown)


def _utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _spoken(text):
    """Vega's words for a time: Thursday, 19 December 2024, 11:10:17 PM UTC."""
    return datetime.strptime(text, "%A, %d %B %Y, %I:%M:%S %p UTC").replace(tzinfo=UTC)
