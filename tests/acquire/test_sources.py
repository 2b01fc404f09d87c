"""What can be chosen from a container, an evidence folder and a folder: the same tables, whichever it is."""

import json
from pathlib import Path

import pandas as pd
import pytest

from nsgkit.acquire.download import download
from nsgkit.acquire.sources import estimate, is_container, list_blobs, list_logs
from nsgkit.errors import NoLogsError, NsgkitError
from nsgkit.evidence.hours import manifest_hours
from tests.acquire.logs import MAC, NSG, OTHER_MAC, SEEN, hours, name
from tests.azurite import fill

DAY = ("2024-12-19", "2024-12-20")


@pytest.fixture
def folder(tmp_path):
    """Three hours of two NICs of one NSG and one hour of a flow log, in a folder; 100 bytes each."""
    places = [name(h, mac) for h in hours(3) for mac in (MAC, OTHER_MAC)] + [name(resource=SEEN)]
    for place in places:
        path = tmp_path / "logs" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 100)
    (tmp_path / "logs" / "notes.json").write_text("{}")
    return tmp_path / "logs"


@pytest.mark.parametrize(
    ("source", "url"), [("https://a/b", True), ("data/samples", False), (Path("x"), False)]
)
def test_a_container_is_told_from_a_folder(source, url):
    assert is_container(source) == url


def test_a_folder_is_listed_as_a_container_is(folder):
    rows = list_logs(folder).set_index("resource")
    assert rows.loc[NSG].to_dict() == {
        "family": "NSG",
        "first_hour": pd.Timestamp("2024-12-19T09:00Z"),
        "last_hour": pd.Timestamp("2024-12-19T11:00Z"),
        "days": 1,
        "nics": (MAC, OTHER_MAC),
        "last_day_blobs": 6,
        "last_day_bytes": 600,
    }
    assert rows.loc[SEEN, "family"] == "VNet"


@pytest.mark.azurite
def test_container_evidence_folder_and_folder_give_the_same_table(container, direct, tmp_path):
    contents = fill(container, [name(h) for h in hours(3)])
    download(direct, tmp_path / "evidence", start=DAY[0], end=DAY[1])
    for place, data in contents.items():
        path = tmp_path / "folder" / place
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    for table in (list_logs, lambda source: list_blobs(source, *DAY)):
        of_container = table(direct)
        pd.testing.assert_frame_equal(table(tmp_path / "evidence"), of_container)
        pd.testing.assert_frame_equal(table(tmp_path / "folder"), of_container)


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({}, 7),
        ({"resource": [NSG.lower()]}, 6),
        ({"mac": "00-0d-3a-b1-78-75"}, 4),
        ({"resource": NSG, "mac": [MAC]}, 3),
    ],
)
def test_blobs_are_chosen_by_log_and_nic(folder, options, count):
    assert len(list_blobs(folder, *DAY, **options)) == count


@pytest.mark.parametrize(("end", "last"), [("11:00", 11), ("10:57", 11), ("10:50", 10)])
def test_hours_are_taken_whole_and_the_one_after_where_it_may_hold_the_last_minute(folder, end, last):
    chosen = list_blobs(folder, "2024-12-19 10:40", f"2024-12-19 {end}", resource=NSG)
    assert chosen["hour"].dt.hour.unique().tolist() == [*range(10, last + 1)]


@pytest.mark.parametrize(
    "pasted",
    ["demo.blob.core.windows.net/c?sig=canary", "sv=1&SIG%3Dcanary", "AccountName=a;AccountKey=canary"],
)
def test_what_looks_like_a_part_of_an_address_is_not_repeated(pasted):
    with pytest.raises(NsgkitError, match="begins with https://") as raised:
        list_logs(pasted)
    assert "canary" not in str(raised.value)


def test_a_folder_without_a_layout_says_what_reads_it(tmp_path):
    (tmp_path / "PT1H.json").write_text(json.dumps({"records": []}))
    with pytest.raises(NoLogsError, match=r"nsgkit\.read_logs reads any folder"):
        list_logs(tmp_path)


def test_a_time_that_is_none_is_an_error(folder):
    with pytest.raises(NsgkitError, match="start takes no 'noon'"):
        list_blobs(folder, "noon", "2024-12-20")


def test_the_line_decides_for_large_blobs(folder):
    blobs = list_blobs(folder, *DAY).assign(size=10_000_000)
    assert estimate(blobs, "none yet", megabits=8).seconds == 70.0


def test_the_number_decides_for_small_ones(folder):
    blobs = list_blobs(folder, *DAY)
    many = pd.concat([blobs] * 1000)
    assert estimate(many, "none yet", megabits=1000).seconds > 10


@pytest.mark.azurite
def test_what_is_held_does_not_come_again_and_of_what_grew_only_the_growth(container, direct, tmp_path):
    fill(container, [name(h) for h in hours(4)])
    download(direct, tmp_path / "e", start="2024-12-19T09:00", end="2024-12-19T10:00")
    blobs = list_blobs(direct, *DAY)
    grown = blobs.assign(size=blobs["size"] + [7, 0, 0, 0])
    coming = estimate(grown, tmp_path / "e", megabits=1)
    assert (coming.blobs, coming.new_blobs) == (4, 3)
    assert coming.new_size == 7 + blobs["size"].iloc[2:].sum()


@pytest.mark.azurite
def test_the_four_states_of_an_evidence_folder(container, direct, tmp_path):
    first, second, _third, fourth = hours(4)
    fill(container, [name(first), name(second), name(fourth)])
    spans = [("2024-12-19T09:00", "2024-12-19T11:00"), ("2024-12-19T12:00", "2024-12-19T14:00")]
    for start, end in spans:
        download(direct, tmp_path / "e", start=start, end=end)
    container.delete_blob(name(second))
    download(direct, tmp_path / "e", start=spans[0][0], end=spans[0][1])
    states = manifest_hours(tmp_path / "e").query("mac == @MAC").set_index("hour")["status"]
    assert states.tolist() == ["present", "no longer in Azure", "not asked for", "present", "missing"]
