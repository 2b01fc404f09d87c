"""What logs tell the form of a new flow log, counted another way; and a path at which there are none."""

import html
from collections import defaultdict

import nbformat
import pytest
from nbclient import NotebookClient

import nsgkit
from nsgkit.errors import NsgkitError
from nsgkit.explore import enable_explorer, known_from_logs, logs_if_any
from nsgkit.sample import write_evidence
from nsgkit.store.opened import StoredLogs
from tests.reference import ROOT

SAMPLES = ROOT / "data" / "samples"
NOTEBOOK = ROOT / "notebooks" / "01-enable-flow-logs.ipynb"


@pytest.fixture(scope="module")
def known():
    return known_from_logs(logs_if_any(SAMPLES))


def ran(path):
    """What notebook 01 wrote, cell by cell, with another path in its parameters."""
    notebook = nbformat.read(NOTEBOOK, 4)
    (cell,) = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    cell.source = f"path = {path!r}"
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": NOTEBOOK.parent}}).execute()
    return {c.id: str(c.outputs) for c in notebook.cells if c.cell_type == "code"}


def test_the_names_are_those_of_the_samples(known):
    assert (known.network, known.nsg, known.region) == ("VNET-DATA", "SHOP-NSG", "northeurope")
    assert known.group.split("/")[2] == "d6549a66-c45c-4979-840c-3b356da446b0"
    assert known.group.endswith("/MARSHLANE")


def test_the_nics_are_those_that_have_a_folder(known):
    paths = (SAMPLES / "insights-logs-flowlogflowevent").rglob("macAddress=*")
    assert known.nics == len({path.name for path in paths}) == 2


def test_the_pace_is_the_mean_of_what_whole_hours_weigh(known):
    sizes = defaultdict(int)
    for path in SAMPLES.rglob("PT1H.json"):
        if path.read_bytes().rstrip().endswith(b"]}"):
            sizes[path.parts[-6:-1]] += path.stat().st_size
    assert known.daily_bytes == pytest.approx(24 * sum(sizes.values()) / len(sizes))


def test_an_evidence_folder_tells_as_much(tmp_path):
    told = known_from_logs(logs_if_any(write_evidence(tmp_path / "evidence")))
    assert (told.nsg, told.nics, told.region) == ("SHOP-NSG", 2, "<region>")


@pytest.mark.parametrize("path", [None, "", " ", "no such folder"])
def test_without_logs_there_is_one_sentence_and_the_form_opens(path):
    logs = logs_if_any(path)
    assert repr(logs).startswith("No logs were read: ") and "\n" not in repr(logs)
    assert logs.flows.empty and logs.blobs.empty
    known = known_from_logs(logs)
    assert (known.nics, known.daily_bytes, known.region) == (None, None, "<region>")
    assert enable_explorer(known).children


def test_an_empty_folder_is_no_logs(tmp_path):
    assert "it is empty" in repr(logs_if_any(tmp_path))


def test_a_path_with_a_secret_in_it_is_still_an_error():
    with pytest.raises(NsgkitError, match="an address or a key"):
        logs_if_any("https://demo.blob.core.windows.net/logs?sig=x")


def test_the_sentence_is_escaped(tmp_path):
    assert "<img" not in logs_if_any(tmp_path / "<img src=x>")._repr_html_()


@pytest.mark.parametrize("path", ["", "../nothing", "EMPTY"])
def test_the_notebook_runs_to_its_end_without_logs(path, tmp_path):
    said = ran(str(tmp_path) if path == "EMPTY" else path)
    assert "No logs were read: " in said["coverage"]
    assert "not known" in said["pace"]
    assert "Not yet possible" in said["form"]


def test_the_notebook_is_filled_from_the_logs():
    said = ran("../data/samples")
    assert "VNET-DATA" in said["pace"] and "northeurope" in said["pace"]
    assert "the logs do not tell <resource group>, <storage account> in the storage" in html.unescape(
        said["form"]
    )


def test_one_nsg_log_alone_leaves_the_network_and_the_region_open(tmp_path):
    path = next(iter(sorted(SAMPLES.rglob("*OFFICE-NSG/**/PT1H.json"))))
    (tmp_path / "a.json").write_bytes(path.read_bytes())
    told = known_from_logs(logs_if_any(tmp_path))
    assert (told.nsg, told.network, told.region) == ("OFFICE-NSG", "<virtual network>", "<region>")


def test_a_store_tells_the_same(tmp_path):
    nsgkit.ingest("data/samples", tmp_path / "store", start="2024-12-19 09:00", end="2024-12-19 10:00")
    folder = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00")
    stored = logs_if_any(tmp_path / "store")
    assert isinstance(stored, StoredLogs)
    assert known_from_logs(stored).rows() == known_from_logs(folder).rows()
