"""An exam about the logs of companies: made for two, answered by script, graded."""

import json
import shutil

import pytest

from nsgkit.__main__ import main
from nsgkit.errors import NsgkitError
from nsgkit.training.exams.paper import choose
from nsgkit.training.exams.results import grade
from nsgkit.training.exams.secret import seed_of
from nsgkit.training.exams.sitting import open_exam
from tests.training.exam_class import SECRET, answer, right_answers

NAMES = ("Kim", "Ann")
QUESTIONS = 3


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    root = tmp_path_factory.mktemp("school")
    (root / "secret").write_text(SECRET)
    (root / "class.txt").write_text("\n".join(NAMES))
    names = ["--names", str(root / "class.txt"), "--questions", str(QUESTIONS), "--tracks", "triage"]
    where = ["--seed-file", str(root / "secret"), "--into", str(root / "exam")]
    assert main(["training", "exam", *names, *where]) == 0
    return root


def companies(folder):
    return sorted(path.name for path in folder.glob("company-*"))


def test_each_name_has_logs_of_its_own(school):
    kim, ann = ({p.name for p in (school / "exam" / name).rglob("macAddress=*")} for name in ("kim", "ann"))
    assert len(kim) == len(ann) == 8
    assert not kim & ann
    days = [{p.name for p in (school / "exam" / name).rglob("d=*")} for name in ("kim", "ann")]
    assert days[0] != days[1]


def test_what_is_handed_out_holds_no_truth_no_key_and_no_seed(school):
    hidden = [SECRET, *(seed_of(SECRET.encode(), name) for name in NAMES)]
    for name in ("kim", "ann"):
        files = [path for path in (school / "exam" / name).rglob("*") if path.is_file()]
        assert not {path.name for path in files} & {"truth.json", "README.md", "known.toml", "feed.csv"}
        assert not [path for path in files for word in hidden if word.encode() in path.read_bytes()]


def test_all_right_and_all_empty_are_graded_as_they_are(school, tmp_path):
    shutil.copytree(school / "exam", tmp_path / "class")
    answer(tmp_path / "class" / "kim", right_answers(tmp_path / "class" / "kim"))
    (tmp_path / "class" / "ann" / "answers.jsonl").touch()
    results = grade(tmp_path / "class", tmp_path / "results", seed_file=school / "secret")
    assert [each.right for each in results.learners] == [QUESTIONS, 0]
    assert not [note for each in results.learners for note in each.handed_in.notes]
    page = (tmp_path / "results" / "learners" / "kim.html").read_text("utf-8")
    assert "The logs lie in the folder company-1." in page


def test_missing_logs_are_told(school, tmp_path):
    shutil.copytree(school / "exam" / "kim", tmp_path / "kim")
    shutil.rmtree(tmp_path / "kim" / "company-1")
    with pytest.raises(NsgkitError, match="company-1 is missing: it holds the logs"):
        open_exam(tmp_path / "kim" / "questions.json")


@pytest.mark.parametrize("logs", ["../ann/company-1", "/etc", "company-1/..", 7])
def test_a_question_never_leads_to_another_folder(school, tmp_path, logs):
    told = json.loads((school / "exam" / "kim" / "questions.json").read_text())
    told["questions"][0]["logs"] = logs
    (tmp_path / "questions.json").write_text(json.dumps(told))
    with pytest.raises(NsgkitError, match="not as it was handed out"):
        open_exam(tmp_path / "questions.json")


def test_a_track_that_there_is_not_is_told():
    with pytest.raises(NsgkitError, match="There is no track 'hunting'"):
        choose(SECRET.encode(), 3, (1, 3), ("hunting",))
