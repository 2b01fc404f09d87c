"""A case: what is written into it is there again, word by word and tuple by tuple, and cannot be changed."""

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nsgkit
from nsgkit import NsgkitError
from nsgkit import case as cases
from nsgkit.case import citing
from nsgkit.case.folder import read_lines
from nsgkit.errors import EvidenceChangedError
from tests.stored import chain


def star(case, rows, why="why", **told):
    case.star(rows, why, **told)
    return case.events.sort_values("number").iloc[-1]


def test_a_star_cites_every_tuple_of_its_conversations(case, his, logs):
    written = star(case, his)
    assert written["cited"] == his["rows"].sum() == len(case.cited)


def test_a_cited_tuple_stands_in_the_blob_that_is_named(case, his, logs):
    case.star(his, "his")
    for row in case.cited.itertuples():
        text = (Path("data/samples") / row.blob).read_text()
        assert f'"{row.raw}"' in text


def test_a_cited_tuple_has_the_hash_of_its_blob(case, his, logs):
    case.star(his, "his")
    known = logs.blobs.set_index("name")["sha256"]
    assert (case.cited["blob_sha256"] == case.cited["blob"].map(known)).all()


def test_a_star_says_when_it_was_and_why(case, his):
    written = star(case, his, "who is he?", tags=["entry", " "], query="nsgkit.query(held, 'x')")
    assert written["first"] == his["first"].min()
    assert written["last"] == his["last"].max()
    assert [written[name] for name in ("why", "tags", "query", "author")] == [
        "who is he?", "entry", "nsgkit.query(held, 'x')", "kim"
    ]  # fmt: skip


def test_what_is_told_of_a_star_counts_connections_once(case, held):
    two_views = held[held["folded"] | held["mac"].notna()]
    told = star(case, two_views)["told"]
    once = two_views[~two_views["folded"]]
    assert f"{len(once):,} conversations" in told
    assert f"{int(two_views['folded'].sum()):,} more views" in told
    assert f"{once['bytes_src_to_dst'].sum():,} bytes there" in told


def test_flow_rows_are_cited_as_they_are(case, logs):
    rows = logs.flows.iloc[[5, 3]]
    written = star(case, rows)
    assert written["cited"] == 2
    assert sorted(case.cited["raw"]) == sorted(logs.raw_rows(rows))


def test_one_row_can_be_starred(case, his, logs):
    row = his.iloc[0]
    assert star(case, row)["cited"] == row["rows"]
    assert logs.raw(row) in set(case.cited["raw"])


def test_of_very_many_rows_the_first_are_cited_and_it_is_said(case, held, monkeypatch):
    monkeypatch.setattr(citing, "MOST_CITED", 20)
    written = star(case, held.head(50))
    assert written["cited"] == 20
    assert "The first 20 of their raw tuples are cited" in written["told"]
    assert written["told"].startswith(("50", f"{int((~held.head(50)['folded']).sum())}"))


@pytest.mark.parametrize("rows", [None, "ip:10.0.0.4", pd.DataFrame()])
def test_what_cannot_be_cited_is_told(case, rows):
    with pytest.raises(NsgkitError, match=r"Give rows|no rows"):
        case.star(rows, "")


@pytest.mark.parametrize("of", ["conversations", "flow rows"])
def test_rows_of_other_logs_are_told(case, logs, his, of):
    rows = his if of == "conversations" else logs.flows.head(3)
    with pytest.raises(NsgkitError, match=r"not in the logs|does not point into these flow logs"):
        case.star(rows.assign(blob="another"), "")
    assert set(case.events["event"].astype("str")) == {"opened", "evidence"}


def test_a_finding_brings_its_arithmetic_and_what_proves_it(case, guessed):
    case.add_finding(guessed, "he was in")
    line = read_lines(case.folder)[-1].event
    kept = json.loads((case.folder / f"files/{line['file']['sha256']}.json").read_text())
    told = {label: value for label, value, _, _ in kept["figures"]}
    assert told["Guesses"] == guessed["guesses"]
    assert told["Success: bytes"] == guessed["success_bytes"]
    places = {(row["blob"], row["record"], row["tuple"]) for row in kept["rows"]}
    assert places == {tuple(place) for place in guessed["rows"]}
    assert kept["harmless"].startswith("Harmless if ")


def test_a_verdict_adds_its_finding_once(case, guessed):
    case.verdict(guessed, "unknown")
    case.verdict(guessed, "suspicious", "one lasted 52 minutes")
    events = case.events.sort_values("number")["event"].astype("str").tolist()
    assert events[2:] == ["finding", "verdict", "verdict"]


def test_several_findings_get_a_verdict_each(case, held):
    found = nsgkit.detections.exposed_ports(held)
    said = case.verdict(found, "suspicious", "a rule was opened")
    assert len(said.splitlines()) == len(found) == (case.events["event"] == "verdict").sum()


def test_no_finding_is_told(case, held):
    with pytest.raises(NsgkitError, match="no finding in this table"):
        case.add_finding(nsgkit.detections.exposed_ports(held).head(0))


def test_no_other_verdict_is_taken(case, guessed):
    with pytest.raises(NsgkitError, match="no verdict 'guilty'"):
        case.verdict(guessed, "guilty")


def test_events_stand_in_the_order_in_which_they_happened(case, his):
    case.note("first a thought")
    later, earlier = his.tail(1), his.head(1)
    case.star(later, "later")
    case.star(earlier, "earlier")
    assert case.events["why"].tolist()[:2] == ["earlier", "later"]
    assert case.events["first"].iloc[2:].isna().all()
    assert case.events.iloc[-1]["why"] == "first a thought"


def test_what_was_said_already_is_not_written_twice(case, his, guessed):
    def write():
        case.star(his, "his", tags=["entry"])
        case.note("a thought")
        case.add_finding(guessed, "he was in")
        case.keep_picture("<svg/>", "a picture")
        return case.verdict(guessed, "suspicious", "because")

    write()
    before = case.head
    assert write().startswith("Line 6 says so already: suspicious.")
    assert case.head == before


def test_a_verdict_that_holds_again_is_written_again(case, guessed):
    for verdict in ("suspicious", "benign", "suspicious"):
        case.verdict(guessed, verdict)
    told = case.events[case.events["event"] == "verdict"].sort_values("number")["told"]
    assert [text.partition(":")[0] for text in told] == ["suspicious", "benign", "suspicious"]


def test_a_case_opened_again_is_the_same(case, his, logs):
    case.star(his.head(1), "one")
    again = cases.open(case.folder, logs, author="alex")
    pd.testing.assert_frame_equal(again.events, case.events)
    again.note("mine")
    assert again.events["author"].tolist()[-1] == "alex"


def test_other_logs_are_told_when_a_case_is_opened_again(case, tmp_path):
    other = nsgkit.read_logs("data/samples", start="2024-12-19 10:00", end="2024-12-19 11:00")
    cases.open(case.folder, other)
    assert (case.events["event"] == "evidence").sum() == 2


def test_the_case_that_was_opened_last_is_the_current_one(case):
    again = cases.open(case.folder)
    assert cases.current() is again


def test_without_logs_nothing_can_be_cited_but_noted(case, his):
    again = cases.open(case.folder)
    again.note("read at home")
    with pytest.raises(NsgkitError, match=r"opened without logs.*nsgkit\.case\.open\(folder, logs\)"):
        again.star(his, "")


def test_a_new_case_needs_logs(tmp_path):
    with pytest.raises(NsgkitError, match="a new one needs logs"):
        cases.open(tmp_path / "new")


def test_a_folder_with_other_things_is_no_case(tmp_path, logs):
    (tmp_path / "letter.txt").write_text("")
    with pytest.raises(NsgkitError, match=r"holds other things \(letter.txt\)"):
        cases.open(tmp_path, logs)


def test_files_about_the_network_are_kept_with_their_hashes(tmp_path, logs):
    case = cases.open(tmp_path / "case", logs, network="data/samples/network.toml")
    line = next(line.event for line in read_lines(case.folder) if line.event["event"] == "network")
    kept = {
        each["name"]: (case.folder / f"files/{each['sha256']}.data").read_bytes() for each in line["files"]
    }
    assert kept["network.toml"] == Path("data/samples/network.toml").read_bytes()
    assert "vnets.json" in kept


def test_names_stand_in_what_is_told(tmp_path, logs, his):
    case = cases.open(tmp_path / "case", logs, network="data/samples/network.toml")
    assert "10.20.0.4 (JUMP1)" in star(case, his)["told"]


def test_a_chart_is_kept_as_svg(case, held):
    case.keep_picture(nsgkit.views.over_time(nsgkit.analyses.over_time(held)), "traffic")
    (kept,) = case.folder.glob("files/*.svg")
    assert "Connections and denied attempts over time" in kept.read_text()


@pytest.mark.parametrize("picture", [None, b"GIF89a", "<b>no</b>"])
def test_what_is_no_picture_is_told(case, picture):
    with pytest.raises(NsgkitError, match="is no picture"):
        case.keep_picture(picture, "")


def test_a_changed_line_is_found(case):
    case.note("he was here")
    case.note("asked the shop")
    path = case.folder / "case.jsonl"
    path.write_text(path.read_text().replace("was here", "was gone"))
    with pytest.raises(EvidenceChangedError, match="line 4 is not bound to the line before it"):
        case.note("more")


def test_a_line_taken_out_is_found(case):
    case.note("one")
    case.note("two")
    path = case.folder / "case.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:-2], lines[-1]]))
    with pytest.raises(EvidenceChangedError, match="line 3"):
        case.events  # noqa: B018


def test_a_changed_file_is_found(case, his):
    case.star(his, "his")
    line = read_lines(case.folder)[-1].event
    path = case.folder / f"files/{line['file']['sha256']}.json"
    path.write_bytes(path.read_bytes().replace(b"203.0.113.199", b"203.0.113.198"))
    with pytest.raises(EvidenceChangedError, match="holds other bytes"):
        case.cited  # noqa: B018


def test_a_line_of_a_stranger_opens_no_file(case, tmp_path):
    (tmp_path / "secret").write_text("secret")
    facts = {
        "author": "x",
        "told": "",
        "query": "",
        "file": {"sha256": "../../secret", "ending": "", "size": 1},
    }
    path = case.folder / "case.jsonl"
    events = [*map(json.loads, path.read_bytes().splitlines())]
    path.write_bytes(b"".join(chain([*events, {"at": events[0]["at"], "event": "picture", **facts}])))
    with pytest.raises(EvidenceChangedError, match="is none that nsgkit writes"):
        case.report(tmp_path / "report.html")


@pytest.mark.parametrize("why", [None, 5, ["a"]])
def test_what_a_line_does_not_take_is_told_and_leaves_the_case_whole(case, his, why):
    before = case.head
    with pytest.raises(NsgkitError, match=r"a line of a case takes no .* as its 'why'"):
        case.star(his, why)
    assert case.head == before


def test_a_torn_line_is_taken_off_and_told(case):
    with (case.folder / "case.jsonl").open("a") as file:
        file.write('{"n":2,"prev":"')
    case.note("after the crash")
    assert [line.event["event"] for line in read_lines(case.folder)][-2:] == ["recovered", "note"]


def test_nobody_else_may_read_it(case, his):
    case.star(his, "his")
    files = [path for path in case.folder.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o077 for path in [*files, case.folder]} == {0}


@given(text=st.text(min_size=1).filter(str.strip), tags=st.lists(st.text()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_any_words_are_kept_as_they_are(case, text, tags):
    case.note(text, tags=tags)
    kept = [line.event.get("text") for line in read_lines(case.folder)]
    assert text.encode("utf-8", "backslashreplace").decode() in kept  # not the last where it was said before


def test_a_display_says_what_is_in_it(case, his):
    case.star(his, "his")
    said = repr(case)
    assert "1 star, 0 notes, 0 findings" in said
    assert case.head in said
