"""The figures that a finding was made of, each with its label, unit and meaning."""

from typing import Any

from nsgkit import schema
from nsgkit.detections.form import Finding
from nsgkit.detections.kinds import BY_NAME
from nsgkit.schema.findings import FINDING

_ENDS = (*(c.name for c in FINDING), "rows")


def harmless(finding: Finding) -> str:
    """Return what would make a finding of its kind harmless."""
    kind = BY_NAME.get(finding["kind"])
    return f"Harmless if {kind.harmless}" if kind else ""


def figures(finding: Finding) -> list[tuple[str, Any, str, str]]:
    """Return label, value, unit and meaning of each figure that a finding was made of, in their order."""
    kind = BY_NAME.get(finding["kind"])
    columns = {c.name: c for c in kind.table} if kind else {}
    known = {c.name: c for c in schema.FINDINGS} | columns
    return [
        (known[n].label, v, known[n].unit, known[n].meaning) if n in known else (schema.label(n), v, "", "")
        for n, v in _values(finding).items()
    ]


def _values(finding: Finding) -> dict[str, Any]:
    """Return name -> value: of a row of all findings, or of a detection's own table."""
    score = {"score": finding["score"]}
    if "figures" in finding.index:
        return score | {"rank": finding["rank"], **finding["figures"]}
    return score | {name: finding[name] for name in finding.index if name not in _ENDS}
