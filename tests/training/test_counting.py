"""The exercises on counting: what a mistake leads to, and that *unknown* is right now and then."""

from dataclasses import replace

import pytest

from nsgkit.training.counting import EXERCISES
from nsgkit.training.counting.reading import added, allowed, begins, denied, state
from nsgkit.training.exercise import NOT_HERE, Case, Slip, draw, same_answers
from nsgkit.training.lines import V1, V4, Line
from nsgkit.training.tiles import TEN, Tile, counted_at, lines

BY_NAME = {exercise.name: exercise for exercise in EXERCISES}
BEGUN = Line("1741082400,192.0.2.9,10.8.0.4,50000,443,T,I,A,B,,,,")
ENDED = Line("1741082460,192.0.2.9,10.8.0.4,50000,443,T,I,A,E,4,400,3,300")
OLD = Line("1741082400,192.0.2.9,10.8.0.4,50000,443,T,I,A", V1)
REFUSED = Line("1741082400500,192.0.2.9,10.8.0.4,50000,22,6,I,D,NX,0,0,0,0", V4)
OPEN = Line("1741082400000,192.0.2.9,10.8.0.4,50001,443,6,I,B,NX,0,0,0,0", V4)
UNDECIDED = Line("1741082400,192.0.2.9,10.8.0.4,50000,443,T,I,B,B,,,,")


def test_states_stand_in_other_places():
    assert [state(line) for line in (BEGUN, ENDED, OLD, REFUSED, OPEN)] == ["B", "E", "", "D", "B"]


def test_what_is_allowed_what_is_denied_and_what_neither():
    assert [line for line in (BEGUN, OLD, OPEN, REFUSED, UNDECIDED) if allowed(line)] == [BEGUN, OLD, OPEN]
    assert [line for line in (BEGUN, OLD, OPEN, REFUSED, UNDECIDED) if denied(line)] == [REFUSED]


def test_what_counts_a_connection():
    assert [begins(line) for line in (BEGUN, ENDED, OLD, REFUSED, OPEN)] == [True, False, True, False, True]


def test_counters_are_added_up_and_times_are_seconds():
    assert added([BEGUN, ENDED, OLD]) == 700
    assert added([ENDED], (0, 1)) == 404
    assert REFUSED.seconds == BEGUN.seconds == TEN


def test_a_row_may_have_empty_counters():
    tile = Tile(TEN, "192.0.2.9", "10.8.0.4", 50000, 443, parts=((1, 60, 1, 40), None))
    assert [line.text.split("A,")[-1] for line in lines(tile)] == ["B,,,,", "C,1,60,1,40", "E,,,,"]
    assert (tile.packets, tile.bytes, counted_at(tile)) == ((1, 1), (60, 40), [TEN + 300, TEN + 360])


def with_slips(*answers):
    """An exercise whose right answer is 1, with mistakes that lead to these answers."""
    slips = [Slip("one", lambda _case, led=led: led, "you slipped.", "") for led in answers]
    return replace(BY_NAME["size"], right=lambda _case: 1, slips=tuple(slips))


def test_a_mistake_that_cannot_be_made_here_is_no_answer():
    case = Case((BEGUN,), {})
    assert [answer for _, answer in with_slips(2, NOT_HERE).mistakes(case)] == [2]
    assert same_answers(with_slips(NOT_HERE, NOT_HERE), case) is None


def test_two_mistakes_of_one_name_are_told_apart_too():
    assert same_answers(with_slips(2, 2), Case((BEGUN,), {})) == ("one", "one")


@pytest.mark.parametrize(("name", "least", "most"), [("mean", 10, 60), ("orphan", 40, 120)])
def test_unknown_is_right_now_and_then(name, least, most):
    exercise = BY_NAME[name]
    rights = [exercise.right_answer(draw(exercise, seed)) for seed in range(200)]
    assert (
        least < sum("unknown" in (right if isinstance(right, tuple) else (right,)) for right in rights) < most
    )
