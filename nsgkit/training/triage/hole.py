"""Hours for which a NIC has no blob: which they are, and what can be told of them all the same."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pandas as pd

from nsgkit.sample.company.network import HOSTS
from nsgkit.training.answers import ADDRESSES, MOMENT, WHOLE, Kind, choice, together
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.given import UNKNOWN
from nsgkit.training.triage.elsewhere import hidden, in_hours, is_plain, seen_sending
from nsgkit.training.triage.told import SAME_COMPANY, company_case, company_of, when, world_of

_HOURS = "02-get-your-flow-logs.ipynb#Which-hours-there-are"
_KINDS = "02-get-your-flow-logs.ipynb#The-kinds-of-missing-hours"
_HOLES = "04-traffic-distribution.ipynb#Holes,-and-what-is-counted-wrong"
_LEFT_OUT = "03-know-your-flow-log.ipynb#What-a-flow-log-leaves-out"
_BOTH_ENDS = "03-know-your-flow-log.ipynb#One-connection,-seen-at-both-ends"
_ONE = pd.Timedelta("1h")

Hours = tuple[pd.Timestamp, int]  # the first of them, and how many they are


def _oddity(case: Case, kind: str) -> Mapping[str, Any]:
    found: list[Mapping[str, Any]] = case.facts["truth"]["oddities"]
    return next(each for each in found if each["kind"] == kind)


def _hole(case: Case) -> Hours:
    hours = _oddity(case, "gap")["hours"]
    return pd.Timestamp(hours[0]), len(hours)


def _not_logged_yet(case: Case) -> Hours:
    """Return the hours before the first blob of the NIC whose log was switched on late."""
    begin = pd.Timestamp(case.facts["truth"]["span"]["first"])
    return begin, (pd.Timestamp(_oddity(case, "switched on late")["first"]).floor("h") - begin) // _ONE


def _growing(case: Case) -> Hours:
    world = world_of(case)
    return when(world.at(world.oddities.copied)).floor("h"), 1


def _quiet(case: Case) -> Any:
    """Return the one hour of a NIC's blob with the fewest rows; none where two have as few, or it was cut."""
    fewest = company_of(case).blobs.nsmallest(2, "rows")
    hour = fewest["hour"].iloc[0], 1
    return NOT_HERE if fewest["rows"].nunique() == 1 or hour == _growing(case) else hour


def _silence(case: Case) -> Any:
    """Return the hole as if it began with the first minute without a row of the NIC."""
    begin, hours = _hole(case)
    times = company_of(case).flows.loc[company_of(case).flows["mac"] == _oddity(case, "gap")["mac"], "time"]
    last = times[times < begin].max().floor("min") + pd.Timedelta("1min")
    return (last, hours) if last < begin else NOT_HERE


HOLE = Exercise(
    name="hole",
    level=1,
    skill="hours that nobody can tell",
    ask="The log of one NIC has a hole: hours between its first blob and its last for which it has none. "
    "When does the first of these hours begin (UTC), and how many are they? Give the time and the number, "
    "such as ('2025-03-04 10:00', 5).",
    kind=together(MOMENT, WHOLE),
    make=company_case,
    right=_hole,
    code='nsgkit.analyses.coverage_gaps(logs.blobs)[["start", "hours"]]',
    slips=(
        Slip(
            "not-logged-yet",
            _not_logged_yet,
            "these hours lie before a NIC's first blob: its flow log was switched on later. A hole has blobs "
            "before it and after it.",
            _KINDS,
        ),
        Slip(
            "growing-as-missing",
            _growing,
            "that hour has a blob. It was copied before the hour was over, so a part of it is here.",
            _KINDS,
        ),
        Slip(
            "quiet-as-missing",
            _quiet,
            "that hour has a blob, with few rows in it. A quiet hour is known; a missing one is not.",
            _HOURS,
        ),
        Slip(
            "silence-as-hole",
            _silence,
            "you began where the rows end. A record is written up to a minute after its tuples, and lies in "
            "the blob of the hour in which it was written: ask which blobs there are, by whole hours.",
            _HOLES,
        ),
        Slip(
            "edge-as-hole",
            lambda case: (_hole(case)[0] - _ONE, _hole(case)[1] + 1),
            "you began with the last hour that has a blob. That one is here, and can be read.",
            _HOLES,
        ),
    ),
    hints=(
        "Look at the blobs, not at the rows: each is one hour of one NIC.",
        "A hole has a blob of the same NIC before it and after it; the last hour of a copy may be cut short.",
        "nsgkit.analyses.coverage_gaps(logs.blobs) has start, end and hours of each.",
    ),
    why="Say first for which hours nothing is known: no finding, and no all-clear, holds for them.",
    see=_HOLES,
    share=SAME_COMPANY,
)


def _unknown_as_a_whole(kind: Kind) -> Kind:
    """Return a kind of several answers of which the first may be unknown: then all of it is."""

    def read(given: Any) -> Any:
        answer = kind.read(given)
        return UNKNOWN if answer[0] == UNKNOWN else answer

    return replace(kind, read=read)


def _with_machine(rng: Random) -> Case | None:
    """Draw a company, and name the machine whose log has the hole."""
    if (case := company_case(rng, is_plain)) is None:
        return None
    world = world_of(case)
    host = hidden(world)[0]
    named = {"name": host.name, "address": host.ip, "mac": host.mac, "hours": in_hours(world)}
    return replace(case, facts={**case.facts, "seen": seen_sending(world)}, asked=named)


def _alive(case: Case) -> Any:
    return ("up", case.facts["seen"]) if case.facts["seen"] else UNKNOWN


def _rows_elsewhere(case: Case) -> pd.DataFrame:
    """Return the rows of other NICs that have the machine at one end."""
    flows, address = company_of(case).flows, case.asked["address"]
    ends = (flows["src_ip"] == address) | (flows["dst_ip"] == address)
    found: pd.DataFrame = flows[ends & (flows["mac"] != case.asked["mac"])]
    return found


def _at_any_hour(case: Case) -> Any:
    """Return who saw the machine at any hour of the two days."""
    rows = _rows_elsewhere(case)
    return "up", sorted({*rows["src_ip"], *rows["dst_ip"]} - {case.asked["address"]})


def _others_went_on(case: Case) -> Any:
    """Return all other machines whose NICs wrote rows in the hours of the hole."""
    hid, begin, end = hidden(world_of(case))
    times = company_of(case).flows["time"].astype("datetime64[ms, UTC]").astype("int64")
    logging = {*company_of(case).flows.loc[times.between(begin, end, inclusive="left"), "mac"]}
    return "up", sorted(host.ip for host in HOSTS if host.mac in logging and host is not hid)


def _unless_right(answer: Any) -> Any:
    """Return a slip's answer where it is another one than the right one."""

    def led(case: Case) -> Any:
        found, right = answer(case), _alive(case)
        same = right != UNKNOWN and [*found[1]] == [*right[1]]
        return NOT_HERE if same else found

    return led


ALIVE_IN_HOLE = Exercise(
    name="alive_in_hole",
    level=2,
    skill="what others saw",
    ask="The log of {name}, {address}, has a hole: hours between its first blob and its last for which it "
    "has none. Was the machine up at any time in these hours? It was up where rows of those hours, at the "
    "NICs of other machines, count bytes that it sent. Give up or off, and the addresses of the machines at "
    "whose NICs these rows were written, such as ('up', ['10.8.0.4', '10.8.0.5']); or 'unknown' alone where "
    "nothing tells it.",
    kind=_unknown_as_a_whole(together(choice("up", "off"), ADDRESSES)),
    make=_with_machine,
    right=_alive,
    code='("up", saw) if (saw := {*(rows := nsgkit.query(flows, "-nic:{mac} {hours} (src:{address} '
    'bytes_src_to_dst>0 or dst:{address} bytes_dst_to_src>0)"))["src_ip"], *rows["dst_ip"]} - {"{address}"}) '
    "else None",
    slips=(
        Slip(
            "no-rows-as-off",
            lambda _case: ("off", []),
            "you took a missing log for a machine that stood still. That nothing was written down is no sign "
            "that nothing was there.",
            _LEFT_OUT,
        ),
        Slip(
            "own-log-only",
            lambda case: UNKNOWN if case.facts["seen"] else NOT_HERE,
            "its own log cannot tell. But a connection between two logged machines is written down at both "
            "ends: look at the other ones.",
            _BOTH_ENDS,
        ),
        Slip(
            "other-hours",
            _unless_right(_at_any_hour),
            "these machines saw it at some time in the two days. Keep the rows of the missing hours.",
            _HOLES,
        ),
        Slip(
            "others-went-on",
            _unless_right(_others_went_on),
            "these NICs wrote rows in those hours. That others went on says nothing of this machine: keep "
            "the rows that have it at one end.",
            _BOTH_ENDS,
        ),
    ),
    hints=(
        "Look at the rows of the missing hours that were written at other NICs.",
        "A machine that sends is there: as a source that calls, or as a destination that answers.",
        "nsgkit.query(flows, 'ip:… -nic:… from:… until:…') keeps such rows; then look who sent.",
    ),
    why="A missing log is not a missing machine: whom it dealt with may have written it down, or nobody.",
    see=_BOTH_ENDS,
    share=SAME_COMPANY,
)
