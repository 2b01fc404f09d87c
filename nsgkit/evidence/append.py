"""A file of lines that only grows: a new line comes behind all that others write meanwhile."""

import os
from pathlib import Path

_FOR_ALL = 0o666  # whoever may read the folder, less the user's umask


def append_line(path: Path, line: bytes) -> None:
    r"""Write a line (which ends with a line break) in one piece; it is on the disk when this returns.

    Where the file ends in the middle of a line, that piece stays, and the new line begins on one of its own.
    Raises OSError where it cannot be written.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "lines")
    ...     _ = file.write_bytes(b"torn")
    ...     append_line(file, b"whole\n")
    ...     file.read_bytes()
    b'torn\nwhole\n'
    """
    how = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, how, _FOR_ALL)
    try:
        size = os.lseek(descriptor, 0, os.SEEK_END)
        if size:
            os.lseek(descriptor, size - 1, os.SEEK_SET)
            line = line if os.read(descriptor, 1) == b"\n" else b"\n" + line
        if os.write(descriptor, line) < len(line):
            raise OSError(0, "the disk is full")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
