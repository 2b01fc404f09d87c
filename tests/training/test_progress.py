"""What is noted of a learner: a file that only grows, read whatever stands in it."""

import json
import os

import pandas as pd
import pytest

from nsgkit.errors import NsgkitError
from nsgkit.training import start
from nsgkit.training.answers import WHOLE, amount, together
from nsgkit.training.checking import RIGHT, SLIP, WRONG, WRONG_KIND, Feedback
from nsgkit.training.progress import GOING, MASTERED, NEW, Progress, is_mastered, weakest
from nsgkit.training.question import Question
from tests.training.test_lesson import HOSTILE, made

NAME = "connections"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "progress.jsonl"


def lines(file):
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def answer(lesson, right=True):
    question = lesson[NAME]
    return question.check(question.exercise.right(question.case) if right else len(question.lines))


def entry(outcome, seed="0/0"):
    return {"outcome": outcome, "seed": seed}


def test_an_unanswered_lesson_leaves_no_file(file):
    lesson = start("counting", progress=file)
    assert [lesson[name].check() for name in lesson] and repr(lesson)
    assert not file.exists()


def test_a_line_a_check_and_no_name_in_it(file):
    lesson = start("counting", seed=7, progress=file)
    lesson[NAME].hint()
    answer(lesson, right=False)
    answer(lesson)
    noted = lines(file)
    assert [line["outcome"] for line in noted] == ["hint", SLIP, RIGHT]
    assert {*noted[1]} == {
        "time", "track", "exercise", "seed", "outcome", "slip", "answer", "hints", "seconds",
    }  # fmt: skip
    assert noted[1]["slip"] == "rows-as-connections" and noted[1]["hints"] == 1
    assert noted[1]["seed"] == "7/0" and noted[1]["seconds"] >= 0
    assert pd.Timestamp(noted[1]["time"]).tz is not None


def test_what_stands_there_stays_and_is_continued(file):
    answer(start("counting", progress=file))
    before = file.read_bytes()
    lesson = start("counting", progress=str(file))
    assert lesson.progress().set_index("exercise").loc[NAME, "tries"] == 1
    answer(lesson)
    assert file.read_bytes().startswith(before) and len(lines(file)) == 2


def test_a_torn_last_line_spoils_no_other(file):
    answer(start("counting", progress=file))
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:40])
    lesson = start("counting", progress=file)
    assert "1 line of " in repr(lesson)
    answer(lesson)
    assert file.read_bytes().startswith(whole + whole[:40] + b"\n")
    assert len(Progress(file).lines) == 2 and Progress(file).lost == 1


FOREIGN = [
    b"", b"null", b"[]", b"12", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"time": 1}', b'"' + b"9" * 5000,
    b'{"time": "", "track": [], "exercise": "", "seed": "", "outcome": "", "slip": ""}',
]  # fmt: skip


def test_foreign_lines_are_counted_told_and_left_there(file):
    file.write_bytes(b"\n".join(FOREIGN) + b"\n")
    lesson = start("counting", progress=file)
    assert f"{len(FOREIGN) - 1} lines of {file} could not be read and did not count." in repr(lesson)
    answer(lesson)
    assert file.read_bytes().startswith(b"\n".join(FOREIGN))


def test_a_hostile_line_is_shown_nowhere(file):
    keys = ("time", "track", "exercise", "seed", "outcome", "slip")
    file.write_text(json.dumps(dict.fromkeys(keys, HOSTILE) | {"track": "counting", "exercise": NAME}) + "\n")
    lesson = start("counting", progress=file)
    assert "img" not in repr(lesson) + lesson._repr_html_()
    assert lesson.progress().set_index("exercise").loc[NAME, ["tries", "slips", "hints"]].tolist() == [
        0,
        0,
        0,
    ]


def test_a_hostile_path_is_inert(tmp_path):
    file = tmp_path / HOSTILE.replace("/", "")
    file.write_text("x\n")
    lesson = start("counting", progress=file)
    assert "<img" not in lesson._repr_html_() and "\u202e" not in repr(lesson)


@pytest.mark.parametrize("given", [5, b"x", ["progress.jsonl"]])
def test_a_path_is_a_text_or_a_path(given):
    with pytest.raises(NsgkitError, match=r"progress takes no .*: give a file, such as 'progress\.jsonl'"):
        start("counting", progress=given)


@pytest.mark.parametrize("name", ["", "nowhere/progress.jsonl", "nul\0", "x" * 300])
def test_a_path_that_cannot_be_written_is_one_clear_error(tmp_path, name):
    with pytest.raises(NsgkitError, match=r"progress cannot be noted here: .+ Name a file to write to\."):
        start("counting", progress=os.fspath(tmp_path) + f"/{name}")


def test_an_answer_is_judged_also_where_it_cannot_be_noted(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    lesson = start("counting", progress=folder / "progress.jsonl")
    folder.rmdir()
    said = answer(lesson)
    assert said.outcome == RIGHT
    assert "this could not be noted: No such file or directory." in said.more


@pytest.mark.parametrize(
    ("outcomes", "mastered"),
    [
        ([], False),
        ([(RIGHT, "0")], False),
        ([(RIGHT, "0"), (RIGHT, "0")], False),
        ([(RIGHT, "0"), (RIGHT, "1")], True),
        ([("hint", "0"), (RIGHT, "0"), (RIGHT, "1")], False),
        ([(RIGHT, "0"), ("solution", "1"), (RIGHT, "1")], False),
        ([(SLIP, "0"), (RIGHT, "0"), (RIGHT, "1"), (RIGHT, "2")], True),
        ([(RIGHT, "0"), (RIGHT, "1"), (WRONG, "2")], False),
        ([(RIGHT, "0"), (WRONG_KIND, "1"), (RIGHT, "1")], True),
        ([(RIGHT, "0"), ("hint", "0"), (RIGHT, "1")], True),
    ],
)
def test_mastered_is_two_right_in_a_row_on_different_rows_without_a_hint(outcomes, mastered):
    assert is_mastered([entry(*each) for each in outcomes]) == mastered


def test_the_table_has_every_state():
    lesson = start("counting")

    def state():
        return lesson.progress().set_index("exercise").loc[NAME].to_dict()

    assert state()["state"] == NEW
    answer(lesson, right=False)
    lesson[NAME].check("no number")
    lesson[NAME].hint()
    assert {key: state()[key] for key in ("tries", "slips", "hints", "state")} == {
        "tries": 1, "slips": 1, "hints": 1, "state": GOING,
    }  # fmt: skip
    for _ in range(2):
        lesson.again(NAME)
        answer(lesson)
    assert (state()["tries"], state()["state"]) == (3, MASTERED)
    assert " 1 mastered." in repr(lesson)


def test_another_track_does_not_count():
    noted = Progress()
    noted.add("fields", Question(made()), Feedback(RIGHT, ""))
    assert [line["track"] for line in noted.lines] == ["fields"]
    lesson = start("counting")
    lesson._progress = noted
    assert {*lesson.progress()["state"]} == {NEW}


def test_the_weakest_is_what_was_mostly_mistaken_else_the_next():
    table = pd.DataFrame(
        {"exercise": ["a", "b", "c"], "level": [1, 2, 1], "slips": [5, 1, 0], "state": [MASTERED, GOING, NEW]}
    )
    assert weakest(table) == "b"
    assert weakest(table.assign(slips=0)) == "c"
    assert weakest(table.assign(state=MASTERED)) == "a"


@pytest.mark.parametrize(
    ("kind", "given", "noted"),
    [
        (together(WHOLE, amount(0.1)), (3, float("nan")), [3, "unknown"]),
        (WHOLE, pd.NA, "unknown"),
        (amount(0.1), 1.5, 1.5),
        (WHOLE, "\ud800", None),
    ],
)
def test_every_answer_can_be_written(file, kind, given, noted):
    progress = Progress(file)
    right = (1, 1) if kind.parts else 1
    Question(made(kind, right), told=lambda *told: progress.add("made", *told)).check(given)
    assert lines(file)[0]["answer"] == noted
