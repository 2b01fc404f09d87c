"""Which door was opened, and between which two moments: no flow log says when a rule is changed."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from nsgkit.analyses.traffic.denied_then_allowed import denied_then_allowed
from nsgkit.sample.logging.connections import TCP
from nsgkit.sample.scenes import incident, internet
from nsgkit.training.answers import MOMENT, PORT, together
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.triage.played import played
from nsgkit.training.triage.told import SAME_COMPANY, company_case, company_of, when, world_of

_OPENED = "06-suspicious-patterns.ipynb#A-door-was-opened"
_TARGET = ("dst_ip", "dst_port", "protocol")

_Turn = tuple[int, pd.Timestamp, pd.Timestamp]  # the port, the last denial before, the first let in


def _turned(case: Case) -> _Turn:
    """Return the turn as it was put in: all that outsiders tried at the door, before and after the change."""
    world = world_of(case)
    door, opened = (world.cast.entered.ip, world.plot.port, TCP), world.at(world.plot.times.opened)
    tries = [
        each.start
        for scene in (internet, incident)
        for each in played(scene, world)
        if (each.dst, each.dst_port, each.protocol) == door
    ]
    last, first = max(ms for ms in tries if ms < opened), min(ms for ms in tries if ms >= opened)
    return world.plot.port, when(last), when(first)


def _from_outside(case: Case, table: pd.DataFrame) -> pd.DataFrame:
    """Return what came from outside to the opened port, at any machine."""
    at_port = table[(table["dst_port"] == world_of(case).plot.port) & (table["protocol"] == "TCP")]
    return at_port[~company_of(case).network.is_inside(at_port["src_ip"])]


def _at_door(case: Case, table: pd.DataFrame) -> pd.DataFrame:
    """Return what came from outside to the door, in time order."""
    tries = _from_outside(case, table)
    time = "time" if "time" in tries else "first"
    return tries[tries["dst_ip"] == world_of(case).cast.entered.ip].sort_values(time, kind="stable")


def _turn_by(case: Case, tries: pd.DataFrame, by: Sequence[str]) -> Any:
    """Return the turn at the port of the first group; NOT_HERE where it is the right one all the same."""
    port, found = world_of(case).plot.port, denied_then_allowed(tries, by=by)
    turns = found[found["dst_port"] == port][["last_denied_before", "first_allowed_after"]]
    if turns.empty or (turn := (port, *turns.iloc[0])) == _to_the_second(_turned(case)):
        return NOT_HERE
    return turn


def _to_the_second(turn: _Turn) -> _Turn:
    """Return a turn as these machines' logs have it."""
    port, last, first = turn
    return port, last.floor("s"), first.floor("s")


def _one_source(case: Case) -> Any:
    """Return the turn of the one source that was denied most often and let in later."""
    return _turn_by(case, _at_door(case, company_of(case).conversations), ("src_ip", *_TARGET))


def _any_machine(case: Case) -> Any:
    """Return the turn of the port, at whichever machine."""
    return _turn_by(case, _from_outside(case, company_of(case).conversations), _TARGET[1:])


def _with_insiders(case: Case) -> Any:
    """Return the turn of the door where the company's own administrators count as well."""
    calls = company_of(case).conversations
    return _turn_by(case, calls[calls["dst_ip"] == world_of(case).cast.entered.ip], _TARGET)


def _shut(case: Case) -> Any:
    """Return the last that was let in, and the first denial after it: there the rule was changed back."""
    tries = _at_door(case, company_of(case).conversations)
    let_in = tries.loc[tries["decision"] == "allowed", "first"]
    after = tries.loc[(tries["decision"] == "denied") & (tries["first"] > let_in.max()), "first"]
    return (world_of(case).plot.port, let_in.max(), after.min()) if len(after) else NOT_HERE


def _first_denial(case: Case) -> _Turn:
    """Return the first denial instead of the last one before the turn."""
    port, _, first = _turned(case)
    tries = _at_door(case, company_of(case).conversations)
    return port, tries.loc[tries["decision"] == "denied", "first"].min(), first


def _of_records(case: Case) -> _Turn:
    """Return when the two records were written, instead of what their tuples say."""
    rows = _at_door(case, company_of(case).flows)
    let_in = rows[rows["decision"] == "allowed"].iloc[0]
    denied = rows[(rows["decision"] == "denied") & (rows["time"] < let_in["time"])].iloc[-1]
    return world_of(case).plot.port, denied["record_time"], let_in["record_time"]


RULE_OPENED = Exercise(
    name="rule_opened",
    level=2,
    skill="when a rule was opened, as far as decisions tell",
    ask="At one TCP port of one machine everybody outside the company was denied. Then the rules were "
    "changed, and addresses outside were let in. No flow log says when that is done: it happened between two "
    "decisions. Which port is it? When was the last attempt from outside that was denied there before the "
    "change, and when did the first connection from outside begin that was allowed there? Give the port and "
    "the two times in UTC, to the second.",
    kind=together(PORT, MOMENT, MOMENT),
    make=company_case,
    right=_turned,
    code="nsgkit.analyses.denied_then_allowed(nsgkit.query(conversations, 'src:outside', own=network), "
    "by=['dst_ip', 'dst_port', 'protocol']).iloc[0][['dst_port', 'last_denied_before', "
    "'first_allowed_after']]",
    slips=(
        Slip(
            "one-source",
            _one_source,
            "you followed one source, from its last denial to its first connection. Others tried the same "
            "port in between, and each of their decisions brings the two times nearer to each other.",
            _OPENED,
        ),
        Slip(
            "any-machine",
            _any_machine,
            "you took the port at all machines together. A rule can be for one of them: a denial at another "
            "says nothing about it.",
            "04-traffic-distribution.ipynb#Which-rules-carry-it",
        ),
        Slip(
            "insiders-too",
            _with_insiders,
            "the first connection of these came from inside the company. Another rule lets those in, and did "
            "so all the time.",
            "04-traffic-distribution.ipynb#Open-to-the-internet,-and-used",
        ),
        Slip(
            "shut-for-opened",
            _shut,
            "between these two the rule was changed back: the last that was let in, and the first denial "
            "after it. The question is about the change before.",
            "08-forensic-timeline.ipynb#What-the-intruder-did,-event-by-event",
        ),
        Slip(
            "first-denial",
            _first_denial,
            "you took the first denial. The port was still closed at every denial after it: the last one "
            "before the change says most.",
            _OPENED,
        ),
        Slip(
            "record-time",
            _of_records,
            "these are the times at which the records were written, up to a minute later. Each tuple has a "
            "time of its own.",
            "03-know-your-flow-log.ipynb#The-nesting",
        ),
    ),
    hints=(
        "Look at what came from outside, by machine and port: there is one with denials first, and a "
        "connection later.",
        "Take all sources at that port together: the last denial of any, and then the first connection of "
        "any.",
        "nsgkit.analyses.denied_then_allowed(…, by=['dst_ip', 'dst_port', 'protocol']) on what "
        "nsgkit.query(conversations, 'src:outside', own=network) keeps.",
    ),
    why="Decisions only enclose the change; who made it, and the very second, stand in the activity log.",
    see=_OPENED,
    share=SAME_COMPANY,
)
