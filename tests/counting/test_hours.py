"""Bytes and packets by the hour: numpy, the engine and a store tell the same."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.analyses import over_time
from nsgkit.counting.frame import Rows
from nsgkit.counting.quick.hours import HOUR, by_hours
from nsgkit.counting.spread import bins_in_engine
from nsgkit.schema import COUNTERS
from tests.stores import as_stored


@pytest.fixture(scope="module")
def stored(logs, tmp_path_factory):
    return as_stored(logs, tmp_path_factory.mktemp("stored"))


COUNTS = st.one_of(st.none(), st.integers(0, 10_000), st.integers(0, 2**50))
TIMES = (st.integers(0, 4 * HOUR), st.integers(0, 90 * HOUR))
ROWS = st.lists(st.tuples(st.integers(0, 3), *TIMES, *[COUNTS] * 4), max_size=12)


@given(ROWS)
def test_numpy_shares_out_over_hours_as_the_engine_does(rows):
    names = ["conversation", "since", "span", *COUNTERS]
    added = pd.DataFrame(rows, columns=names, dtype="object")
    types = dict.fromkeys(names[:3], "int64") | dict.fromkeys(COUNTERS, "Int64")
    added = added.astype(types)
    added = added.assign(until=added["since"] + added["span"]).drop(columns="span")
    theirs = Rows.of(added.rename(columns={"since": "_since", "until": "_until"}))
    bins = bins_in_engine(theirs, HOUR, ["conversation"]).sort("conversation", "_start")
    wanted = bins.collect({"conversation": "int64", "_start": "int64", **dict.fromkeys(COUNTERS, "Int64")})
    found = by_hours(added).rename(columns={"since": "_start"}).drop(columns="until")
    pd.testing.assert_frame_equal(found, wanted)


@pytest.mark.parametrize("freq", ["1h", "6h", "1D", "1W", "15min"])
@pytest.mark.parametrize("by", [None, "rule", ["protocol", "dst_port"]], ids=str)
def test_a_store_tells_bytes_over_time_as_the_flows_do(logs, stitched, stored, freq, by):
    wanted = over_time(stitched, freq=freq, by=by, flows=logs)
    pd.testing.assert_frame_equal(over_time(stored.conversations, freq=freq, by=by, flows=stored), wanted)
