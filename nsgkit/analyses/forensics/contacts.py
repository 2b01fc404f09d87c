"""Who dealt with whom: conversations seen from one end, and what they add up to for each pair."""

from collections.abc import Iterable

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.forensics.entities import NEEDED
from nsgkit.analyses.forensics.sums import known_sums
from nsgkit.counting.frame import Rows, as_table

PAIR = ("address", "via")
_WAYS = {"bytes_src_to_dst": "bytes_dst_to_src", "bytes_dst_to_src": "bytes_src_to_dst"}
_SIZES = ("bytes_sent", "bytes_received")
_COUNTS = ("connections", "denied", "unknown", "orphans", "called", "was_called")
_PORTS = 5  # are named


def of_addresses(conversations: object, addresses: Iterable[str]) -> pd.DataFrame:
    """Return the conversations of these addresses that count, with the columns of `entities.NEEDED`."""
    held, wanted = as_table(conversations), [*addresses]
    either = nw.col("src_ip").is_in(wanted) | nw.col("dst_ip").is_in(wanted)
    if isinstance(held, pd.DataFrame):
        kept: pd.DataFrame = nw.from_native(held).filter(either, ~nw.col("folded")).to_native()
        return schema.typed(kept.reset_index(drop=True), NEEDED)
    rows = Rows.of(held, [c.name for c in NEEDED]).filter(either, ~nw.col("folded"))
    return rows.collect_few(schema.types(NEEDED))


def contacts(rows: pd.DataFrame, them: Iterable[str], without: Iterable[str] = ()) -> pd.DataFrame:
    """Return each conversation once for each end that is one of `them`, as its other end sees it.

    `address` is the other end, `via` the one of them, `called` whether the other end called; bytes are sent
    and received by it. What a machine has with itself is left out, and what the other end is in `without`.
    """
    ends = [_seen_from(rows, via, other, them) for via, other in (("src_ip", "dst_ip"), ("dst_ip", "src_ip"))]
    both = pd.concat(ends, ignore_index=True)
    return both[(both["address"] != both["via"]) & ~both["address"].isin([*without])].reset_index(drop=True)


def _seen_from(rows: pd.DataFrame, via: str, other: str, them: Iterable[str]) -> pd.DataFrame:
    kept = rows[rows[via].isin([*them]) & rows[other].notna()]
    called = other == "src_ip"
    sent, received = _WAYS if called else _WAYS.values()
    return kept.assign(
        address=kept[other].astype("str"), via=kept[via].astype("str"), called=called,
        bytes_sent=kept[sent], bytes_received=kept[received],
    )  # fmt: skip


def summed(found: pd.DataFrame) -> pd.DataFrame:
    """Return one row of each pair of a neighbour and whom it dealt with."""
    if found.empty:
        return pd.DataFrame()
    here, decision = found["counted_by"].notna(), found["decision"].astype("str")
    each = found.assign(
        connections=here & (decision == "allowed"),
        unknown=here & (decision == "unknown"),
        denied=decision == "denied",
        orphans=~here & (found["state"] == "orphan"),
        was_called=~found["called"],
    ).sort_values(["first", *schema.PLACE], ignore_index=True)  # fmt: skip
    pairs = each.groupby([*PAIR], sort=True)
    number = pairs.ngroup().to_numpy()
    table = pairs[[*_COUNTS]].sum().astype("int64")
    table["first"], table["last"] = pairs["first"].min(), pairs["last"].max()
    for name, sums in known_sums(each, number, _SIZES).items():
        table[name] = sums.array
    firsts = each.take(np.unique(number, return_index=True)[1])
    table["first_contact"] = [
        _contact(*told) for told in zip(firsts["called"], firsts["decision"], strict=True)
    ]
    table["ports"] = _ports(each)
    return table.reset_index()


def _contact(called: object, decision: str) -> str:
    ended = {"denied": " (denied)", "unknown": " (undecided)"}.get(decision, "")
    return f"{'called' if called else 'was called'}{ended}"


def _ports(each: pd.DataFrame) -> "pd.Series[str]":
    """Return of each pair the destination ports that were most used, with how many conversations."""
    keys = [*PAIR, "dst_port", "protocol"]
    used = each.assign(protocol=each["protocol"].astype("str")).groupby(keys).size().rename("n").reset_index()
    used = used.sort_values([*PAIR, "n", "dst_port"], ascending=[True, True, False, True])
    place = used.groupby([*PAIR]).cumcount()
    shown = used[place < _PORTS]
    texts = [f"{p} {proto} ({n:,})" for p, proto, n in shown[["dst_port", "protocol", "n"]].to_numpy()]
    joined = pd.Series(texts, index=shown.index).groupby([shown[name] for name in PAIR]).agg(", ".join)
    more = used.groupby([*PAIR]).size() - _PORTS
    return joined.where(more <= 0, joined + ", and " + more.astype("str") + " more")


def peers_of(rows: pd.DataFrame, addresses: Iterable[str]) -> "pd.Series[int]":
    """Return with how many addresses each had a connection that was not left unanswered."""
    unanswered = rows["answered"].eq(False).fillna(False).astype("bool")
    made = rows[(rows["decision"] == "allowed") & ~unanswered]
    pairs = contacts(made, addresses)[[*PAIR]].drop_duplicates()
    return pairs.groupby("via").size().reindex([*addresses], fill_value=0)


def near_in_time(found: pd.DataFrame, earlier: pd.DataFrame, within: int) -> pd.DataFrame:
    """Keep the contacts of hop 2 that began at most `within` milliseconds from one of hop 1.

    In `earlier`, contacts of hop 1, the one whom `found` has in `via` is the neighbour, in `address`.
    """
    moments = earlier[["address", "first"]].set_axis(["via", "met"], axis=1).sort_values("met")
    moments = moments.assign(there=True)
    near = pd.merge_asof(
        found.reset_index(names="row")[["row", "via", "first"]].sort_values("first"), moments,
        left_on="first", right_on="met", by="via", direction="nearest",
        tolerance=pd.Timedelta(milliseconds=within),
    )  # fmt: skip
    return found.loc[sorted(near.loc[near["there"].notna(), "row"])]
