"""How much memory there is for this process, also in a container; and giving back what was freed."""

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

_LITTLE = 500_000_000  # bytes
_ARENAS = -8  # M_ARENA_MAX of the GNU C library's mallopt
_GROUPS, _OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
# In a control group of Linux: the limit, what is taken, and what of it are files that are given up when
# memory is short. Version 2, and version 1 with the folder that it has for memory.
_FILES = {
    "": ("memory.max", "memory.current", "inactive_file"),
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}


class Memory(NamedTuple):
    """Bytes of memory: all that this process could have, and what of it is free now."""

    total: int
    free: int


def memory() -> Memory:
    """Return the machine's memory, or that of the container around this process where it has less.

    >>> memory().total >= memory().free > 0
    True
    """
    machine = psutil.virtual_memory()
    known = [Memory(machine.total, machine.available), *_limits(_GROUPS, _OWN)]
    return Memory(min(one.total for one in known), max(0, min(one.free for one in known)))


def give_back() -> None:
    """Give the system what Arrow and the C library keep of freed memory: in long work it would add up.

    Where this process holds little it stays: memory that is asked for anew costs a fifth of an ingest.
    """
    import pyarrow as pa

    if psutil.Process().memory_info().rss > _LITTLE:
        pa.default_memory_pool().release_unused()
        _tell_library("malloc_trim", 0)


def share_arenas() -> None:
    """Let threads share what the C library keeps: else each keeps some MB that it gave back."""
    _tell_library("mallopt", _ARENAS, 2)


def _tell_library(name: str, *numbers: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library than GNU's
            getattr(ctypes.CDLL("libc.so.6"), name)(*numbers)


def _limits(groups: Path, own: Path) -> Iterator[Memory]:
    """Yield what each control group around this process may take, and what of it is free."""
    try:
        lines = [line.split(":", 2) for line in own.read_text("utf-8").splitlines()]
    except (OSError, ValueError):  # no Linux
        return
    for _, kind, path in (line for line in lines if len(line) == 3):
        if kind in _FILES:  # as seen from inside a container, the path may be that of the machine
            folder = groups / kind / path.lstrip("/")
            above = (place for place in (folder, *folder.parents) if place.is_relative_to(groups / kind))
            yield from filter(None, (_limit(place, *_FILES[kind]) for place in above))


def _limit(group: Path, limit: str, taken: str, given_up: str) -> Memory | None:
    """Return what one control group may take; None where it has no limit."""
    try:
        most, used = (int((group / name).read_text("ascii")) for name in (limit, taken))
        stat = dict(line.split() for line in (group / "memory.stat").read_text("ascii").splitlines())
    except (OSError, ValueError):
        return None
    return Memory(most, most - used + int(stat.get(given_up, 0)))
