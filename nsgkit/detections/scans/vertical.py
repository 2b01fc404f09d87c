"""The question: who looked for any open port of one address."""

import narwhals as nw
import pandas as pd

from nsgkit.counting.expressions import distinct, one_if
from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import attempts, by_outcome, tried_once
from nsgkit.detections.form import Finding, Kind, findings_table, parts, proofs, strength
from nsgkit.detections.windows import may_have, most_in_windows
from nsgkit.enrich.network import Own
from nsgkit.enrich.sides import FROM_INSIDE
from nsgkit.schema.findings import VERTICAL_SCANS
from nsgkit.times import DAY, bin_width

VERTICAL = "vertical scan"
_KEYS = ["src_ip", "dst_ip"]


def vertical_scans(
    conversations: object,
    *,
    network: Own = None,
    window: str = "5min",
    ports: int = 15,
    outside_in_day: int = 100,
) -> pd.DataFrame:
    """Return who tried many ports of one address, and failed: within minutes, or within a day.

    Counting rule: attempts, each once, by source and destination. Failed is denied, unanswered or refused;
    distinct destination ports at which it failed are counted in every window of `window` and of 24 hours.
    What one NIC let out and another turned away is one attempt, denied. In a window `ports` are a scan. In a
    day they are one where the source is inside; a source that is not inside needs `outside_in_day`.
    The score is .5 at that line and .95 at ten times of it, by the most in a day.

    Why two lines for a day: the internet's noise is slow and wide. In the samples 126 pairs of an outsider
    and a machine have 15 to 33 ports in a day, and at most 4 within five minutes. The slowest scan that nmap
    has a name for (one probe in five minutes) tries 288 ports in a day, and is found.

    Harmless look-alikes: the company's own vulnerability scanner, a client whose server is down and that
    asks for several services of it.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    window : str
        The width of the short window, such as "5min".
    ports : int
        The line: this many distinct ports are a scan.
    outside_in_day : int
        The line of a day for sources that are not inside.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.VERTICAL_SCANS`, one row a source and destination, the highest score
        first; dst_port is null. Times are UTC.

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
    >>> found = vertical_scans(conversations)
    >>> found.loc[found["src_ip"] == "198.51.100.201", ["dst_ip", "ports"]].to_numpy().tolist()
    [['10.20.0.4', 39]]

    Source: the scan policy of Zeek (15 ports in 5 minutes); the day and its line for outsiders, own.
    """
    width = bin_width(window)
    rows = attempts(conversations, network).filter(nw.col("failed") == 1)
    candidates = _candidates(rows, width, ports, outside_in_day).materialize()
    tried = tried_once(rows.join(candidates, _KEYS, "semi"), FROM_INSIDE)
    if tried.empty:
        return findings_table(tried, VERTICAL, VERTICAL_SCANS)
    found = pd.DataFrame(index=tried.groupby(_KEYS).size().index)
    found["most_in_window"] = most_in_windows(tried, _KEYS, "dst_port", width)
    found["most_in_day"] = most_in_windows(tried, _KEYS, "dst_port", DAY)
    inside = tried.groupby(_KEYS)[FROM_INSIDE].first()
    quick = found["most_in_window"] >= ports
    line = pd.Series(ports, index=found.index).where(quick | inside, outside_in_day)
    found["pace"] = quick.map({True: "minutes", False: "day"})
    found["score"] = strength(found["most_in_day"], line)
    found["ports"] = tried.groupby(_KEYS)["dst_port"].nunique()
    found = found[found["most_in_day"] >= line].join(proofs(tried, _KEYS)).join(by_outcome(tried, _KEYS))
    return findings_table(found, VERTICAL, VERTICAL_SCANS, conversations, network)


def _candidates(rows: Rows, width: int, ports: int, outside_in_day: int) -> Rows:
    """Return the pairs with enough ports: the many outsiders who are too slow stay in the engine."""
    columns = {"n": distinct("dst_port"), "inside": one_if(nw.col(FROM_INSIDE)).max()}
    wide = rows.aggregate(_KEYS, **columns).filter(nw.col("n") >= ports).materialize()
    slow = wide.filter((nw.col("inside") == 1) | (nw.col("n") >= outside_in_day)).select(*_KEYS)
    quick = may_have(rows.join(wide, _KEYS, "semi"), _KEYS, ["dst_port"], width, ports)
    return slow.concat(quick).unique()


def _told_vertical(finding: Finding) -> str:
    pace = f"{finding['most_in_window']} of them within minutes"
    pace = pace if finding["pace"] == "minutes" else "slowly, over a day"
    return (
        f"{finding['src_ip']} tried {finding['ports']:,} ports of {finding['dst_ip']} and failed "
        f"({parts(finding)}), {pace}."
    )


VERTICAL_SCAN = Kind(
    VERTICAL,
    vertical_scans,
    VERTICAL_SCANS,
    _told_vertical,
    "the source is your own scanner, or a client of several services of a server that is down.",
    0.6,
)
