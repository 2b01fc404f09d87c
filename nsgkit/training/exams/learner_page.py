"""A learner's page: each question with the answer, the mistake by its name, and the solution."""

from nsgkit.case.report.markup import Element, Inside, listed, tag
from nsgkit.training.answers import shown
from nsgkit.training.checking import RIGHT, SLIP, UNANSWERED
from nsgkit.training.exams.grading import Graded, Mark
from nsgkit.training.exams.pages import page, rows_of


def learner_page(graded: Graded) -> str:
    """Return the page of a learner."""
    notes = [listed(graded.handed_in.notes)] if graded.handed_in.notes else []
    if not graded.marks:
        said = f"Not graded: {graded.handed_in.state}."
        return page(graded.learner.name, tag("p", said, class_="warning"), *notes)
    score = f"{graded.right} of {len(graded.marks)} right, {graded.answered} answered."
    return page(graded.learner.name, tag("p", score, class_="right"), *notes, *map(_question, graded.marks))


def _question(mark: Mark) -> Element:
    exercise, case = mark.asked.exercise, mark.asked.case
    notebook, _, heading = exercise.see.partition("#")
    solution: list[Inside] = [
        f"The answer is {shown(exercise.right_answer(case))}. {exercise.why} ",
        tag("code", exercise.call(case)),
        f" It is taught in {notebook}, {heading.replace('-', ' ')}.",
    ]  # fmt: skip
    return tag(
        "article", tag("h3", f"Question {int(mark.asked.name[1:])}: {exercise.skill}"),
        tag("p", exercise.question_in_a_line(case)), rows_of(mark.asked),
        tag("p", _verdict(mark), class_="right"),
        tag("p", *solution),
    )  # fmt: skip


def _verdict(mark: Mark) -> str:
    feedback = mark.feedback
    if feedback.outcome == UNANSWERED:
        return "Not answered."
    given = shown(feedback.answer)
    if feedback.outcome == RIGHT:
        return f"Your answer {given}: right."
    if feedback.outcome == SLIP:
        return f"{feedback.said} This mistake is called {feedback.slip}."
    return f"Your answer {given}: not right, and no mistake that is known leads to it."
