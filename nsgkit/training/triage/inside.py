"""How an intruder moves on inside: the first connection that was never there before."""

from itertools import chain
from random import Random
from typing import Any

import pandas as pd

from nsgkit.detections import new_edges
from nsgkit.sample.company.network import HOSTS
from nsgkit.sample.logging.connections import Connection
from nsgkit.sample.moments import MINUTE
from nsgkit.sample.scenes import incident, servers, shop
from nsgkit.sample.world import World
from nsgkit.training.answers import ADDRESS, MOMENT, together
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.triage.played import played
from nsgkit.training.triage.told import SAME_COMPANY, company_case, company_of, robbed, when, world_of

_MACHINES = frozenset(host.ip for host in HOSTS)
_MOVES = "06-suspicious-patterns.ipynb#Somebody-moves-on-inside"
_DOORS = "06-suspicious-patterns.ipynb#Somebody-looks-for-open-doors"


def _make(rng: Random) -> Case | None:
    """Draw a company in which the intruder is first with something new after the search.

    An administrator who happens to go to a machine for the first time just then would be first, and harmless.
    """
    case = company_case(rng, robbed)
    return case if case and _first_new(world_of(case)) in played(incident, world_of(case)) else None


def _made(world: World) -> list[Connection]:
    """Return what the machine that was entered opened to machines of the company, in the order of time."""
    acted = chain(played(shop, world), played(servers, world), played(incident, world))
    entered = world.cast.entered.ip
    return sorted(each for each in acted if each.src == entered and each.dst in _MACHINES)


def _search(world: World) -> list[Connection]:
    """Return the attempts of the search for file shares, in the order of time."""
    searched = frozenset(incident.sweep(world))
    return [each for each in played(incident, world) if each.dst in searched and each.lasts < MINUTE]


def _first_new(world: World) -> Connection:
    lasting = [each for each in _made(world) if each.lasts >= MINUTE]
    after = _search(world)[-1].start
    known = {each.dst for each in lasting if each.start <= after}
    return next(each for each in lasting if each.start > after and each.dst not in known)


def _told(connection: Connection) -> tuple[str, str, pd.Timestamp]:
    return connection.src, connection.dst, when(connection.start)


def _right(case: Case) -> tuple[str, str, pd.Timestamp]:
    return _told(_first_new(world_of(case)))


def _answered(case: Case) -> tuple[str, str, pd.Timestamp]:
    """Return the one attempt of the search that is answered: at the file server."""
    return _told(next(each for each in _search(world_of(case)) if each.back[0]))


def _habit(case: Case) -> Any:
    """Return the first connection after the search, whatever it is."""
    world = world_of(case)
    first = next(each for each in _made(world) if each.start > _search(world)[-1].start)
    return NOT_HERE if first == _first_new(world) else _told(first)


def _highest_score(case: Case) -> Any:
    """Return the edge that stands first in the findings; NOT_HERE where it is the one, by whatever moment."""
    known = company_of(case)
    found = new_edges(known.conversations, network=known.network).iloc[0]
    src, dst, moment = found["src_ip"], found["dst_ip"], found["first"]
    return NOT_HERE if (src, dst) == _right(case)[:2] and moment <= _right(case)[2] else (src, dst, moment)


LATERAL = Exercise(
    name="lateral",
    level=3,
    skill="the first step on inside",
    ask="One machine of the company looked for one port at many addresses of a subnet within minutes, and "
    "almost nothing answered. Later it went on to a machine of the company that was new to it. Count "
    "connections that last at least one minute, that begin after the search's last attempt, and whose "
    "destination it had no connection of that length to before. Give the source, the destination and the "
    "beginning of the first of them (UTC, to the second).",
    kind=together(ADDRESS, ADDRESS, MOMENT),
    make=_make,
    right=_right,
    code='nsgkit.detections.new_edges(conversations.query("duration >= 60"), network=network, since='
    'nsgkit.detections.horizontal_scans(conversations, network=network)["last"].iloc[0])'
    '.sort_values("first").iloc[0][["src_ip", "dst_ip", "first"]]',
    slips=(
        Slip(
            "search-as-contact",
            _answered,
            "that is still the search: one of its attempts was answered, for less than a second. What counts "
            "here comes after it, and lasts.",
            _DOORS,
        ),
        Slip(
            "attempt-as-contact",
            lambda case: _told(_search(world_of(case))[0]),
            "that is the search's first attempt, at an address where nothing answered. An attempt is no "
            "contact.",
            _DOORS,
        ),
        Slip(
            "habit-as-new",
            _habit,
            "that connection is the first after the search, but no news: the same two machines had to do "
            "with each other long before.",
            _MOVES,
        ),
        Slip(
            "score-as-time",
            _highest_score,
            "that edge is new, and stands first by its score. A score says how odd an edge is, and not which "
            "came first: sort by time.",
            _MOVES,
        ),
        Slip(
            "swapped-ends",
            lambda case: (_right(case)[1], _right(case)[0], _right(case)[2]),
            "you swapped the ends: the source is who opened it, and the row of the other NIC names the same "
            "source.",
            "03-know-your-flow-log.ipynb#One-connection,-seen-at-both-ends",
        ),
    ),
    hints=(
        "Find the search first: one source, one port, many destinations. Then look at what the same source "
        "opened next.",
        "Leave out what lasts under a minute, and every destination that it had such a connection with "
        "before.",
        "nsgkit.detections.new_edges with since= the end of the search, on the conversations that last: sort "
        "by first.",
    ),
    why="Who looks for a service uses it next: the first new edge tells where to go on looking.",
    see=_MOVES,
    share=SAME_COMPANY,
)
