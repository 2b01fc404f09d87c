"""Exercises on whole logs of a company: what was tried, who got in, what left, and what cannot be told."""

from nsgkit.training.exercise import Exercise
from nsgkit.training.triage.hole import ALIVE_IN_HOLE, HOLE
from nsgkit.training.triage.rhythm import BEACON
from nsgkit.training.triage.sides import BOTH_SIDES

EXERCISES: tuple[Exercise, ...] = (HOLE, ALIVE_IN_HOLE, BEACON, BOTH_SIDES)
