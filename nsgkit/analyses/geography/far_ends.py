"""Which end of a conversation is the one outside, and what was counted between it and the own end.

The end decides that is in no own network. Of a conversation between two such ends, one is the own machine
under an address that nobody gave as own, such as a public one: it is the end whose NIC logged, so what is
inbound came from the far end, and what is outbound went there. A text that is no address, such as one masked
at the source, is not inside. Between two ends inside, there is no far end.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.countable import sums_fit, too_large
from nsgkit.counting.expressions import bin_start
from nsgkit.counting.measures import counted_rows, group_types, measured
from nsgkit.enrich.geography.far_end import from_far
from nsgkit.enrich.network import Network
from nsgkit.schema import TRAFFIC

_PAIR = ("src_ip", "dst_ip", "direction")
FAR, NEAR = "_there", "_here"  # names that no column of an analyst has
_SUMS = [c.name for c in TRAFFIC if c.name not in ("first", "last")]
_TO_THERE = "bytes_to_there"


def far_ends(
    conversations: object, own: Network, by: Sequence[str] = (), width: int | None = None
) -> pd.DataFrame:
    """Return the traffic of each far end with each own end: few rows of many.

    Beside the measures stand `_there` and `_here`, the two addresses; `inside_only`, of what has no far end;
    `from_there` and `to_there`, connections by who opened them; `bytes_to_there`, whoever called; `seen`, 0
    where all of it is counted elsewhere. With `width` there is `_start`, the bin in milliseconds.

    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> ends = far_ends(conversations, nsgkit.enrich.own_networks(conversations))
    >>> ends.loc[ends["_there"] == "203.0.113.222", "_here"].tolist()
    ['10.20.0.4']
    """
    keys = [*_PAIR, *by, *(["_start"] if width else [])]
    rows = counted_rows(conversations, *_PAIR, *by)
    if width:
        rows = rows.with_columns(_start=bin_start(nw.col("first_ms"), width))
    types = {**group_types([*_PAIR, *by]), **({"_start": "int64"} if width else {})}
    with sums_fit(conversations):
        pairs = measured(rows, keys, "dst_ip").collect(
            {**types, **{c.name: c.dtype for c in TRAFFIC}, "peers": "int64"}
        )
    if (pairs[_SUMS].astype("float64").sum() >= 2.0**63).any():  # pandas would wrap it around in silence
        raise too_large(conversations)
    return _with_ends(pairs.rename(columns={"peers": "seen"}), own)


def _with_ends(pairs: pd.DataFrame, own: Network) -> pd.DataFrame:
    source, destination = (own.is_inside(pairs[end]) for end in ("src_ip", "dst_ip"))
    came = from_far(source, destination, pairs["direction"])
    began = pairs["connections"].to_numpy()
    return pairs.assign(
        **{FAR: pairs["src_ip"].where(came, pairs["dst_ip"])},
        **{NEAR: pairs["dst_ip"].where(came, pairs["src_ip"])},
        inside_only=source & destination,
        from_there=np.where(came, began, 0),
        to_there=np.where(came, 0, began),
        **{_TO_THERE: pairs["bytes_dst_to_src"].where(came, pairs["bytes_src_to_dst"])},
    )


def together(pairs: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return the measures of each group of pairs, the groups as index."""
    groups = pairs.groupby([*keys], sort=False, dropna=False, observed=True)
    summed = [*_SUMS, "from_there", "to_there", _TO_THERE]
    found = groups[summed].sum(min_count=1)
    found["first"], found["last"] = groups["first"].min(), groups["last"].max()
    counted = pairs[pairs["seen"] > 0].groupby([*keys], sort=False, dropna=False, observed=True)
    for name, end in (("addresses", FAR), ("hosts", NEAR)):
        found[name] = counted[end].nunique().reindex(found.index, fill_value=0)
    return found


def total(pairs: pd.DataFrame) -> Mapping[str, Any]:
    """Return what was counted in pairs, all together; null is None."""
    return {name: _whole(pairs[name]) for name in _SUMS}


def _whole(values: "pd.Series[Any]") -> int | None:
    """Return the sum of what is known; of counters that may be null, None where none is known."""
    known = values.dropna()
    return None if known.empty and values.dtype == "Int64" else int(known.sum())
