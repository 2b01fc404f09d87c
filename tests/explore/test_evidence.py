"""The check and the hours of an evidence folder, driven from Python."""

import html
import re

import altair as alt
import pytest
from azure.storage.blob import ContainerClient

from nsgkit.acquire.credentials import EMULATOR_KEY
from nsgkit.acquire.download import download
from nsgkit.evidence.folder import evidence_blobs
from nsgkit.explore import evidence
from nsgkit.explore.evidence import coverage_explorer, folder_hours, verify_explorer
from nsgkit.views import coverage
from tests.acquire.logs import hours, name, this_hour
from tests.azurite import azurite, fill

SAMPLES = "data/samples"


@pytest.fixture(scope="module")
def container():
    with azurite() as account:
        client = ContainerClient(account, "flow-logs", credential=EMULATOR_KEY)
        client.create_container()
        fill(client, [name(hour) for hour in (*hours(2), hours(6)[5], this_hour())])
        yield f"{account}/flow-logs"


@pytest.fixture
def folder(container, tmp_path, monkeypatch):
    """An evidence folder of two hours of which the container has blobs, and of one of which it has none."""
    monkeypatch.delenv("NSGKIT_SAS", raising=False)
    download(container, tmp_path / "e", start="2024-12-19T09:00", end="2024-12-19T12:00")
    return tmp_path / "e"


def press(widget):
    """Press the widget's button; give its status line and all that it shows, as text."""
    _style, buttons, status, *_ = widget.children
    buttons.children[0].click()
    return words(status.value), words(" ".join(getattr(w, "value", "") for w in widget.children[2:]))


def words(text):
    return html.unescape(re.sub("<[^>]*>", " ", text))


@pytest.mark.azurite
def test_what_is_unchanged_is_proven_with_the_hash_to_note_down(folder):
    status, shown = press(verify_explorer(folder))
    assert "Unchanged." in status
    assert re.search(r"its head: [0-9a-f]{64}", shown)


@pytest.mark.azurite
def test_a_head_that_was_noted_can_be_given(folder):
    widget = verify_explorer(folder)
    widget.children[1].children[1].value = "0" * 64
    status, shown = press(widget)
    assert "CHANGED" in status
    assert "no line has the head that you noted, 000" in shown


@pytest.mark.azurite
def test_a_manifest_that_was_taken_away_is_told(folder):
    (folder / "manifest.jsonl").unlink()
    status, shown = press(verify_explorer(folder))
    assert "CHANGED" in status
    assert "manifest.jsonl: missing" in shown


@pytest.mark.azurite
def test_one_changed_bit_is_named(folder):
    path = evidence_blobs(folder)[0].parts[0][0]
    path.chmod(0o600)
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
    status, shown = press(verify_explorer(folder))
    assert "CHANGED" in status
    assert path.name in shown


def test_a_folder_that_was_not_downloaded_has_nothing_to_compare_with():
    widget = verify_explorer(SAMPLES)
    assert f"{SAMPLES} is no evidence folder" in words(widget.children[2].value)
    status, _ = press(widget)
    assert "it has no manifest to compare with" in status


def test_before_a_download_verify_says_what_makes_an_evidence_folder(tmp_path):
    status, _ = press(verify_explorer(tmp_path / "none yet"))
    assert "nsgkit.download makes one" in status


def test_before_a_download_there_is_nothing_to_show_and_that_is_no_fault(tmp_path):
    widget = coverage_explorer(tmp_path / "none yet")
    assert "There is nothing to show yet." in words(widget.children[2].value)
    assert "nsgkit-problem" not in widget.children[2].value


def test_the_hours_of_any_folder_are_drawn_and_counted():
    *_, picture, legend, _case = coverage_explorer(SAMPLES).children
    assert isinstance(picture.children[0], alt.JupyterChart)
    counts = folder_hours(SAMPLES)["status"].value_counts()
    assert f"<td>missing</td><td>{counts['missing']}</td>" in legend.value


def test_a_folder_without_a_manifest_does_not_claim_that_azure_had_no_blob():
    legend = words(coverage_explorer(SAMPLES).children[-2].value)
    assert "cannot tell whether Azure had one" in legend
    assert "Azure had no blob" not in legend


@pytest.mark.azurite
def test_a_manifest_does(folder):
    legend = coverage_explorer(folder).children[-2].value
    assert "<td>missing</td><td>1</td><td>Azure had no blob for this NIC and hour</td>" in legend
    assert "<td>present</td><td>2</td>" in legend


@pytest.mark.azurite
def test_a_new_download_is_seen_at_the_next_look(folder, container):
    widget = coverage_explorer(folder)
    download(container, folder, start="2024-12-19T14:00", end="2024-12-19T15:00", resource="DEMOVM-NSG")
    press(widget)
    assert "<td>not asked for</td><td>2</td>" in widget.children[-2].value


@pytest.mark.azurite
def test_a_blob_of_this_hour_is_growing(folder, container):
    download(container, folder, start=this_hour())
    assert folder_hours(folder)["status"].iloc[-1] == "growing"


def test_every_state_that_a_picture_knows_is_explained():
    table = folder_hours(SAMPLES).head(len(evidence.MEANINGS)).assign(status=list(evidence.MEANINGS))
    drawn = coverage(table).to_dict()["layer"][0]["encoding"]["color"]["scale"]["domain"]
    assert set(drawn) == set(evidence.MEANINGS)


def test_an_error_is_a_sentence_in_the_widget(monkeypatch):
    monkeypatch.setattr(evidence, "folder_hours", lambda _folder: 1 / 0)
    assert "ZeroDivisionError" in words(coverage_explorer(SAMPLES).children[2].value)


@pytest.mark.parametrize("folder", [None, "", 5, "x" * 5000])
def test_what_is_no_folder_is_one_sentence(folder):
    status, _ = press(verify_explorer(folder))
    assert "folder takes no" in status
