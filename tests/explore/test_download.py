"""Choosing and downloading, driven from Python against a real emulator; tests/browser does it in Chromium."""

import html
import re
import time
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from nsgkit.acquire import retry
from nsgkit.acquire.credentials import EMULATOR_KEY
from nsgkit.acquire.sources import list_logs
from nsgkit.errors import NoLogsError
from nsgkit.evidence.folder import evidence_blobs
from nsgkit.explore import download_explorer, list_source
from tests.acquire.logs import MAC, NSG, OTHER_MAC, SEEN, hours, name
from tests.acquire.proxy import proxy, reset
from tests.azurite import azurite, fill

SAMPLES = "data/samples"


@pytest.fixture(scope="module")
def container():
    """A container with six hours of two NICs and two logs; gives its URL, straight and through a proxy."""
    with azurite() as account, proxy(account) as between:
        client = ContainerClient(account, "flow-logs", credential=EMULATOR_KEY)
        client.create_container()
        macs = (MAC, OTHER_MAC)
        fill(client, [name(h, mac, log) for h in hours(6) for mac in macs for log in (NSG, SEEN)])
        yield f"{account}/flow-logs", between


@pytest.fixture
def url(container, monkeypatch):
    monkeypatch.delenv("NSGKIT_SAS", raising=False)
    monkeypatch.setattr(retry, "PAUSE", 0.01)
    return container[0]


def explorer(source, folder="evidence"):
    """The controls by label or word, the status line and the result."""
    _style, lists, *fields, buttons, status, progress, result, _case = download_explorer(
        source, list_logs(source), folder=str(folder)
    ).children
    controls = {c.description: c for c in (*lists.children, *fields, *buttons.children)}
    return controls, status, result, progress


def words(widget):
    return html.unescape(re.sub("<[^>]*>", " ", widget.value))


def wait(controls):
    """Until the download that was pressed has come to its end."""
    deadline = time.monotonic() + 30
    while controls["Look"].disabled:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_opens_on_the_last_day_with_everything_chosen():
    controls, status, *_ = explorer(SAMPLES)
    assert (controls["From (UTC):"].value, controls["To (UTC):"].value) == (
        "2024-12-19 00:00",
        "2024-12-20 00:00",
    )
    assert len(controls["NICs:"].value) == 8
    assert "Press Look" in words(status)


def test_only_look_can_be_pressed_at_first():
    controls, *_ = explorer(SAMPLES)
    assert [controls[n].disabled for n in ("Look", "Download", "Cancel")] == [False, True, True]


def test_a_folder_is_looked_at_and_not_downloaded():
    controls, status, result, _ = explorer(SAMPLES)
    controls["Look"].click()
    assert "183 blobs, 5,546,505 bytes." in words(result)
    assert "nothing to download" in words(status)
    assert controls["Download"].disabled


def test_the_nics_follow_the_logs():
    controls, *_ = explorer(SAMPLES)
    logs = controls["NSGs and flow logs:"]
    logs.value = [resource for label, resource in logs.options if "OFFICE" in label]
    assert controls["NICs:"].options == ("6045BD8E2304", "6045BD8E2305")


def test_a_flow_log_is_called_by_its_name():
    labels = [label for label, _ in explorer(SAMPLES)[0]["NSGs and flow logs:"].options]
    assert "VNet  VNET-DATA-FLOWLOG" in labels


@pytest.mark.parametrize(
    ("label", "value", "said"),
    [
        ("From (UTC):", "yesterday", "start takes no 'yesterday'"),
        ("From (UTC):", "2030-01-01", "must lie before end"),
        ("To (UTC):", "03/04/2024", "end takes no '03/04/2024'"),
        ("NICs:", [], "Choose at least one."),
    ],
)
def test_a_choice_that_gives_nothing_says_what_to_do(label, value, said):
    controls, status, *_ = explorer(SAMPLES)
    controls[label].value = value
    controls["Look"].click()
    assert said in words(status)
    assert controls["Download"].disabled


def test_a_span_without_blobs_says_what_to_do():
    controls, status, *_ = explorer(SAMPLES)
    controls["To (UTC):"].value = "2030-01-02"
    controls["From (UTC):"].value = "2030-01-01"
    controls["Look"].click()
    assert "There is no blob of what is chosen." in words(status)


@pytest.mark.azurite
def test_bytes_and_time_are_told_before_anything_is_downloaded(url, tmp_path):
    controls, _, result, _ = explorer(url, tmp_path / "e")
    controls["Look"].click()
    blobs = list_logs(url)["last_day_blobs"].sum()
    size = list_logs(url)["last_day_bytes"].sum()
    assert f"{blobs} blobs, {size:,} bytes." in words(result)
    assert f"To come: {size:,} bytes, about 1 s" in words(result)
    assert not (tmp_path / "e").exists()


@pytest.mark.azurite
def test_who_reads_is_told_with_what_was_found(url, tmp_path):
    controls, _, result, _ = explorer(url, tmp_path / "e")
    controls["Look"].click()
    assert words(result).strip().startswith("Reading flow-logs of devstoreaccount1 as ")


@pytest.mark.azurite
def test_another_choice_wants_another_look(url, tmp_path):
    controls, _, result, _ = explorer(url, tmp_path / "e")
    controls["Look"].click()
    controls["To (UTC):"].value = "2024-12-19 11:00"
    assert controls["Download"].disabled
    assert result.value == ""


@pytest.mark.azurite
def test_what_is_chosen_is_downloaded_and_nothing_else(url, tmp_path):
    controls, status, result, _ = explorer(url, tmp_path / "e")
    controls["NSGs and flow logs:"].value = [NSG]
    controls["NICs:"].value = [MAC]
    controls["From (UTC):"].value, controls["To (UTC):"].value = "2024-12-19 10:00", "2024-12-19 12:00"
    controls["Look"].click()
    assert "1 of them are of the hour after the span, for its last minute." in words(result)
    controls["Download"].click()
    wait(controls)
    assert [blob.name for blob in evidence_blobs(tmp_path / "e")] == [name(h) for h in hours(4)[1:]]
    assert "All of it is here." in words(status)
    assert "3 of 3 blobs fetched" in words(result)


@pytest.mark.azurite
def test_what_is_here_does_not_come_again(url, tmp_path):
    controls, _, result, _ = explorer(url, tmp_path / "e")
    for button in ("Look", "Download"):
        controls[button].click()
        wait(controls)
    controls["Look"].click()
    assert "24 of them are in the evidence folder already." in words(result)
    assert "To come: 0 bytes" in words(result)


@pytest.mark.azurite
def test_an_evidence_folder_can_be_looked_at_as_a_folder_can(url, tmp_path):
    controls, *_ = explorer(url, tmp_path / "e")
    for button in ("Look", "Download"):
        controls[button].click()
        wait(controls)
    controls, status, result, _ = explorer(tmp_path / "e")
    controls["Look"].click()
    assert "24 blobs" in words(result)
    assert "nothing to download" in words(status)


@pytest.mark.azurite
def test_the_code_that_is_shown_does_the_same(url, tmp_path):
    controls, _, result, _ = explorer(url, tmp_path / "e")
    controls["NICs:"].value = [OTHER_MAC]
    controls["Look"].click()
    code = html.unescape(re.search("<code>(.*?)</code>", result.value)[1])
    exec(f"import nsgkit\n{code}", {})
    assert {OTHER_MAC in blob.name for blob in evidence_blobs(tmp_path / "e")} == {True}


@pytest.mark.azurite
def test_cancel_stops_it_and_the_same_again_goes_on(url, container, tmp_path):
    between = container[1]
    controls, status, *_ = explorer(f"{between.url}/flow-logs", tmp_path / "e")
    controls["Look"].click()
    between.delay = 0.3
    controls["Download"].click()
    assert not controls["Cancel"].disabled
    controls["Cancel"].click()
    wait(controls)
    between.reset()
    assert "Stopped before the end." in words(status)
    controls["Download"].click()
    wait(controls)
    assert len(evidence_blobs(tmp_path / "e")) == 24


@pytest.mark.azurite
def test_a_fault_is_a_sentence_and_leaves_the_buttons_ready(url, container, tmp_path):
    between = container[1]
    controls, status, *_ = explorer(f"{between.url}/flow-logs", tmp_path / "e")
    controls["Look"].click()
    between.fail(reset, times=500, on="list")
    controls["Download"].click()
    wait(controls)
    between.reset()
    assert "nsgkit-problem" in status.value
    assert [controls[n].disabled for n in ("Look", "Download", "Cancel")] == [False, False, True]


def test_files_in_any_order_are_listed_by_what_they_hold_and_need_no_download(tmp_path):
    paths = sorted(Path(SAMPLES).rglob("PT1H.json"))
    for number, path in enumerate((paths[0], paths[-1])):
        (tmp_path / f"{number}.json").write_bytes(path.read_bytes())
    found = list_source(tmp_path)
    assert found["last_day_bytes"].sum() == paths[0].stat().st_size + paths[-1].stat().st_size
    assert {mac for macs in found["nics"] for mac in macs} == {
        p.parent.name[-12:] for p in (paths[0], paths[-1])
    }
    buttons, status = download_explorer(str(tmp_path), found).children[-5:-3]
    buttons.children[0].click()
    assert "These are on this machine already" in status.value


@pytest.mark.parametrize("text", [None, "no flow log"])
def test_where_there_are_no_flow_logs_that_is_one_sentence(tmp_path, text):
    if text:
        (tmp_path / "notes.json").write_text(text)
    with pytest.raises(NoLogsError):
        list_source(tmp_path if text else tmp_path / "none")
