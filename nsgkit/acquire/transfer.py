"""One blob's way into the evidence folder: whole, or only what it has grown by since it was last read."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from nsgkit.acquire import errors
from nsgkit.acquire.blobs import PIECE, Blob, Source, list_blocks, look_at, read_range
from nsgkit.acquire.retry import TRIES
from nsgkit.evidence.folder import State, blob_key, part_names, part_path, read_parts
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


def must_be_read_again(held: Mapping[str, Any], state: State | None, *, growing: bool) -> bool:
    """Whether a blob that is held as it is must be compared with the source once more, now that it is whole.

    Of one that was read in parts, each part is of another moment: what had been read may have been rewritten.

    >>> must_be_read_again({"parts": [[0, 5], [1, 7]]}, "growing", growing=False)
    True
    """
    return not growing and state != "complete" and len(held["parts"]) > 1


def _fetch(transfer: Transfer, blob: Blob) -> None:
    source, writer = transfer.source, transfer.writer
    place = source.container.place
    earlier = _held(writer, {**place, "name": blob.name})
    growing = is_growing(blob.name, source.server_time)
    blocks = list_blocks(source, blob) if growing or earlier.get("blocks") else []
    begun = _begun(transfer, blob, earlier, _beginning(earlier, blob, blocks), growing=growing)
    if begun is None:
        writer.add("seen", **place, name=blob.name, growing=False, reread=True)
        return
    digests = _write(transfer, blob, begun)
    number = digests.pop("number")
    writer.add(
        "stored",
        **place,
        **blob._asdict(),
        **digests,
        parts=[*begun.parts, [number, blob.size - _length(begun.parts)]],
        blocks=_summary(blocks),
        growing=growing,
        served=f"{source.server_time:%Y-%m-%dT%H:%M:%SZ}",
    )


def _held(writer: EvidenceWriter, place: dict[str, str]) -> dict[str, Any]:
    """Return what is held of the blob; tell it where something was stored and is not there as it was."""
    held = writer.held(**place)
    if held is None and (lost := writer.newest(**place)) is not None:
        _tell_changed(writer, place, lost)
    return held or {}


def _tell_changed(writer: EvidenceWriter, place: dict[str, str], earlier: dict[str, Any]) -> None:
    writer.tell("changed here", **place, files=part_names(earlier))


class Begun(NamedTuple):
    """What is held of a blob and can be continued, with its hashes so far."""

    parts: Parts
    sha256: Any
    md5: Any


def _begun(
    transfer: Transfer, blob: Blob, earlier: dict[str, Any], parts: Parts, *, growing: bool
) -> Begun | None:
    """Return what can be continued; nothing of it where it is no longer what was downloaded.

    None where all of it is held, and is at the source what it was.
    """
    writer, place = transfer.writer, transfer.source.container.place
    nothing = Begun([], hashlib.sha256(), hashlib.md5(usedforsecurity=False))
    same = bool(earlier) and earlier["etag"] == blob.etag
    if not (parts or same):
        return nothing
    key = blob_key(**place, name=blob.name)
    begun, whole = _hashed(writer, key, parts, earlier)
    if whole != earlier["sha256"]:
        _tell_changed(writer, {**place, "name": blob.name}, earlier)
        return nothing
    length = earlier["size"] if same else _length(parts)
    if not growing and _sha256_at_source(transfer, blob, length) != (
        whole if same else begun.sha256.hexdigest()
    ):
        writer.tell("rewritten", **place, name=blob.name, files=part_names(earlier))
        return nothing
    return None if same else begun


def _hashed(writer: EvidenceWriter, key: str, parts: Parts, earlier: dict[str, Any]) -> tuple[Begun, str]:
    """Return the parts with their hashes, and the hash of all that is held of the blob, which begins so."""
    begun, whole = Begun(parts, hashlib.sha256(), hashlib.md5(usedforsecurity=False)), hashlib.sha256()
    left = _length(parts)
    for data in read_parts((part_path(writer.folder, key, n), length) for n, length in earlier["parts"]):
        begun.sha256.update(data[:left])
        begun.md5.update(data[:left])
        whole.update(data)
        left = max(0, left - len(data))
    return begun, whole.hexdigest()


def _sha256_at_source(transfer: Transfer, blob: Blob, length: int) -> str:
    digest = hashlib.sha256()
    for data in _read(transfer, blob, 0, length):
        digest.update(data)
    return digest.hexdigest()


def _write(transfer: Transfer, blob: Blob, begun: Begun) -> dict[str, Any]:
    """Write what is new of the blob as its next part; return the hashes and that part's number."""
    whole, own, md5 = begun.sha256, hashlib.sha256(), begun.md5
    arrived = 0
    try:
        with transfer.writer.incoming(**transfer.source.container.place, name=blob.name) as coming:
            for data in _read(transfer, blob, _length(begun.parts), blob.size):
                whole.update(data)
                if begun.parts:
                    own.update(data)
                if blob.md5:
                    md5.update(data)
                coming.file.write(data)
                arrived += len(data)
                transfer.on_bytes(len(data))
    except BaseException:
        transfer.on_bytes(-arrived)  # what is not stored is still to come
        raise
    return {
        "number": coming.number,
        "sha256": whole.hexdigest(),
        "file_sha256": (own if begun.parts else whole).hexdigest(),
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


def _read(transfer: Transfer, blob: Blob, offset: int, end: int) -> Iterator[bytes]:
    """Yield the blob's bytes from `offset` to `end`; a large blob's ranges are read several at a time."""

    def get(begin: int) -> bytes:
        return read_range(transfer.source, blob, begin, min(PIECE, end - begin))

    begins = range(offset, end, PIECE)
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
