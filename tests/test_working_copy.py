"""A working copy of the notebooks has the path of the logs, and is nobody else's."""

import json
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from nsgkit.errors import NsgkitError
from nsgkit.working_copy import NOTEBOOKS, write_notebooks


def sources(notebook):
    return ["".join(cell["source"]) for cell in json.loads(notebook.read_text("utf-8"))["cells"]]


def test_each_copy_differs_from_its_notebook_in_the_path_and_in_links_alone(tmp_path):
    for copy in write_notebooks(tmp_path, tmp_path / "logs"):
        pairs = zip(sources(copy), sources(NOTEBOOKS / copy.name), strict=True)
        changed = [(new, old) for new, old in pairs if new != old]
        paths = 0 if "-practise-" in copy.name else 1  # practice makes its own rows
        assert sum("../data/samples" in old for _, old in changed) == paths
        assert all("../data/samples" in old or "](../" in old for _, old in changed)
        assert sum(json.dumps(str(tmp_path / "logs")) in new for new, _ in changed) == paths


def test_nothing_is_written_over(tmp_path):
    write_notebooks(tmp_path)
    with pytest.raises(NsgkitError, match=r"holds 00-start-here\.ipynb already"):
        write_notebooks(tmp_path)


def test_a_url_stays_as_it_is(tmp_path):
    url = "https://demo.blob.core.windows.net/insights-logs-flowlogflowevent"
    get = next(copy for copy in write_notebooks(tmp_path, url) if copy.name.startswith("02"))
    assert f'source = "{url}"' in "\n".join(sources(get))


def test_the_command_says_what_to_do_next(tmp_path):
    command = [sys.executable, "-m", "nsgkit", "notebooks", str(tmp_path / "case"), "--logs", str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "jupyter lab" in said and str(tmp_path / "case") in said


def test_a_copy_runs_where_it_lies(tmp_path):
    write_notebooks(tmp_path / "case")
    notebook = nbformat.read(tmp_path / "case" / "00-start-here.ipynb", 4)
    notebook.cells = notebook.cells[:8]
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path / "case")}}).execute()
