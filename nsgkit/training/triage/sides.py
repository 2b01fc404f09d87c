"""What a flow log can show, and what it cannot: nine claims about a company."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from nsgkit.sample.randomness import pick, shuffled
from nsgkit.sample.world import World
from nsgkit.training.answers import choice, together
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.triage.beyond import BEYOND
from nsgkit.training.triage.claims import OPEN, RULED_OUT, SETTLED, SHOWN, Claim
from nsgkit.training.triage.elsewhere import is_plain
from nsgkit.training.triage.told import SAME_COMPANY, company_case, world_of

_LEFT_OUT = "03-know-your-flow-log.ipynb#What-a-flow-log-leaves-out"
_BLIND = "08-forensic-timeline.ipynb#False-alarms-and-blind-spots"
_STATES = "03-know-your-flow-log.ipynb#Begin,-continuing,-end"
_RIGHT = "04-traffic-distribution.ipynb#Counting-right"
_HOURS = "02-get-your-flow-logs.ipynb#Which-hours-there-are"
_NUMBER = 9
_VERDICT = choice(SHOWN, RULED_OUT, OPEN)

# Mistakes with one claim: what to say of each, and where it is taught.
_ONE_CLAIM = {
    "end-row-as-total": (
        "the bytes of one claim are too few. Counters are increments: add up all rows.",
        _STATES,
    ),
    "every-view": (
        "the bytes of one claim are there twice: both NICs wrote the connection down. Count one view.",
        _RIGHT,
    ),
    "direction-as-data-flow": (
        "one claim is about bytes that were sent, and you took those that came back. Who calls need not be "
        "who sends.",
        _STATES,
    ),
    "begin-as-whole": (
        "one claim is about a connection that is still there. It lasts from its begin row to its last one: "
        "compare both with the other's begin.",
        _STATES,
    ),
    "begin-of-a-denial": (
        "one claim is about ports that were tried, and you read their state. An NSG log writes B behind the "
        "decision D, too.",
        "03-know-your-flow-log.ipynb#Denied,-in-both-families",
    ),
    "no-rows-as-off": (
        "one claim is about a machine whose log has a hole, and you took the hole for its silence. Look what "
        "other NICs wrote about it in those hours, if anything.",
        _HOURS,
    ),
    "content-known": (
        "one claim is about what was carried. A log has addresses, ports and counters, and no content.",
        _LEFT_OUT,
    ),
    "address-as-person": ("one claim is about a person. An address does not say who used it.", _LEFT_OUT),
    "icmp-is-logged": ("one claim is about pings. ICMP leaves nothing in either family of logs.", _LEFT_OUT),
    "sent-as-kept": (
        "one claim is about what became of data after it had arrived. No row tells that.",
        _LEFT_OUT,
    ),
    "addresses-as-one-hand": (
        "one claim is about who is behind addresses. That they want the same in one night is a reason to "
        "suspect it, and no more.",
        _BLIND,
    ),
    "allowed-as-logged-in": (
        "one claim is about a password. Rows tell that a connection was let through, and its size; what was "
        "said in it they do not hold.",
        _LEFT_OUT,
    ),
    "name-as-purpose": (
        "one claim is about why a rule was made. Its name is what somebody typed; what came after it need "
        "not be its reason.",
        _BLIND,
    ),
    "port-as-application": (
        "one claim is about an application. A port is a number, and any program may use it.",
        _LEFT_OUT,
    ),
    "no-rows-as-no-traffic": (
        "one claim is about connections that only the NIC with the hole would have written down. That there "
        "is no row of them means nothing.",
        _HOURS,
    ),
    "first-row-as-first-time": (
        "one claim is about the time before these logs. Their first row of an address is not its first call.",
        "08-forensic-timeline.ipynb#What-is-there",
    ),
}  # fmt: skip


def _drawn(world: World, rng: Random) -> list[Claim]:
    """Return nine claims: one of each sort that rows may settle, and five that no flow log can."""
    settled = [pick(rng, [*sort(world)]) for sort in SETTLED]
    beyond = [pick(rng, [*sort(world)]) for sort in shuffled(rng, BEYOND)[: _NUMBER - len(settled)]]
    return shuffled(rng, [*settled, *beyond])


def _make(rng: Random) -> Case | None:
    """Draw a company, and nine claims about it; the call that judges them is put together of theirs."""
    if (case := company_case(rng, is_plain)) is None:
        return None
    claims = _drawn(world_of(case), rng)
    listed = "\n".join(f"({number}) {claim.text}" for number, claim in enumerate(claims, 1))
    told = {"claimed": claims, "calls": ", ".join(claim.call for claim in claims)}
    return replace(case, facts={**case.facts, **told}, asked={"claims": listed})


def _each(verdict: Callable[[Claim], str]) -> Callable[[Case], Any]:
    """Return what a case's claims are judged to be, in their order."""
    return lambda case: tuple(verdict(claim) for claim in case.facts["claimed"])


def _wrong_with(mistake: str) -> Callable[[Case], Any]:
    """Return all verdicts, of which one is as this mistake makes it."""
    judged = _each(lambda claim: claim.wrong if claim.mistake == mistake else claim.verdict)

    def led(case: Case) -> Any:
        made = any(claim.mistake == mistake for claim in case.facts["claimed"])
        return judged(case) if made else NOT_HERE

    return led


BOTH_SIDES = Exercise(
    name="both_sides",
    level=3,
    skill="what a flow log can show",
    ask="Somebody claims nine things about this company:\n{claims}\nWhat do its logs say to each? Shown: "
    "rows show that it is so. Ruled out: rows show that it is not so. Open: they can show neither, however "
    "likely it is. (A hole is the hours between a NIC's first blob and its last for which it has none.) "
    "Give nine answers in this order; their first letters are enough.",
    kind=together(*[_VERDICT] * _NUMBER),
    make=_make,
    right=_each(lambda claim: claim.verdict),
    code='[{True: "shown", False: "ruled out", None: "open"}[so] for so in ({calls})]',
    slips=(
        *(Slip(name, _wrong_with(name), *taught) for name, taught in _ONE_CLAIM.items()),
        Slip(
            "conclusions-as-facts",
            _each(lambda claim: SHOWN if claim.verdict == OPEN else claim.verdict),
            "you took likely things for facts. Rows hold addresses, ports, times and counters: ask of each "
            "claim which row says it.",
            _BLIND,
        ),
        Slip(
            "nothing-can-be-told",
            _each(lambda _claim: OPEN),
            "you were too careful. Sizes, times and decisions stand in the rows: some of these claims can be "
            "settled by them.",
            _LEFT_OUT,
        ),
    ),
    hints=(
        "Sort the claims first: some speak of addresses, ports, times, bytes and decisions alone.",
        "Content, people, programs, reasons, pings and hours without a blob are in no row.",
        "nsgkit.query(conversations, 'src:… dst:…') has the rows of the rest: bytes, first, last, decision.",
    ),
    why="A report that keeps facts, refutations and conclusions apart stands, also when somebody attacks it.",
    see=_LEFT_OUT,
    share=SAME_COMPANY,
)
