"""DuckDB as nsgkit opens it: with a limit of memory, a folder to spill into, and nothing said outside."""

import atexit
import shutil
import tempfile
from functools import cache
from typing import Any

MEMORY = "600MB"  # of one connection: with Python itself an analysis stays under a gigabyte


def connect(memory: str | None = None) -> Any:
    """Return a connection to a DuckDB of its own, in memory; `memory` is what it may take of it.

    What does not fit is written into a folder of this process, which is removed at its end.

    >>> connect().sql("SELECT 1 AS one").to_arrow_table().column("one").to_pylist()
    [1]
    """
    import duckdb

    config: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "temp_directory": _spill(),
    }  # never fetch an extension
    connection = duckdb.connect(config=config | ({"memory_limit": memory} if memory else {}))
    connection.execute("SET enable_progress_bar = false")  # an analysis prints nothing
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@cache
def _spill() -> str:
    folder = tempfile.mkdtemp(prefix="nsgkit-spill-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
