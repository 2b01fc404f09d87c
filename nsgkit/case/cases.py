"""A case: what an analyst found, kept in a folder of plain files, line by line."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from nsgkit.case import folder as on_disk
from nsgkit.case.bundles.making import make_bundle
from nsgkit.case.citing import Citation, cite_finding, cite_rows
from nsgkit.case.events import cited_table, events_table
from nsgkit.case.export import write_timeline
from nsgkit.case.pictures import as_file
from nsgkit.case.plain import plain, written
from nsgkit.case.report.file import write_report
from nsgkit.detections.arithmetic import figures, harmless
from nsgkit.detections.form import Finding, many
from nsgkit.detections.kinds import told_of
from nsgkit.detections.verdicts import CHOICES, key_of
from nsgkit.enrich.network import Own
from nsgkit.errors import NsgkitError, shown
from nsgkit.evidence.folder import as_folder
from nsgkit.flows.logs import FlowLogs


class Case:
    """A case that is open; `nsgkit.case.open` opens it.

    Every line that is written is on the disk before the call returns, is bound to the line before it, and is
    never changed or taken out again: who errs writes another line. What the case says already is not
    written twice, so a notebook that is run again leaves it as it is.

    Attributes
    ----------
    folder : Path
        Where it lies.
    logs : FlowLogs or None
        What it is about; without logs it can be read and noted in, but nothing can be cited.
    author : str
        Who writes; stands in each line.
    """

    def __init__(
        self,
        folder: Path,
        logs: FlowLogs | None,
        author: str,
        *,
        network: Own = None,
        bundle: Path | None = None,
    ) -> None:
        self.folder, self.logs, self.author = folder, logs, author
        self._network, self._bundle = network, bundle

    def star(self, rows: Any, why: str, *, tags: Iterable[str] = (), query: str = "") -> str:
        """Cite rows: conversations with all their raw tuples, or flow rows.

        Parameters
        ----------
        rows : table or pandas.Series
            Some of what `nsgkit.conversations` gave, or of the flow table; of a store, a million at most. Of
            more than 1,000 the first in time are cited, and the sentence says so.
        why : str
            Why they matter, in the analyst's words.
        tags : iterable of str
            Words to find them by.
        query : str
            The call that made the rows; "Show as code" of an explorer gives it.

        Returns
        -------
        str
            What was written, in a sentence.

        Raises
        ------
        NsgkitError
            Where there is nothing to cite, the rows are not of the logs that the case is about, or nothing
            can be written.
        """
        cited = cite_rows(self._cited_logs(), rows, self._network)
        facts = _about(cited, why, query) | {"tags": _words(tags), "rows": cited.rows, "cited": cited.cited}
        line = self._write("star", facts | {"file": self._keep_json(cited.content)})
        return f"{line}: {cited.told}"

    def note(self, text: str, *, tags: Iterable[str] = ()) -> str:
        """Write a note: what was thought, tried, or asked of whom. Returns what was written, in a sentence.

        Raises NsgkitError where there is nothing in it, or nothing can be written.
        """
        if not isinstance(text, str) or not text.strip():
            raise NsgkitError("A note needs words: give a text.")
        line = self._write("note", {"text": plain(text), "tags": _words(tags)})
        return f"{line}: noted."

    def add_finding(self, finding: "Finding | pd.DataFrame", why: str = "", *, query: str = "") -> str:
        """Take findings into the case: the sentence, the arithmetic, and the raw tuples that prove each.

        Parameters
        ----------
        finding : pandas.Series or DataFrame
            A row of `nsgkit.detections.findings`, or of a detection's table; or several rows.
        why : str
            Why it belongs here, in the analyst's words.
        query : str
            The call that made it.

        Returns
        -------
        str
            What was written, in a sentence for each.

        Raises
        ------
        NsgkitError
            Where it is no finding, or not of the logs that the case is about, or nothing can be written.
        """
        if isinstance(finding, pd.DataFrame):
            return "\n".join(self.add_finding(row, why, query=query) for row in _each(finding))
        key = key_of(finding)
        cited = cite_finding(self._cited_logs(), finding, self._network)
        told = str(finding["told"]) if "told" in finding.index else told_of(finding)
        content = {
            "finding": key,
            "harmless": harmless(finding),
            "figures": [plain([*figure]) for figure in figures(finding)],
            "meant": cited.told,
            **cited.content,
        }
        facts = _about(cited._replace(told=told), why, query)
        facts |= {"key": _as_key(key), "cited": cited.cited, "file": self._keep_json(content)}
        line = self._write("finding", facts)
        return f"{line}: {told}"

    def verdict(self, finding: "Finding | pd.DataFrame", verdict: str, why: str = "") -> str:
        """Write what was decided about a finding, or about several: benign, suspicious or unknown.

        A finding that is not in the case yet is added first. The last verdict about a finding holds; those
        before it stay. Returns what was written, in a sentence for each; raises NsgkitError as `add_finding`
        does, and where there is no such verdict.
        """
        if verdict not in CHOICES:
            raise NsgkitError(f"There is no verdict {shown(verdict)}. Choose one of {', '.join(CHOICES)}.")
        if isinstance(finding, pd.DataFrame):
            return "\n".join(self.verdict(row, verdict, why) for row in _each(finding))
        key = _as_key(key_of(finding))
        if self._finding(key) is None:
            self.add_finding(finding)
        added = self._finding(key) or {}
        kept = {name: added[name] for name in ("told", "first", "last")}
        line = self._write("verdict", kept | {"key": key, "verdict": verdict, "why": plain(why), "query": ""})
        return f"{line}: {verdict}. {added['told']}"

    def keep_picture(self, picture: object, told: str, *, query: str = "") -> str:
        """Keep a picture with its sentence: a chart, SVG as text, or a PNG's bytes.

        `query` is the call that drew it. Returns what was written, in a sentence; raises NsgkitError where it
        is no picture, or nothing can be written.
        """
        self._may_write()
        data, ending = as_file(picture)
        kept = on_disk.keep(self.folder, data, ending)._asdict()
        line = self._write("picture", {"told": plain(told), "query": plain(query), "file": kept})
        return f"{line}: a picture was kept. {told}"

    def report(self, path: str | Path) -> Path:
        """Write the report: one HTML file that needs nothing from elsewhere, to be read, printed, handed on.

        It is made of the case's own files alone, and says nothing of when and where it was made: the same
        case gives the same bytes on every machine, also from a bundle.

        Parameters
        ----------
        path : str or Path
            The file, such as "report.html" beside the folder of the case. An earlier report is written over;
            any other file is not.

        Returns
        -------
        Path
            Where it lies.

        Raises
        ------
        NsgkitError
            Where the file cannot be written, is no report, or lies in the case or its bundle.
        EvidenceChangedError
            Where something of the case was changed.

        Examples
        --------
        >>> import nsgkit
        >>> from tempfile import TemporaryDirectory
        >>> logs = nsgkit.read_logs("data/samples", start="2024-12-18 08:00", end="2024-12-18 09:00")
        >>> with TemporaryDirectory() as folder:
        ...     case = nsgkit.case.open(f"{folder}/case", logs, author="kim")
        ...     told = case.report(f"{folder}/report.html").read_text("utf-8")
        >>> "Nothing was written yet" in told
        True
        """
        return write_report(self.folder, path, bundle=self._bundle)

    def bundle(self, folder: str | Path) -> str:
        """Write the case with its report, and each blob that it cites, as a BagIt bag (RFC 8493).

        Another machine can check it, with nsgkit (`nsgkit.verify`) and without (`sha256sum -c`); opened with
        `nsgkit.case.open` it makes the same report again, byte for byte.

        Parameters
        ----------
        folder : str or Path
            A new or an empty folder: nothing is ever written over.

        Returns
        -------
        str
            What was written, in a sentence, with the head of the case: note it down elsewhere.

        Raises
        ------
        NsgkitError
            Where the case has no logs to take the blobs from, the folder is in use, or cannot be written.
        EvidenceChangedError
            Where the case, or a blob that it cites, is no longer what it was.
        """
        place, logs = as_folder(folder, "folder"), self._cited_logs()
        blobs = make_bundle(place, self.folder, logs.files, self.report)
        return (
            f"{place}: a bundle with the case, its report and {many(blobs, 'cited blob')}. Note the head "
            f"down elsewhere: {self.head}"
        )

    def export(self, path: str | Path) -> str:
        """Write the rows that stars and findings cite as a timeline for other tools, such as Timesketch.

        A row for each conversation or flow row that a star or a finding is about, at the time when it was
        first seen: `message`, `datetime` (ISO 8601, UTC), `timestamp_desc`, and then what is known of it,
        with its raw tuple. What is about no time, such as a note, is not in it, and the sentence says so.

        Parameters
        ----------
        path : str or Path
            A new file that ends with .csv or .parquet. In CSV a text that a spreadsheet would take for a
            formula gets an apostrophe before it; Parquet has every value as it is.

        Returns
        -------
        str
            What was written, in a sentence.

        Raises
        ------
        NsgkitError
            Where it ends otherwise, is there already, or cannot be written.
        """
        place = as_folder(path, "path")
        return write_timeline(self.folder, on_disk.read_lines(self.folder), place)

    @property
    def events(self) -> pd.DataFrame:
        """What the case says, in the order in which it happened (UTC): the columns of `schema.CASE_EVENTS`.

        What is about no time, such as a note, stands behind, in the order in which it was written; sorted by
        `number`, all is. Each line is checked when it is read: raises EvidenceChangedError where one was
        changed, taken out or put in.
        """
        return events_table(on_disk.read_lines(self.folder))

    @property
    def cited(self) -> pd.DataFrame:
        """Every raw tuple that the case cites, by line and time: the columns of `schema.CITED`."""
        return cited_table(self.folder, on_disk.read_lines(self.folder))

    @property
    def head(self) -> str:
        """The SHA-256 of the last line: written down elsewhere, it proves that no line was cut off."""
        return on_disk.read_lines(self.folder)[-1].sha256

    def __repr__(self) -> str:
        events = self.events
        counts = events["event"].astype("str").value_counts()
        kinds = ("star", "note", "finding", "verdict", "picture")
        told = ", ".join(many(int(counts.get(kind, 0)), kind) for kind in kinds)
        where = "a bundle, to be read" if self._bundle else "to be written into"
        return (
            f"The case {self.folder.name}, {where}: {told}; {int(events['cited'].sum()):,} cited tuples.\n"
            f"Its last line's SHA-256, its head: {self.head}"
        )

    def _cited_logs(self) -> FlowLogs:
        self._may_write()
        if self.logs is None:
            raise NsgkitError(
                "This case was opened without logs, so nothing can be cited. Open it with them: "
                "nsgkit.case.open(folder, logs)."
            )
        return self.logs

    def _may_write(self) -> None:
        if self._bundle:
            raise NsgkitError(
                f"{self._bundle} is a bundle: it is read, and never written. Go on in the case that it was "
                "made of, or in a new one."
            )

    def _write(self, event: str, facts: Mapping[str, object]) -> str:
        """Write a line, and return which it is; what the case says already is not said twice."""
        self._may_write()
        number, new = on_disk.write_once(self.folder, event, self.author, facts)
        return f"Line {number}" if new else f"Line {number} says so already"

    def _keep_json(self, told: object) -> dict[str, Any]:
        return on_disk.keep(self.folder, on_disk.as_json(told), "json")._asdict()

    def _finding(self, key: str) -> dict[str, Any] | None:
        """Return the last line that added this finding."""
        lines = (line.event for line in reversed(on_disk.read_lines(self.folder)))
        return next((e for e in lines if e["event"] == "finding" and e["key"] == key), None)


def _each(findings: pd.DataFrame) -> list[Finding]:
    """Return the rows of a table of findings, each with the names that the table carries."""
    if findings.empty:
        raise NsgkitError("There is no finding in this table. Choose some rows of it.")
    return [row for _, row in findings.iterrows()]


def _about(cited: Citation, why: str, query: str) -> dict[str, Any]:
    return {
        "told": plain(cited.told), "why": plain(why), "query": plain(query), "first": written(cited.first),
        "last": written(cited.last),
    }  # fmt: skip


def _words(tags: Iterable[str]) -> list[str]:
    words = [tags] if isinstance(tags, str) else [*tags]
    return [plain(str(word).strip()) for word in words if str(word).strip()]


def _as_key(key: Mapping[str, Any]) -> str:
    return json.dumps(key, sort_keys=True, ensure_ascii=False)
