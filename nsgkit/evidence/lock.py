"""The lock of an evidence folder: one process at a time writes into it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from nsgkit.errors import NsgkitError

LOCK = ".lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder for this process while it writes; NsgkitError where another one does."""
    lock = FileLock(folder / LOCK, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise NsgkitError(
            f"Another process is downloading into {folder}. Wait until it is done, or choose another folder."
        ) from None
    try:
        yield
    finally:
        lock.release()
