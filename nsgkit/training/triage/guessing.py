"""Who guessed passwords, how often, and which connection looks like the guess that was right."""

from random import Random
from typing import Any

import pandas as pd

from nsgkit.sample.logging.connections import Connection
from nsgkit.sample.scenes import incident
from nsgkit.sample.world import World
from nsgkit.training.answers import ADDRESS, PORT, WHOLE, choice, together
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.triage.told import SAME_COMPANY, company_case, company_of, entered, fact, world_of

_GUESSED = "06-suspicious-patterns.ipynb#Somebody-guesses-a-password"
_OPENED = "06-suspicious-patterns.ipynb#A-door-was-opened"
_EVENTS = "08-forensic-timeline.ipynb#What-the-intruder-did,-event-by-event"
_COUNTED = "04-traffic-distribution.ipynb#Counting-right"
_CERTAIN, _LIKELY, _RULED_OUT = "certain", "likely", "ruled out"


def _guessed(world: World) -> bool:
    """Return whether passwords were guessed, with or without success."""
    return world.plot.guesses


def _let_in(case: Case) -> tuple[list[Connection], list[Connection]]:
    """Return the guesser's connections that were allowed, as they were put in: failed guesses, the session.

    All of them are before the logs' hole, on a NIC whose log has counters.
    """
    world, who = world_of(case), _guesser(case)
    shut, inside = world.at(world.plot.times.shut), world.at(world.plot.times.inside)
    opened = world.at(world.plot.times.opened)
    his = [each for each in incident.connections(world) if each.src == who and opened <= each.start]
    session = [each for each in his if world.plot.entered and each.start == inside]
    return [each for each in his if each.start < shut and each not in session], session


def _guesser(case: Case) -> str:
    return str(fact(case, "brute force")["entities"]["src_ip"][0])


def _contractor(case: Case) -> str:
    return str(fact(case, "rule opened", harmless=True)["entities"]["src_ip"][0])


def _calls_of(case: Case, source: str, decision: str) -> pd.DataFrame:
    """Return a source's connections, or its denied attempts, in time order."""
    calls = company_of(case).conversations
    kept = calls[(calls["src_ip"] == source) & (calls["decision"] == decision)]
    return kept.sort_values("first", kind="stable")


def _from_outside(case: Case, decision: str) -> "pd.Series[Any]":
    """Return how many connections, or denied attempts, each address outside has, the most first."""
    calls = company_of(case).conversations
    outside = calls[(calls["decision"] == decision) & ~company_of(case).network.is_inside(calls["src_ip"])]
    return outside["src_ip"].astype("str").value_counts()


def _guesses(case: Case) -> tuple[str, int]:
    return _guesser(case), len(_let_in(case)[0])


def _rows(case: Case) -> tuple[str, int]:
    """Return how many rows the guesser has that were allowed."""
    flows, who = case.flows, _guesser(case)
    return who, int(((flows["src_ip"] == who) & (flows["decision"] == "allowed")).sum())


def _with_denied(case: Case) -> tuple[str, int]:
    """Return how many attempts the guesser made, the denied ones too."""
    who = _guesser(case)
    return who, sum(len(_calls_of(case, who, decision)) for decision in ("allowed", "denied"))


def _with_session(case: Case) -> Any:
    """Return all connections of the guesser: the one that is no failed guess too, where there is one."""
    who = _guesser(case)
    return (who, len(_calls_of(case, who, "allowed"))) if world_of(case).plot.entered else NOT_HERE


def _loudest(case: Case) -> Any:
    """Return the outsider who was denied most often, and how often."""
    denied = _from_outside(case, "denied")
    return (denied.index[0], int(denied.iloc[0])) if denied.index[0] != _guesser(case) else NOT_HERE


def _busiest(case: Case) -> tuple[str, int]:
    """Return the outsider with the most connections, whatever they are."""
    let_in = _from_outside(case, "allowed")
    return let_in.index[0], int(let_in.iloc[0])


GUESSES = Exercise(
    name="guesses",
    level=2,
    skill="guessed passwords: from whom, and how many",
    ask="Somebody outside guessed passwords at one machine, at a port for remote administration: many "
    "connections of one address, let in by a rule, each short, small and like the others. Take each such "
    "connection for one guess that failed. Which address made them, and how many guesses failed? Give the "
    "address and the number.",
    kind=together(ADDRESS, WHOLE),
    make=lambda rng: company_case(rng, _guessed),
    right=_guesses,
    code="nsgkit.detections.brute_force(conversations, network=network).iloc[0][['src_ip', 'guesses']]",
    slips=(
        Slip(
            "rows-as-connections",
            _rows,
            "the address is the one; but you counted rows. A connection has a row where it begins and another "
            "where it ends.",
            _COUNTED,
        ),
        Slip(
            "denied-as-guesses",
            _with_denied,
            "the address is the one; but you counted its denied attempts as well. What a rule turns away "
            "never reaches the login: nothing was guessed there.",
            "03-know-your-flow-log.ipynb#Denied,-in-both-families",
        ),
        Slip(
            "session-as-guess",
            _with_session,
            "the address is the one; but look at the sizes of its connections: they are alike, but for one.",
            _GUESSED,
        ),
        Slip(
            "contractor-as-guesser",
            lambda case: (_contractor(case), len(_calls_of(case, _contractor(case), "allowed"))),
            "that address came in by the same rule, and was never denied before. It made a long session: "
            "somebody at work, and no guess.",
            _OPENED,
        ),
        Slip(
            "loudest-as-guesser",
            _loudest,
            "that address was denied more often than any other outside. But a denied attempt is a knock: "
            "nobody asked it for a password.",
            "05-denied-flow-triage.ipynb#What-for",
        ),
        Slip(
            "busiest-as-guesser",
            _busiest,
            "that address has more connections than any other outside; but they come by the clock, day and "
            "night, to the web servers: something that looks whether these answer.",
            "04-traffic-distribution.ipynb#Open-to-the-internet,-and-used",
        ),
    ),
    hints=(
        "Look at what came from outside and was allowed, at ports where administrators log in, by source.",
        "Each guess is a connection; a denied attempt is none, and a connection that lasts and carries far "
        "more than the others is no failed guess.",
        "nsgkit.detections.brute_force(conversations, network=network) has the address, and counts the "
        "guesses.",
    ),
    why="A guess needs a door that lets it in: denied attempts are knocks, and the one that differs is next.",
    see=_GUESSED,
    share=SAME_COMPANY,
)


def _session(case: Case) -> tuple[int, str]:
    return _let_in(case)[1][0].src_port, _LIKELY


def _of_call(case: Case, source: str, decision: str, place: int) -> Any:
    """Return the source port of one of a source's calls, by its place among them, as if it were the guess."""
    calls = _calls_of(case, source, decision)
    if place < 0:  # from the session backwards
        calls = calls[calls["first"] < pd.Timestamp(fact(case, "brute force succeeded")["first"])]
    return int(calls["src_port"].iloc[place]), _LIKELY


def _turned_away(case: Case) -> tuple[int, str]:
    """Return the first attempt that was denied after the session began."""
    denied = _calls_of(case, _guesser(case), "denied")
    began = pd.Timestamp(fact(case, "brute force succeeded")["first"])
    return int(denied.loc[denied["first"] > began, "src_port"].iloc[0]), _LIKELY


GOT_IN = Exercise(
    name="got_in",
    level=3,
    skill="the guess that was right, and what it proves",
    ask="Somebody outside guessed passwords at one machine: many small connections, all alike. One connection "
    "of the same address looks like the guess that was right. From which source port did it come? And by "
    "what flow logs can tell, is it certain, likely or ruled out that a password was right? Give the source "
    "port and the word.",
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
            "03-know-your-flow-log.ipynb#What-a-flow-log-leaves-out",
        ),
        Slip(
            "no-content-as-no-sign",
            lambda case: (_session(case)[0], _RULED_OUT),
            "this is the connection; and nothing in it speaks against a right password. It lasted and "
            "carried far more than each guess before it.",
            "03-know-your-flow-log.ipynb#What-a-flow-log-leaves-out",
        ),
        Slip(
            "first-let-in",
            lambda case: _of_call(case, _guesser(case), "allowed", 0),
            "that is the first connection that was allowed: the rule let it in, and the login did not. It is "
            "as small as those that follow.",
            _OPENED,
        ),
        Slip(
            "last-guess",
            lambda case: _of_call(case, _guesser(case), "allowed", -1),
            "that is the last small one: short, and like all before it. Look at what the same address began "
            "next.",
            _GUESSED,
        ),
        Slip(
            "contractor-as-intruder",
            lambda case: _of_call(case, _contractor(case), "allowed", 0),
            "that connection lasted, too; but its address guessed nothing. The rule was opened for it.",
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
            "that is the port that was called: all guesses have it. The source port tells one connection from "
            "the others.",
            "03-know-your-flow-log.ipynb#Every-field-of-every-format",
        ),
    ),
    hints=(
        "Look at the connections of the address that guessed, in time order, with their sizes.",
        "A guess that is right goes on: one connection lasts far longer and carries far more. Then ask what a "
        "flow log holds, and what it does not.",
        "nsgkit.detections.proof(conversations, …) gives the connections of a finding of "
        "nsgkit.detections.brute_force; take the longest.",
    ),
    why="Size and length are signs of a session; who logged in stands in the machine's own logs.",
    see=_GUESSED,
    share=SAME_COMPANY,
)
