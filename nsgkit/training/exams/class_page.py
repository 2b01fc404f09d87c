"""The page of the class: how many are right, the most frequent mistakes, what no known mistake explains."""

from collections import Counter
from collections.abc import Iterable, Iterator

from nsgkit.case.report.markup import Element, Inside, listed, section, table, tag
from nsgkit.training.answers import shown
from nsgkit.training.checking import RIGHT, SLIP, UNANSWERED, WRONG
from nsgkit.training.exams.grading import ClassResults, Graded, Mark
from nsgkit.training.exams.pages import page

_NONE = tag("p", "None.")


def class_page(results: ClassResults) -> str:
    """Return the page of the class."""
    graded = [each for each in results.learners if each.marks]
    marks = [mark for each in graded for mark in each.marks]
    return page(
        f"Exam: {len(graded)} of {len(results.learners)} graded",
        tag("p", "Shares are of those who were graded; what was not answered is not right.", class_="faint"),
        section("To look at", "look", listed(look) if (look := to_look_at(results)) else _NONE),
        section("Learners", "learners", _learners(results.learners)),
        section("Questions", "questions", _questions(results, marks)),
        section("Skills", "skills", _skills(marks)),
        section("The most frequent mistakes", "mistakes", _mistakes(marks)),
        section("Wrong answers that no known mistake explains", "unknown", _unknown(graded)),
    )  # fmt: skip


def to_look_at(results: ClassResults) -> list[str]:
    """Return what a person has to decide, a sentence each: nothing is guessed."""
    said = [f"{each.learner.name}: {note}." for each in results.learners for note in each.handed_in.notes]
    return [
        *said,
        *(f"{name} is nothing of this exam, and was not opened." for name in results.strange),
    ]


def _learners(learners: Iterable[Graded]) -> Element:
    rows: list[tuple[Inside, ...]] = [
        (tag("a", each.learner.name, href=f"learners/{each.learner.folder}.html"), each.handed_in.state,
         _count(each.right), _count(each.answered), _count(len(each.marks) or None))
        for each in learners
    ]  # fmt: skip
    return table(["Name", "State", "Right", "Answered", "Questions"], rows, numbers=(2, 3, 4))


def _questions(results: ClassResults, marks: list[Mark]) -> Element:
    rows: list[tuple[Inside, ...]] = []
    for asked in results.exercises:
        own = [mark.feedback.outcome for mark in marks if mark.asked.name == asked.name]
        rows.append((
            asked.name, asked.exercise.name, asked.exercise.level, asked.exercise.skill,
            len(own) - own.count(UNANSWERED), own.count(RIGHT), _share(own.count(RIGHT), len(own)),
        ))  # fmt: skip
    heads = ["", "Exercise", "Level", "Skill", "Answered", "Right", "Share right"]
    return table(heads, rows, numbers=(2, 4, 5))


def _skills(marks: list[Mark]) -> Element:
    outcomes: dict[str, list[str]] = {}
    for mark in marks:
        outcomes.setdefault(mark.asked.exercise.skill, []).append(mark.feedback.outcome)
    rows = [
        (skill, len(own), own.count(RIGHT), _share(own.count(RIGHT), len(own)))
        for skill, own in outcomes.items()
    ]
    return table(["Skill", "Asked", "Right", "Share right"], rows, numbers=(1, 2)) if rows else _NONE


def _mistakes(marks: list[Mark]) -> Element:
    made = Counter(
        (mark.feedback.slip, mark.asked.exercise.name) for mark in marks if mark.feedback.outcome == SLIP
    )
    rows = [(slip, exercise, times) for (slip, exercise), times in _by_number(made)]
    return table(["Mistake", "Exercise", "Times"], rows, numbers=(2,)) if rows else _NONE


def _unknown(graded: Iterable[Graded]) -> Element:
    rows: list[tuple[Inside, ...]] = [
        (mark.asked.name, mark.asked.exercise.name, each.learner.name, shown(mark.feedback.answer),
         shown(mark.asked.exercise.right_answer(mark.asked.case)))
        for each in graded for mark in each.marks if mark.feedback.outcome == WRONG
    ]  # fmt: skip
    return table(["", "Exercise", "Name", "Answer", "Right"], rows) if rows else _NONE


def _by_number(counted: "Counter[tuple[str, str]]") -> Iterator[tuple[tuple[str, str], int]]:
    yield from sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def _share(right: int, of: int) -> Inside:
    if not of:
        return "unknown"
    bar = tag("span", class_="bar", style=f"width:{right / of:.0%}")
    return tag("span", f"{right / of:.0%}", bar, class_="share")


def _count(number: int | None) -> str:
    return "unknown" if number is None else f"{number:,}"
