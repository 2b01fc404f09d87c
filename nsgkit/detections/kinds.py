"""Every detection there is, and how its findings are spoken of."""

import pandas as pd

from nsgkit.detections.access.exposed import EXPOSED_PORT
from nsgkit.detections.access.let_in import DENIED_THEN_LET_IN
from nsgkit.detections.access.logins import BRUTE_FORCED
from nsgkit.detections.denied.triage import DENIED_ATTEMPTS
from nsgkit.detections.edges import FIRST_SEEN_PEER, NEW_EDGE, RARE_PLACE
from nsgkit.detections.form import Finding, Kind
from nsgkit.detections.rhythm.beacons import BEACON_KIND
from nsgkit.detections.rhythm.bursts import BURST_KIND
from nsgkit.detections.rhythm.long_connections import LONG_CONNECTION_KIND
from nsgkit.detections.rhythm.strobes import STROBE_KIND
from nsgkit.detections.scans import BLOCK_SCAN, HORIZONTAL_SCAN, SEQUENTIAL_SCANNER, VERTICAL_SCAN
from nsgkit.detections.volumes.dns import DNS_BY_VOLUME
from nsgkit.detections.volumes.rises import SUDDEN_RISE
from nsgkit.detections.volumes.transfers import LARGE_TRANSFER
from nsgkit.errors import NsgkitError, shown
from nsgkit.schema import names_carried, require, with_names_behind

KINDS: tuple[Kind, ...] = (
    HORIZONTAL_SCAN,
    VERTICAL_SCAN,
    BLOCK_SCAN,
    SEQUENTIAL_SCANNER,
    NEW_EDGE,
    FIRST_SEEN_PEER,
    RARE_PLACE,
    BEACON_KIND,
    BURST_KIND,
    STROBE_KIND,
    LONG_CONNECTION_KIND,
    BRUTE_FORCED,
    DENIED_THEN_LET_IN,
    EXPOSED_PORT,
    LARGE_TRANSFER,
    DNS_BY_VOLUME,
    SUDDEN_RISE,
)
BY_NAME = {kind.name: kind for kind in (*KINDS, DENIED_ATTEMPTS)}
NOTHING = "Nothing here crosses its line. That is no proof that nothing happened."


def told_of(finding: Finding) -> str:
    """Return the sentence of a finding of a detection's own table, with the names that it carries."""
    return with_names_behind(BY_NAME[finding["kind"]].told(finding), names_carried(finding))


def explain(finding: "Finding | pd.DataFrame") -> str:
    """Return what a finding says, in a plain sentence, and what would make it harmless.

    Parameters
    ----------
    finding : pandas.Series or DataFrame
        A row of a detection's table, or several rows: a paragraph for each then. Of a table without rows it
        says that nothing crosses its line.

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
    if isinstance(finding, pd.DataFrame):
        require(finding.columns, ["kind", "rows"], "nsgkit.detections.findings")
        return "\n\n".join(explain(row) for _, row in finding.iterrows()) or NOTHING
    kind = finding.get("kind") if isinstance(finding, pd.Series) else None
    if kind not in BY_NAME:
        raise NsgkitError(
            f"{shown(finding if kind is None else kind)} is no finding. Give a row of a detection's "
            "table, such as nsgkit.detections.findings(conversations).iloc[0]."
        )
    said = finding["told"] if "told" in finding.index else told_of(finding)
    return f"{said} Harmless if {BY_NAME[kind].harmless}"
