"""What a report is made of: the lines of a case and the files that they name, checked as they are read."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from nsgkit.case.contents import Cited, CitedFile, Evidence, Row, content
from nsgkit.case.folder import read_lines
from nsgkit.case.lines import CITING
from nsgkit.evidence.chain import Line


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
            cited[event["n"]] = content(folder, event, CitedFile)
        if event["event"] == "evidence":
            evidence[event["n"]] = content(folder, event, Evidence)
    return Reading(folder, lines, cited, evidence)
