"""How rows are written: the versions, and the protocols that each family can hold."""

from random import Random

from nsgkit.sample.randomness import integer, pick
from nsgkit.training.answers import choice, several, together
from nsgkit.training.exercise import Case, Exercise, Slip
from nsgkit.training.fields.told import in_turn, refused, row, short_form, told
from nsgkit.training.lines import V1, V2, V4
from nsgkit.training.tiles import inside

_FORMATS = "03-know-your-flow-log.ipynb#The-three-formats,-line-by-line"
_PLACES = "03-know-your-flow-log.ipynb#Every-field-of-every-format"
_LEFT_OUT = "03-know-your-flow-log.ipynb#What-a-flow-log-leaves-out"
_WRONG = "03-know-your-flow-log.ipynb#Exercises-by-looking"


def _versions(rng: Random) -> Case:
    """Draw a line of each format, one of the short form, and one that fits none."""
    own = inside(rng)
    broken = row(rng, own, V2, integer(rng, 1, 2))
    broken = broken._replace(text=pick(rng, (f"{broken.text},0", ",".join(broken.fields[:-2]))))
    rows = [
        (row(rng, own, V1), "one"),
        (row(rng, own, V2, integer(rng, 1, 2)), "two"),
        (short_form(pick(rng, (row, refused))(rng, own, V2)), "short"),
        (pick(rng, (row, refused))(rng, own, V4), "vnet"),
        (broken, "broken"),
    ]
    case = told(rows)
    return Case(case.lines, case.facts, record={"flowTuples": [line.text for line in case.lines]})


_VERSION = choice("1", "2", "4", "none")
_IN_VERSION = {"one": "1", "two": "2", "short": "2", "vnet": "4", "broken": "none"}

WHICH_VERSION = Exercise(
    name="which_version",
    level=1,
    skill="which format it is",
    ask="These five tuples were copied out of several logs. In which version is each written: 1 or 2 (NSG), "
    "4 (VNet), or none of them, as it is damaged? Give five answers, in the order of the tuples.",
    kind=together(*[_VERSION] * 5),
    make=_versions,
    right=in_turn(_IN_VERSION),
    code='flows["version"].astype(object).reindex(range(1, 6), fill_value="none").tolist()',
    slips=(
        Slip(
            "short-form",
            in_turn(_IN_VERSION, short="none"),
            "one tuple has a comma less at its end than others of its version. Some logs leave it out, and "
            "it is no damage.",
            _FORMATS,
        ),
        Slip(
            "thirteen-fields",
            in_turn(_IN_VERSION, vnet="2"),
            "thirteen fields are not enough to tell. Look at the protocol, a letter or a number, and at "
            "the digits of the time.",
            _FORMATS,
        ),
        Slip(
            "fields-not-counted",
            in_turn(_IN_VERSION, broken="2"),
            "one tuple has a number of fields that no version has. Count the commas.",
            _WRONG,
        ),
    ),
    hints=(
        "Count the fields, then look at the time and the protocol.",
        "Eight fields have neither state nor counters. With thirteen, or a comma less, letters for the "
        "protocol are of an NSG log, and numbers of a VNet log.",
        'flows["version"] has it for each tuple that can be read.',
    ),
    why="The version says what stands at the eighth place, so it comes before anything else.",
    see=_FORMATS,
)

_NAMES = {"6": "TCP", "17": "UDP", "50": "ESP", "51": "AH"}


def _protocols(rng: Random) -> Case:
    """Draw rows of a VNet log in several protocols, of which an NSG log knows one or two."""
    own = inside(rng)
    known = pick(rng, (["6"], ["17"], ["6", "17"]))
    drawn = [pick(rng, known) for _ in range(integer(rng, 0, 2))] + known
    drawn += pick(rng, (["50"], ["51"], ["50", "51"]))
    rows = []
    for number in drawn:
        line = row(rng, own, V4).changed(5, number)
        rows.append((line if number in known else line.changed(3, "0").changed(4, "0"), _NAMES[number]))
    return told(rows)


def _all(case: Case) -> set[str]:
    return {*case.facts["words"]}


PROTOCOL = Exercise(
    name="protocol",
    level=1,
    skill="which protocols a log can hold",
    ask="A VNet flow log has these rows; in the same hour somebody pinged the machine (ICMP). "
    "Which of all these protocols would an NSG flow log of the machine have logged?",
    kind=several("TCP", "UDP", "ICMP", "ESP", "AH"),
    make=_protocols,
    right=lambda case: _all(case) & {"TCP", "UDP"},
    code='flows.loc[flows["protocol"].isin(["TCP", "UDP"]), "protocol"].unique()',
    slips=(
        Slip(
            "icmp-is-logged",
            lambda case: _all(case) & {"TCP", "UDP"} | {"ICMP"},
            "ping leaves nothing, in neither family of logs.",
            _LEFT_OUT,
        ),
        Slip(
            "nsg-as-vnet",
            _all,
            "you took over every protocol of the VNet log. An NSG log has two letters for protocols, and "
            "leaves out the rest.",
            _PLACES,
        ),
        Slip(
            "everything-is-logged",
            lambda case: _all(case) | {"ICMP"},
            "no flow log holds everything that a machine sends and gets.",
            _LEFT_OUT,
        ),
    ),
    hints=(
        "The sixth field is the protocol: in a VNet log it is IANA's number, and no port.",
        "An NSG log can write T or U there, and nothing else.",
        'flows["protocol"] names those of these rows; keep what T and U stand for.',
    ),
    why="An NSG log knows TCP and UDP alone; ping is in no flow log, and IPsec only in a VNet log.",
    see=_LEFT_OUT,
)
