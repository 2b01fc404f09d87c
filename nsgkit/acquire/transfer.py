"""One blob's way into the evidence folder: whole, or only what it has grown by since it was last read."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nsgkit.acquire import errors
from nsgkit.acquire.blobs import PIECE, Blob, Source, list_blocks, look_at, read_range
from nsgkit.acquire.retry import TRIES
from nsgkit.evidence.folder import blob_key, part_path, read_parts
from nsgkit.evidence.writer import EvidenceWriter
from nsgkit.layout import parse_name

SETTLED = timedelta(minutes=65)  # a blob can still change some 61 minutes after its hour began
TAIL = b"]}"  # the last block of every flow-log blob; records are put in before it

_AHEAD = 8  # ranges of a large blob that are read at a time


@dataclass(frozen=True)
class Transfer:
    """From where to where, and who is told."""

    source: Source
    writer: EvidenceWriter
    on_bytes: Callable[[int], None]  # is given the number of bytes as they arrive


Parts = list[list[int]]  # [number of the file, how many bytes of it], in order


def fetch(transfer: Transfer, blob: Blob) -> Blob:
    """Bring the blob into the evidence folder and return it as it was read.

    Where it grows meanwhile, it is read again as it then is. Raises one of `acquire.errors`.
    """
    for _ in range(TRIES):
        try:
            _fetch(transfer, blob)
        except errors.ChangedError:
            blob = look_at(transfer.source, blob.name)
        else:
            return blob
    raise errors.UnreadableError(f"This blob changed each of the {TRIES} times that it was read")


def is_growing(name: str, now: datetime) -> bool:
    """Whether more may still be written into the blob of this name.

    >>> from datetime import UTC
    >>> is_growing("y=2024/m=12/d=19/h=09/m=00/PT1H.json", datetime(2024, 12, 19, 10, 6, tzinfo=UTC))
    False
    """
    hour = parse_name(name).hour
    return hour is not None and now < hour + SETTLED


def _fetch(transfer: Transfer, blob: Blob) -> None:
    source, writer = transfer.source, transfer.writer
    place = source.container.place
    earlier = writer.held(**place, name=blob.name) or {}
    growing = is_growing(blob.name, source.server_time)
    blocks = list_blocks(source, blob) if growing or earlier.get("blocks") else []
    parts = _beginning(earlier, blob, blocks)
    key = blob_key(**place, name=blob.name)
    number = writer.next_part(key)
    digests = _write(transfer, blob, key, parts, number)
    writer.add(
        "stored",
        **place,
        **blob._asdict(),
        **digests,
        parts=[*parts, [number, blob.size - _length(parts)]],
        blocks=_summary(blocks),
        growing=growing,
        served=f"{source.server_time:%Y-%m-%dT%H:%M:%SZ}",
    )


def _write(transfer: Transfer, blob: Blob, key: str, parts: Parts, number: int) -> dict[str, Any]:
    """Write what is new of the blob as its part `number` and return the hashes."""
    writer = transfer.writer
    whole, own, md5 = hashlib.sha256(), hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    for data in read_parts((part_path(writer.folder, key, n), length) for n, length in parts):
        whole.update(data)
        md5.update(data)
    with writer.incoming(key, number) as file:
        for data in _read(transfer, blob, _length(parts)):
            whole.update(data)
            if parts:
                own.update(data)
            if blob.md5:
                md5.update(data)
            file.write(data)
            transfer.on_bytes(len(data))
    return {
        "sha256": whole.hexdigest(),
        "file_sha256": (own if parts else whole).hexdigest(),
        # Whoever wrote the blob may have left a wrong one: that is a fact about the evidence, no reason
        # to do without it. What was sent arrived: each range is checked on its own.
        "md5_agrees": md5.hexdigest() == blob.md5 if blob.md5 else None,
    }


def _beginning(earlier: dict[str, Any], blob: Blob, blocks: list[tuple[str, int]]) -> Parts:
    """Return the parts that hold the blob's beginning; none unless its blocks prove that it is unchanged."""
    known = earlier.get("blocks")
    if not known or earlier["created"] != blob.created or len(blocks) <= known["count"]:
        return []
    if _digest(blocks[: known["count"]]) != known["sha256"]:
        return []
    (*before, (number, length)) = earlier["parts"]
    return [*before, [number, length - len(TAIL)]]


def _summary(blocks: list[tuple[str, int]]) -> dict[str, Any] | None:
    """Return what is to be remembered of the blocks before the tail; None where there is no such tail."""
    if len(blocks) < 2 or blocks[-1][1] != len(TAIL):
        return None
    return {"count": len(blocks) - 1, "sha256": _digest(blocks[:-1])}


def _digest(blocks: list[tuple[str, int]]) -> str:
    return hashlib.sha256("".join(f"{name} {size}\n" for name, size in blocks).encode()).hexdigest()


def _length(parts: Parts) -> int:
    return sum(length for _, length in parts)


def _read(transfer: Transfer, blob: Blob, offset: int) -> Iterator[bytes]:
    """Yield the blob's bytes from `offset`; a large blob's ranges are read several at a time."""

    def get(begin: int) -> bytes:
        length = min(PIECE, blob.size - begin)
        return read_range(transfer.source, blob, begin, length)

    begins = range(offset, blob.size, PIECE)
    if len(begins) <= 1:
        yield from map(get, begins)
    else:
        with transfer.writer.large:
            yield from _in_order(get, begins)


def _in_order(get: Callable[[int], bytes], begins: range) -> Iterator[bytes]:
    waiting: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(_AHEAD) as pool:
        try:
            for begin in begins:
                waiting.append(pool.submit(get, begin))
                if len(waiting) >= 2 * _AHEAD:  # so that a slow range does not leave the others idle
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
