"""The timeline explorer, driven from Python; each figure is counted again by plain Python."""

import re
from dataclasses import replace
from html import unescape

import pandas as pd
import pytest

import nsgkit
from nsgkit.errors import NsgkitError
from nsgkit.explore import timeline_explorer
from nsgkit.explore.timeline.as_code import Named
from nsgkit.explore.timeline.linked import LinkedTimeline
from nsgkit.explore.timeline.question import Timeline, asked_by
from nsgkit.explore.timeline.reference_lines import read_line, read_lines
from nsgkit.explore.traffic.question import Traffic
from nsgkit.views.timeline.local_time import checked_zone, in_utc
from tests.explore.test_traffic import HOSTILE
from tests.frames import flows
from tests.public import PUBLIC, used
from tests.widgets import within

INDICATOR = "203.0.113.199"
ROWS = flows("""
    09:00:00 203.0.113.9:50000 10.20.1.4:443 TCP I A B
    09:30:00 203.0.113.9:50000 10.20.1.4:443 TCP I A E 3/300 2/200
    09:10:00 203.0.113.9:50001 10.20.1.4:22 TCP I D B rule=Deny
    09:20:00 198.51.100.7:50002 10.20.1.4:22 TCP I D B rule=Deny
    10:05:00 10.20.1.4:50003 198.51.100.7:443 TCP O A B rule=Out
    10:06:00 10.20.1.4:50004 10.20.1.5:1433 TCP O A B rule=Inside
""")
MANY = flows("\n".join(
    f"09:{n // 60 % 60:02}:{n % 60:02} 203.0.113.9:{10_000 + n} 10.20.1.4:{n % 7 + 1} TCP I D B"
    for n in range(3000)
))  # fmt: skip
DAY = "2024-12-19 "


class Driven:
    """The explorer in a person's words."""

    def __init__(self, linked):
        self.linked, self.frame = linked, linked.frame

    @property
    def named(self):
        return {w.description: w for w in within(self.frame) if getattr(w, "description", "")}

    def set(self, label, value):
        self.named[label].value = value
        return self

    def press(self, label, number=0):
        [*(w for w in within(self.frame) if getattr(w, "description", "") == label)][number].click()
        return self

    def brush(self, chart, start, end):
        """What the browser sends of a drag."""
        ends = [pd.Timestamp(DAY + time, tz="UTC").timestamp() * 1000 for time in (start, end)]
        chart._vl_selections = {"span": {"value": {"time": ends}, "store": [1]}}
        return self

    def gesture(self, kind, place=0.5, much=1.0):
        box = next(w for w in within(self.frame) if "nsgkit-gestures" in w._dom_classes)
        box.children[0]._handle_custom_msg({"kind": kind, "place": place, "much": much}, [])
        return self

    def click(self, **wanted):
        """What the browser sends of a click on the first mark that has these values."""
        table = self.linked.table
        there = table[[*wanted]].astype("object").eq(pd.Series(wanted, dtype="object")).all(axis=1)
        number = int(there.to_numpy().nonzero()[0][0])
        picked = {"vlPoint": {"or": [{"row": number}]}}
        self.linked.lanes._vl_selections = {"chosen": {"value": picked, "store": [1]}}
        return self

    @property
    def words(self):
        html = " ".join(w.value for w in within(self.frame) if type(w).__name__ == "HTML")
        return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())

    @property
    def status(self):
        return unescape(re.sub("<[^>]+>", "", self.linked.status.value))

    @property
    def tables(self):
        return [w.df for w in within(self.frame) if type(w).__name__ == "ITable"]

    def drawn(self):
        """Lane and mark of what is drawn."""
        return [
            (lane, str(mark))
            for lane, mark in zip(self.linked.table["lane"], self.linked.table["mark"], strict=True)
        ]

    def run_code(self, **scope):
        code = self.press("Show as code").named["Code"].value
        names = {"nsgkit": nsgkit, **scope}
        exec(code, names)
        return code, names


def opened(conversations, *, logs=None, found=None, network=("10.20.0.0/16",), marks=(), zone="", **asked):
    """The explorer, by the very parts that `timeline_explorer` puts together."""
    asked = {"filter": "", "lanes": "peer", "colour": "decision", **asked}
    timeline = Timeline(Traffic(logs, conversations, given=network), found, logs)
    named = Named("conversations", "logs" if logs else "", "" if found is None else "found")
    return Driven(LinkedTimeline(timeline, named, asked_by(**asked, found=found), read_lines(marks), zone))


@pytest.fixture(scope="module")
def held():
    return nsgkit.conversations(ROWS)


@pytest.fixture(scope="module")
def many():
    return nsgkit.conversations(MANY)


@pytest.fixture(scope="module")
def logs():
    return nsgkit.read_logs("data/samples", start="2024-12-18 07:00", end="2024-12-18 10:00")


@pytest.fixture(scope="module")
def sample(logs):
    return nsgkit.conversations(logs)


@pytest.fixture
def driven(held):
    return opened(held)


# -- what is asked -----------------------------------------------------------------------------------
def test_the_first_view_has_a_lane_for_each_peer(driven):
    assert {lane for lane, _ in driven.drawn()} == {"203.0.113.9", "198.51.100.7", "10.20.1.5"}
    assert driven.status.startswith("5 of 5 conversations in 3 lanes, 2024-12-19 09:00:00 UTC to")


@pytest.mark.parametrize(("lanes", "wanted"), [
    ("port", {"443", "22", "1433"}), ("host", {"10.20.1.4"}),
])  # fmt: skip
def test_lanes_by_port_and_host(held, lanes, wanted):
    assert {lane for lane, _ in opened(held, lanes=lanes).drawn()} == wanted


def test_lanes_by_finding_are_those_of_the_findings(held):
    proof = held[held["dst_port"] == 22]
    rows = [tuple(place) for place in proof[["blob", "record", "tuple"]].itertuples(index=False)]
    found = pd.DataFrame(
        {"kind": ["scan"], "src_ip": ["203.0.113.9"], "dst_ip": [None], "dst_port": [22], "rows": [rows]}
    )
    driven = opened(held, found=found, lanes="finding")
    assert len(driven.drawn()) == 2 == len(driven.linked.chosen().conversations)
    with pytest.raises(NsgkitError, match="need found="):
        timeline_explorer(held, lanes="finding")


def test_a_filter_narrows_and_back_goes_back(driven):
    driven.set("Filter", "dst_port:22")
    assert [mark for _, mark in driven.drawn()] == ["tick", "tick"]
    assert "Filter: dst_port:22." in driven.status
    assert len(driven.press("Back").drawn()) == 5 and len(driven.press("Forward").drawn()) == 2


def test_the_fields_take_exact_times(driven):
    driven.set("From (UTC)", "2024-12-19T09:10:00").set("Until (UTC)", "2024-12-19T09:20:00")
    # The bar of 09:00 to 09:30 goes through it, 09:10:00 is in it, 09:20:00 is not.
    assert sorted(mark for _, mark in driven.drawn()) == ["bar", "tick"]
    assert "2024-12-19 09:10:00 UTC to 2024-12-19 09:20:00 UTC" in driven.status


def test_times_in_the_filter_are_the_span(driven):
    driven.set("Filter", "dst_port:22 from:2024-12-19T09:15")
    assert driven.named["From (UTC)"].value == "2024-12-19T09:15" and len(driven.drawn()) == 1


def test_a_span_that_ends_before_it_begins_is_told(driven):
    driven.set("From (UTC)", "2024-12-19T10:00").set("Until (UTC)", "2024-12-19T09:00")
    assert "must lie before" in driven.status


@pytest.mark.parametrize("place", ["lanes", "strip"])
def test_a_drag_over_lanes_or_strip_looks_there(driven, place):
    driven.brush(getattr(driven.linked, place), "09:05:00", "09:25:00")
    assert driven.named["From (UTC)"].value == "2024-12-19T09:05"
    assert sorted(mark for _, mark in driven.drawn()) == ["bar", "tick", "tick"]


def test_where_the_window_is_already_is_no_question(driven):
    driven.brush(driven.linked.lanes, "09:05:00", "09:25:00").brush(
        driven.linked.strip, "09:05:01", "09:25:02"
    )
    assert driven.named["Until (UTC)"].value == "2024-12-19T09:25"


def test_keys_and_wheel_zoom_and_move(driven):
    driven.gesture("zoom", 0, 0.5)
    assert driven.named["Until (UTC)"].value == "2024-12-19T10:00"
    driven.gesture("move", 0.5, 0.5)
    assert driven.named["From (UTC)"].value == "2024-12-19T09:30"
    driven.gesture("whole")
    assert driven.named["From (UTC)"].value == "" and len(driven.drawn()) == 5


def test_a_window_that_is_told_late_takes_nothing_back(driven):
    driven.brush(driven.linked.lanes, "09:05:00", "09:25:00").set("Until (UTC)", "2024-12-19T10:30")
    driven.brush(driven.linked.strip, "09:05:00", "09:25:00")
    assert driven.named["Until (UTC)"].value == "2024-12-19T10:30"


def test_a_window_that_was_told_may_be_drawn_by_hand_at_once(driven):
    driven.brush(driven.linked.lanes, "09:05:00", "09:25:00").brush(
        driven.linked.strip, "09:05:00", "09:25:00"
    )
    driven.set("Until (UTC)", "").set("From (UTC)", "")
    driven.brush(driven.linked.strip, "09:05:00", "09:25:01")
    assert driven.named["From (UTC)"].value == "2024-12-19T09:05"


# -- what is open ------------------------------------------------------------------------------------
def test_a_click_on_a_bar_opens_its_conversation(driven):
    driven.click(mark="bar")
    assert "203.0.113.9 port 50000 to 10.20.1.4 TCP port 443: allowed" in driven.words
    assert (
        "Duration 1,800 s" in driven.words and "closed: its begin and its end are in the data" in driven.words
    )
    assert "Bytes, source to destination 300" in driven.words


def test_with_logs_it_shows_its_rows_the_raw_tuple_and_the_hash(sample, logs):
    driven = opened(sample, logs=logs, filter=f"ip:{INDICATOR} denied", network=None).click(mark="tick")
    (place,) = driven.linked.opened.conversations[["blob", "record", "tuple"]].to_dict("records")
    digest = logs.blobs.set_index("name")["sha256"][place["blob"]]
    assert logs.raw(place) in driven.words and digest in driven.words
    assert [len(table) for table in driven.tables] == [1]


def test_a_density_opens_the_list_of_what_it_counts(many):
    driven = opened(many).click(mark="density")
    mark = driven.linked.table.iloc[0]
    plain = [row for row in MANY.itertuples() if mark["start"] <= row.time < mark["end"]]
    assert len(driven.linked.chosen().conversations) == mark["conversations"] == len(plain) > 0
    assert f"{len(plain):,} conversations in the lane 203.0.113.9, inbound denied" in driven.words


def test_every_conversation_is_behind_exactly_one_mark(many):
    linked = opened(many).linked
    opens = (linked.timeline.of_mark(linked.asked, linked.table, row) for row in range(len(linked.table)))
    assert sorted(label for _, part in opens for label in part.index) == sorted(many.index)


def test_a_row_of_the_list_opens_its_conversation(many):
    driven = opened(many).click(mark="density")
    listed = next(w for w in within(driven.frame) if type(w).__name__ == "ITable")
    listed.selected_rows = [1]
    assert len(driven.linked.chosen().conversations) == 1
    assert "denied: an attempt, which has no duration" in driven.words


def test_j_and_k_go_from_mark_to_mark(driven):
    keys = next(w for w in within(driven.frame) if type(w).__name__ == "Keys")
    seen = []
    for key in "jjk":
        keys.pressed(key)
        seen.append(driven.linked.place)
    assert seen == [0, 1, 0]
    keys.pressed("k")
    assert "This is the first mark" in driven.status


@pytest.mark.parametrize(("ends", "wanted"), [("either end", 1), ("all hosts", 2)])
def test_around_what_is_open(driven, ends, wanted):
    driven.click(mark="tick", src_ip="198.51.100.7").set("± minutes", 5).set("of", ends).press("Show around")
    # 09:20 ± 5 minutes: the tick itself, and of all hosts the bar that goes through, which has one end in it.
    assert driven.named["From (UTC)"].value == "2024-12-19T09:15"
    assert len(driven.drawn()) == 2
    assert driven.linked.asked.filter == ("ip:10.20.1.4,198.51.100.7" if wanted == 1 else "")


@pytest.mark.parametrize(("button", "wanted"), [
    ("Only this", "dst_port:22 ip:203.0.113.9"), ("Without this", "dst_port:22 -ip:203.0.113.9"),
    ("All of this", "ip:203.0.113.9"),
])  # fmt: skip
def test_a_pivot_on_a_value_is_a_filter(driven, button, wanted):
    driven.set("Filter", "dst_port:22").click(src_ip="203.0.113.9").press(button)
    assert driven.linked.asked.filter == wanted


def test_who_else_had_to_do_with_an_address(driven):
    driven.click(mark="bar").press("Who else", 1)
    (table,) = driven.tables
    assert {*table["Address"]} == {"203.0.113.9", "198.51.100.7", "10.20.1.5"}


def test_who_else_was_at_a_port(driven):
    driven.click(mark="tick").press("Who else", 2)
    (table,) = driven.tables
    assert sorted(table["Source address"]) == ["198.51.100.7", "203.0.113.9"]


# -- reference lines and local time ------------------------------------------------------------------
@pytest.mark.parametrize(("said", "wanted"), [
    ("2024-12-18 02:14 first login", ("2024-12-18 02:14:00", "first login")),
    ("2024-12-18T02:14:05Z", ("2024-12-18 02:14:05", "")),
    ("2024-12-18 02:14:05 UTC alert 7", ("2024-12-18 02:14:05", "alert 7")),
    ("2024-12-18 alert", ("2024-12-18 00:00:00", "alert")),
    (("2024-12-18 02:14", "x"), ("2024-12-18 02:14:00", "x")),
])  # fmt: skip
def test_a_reference_line_is_a_time_and_words(said, wanted):
    time, text = read_line(said)
    assert (f"{time:%Y-%m-%d %H:%M:%S}", text) == wanted


@pytest.mark.parametrize("said", ["yesterday login", "", "02:14 login", 7, ("2024-12-18",)])
def test_what_has_no_time_is_no_reference_line(said):
    with pytest.raises(NsgkitError):
        read_line(said)


def test_a_reference_line_is_set_drawn_and_taken_away(driven):
    driven.set("Reference line", "2024-12-19 09:15 first login")
    assert "first login" in str(driven.linked.lanes.chart.to_dict())
    driven.press("Thu 19 Dec 09:15:00 UTC first login ×")
    assert "first login" not in str(driven.linked.lanes.chart.to_dict())
    driven.set("Reference line", "nine o'clock")
    assert "write a time in UTC" in driven.status


def test_local_time_stands_beside_utc_with_its_name(driven):
    driven.set("Local time", "Europe/Berlin").click(mark="bar")
    assert "2024-12-19 09:00:00 UTC (= 10:00:00 Europe/Berlin)" in driven.status
    assert "First seen 2024-12-19 09:00:00 UTC (= 10:00:00 Europe/Berlin)" in driven.words
    driven.set("Local time", "Europe/Nowhere")
    assert "There is no time zone 'Europe/Nowhere'" in driven.status


@pytest.mark.parametrize(("time", "there"), [
    ("2024-10-27 00:30", "02:30:00"), ("2024-10-27 01:30", "02:30:00"),  # the hour that comes twice
    ("2024-12-18 23:30", "2024-12-19 00:30:00"),
])  # fmt: skip
def test_the_zones_clock_at_its_changes(time, there):
    assert in_utc(pd.Timestamp(time, tz="UTC"), "Europe/Berlin") == f"{time}:00 UTC (= {there} Europe/Berlin)"


@pytest.mark.parametrize("name", ["Mars/Base", "../etc/passwd", "Europe", "/", "a\0b"])
def test_a_zone_that_is_none_is_told(name):
    with pytest.raises(NsgkitError, match="There is no time zone"):
        checked_zone(name)


# -- empty states and gaps ---------------------------------------------------------------------------
def test_no_rows_is_told_apart_from_no_logs(sample, logs):
    driven = opened(sample, logs=logs, filter="ip:192.0.2.254", network=None)
    assert "No conversation matches ip:192.0.2.254" in str(driven.linked.lanes.chart.to_dict())
    driven.set("Filter", f"ip:{INDICATOR}").set("From (UTC)", "2024-12-18T07:59").set(
        "Until (UTC)", "2024-12-18T07:59:01"
    )
    assert "There are logs of this time" in str(driven.linked.lanes.chart.to_dict())
    driven.set("Until (UTC)", "2024-12-17").set("From (UTC)", "2024-12-16")
    assert "There are no logs of this time" in str(driven.linked.lanes.chart.to_dict())


def test_without_conversations_it_says_so(held):
    driven = opened(held.head(0))
    assert "There are no conversations in these flows." in driven.status
    driven.gesture("zoom", 0.5, 0.5).press("Next mark")
    assert "Nothing is shown" in driven.status


def test_gaps_are_named_and_hatched(sample, logs, held):
    mac = logs.blobs["mac"].iloc[0]
    missing = (logs.blobs["mac"] == mac) & (logs.blobs["hour"] == pd.Timestamp("2024-12-18 08:00", tz="UTC"))
    driven = opened(sample, logs=replace(logs, blobs=logs.blobs[~missing]), network=None)
    gap = f"{mac} 2024-12-18 08:00:00 UTC to 2024-12-18 09:00:00 UTC"
    assert f"Hatched: no blob of 1 NIC: {gap}." in driven.words
    assert f"no logs of {mac}" in str(driven.linked.lanes.chart.to_dict())
    assert "Gaps in the logs are not known here" in opened(held).words


# -- taken along -------------------------------------------------------------------------------------
def test_the_code_makes_the_table_the_picture_and_what_is_in_sight(driven, held):
    driven.set("Filter", "dst_port:22,443").set("From (UTC)", "2024-12-19T09:15").set("Lanes by", "port")
    code, names = driven.run_code(conversations=held)
    assert names["lanes"].equals(driven.linked.table)
    assert names["chosen"].equals(driven.linked.chosen().conversations) and len(names["chosen"]) == 3
    assert names["picture"].to_dict()["title"] and used(code) <= PUBLIC


def test_the_code_of_what_is_open(sample, logs):
    driven = opened(sample, logs=logs, filter=f"ip:{INDICATOR}", network=None).click(mark="tick")
    code, names = driven.run_code(conversations=sample, logs=logs)
    assert names["opened"].equals(driven.linked.opened.conversations)
    assert len(names["rows"]) == 1 and used(code) <= PUBLIC


def test_the_code_of_a_density(many):
    driven = opened(many).click(mark="density")
    _, names = driven.run_code(conversations=many)
    assert names["opened"].equals(driven.linked.opened.conversations)


def test_the_code_opens_the_same_view(held):
    first = opened(held, filter="dst_port:22 from:2024-12-19T09:15", colour="direction", zone="Europe/Berlin",
                   marks=["2024-12-19 09:15 login"])  # fmt: skip
    call = re.search(r"# The same view again: (.*)", first.press("Show as code").named["Code"].value)[1]
    again = eval(call, {"nsgkit": nsgkit, "conversations": held})
    status = next(w for w in within(again) if "nsgkit-status" in str(getattr(w, "value", "")))
    assert status.value == first.linked.status.value and "Europe/Berlin" in call and "login" in call


def test_an_export_has_what_is_chosen_and_the_sentence(driven, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    driven.set("Filter", "dst_port:22").press("Export CSV")
    (path,) = tmp_path.glob("nsgkit-exports/*.csv")
    assert len(pd.read_csv(path)) == 2
    assert "2 of 5 conversations in 2 lanes" in path.with_suffix(".csv.txt").read_text("utf-8")


def test_a_kept_picture_has_lanes_and_strip(driven):
    driven.press("Keep this picture")
    assert driven.frame.left.kept[0].count("data:image/svg") == 2


def test_the_events_of_what_the_filter_names(driven):
    driven.set("Filter", "ip:203.0.113.9").press("Show the events")
    assert "events, in order." in driven.words


@pytest.mark.parametrize(
    "option", [{"lanes": "rule"}, {"colour": "bytes"}, {"zone": "Mars"}, {"marks": ["x"]}]
)
def test_an_option_that_is_none_is_told(held, option):
    with pytest.raises(NsgkitError):
        timeline_explorer(held, **option)


def test_hostile_names_stay_text(held):
    hostile = " ".join(HOSTILE)
    told = held.assign(rule=pd.Categorical([hostile] * len(held)))
    driven = opened(told, marks=[("2024-12-19 09:15", hostile)]).click(mark="bar")
    html = " ".join(w.value for w in within(driven.frame) if type(w).__name__ == "HTML")
    spec = str(driven.linked.lanes.chart.to_dict())
    assert not any(code in html for code in ("<img src=x", "{{7*7}}", "${alert", "\u202e"))
    assert "\u202e" not in spec and "\\u202eevil" in unescape(html)


@pytest.mark.parametrize("filter", ["ip:192.0.2.255", "dst_port:nonsense"])
def test_without_lanes_there_are_still_their_selections(filter):
    driven = opened(nsgkit.conversations(flows("09:00:00 10.20.0.4:50000 192.0.2.7:443 TCP O A B")))
    driven.set("Filter", filter)
    assert {"span", "chosen"} <= {param["name"] for param in driven.linked.lanes.chart.to_dict()["params"]}
    driven.linked.lanes.selections.observe(lambda _change: None, "chosen")


def test_a_filter_that_cannot_be_read_is_told_also_where_there_is_nothing():
    driven = opened(nsgkit.conversations(flows("")))
    driven.set("Filter", "dst_port:nonsense")
    assert driven.status
