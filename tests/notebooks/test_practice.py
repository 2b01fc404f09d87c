"""The notebooks of practice: each exercise once, unanswered; with right answers and with each mistake."""

import json

import nbformat
import pytest

from nsgkit.training import start
from nsgkit.training.checking import RIGHT, SLIP
from nsgkit.training.solutions import answer_by_code
from tests.notebooks.test_notebooks import PRACTICE, code
from tests.reference import ROOT

TRACKS = {path: path.stem.split("-practise-")[1] for path in PRACTICE}
EACH = pytest.mark.parametrize("path", PRACTICE, ids=lambda path: path.stem)


def cells(path):
    return nbformat.read(path, 4).cells


def names(path):
    """The exercises that it checks, in its order."""
    sources = [cell.source for cell in code(nbformat.read(path, 4))]
    return [
        source.removeprefix("lesson.").removesuffix(".check()") for source in sources if ".check(" in source
    ]


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run a notebook's cells with other sources for some, in a folder of its own; return what they hold."""
    monkeypatch.chdir(tmp_path)

    def run(path, answers):
        held = {}
        for cell in code(nbformat.read(path, 4)):
            exec(answers.get(cell.source, cell.source), held)
        return held["lesson"]

    return run


def test_there_is_one_for_each_track():
    assert sorted(TRACKS.values()) == ["counting", "fields", "triage"]


@EACH
def test_it_asks_every_exercise_of_its_track_in_order(path):
    lesson = start(TRACKS[path])
    assert names(path) == list(lesson)
    assert {f"lesson.{name}" for name in lesson} <= {cell.source for cell in cells(path)}


@EACH
def test_seed_and_progress_are_its_parameters(path):
    (cell,) = [c for c in cells(path) if "parameters" in c.metadata.get("tags", [])]
    held = {}
    exec(cell.source, held)
    assert (held["seed"], held["progress"]) == (0, "progress.jsonl")


@EACH
def test_each_exercise_says_why_and_where_it_is_taught(path):
    lesson, ids = start(TRACKS[path]), {cell.id: cell.source for cell in cells(path)}
    for name in lesson:
        said = ids[f"{name.replace('_', '-')}-why"]
        assert f"]({lesson[name].exercise.see})" in said


@EACH
def test_the_lessons_lead_to_it_and_back(path):
    taught = {
        exercise.see.split("#")[0]
        for exercise in (q.exercise for q in map(start(TRACKS[path]).__getitem__, names(path)))
    }
    for notebook in taught - {"01-enable-flow-logs.ipynb"}:
        assert f"]({path.name})" in (ROOT / "notebooks" / notebook).read_text("utf-8")


@EACH
def test_unanswered_it_notes_nothing(path, run, tmp_path):
    lesson = run(path, {})
    assert not [*tmp_path.iterdir()]
    assert lesson.progress()["tries"].sum() == 0


@EACH
def test_with_what_the_calls_give_all_of_it_is_right(path, run, tmp_path):
    lesson = start(TRACKS[path])
    answers = {
        f"lesson.{name}.check()": f"lesson.{name}.check({answer_by_code(q.exercise, q.case)!r})"
        for name, q in ((name, lesson[name]) for name in lesson)
    }
    run(path, answers)
    noted = [json.loads(line) for line in (tmp_path / "progress.jsonl").read_text().splitlines()]
    assert [(line["exercise"], line["outcome"]) for line in noted] == [(name, RIGHT) for name in lesson]


@EACH
def test_with_each_mistake_its_sentence_is_seen(path, run, capsys):
    lesson, said = start(TRACKS[path]), {}
    answers = {}
    for name in lesson:
        made = lesson[name].exercise.mistakes(lesson[name].case)
        said |= {slip.name: slip.say for slip, _ in made}
        calls = [f"print(lesson.{name}.check({answer!r}))" for _, answer in made]
        answers[f"lesson.{name}.check()"] = "\n".join(calls)
    wrong = run(path, answers)
    assert {line["outcome"] for line in wrong._progress.lines} == {SLIP}
    printed = capsys.readouterr().out
    assert all(say in printed for say in said.values())
