"""The question: who looked for one port at many addresses."""

import narwhals as nw
import pandas as pd

from nsgkit.counting.expressions import distinct
from nsgkit.detections.attempts import attempts, by_outcome, tried_once
from nsgkit.detections.form import Finding, Kind, findings_table, parts, proofs, strength
from nsgkit.detections.windows import most_in_windows
from nsgkit.enrich.network import Own
from nsgkit.schema.findings import HORIZONTAL_SCANS
from nsgkit.times import DAY, bin_width

HORIZONTAL = "horizontal scan"
_KEYS = ["src_ip", "dst_port"]


def horizontal_scans(
    conversations: object, *, network: Own = None, window: str = "5min", targets: int = 25
) -> pd.DataFrame:
    """Return who tried one port of many addresses, and failed: within minutes, or within a day.

    Counting rule: attempts, each once, by source and destination port. Failed is denied, unanswered or
    refused; distinct addresses at which it failed are counted in every window of `window` and of 24 hours.
    What one NIC let out and another turned away is one attempt, denied. The score is .5 at the line and
    .95 at ten times of it, by the most in a day.

    Harmless look-alikes: the company's own vulnerability scanner, monitoring of hosts that were taken away, a
    client whose servers are down. The internet's noise is here too where it meets many own addresses.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`; this detection asks for none of them.
    window : str
        The width of the short window, such as "5min".
    targets : int
        The line: this many distinct addresses are a scan.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.HORIZONTAL_SCANS`, one row a source and port, the highest score
        first; dst_ip is null. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.
    NsgkitError
        Where `window` is no width.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = horizontal_scans(conversations)
    >>> found.loc[found["src_ip"] == "10.20.0.4", ["dst_port", "targets"]].to_numpy().tolist()
    [[445, 139]]

    Source: the scan policy of Zeek (25 addresses in 5 minutes); the day, from a real capture of three days,
    where ten times as many scanners were slow ones.
    """
    width = bin_width(window)
    rows = attempts(conversations, network).filter(nw.col("failed") == 1)
    wide = rows.aggregate(_KEYS, n=distinct("dst_ip")).filter(nw.col("n") >= targets)
    tried = tried_once(rows.join(wide, _KEYS, "semi"))
    if tried.empty:
        return findings_table(tried, HORIZONTAL, HORIZONTAL_SCANS)
    found = proofs(tried, _KEYS).join(by_outcome(tried, _KEYS))
    found["targets"] = tried.groupby(_KEYS)["dst_ip"].nunique()
    found["most_in_window"] = most_in_windows(tried, _KEYS, "dst_ip", width)
    found["most_in_day"] = most_in_windows(tried, _KEYS, "dst_ip", DAY)
    found = found[found["most_in_day"] >= targets]
    quick = found["most_in_window"] >= targets
    found["pace"] = quick.map({True: "minutes", False: "day"})
    found["score"] = strength(found["most_in_day"], targets)
    return findings_table(found, HORIZONTAL, HORIZONTAL_SCANS, conversations, network)


def _told_horizontal(finding: Finding) -> str:
    pace = f"{finding['most_in_window']} of them within minutes"
    pace = pace if finding["pace"] == "minutes" else "slowly, over a day"
    return (
        f"{finding['src_ip']} tried port {finding['dst_port']} of {finding['targets']} addresses and failed "
        f"({parts(finding)}), {pace}."
    )


HORIZONTAL_SCAN = Kind(
    HORIZONTAL,
    horizontal_scans,
    HORIZONTAL_SCANS,
    _told_horizontal,
    "the source is your own scanner or monitoring, or a client of servers that were taken away.",
    0.6,
)
