"""Every detection there is, and how its findings are spoken of."""

import pandas as pd

from nsgkit.detections.dns import DNS_BY_VOLUME
from nsgkit.detections.exposed import EXPOSED_PORT
from nsgkit.detections.form import Finding, Kind
from nsgkit.detections.let_in import DENIED_THEN_LET_IN
from nsgkit.detections.logins import BRUTE_FORCED
from nsgkit.detections.rises import SUDDEN_RISE
from nsgkit.detections.scans import HORIZONTAL_SCAN
from nsgkit.detections.transfers import LARGE_TRANSFER
from nsgkit.errors import NsgkitError, shown

KINDS: tuple[Kind, ...] = (
    HORIZONTAL_SCAN,
    BRUTE_FORCED,
    DENIED_THEN_LET_IN,
    EXPOSED_PORT,
    LARGE_TRANSFER,
    DNS_BY_VOLUME,
    SUDDEN_RISE,
)
BY_NAME = {kind.name: kind for kind in KINDS}


def explain(finding: Finding) -> str:
    """Return what a finding says, in a plain sentence, and what would make it harmless.

    Parameters
    ----------
    finding : pandas.Series
        A row of a detection's table: `table.iloc[0]`.

    Returns
    -------
    str
        Text as it stands in the logs: escape it before it reaches HTML.

    Raises
    ------
    NsgkitError
        Where it is no finding.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> print(explain(nsgkit.detections.horizontal_scans(conversations).iloc[0]).split(", 139 of")[0])
    10.20.0.4 tried port 445 of 139 addresses and failed (139 unanswered)

    Source: own.
    """
    kind = finding.get("kind") if isinstance(finding, pd.Series) else None
    if kind not in BY_NAME:
        raise NsgkitError(
            f"{shown(finding if kind is None else kind)} is no finding. Give a row of a detection's "
            "table, such as nsgkit.detections.findings(conversations).iloc[0]."
        )
    told = BY_NAME[kind]
    return f"{told.told(finding)} Harmless if {told.harmless}"
