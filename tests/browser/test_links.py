"""JupyterLab as README's command starts it: what it opens first, and where each relative link leads."""

import posixpath
import re

import nbformat
import pytest

from tests.browser.server import REPOSITORY, readme_options

NOTEBOOKS = sorted(path.name for path in (REPOSITORY / "notebooks").glob("*.ipynb"))
# The path of the document in front, below the folder that JupyterLab serves.
IN_FRONT = """() => {
    const widget = window.jupyterapp.shell.currentWidget;
    return widget && widget.context ? widget.context.path : null;
}"""
BACK = """async (path) => {
    const front = window.jupyterapp.shell.currentWidget;
    await front.context.ready;
    if (front.context.sessionContext) {
        await front.context.sessionContext.ready;
        await front.context.sessionContext.shutdown();
    }
    front.context.model.dirty = false;
    front.dispose();
    await window.jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook'});
}"""


def relative_links(name):
    """The targets of a notebook's links to files, as they stand in its markdown."""
    cells = nbformat.read(REPOSITORY / "notebooks" / name, 4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return sorted(set(re.findall(r"\]\((?!https?:|#)([^)]+)\)", text)))


def test_the_notebook_that_the_command_names_lies_below_its_root(jupyter):
    """The harness allows the command no browser: this goes to the address that it would open."""
    *_, first = readme_options()
    page = jupyter.context.new_page()
    page.goto(f"{jupyter.server.address}/lab/tree/{first}?token={jupyter.server.token}")
    page.wait_for_function(f"path => window.jupyterapp && ({IN_FRONT})() === path", arg=first)
    page.close()
    jupyter.server.stop_kernels()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_each_relative_link_opens_its_file_at_a_click(jupyter, name):
    """In each notebook each link is there and leads to its file; the first that has it clicks it, too."""
    path, links = f"notebooks/{name}", relative_links(name)
    clicked_before = {link for other in NOTEBOOKS if other < name for link in relative_links(other)}
    assert links
    notebook = jupyter.open(path)
    for link in links:
        target = posixpath.normpath(f"notebooks/{link.partition('#')[0]}")
        anchor = notebook.panel.locator(f'.jp-RenderedMarkdown a[href*="{target}"]').first
        anchor.wait_for(state="attached")
        if link in clicked_before:
            continue
        anchor.evaluate("link => link.closest('details')?.setAttribute('open', '')")  # a folded answer
        anchor.scroll_into_view_if_needed()
        anchor.click()
        notebook.page.wait_for_function(f"path => ({IN_FRONT})() === path", arg=target)
        notebook.page.evaluate(BACK, path)
    jupyter.close()
