"""The places explorer, driven from Python; each figure on the screen is counted again by plain pandas."""

import re
from html import unescape

import pandas as pd
import pytest

import nsgkit
from nsgkit.enrich import own_networks
from nsgkit.errors import NsgkitError
from nsgkit.explore import places_explorer
from nsgkit.explore.places.linked import LinkedPlaces
from nsgkit.explore.places.question import Placed, asked_by
from nsgkit.explore.workbench.map_view import MapView
from tests.explore.test_traffic import HOSTILE
from tests.frames import flows
from tests.widgets import within

NETWORK = "data/samples/network.toml"
ROWS = flows("""
    09:00:00 203.0.113.9:50000 10.20.1.4:443 TCP I A B
    09:10:00 203.0.113.9:50001 10.20.1.4:443 TCP I A B
    09:20:00 198.51.100.7:50002 10.20.1.4:22 TCP I D B
    10:05:00 10.20.1.4:50003 198.51.100.7:443 TCP O A B
    10:06:00 10.20.1.4:50004 10.30.1.5:1433 TCP O A B
    11:30:00 100.64.9.9:50005 10.20.1.4:443 TCP I A B
""")
GEOFEED = "203.0.113.0/24,GB,,Leeds,\n198.51.100.0/24,JP,,Osaka,\n"
TOML = """
own = ["10.20.0.0/16", "10.30.0.0/16", "100.64.0.0/10"]
files = ["geofeed.csv"]
[[networks]]
prefix = "203.0.113.9"
name = "{name}"
[[networks]]
prefix = "10.20.1.0/24"
site = "VNET"
kind = "vnet"
[[places]]
country = "GB"
city = "Leeds"
lat = 53.8
lon = -1.5
"""


class Driven:
    """The explorer in a person's words."""

    def __init__(self, linked):
        self.linked, self.frame = linked, linked.frame
        self.widgets = [*within(self.frame)]
        self.named = {w.description: w for w in self.widgets if getattr(w, "description", "")}

    def one(self, kind):
        return next(w for w in self.widgets if type(w).__name__ == kind)

    def set(self, label, value):
        self.named[label].value = value
        return self

    def press(self, label):
        next(w for w in within(self.frame) if getattr(w, "description", "") == label).click()
        return self

    @property
    def map(self):
        return self.one("MapView")

    def click_map(self, place):
        """What the browser sends when a bubble is clicked: the number of its row."""
        bubble = next(row for row, name in enumerate(self.on_map) if name == place)
        self.map._handle_custom_msg({"row": bubble, "number": self.map.number}, [])
        return self

    @property
    def on_map(self):
        """The places of the table behind the map, as the page has them, with the first row of each."""
        return self.linked.tables["map"]["place"].tolist()

    @property
    def table(self):
        (shown,) = [w for w in within(self.frame) if type(w).__name__ == "ITable"]
        return shown.df

    def click_row(self, number):
        (shown,) = [w for w in within(self.frame) if type(w).__name__ == "ITable"]
        shown.selected_rows = [number]
        return self

    def counts(self):
        """Place -> connections and denied attempts, as the table says them."""
        rows = zip(self.table["Place"], self.table["Connections"], self.table["Denied attempts"], strict=True)
        return {unescape(place): (_number(c), _number(d)) for place, c, d in rows}

    def drawn(self):
        """Connections and denied attempts of the picture over time."""
        (values,) = self.one("JupyterChart").chart.to_dict()["datasets"].values()
        return sum(bar.get("value") or 0 for bar in values)

    @property
    def words(self):
        html = " ".join(w.value for w in within(self.frame) if type(w).__name__ == "HTML")
        return unescape(re.sub("<[^>]+>", " ", html))

    @property
    def chips(self):
        return [w.description for w in within(self.frame) if getattr(w, "description", "").endswith(" ×")]


def opened(conversations, network=None, **options):
    """The explorer, by the very parts that `places_explorer` puts together."""
    return Driven(LinkedPlaces(Placed(conversations, network), "conversations", asked_by(**options)))


def _number(text):
    return int(text.replace(",", ""))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / "network.toml").write_text(TOML.format(name="PARTNER"), "utf-8")
    (folder / "geofeed.csv").write_text(GEOFEED, "utf-8")
    return folder / "network.toml"


@pytest.fixture(scope="module")
def held():
    return nsgkit.conversations(ROWS)


@pytest.fixture
def driven(held, files):
    return opened(held, files)


@pytest.fixture(scope="module")
def sample():
    return nsgkit.conversations(nsgkit.read_logs("data/samples"))


def test_the_first_view_shows_every_place_and_what_stayed_inside(driven):
    assert driven.counts() == {"Leeds, United Kingdom": (2, 0), "Japan": (1, 1)}
    assert driven.drawn() == 4
    assert "0 of 2 outside addresses have no known place." in driven.words
    assert "2 connections stayed inside, at no place." in driven.words
    assert "geofeed.csv (2)" in driven.words


def test_a_click_on_the_map_narrows_table_and_time_and_not_the_map(driven):
    page = driven.map.number
    driven.click_map("Japan")
    assert driven.counts() == {"Japan": (1, 1)} and driven.drawn() == 2
    assert driven.map.number == page and {*driven.on_map} == {"Leeds, United Kingdom", "Japan"}
    assert driven.chips == ["Place: Japan ×"]
    assert driven.press("Place: Japan ×").counts().keys() == {"Leeds, United Kingdom", "Japan"}


def test_a_click_on_a_row_narrows_map_and_time_and_not_the_table(driven):
    driven.click_row(0)
    assert {*driven.on_map} == {"Leeds, United Kingdom"} and driven.drawn() == 2
    assert len(driven.table) == 2


def test_a_span_narrows_all_three(driven):
    ends = [int(pd.Timestamp(f"2024-12-19 {t}", tz="UTC").timestamp() * 1000) for t in ("10:00", "11:00")]
    driven.one("JupyterChart")._vl_selections = {"span": {"value": {"time": ends}, "store": [1]}}
    assert driven.counts() == {"Japan": (1, 0)} and {*driven.on_map} == {"Japan"} and driven.drawn() == 1


def test_the_slider_shows_one_bin_after_the_other(driven):
    driven.set("Bin", "1h")
    slider = driven.one("IntSlider")
    assert slider.max == 2
    slider.value = 0
    assert driven.counts() == {"Leeds, United Kingdom": (2, 0), "Japan": (0, 1)} and driven.map.bin == 0
    slider.value = 1
    assert driven.counts() == {"Japan": (1, 0)} and driven.map.bin == 1
    slider.value = 2
    assert "nothing" not in driven.words and driven.map.bin == 2 and driven.drawn() == 4
    slider.value = -1
    assert driven.counts()["Japan"] == (1, 1) and driven.map.bin == -1


@pytest.mark.parametrize(("decision", "wanted"), [
    ("allowed", {"Leeds, United Kingdom": (2, 0), "Japan": (1, 0)}), ("denied", {"Japan": (0, 1)}),
])  # fmt: skip
def test_a_decision_narrowswithin(driven, decision, wanted):
    assert driven.set("Decision", decision).counts() == wanted
    assert {*driven.on_map} == {*wanted}


def test_by_country_operator_and_flow_type(driven):
    driven.set("By", "country")
    assert driven.table["Country"].tolist() == ["GB", "JP"]
    driven.set("By", "operator")
    assert driven.table["Network operator"].tolist() == ["unknown"]
    driven.set("By", "flow_type")
    assert "ExternalPublic" in {*driven.table["Flow type"]}
    driven.click_row(driven.table["Flow type"].tolist().index("ExternalPublic"))
    assert driven.drawn() == 4


def test_the_keyboard_chooses_from_a_list(driven):
    driven.set("Choose", "Japan")
    assert driven.counts() == {"Japan": (1, 1)} and {*driven.on_map} == {"Japan"}


def test_back_leads_to_what_was_asked_before(driven):
    driven.click_map("Japan").press("Back")
    assert len(driven.counts()) == 2 and driven.chips == []


def test_names_stand_beside_the_addresses(driven):
    assert "203.0.113.9 (PARTNER) (2)" in driven.table["Largest addresses"].iloc[0]
    assert "203.0.113.9 (PARTNER)" in driven.map.page


def test_the_samples_figures_are_those_of_plain_pandas(sample):
    driven = opened(sample, network=NETWORK)
    own = own_networks(sample, NETWORK)
    counted = sample[~sample["folded"]]
    inside = own.is_inside(counted["src_ip"]), own.is_inside(counted["dst_ip"])
    away = counted[~(inside[0] & inside[1])]
    denied = (away["decision"] == "denied").sum()
    began = ((away["decision"] == "allowed") & away["counted_by"].notna()).sum()
    shown = driven.counts().values()
    assert (sum(c for c, _ in shown), sum(d for _, d in shown)) == (began, denied)
    reykjavik = away[away[["src_ip", "dst_ip"]].eq("198.51.100.240").any(axis=1)]
    assert driven.counts()["Reykjavik, Iceland"] == (len(reykjavik), 0)


def test_the_code_makes_the_table_that_is_shown(driven, held, files):
    driven.click_map("Japan").set("Decision", "denied").set("Bin", "1h")
    driven.one("IntSlider").value = 0
    driven.press("Show as code")
    code = driven.named["Code"].value
    scope = {"conversations": held}
    exec(code, scope)
    assert scope["table"].equals(driven.linked.tables["table"])
    assert scope["places"].equals(driven.linked.tables["map"])
    assert scope["over_time"].equals(driven.linked.tables["time"])
    assert "places_explorer(conversations, network=" in code and "decision='denied'" in code


def test_the_code_opens_the_same_view(held, files):
    first = opened(held, network=files, by="country", filter="dst_port:443", measure="bytes")
    first.press("Show as code")
    call = re.search(r"# The same view again: (.*)", first.named["Code"].value)[1]
    again = eval(call, {"nsgkit": nsgkit, "conversations": held})
    (table,) = [w for w in within(again) if type(w).__name__ == "ITable"]
    assert table.df.equals(first.table)


def test_an_export_has_the_table_and_who_says_where(driven, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    driven.press("Export CSV")
    (path,) = tmp_path.glob("nsgkit-exports/*.csv")
    assert pd.read_csv(path)["connections"].sum() == 3
    assert "geofeed.csv (2)" in path.with_suffix(".csv.txt").read_text("utf-8")


def test_a_kept_picture_has_the_map(driven):
    driven.press("Keep this picture")
    assert "data:image/png" in driven.frame.left.kept[0]


def test_nothing_outside_is_said_and_no_picture_reads_as_no(held, files):
    driven = opened(held, network=files, filter="dst_port:1433")
    assert "No address outside the own networks is in these conversations." in driven.words
    driven.set("Filter", "dst_port:9")
    assert "No conversation is chosen." in str(driven.one("JupyterChart").chart.to_dict())


def test_without_files_the_registries_alone_say_where(held):
    assert "have no known place, and no bubble on the map." in opened(held).words


def test_a_bin_that_makes_too_many_is_told(driven):
    driven.set("Filter", "").set("Bin", "1min")
    assert "at most 200 are played" not in driven.words
    wide = nsgkit.conversations(flows("09:00:00 203.0.113.9:1 10.20.1.4:443 TCP I A B"))
    wide.loc[0, "last"] = wide.loc[0, "first"] + pd.Timedelta("9D")
    assert "at most 200 are played" in opened(wide, freq="1min").words


@pytest.mark.parametrize(
    "option", [{"by": "city"}, {"measure": "hosts"}, {"decision": "maybe"}, {"freq": "x"}]
)
def test_an_option_that_is_none_is_told(held, option):
    with pytest.raises(NsgkitError):
        places_explorer(held, **option)


def test_a_map_listens_to_its_own_page_and_to_numbers_alone():
    heard = []
    view = MapView(heard.append)
    view.number = 7
    for said in ({"row": 3, "number": 6}, {"row": "3", "number": 7}, {"row": True, "number": 7}, "x",
                 {"row": -1, "number": 7}, {"number": 7}, {"row": 3, "number": 7}):  # fmt: skip
        view.told(said)
    assert heard == [3]


def test_hostile_names_and_places_stay_text(held, tmp_path):
    hostile = " ".join(HOSTILE).replace('"', "'")
    (tmp_path / "network.toml").write_text(TOML.format(name=hostile), "utf-8")
    (tmp_path / "geofeed.csv").write_text(f'203.0.113.0/24,GB,,"{hostile}",\n', "utf-8")
    driven = opened(held, network=tmp_path / "network.toml")
    html = " ".join(w.value for w in within(driven.frame) if type(w).__name__ == "HTML")
    cells = " ".join(str(cell) for row in driven.table.to_numpy() for cell in row)
    for text in (html, cells, driven.map.page.partition("nsgkit-head")[2]):
        assert not any(code in text for code in ("<img src=x", "{{7*7}}", "${alert", "\u202e"))
