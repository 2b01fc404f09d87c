"""Copy the flow logs of a span into an evidence folder: once, several at a time, and so that it can go on."""

import errno
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from time import monotonic

from nsgkit.acquire import errors
from nsgkit.acquire.left_out import LeftOut
from nsgkit.acquire.listing import find_folders, open_source
from nsgkit.acquire.selection import Names, asked_span, names, parse_macs
from nsgkit.acquire.sync import Sync, Workers, sync_once
from nsgkit.errors import NoLogsError, NsgkitError, hides_locals
from nsgkit.evidence.writer import open_writer
from nsgkit.html import visible
from nsgkit.layout import floor_hour
from nsgkit.times import LAST_YEAR

_LOG = logging.getLogger(__name__)

EVERY = 60.0  # seconds between two looks at growing blobs: they get a record a minute

_HOUR = timedelta(hours=1)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_REASONS = 10  # that are told
_NO_END = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)


@dataclass
class Download:
    """What a download did; it prints as a few sentences."""

    folder: Path
    credential: str
    listed: int = 0  # blobs of the span that was asked for, and of the hour after it
    after: int = 0  # of these, those of the hour that begins at the span's end
    held: int = 0  # of these, already there and unchanged
    fetched: int = 0  # of these, brought in or continued now
    gone: int = 0  # blobs that are in the folder and no longer at the source
    size: int = 0  # bytes that came in now
    failed: dict[str, str] = field(default_factory=dict)  # blob -> why
    unlisted: int = 0  # files that were there and that the manifest did not tell of
    changed: int = 0  # stored blobs that are no longer what was downloaded; they were read anew
    rewritten: int = 0  # blobs of which the source had rewritten what had been read; they were read anew
    left_out: list[str] = field(default_factory=list)  # what lies there and is no flow log, in sentences
    stopped: bool = False
    seconds: float = 0.0
    head: str = ""  # SHA-256 of the manifest's last line: what proves later that nothing was cut off

    def __str__(self) -> str:
        lines = [
            f"{self.folder}: {self.fetched:,} of {self.listed:,} blobs fetched ({self.size:,} bytes, "
            f"{self.seconds:,.1f} s), {self.held:,} were here already. Read as {self.credential}."
        ]
        if self.after:
            lines.append(
                f"{self.after:,} of them are of the hour after the span: their first records hold tuples of "
                "its last minute."
            )
        if self.gone:
            lines.append(f"{self.gone:,} blobs of the evidence folder are no longer in Azure. They are kept.")
        lines += self._not_as_it_should_be()
        lines += self.left_out
        if self.stopped:
            lines.append("Stopped before the end: do the same again to go on.")
        if self.failed:
            lines.append(f"{len(self.failed):,} blobs could not be read. Do the same again to try once more:")
            lines += _reasons(self.failed)
        lines.append(
            f"Write down the manifest's last SHA-256, its head, outside of this folder: {self.head}. With it "
            "verify proves later that nothing was cut off or made anew."
        )
        return "\n".join(lines)

    def _not_as_it_should_be(self) -> list[str]:
        told = [
            f"{self.unlisted:,} files that the manifest does not tell of were there: left by a download "
            "that was killed, or lines were cut off. They are kept, and what came stands beside them. "
            "nsgkit verify, with the head that you noted, tells which.",
            f"{self.changed:,} stored blobs are no longer what was downloaded. They were read anew, and the "
            "changed files are kept: run nsgkit verify, and find out who wrote into the folder.",
            f"{self.rewritten:,} blobs were rewritten at the source after they had been read: both versions "
            "are kept.",
        ]
        return [
            text for text, n in zip(told, (self.unlisted, self.changed, self.rewritten), strict=True) if n
        ]

    __repr__ = __str__


def _reasons(failed: dict[str, str]) -> list[str]:
    """Return a line for each reason, the most frequent first."""
    names: dict[str, list[str]] = defaultdict(list)
    for name, why in failed.items():
        names[why].append(visible(name))
    most = sorted(names.items(), key=lambda item: -len(item[1]))
    lines = [f"  {len(blobs):,}, such as {blobs[0]}: {why}" for why, blobs in most[:_REASONS]]
    return [*lines, f"  and {len(most) - _REASONS:,} other reasons"] if len(most) > _REASONS else lines


@hides_locals
def download(  # noqa: PLR0913
    url: str,
    folder: str | Path,
    *,
    start: str | datetime,
    end: str | datetime | None = None,
    resource: Names = None,
    mac: Names = None,
    credential: object = None,
    follow: bool = False,
    stop: Event | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Download:
    """Copy the flow logs from `start` to before `end` into an evidence folder.

    An hour's blob comes whole. The blobs of the hour that begins at `end` come too: an hour's blob goes
    by the time of its records, so their first records hold tuples of the minute before. Reading the
    folder with the same `start` and `end` cuts the rows to them.

    The evidence folder is made where there is nothing yet. What it holds is never written again: of a blob
    that has grown only the growth is read, and one that is another by now is stored beside the old
    one. Done again, it goes on where it ended, however it ended. Without `end` it takes all until
    now; with `follow` it then reads on, once a minute, what is still growing, until it is
    interrupted or `stop` is set, which another thread may do at any time. `on_progress` is given how many
    bytes have come and how many are to come in all, once they are known and whenever more has come.

    `resource` takes ids or names of NSGs or flow logs, `mac` MACs; `credential` is as for
    `find_logs`. Times without a zone are UTC.

    What the folder holds and the container has no more is marked as gone and kept: of the span, NICs and
    logs that were asked for, and only where the list came whole.

    What is no flow log (other logs, folders, empty blobs, other files) is left out and told. A blob that
    cannot be read (archived, forbidden, gone meanwhile, torn each time) does not keep the
    others back. It and its reason are in `failed` of what is returned and in the manifest, and
    `nsgkit.evidence.hours.evidence_hours` has them until the blob comes in later.

    Raises NsgkitError where the container cannot be read, the folder cannot be written, or the
    disk is full; NoLogsError where the span holds no blob. What came in by then stays.

    >>> download("https://demo.blob.core.windows.net", "evidence", start="2024-12-19")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    nsgkit.errors.NsgkitError: The URL names no container. ...
    """
    macs, wanted = parse_macs(mac), None if resource is None else names(resource)
    first, last = asked_span(start, _NO_END if end is None else end)
    with open_source(url, credential, stop) as source, _disk(folder), open_writer(folder) as writer:
        sync, workers, begun = Sync(source, writer, [], macs, wanted), Workers(on_progress), monotonic()
        absent = None
        with suppress(errors.StoppedError):
            absent = _look(sync)
            _take(sync, workers, first, last)
        if not (sync.listed or sync.gone or (follow and not absent) or source.stop.is_set()):
            raise absent or _nothing(sync, start, end)
        if follow:
            with suppress(errors.StoppedError):
                _follow(sync, workers)
        return Download(
            folder=writer.folder,
            credential=source.credential.description,
            listed=sync.listed,
            after=sync.after,
            held=sync.held,
            fetched=workers.fetched,
            gone=sync.gone,
            size=workers.size,
            failed=workers.failed,
            unlisted=writer.told["unlisted"],
            changed=writer.told["changed here"],
            rewritten=writer.told["rewritten"],
            left_out=_beside(sync, absent),
            stopped=source.stop.is_set() and not follow,
            seconds=monotonic() - begun,
            head=writer.manifest.head,
        )


def _beside(sync: Sync, absent: NoLogsError | None) -> list[str]:
    """Return in sentences what is no flow log; where there was none at all, `absent` tells that too."""
    return [str(absent)] if absent else [*sync.beside.sentences(), *sync.left_out.sentences()]


def _nothing(sync: Sync, start: object, end: object) -> NoLogsError:
    said = [
        f"The container {sync.source.container.name} has no blob of what was asked for from {start} to "
        f"{end or 'now'}. nsgkit.find_logs tells what it has."
    ]
    return NoLogsError(" ".join(said + sync.left_out.sentences()))


@contextmanager
def _disk(folder: str | Path) -> Iterator[None]:
    """Say in a sentence that the disk is full or may not be written, also at the very first write."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL | _DENIED:
            raise
        full, problem = error.errno in _FULL, error.strerror
    else:
        return
    if full:
        raise errors.DiskFullError(
            f"The disk of {folder} is full. Make room there and do the same again, or choose a folder on "
            "another disk. What the folder held is as it was."
        )
    raise NsgkitError(f"{folder} cannot be written into: {problem}. Choose another folder.")


def _look(sync: Sync) -> NoLogsError | None:
    """Find the folders of what was asked for; where there is none, return why: what is held is gone then."""
    sync.beside = LeftOut()
    try:
        sync.folders = find_folders(sync.source, sync.beside, sync.wanted)
    except NoLogsError as none:
        sync.folders = []
        return NoLogsError(str(none))
    return None


def _take(sync: Sync, workers: Workers, start: datetime, end: datetime) -> None:
    """Bring the folder up to date once. What ends it too early says how far it came and how to go on."""
    so_far = "blobs came in by then and stay. Do the same again to go on."
    try:
        sync_once(sync, start, end, workers)
    except errors.StoppedError:
        raise
    except errors.StorageError as fault:
        raise type(fault)(f"{str(fault).rstrip('.')}. {workers.fetched:,} {so_far}") from None
    except OSError as error:
        if error.errno not in _FULL:
            raise
        to_come = workers.wanted - workers.size
        # None is known before the list.
        rest = f", and {to_come:,} bytes are still to come" if to_come else ""
        raise errors.DiskFullError(
            f"The disk of {sync.writer.folder} is full{rest}. Make room. {workers.fetched:,} {so_far}"
        ) from None
    except KeyboardInterrupt:
        _LOG.warning(f"Stopped. {workers.fetched:,} {so_far}")
        raise


def _follow(sync: Sync, workers: Workers) -> None:
    """Do it again every minute, until stopped; a network that is away for a while does not end it."""
    since = sync.source.server_time
    try:
        while not sync.source.stop.wait(EVERY):
            try:
                if floor_hour(sync.source.server_time) != floor_hour(since):
                    _look(sync)
                start, since = floor_hour(since) - _HOUR, sync.source.server_time
                _take(sync, workers, start, _NO_END)
            except errors.BusyError as fault:
                _LOG.warning(f"{fault} Trying again in {EVERY:.0f} seconds.")
    except KeyboardInterrupt:
        sync.source.stop.set()
