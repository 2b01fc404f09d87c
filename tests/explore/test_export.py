"""What is exported: nothing is run by a spreadsheet, nothing is written over."""

import csv

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.errors import NsgkitError
from nsgkit.explore.workbench.export import defused, export


@given(st.lists(st.text()))
def test_no_cell_begins_as_a_formula_does_and_nothing_else_changes(texts):
    cells = defused(pd.DataFrame({"rule": pd.Series(texts, dtype="object")}))["rule"].tolist()
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"}]
    assert [cell.removeprefix("'") for cell in cells] == [text.removeprefix("'") for text in texts]


def test_what_is_missing_stays_missing():
    assert defused(pd.DataFrame({"rule": ["=x", None]}))["rule"].isna().tolist() == [False, True]


def test_a_csv_says_what_the_table_says(tmp_path):
    rules = ['Allow "web", all', "line\nbreak", "", "=x", None, "ünïcode"]
    table = pd.DataFrame({
        "first": pd.to_datetime(["2024-12-18 00:00:23.004"] * 6, utc=True).as_unit("ms"),
        "bytes_src_to_dst": pd.array([1, None, 2**62, 0, 5, 6], dtype="Int64"),
        "folded": [True, False] * 3,
        "rule": pd.Series(rules, dtype="category"),
    })  # fmt: skip
    with export(table, "csv", [], tmp_path).open(encoding="utf-8", newline="") as file:
        heads, *lines = csv.reader(file)
    assert heads == [*table.columns]
    assert [line[3] for line in lines] == ['Allow "web", all', "line\nbreak", "", "'=x", "", "ünïcode"]
    assert [line[1] for line in lines] == ["1", "", str(2**62), "0", "5", "6"]
    assert {line[0] for line in lines} == {"2024-12-18 00:00:23.004Z"}


def test_two_exports_in_one_second_are_two_files(tmp_path):
    table = pd.DataFrame({"n": [1]})
    assert len({export(table, "csv", [], tmp_path) for _ in range(3)}) == 3


def test_a_folder_that_may_not_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NsgkitError, match="cannot be written"):
        export(pd.DataFrame({"n": [1]}), "csv", [], tmp_path / "file")
