"""Rows that are judged wrongly: late answers that look like an attack, and begins that nothing follows."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from nsgkit.sample.company.network import DEMOVM, OFFICE
from nsgkit.sample.logging.connections import Connection, Entry, logged, stateless
from nsgkit.sample.logging.records import minutes
from nsgkit.sample.scenes import internet
from nsgkit.sample.world import World
from nsgkit.training.answers import WHOLE, choice, several, together
from nsgkit.training.exercise import Case, Exercise, Slip
from nsgkit.training.given import UNKNOWN
from nsgkit.training.triage.played import played
from nsgkit.training.triage.told import SAME_COMPANY, company_case, company_of, world_of

_LESS = "03-know-your-flow-log.ipynb#Rows-that-show-less-than-they-seem-to"
_LEFT_OUT = "03-know-your-flow-log.ipynb#What-a-flow-log-leaves-out"
_EMPTY = "03-know-your-flow-log.ipynb#Empty,-and-zero"
_DENIED = "03-know-your-flow-log.ipynb#Denied,-in-both-families"
_ANSWERS, _ATTACK, _SCAN = "late answers", "attack on a web server", "port scan"
_SILENCE, _VISITS, _DENIALS, _CALLS = (
    "unanswered scan",
    "answered visits",
    "denied attempts",
    "outbound calls",
)
_READINGS = (_CALLS, _SILENCE, _DENIALS, _VISITS)
_OPEN = (_SILENCE, _VISITS)


def _without_address(rng: Random) -> Case | None:
    case = company_case(rng)
    return replace(case, asked={"machines": " and ".join(host.ip for host in OFFICE)}) if case else None


def _leftovers(case: Case) -> list[Connection]:
    """Return what came from outside to the workstations, as it was put in: nothing else does."""
    addresses = {host.ip for host in OFFICE}
    return [each for each in played(internet, world_of(case)) if each.dst in addresses]


def _sources(case: Case) -> int:
    return len({each.src for each in _leftovers(case)})


def _each_machine(case: Case) -> int:
    """Return how many there are where an address counts at each machine that it came to."""
    return len({(each.src, each.dst) for each in _leftovers(case)})


def _all_denied(case: Case) -> int:
    """Return from how many outside addresses anything inbound was denied, anywhere in the company."""
    flows, network = company_of(case).flows, company_of(case).network
    denied = flows[(flows["decision"] == "denied") & (flows["direction"] == "inbound")]
    return int(denied.loc[~network.is_inside(denied["src_ip"]), "src_ip"].nunique())


SNAT = Exercise(
    name="snat",
    level=3,
    skill="inbound rows at a machine without a public address",
    ask="The workstations {machines} have no public address: they go out through a shared one (SNAT). All "
    "the same, their NSG denied inbound rows from outside the company. What are these rows: "
    f"{_ANSWERS}, an {_ATTACK}, or a {_SCAN}? And from how many different outside addresses do they come, at "
    f"both machines together? Give the words and the number, such as ('{_SCAN}', 12).",
    kind=together(choice(_ANSWERS, _ATTACK, _SCAN), WHOLE),
    make=_without_address,
    right=lambda case: (_ANSWERS, _sources(case)),
    code="('late answers', nsgkit.analyses.late_answers(logs)['src_ip'].nunique())",
    slips=(
        Slip(
            "source-port-as-service",
            lambda case: (_ATTACK, _sources(case)),
            "443 is their source port. The service is at the other end, and the machine called it itself.",
            _LESS,
        ),
        Slip(
            "answers-as-scan",
            lambda case: (_SCAN, _sources(case)),
            "the ports differ from row to row, but each source is one that the machine itself called, at the "
            "very port from which these rows come.",
            _LESS,
        ),
        Slip(
            "rows-for-addresses",
            lambda case: (_ANSWERS, len(_leftovers(case))),
            "you counted rows. Some addresses come more than once.",
            _LESS,
        ),
        Slip(
            "counted-at-each-machine",
            lambda case: (_ANSWERS, _each_machine(case)),
            "you added up both machines. Some addresses come to both of them.",
            _LESS,
        ),
        Slip(
            "everything-denied",
            lambda case: (_ANSWERS, _all_denied(case)),
            "you counted all who were denied anywhere. Machines with a public address are probed by "
            "strangers, and that is something else.",
            "05-denied-flow-triage.ipynb#What-for",
        ),
    ),
    hints=(
        "Look at the source port of these rows, and at whom the same machine called on that port.",
        "From a service's port to a high port, and from an address that the machine called itself: an answer "
        "that came when the connection was over.",
        "nsgkit.analyses.late_answers(logs) has them by machine and address, and how often each was called.",
    ),
    why="Nobody calls a machine without a public address from the internet: look who called whom first.",
    see=_LESS,
    share=SAME_COMPANY,
)


def _begun(world: World) -> Iterator[Entry]:
    """Yield what is logged without state, as the records have it: the demo machine's visits."""
    visits = [each for each in played(internet, world) if each.dst == DEMOVM.ip]
    entries = [entry for each in visits for entry in logged(world, each)]
    kept = [each for each in entries if each.allowed and stateless(each.host, each.rule)]
    for lines in minutes(world, kept).values():
        yield from (line.entry for line in lines if line.entry)


def _without_state(rng: Random) -> Case | None:
    case = company_case(rng)
    if case is None:
        return None
    begun = [*_begun(world_of(case))]
    asked = {"machine": begun[0].host.ip, "rule": begun[0].rule}
    return replace(case, facts={**case.facts, "begun": len(begun)}, asked=asked)


def _with(size: object, *readings: str) -> Any:
    """Return what answers with the right number, this size and these readings."""
    return lambda case: (case.facts["begun"], size, readings)


def _every_begin(case: Case) -> tuple[int, str, tuple[str, ...]]:
    """Count every inbound row at the machine that says B: the denied ones say it as well."""
    flows = company_of(case).flows
    here = (flows["dst_ip"] == case.asked["machine"]) & (flows["direction"] == "inbound")
    return int((here & (flows["state"] == "begin")).sum()), UNKNOWN, _OPEN


STATELESS = Exercise(
    name="stateless",
    level=3,
    skill="begins that nothing follows",
    ask="What the rule {rule} let in to {machine} has begin rows and nothing more: no continuing row, no "
    "end, no counter. How many connections began under it? How many bytes did they carry? And which of these "
    f"could leave such rows, if nothing else is known: {', '.join(_READINGS)}? Give all three, such as "
    f"(12, 4500, ['{_DENIALS}']).",
    kind=together(WHOLE, WHOLE, several(*_READINGS)),
    make=_without_state,
    right=_with(UNKNOWN, *_OPEN),
    code="((begun := conversations[conversations['stateless']])['counted_by'].count(), "
    "begun['bytes_src_to_dst'].sum(min_count=1), ['unanswered scan', 'answered visits'])",
    slips=(
        Slip(
            "unknown-as-zero",
            _with(0, *_OPEN),
            "the fields are empty, and you took that for nothing carried. Nobody counted.",
            _EMPTY,
        ),
        Slip(
            "stateless-as-scan",
            _with(UNKNOWN, _SILENCE),
            "you decided that nobody replied. Under this rule nothing is logged after the begin, whatever "
            "came of it.",
            _LEFT_OUT,
        ),
        Slip(
            "stateless-as-scan",
            _with(0, _SILENCE),
            "you took begins without ends for attempts that carried nothing. Under this rule nothing is "
            "logged after the begin, and nobody counted.",
            _LEFT_OUT,
        ),
        Slip(
            "begin-as-success",
            _with(UNKNOWN, _VISITS),
            "you decided that the machine replied. A begin row says that the rule let a first packet in.",
            _LEFT_OUT,
        ),
        Slip(
            "no-end-as-denied",
            _with(UNKNOWN, *_OPEN, _DENIALS),
            "the decision of these rows is allowed: what the rule turned away would say so.",
            _DENIED,
        ),
        Slip(
            "denied-as-begun",
            _every_begin,
            "you counted every B at this machine. Attempts that were denied say B as well.",
            _DENIED,
        ),
    ),
    hints=(
        "Look at the states and the counters under this rule, and compare them with another rule's.",
        "A rule can be logged without state: then a begin is all there is, with or without a reply. What is "
        "not counted is not known.",
        "conversations[conversations['stateless']] has them; .sum(min_count=1) of no counters is no number.",
    ),
    why="A begin without an end is no sign of a scan where the rule is logged without state.",
    see=_LEFT_OUT,
    share=SAME_COMPANY,
)
