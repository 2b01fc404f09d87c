"""The question: who tried many ports of many addresses, one as thoroughly as the other."""

import narwhals as nw
import pandas as pd

from nsgkit.counting.expressions import distinct
from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import attempts, by_outcome, tried_once
from nsgkit.detections.form import Finding, Kind, findings_table, parts, proofs, strength
from nsgkit.detections.windows import may_have
from nsgkit.enrich.network import Own
from nsgkit.schema.findings import BLOCK_SCANS
from nsgkit.times import HOUR

BLOCK = "block scan"
_HOUR = ["src_ip", "_hour"]
_PAIR = ["dst_ip", "dst_port"]
_HALF = HOUR // 2


def block_scans(
    conversations: object,
    *,
    network: Own = None,
    targets: int = 10,
    ports: int = 10,
    density: float = 0.5,
) -> pd.DataFrame:
    """Return who went through a block of addresses and ports within an hour, and failed.

    Counting rule: attempts, each once, by source and hour; hours begin at every full and every half hour,
    so that whatever takes half an hour lies wholly in one. Failed is denied, unanswered or refused. Pairs
    are distinct (address, port) at which it failed; density is pairs divided by addresses times ports.
    What one NIC let out and another turned away is one attempt, denied. Of each source the hour with the
    most pairs is shown, the first of equal ones. The score is .5 at the fewest pairs that the lines allow
    (50 by default), and .95 at ten times of them.

    Harmless look-alikes: the company's own vulnerability scanner. One that tries far more ports of one
    address than of the others fills less than half of its block, and is found by `vertical_scans`.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`; this detection asks for none of them.
    targets, ports : int
        The lines: at least this many distinct addresses, and ports.
    density : float
        The line: at least this share of all pairs of these addresses and ports.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.BLOCK_SCANS`, one row a source, the highest score first; dst_ip and
        dst_port are null. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = block_scans(conversations, targets=5, density=0.1)
    >>> found[["src_ip", "targets", "ports", "pairs"]].to_numpy().tolist()
    [['192.168.40.20', 7, 543, 724]]

    Source: own.
    """
    rows = attempts(conversations, network).filter(nw.col("failed") == 1)
    tried = _in_hours(tried_once(rows.join(_candidates(rows, targets, ports, density), ["src_ip"], "semi")))
    found = _blocks(tried)
    wide = (found["targets"] >= targets) & (found["ports"] >= ports)
    found = found[wide & (found["density"] >= density)].reset_index()
    # Of equal hours the first: the sort is stable, and hours are in order.
    found = found.sort_values("pairs", ascending=False, kind="stable").drop_duplicates("src_ip")
    found = found.set_index(_HOUR)
    if found.empty:
        return findings_table(found, BLOCK, BLOCK_SCANS)
    tried = tried[pd.MultiIndex.from_frame(tried[_HOUR]).isin(found.index)]
    found = found.join(proofs(tried, _HOUR)).join(by_outcome(tried, _HOUR))
    found["score"] = strength(found["pairs"], targets * ports * density)
    return findings_table(found, BLOCK, BLOCK_SCANS, conversations, network)


def _candidates(rows: Rows, targets: int, ports: int, density: float) -> Rows:
    """Return the sources that try enough pairs within an hour, of enough addresses and ports in all."""
    many = may_have(rows, ["src_ip"], _PAIR, HOUR, targets * ports * density)
    wide = rows.join(many, ["src_ip"], "semi")
    wide = wide.aggregate(["src_ip"], targets=distinct("dst_ip"), ports=distinct("dst_port"))
    return wide.filter((nw.col("targets") >= targets) & (nw.col("ports") >= ports)).select("src_ip")


def _in_hours(tried: pd.DataFrame) -> pd.DataFrame:
    """Return each attempt in each of the two hours that it lies in: a full one, and one from half past."""
    times = tried["first_ms"]
    hours = [tried.assign(_hour=(times - shift) // HOUR * HOUR + shift) for shift in (0, _HALF)]
    return pd.concat(hours, ignore_index=True)


def _blocks(tried: pd.DataFrame) -> pd.DataFrame:
    pairs = tried[[*_HOUR, *_PAIR]].drop_duplicates()
    hours = pairs.groupby(_HOUR)
    found = hours[_PAIR].nunique().set_axis(["targets", "ports"], axis=1)
    found["pairs"] = hours.size()
    found["density"] = found["pairs"] / (found["targets"] * found["ports"])
    return found


def _told_block(finding: Finding) -> str:
    return (
        f"{finding['src_ip']} tried {finding['ports']:,} ports of {finding['targets']:,} addresses within an "
        f"hour and failed ({parts(finding)}): {finding['pairs']:,} pairs, {finding['density']:.0%} of all."
    )


BLOCK_SCAN = Kind(
    BLOCK, block_scans, BLOCK_SCANS, _told_block, "the source is your own vulnerability scanner.", 0.7
)
