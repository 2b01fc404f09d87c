"""Whether logs fit into memory, told before they are read: a kernel that dies says nothing."""

import re
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from nsgkit.errors import NsgkitError
from nsgkit.flows.files import LogFile
from nsgkit.flows.flow_table import BYTES_OF_A_TUPLE
from nsgkit.html import visible
from nsgkit.memory import memory

# What a row takes, read and stitched: 245 bytes were measured on 14.4 million ordinary rows, 120 of them for
# reading alone. A fifth less, so that nothing is refused that fits.
BYTES_OF_A_ROW = 200
_SMALL = 256 << 20  # bytes of memory that any machine has: nothing is asked of it
_KEPT = 8  # what others hold may be given up: an eighth of all memory is always believed to be there
_PACKED = 30  # times: no flow logs shrink further
_LOOKED_INTO, _HEAD, _PACKED_HEAD = 24, 1 << 18, 1 << 14  # files, and bytes of each
_GZIP = 31  # as zlib calls the form of a .gz
_TUPLE = re.compile(rb'"1\d{9}(?:\d{3})?,')


def check_room(path: Path, files: Sequence[LogFile]) -> None:
    """Raise NsgkitError where the logs would not fit into memory; it says what does."""
    if _most_rows(files) * BYTES_OF_A_ROW <= _SMALL:
        return
    there = memory()
    free = max(there.free, there.total // _KEPT)
    if _most_rows(files) * BYTES_OF_A_ROW <= free:
        return
    rows = estimated_rows(files)
    if rows * BYTES_OF_A_ROW <= free:
        return
    folder, needed = visible(repr(str(path))), rows * BYTES_OF_A_ROW / 1e9
    raise NsgkitError(
        f"These logs have about {rows:,} flow rows, which take {needed:,.1f} GB of memory; there are "
        f"{free / 1e9:,.1f} GB for them. Put them into a store, which need not fit into memory: "
        f'nsgkit.ingest({folder}, "store"), and then logs = nsgkit.open_store("store") in place of '
        "nsgkit.read_logs. Or read less of them, with start= and end=."
    )


def estimated_rows(files: Sequence[LogFile]) -> int:
    """Return about how many flow rows files hold, by the first bytes of some of them."""
    ordered = sorted(files, key=lambda file: (_is_packed(file), file.size))
    step = -(-len(ordered) // _LOOKED_INTO)
    alike = [ordered[at : at + step] for at in range(0, len(ordered), step)]
    return sum(int(sum(file.size for file in some) * _tuples_a_byte(some[-1])) for some in alike)


def _most_rows(files: Iterable[LogFile]) -> int:
    sizes = (file.size * (_PACKED if _is_packed(file) else 1) for file in files)
    return sum(sizes) // BYTES_OF_A_TUPLE


def _is_packed(file: LogFile) -> bool:
    return file.path.suffix.lower() == ".gz"


def _tuples_a_byte(file: LogFile) -> float:
    """Return how many tuples there are in each byte of a file as it is stored, by its first ones."""
    if not file.path.is_file():  # a named pipe would wait for ever
        return 0
    try:
        with file.path.open("rb") as opened:
            head = opened.read(_PACKED_HEAD if _is_packed(file) else _HEAD)
        text = zlib.decompressobj(_GZIP).decompress(head) if _is_packed(file) else head
    except (OSError, zlib.error):  # reading will say so
        return 0
    return len(_TUPLE.findall(text)) / max(len(head), 1)
