"""A working copy of the notebooks: for one's own logs, in a folder of one's own."""

import json
import re
from pathlib import Path

from nsgkit.errors import NsgkitError

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
_LOGS = re.compile(r'^(path|source) = ("(?:[^"\\]|\\.)*")')  # in a notebook's parameters cell
_BESIDE = re.compile(r"\]\(\.\./(\w+\.md)(#[\w-]*)?\)")  # a link to what lies beside the notebooks


def write_notebooks(folder: str | Path, logs: str | Path | None = None) -> list[Path]:
    """Copy the notebooks into a folder, each with the path of the logs in it; return the copies.

    `logs` is a folder or file of logs, or a container's URL for notebook 02; by default the samples. What the
    copies become is the analyst's: nothing that is there already is written over.

    Raises NsgkitError where the folder holds such a notebook, or the notebooks are not there to be copied.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     [copy.name for copy in write_notebooks(folder, "my-logs")][0]
    '00-start-here.ipynb'
    """
    found = sorted(NOTEBOOKS.glob("*.ipynb"))
    if not found:
        raise NsgkitError(
            "The notebooks are not installed with this package. Clone nsgkit as its README says, and run "
            "this in the clone."
        )
    folder, path = Path(folder).expanduser(), _path(logs)
    if there := [notebook.name for notebook in found if (folder / notebook.name).exists()]:
        raise NsgkitError(
            f"{folder} holds {there[0]} already, and nothing is written over. Name a new folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for notebook in found:
        (folder / notebook.name).write_text(_with_path(notebook.read_text("utf-8"), path), "utf-8")
    return [folder / notebook.name for notebook in found]


def _path(logs: str | Path | None) -> str:
    if logs is None:
        return str(NOTEBOOKS.parent / "data" / "samples")
    text = str(logs)
    return text if "://" in text else str(Path(text).expanduser().resolve())


def _with_path(text: str, path: str) -> str:
    """Return a notebook with the path in its parameters cell, and links that lead to the package's texts."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        cell["source"] = [_line(line, path) for line in cell["source"]]
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _line(line: str, path: str) -> str:
    line = _LOGS.sub(lambda found: f"{found[1]} = {json.dumps(path)}", line)
    return _BESIDE.sub(lambda found: f"]({(NOTEBOOKS.parent / found[1]).as_uri()}{found[2] or ''})", line)
