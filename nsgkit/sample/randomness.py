"""Draws that come out the same everywhere.

Python promises that `Random(seed).random()` gives the same numbers in every version and on every
platform; it promises nothing about its other methods, and logarithms differ in their last bit from
one C library to the next. So everything here is made of `random()`, sums and products alone.
"""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def integer(rng: Random, low: int, high: int) -> int:
    """Return an integer from `low` to `high`, both included."""
    return low + int(rng.random() * (high - low + 1))


def skewed(rng: Random, low: int, high: int) -> int:
    """Return an integer from `low` to `high`, mostly small and now and then large."""
    u = rng.random()
    return low + int(u * u * u * (high - low + 1))


def pick(rng: Random, items: Sequence[T]) -> T:
    """Return one of `items`."""
    return items[int(rng.random() * len(items))]


def shuffled(rng: Random, items: Sequence[T]) -> list[T]:
    """Return `items` in another order."""
    drawn = sorted((rng.random(), place) for place in range(len(items)))
    return [items[place] for _, place in drawn]


def chance_of(rng: Random, percent: float) -> bool:
    """Return True in so many of a hundred cases."""
    return rng.random() * 100 < percent
