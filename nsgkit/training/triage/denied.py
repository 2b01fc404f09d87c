"""The company's own machine among what was denied; and what was denied, as it was put in."""

from collections import Counter
from functools import lru_cache
from typing import Any

import pandas as pd

from nsgkit.sample.company.machines import by_address
from nsgkit.sample.logging.connections import Connection, logged
from nsgkit.sample.logging.defects import gap
from nsgkit.sample.moments import HOUR
from nsgkit.sample.scenes import incident, internet, office
from nsgkit.sample.world import World
from nsgkit.training.answers import ADDRESS, PORT, together
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.triage.played import played
from nsgkit.training.triage.told import SAME_COMPANY, company_case, company_of, entered, world_of

_PURPOSE = "05-denied-flow-triage.ipynb#What-for"
_LOOK = "05-denied-flow-triage.ipynb#What-needs-a-look"
_OUTCOMES = "06-suspicious-patterns.ipynb#How-a-finding-is-read"
_LATE = "03-know-your-flow-log.ipynb#Rows-that-show-less-than-they-seem-to"


@lru_cache(3)
def denied(world: World) -> tuple[Connection, ...]:
    """Return what was put in that a NIC denied, but for the hours that the logs have a hole in."""
    acted = (each for scene in (office, internet, incident) for each in played(scene, world))
    entries = (entry for each in acted for entry in logged(world, each) if not entry.allowed)
    hole = gap(world)
    return tuple(entry.connection for entry in entries if (entry.host, entry.ms // HOUR) not in hole)


def _own(world: World) -> Counter[tuple[str, int]]:
    """Return how often each of the company's own machines was denied at each port that it called."""
    own = by_address(world.nics)
    return Counter((each.src, each.dst_port) for each in denied(world) if each.src in own)


def _one_is_first(world: World) -> bool:
    """Return whether one of the own machines was denied more often than any other, and more than once.

    Which of the two workstations tries to send mail, and how often, is drawn: it may be a draw.
    """
    (_, most), (_, next_most) = [*_own(world).most_common(2), ("", 0), ("", 0)][:2]
    return most > max(next_most, 1)


def _own_denied(case: Case) -> tuple[str, int]:
    [(found, _)] = _own(world_of(case)).most_common(1)
    return found


def _most_common(table: pd.DataFrame, *columns: str) -> tuple[Any, ...]:
    """Return the values of these columns that are together in most rows; the first in order of equals."""
    counts = table.groupby([*columns], observed=True).size()
    return tuple(counts.index[int(counts.argmax())])


def _denied_rows(case: Case) -> pd.DataFrame:
    conversations = company_of(case).conversations
    return conversations[conversations["decision"] == "denied"]


def _loudest(case: Case) -> tuple[Any, ...]:
    """Return the source that was denied most often of all, and the port that it tried most."""
    rows = _denied_rows(case)
    return _most_common(rows[rows["src_ip"] == rows["src_ip"].mode()[0]], "src_ip", "dst_port")


def _knocked_at(case: Case) -> tuple[Any, ...]:
    """Return the own machine at which most attempts were denied, and the port that was tried most."""
    rows = _denied_rows(case)
    return _most_common(rows[rows["dst_ip"] == rows["dst_ip"].mode()[0]], "dst_ip", "dst_port")


def _answered_late(case: Case) -> tuple[Any, ...]:
    """Return the own machine to which most late answers came, and the port that they came from."""
    rows = _denied_rows(case)
    late = rows[(rows["src_port"] < 1024) & (rows["dst_port"] >= 1024)]
    return _most_common(late, "dst_ip", "src_port")


def _unanswered(case: Case) -> Any:
    """Return who inside most often called a port without an answer: it was allowed to."""
    if not entered(world_of(case)):
        return NOT_HERE
    calls, network = company_of(case).conversations, company_of(case).network
    silent = calls[calls["answered"].eq(False).fillna(False) & (calls["decision"] == "allowed")]
    return _most_common(silent[network.is_inside(silent["src_ip"])], "src_ip", "dst_port")


OWN_DENIED = Exercise(
    name="own_denied",
    level=2,
    skill="the company's own machine among what was denied",
    ask="Thousands of attempts from outside were denied. But the company's own machines were denied as well, "
    "when they called somebody, and one of them more often than any other. Which machine is it, and which "
    "port did it call? Give its address, and the destination port that it was denied at.",
    kind=together(ADDRESS, PORT),
    make=lambda rng: company_case(rng, _one_is_first),
    right=_own_denied,
    code="nsgkit.analyses.breakdown(nsgkit.query(conversations, 'denied src:inside', own=network), "
    "['src_ip', 'dst_port'], measure='denied').iloc[0][['src_ip', 'dst_port']]",
    slips=(
        Slip(
            "loudest-outsider",
            _loudest,
            "that is the loudest source of all, and it is none of the company's. Every public address is "
            "knocked at, by day and by night: look at sources inside.",
            _LOOK,
        ),
        Slip(
            "denied-at-as-denied",
            _knocked_at,
            "others were denied at that machine. It is their destination; the source is who was denied.",
            _PURPOSE,
        ),
        Slip(
            "late-answer-as-call",
            _answered_late,
            "those rows are late answers: from a service that the machine had called, to a port of the "
            "machine's own. They say nothing of what it may not call.",
            _LATE,
        ),
        Slip(
            "unanswered-as-denied",
            _unanswered,
            "nobody answered that machine, but no rule stopped it: those connections were allowed. It is "
            "worth a look of its own, as a scan.",
            _OUTCOMES,
        ),
    ),
    hints=(
        "Look at denied rows whose source is inside: they are few, and easily lost among the others.",
        "The source is who was denied. Leave out what outsiders sent, late answers among it.",
        "nsgkit.query(conversations, 'denied src:inside', own=network) has them; count by src_ip and "
        "dst_port.",
    ),
    why="A machine of yours that is denied is set up wrongly or taken over: a workstation that sends mail "
    "straight to the internet may be sending spam, and a few such rows are worth more than all the noise.",
    see=_LOOK,
    share=SAME_COMPANY,
)
