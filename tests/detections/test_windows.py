"""Windows that slide, held against counts of each window by itself."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.counting.frame import Rows
from nsgkit.detections.windows import may_have, most_in_windows
from tests.detections.plain import most

WIDTH = 10
events = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5)), max_size=40).map(sorted)


groups = st.dictionaries(st.sampled_from("abc"), events.filter(bool), min_size=1)


def in_time_order(groups):
    rows = [(name, t, v) for name, seen in groups.items() for t, v in seen]
    table = pd.DataFrame(rows, columns=["src_ip", "first_ms", "dst_port"])
    return table.sort_values("first_ms", kind="stable", ignore_index=True)


@given(groups)
def test_all_groups_at_once(groups):
    found = most_in_windows(in_time_order(groups), ["src_ip"], "dst_port", WIDTH)
    expected = {
        name: most([t for t, _ in seen], [v for _, v in seen], WIDTH) for name, seen in groups.items()
    }
    assert found.to_dict() == expected


def test_no_groups_at_all():
    empty = in_time_order({})
    assert most_in_windows(empty, ["src_ip"], "dst_port", WIDTH).empty


@given(groups, st.integers(1, 6))
def test_what_the_engine_leaves_out_has_too_few(groups, least):
    table = in_time_order(groups)
    kept = may_have(Rows.of(table), ["src_ip"], ["dst_port"], WIDTH, least).collect({"src_ip": "str"})
    enough = most_in_windows(table, ["src_ip"], "dst_port", WIDTH) >= least
    found = {name for name in groups if enough.loc[name].item()}
    assert found <= set(kept["src_ip"])


def test_exactly_one_width_apart_is_no_window_together():
    seen = in_time_order({"apart": [(0, 1), (10, 2)], "near": [(0, 1), (9, 2)]})
    assert most_in_windows(seen, ["src_ip"], "dst_port", 10).to_dict() == {"apart": 1, "near": 2}
