"""Exercises on scans: who tried many ports of one machine, and who tried one port of many machines."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from nsgkit.detections.scans.vertical import vertical_scans
from nsgkit.sample.company.network import SCANNER
from nsgkit.sample.logging.connections import Connection
from nsgkit.sample.scenes import incident
from nsgkit.training.answers import ADDRESS, WHOLE, amount, together
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.triage.played import played
from nsgkit.training.triage.told import SAME_COMPANY, company_case, company_of, entered, world_of

_SCANS = "06-suspicious-patterns.ipynb#Somebody-looks-for-open-doors"
_NOISE = "05-denied-flow-triage.ipynb#What-for"
_COUNTING = "04-traffic-distribution.ipynb#Counting-right"
_ENDS = "03-know-your-flow-log.ipynb#One-connection,-seen-at-both-ends"
_OUTCOMES = "06-suspicious-patterns.ipynb#How-a-finding-is-read"

Scan = tuple[str, int, float]  # who, how many, and the seconds from the first attempt to the last


def _seconds(attempts: Iterable[Connection]) -> float:
    """Return the seconds from the beginning of the first to that of the last."""
    starts = [attempt.start for attempt in attempts]
    return (max(starts) - min(starts)) / 1_000


def _span(times: "pd.Series[Any]") -> float:
    return float((times.max() - times.min()).total_seconds())


def _at_the_machine(case: Case) -> list[Connection]:
    """Return what the lookout tried at the machine whose ports it goes through."""
    cast = world_of(case).cast
    story = played(incident, world_of(case))
    return [each for each in story if (each.src, each.dst) == (cast.lookout, cast.entered.ip)]


def _ports(case: Case) -> Scan:
    tried = _at_the_machine(case)
    return tried[0].src, len({each.dst_port for each in tried}), _seconds(tried)


def _tries_as_ports(case: Case) -> Scan:
    tried = _at_the_machine(case)
    return tried[0].src, len(tried), _seconds(tried)


def _burst_alone(case: Case) -> Scan:
    """Return the scan without the knock that came before it: each port at its last attempt."""
    tried = {each.dst_port: each for each in _at_the_machine(case)}
    return _ports(case)[0], len(tried), _seconds(tried.values())


def _first_found(case: Case) -> Scan:
    """Return the first scan of the list, which is the company's own."""
    found = vertical_scans(company_of(case).conversations, network=company_of(case).network).iloc[0]
    return str(found["src_ip"]), int(found["ports"]), (found["last"] - found["first"]).total_seconds()


def _slow_noise(case: Case) -> Any:
    """Return the outsider who tried most ports of one machine in all of the time, though a few an hour."""
    rows, network = company_of(case).conversations, company_of(case).network
    rows = rows[(rows["decision"] == "denied") & ~network.is_inside(rows["src_ip"])]
    ports = rows.groupby(["src_ip", "dst_ip"], observed=True)["dst_port"].nunique()
    source, machine = ports.index[int(ports.argmax())]
    if source == world_of(case).cast.lookout:
        return NOT_HERE
    tried = rows[(rows["src_ip"] == source) & (rows["dst_ip"] == machine)]
    return source, int(ports.max()), _span(tried["first"])


VERTICAL = Exercise(
    name="vertical",
    level=2,
    skill="many ports of one machine",
    ask="An address outside the company tried more different ports of one machine within five minutes than "
    "any other address outside. Which address is it, how many different ports of that machine did it try in "
    "all, and how many seconds lie between its very first attempt at that machine and its last? Give the "
    "address and two numbers; of the seconds, within ten per cent is near enough.",
    kind=together(ADDRESS, WHOLE, amount(0.1)),
    make=company_case,
    right=_ports,
    code="nsgkit.detections.vertical_scans(conversations, network=network).assign(seconds=lambda found: "
    "(found['last'] - found['first']).dt.total_seconds())[lambda found: ~network.is_inside(found['src_ip'])]"
    ".iloc[0][['src_ip', 'ports', 'seconds']]",
    slips=(
        Slip(
            "own-scanner",
            _first_found,
            "that is the company's own vulnerability scanner, at the machine that it tries most ports of. It "
            "is the larger scan, but it comes from inside, and somebody ordered it.",
            _SCANS,
        ),
        Slip(
            "attempts-as-ports",
            _tries_as_ports,
            "you counted attempts. It came back to a port that it had tried before: count each port a "
            "single time.",
            _COUNTING,
        ),
        Slip(
            "burst-alone",
            _burst_alone,
            "you measured the burst alone. The same source had been at this machine before: look at all that "
            "it ever tried there.",
            _SCANS,
        ),
        Slip(
            "noise-as-scan",
            _slow_noise,
            "that one has collected many ports in all of the time, a few in an hour, as the internet's noise "
            "does. Look at short windows.",
            _NOISE,
        ),
    ),
    hints=(
        "Look at denied attempts by source and destination, and at how many different ports there are within "
        "minutes.",
        "A port counts once, however often it was tried. The company's own scanner is inside.",
        "nsgkit.detections.vertical_scans(conversations, network=network) has a row for each pair, with "
        "ports, first and last.",
    ),
    why="A scan of one machine is seldom the first sign of its source: what it did before the burst tells "
    "what it was after.",
    see=_SCANS,
    share=SAME_COMPANY,
)


def _sweep(case: Case) -> list[Connection]:
    """Return the search through the data subnet."""
    world = world_of(case)
    begin, end = world.at(world.plot.times.horizontal_scan), world.at(world.plot.times.to_files)
    targets = frozenset(incident.sweep(world))
    return [each for each in played(incident, world) if each.dst in targets and begin <= each.start < end]


def _silent(case: Case) -> Scan:
    tried = [each for each in _sweep(case) if each.back == (0, 0)]
    return tried[0].src, len({each.dst for each in tried}), _seconds(tried)


def _all_tried(case: Case) -> Scan:
    tried = _sweep(case)
    return tried[0].src, len({each.dst for each in tried}), _seconds(tried)


def _called(case: Case, table: pd.DataFrame) -> pd.DataFrame:
    """Return what of a table the machine that searched sent to the port that it searched for."""
    one = _sweep(case)[0]
    return table[(table["src_ip"] == one.src) & (table["dst_port"] == one.dst_port)]


def _views_as_addresses(case: Case) -> Scan:
    calls = _called(case, company_of(case).conversations)
    return _silent(case)[0], len(calls), _span(calls["first"])


def _rows_as_addresses(case: Case) -> Scan:
    calls = _called(case, company_of(case).flows)
    return _silent(case)[0], len(calls), _span(calls["time"])


def _scanner(case: Case) -> Scan:
    """Return the company's scanner, the machines that it tried, and how long it took."""
    calls = company_of(case).conversations
    calls = calls[calls["src_ip"] == SCANNER]
    return SCANNER, calls["dst_ip"].nunique(), _span(calls["first"])


HORIZONTAL = Exercise(
    name="horizontal",
    level=2,
    skill="one port of many machines",
    ask="One machine inside the company tried the same port of more addresses within five minutes than "
    "any other machine, and hardly anybody answered. Which machine is it, how many different addresses did "
    "it try at that port without an answer, and how many seconds lie between the beginnings of the first and "
    "the last of these attempts? Give its address and two numbers; of the seconds, within ten per cent is "
    "near enough.",
    kind=together(ADDRESS, WHOLE, amount(0.1)),
    make=lambda rng: company_case(rng, entered),
    right=_silent,
    code="nsgkit.detections.horizontal_scans(conversations, network=network).assign(seconds=lambda found: "
    "(found['last'] - found['first']).dt.total_seconds()).iloc[0][['src_ip', 'targets', 'seconds']]",
    slips=(
        Slip(
            "answered-as-failed",
            _all_tried,
            "you counted every address that it tried. Where somebody answered, it did not fail: look at what "
            "came back.",
            _OUTCOMES,
        ),
        Slip(
            "views-as-addresses",
            _views_as_addresses,
            "you counted conversations. Some stand there a second time, as the NIC at the other end saw "
            "them, and some were answered.",
            _ENDS,
        ),
        Slip(
            "rows-as-addresses",
            _rows_as_addresses,
            "you counted rows. Each attempt has a begin row and an end row, and at some addresses there is a "
            "second NIC that logs.",
            _COUNTING,
        ),
        Slip(
            "own-scanner",
            _scanner,
            "that is the company's own vulnerability scanner. It tries many ports of a few machines, which "
            "is the other kind of scan, and somebody ordered it.",
            _SCANS,
        ),
        Slip(
            "other-kind-of-scan",
            _ports,
            "that one is outside, and tried many ports of a single machine.",
            _SCANS,
        ),
    ),
    hints=(
        "Look at sources inside, port by port, and at how many different addresses they called within "
        "minutes.",
        "Allowed is not answered: it failed where no packet came back. An address counts once.",
        "nsgkit.detections.horizontal_scans(conversations, network=network) has a row for each source and "
        "port, with targets, first and last.",
    ),
    why="No rule stops a scan inside: that nobody answers is all that the log shows of it, and the addresses "
    "that did answer are where the intruder goes next.",
    see=_SCANS,
    share=SAME_COMPANY,
)
