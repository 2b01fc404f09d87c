"""Double capture in numpy: which conversations fold into which; `counting.double_capture` has the rule."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from nsgkit.counting.double_capture import CADENCE, CAPTURE, CONTRADICT_BYTES, CONTRADICT_TIMES
from nsgkit.counting.quick.keys import Array, changes, coded, matching, packed, together


class Views(NamedTuple):
    """Conversations as views of connections: what folding needs of each."""

    first: Array  # position of its first row in the flow table
    time: Array  # of that row, in milliseconds
    orphan: Array
    single_row: Array
    bytes: Array  # both ways, of the complete ones; -1 where unknown


def fold(flows: pd.DataFrame, views: Views, within: int) -> Array:
    """Return for each conversation the one that counts in its place, -1 where it counts itself.

    `within` is how far apart the first rows of two views may lie, in milliseconds.
    """
    into = np.full(len(views.first), -1, dtype=np.int64)
    capture = packed([coded(flows[name])[views.first] for name in (*CAPTURE, "direction")])
    chosen, endpoints = _seen_twice(flows, views, capture)
    if len(chosen):
        some = Views(*(part[chosen] for part in views))
        place, best = _best(flows, some, endpoints, capture[chosen], within)
        into[chosen[place]] = chosen[best]
    return into


def _seen_twice(flows: pd.DataFrame, views: Views, capture: Array) -> tuple[Array, Array]:
    """Return the conversations of whose kind more than one place captured some, and the number of their kind.

    Of one kind are conversations with the same ends, decision and knowledge of their begin.
    """
    ends = [coded(flows[name])[views.first] for name in ("protocol", "src_ip", "decision")]
    dst, ports = coded(flows["dst_ip"]), [flows[name].to_numpy() for name in ("src_port", "dst_port")]
    order, new = together(
        packed([*ends, views.orphan.view(np.int8)]), packed([column[views.first] for column in (dst, *ports)])
    )
    endpoints = np.cumsum(new) - 1
    other = changes(capture[order]) & ~new
    twice = np.zeros(endpoints[-1] + 1 if len(endpoints) else 0, dtype=bool)
    twice[endpoints[other]] = True
    kept = twice[endpoints]
    return order[kept], endpoints[kept]


def _best(
    flows: pd.DataFrame, views: Views, endpoints: Array, capture: Array, within: int
) -> tuple[Array, Array]:
    """Return the views that are folded, and beside each the one that counts."""
    cluster, nth = _clustered(views, endpoints, capture, within)
    inbound = matching(flows["direction"], "inbound")[views.first]
    age = -flows["version"].to_numpy().astype(np.int64)[views.first]
    codes = [coded(flows[name])[views.first] for name in CAPTURE]
    order = np.lexsort([*reversed([cluster, nth, inbound, age, views.time, *codes])])
    new = changes(cluster[order]) | changes(nth[order])
    best = order[np.flatnonzero(new)[np.cumsum(new) - 1]]
    mac = codes[CAPTURE.index("mac")]
    same_nic, same_way = mac[order] == mac[best], inbound[order] == inbound[best]
    other_end = ~same_nic & inbound[order] & ~inbound[best]
    folded = ~new & (other_end | (same_nic & same_way)) & ~_contradict(views, order, best)
    return order[folded], best[folded]


def _clustered(views: Views, endpoints: Array, capture: Array, within: int) -> tuple[Array, Array]:
    """Return each view's time cluster, and its number there among its capture's (RULES 1, 3, 4)."""
    order = np.lexsort((views.single_row, views.time, endpoints))  # else as stitched
    gap = np.diff(views.time[order], prepend=0)
    breaks = changes(endpoints[order]) | (gap > within + views.orphan[order] * CADENCE)
    cluster, nth = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    cluster[order] = np.cumsum(breaks)
    of_capture = order[np.lexsort((capture[order], cluster[order]))]
    new = changes(cluster[of_capture]) | changes(capture[of_capture])
    nth[of_capture] = np.arange(len(order)) - np.flatnonzero(new)[np.cumsum(new) - 1]
    return cluster, nth


def _contradict(views: Views, one: Array, other: Array) -> Array:
    """Tell the pairs that are both complete and grossly apart in bytes: two connections (RULE 5)."""
    low, high = (f(views.bytes[one], views.bytes[other]) for f in (np.minimum, np.maximum))
    found: Array = (low >= 0) & (high > CONTRADICT_TIMES * low) & (high - low > CONTRADICT_BYTES)
    return found
