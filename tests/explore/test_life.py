"""The panel of an address or port, driven from Python: each figure in it is counted again by a plain loop."""

import re
from collections import Counter
from html import unescape

import pandas as pd
import pytest

import nsgkit
from nsgkit.errors import NsgkitError
from nsgkit.explore.traffic.life import life_panel
from nsgkit.explore.traffic.question import Traffic
from tests.counting.plain_stitch import records
from tests.frames import flows
from tests.test_html import HOSTILE

OF = [
    *[("address", ip) for ip in ("203.0.113.199", "10.20.0.4", "2001:db8:30:1::5", "192.168.40.15")],
    *[("port", port) for port in (22, 443, 53, "3389")],
]
HE = "203.0.113.9:4000 10.0.0.4:22 TCP I"


@pytest.fixture(scope="module")
def traffic():
    logs = nsgkit.read_logs("data/samples")
    return Traffic(logs.flows, nsgkit.conversations(logs.flows))


@pytest.fixture(scope="module")
def rows(traffic):
    return records(traffic.conversations)


class Shown:
    """A panel in a reader's words: its heading, sentences and tables, its chart's bars, its buttons."""

    def __init__(self, traffic, kind, value):
        self.pressed = []
        panel = life_panel(traffic, kind, value, self.pressed.append, lambda: self.pressed.append("closed"))
        found = [*walk(panel)]
        self.html = [w.value for w in found if type(w).__name__ == "HTML"]
        self.heading = words(self.html[0])
        self.said = [words(text) for text in re.findall("<p>(.*?)</p>", self.html[1])]
        self.tables = [table(text) for text in self.html[2:5]]  # behind them: what is known beside the logs
        self.buttons = {w.description: w for w in found if type(w).__name__ == "Button"}
        self.charts = [w.chart.to_dict() for w in found if hasattr(w, "chart")]

    def bars(self):
        """How many of each decision the chart draws, by when their bins begin."""
        (data,) = self.charts[0]["datasets"].values()
        return {(pd.Timestamp(bar["time"]), bar["decision"]): bar["value"] for bar in data}


def walk(widget):
    for child in getattr(widget, "children", ()):
        yield child
        yield from walk(child)


def words(text):
    return unescape(re.sub(r"<[^>]+>", "", text))


def table(text):
    """Return the heading of a table, and its rows: a name and three cells each."""
    heads = re.findall("<th.*?>(.*?)</th>", text)
    cells = [words(cell) for cell in re.findall("<td>(.*?)</td>", text)]
    cells = [re.sub(r"^(VNET-DATA) \(.*?\)", r"\1", cell) for cell in cells]  # which ACL of it
    return words(heads[0]), [tuple(cells[i : i + 4]) for i in range(0, len(cells), 4)]


def at(rows, kind, value):
    """Return the conversations that have it, and of each the ends at which it is."""
    name, wanted = ("ip", value) if kind == "address" else ("port", int(value))
    ends = [(row, [end for end in ("src", "dst") if row[f"{end}_{name}"] == wanted]) for row in rows]
    return [(row, found) for row, found in ends if found]


def is_connection(row):
    return row["decision"] == "allowed" and row["counted_by"] is not None


def measures(rows):
    """Return connections, denied attempts and bytes, as they stand in a table."""
    once = [row for row in rows if not row["folded"]]
    sizes = [row[f"bytes_{way}"] for row in once for way in ("src_to_dst", "dst_to_src")]
    known = [size for size in sizes if size is not None]
    denied = sum(row["decision"] == "denied" for row in once)
    return sum(map(is_connection, once)), denied, sum(known) if known else None


def largest(rows, name_of, title):
    """Return the table of what `name_of` calls the rows, the first eight; and all there is."""
    groups = {}
    for row in rows:
        groups.setdefault(name_of(row), []).append(row)
    told = sorted(((name, *measures(his)) for name, his in groups.items()), key=lambda g: (-g[1], -g[2]))
    heading = title if len(told) <= 8 else f"{title} (8 of {len(told):,})"
    return heading, [(name, *map(number, figures)) for name, *figures in told]


def number(value):
    return "unknown" if value is None else f"{value:,}"


def ended(count, what):
    return f"{count:,} {what}" + ("s" if count != 1 else "")


@pytest.mark.parametrize(("kind", "value"), OF)
def test_the_sentence_says_what_a_plain_loop_counts(traffic, rows, kind, value):
    his = at(rows, kind, value)
    said = Shown(traffic, kind, value).said[0]
    first, last = min(row["first"] for row, _ in his), max(row["last"] for row, _ in his)
    assert said.startswith(f"Seen from {first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} (UTC): ")
    for end, name in (("src", "as source "), ("dst", "as destination ")):
        connections, denied, _ = measures([row for row, ends in his if end in ends])
        never = not any(end in ends for _, ends in his)
        counted = f"{ended(connections, 'connection')}, {ended(denied, 'denied attempt')}"
        assert f"{name}{'never' if never else counted}" in said
    mine = [(row, end) for row, ends in his for end in ends if not row["folded"]]
    sent = sum(row["bytes_src_to_dst" if end == "src" else "bytes_dst_to_src"] or 0 for row, end in mine)
    back = sum(row["bytes_dst_to_src" if end == "src" else "bytes_src_to_dst"] or 0 for row, end in mine)
    assert said.endswith(f" Bytes sent: {sent:,}; received: {back:,}.")


@pytest.mark.parametrize(("kind", "value"), OF)
def test_the_tables_are_the_largest_of_a_plain_loop(traffic, rows, kind, value):
    his = at(rows, kind, value)
    plain = [row for row, _ in his]
    if kind == "address":
        peers = {id(row): row["dst_ip" if "src" in ends else "src_ip"] for row, ends in his}
        expected = [largest(plain, lambda row: peers[id(row)], "Peers")]
        expected += [largest(plain, lambda row: f"{row['protocol']} {row['dst_port']}", "Ports")]
    else:
        expected = [largest(plain, lambda row: row["src_ip"], "Sources")]
        expected += [largest(plain, lambda row: row["dst_ip"], "Destinations")]
    views = [{**row, "folded": False} for row in plain]
    expected += [largest(views, lambda row: (row["acl"], row["rule"]), "Rules")]
    shown = Shown(traffic, kind, value).tables
    for (heading, cells), (title, every) in zip(shown, expected, strict=True):
        assert heading == title
        figures = [row[1:3] for row in every[:8]]  # of equal ones any may be the eighth
        assert [row[1:3] for row in cells] == figures
        assert len({*cells}) == len(cells)
        assert {*cells} <= {(in_words(name), *row) for name, *row in every}


def in_words(name):
    """Return the name of a row; of a rule its NSG's name and its own; the samples' VNet is VNET-DATA."""
    if isinstance(name, str):
        return name
    acl, rule = name
    return f"{acl.rsplit('/', 1)[-1] if 'SECURITYGROUPS' in acl else 'VNET-DATA'} {rule}"


@pytest.mark.parametrize(("kind", "value"), OF)
def test_the_chart_draws_each_hour_of_a_plain_loop_over_the_whole_span(traffic, rows, kind, value):
    shown = Shown(traffic, kind, value)
    counted = [row for row, _ in at(rows, kind, value) if not row["folded"] and row["counted_by"]]
    assert shown.bars() == Counter((row["first"].floor("h"), row["decision"]) for row in counted)
    spec = shown.charts[0]
    first, last = min(row["first"] for row in rows), max(row["last"] for row in rows)
    domain = [pd.Timestamp(time, unit="ms", tz="UTC") for time in spec["encoding"]["x"]["scale"]["domain"]]
    assert domain == [first.floor("h"), last.floor("h") + pd.Timedelta("1h")]
    assert (spec["width"], spec["height"]) == (560, 110)


@pytest.mark.parametrize("asked", [("address", "203.0.113.199"), ("address", "10.20.0.4"), ("port", 22)])
def test_who_was_denied_and_then_allowed_is_said(traffic, rows, asked):
    his = [row for row, _ in at(rows, "address", "203.0.113.199")]
    allowed = min((row for row in his if is_connection(row)), key=lambda row: row["first"])
    before = [row for row in his if row["decision"] == "denied" and row["first"] < allowed["first"]]
    start = min(row["first"] for row in before)
    assert Shown(traffic, *asked).said[1] == (
        "Denied, and later allowed: 203.0.113.199 at 10.20.0.4, TCP port 22. Denied attempts before: "
        f"{len(before)}, the first at {start:%Y-%m-%d %H:%M:%S}. Allowed from "
        f"{allowed['first']:%Y-%m-%d %H:%M:%S}, by {allowed['rule']}."
    )


def test_that_nothing_was_is_said_too(traffic):
    assert Shown(traffic, "port", 443).said[1] == "Nothing here was denied and later allowed."


def of(text):
    table = flows(text)
    return Traffic(table, nsgkit.conversations(table))


def test_what_was_allowed_before_and_how_many_others_there_are_is_said():
    turned = f"09:00:00 {HE} D B\n09:10:00 {HE} A B rule="
    again = turned.replace("203.0.113.9", "203.0.113.8").replace("TCP I D B", "TCP I D B rule=Deny")
    was = "\n".join(f"08:00:00 {HE} A B".replace("203.0.113.9", f"203.0.113.{n}") for n in (8, 9))
    said = Shown(of(f"{was}\n{turned}\n{again}"), "address", "10.0.0.4").said[1]
    assert said.endswith("by a rule that is not logged. Allowed before that: 1. Others like it: 1.")


def test_a_port_that_one_calls_from_is_not_what_it_was_let_in_to():
    late = "203.0.113.9:22 10.0.0.4:5000 TCP I"
    shown = Shown(of(f"09:00:00 {late} D B\n09:10:00 {late} A B"), "port", 22)
    assert shown.said[1] == "Nothing here was denied and later allowed."


def test_bytes_that_no_row_counts_are_unknown():
    shown = Shown(of(f"09:00:00 {HE} D B"), "address", "10.0.0.4")
    assert shown.said[0].endswith("as source never; as destination 0 connections, 1 denied attempt. "
                                  "Bytes sent: unknown; received: unknown.")  # fmt: skip
    assert shown.tables[0] == ("Peers", [("203.0.113.9", "0", "1", "unknown")])


def test_where_there_is_nothing_to_draw_the_chart_says_so():
    (chart,) = Shown(of(f"09:00:00 {HE} A C 1/1 1/1"), "port", 22).charts
    (lines,) = chart["datasets"].values()
    assert lines[0]["line"] == "No connection began and none was denied in these rows."


def test_the_tables_are_headed_like_the_legend(traffic):
    shown = Shown(traffic, "address", "10.20.0.4")
    heads = [re.findall("<th.*?>(.*?)</th>", text)[1:] for text in shown.html[2:]]
    assert heads[:3] == [["Allowed", "Denied", "Bytes"]] * 3


def test_what_began_before_the_data_and_what_is_undecided_is_counted_apart():
    shown = Shown(of(f"09:00:00 {HE} A C 1/1 1/1\n09:01:00 {HE} ? B"), "port", 22)
    assert "as destination 0 connections, 0 denied attempts, 1 undecided, 1 orphan." in shown.said[0]


@pytest.mark.parametrize(
    ("asked", "terms"), [(("address", "10.20.0.4"), "ip:10.20.0.4"), (("port", 22), "port:22")]
)
def test_the_buttons_choose_it_or_all_else_or_close(traffic, asked, terms):
    shown = Shown(traffic, *asked)
    assert shown.pressed == []
    for name in ("For", "Not", "Close"):
        shown.buttons[name].click()
    assert shown.pressed == [terms, f"-{terms}", "closed"]


@pytest.mark.parametrize("asked", [("address", "192.0.2.254"), ("port", 7777)])
def test_what_was_never_seen_is_said_to_be_so(traffic, asked):
    shown = Shown(traffic, *asked)
    assert shown.heading == f"{asked[0].capitalize()} {asked[1]}"
    assert (shown.said, shown.charts, shown.tables) == (["It is never seen in these logs."], [], [])
    assert set(shown.buttons) == {"For", "Not", "Close"}


def test_without_conversations_nothing_was_seen(traffic):
    none = Traffic(traffic.flows, traffic.conversations.head(0))
    assert Shown(none, "port", 22).said == ["It is never seen in these logs."]


@pytest.mark.parametrize(
    "asked", [("address", "10.0.0.0/8"), ("address", ""), ("port", "ssh"), ("port", 70_000)]
)
def test_what_is_no_address_and_no_port_is_an_error(traffic, asked):
    with pytest.raises(NsgkitError):
        life_panel(traffic, *asked, print, print)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(name):
    table = flows(f"09:00:00 {HE} D B\n09:10:00 {HE} A B")
    table["rule"] = table["acl"] = pd.Series([name] * 2, dtype="category")
    shown = Shown(Traffic(table, nsgkit.conversations(table)), "address", "10.0.0.4")
    assert "later allowed" in shown.said[1]
    assert not any(name in html for html in shown.html)


def test_a_hostile_address_stays_text_and_its_terms_choose_it():
    hostile = '"><img src=x onerror=alert(1)>'
    table = flows(f"09:00:00 {HE} D B\n09:10:00 {HE} A B")
    table["src_ip"] = pd.Series([hostile] * 2, dtype="category")
    traffic = Traffic(table, nsgkit.conversations(table))
    shown = Shown(traffic, "address", hostile)
    assert shown.heading == f"Address {hostile}"
    assert not any("<img" in html for html in shown.html)
    shown.buttons["For"].click()
    assert len(nsgkit.query(traffic.conversations, shown.pressed[0])) == 2
    assert shown.said[0].startswith("Seen from 2024-12-19 09:00:00")
