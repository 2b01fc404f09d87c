"""What the findings explorer says, as inert HTML, and the rows of its lists."""

from numbers import Real
from typing import Any

import pandas as pd

from nsgkit.detections.arithmetic import figures, harmless
from nsgkit.detections.form import Finding, many
from nsgkit.explore.findings.judged import Judged
from nsgkit.explore.findings.model import Found
from nsgkit.explore.workbench.pick_list import MOST_ROWS
from nsgkit.explore.workbench.table import html_table
from nsgkit.html import escape
from nsgkit.schema import names_carried, with_names_behind

INCIDENT_HEADS = ("Incident", "Rank", "Findings", "When (UTC)", "Kinds", "Hosts", "How it began")
FINDING_HEADS = ("First seen (UTC)", "Finding", "What was seen", "Rank", "Verdict")
KNOWN_ROW = "known"
_NAMED = 3  # of hosts and of kinds


def summary(found: Found, *, with_known: bool) -> str:
    """Say how many findings there are, and how many are not shown because they are known.

    Where there are more incidents than a list shows, that is said too.
    """
    shown = len(found.table) - found.hidden
    number = len(found.incidents)
    said = f"{many(shown, 'finding')} in {many(number, 'incident')}, the worst first."
    if number > MOST_ROWS:
        said += f" The first {MOST_ROWS:,} are listed; the export has all."
    if found.hidden:
        where = "Last, as known" if with_known else "Hidden"
        said += f" {where}: {many(found.hidden, 'finding')} that the allow-list names as known."
    return said


def incident_rows(found: Found, judged: Judged, *, with_known: bool) -> list[list[str]]:
    """Return the row of each incident; the last one is of what is known, where that is shown."""
    rows = [
        _incident_row(incident, judged.decided(found.of_incident(incident["incident"]).index))
        for _, incident in found.incidents.head(MOST_ROWS).iterrows()
    ]
    if with_known and found.hidden:
        known = found.of_incident(0)
        kinds = ", ".join(known["kind"].unique())
        when = _span(known["first"].min(), known["last"].max())
        rows.append([KNOWN_ROW, "–", f"{len(known):,}", when, _few(kinds), "–", str(known["known"].iloc[0])])
    return rows


def finding_rows(findings: pd.DataFrame, judged: Judged) -> list[list[str]]:
    """Return the row of each finding of an incident: its story, in time order."""
    return [
        [f"{f['first']:%a %d %b %H:%M:%S}", f["kind"], f["told"], f"{f['rank']:.2f}", judged.shown(place)]
        for place, (_, f) in zip(findings.index.tolist(), findings.iterrows(), strict=True)
    ]


def incident_heading(found: Found, number: int) -> str:
    """Say what the opened incident is."""
    if not number:
        return "<strong>Known:</strong> what the allow-list names, in time order."
    row = found.incidents[found.incidents["incident"] == number].iloc[0]
    hosts = "" if pd.isna(row["hosts"]) else f" Hosts: {escape(_hosts(row))}."
    return f"<strong>Incident {number}, its story in time order.</strong>{hosts}"


def finding_words(finding: Finding, proving: int) -> str:
    """Say what a finding is, what would make it harmless, and how much proves it."""
    known = finding["known"]
    said = [f"<strong>{escape(_capital(finding['kind']))}.</strong> {escape(finding['told'])}"]
    if innocent := harmless(finding):
        said.append(f"<em>{escape(innocent)}</em>")
    if not pd.isna(known):
        said.append(f"Known: {escape(known)}")
    times = f"{finding['first']:%Y-%m-%d %H:%M:%S} to {finding['last']:%Y-%m-%d %H:%M:%S} UTC"
    proved = f"{times}; {many(proving, 'conversation')} prove{'s' if proving == 1 else ''} it."
    return "<br/>".join(line for line in [*said, escape(proved)])


def figure_table(finding: Finding) -> str:
    """Return the arithmetic of a finding: each figure with its label, unit and meaning."""
    cells = [
        [f"<strong>{escape(label)}</strong><br/>{escape(meaning)}", escape(_by_name(value, unit, finding))]
        for label, value, unit, meaning in figures(finding)
    ]
    return html_table(["Figure, and what it says", "Value"], cells)


def export_table(found: Found) -> pd.DataFrame:
    """Return all findings as a table of texts and numbers: figures in one cell, and what proves each."""
    told = found.table.assign(
        figures=[_joined(f) for f in found.table["figures"]],
        conversations=[len(rows) for rows in found.table["rows"]],
        first_row=[" ".join(map(str, rows[0])) for rows in found.table["rows"]],
    )
    return told.drop(columns="rows")


def _incident_row(incident: "pd.Series[Any]", decided: int) -> list[str]:
    told = str(incident["story"][0]).partition(" UTC: ")[2]
    return [
        str(incident["incident"]),
        f"{incident['rank']:.2f}",
        f"{incident['findings']:,}" + (f", {decided:,} decided" if decided else ""),
        _span(incident["first"], incident["last"]),
        _few(incident["kinds"]),
        _few(_hosts(incident)),
        told,
    ]


def _hosts(incident: "pd.Series[Any]") -> Any:
    """Return the hosts of an incident by their names."""
    hosts = incident["hosts"]
    return hosts if pd.isna(hosts) else with_names_behind(hosts, names_carried(incident))


def _few(listed: Any) -> str:
    names = [] if pd.isna(listed) else str(listed).split(", ")
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more or "–"


def _by_name(value: Any, unit: str, finding: Finding) -> str:
    return with_names_behind(_with_unit(value, unit), names_carried(finding))


def _joined(named: dict[str, Any]) -> str:
    return "; ".join(f"{name}={value}" for name, value in named.items())


def _with_unit(value: Any, unit: str) -> str:
    """Return a figure with its unit: a time's stands in its label, a share has none."""
    alone = isinstance(value, pd.Timestamp) or unit in ("", "share")
    return _figure(value) if alone else f"{_figure(value)} {unit}"


def _figure(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, Real):
        return str(value)
    number = float(value)
    if number.is_integer():
        return f"{number:,.0f}"
    return f"{number:,.3f}" if abs(number) < 1000 else f"{number:,.1f}"


def _span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """Return from when to when, to the minute; the day of the end where it is another one."""
    end = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%a %d %b %H:%M}"
    return f"{first:%a %d %b %H:%M} to {end}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
