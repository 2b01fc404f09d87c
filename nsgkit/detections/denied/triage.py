"""The question: what was denied, for what purpose, and what of it needs a look."""

from typing import Any

import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import attempts
from nsgkit.detections.denied.allowances import allowed_at_doors, allowed_elsewhere, denied_doors, let_in
from nsgkit.detections.denied.dealt import dealt
from nsgkit.detections.denied.purposes import late_packets, with_purpose
from nsgkit.detections.form import Finding, Kind, findings_table, many, proofs
from nsgkit.enrich.labels.scanners import scanners_of
from nsgkit.enrich.network import Own
from nsgkit.enrich.sides import FROM_INSIDE, FROM_OUTSIDE, TO_OUTSIDE
from nsgkit.schema import PLACE
from nsgkit.schema.findings import DENIED_TRIAGE
from nsgkit.times import HOUR

DENIED = "denied"
NOISE = ("one probe", "sweep")
# What rows are told apart by, beside the source and the purpose.
_BY_TARGET, _BY_PORT = ("one probe",), ("one probe", "targeted", "retry storm", "own misconfiguration")
_KEYS = ["src_ip", "purpose", "_target", "_port"]
_CODED = ("src_ip", "dst_ip", "protocol", "rule", "blob")
_TYPES = dict.fromkeys(_CODED, schema.TEXT) | {
    "src_port": "int64", "dst_port": "int64", "first_ms": "int64", "record": "int64", "tuple": "int64",
    **dict.fromkeys((FROM_INSIDE, FROM_OUTSIDE, TO_OUTSIDE), "bool"),
}  # fmt: skip
_MOST = 2_000_000  # denied attempts of one part: of one source, where there are so many
_TOLD = ["allowed_first", "allowed_last", "allowed_to", "changed"]


def denied_triage(
    conversations: object, *, network: Own = None, again: int = 5, several: int = 3, public: int = 20
) -> pd.DataFrame:
    """Return what was denied, in one row for each source and purpose, what needs a look first.

    Counting rule: denied attempts, each once; every one is in one row, so `attempts` adds up to all of them.
    A *door* is a target, a port and a protocol. The purposes, the first that holds:

    - leftover: from a port below 1024 to one of 1024 or more, at most a day after the last sign of a
      connection that the target itself had made to that address and port. One row a source.
    - own misconfiguration: an inside source, `again` times or more at one door that is inside or Azure's
      platform, in at least 3 clock hours and in half of those between. One row a source and port.
    - retry storm: `again` times or more at one door, half of the waits at most 35 seconds. One row a source
      and port.
    - targeted: `again` times or more at one door. A source with 10 doors or more that tries most of them less
      often has to try this one ten times as often as the others. One row a source and port.
    - sweep: `several` other doors or more. One row a source.
    - one probe: what is left, one door tried a few times at most. One row a source, target and port.

    The score is a floor, and what is added to it: .8 for an inside source; .6 where the source was allowed at
    the same door after it was denied; .4 for the three purposes that come again and again; .2 for a sweep; 0
    for one probe, and for any leftover. Added are .1 where the source was let in (not for a leftover),
    and .1 × l/(1 + l) of l = log10(attempts). A door is *public* where `public` outside sources or more were
    allowed: everybody may. `noise` is what an outside source did in one probe or a sweep that was let in
    nowhere but at public doors: whoever sweeps a network finds its web server. `scanner` is whose address
    it is, by the lists of those who publish where they scan from; nothing is ranked lower for that.

    Allowed is a connection that no NIC denied. The rule of an allowance is that of the view that counts: of
    an inside source it may be the rule at the source's own NIC.

    Harmless look-alikes: a scanner that somebody ordered, a client whose server was moved behind a rule, an
    administrator who asked for access and got it. An attacker may send from port 443 too, but seldom from
    an address that the machine has just called.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it; a part does not tell who was ever allowed.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    again : int
        So many attempts at one door come again and again.
    several : int
        So many doors are a sweep.
    public : int
        At so many allowed outside sources a door is public.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.DENIED_TRIAGE`, the highest score first. dst_ip or dst_port is null
        where there are several. rate is attempts per hour, spread the part of the hours that has any. Times
        are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = denied_triage(conversations)
    >>> found.loc[found["changed"].notna() & (found["purpose"] == "targeted"), "src_ip"].tolist()
    ['203.0.113.199']

    Source: own.
    """
    rows = attempts(conversations, network)
    doors = denied_doors(rows)
    elsewhere = allowed_elsewhere(rows, doors)
    parts = [
        _triaged(_tried(mine, rows, again, several), near, elsewhere)
        for mine, near in dealt(rows, doors, [*_TYPES])
    ]
    found = pd.concat([part for part in parts if not part.empty] or parts[:1], ignore_index=True)
    if found.empty:
        return findings_table(found, DENIED, DENIED_TRIAGE)
    found["let_in"] = found["src_ip"].astype("str").isin(let_in(rows, doors, public)) | found["later"]
    found["scanner"] = scanners_of(found["src_ip"]).astype("object")
    found["noise"] = found["from_outside"] & ~found["let_in"] & found["purpose"].isin(NOISE)
    found["score"] = _score(found)
    return findings_table(found, DENIED, DENIED_TRIAGE, conversations, network)


def _triaged(tried: pd.DataFrame, near: Rows, elsewhere: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each source and purpose of some sources, with its figures and allowances."""
    if tried.empty:
        return tried
    tried["_target"] = tried["dst_ip"].cat.codes.where(tried["purpose"].isin(_BY_TARGET), -1)
    tried["_port"] = tried["dst_port"].where(tried["purpose"].isin(_BY_PORT), -1)
    tried["row"] = tried.groupby(_KEYS, observed=True, sort=False).ngroup()
    found = proofs(tried, ["row"]).join(_figures(tried))
    return _with_allowances(found, tried, near, elsewhere)


def _tried(denied: Rows, rows: Rows, again: int, several: int) -> pd.DataFrame:
    """Return denied attempts in time order with their purpose, of `rows`, all attempts.

    `own` is where both ends are inside or the platform's.
    """
    table = denied.collect(_TYPES) if denied.ours else denied.collect_few(_TYPES, _MOST)
    if table.empty:
        return table
    table = table.assign(own=table[FROM_INSIDE] & ~table[TO_OUTSIDE])
    table = table.sort_values(["first_ms", *PLACE], ignore_index=True)
    return with_purpose(table, late_packets(table, rows), again, several)


def _figures(tried: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of each row of the triage, its number as index."""
    groups = tried.groupby("row", sort=True)
    found = groups.agg(
        src_ip=("src_ip", "first"), purpose=("purpose", "first"), from_inside=(FROM_INSIDE, "first"),
        from_outside=(FROM_OUTSIDE, "first"), attempts=("first_ms", "size"), targets=("dst_ip", "nunique"),
        ports=("dst_port", "nunique"), dst_ip=("dst_ip", "first"), dst_port=("dst_port", "first"),
        begun=("first_ms", "min"), ended=("first_ms", "max"),
    )  # fmt: skip
    hours = tried["first_ms"] // HOUR
    by_row = hours.groupby(tried["row"])
    found["spread"] = by_row.nunique() / (by_row.max() - by_row.min() + 1)
    found["rate"] = found["attempts"] / ((found["ended"] - found["begun"]) / HOUR).clip(lower=1)
    found["rule"] = _most_frequent(tried)
    found["dst_ip"] = found["dst_ip"].astype("object").where(found["targets"] == 1, None)
    found["dst_port"] = found["dst_port"].astype("Int64").where(found["ports"] == 1)
    return found


def _most_frequent(tried: pd.DataFrame) -> "pd.Series[Any]":
    """Return the rule that denied most of each row's attempts, the first by name of equals."""
    counts = tried.groupby(["row", "rule"], observed=True).size().rename("n").reset_index()
    counts = counts.astype({"rule": "str"}).sort_values(["n", "rule"], ascending=[False, True])
    return counts.drop_duplicates("row").set_index("row")["rule"]


def _with_allowances(
    found: pd.DataFrame, tried: pd.DataFrame, near: Rows, elsewhere: pd.DataFrame
) -> pd.DataFrame:
    """Say of each row where its source was allowed: at one of its own doors, or else anywhere."""
    doors = allowed_at_doors(tried, near)
    mine = tried.groupby(["row", "door"]).size().rename("n").reset_index().set_index("door")
    mine = mine.join(doors, how="inner").reset_index()
    order = ["later", "n", "door"]
    best = mine.sort_values(order, ascending=[False, False, True]).drop_duplicates("row").set_index("row")
    found = found.join(best[[*_TOLD, "later"]])
    sources = found["src_ip"].astype("str")
    other = sources.to_frame().join(elsewhere, on="src_ip")
    for name in _TOLD[:3]:
        found[name] = found[name].astype("object").where(found[name].notna(), other[name])
    at_doors = tried.loc[tried["door"].isin(doors.index), "src_ip"].astype("str").unique()
    found["ever_allowed"] = sources.isin(at_doors) | sources.isin(elsewhere.index)
    return found.assign(later=found["later"].eq(True))


def _score(found: pd.DataFrame) -> "pd.Series[float]":
    purpose = found["purpose"]
    leftover = purpose == "leftover"
    floors = [leftover, found["from_inside"], found["later"], ~purpose.isin([*NOISE]), purpose == "sweep"]
    floor: Any = np.select(floors, [0, 0.8, 0.6, 0.4, 0.2], 0)
    size = np.log10(found["attempts"])
    allowed: pd.Series[bool] = found["let_in"] & ~leftover
    score: pd.Series[float] = floor + 0.1 * allowed + 0.1 * size / (1 + size)
    return score


def _told(finding: Finding) -> str:
    """Say who was denied how often, at what, and whether the same source was allowed."""
    target: object = finding["dst_ip"]
    if pd.isna(finding["dst_ip"]):
        target = many(finding["targets"], "address", "es")
    one_port = pd.notna(finding["dst_port"])
    where = f"port {finding['dst_port']}" if one_port else many(finding["ports"], "port")
    side = "inside" if finding["from_inside"] else "not inside"
    side += f", which {finding['scanner']} publishes to scan from" if pd.notna(finding["scanner"]) else ""
    allowed = "It was never allowed anything"
    if finding["ever_allowed"]:
        allowed = (
            f"It was allowed to {finding['allowed_to']} from {finding['allowed_first']:%Y-%m-%d %H:%M} UTC"
        )
        allowed += f": {finding['changed']}" if pd.notna(finding["changed"]) else ""
    often = many(finding["attempts"], "time")
    what = f"was denied {often} at {where} of {target}: {finding['purpose']}"
    return f"{finding['src_ip']} ({side}) {what}. {allowed}."


DENIED_ATTEMPTS = Kind(
    DENIED,
    denied_triage,
    DENIED_TRIAGE,
    _told,
    "the source is your own scanner or a client of a service that was moved, or somebody opened the rule on "
    "purpose.",
    0.3,
)
