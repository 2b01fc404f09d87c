"""What a path holds: files that may be flow logs, and what is set aside, each with the reason.

Nothing is left out in silence, and nothing is opened that is no regular file.
"""

import os
import stat
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

from nsgkit.errors import NoLogsError
from nsgkit.evidence.folder import evidence_blobs, is_evidence
from nsgkit.evidence.hours import evidence_hours
from nsgkit.evidence.strangers import not_listed
from nsgkit.flows.content_kind import Aside, why_no_log
from nsgkit.flows.files import LogFile, Span, plain_name
from nsgkit.flows.span_edges import hours_in_span
from nsgkit.html import visible
from nsgkit.layout import ENDINGS, parse_name

EMPTY = "empty: the placeholder of a folder, or a copy that failed"
_KINDS = {
    stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}  # fmt: skip
_REASONS_SHOWN = 3
_Identity: TypeAlias = tuple[int, int] | str  # of a folder: its device and inode, or where it lies


@dataclass
class Found:
    """The files to read in the order of their names, and those that are not read."""

    files: list[LogFile] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    elsewhere: list[LogFile] = field(default_factory=list)  # of hours that were not asked for: not opened
    unlisted: list[str] = field(default_factory=list)  # of those aside, what an evidence folder does not list


def find_files(path: Path, span: Span) -> Found:
    """Return the files at `path` that may be flow logs and may hold rows of the span.

    What a file is, its first bytes tell, and not its path. Raises NoLogsError where there is none.
    """
    found = _look_into(path)
    kept: dict[str, LogFile] = {}
    for file in sorted(found.files, key=lambda file: file.name):
        hour = file.told.hour
        if hour is not None and not span.needs(hour):
            found.elsewhere.append(file)
            continue
        reason = None if file.named_as_log or file.evidence else why_no_log(file.path)
        if reason:
            found.aside.append(Aside(file.name, file.size, reason))
        else:
            _keep(kept, file)
    if not kept:
        raise nothing_read(path, found.aside, found.elsewhere, span)
    return Found(list(kept.values()), found.aside, found.elsewhere, found.unlisted)


def _none_in_span(where: str, files: list[LogFile], span: Span) -> str:
    """Say which hours there are instead of those asked for."""
    hours = [file.told.hour for file in files if file.told.hour is not None]
    blobs = f"{len(files):,} blob{'s'[: len(files) != 1]}"
    there = f"{where} holds {blobs}, but none for the hours asked for ({span})"
    if not hours:
        return f"{there}."
    last = max(hours) + timedelta(hours=1) if max(hours).year < 9999 else max(hours)
    return f"{there}: they cover {Span(min(hours), last)}."


def nothing_read(path: Path, aside: list[Aside], elsewhere: list[LogFile], span: Span) -> NoLogsError:
    """Return the error for a path that holds no flow log of the span."""
    if failed := _not_downloaded(path, span):
        return NoLogsError(f"No flow logs in {shown_path(path)} for the hours asked for ({span}): {failed}")
    return nothing_at(shown_path(path), aside, elsewhere, span)


def nothing_at(where: str, aside: list[Aside], elsewhere: list[LogFile], span: Span) -> NoLogsError:
    """Return the error for a place that holds no flow log of the span, whatever is known of it."""
    if elsewhere:
        return NoLogsError(_none_in_span(where, elsewhere, span))
    return NoLogsError(f"No flow logs in {where}: {_what_is_there(aside)}.")


def shown_path(path: Path | str) -> str:
    """Return a path for a sentence: its beginning where it is long, and nothing that cannot be printed."""
    text = visible(path)
    return text if len(text) <= 300 else f"{text[:300]}…"


def _look_into(path: Path) -> Found:
    try:
        status = path.stat()
        if is_evidence(path):
            return _of_evidence(path)
        if stat.S_ISDIR(status.st_mode):
            return _walk(path)
    except FileNotFoundError:
        raise NoLogsError(
            f"There is no file or folder {shown_path(path)}. Check the path{_nearest(path)}."
        ) from None
    except OSError as error:
        raise NoLogsError(f"{shown_path(path)} cannot be opened: {error.strerror}. Check the path.") from None
    found = Found()
    file = LogFile(plain_name(path.name), path, parse_name(path.absolute().as_posix()), status.st_size)
    _take(found, file, status)
    return found


def _of_evidence(path: Path) -> Found:
    found = Found()
    for blob in evidence_blobs(path):
        name = plain_name(f"{blob.container}/{blob.name}")
        if blob.size:
            found.files.append(LogFile(name, blob.parts[0][0], parse_name(name), blob.size, blob))
        else:
            found.aside.append(Aside(name, 0, EMPTY))
    for entry in not_listed(path):
        name = plain_name(entry.name)
        size = os.lstat(path / entry.name).st_size if entry.kind == "file" else None
        kind = "" if entry.kind == "file" else f"a {entry.kind}: "
        found.aside.append(Aside(name, size, f"{kind}the manifest does not list it: not read"))
        found.unlisted.append(name)
    return found


def _walk(top: Path) -> Found:
    """Look into all folders below `top`; those behind links come last, and no folder twice."""
    found, seen = Found(), set[_Identity]()
    folders = deque([(str(top), "", _identity(str(top)))])
    links: deque[tuple[str, str, _Identity]] = deque()
    while folders or links:
        folder, prefix, identity = (folders or links).popleft()
        if identity in seen:
            found.aside.append(Aside(prefix, None, "a link to a folder that is read already"))
            continue
        seen.add(identity)
        if prefix.lower().endswith(ENDINGS):
            found.aside.append(Aside(prefix, None, "a folder; the files in it are read"))
        for entry, name in _entries(folder, prefix, found):
            try:
                status = entry.stat()
                identity = _identity(entry.path) if stat.S_ISDIR(status.st_mode) else ""
            except OSError as error:
                found.aside.append(Aside(name, None, _no_status(entry, error)))
                continue
            if identity:
                place = links if entry.is_symlink() else folders
                place.append((entry.path, name, identity))
            else:
                _take(found, LogFile(name, Path(entry.path), parse_name(name), status.st_size), status)
    return found


def _identity(folder: str) -> _Identity:
    status = Path(folder).stat()  # an entry's own has no inode on Windows, as some file systems have none
    return (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(folder)


def _entries(folder: str, prefix: str, found: Found) -> Iterator[tuple["os.DirEntry[str]", str]]:
    try:
        with os.scandir(folder) as opened:
            entries = sorted(opened, key=lambda entry: entry.name)
    except OSError as error:
        if not prefix:
            raise
        found.aside.append(Aside(prefix, None, f"the folder cannot be opened: {error.strerror}"))
        return
    for entry in entries:
        yield entry, plain_name(f"{prefix}/{entry.name}" if prefix else entry.name)


def _no_status(entry: "os.DirEntry[str]", error: OSError) -> str:
    link = "a link that leads nowhere" if entry.is_symlink() else "the file cannot be looked at"
    return f"{link}: {error.strerror}"


def _take(found: Found, file: LogFile, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "no regular file")
        found.aside.append(Aside(file.name, None, f"{kind}: never opened"))
    elif not status.st_size:
        found.aside.append(Aside(file.name, 0, EMPTY))
    else:
        found.files.append(file)


def _keep(kept: dict[str, LogFile], file: LogFile) -> None:
    """Keep a file under its name; of two that are written alike, the second gets a number."""
    name, number = file.name, 2
    while name in kept:
        name, number = f"{file.name} ({number})", number + 1
    kept[name] = file if name == file.name else LogFile(name, *list(vars(file).values())[1:])


def _what_is_there(aside: list[Aside]) -> str:
    if not aside:
        return f"it is empty; looked for files of any name, such as {', '.join(ENDINGS)}"
    return f"{len(aside):,} files were set aside ({_counted(one.reason for one in aside)})"


def _not_downloaded(path: Path, span: Span) -> str | None:
    """Say which blobs of the span an evidence folder could not get, and why."""
    if not is_evidence(path):
        return None
    hours = hours_in_span(evidence_hours(path), span)
    failed = hours[hours["state"] == "could not be read"]
    if failed.empty:
        return None
    were = "blob was" if len(failed) == 1 else "blobs were"
    return f"{len(failed):,} {were} there and could not be read ({_counted(failed['reason'])})."


def _counted(every: Iterable[str]) -> str:
    reasons = Counter(every).most_common()
    listed = "; ".join(f"{count:,} × {visible(reason)}" for reason, count in reasons[:_REASONS_SHOWN])
    more = f"; and {len(reasons) - _REASONS_SHOWN} more" if len(reasons) > _REASONS_SHOWN else ""
    return f"{listed}{more}"


def _nearest(path: Path) -> str:
    try:
        there = next((parent for parent in path.absolute().parents if parent.is_dir()), None)
    except OSError:  # the folder that Python runs in was deleted
        there = None
    return f": {shown_path(there)} exists, but not what comes after it" if there else ""
