"""Sums of counters over groups of a pandas table: null where none is known, never wrapped around."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from nsgkit.counting.countable import too_large


def known_sums(table: pd.DataFrame, groups: Any, names: Sequence[str]) -> pd.DataFrame:
    """Return the sum of each of these columns over each group.

    Raises NsgkitError where a sum needs more than 64 bits: pandas would wrap it around in silence.

    >>> table = pd.DataFrame({"n": pd.array([1, None, None], dtype="Int64")})
    >>> known_sums(table, ["a", "a", "b"], ["n"])["n"].tolist()
    [1, <NA>]
    """
    grouped = table[[*names]].astype("Int64").groupby(groups, sort=True)
    if (table[[*names]].astype("Float64").groupby(groups).sum() >= 2.0**63).to_numpy().any():
        raise too_large(table)
    return grouped.sum(min_count=1)
