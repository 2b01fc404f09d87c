"""A class of thirty that sits an exam: what each hands in, and the score that each must have."""

import json
import shutil
from random import Random

from nsgkit import training
from nsgkit.training.answers import read
from nsgkit.training.exams.learners import read_learners
from nsgkit.training.exams.paper import paper
from nsgkit.training.exams.questions import read_questions
from nsgkit.training.exams.secret import seed_of
from nsgkit.training.given import WrongKindError
from tests.training.again import AGAIN

SECRET = "5ba0a4d9c2f4467bbf5b0e9e26b0bd1c"
HOSTILE = [
    "../../etc/passwd", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "@SUM(1+1)", "CON", "张伟",
    "a\u202egnp.exe", "😀", "x" * 300, "{{7*7}}", "-1", "+49", "Zoë Müller", "![x](//evil.example/x.png)",
]  # fmt: skip
PLAIN = [
    "Perfect", "Mistaken", "Empty", "No file", "No folder", "Torn", "Junk", "Doubled", "Linked", "Large",
    "Second thoughts", "Wrong", "Twice", "Elsewhere", "File", "Unanswered",
]  # fmt: skip
NAMES = [*PLAIN, *HOSTILE]
DEEP = "[" * 100_000
JUNK = [
    '{"question": "q01", "answer": NaN, "time": ""}',
    f'{{"question": "q01", "answer": {DEEP}, "time": ""}}',
    f'{{"question": "q01", "answer": {"9" * 5000}, "time": ""}}',
    '{"question": ["q01"], "answer": 1, "time": ""}',
    '{"question": "q99", "answer": 1, "time": ""}',
    '{"question": "q01", "answer": {"a": 1}, "time": ""}',
    '{"question": "q01", "answer": 1, "time": "", "score": 100}',
    '{"question": "q01", "answer": "<img src=x onerror=alert(1)>\\ud800", "time": ""}',
    "null",
    "import os",
]


def right_answers(folder):
    """The right answer to each question, by plain Python on the rows that were handed out."""
    asked = read_questions(folder / "questions.json")
    names = [each["exercise"] for each in json.loads((folder / "questions.json").read_text())["questions"]]
    return {each.name: AGAIN[name](each.case) for name, each in zip(names, asked, strict=True)}


def slip_answers(exercises, name):
    """An answer to each question that is a mistake with a name, and the mistake."""
    found = {}
    for each in paper(exercises, seed_of(SECRET.encode(), name)):
        for slip in each.exercise.slips:
            try:
                found.setdefault(each.name, (read(each.exercise.kind, slip.answer(each.case)), slip.name))
            except WrongKindError:  # these rows give no chance to make it
                continue
    return found


def answer(folder, answers):
    """Give answers as a learner does, in the exam."""
    exam = training.open_exam(folder / "questions.json")
    for name, given in answers.items():
        assert exam[name].check(given).outcome == "recorded"


def hand_in(exam, exercises):
    """Answer for all; return the scores that grading must give, by name. None: not to be graded."""
    chance, scores = Random(7), {}
    for learner in read_learners(exam / ".." / "class.txt"):
        folder = exam / learner.folder
        right = right_answers(folder)
        slips = {name: given for name, (given, _) in slip_answers(exercises, learner.name).items()}
        special = _SPECIAL.get(learner.name)
        if special:
            scores[learner.name] = special(folder, right, slips)
        else:
            chosen = {name: chance.choice((right, slips, {})).get(name) for name in right}
            answer(folder, {name: given for name, given in chosen.items() if given is not None})
            scores[learner.name] = sum(chosen[name] == right[name] for name in right)
    return scores


def _perfect(folder, right, _slips):
    answer(folder, right)
    return len(right)


def _mistaken(folder, _right, slips):
    answer(folder, slips)
    return 0


def _empty(folder, _right, _slips):
    (folder / "answers.jsonl").touch()
    return 0


def _no_file(_folder, _right, _slips):
    return None


def _no_folder(folder, _right, _slips):
    shutil.rmtree(folder)


def _torn(folder, right, _slips):
    answer(folder, right)
    with (folder / "answers.jsonl").open("ab") as file:
        file.write(b'{"question": "q01", "ans')
    return len(right)


def _junk(folder, right, _slips):
    (folder / "answers.jsonl").write_text("\n".join(JUNK) + "\n")
    (folder / "questions.json").write_text("[]")
    (folder / "exam.ipynb").write_bytes(b"\x00")
    (folder / "grade.py").write_text("raise SystemExit")
    name = "q02"
    line = json.dumps({"question": name, "answer": right[name], "time": ""})
    with (folder / "answers.jsonl").open("a") as file:
        file.write(line + "\n")
    return 1


def _doubled(folder, right, _slips):
    answer(folder, right)
    shutil.copy(folder / "answers.jsonl", folder / "answers (1).jsonl")


def _linked(folder, right, _slips):
    answer(folder, right)
    outside = folder.parent.parent / "outside.jsonl"
    (folder / "answers.jsonl").rename(outside)
    (folder / "answers.jsonl").symlink_to(outside)


def _large(folder, right, _slips):
    answer(folder, right)
    with (folder / "answers.jsonl").open("ab") as file:
        file.truncate(5_000_000)


def _second_thoughts(folder, right, slips):
    answer(folder, slips)
    answer(folder, right)
    return len(right)


def _wrong(folder, right, slips):
    """What nobody has a name for, and the right one where that is not of the kind."""
    asked = read_questions(folder / "questions.json")
    answer(
        folder, {each.name: "unknown" for each in asked if each.exercise.kind.name in ("whole", "address")}
    )
    return sum(right[each.name] in ("unknown", None) for each in asked)


def _twice(folder, right, _slips):
    answer(folder, right)
    shutil.copytree(folder, folder.with_name("TWICE"))


def _elsewhere(folder, right, _slips):
    answer(folder, right)
    (folder / "mine").mkdir()
    (folder / "answers.jsonl").rename(folder / "mine" / "answers.jsonl")


def _file(folder, _right, _slips):
    shutil.rmtree(folder)
    folder.write_text("here are my answers")


_SPECIAL = {
    "Perfect": _perfect, "Mistaken": _mistaken, "Empty": _empty, "No file": _no_file, "No folder": _no_folder,
    "Torn": _torn, "Junk": _junk, "Doubled": _doubled, "Linked": _linked, "Large": _large,
    "Second thoughts": _second_thoughts, "Wrong": _wrong, "Twice": _twice, "Elsewhere": _elsewhere,
    "File": _file, "Unanswered": _no_file,
}  # fmt: skip
