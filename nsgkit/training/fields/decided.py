"""What was decided, and what became of it: allowed, denied, begun, over, dropped."""

from random import Random

from nsgkit.sample.randomness import chance_of, integer, pick
from nsgkit.schema import DROPPED
from nsgkit.training.answers import ROWS, choice, together
from nsgkit.training.exercise import Case, Exercise, Slip
from nsgkit.training.fields.told import in_turn, numbers, refused, row, told
from nsgkit.training.lines import V1, V2, V4
from nsgkit.training.tiles import inside

_DENIED = "03-know-your-flow-log.ipynb#Denied,-in-both-families"
_STATES = "03-know-your-flow-log.ipynb#Begin,-continuing,-end"
_CODES = "03-know-your-flow-log.ipynb#Every-field-of-every-format"


def _decisions(rng: Random) -> Case:
    """Draw a denial of an NSG log, a row that says neither, a row of a VNet log, and one more."""
    own, version = inside(rng), pick(rng, (V1, V2))
    rows = [
        (refused(rng, own, V2), "nsg denied"),
        (row(rng, own, V2).changed(7, pick(rng, "BCX")), "neither"),
        (refused(rng, own, V4), "vnet denied")
        if chance_of(rng, 50)
        else (row(rng, own, V4, integer(rng, 0, 2)), "vnet allowed"),
        (refused(rng, own, V1), "v1 denied")
        if chance_of(rng, 30)
        else (row(rng, own, version, integer(rng, 0, 2) if version == V2 else 0), "nsg allowed"),
    ]
    return told(rows)


_DECISION = choice("allowed", "denied", "unknown")
_DECIDED = {
    "nsg denied": "denied", "v1 denied": "denied", "nsg allowed": "allowed", "neither": "unknown",
    "vnet denied": "denied", "vnet allowed": "allowed",
}  # fmt: skip

LET_THROUGH = Exercise(
    name="let_through",
    level=1,
    skill="what the rule decided",
    ask="What did the rule decide in each of these four rows: allowed, denied or unknown? Give four answers, "
    "in the order of the rows.",
    kind=together(_DECISION, _DECISION, _DECISION, _DECISION),
    make=_decisions,
    right=in_turn(_DECIDED),
    code='flows["decision"].tolist()',
    slips=(
        Slip(
            "begin-of-a-denial",
            in_turn(_DECIDED, **{"nsg denied": "allowed"}),
            "you read the state first. An NSG log writes B behind the decision D, too, and nothing begins "
            "there.",
            _DENIED,
        ),
        Slip(
            "no-decision-field",
            in_turn(_DECIDED, **{"vnet denied": "unknown", "vnet allowed": "unknown"}),
            "a VNet log has no decision field, but its state tells it: D was refused, any other was let "
            "through.",
            _DENIED,
        ),
        Slip(
            "unknown-as-denied",
            in_turn(_DECIDED, neither="denied"),
            "the decision of one row is neither A nor D. That it was refused is a guess.",
            _CODES,
        ),
        Slip(
            "unknown-as-allowed",
            in_turn(_DECIDED, neither="allowed"),
            "the decision of one row is neither A nor D. That it was let through is a guess.",
            _CODES,
        ),
    ),
    hints=(
        "The eighth field is the decision in an NSG log, and the state in a VNet log.",
        "NSG: A or D, and anything else tells nothing. VNet: D was refused, B, C and E were let through.",
        'flows["decision"] has one word for each row.',
    ),
    why="Read the decision before the state; a VNet log says both in one letter.",
    see=_DENIED,
)


def _states(rng: Random) -> Case:
    """Draw a begin, a continuing and an end row, and a denial of each family."""
    own = inside(rng)
    begin, continuing, end = (row(rng, own, pick(rng, (V2, V4)), place) for place in range(3))
    rows = [(begin, "begin"), (continuing, "continuing"), (end, "end")]
    return told([*rows, (refused(rng, own, V2), "nsg denied"), (refused(rng, own, V4), "vnet denied")])


_STATE = choice("begin", "continuing", "end", "none")
_STATED = {
    "begin": "begin", "continuing": "continuing", "end": "end", "nsg denied": "none", "vnet denied": "none",
}  # fmt: skip

STATE_WORDS = Exercise(
    name="state_words",
    level=1,
    skill="what state a connection is in",
    ask="What does each of these five rows say of a connection: did it begin, was it continuing, did it end, "
    "or was there none? Give five answers, in the order of the rows.",
    kind=together(*[_STATE] * 5),
    make=_states,
    right=in_turn(_STATED),
    code='flows["state"].astype(object).where(flows["decision"] == "allowed", "none").tolist()',
    slips=(
        Slip(
            "begin-of-a-denial",
            in_turn(_STATED, **{"nsg denied": "begin"}),
            "a denied attempt is written with B in an NSG log. The decision D stands before it: no "
            "connection came of it.",
            _DENIED,
        ),
        Slip(
            "denial-as-end",
            in_turn(_STATED, **{"vnet denied": "end"}),
            "D in a VNet log is a refusal. What never came about is not over, either.",
            _DENIED,
        ),
        Slip(
            "continuing-as-connection",
            in_turn(_STATED, continuing="begin"),
            "C is written about every five minutes while a connection lives. It is not a new one.",
            _STATES,
        ),
    ),
    hints=(
        "The state is the ninth field of an NSG log, and the eighth of a VNet log.",
        "B, C and E speak of a connection, but only where the attempt was let through.",
        'flows["state"] has it; look at flows["decision"] as well.',
    ),
    why="A connection is counted where it begins, and a denied B begins nothing.",
    see=_STATES,
)

_PASSED = ("NX", "NX_HW_NOT_SUPPORTED", "NX_LOCAL_DST", "NX_FALLBACK")


def _encryptions(rng: Random) -> Case:
    """Draw rows of a VNet log: encrypted, in clear text for this or that reason, dropped, and denied."""
    own = inside(rng)
    words = {
        "X": "encrypted",
        pick(rng, ("NX", "NX_LOCAL_DST", "NX_FALLBACK")): "clear",
        "NX_HW_NOT_SUPPORTED": "no hardware",
        pick(rng, DROPPED): "dropped",
    }
    if chance_of(rng, 50):
        words[pick(rng, DROPPED)] = "dropped"
    rows = [(row(rng, own, V4).changed(8, code), word) for code, word in words.items()]
    return told([*rows, (refused(rng, own, V4), "denied")])


ENCRYPTED = Exercise(
    name="encrypted",
    level=2,
    skill="what was encrypted, and what was dropped",
    ask="A rule denied one of these rows and allowed the others. Which of those that were allowed passed "
    "without encryption, and which were dropped all the same? Give two lists of row numbers.",
    kind=together(ROWS, ROWS),
    make=_encryptions,
    right=lambda case: (numbers("clear", "no hardware")(case), numbers("dropped")(case)),
    code='[flows[(flows["decision"] == "allowed") & flows["encryption"].isin(codes)] for codes in '
    '({*nsgkit.schema.ENCRYPTION} - {"X", *nsgkit.schema.DROPPED}, nsgkit.schema.DROPPED)]',
    slips=(
        Slip(
            "unencrypted-is-clear",
            lambda case: (numbers("clear", "no hardware", "dropped")(case), []),
            "you took every code that begins with NX for a row that passed. Some of them say why it did not.",
            _CODES,
        ),
        Slip(
            "denied-as-dropped",
            lambda case: (numbers("clear", "no hardware")(case), numbers("dropped", "denied")(case)),
            "a rule denied one of these. Dropped is another thing: the rule allowed it, and encryption did "
            "not let it pass.",
            _CODES,
        ),
        Slip(
            "denied-as-clear",
            lambda case: (numbers("clear", "no hardware", "denied")(case), numbers("dropped")(case)),
            "a rule denied one of those that you say passed. NX stands there as well, and nothing went.",
            _CODES,
        ),
        Slip(
            "hardware-as-dropped",
            lambda case: (numbers("clear")(case), numbers("no hardware", "dropped")(case)),
            "where the hardware cannot encrypt, traffic passes as it is. It is the software that is not "
            "ready, or the other end that refuses, that lets it drop.",
            _CODES,
        ),
    ),
    hints=(
        "The ninth field of a VNet log is the encryption, and the state stands before it.",
        "Three of the codes mean dropped: the software was not ready, the other end did not accept it, or "
        "encryption is not supported there.",
        "nsgkit.schema.DROPPED has these codes; nsgkit.schema.ENCRYPTION says what each of all means.",
    ),
    why="Allowed is not the same as arrived: a rule can allow what encryption then drops.",
    see=_CODES,
)
