"""The table of an explorer: what reaches the page."""

import json

import pandas as pd
import pytest

from nsgkit.explore.workbench.table import MOST_ROWS, TableView, as_cells


def sent(table):
    """What the page gets: its rows, and what it is told of the columns."""
    view = TableView()
    view.show(table, "Rows")
    return json.loads(view.table._dt_args["data_json"]), view


def test_what_is_unknown_is_said_and_comes_before_zero():
    rows, _ = sent(pd.DataFrame({"bytes_src_to_dst": pd.array([0, None], "Int64")}))
    assert rows == [["0", 0], ["unknown", -1]]


def test_numbers_are_sorted_by_a_column_that_is_not_shown():
    _, view = sent(pd.DataFrame({"rule": ["a"], "dst_port": [22]}))
    hidden, port = view.table._dt_args["columnDefs"]
    assert (hidden["targets"], hidden["visible"]) == ([2], False)
    assert (port["targets"], port["orderData"]) == (1, 2)


def test_a_number_wider_than_a_float_keeps_its_digits():
    rows, _ = sent(pd.DataFrame({"bytes_src_to_dst": pd.array([2**53 + 1, None], "Int64")}))
    assert rows[0] == [f"{2**53 + 1:,}", 2**53 + 1]


@pytest.mark.parametrize("name", ['"><img src=x>', "{{7*7}}", "${alert(1)}", "</script>", "`x`", "a\u202eb"])
def test_hostile_text_is_inert_in_cells_and_headings(name):
    rows, view = sent(pd.DataFrame({name: [name]}))
    for text in (rows[0][0], view.table._dt_args["table_html"].replace("<table>", "")):
        assert name not in text


def test_a_long_text_is_sent_whole():
    assert "x" * 500 in sent(pd.DataFrame({"rule": ["x" * 500]}))[0][0][0]


def test_no_code_is_sent_to_be_evaluated():
    _, view = sent(pd.DataFrame({"share": [0.5], "dst_port": [22], "time": [pd.Timestamp("2024-12-18T00Z")]}))
    assert "keys_to_be_evaluated" not in view.table._dt_args


def test_what_is_left_out_is_told():
    _, view = sent(pd.DataFrame({"dst_port": range(MOST_ROWS + 1)}))
    assert "The first 1,000 of 1,001 are shown" in view.caption.value


def test_an_empty_table_is_its_caption():
    view = TableView()
    view.show(pd.DataFrame(), "The table behind the picture: 0 rows.")
    assert view.frame.children == (view.caption,)


def test_another_table_takes_the_place_of_the_one_before():
    _, view = sent(pd.DataFrame({"dst_port": [22]}))
    view.show(pd.DataFrame({"rule": ["Web"]}), "Rows")
    assert view.table.df.equals(as_cells(pd.DataFrame({"rule": ["Web"]})))
    assert "columnDefs" not in view.table._dt_args or view.table._dt_args["columnDefs"] == []
