"""What proves a finding: where each of its rows stands, as numbers until somebody looks."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias, overload

import numpy as np
import pandas as pd

from nsgkit.counting.cited import Place
from nsgkit.schema import PLACE

Numbers: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"


class _Held(NamedTuple):
    """The places of many findings, one behind the other."""

    names: Sequence[str]  # of blobs
    blob: Numbers  # its number among them
    record: Numbers
    tuple: Numbers


class Places(Sequence[Place]):
    """(blob, record, tuple) of each row that proves a finding: to read as a list is read.

    Four million lists, tuples and numbers of Python are a gigabyte; these are 50 MB.

    >>> table = pd.DataFrame({"blob": ["a", "b"], "record": [0, 1], "tuple": [5, 6]})
    >>> places_of(table, [1, 2])[1]
    [('b', 1, 6)]
    """

    __slots__ = ("_held", "_range")

    def __init__(self, held: _Held, span: range) -> None:
        self._held, self._range = held, span

    def __len__(self) -> int:
        return len(self._range)

    @overload
    def __getitem__(self, index: int) -> Place: ...
    @overload
    def __getitem__(self, index: slice) -> "Places": ...
    def __getitem__(self, index: int | slice) -> "Place | Places":
        chosen = self._range[index]
        if isinstance(chosen, range):
            return Places(self._held, chosen)
        held = self._held
        return held.names[held.blob[chosen]], int(held.record[chosen]), int(held.tuple[chosen])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Places | list) and len(self) == len(other) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]  # as a list has none

    def __repr__(self) -> str:
        return repr([*self])


def places_of(table: pd.DataFrame, ends: Sequence[int]) -> list[Places]:
    """Return the places of groups of rows that lie one behind the other; `ends` is where each one ends."""
    codes, names = pd.factorize(table["blob"])
    numbers = (np.asarray(table[name], "int64") for name in PLACE[1:])
    held = _Held([str(name) for name in names], _small(codes), *map(_small, numbers))
    return [Places(held, range(begin, end)) for begin, end in zip([0, *ends], ends, strict=False)]


def _small(numbers: Numbers) -> Numbers:
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))
