"""The traffic explorer, driven from Python; tests/browser drives it in JupyterLab."""

import html
import itertools
import re
from collections import Counter
from ipaddress import ip_address, ip_network

import pandas as pd
import pytest

import nsgkit
from nsgkit.analyses import over_time
from nsgkit.counting.conversations import stitched_once
from nsgkit.enrich.network import own_networks
from nsgkit.errors import NsgkitError
from nsgkit.explore import traffic_explorer
from nsgkit.explore.traffic import pictures
from nsgkit.explore.traffic.as_code import code
from nsgkit.explore.traffic.pictures import PICTURES
from nsgkit.explore.traffic.question import BREAKDOWNS, MEASURES, Question, Traffic
from nsgkit.explore.workbench.selectable import whole_bins
from tests.counting.plain_stitch import fold, records, summaries
from tests.engines import connection
from tests.frames import flows
from tests.public import PUBLIC, used

SPAN = "from:2024-12-18T01:00 until:2024-12-18T08:00"
ASKED = [*itertools.product(("connections", "bytes"), PICTURES), ("denied", "Top"), ("peers", "Top")]
KEY = ["blob", "record", "tuple"]
TOLD = ["acl", "direction", "src_ip", "src_port", "dst_ip", "dst_port"]
HOSTILE = [
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "${alert(1)}",
    "</script>",
    "\u202eevil",
    "`x`",
]


@pytest.fixture(scope="module")
def logs():
    return nsgkit.read_logs("data/samples", start="2024-12-18", end="2024-12-18 09:00")


@pytest.fixture(scope="module")
def made(logs):
    return nsgkit.conversations(logs.flows)


@pytest.fixture(scope="module")
def plain(logs):
    """The conversations that began in SPAN by a plain loop, and whether each counts as a connection."""
    stitched = summaries(records(logs.flows))
    folded = fold(stitched)
    for place, c in enumerate(stitched):
        c["counts"] = c["decision"] == "allowed" and c["state"] != "orphan" and place not in folded
    start, end = (pd.Timestamp(f"2024-12-18T0{hour}:00Z") for hour in (1, 8))
    return [c for c in stitched if start <= c["first"] < end]


@pytest.fixture
def explorer(logs, made):
    return Driven(traffic_explorer(logs.flows, made))


class Driven:
    """An explorer in a person's words: set a control by its label, press a button, read what it says."""

    def __init__(self, frame):
        self.by_label, self.charts, self.texts, self.frame = {}, [], [], frame
        self._walk(frame)

    def _walk(self, widget):
        for child in getattr(widget, "children", ()):
            if getattr(child, "description", ""):
                self.by_label[child.description] = child
            if hasattr(child, "chart"):
                self.charts.append(child)
            elif type(child).__name__ == "HTML":
                self.texts.append(child)
            self._walk(child)

    def set(self, label, value):
        self.by_label[label].value = value
        return self

    def press(self, label):
        self.by_label[label].click()
        return self

    def value(self, label):
        return self.by_label[label].value

    def select(self, number, name, value):
        """What the browser sends when a chart's selection changes."""
        self.charts[number]._vl_selections = {name: {"value": value, "store": [1]}}
        return self

    def click(self, picked):
        return self.select(1, "chosen", {"vlPoint": {"or": [picked]}})

    @property
    def status(self):
        return words(next(text.value for text in self.texts if "nsgkit-status" in text.value))

    @property
    def rows(self):
        """The parts of the tab with the flow rows: its caption, what is said of a row, the table."""
        return self._under("nsgkit-pictures").children[1].children[-1].children

    @property
    def rows_words(self):
        """All words of the flow rows: the caption, then the cells."""
        caption, _, *table = self.rows
        cells = [str(cell) for shown in table for row in shown.df.to_numpy() for cell in row]
        return "\n".join([caption.value, *cells])

    @property
    def chips(self):
        """The words of each chip, and its buttons by their words."""
        chips = next(child for child in self.frame.children if type(child).__name__ == "Chips").children
        return {chip.children[0].description: {b.description: b for b in chip.children} for chip in chips}

    @property
    def _life(self):
        place = [type(child).__name__ == "HBox" and child._dom_classes for child in self.frame.children]
        return self.frame.children[place.index(("nsgkit-pictures",)) + 1]

    @property
    def life(self):
        """All words of the panel that tells of an address or port."""
        return words(" ".join(text.value for text in Driven(self._life).texts))

    def _under(self, name):
        return next(child for child in self.frame.children if name in child._dom_classes)

    def gesture(self, kind, place, much):
        """What the browser sends of a wheel, a double click or a key on the picture over time."""
        said = {"kind": kind, "place": place, "much": much}
        self._under("nsgkit-pictures").children[0].children[0]._handle_custom_msg(said, [])
        return self

    def title(self, number):
        return self.charts[number].spec["title"]["text"]

    def run_code(self, logs):
        self.press("Show as code")
        names = {"logs": logs}
        exec(self.value("Code"), names)
        return names


def lines(explorer):
    """What stands in place of the second picture."""
    return [row["line"] for rows in explorer.charts[1].spec["datasets"].values() for row in rows]


def words(text):
    return html.unescape(re.sub("<[^>]*>", " ", text)).strip()


def test_every_control_has_a_label_and_its_own(explorer):
    filters = {
        "Filter",
        "NIC",
        "NSG",
        "Rule",
        "Direction",
        "Decision",
        "Protocol",
        "Port",
        "Address or prefix",
    }
    looks = {"From (UTC)", "Until (UTC)", "Measure", "Break down by", "Bin", "Picture", "Choose", "Clear"}
    assert filters | looks <= explorer.by_label.keys()


def test_at_first_everything_is_counted(explorer, made):
    counted = f"{(~made['folded']).sum():,}"
    assert explorer.status.startswith(f"{counted} conversations")
    assert explorer.title(0) == "Connections and denied attempts over time"


def test_the_filter_brush_bar_rows_and_code_agree_with_a_plain_count(explorer, logs):
    start, end = (pd.Timestamp(f"2024-12-18T0{hour}:00Z") for hour in (1, 8))
    explorer.select(0, "span", {"time": [start.timestamp() * 1000 + 90_000, end.timestamp() * 1000 - 60_000]})
    explorer.set("Filter", "dst_port:22 denied").set("Break down by", "source address")
    plain = [
        row for row in logs.flows.itertuples()
        if row.dst_port == 22 and row.decision == "denied" and start <= row.time < end
    ]  # fmt: skip
    counts = Counter(row.src_ip for row in plain)
    table = explorer.run_code(logs)["table"]
    assert dict(zip(table["src_ip"], table["denied"], strict=True)) == counts
    (most, number) = counts.most_common(1)[0]
    explorer.click({"src_ip": most})
    assert explorer.value("Filter") == f"dst_port:22 denied src:{most}"
    explorer.set("Picture", "Rows")
    assert f"The {number} flow rows of the first {number} of {number} conversations." in explorer.rows_words
    rows = explorer.run_code(logs)["table"]
    assert {*rows[KEY].itertuples(index=False, name=None)} == {
        (row.blob, row.record, row.tuple) for row in plain if row.src_ip == most
    }


@pytest.mark.parametrize(("measure", "picture"), ASKED)
def test_the_code_of_every_picture_makes_its_table(logs, made, measure, picture):
    question = Question("nsg:SHOP-NSG tcp", SPAN, measure, "rule", "1h", picture)
    explored = Traffic(logs.flows, made)
    names = {"logs": logs}
    exec(code(question), names)
    answered = pictures.answer(explored, question)
    pd.testing.assert_frame_equal(answered, names["table"], check_categorical=False)
    pd.testing.assert_frame_equal(pictures.over_time(explored, question), names["over_time"])


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("measure", MEASURES.values())
@pytest.mark.parametrize("by", BREAKDOWNS)
def test_the_code_of_every_question_uses_public_names_only(by, measure, picture):
    shown = code(Question("tcp", SPAN, measure, by, "1h", picture))
    assert used(shown) <= PUBLIC


@pytest.mark.parametrize("by", BREAKDOWNS)
def test_each_breakdown_counts_as_a_plain_stitch_does(logs, made, plain, by):
    columns = BREAKDOWNS[by][0]
    plain_counts = Counter({tuple(c[name] for name in columns): 0 for c in plain})
    plain_counts.update(tuple(c[name] for name in columns) for c in plain if c["counts"])
    table = pictures.answer(Traffic(logs.flows, made), Question("", SPAN, "connections", by))
    groups = table[columns].astype(object).where(table[columns].notna(), None)
    assert table["connections"].tolist() == sorted(plain_counts.values(), reverse=True)[: pictures.TOP]
    assert table["connections"].tolist() == [plain_counts[tuple(g)] for g in groups.to_numpy().tolist()]


def test_conversations_are_those_of_a_plain_stitch(logs, made):
    told = [*KEY, "state", "rows"]
    plain = {tuple(c[name] for name in told) for c in summaries(records(logs.flows))}
    assert {tuple(c[name] for name in told) for c in records(made[told])} == plain


def test_bytes_over_time_are_those_of_the_analysis_that_stitches_anew(logs, made):
    asked = Question(measure="bytes", freq="15min")
    mine = pictures.over_time(Traffic(logs.flows, *stitched_once(logs.flows)), asked)
    theirs = over_time(made, freq="15min", flows=logs)
    pd.testing.assert_frame_equal(mine, theirs)


def test_a_brush_fills_in_the_span_in_whole_bins(explorer):
    explorer.set("Bin", "1h").select(0, "span", {"time": [1734484000000.4, 1734508200000.6]})
    assert (explorer.value("From (UTC)"), explorer.value("Until (UTC)")) == (
        "2024-12-18T01:00",
        "2024-12-18T08:00",
    )
    assert explorer.title(0) == "Connections and denied attempts over time"


def bins(explorer):
    """How wide the bars of the picture over time are."""
    rows = next(iter(explorer.charts[0].spec["datasets"].values()))
    return {pd.Timestamp(row["until"]) - pd.Timestamp(row["time"]) for row in rows}


def test_a_drag_looks_closer_and_the_bins_follow(explorer):
    assert bins(explorer) == {pd.Timedelta("15min")}  # of nine hours
    explorer.select(0, "span", {"time": [1734484000000, 1734490000000]})
    assert bins(explorer) == {pd.Timedelta("1min")}
    domain = explorer.charts[0].spec["encoding"]["x"]["scale"]["domain"]
    assert [pd.Timestamp(ms, unit="ms").strftime("%H:%M") for ms in domain] == ["01:00", "02:45"]


def test_back_and_forward_lead_through_what_was_asked(explorer):
    explorer.set("Filter", "dst_port:22").set("Measure", "bytes")
    explorer.select(0, "span", {"time": [1734484000000, 1734508200000]})
    assert explorer.press("Back").value("From (UTC)") == ""
    assert (explorer.value("Filter"), explorer.value("Measure")) == ("dst_port:22", "bytes")
    assert explorer.press("Back").value("Measure") == "connections"
    assert explorer.press("Back").value("Filter") == ""
    assert explorer.press("Forward").value("Filter") == "dst_port:22"
    assert explorer.set("Filter", "udp").by_label["Forward"].disabled


def test_a_short_drag_is_one_bin():
    assert whole_bins([10, 20], 3_600_000)[1].hour == 1


@pytest.mark.parametrize(
    ("picture", "picked", "filter"),
    [
        ("Top", {"protocol": "TCP", "dst_port": 443}, "protocol:TCP dst_port:443"),
        (
            "Matrix",
            {"source": "192.0.2.0/24", "destination": "10.20.1.0/24"},
            "src:192.0.2.0/24 dst:10.20.1.0/24",
        ),
        ("Links", {"ribbon": "0-1", "from": "10.20.0.4", "to": "Web x"}, 'src:10.20.0.4 rule:="Web x"'),
        ("Links", {"ribbon": "1-0", "from": "not logged", "to": "10.20.0.4"}, 'rule:"" dst:10.20.0.4'),
    ],
)
def test_what_is_clicked_becomes_terms_of_the_filter(explorer, picture, picked, filter):
    explorer.set("Picture", picture).click(picked)
    assert explorer.value("Filter") == filter


TWO = "src:203.0.113.199,198.51.100.201"


def test_one_of_two_addresses_in_the_filter_can_be_clicked(explorer):
    explorer.set("Break down by", "source address").set("Filter", TWO).click({"src_ip": "203.0.113.199"})
    assert explorer.value("Filter") == f"{TWO} src:203.0.113.199"


@pytest.mark.parametrize("filter", ["src_ip:203.0.113.199", 'tcp src:"203.0.113.199"'])
def test_what_the_filter_says_already_is_not_said_again(explorer, filter):
    explorer.set("Break down by", "source address").set("Filter", filter).click({"src_ip": "203.0.113.199"})
    assert explorer.value("Filter") == filter


def test_a_rule_whose_name_holds_a_time_is_no_span(explorer):
    explorer.set("Picture", "Links").click({"ribbon": "0-1", "from": "10.20.0.4", "to": "a from:2024-12-18"})
    assert explorer.value("Filter") == 'src:10.20.0.4 rule:="a from:2024-12-18"'
    assert explorer.value("From (UTC)") == ""


def test_an_hour_that_is_clicked_becomes_the_span(explorer):
    explorer.set("Picture", "Hours and days").click({"time": 1734510000000})
    assert (explorer.value("From (UTC)"), explorer.value("Until (UTC)")) == (
        "2024-12-18T08:20",
        "2024-12-18T09:20",
    )


def test_the_keyboard_can_choose_what_the_mouse_can(explorer):
    first = explorer.by_label["Choose"].options[1]
    explorer.set("Choose", first[1])
    assert explorer.value("Filter") == first[1]
    assert explorer.value("Choose") == ""


def test_lists_and_fields_say_parts_of_the_filter(explorer, logs, made):
    explorer.set("NSG", "SHOP-NSG").set("Port", "22, 80").set("Address or prefix", "10.20.0.0/24")
    explorer.set("Direction", "inbound")
    chosen = explorer.run_code(logs)["chosen"]
    own = ip_network("10.20.0.0/24")
    plain = [
        c for c in made[[*KEY, *TOLD]].itertuples(index=False)
        if c.acl.endswith("/SHOP-NSG") and c.direction == "inbound" and {22, 80} & {c.src_port, c.dst_port}
        and any(ip_address(ip) in own for ip in (c.src_ip, c.dst_ip))
    ]  # fmt: skip
    assert plain
    assert {*chosen[KEY].itertuples(index=False, name=None)} == {tuple(c[:3]) for c in plain}
    assert explorer.value("Filter") == "nsg:SHOP-NSG port:22,80 ip:10.20.0.0/24 direction:inbound"
    assert (explorer.value("NSG"), explorer.value("Port")) == ("any", "")


def test_of_a_list_one_is_chosen_in_place_of_the_other(explorer):
    explorer.set("Filter", "-nsg:DATA-NSG").set("NSG", "SHOP-NSG").set("NSG", "OFFICE-NSG")
    assert explorer.value("Filter") == "-nsg:DATA-NSG nsg:OFFICE-NSG"


def test_a_slip_in_a_field_is_told_and_changes_nothing(explorer):
    explorer.set("Filter", "tcp").set("Port", "99999")
    assert "takes no '99999'" in explorer.status
    assert explorer.value("Filter") == "tcp"
    assert explorer.set("Port", "443").value("Filter") == "tcp port:443"


def test_what_is_chosen_stands_as_chips_to_be_taken_out_or_turned_round(explorer, made):
    explorer.set("Filter", "dst_port:22 (denied or udp)").set("From (UTC)", "2024-12-18T01:00")
    assert [*explorer.chips] == ["dst_port:22", "(denied or udp)", "from:2024-12-18T01:00"]
    explorer.chips["dst_port:22"]["dst_port:22"].click()
    assert explorer.value("Filter") == "-dst_port:22 (denied or udp)"
    assert explorer.chips["from:2024-12-18T01:00"]["from:2024-12-18T01:00"].disabled
    explorer.chips["from:2024-12-18T01:00"]["×"].click()
    explorer.chips["(denied or udp)"]["×"].click()
    assert (explorer.value("Filter"), explorer.value("From (UTC)")) == ("-dst_port:22", "")
    counted = (made["dst_port"] != 22) & ~made["folded"]
    assert explorer.status.startswith(f"{counted.sum():,} of ")


def test_the_life_of_an_address_or_port_is_one_click_on_its_chip(explorer, made):
    explorer.set("Filter", "src:203.0.113.199 dst_port:22 denied")
    assert [*explorer.chips["denied"]] == ["denied", "×"]
    explorer.chips["src:203.0.113.199"]["Life"].click()
    assert "Address 203.0.113.199" in explorer.life
    explorer.chips["dst_port:22"]["Life"].click()
    assert "Port 22" in explorer.life
    assert "Filter: src:203.0.113.199" in explorer.status
    Driven(explorer._life).press("Not")
    assert explorer.value("Filter") == "src:203.0.113.199 dst_port:22 denied -port:22"
    Driven(explorer._life).press("Close")
    assert explorer.life == ""


def test_a_row_leads_to_the_lives_of_its_addresses_and_port(explorer):
    explorer.set("Filter", "dst_port:22 denied").set("Picture", "Rows")
    explorer.rows[2].selected_rows = [1]
    row = explorer.rows[2].df.iloc[1]
    *_, lives, _ = explorer._under("nsgkit-pictures").children[1].children
    assert [b.description for b in lives.children] == [
        f"Life of {row[name]}" for name in ("Source address", "Destination address", "Destination port")
    ]
    lives.children[0].click()
    assert f"Address {row['Source address']}" in explorer.life
    assert explorer.set("Filter", "udp") and lives.children == ()


def test_wheel_keys_and_double_click_look_closer_wider_and_at_the_whole(explorer):
    explorer.gesture("zoom", 0.5, 0.5)  # of nine hours from midnight
    assert (explorer.value("From (UTC)"), explorer.value("Until (UTC)")) == (
        "2024-12-18T02:15",
        "2024-12-18T06:45",
    )
    explorer.gesture("move", 0.5, 0.5)
    assert (explorer.value("From (UTC)"), explorer.value("Until (UTC)")) == (
        "2024-12-18T04:30",
        "2024-12-18T09:00",
    )
    assert explorer.gesture("whole", 0.5, 1).value("From (UTC)") == ""
    assert explorer.gesture("zoom", 0.5, 2).value("From (UTC)") == ""


def test_the_filter_offers_what_can_stand_there(explorer):
    field = explorer.by_label["Filter"]
    field.typed = {"text": "denied dst_po", "place": 13}
    assert field.offered == {
        "text": "denied dst_po",
        "start": 7,
        "offers": [["dst_port:", "Destination port"]],
    }


def test_inside_and_outside_are_of_all_that_is_explored(explorer, made):
    explorer.set("Filter", "src:outside dst_port:22")
    own = own_networks(made)
    outside = own.is_outside(made["src_ip"]) & (made["dst_port"] == 22) & ~made["folded"]
    assert explorer.status.startswith(f"{outside.sum():,} of ")


def test_clear_lets_everything_through_again(explorer, made):
    explorer.set("Filter", "denied").set("NSG", "SHOP-NSG").set("From (UTC)", "2024-12-18T01:00").press(
        "Clear"
    )
    assert explorer.status.startswith(f"{(~made['folded']).sum():,} conversations")


def test_only_denied_attempts_left_are_measured_as_such(explorer):
    assert explorer.set("Filter", "denied").value("Measure") == "denied"


@pytest.mark.parametrize("text", ["dst_port:99999", "nonsense", 'rule:"x', "from:later"])
def test_a_slip_in_the_filter_is_one_sentence_and_nothing_stale_stays(explorer, text):
    explorer.set("Filter", text)
    assert "filter" in explorer.status.lower()
    assert "There is no picture of this." in lines(explorer)
    assert explorer.set("Filter", "").status


@pytest.mark.parametrize("button", ["Export CSV", "Show the table", "Show as code", "Keep this picture"])
def test_of_a_question_that_failed_nothing_is_taken_along(explorer, button, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    explorer.set("Filter", "nonsense").press(button)
    assert "Nothing is shown that could be taken along." in explorer.status
    assert not [*tmp_path.iterdir()]
    assert explorer.value("Code") == ""


def test_a_measure_that_a_picture_has_not_is_told(explorer):
    explorer.set("Measure", "peers").set("Picture", "Matrix")
    assert "There is no measure 'peers' here." in explorer.status


def test_nothing_left_says_what_to_do(explorer):
    explorer.set("Filter", "dst_port:1 denied")
    assert "No conversation matches dst_port:1 denied" in lines(explorer)
    assert any("press Clear" in line for line in lines(explorer))


def test_a_surprise_in_a_handler_is_a_sentence_in_the_widget(explorer, monkeypatch):
    monkeypatch.setattr(pictures, "answer", lambda *_: 1 / 0)
    explorer.set("Picture", "Links")
    assert "This did not work: ZeroDivisionError" in explorer.status


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text_and_can_be_chosen(name):
    table = flows("09:00:00 10.0.0.4:50000 10.0.1.5:443 TCP O A B\n09:00:00 10.0.0.4:1 10.0.1.5:22 TCP O A B")
    table["rule"] = table["acl"] = pd.Series([name, "other"], dtype="category")
    explorer = Driven(traffic_explorer(table)).set("Break down by", "rule").set("Picture", "Rows")
    assert name not in explorer.rows_words
    explorer.set("Picture", "Top")
    explorer.set(
        "Choose",
        next(value for label, value in explorer.by_label["Choose"].options if "other" not in label and value),
    )
    assert explorer.status.startswith("1 of 2 conversations")
    assert not any("<img" in text.value for text in explorer.texts)


def test_no_rows_at_all_is_told():
    explorer = Driven(traffic_explorer(flows("09:00:00 10.0.0.4:1 10.0.1.5:2 TCP O A B").head(0)))
    assert "There are no conversations in these flows." in lines(explorer)
    assert "did not work" not in explorer.gesture("zoom", 0.5, 0.5).status


def test_pictures_have_at_most_5000_marks(logs, made):
    for picture, bin in itertools.product(PICTURES, ("1min", "1h")):
        explorer = Driven(traffic_explorer(logs.flows, made)).set("Bin", bin).set("Picture", picture)
        assert all(
            len(rows) <= 5_000 for chart in explorer.charts for rows in chart.spec["datasets"].values()
        )


@pytest.mark.filterwarnings("error")
def test_a_duckdb_relation_is_explored_too(logs):

    explorer = Driven(traffic_explorer(connection().from_df(logs.flows)))
    assert explorer.set("Measure", "bytes").title(0) == "Bytes over time"


def test_flow_logs_are_explored_as_their_flows_are(logs, made):
    explorer = Driven(traffic_explorer(logs, made)).set("Measure", "bytes").set("Picture", "Rows")
    assert "flow rows of the first" in explorer.rows_words


def test_peers_cannot_be_asked_of_a_matrix(logs, made):
    with pytest.raises(NsgkitError, match="peers"):
        pictures.answer(Traffic(logs.flows, made), Question(measure="peers", picture="Matrix"))


def test_what_is_asked_can_be_given_and_the_code_gives_it_back(logs, made):
    given = {"filter": "dst_port:22 denied", "by": "src_ip", "measure": "denied", "picture": "Links"}
    explorer = Driven(traffic_explorer(logs, made, **given))
    assert (explorer.value("Filter"), explorer.value("Measure")) == ("dst_port:22 denied", "denied")
    code = explorer.press("Show as code").value("Code")
    again = re.search(r"# The same view again: (.+)", code)[1].removesuffix(")")
    opened = Driven(eval(f"{again}, conversations=made)", {"nsgkit": nsgkit, "logs": logs, "made": made}))
    assert [c.value for c in opened.by_label.values() if hasattr(c, "value")][:10] == [
        c.value for c in explorer.by_label.values() if hasattr(c, "value")
    ][:10]


@pytest.mark.parametrize("own", ["10.20.0.0/16,10.30.0.0/16", ["10.20.0.0/16"]])
def test_own_networks_that_are_given_are_those_of_filter_picture_and_code(logs, made, own):
    explorer = Driven(traffic_explorer(logs.flows, made, own=own, filter="src:outside", picture="Matrix"))
    outside = own_networks(made, own).is_outside(made["src_ip"]) & ~made["folded"]
    assert explorer.status.startswith(f"{outside.sum():,} of ")
    names = explorer.run_code(logs)
    assert len(names["chosen"]) == own_networks(made, own).is_outside(made["src_ip"]).sum()
    assert {*names["table"]["source"]} <= {"internet", "2001:db8:f0::/64"}
    assert f", own={own!r})" in explorer.value("Code")


def test_a_span_that_is_given_stands_in_its_own_fields(logs, made):
    explorer = Driven(traffic_explorer(logs, made, filter='tcp from:2024-12-18T01:00 rule:"a from:b"'))
    assert (explorer.value("Filter"), explorer.value("From (UTC)")) == (
        'tcp rule:"a from:b"',
        "2024-12-18T01:00",
    )


@pytest.mark.parametrize(
    "given",
    [{"by": "colour"}, {"measure": "joy"}, {"freq": "often"}, {"filter": "nonsense"}, {"picture": "x"}],
)
def test_what_the_explorer_has_not_is_told_at_once(logs, made, given):
    with pytest.raises(NsgkitError):
        traffic_explorer(logs, made, **given)


def test_where_none_has_the_measure_another_is_shown_until_the_reason_is_gone(explorer):
    explorer.set("Measure", "bytes").set("Filter", "denied")
    assert explorer.value("Measure") == "denied"
    assert "None has any bytes: denied attempts are shown." in explorer.status
    assert explorer.title(0) == "Denied attempts over time"
    assert explorer.set("Filter", "tcp").value("Measure") == "bytes"


def test_what_is_chosen_is_exported_with_a_text_beside_it(logs, made, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    explorer = Driven(traffic_explorer(logs, made)).set("Filter", "dst_port:22")
    count = int(re.match(r"([\d,]+) of", explorer.status)[1].replace(",", ""))
    explorer.press("Export CSV").press("Export Parquet")
    (table,), (exact,) = (sorted(tmp_path.glob(f"nsgkit-exports/*.{kind}")) for kind in ("csv", "parquet"))
    assert (~pd.read_csv(table)["folded"]).sum() == (~pd.read_parquet(exact)["folded"]).sum() == count
    said = table.with_suffix(".csv.txt").read_text("utf-8")
    assert "Filter: dst_port:22" in said
    digests = {line.split("  ")[0] for line in said.splitlines() if "  " in line and "PT1H" in line}
    assert digests <= {*logs.blobs["sha256"]} and digests


def test_a_row_opens_its_raw_tuple_its_blob_and_the_hash(logs, made):
    explorer = Driven(traffic_explorer(logs, made)).set("Filter", "dst_port:22").set("Picture", "Rows")
    _, said, table = explorer.rows
    table.selected_rows = [2]
    row = table.df.iloc[2]
    shown = words(said.value)
    assert re.match(r"\d{10},", shown) and f",{row['Source port']}," in shown
    assert f"record {row['Record']}, tuple {row['Tuple']} of " in shown
    assert re.search(r"SHA-256 [0-9a-f]{64}", shown)
