"""The country and operator of each end: beside any table, on any engine, quickly."""

import time
from ipaddress import ip_address

import numpy as np
import pandas as pd
import pytest

from nsgkit.enrich import country, operator
from nsgkit.enrich.geography.registries import registry
from nsgkit.errors import MissingColumnError
from tests.engines import connection
from tests.enrich.told import network

TABLE = pd.DataFrame(
    {"src_ip": ["8.8.8.8", "10.0.0.4", "8.8.8.8"], "dst_ip": ["10.0.0.4", "192.0.2.7", None]}
)
FEED = network({"prefix": "192.0.2.0/24", "country": "GB", "operator": "A Net", "source": "a.csv, line 1"})


def test_both_ends_with_their_sources():
    told = country(TABLE, network=FEED)
    assert told["src_country"].tolist() == ["US", "unknown", "US"]
    assert told["dst_country"].tolist()[:2] == ["unknown", "GB"] and pd.isna(told["dst_country"].tolist()[2])
    assert told["src_country_source"].tolist()[0] == registry()
    assert told["dst_country_source"].tolist()[1] == "a.csv"
    pd.testing.assert_frame_equal(told[["src_ip", "dst_ip"]], TABLE)


def test_the_operator_is_null_unless_something_tells():
    told = operator(TABLE, network=FEED)
    assert told["dst_operator"].tolist()[1] == "A Net"
    assert told["src_operator"].isna().all() and operator(TABLE)["dst_operator"].isna().all()


def test_on_duckdb():
    held = connection()
    held.register("given", TABLE.head(2))
    told = (
        country(held.sql("SELECT * FROM given"), network=FEED).df().sort_values("src_ip", ignore_index=True)
    )
    plain = country(TABLE.head(2), network=FEED).astype("str").sort_values("src_ip", ignore_index=True)
    pd.testing.assert_frame_equal(told.astype("str"), plain)


@pytest.mark.parametrize("fact", [country, operator])
def test_a_missing_column_is_named(fact):
    with pytest.raises(MissingColumnError, match="dst_ip"):
        fact(TABLE[["src_ip"]])


def test_a_million_rows_are_quick():
    """Under .3 s of one processor; asked four times as long, for a machine that is busy."""
    rng = np.random.default_rng(1)
    distinct = pd.Index([str(ip_address(int(n))) for n in rng.integers(0, 2**32, 20_000)])
    ends = {end: pd.Categorical.from_codes(rng.integers(0, 20_000, 10**6), distinct.unique()[:20_000])
            for end in ("src_ip", "dst_ip")} if distinct.is_unique else {}  # fmt: skip
    began = time.process_time()
    country(pd.DataFrame(ends))
    assert time.process_time() - began < 1.2
