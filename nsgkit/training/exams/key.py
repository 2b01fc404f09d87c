"""key.html: the right answers of all, to be printed; for the teacher alone."""

from collections.abc import Sequence

from nsgkit.case.report.markup import Element, Inside, listed, section, table, tag
from nsgkit.html import visible
from nsgkit.training.answers import shown
from nsgkit.training.exams.learners import Learner
from nsgkit.training.exams.pages import page
from nsgkit.training.exams.paper import Asked

_WARNING = "For the teacher alone: whoever has this page has all answers."


def key_page(papers: Sequence[tuple[Learner, list[Asked]]]) -> str:
    """Return the key: how each question is answered, and then the answers of each learner."""
    first = papers[0][1]
    contents = tag("nav", listed(tag("a", visible(each.name), href=f"#{each.folder}") for each, _ in papers))
    return page(
        f"Key: {len(first)} questions, {len(papers)} learners",
        tag("p", _WARNING, class_="warning"), contents,
        section("How each is answered", "how", _how(first)),
        *(section(learner.name, learner.folder, _answers(asked)) for learner, asked in papers),
    )  # fmt: skip


def _how(paper: Sequence[Asked]) -> Element:
    rows = [
        (
            each.name,
            each.exercise.name,
            each.exercise.level,
            each.exercise.skill,
            tag("code", each.exercise.code),
        )
        for each in paper
    ]
    return table(["", "Exercise", "Level", "Skill", "The call"], rows)


def _answers(paper: Sequence[Asked]) -> Element:
    rows: list[tuple[Inside, ...]] = [
        (each.name, each.exercise.question_in_a_line(each.case),
         tag("span", shown(each.exercise.right_answer(each.case)), class_="right"))
        for each in paper
    ]  # fmt: skip
    return table(["", "Question", "Right answer"], rows)
