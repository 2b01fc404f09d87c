"""The map of ports and targets: every cell, what is left out, and names that are hostile."""

import pandas as pd
import pytest

import nsgkit
from nsgkit import views
from nsgkit.views.theme import StandIn


def table(*rows):
    return pd.DataFrame(rows, columns=["dst_ip", "dst_port", "denied"])


def cells(chart):
    (rows,) = chart.to_dict()["datasets"].values()
    return {(row["dst_ip"], row["dst_port"]): row["denied"] for row in rows}


def test_a_cell_for_each_target_and_port():
    chart = views.port_map(table(("10.0.0.4", 22, 3), ("10.0.0.4", 23, 1), ("10.0.0.5", 22, 2)))
    assert cells(chart) == {("10.0.0.4", 22): 3, ("10.0.0.4", 23): 1, ("10.0.0.5", 22): 2}
    assert "All 3 are shown." in " ".join(chart.title.subtitle)


def test_ports_stand_in_the_order_of_their_numbers_and_targets_by_size():
    encoding = views.port_map(table(("10.0.0.4", 443, 1), ("10.0.0.5", 22, 9))).to_dict()["encoding"]
    assert (encoding["x"]["sort"], encoding["y"]["sort"]) == ([22, 443], ["10.0.0.5", "10.0.0.4"])


def test_what_is_left_out_is_said_and_adds_up():
    rows = [(f"10.0.{n}.4", 1000 + port, 1 + (n + port) % 3) for n in range(40) for port in range(50)]
    chart = views.port_map(table(*rows))
    shown = cells(chart)
    assert len(shown) == 30 * 40
    left = sum(row[2] for row in rows) - sum(shown.values())
    assert f"Left out: {left:,} denied attempts." in " ".join(chart.title.subtitle)
    assert "Shown: 1,200 of 2,000" in " ".join(chart.title.subtitle)


def test_nothing_to_draw_says_so():
    assert isinstance(views.port_map(table(("10.0.0.4", 22, 0))), StandIn)


def test_another_table_or_measure_is_an_error():
    with pytest.raises(nsgkit.errors.MissingColumnError, match="breakdown"):
        views.port_map(pd.DataFrame({"denied": [1]}))
    with pytest.raises(nsgkit.NsgkitError, match="no measure"):
        views.port_map(table(("10.0.0.4", 22, 1)), measure="bytes")


def test_hidden_characters_are_spelled_out():
    assert [*cells(views.port_map(table(("a\u202eb", 22, 1))))] == [("a\\u202eb", 22)]
