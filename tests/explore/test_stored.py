"""The explorers on a store: each shows what it shows of tables of pandas, and fetches little."""

import csv
import re

import pandas as pd
import pytest

import nsgkit
from nsgkit import explore
from nsgkit.counting.frame import Rows
from nsgkit.errors import NsgkitError
from nsgkit.explore.logged import known_from_logs
from nsgkit.explore.timeline import question as lanes
from nsgkit.explore.traffic import pictures
from nsgkit.explore.traffic.as_code import code
from nsgkit.explore.traffic.life import life_panel
from nsgkit.explore.traffic.question import Question, Traffic
from nsgkit.explore.workbench import held as holding
from nsgkit.explore.workbench.export import export
from nsgkit.explore.workbench.held import as_table, at_hand, facts_of, fetched, first_rows, let_go
from nsgkit.schema import NAMES
from tests.stores import as_stored
from tests.widgets import press, within

NETWORK, KNOWN = "data/samples/network.toml", "data/samples/known.toml"
FILTERS = ["", "dst_port:22 denied", "nic:000D3AB1A114", "src:203.0.113.0/24 or answered:no", "src:inside"]
LOOKS = [(m, p) for m in ("connections", "bytes") for p in pictures.PICTURES] + [("peers", "Top")]
LIVES = [("address", "203.0.113.199"), ("address", "10.20.0.4"), ("port", 22), ("address", "192.0.2.254")]
OF_A_MOMENT = re.compile(r"data-[0-9a-f]{32}|(view|param)_\d+")


@pytest.fixture(scope="module")
def stored(logs, tmp_path_factory):
    return as_stored(logs, tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def both(logs, stitched, stored):
    """What the traffic explorer asks, of tables of pandas and of a store."""
    return Traffic(logs.flows, stitched, given=NETWORK), Traffic(
        stored.flows, stored.conversations, given=NETWORK
    )


@pytest.fixture(scope="module")
def found(stitched):
    return nsgkit.detections.findings(stitched, known=KNOWN)


def shown(explorer):
    """All that a person sees in it: words, lists, tables and pictures."""
    parts = []
    for widget in within(explorer):
        for name in ("options", "rows"):
            parts.append(getattr(widget, name, ""))
        if type(widget).__name__ == "HTML":
            parts.append(widget.value)
        if getattr(widget, "chart", None) is not None:
            parts.append(OF_A_MOMENT.sub("", str(widget.chart.to_dict())))
        if hasattr(widget, "df"):
            parts.append(widget.df.to_csv())
    return parts


def control(explorer, label):
    return next(w for w in within(explorer) if getattr(w, "description", "") == label)


def ran(explorer, **names):
    press(explorer, "Show as code")
    exec(control(explorer, "Code").value, names)
    return names


def unlabelled(rows):
    """Without what pandas calls each conversation: a store's have no labels."""
    return rows.drop(columns="conversation", errors="ignore")


@pytest.mark.parametrize("filter", FILTERS)
def test_the_traffic_explorer_draws_the_same(both, filter):
    for measure, picture in LOOKS:
        asked = Question(filter, measure=measure, picture=picture, by="rule")
        for answer in (pictures.over_time, pictures.answer):
            plain, mine = (unlabelled(answer(traffic, asked)) for traffic in both)
            pd.testing.assert_frame_equal(mine, plain, check_categorical=False)
            assert mine.attrs.get(NAMES) == plain.attrs.get(NAMES)


@pytest.mark.parametrize("filter", FILTERS)
def test_what_is_chosen_is_counted_alike(both, filter):
    asked = Question(filter, measure="bytes")
    assert len({traffic.told(asked) for traffic in both}) == 1
    assert len({traffic.measurable(asked) for traffic in both}) == 1


def test_names_and_the_whole_span_are_the_same(both):
    plain, mine = both
    assert (mine.names, mine.nsgs, mine.whole_span) == (plain.names, plain.nsgs, plain.whole_span)


@pytest.mark.parametrize("picture", pictures.PICTURES)
def test_the_code_of_a_picture_makes_its_table_of_a_store(both, stored, picture):
    asked = both[1].settled(Question("dst_port:22", measure="bytes", picture=picture))
    names = {"logs": stored}
    exec(code(asked, "logs", NETWORK), names)
    table = pictures.answer(both[1], asked)
    pd.testing.assert_frame_equal(names["table"], table, check_categorical=False)


@pytest.mark.parametrize(("kind", "value"), LIVES)
def test_a_life_is_told_alike(both, kind, value):
    plain, mine = (shown(life_panel(traffic, kind, value, print, print)) for traffic in both)
    assert mine == plain


def test_an_export_has_the_same_bytes(both, tmp_path):
    plain, mine = (export(t.chosen(Question("dst_port:22")), "csv", [], tmp_path) for t in both)
    assert mine.read_bytes() == plain.read_bytes()
    with plain.open(encoding="utf-8", newline="") as file:
        assert "src_name" in next(csv.reader(file))


def test_an_export_to_parquet_has_the_same_values(both, tmp_path):
    asked = Question("ip:203.0.113.199")
    plain, mine = (
        pd.read_parquet(export(t.chosen(asked), "parquet", [], tmp_path)).astype("object") for t in both
    )
    pd.testing.assert_frame_equal(mine.where(mine.notna(), None), plain.where(plain.notna(), None))


def test_an_export_of_nothing_has_the_columns(both, tmp_path):
    plain, mine = (export(t.chosen(Question("dst_port:9")), "csv", [], tmp_path) for t in both)
    assert mine.read_text("utf-8") == plain.read_text("utf-8") != ""


def test_the_traffic_explorer_fetches_little(stored, monkeypatch):
    lengths, collect = [], Rows.collect
    monkeypatch.setattr(
        Rows, "collect", lambda rows, types: (lengths.append(len(t := collect(rows, types))), t)[1]
    )
    explorer = explore.traffic_explorer(stored)
    for label, value in (("Filter", "dst_port:443"), ("Measure", "bytes"), ("Picture", "Rows")):
        control(explorer, label).value = value
    assert "15,965" in control_status(explorer)
    assert max(lengths) < 2_000  # of 33,411 conversations


def control_status(explorer):
    return next(w.value for w in within(explorer) if "nsgkit-status" in str(getattr(w, "value", "")))


def test_the_queue_of_denied_attempts_shows_the_same(logs, stitched, stored, tmp_path):
    verdicts = tmp_path / "verdicts.jsonl"
    pair = [(stitched, logs), (stored.conversations, stored)]
    plain, mine = (explore.denied_queue(c, logs=given, verdicts=verdicts) for c, given in pair)
    assert shown(mine) == shown(plain)
    for explorer in (plain, mine):
        queue = next(w for w in within(explorer) if type(w).__name__ == "Queue")
        queue.chosen = queue.rows[3]["id"]
        control(explorer, "Filter").value = "dst_port:22"
    assert shown(mine) == shown(plain)
    assert len(ran(mine, conversations=stored.conversations)["queue"])


def test_the_findings_explorer_shows_the_same(logs, stitched, stored, found, tmp_path):
    verdicts = tmp_path / "verdicts.jsonl"
    plain = explore.findings_explorer(stitched, found, logs=logs, verdicts=verdicts)
    mine = explore.findings_explorer(stored.conversations, found, logs=stored, verdicts=verdicts)
    for explorer in (plain, mine):
        press(explorer, "Next")
        press(explorer, "Show what proves it")
    assert shown(mine) == shown(plain)


@pytest.mark.parametrize("changes", [{}, {"By": "country"}, {"Filter": "dst_port:22", "Decision": "denied"}])
def test_the_places_explorer_shows_the_same(stitched, stored, changes):
    tables = (stitched, stored.conversations)
    plain, mine = (explore.places_explorer(table, network=NETWORK) for table in tables)
    for explorer in (plain, mine):
        for label, value in changes.items():
            control(explorer, label).value = value
    assert shown(mine) == shown(plain)
    of_pandas = ran(plain, conversations=stitched)
    of_store = ran(mine, conversations=stored.conversations)
    for name in ("over_time", "places", "table"):
        pd.testing.assert_frame_equal(of_store[name], of_pandas[name])


@pytest.mark.parametrize("by", ["peer", "port", "finding"])
def test_the_timeline_explorer_shows_the_same(logs, stitched, stored, found, by):
    pair = [(stitched, logs), (stored.conversations, stored)]
    plain, mine = (explore.timeline_explorer(c, logs=given, found=found, network=NETWORK, lanes=by,
                                             filter="ip:203.0.113.199") for c, given in pair)  # fmt: skip
    assert shown(mine) == shown(plain)
    codes = [ran(explorer, conversations=c, logs=given, found=found)
             for explorer, (c, given) in zip((plain, mine), pair, strict=True)]  # fmt: skip
    of_pandas, of_store = (
        nsgkit.fetch(names["chosen"], columns=["blob", "record", "tuple"]) for names in codes
    )
    assert {*of_store.itertuples(index=False)} == {*of_pandas.itertuples(index=False)}


def test_too_many_for_lanes_is_said_and_a_shorter_span_is_drawn(stored, monkeypatch):
    monkeypatch.setattr(lanes, "MOST_LANED", 5_000)
    timeline = lanes.Timeline(Traffic(stored, stored.conversations))
    with pytest.raises(NsgkitError, match="32,814 conversations are too many for lanes"):
        timeline.table(lanes.Question())
    span = lanes.Question(span="from:2024-12-18T01:00 until:2024-12-18T02:00")
    assert 0 < timeline.table(span).attrs["conversations"] < 5_000


def test_few_rows_are_at_hand_and_let_go(both):
    chosen = both[1].chosen(Question("dst_port:22"))
    near = at_hand(chosen, facts_of(chosen).rows)
    assert facts_of(near) == facts_of(chosen)
    let_go(near)
    with pytest.raises(Exception, match=near.at_hand):
        facts_of(near)


def test_many_rows_stay_where_they_lie(both, monkeypatch):
    monkeypatch.setattr(holding, "_AT_HAND", 10)
    chosen = both[1].chosen(Question("dst_port:22"))
    assert at_hand(chosen, facts_of(chosen).rows) is chosen


def test_first_rows_are_those_of_pandas(both):
    plain, mine = (first_rows(traffic.chosen(Question("udp")), 7) for traffic in both)
    columns = ["first", "blob", "record", "tuple", "src_ip", "dst_port", "answered", "duration"]
    told = [
        table[columns].reset_index(drop=True).astype({"blob": "str", "src_ip": "str"})
        for table in (mine, plain)
    ]
    pd.testing.assert_frame_equal(*told)


def test_what_another_engine_made_is_fetched(stitched):
    from tests.engines import connection

    relation = connection().from_arrow(as_arrow(stitched.head(9)))
    assert len(holding.held_as(relation)) == 9
    assert isinstance(holding.held_as(relation), pd.DataFrame)


def as_arrow(table):
    import pyarrow as pa

    return pa.Table.from_pandas(table, preserve_index=False)


def test_the_conversations_of_a_store_stay_there(stored):
    assert holding.held_as(stored.conversations) is as_table(stored.conversations)


def test_a_few_are_fetched_in_the_order_of_time(both):
    assert fetched(both[1].chosen(Question("dst_port:22")))["first"].is_monotonic_increasing


def test_the_form_of_a_new_flow_log_is_filled_alike(logs, stored):
    assert known_from_logs(stored) == known_from_logs(logs)


@pytest.fixture(scope="module")
def cases(logs, stitched, stored, found, tmp_path_factory):
    """The same written into a case about logs, and into one about a store."""
    made = []
    for given, table in ((logs, stitched), (stored, stored.conversations)):
        case = nsgkit.case.open(
            tmp_path_factory.mktemp("case") / "case", given, author="kim", network=NETWORK
        )
        case.star(nsgkit.query(table, "src:203.0.113.199 dst_port:22"), "why")
        case.star(nsgkit.query(given.flows, "src:203.0.113.199 dst_port:22 denied"), "rows")
        case.add_finding(found.head(3))
        made.append(case)
    return made


def test_a_case_about_a_store_cites_the_same(cases):
    files = [sorted(path.name for path in case.folder.glob("files/*")) for case in cases]
    assert files[0] == files[1]
    told = [case.events.sort_values("number")["told"].tolist() for case in cases]
    assert told[0] == told[1]


def test_a_bundle_of_a_case_about_a_store_is_verified(cases, tmp_path):
    cases[1].bundle(tmp_path / "bundle")
    assert nsgkit.verify(tmp_path / "bundle").ok
