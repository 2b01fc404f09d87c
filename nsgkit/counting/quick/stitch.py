"""Flow rows -> conversations, by the RULES of `nsgkit.counting.stitch`."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from nsgkit.counting.columns import categories
from nsgkit.counting.quick.keys import Array, changes, coded, matching, numbers, packed, together
from nsgkit.counting.stitch import SAME
from nsgkit.schema import COUNTERS

BEGIN, CONTINUING, END = 0, 1, 2


class Stitched(NamedTuple):
    """The rows of a flow table, conversation after conversation, in the order of each one's life."""

    order: Array  # of each row: its position in the flow table
    starts: Array  # of each conversation: where in `order` its first row stands
    state_order: Array  # of each row in `order`: BEGIN, CONTINUING or END
    single_row: Array  # of each conversation: a denied row, or one without a state
    times: Array  # of each row of the flow table, not in `order`: milliseconds since 1970
    in_table: Array | None = None  # the conversations as their table has them: their positions in `starts`

    @property
    def first(self) -> Array:
        """Each conversation's first row: its position in the flow table."""
        return self.order.take(self.starts)

    @property
    def last(self) -> Array:
        """Each conversation's last row: its position in the flow table."""
        return self.order.take(self.starts + self.rows - 1)

    @property
    def rows(self) -> Array:
        """How many rows each conversation has."""
        return np.diff(self.starts, append=len(self.order))

    def since(self, time: Array) -> Array:
        """Return the time of the row before of each row in `order`; -1 for a conversation's first."""
        since = np.empty_like(time)
        since[1:] = time[:-1]
        since[self.starts] = -1
        return since


def stitch(flows: pd.DataFrame) -> Stitched:
    """Return the conversations of a flow table in which each row has a time."""
    state_order, single_row = state_orders(flows)
    order, new = together(*_same(flows, single_row))
    times = milliseconds(flows)
    time = times.take(order)
    state_order, single_row = state_order.take(order), single_row.take(order)
    moved = _in_time(flows, order, new, time * 4 + state_order)
    if moved is not None:
        order, time, state_order = order[moved], time[moved], state_order[moved]
    moved = _pairs_in_one_time(new, time, state_order, single_row)
    if moved is not None:
        order, state_order = order[moved], state_order[moved]
    begins = new | single_row | (state_order == BEGIN)
    begins[1:] |= state_order[:-1] == END
    starts = np.flatnonzero(begins)
    return Stitched(order, starts, state_order, single_row[starts], times)


def milliseconds(flows: pd.DataFrame) -> Array:
    """Return the rows' times in milliseconds since 1970."""
    time = flows["time"].array
    found: Array = (time if time.unit == "ms" else time.as_unit("ms")).view("i8")  # read_logs' own: no copy
    return found


def state_orders(flows: pd.DataFrame) -> tuple[Array, Array]:
    """Return each row's state as BEGIN, CONTINUING or END, and which rows stand alone (RULE 2)."""
    state, known = categories(flows["state"]), {"continuing": CONTINUING, "end": END}
    table = np.array([*(known.get(text, BEGIN) for text in state.categories), BEGIN], dtype=np.int8)
    return table[state.codes], matching(flows["decision"], "denied") | (state.codes < 0)


def _same(flows: pd.DataFrame, single_row: Array) -> tuple[Array, Array]:
    """Return a pair of numbers for each row, the same for all rows that agree in SAME and the ports."""
    of_nic = [coded(flows[name]) for name in SAME if name != "dst_ip"]
    ports = [flows[name].to_numpy() for name in ("src_port", "dst_port")]
    return packed([*of_nic, single_row.view(np.int8)]), packed([coded(flows["dst_ip"]), *ports])


def _in_time(flows: pd.DataFrame, order: Array, new: Array, sort_key: Array) -> Array | None:
    """Return the order by sort_key (time and state), content and place in each group; None where it is so.

    Mostly it is: rows come as they were logged. What is out of order, or of one time and state, is sorted.
    """
    late, tie = np.zeros(len(order), dtype=bool), np.zeros(len(order), dtype=bool)
    np.less(sort_key[1:], sort_key[:-1], out=late[1:])
    np.equal(sort_key[1:], sort_key[:-1], out=tie[1:])
    late &= ~new
    tie &= ~new
    if not (late.any() or tie.any()):
        return None
    group = np.cumsum(new) - 1
    places = np.flatnonzero(_groups_with(late | tie, group))
    rows = order[places]
    content = [coded(flows[name])[rows] for name in ("rule", "encryption")]
    content.append(flows["version"].to_numpy()[rows])
    content += [np.where(known[rows], values[rows], -1) for values, known in map(numbers, _counters(flows))]
    stand = [flows["record"].to_numpy()[rows], flows["tuple"].to_numpy()[rows], coded(flows["blob"])[rows]]
    moved = np.arange(len(order))
    moved[places] = places[np.lexsort([*reversed([group[places], sort_key[places], *content, *stand])])]
    return moved


def _counters(flows: pd.DataFrame) -> "list[pd.Series[int]]":
    return [flows[name] for name in COUNTERS]


def _groups_with(marked: Array, group: Array) -> Array:
    """Tell the rows of the groups in which a row is marked."""
    chosen = np.zeros(int(group[-1]) + 1, dtype=bool)
    chosen[group[marked]] = True
    found: Array = chosen[group]
    return found


def _pairs_in_one_time(new: Array, time: Array, state_order: Array, single_row: Array) -> Array | None:
    """Return the order in which begins and ends of one time are paired (RULE 4); None where it is so."""
    twin = np.zeros(len(time), dtype=bool)
    twin[1:] = (time[1:] == time[:-1]) & (state_order[1:] > state_order[:-1]) & ~(new | single_row)[1:]
    if not twin.any():
        return None
    group = np.cumsum(new) - 1
    places = np.flatnonzero(_groups_with(twin, group))
    group, time, state_order = group[places], time[places], state_order[places]
    moved = np.arange(len(new))
    moved[places] = places[
        np.argsort(_pairing_order(changes(group), changes(time), state_order), kind="stable")
    ]
    return moved


def _pairing_order(groups: Array, times: Array, state_order: Array) -> Array:
    """Return a number for each row that sorts the rows of each time as `nsgkit.counting.stitch` states.

    `groups` and `times` tell where a group, and a time within it, begins. Begins have 4, 8, …; each end comes
    behind the begin that is its own, or first of all behind the continuing rows of what is open from before.
    """
    starts = groups | times
    here = np.cumsum(starts) - 1
    begins, continuing, ends = (np.bincount(here, state_order == kind).astype(np.int64) for kind in range(3))
    first = np.flatnonzero(starts)
    was_open = _open_before(begins, continuing, ends, groups[first])
    nth = np.arange(len(state_order)) - first[here] + 1  # rows of one time come as begins, continuing, ends
    end = nth - (begins + continuing + was_open)[here]
    later = np.where(state_order == END, 4 * end + 2, np.where(was_open, 1, 4 * begins + 1)[here])
    rank = np.where(state_order == BEGIN, 4 * nth, later)
    found: Array = here * (int(rank.max(initial=0)) + 1) + rank
    return found


def _open_before(begins: Array, continuing: Array, ends: Array, groups: Array) -> Array:
    """Tell the times at whose beginning a conversation of their group is open.

    After a time it is open where more began than ended, closed where more ended, and as it was before
    where as many began as ended (begins pair with ends, or with the open one's and one begin stays).
    Where there are continuing rows alone, something is open.
    """
    after = np.where(
        (begins > ends) | ((begins + ends == 0) & (continuing > 0)), 1, np.where(begins < ends, 0, -1)
    )
    told = np.maximum.accumulate(np.where((after >= 0) | groups, np.arange(len(after)), -1))
    before = np.empty(len(after), dtype=np.int64)
    before[1:], before[:1] = told[:-1], 0
    found: Array = (after[before] == 1) & ~groups
    return found
