"""Lists of tuples laid end to end, and where each tuple stands among them.

A body is the JSON list of a group's tuples, as bytes without white space or escapes: so the place of
every tuple follows from the places of the quotes, which numpy finds at once.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Raw

from nsgkit.flows.reading.columns import Array
from nsgkit.flows.reading.json_reader import located

_QUOTE, _COMMA, _LINE_BREAK = b'",\n'


class Lines(NamedTuple):
    """Bodies laid end to end; the i-th tuple stands in `buffer` from `starts[i]` to `ends[i]`."""

    buffer: bytearray
    starts: Array
    ends: Array
    bodies: Array  # where each body begins in the buffer
    counts: Array  # the tuples of each body

    @property
    def view(self) -> Array:
        """The buffer as an array that writes into it."""
        return np.frombuffer(self.buffer, dtype=np.uint8)


def lay_out(bodies: Sequence[Raw]) -> Lines:
    """Lay the bodies end to end and find their tuples."""
    buffer = bytearray().join(bodies)
    quotes = np.flatnonzero(np.frombuffer(buffer, dtype=np.uint8) == _QUOTE)
    offsets = np.cumsum([0, *(len(memoryview(body)) for body in bodies)])
    counts = np.diff(np.searchsorted(quotes, offsets)) // 2
    return Lines(buffer, quotes[0::2] + 1, quotes[1::2], offsets[:-1], counts)


def odd_bodies(lines: Lines) -> Array:
    """Tell the bodies that hold anything but texts: theirs are not `["` … `","` … `"]` throughout."""
    last = np.cumsum(lines.counts)
    first = last - lines.counts
    # Between two tuples of one body stand three bytes, between those of two bodies four.
    near = np.append(lines.starts[1:] - lines.ends[:-1], 0) == 3
    edge = np.zeros(len(near), dtype=bool)
    edge[last[lines.counts > 0] - 1] = True
    bad = np.concatenate(([0], np.cumsum(~(near | edge))))
    odd: Array = bad[last] > bad[first]
    filled = lines.counts > 0
    ends_at = np.append(lines.bodies[1:], len(lines.buffer))
    odd[filled] |= lines.starts[first[filled]] != lines.bodies[filled] + 2
    odd[filled] |= lines.ends[last[filled] - 1] != ends_at[filled] - 2
    odd[~filled] |= ends_at[~filled] != lines.bodies[~filled] + 2
    return odd


def fields_of_first(lines: Lines, bodies: Array) -> Array:
    """Return 8, 12 or 13: how many fields the first tuple of each (not empty) NSG body seems to have.

    Told by its end: the decision's letter (8), a state and three commas (12), four commas or a number.
    """
    end = lines.ends[(np.cumsum(lines.counts) - lines.counts)[bodies]]
    last, fourth = lines.view[end - 1], lines.view[np.maximum(end - 4, 0)]
    return np.where(last >= ord("A"), 8, np.where((last == _COMMA) & (fourth != _COMMA), 12, 13))


def break_lines(lines: Lines) -> None:
    """Make every tuple a line of its own, in place: quotes, commas and brackets around it are line ends."""
    view = lines.view
    view[lines.starts - 1] = view[lines.ends] = view[lines.ends + 1] = _LINE_BREAK
    view[lines.bodies] = view[lines.bodies - 1] = _LINE_BREAK  # -1 is the end of the last body


def blank(lines: Lines, which: Iterable[int]) -> None:
    """Make these lines empty, in place: an empty line is no line."""
    for i in which:
        lines.view[lines.starts[i] : lines.ends[i]] = _LINE_BREAK


def text_of(lines: Lines, i: int) -> str:
    """Return the i-th tuple's text."""
    quoted = b'"' + lines.buffer[lines.starts[i] : lines.ends[i]] + b'"'
    return str(located(quoted.decode("latin-1"), 0, len(quoted)))


def matches(lines: Lines, pattern: str) -> Array:
    """Tell for each line whether it matches, all lines at once."""
    edges = np.column_stack([lines.starts, lines.ends]).ravel().astype(np.int64)
    buffers = [None, pa.py_buffer(edges), pa.py_buffer(lines.buffer)]
    texts = pa.LargeBinaryArray.from_buffers(pa.large_binary(), max(0, len(edges) - 1), buffers)
    found: Array = pc.match_substring_regex(texts, pattern=pattern).to_numpy(zero_copy_only=False)
    return found[::2]
