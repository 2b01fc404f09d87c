"""Memory between two steps of long work: what was freed goes back to the system, so that it never adds up."""

import contextlib
import ctypes
import sys

import pyarrow as pa


def give_back() -> None:
    """Give the system back what Arrow and the C library keep of memory that was freed."""
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library than GNU's
            ctypes.CDLL("libc.so.6").malloc_trim(0)
