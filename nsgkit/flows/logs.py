"""read_logs: a file or folder of flow logs -> FlowLogs, the flow table with its rejects and blobs."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pandas as pd

from nsgkit.errors import EvidenceChangedError, NsgkitError, hides_locals
from nsgkit.evidence.folder import is_evidence
from nsgkit.evidence.hours import evidence_hours
from nsgkit.flows.blob_table import SEVERAL
from nsgkit.flows.content_kind import Aside
from nsgkit.flows.coverage import Coverage, coverage_of
from nsgkit.flows.files import LogFile, Span, UnreadableFileError, choose_span, hash_of, load, unpack
from nsgkit.flows.folder import Found, find_files, nothing_read
from nsgkit.flows.in_tables import in_tables
from nsgkit.flows.logging_stops import stops_in_words
from nsgkit.flows.parse.rows import raw_tuples
from nsgkit.flows.reading import Reading, not_flow_logs, read_again, read_all
from nsgkit.flows.record_types import notes_on_rows
from nsgkit.flows.repeats import reject_repeats
from nsgkit.flows.room import check_room
from nsgkit.flows.span_edges import edge_notes, hours_in_span
from nsgkit.flows.summary import WARNING, Extent, as_html, as_text
from nsgkit.html import visible
from nsgkit.schema import PLACE, SET_ASIDE, empty, typed

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
# Of an address without its beginning, a SAS, a connection string, an account's key.
_SECRET = re.compile(
    r"\.core\.(?:windows|usgovcloudapi|chinacloudapi)\.|\b(?:sig|AccountKey|SharedAccessSignature)="
    r"|[a-z0-9+/]{86}==",
    re.IGNORECASE,
)


@dataclass(eq=False)  # tables have no one answer to ==: each FlowLogs equals itself alone
class FlowLogs:
    """What read_logs found: the flow rows, what is not a row, and the blobs they came from.

    `flows`, `rejects` and `blobs` are pandas tables, described column by column in `nsgkit.schema`;
    `notes` are sentences about the reading as a whole. `set_aside` names every file that was not read as
    flow logs, with its size and the reason. Of an evidence folder, `evidence_hours` tells what its manifest
    knows of each hour: growing, gone, no blob, not asked for. `asked` is the span that was asked for, in
    words and in UTC, as it was understood; empty where none was given.
    """

    flows: pd.DataFrame
    rejects: pd.DataFrame
    blobs: pd.DataFrame
    notes: list[str] = field(default_factory=list)
    evidence_hours: pd.DataFrame | None = None
    files: Mapping[str, LogFile] = field(default_factory=dict)
    set_aside: pd.DataFrame = field(default_factory=partial(empty, SET_ASIDE))
    asked: str = ""

    def raw(self, row: Any) -> str:
        """Return the exact text of the tuple that a row of `flows` came from.

        `row` is a row of the flow table, or of any table that still has its columns blob, record and
        tuple; or a label of the flow table's index. Raises EvidenceChangedError where the file is no
        longer what was read, NsgkitError where the row belongs to no blob of these logs.
        """
        where = row if hasattr(row, "keys") else self.flows.loc[row]
        file, place = self._place(where)
        return raw_tuples(self._bytes(file), [place])[0]

    def raw_rows(self, rows: pd.DataFrame) -> list[str]:
        """Return the exact text of the tuple of each row, in the order of the rows; each blob is read once.

        `rows` have the columns blob, record and tuple. Raises as `raw` does.
        """
        needed = [name for name in PLACE if name in rows]
        places = [self._place(row) for row in rows[needed].astype("object").to_dict("records")]
        texts: dict[tuple[str, tuple[int, int]], str] = {}
        for file in {file.name: file for file, _ in places}.values():
            mine = [place for other, place in places if other.name == file.name]
            found = raw_tuples(self._bytes(file), mine)
            texts |= {(file.name, place): text for place, text in zip(mine, found, strict=True)}
        return [texts[file.name, place] for file, place in places]

    def _place(self, row: Any) -> tuple[LogFile, tuple[int, int]]:
        try:
            return self.files[str(row["blob"])], (int(row["record"]), int(row["tuple"]))
        except (KeyError, TypeError, ValueError):
            raise NsgkitError(
                "This row does not point into these flow logs: it needs their blob, record and tuple."
            ) from None

    def text(self, name: str) -> str:
        """Return the text of a blob, as it is stored (unpacked where it was a gzip file).

        `name` is the blob's name in `blobs`. Raises NsgkitError where there is none of that name,
        EvidenceChangedError where the file is no longer what was read.
        """
        if name not in self.files:
            raise NsgkitError(f"No blob is called {name!r}; the names stand in .blobs.")
        return self._bytes(self.files[name]).decode(errors="replace")

    def _bytes(self, file: LogFile) -> bytes:
        known = self.blobs.loc[self.blobs["name"] == file.name, "sha256"].item()
        try:
            stored = load(file)
            data, sha256 = unpack(stored), hash_of(stored)
        except UnreadableFileError as error:
            raise EvidenceChangedError(_changed(file, str(error))) from error
        if sha256 != known:
            raise EvidenceChangedError(_changed(file, f"its SHA-256 was {known} and is {sha256}"))
        return bytes(data)

    def __repr__(self) -> str:
        return as_text(self._extent(), self.rejects, self.blobs, self._said(), self.asked)

    def _repr_html_(self) -> str:
        return as_html(self._extent(), self.rejects, self.blobs, self._said(), self.asked)

    def _extent(self) -> Extent:
        return Extent.of(self.flows)

    def _on_rows(self) -> list[str]:
        return notes_on_rows(self.flows)

    def _said(self) -> tuple[Coverage, list[str]]:
        aside = len(self.set_aside)
        were = "file was" if aside == 1 else "files were"
        notes = [*self.notes, *([f"{aside:,} {were} set aside: see .set_aside."] if aside else [])]
        notes += [*stops_in_words(self.blobs, self.evidence_hours), *self._on_rows()]
        return coverage_of(self.blobs, evidence=self.evidence_hours), notes


@hides_locals
def read_logs(
    path: str | os.PathLike[str],
    *,
    start: str | datetime | None = None,
    end: str | datetime | None = None,
) -> FlowLogs:
    """Read NSG (version 1 and 2) and VNet (version 4) flow logs from a file or a folder.

    A folder may be laid out as in the storage container, be an evidence folder that nsgkit downloaded,
    or hold files of any name in any order; gzip files are read too. What a file is, its content decides:
    every file that is not read is named in `set_aside`, with the reason. Links are followed, to each
    folder once; in an evidence folder, never.

    Each file of an evidence folder is compared with its manifest. One that is no longer what was downloaded
    is read, since an analyst must see it: a warning in `notes` and on display says so, a reject and the
    blob's note name it. A file that the manifest does not list is set aside, with a warning.

    `start` and `end` (UTC where they name no zone) choose the rows from `start` to before `end`, by their
    own time. An hour's blob goes by the time of its records, so the last minute of an hour stands in the
    blob of the next, which is read too; blobs of other hours are not opened. Rows come in the order of
    blob, record and tuple.

    Returns FlowLogs. For every blob, tuples = rows + rejects + outside. Raises NoLogsError where there is
    nothing to read, and says what was looked for; EvidenceChangedError where the lines of an evidence
    folder's manifest are no longer those that were written; NsgkitError where the path or a time is not one,
    or where the rows would not fit into memory: then it says how many there are, and what to do.

    >>> logs = read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00")
    >>> logs.raw(logs.flows[logs.flows["dst_port"] == 12086].iloc[0])
    '1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,'
    """
    span = choose_span(start, end)
    path = given_path(path)
    found = find_files(path, span)
    check_room(path, found.files)
    read = read_all(found.files)
    names = [blob.file.name for blob in read.blobs]
    reject_repeats(read.rows, read.headers, names, partial(read_again, read))
    return _put_together(path, span, found, read, FlowLogs(*in_tables(read, span)))


def given_path(path: object) -> Path:
    """Return `path` as a Path; raises NsgkitError where it is not the path of a file or folder."""
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(text, str) or not text.strip():
        raise NsgkitError(f"The path is {visible(repr(path))[:80]}: give that of a file or folder, as text.")
    if _ADDRESS.match(text) or (_SECRET.search(unquote(text)) and not os.path.lexists(text)):
        raise NsgkitError(  # which repeats nothing: a secret may stand in it
            "This is an address or a key, not a path: download it first with nsgkit.download, and give the "
            "folder."
        )
    if "\0" in text:
        raise NsgkitError(f"{visible(text)[:200]} holds a zero character: give the path of a file or folder.")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise NsgkitError(
            f"{visible(text)[:200]} names no user of this machine: give the whole path."
        ) from None


def _changed(file: LogFile, how: str) -> str:
    return f"{file.path} is not what was read: {how}. Put the original back, or read the logs again."


def _put_together(path: Path, span: Span, found: Found, read: Reading, logs: FlowLogs) -> FlowLogs:
    """Set aside what turned out to be no flow logs, and what is of another time; say so."""
    others, blobs = not_flow_logs(read), logs.blobs
    aside = [*found.aside, *read.aside]
    others_files = {blob: read.blobs[blob].file for blob in others}
    for blob, file in others_files.items():
        reasons = filter(None, [others[blob], read.changed.get(file.name)])
        aside.append(Aside(file.name, file.size, "; ".join(reasons)))
    if len(others) == len(blobs):
        raise nothing_read(path, aside, found.elsewhere, span)
    logs.blobs, elsewhere = of_the_span(blobs[~blobs.index.isin(list(others))], span)
    if not len(logs.flows) and not logs.blobs["asked"].any():
        raise nothing_read(path, aside, [*found.files, *found.elsewhere], span)
    logs.rejects = logs.rejects[logs.rejects["blob"].isin(logs.blobs["name"])].reset_index(drop=True)
    logs.asked = "" if span == (None, None) else str(span)
    logs.notes = [*warnings([*read.changed], found.unlisted), *edge_notes(logs.blobs, span)]
    logs.notes += notes_on_blobs(logs.blobs, len(found.elsewhere), elsewhere)
    rows = sorted(aside, key=lambda one: (one.name, one.reason))
    logs.set_aside = typed(pd.DataFrame(rows, columns=list(Aside._fields)), SET_ASIDE)
    logs.files = {blob.file.name: blob.file for blob in read.blobs}
    if is_evidence(path):
        logs.evidence_hours = hours_in_span(evidence_hours(path), span)
    return logs


def warnings(changed: list[str], unlisted: list[str]) -> list[str]:
    """Say which files of an evidence folder are not what was downloaded, or not in its manifest."""
    told = (
        (changed, "not what was downloaded", "What is in it is shown here and is no evidence"),
        (unlisted, "not listed in the manifest", "It was not read"),
    )
    return [
        f"{WARNING}{len(names):,} file{'s'[: len(names) != 1]} of this evidence folder "
        f"{'is' if len(names) == 1 else 'are'} {how}, such as {names[0]}. {what}: run nsgkit.verify."
        for names, how, what in told
        if names
    ]


def of_the_span(blobs: pd.DataFrame, span: Span) -> tuple[pd.DataFrame, int]:
    """Return the blobs without those whose records are all of another time, and how many these are."""
    needed = np.array([pd.isna(hour) or span.needs(hour) for hour in blobs["hour"]], dtype=bool)
    elsewhere = ~needed & blobs["rows"].eq(0).to_numpy()
    return blobs[~elsewhere].reset_index(drop=True), int(elsewhere.sum())


def notes_on_blobs(blobs: pd.DataFrame, unopened: int = 0, elsewhere: int = 0) -> list[str]:
    """Say what was not opened, what was left out, and which blobs hold records of several hours."""
    several = int(blobs["note"].str.contains(SEVERAL, regex=False, na=False).sum())
    told = (
        (unopened, "lie", "outside the hours asked for: not opened"),
        (elsewhere, "hold", "no record of the time asked for: left out"),
        (several, "hold", f"{SEVERAL}: the coverage shows one of them"),
    )
    blobs_do = "{:,} blobs {}", "{:,} blob {}s"
    return [f"{blobs_do[count == 1].format(count, verb)} {rest}." for count, verb, rest in told if count]
