"""Rows of which each has a word of its own, that tells what it is: so are answers and mistakes told."""

from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

from nsgkit.sample.randomness import integer
from nsgkit.training.exercise import Case
from nsgkit.training.lines import Line, by_time
from nsgkit.training.tiles import TEN, connection, denial, lines, outside


def told(rows: Iterable[tuple[Line, str]], **facts: Any) -> Case:
    """Return the case of these rows in time order; its fact `words` has the word of each."""
    rows = [*rows]
    ordered = by_time(line for line, _ in rows)
    words = {id(line): word for line, word in rows}
    return Case(ordered, {"words": tuple(words[id(line)] for line in ordered), **facts})


def in_turn(answers: Mapping[str, str], **mistaken: str) -> Callable[[Case], tuple[str, ...]]:
    """Return what answers row by row, by its word; `mistaken` is what a mistake takes otherwise."""
    taken = {**answers, **mistaken}
    return lambda case: tuple(taken[word] for word in case.facts["words"])


def numbers(*words: str) -> Callable[[Case], list[int]]:
    """Return what gives the numbers of the rows that have one of these words."""
    return lambda case: [number for number, word in enumerate(case.facts["words"], 1) if word in words]


def some_time(rng: Random) -> int:
    """Return a second within the first fifty minutes."""
    return TEN + integer(rng, 0, 3000)


def row(rng: Random, own: str, version: int, place: int = 0) -> Line:
    """Return one row of a connection to the own machine: its begin, a continuing one (1) or its end (2)."""
    return lines(connection(rng, some_time(rng), outside(rng), own, parts=2, version=version))[place]


def refused(rng: Random, own: str, version: int) -> Line:
    """Return the row of a denied attempt."""
    return lines(denial(rng, some_time(rng), own, version=version))[0]


def short_form(line: Line) -> Line:
    """Return a row without counters as some logs write it: the last comma is missing."""
    return line._replace(text=line.text.removesuffix(","))
