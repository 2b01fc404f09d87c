"""An exam from the secret to the results: made for thirty, answered by script, graded."""

import csv
import json
import shutil
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient

from nsgkit.__main__ import main
from nsgkit.errors import NsgkitError
from nsgkit.html import visible
from nsgkit.training.answers import WHOLE, read, shown
from nsgkit.training.exams import recorded
from nsgkit.training.exams.learners import folder_of, read_learners
from nsgkit.training.exams.making import make_exam
from nsgkit.training.exams.paper import choose, every_exercise
from nsgkit.training.exams.plan import Plan, read_plan, write_plan
from nsgkit.training.exams.results import grade
from nsgkit.training.exams.secret import seed_of
from nsgkit.training.exams.sitting import open_exam
from nsgkit.training.tracks import TRACKS, exercises_of
from tests.training.exam_class import JUNK, NAMES, SECRET, answer, hand_in, right_answers, slip_answers

QUESTIONS = 8
BYTES = SECRET.encode()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The exam as it was made, the class as it was handed in, and the results of the command line."""
    root = tmp_path_factory.mktemp("school")
    (root / "secret").write_text(SECRET + "\n")
    (root / "class.txt").write_text("\n".join(NAMES), "utf-8")
    seed = ["--seed-file", str(root / "secret")]
    names = ["--names", str(root / "class.txt"), "--questions", str(QUESTIONS)]
    assert main(["training", "exam", *seed, *names, "--into", str(root / "exam")]) == 0
    shutil.copytree(root / "exam", root / "class")
    for own in ("plan.json", "key.html"):
        (root / "class" / own).unlink()
    exercises = choose(BYTES, QUESTIONS, (1, 3))
    scores = hand_in(root / "class", exercises)
    (root / "class" / "stranger").mkdir()
    (root / "class" / "<b>.txt").touch()
    where = [str(root / "class"), "--exam", str(root / "exam"), "--into", str(root / "results")]
    assert main(["training", "grade", *seed, *where]) == 0
    return SimpleNamespace(root=root, exercises=exercises, scores=scores)


@pytest.fixture(scope="module")
def table(made):
    with (made.root / "results" / "results.csv").open(encoding="utf-8", newline="") as file:
        return {row["folder"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def again(made):
    """What grading once more gives, and the bytes that were there before it."""
    before = contents(made.root / "results")
    where = {"seed_file": made.root / "secret", "exam": made.root / "exam"}
    return before, grade(made.root / "class", made.root / "results", **where)


@pytest.fixture
def small(tmp_path):
    """An exam of one learner, to do something to."""
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "class.txt").write_text("Kim")
    make_exam(tmp_path / "class.txt", tmp_path / "exam", seed_file=tmp_path / "secret", number=2)
    return tmp_path


def test_the_scores_are_those_of_the_answers_that_were_given(made, table):
    told = {name: table[folder_of(name)]["right"] for name in NAMES}
    assert told == {name: "" if score is None else str(score) for name, score in made.scores.items()}
    assert len(set(made.scores.values())) > 3


def test_the_skills_add_up_to_the_score(table):
    for row in table.values():
        skills = [value for head, value in row.items() if " (of " in head]
        assert row["right"] == "" or sum(map(int, skills)) == int(row["right"])


@pytest.mark.parametrize(
    ("name", "state", "note"),
    [
        ("No file", "nothing handed in", "there is no answers.jsonl"),
        ("No folder", "nothing handed in", "there is no folder"),
        ("Elsewhere", "nothing handed in", "there is no answers.jsonl, but mine/answers.jsonl"),
        ("Doubled", "more than one file", "there are answers (1).jsonl, answers.jsonl: leave the one"),
        ("Twice", "more than one file", "there are the folders TWICE, twice: leave the one"),
        ("Linked", "not read", "answers.jsonl is a link, and was not opened"),
        ("Large", "not read", "answers.jsonl is larger than 4,000,000 bytes"),
        ("File", "not read", "file is a file where a folder should be"),
        ("Torn", "graded", "is torn, and counts for nothing"),
        ("Junk", "graded", "not of the exam, and not opened: grade.py"),
    ],
)
def test_what_a_person_has_to_decide_is_told(table, name, state, note):
    row = table[folder_of(name)]
    assert row["state"] == state
    assert note in row["to look at"]


def test_lines_that_no_exam_writes_are_named_by_their_numbers(table):
    numbers = ", ".join(map(str, range(1, len(JUNK) + 1)))
    assert (
        f"no answer that an exam writes, and not counted: lines {numbers} of answers.jsonl"
        in table["junk"]["to look at"]
    )


def test_strange_files_of_the_class_are_told(made):
    page = text_of(made.root / "results" / "class.html")
    assert "stranger is nothing of this exam" in page
    assert "<b>.txt is nothing of this exam" in page


def test_each_mistake_is_called_by_its_name(made, again):
    slips = slip_answers(made.exercises, "Mistaken")
    marks = next(each.marks for each in again[1].learners if each.learner.name == "Mistaken")
    assert {mark.asked.name: mark.feedback.slip for mark in marks if mark.feedback.slip} == {
        name: slip for name, (_, slip) in slips.items()
    }


def test_grading_again_gives_the_same_bytes(made, again):
    before, _ = again
    assert contents(made.root / "results") == before
    assert len(before) == len(NAMES) + 2


def test_the_same_secret_makes_the_same_exam(small):
    make_exam(small / "class.txt", small / "again", seed_file=small / "secret", number=2)
    assert contents(small / "again") == contents(small / "exam")


def contents(folder):
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_neighbours_have_the_same_exercises_and_other_rows(made):
    both = [
        json.loads((made.root / "exam" / name / "questions.json").read_text()) for name in ("torn", "junk")
    ]
    one, other = ([*each["questions"]] for each in both)
    assert [each["exercise"] for each in one] == [each["exercise"] for each in other]
    assert all(
        a["lines"] != b["lines"] or a["record"] != b["record"] for a, b in zip(one, other, strict=True)
    )


def test_neither_secret_nor_seed_is_handed_out_or_kept(made):
    hidden = [SECRET, *(seed_of(BYTES, name) for name in NAMES)]
    written = contents(made.root / "exam") | contents(made.root / "results")
    assert len(written) > 2 * len(NAMES)
    for name, data in written.items():
        assert not [each for each in hidden if each.encode() in data], name


def test_what_is_handed_out_has_rows_and_questions_alone(made):
    folders = [path for path in (made.root / "exam").iterdir() if path.is_dir()]
    assert len(folders) == len(NAMES)
    for folder in folders:
        assert sorted(path.name for path in folder.iterdir()) == ["exam.ipynb", "questions.json"]
        told = json.loads((folder / "questions.json").read_text())
        assert told.keys() == {"made_by", "questions"}
        for each in told["questions"]:
            assert each.keys() == {"name", "exercise", "question", "asked", "lines", "record", "logs"}
            assert all(len(line) == 5 for line in each["lines"])


def test_the_notebook_is_the_same_for_all_so_nothing_of_a_learner_is_in_it(made):
    assert len({path.read_bytes() for path in (made.root / "exam").rglob("exam.ipynb")}) == 1


def test_a_question_of_an_exam_brings_no_solution(made):
    exam = open_exam(made.root / "exam" / "torn" / "questions.json")
    for name in exam:
        asked = exam[name]
        assert (asked.exercise.code, asked.exercise.slips, asked.case.facts) == ("", (), {})
        assert asked.hint().said == "An exam gives no hints."
        assert asked.solution().said == "An exam gives no solutions."


def test_the_key_has_the_right_answers_of_each(made):
    page = text_of(made.root / "exam" / "key.html")
    for name, following in (("Perfect", "Mistaken"), ("Mistaken", "Empty")):
        own = page[page.rindex(name) : page.rindex(following)]
        right = right_answers(made.root / "class" / folder_of(name)).values()
        told = [shown(read(each.kind, answer)) for each, answer in zip(made.exercises, right, strict=True)]
        assert all(each in own for each in told)


class Reader(HTMLParser):
    """The elements, attributes and text of a page."""

    def __init__(self):
        super().__init__()
        self.elements, self.attributes, self.words = set(), set(), []

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.words.append(data)


def read_page(path):
    reader = Reader()
    reader.feed(path.read_text("utf-8"))
    return reader


def text_of(path):
    return "".join(read_page(path).words)


def test_names_and_answers_are_inert_in_every_page(made):
    pages = [*(made.root / "results").rglob("*.html"), made.root / "exam" / "key.html"]
    for path in pages:
        page = read_page(path)
        assert not page.elements & {"script", "img", "b", "iframe", "object", "form"}, path
        assert not {name for name in page.attributes if name.startswith("on")}, path
    words = text_of(made.root / "results" / "class.html")
    assert all(visible(name) in words for name in NAMES)


def test_the_rows_of_a_question_stand_in_lines(made):
    page = made.root / "results" / "learners" / "perfect.html"
    assert "u000a" not in page.read_text("utf-8")
    assert "br" in read_page(page).elements


def test_no_cell_of_the_table_is_a_formula(made):
    with (made.root / "results" / "results.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row if cell]
    assert not [cell for cell in cells if cell[0] in "=+-@"]
    assert "'=cmd|' /C calc'!A0" in cells


def test_no_folder_leads_out_or_is_refused_by_a_system(made):
    folders = [folder_of(name) for name in NAMES]
    assert all(set(name) <= {*"abcdefghijklmnopqrstuvwxyz0123456789-"} for name in folders)
    assert max(map(len, folders)) < 60
    assert "con" not in folders
    assert len(set(folders)) == len(NAMES)


@pytest.mark.parametrize(
    ("data", "problem"),
    [(None, "cannot be read"), (b"", "is empty"), (b" \n", "is empty"), (b"hunter2hunter2", "is too short")],
)
def test_a_secret_that_is_none_is_told_with_the_call_that_makes_one(tmp_path, capsys, data, problem):
    if data is not None:
        (tmp_path / "secret").write_bytes(data)
    (tmp_path / "class.txt").write_text("Kim")
    where = ["--seed-file", str(tmp_path / "secret"), "--into", str(tmp_path / "exam")]
    assert main(["training", "exam", "--names", str(tmp_path / "class.txt"), *where]) == 1
    told = capsys.readouterr().err
    assert problem in told
    assert "secrets.token_hex(32)" in told
    assert "hunter2" not in told
    assert told.count("\n") == 1
    assert not (tmp_path / "exam").exists()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"Kim\n\nAnn\n Kim \n", "lines 1 and 4, 'Kim' and 'Kim', are the same name"),
        ("Zoë\nZoe\u0308\n".encode(), "lines 1 and 2, 'Zoë' and 'Zoë', are the same name"),
        (b"Kim Li\nkim-li\n", "lines 1 and 2, 'Kim Li' and 'kim-li', would both have the folder kim-li"),
        (b"\n \n", "has no name in it"),
        (b"\xff\xfeK\x00", "is no text in UTF-8"),
    ],
)
def test_names_that_cannot_be_told_apart_are_named_by_their_lines(tmp_path, data, told):
    (tmp_path / "class.txt").write_bytes(data)
    with pytest.raises(NsgkitError, match=told):
        read_learners(tmp_path / "class.txt")


def test_a_folder_that_holds_something_is_not_written_into(small):
    with pytest.raises(NsgkitError, match="is not empty"):
        make_exam(small / "class.txt", small / "exam", seed_file=small / "secret")


def test_the_secret_is_not_handed_out(small):
    with pytest.raises(NsgkitError, match="The secret lies in"):
        make_exam(small / "class.txt", small, seed_file=small / "secret")


def test_levels_that_no_exercise_has_are_told(small):
    with pytest.raises(NsgkitError, match="There are the levels 1"):
        make_exam(small / "class.txt", small / "b", seed_file=small / "secret", levels=(7, 9))


def test_the_levels_are_kept():
    assert {exercise.level for exercise in choose(BYTES, 30, (1, 1))} == {1}


def test_each_exercise_comes_once_before_one_comes_twice():
    number = len(every_exercise())
    names = [exercise.name for exercise in choose(BYTES, number, (0, 99), TRACKS)]
    assert sorted(names) == sorted(every_exercise())


def test_another_secret_grades_nothing(small):
    (small / "other").write_text("x" * 32)
    with pytest.raises(NsgkitError, match="was not made from this secret"):
        grade(small / "exam", small / "results", seed_file=small / "other")
    assert not (small / "results").exists()


def test_a_changed_plan_grades_nothing(small):
    plan = small / "exam" / "plan.json"
    plan.write_text(plan.read_text().replace("Kim", "Ann"))
    with pytest.raises(NsgkitError, match="was changed since"):
        grade(small / "exam", small / "results", seed_file=small / "secret")


def test_another_version_that_makes_other_rows_grades_nothing(small):
    path = small / "exam" / "plan.json"
    plan = read_plan(path, BYTES)
    other = Plan("nsgkit 9.9", plan.exercises, plan.learners, ("0" * 64,))
    path.write_bytes(write_plan(other, BYTES))
    with pytest.raises(NsgkitError, match=r"than nsgkit 9\.9, which made the exam"):
        grade(small / "exam", small / "results", seed_file=small / "secret")


def test_a_missing_plan_is_told(small):
    (small / "exam" / "plan.json").unlink()
    with pytest.raises(NsgkitError, match="name that folder with --exam"):
        grade(small / "exam", small / "results", seed_file=small / "secret", exam=small)


def test_results_are_not_written_over_other_things(small):
    (small / "results").mkdir()
    (small / "results" / "thesis.txt").touch()
    with pytest.raises(NsgkitError, match=r"holds thesis\.txt, which is none of these results"):
        grade(small / "exam", small / "results", seed_file=small / "secret")


def test_the_last_answer_counts_and_is_there_when_the_exam_is_opened_again(small):
    path = small / "exam" / "kim" / "questions.json"
    exam = open_exam(path)
    assert exam["q01"].check("unknown").said == "Recorded: unknown."
    right = right_answers(path.parent)
    answer(path.parent, right)
    assert len(open_exam(path).answers) == len(right)
    lines = (path.parent / "answers.jsonl").read_text().splitlines()
    assert len(lines) == len(right) + 1
    assert "2 of 2 questions are answered" in repr(open_exam(path))


def test_every_exercise_is_recorded_and_graded(small):
    number = sum(len(exercises_of(track)) for track in ("fields", "counting"))
    make_exam(small / "class.txt", small / "all", seed_file=small / "secret", number=number, levels=(0, 99))
    answer(small / "all" / "kim", right_answers(small / "all" / "kim"))
    results = grade(small / "all", small / "results", seed_file=small / "secret")
    assert results.learners[0].right == number


def test_a_wrong_kind_is_told_and_not_recorded(small):
    exam = open_exam(small / "exam" / "kim" / "questions.json")
    for name in exam:
        assert exam[name].check(object()).outcome == "wrong kind"
        assert exam[name].check().outcome == "unanswered"
    assert not (small / "exam" / "kim" / "answers.jsonl").exists()


def test_an_answer_after_a_torn_line_is_not_lost(tmp_path):
    path = tmp_path / "answers.jsonl"
    path.write_bytes(b'{"question": "q01", "ans')
    recorded.record(path, "q01", 7)
    found = recorded.read_recorded(path, {"q01": WHOLE})
    assert found.answers == {"q01": 7}
    assert found.problems == ["no answer that an exam writes, and not counted: line 1 of answers.jsonl"]


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("elsewhere")])
def test_an_answer_that_cannot_be_written_is_not_called_recorded(tmp_path, make):
    make(tmp_path / "answers.jsonl")
    with pytest.raises(NsgkitError, match="Not recorded"):
        recorded.record(tmp_path / "answers.jsonl", "q01", 7)
    assert not (tmp_path / "elsewhere").exists()


@given(st.binary())
def test_any_bytes_are_read_as_answers_or_as_none(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any-answers.jsonl"
    path.write_bytes(data)
    found = recorded.read_recorded(path, {"q01": WHOLE})
    assert bool(found.problems) == bool(data.strip()) or found.answers


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"questions": [1]}', b"[" * 100_000, b"\xff"])
def test_questions_that_were_changed_are_told(tmp_path, data):
    (tmp_path / "questions.json").write_bytes(data)
    with pytest.raises(NsgkitError, match="is not as it was handed out"):
        open_exam(tmp_path / "questions.json")


def test_the_notebook_runs_unanswered_and_answered(small):
    """All cells as they were handed out, and after them the answers."""
    folder = small / "exam" / "kim"
    notebook = nbformat.read(folder / "exam.ipynb", 4)
    nbformat.validate(notebook)
    unanswered = len(notebook.cells)
    right = right_answers(folder)
    notebook.cells += [
        nbformat.v4.new_code_cell(f"exam.{name}.check({given!r})") for name, given in right.items()
    ]
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert {output["output_type"] for output in outputs} == {"execute_result"}
    texts = [output["data"]["text/plain"] for output in outputs]
    assert sum(text.startswith("Not answered yet") for text in texts) == len(right)
    assert sum(text.startswith("Recorded") for text in texts) == len(notebook.cells) - unanswered
    grade(small / "exam", small / "results", seed_file=small / "secret")
    assert f"{len(right)} of {len(right)} right" in text_of(small / "results" / "learners" / "kim.html")
