"""ingest: flow logs of any size into a store, blob by blob, and again only what is new or has grown."""

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from nsgkit.errors import NsgkitError, hides_locals
from nsgkit.evidence.folder import as_folder
from nsgkit.evidence.lock import LOCK, alone
from nsgkit.flows.content_kind import Aside
from nsgkit.flows.files import LogFile, choose_span, hash_of, load
from nsgkit.flows.folder import Found, find_files
from nsgkit.flows.logs import given_path
from nsgkit.flows.reading import Contents
from nsgkit.html import visible
from nsgkit.memory import give_back, share_arenas
from nsgkit.progress import progress
from nsgkit.store import delta
from nsgkit.store.keeping import READ_INTO, Tables, keep
from nsgkit.store.known import blobs_of, repeats_among
from nsgkit.store.readings import Made, Reasons, mark_of_file, read_files
from nsgkit.store.state import STATE, TABLE_NAMES, State, is_store, read_state, write_state
from nsgkit.store.stitching import stitch_new

READING = 32 << 20  # bytes of logs that are read, and kept, at a time: the memory that is needed goes by it
_SMALLER = 64  # bytes: no record fits into so few, so such blobs are no copies of each other
_GZIP = 15  # times: so much do packed logs hold, about
_EARLY = datetime(1, 1, 1, tzinfo=UTC)
_NONE: Reasons = MappingProxyType({})
_BYTES: dict[str, Any] = {"unit": "B", "unit_scale": True, "leave": False}  # of a progress bar


@dataclass(frozen=True)
class Ingested:
    """What an ingest did: blobs new, grown (or changed) and unchanged, flow rows, seconds for each part."""

    store: Path
    new: int
    grown: int
    unchanged: int
    rows: int
    conversations: int
    seconds_reading: float
    seconds_stitching: float

    def __repr__(self) -> str:
        new = f"{self.new:,} new blob{'s'[: self.new != 1]}"
        return (
            f"{visible(self.store)}: {new}, {self.grown:,} grown or changed, {self.unchanged:,} unchanged, "
            f"not opened. It holds {self.rows:,} flow rows, {self.conversations:,} conversations. Reading: "
            f"{self.seconds_reading:,.1f} s, stitching: {self.seconds_stitching:,.1f} s."
        )


@hides_locals
def ingest(
    source: str | os.PathLike[str],
    store: str | os.PathLike[str],
    *,
    start: str | datetime | None = None,
    end: str | datetime | None = None,
) -> Ingested:
    """Put flow logs into a store: a Delta Lake table that need not fit into memory.

    `source` is whatever `nsgkit.read_logs` reads: a folder, an evidence folder, a single file. Done again,
    blobs that did not change are not opened; of a blob that grew the rows take the place of the old ones, and
    only conversations that they touch are stitched again. Stopped or killed at any moment, it goes
    on when it is run again, and the tables are the same. A blob that is no longer in the source stays in the
    store.

    It reads 32 MB of blobs at a time, or one blob that is larger: memory goes by that, not by the whole.

    Parameters
    ----------
    source : str or path
        What to read. It is not changed.
    store : str or path
        The store's folder, made where there is none. It must not lie in the source.
    start, end : str, datetime or None
        Choose blobs, by their hours, as in `read_logs`; each is read whole. UTC where they name no zone.

    Returns
    -------
    Ingested
        What was done. `nsgkit.open_store` opens the store.

    Raises
    ------
    NoLogsError
        Where there is nothing to read.
    NsgkitError
        Where the folder is none for a store, is of another source or version, or another process writes into
        it.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = f"{folder.name}/store"
    >>> ingest("data/samples", store, start="2024-12-19 09:00", end="2024-12-19 10:00").unchanged
    0
    >>> ingest("data/samples", store, start="2024-12-19 09:00", end="2024-12-19 10:00").new
    0
    """
    span, source, folder = choose_span(start, end), given_path(source), as_folder(store, "store")
    _check_places(source, folder)
    share_arenas()
    found = find_files(source, span)
    with _telling(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with alone(folder, "is ingesting"), _telling(folder):
        state = _prepared(folder, source)
        begun = time.perf_counter()
        counts = _read_new(folder, state, found)
        read = time.perf_counter()
        conversations = stitch_new(folder, state)
        for name in TABLE_NAMES:
            delta.clear(folder, name)
        done = time.perf_counter()
    return Ingested(folder, *counts, conversations, read - begun, done - read)


@contextmanager
def _telling(folder: Path) -> Iterator[None]:
    """Say in a sentence that a store cannot be written, such as where the disk is full."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise NsgkitError(
            f"The store {visible(folder)} cannot be written ({visible(why)}). What was in it is as it was. "
            "Make room, or mend what is wrong, and run the ingest again: it goes on."
        ) from error


def _check_places(source: Path, folder: Path) -> None:
    inside = source.resolve()
    if folder.resolve() == inside or inside in folder.resolve().parents:
        raise NsgkitError(
            f"The store {visible(folder)} would lie in the folder of the logs. Choose a folder beside it."
        )
    if folder.exists() and not is_store(folder) and not _may_be_begun(folder):
        raise NsgkitError(f"{visible(folder)} is not empty, and no store. Choose a new folder.")


def _may_be_begun(folder: Path) -> bool:
    """Whether a folder holds nothing but the beginning of a store that was stopped."""
    return folder.is_dir() and {e.name for e in folder.iterdir()} <= {*TABLE_NAMES, LOCK, f"{STATE}.new"}


def _prepared(folder: Path, source: Path) -> State:
    """Return the store's state, its tables as they were when it was written last."""
    where = str(source.resolve())
    for name in TABLE_NAMES:
        delta.create(folder, name)
    if not is_store(folder):
        state = State(where, dict.fromkeys(READ_INTO, 0))
    else:
        state = read_state(folder)
        if state.source != where and Path(state.source).exists():
            raise NsgkitError(
                f"{visible(folder)} holds the logs of {visible(state.source)}, not of {visible(where)}. "
                "Choose another folder for these."
            )
    stitched = state.stitched["conversations"] if state.stitched else 0
    for name, version in (state.read | {"conversations": stitched}).items():
        delta.sweep(folder, name)
        delta.roll_back(folder, name, version)
    state.source = where
    state.read = {name: delta.version(folder, name) for name in READ_INTO}
    return state


def _read_new(folder: Path, state: State, found: Found) -> tuple[int, int, int, int]:
    """Read what is new or has changed into the tables; return how many blobs are new, grown, unchanged."""
    known = blobs_of(folder)
    marks = {file.name: mark_of_file(file) for file in found.files}
    old = dict(zip(known["name"], known["mark"], strict=True))
    wanted = [file for file in found.files if old.get(file.name) != marks[file.name]]
    changed = {file.name for file in wanted}
    contents = _compared(known, found.files, changed)
    unchanged = old.keys() - changed
    copied = dict(zip(known["name"], known["copy_of"], strict=True))  # some are told otherwise now
    wanted += [
        file
        for file in found.files
        if file.name in unchanged and copied[file.name] != contents.copy_of(file.name)
    ]
    aside = [*found.aside, *_read(folder, state, wanted, contents)]
    files = {file.name: file for file in found.files}
    after = blobs_of(folder)
    if reasons := repeats_among(after, files):
        _read(folder, state, [files[name] for name in reasons], contents, reasons)
        after = blobs_of(folder)
    state.unlisted = [*found.unlisted]
    state.set_aside = [[*one] for one in sorted(aside, key=lambda one: (one.name, one.reason))]
    write_state(folder, state)
    grown = len({file.name for file in wanted} & old.keys())
    new = len(set(after["name"]) - old.keys())
    return new, grown, len(after) - new - grown, int(after["rows"].sum())


def _compared(known: pd.DataFrame, files: Sequence[LogFile], wanted: set[str]) -> Contents:
    """Return which blobs have the same bytes; of those to be read, only what has another's size is hashed."""
    sizes = dict(zip(known["name"], known["size"], strict=True)) | {f.name: f.size for f in files}
    counts = pd.Series(sizes).value_counts()
    alike = {name for name, size in sizes.items() if counts[size] > 1 and size > _SMALLER}
    digests = dict(zip(known["name"], known["sha256"], strict=True))
    digests |= {f.name: _sha256(f) for f in files if f.name in alike & wanted}
    return Contents((name, sizes[name], digests[name]) for name in sorted(alike) if digests.get(name))


def _sha256(file: LogFile) -> str | None:
    try:
        return hash_of(load(file))
    except Exception:  # whatever it is, reading the file tells it
        return None


def _read(
    folder: Path, state: State, files: Sequence[LogFile], contents: Contents, reasons: Reasons = _NONE
) -> list[Aside]:
    """Read files in readings of READING bytes, while one is kept the next; return what is set aside."""
    aside: list[Aside] = []
    tables = {name: delta.opened(folder, name) for name in READ_INTO}
    known = blobs_of(folder, ["name", "read"])  # each file is read once, so no reading replaces another here
    with (
        progress(total=sum(file.size for file in files), desc="Reading flow logs", **_BYTES) as bar,
        ThreadPoolExecutor(1) as pool,
    ):
        before: Future[None] | None = None
        for some in _readings(_in_order(files, contents)):
            size = sum(file.size for file in some)
            if before and size > READING:
                before.result()  # one large blob, and not another reading beside it
            made = read_files(some, contents, reasons, {one.name: one.reason for one in aside})
            aside += made.aside
            if before:
                before.result()
            replaced = known[known["name"].isin([file.name for file in some])]
            before = pool.submit(_keep, folder, state, tables, made, replaced)
            bar.update(size)
        if before:
            before.result()
    return aside


def _keep(folder: Path, state: State, tables: Tables, made: Made, replaced: pd.DataFrame) -> None:
    keep(folder, state, tables, made, replaced)
    give_back()


def _in_order(files: Sequence[LogFile], contents: Contents) -> list[LogFile]:
    """Return files hour by hour; copies come behind what they are copies of."""
    return sorted(files, key=lambda f: (contents.copy_of(f.name) is not None, f.told.hour or _EARLY, f.name))


def _readings(files: Sequence[LogFile]) -> Iterator[list[LogFile]]:
    some: list[LogFile] = []
    size = 0
    for file in files:
        holds = file.size * (_GZIP if file.name.lower().endswith(".gz") else 1)
        if some and size + holds > READING:
            yield some
            some, size = [], 0
        some.append(file)
        size += holds
    if some:
        yield some
