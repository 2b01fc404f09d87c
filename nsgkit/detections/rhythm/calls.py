"""Who calls whom again and again: the calls of each pair, as numbers where they are many.

A *call* is an attempt that began in the data, from inside. Calls that ended differently are told apart: a
pair is source, destination and outcome. Texts of millions of calls never leave the engine: there, a pair is
a number, the fingerprint of its texts.
"""

from collections.abc import Sequence

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import ATTEMPT, collected, one_view
from nsgkit.detections.form import Finding
from nsgkit.detections.rhythm.days import Days
from nsgkit.detections.rhythm.steadiness import UNKNOWN
from nsgkit.enrich.sides import FROM_INSIDE, TO_OUTSIDE
from nsgkit.errors import NsgkitError, shown
from nsgkit.schema import PLACE

PAIR = ["src_ip", "dst_ip", "outcome"]
_NUMBERS = {"pair": "int64", "window": "int32", "failed": "int8", "second": "int32", "size": "int64"}
_POSITIVE = 1 << 62  # a fingerprint has no sign; every engine has whole numbers below this


def calls(rows: Rows, to: str, windows: Days) -> Rows:
    """Return the calls in `attempts`, with pair, window, second (in its window) and size (-1: unknown).

    `to` is "outside", or "anywhere" for calls that stay inside too. Raises NsgkitError for anything else.
    """
    require_target(to)
    begun = rows.filter((nw.col("began") == 1) & nw.col(FROM_INSIDE))
    begun = begun.filter(nw.col(TO_OUTSIDE)) if to == "outside" else begun
    first = nw.col("first_ms")
    return begun.fingerprint(pair=PAIR).with_columns(
        pair=(nw.col("pair") % _POSITIVE).cast(nw.Int64),
        window=windows.window(first),
        second=windows.second(first),
        size=nw.col("bytes_src_to_dst").fill_null(UNKNOWN),
    )


def require_target(to: object) -> None:
    """Raise NsgkitError unless `to` says where calls go: "outside" or "anywhere".

    >>> require_target("outside")
    """
    if to not in ("outside", "anywhere"):
        raise NsgkitError(f"to takes 'outside' or 'anywhere', not {shown(to)}.")


def narrowed(held: Rows) -> Rows:
    """Return calls as numbers alone, found once: several questions follow."""
    return held.select(*_NUMBERS).materialize()


def numbers(held: Rows) -> pd.DataFrame:
    """Return calls in pandas as numbers alone: pair, window, failed, second and size, in no order."""
    return held.collect(_NUMBERS)


def of_pairs(held: Rows, pairs: Sequence[int]) -> Rows:
    """Return the calls of few pairs, found once: several questions follow."""
    few = held.filter(nw.col("pair").is_in([*pairs]))
    return few.select("first_ms", *ATTEMPT, "outcome", *PLACE, *_NUMBERS).materialize()


def texts(few: Rows) -> pd.DataFrame:
    """Return the calls of few pairs with all that is told of them, in time order, each attempt once.

    Here, pair is made of the texts themselves: two of them that share a fingerprint are two.
    """
    table = one_view(collected(few, *ATTEMPT, "outcome", *_NUMBERS).astype(_NUMBERS))
    return table.assign(pair=table.groupby(PAIR).ngroup())


def grouped(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return calls with their group in the column `group`: a number from 0.

    >>> grouped(pd.DataFrame({"pair": [7, 9, 7], "window": [1, 0, 1]}), ["pair", "window"])["group"].tolist()
    [0, 1, 0]
    """
    group = np.zeros(len(table), dtype="int64")
    for key in keys:
        found, distinct = pd.factorize(table[key])
        group = pd.factorize(group * max(len(distinct), 1) + found)[0]
    return table.assign(group=group)


def of_group(table: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Return what is the same in all calls of a group, by group."""
    return table.drop_duplicates("group").set_index("group")[[*names]].sort_index()


def ends_of(table: pd.DataFrame) -> pd.DataFrame:
    """Return the ends of each pair, how its calls ended, and its port where there is one."""
    pairs = table.groupby("pair")
    one = pairs["dst_port"].nunique() == 1
    return (
        pairs[[*PAIR, "dst_port"]].first().assign(dst_port=lambda t: t["dst_port"].where(one).astype("Int64"))
    )


def on_port(finding: Finding) -> str:
    """Return the port of a finding as it is spoken of, nothing where there are several.

    >>> on_port(pd.Series({"dst_port": 443})), on_port(pd.Series({"dst_port": pd.NA}))
    (' on port 443', '')
    """
    return "" if pd.isna(finding["dst_port"]) else f" on port {finding['dst_port']}"
