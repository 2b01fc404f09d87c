"""The lock of a folder: one process at a time writes into it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from nsgkit.errors import NsgkitError

LOCK = ".lock"


@contextmanager
def alone(folder: Path, does: str = "is downloading", wait: float = 0) -> Iterator[None]:
    """Hold the folder for this process while it writes; NsgkitError where another one does.

    `does` says what the other one does, `wait` for how many seconds it may go on.
    """
    lock = FileLock(folder / LOCK, timeout=wait, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise NsgkitError(
            f"Another process {does} into {folder}. Wait until it is done, or choose another folder."
        ) from None
    try:
        yield
    finally:
        lock.release()
