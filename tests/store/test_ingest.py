"""ingest: what a store holds is what read_logs gives, however it came in."""

import errno
import random
import subprocess
import sys
from unittest.mock import Mock

import pytest
from deltalake import DeltaTable
from filelock import FileLock
from hypothesis import HealthCheck, given, settings

import nsgkit
from nsgkit.errors import NoLogsError, NsgkitError
from nsgkit.evidence.lock import LOCK
from nsgkit.flows import reading
from nsgkit.flows.files import load
from nsgkit.store import delta
from nsgkit.store import ingest as module
from nsgkit.store.dealing import ROWS
from nsgkit.store.state import read_state
from tests.conftest import SAMPLES
from tests.store.compare import differences
from tests.store.random_logs import growing, random_logs, write


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The samples in a store, in three readings."""
    folder = tmp_path_factory.mktemp("samples") / "store"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "READING", 4 << 20)
        nsgkit.ingest(SAMPLES, folder)
    return folder


def test_the_samples_are_in_a_store_as_they_are_read(store, logs):
    assert not differences(nsgkit.open_store(store), logs)


def test_a_store_shows_itself_as_flow_logs_do(store, logs):
    assert repr(nsgkit.open_store(store)) == repr(logs)
    assert nsgkit.open_store(store)._repr_html_() == logs._repr_html_()


def test_read_logs_opens_a_store(store):
    assert type(nsgkit.read_logs(store)) is type(nsgkit.open_store(store))


def test_a_row_of_a_store_has_its_raw_tuple(store, logs):
    rows = logs.flows.sample(5, random_state=1)
    assert nsgkit.open_store(store).raw_rows(rows) == logs.raw_rows(rows)
    assert nsgkit.open_store(store).raw(rows.iloc[0]) == logs.raw(rows.iloc[0])


@pytest.mark.parametrize(("start", "end"), [("2024-12-19 09:00", "2024-12-19 10:00"), ("2024-12-19", None)])
def test_a_span_of_a_store_has_the_rows_and_blobs_of_that_span(store, start, end):
    stored, logs = (
        nsgkit.open_store(store, start=start, end=end),
        nsgkit.read_logs(SAMPLES, start=start, end=end),
    )
    assert not differences(stored, logs)
    assert stored.asked == logs.asked


def test_conversations_of_a_span_have_a_row_in_it_and_their_whole_life(store, stitched):
    start, end = "2024-12-19 09:00", "2024-12-19 10:00"
    found = nsgkit.open_store(store, start=start, end=end).conversations
    wanted = stitched[(stitched["last"] >= f"{start}Z") & (stitched["first"] < f"{end}Z")]
    assert len(found) == len(wanted)
    rows = found.aggregate('sum("rows")::BIGINT').to_arrow_table().column(0)[0].as_py()
    assert rows == wanted["rows"].sum()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=random_logs())
def test_random_logs_are_in_a_store_as_they_are_read(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("random")
    source = write(files, folder / "source")
    nsgkit.ingest(source, folder / "store")
    assert not differences(nsgkit.open_store(folder / "store"), nsgkit.read_logs(source))


@pytest.mark.parametrize("rows_of_a_part", [3, ROWS])
@pytest.mark.parametrize("seed", range(3))
def test_a_growing_mirror_is_in_a_store_as_it_is_read_at_each_moment(
    seed, rows_of_a_part, tmp_path, monkeypatch
):
    monkeypatch.setattr("nsgkit.store.dealing.ROWS", rows_of_a_part)
    monkeypatch.setattr("nsgkit.store.stitching.ROWS", rows_of_a_part)
    seen = {}
    for files in growing(random.Random(seed)):
        write(files, tmp_path / "source")
        seen |= files  # what is deleted in the source stays in the store
        logs = nsgkit.read_logs(write(seen, tmp_path / "all"))
        nsgkit.ingest(tmp_path / "source", tmp_path / "store")
        assert not differences(nsgkit.open_store(tmp_path / "store"), logs)


def test_in_many_parts_conversations_are_the_same(logs, tmp_path, monkeypatch):
    monkeypatch.setattr("nsgkit.store.dealing.ROWS", 3000)
    monkeypatch.setattr("nsgkit.store.stitching._AT_ONCE", 5000)
    monkeypatch.setattr("nsgkit.store.stitching._OF_FILE", 9000)
    nsgkit.ingest(SAMPLES, tmp_path / "store")
    assert not differences(nsgkit.open_store(tmp_path / "store"), logs)
    assert not (tmp_path / "store" / "parts").exists()


def test_what_did_not_change_is_not_opened(tmp_path, monkeypatch):
    first = nsgkit.ingest(SAMPLES, tmp_path / "store", start="2024-12-19 09:00", end="2024-12-19 10:00")
    before = read_state(tmp_path / "store")
    opened = []
    monkeypatch.setattr(reading, "load", lambda file, *more: opened.append(file.name) or load(file, *more))
    again = nsgkit.ingest(SAMPLES, tmp_path / "store", start="2024-12-19 09:00", end="2024-12-19 10:00")
    assert (again.new, again.grown, again.unchanged) == (0, 0, first.new)
    assert not [name for name in opened if name.endswith("PT1H.json")]
    assert read_state(tmp_path / "store").stitched == before.stitched


def test_only_conversations_that_are_touched_are_stitched_again(tmp_path, monkeypatch):
    hours = [f"2024-12-19 {hour:02}:00" for hour in (8, 9, 10)]
    nsgkit.ingest(SAMPLES, tmp_path / "store", end=hours[1])
    made = []
    real = module.stitch_new.__globals__["stitch_part"]
    monkeypatch.setitem(
        module.stitch_new.__globals__, "stitch_part", lambda flows: made.append(len(flows)) or real(flows)
    )
    done = nsgkit.ingest(SAMPLES, tmp_path / "store", start=hours[1], end=hours[2])
    assert 0 < sum(made) < done.rows / 5


def test_a_full_disk_is_said_in_a_sentence_and_the_ingest_goes_on_afterwards(tmp_path, monkeypatch):
    full = OSError(errno.ENOSPC, "No space left on device")
    hour = {"start": "2024-12-19 09:00", "end": "2024-12-19 10:00"}
    with monkeypatch.context() as patched:
        patched.setattr("pyarrow.parquet.write_table", Mock(side_effect=full))
        with pytest.raises(NsgkitError, match="No space left on device"):
            nsgkit.ingest(SAMPLES, tmp_path / "store", **hour)
    assert nsgkit.ingest(SAMPLES, tmp_path / "store", **hour).rows


def test_files_whose_logs_are_gone_behind_a_checkpoint_stay(tmp_path):
    hour = {"start": "2024-12-19 09:00", "end": "2024-12-19 10:00"}
    rows = nsgkit.ingest(SAMPLES, tmp_path / "store", **hour).rows
    DeltaTable(str(tmp_path / "store" / "flows")).create_checkpoint()
    for log in sorted((tmp_path / "store" / "flows" / "_delta_log").glob("*.json")):
        log.unlink()
    assert nsgkit.ingest(SAMPLES, tmp_path / "store", **hour).rows == rows
    opened = nsgkit.open_store(tmp_path / "store")
    assert len(opened.flows) == rows and "of no table" not in repr(opened)


def test_a_second_writer_is_told_so(tmp_path):
    (tmp_path / "store").mkdir()
    with (
        FileLock(tmp_path / "store" / LOCK),
        pytest.raises(NsgkitError, match="Another process is ingesting"),
    ):
        nsgkit.ingest(SAMPLES, tmp_path / "store")


def test_a_store_in_the_folder_of_the_logs_is_refused(tmp_path):
    write({"PT1H.json": b"{}"}, tmp_path / "logs")
    with pytest.raises(NsgkitError, match="beside it"):
        nsgkit.ingest(tmp_path / "logs", tmp_path / "logs" / "store")


def test_a_folder_that_holds_something_else_is_refused(tmp_path):
    write({"thesis.txt": b"text"}, tmp_path / "store")
    with pytest.raises(NsgkitError, match="not empty, and no store"):
        nsgkit.ingest(SAMPLES, tmp_path / "store")


def test_another_source_is_refused(tmp_path, store):
    write({"PT1H.json": (b'{"records":[]}')}, tmp_path / "logs")
    with pytest.raises(NsgkitError, match="holds the logs of"):
        nsgkit.ingest(tmp_path / "logs", store)


def test_a_source_without_logs_makes_no_store(tmp_path):
    write({"thesis.txt": b"text"}, tmp_path / "logs")
    with pytest.raises(NoLogsError):
        nsgkit.ingest(tmp_path / "logs", tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_a_folder_that_is_no_store_is_told_how_to_become_one(tmp_path):
    with pytest.raises(NsgkitError, match=r"nsgkit\.ingest"):
        nsgkit.open_store(tmp_path)


@pytest.mark.parametrize(("number", "how"), [(0, "an older"), (99, "a newer"), ("x", "a newer")])
def test_a_store_of_another_version_says_so(tmp_path, number, how):
    write({"store.json": f'{{"format": {number!r}}}'.replace("'", '"').encode()}, tmp_path)
    with pytest.raises(NsgkitError, match=how):
        nsgkit.open_store(tmp_path)


def test_a_torn_store_json_says_what_to_do(tmp_path):
    write({"store.json": b'{"format": 1, "sou'}, tmp_path)
    with pytest.raises(NsgkitError, match="Make the store anew"):
        nsgkit.open_store(tmp_path)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), "torn or changed"),
        (lambda path: path.unlink(), "missing"),
    ],
)
def test_a_spoilt_file_is_named_and_the_rest_is_read(tmp_path, spoil, says, monkeypatch):
    monkeypatch.setattr(module, "READING", 1 << 20)
    whole = nsgkit.ingest(SAMPLES, tmp_path / "store")
    path = tmp_path / "store" / "flows" / delta.live(tmp_path / "store", "flows")[2]  # others count no more
    spoil(path)
    logs = nsgkit.open_store(tmp_path / "store")
    assert 0 < len(logs.flows) < whole.rows
    assert f"{says}: flows/{path.relative_to(tmp_path / 'store' / 'flows').as_posix()}" in repr(logs)


def test_a_foreign_file_is_named_and_stays(store, logs):
    path = store / "flows" / "holiday.parquet"
    path.write_bytes(b"PAR1PAR1")
    opened = nsgkit.open_store(store)
    path.unlink()
    assert "of no table: flows/holiday.parquet" in repr(opened)
    assert len(opened.flows) == len(logs.flows)


def test_the_command_line_ingests(tmp_path):
    source = write({"PT1H.json": next(SAMPLES.rglob("PT1H.json")).read_bytes()}, tmp_path / "logs")
    command = [sys.executable, "-m", "nsgkit", "ingest", str(source), str(tmp_path / "store")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "1 new blob," in done.stdout
