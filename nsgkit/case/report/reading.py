"""What a report is made of: the lines of a case and the files that they name, checked as they are read.

A case may come from a stranger. A file that says something else than nsgkit writes is one clear error.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from nsgkit.case.events import CITING
from nsgkit.case.folder import KeptFile, kept_bytes, read_lines
from nsgkit.errors import NsgkitError
from nsgkit.evidence.chain import Line

T = TypeVar("T")


class Row(msgspec.Struct, frozen=True):
    """A conversation, or a flow row, which has a `time` in place of `first` and `last`."""

    blob: str
    record: int
    tuple: int
    src_ip: str | None = None
    dst_ip: str | None = None
    src_port: int | None = None
    dst_port: int | None = None
    protocol: str | None = None
    decision: str | None = None
    state: str | None = None
    rule: str | None = None
    mac: str | None = None
    resource: str | None = None
    flow_log: str | None = None
    version: int | None = None
    encryption: str | None = None
    bytes_src_to_dst: int | None = None
    bytes_dst_to_src: int | None = None
    folded: bool = False
    stateless: bool = False
    first: datetime | None = None
    last: datetime | None = None
    time: datetime | None = None

    @property
    def whole(self) -> bool:
        """Whether it is a conversation, and no flow row."""
        return self.first is not None

    @property
    def begin(self) -> datetime | None:
        """When it was first seen."""
        return self.first or self.time

    @property
    def end(self) -> datetime | None:
        """When it was last seen."""
        return self.last or self.begin


class Cited(msgspec.Struct, frozen=True):
    """A raw tuple, and where it stands."""

    blob: str
    blob_sha256: str | None
    record: int
    tuple: int
    raw: str
    time: datetime


class CitedFile(msgspec.Struct, frozen=True):
    """What a star or a finding rests on; only a finding has figures."""

    rows: list[Row]
    tuples: list[Cited]
    names: dict[str, str]
    figures: list[tuple[str, Any, str, str]] = []
    harmless: str = ""
    meant: str = ""


class Blob(msgspec.Struct, frozen=True):
    """A blob as the logs were read."""

    name: str
    sha256: str | None
    size: int
    rows: int
    rejects: int
    unread: int
    complete: bool
    begins_in_middle: bool
    hour: datetime | None = None
    mac: str | None = None
    resource: str | None = None
    note: str | None = None
    source: dict[str, Any] | None = None


class Named(msgspec.Struct, frozen=True):
    """A file that was set aside."""

    name: str
    reason: str


class Interval(msgspec.Struct, frozen=True):
    """A gap or a silence."""

    start: datetime
    end: datetime
    mac: str | None = None
    resource: str | None = None


class Stop(msgspec.Struct, frozen=True):
    """Where logging ended while the rest went on."""

    last_hour: datetime
    mac: str | None = None
    resource: str | None = None
    together_with: str | None = None


class Kinds(msgspec.Struct, frozen=True):
    """Which kinds of rows a flow log wrote."""

    flow_log: str | None = None
    meaning: str | None = None


class Evidence(msgspec.Struct, frozen=True):
    """The logs as they were read, and what they cannot show."""

    rows: int
    blobs: list[Blob]
    set_aside: list[Named]
    gaps: list[Interval]
    silences: list[Interval]
    stops: list[Stop]
    record_types: list[Kinds]
    said: list[str]
    asked: str
    first: datetime | None
    last: datetime | None


class Reading(NamedTuple):
    """A whole case."""

    folder: Path
    lines: list[Line]
    cited: dict[int, CitedFile]  # by the number of the line, in the order of the lines
    evidence: dict[int, Evidence]

    @property
    def head(self) -> str:
        """The SHA-256 of the last line."""
        return self.lines[-1].sha256

    @property
    def logs(self) -> Evidence | None:
        """The logs as they were read last."""
        return [*self.evidence.values()][-1] if self.evidence else None

    @property
    def names(self) -> dict[str, str]:
        """What addresses are called; where lines differ, as the last one says."""
        return {text: called for file in self.cited.values() for text, called in file.names.items()}

    def of(self, *kinds: str) -> Iterator[dict[str, Any]]:
        """Yield the events of some kinds, in the order in which they were written."""
        return (line.event for line in self.lines if line.event["event"] in kinds)

    def rows(self) -> dict[Row, list[int]]:
        """Return each row that is cited, once, with the lines that cite it.

        Read again from more logs, a connection may end later than an earlier line says: the last line holds.
        """
        rows: dict[tuple[str, int, int, bool], Row] = {}
        lines: dict[tuple[str, int, int, bool], list[int]] = {}
        for number, file in self.cited.items():
            for row in file.rows:
                place = row.blob, row.record, row.tuple, row.whole
                rows[place] = row
                lines.setdefault(place, []).append(number)
        return {row: lines[place] for place, row in rows.items()}

    def tuples(self) -> dict[Cited, list[int]]:
        """Return each raw tuple that is cited, with the lines that cite it."""
        found: dict[Cited, list[int]] = {}
        for number, file in self.cited.items():
            for each in file.tuples:
                found.setdefault(each, []).append(number)
        return found

    def span(self) -> tuple[datetime, datetime] | None:
        """Return from when to when what is cited happened; None where nothing is cited."""
        rows = self.rows()
        begins = [row.begin for row in rows if row.begin]
        ends = [row.end for row in rows if row.end]
        return (min(begins), max(ends)) if begins else None


def read_case(folder: Path) -> Reading:
    """Return what the case holds; an error where a line or a file is not what nsgkit writes."""
    lines = read_lines(folder)
    cited, evidence = {}, {}
    for line in lines:
        event = line.event
        if event["event"] in CITING:
            cited[event["n"]] = _read(folder, event, CitedFile)
        if event["event"] == "evidence":
            evidence[event["n"]] = _read(folder, event, Evidence)
    return Reading(folder, lines, cited, evidence)


def _read(folder: Path, event: dict[str, Any], kind: type[T]) -> T:
    kept = event["file"]
    try:
        return msgspec.json.decode(kept_bytes(folder, kept), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        name = KeptFile(kept["sha256"], kept["ending"], kept["size"]).name
        raise NsgkitError(
            f"{folder / name} is none that nsgkit writes ({error}), so no report can be made. Line "
            f"{event['n']} of the case names it: ask whoever made the case."
        ) from None
