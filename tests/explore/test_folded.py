"""A folded table: one line, and behind it every row, as inert text."""

import re

import pandas as pd

from nsgkit.explore import folded

TABLE = pd.DataFrame(
    {
        "rule": ["<img src=x onerror=alert(1)>", None],
        "rows": pd.array([12345, None], dtype="Int64"),
        "time": pd.to_datetime(["2024-12-18 05:22:00", None], utc=True),
        "rate": [17280.04, 0.0],
    }
)


def html():
    return folded(TABLE, "Rules <b>")._repr_html_()


def test_it_is_closed_until_it_is_opened_and_has_every_row():
    assert html().startswith("<details><summary>Rules &#60;b&#62;</summary>")
    assert html().count("<td>") == TABLE.size


def test_text_stays_text():
    assert "<img" not in html() and "&#60;img src=x" in html()


def test_numbers_are_read_easily_and_what_is_missing_is_no_number():
    cells = re.findall(r'left">(.*?)</div>', html())[1:]
    assert cells == ["12,345", "2024-12-18 05:22:00", "17,280.0", "–", "–", "–", "0.0"]


def test_plain_text_has_all_of_it_too():
    assert repr(folded(TABLE, "Rules")).splitlines()[0] == "Rules"
    assert "12,345" in repr(folded(TABLE, "Rules"))


def test_a_table_without_rows_has_its_headings():
    assert "rule" in folded(TABLE.head(0), "Rules")._repr_html_()
    assert "rule" in repr(folded(TABLE.head(0), "Rules"))
