"""Which connection looks like the guess that was right, and whether that is a proof."""

from typing import Any

import pandas as pd

from nsgkit.training.answers import PORT, choice, together
from nsgkit.training.exercise import Case, Exercise, Slip
from nsgkit.training.triage.guessing import calls_of, contractor, guesser, let_in
from nsgkit.training.triage.told import SAME_COMPANY, company_case, entered, fact, world_of

_GUESSED = "06-suspicious-patterns.ipynb#Somebody-guesses-a-password"
_OPENED = "06-suspicious-patterns.ipynb#A-door-was-opened"
_EVENTS = "08-forensic-timeline.ipynb#What-the-intruder-did,-event-by-event"
_LEFT_OUT = "03-know-your-flow-log.ipynb#What-a-flow-log-leaves-out"
_CERTAIN, _LIKELY, _RULED_OUT = "certain", "likely", "ruled out"


def _session(case: Case) -> tuple[int, str]:
    world = world_of(case)
    inside = world.at(world.plot.times.inside)
    return next(each.src_port for each in let_in(case) if each.start == inside), _LIKELY


def _began(case: Case) -> pd.Timestamp:
    return pd.Timestamp(fact(case, "brute force succeeded")["first"])


def _taken(ports: "pd.Series[Any]", place: int) -> tuple[int, str]:
    """Return the answer of somebody who takes another connection for the success."""
    return int(ports.iloc[place]), _LIKELY


def _first_let_in(case: Case) -> tuple[int, str]:
    return _taken(calls_of(case, guesser(case), "allowed")["src_port"], 0)


def _last_guess(case: Case) -> tuple[int, str]:
    calls = calls_of(case, guesser(case), "allowed")
    return _taken(calls.loc[calls["first"] < _began(case), "src_port"], -1)


def _turned_away(case: Case) -> tuple[int, str]:
    """Return the first attempt that was denied after the success."""
    denied = calls_of(case, guesser(case), "denied")
    return _taken(denied.loc[denied["first"] > _began(case), "src_port"], 0)


GOT_IN = Exercise(
    name="got_in",
    level=3,
    skill="the guess that was right, and what it proves",
    ask="Somebody outside guessed passwords at one machine: many small connections, all alike. One of the "
    "same address's connections looks like the guess that was right. From which source port did it come? "
    "And by what flow logs can tell, is it certain, likely or ruled out that a password was right? Give the "
    "source port and the word.",
    kind=together(PORT, choice(_CERTAIN, _LIKELY, _RULED_OUT)),
    make=lambda rng: company_case(rng, entered),
    right=_session,
    code="(nsgkit.detections.proof(conversations, nsgkit.detections.brute_force(conversations, "
    "network=network).head(1)).nlargest(1, 'duration')['src_port'].item(), 'likely')",
    slips=(
        Slip(
            "success-as-proof",
            lambda case: (_session(case)[0], _CERTAIN),
            "this is the connection; but a flow log has no login in it. That one connection lasted and "
            "carried much is a strong sign; the machine's own login records would be the proof.",
            _LEFT_OUT,
        ),
        Slip(
            "no-content-as-no-sign",
            lambda case: (_session(case)[0], _RULED_OUT),
            "this is the connection; and nothing in it speaks against a right password. It lasted and "
            "carried far more than each guess before it.",
            _LEFT_OUT,
        ),
        Slip(
            "first-let-in",
            _first_let_in,
            "that is the first connection that was allowed: the rule let it in, and the login did not. It is "
            "as small as those that follow.",
            _OPENED,
        ),
        Slip(
            "last-guess",
            _last_guess,
            "that is the last small one: short, and like all before it. Look at what the same address began "
            "next.",
            _GUESSED,
        ),
        Slip(
            "contractor-as-intruder",
            lambda case: _taken(calls_of(case, contractor(case), "allowed")["src_port"], 0),
            "that connection lasted, too; but its address guessed nothing, and was never denied. The "
            "rule's name says whom it was opened for.",
            _EVENTS,
        ),
        Slip(
            "denied-as-success",
            _turned_away,
            "that attempt was denied: the rule had been changed back. Nobody got in by it.",
            _EVENTS,
        ),
        Slip(
            "destination-port",
            lambda case: (world_of(case).plot.port, _LIKELY),
            "that is the port that was called: all guesses have it. The source port tells one connection "
            "from the others.",
            "03-know-your-flow-log.ipynb#Every-field-of-every-format",
        ),
    ),
    hints=(
        "Look at the connections of the address that guessed, in time order, with their sizes.",
        "A guess that is right goes on: one connection lasts far longer and carries far more. Then ask what "
        "a flow log holds, and what it does not.",
        "nsgkit.detections.proof(conversations, …) gives the connections of a finding of "
        "nsgkit.detections.brute_force; take the longest.",
    ),
    why="Size and length are signs of a session; who logged in stands in the machine's own logs.",
    see=_GUESSED,
    share=SAME_COMPANY,
)
