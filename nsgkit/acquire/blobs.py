"""Azure Storage: list, look at and read blobs. The only file that knows the SDK.

Only list, get and head requests are ever sent. What goes wrong becomes one of `acquire.errors`, in one
sentence that holds no secret; nothing of the SDK's own errors, whose text carries the SAS, leaves.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import chain
from threading import Event
from typing import Any, NamedTuple, cast

from azure.core import MatchConditions
from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential, TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError
from azure.core.pipeline import PipelineResponse
from azure.storage.blob import BlobPrefix, BlobProperties, ContainerClient
from urllib3.exceptions import HTTPError

from nsgkit.acquire import errors
from nsgkit.acquire.container_url import Container
from nsgkit.acquire.credentials import Credential, guard_logs, redact
from nsgkit.acquire.list_answer import is_etag, is_size
from nsgkit.acquire.retry import retry, retry_after
from nsgkit.acquire.transport import HttpTransport, Pool
from nsgkit.errors import NsgkitError
from nsgkit.times import LAST_YEAR

WORKERS = 24  # requests at a time
PIECE = 4 << 20  # bytes: the most for which the service gives an MD5 of what it sends

_PAGE = 1_000  # blobs: the SDK takes some 5 KB of memory for each
_EMPTY_PAGES = 1_000  # in a row: Azure sends some where many blobs were deleted
_SAME_PAGES = 2
# TLS proves each byte on the way; over plain http, which is an emulator's, the service's MD5 does.
_MD5_WANTED = {"http": {"x-ms-range-get-content-md5": "true"}, "https": {}}
# Who signs in people of the sovereign clouds; for all others DefaultAzureCredential knows it.
_AUTHORITIES = {
    ".core.usgovcloudapi.net": "login.microsoftonline.us",
    ".core.chinacloudapi.cn": "login.chinacloudapi.cn",
}
_SdkCredential = AzureNamedKeyCredential | AzureSasCredential | TokenCredential
_LATER = frozenset({408, 429, 500, 502, 503, 504})


class Blob(NamedTuple):
    """A blob as the service describes it."""

    name: str
    size: int  # list_answer.UNKNOWN where a list says nonsense of the blob: look at it then
    etag: str
    created: str | None
    modified: str | None
    md5: str | None  # of the whole blob, in hex, where whoever wrote it left one
    encoding: str | None


class Source:
    """An open container: its address, who reads it, the service's clock, and what stops reading.

    `pool` answers in the service's stead: the sample's container lies in memory.
    """

    def __init__(
        self,
        container: Container,
        credential: Credential,
        stop: Event | None = None,
        pool: Pool | None = None,
    ) -> None:
        self.container = container
        self.credential = credential
        self.stop = stop or Event()
        self.server_time = datetime.now(UTC)  # when the service last answered, by its own clock
        self.client = _client(container, credential, self.answered, pool)

    def answered(self, response: PipelineResponse[Any, Any]) -> Mapping[str, str]:
        """Take the service's time from a response and return its headers."""
        headers: Mapping[str, str] = response.http_response.headers
        if "Date" in headers:
            told = parsedate_to_datetime(headers["Date"])
            if told.tzinfo is None or told.year > LAST_YEAR:
                raise ValueError("a time that cannot be")
            self.server_time = told
        return headers


def list_names(source: Source, prefix: str) -> Iterator[Blob]:
    """Yield every blob whose name begins with `prefix`, page by page."""
    pages = source.client.list_blobs(name_starts_with=prefix, results_per_page=_PAGE).by_page()
    return (found for page in _pages(pages, source) for found in page if isinstance(found, Blob))


def list_folders(source: Source, prefix: str, beside: Callable[[Blob], object] = lambda _: None) -> list[str]:
    """Return the folders right below `prefix`, each with its closing slash; `beside` is given the blobs."""
    pages = source.client.walk_blobs(name_starts_with=prefix, delimiter="/").by_page()
    folders = []
    for entry in chain.from_iterable(_pages(pages, source)):
        if isinstance(entry, BlobPrefix):
            folders.append(entry.name)
        else:
            beside(entry)
    return folders


def look_at(source: Source, name: str) -> Blob:
    """Return the blob as it is now."""

    def head() -> Blob:
        with _faults(source, name):
            found = source.client.get_blob_client(name).get_blob_properties()
            if not (is_size(str(found.size)) and is_etag(found.etag or "")):
                raise ValueError("a size or an ETag that cannot be")
            return _listed(found)

    return retry(head, source.stop)


def read_range(source: Source, blob: Blob, offset: int, length: int) -> bytes:
    """Return `length` raw bytes from `offset`, at most PIECE; ChangedError where the etag is another."""

    def get() -> bytes:
        headers: list[Mapping[str, str]] = []
        with _faults(source, blob.name):
            stream = source.client.download_blob(
                blob.name,
                offset=offset,
                length=length,
                headers=dict(_MD5_WANTED[source.container.scheme]),
                max_concurrency=1,
                raw_response_hook=lambda response: headers.append(source.answered(response)),
                **_only(blob),
            )
            data = b"".join(stream.chunks())  # there is only one, which readall would copy
        _check_range(headers[-1], blob, offset, length)
        if len(data) != length:
            raise errors.BusyError(f"The service sent {len(data):,} of {length:,} bytes")
        return data

    return retry(get, source.stop)


def _check_range(headers: Mapping[str, str], blob: Blob, offset: int, length: int) -> None:
    """Raise unless it is the range that was asked for, of a blob that is as long as was told."""
    served = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", headers.get("Content-Range", ""), re.ASCII)
    if served is None or int(served[1]) != offset:
        raise errors.UnreadableError("The service sent another range of this blob than was asked for")
    if int(served[3]) != blob.size:
        raise errors.ChangedError("This blob is not as long as the service said before")
    if int(served[2]) != offset + length - 1:
        raise errors.UnreadableError("The service sent another range of this blob than was asked for")


def list_blocks(source: Source, blob: Blob) -> list[tuple[str, int]]:
    """Return the (id, size) of each block of the blob; ChangedError where the etag is another."""
    etags: list[str] = []

    def get() -> list[tuple[str, int]]:
        with _faults(source, blob.name):
            client = source.client.get_blob_client(blob.name)
            committed, _ = client.get_block_list(
                "committed", raw_response_hook=lambda r: etags.append(r.http_response.headers.get("ETag", ""))
            )
        if etags[-1].strip('"') != blob.etag:
            raise errors.ChangedError("This blob changed while its blocks were listed")
        return [(block.id, block.size) for block in committed]

    return retry(get, source.stop)


def _client(
    container: Container, credential: Credential, answered: object, pool: Pool | None
) -> ContainerClient:
    guard_logs()
    return ContainerClient.from_container_url(
        container.url,
        credential=_sdk_credential(container, credential),
        transport=HttpTransport(container.url, 2 * WORKERS, pool),
        retry_total=0,  # the SDK's own tries wait 83 s and ignore 429: acquire.retry does it
        permit_redirects=False,  # one would be another host, or a login page
        raw_response_hook=answered,
        max_single_get_size=PIECE,
        max_chunk_get_size=PIECE,
    )


def _sdk_credential(container: Container, credential: Credential) -> _SdkCredential:
    if credential.kind == "sas":
        return AzureSasCredential(str(credential.value))
    if credential.kind == "key":
        return AzureNamedKeyCredential(container.account, str(credential.value))
    if credential.kind == "default":
        from azure.identity import DefaultAzureCredential

        host = container.url.split("/")[2]
        signs_in = [where for cloud, where in _AUTHORITIES.items() if host.endswith(cloud)]
        return DefaultAzureCredential(authority=signs_in[0]) if signs_in else DefaultAzureCredential()
    return cast(TokenCredential, credential.value)


def _pages(pages: Iterator[Any], source: Source) -> Iterator[list[Any]]:
    def turn() -> list[Any] | None:
        with _faults(source, None):
            page = next(pages, None)
            return page if page is None else [e if isinstance(e, BlobPrefix) else _listed(e) for e in page]

    earlier: set[object] = set()
    last: list[str] = []
    empty = same = 0
    while (page := retry(turn, source.stop)) is not None:
        names, marker = [entry.name for entry in page], getattr(pages, "continuation_token", None)
        empty, same = 0 if page else empty + 1, same + 1 if page and names == last else 0
        if marker in earlier or empty > _EMPTY_PAGES or same > _SAME_PAGES:
            raise errors.UnreadableError(
                f"The list of {_place(source, None)} has no end: the service sends the same again and again"
            )
        earlier.add(marker)
        last = names
        yield page


def _listed(found: BlobProperties) -> Blob:
    content = found.content_settings
    return Blob(
        found.name,
        found.size,
        (found.etag or "").strip('"'),
        _time(found.creation_time),
        _time(found.last_modified),
        bytes(content.content_md5).hex() if content.content_md5 else None,
        content.content_encoding,
    )


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _only(blob: Blob) -> dict[str, Any]:
    return {"etag": f'"{blob.etag}"', "match_condition": MatchConditions.IfNotModified}


@contextmanager
def _faults(source: Source, name: str | None) -> Iterator[None]:
    """Turn an error of the SDK into one of ours, raised afterwards so that it drags no secret along."""
    fault = None
    try:
        yield
    except (AzureError, HTTPError) as error:
        fault = _fault(error, source, name)
    except NsgkitError:
        raise
    except Exception as error:  # such as a length that is no number
        what = type(error).__name__
        fault = errors.UnreadableError(
            f"The service's answer for {_place(source, name)} makes no sense ({what})"
        )
    if fault is not None:
        raise fault


def _fault(error: AzureError | HTTPError, source: Source, name: str | None) -> errors.StorageError:
    status = error.status_code if isinstance(error, HttpResponseError) else None
    code = getattr(error, "error_code", None) or status
    code = getattr(code, "value", code)
    account, container, place = source.container.account, source.container.name, _place(source, name)
    if isinstance(error, ClientAuthenticationError) and status is None:
        reason = redact(error.message).split("\n")[0]
        return errors.RefusedError(f"Nobody is signed in: run `az login`, then try again. {reason}")
    if status in {401, 403}:
        kind = errors.RefusedError if name is None or _is_over(status, code) else errors.ForbiddenError
        return kind(
            f"The service refused to let {source.credential.description} read {place} ({code}). It takes "
            "the role Storage Blob Data Reader on the container, or a SAS that is valid now and allows read "
            "and list."
        )
    if status in _LATER or status is None:
        why = f"The service answered {code}" if status else f"The account {account} could not be reached"
        return errors.BusyError(
            f"{why} for {place}", retry_after(getattr(getattr(error, "response", None), "headers", {}))
        )
    if code == "BlobArchived":
        return errors.UnreadableError(
            f"{place.capitalize()} is archived: bring it back to the hot tier in Azure first"
        )
    if status == 404 and name is None:
        return errors.RefusedError(f"The account {account} has no container {container}.")
    kinds = {304: errors.ChangedError, 412: errors.ChangedError, 404: errors.GoneError}
    return kinds.get(status, errors.UnreadableError)(f"The service answered {code} for {place}")


def _place(source: Source, name: str | None) -> str:
    return f"the container {source.container.name}" if name is None else "this blob"


def _is_over(status: int | None, code: object) -> bool:
    """Whether who reads is known no more, as when a token expired; else it may be one blob's matter."""
    return status == 401 or code in {"AuthenticationFailed", "InvalidAuthenticationInfo"}
