"""Logs that would not fit into memory are told before they are read, and none that fit are refused."""

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit.errors import NsgkitError
from nsgkit.flows import room
from nsgkit.flows.files import LogFile, choose_span
from nsgkit.flows.folder import find_files
from nsgkit.layout import parse_name
from nsgkit.memory import Memory
from tests.blobs import PROBE, blob, nsg_record
from tests.conftest import SAMPLES

GB = 10**9
ALL = choose_span(None, None)


@pytest.fixture
def there(monkeypatch):
    """Say how much memory there is, as a machine would; and ask also of small folders."""
    monkeypatch.setattr(room, "_SMALL", 0)
    return lambda free, total=GB: monkeypatch.setattr(room, "memory", lambda: Memory(total, free))


def test_the_samples_are_refused_where_there_is_no_room_with_what_to_do(there):
    there(free=0, total=0)
    with pytest.raises(NsgkitError) as refused:
        nsgkit.read_logs(SAMPLES)
    assert f"nsgkit.ingest({str(SAMPLES)!r}, " in str(refused.value)
    assert 'logs = nsgkit.open_store("store")' in str(refused.value)
    assert "start= and end=" in str(refused.value)


def test_it_says_how_many_rows_and_how_much_memory(there, monkeypatch):
    there(free=2 * GB, total=8 * GB)
    monkeypatch.setattr(room, "_most_rows", lambda _: 45_000_000)
    monkeypatch.setattr(room, "estimated_rows", lambda _: 45_000_000)
    with pytest.raises(
        NsgkitError, match=r"about 45,000,000 flow rows, which take 9\.0 GB of memory; .* 2\.0 GB"
    ):
        nsgkit.read_logs(SAMPLES)


def test_what_fits_is_read(there):
    there(free=GB)
    assert len(nsgkit.read_logs(SAMPLES).flows) > 60_000


def test_of_a_small_folder_the_machine_is_not_asked(monkeypatch):
    monkeypatch.setattr(room, "memory", None)
    assert len(nsgkit.read_logs(SAMPLES, start="2024-12-19 09:00", end="2024-12-19 10:00").flows)


def test_only_the_hours_asked_for_need_room(there):
    hour = choose_span("2024-12-19 09:00", "2024-12-19 10:00")
    few = find_files(SAMPLES, hour).files
    there(free=room.estimated_rows(few) * room.BYTES_OF_A_ROW, total=0)
    room.check_room(SAMPLES, few)
    with pytest.raises(NsgkitError, match="which take"):
        room.check_room(SAMPLES, find_files(SAMPLES, ALL).files)


def test_the_estimate_is_near_what_there_is(logs):
    estimated = room.estimated_rows(find_files(SAMPLES, ALL).files)
    assert estimated == pytest.approx(len(logs.flows), rel=0.15)


@pytest.mark.parametrize("name", ["PT1H.json", "PT1H.json.gz"])
def test_packed_or_not_the_estimate_is_near(tmp_path, name):
    lines = [PROBE.replace("51318", str(port)) for port in range(10_000, 30_000)]
    data = blob(nsg_record(*lines))
    file = tmp_path / name
    file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    log = LogFile(name, file, parse_name(name), file.stat().st_size)
    assert room.estimated_rows([log]) == pytest.approx(len(lines), rel=0.25)


def test_a_large_file_among_small_ones_is_looked_into(tmp_path):
    (tmp_path / "large.json").write_bytes(blob(nsg_record(*[PROBE] * 20_000)))
    for number in range(200):
        (tmp_path / f"{number}.json").write_bytes(b'{"records":[]}')
    assert room.estimated_rows(find_files(tmp_path, ALL).files) == pytest.approx(20_000, rel=0.1)


@given(free=st.integers(0, 10**12), total=st.integers(1, 10**12), rows=st.integers(0, 10**11))
def test_nothing_is_refused_that_needs_less_than_an_eighth_of_memory_or_than_is_free(free, total, rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "memory", lambda: Memory(total, min(free, total)))
        patch.setattr(room, "_most_rows", lambda _: rows)
        patch.setattr(room, "estimated_rows", lambda _: rows)
        needed = rows * room.BYTES_OF_A_ROW
        fits = needed <= max(min(free, total), total // 8, room._SMALL)
        try:
            room.check_room(SAMPLES, [])
        except NsgkitError:
            assert not fits
        else:
            assert fits


def test_a_file_that_is_gone_or_no_gzip_is_left_to_the_reading(tmp_path):
    (tmp_path / "broken.gz").write_bytes(b"no gzip")
    names = ("gone.json", "broken.gz")
    files = [LogFile(name, tmp_path / name, parse_name(name), 100) for name in names]
    assert room.estimated_rows(files) == 0


def test_it_costs_a_moment_where_the_machine_is_asked(there):
    there(free=GB)
    files = find_files(SAMPLES, ALL).files
    begun = time.process_time()
    room.check_room(SAMPLES, files)
    assert time.process_time() - begun < 0.5
