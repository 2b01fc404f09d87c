"""Exercises on whole logs of a company: what was tried, who got in, what left, and what cannot be told."""

from nsgkit.training.exercise import Exercise
from nsgkit.training.triage.inside import LATERAL
from nsgkit.training.triage.leaving import STAGED, UPLOAD
from nsgkit.training.triage.pairs import BEACON_OR_NOT
from nsgkit.training.triage.rhythm import BEACON

EXERCISES: tuple[Exercise, ...] = (BEACON, BEACON_OR_NOT, LATERAL, UPLOAD, STAGED)
