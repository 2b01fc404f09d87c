"""The findings explorer, driven from Python; tests/browser drives it in JupyterLab."""

import re
from pathlib import Path

import pandas as pd
import pytest

import nsgkit
from nsgkit import schema
from nsgkit.detections import read_verdicts
from nsgkit.detections.kinds import KINDS
from nsgkit.errors import MissingColumnError, NsgkitError
from nsgkit.explore import findings_explorer
from nsgkit.explore.findings.model import Found
from nsgkit.explore.findings.words import export_table, summary
from nsgkit.explore.workbench.keys import Keys
from nsgkit.explore.workbench.pick_list import NONE, PickList
from nsgkit.views.findings import picture
from nsgkit.views.theme import StandIn
from tests.engines import connection
from tests.explore.test_traffic import HOSTILE, Driven
from tests.frames import flows
from tests.planted import PLANTED, planted_findings
from tests.public import PUBLIC, used

SAMPLES = Path("data/samples").absolute()


@pytest.fixture(scope="module")
def held(logs):
    return nsgkit.conversations(logs.flows)


@pytest.fixture(scope="module")
def found(held):
    return planted_findings(held)


@pytest.fixture
def small():
    """A small scan, found by the detections themselves."""
    lines = [f"09:{n:02}:00 10.0.0.4:{5000 + n} 10.0.1.{n}:445 TCP O D B" for n in range(30)]
    return nsgkit.conversations(flows("\n".join(lines)))


class Opened(Driven):
    """The explorer in a person's words."""

    @property
    def incidents(self):
        return next(w for w in self.frame.children if isinstance(w, PickList))

    @property
    def story(self):
        return [w for w in self.frame.children if isinstance(w, PickList)][1]

    @property
    def keys(self):
        return next(w for w in self.frame.children if isinstance(w, Keys))

    def said(self):
        return " ".join(text.value for text in self.texts)

    def chosen(self):
        """The kind of the finding that is open, as the story marks it."""
        return self.story.rows[self.story.value][1]

    def title(self):
        return self.charts[0].chart.to_dict()["title"]["text"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Where verdicts and exports go; the samples are read before."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def explorer(held, found):
    return Opened(findings_explorer(held, found))


# -- what is there at first ------------------------------------------------------------------------------
def test_the_worst_incident_is_open_at_its_worst_finding(explorer):
    assert (explorer.incidents.value, explorer.chosen()) == (0, "beacon")
    assert "every 5 min 7 s" in explorer.title()


def test_incidents_say_number_rank_count_and_how_they_began(explorer):
    number, _rank, count, when, kinds, hosts, began = explorer.incidents.rows[0]
    assert (number, count) == ("1", "6")
    assert when == "Wed 18 Dec 01:06 to Thu 19 Dec 23:55"
    assert kinds.startswith("beacon, large transfer out, brute force") and "10.20.0.4" in hosts
    assert began.startswith("203.0.113.199 was seen")


def test_the_story_is_in_time_order(explorer, found):
    times = found[found["incident"] == 1].sort_values("first")["kind"].tolist()
    assert [row[1] for row in explorer.story.rows] == times


def test_what_is_known_is_hidden_counted_and_one_click_away(explorer):
    assert "8 findings in 3 incidents" in explorer.said() and "Hidden: 1 finding" in explorer.said()
    assert len(explorer.incidents.rows) == 3
    explorer.press("Show the 1 known")
    assert explorer.incidents.rows[-1][0] == "known" and explorer.chosen() == "block scan"
    assert "our own scanner (IT)" in explorer.said()
    toggle = explorer.by_label["Show the 1 known"]
    assert toggle.description == "Hide the 1 known"
    toggle.click()
    assert len(explorer.incidents.rows) == 3 and explorer.chosen() == "beacon"


def test_nothing_known_no_button(small):
    explorer = Opened(findings_explorer(small))
    assert explorer.by_label["Show the 0 known"].layout.display == "none"


# -- opening ---------------------------------------------------------------------------------------------
def test_an_incident_opens_its_worst_finding(explorer):
    explorer.incidents.value = 1
    assert explorer.chosen() == "vertical scan" and "39 ports" in explorer.title()


@pytest.mark.parametrize("place", range(len(PLANTED)))
def test_each_finding_has_its_picture_sentence_and_figures(held, found, place):
    explorer = Opened(findings_explorer(held, found, finding=place))
    finding = found.iloc[place]
    assert explorer.chosen() == finding["kind"]
    assert finding["told"] in explorer.said()
    assert f"{len(finding['rows']):,} conversation" in explorer.said()
    assert "Score" in explorer.said() and ">Pace<" in explorer.said()
    assert explorer.charts[0].chart.to_dict()["title"]["text"].startswith(finding["src_ip"])


def test_every_real_finding_of_the_samples_opens(held, logs):
    found = nsgkit.detections.findings(held, known=SAMPLES / "known.toml")
    explorer = Opened(findings_explorer(held, found, logs=logs))
    for _ in range(len(found)):  # back to the first one
        explorer.keys.pressed("k")
    kinds = []
    for _ in range((found["incident"] > 0).sum()):
        kinds.append(explorer.chosen())
        assert f"<strong>{kinds[-1][:1].upper()}{kinds[-1][1:]}.</strong>" in explorer.said()
        assert "Harmless if" in explorer.said() and ">nan<" not in explorer.said()
        assert not isinstance(explorer.charts[0].chart, StandIn)
        explorer.keys.pressed("j")
    assert sorted(kinds) == sorted(found.loc[found["incident"] > 0, "kind"])
    assert "This is the last finding." in explorer.said()


def test_every_kind_that_has_a_picture_of_its_own_is_a_kind():
    own = {*picture.SCANS, *picture.RHYTHMS, *picture.VOLUMES, picture.GUESSED, picture.RISE}
    assert own <= {kind.name for kind in KINDS}


def test_what_would_make_it_harmless_and_what_each_figure_says(small):
    found = nsgkit.detections.findings(small, kinds="horizontal scan")
    said = Opened(findings_explorer(small, found)).said()
    assert "Harmless if " in said
    assert (
        "<strong>Targets</strong><br/>Distinct addresses at which it failed.</td><td>30 addresses</td>"
        in said
    )


def test_a_choice_in_the_story_opens_a_finding(explorer):
    explorer.story.value = 1
    assert explorer.chosen() == "brute force" and "1 a likely success" in explorer.title()


def test_keys_go_through_all_findings_and_stop_at_the_ends(explorer, found):
    explorer.incidents.value = NONE
    for _ in range(2):
        explorer.keys.pressed("k")
    assert explorer.chosen() == "allowed after denied"
    explorer.keys.pressed("k")
    assert "This is the first finding." in explorer.said()
    seen = [explorer.chosen()]
    for _ in range(7):
        explorer.keys.pressed("j")
        seen.append(explorer.chosen())
    assert sorted(seen) == sorted(found.loc[found["incident"] > 0, "kind"])
    explorer.keys.pressed("j")
    assert "This is the last finding." in explorer.said()


def test_each_finding_s_proof_is_drawn_and_no_other(explorer, held, found):
    finding = found[found["kind"] == "allowed after denied"].iloc[0]
    explorer.story.value = 0
    rows = pd.concat([pd.DataFrame(r) for r in explorer.charts[0].chart.to_dict()["datasets"].values()])
    assert rows["n"].sum() == len(nsgkit.detections.proof(held, finding)) == len(finding["rows"])


# -- verdicts --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("key", "verdict"), [("b", "✓ benign"), ("s", "▲ suspicious"), ("u", "? unknown")])
def test_a_key_gives_a_verdict_that_is_saved_at_once(explorer, here, key, verdict):
    explorer.by_label["Note"].value = "calls home"
    explorer.keys.pressed(key)
    saved = read_verdicts(here / "verdicts.jsonl").iloc[0]
    assert saved[["kind", "src_ip", "dst_port", "verdict", "note"]].tolist() == [
        "beacon", "10.20.0.4", 443, verdict[2:], "calls home",
    ]  # fmt: skip
    assert (
        explorer.story.rows[explorer.story.value][-1].split() == verdict.split()
        and explorer.chosen() == "beacon"
    )
    assert "Saved in verdicts.jsonl" in explorer.said() and "1 of 9 decided" in explorer.said()
    assert explorer.incidents.rows[0][2] == "6, 1 decided"


def test_a_verdict_and_its_note_are_there_after_a_restart(explorer, held, found):
    explorer.by_label["Note"].value = "calls home"
    explorer.press("▲ suspicious")
    again = Opened(findings_explorer(held, found))
    assert again.story.rows[again.story.value][-1].split() == ["▲", "suspicious"]
    assert again.value("Note") == "calls home"
    again.keys.pressed("j")
    assert again.value("Note") == "", "a note is of its own finding"


def test_who_decides_and_where_are_given(held, found, here):
    explorer = Opened(findings_explorer(held, found, verdicts=here / "case.jsonl", author="A. Marsh"))
    explorer.press("✓ benign")
    assert read_verdicts(here / "case.jsonl")["author"].tolist() == ["A. Marsh"]
    assert "case.jsonl" in explorer.press("Show as code").value("Code")


def test_a_verdict_that_cannot_be_saved_is_not_shown(held, found, here):
    explorer = Opened(findings_explorer(held, found, verdicts=here / "no such folder" / "verdicts.jsonl"))
    explorer.press("✓ benign")
    assert "The verdict was not saved" in explorer.said()
    assert explorer.story.rows[explorer.story.value][-1] == ""


def test_torn_lines_of_the_file_are_told(held, found, here):
    (here / "verdicts.jsonl").write_text('{"finding": {"ki\n', "utf-8")
    said = Opened(findings_explorer(held, found)).said()
    assert "no verdicts: 1 line of verdicts.jsonl" in said


def test_no_finding_open_no_verdict(here):
    Opened(findings_explorer(nsgkit.conversations(schema.empty()))).press("✓ benign")
    assert not (here / "verdicts.jsonl").exists()


# -- what proves it --------------------------------------------------------------------------------------
def test_without_logs_the_conversations_are_shown(explorer):
    explorer.press("Show what proves it")
    assert "The 459 conversations that prove it." in shown_captions(explorer)


def test_with_logs_a_row_shows_its_raw_tuple(held, found, logs):
    explorer = Opened(findings_explorer(held, found, logs=logs, finding=5))
    explorer.press("Show what proves it")
    view = table_of(explorer)
    view.selected_rows = [0]
    raw = shown_captions(explorer)
    assert re.search(r"10\.20\.0\.4,10\.20\.3\.4,\d+,3389", raw) and re.search("SHA-256 [0-9a-f]{64}", raw)


def table_of(explorer):
    return next(w for w in everything(explorer.frame) if type(w).__name__ == "ITable")


def shown_captions(explorer):
    return " ".join(w.value for w in everything(explorer.frame) if type(w).__name__ == "HTML")


def everything(widget):
    for child in getattr(widget, "children", ()):
        yield child
        yield from everything(child)


# -- to take along ---------------------------------------------------------------------------------------
def test_the_code_makes_the_same_picture(small):
    explorer = Opened(findings_explorer(small)).press("Show as code")
    names = {"conversations": small}
    exec(explorer.value("Code"), names)
    assert names["finding"]["kind"] == explorer.chosen()
    again = eval(explorer.value("Code").splitlines()[-1], names)
    assert again.to_dict() == explorer.charts[0].chart.to_dict()


def test_the_code_uses_public_names_alone(small):
    code = Opened(findings_explorer(small)).press("Show as code").value("Code")
    assert used(code) <= PUBLIC


def test_the_code_opens_the_same_view(small):
    explorer = Opened(findings_explorer(small, finding=1)).press("Show as code")
    call = explorer.value("Code").splitlines()[2].partition(": ")[2]
    again = Opened(eval(call, {"nsgkit": nsgkit, "conversations": small}))
    assert again.chosen() == explorer.chosen() and again.title() == explorer.title()


def test_the_export_has_every_finding_and_text_that_no_spreadsheet_runs(explorer, found, here):
    explorer.press("Export CSV")
    (path,) = here.glob("nsgkit-exports/*.csv")
    written = pd.read_csv(path)
    assert written["kind"].tolist() == found["kind"].tolist()
    assert written["conversations"].tolist() == [len(rows) for rows in found["rows"]]
    assert written["figures"].iloc[0] == "targets=1; pace=minutes"
    assert "Exported to" in explorer.said() and "verdict" in written


def test_a_saved_notebook_keeps_the_lists_and_the_picture(explorer):
    html = explorer.frame.left._bundle()["text/html"]
    assert "<strong>beacon</strong>" in html and "every 5 min 7 s" in html and "data:image/svg+xml" in html


def test_text_from_logs_is_inert_wherever_it_stands(held, found):
    hostile = found.assign(told=HOSTILE[0], known=[*[None] * 8, HOSTILE[1]])
    explorer = Opened(findings_explorer(held, hostile))
    explorer.press("Show the 1 known")
    for text in (explorer.said(), explorer.frame.left._bundle()["text/html"]):
        assert HOSTILE[0] not in text and HOSTILE[1] not in text
    assert explorer.story.rows[0][2] == HOSTILE[0], "a text in a list is drawn as a text"


def test_hidden_characters_are_spelled_out_in_lists(held, found):
    explorer = Opened(findings_explorer(held, found.assign(told="a\u202eb")))
    assert explorer.story.rows[0][2] == "a\\u202eb"


# -- other tables, other engines, nothing ----------------------------------------------------------------
def test_nothing_found_is_said_in_words():
    explorer = Opened(findings_explorer(nsgkit.conversations(schema.empty())))
    assert "0 findings in 0 incidents" in explorer.said()
    assert "Nothing was found" in explorer.charts[0].chart.data["line"].iloc[0]
    explorer.press("Show what proves it")
    assert "No finding is open." in explorer.said()


def test_on_duckdb_it_shows_the_same(small):
    engine = connection()
    engine.register("small", small)
    other = Opened(findings_explorer(engine.sql("SELECT * FROM small")))
    assert other.charts[0].chart.to_dict() == Opened(findings_explorer(small)).charts[0].chart.to_dict()


def test_another_table_is_told_what_makes_the_right_one(held):
    with pytest.raises(MissingColumnError, match=r"nsgkit\.detections\.findings"):
        findings_explorer(held, pd.DataFrame({"kind": []}))


@pytest.mark.parametrize("place", [-1, 9, "first"])
def test_a_place_that_is_none_is_told(held, found, place):
    with pytest.raises(NsgkitError, match="There are 9, counted from 0"):
        findings_explorer(held, found, finding=place)


def test_more_incidents_than_are_listed_are_told(held, found):
    many = pd.concat([found.iloc[[0]].assign(incident=n) for n in range(1, 601)], ignore_index=True)
    told = Found(held, many)
    assert "The first 500 are listed" in summary(told, with_known=False)
    assert len(export_table(told)) == 600


# -- the list itself -------------------------------------------------------------------------------------
def test_a_list_that_is_filled_anew_forgets_what_was_chosen():
    listed = PickList("Incidents", ["Incident"])
    listed.fill([["1"], ["2"]], 1)
    listed.fill([["3"]], 1)
    assert (listed.rows, listed.value) == ([["3"]], NONE)


def test_a_key_that_does_nothing_does_nothing():
    pressed = []
    Keys({"j": lambda: pressed.append("j")}).pressed("x")
    assert pressed == []
