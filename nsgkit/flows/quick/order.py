"""The order of rows within one key: by time; equal times in slots, as `nsgkit.flows.stitch` has it."""

import numpy as np

from nsgkit.flows.quick.rows import Array, Rows, mix
from nsgkit.schema import COUNTERS


def grouped(rows: Rows, found: Array, capture: Array) -> tuple[Array, Array, Array]:
    """Return the rows of a bucket key by key and in time, where keys begin, and a mark of their ends.

    One number of 64 bits stands for a key: equal numbers are checked against what they stand for.
    """
    bits = np.uint64(int(capture.max(initial=0)).bit_length())
    first, second = rows.words(found)
    who = capture[found]
    ends = mix(first, second) >> bits
    key = ends << bits | who.astype("uint64")
    order = np.argsort(key, kind="stable")
    if _collide(key[order], first[order], second[order]):
        order = np.lexsort((who, second, first))
        ends = _numbered(first[order], second[order])[np.argsort(order)]
        key = _numbered(first[order], second[order], who[order])[np.argsort(order)]
    found, key, ends = found[order], key[order], ends[order]
    new = np.append(True, key[1:] != key[:-1])
    return in_time(rows, found, new), new, ends


def _collide(key: Array, *words: Array) -> bool:
    same = key[1:] == key[:-1]
    return any(bool((same & (word[1:] != word[:-1])).any()) for word in words)


def _numbered(*columns: Array) -> Array:
    """Return a number for each run of equal rows."""
    return np.cumsum(changes(*columns)).astype("uint64")


def changes(*columns: Array) -> Array:
    """Tell where sorted rows differ from the row before them; the first one does."""
    changes = np.zeros(len(columns[0]), bool)
    changes[:1] = True
    for column in columns:
        changes[1:] |= column[1:] != column[:-1]
    return changes


def in_time(rows: Rows, found: Array, new: Array) -> Array:
    """Sort the rows of each key by time; mostly they lie so, and nothing is to be done."""
    time = rows.time[found]
    late = ~new[1:] & (time[1:] <= time[:-1]) & ~rows.alone[found[1:]]
    if not late.any():
        return found
    group = np.cumsum(new) - 1
    careful = np.zeros(group[-1] + 1, bool)
    careful[group[1:][late]] = True
    chosen = np.flatnonzero(careful[group])
    found[chosen] = _carefully(rows, found[chosen], group[chosen])
    return found


def _carefully(rows: Rows, found: Array, group: Array) -> Array:
    order = np.lexsort((rows.step[found], rows.time[found], group))
    found, group = found[order], group[order]
    time, step = rows.time[found], rows.step[found]
    steps = changes(group, time, step)
    tied = ~steps
    tied[:-1] |= tied[1:]
    places = np.flatnonzero(tied)
    found[places] = found[places][_ties(rows, found[places], np.cumsum(steps)[places])]
    return found[_slots(group, time, step, steps)]


def _ties(rows: Rows, found: Array, run: Array) -> Array:
    """Order rows of equal times and steps by what they say, and then by where they stand."""
    counted = []
    for name in COUNTERS:
        values, known = rows.counter(name, found)
        counted += [known, values]
    said = [
        rows.ranks("rule", found),
        rows.ranks("encryption", found),
        rows.plain("version")[found],
        *counted,
    ]
    stand = [rows.plain("record")[found], rows.plain("tuple")[found], rows.ranks("blob", found)]
    return np.lexsort((*reversed([*said, *stand]), run))


def _slots(group: Array, time: Array, step: Array, steps: Array) -> Array:
    """Return the order in which the k-th begin and end of one time stand together."""
    moments = changes(group, time)
    starts, moment = np.flatnonzero(moments), np.cumsum(moments) - 1
    begins = np.add.reduceat((step == 0).astype("int32"), starts)
    ends = np.add.reduceat((step == 2).astype("int32"), starts)
    is_open = _open_before(begins, ends, changes(group[starts]))[moment]
    places = np.arange(len(step))
    turn = places - np.maximum.accumulate(np.where(steps, places, 0)) + 1
    slot = np.select([step == 0, step == 1], [turn, (1 - is_open) * begins[moment]], turn - is_open)
    return np.lexsort((step, slot, moment))


def _open_before(begins: Array, ends: Array, new: Array) -> Array:
    """1 where something was open before a time. Begins beyond ends open, ends beyond begins close."""
    after = np.where((begins > ends) | (begins + ends == 0), 1, 0)
    places = np.arange(len(after))
    tells = np.maximum.accumulate(np.where((begins != ends) | (begins == 0), places, -1))
    first = np.maximum.accumulate(np.where(new, places, 0))
    left = np.where(tells >= first, after[tells], 0)
    return np.where(new, 0, np.append(0, left[:-1]))
