"""The body of a response, taken as it comes: raw, whole, in time and unflipped, or not at all.

The SDK unzips bodies, tries again in its own way when one breaks off, and waits for ever on one
that drips. So a response's body is read here, below it.
"""

import base64
import hashlib
from collections.abc import Iterator
from time import monotonic

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from nsgkit.acquire.faults import BusyError
from nsgkit.acquire.identity import redact

WINDOW = 30.0  # seconds over which the rate is taken
FLOOR = 1024  # bytes a second

_PIECE = 1 << 17


class Body:
    """Iterates over a response's raw bytes. Raises BusyError unless they are whole and right."""

    def __init__(self, response: object, raw: BaseHTTPResponse) -> None:
        self.response = response  # the SDK asks for it
        self.content_length = int(raw.headers.get("Content-Length", 0))
        self._raw = raw

    def __iter__(self) -> Iterator[bytes]:
        received, expected = 0, self._raw.headers.get("Content-MD5")
        digest = hashlib.md5(usedforsecurity=False)
        for piece in _in_time(self._raw):
            received += len(piece)
            if expected is not None:
                digest.update(piece)
            yield piece
        if received != self.content_length:
            raise BusyError(f"The connection broke off after {received:,} of {self.content_length:,} bytes")
        _check(digest.digest(), expected)


def _in_time(raw: BaseHTTPResponse) -> Iterator[bytes]:
    """Yield what arrives; give up on a body that drips, which no time limit of the SDK notices."""
    begun, received = monotonic(), 0
    try:
        while piece := raw.read1(_PIECE, decode_content=False):
            received += len(piece)
            passed = monotonic() - begun
            if passed >= WINDOW:
                if received < FLOOR * passed:
                    raise BusyError(f"The service sends less than {FLOOR:,} bytes a second")
                begun, received = monotonic(), 0
            yield piece
    except (HTTPError, OSError) as error:
        broken = redact(f"The connection broke off: {type(error).__name__}")
    else:
        return
    finally:
        raw.close()
    raise BusyError(broken)


def _check(digest: bytes, expected: str | None) -> None:
    if expected is not None and base64.b64decode(expected) != digest:
        raise BusyError("The bytes that arrived are not those that the service sent: their MD5 differs")
