"""Chance that falls the same way everywhere.

Python promises that `Random(seed).random()` gives the same numbers in every version and on every
platform; it promises nothing about its other methods, and logarithms differ in their last bit from
one C library to the next. So everything here is made of `random()`, sums and products alone.
"""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def dice(name: str) -> Random:
    """Return the dice of one scene: each scene has its own, so that changing one moves no other."""
    return Random(f"nsgkit sample: {name}")  # noqa: S311  nothing secret is made of it


def whole(rng: Random, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`, both included."""
    return low + int(rng.random() * (high - low + 1))


def skewed(rng: Random, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`, mostly small and now and then large."""
    u = rng.random()
    return low + int(u * u * u * (high - low + 1))


def pick(rng: Random, items: Sequence[T]) -> T:
    """Return one of `items`."""
    return items[int(rng.random() * len(items))]


def happens(rng: Random, percent: float) -> bool:
    """Return True in so many of a hundred cases."""
    return rng.random() * 100 < percent
