"""Double capture, by the rule of `nsgkit.flows.fold`, on the few conversations that may be views of one."""

import numpy as np

from nsgkit.flows.fold import CADENCE, CONTRADICT_BYTES, CONTRADICT_TIMES
from nsgkit.flows.quick.order import changes
from nsgkit.flows.quick.rows import Array
from nsgkit.flows.quick.stitch import Stitched
from nsgkit.flows.stitch import CAPTURE

_BYTES = ("bytes_src_to_dst", "bytes_dst_to_src")


def folds(made: Stitched, within: int) -> tuple[Array, Array]:
    """Return which conversations are folded (their places in `made`), and into which each."""
    views = np.flatnonzero(made.of["twice"])
    if not len(views):
        return views, views
    rows, first = made.rows, made.of["first"][views]
    time, inbound = rows.time[first], rows.is_in("direction", "inbound")[first]
    orphan = ~made.of["begun"][views] & ~rows.alone[first]
    stand = (rows.ranks("blob", first), rows.plain("tuple")[first], rows.plain("record")[first])
    link = (rows.codes("decision")[first], orphan, *rows.words(first))
    order = np.lexsort((*stand, time, *link))
    broken = changes(*(key[order] for key in link))
    broken[1:] |= np.diff(time[order]) > within + orphan[order][1:] * CADENCE
    chain = np.empty(len(order), "int64")
    chain[order] = np.cumsum(broken)
    capture = rows.capture[1][rows.capture[0][first]]
    turn = _turns(chain, capture, order)
    who = [rows.ranks(name, first) for name in reversed(CAPTURE)]
    worth = np.lexsort((*who, time, -rows.plain("version")[first].astype("int64"), inbound, turn, chain))
    runs = changes(chain[worth], turn[worth])
    best = worth[np.maximum.accumulate(np.where(runs, np.arange(len(worth)), 0))]
    nic = rows.codes("mac")[first]
    same_nic = nic[worth] == nic[best]
    other_end = ~same_nic & inbound[worth] & ~inbound[best]
    folded = ~runs & (other_end | (same_nic & (inbound[worth] == inbound[best])))
    folded &= ~_contradict(made, views[worth], views[best])
    return views[worth][folded], views[best][folded]


def _turns(chain: Array, capture: Array, order: Array) -> Array:
    """Return a number for each conversation that one place has in a chain, in time."""
    by = order[np.lexsort((capture[order], chain[order]))]
    places = np.arange(len(by))
    turn = np.empty(len(by), "int64")
    turn[by] = places - np.maximum.accumulate(np.where(changes(chain[by], capture[by]), places, 0))
    return turn


def _contradict(made: Stitched, views: Array, best: Array) -> Array:
    sent, back = (made.of[f"sum_{name}"] for name in _BYTES)
    here, there = (sent[some].astype("float64") + back[some] for some in (views, best))
    least, most = np.minimum(here, there), np.maximum(here, there)
    known = np.ones(len(views), bool)
    for name in (*(f"known_{name}" for name in _BYTES), "begun", "ended"):
        known &= made.of[name][views] & made.of[name][best]
    grossly: Array = known & (most > CONTRADICT_TIMES * least) & (most - least > CONTRADICT_BYTES)
    return grossly
