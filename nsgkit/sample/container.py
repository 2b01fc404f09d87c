"""The sample company's container at a moment: it answers what a download asks, from memory.

It is the service as its documentation describes it, as far as reading goes: Microsoft Learn, List Blobs, Get
Blob, Get Block List, and the retention of flow logs.
"""

import base64
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

from urllib3 import HTTPResponse

from nsgkit.layout import parse_name
from nsgkit.sample.logging.records import TAIL

RETENTION = timedelta(days=30)  # after which a blob is deleted that was not written since

_RECORD = re.compile(rb',?\{"time":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)')
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")
_Answer = tuple[int, dict[str, str], bytes]  # status, headers, body


@dataclass(frozen=True)
class Moment:
    """A blob as it is in the container at a moment."""

    content: bytes
    created: datetime
    modified: datetime

    @property
    def etag(self) -> str:
        """The name of this state of the blob."""
        return f'"0x{hashlib.sha256(self.content).hexdigest()[:15].upper()}"'

    def blocks(self) -> list[bytes]:
        """Return what Azure wrote one after the other: the head, each record, the tail."""
        cuts = [
            0,
            *(match.start() for match in _RECORD.finditer(self.content)),
            len(self.content) - len(TAIL),
        ]
        parts = [self.content[begin:end] for begin, end in pairwise(cuts)]
        return [*parts, TAIL]


class SampleContainer:
    """Blobs as they were at `now`; `archived` are names of those that cannot be read."""

    def __init__(
        self, blobs: Mapping[str, bytes], now: datetime, archived: frozenset[str] = frozenset()
    ) -> None:
        self.now, self.archived = now, archived
        found = ((name, _at(name, content, now)) for name, content in sorted(blobs.items()))
        self.blobs = {name: moment for name, moment in found if moment}

    def urlopen(self, method: str, url: str, **how: Any) -> HTTPResponse:
        """Answer a request that lists or reads."""
        parts = urlsplit(url)
        asked = dict(parse_qsl(parts.query))
        name = unquote(parts.path).removeprefix("/").partition("/")[2]
        status, headers, body = self._list(asked) if not name else self._read(name, asked, how["headers"])
        told = {"Date": format_datetime(self.now, usegmt=True), "Content-Length": str(len(body))}
        return HTTPResponse(
            io.BytesIO(body), told | headers, status, preload_content=False, request_method=method
        )

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def _list(self, asked: Mapping[str, str]) -> _Answer:
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter")
        names = [name for name in self.blobs if name.startswith(prefix)]
        below = {name: name[len(prefix) :].partition("/") for name in names}
        folders = {prefix + first + slash for first, slash, _ in below.values() if slash and delimiter}
        entries = [f"<BlobPrefix><Name>{escape(folder)}</Name></BlobPrefix>" for folder in sorted(folders)]
        entries += [self._entry(name) for name in names if not (delimiter and below[name][1])]
        body = f"<EnumerationResults><Blobs>{''.join(entries)}</Blobs><NextMarker/></EnumerationResults>"
        return 200, {"Content-Type": "application/xml"}, body.encode()

    def _entry(self, name: str) -> str:
        blob = self.blobs[name]
        facts = {
            "Creation-Time": format_datetime(blob.created, usegmt=True),
            "Last-Modified": format_datetime(blob.modified, usegmt=True),
            "Etag": blob.etag,
            "Content-Length": len(blob.content),
            "BlobType": "BlockBlob",
        }
        told = "".join(f"<{fact}>{escape(str(value))}</{fact}>" for fact, value in facts.items())
        return f"<Blob><Name>{escape(name)}</Name><Properties>{told}</Properties></Blob>"

    def _read(self, name: str, asked: Mapping[str, str], headers: Mapping[str, str]) -> _Answer:
        if name in self.archived:
            return 409, {"x-ms-error-code": "BlobArchived"}, b""
        blob = self.blobs[name]
        state = {"ETag": blob.etag, "Last-Modified": format_datetime(blob.modified, usegmt=True)}
        if asked.get("comp") == "blocklist":
            return 200, state | {"Content-Type": "application/xml"}, _block_list(blob)
        begin, last = map(int, _RANGE.fullmatch(headers["x-ms-range"]).groups())  # type: ignore[union-attr]
        body = blob.content[begin : last + 1]
        served = f"bytes {begin}-{begin + len(body) - 1}/{len(blob.content)}"
        return 206, state | {"Content-Range": served, "x-ms-blob-type": "BlockBlob"}, body


def _at(name: str, content: bytes, now: datetime) -> Moment | None:
    """Return a blob as it was at a moment; None where it was not there yet, or no more."""
    records = list(_records(content))
    written = [record for record in records if record[0] <= now]
    hour = parse_name(name).hour
    if not written or hour is None or now < hour or written[-1][0] + RETENTION <= now:
        return None
    whole = len(written) == len(records)
    cut = content if whole else content[: records[len(written)][1]] + TAIL
    return Moment(cut, written[0][0], written[-1][0])


def _records(content: bytes) -> Iterator[tuple[datetime, int]]:
    """Yield the time of each record and where it begins."""
    for match in _RECORD.finditer(content):
        yield datetime.fromisoformat(match[1].decode()).replace(tzinfo=UTC), match.start()


def _block_list(blob: Moment) -> bytes:
    blocks = "".join(
        f"<Block><Name>{base64.b64encode(b'%06d' % number).decode()}</Name><Size>{len(block)}</Size></Block>"
        for number, block in enumerate(blob.blocks())
    )
    return f"<BlockList><CommittedBlocks>{blocks}</CommittedBlocks></BlockList>".encode()
