"""The tracks, and the exercises of each in the order in which they are learned."""

from importlib import import_module

from nsgkit.errors import NsgkitError, shown
from nsgkit.training.exercise import Exercise

TRACKS = ("fields", "counting", "triage")


def exercises_of(track: str) -> tuple[Exercise, ...]:
    """Return the exercises of a track.

    >>> exercises_of("counting")[0].name
    'connections'
    """
    if not isinstance(track, str) or track not in TRACKS:
        raise NsgkitError(f"There is no track {shown(track)}. Choose {' or '.join(TRACKS)}.")
    found: tuple[Exercise, ...] = import_module(f"nsgkit.training.{track}").EXERCISES
    return found
