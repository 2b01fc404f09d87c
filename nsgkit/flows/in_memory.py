"""Blobs that are in memory -> flow rows, rejects and blobs, as `read_logs` reads them from files."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from nsgkit.errors import NsgkitError, shown
from nsgkit.flows.batches import BlobCounts, Data, refuse
from nsgkit.flows.content_kind import LOOKED_AT, Aside, why_no_log_in
from nsgkit.flows.files import LogFile, Span, UnreadableFileError, unpack
from nsgkit.flows.folder import EMPTY
from nsgkit.flows.in_tables import BlobTables, in_tables
from nsgkit.flows.reading import ReadBlob, Reading, hashed, not_flow_logs, read_all
from nsgkit.flows.repeats import reject_repeats
from nsgkit.layout import parse_name

_WHOLE = Span(None, None)


def read_blob(name: str, data: bytes) -> BlobTables:
    """Read one blob of flow logs from its bytes, which need not lie in any file.

    For programs that fetch blobs themselves, and for clusters, whose workers are handed blob after blob.

    Parameters
    ----------
    name : str
        The blob's name, as it stands in the container: the hour and the NIC are read from it.
    data : bytes
        The blob as it is stored; gzip is unpacked.

    Returns
    -------
    BlobTables
        `flows`, `rejects` and `blobs`, three pandas tables as `read_logs` gives them. `blobs` has one row.
        What is no flow log `read_logs` would set aside: here its reason is the blob's note, and a reject.

    Raises
    ------
    NsgkitError
        Where the name is no text, or the data are not bytes. Never for what stands in the bytes.

    Examples
    --------
    >>> flows, rejects, blobs = read_blob("a/PT1H.json", b'{"records":[]}')
    >>> len(flows), len(rejects), blobs["complete"].item()
    (0, 0, True)
    >>> read_blob("notes.txt", b"call Anna").rejects["reason"].item()
    'no flow record in it'

    Source: Microsoft, "Flow logging for network security groups" and "Virtual network flow logs".
    """
    if not isinstance(name, str) or not isinstance(data, bytes | bytearray | memoryview):
        raise NsgkitError(
            f"A blob is read from its name and its bytes; given were {shown(name)} and {shown(data)}. "
            "Give them as they are stored: read_blob(name, path.read_bytes())."
        )
    stored = bytes(data)
    file = held_file(name, stored)
    read = read_held([(file, stored)])
    for reason in [one.reason for one in read.aside]:
        _add_refused(read, file, stored, reason)
    for number, reason in not_flow_logs(read).items():
        count = read.blobs[number].count
        if reason not in {reject.reason for reject in count.refused}:
            refuse(number, count, reason)
    reject_repeats(read.rows, read.headers, [name], bytes_of([stored]))
    return in_tables(read, _WHOLE)


def held_file(name: str, stored: Data, path: str = "") -> LogFile:
    """Return the blob as a file that is read; `path`, where it is given, tells the hour and the NIC."""
    return LogFile(name, Path(name), parse_name(path or name), len(stored))


def read_held(blobs: Iterable[tuple[LogFile, Data]]) -> Reading:
    """Read blobs together, in this order; what is no log is set aside as `read_logs` does it.

    Records that repeat are all kept: that is for the caller, who may know of blobs that are not here.
    """
    aside, kept = [], dict[str, tuple[LogFile, Data]]()
    for file, stored in blobs:
        if reason := _why_aside(file, stored):
            aside.append(Aside(file.name, file.size, reason))
        else:
            kept[file.name] = file, stored
    files = [file for file, _ in kept.values()]
    read = read_all(files, shown=False, loader=lambda file, _: kept[file.name][1])
    read.aside += aside
    return read


def bytes_of(stored: list[Data]) -> Callable[[int], Data | None]:
    """Return what gives the bytes of each of these blobs again, unpacked."""

    def unpacked(number: int) -> Data | None:
        try:
            return unpack(stored[number])
        except UnreadableFileError:
            return None

    return unpacked


def read_in_memory(blobs: Mapping[str, bytes]) -> BlobTables:
    """Read blobs, each under its name.

    >>> read_in_memory({"a/PT1H.json": b'{"records":[]}'}).flows.empty
    True
    """
    read = read_held((held_file(name, stored), stored) for name, stored in blobs.items())
    names = [blob.file.name for blob in read.blobs]
    reject_repeats(read.rows, read.headers, names, bytes_of([blobs[name] for name in names]))
    return in_tables(read, _WHOLE)


def _why_aside(file: LogFile, stored: Data) -> str | None:
    if not len(stored):
        return EMPTY
    return None if file.named_as_log else why_no_log_in(bytes(stored[:LOOKED_AT]))


def _add_refused(read: Reading, file: LogFile, stored: Data, reason: str) -> None:
    blob = ReadBlob(file, BlobCounts(file.name), len(stored), hashed(stored))
    refuse(len(read.blobs), blob.count, reason)
    read.blobs.append(blob)
