"""Every notebook, run as a reader runs it: offline, narrow and light, then wide and dark."""

import pytest

from tests import runs
from tests.browser import pictures
from tests.browser.server import REPOSITORY

NOTEBOOKS = sorted(path.name for path in (REPOSITORY / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_all_of_it_runs_and_is_drawn(name, open_notebook, jupyter, tmp_path, tmp_path_factory):
    notebook = open_notebook(name)
    notebook.check()
    runs.keep(notebook.content(), name, runs.folder(tmp_path_factory))  # tests/notebooks reads on in it
    pictures.take(notebook, tmp_path)
    with jupyter.looking("Dark", width=1920):
        notebook.check()


def test_every_picture_has_been_taken_and_none_is_left_over():
    kept = {path.name for path in pictures.FOLDER.iterdir()}
    assert kept == {*pictures.SUBJECTS, "tour.gif"}
