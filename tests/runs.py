"""A notebook's run, made once for one session of tests, and looked at by all who ask only what came of it.

The browser runs each notebook as a reader does, and keeps what came of it here. Whoever comes first, or where
there is no browser, runs it without one.
"""

import os

import nbformat
from nbclient import NotebookClient

from tests.reference import ROOT


def folder(tmp_path_factory):
    """Where the runs of this session lie: a new folder for each, one for all side by side."""
    own = tmp_path_factory.getbasetemp()
    kept = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "runs"
    kept.mkdir(exist_ok=True)
    return kept


def keep(notebook, name, kept):
    """Keep a notebook with its outputs: all of it at once, so that nobody reads half of it."""
    half = kept / f"{name}.{os.getpid()}"
    half.write_text(nbformat.writes(notebook), "utf-8")
    half.replace(kept / name)


def run(path, kept):
    """The notebook after it was run in its own folder, as JupyterLab runs it."""
    if not (kept / path.name).exists():
        notebook = nbformat.read(path, 4)
        _execute(notebook, ROOT / "notebooks")
        keep(notebook, path.name, kept)
    return nbformat.read(kept / path.name, 4)


def run_on(path, logs, folder):
    """The notebook after it was run in a folder on other logs: only its cell of parameters is changed."""
    notebook = nbformat.read(path, 4)
    (parameters,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    parameters.source = parameters.source.replace("../data/samples", logs.as_posix())
    _execute(notebook, folder)
    return notebook


def _execute(notebook, folder):
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}}).execute()
