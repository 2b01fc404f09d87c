"""The question: who was denied again and again, and then let in."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import ATTEMPT, attempts, collected, one_view
from nsgkit.detections.evidence import among
from nsgkit.detections.form import Finding, Kind, findings_table, proofs, strength
from nsgkit.detections.windows import window_starts
from nsgkit.enrich.network import Own
from nsgkit.schema.findings import ALLOWED_AFTER_DENIED
from nsgkit.times import DAY

AFTER_DENIED = "allowed after denied"
_PAIR = ["src_ip", "dst_ip"]
_TARGET = [*_PAIR, "dst_port", "protocol"]
_PLACE = ["rule", "acl", "direction"]
_COLUMNS = (*ATTEMPT, "last_ms", "outcome", "began", *_PLACE)


def allowed_after_denied(
    conversations: object, *, network: Own = None, denials: int = 5, same_port: bool = True
) -> pd.DataFrame:
    """Return who was denied at least `denials` times, and within 24 hours was let in to the same target.

    Counting rule: attempts, each once. Let in is a connection that a rule allowed and whose begin was logged,
    answered or not. What one NIC let out and another turned away is one denied attempt, and no connection. A
    denial between the very ports of a connection that was seen before is a late packet of that connection,
    and does not count. `denied` is how many denials lie in the 24 hours before the first connection that
    has `denials` of them before it; `allowed` is how many connections come from then on.

    What is the same is the source, the address, the port and the protocol: a browser is denied UDP 443 and
    let in to TCP 443 all day. With `same_port=False` the address alone must be the same.

    `rule_changed` says what became of the rules. new: the rule that let it in had let nobody in to this
    address and port before the last denial, at the ACL that denied. known: it had let others in, so it was
    changed, or everybody may use it. elsewhere: another ACL counts the connection than denied, so these
    logs cannot tell. Score: .5 at the line, by `denied`; halved where the rule was known, and halved where
    the source was let in before that as well.

    Harmless look-alikes: somebody who asks for access, tries, and gets it; a rule that was closed by mistake.
    A scanner that is denied at many ports and then opens the public web page is found with
    `same_port=False` alone, with half the score.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`; this detection asks for none of them.
    denials : int
        The line: so many denials within the 24 hours before.
    same_port : bool
        Whether the port and the protocol must be the same too.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.ALLOWED_AFTER_DENIED`, one row a source and target, the highest
        score first; dst_port and protocol are null with `same_port=False`. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = allowed_after_denied(conversations).iloc[0]
    >>> f"{found['src_ip']}: {found['denied']} times denied, then let in by {found['allowed_by']}"
    '203.0.113.199: 24 times denied, then let in by UserRule_Temp-SSH-Contractor'

    Source: own.
    """
    keys = _TARGET if same_port else _PAIR
    rows = attempts(conversations, network)
    seen = one_view(collected(_turned(rows, keys, denials), *_COLUMNS)).reset_index(drop=True)
    if seen.empty:
        return findings_table(seen, AFTER_DENIED, ALLOWED_AFTER_DENIED)
    seen["group"] = seen.groupby(keys, dropna=False).ngroup()
    seen = _marked(seen)
    found = _let_in(seen, denials)
    if found.empty:
        return findings_table(found, AFTER_DENIED, ALLOWED_AFTER_DENIED)
    found = _counted(found, seen)
    found["rule_changed"] = _change(rows, found)
    halved = (found["rule_changed"] == "known").astype(int) + (found["allowed_before"] > 0).astype(int)
    found["score"] = strength(found["denied"], denials) / 2**halved
    if not same_port:
        found = found.assign(dst_port=None, protocol=None)
    return findings_table(
        found.reset_index(drop=True), AFTER_DENIED, ALLOWED_AFTER_DENIED, conversations, network
    )


def _turned(rows: Rows, keys: list[str], denials: int) -> Rows:
    """Return the attempts of the groups with enough denials, and a connection after the first of them."""
    denied, allowed = (nw.col("decision") == word for word in ("denied", "allowed"))
    seen = nw.col("first_ms")
    counts = rows.filter(denied).aggregate(keys, n=nw.len()).filter(nw.col("n") >= denials)
    told = rows.filter(denied | allowed).join(counts.select(*keys).materialize(), keys, "semi")
    since, until = nw.when(denied).then(seen).min(), nw.when(allowed).then(seen).max()
    each = told.aggregate(keys, since=since, until=until).filter(nw.col("until") > nw.col("since"))
    return told.join(each.select(*keys).materialize(), keys, "semi")


def _marked(seen: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by group and time, with `denied` and `allowed`, late packets left out."""
    denied = seen["outcome"] == "denied"
    began = seen[~denied].groupby([*ATTEMPT])["first_ms"].min().rename("_began").reset_index()
    since = seen[[*ATTEMPT]].merge(began, on=[*ATTEMPT], how="left")["_began"]
    late = denied & (since < seen["first_ms"])
    kept = seen.assign(denied=denied, allowed=~denied & (seen["began"] == 1))[~late]
    return kept.sort_values(["group", "first_ms"], kind="stable", ignore_index=True)


def _let_in(seen: pd.DataFrame, denials: int) -> pd.DataFrame:
    """Return of each group the first connection with enough denials before it; the group as index."""
    starts = window_starts(seen["group"].to_numpy(), seen["first_ms"].to_numpy(), DAY)
    before = seen["denied"].cumsum().to_numpy() - seen["denied"].to_numpy()
    seen["before"] = before - before[starts]
    turned = seen[seen["allowed"] & (seen["before"] >= denials)].drop_duplicates("group")
    return turned.assign(at=turned["first_ms"], place=turned.index).set_index("group")


def _counted(found: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """Return the findings with their counts, times, rules and proof."""
    group, time = seen["group"], seen["first_ms"]
    at = group.map(found["at"])
    counts = seen["denied"] & (time > at - DAY) & (seen.index < group.map(found["place"]))
    after = seen["allowed"] & (time >= at)
    denials = seen[counts].groupby("group")
    last = denials.tail(1).set_index("group")
    proved = proofs(seen[counts | (after & (time <= at + DAY))], ["group"])
    here = found[["src_ip", "dst_ip", "dst_port", "protocol", *_PLACE]].join(proved)
    allowed_before = (~seen["denied"] & (time < at)).groupby(group).sum()
    return here.assign(
        denied=found["before"], first_denied=denials["first_ms"].min(), last_denied=last["first_ms"],
        allowed_at=found["at"], allowed=after.groupby(group).sum(), allowed_before=allowed_before,
        denied_by=last["rule"], allowed_by=found["rule"],
        same_place=(last["acl"] == found["acl"]) & (last["direction"] == found["direction"]),
    )  # fmt: skip


def _change(rows: Rows, found: pd.DataFrame) -> "pd.Series[Any]":
    """Return what became of the rules: a rule is known that let anybody in there before the last denial."""
    keys = ["dst_ip", "dst_port", "rule", "acl"]
    let_in = among(rows.filter(nw.col("decision") == "allowed"), found, ["dst_ip", "dst_port"])
    since = let_in.aggregate(keys, since=nw.col("first_ms").min()).collect(
        {"dst_ip": "str", "dst_port": "Int64", "rule": "str", "acl": "str", "since": "int64"}
    )
    there = found[keys].astype({"dst_port": "Int64"}).merge(since, on=keys, how="left")["since"].to_numpy()
    known = there < found["last_denied"].to_numpy()
    told = np.where(found["same_place"], np.where(known, "known", "new"), "elsewhere")
    return pd.Series(told, index=found.index)


def _told(finding: Finding) -> str:
    port: str = "" if pd.isna(finding["dst_port"]) else f"port {finding['dst_port']} of "
    change = {
        "new": "a rule that had let nobody in there before",
        "known": "a rule that had let others in before",
        "elsewhere": "a rule of another NSG or direction than denied it",
    }[finding["rule_changed"]]
    return (
        f"{finding['src_ip']} was denied {finding['denied']:,} times at {port}{finding['dst_ip']} by "
        f"{finding['denied_by']}, and let in at {finding['allowed_at']:%Y-%m-%d %H:%M} UTC by "
        f"{finding['allowed_by']}, {change}; {finding['allowed']:,} connections since."
    )


DENIED_THEN_LET_IN = Kind(
    AFTER_DENIED,
    allowed_after_denied,
    ALLOWED_AFTER_DENIED,
    _told,
    "the rule was opened for this source on request, or a rule closed by mistake was opened again.",
    0.8,
)
