"""The HTTP transport below the SDK: one host's connections, and responses taken as they come.

The SDK's own transport unzips bodies, tries again in its own way when one breaks off, waits for
ever on one that drips, and takes as much of the processor as the rest of the SDK. This one is
urllib3 alone. A body comes raw, whole, in time and unflipped, or not at all.
"""

import base64
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from requests.utils import (
    DEFAULT_CA_BUNDLE_PATH,
    get_environ_proxies,
    prepend_scheme_if_needed,
    select_proxy,
)
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout
from urllib3.exceptions import HTTPError

from nsgkit.acquire.credentials import redact
from nsgkit.acquire.errors import BusyError, RefusedError
from nsgkit.acquire.list_answer import safe_list
from nsgkit.errors import NsgkitError

WINDOW = 30.0  # seconds over which the rate is taken
FLOOR = 1024  # bytes a second

_PIECE = 1 << 16
_TIMEOUT = Timeout(connect=30, read=30)  # seconds without a byte


class Request(Protocol):
    """What the SDK asks for."""

    method: str
    url: str
    headers: Mapping[str, str]


class Pool(Protocol):
    """What sends a request and gives the response: connections to a host, or what answers in its stead."""

    def urlopen(self, method: str, url: str, **how: Any) -> BaseHTTPResponse:
        """Send a request; `url` is the path, with what is asked."""

    def close(self) -> None:
        """Close the connections."""


class HttpTransport:
    """Sends the SDK's requests, in its transport's stead: to one host, and only those that change nothing."""

    def __init__(self, url: str, connections: int, pool: Pool | None = None) -> None:
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        self._pool = pool or _connect(url, connections)

    def send(self, request: Request, *, stream: bool = False, **_options: object) -> "Response":
        """Send a request; unless it is to be streamed, read its response too. Raises urllib3's HTTPError."""
        path = request.url.removeprefix(self._origin)
        if request.method not in {"GET", "HEAD"} or not path.startswith("/"):
            raise RefusedError(f"Only list, get and head requests to {self._origin} are sent.")
        raw = self._pool.urlopen(
            request.method,
            path,
            headers=request.headers,
            retries=False,
            redirect=False,
            timeout=_TIMEOUT,
            preload_content=False,
        )
        response = Response(request, raw)
        if not stream:
            response.read()
        return response

    def open(self) -> None:
        """Do nothing: connections are made when they are needed."""

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Response:
    """A response as the SDK wants it; iterate over it for its raw bytes.

    Reading raises BusyError unless they are whole and right.
    """

    def __init__(self, request: Request, raw: BaseHTTPResponse) -> None:
        self.request, self.internal_response = request, raw
        self.status_code, self.reason, self.headers = raw.status, raw.reason, raw.headers
        self.content_type = raw.headers.get("Content-Type")
        self.content_length = int(raw.headers.get("Content-Length", 0))
        self._body: bytes | None = None

    def __iter__(self) -> Iterator[bytes]:
        raw = self.internal_response
        announced, expected = raw.length_remaining, self.headers.get("Content-MD5")
        received, digest = 0, hashlib.md5(usedforsecurity=False)
        for piece in _in_time(raw):
            received += len(piece)
            if expected is not None:
                digest.update(piece)
            yield piece
        if announced is not None and received != announced:  # it is None where pieces tell their own length
            raise BusyError(f"The connection broke off after {received:,} of {announced:,} bytes")
        if expected is not None and received and base64.b64decode(expected) != digest.digest():
            raise BusyError("The bytes that arrived are not those that the service sent: their MD5 differs")

    @property
    def response(self) -> Self:
        """Return what the bytes belong to; the SDK asks them for it."""
        return self

    def stream_download(self, *_args: object, **_options: object) -> Self:
        """Return what gives the bytes."""
        return self

    def read(self) -> bytes:
        """Return the whole body."""
        if self._body is None:
            body = b"".join(self)
            is_list = self.status_code == 200 and "comp=list" in urlsplit(self.request.url).query.split("&")
            self._body = safe_list(body) if is_list else body
        return self._body

    body = read

    def text(self, encoding: str | None = None) -> str:
        """Return the body as text."""
        return self.read().decode(encoding or "utf-8-sig", "replace")


def _connect(url: str, connections: int) -> HTTPConnectionPool:
    """Make connections for many threads, which look into the environment once and not for each request."""
    adapter = HTTPAdapter(pool_maxsize=connections)
    # Over plain http there is only an emulator, which is on this machine.
    proxy = select_proxy(url, get_environ_proxies(url)) if url.startswith("https:") else None
    chosen = os.getenv("REQUESTS_CA_BUNDLE") or os.getenv("CURL_CA_BUNDLE")
    authorities = chosen or DEFAULT_CA_BUNDLE_PATH
    place = "ca_cert_dir" if Path(authorities).is_dir() else "ca_certs"
    try:
        through = adapter.proxy_manager_for(prepend_scheme_if_needed(proxy, "http")) if proxy else None
    except (HTTPError, RequestException):  # its words could show the proxy's password
        raise NsgkitError(
            "The proxy that the environment names (HTTPS_PROXY, ALL_PROXY) cannot be used. Write it as "
            "http://HOST:PORT, or take it out of the environment."
        ) from None
    manager = through or adapter.poolmanager
    return manager.connection_from_url(url, {"cert_reqs": "CERT_REQUIRED", place: authorities})


def _in_time(raw: BaseHTTPResponse) -> Iterator[bytes]:
    """Yield what arrives; give up on a body that drips, which no time limit notices."""
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
