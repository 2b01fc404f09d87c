"""The logs that benchmarks write are flow logs of both families, without a reject, in real shapes."""

import pytest

import nsgkit
from benchmarks.written import write_logs


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    write_logs(folder, 60_000, days=2)
    return nsgkit.read_logs(folder)


def test_every_row_is_read(logs):
    assert len(logs.rejects) == 0
    assert len(logs.flows) == pytest.approx(60_000, abs=10)
    assert {*logs.flows["version"]} == {2, 4}


def test_the_conversations_are_as_in_real_logs(logs):
    table = nsgkit.conversations(logs)
    assert len(table) / len(logs.flows) == pytest.approx(1 / 3, abs=0.05)
    assert table["state"].eq("closed").mean() > 0.6
    assert 0.2 < table["state"].eq("denied").mean() < 0.4
    assert 0.03 < table["folded"].mean() < 0.15
    assert table["duration"].max() > 86_400


def test_the_same_bytes_are_written_each_time(tmp_path):
    for name in ("one", "other"):
        write_logs(tmp_path / name, 3_000, days=1)
    one, other = (
        {p.relative_to(top): p.read_bytes() for p in top.rglob("*.json")} for top in tmp_path.iterdir()
    )
    assert one == other
