"""The JupyterLab page: it opens notebooks, changes the theme, and watches what the page does."""

import contextlib
import re
from pathlib import Path

import nbformat

from tests.browser.notebook import CONTENT, Notebook
from tests.browser.server import PATIENCE

# A page for a slow machine: anywidget gives a script of a widget two seconds to load, and then drops for ever
# what Python tells that widget. On a machine that does three things at once this says nothing of the kit.
PATIENT = f"""const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (milliseconds) => timeout(Math.max(milliseconds, {PATIENCE * 1000}));"""

OPEN = """async (path) => {
    const panel = await window.jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    await panel.context.ready;
    await panel.revealed;
    const session = panel.context.sessionContext;
    await session.ready;
    await session.session.kernel.info;
    window.strays = [];  // JupyterLab asks a new kernel for widgets before there are any: 'No such comm'
    session.iopubMessage.connect((_, {content, parent_header}) => {
        const said = content.text ?? (content.ename && `${content.ename}: ${content.evalue}`);
        const ofCell = parent_header.msg_type === 'execute_request';
        if (said && !ofCell && !said.startsWith('No such comm')) window.strays.push(said);
    });
}"""
# The kernel and all that it imported stay; the explorers, and what is shown of them, go.
EMPTY = """async (code) => {
    const {commands, shell} = window.jupyterapp;
    const notebook = shell.currentWidget.content;
    await shell.currentWidget.context.sessionContext.session.kernel.requestExecute({code}).done;
    await commands.execute('notebook:clear-all-cell-outputs');
    [notebook.activeCellIndex, notebook.mode] = [0, 'command'];
    window.strays = [];
}"""
# A saved widget is looked for up to two seconds: that there is none is not the next notebook's fault.
CLOSE = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    const searching = () => [...panel.node.querySelectorAll('.jp-OutputArea-output')]
        .some((output) => output.textContent.includes('Loading widget...'));
    const moment = () => new Promise((done) => setTimeout(done, 100));
    for (let tries = 0; tries < 50 && searching(); tries++) await moment();
    panel.context.model.dirty = false;
    await panel.context.sessionContext.shutdown();
    panel.dispose();
}"""
# A page that is not ours may say these without anything being wrong.
HARMLESS = re.compile(r"ResizeObserver loop|net::ERR_ABORTED|favicon")


class Jupyter:
    """One JupyterLab page; it is opened once and serves one notebook after another."""

    def __init__(self, server, context):
        self.server = server
        self.context = context
        self.page = None
        self.notebook = None
        self.cells = ()  # those of the notebook that `run` opened
        self.outside, self.said, self.dialogs = [], [], []
        context.route(_is_outside, self._refuse)

    def open(self, path):
        """Open the notebook at `path`, below the served folder, with a kernel of its own."""
        self.close()
        if self.page is None:
            self._load()
        self._forget()
        self.page.evaluate(OPEN, path)
        self.notebook = Notebook(self, path)
        return self.notebook

    def run(self, cells):
        """Run these cells as a notebook of their own; the same as before run again in the same kernel."""
        if self.notebook and self.cells == cells:
            self.page.mouse.move(0, 0)
            self.page.evaluate(EMPTY, "import ipywidgets\nipywidgets.Widget.close_all()")
            self._forget()
        else:
            self.open(self.write(cells, "cells.ipynb"))
            self.cells = cells
        return self.notebook.run_all()

    def _forget(self):
        self._log_from = len(self._log())
        for seen in (self.outside, self.said, self.dialogs):
            seen.clear()

    def write(self, cells, name="scratch.ipynb"):
        """Write a notebook of these cells beside the real ones, and return its path."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(notebook, self.server.root / "notebooks" / name)
        return f"notebooks/{name}"

    @contextlib.contextmanager
    def looking(self, theme="Light", width=1280, height=900):
        """Show the page in JupyterLab's own `Light` or `Dark` theme in this size, and then as it was."""
        if self.page is None:
            self._load()
        self._theme(theme)
        self.page.set_viewport_size({"width": width, "height": height})
        yield
        if self.page:
            self.page.set_viewport_size({"width": 1280, "height": 900})
            self._theme("Light")

    def panel_text(self):
        """All words of the notebook that can be seen."""
        return self.notebook.panel.inner_text()

    def close(self):
        """Close the notebook and end its kernel; a page that asks something back is thrown away."""
        self.cells = ()
        if self.notebook:
            self.notebook = None
            self.page.mouse.move(0, 0)  # what the mouse points at outlives the notebook
            self.page.evaluate(CLOSE)
            if self.page.locator(".jp-Dialog").count():
                self.discard()

    def discard(self):
        """Throw the page away: the next notebook gets a new one."""
        self.page.close()
        self.page = self.notebook = None
        self.cells = ()
        self.server.stop_kernels()

    def faults(self):
        """What the page did that it must not: requests to the outside, errors, dialogs, lost words."""
        strays = self.page.evaluate("() => window.strays")
        log = self._log()[self._log_from :]
        failed = re.findall(r"^\w*(?:Error|Exception)\b.*$", log, re.MULTILINE) if "Traceback" in log else []
        return [
            *(f"outside request: {url}" for url in dict.fromkeys(self.outside)),
            *(f"the page's console: {text}" for text in self.said if not HARMLESS.search(text)),
            *(f"a dialog opened: {text}" for text in self.dialogs),
            *(f"a handler's words got only into the log: {_last_line(text)}" for text in strays),
            *(f"the kernel failed outside of any cell: {text}" for text in failed),
        ]

    def keep(self, folder: Path):
        """Keep what a person needs to see why a test failed, and return the paths."""
        folder.mkdir(parents=True, exist_ok=True)
        picture, notebook, console = (folder / n for n in ("page.png", "notebook.ipynb", "console.txt"))
        self.page.screenshot(path=picture)
        notebook.write_text(self.page.evaluate(CONTENT), "utf-8")
        words = [*self.faults(), "", "The page's console:", *self.said, "", "The server's log:", self._log()]
        console.write_text("\n".join(words), "utf-8")
        return picture, notebook, console

    def _load(self):
        self.page = self.context.new_page()
        self.page.add_init_script(PATIENT)
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.on("console", lambda m: self.said.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.said.append(f"uncaught: {error}"))
        self.page.on("dialog", self._dismiss)
        self.page.goto(f"{self.server.address}/lab?reset&token={self.server.token}")
        self.page.wait_for_selector(".jp-Launcher", timeout=PATIENCE * 1000)
        self.page.evaluate("() => window.jupyterapp.restored")
        # JupyterLab leaves out what is out of sight: without this, it has no text and no size.
        self.page.add_style_tag(content=".jp-Cell { content-visibility: visible !important; }")

    def _theme(self, name):
        full_name = f"JupyterLab {name}"
        change = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
        self.page.evaluate(change, full_name)
        self.page.wait_for_selector(f'body[data-jp-theme-name="{full_name}"]', state="attached")
        # While its curtain falls, JupyterLab takes no other theme: it would remove the curtain twice.
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def _dismiss(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _refuse(self, route):
        self.outside.append(route.request.url)
        route.abort()

    def _log(self):
        return self.server.log.read_text("utf-8", errors="replace")


def _is_outside(url):
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))


def _last_line(text):
    lines = [line for line in re.sub(r"\x1b\[[\d;]*m", "", text).splitlines() if line.strip()]
    return lines[-1] if lines else text
