"""Tuples in bulk: bytes -> columns without a Python loop per tuple.

pyarrow reads the tuples as lines of CSV. That is right only for tuples in their ordinary form, so
every assumption is checked on the way. A batch that breaks one is read again carefully: its ordinary
lines still go together, each other line through the exact reader, which takes it or says why not; so
does a line whose letters or addresses are not the usual ones.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from msgspec import Raw

from nsgkit.flows.parse.columns import (
    Array,
    Columns,
    choose,
    from_rows,
    merge,
    read_list,
    read_one_by_one,
    shift_places,
)
from nsgkit.flows.parse.csv_lines import (
    MARK,
    Bodies,
    Tuples,
    UnusualError,
    begin_and_end_as_lists,
    break_around,
    concatenate,
    convert,
    fields_of_last,
    find_tuples,
    matches,
    milliseconds,
    non_text_lists,
    read_csv,
    text_of,
    tuples_to_lines,
)
from nsgkit.flows.parse.json_exact import read_array

_LAST_LETTER = ord("f")  # of an address; x could be a number's, and no other comes later
_MARKED = int(MARK) * 10**10  # a marked time in seconds is as much later, one in milliseconds a thousandfold
_MARKED_END = _MARKED + 10**10
_ADDRESS, _COUNT = "[0-9a-fA-F.:]{2,45}", "[0-9]{0,18}"
_PORT = "(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_FIVE = f"^[0-9]{{10,13}},{_ADDRESS},{_ADDRESS},{_PORT},{_PORT},"
# Ordinary lines of each kind: narrower than what the exact reader takes, never wider.
_ORDINARY = {
    (1, 8): f"{_FIVE}[TU],[IO],[AD]$",
    (2, 8): f"{_FIVE}[TU],[IO],[AD]$",
    (2, 12): f"{_FIVE}[TU],[IO],[AD],[BCE],,,$",
    (2, 13): f"{_FIVE}[TU],[IO],[AD],[BCE](?:,{_COUNT}){{4}}$",
    (4, 13): f"{_FIVE}(?:[0-9]{{1,2}}|1[0-9]{{2}}),[IO],[BCED],[A-Z_]{{1,32}}(?:,{_COUNT}){{4}}$",
}


def read_bodies(bodies: Sequence[Raw], versions: Array) -> tuple[Columns, Array]:
    """Return the columns of all tuples in JSON lists of compact texts, and the tuples of each list.

    `versions` gives each list's version. A rejected tuple's `at` counts from the start of its list.
    """
    laid = concatenate(bodies)
    fields = fields_of_last(laid, versions)
    read, counts = [], np.zeros(len(bodies), dtype=np.int64)
    for kind in sorted(set(zip(versions.tolist(), fields.tolist(), strict=True))):
        mine = np.flatnonzero((versions == kind[0]) & (fields == kind[1]))
        chosen = bodies if len(mine) == len(bodies) else [bodies[i] for i in mine.tolist()]
        part, counts[mine] = _read_kind(laid if chosen is bodies else concatenate(chosen), chosen, kind)
        read.append((part, mine))
    first = np.cumsum(counts) - counts
    parts = [shift_places(part, counts[mine], first[mine]) for part, mine in read]
    return merge(parts or [from_rows([], [], [])]), counts


def _read_kind(laid: Bodies, bodies: Sequence[Raw], kind: tuple[int, int]) -> tuple[Columns, Array]:
    try:
        return _read_quickly(laid, bodies, kind)
    except (UnusualError, pa.ArrowInvalid):
        return _read_carefully(bodies, kind)


def _read_quickly(laid: Bodies, bodies: Sequence[Raw], kind: tuple[int, int]) -> tuple[Columns, Array]:
    """Read bodies that hold nothing but texts of this kind, as far as lines go."""
    if not begin_and_end_as_lists(laid):
        raise UnusualError
    _check_bytes(laid)
    table = read_csv(laid, kind, tuples_to_lines(laid))
    times, counts = _unmarked(table["time"].to_numpy(), laid.filled)
    time, bad = milliseconds(times)
    if bad.any():  # else each first tuple has its mark, and no other seems to have one
        raise UnusualError
    columns = convert(table, time, kind, bad)
    if bad.any():
        columns = _rechecked(columns, bad, find_tuples(concatenate(bodies)), kind[0], {})
    return columns, counts


def _unmarked(times: Array, filled: Array) -> tuple[Array, Array]:
    """Return the times without the mark before each body's first, and the tuples of each body."""
    first = np.flatnonzero((times >= _MARKED) & (times < _MARKED_END) | (times >= _MARKED * 1000))
    if len(first) != np.count_nonzero(filled):
        raise UnusualError
    times = times.copy()
    times[first] -= np.where(times[first] < _MARKED_END, _MARKED, _MARKED * 1000)
    counts = np.zeros(len(filled), dtype=np.int64)
    counts[filled] = np.diff(np.append(first, len(times)))
    return times, counts


def _read_carefully(bodies: Sequence[Raw], kind: tuple[int, int]) -> tuple[Columns, Array]:
    """Read bodies that may hold anything; those that are no lists of plain texts one value at a time."""
    # In an escaped text there are quotes that are not the tuples' own.
    escaped = np.array([b"\\" in bytes(body) for body in bodies])
    tuples = find_tuples(_only(bodies, ~escaped))
    odd = non_text_lists(tuples) | escaped
    if odd.any():
        tuples = find_tuples(_only(bodies, ~odd))
    slow = {i: read_array(bodies[i]) for i in np.flatnonzero(odd).tolist()}
    counts = tuples.counts.copy()
    counts[list(slow)] = [len(values) for values in slow.values()]
    first = np.cumsum(counts) - counts
    parts = [shift_places(_read_plain(tuples, kind), tuples.counts, first)]
    parts += [read_list(values, kind[0], int(first[i])) for i, values in slow.items()]
    return merge(parts), counts


def _only(bodies: Sequence[Raw], which: Array) -> Bodies:
    """Lay out these bodies, and empty lists for the others."""
    return concatenate([body if mine else Raw(b"[]") for body, mine in zip(bodies, which, strict=True)])


def _read_plain(tuples: Tuples, kind: tuple[int, int]) -> Columns:
    ordinary = matches(tuples, _ORDINARY[kind])
    texts = {i: text_of(tuples, i) for i in np.flatnonzero(~ordinary).tolist()}
    break_around(tuples, texts)
    table = read_csv(tuples.laid, kind, int(np.count_nonzero(ordinary)))
    time, bad = milliseconds(table["time"].to_numpy())
    columns = convert(table, time, kind, bad)
    columns.place = np.flatnonzero(ordinary)
    return _rechecked(columns, bad, tuples, kind[0], texts)


def _rechecked(columns: Columns, bad: Array, tuples: Tuples, version: int, texts: dict[int, str]) -> Columns:
    """Return the columns with the exact reader's judgement of the bad rows, and of these texts."""
    texts |= {i: text_of(tuples, i) for i in columns.place[bad].tolist()}
    exact = read_one_by_one(list(texts.values()), version, list(texts))
    owner = np.searchsorted(np.cumsum(tuples.counts), [r.place for r in exact.rejected], side="right")
    exact.rejected = [
        reject._replace(at=int(tuples.starts[reject.place] - 1 - tuples.laid.edges[body]))
        for reject, body in zip(exact.rejected, owner, strict=True)
    ]
    return merge([choose(columns, ~bad, columns.place[~bad]), exact])


def _check_bytes(laid: Bodies) -> None:
    """Refuse what pyarrow takes for a number and we do not (-1, 0x1F, 1 2), escapes, and all but ASCII."""
    buffer, view = laid.buffer, laid.view
    if b"-" in buffer or b" " in buffer or b"\\" in buffer or view.max(initial=0) > _LAST_LETTER:
        raise UnusualError
    if b"X" in buffer and (view[np.flatnonzero(view == ord("X")) - 1] == ord("0")).any():
        raise UnusualError
