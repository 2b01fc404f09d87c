"""Every error that nsgkit raises on purpose.

A message says what is wrong, where (path, blob, record, tuple), and what to do next.
"""


class NsgkitError(Exception):
    """The parent of all errors raised by nsgkit: catch this one to catch them all."""


class NoLogsError(NsgkitError):
    """There is nothing to read: no flow-log blob at the path, or none in the span asked for."""


class EvidenceChangedError(NsgkitError):
    """A file is no longer what it was when it was read: its SHA-256 differs."""


class MissingColumnError(NsgkitError):
    """A table lacks a column that the question needs; the message names what adds it."""
