"""fetch: the same rows, in the same types, from a table of pandas and from a store; never more than fit."""

import pandas as pd
import pytest

import nsgkit
from nsgkit.counting import fetching
from nsgkit.errors import MissingColumnError, NsgkitError
from tests.engines import connection
from tests.frames import flows
from tests.stores import as_stored

HOUR = {"start": "2024-12-19 09:00", "end": "2024-12-19 10:00"}


@pytest.fixture(scope="module")
def hour():
    return nsgkit.read_logs("data/samples", **HOUR)


@pytest.fixture(scope="module")
def stored(hour, tmp_path_factory):
    return as_stored(hour, tmp_path_factory.mktemp("store"))


@pytest.mark.parametrize("name", ["flows", "conversations"])
def test_a_store_gives_the_table_that_pandas_has_in_its_order(hour, stored, name):
    expected = hour.flows if name == "flows" else nsgkit.conversations(hour)
    found = nsgkit.fetch(getattr(stored, name))
    texts = expected.select_dtypes("category").columns
    plain = dict.fromkeys(texts, "object")
    pd.testing.assert_frame_equal(found.astype(plain), expected.astype(plain), check_dtype=True)
    assert (found.dtypes.astype(str) == expected.dtypes.astype(str)).all()


def test_another_table_is_given_as_it_is_held():
    table = pd.DataFrame({"time": ["noon"], "state": ["of its own"]})
    assert nsgkit.fetch(connection().from_df(table)).to_dict("list") == table.to_dict("list")


def test_logs_give_their_flow_rows(hour, stored):
    assert len(nsgkit.fetch(hour)) == len(nsgkit.fetch(stored)) == len(hour.flows)


@pytest.mark.parametrize("largest", ["rows", "duration", "first", "bytes_src_to_dst"])
def test_the_largest_come_first_and_equal_ones_in_the_order_of_the_logs(hour, stored, largest):
    place = ["blob", "record", "tuple"]
    made = [
        nsgkit.fetch(t, columns=place, top=40, largest=largest)
        for t in (nsgkit.conversations(hour), stored.conversations)
    ]
    first, second = (table.astype(str).to_numpy().tolist() for table in made)
    assert first == second
    assert len(first) == 40


def test_unknown_is_last():
    table = pd.DataFrame({"n": pd.array([None, 1, 2], dtype="Int64")})
    relation = connection().from_df(table)
    assert [nsgkit.fetch(t, top=3, largest="n")["n"].isna().tolist() for t in (table, relation)] == [
        [False, False, True]
    ] * 2


def test_of_a_pandas_table_the_labels_stay():
    table = flows("09:00 10.0.0.4:9 10.0.1.5:25 TCP O D B\n09:01 10.0.0.4:9 10.0.1.5:25 TCP O D B").iloc[::-1]
    assert nsgkit.fetch(table, columns=["time"], top=1).index.tolist() == [1]


def test_columns_come_in_the_order_asked_for(stored):
    found = nsgkit.fetch(stored, columns=["dst_port", "src_ip"], top=2)
    assert found.columns.tolist() == ["dst_port", "src_ip"]
    assert len(found) == 2


def test_a_column_that_is_not_there_is_named(stored):
    with pytest.raises(MissingColumnError, match="wrong"):
        nsgkit.fetch(stored, columns=["wrong"])


def test_more_rows_than_fit_are_refused_with_what_to_do(stored, monkeypatch):
    monkeypatch.setattr(fetching, "MOST", 10)
    with pytest.raises(NsgkitError, match=r"more than 10 are not fetched.*nsgkit\.query.*top=.*breakdown"):
        nsgkit.fetch(stored)
    with pytest.raises(NsgkitError, match="more than 10"):
        nsgkit.fetch(stored, top=11)


def test_as_many_as_fit_are_given(stored, monkeypatch):
    monkeypatch.setattr(fetching, "MOST", 10)
    assert len(nsgkit.fetch(stored, top=10)) == 10
    few = nsgkit.query(stored, "dst_port:12086")
    assert len(nsgkit.fetch(few, top=11)) == len(nsgkit.fetch(few)) == 1


@pytest.mark.parametrize("top", [-1, 2.5, True])
def test_top_is_a_number_of_rows(stored, top):
    with pytest.raises(NsgkitError, match="top takes a number"):
        nsgkit.fetch(stored, top=top)
