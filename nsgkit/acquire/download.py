"""Copy the flow logs of a span into a mirror: once, several at a time, and so that it can go on."""

import errno
import logging
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from time import monotonic

from nsgkit.acquire import errors
from nsgkit.acquire.asked import Names, asked_span, names, parse_macs
from nsgkit.acquire.left_out import LeftOut
from nsgkit.acquire.listing import find_folders, open_source
from nsgkit.acquire.look import Look, take
from nsgkit.acquire.pool import Pool
from nsgkit.errors import NoLogsError
from nsgkit.evidence.writer import open_store
from nsgkit.html import visible
from nsgkit.layout import floor_hour
from nsgkit.times import LAST_YEAR

EVERY = 60.0  # seconds between two looks at growing blobs: they get a record a minute

_HOUR = timedelta(hours=1)
_REASONS = 10  # that are told
_LOG = logging.getLogger(__name__)
_NO_END = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)


@dataclass
class Download:
    """What a download did; it prints as a few sentences."""

    folder: Path
    identity: str
    listed: int = 0  # blobs of the span that was asked for, and of the hour after it
    after: int = 0  # of these, those of the hour that begins at the span's end
    held: int = 0  # of these, already there and unchanged
    fetched: int = 0  # of these, brought in or continued now
    gone: int = 0  # blobs that are in the mirror and no longer at the source
    size: int = 0  # bytes that came in now
    failed: dict[str, str] = field(default_factory=dict)  # blob -> why
    left_out: list[str] = field(default_factory=list)  # what lies there and is no flow log, in sentences
    stopped: bool = False
    seconds: float = 0.0

    def __str__(self) -> str:
        lines = [
            f"{self.folder}: {self.fetched:,} of {self.listed:,} blobs fetched ({self.size:,} bytes, "
            f"{self.seconds:,.1f} s), {self.held:,} were here already. Read as {self.identity}."
        ]
        if self.after:
            lines.append(
                f"{self.after:,} of them are of the hour after the span: their first records hold tuples of "
                "its last minute."
            )
        if self.gone:
            lines.append(f"{self.gone:,} blobs of the mirror are no longer at the source. They are kept.")
        lines += self.left_out
        if self.stopped:
            lines.append("Stopped before the end: do the same again to go on.")
        if self.failed:
            lines.append(f"{len(self.failed):,} blobs could not be read. Do the same again to try once more:")
            lines += _reasons(self.failed)
        return "\n".join(lines)

    __repr__ = __str__


def _reasons(failed: dict[str, str]) -> list[str]:
    """Return a line for each reason, the most frequent first."""
    names: dict[str, list[str]] = defaultdict(list)
    for name, why in failed.items():
        names[why].append(visible(name))
    most = sorted(names.items(), key=lambda item: -len(item[1]))
    lines = [f"  {len(blobs):,}, such as {blobs[0]}: {why}" for why, blobs in most[:_REASONS]]
    return [*lines, f"  and {len(most) - _REASONS:,} other reasons"] if len(most) > _REASONS else lines


def download(  # noqa: PLR0913
    container_url: str,
    into: str | Path,
    *,
    start: str | datetime,
    end: str | datetime | None = None,
    resource: Names = None,
    mac: Names = None,
    credential: object = None,
    follow: bool = False,
    stop: Event | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> Download:
    """Copy the flow logs from `start` to before `end` into the mirror at `into`.

    An hour's blob comes whole. The blobs of the hour that begins at `end` come too: an hour's blob goes
    by the time of its records, so their first records hold tuples of the minute before. Reading the
    mirror with the same `start` and `end` cuts the rows to them.

    The mirror is made where there is nothing yet. What it holds is never written again: of a blob
    that has grown only the growth is read, and one that is another by now is stored beside the old
    one. Done again, it goes on where it ended, however it ended. Without `end` it takes all until
    now; with `follow` it then reads on, once a minute, what is still growing, until it is
    interrupted or `stop` is set, which another thread may do at any time. `tell` is given how many
    bytes have come and how many are to come in all, once they are known and whenever more has come.

    `resource` takes ids or names of NSGs or flow logs, `mac` MACs; `credential` is as for
    `find_logs`. Times without a zone are UTC.

    What is no flow log (other logs, folders, empty blobs, other files) is left out and told. A blob that
    cannot be read (archived, forbidden, gone meanwhile, torn each time) does not keep the
    others back. It and its reason are in `failed` of what is returned and in the manifest, and
    `nsgkit.evidence.hours.mirror_hours` has them until the blob comes in later.

    Raises NsgkitError where the container cannot be read, the mirror cannot be written, or the
    disk is full; NoLogsError where the span holds no blob. What came in by then stays.

    >>> download("https://demo.blob.core.windows.net", "evidence", start="2024-12-19")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    nsgkit.errors.NsgkitError: The URL names no container. ...
    """
    macs, wanted = parse_macs(mac), None if resource is None else names(resource)
    first, last = asked_span(start, _NO_END if end is None else end)
    with open_source(container_url, credential, stop) as source, open_store(into) as store:
        look, pool, begun = Look(source, store, [], macs), Pool(tell), monotonic()
        with suppress(errors.StoppedError):
            look.folders = find_folders(source, look.beside, wanted)
            _take(look, pool, first, last)
        if not (look.listed or look.gone or follow or source.stop.is_set()):
            raise _nothing(look, start, end)
        if follow:
            with suppress(errors.StoppedError):
                _follow(look, pool, wanted)
        return Download(
            folder=store.folder,
            identity=source.identity.says,
            listed=look.listed,
            after=look.after,
            held=look.held,
            fetched=pool.fetched,
            gone=look.gone,
            size=pool.size,
            failed=pool.failed,
            left_out=[*look.beside.sentences(), *look.left_out.sentences()],
            stopped=source.stop.is_set() and not follow,
            seconds=monotonic() - begun,
        )


def _nothing(look: Look, start: object, end: object) -> NoLogsError:
    said = [
        f"The container {look.source.address.container} has no blob of what was asked for from {start} to "
        f"{end or 'now'}. nsgkit.find_logs tells what it has."
    ]
    return NoLogsError(" ".join(said + look.left_out.sentences()))


def _take(look: Look, pool: Pool, start: datetime, end: datetime) -> None:
    """Look once. What ends it too early says how far it came and how to go on."""
    so_far = "blobs came in by then and stay. Do the same again to go on."
    try:
        take(look, start, end, pool)
    except errors.StoppedError:
        raise
    except errors.FaultError as fault:
        raise type(fault)(f"{str(fault).rstrip('.')}. {pool.fetched:,} {so_far}") from None
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise errors.DiskFullError(
            f"The disk of {look.store.folder} is full, and {pool.wanted - pool.size:,} bytes are still to "
            f"come. Make room. {pool.fetched:,} {so_far}"
        ) from None
    except KeyboardInterrupt:
        _LOG.info("Stopped. %s %s", f"{pool.fetched:,}", so_far)
        raise


def _follow(look: Look, pool: Pool, resource: Names) -> None:
    """Look again every minute, until stopped; a network that is away for a while does not end it."""
    since = look.source.served
    try:
        while not look.source.stop.wait(EVERY):
            try:
                if floor_hour(look.source.served) != floor_hour(since):
                    look.beside = LeftOut()
                    look.folders = find_folders(look.source, look.beside, resource)
                start, since = floor_hour(since) - _HOUR, look.source.served
                _take(look, pool, start, _NO_END)
            except errors.BusyError as fault:
                _LOG.warning("%s Trying again in %.0f seconds.", fault, EVERY)
    except KeyboardInterrupt:
        look.source.stop.set()
