"""Files -> rows: each file is opened, hashed, looked at and framed, while threads read its tuples."""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

from nsgkit.flows.batches import BATCH, Count, Data, Reject, batches, refuse, unforeseen
from nsgkit.flows.content_kind import BLANK, LOOKED_AT, NO_RECORD, Aside, has_marks, is_json, what_it_is
from nsgkit.flows.files import LARGE, LogFile, hash_of, load, unpack
from nsgkit.flows.flow_table import BYTES_OF_A_TUPLE, FlowTableBuilder
from nsgkit.flows.parse.batch import Part, read_batch
from nsgkit.flows.parse.columns import Array
from nsgkit.flows.parse.records import Headers

PROGRESS_FROM = 20
# The C library of Linux hands blocks larger than any it has seen freed (but 32 MB) back to the system, and
# twice as much of any heap; it would ask for each again at every batch: a third of the time.
_LARGEST_FREED = 31 << 20
_BATCHES = 16  # or more, so that threads end together; but large ones cost less each
# No record is as short as this, so such blobs are empty logs, {"records":[]}: no copies of each other.
_NO_RECORD_FITS = 64


@dataclass
class Reading:
    """The blobs read so far, one entry of each list a blob, and what came of their batches."""

    rows: FlowTableBuilder
    headers: Headers = field(default_factory=Headers)
    files: list[LogFile] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    digests: list[Future[str] | None] = field(default_factory=list)
    doubtful: list[bool] = field(default_factory=list)  # JSON, but its beginning has nothing of a flow log
    aside: list[Aside] = field(default_factory=list)
    copies: dict[int, str] = field(default_factory=dict)  # and the first blob of the same bytes
    waiting: dict[int, list[tuple[str, Future[str]]]] = field(default_factory=dict)  # by size: not compared
    hashes: dict[str, str] = field(default_factory=dict)  # and the first blob of each


class _Fetched(NamedTuple):
    """A file's bytes, unpacked, and what was told of them as stored; or the problem that there is."""

    data: Data | None
    size: int
    digest: Future[str] | None
    problem: str | None
    aside: str | None = None  # why it need not be read
    doubtful: bool = False  # nothing in it is of a flow log


def read_all(files: list[LogFile]) -> Reading:
    """Read the files one after the other, while threads turn full batches into columns."""
    np.empty(_LARGEST_FREED, dtype=np.uint8)  # freed at once
    total = sum(file.size for file in files)
    size = min(max(total // _BATCHES, BATCH // 2), BATCH * 3)
    reading = Reading(_rows(total))
    waiting: deque[Future[Part]] = deque()
    workers = min(4, os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        for batch in batches(_open_all(files, reading, pool), reading.headers, size=size):
            while len(waiting) > workers:  # what waits is held in memory
                reading.rows.add(waiting.popleft().result())
            waiting.append(pool.submit(read_batch, batch))
        while waiting:
            reading.rows.add(waiting.popleft().result())
    for blob, digest in enumerate(reading.digests):
        if reason := _no_hash(digest):
            reading.counts[blob].refused.append(Reject(blob, None, None, None, reason, ""))
    return reading


def sha256_of(digest: Future[str] | None) -> str | None:
    """Return what a thread computed, or None where it failed or there was nothing to hash."""
    return None if digest is None or digest.exception() else digest.result()


def _no_hash(digest: Future[str] | None) -> str | None:
    error = digest and digest.exception()
    return f"its SHA-256 could not be computed: {type(error).__name__}" if error else None


def read_again(reading: Reading, blob: int) -> Data | None:
    """Return the bytes of a blob a second time, or None where they are not to be had as they were."""
    try:
        stored = load(reading.files[blob])
        if isinstance(stored, str) or hash_of(stored) != sha256_of(reading.digests[blob]):
            return None
        data = unpack(stored)
    except Exception:  # it was read before, and that stands
        return None
    return None if isinstance(data, str) else data


def not_flow_logs(reading: Reading) -> dict[int, str]:
    """Return which blobs turned out to be no flow logs, by their numbers, and what they are."""
    found = {}
    for blob, (count, doubtful) in enumerate(zip(reading.counts, reading.doubtful, strict=True)):
        if count.other_log:
            found[blob] = count.other_log
        elif doubtful and not count.headers and not count.tuples:
            found[blob] = NO_RECORD
    names = {reading.files[blob].name: reason for blob, reason in found.items()}
    return found | {blob: names[first] for blob, first in reading.copies.items() if first in names}


def _rows(total: int) -> FlowTableBuilder:
    try:
        return FlowTableBuilder(total // BYTES_OF_A_TUPLE)
    except MemoryError:  # one file says that it is larger than all memory
        return FlowTableBuilder(0)


def _open_all(
    files: list[LogFile], reading: Reading, pool: ThreadPoolExecutor
) -> Iterator[tuple[Data | None, Count]]:
    """Yield the blobs to be framed, each hashed; a large one meanwhile, in a thread."""
    buffers: list[Array] = []
    shown = (
        files if len(files) < PROGRESS_FROM else tqdm(files, "Reading flow logs", unit="blob", leave=False)
    )
    for file in shown:
        got = _fetch(file, buffers, pool)
        if got.aside:
            reading.aside.append(Aside(file.name, file.size, got.aside))
            continue
        count, blob = Count(file.name), len(reading.files)
        problem = _objection(file, got) or got.problem
        copied = None if problem or got.doubtful else _copied(file, got, reading)
        if problem:
            refuse(blob, count, problem)
        elif copied:
            reading.copies[blob] = copied
            reason = f"the same bytes as {copied}: counted once"
            count.refused.append(Reject(blob, None, None, None, reason, ""))
        reading.files.append(file)
        reading.counts.append(count)
        reading.sizes.append(got.size or file.size)
        reading.digests.append(got.digest)
        reading.doubtful.append(got.doubtful and not problem and is_json(got.data or b""))
        yield (None if problem or copied else got.data), count


def _fetch(file: LogFile, buffers: list[Array], pool: ThreadPoolExecutor) -> _Fetched:
    """Load, hash and unpack a file; whatever fails is the problem of this file alone."""
    size, digest = 0, None
    try:
        stored = load(file, buffers)
        if isinstance(stored, str):
            return _Fetched(None, size, digest, stored)
        size, digest = len(stored), _hash(stored, pool)
        data = unpack(stored)
        if isinstance(data, str):
            return _Fetched(None, size, digest, data)
        return _mark_doubtful(file, _Fetched(data, size, digest, None), data)
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
    digest: Future[str] = Future()
    digest.set_result(hash_of(stored))
    return digest


def _objection(file: LogFile, got: _Fetched) -> str | None:
    """Return why a blob must not be counted: it is not what the mirror holds."""
    if file.mirrored is None or got.digest is None or sha256_of(got.digest) == file.mirrored.sha256:
        return None
    return _no_hash(got.digest) or (
        f"its SHA-256 is {got.digest.result()}, the manifest says {file.mirrored.sha256}: run nsgkit.verify"
    )


def _copied(file: LogFile, got: _Fetched, reading: Reading) -> str | None:
    """Return the name of an earlier blob that has the very same bytes.

    Hashes of large blobs come late, so they are waited for only where another has the same size.
    """
    if got.digest is None or got.size <= _NO_RECORD_FITS:
        return None
    if got.size not in reading.waiting:
        reading.waiting[got.size] = [(file.name, got.digest)]
        return None
    for name, digest in [*reading.waiting[got.size], (file.name, got.digest)]:
        if sha256 := sha256_of(digest):
            reading.hashes.setdefault(sha256, name)
    reading.waiting[got.size] = []
    first = reading.hashes.get(sha256_of(got.digest) or "", file.name)
    return None if first == file.name else first
