"""One blob from its bytes: nsgkit.read_blob tells what nsgkit.read_logs tells of the same file."""

import gzip
import json

import pandas as pd
import pytest

import nsgkit
from nsgkit.errors import NsgkitError
from tests.blobs import ALLOWED, NSG, PROBE, nsg_record
from tests.conftest import SAMPLES

NAME = f"resourceId={NSG}/y=2024/m=12/d=19/h=09/m=00/macAddress=000D3AB17875/PT1H.json"


def blob(*records):
    return json.dumps({"records": [*records]}).encode()


TWICE = nsg_record(PROBE)
BLOBS = {
    "clean": blob(nsg_record(PROBE, ALLOWED)),
    "dirty": blob(nsg_record("dirt", PROBE), {"category": "NetworkSecurityGroupFlowEvent"}),
    "packed": gzip.compress(blob(nsg_record(PROBE)), mtime=0),
    "a record twice": blob(TWICE, TWICE),
    "cut": blob(nsg_record(PROBE), nsg_record(ALLOWED))[:-40],
}


@pytest.mark.parametrize("kind", BLOBS)
def test_its_tables_are_those_of_the_file(kind, tmp_path):
    path = tmp_path / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(BLOBS[kind])
    logs = nsgkit.read_logs(tmp_path)
    for name, table in nsgkit.read_blob(NAME, BLOBS[kind])._asdict().items():
        pd.testing.assert_frame_equal(table, getattr(logs, name))


def test_the_blobs_of_the_samples_one_by_one(logs):
    whole = logs.blobs[(logs.blobs["rows"] > 0) & (logs.blobs["repeats"] == 0)]
    names = whole["name"].head(40).tolist()
    read = [nsgkit.read_blob(name, (SAMPLES / name).read_bytes()) for name in names]
    assert [len(tables.flows) for tables in read] == whole["rows"].head(40).tolist()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("notes.txt", b"call Anna", "no flow record in it"),
        ("PT1H.json", b"", "empty: the placeholder of a folder, or a copy that failed"),
        ("PT1H.json", b'{"metricName": "B", "timeGrain": "PT1M"}', "metrics of Azure Monitor, no flow log"),
        ("PT1H.json", b"[1, 2]", "no flow record in it"),
        ("a.json.gz", b"\x1f\x8b is no gzip", "the gzip file cannot be unpacked"),
    ],
)
def test_what_is_no_flow_log_says_so(name, data, why):
    flows, rejects, blobs = nsgkit.read_blob(name, data)
    assert flows.empty and blobs["unread"].item() >= 1
    assert why in blobs["note"].item() or rejects["reason"].str.contains(why, regex=False).all()


@pytest.mark.parametrize("given", [(None, b""), ("a.json", "text"), ("a.json", None)])
def test_what_is_no_blob_is_refused(given):
    with pytest.raises(NsgkitError, match=r"read_blob\(name, path\.read_bytes\(\)\)"):
        nsgkit.read_blob(*given)


@pytest.mark.parametrize("data", [memoryview(BLOBS["clean"]), bytearray(BLOBS["clean"])])
def test_bytes_of_any_kind(data):
    assert len(nsgkit.read_blob(NAME, data).flows) == 2
