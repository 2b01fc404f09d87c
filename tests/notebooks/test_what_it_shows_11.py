"""Notebook 11: each figure under What it shows in the samples, counted another way."""

import json
import tomllib
from pathlib import Path

import nbformat
import pytest

import nsgkit
from nsgkit.store import size
from tests.reference import ROOT

SAMPLES = ROOT / "data" / "samples"
CELLS = nbformat.read(ROOT / "notebooks" / "11-large-logs.ipynb", 4).cells
SAID = {cell.id: cell.source for cell in CELLS if cell.source.startswith("<details>")}
BYTES = ["bytes_src_to_dst", "bytes_dst_to_src"]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stores") / "store"
    nsgkit.ingest(SAMPLES, folder)
    return folder


def test_every_part_that_is_folded_is_tested():
    source = Path(__file__).read_text("utf-8")
    assert not [name for name in SAID if f'SAID["{name}"]' not in source]


def test_what_it_costs(store, logs):
    said, cost = SAID["cost-shows"], size(store).set_index("part")
    of_logs = sum(path.stat().st_size for path in SAMPLES.glob("insights-logs-*/**/*.json"))
    assert f"The {len(logs.blobs)} blobs have {of_logs:,} bytes" in said
    assert f"their {len(logs.flows):,} rows take about {cost.loc['flows', 'bytes_a_row']:.0f} bytes" in said
    assert round(of_logs / cost["bytes"].sum()) == 6 and "a sixth of the logs" in said


def test_the_three_highest_bars(stitched):
    """What is over within the hour, by the hour in which it began: the rest is spread and makes no peak."""
    said = SAID["picture-shows"]
    short = stitched[~stitched["folded"] & (stitched["duration"] < 3600)]
    hours = [short["resource"].astype("str").str.rpartition("/")[2], short["first"].dt.strftime("%d %H")]
    highest = short[BYTES].sum(axis=1).groupby(hours).sum().nlargest(3).index.tolist()
    assert {name.removesuffix("-FLOWLOG").rpartition("_")[2] for name, _ in highest} == {"VNET-DATA"}
    assert [hour for _, hour in highest] == ["18 02", "19 02", "19 22"]
    assert "at 02:00 in both nights" in said and "at 22:00 on 19 December" in said


def test_the_longest_connections(stitched):
    said = SAID["rows-shows"]
    ssh = stitched[(stitched["dst_port"] == 22) & (stitched["direction"] == "inbound")]
    longest = ssh[ssh["decision"] == "allowed"].nlargest(3, "duration")
    assert f"{longest['duration'].iloc[0] // 60:.0f} minutes, came from `{longest['src_ip'].iloc[0]}`" in said
    assert longest["src_ip"].iloc[1:].tolist() == ["192.0.2.191", "192.168.40.31"]
    facts = json.loads((SAMPLES / "truth.json").read_text("utf-8"))["facts"]
    assert next(f for f in facts if f["id"] == "contractor")["entities"]["src_ip"] == ["192.0.2.191"]
    hosts = tomllib.loads((SAMPLES / "network.toml").read_text("utf-8"))["hosts"]
    (laptop,) = (host for host in hosts if "192.168.40.31" in host["addresses"])
    assert laptop["role"] == "administrator's laptop"
    assert "the contractor's and an administrator's" in said
