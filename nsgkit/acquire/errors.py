"""What can go wrong on the way from the service."""

from nsgkit.errors import NsgkitError


class StorageError(NsgkitError):
    """Something went wrong while reading from the service."""


class BusyError(StorageError):
    """It may work in a moment: throttled, unavailable, cut off, too slow."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait  # seconds, where the service said so


class ChangedError(StorageError):
    """The blob is no longer the one that was listed: it has another etag."""


class GoneError(StorageError):
    """The blob is no longer there."""


class UnreadableError(StorageError):
    """One blob cannot be read, however often it is tried."""


class RefusedError(StorageError):
    """Who reads may not: nothing else will be readable either."""


class ForbiddenError(RefusedError):
    """Who reads may not read this blob; perhaps others."""


class DiskFullError(StorageError):
    """There is no room left for the evidence."""


class StoppedError(StorageError):
    """The analyst stopped it."""
