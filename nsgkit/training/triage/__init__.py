"""Exercises on whole logs of a company: what was tried, who got in, what left, and what cannot be told."""

from nsgkit.training.exercise import Exercise
from nsgkit.training.triage.judged import SNAT, STATELESS
from nsgkit.training.triage.rhythm import BEACON

EXERCISES: tuple[Exercise, ...] = (BEACON, SNAT, STATELESS)
