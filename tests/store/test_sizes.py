"""What a store costs: counted by its transactions, and once more in its folder."""

import pytest

import nsgkit
from nsgkit.errors import NsgkitError
from nsgkit.store import size
from tests.conftest import SAMPLES


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stores") / "store"
    nsgkit.ingest(SAMPLES, folder, start="2024-12-19 09:00", end="2024-12-19 10:00")
    return folder


def test_rows_are_those_of_the_opened_store(store):
    rows, logs = size(store).set_index("part")["rows"], nsgkit.open_store(store)
    assert rows["flows"] == len(logs.flows)
    assert rows["conversations"] >= len(logs.conversations) > 0
    assert rows["blobs"] == len(logs.blobs)
    assert rows["rejects"] == len(logs.rejects)


def test_files_and_bytes_are_those_in_the_folder(store):
    for part in size(store).itertuples():
        files = list((store / part.part).rglob("*.parquet"))
        assert (part.files, part.bytes) == (len(files), sum(file.stat().st_size for file in files))


def test_bytes_a_row_are_unknown_where_there_are_no_rows(store):
    table = size(store)
    assert (table["bytes_a_row"].isna() == (table["rows"] == 0)).all()


def test_files_that_count_no_more_are_no_cost(store):
    before = size(store)
    (store / "flows" / "foreign.parquet").write_bytes(b"PAR1")
    try:
        assert size(store).equals(before)
    finally:
        (store / "flows" / "foreign.parquet").unlink()


def test_what_is_no_store_is_told(tmp_path):
    with pytest.raises(NsgkitError, match="is no store"):
        size(tmp_path)
