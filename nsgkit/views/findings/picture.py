"""The picture that a kind of finding has."""

from typing import Any

import pandas as pd

from nsgkit.views.findings.attempts import attempts_picture
from nsgkit.views.findings.rhythm import beacon_picture
from nsgkit.views.findings.scans import scan_picture
from nsgkit.views.findings.sizes import brute_force_picture
from nsgkit.views.findings.volumes import transfer_picture

# Drawn beside all else of their source, and those that are drawn alone; the others by `attempts_picture`.
_BESIDE = {
    **dict.fromkeys(("horizontal scan", "vertical scan", "block scan", "sequential scanner"), scan_picture),
    **dict.fromkeys(("large transfer", "DNS volume"), transfer_picture),
}
_ALONE = {
    "brute force": brute_force_picture,
    **dict.fromkeys(("beacon", "burst", "strobe"), beacon_picture),
}


def finding_picture(kind: str, proof: pd.DataFrame, of_source: pd.DataFrame | None = None) -> Any:
    """Draw what proves a finding as its kind needs it: a scan, a rhythm, sizes, a volume, or over time.

    Parameters
    ----------
    kind : str
        The finding's `kind`; one that has no picture of its own is drawn by `attempts_picture`.
    proof : pandas.DataFrame
        The conversations that prove it, as `nsgkit.detections.proof` gives them.
    of_source : pandas.DataFrame or None
        All conversations of its source: what is usual for it, and who answered a scan.

    Returns
    -------
    altair.Chart
        A few hundred marks at most, titled; the subtitle says units and what is left out. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = nsgkit.detections.horizontal_scans(conversations).iloc[0]
    >>> finding_picture(found["kind"], nsgkit.detections.proof(conversations, found)).title.text
    '10.20.0.4 to 139 addresses, port 445'
    """
    if kind in _BESIDE:
        return _BESIDE[kind](proof, of_source)
    return _ALONE.get(kind, attempts_picture)(proof)
