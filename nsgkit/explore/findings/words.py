"""What the findings explorer says, as inert HTML, and the rows of its lists."""

from numbers import Real
from typing import Any

import pandas as pd

from nsgkit.detections.form import Finding
from nsgkit.explore.findings.model import Found, figures, harmless
from nsgkit.explore.workbench.pick_list import MOST_ROWS
from nsgkit.explore.workbench.table import html_table
from nsgkit.html import escape

INCIDENT_HEADS = ("Incident", "Rank", "Findings", "From (UTC)", "To (UTC)", "Kinds", "Hosts", "How it began")
FINDING_HEADS = ("First seen (UTC)", "Finding", "What was seen", "Rank")
KNOWN_ROW = "known"
_HOSTS = 3  # that are named


def summary(found: Found, *, with_known: bool) -> str:
    """Say how many findings there are, and how many are not shown because they are known.

    Where there are more incidents than a list shows, that is said too.
    """
    shown = len(found.table) - found.hidden
    number = len(found.incidents)
    said = f"{_counted(shown, 'finding')} in {_counted(number, 'incident')}, the worst first."
    if number > MOST_ROWS:
        said += f" The first {MOST_ROWS:,} are listed; the export has all."
    if found.hidden:
        where = "Last, as known" if with_known else "Hidden"
        said += f" {where}: {_counted(found.hidden, 'finding')} that the allow-list names as known."
    return said


def incident_rows(found: Found, *, with_known: bool) -> list[list[str]]:
    """Return the row of each incident; the last one is of what is known, where that is shown."""
    rows = [_incident_row(incident) for _, incident in found.incidents.head(MOST_ROWS).iterrows()]
    if with_known and found.hidden:
        known = found.of_incident(0)
        kinds = ", ".join(known["kind"].unique())
        times = [_minute(known["first"].min()), _minute(known["last"].max())]
        rows.append([KNOWN_ROW, "–", f"{len(known):,}", *times, kinds, "–", str(known["known"].iloc[0])])
    return rows


def finding_rows(findings: pd.DataFrame) -> list[list[str]]:
    """Return the row of each finding of an incident: its story, in time order."""
    return [
        [f"{f['first']:%a %d %b %H:%M:%S}", str(f["kind"]), str(f["told"]), f"{f['rank']:.2f}"]
        for _, f in findings.iterrows()
    ]


def incident_heading(found: Found, number: int) -> str:
    """Say what the opened incident is."""
    if not number:
        return "<h4>Known: what the allow-list names, and who says so</h4>"
    row = found.incidents[found.incidents["incident"] == number].iloc[0]
    kinds, hosts = escape(row["kinds"]), escape(_few(row["hosts"]))
    return f"<h4>Incident {number}, its story in time order: {kinds}</h4><p>Hosts: {hosts}</p>"


def finding_words(finding: Finding, proving: int) -> str:
    """Say what a finding is, what would make it harmless, and of which figures its score is made."""
    known = finding["known"]
    said = [f"<strong>{escape(_capital(finding['kind']))}.</strong> {escape(finding['told'])}"]
    said.append(f"<em>{escape(harmless(finding))}</em>")
    if not pd.isna(known):
        said.append(f"Known: {escape(known)}")
    cells = [
        [escape(label), f"{escape(_figure(value))} {escape(unit)}".strip(), escape(meaning)]
        for label, value, unit, meaning in figures(finding)
    ]
    times = f"{finding['first']:%Y-%m-%d %H:%M:%S} to {finding['last']:%Y-%m-%d %H:%M:%S} UTC"
    proved = f"{times}; {_counted(proving, 'conversation')} prove{'s' if proving == 1 else ''} it."
    paragraphs = "".join(f"<p>{line}</p>" for line in [*said, escape(proved)] if line)
    return paragraphs + html_table(["Figure", "Value", "What it says"], cells)


def export_table(found: Found) -> pd.DataFrame:
    """Return all findings as a table of texts and numbers: figures in one cell, and what proves each."""
    told = found.table.assign(
        figures=[_joined(f) for f in found.table["figures"]],
        conversations=[len(rows) for rows in found.table["rows"]],
        first_row=[" ".join(map(str, rows[0])) if len(rows) else None for rows in found.table["rows"]],
    )
    return told.drop(columns="rows")


def _incident_row(incident: "pd.Series[Any]") -> list[str]:
    times = [_minute(incident[name]) for name in ("first", "last")]
    told = str(incident["story"][0]).partition(" UTC: ")[2]
    return [
        str(incident["incident"]),
        f"{incident['rank']:.2f}",
        f"{incident['findings']:,}",
        *times,
        str(incident["kinds"]),
        _few(incident["hosts"]),
        told,
    ]


def _few(hosts: Any) -> str:
    names = [] if pd.isna(hosts) else str(hosts).split(", ")
    more = f" and {len(names) - _HOSTS:,} more" if len(names) > _HOSTS else ""
    return ", ".join(names[:_HOSTS]) + more or "–"


def _joined(named: dict[str, Any]) -> str:
    return "; ".join(f"{name}={value}" for name, value in named.items())


def _figure(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, Real):
        return str(value)
    number = float(value)
    if number.is_integer():
        return f"{number:,.0f}"
    return f"{number:,.3f}" if abs(number) < 1000 else f"{number:,.1f}"


def _minute(time: pd.Timestamp) -> str:
    return f"{time:%a %d %b %H:%M}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
