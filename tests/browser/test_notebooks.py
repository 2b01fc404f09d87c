"""Every notebook, run as a reader runs it: offline, narrow and light, then wide and dark."""

import pytest

from tests.browser.server import REPOSITORY

NOTEBOOKS = sorted(path.name for path in (REPOSITORY / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_all_of_it_runs_and_is_drawn(name, open_notebook, jupyter):
    notebook = open_notebook(name)
    assert notebook.faults() == []
    with jupyter.looking("Dark", width=1920):
        assert notebook.faults() == []
