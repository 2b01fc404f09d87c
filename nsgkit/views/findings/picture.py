"""The picture that a finding has."""

import math
from typing import Any

import pandas as pd

from nsgkit import schema
from nsgkit.views.findings.attempts import attempts_picture
from nsgkit.views.findings.parts import nothing_found
from nsgkit.views.findings.rhythm import beacon_picture
from nsgkit.views.findings.rises import rise_picture
from nsgkit.views.findings.scans import scan_picture
from nsgkit.views.findings.sizes import brute_force_picture
from nsgkit.views.findings.volumes import transfer_picture

SCANS = ("horizontal scan", "vertical scan", "block scan", "sequential test")
RHYTHMS = ("beacon", "burst", "strobe")
VOLUMES = ("large transfer out", "DNS by volume")
GUESSED, RISE = "brute force", "sudden rise"
_LINE, _TO_SIGMA = 3.5, 0.6745  # the line of a robust z; a median deviation in standard deviations


def finding_picture(finding: Any, proof: pd.DataFrame, beside: pd.DataFrame | None = None) -> Any:
    """Draw what proves a finding as its kind needs it: a scan, a rhythm, sizes, a volume, or over time.

    Parameters
    ----------
    finding : pandas.Series or DataFrame
        A row of a detection's table, or of `nsgkit.detections.findings`; of a table its first row, and where
        it has none, a picture that says so. A kind that has no picture of its own is drawn by
        `attempts_picture`.
    proof : pandas.DataFrame
        The conversations that prove it, as `nsgkit.detections.proof` gives them.
    beside : pandas.DataFrame or None
        All conversations of its source, or of its destination where it names no source: what is usual there,
        and who answered a scan.

    Returns
    -------
    altair.Chart
        A few hundred marks at most, titled; the subtitle says units and what is left out. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where it is no finding, or a table is another; the error names the function that makes it.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = nsgkit.detections.horizontal_scans(conversations).iloc[0]
    >>> finding_picture(found, nsgkit.detections.proof(conversations, found)).title.text
    '10.20.0.4 to 139 addresses, port 445'
    """
    several = isinstance(finding, pd.DataFrame)
    schema.require(finding.columns if several else finding.index, ["kind"], "nsgkit.detections.findings")
    if several and finding.empty:
        return nothing_found()
    one = finding.iloc[0] if several else finding
    known = schema.names_carried(one)
    return _drawn(
        one, schema.carrying(proof, known), None if beside is None else schema.carrying(beside, known)
    )


def _drawn(finding: Any, proof: pd.DataFrame, beside: pd.DataFrame | None) -> Any:
    kind, figures = finding["kind"], _figures(finding)
    if kind in SCANS:
        return scan_picture(proof, beside)
    if kind in RHYTHMS:
        return beacon_picture(proof)
    if kind in VOLUMES:
        return transfer_picture(proof, beside, line=_usual(figures))
    if kind == GUESSED:
        return brute_force_picture(proof, success=figures.get("success_at"))
    if kind == RISE:
        return rise_picture(proof, beside, expected=figures.get("expected"))
    return attempts_picture(proof)


def _figures(finding: Any) -> dict[str, Any]:
    """Return the figures of a finding that are known, wherever its table has them."""
    held = finding.get("figures")
    told = held if isinstance(held, dict) else finding.to_dict()
    return {n: v for n, v in told.items() if pd.api.types.is_scalar(v) and not pd.isna(v)}


def _usual(figures: dict[str, Any]) -> float | None:
    """Return the bytes of an hour at the line of the robust z, by the finding's own baseline."""
    if not {"median", "mad"} <= figures.keys():
        return None
    return math.expm1(math.log1p(figures["median"]) + _LINE * figures["mad"] / _TO_SIGMA)
