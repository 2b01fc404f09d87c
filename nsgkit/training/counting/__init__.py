"""Exercises on counting: connections, sizes, both ends, what is unknown."""

from nsgkit.training.counting.begins import CONNECTIONS
from nsgkit.training.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = (CONNECTIONS,)
