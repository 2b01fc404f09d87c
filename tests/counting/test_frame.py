"""One lazy frame for every engine, and the same pandas table back."""

import subprocess
import sys

import duckdb
import narwhals as nw
import pandas as pd
import pytest

from nsgkit import schema
from nsgkit.counting.frame import bin_width, codes, collect, fingerprint, known_sum, lazy, settled
from nsgkit.errors import MissingColumnError, NsgkitError
from tests.frames import flows

ROWS = flows("""
    09:00:05.123 10.0.0.4:50000 10.0.1.5:443 TCP O A B
    09:05:05     10.0.0.4:50000 10.0.1.5:443 TCP O A C 3/300 -/-
    09:06:05     2001:db8::1:50000 10.0.1.5:443 TCP I D - version=4 encryption=encrypted
""")
TYPES = {c.name: c.dtype for c in schema.FLOWS}


def same(left, right):
    pd.testing.assert_frame_equal(left, right, check_categorical=False)


def test_a_pandas_table_comes_back_as_it_went_in():
    same(collect(lazy(ROWS), TYPES), ROWS)


def test_a_relation_gives_the_same_table():
    same(collect(lazy(duckdb.connect().from_df(ROWS)), TYPES), ROWS)


def test_parquet_gives_the_same_table(tmp_path):
    ROWS.to_parquet(tmp_path / "f.parquet")
    same(collect(lazy(duckdb.connect().read_parquet(str(tmp_path / "f.parquet"))), TYPES), ROWS)


def test_no_rows_come_back_in_the_same_types():
    assert collect(lazy(schema.empty()), TYPES).dtypes.astype(str).equals(schema.empty().dtypes.astype(str))


def test_times_have_a_twin_in_whole_milliseconds():
    table = collect(lazy(ROWS, ["time"]), {"time": schema.TIME, "time_ms": "int64"})
    assert table["time_ms"].tolist() == [int(t.timestamp() * 1000) for t in ROWS["time"]]


def test_whole_milliseconds_become_times_again():
    frame = lazy(ROWS, ["time"]).with_columns(time=nw.col("time_ms"))
    assert collect(frame, {"time": schema.TIME})["time"].equals(ROWS["time"])


TEXTS = ["src_ip", "acl", "rule", "mac", "flow_log", "blob"]


def test_coded_texts_come_back_as_texts():
    book = codes(ROWS, TEXTS)
    same(collect(lazy(ROWS, codebook=book), TYPES, book), ROWS)


def test_codes_sort_as_their_texts_do():
    rows = flows("""
        09:00:00 10.0.0.4:1 10.0.1.5:443 TCP O A B rule=z
        09:00:00 10.0.0.4:2 10.0.1.5:443 TCP O A B rule=a
    """)
    book = codes(rows, ["rule"])
    ordered = lazy(rows, ["rule"], codebook=book).sort("rule")
    assert collect(ordered, {"rule": "str"}, book)["rule"].tolist() == ["a", "z"]


def test_sorted_categories_are_taken_as_they_are():
    assert codes(ROWS, ["src_ip"])["src_ip"] is ROWS["src_ip"].cat.categories


def test_what_is_settled_is_found_once():
    found = settled(lazy(ROWS, ["dst_port"]).unique(), ROWS)
    assert collect(found.join(lazy(ROWS), on="dst_port"), {"tuple": "int32"})["tuple"].size == len(ROWS)


def test_a_relation_stays_where_it_is():
    frame = lazy(duckdb.connect().from_df(ROWS))
    assert settled(frame, frame.to_native()) is frame


def test_an_enum_of_a_relation_is_text():
    relation = duckdb.connect().from_df(ROWS)
    assert "ENUM" in str(relation.types)
    assert lazy(relation, ["direction"]).collect_schema()["direction"] == nw.String


def test_a_fingerprint_tells_a_null_from_its_neighbour():
    pairs = pd.DataFrame({"a": ["x", None, "x"], "b": [None, "x", None]})
    marks = collect(fingerprint(lazy(pairs), mark=["a", "b"]), {"mark": "uint64"})["mark"]
    assert marks[0] == marks[2] != marks[1]


def test_only_the_columns_that_are_asked_for_are_there():
    assert lazy(ROWS, ["acl", "rule"]).collect_schema().names() == ["acl", "rule"]


def test_a_sum_of_nothing_known_is_unknown():
    sums = lazy(ROWS).select(
        known_sum("bytes_src_to_dst").alias("a"), known_sum("bytes_dst_to_src").alias("b")
    )
    assert collect(sums, {"a": "Int64", "b": "Int64"}).loc[0].tolist() == [300, pd.NA]


def test_two_tables_can_be_joined():
    names = pd.DataFrame({"dst_port": [443], "service": ["https"]})
    joined = lazy(ROWS, ["dst_port"]).join(lazy(names), on="dst_port")
    assert collect(joined, {"service": "str"})["service"].tolist() == ["https"] * 3


def test_the_table_that_was_given_stays_as_it_was():
    before = ROWS.copy(deep=True)
    collect(lazy(ROWS).filter(nw.col("dst_port") == 1), TYPES)
    pd.testing.assert_frame_equal(ROWS, before)


def test_a_missing_column_names_the_function_that_makes_it():
    with pytest.raises(MissingColumnError, match=r"no column country.*nsgkit\.enrich\.country"):
        lazy(ROWS, ["country"], remedy="nsgkit.enrich.country")


@pytest.mark.parametrize("nothing", [[1, 2], "flows", None, 3])
def test_what_is_no_table_is_an_error_that_says_what_is(nothing):
    with pytest.raises(NsgkitError, match="pandas table"):
        lazy(nothing)


@pytest.mark.parametrize(("text", "width"), [("5min", 300_000), ("1h", 3_600_000), ("1d", 86_400_000)])
def test_widths_of_time(text, width):
    assert bin_width(text) == width


def test_the_clock_of_the_machine_does_not_matter():
    code = (
        "import pandas as pd; from nsgkit.counting.frame import collect, lazy;"
        "t = pd.DataFrame({'time': pd.to_datetime(['2024-12-19T09:00Z']).as_unit('ms')});"
        "print(collect(lazy(t), {'time': 'datetime64[ms, UTC]'}).time.item());"
        "print(collect(lazy(t), {'time_ms': 'int64'}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], check=True, env={"TZ": "Asia/Tokyo"}, capture_output=True, text=True
    )
    assert "2024-12-19 09:00:00+00:00" in ran.stdout
    assert "1734598800000" in ran.stdout
