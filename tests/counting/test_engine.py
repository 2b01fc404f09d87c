"""DuckDB as the kit opens it: with limits, and a sentence where they are reached."""

import pandas as pd
import psutil
import pytest

from nsgkit.counting import engine
from nsgkit.counting.frame import Rows
from nsgkit.errors import NsgkitError


def setting(connection, name):
    return connection.execute(f"SELECT current_setting('{name}')").fetchone()[0]


def rows(connection):
    """A million texts, all different."""
    return Rows.of(connection.sql("SELECT 'text number ' || i AS text FROM range(1000000) t(i)"))


def test_a_store_s_connection_has_the_limit_that_it_is_given():
    assert setting(engine.connect("600MB"), "memory_limit") == "572.2 MiB"


def test_others_have_a_share_of_what_is_free(monkeypatch):
    free = type("Free", (), {"available": 10_000_000_000})
    monkeypatch.setattr(psutil, "virtual_memory", free)
    assert setting(engine.connect(), "memory_limit") == "5.5 GiB"


def test_never_less_than_a_gigabyte(monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", type("Free", (), {"available": 1_000}))
    assert setting(engine.connect(), "memory_limit") == "953.6 MiB"


def test_what_does_not_fit_goes_into_a_folder_of_this_process():
    assert "nsgkit-spill-" in setting(engine.connect(), "temp_directory")


def test_a_full_disk_is_said_in_a_sentence_that_helps():
    connection = engine.connect("30MB")
    connection.execute("SET max_temp_directory_size = '0KB'")
    with pytest.raises(
        NsgkitError, match=r"folder .*nsgkit-spill-.* is full: .* GB free.*nsgkit\.query.*TMPDIR"
    ):
        rows(connection).unique().sort("text").collect({"text": "str"})


def test_too_little_memory_is_said_in_a_sentence_that_says_how_much_there_is():
    with pytest.raises(NsgkitError, match=r"limit of memory of 4\.7 MiB.*narrower span or filter"):
        rows(engine.connect("5MB")).unique().sort("text").collect({"text": "str"})


def test_so_it_is_where_a_step_is_found_once():
    with pytest.raises(NsgkitError, match="limit of memory"):
        rows(engine.connect("5MB")).unique().sort("text").materialize()


def test_other_errors_of_duckdb_stay_what_they_are():
    with pytest.raises(Exception, match="Could not convert"), engine.room_told():
        engine.connect().sql("SELECT 'a'::INTEGER").fetchall()


def test_what_is_found_once_is_the_same_and_wide_sums_stay_exact():
    held = engine.connect("600MB").sql(
        "SELECT sum(n)::HUGEINT AS n FROM (SELECT 9007199254740993::BIGINT AS n)"
    )
    assert Rows.of(held).materialize().collect({"n": "int64"})["n"].item() == 2**53 + 1


def test_what_is_told_of_texts_comes_beside_them():
    held = engine.connect("600MB").sql("SELECT unnest(['a', 'b', NULL]) AS text")
    found = Rows.of(held).look_up("text", ["a", "c"], told=["A", "C"]).sort("text").collect({"told": "str"})
    pd.testing.assert_series_equal(found["told"], pd.Series(["A", None, None], name="told", dtype="str"))
