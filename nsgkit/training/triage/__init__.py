"""Exercises on whole logs of a company: what was tried, who got in, what left, and what cannot be told."""

from nsgkit.training.exercise import Exercise
from nsgkit.training.triage.break_in import NO_INCIDENT
from nsgkit.training.triage.judged import SNAT, STATELESS
from nsgkit.training.triage.rhythm import BEACON
from nsgkit.training.triage.whole_story import TIMELINE

EXERCISES: tuple[Exercise, ...] = (BEACON, SNAT, STATELESS, TIMELINE, NO_INCIDENT)
