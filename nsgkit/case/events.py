"""The lines of a case as tables: what was written into it, and the raw tuples that it cites."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from nsgkit import schema
from nsgkit.case.contents import CitedFile, content
from nsgkit.case.lines import CITING
from nsgkit.evidence.chain import Line
from nsgkit.schema.case import CASE_EVENTS, CASE_KINDS, CITED


def events_table(lines: Sequence[Line]) -> pd.DataFrame:
    """Return the lines that say something of the case, in the order in which what they say happened."""
    rows = [_row(line) for line in lines if line.event["event"] in CASE_KINDS]
    table = pd.DataFrame(rows, columns=[c.name for c in CASE_EVENTS])
    found = schema.typed(table, CASE_EVENTS)
    return found.sort_values(["first", "last", "number"], na_position="last", ignore_index=True)


def cited_table(folder: Path, lines: Sequence[Line]) -> pd.DataFrame:
    """Return every raw tuple that the case cites, by line and time."""
    rows = [
        {"number": line.event["n"], **msgspec.structs.asdict(each)}
        for line in lines
        if line.event["event"] in CITING
        for each in content(folder, line.event, CitedFile).tuples
    ]
    table = pd.DataFrame(rows, columns=[c.name for c in CITED])
    return schema.typed(table, CITED) if len(table) else schema.empty(CITED)


def _row(line: Line) -> dict[str, Any]:
    event = line.event
    return {
        "number": event["n"], "event": event["event"], "first": event.get("first"),
        "last": event.get("last"), "told": _told(event), "why": event.get("why") or event.get("text", ""),
        "tags": ", ".join(event.get("tags", ())), "author": event.get("author", ""), "written": event["at"],
        "cited": event.get("cited", 0), "query": event.get("query", ""), "sha256": line.sha256,
    }  # fmt: skip


def _told(event: Mapping[str, Any]) -> str:
    told = str(event.get("told", ""))
    if event["event"] == "opened":
        return f"The case was opened with {event['tool']}."
    return f"{event['verdict']}: {told}" if event["event"] == "verdict" else told
