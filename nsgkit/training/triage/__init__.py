"""Exercises on whole logs of a company: what was tried, who got in, what left, and what cannot be told."""

from nsgkit.training.exercise import Exercise
from nsgkit.training.triage.door import RULE_OPENED
from nsgkit.training.triage.guessing import GUESSES
from nsgkit.training.triage.rhythm import BEACON
from nsgkit.training.triage.success import GOT_IN

EXERCISES: tuple[Exercise, ...] = (RULE_OPENED, GUESSES, GOT_IN, BEACON)
