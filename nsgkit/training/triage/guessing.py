"""Who guessed passwords, and how often: what was denied is no guess, and what stayed is no failed one."""

from typing import Any

import pandas as pd

from nsgkit.sample.logging.connections import Connection
from nsgkit.sample.scenes import incident
from nsgkit.sample.world import World
from nsgkit.training.answers import ADDRESS, WHOLE, together
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.triage.played import played
from nsgkit.training.triage.told import SAME_COMPANY, company_case, company_of, fact, world_of

_GUESSED = "06-suspicious-patterns.ipynb#Somebody-guesses-a-password"
_OPENED = "06-suspicious-patterns.ipynb#A-door-was-opened"
_COUNTED = "04-traffic-distribution.ipynb#Counting-right"


def _guessed(world: World) -> bool:
    """Return whether passwords were guessed, with or without success."""
    return world.plot.guesses


def guesser(case: Case) -> str:
    """Return the address that guesses."""
    return str(fact(case, "brute force")["entities"]["src_ip"][0])


def contractor(case: Case) -> str:
    """Return the address whom the rule was opened for."""
    return str(fact(case, "rule opened", harmless=True)["entities"]["src_ip"][0])


def let_in(case: Case) -> list[Connection]:
    """Return what was put in of the guesser while the rule was open, all of it before the logs' hole."""
    world, who = world_of(case), guesser(case)
    opened, shut = (world.at(moment) for moment in (world.plot.times.opened, world.plot.times.shut))
    return [each for each in played(incident, world) if each.src == who and opened <= each.start < shut]


def calls_of(case: Case, source: str, decision: str) -> pd.DataFrame:
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
    world = world_of(case)
    inside = world.at(world.plot.times.inside)  # from then on nobody guesses: it was right, or given up
    return guesser(case), sum(each.start < inside for each in let_in(case))


def _rows(case: Case) -> tuple[str, int]:
    """Return how many rows the guesser has that were allowed."""
    flows, who = company_of(case).flows, guesser(case)
    return who, int(((flows["src_ip"] == who) & (flows["decision"] == "allowed")).sum())


def _with_denied(case: Case) -> tuple[str, int]:
    """Return how many attempts the guesser made, the denied ones too."""
    who = guesser(case)
    return who, sum(len(calls_of(case, who, decision)) for decision in ("allowed", "denied"))


def _with_session(case: Case) -> Any:
    """Return all connections of the guesser: the one that is no failed guess too, where there is one."""
    who = guesser(case)
    return (who, len(calls_of(case, who, "allowed"))) if world_of(case).plot.entered else NOT_HERE


def _loudest(case: Case) -> Any:
    """Return the outsider who was denied most often, and how often."""
    denied = _from_outside(case, "denied")
    return (denied.index[0], int(denied.iloc[0])) if denied.index[0] != guesser(case) else NOT_HERE


def _busiest(case: Case) -> Any:
    """Return the outsider with the most connections, whatever they are."""
    begun = _from_outside(case, "allowed")
    return (begun.index[0], int(begun.iloc[0])) if begun.index[0] != guesser(case) else NOT_HERE


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
            "the address is the one; but you counted rows. A connection has one where it "
            "begins and another where it ends.",
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
            lambda case: (contractor(case), len(calls_of(case, contractor(case), "allowed"))),
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
    why="The number says how long somebody tried; the one connection that differs is the next to look at.",
    see=_GUESSED,
    share=SAME_COMPANY,
)
