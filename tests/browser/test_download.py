"""Notebook 02 against a real storage emulator: find, choose, download, verify and look, all by clicks."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.storage.blob import ContainerClient

from nsgkit.acquire.credentials import EMULATOR_KEY
from nsgkit.evidence.folder import evidence_blobs
from tests.acquire.proxy import proxy
from tests.azurite import azurite
from tests.browser.server import REPOSITORY

pytestmark = pytest.mark.azurite
NAME = "insights-logs-networksecuritygroupflowevent"
SAMPLES = REPOSITORY / "data" / "samples" / NAME
LOGS, NICS, FROM, TO = "NSGs and flow logs:", "NICs:", "From (UTC):", "To (UTC):"


@pytest.fixture(scope="module")
def service():
    """A container with the sample company's NSG flow logs, behind a proxy that can make it slow."""
    with azurite() as account, proxy(account) as between:
        container = ContainerClient(account, NAME, credential=EMULATOR_KEY)
        container.create_container()
        files = [path for path in SAMPLES.rglob("*") if path.is_file()]
        names = [path.relative_to(SAMPLES).as_posix() for path in files]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(container.upload_blob, names, [path.read_bytes() for path in files]))
        yield between


@pytest.fixture
def evidence(jupyter):
    """Where the notebook downloads to: nothing is there yet."""
    yield jupyter.server.root / "evidence"
    shutil.rmtree(jupyter.server.root / "evidence", ignore_errors=True)


@pytest.fixture
def notebook(jupyter, service, evidence):
    """The notebook with that container in its parameters, run."""
    notebooks = jupyter.server.root / "notebooks"
    content = json.loads((notebooks / "02-get-your-flow-logs.ipynb").read_text("utf-8"))
    (cell,) = [c for c in content["cells"] if "parameters" in c["metadata"].get("tags", [])]
    cell["source"] = f'source = "{service.url}/{NAME}"\nfolder = "../{evidence.name}"\ncredential = None'
    (notebooks / "scratch-02.ipynb").write_text(json.dumps(content), "utf-8")
    yield jupyter.open("notebooks/scratch-02.ipynb").run_all()
    jupyter.close()
    service.reset()


def choose_two_hours_of_one_nic(notebook):
    (office,) = [label for label in labels(notebook, LOGS) if "OFFICE" in label]
    notebook.control(LOGS).select_option(office)
    notebook.settle()
    notebook.control(NICS).select_option(labels(notebook, NICS)[:1])
    notebook.set(FROM, "2024-12-19 10:00")
    return notebook.set(TO, "2024-12-19 12:00").settle()


def labels(notebook, label):
    return notebook.control(label).locator("option").all_inner_texts()


def test_from_an_empty_folder_to_verified_evidence_by_clicks(notebook, evidence):
    assert notebook.faults() == []
    notebook.wait_for("There is nothing to show yet.")

    choose_two_hours_of_one_nic(notebook).press("Look").wait_for("To come:")
    notebook.wait_for("as the published key of the storage emulator on this machine.")
    assert "3 blobs," in notebook.text()  # the hour after holds the last minute of the span
    assert not evidence.exists()

    notebook.press("Download").wait_for("All of it is here.")
    assert "3 of 3 blobs fetched" in notebook.text()
    assert {blob.name.split("/h=")[1][:2] for blob in evidence_blobs(evidence)} == {"10", "11", "12"}

    notebook.press("Verify").wait_for("Unchanged.")
    hours = notebook.explorer(2)  # below it, the practice folder has its own
    hours.get_by_role("button", name="Look again").click()
    hours.get_by_text("Which hours were logged").wait_for()
    assert notebook.faults() == []


def test_a_slow_download_shows_how_far_it_is_and_goes_on_after_a_cancel(notebook, evidence, service):
    notebook.wait_for("Press Look").press("Look").wait_for("To come:")
    service.delay = 0.6
    notebook.press("Download").wait_for("MB/s").press("Cancel").wait_for("Stopped before the end.")
    assert 0 < len(evidence_blobs(evidence)) < 135
    service.reset()
    notebook.press("Download").wait_for("All of it is here.")
    assert len(evidence_blobs(evidence)) == 135
    assert notebook.faults() == []
