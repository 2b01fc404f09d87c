"""The words of every exercise: where it is taught, its question, its hints and its one-line solution."""

import pytest

from tests.training import every

each = pytest.mark.parametrize("exercise", every.EVERY, ids=lambda exercise: exercise.name)


@each
def test_it_is_taught_where_it_says(exercise):
    for see in {exercise.see, *(slip.see for slip in exercise.slips)}:
        notebook, heading = see.split("#")
        assert heading in every.headings(notebook)


@each
def test_hints_and_question_are_sentences(exercise):
    assert exercise.ask[-1] in "?.)"
    assert len(set(exercise.hints)) == 3
    assert all(hint[-1] == "." for hint in (*exercise.hints, *(slip.say for slip in exercise.slips)))
    assert exercise.code.count("\n") == 0
