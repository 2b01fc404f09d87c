"""Names that the analyst gives stand wherever a picture or an explorer shows an address."""

import json

import pytest

import nsgkit
from nsgkit import analyses, views
from nsgkit.enrich import named
from nsgkit.errors import NsgkitError
from nsgkit.explore import traffic_explorer
from nsgkit.explore.traffic.question import Question, Traffic
from tests.frames import flows

ROWS = flows("""
    09:00:00 203.0.113.9:50000 10.20.0.4:443 TCP I A B mac=00AA00000001
    09:01:00 10.20.0.4:50001 10.20.1.5:1433 TCP O A B mac=00AA00000001
    09:02:00 10.20.1.5:50002 198.51.100.7:443 TCP O A B mac=00AA00000002
""")
TOML = """
own = ["10.20.0.0/16"]
[[networks]]
prefix = "10.20.1.0/24"
name = "data \u202e"
[[networks]]
prefix = "10.20.0.4"
name = "WEB1"
"""


@pytest.fixture
def path(tmp_path):
    (tmp_path / "network.toml").write_text(TOML, "utf-8")
    return tmp_path / "network.toml"


@pytest.fixture
def conversations():
    return nsgkit.conversations(ROWS)


def words(chart):
    return json.dumps(chart.to_dict(), ensure_ascii=False)


def test_bars_links_and_matrix_call_addresses_as_the_analyst_does(conversations, path):
    held = named(conversations, path)
    bars = words(views.top_bars(analyses.top_talkers(held), measure="connections"))
    assert "10.20.0.4  ·  WEB1" in bars and "10.20.1.5  ·  data" in bars
    assert "203.0.113.9" in bars
    assert "10.20.0.4  ·  WEB1" in words(views.links(analyses.traffic_links(held, own=path)))
    cells = analyses.matrix(held, own=path, measure="connections")
    axis = views.matrix(cells, measure="connections").to_dict()["encoding"]["y"]["axis"]
    assert json.dumps("10.20.1.0/24  ·  data")[:-1] in axis["labelExpr"]
    assert "\u202e" not in words(views.matrix(cells, measure="connections"))
    assert "WEB1" not in {*cells["source"]}  # names are labels: tables and filters keep the address


def test_the_explorer_does_so_with_the_own_networks_that_it_is_given(conversations, path):
    traffic = Traffic(ROWS, conversations, given=path)
    chosen = traffic.chosen(Question())
    assert chosen.attrs["names"]["10.20.0.4"].endswith("WEB1")
    assert "00AA00000001" in chosen.attrs["names"]
    frame = traffic_explorer(ROWS, conversations, own=str(path), by="src_ip")
    charts = [w for w in _all(frame) if hasattr(w, "chart")]
    assert any("WEB1" in json.dumps(chart.spec) for chart in charts)


def _all(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _all(child)


def test_the_longest_prefix_names(conversations):
    network = nsgkit.enrich.Network.of(["10.0.0.0/8"], {"10.20.0.0/16": "all", "10.20.0.4": "WEB1"})
    names = named(conversations, network).attrs["names"]
    assert (names["10.20.0.4"], names["10.20.1.5"]) == ("10.20.0.4  ·  WEB1", "10.20.1.5  ·  all")
    assert "203.0.113.9" not in names


def test_names_are_of_pandas_tables(path):
    with pytest.raises(NsgkitError, match="pandas"):
        named(object(), path)


def test_a_prefix_that_is_none_is_told_with_the_text():
    with pytest.raises(NsgkitError, match=r"10\.0\.0"):
        nsgkit.enrich.Network.of(["10.0.0.0/8"], {"10.0.0/8": "x"})


def test_an_opened_matrix_needs_nothing_that_only_own_networks_are_told_by(conversations):
    bare = conversations.drop(columns=["mac", "direction"])
    opened = analyses.matrix(bare, internet="each", measure="connections")
    assert opened.equals(analyses.matrix(conversations, internet="each", measure="connections"))
