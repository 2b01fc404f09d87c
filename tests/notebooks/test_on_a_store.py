"""Each notebook on logs runs on a store of them: its path is changed, and no cell. The answers are the same.

Not notebook 02: it downloads and verifies blobs, and reads the logs of an evidence folder of its own.
"""

import json
import re

import pytest

import nsgkit
from tests import runs
from tests.conftest import SAMPLES
from tests.reference import ROOT

PATHS = [path for path in sorted((ROOT / "notebooks").glob("0*.ipynb")) if not path.stem.startswith("02")]
CHART = "application/vnd.vegalite.v5+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
AN_OBJECT = re.compile(r"<[^<>]* at 0x[0-9a-f]+>")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store of the samples."""
    folder = tmp_path_factory.mktemp("stores") / "store"
    nsgkit.ingest(SAMPLES, folder)
    return folder


@pytest.fixture(scope="module", params=PATHS, ids=lambda path: path.stem)
def both(request, store, tmp_path_factory):
    """The notebook's cells after it was run on the samples' folder, and on the store."""
    folder = runs.run(request.param, runs.folder(tmp_path_factory))
    stored = runs.run_on(request.param, store, tmp_path_factory.mktemp("run"))
    return folder, stored


def told(notebook):
    """What each cell told, as far as it can be compared: words and the rows of charts.

    What a case answers is left out: the one beside the notebooks may be there from another run, and its lines
    have other numbers.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and "case." not in cell.source]
    return {cell.id: (_printed(cell), *filter(None, map(_told, cell.outputs))) for cell in cells}


def _printed(cell):
    """What a cell printed: the kernel may tell it in pieces, before or after what the cell gives."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def _told(output):
    data = output.get("data", {})  # none of what was printed
    if CHART in data:
        return sorted(json.dumps(_whole(rows), sort_keys=True) for rows in data[CHART]["datasets"].values())
    if WIDGET in data:
        return "a widget"
    text = data.get("text/plain", "")  # empty where a bar is done
    return AN_OBJECT.sub("an object", text)


def _whole(value):
    """A whole number as a browser saves it, which writes 1 for 1.0."""
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def test_it_warns_of_nothing(both):
    outputs = [output for cell in both[1].cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output.text for output in outputs if output.get("name") == "stderr"]


def test_every_cell_says_the_same(both):
    folder, stored = map(told, both)
    assert [cell for cell in folder if folder[cell] != stored[cell]] == []
