"""Files -> rows: each file is opened, hashed, looked at and framed, while threads read its tuples."""

import os
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np

from nsgkit.flows.batches import BATCH, BlobCounts, Data, Reject, batches, refuse, unforeseen
from nsgkit.flows.content_kind import BLANK, LOOKED_AT, NO_RECORD, Aside, has_marks, is_json, what_it_is
from nsgkit.flows.files import LARGE, LogFile, UnreadableFileError, hash_of, load, unpack
from nsgkit.flows.flow_table import BYTES_OF_A_TUPLE, FlowTableBuilder
from nsgkit.flows.parse.columns import Array
from nsgkit.flows.parse.records import Headers
from nsgkit.flows.parse.rows import Part, read_batch
from nsgkit.progress import progress

PROGRESS_FROM = 20
# The C library of Linux hands blocks larger than any it has seen freed (but 32 MB) back to the system, and
# twice as much of any heap; it would ask for each again at every batch: a third of the time.
_LARGEST_FREED = 31 << 20
_BATCHES = 16  # or more, so that threads end together; but large ones cost less each
# No record is as short as this, so such blobs are empty logs, {"records":[]}: no copies of each other.
_NO_RECORD_FITS = 64
Loader: TypeAlias = Callable[[LogFile, list[Array]], Data]  # it may keep memory in the list


@dataclass
class ReadBlob:
    """One blob that was read: its file, what was found in it, and what is known of its bytes as stored."""

    file: LogFile
    count: BlobCounts
    size: int
    digest: Future[str] | None  # its SHA-256; None where there was nothing to hash
    doubtful: bool = False  # JSON, but its beginning has nothing of a flow log
    comparable: bool = False  # of the same bytes as another, it is its copy
    copy_of: str | None = None  # the first blob of the same bytes


@dataclass
class Reading:
    """The blobs read so far, and what came of their batches."""

    rows: FlowTableBuilder
    headers: Headers = field(default_factory=Headers)
    blobs: list[ReadBlob] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    # Of an evidence folder: files that do not hold what was downloaded, and how that shows.
    changed: dict[str, str] = field(default_factory=dict)


class Contents:
    """Which blob came first with some bytes.

    Hashes of large blobs come late, so they are waited for only where another blob has the same size.
    """

    def __init__(self, known: Iterable[tuple[str, int, str]] = ()) -> None:
        """Begin with blobs of which name, size and SHA-256 are known, in the order of their names."""
        self._sizes: Counter[int] = Counter()
        self._not_compared: defaultdict[int, list[tuple[str, Future[str]]]] = defaultdict(list)
        self._first: dict[str, str] = {}  # of each SHA-256
        self._copies: dict[str, str] = {}
        for name, size, sha256 in known:
            self._sizes[size] += 1
            if (first := self._first.setdefault(sha256, name)) != name:
                self._copies[name] = first

    def copy_of(self, name: str) -> str | None:
        """Return the first known blob that has the bytes of this one; None where there is none before it."""
        return self._copies.get(name)

    def add(self, name: str, size: int, digest: Future[str]) -> None:
        """Remember a blob."""
        self._sizes[size] += 1
        self._not_compared[size].append((name, digest))

    def first_of(self, size: int, digest: Future[str]) -> str | None:
        """Return the first blob that has these bytes; None where no other has so many."""
        if self._sizes[size] == 1:
            return None
        for name, other in self._not_compared.pop(size):
            if sha256 := sha256_of(other):
                self._first.setdefault(sha256, name)
        return self._first.get(sha256_of(digest) or "")


class _Fetched(NamedTuple):
    """A file's bytes, unpacked, and what was told of them as stored; or the problem that there is."""

    data: Data | None
    size: int
    digest: Future[str] | None
    problem: str | None
    aside: str | None = None  # why it need not be read
    doubtful: bool = False  # nothing in it is of a flow log


def read_all(
    files: list[LogFile],
    *,
    contents: Contents | None = None,
    shown: bool = True,
    loader: Loader | None = None,
) -> Reading:
    """Read the files one after the other, while threads turn full batches into columns.

    `contents` knows blobs that were read before; with `shown` many files have a progress bar; `loader` gives
    the bytes of each file as they are stored.
    """
    np.empty(_LARGEST_FREED, dtype=np.uint8)  # freed at once
    total = sum(file.size for file in files)
    size = min(max(total // _BATCHES, BATCH // 2), BATCH * 3)
    reading, known = Reading(_rows(total)), contents or Contents()
    seen = files
    if shown and len(files) >= PROGRESS_FROM:
        seen = progress(files, "Reading flow logs", unit="blob", leave=False)
    waiting: deque[Future[Part]] = deque()
    workers = min(4, os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        for batch in batches(
            _open_all(seen, reading, known, partial(_fetch, pool=pool, loader=loader or load)),
            reading.headers,
            size=size,
        ):
            while len(waiting) > workers:  # what waits is held in memory
                reading.rows.add(waiting.popleft().result())
            waiting.append(pool.submit(read_batch, batch))
        while waiting:
            reading.rows.add(waiting.popleft().result())
    for number, blob in enumerate(reading.blobs):
        if reason := _no_hash(blob.digest) or _note_change(reading, blob.file, blob.digest):
            blob.count.refused.append(Reject(number, None, None, None, reason, ""))
    return reading


def refuse_copy(number: int, blob: ReadBlob) -> None:
    """Reject a blob whole that has the same bytes as another."""
    reason = f"the same bytes as {blob.copy_of}: counted once"
    blob.count.refused.append(Reject(number, None, None, None, reason, ""))


def sha256_of(digest: Future[str] | None) -> str | None:
    """Return what a thread computed, or None where it failed or there was nothing to hash."""
    return None if digest is None or digest.exception() else digest.result()


def _no_hash(digest: Future[str] | None) -> str | None:
    error = digest and digest.exception()
    return f"its SHA-256 could not be computed: {type(error).__name__}" if error else None


def as_before(file: LogFile, sha256: str | None) -> Data | None:
    """Return the bytes of a file that was read before, or None where they are not to be had as they were."""
    try:
        stored = load(file)
        return unpack(stored) if hash_of(stored) == sha256 else None
    except Exception:  # it was read before, and that stands
        return None


def read_again(reading: Reading, number: int) -> Data | None:
    """Return the bytes of a blob a second time, or None where they are not to be had as they were."""
    return as_before(reading.blobs[number].file, sha256_of(reading.blobs[number].digest))


def not_flow_logs(reading: Reading) -> dict[int, str]:
    """Return which blobs turned out to be no flow logs, by their numbers, and what they are."""
    found, names = {}, {}
    for number, blob in enumerate(reading.blobs):
        if blob.count.other_log:
            found[number] = blob.count.other_log
        elif blob.doubtful and not blob.count.headers and not blob.count.tuples:
            found[number] = NO_RECORD
        if number in found:
            names[blob.file.name] = found[number]
    copies = {number: blob.copy_of for number, blob in enumerate(reading.blobs) if blob.copy_of}
    return found | {number: names[first] for number, first in copies.items() if first in names}


def _rows(total: int) -> FlowTableBuilder:
    try:
        return FlowTableBuilder(total // BYTES_OF_A_TUPLE)
    except MemoryError:  # one file says that it is larger than all memory
        return FlowTableBuilder(0)


def _open_all(
    files: Iterable[LogFile], reading: Reading, contents: Contents, fetch: Callable[..., "_Fetched"]
) -> Iterator[tuple[Data | None, BlobCounts]]:
    """Yield the blobs to be framed, each hashed; a large one meanwhile, in a thread."""
    buffers: list[Array] = []
    for file in files:
        got = fetch(file, buffers)
        if got.aside:
            reasons = [got.aside, _note_change(reading, file, got.digest)]
            reading.aside.append(Aside(file.name, file.size, "; ".join(filter(None, reasons))))
            continue
        blob = ReadBlob(file, BlobCounts(file.name), got.size or file.size, got.digest)
        if got.problem:
            refuse(len(reading.blobs), blob.count, got.problem)
        elif got.doubtful:
            blob.doubtful = is_json(got.data or b"")
        elif blob.digest and got.size > _NO_RECORD_FITS:
            blob.comparable = True
            contents.add(file.name, got.size, blob.digest)
            first = contents.first_of(got.size, blob.digest)
            blob.copy_of = None if first == file.name else first
        if blob.copy_of:
            refuse_copy(len(reading.blobs), blob)
        reading.blobs.append(blob)
        yield (None if got.problem or blob.copy_of else got.data), blob.count


def _fetch(file: LogFile, buffers: list[Array], *, pool: ThreadPoolExecutor, loader: Loader) -> _Fetched:
    """Load, hash and unpack a file; whatever fails is the problem of this file alone."""
    size, digest = 0, None
    try:
        stored = loader(file, buffers)
        size, digest = len(stored), _hash(stored, pool)
        data = unpack(stored)
        return _mark_doubtful(file, _Fetched(data, size, digest, None), data)
    except UnreadableFileError as error:
        return _Fetched(None, size, digest, str(error))
    except Exception as error:  # also one that nobody foresaw
        return _Fetched(None, size, digest, unforeseen(error))


def _mark_doubtful(file: LogFile, got: _Fetched, data: Data) -> _Fetched:
    """Tell what has nothing of a flow log; only that need not be read whole to be set aside."""
    if has_marks(data):
        return got
    told = what_it_is(data)
    if told == BLANK and len(data) <= LOOKED_AT:
        return got._replace(data=None, problem=BLANK)
    another = len(data) > LOOKED_AT if is_json(data) else not file.named_as_log
    return got._replace(doubtful=True, aside=told if another else None)


def _hash(stored: Data, pool: ThreadPoolExecutor) -> Future[str]:
    if len(stored) >= LARGE:
        return pool.submit(hash_of, stored)
    return hashed(stored)


def hashed(stored: Data) -> Future[str]:
    """Return the SHA-256 of a blob's bytes as a thread would."""
    return told_hash(hash_of(stored))


def told_hash(sha256: str) -> Future[str]:
    """Return a SHA-256 that is known as a thread would."""
    digest: Future[str] = Future()
    digest.set_result(sha256)
    return digest


def _note_change(reading: Reading, file: LogFile, digest: Future[str] | None) -> str | None:
    """Note a file that does not hold what the evidence folder's manifest says, and return how that shows.

    What it holds is read all the same: an analyst must see it, with the warning.
    """
    sha256 = sha256_of(digest)
    if file.evidence is None or sha256 is None or sha256 == file.evidence.sha256:
        return None
    how = (
        f"not what was downloaded: its SHA-256 is {sha256}, the manifest says {file.evidence.sha256}: run "
        "nsgkit.verify"
    )
    return reading.changed.setdefault(file.name, how)
