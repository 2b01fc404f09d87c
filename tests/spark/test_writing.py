"""What Spark writes is a store: what is opened again is what was read."""

import pandas as pd
import pytest
from deltalake import DeltaTable

import nsgkit
from nsgkit import schema
from nsgkit.errors import NsgkitError
from tests.spark.same import PLACE, assert_same


@pytest.fixture(scope="module")
def written(on_spark, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster") / "store"
    nsgkit.spark.write(on_spark, str(folder))
    return folder


@pytest.fixture(scope="module")
def stored(written):
    return nsgkit.open_store(written)


@pytest.mark.parametrize("name", ["rejects", "blobs"])
def test_its_small_tables_are_the_same(name, stored, logs):
    pd.testing.assert_frame_equal(getattr(stored, name), getattr(logs, name))


def test_its_rows_are_the_same(stored, logs):
    assert_same(stored.flows, logs.flows, schema.FLOWS, PLACE)


def test_its_conversations_are_the_same(stored, stitched):
    assert_same(stored.conversations, stitched, schema.CONVERSATIONS, PLACE)


def test_a_tuple_is_found_again(stored, logs):
    row = logs.flows.iloc[17]
    assert stored.raw(row) == logs.raw(row)


def test_other_readers_of_delta_lake_see_the_rows(written, logs):
    assert DeltaTable(written / "flows").to_pyarrow_table().num_rows == len(logs.flows)


def test_a_folder_that_holds_something_is_refused(on_spark, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(NsgkitError, match="is not empty"):
        nsgkit.spark.write(on_spark, str(tmp_path))


def test_an_address_is_refused(on_spark):
    with pytest.raises(NsgkitError, match="give the path of a volume or a mount"):
        nsgkit.spark.write(on_spark, "abfss://logs@account.dfs.core.windows.net/store")
