"""Exercises on the fields of flow logs: who, when, which way, what is known."""

from nsgkit.training.exercise import Exercise
from nsgkit.training.fields.ends import WHO_CALLED

EXERCISES: tuple[Exercise, ...] = (WHO_CALLED,)
