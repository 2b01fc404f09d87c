"""The queue of denied attempts, driven from Python; tests/browser works through it by keys in JupyterLab."""

import json
import re

import pandas as pd
import pytest

import nsgkit
from nsgkit.detections import append_verdict, denied_line, denied_triage, read_verdicts, with_verdicts
from nsgkit.explore import denied_queue
from tests.engines import connection
from tests.explore.test_traffic import HOSTILE, words
from tests.frames import flows
from tests.public import PUBLIC, used


@pytest.fixture(scope="module")
def logs():
    return nsgkit.read_logs("data/samples", start="2024-12-18", end="2024-12-18 12:00")


@pytest.fixture(scope="module")
def made(logs):
    return nsgkit.conversations(logs.flows)


@pytest.fixture(scope="module")
def triage(made):
    return denied_triage(made)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "verdicts.jsonl"


@pytest.fixture
def driven(made, logs, path):
    return Driven(denied_queue(made, logs=logs, verdicts=path))


class Driven:
    """The queue in a person's words."""

    def __init__(self, frame):
        self.frame, self.charts, self.texts, self.controls = frame, [], [], {}
        self._walk(frame)

    def _walk(self, widget):
        for child in getattr(widget, "children", ()):
            if type(child).__name__ == "Queue":
                self.queue = child
            elif hasattr(child, "chart"):
                self.charts.append(child)
            elif type(child).__name__ == "HTML":
                self.texts.append(child)
            elif getattr(child, "description", ""):
                self.controls[child.description.split(" (")[0]] = child
            self._walk(child)

    def choose(self, place):
        """What the page sends when a row is reached."""
        self.queue.chosen = self.queue.rows[place]["id"]
        return self

    def judge(self, verdict, note="", number=None):
        """What the page sends when a verdict is given."""
        number = self.queue.chosen if number is None else number
        said = {"kind": "verdict", "id": number, "verdict": verdict, "note": note}
        self.queue._handle_custom_msg(said, [])
        return self

    @property
    def sources(self):
        return [row["cells"][3] for row in self.queue.rows]

    @property
    def words(self):
        return words(" ".join(text.value for text in self.texts if text.layout.display != "none"))

    @property
    def status(self):
        return " ".join(words(text.value) for text in self.texts if "nsgkit-status" in text.value)


def cells(chart):
    return [row for rows in chart.chart.to_dict()["datasets"].values() for row in rows]


# -- the queue -------------------------------------------------------------------------------------------
def test_the_line_stands_on_top(driven, triage):
    assert words(driven.texts[0].value) == denied_line(triage)


def test_noise_is_hidden_and_counted_and_shown_on_a_click(driven, triage):
    noise = int(triage["noise"].sum())
    assert driven.sources == triage.loc[~triage["noise"], "src_ip"].tolist()
    assert driven.controls["Show internet noise"].description == f"Show internet noise ({noise} rows hidden)"
    driven.controls["Show internet noise"].value = True
    assert driven.sources == triage["src_ip"].tolist()
    assert driven.controls["Show internet noise"].description == f"Hide internet noise ({noise} rows)"


KNOWN = """[[known]]
src = "203.0.113.199"
why = "a test that somebody ordered"
by = "Ada"
until = 2025-01-31
"""


def test_what_is_known_is_hidden_and_counted_and_shown_on_a_click(made, triage, path, tmp_path):
    known = tmp_path / "known.toml"
    known.write_text(KNOWN, "utf-8")
    driven = Driven(denied_queue(made, known=known, verdicts=path))
    mine = triage[triage["src_ip"] == "203.0.113.199"]
    assert len(mine) == 1 and "203.0.113.199" not in driven.sources
    assert f"known: {mine['attempts'].sum():,}. To look at" in driven.words
    button = driven.controls["Show 1 known row"]
    button.value = True
    assert "203.0.113.199" in driven.sources and button.description == "Hide 1 known row"
    driven.controls["Show as code"].click()
    assert f"known={str(known)!r}" in driven.controls["Code"].value


def test_the_filter_keeps_rows_of_which_an_attempt_matches(driven, made, triage):
    driven.controls["Show internet noise"].value = True
    driven.controls["Filter"].value = "dst_port:22 src:outside"
    denied = made[
        (made["decision"] == "denied") & (made["dst_port"] == 22) & ~made["src_ip"].str.startswith("10.")
    ]
    places = set(zip(denied["blob"], denied["record"], denied["tuple"], strict=True))
    kept = [not places.isdisjoint(rows) for rows in triage["rows"]]
    assert driven.sources == triage.loc[kept, "src_ip"].tolist()
    assert 1 < len(driven.sources) < len(triage)


def test_a_filter_that_cannot_be_read_is_one_sentence(driven):
    driven.controls["Filter"].value = "dst_prt:22"
    assert "Did you mean dst_port:" in driven.status


def test_no_row_is_left(driven):
    driven.controls["Filter"].value = "dst_port:1 src:10.9.9.9"
    assert driven.status.startswith("No row is left.")
    assert driven.queue.chosen == -1
    driven.controls["Filter"].value = ""
    assert driven.queue.chosen == driven.queue.rows[0]["id"]


def test_a_row_stays_chosen_while_it_is_left(driven, triage):
    place = triage[~triage["noise"]]["src_ip"].tolist().index("203.0.113.199")
    chosen = driven.choose(place).queue.chosen
    driven.controls["Filter"].value = "dst_port:22"
    assert driven.queue.chosen == chosen


def test_numbers_sort_as_numbers(driven, triage):
    driven.controls["Show internet noise"].value = True
    places = {title: place for place, (title, _) in enumerate(driven.queue.columns)}
    attempts = [row["order"][places["Attempts"]] for row in driven.queue.rows]
    assert attempts == triage["attempts"].tolist()
    json.dumps(driven.queue.rows)


# -- the chosen row --------------------------------------------------------------------------------------
@pytest.fixture
def guesser(driven, triage):
    return driven.choose(triage[~triage["noise"]]["src_ip"].tolist().index("203.0.113.199"))


def test_the_first_row_is_open_at_once(driven, triage):
    assert f"{triage['src_ip'][0]} (" in driven.words


def test_what_is_said_of_a_row(guesser):
    assert (
        "203.0.113.199 (not inside) was denied 27 times at port 22 of 10.20.0.4: targeted." in guesser.words
    )
    assert (
        "denied by DefaultRule_DenyAllInBound, then allowed by UserRule_Temp-SSH-Contractor" in guesser.words
    )
    assert "Harmless if " in guesser.words


def test_the_picture_over_time_has_what_was_denied_and_allowed_there(guesser, made):
    mine = made[(made["src_ip"] == "203.0.113.199") & ~made["folded"]]
    drawn = pd.DataFrame(cells(guesser.charts[0])).groupby("decision")["value"].sum()
    assert drawn.to_dict() == mine["decision"].astype(str).value_counts().to_dict()
    assert guesser.charts[0].chart.to_dict()["encoding"]["x"]["scale"]["type"] == "utc"


def test_the_map_of_ports_and_targets(driven, made, triage):
    driven.controls["Show internet noise"].value = True
    driven.choose(triage["src_ip"].tolist().index("198.51.100.201"))
    mine = made[(made["src_ip"] == "198.51.100.201") & (made["decision"] == "denied")]
    counted = mine.groupby(["dst_ip", "dst_port"], observed=True).size()
    drawn = {(row["dst_ip"], row["dst_port"]): row["denied"] for row in cells(driven.charts[1])}
    assert drawn == counted.to_dict()
    assert driven.charts[1].layout.display is None


def test_each_picture_names_its_source(driven):
    for place in range(len(driven.sources)):
        driven.choose(place)
        for chart in driven.charts:
            shown = chart.layout.display != "none"
            assert not shown or chart.chart.title.text.endswith(f": {driven.sources[place]}")


def test_one_door_needs_no_map(guesser):
    assert guesser.charts[1].layout.display == "none"


def test_what_the_same_source_was_allowed(guesser, made):
    mine = made[(made["src_ip"] == "203.0.113.199") & (made["decision"] == "allowed") & ~made["folded"]]
    assert f"10.20.0.4 TCP 22 {len(mine)} " in re.sub(r"\s+", " ", guesser.words)


def test_who_was_never_allowed(driven):
    driven.controls["Show internet noise"].value = True
    driven.choose(len(driven.queue.rows) - 1)
    assert "was never allowed anything" in driven.words


def test_raw_tuples(guesser, logs, triage):
    guesser.controls["Raw tuples"].value = True
    rows = triage.loc[triage["src_ip"] == "203.0.113.199", "rows"].iloc[0]
    for blob, record, number in rows:
        assert logs.raw({"blob": blob, "record": record, "tuple": number}) in guesser.words


def test_without_logs_there_are_no_raw_tuples(made, path):
    driven = Driven(denied_queue(made, verdicts=path))
    assert driven.controls["Raw tuples"].disabled


# -- verdicts --------------------------------------------------------------------------------------------
def test_a_verdict_is_saved_at_once_marked_and_there_after_a_restart(guesser, made, path):
    guesser.judge("suspicious", "guessed passwords")
    assert read_verdicts(path)[["src_ip", "verdict", "note"]].to_numpy().tolist() == [
        ["203.0.113.199", "suspicious", "guessed passwords"]
    ]
    assert guesser.queue.marks == {str(guesser.queue.chosen): "suspicious"}
    assert guesser.status.startswith(f"Saved in {path}: 203.0.113.199 is suspicious. 1 of ")
    again = Driven(denied_queue(made, verdicts=path))
    assert (again.queue.marks, again.queue.notes) == (guesser.queue.marks, guesser.queue.notes)


def test_who_decides_stands_in_the_verdict(made, path):
    Driven(denied_queue(made, verdicts=path, author="mb")).judge("benign")
    assert read_verdicts(path)["author"].tolist() == ["mb"]


def test_a_verdict_that_cannot_be_saved_marks_nothing(made, tmp_path):
    driven = Driven(denied_queue(made, verdicts=tmp_path / "none" / "v.jsonl")).judge("benign")
    assert driven.status.startswith("The verdict was not saved")
    assert driven.queue.marks == {}


@pytest.mark.parametrize(("verdict", "number"), [("guilty", None), ("benign", 99_999), ("benign", -1)])
def test_what_a_page_must_not_send(driven, path, verdict, number):
    driven.judge(verdict, number=number)
    assert driven.queue.marks == {} and not path.exists()
    assert driven.status


def test_lines_that_are_no_verdicts_are_told(made, path):
    path.write_text("hello\n", "utf-8")
    driven = Driven(denied_queue(made, verdicts=path))
    assert f"1 line of {path} left out: no verdict. The first is line 1: " in driven.status
    assert "is benign." in driven.judge("benign").status and "left out" in driven.status


# -- hostile text ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_rules_and_notes_stay_text(text, path):
    table = flows(
        "09:00:00 192.0.2.7:50000 10.0.0.4:22 TCP I D B\n10:00:00 192.0.2.7:50001 10.0.0.4:22 TCP I A B"
    )
    driven = Driven(denied_queue(nsgkit.conversations(table.assign(rule=text)), verdicts=path))
    driven.judge("benign", text)
    inert = "".join(widget.value for widget in driven.texts)
    assert text not in inert
    assert nsgkit.html.escape(text) in inert
    assert nsgkit.html.visible(text) in driven.queue.rows[0]["cells"]
    assert read_verdicts(path)["note"].tolist() == [text]


# -- to take along ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("filter", ["", "dst_port:22"])
@pytest.mark.parametrize("noise", [False, True])
def test_the_code_makes_the_queue_and_opens_it_again(made, path, filter, noise):
    driven = Driven(denied_queue(made, verdicts=path, filter=filter, noise=noise)).judge("benign")
    driven.controls["Show as code"].click()
    code = driven.controls["Code"].value
    names = {"conversations": made}
    exec(code, names)
    assert names["queue"]["src_ip"].tolist() == driven.sources
    assert names["queue"]["verdict"].notna().sum() == 1
    assert used(code) <= PUBLIC
    call = re.search(r"again: (.*)", code)[1]
    assert Driven(eval(call, names)).sources == driven.sources


def test_export(driven, triage, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    driven.judge("benign", "=1+1")
    driven.controls["Export CSV"].click()
    (file,) = tmp_path.glob("nsgkit-exports/*.csv")
    exported = pd.read_csv(file)
    assert exported["src_ip"].tolist() == driven.sources
    assert exported.loc[exported["verdict"].notna(), "note"].tolist() == ["'=1+1"]
    said = file.with_suffix(".csv.txt").read_text("utf-8")
    assert denied_line(triage) in said


def test_the_queue_stays_in_a_saved_notebook(driven):
    driven.judge("suspicious")
    left = driven.frame.left._bundle()["text/html"]
    assert driven.sources[0] in left and "suspicious" in left
    assert left.count("<img ") == sum(chart.layout.display != "none" for chart in driven.charts)


def test_conversations_that_an_engine_holds(made, triage, path):
    held = connection()
    held.register("made", made)
    driven = Driven(denied_queue(held.sql("SELECT * FROM made"), verdicts=path))
    assert driven.sources == triage.loc[~triage["noise"], "src_ip"].tolist()


def test_nothing_denied(path):
    table = nsgkit.conversations(flows("09:00:00 10.0.0.4:50000 10.0.0.5:443 TCP I A B"))
    driven = Driven(denied_queue(table, verdicts=path))
    assert words(driven.texts[0].value) == "Nothing was denied."
    assert driven.queue.rows == []


def test_no_conversations_at_all(path):
    driven = Driven(denied_queue(nsgkit.conversations(nsgkit.schema.empty()), verdicts=path))
    assert driven.queue.rows == []


def test_old_verdicts_of_other_findings_change_nothing(made, path, triage):
    append_verdict(path, pd.Series({"kind": "beacon", "src_ip": triage["src_ip"][0]}), "benign")
    assert Driven(denied_queue(made, verdicts=path)).queue.marks == {}
    assert with_verdicts(triage, path)["verdict"].isna().all()
