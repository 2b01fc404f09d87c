"""Whether anybody got in at all, and who: in about half of these companies nobody did."""

from collections.abc import Callable
from random import Random

from nsgkit.sample.randomness import chance_of
from nsgkit.training.answers import ADDRESS, choice, together
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.given import UNKNOWN
from nsgkit.training.triage.told import company_case, entered, fact, facts, robbed, world_of

_GUESSES = "06-suspicious-patterns.ipynb#Somebody-guesses-a-password"
_OPENED = "06-suspicious-patterns.ipynb#A-door-was-opened"
_SCANS = "06-suspicious-patterns.ipynb#Somebody-looks-for-open-doors"
_LEAVES = "06-suspicious-patterns.ipynb#Data-leaves"
_HOME = "06-suspicious-patterns.ipynb#A-machine-calls-home"
_MOST_WORLDS = 200  # that are looked at, until one is as the coin says

Verdict = tuple[str, str]


def _toss(rng: Random) -> Case | None:
    """Draw a company in which somebody got in, or nobody did, as a fair coin says."""
    wanted = chance_of(rng, 50)
    worlds = (company_case(rng, lambda world: world.plot.entered == wanted) for _ in range(_MOST_WORLDS))
    return next((case for case in worlds if case), None)


def _who(case: Case) -> str:
    """Return who came back to the door, was denied, and tried on: the only one who may have got in."""
    return str(fact(case, "denied attempts")["entities"]["src_ip"][0])


def _verdict(case: Case) -> Verdict:
    return ("yes", _who(case)) if entered(world_of(case)) else ("no", UNKNOWN)


def _took(kind: str, end: str = "src_ip", *, harmless: bool = False) -> Callable[[Case], Verdict]:
    """Return what answers with somebody else: the address of another planted thing."""
    return lambda case: ("yes", str(fact(case, kind, harmless=harmless)["entities"][end][0]))


def _guessed(case: Case) -> Verdict | object:
    """Take guesses for a success, where all of them failed."""
    failed = not entered(world_of(case)) and facts(case, "brute force")
    return ("yes", _who(case)) if failed else NOT_HERE


def _denied(case: Case) -> Verdict | object:
    """Take denied attempts for a success, where there was nothing else."""
    nothing = not entered(world_of(case)) and not facts(case, "brute force")
    return ("yes", _who(case)) if nothing else NOT_HERE


NO_INCIDENT = Exercise(
    name="no_incident",
    level=3,
    skill="whether there is a break-in at all",
    ask="On the first of these two days a rule was opened for a contractor, who was expected for one "
    "session. As far as the logs show, did anybody break in from outside? This is asked about many "
    "companies, and in about half of them nobody did. Answer yes or no, and give the outside address that "
    "got in, or None, such as ('yes', '192.0.2.1') or ('no', None).",
    kind=together(choice("yes", "no"), ADDRESS),
    make=_toss,
    right=_verdict,
    code="('yes' if len(won := nsgkit.detections.brute_force(conversations, network=network)"
    ".query('success')) else 'no', won['src_ip'].min())",
    slips=(
        Slip(
            "break-in-missed",
            lambda case: ("no", UNKNOWN) if entered(world_of(case)) else NOT_HERE,
            "somebody was denied at first, and later made many short connections through the same rule. Look "
            "at what the same address did right after them, and for how long.",
            _GUESSES,
        ),
        Slip(
            "guesses-as-success",
            _guessed,
            "that address guessed, many times. Each of its connections was over within seconds, and nothing "
            "followed from the machine.",
            _GUESSES,
        ),
        Slip(
            "denied-as-success",
            _denied,
            "that address was denied each time, and a denied attempt carries nothing.",
            "05-denied-flow-triage.ipynb#What-needs-a-look",
        ),
        Slip(
            "contractor-as-intruder",
            _took("rule opened", harmless=True),
            "that is one session through the rule, with nothing before it and nothing after it: the "
            "contractor whom it was opened for.",
            _OPENED,
        ),
        Slip(
            "prober-as-intruder",
            _took("vertical scan"),
            "that one tried door after door, and was denied at every one.",
            _SCANS,
        ),
        Slip(
            "own-scanner-as-intruder",
            _took("scan", harmless=True),
            "that address is inside: the company's own scanner, by its name in network.toml.",
            _SCANS,
        ),
        Slip(
            "backup-as-theft",
            _took("backup", "dst_ip", harmless=True),
            "gigabytes, but they come in, every night at the same hour: the file server fetches its backup.",
            _LEAVES,
        ),
        Slip(
            "home-as-intruder",
            lambda case: _took("beacon", "dst_ip")(case) if entered(world_of(case)) else NOT_HERE,
            "that address never called. A machine of the company calls it; ask who was there before.",
            _HOME,
        ),
        Slip(
            "drop-as-intruder",
            lambda case: _took("large upload", "dst_ip")(case) if robbed(world_of(case)) else NOT_HERE,
            "that address never called. It is where the data went, at the end; ask how it began.",
            _LEAVES,
        ),
    ),
    hints=(
        "Look at whom the rule let in, at how often each came, and how long each stayed.",
        "Guesses are many, short and alike. One that is right is followed by a connection that lasts and "
        "carries far more, and then by calls that the machine never made before.",
        "nsgkit.detections.brute_force(conversations, network=network) says of each whether one succeeded.",
    ),
    why="Most alarms are none. What tells is not how loud somebody was, but what followed.",
    see=_GUESSES,
    share="another company",
)
