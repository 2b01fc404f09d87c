"""read_logs: a file or folder of flow logs -> FlowLogs, the flow table with its rejects and blobs."""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from nsgkit.acquire.gaps import mirror_hours
from nsgkit.acquire.mirror import is_mirror
from nsgkit.errors import EvidenceChangedError, NoLogsError, NsgkitError
from nsgkit.flows.assemble import BYTES_OF_A_TUPLE, Rows
from nsgkit.flows.coverage import hours_covered
from nsgkit.flows.display import as_html, as_text
from nsgkit.flows.files import LARGE, LogFile, Span, choose_hours, find_files, hash_of, load, size_of, unpack
from nsgkit.flows.parse import Part, earliest_time, raw_tuple, read_batch, settle
from nsgkit.flows.reading.columns import Array
from nsgkit.flows.reading.gather import BATCH, Count, Data, batches, refuse
from nsgkit.flows.reading.records import Headers
from nsgkit.flows.reckoning import blob_table, reject_table
from nsgkit.flows.repeats import reject_repeats
from nsgkit.layout import floor_hour

PROGRESS_FROM = 20
# The C library of Linux hands blocks larger than any it has seen freed (but 32 MB) back to the system, and
# twice as much of any heap; it would ask for each again at every batch: a third of the time.
_LARGEST_FREED = 31 << 20
_BATCHES = 16  # or more, so that threads end together; but large ones cost less each
EMPTY_LOG = 14  # {"records":[]}: two such blobs are no copies of each other


@dataclass
class FlowLogs:
    """What read_logs found: the flow rows, what is not a row, and the blobs they came from.

    `flows`, `rejects` and `blobs` are pandas tables, described column by column in `nsgkit.schema`;
    `notes` are sentences about the reading as a whole. Of a mirror, `mirror_hours` tells what its manifest
    knows of each hour: growing, gone, no blob, not asked for.
    """

    flows: pd.DataFrame
    rejects: pd.DataFrame
    blobs: pd.DataFrame
    notes: list[str] = field(default_factory=list)
    mirror_hours: pd.DataFrame | None = None
    files: dict[str, LogFile] = field(default_factory=dict)

    def raw(self, row: Any) -> str:
        """Return the exact text of the tuple that a row of `flows` came from.

        `row` is a row of the flow table, or of any table that still has its columns blob, record and
        tuple; or a label of the flow table's index. Raises EvidenceChangedError where the file is no
        longer what was read, NsgkitError where the row points nowhere.
        """
        where = row if hasattr(row, "keys") else self.flows.loc[row]
        try:
            file = self.files[str(where["blob"])]
            record, number = int(where["record"]), int(where["tuple"])
        except (KeyError, TypeError, ValueError):
            raise NsgkitError(
                "This row does not point into these flow logs: it needs their blob, record and tuple."
            ) from None
        return raw_tuple(self._bytes(file), record, number)

    def text(self, name: str) -> str:
        """Return the text of a blob, as it is stored (unpacked where it was a gzip file).

        `name` is the blob's name in `blobs`. Raises NsgkitError where there is none of that name,
        EvidenceChangedError where the file is no longer what was read.
        """
        if name not in self.files:
            raise NsgkitError(f"No blob is called {name!r}; the names stand in .blobs.")
        return self._bytes(self.files[name]).decode(errors="replace")

    def _bytes(self, file: LogFile) -> bytes:
        stored = load(file)
        sha256 = hash_of(stored) if not isinstance(stored, str) else None
        known = self.blobs.loc[self.blobs["name"] == file.name, "sha256"].item()
        data = unpack(stored) if not isinstance(stored, str) else stored
        if isinstance(data, str) or sha256 != known:
            problem = data if isinstance(data, str) else f"its SHA-256 was {known} and is {sha256}"
            raise EvidenceChangedError(
                f"{file.path} is not what was read: {problem}. Put the original back, or read the logs again."
            )
        return bytes(data)

    def __repr__(self) -> str:
        return as_text(self.flows, self.rejects, self.blobs, self._said())

    def _repr_html_(self) -> str:
        return as_html(self.flows, self.rejects, self.blobs, self._said())

    def _said(self) -> tuple[pd.DataFrame, list[str]]:
        return hours_covered(self.blobs, mirror=self.mirror_hours), self.notes


def read_logs(
    path: str | os.PathLike[str],
    *,
    start: str | datetime | None = None,
    end: str | datetime | None = None,
) -> FlowLogs:
    """Read NSG (version 1 and 2) and VNet (version 4) flow logs from a file or a folder.

    A folder may be laid out as in the storage container, be a mirror that nsgkit downloaded, or hold a
    heap of .json files; .gz is read too. `start` and `end` (UTC where they name no zone) choose whole
    hours, from the hour of `start` to before `end`; blobs of other hours are not opened. Rows come in
    the order of blob, record and tuple.

    Returns FlowLogs. For every blob, tuples = rows + rejects. Raises NoLogsError where there is nothing
    to read, and says what was looked for.

    >>> logs = read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00")
    >>> logs.raw(logs.flows[logs.flows["dst_port"] == 12086].iloc[0])
    '1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,'
    """
    span = choose_hours(start, end)
    path = Path(path)
    files, notes = find_files(path, span)
    read = _read_all(files, span)
    if not read.files:
        raise NoLogsError(f"{path} holds {len(files)} blobs, but none for the hours asked for ({span}).")
    names = [file.name for file in read.files]
    reject_repeats(read.rows, read.headers, names, lambda blob: _again(read.files[blob]))
    settle(read.counts, read.rows.groups, read.rows.rejects)
    with ThreadPoolExecutor(1) as pool:
        flows = pool.submit(read.rows.table, read.headers, names)
        digests = [digest.result() if digest else None for digest in read.digests]
        blobs = blob_table(read.files, read.counts, read.headers, read.sizes, digests)
        rejects = reject_table(read.counts, read.rows.rejects, names)
    hours = mirror_hours(path) if is_mirror(path) else None
    return FlowLogs(flows.result(), rejects, blobs, notes, hours, dict(zip(names, read.files, strict=True)))


@dataclass
class _Reading:
    """The blobs read so far, one entry of each list a blob, and what came of their batches."""

    rows: Rows
    headers: Headers = field(default_factory=Headers)
    files: list[LogFile] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    digests: list[Future[str] | None] = field(default_factory=list)
    by_size: dict[int, list[tuple[str, Future[str]]]] = field(default_factory=dict)


def _read_all(files: list[LogFile], span: Span) -> _Reading:
    """Read the files one after the other, while threads turn full batches into columns."""
    np.empty(_LARGEST_FREED, dtype=np.uint8)  # freed at once
    total = sum(map(size_of, files))
    size = min(max(total // _BATCHES, BATCH // 2), BATCH * 3)
    reading = _Reading(Rows(total // BYTES_OF_A_TUPLE))
    waiting: deque[Future[Part]] = deque()
    workers = min(4, os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        for batch in batches(_open_all(files, span, reading, pool), reading.headers, size=size):
            while len(waiting) > workers:  # what waits is held in memory
                reading.rows.add(waiting.popleft().result())
            waiting.append(pool.submit(read_batch, batch))
        while waiting:
            reading.rows.add(waiting.popleft().result())
    return reading


def _open_all(
    files: list[LogFile], span: Span, reading: _Reading, pool: ThreadPoolExecutor
) -> Iterator[tuple[Data | None, Count]]:
    """Yield the blobs to be framed, each hashed; a large one meanwhile, in a thread."""
    rooms: list[Array] = []
    shown = (
        files if len(files) < PROGRESS_FROM else tqdm(files, "Reading flow logs", unit="blob", leave=False)
    )
    for file in shown:
        stored = load(file, rooms)
        digest = _hash(stored, pool) if not isinstance(stored, str) else None
        data = unpack(stored) if not isinstance(stored, str) else stored
        if not isinstance(data, str) and file.told.hour is None and not _inside(data, span):
            continue
        count, size = Count(file.name), len(stored) if digest else 0
        problem = data if isinstance(data, str) else _objection(file, size, digest, reading)
        if problem:
            refuse(len(reading.files), count, problem)
        reading.files.append(file)
        reading.counts.append(count)
        reading.sizes.append(size)
        reading.digests.append(digest)
        yield (None if problem or isinstance(data, str) else data), count


def _again(file: LogFile) -> Data | None:
    stored = load(file)
    data = unpack(stored) if not isinstance(stored, str) else stored
    return None if isinstance(data, str) else data


def _hash(stored: Data, pool: ThreadPoolExecutor) -> Future[str]:
    if len(stored) >= LARGE:
        return pool.submit(hash_of, stored)
    digest: Future[str] = Future()
    digest.set_result(hash_of(stored))
    return digest


def _objection(file: LogFile, size: int, digest: Future[str] | None, reading: _Reading) -> str | None:
    """Return why a blob must not be counted: it is not what the mirror holds, or a copy of an earlier one."""
    if digest is None:
        return None
    if file.mirrored and digest.result() != file.mirrored.sha256:
        said = file.mirrored.sha256
        return f"its SHA-256 is {digest.result()}, the manifest says {said}: run nsgkit.verify"
    for earlier, other in reading.by_size.get(size, []) if size > EMPTY_LOG else []:
        if other.result() == digest.result():
            return f"the same bytes as {earlier}: counted once"
    reading.by_size.setdefault(size, []).append((file.name, digest))
    return None


def _inside(data: Data, span: Span) -> bool:
    """Tell whether a blob whose name tells no hour belongs to the span, by its earliest record."""
    if span == (None, None):
        return True
    earliest = earliest_time(bytes(data))
    return earliest is None or span.holds(floor_hour(datetime.fromtimestamp(earliest / 1000, UTC)))
