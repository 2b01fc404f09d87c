"""read_logs on files and folders as analysts have them."""

import gzip
import hashlib
import json

import pandas as pd
import pytest

import nsgkit
from nsgkit.errors import EvidenceChangedError, NoLogsError, NsgkitError
from nsgkit.flows.files import choose_span
from tests.blobs import ALLOWED, MAC, NSG, PROBE, VNET_BEGIN, blob, nsg_record, vnet_record

SAMPLES = "data/samples"
CONTAINER = "insights-logs-networksecuritygroupflowevent"


def put(folder, hour, data=None, mac=MAC):
    path = (
        folder / CONTAINER / f"resourceId={NSG}/y=2024/m=12/d=19/h={hour:02d}/m=00/macAddress={mac}/PT1H.json"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(blob(nsg_record(PROBE, ALLOWED)) if data is None else data)
    return path


def count_independently(folder):
    """Return how many tuples the whole records of all blobs hold."""
    found = 0
    for path in folder.rglob("PT1H.json"):
        text = path.read_text("utf-8")
        if not text.endswith("]}"):
            text = text[: text.rindex(',{"time"')] + "]}"
        for record in json.loads(text)["records"]:
            flows = (record.get("properties") or record["flowRecords"])["flows"]
            groups = [group for flow in flows for group in flow.get("flows") or flow["flowGroups"]]
            found += sum(len(group["flowTuples"]) for group in groups)
    return found


def test_samples_rows_and_rejects_are_all_tuples(pytestconfig):
    logs = nsgkit.read_logs(SAMPLES)
    independent = count_independently(pytestconfig.rootpath / SAMPLES)
    assert len(logs.flows) + int(logs.rejects["tuple"].notna().sum()) == independent
    assert logs.blobs["tuples"].sum() == independent
    assert (logs.blobs["tuples"] == logs.blobs["rows"] + logs.blobs["rejects"]).all()
    assert not logs.blobs["outside"].any()


def test_two_runs_are_identical():
    one, other = nsgkit.read_logs(SAMPLES), nsgkit.read_logs(SAMPLES)
    pd.testing.assert_frame_equal(one.flows, other.flows)
    pd.testing.assert_frame_equal(one.blobs, other.blobs)


def test_every_row_points_back_to_its_tuple():
    logs = nsgkit.read_logs(SAMPLES)
    for label in logs.flows.sample(40, random_state=1).index:
        row = logs.flows.loc[label]
        fields = logs.raw(label).split(",")
        assert (fields[3], fields[4]) == (str(row["src_port"]), str(row["dst_port"]))
        assert int(fields[0]) in (row["time"].timestamp(), row["time"].timestamp() * 1000)


def test_an_analyst_can_change_the_table(tmp_path):
    put(tmp_path, 9)
    flows = nsgkit.read_logs(tmp_path).flows
    for name in flows:
        flows.loc[0, name] = flows.loc[1, name]
    assert flows.loc[0].equals(flows.loc[1])


def test_two_readings_are_compared_without_an_error():
    one, other = (
        nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00") for _ in "12"
    )
    assert one != other
    assert one in [one]


def test_a_file_by_itself(tmp_path):
    path = tmp_path / "PT1H.json"
    path.write_bytes(blob(nsg_record(PROBE)))
    logs = nsgkit.read_logs(path)
    assert logs.blobs.loc[0, ["name", "mac", "resource", "family"]].tolist() == ["PT1H.json", MAC, NSG, "NSG"]
    assert logs.blobs["hour"][0] == pd.Timestamp("2024-12-19 09:00", tz="UTC")


def test_a_heap_of_files_and_gzip(tmp_path):
    (tmp_path / "a.json").write_bytes(blob(nsg_record(PROBE)))
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(blob(vnet_record(VNET_BEGIN))))
    logs = nsgkit.read_logs(tmp_path)
    assert logs.flows["blob"].tolist() == ["a.json", "b.json.gz"]
    assert logs.raw(1) == VNET_BEGIN


def test_large_files_that_share_memory_do_not_mix(tmp_path):
    sizes = (20_000, 35_000, 20_000, 25_000, 20_000, 20_000)
    for i, size in enumerate(sizes):
        tuples = [ALLOWED.replace("203.0.113.9", f"203.0.113.{i}")] * size + [f"bad {i}"]
        (tmp_path / f"{i}.json").write_bytes(blob(nsg_record(*tuples)))
    logs = nsgkit.read_logs(tmp_path)
    found = logs.flows.groupby("blob", observed=True)["src_ip"].value_counts()
    assert found[found > 0].to_dict() == {(f"{i}.json", f"203.0.113.{i}"): n for i, n in enumerate(sizes)}
    assert list(logs.rejects["raw"]) == [f"bad {i}" for i in range(6)]
    hashes = [hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in logs.blobs["name"]]
    assert list(logs.blobs["sha256"]) == hashes


def test_before_the_mac_was_in_the_path(tmp_path):
    path = tmp_path / CONTAINER / f"resourceId={NSG}/y=2017/m=06/d=16/h=13/m=00/PT1H.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(blob(nsg_record(PROBE)))
    blobs = nsgkit.read_logs(tmp_path).blobs
    assert (blobs["hour"][0], blobs["mac"][0]) == (pd.Timestamp("2017-06-16 13:00", tz="UTC"), MAC)


def test_hours_outside_the_span_are_not_opened(tmp_path):
    for hour in (8, 9, 10, 11):
        put(tmp_path, hour, blob(nsg_record(PROBE), nsg_record(ALLOWED, minute=hour)))
    put(tmp_path, 8, b"what is this?")
    logs = nsgkit.read_logs(tmp_path, start="2024-12-19 09:30", end="2024-12-19 10:00")
    assert logs.blobs["hour"].dt.hour.tolist() == [9, 10]
    assert "2 blobs lie outside the hours asked for: not opened." in logs.notes


def test_loose_files_are_chosen_by_their_records(tmp_path):
    (tmp_path / "a.json").write_bytes(blob(nsg_record(PROBE)))
    assert len(nsgkit.read_logs(tmp_path, start="2024-12-19T09:00Z", end="2024-12-19T10:00Z").flows) == 1
    with pytest.raises(NoLogsError, match="none for the hours asked for"):
        nsgkit.read_logs(tmp_path, end="2024-12-19T09:00Z")


@pytest.mark.parametrize(
    ("start", "end", "chosen"),
    [
        ("2024-12-19 09:30", "2024-12-19 10:01", "from 2024-12-19 09:30 to 2024-12-19 10:01 UTC"),
        ("2024-12-19 09:00+02:00", None, "from 2024-12-19 07:00 to the end UTC"),
        (None, pd.Timestamp("2024-12-19 10:00:07"), "from the beginning to 2024-12-19 10:00:07 UTC"),
    ],
)
def test_a_span_is_exact(start, end, chosen):
    assert str(choose_span(start, end)) == chosen


def test_times_that_are_none():
    with pytest.raises(NsgkitError, match="start takes no 'yesterdai'"):
        nsgkit.read_logs(SAMPLES, start="yesterdai")
    with pytest.raises(NsgkitError, match="must lie before end"):
        nsgkit.read_logs(SAMPLES, start="2024-12-19", end="2024-12-18")


def test_nothing_there_says_what_was_looked_for(tmp_path):
    with pytest.raises(NoLogsError, match=r"it is empty; looked for files of any name, such as \.json"):
        nsgkit.read_logs(tmp_path)
    with pytest.raises(
        NoLogsError, match=r"There is no file or folder .*evidnce.* exists, but not what comes"
    ):
        nsgkit.read_logs(tmp_path / "evidnce")


def test_no_hour_in_the_span_says_what_is_there():
    with pytest.raises(NoLogsError, match=r"they cover from 2024-12-18 00:00 to 2024-12-20 00:00 UTC"):
        nsgkit.read_logs(SAMPLES, start="2023-01-01", end="2023-01-02")


def test_a_copy_counts_once(tmp_path):
    for name in ("PT1H.json", "PT1H (1).json"):
        (tmp_path / name).write_bytes(blob(nsg_record(PROBE)))
    logs = nsgkit.read_logs(tmp_path)
    assert len(logs.flows) == 1
    assert logs.rejects["reason"].tolist() == ["the same bytes as PT1H (1).json: counted once"]


def test_two_empty_blobs_are_no_copies(tmp_path):
    for hour in (8, 9):
        put(tmp_path, hour, b'{"records":[]}')
    logs = nsgkit.read_logs(tmp_path)
    assert (len(logs.flows), len(logs.rejects)) == (0, 0)
    assert "No flow rows" in repr(logs)


def test_changed_evidence_is_noticed(tmp_path):
    path = put(tmp_path, 9)
    logs = nsgkit.read_logs(tmp_path)
    assert logs.raw(0) == PROBE
    path.write_bytes(blob(nsg_record(ALLOWED)))
    with pytest.raises(EvidenceChangedError, match="is not what was read: its SHA-256 was"):
        logs.raw(0)


def test_raw_wants_a_row():
    logs = nsgkit.read_logs(SAMPLES, start="2024-12-19 09:00", end="2024-12-19 10:00")
    with pytest.raises(NsgkitError, match="needs their blob, record and tuple"):
        logs.raw({"blob": "elsewhere"})


def test_the_text_of_a_blob(tmp_path):
    (tmp_path / "a.json").write_bytes(blob(nsg_record(PROBE)))
    logs = nsgkit.read_logs(tmp_path)
    assert logs.text("a.json").startswith('{"records":[{"time"')
    with pytest.raises(NsgkitError, match=r"No blob is called 'b.json'"):
        logs.text("b.json")


def test_a_gzip_bomb_and_a_torn_gzip(tmp_path):
    (tmp_path / "bomb.json.gz").write_bytes(gzip.compress(b" " * 70_000_000))
    (tmp_path / "torn.json.gz").write_bytes(gzip.compress(blob(nsg_record(PROBE)))[:-9])
    reasons = nsgkit.read_logs(tmp_path).rejects["reason"].tolist()
    assert "unpacks to more than" in reasons[0] and "cannot be unpacked" in reasons[1]


def test_a_growing_blob_says_so(tmp_path):
    put(tmp_path, 9, blob(nsg_record(PROBE), nsg_record(ALLOWED, minute=45))[:-60])
    logs = nsgkit.read_logs(tmp_path)
    assert (len(logs.flows), logs.blobs["complete"][0], logs.blobs["unread"][0]) == (1, False, 1)
    assert "1 growing" in repr(logs)


def test_progress_shows_from_twenty_blobs_up(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr("nsgkit.progress.DELAY", 0)
    for hour in range(20):
        put(tmp_path, hour, mac=f"{hour:012X}", data=blob(nsg_record(PROBE, minute=hour)))
    nsgkit.read_logs(tmp_path)
    assert "Reading flow logs" in capfd.readouterr().err
    nsgkit.read_logs(tmp_path, end="2024-12-19 18:00")
    assert "Reading" not in capfd.readouterr().err
