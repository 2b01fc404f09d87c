"""Show as code: the call that opens the findings explorer on a finding, and those that make what it shows."""

from pathlib import Path

import pandas as pd

from nsgkit.detections.form import Finding
from nsgkit.explore.findings.model import Found, end_of
from nsgkit.explore.traffic.as_code import own_as_code
from nsgkit.explore.workbench.code import name_of, written
from nsgkit.schema import filter_word

USUAL = "verdicts.jsonl"


def code(found: Found, place: int, verdicts: str | Path = USUAL) -> str:
    """Return the calls that make the findings, the incidents and what proves one finding.

    >>> import nsgkit
    >>> held = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = Found(held, nsgkit.detections.findings(held), known="known.toml")
    >>> print(code(found, 0))  # doctest: +ELLIPSIS
    import nsgkit
    <BLANKLINE>
    # The same view again: nsgkit.explore.findings_explorer(conversations, known='known.toml', finding=0)
    found = nsgkit.detections.findings(conversations, known='known.toml')
    incidents = nsgkit.detections.incidents(found)
    judged = nsgkit.detections.with_verdicts(found, 'verdicts.jsonl')
    finding = found[(found['kind'] == 'new internal edge') & (found['src_ip'] == '10.20.0.4') & ...].iloc[0]
    proof = nsgkit.detections.proof(conversations, finding)
    beside = nsgkit.fetch(nsgkit.query(conversations, 'src:10.20.0.4'))
    nsgkit.views.finding_picture(finding, proof, beside)
    """
    name = name_of(found.conversations, "conversations")
    given = {"network": own_as_code(found.network), "known": written("known", found.known)}
    options = "".join(f", {n}={written}" for n, written in given.items() if written)
    kept = "" if str(verdicts) == USUAL else f", verdicts={str(verdicts)!r}"
    lines = [
        f"# The same view again: nsgkit.explore.findings_explorer({name}{options}{kept}, finding={place})",
        f"found = nsgkit.detections.findings({name}{options})",
        "incidents = nsgkit.detections.incidents(found)",
        f"judged = nsgkit.detections.with_verdicts(found, {str(verdicts)!r})",
        f"finding = found[{_tests(found.finding(place))}].iloc[0]",
        f"proof = nsgkit.detections.proof({name}, finding)",
        *_picture(found.finding(place), name),
    ]
    return "\n".join(["import nsgkit", "", *lines])


def _tests(finding: Finding) -> str:
    """Return what tells a finding from all others, as code: its place depends on how the table was made."""
    same = {
        name: finding[name] for name in ("kind", "src_ip", "dst_ip", "dst_port") if pd.notna(finding[name])
    }
    plain = {name: value.item() if hasattr(value, "item") else value for name, value in same.items()}
    told = [f"(found[{name!r}] == {value!r})" for name, value in plain.items()]
    times = [f"(found[{name!r}] == {finding[name].isoformat()!r})" for name in ("first", "last")]
    return " & ".join([*told, *times])


def _picture(finding: Finding, name: str) -> list[str]:
    end = end_of(finding)
    if end is None:
        return ["nsgkit.views.finding_picture(finding, proof)"]
    return [
        f"beside = nsgkit.fetch(nsgkit.query({name}, {f'{filter_word(end)}:{finding[end]}'!r}))",
        "nsgkit.views.finding_picture(finding, proof, beside)",
    ]
