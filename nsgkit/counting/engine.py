"""DuckDB as nsgkit opens it: with a limit of memory, a folder to spill into, and nothing said outside."""

import atexit
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import psutil

from nsgkit.errors import NsgkitError

MEMORY = "600MB"  # of a store's connection: with Python itself an analysis stays under a gigabyte
_SHARE, _LEAST = 0.6, 1_000_000_000  # of the memory that is free, for what lies in memory already
_USED = re.compile(r"\(([\d.]+ \w+)/([\d.]+ \w+) used\)")
_NO_DISK = ("failed to offload", "max_temp_directory_size", "No space left", "not enough space on")
_REMEDY = (
    "Ask of less, such as a narrower span or filter (nsgkit.query), or give the environment variable TMPDIR "
    "a folder on a disk with more room, and start Python again."
)


def connect(memory: str | None = None) -> Any:
    """Return a connection to a DuckDB of its own, in memory; `memory` is what it may take of it.

    Without it, that is a share of what is free. What does not fit is written into a folder of this process,
    which is removed at its end.

    >>> connect().sql("SELECT 1 AS one").to_arrow_table().column("one").to_pylist()
    [1]
    """
    import duckdb

    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,  # never fetch an extension
            "temp_directory": _spill(),
            "memory_limit": memory or _free_share(),
        }
    )
    connection.execute("SET enable_progress_bar = false")  # an analysis prints nothing
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@contextmanager
def room_told() -> Iterator[None]:
    """Turn DuckDB's errors about memory and disk into ours: how much there was, and what helps.

    >>> with room_told():
    ...     connect("1GB").sql("SELECT 1 AS one").to_arrow_table().num_rows
    1
    """
    try:
        yield
    except Exception as error:
        if not type(error).__module__.endswith("duckdb"):
            raise
        if any(said in str(error) for said in _NO_DISK):
            raise NsgkitError(_disk_is_short(str(error))) from error
        if type(error).__name__ == "OutOfMemoryException":
            raise NsgkitError(_memory_is_short(str(error))) from error
        raise


def _disk_is_short(said: str) -> str:
    used = _USED.search(said)
    limit = f", of which DuckDB may use {used[2]}" if used else ""
    free = shutil.disk_usage(_spill()).free / 1e9
    return (
        f"The answer does not fit into memory, and the folder for what does not fit, {_spill()}, is full: "
        f"its disk has {free:.1f} GB free{limit}. {_REMEDY}"
    )


def _memory_is_short(said: str) -> str:
    used = _USED.search(said)
    limit = f" of {used[2]}" if used else ""
    return (
        f"The answer does not fit into DuckDB's limit of memory{limit}, and this part of it cannot be "
        f"written aside. {_REMEDY}"
    )


def _free_share() -> str:
    free = int(psutil.virtual_memory().available * _SHARE)
    return f"{max(free, _LEAST) // 1_000_000}MB"


@cache
def _spill() -> str:
    folder = tempfile.mkdtemp(prefix="nsgkit-spill-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
