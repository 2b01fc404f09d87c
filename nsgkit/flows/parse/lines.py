"""Lists of tuples laid end to end, and the tuples among them as lines.

A body is the JSON list of a group's tuples, as bytes without white space. Where all are lists of plain
texts, the tuples become lines without any being looked for; otherwise numpy finds the places of all quotes.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Raw

from nsgkit.flows.parse.columns import Array
from nsgkit.flows.parse.json_exact import located

_QUOTE, _COMMA, _LINE_BREAK, _OPEN, _CLOSE = b'",\n[]'
MARK = b"9"  # stands before the first tuple of each body
_CHUNK = 1 << 19  # bytes that a processor keeps at hand, with what is made of them


class Bodies(NamedTuple):
    """Bodies laid end to end: the i-th stands in `buffer` from `edges[i]` to before `edges[i + 1]`."""

    buffer: bytearray
    edges: Array

    @property
    def view(self) -> Array:
        """The buffer as an array that writes into it."""
        return np.frombuffer(self.buffer, dtype=np.uint8)

    @property
    def filled(self) -> Array:
        """Which bodies are longer than an empty list."""
        return np.diff(self.edges) > len("[]")


class Tuples(NamedTuple):
    """Where the tuples of bodies stand in their buffer: the i-th from `starts[i]` to before `ends[i]`."""

    laid: Bodies
    starts: Array
    ends: Array
    counts: Array  # of each body


def lay_out(bodies: Sequence[Raw]) -> Bodies:
    """Lay the bodies end to end."""
    edges = np.cumsum([0, *[len(memoryview(body)) for body in bodies]])  # a generator takes twice as long
    return Bodies(bytearray().join(bodies), edges)


def fields_of_last(laid: Bodies, versions: Array) -> Array:
    """Return 8, 12 or 13: how many fields the last tuple of each body seems to have.

    Told by its end where the version does not: the decision's letter (8), a state and three commas (12),
    four commas or a number (13).
    """
    fields: Array = np.where(versions == 1, 8, 13)
    asked = np.flatnonzero((versions == 2) & laid.filled)
    end = laid.edges[asked + 1] - 2
    last, fourth = laid.view[end - 1], laid.view[np.maximum(end - 4, 0)]
    fields[asked] = np.where(last >= ord("A"), 8, np.where((last == _COMMA) & (fourth != _COMMA), 12, 13))
    return fields


def begin_and_end_as_lists(laid: Bodies) -> bool:
    """Tell whether each body is `[]`, or begins with `["` and ends with `"]`."""
    if (np.diff(laid.edges) < len("[]")).any():
        return False
    view, starts, ends = laid.view, laid.edges[:-1], laid.edges[1:]
    brackets = (view[starts] == _OPEN) & (view[ends - 1] == _CLOSE)
    quotes = (view[starts + 1] == _QUOTE) & (view[ends - 2] == _QUOTE)
    return bool((brackets & (quotes | ~laid.filled)).all())


def break_lines(laid: Bodies) -> int:
    """Make tuples lines, in place: `","` between two becomes line ends; return how many tuples to expect.

    The first line of each body gets the mark before it. Right for lists of plain texts alone: with anything
    else in a body, a line begins with a comma, or is missing.
    """
    view, found = laid.view, 0
    quotes = np.zeros(_CHUNK + 2, dtype=np.uint8)  # 1 for a quote, from the byte before to the one behind
    for start in range(0, len(view), _CHUNK):
        chunk = view[start : start + _CHUNK]
        before, here, after = (quotes[i : i + len(chunk)] for i in range(3))
        quotes[0] = quotes[_CHUNK]
        here[:] = chunk == _QUOTE
        after[-1] = (view[start + len(chunk) :][:1] == _QUOTE).any()
        found += int(np.count_nonzero(here))
        chunk -= here * np.uint8(_QUOTE - _LINE_BREAK)  # to choose bytes takes twice as long
        chunk -= (before & after) * np.uint8(_COMMA - _LINE_BREAK)
    view[laid.edges[:-1]] = view[laid.edges[1:] - 1] = _LINE_BREAK
    view[laid.edges[:-1][laid.filled] + 1] = ord(MARK)
    return found // 2


def find_tuples(laid: Bodies) -> Tuples:
    """Find all tuples by the quotes around them; bodies that `odd_bodies` tells have no true ones."""
    quotes = np.flatnonzero(laid.view == _QUOTE)
    counts = np.diff(np.searchsorted(quotes, laid.edges)) // 2
    return Tuples(laid, quotes[0::2] + 1, quotes[1::2], counts)


def odd_bodies(tuples: Tuples) -> Array:
    """Tell the bodies that hold anything but texts: theirs are not `["` … `","` … `"]` throughout."""
    last, filled = np.cumsum(tuples.counts), tuples.counts > 0
    first = last - tuples.counts
    # Between two tuples of one body stand three bytes, between those of two bodies four.
    near = np.append(tuples.starts[1:] - tuples.ends[:-1], 0) == 3
    edge = np.zeros(len(near), dtype=bool)
    edge[last[filled] - 1] = True
    bad = np.concatenate(([0], np.cumsum(~(near | edge))))
    odd: Array = bad[last] > bad[first]
    starts, ends = tuples.laid.edges[:-1], tuples.laid.edges[1:]
    odd[filled] |= tuples.starts[first[filled]] != starts[filled] + 2
    odd[filled] |= tuples.ends[last[filled] - 1] != ends[filled] - 2
    odd[~filled] |= ends[~filled] != starts[~filled] + 2
    return odd


def break_around(tuples: Tuples, without: Iterable[int]) -> None:
    """Make each tuple a line, in place, but these empty ones: an empty line is no line."""
    view, edges = tuples.laid.view, tuples.laid.edges
    for i in without:
        view[tuples.starts[i] : tuples.ends[i]] = _LINE_BREAK
    view[tuples.starts - 1] = view[tuples.ends] = view[tuples.ends + 1] = _LINE_BREAK
    view[edges[:-1]] = view[edges[1:] - 1] = _LINE_BREAK


def text_of(tuples: Tuples, i: int) -> str:
    """Return the i-th tuple's text."""
    quoted = b'"' + tuples.laid.buffer[tuples.starts[i] : tuples.ends[i]] + b'"'
    return str(located(quoted.decode("latin-1"), 0, len(quoted)))


def matches(tuples: Tuples, pattern: str) -> Array:
    """Tell for each tuple whether it matches, all at once."""
    edges = np.column_stack([tuples.starts, tuples.ends]).ravel().astype(np.int64)
    buffers = [None, pa.py_buffer(edges), pa.py_buffer(tuples.laid.buffer)]
    texts = pa.LargeBinaryArray.from_buffers(pa.large_binary(), max(0, len(edges) - 1), buffers)
    found: Array = pc.match_substring_regex(texts, pattern=pattern).to_numpy(zero_copy_only=False)
    return found[::2]
