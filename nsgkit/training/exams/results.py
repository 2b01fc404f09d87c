"""The results of an exam on disk: a table, a page for each learner, a page for the class."""

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from nsgkit.case.spreadsheets import inert
from nsgkit.errors import NsgkitError, hides_locals
from nsgkit.html import visible
from nsgkit.training.checking import RIGHT
from nsgkit.training.exams import plan
from nsgkit.training.exams.class_page import class_page, to_look_at
from nsgkit.training.exams.grading import ClassResults, Graded, grade_class
from nsgkit.training.exams.learner_page import learner_page
from nsgkit.training.exams.secret import read_secret

TABLE, CLASS, LEARNERS = "results.csv", "class.html", "learners"


@hides_locals
def grade(
    folder: str | Path, into: str | Path, *, seed_file: str | Path, exam: str | Path = "exam"
) -> ClassResults:
    """Grade what a class handed in, and write the results; done again, they are the same bytes.

    `exam` is where plan.json lies, unless it lies in the class folder itself.

    Raises NsgkitError where the secret is not the one that made the exam, or nothing can be read or written.
    """
    handed_in, place = Path(folder), Path(into)
    secret = read_secret(seed_file)
    if place.resolve().is_relative_to(handed_in.resolve()):
        raise NsgkitError(
            f"{place} lies in {folder}, where what was handed in stays as it is. Name another folder."
        )
    beside = handed_in / plan.FILE
    planned = plan.read_plan(beside if beside.exists() else Path(exam) / plan.FILE, secret)
    results = grade_class(handed_in, planned, secret)
    _write(place, _files(results))
    return results


def said(results: ClassResults) -> str:
    """Return what a person has to look at, in lines: how many were graded, and each thing that was not."""
    graded = sum(bool(each.marks) for each in results.learners)
    return "\n".join([f"{graded} of {len(results.learners)} graded.", *map(visible, to_look_at(results))])


def _files(results: ClassResults) -> dict[str, str]:
    pages = {f"{LEARNERS}/{each.learner.folder}.html": learner_page(each) for each in results.learners}
    return {TABLE: results_table(results), CLASS: class_page(results), **pages}


def results_table(results: ClassResults) -> str:
    """Return the results as CSV: a row a learner; what is not known is empty, and no cell is a formula."""
    skills: dict[str, int] = {}
    for asked in results.exercises:
        skills[asked.exercise.skill] = skills.get(asked.exercise.skill, 0) + 1
    heads = ["name", "folder", "state", "right", "answered", "questions", "to look at"]
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(inert(each) for each in (*heads, *(f"{skill} (of {of})" for skill, of in skills.items())))
    for graded in results.learners:
        writer.writerow(
            inert(visible(each)) if isinstance(each, str) else each
            for each in (*_row(graded), *_by_skill(graded, skills))
        )
    return text.getvalue()


def _row(graded: Graded) -> list[str | int | None]:
    notes = "; ".join(graded.handed_in.notes)
    return [
        graded.learner.name, graded.learner.folder, graded.handed_in.state, graded.right, graded.answered,
        len(graded.marks) or None, notes,
    ]  # fmt: skip


def _by_skill(graded: Graded, skills: Mapping[str, int]) -> list[int | None]:
    right = [mark.asked.exercise.skill for mark in graded.marks if mark.feedback.outcome == RIGHT]
    return [right.count(skill) if graded.marks else None for skill in skills]


def _write(folder: Path, files: Mapping[str, str]) -> None:
    try:
        there = [path for path in folder.rglob("*") if not path.is_dir()] if folder.exists() else []
        if strange := sorted({path.relative_to(folder).as_posix() for path in there} - files.keys()):
            raise NsgkitError(
                f"{folder} holds {strange[0]}, which is none of these results. Name another folder."
            )
        (folder / LEARNERS).mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_bytes(text.encode())
    except OSError as error:
        raise NsgkitError(f"{folder} cannot be written: {error.strerror}. Name another folder.") from error
