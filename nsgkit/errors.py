"""Every error that nsgkit raises on purpose.

A message says what is wrong, where (path, blob, record, tuple), and what to do next.
"""

from datetime import date

_LONGEST = 40  # characters that a message repeats


class NsgkitError(Exception):
    """The parent of all errors raised by nsgkit: catch this one to catch them all."""


class NoLogsError(NsgkitError):
    """There is nothing to read: no flow-log blob at the path, or none in the span asked for."""


class EvidenceChangedError(NsgkitError):
    """A file is no longer what it was when it was read: its SHA-256 differs."""


class MissingColumnError(NsgkitError):
    """A table lacks a column that the question needs; the message names what adds it."""


def shown(given: object) -> str:
    """Return what was given for an argument as a message repeats it: short, on one line.

    >>> shown("yesterday"), shown(20241219)
    ("'yesterday'", 'int')
    """
    if isinstance(given, str | bytes):
        return repr(given[:_LONGEST]) + ("…" if len(given) > _LONGEST else "")
    if given is None or isinstance(given, date | float):  # a date also as pandas' NaT
        return str(given)
    return type(given).__name__
