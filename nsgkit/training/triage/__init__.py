"""Exercises on whole logs of a company: what was tried, who got in, what left, and what cannot be told."""

from nsgkit.training.exercise import Exercise
from nsgkit.training.triage.break_in import NO_INCIDENT
from nsgkit.training.triage.denied import OWN_DENIED
from nsgkit.training.triage.door import RULE_OPENED
from nsgkit.training.triage.guessing import GUESSES
from nsgkit.training.triage.hole import ALIVE_IN_HOLE, HOLE
from nsgkit.training.triage.inside import LATERAL
from nsgkit.training.triage.judged import SNAT, STATELESS
from nsgkit.training.triage.leaving import STAGED, UPLOAD
from nsgkit.training.triage.pairs import BEACON_OR_NOT
from nsgkit.training.triage.rhythm import BEACON
from nsgkit.training.triage.scans import HORIZONTAL, VERTICAL
from nsgkit.training.triage.shapes import NOISIEST
from nsgkit.training.triage.sides import BOTH_SIDES
from nsgkit.training.triage.success import GOT_IN
from nsgkit.training.triage.whole_story import TIMELINE

EXERCISES: tuple[Exercise, ...] = (
    HOLE,
    ALIVE_IN_HOLE,
    NOISIEST,
    OWN_DENIED,
    VERTICAL,
    HORIZONTAL,
    RULE_OPENED,
    GUESSES,
    GOT_IN,
    BEACON,
    BEACON_OR_NOT,
    LATERAL,
    UPLOAD,
    STAGED,
    SNAT,
    STATELESS,
    BOTH_SIDES,
    TIMELINE,
    NO_INCIDENT,
)
