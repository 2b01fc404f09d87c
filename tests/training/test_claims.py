"""All claims of the pool, of which a question has nine: what was put in, what rows say, what calls give."""

from dataclasses import replace

import pytest

from nsgkit.sample.world import the_world
from nsgkit.training.answers import choice, read
from nsgkit.training.companies import made
from nsgkit.training.exercise import Case, Exercise
from nsgkit.training.given import UNKNOWN
from nsgkit.training.question import Question
from nsgkit.training.solutions import answer_by_code
from nsgkit.training.triage import claims
from nsgkit.training.triage.beyond import BEYOND
from nsgkit.training.triage.elsewhere import seen_sending
from nsgkit.training.triage.hole import ALIVE_IN_HOLE
from nsgkit.training.triage.sides import BOTH_SIDES
from tests.training.again.triage_logs import judged

SORTS = (*claims.SETTLED, *BEYOND)
NOBODY_SAW_IT, ROBBED = 2, 2001  # a world in which the hidden machine was seen by nobody, and one of a theft


@pytest.mark.parametrize("seed", [NOBODY_SAW_IT, ROBBED])
def test_rows_say_to_each_claim_what_was_put_in(seed):
    world, case = the_world(seed), Case((), {}, company=made(seed)[0], words=the_world(seed).naming.said)
    one = replace(BOTH_SIDES, kind=choice(claims.SHOWN, claims.RULED_OUT, claims.OPEN))
    for claim in (claim for sort in SORTS for claim in sort(world)):
        told = answer_by_code(one, replace(case, asked={"calls": f"{claim.call},"}))
        assert told == judged(case, case.words(claim.text)) == claim.verdict != claim.wrong, claim.text


def test_a_machine_that_nobody_saw_may_have_been_off():
    world = the_world(NOBODY_SAW_IT)
    assert seen_sending(world) == ()
    assert {claim.verdict for claim in claims._in_the_hole(world)} == {claims.OPEN}


def test_who_says_unknown_of_a_machine_need_not_name_who_saw_it():
    kind = ALIVE_IN_HOLE.kind
    assert read(kind, ("unknown", [])) == read(kind, (None, None)) == read(kind, "unknown") == UNKNOWN
    assert read(kind, ("up", ["10.30.1.4"])) == ("up", ("10.30.1.4",))


def test_each_mistake_with_a_claim_has_its_sentence():
    slips = {slip.name for slip in BOTH_SIDES.slips}
    assert {claim.mistake for sort in SORTS for claim in sort(the_world(ROBBED))} <= slips


def test_what_the_call_takes_up_leaves_other_braces_alone():
    call = Exercise.call(replace(BOTH_SIDES, code="{1: {calls}}"), Case((), {}, asked={"calls": "2"}))
    assert call == "{1: 2}"


def test_claims_stand_in_lines_in_a_notebook():
    case = Case((), {"claims": ()}, {"claims": "(1) a\n(2) b"})
    q = Question(replace(BOTH_SIDES, ask="{claims}", make=lambda _rng: case, right=lambda _: None, slips=()))
    assert "<strong>(1) a<br>(2) b</strong>" in q._repr_html_()
    assert q.exercise.question_in_a_line(case) == "(1) a (2) b"
