"""One lazy frame for every engine, and the same pandas table back."""

import subprocess
import sys

import narwhals as nw
import pandas as pd
import pytest

from nsgkit import schema
from nsgkit.counting.expressions import known_sum
from nsgkit.counting.frame import Rows
from nsgkit.errors import MissingColumnError, NsgkitError
from tests.engines import connection
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
    same(Rows.of(ROWS).collect(TYPES), ROWS)


def test_a_relation_gives_the_same_table():
    same(Rows.of(connection().from_df(ROWS)).collect(TYPES), ROWS)


def test_parquet_gives_the_same_table(tmp_path):
    ROWS.to_parquet(tmp_path / "f.parquet")
    same(Rows.of(connection().read_parquet(str(tmp_path / "f.parquet"))).collect(TYPES), ROWS)


def test_no_rows_come_back_in_the_same_types():
    none = Rows.of(schema.empty()).collect(TYPES)
    assert none.dtypes.astype(str).equals(schema.empty().dtypes.astype(str))


def test_times_have_a_twin_in_whole_milliseconds():
    table = Rows.of(ROWS, ["time"]).collect({"time": schema.TIME, "time_ms": "int64"})
    assert table["time_ms"].tolist() == [int(t.timestamp() * 1000) for t in ROWS["time"]]


def test_whole_milliseconds_become_times_again():
    rows = Rows.of(ROWS, ["time"]).with_columns(time=nw.col("time_ms"))
    assert rows.collect({"time": schema.TIME})["time"].equals(ROWS["time"])


TEXTS = ["src_ip", "acl", "rule", "mac", "flow_log", "blob"]


def test_coded_texts_come_back_as_texts():
    same(Rows.of(ROWS, coded=TEXTS).collect(TYPES), ROWS)


def test_coded_texts_come_back_as_texts_though_nobody_asks_for_it(logs):
    """They came as '3', '6', '12' …, where the codebook was forgotten."""
    rules = Rows.of(logs.flows, ["rule"], coded=["rule"]).select("rule").unique().collect({"rule": "str"})
    assert set(rules["rule"].dropna()) == set(logs.flows["rule"].dropna())


def test_a_coded_column_under_another_name_is_an_error_and_no_number():
    renamed = Rows.of(ROWS, coded=["rule"]).with_columns(team=nw.col("rule"))
    with pytest.raises(TypeError, match="with_copies"):
        renamed.collect({"team": "str"})


def test_a_coded_column_that_is_made_anew_is_coded_no_more():
    rows = Rows.of(ROWS, coded=["rule"]).with_columns(rule=nw.lit("Other"))
    assert set(rows.collect({"rule": "str"})["rule"]) == {"Other"}


def test_a_copy_of_a_coded_column_is_text_as_well():
    rows = Rows.of(ROWS, coded=["rule"]).with_copies(team="rule")
    assert rows.collect({"team": "str"})["team"].tolist() == ROWS["rule"].tolist()


def test_codes_of_different_texts_are_not_joined():
    tables = (ROWS, ROWS.assign(rule="Other"))
    one, other = (Rows.of(table, ["rule"], coded=["rule"]) for table in tables)
    with pytest.raises(TypeError, match="same texts"):
        one.join(other, on=["rule"])


def test_codes_sort_as_their_texts_do():
    rows = flows("""
        09:00:00 10.0.0.4:1 10.0.1.5:443 TCP O A B rule=z
        09:00:00 10.0.0.4:2 10.0.1.5:443 TCP O A B rule=a
    """)
    ordered = Rows.of(rows, ["rule"], coded=["rule"]).sort("rule")
    assert ordered.collect({"rule": "str"})["rule"].tolist() == ["a", "z"]


def test_sorted_categories_are_taken_as_they_are():
    assert Rows.of(ROWS, coded=["src_ip"]).codebook["src_ip"] is ROWS["src_ip"].cat.categories


def test_what_is_materialized_is_found_once():
    found = Rows.of(ROWS, ["dst_port"]).unique().materialize()
    assert len(found.join(Rows.of(ROWS), on=["dst_port"]).collect({"tuple": "int32"})) == len(ROWS)


def test_a_relation_is_found_once_and_asked_on_its_own_connection():
    rows = Rows.of(connection().from_df(ROWS))
    found = rows.materialize()
    assert found is not rows and not found.ours
    types = dict.fromkeys(ROWS)
    pd.testing.assert_frame_equal(found.collect(types), rows.collect(types))


def test_an_enum_of_a_relation_is_text():
    relation = connection().from_df(ROWS)
    assert "ENUM" in str(relation.types)
    assert Rows.of(relation, ["direction"]).frame.collect_schema()["direction"] == nw.String


def test_a_fingerprint_tells_a_null_from_its_neighbour():
    pairs = pd.DataFrame({"a": ["x", None, "x"], "b": [None, "x", None]})
    marks = Rows.of(pairs).fingerprint(mark=["a", "b"]).collect({"mark": "uint64"})["mark"]
    assert marks[0] == marks[2] != marks[1]


def test_only_the_columns_that_are_asked_for_are_there():
    assert Rows.of(ROWS, ["acl", "rule"]).frame.collect_schema().names() == ["acl", "rule"]


def test_a_sum_of_nothing_known_is_unknown():
    sums = Rows.of(ROWS).select(a=known_sum("bytes_src_to_dst"), b=known_sum("bytes_dst_to_src"))
    assert sums.collect({"a": "Int64", "b": "Int64"}).loc[0].tolist() == [300, pd.NA]


def test_two_tables_can_be_joined():
    names = pd.DataFrame({"dst_port": [443], "service": ["https"]})
    joined = Rows.of(ROWS, ["dst_port"]).join(Rows.of(names), on=["dst_port"])
    assert joined.collect({"service": "str"})["service"].tolist() == ["https"] * 3


@pytest.mark.parametrize(
    "engine", [lambda table: table, lambda table: connection().from_df(table)], ids=["pandas", "duckdb"]
)
@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", None], "str"), ([1, 2], "Int64"), ([True, False], "boolean"), ([0.5, None], "float64"),
        (pd.to_datetime(["2024-12-19", None], utc=True), schema.TIME),
        (pd.to_datetime(["2024-12-19", None], utc=True).as_unit("ns"), schema.TIME),
    ],
)  # fmt: skip
def test_a_column_of_an_analysts_own_keeps_what_it_holds(engine, values, kind):
    table = Rows.of(engine(pd.DataFrame({"own": values}))).collect({"own": None})
    assert table["own"].dtype == pd.Series(dtype=kind).dtype  # pandas 2 calls its texts objects
    assert table["own"].isna().sum() == pd.Series(values).isna().sum()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_times_of_any_unit_have_their_milliseconds_beside_them(unit, zone):
    times = pd.to_datetime(["2024-12-19 09:00:01"]).tz_localize(zone).as_unit(unit)
    rows = Rows.of(pd.DataFrame({"own": times}), ["own"]).collect({"own_ms": "int64"})
    assert rows["own_ms"].tolist() == [1_734_598_801_000]


def test_the_table_that_was_given_stays_as_it_was():
    before = ROWS.copy(deep=True)
    Rows.of(ROWS).filter(nw.col("dst_port") == 1).collect(TYPES)
    pd.testing.assert_frame_equal(ROWS, before)


def test_the_flow_table_of_what_was_read_is_meant(logs):
    assert len(Rows.of(logs, ["tuple"]).collect({"tuple": "int32"})) == len(logs.flows)


def test_a_missing_column_names_the_function_that_makes_it():
    with pytest.raises(MissingColumnError, match=r"no column country.*nsgkit\.enrich\.country"):
        Rows.of(ROWS, ["country"], remedy="nsgkit.enrich.country")


@pytest.mark.parametrize("nothing", [[1, 2], "flows", None, 3])
def test_what_is_no_table_is_an_error_that_says_what_is(nothing):
    with pytest.raises(NsgkitError, match="pandas table"):
        Rows.of(nothing)


def test_the_clock_of_the_machine_does_not_matter():
    code = (
        "import pandas as pd; from nsgkit.counting.frame import Rows;"
        "t = pd.DataFrame({'time': pd.to_datetime(['2024-12-19T09:00Z']).as_unit('ms')});"
        "print(Rows.of(t).collect({'time': 'datetime64[ms, UTC]'}).time.item());"
        "print(Rows.of(t).collect({'time_ms': 'int64'}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], check=True, env={"TZ": "Asia/Tokyo"}, capture_output=True, text=True
    )
    assert "2024-12-19 09:00:00+00:00" in ran.stdout
    assert "1734598800000" in ran.stdout


def test_more_rows_than_memory_is_for_are_said_to_be_too_many():
    rows = Rows.of(connection().sql("SELECT * FROM range(4) t(n)"))
    assert len(rows.collect_few({"n": "int64"}, most=4)) == 4
    with pytest.raises(NsgkitError, match=r"More than 3 conversations .* narrower filter"):
        rows.collect_few({"n": "int64"}, most=3)
