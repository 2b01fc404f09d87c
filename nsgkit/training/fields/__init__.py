"""Exercises on the fields of flow logs: who, when, which way, what is known."""

from nsgkit.training.exercise import Exercise
from nsgkit.training.fields.decided import ENCRYPTED, LET_THROUGH, STATE_WORDS
from nsgkit.training.fields.ends import REACHED_OR_LEFT, WHICH_PORT, WHO_CALLED
from nsgkit.training.fields.forms import PROTOCOL, WHICH_VERSION
from nsgkit.training.fields.records import SAME_AGAIN, WHEN, WHICH_RECORD
from nsgkit.training.fields.values import EMPTY_OR_ZERO, SPOT_THE_REJECT

EXERCISES: tuple[Exercise, ...] = (
    WHO_CALLED,
    WHICH_PORT,
    LET_THROUGH,
    WHEN,
    WHICH_RECORD,
    WHICH_VERSION,
    STATE_WORDS,
    PROTOCOL,
    REACHED_OR_LEFT,
    EMPTY_OR_ZERO,
    ENCRYPTED,
    SPOT_THE_REJECT,
    SAME_AGAIN,
)
