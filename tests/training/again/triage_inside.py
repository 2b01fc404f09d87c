"""Answers to what happens inside and what leaves, from the text of a company's blobs alone."""

from itertools import pairwise
from statistics import median

import pandas as pd

from tests.training.again.company import rows
from tests.training.again.triage import inside

_ENDS = ["src_ip", "dst_ip", "src_port", "dst_port", "protocol"]


def _begun(case):
    """Every allowed connection that begins in the logs, by one NIC: the source's, where it is logged."""
    table = rows(case)
    begun = table[(table["decision"] == "allowed") & ((table["state"] == "B") | (table["version"] == 1))]
    begun = begun.assign(second=begun["time"].dt.floor("s"))
    return begun.sort_values("direction", ascending=False, kind="stable").drop_duplicates([*_ENDS, "second"])


def _lives(own):
    """Connections of some rows, by ends and NIC: begin, seconds, bytes each way."""
    lives = own[own["decision"] == "allowed"].groupby([*_ENDS, "mac"], as_index=False)
    found = lives.agg(
        begin=("time", "min"), end=("time", "max"), sent=("bytes", "sum"), got=("bytes_back", "sum")
    )
    return found.assign(seconds=(found["end"] - found["begin"]).dt.total_seconds()).sort_values("begin")


def beacon_or_not(case):
    table, begun = rows(case), _begun(case)
    told = []
    for src, dst in case.asked["pairs"]:
        own = table[(table["src_ip"] == src) & (table["dst_ip"] == dst) & (table["decision"] == "allowed")]
        lasting = (own["time"].max() - own["time"].min()).total_seconds()
        times = sorted(begun.loc[(begun["src_ip"] == src) & (begun["dst_ip"] == dst), "time"])
        if len(times) <= 1 and lasting > 12 * 3600:
            told.append("long connection")
        elif not _steady(times):
            told.append("people")
        else:
            callers = {caller for caller in begun.loc[begun["dst_ip"] == dst, "src_ip"] if inside(caller)}
            alone = inside(src) and not inside(dst) and callers == {src}
            told.append("beacon" if alone else "clockwork")
    return told


def _steady(times):
    """Whether calls come in half of all hours of the day or more, most of them near the median beat."""
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    beat = median(gaps)
    near = sum(abs(gap - beat) <= 0.35 * beat for gap in gaps) / len(gaps)
    return near > 0.8 and len({time.hour for time in times}) >= 12


def lateral(case):
    begun = _begun(case)
    begun = begun[[inside(src) and inside(dst) for src, dst in begun[["src_ip", "dst_ip"]].to_numpy()]]
    targets = begun.groupby(["src_ip", "dst_port"])["dst_ip"].nunique()
    source, port = targets.idxmax()
    search = begun[(begun["src_ip"] == source) & (begun["dst_port"] == port)].drop_duplicates("dst_ip")
    table = rows(case)
    own = table[(table["src_ip"] == source) & (table["direction"] == "O")]
    lives = _lives(own[[inside(dst) for dst in own["dst_ip"]]])
    lasting = lives[lives["seconds"] >= 60]
    known = {*lasting.loc[lasting["begin"] <= search["time"].max(), "dst_ip"]}
    first = lasting[(lasting["begin"] > search["time"].max()) & ~lasting["dst_ip"].isin(known)].iloc[0]
    return first["src_ip"], first["dst_ip"], first["begin"]


def _left(case):
    """What left: each connection to the one address outside that was sent far more than it sent back."""
    table = rows(case)
    out = table[table["direction"] == "O"]
    lives = _lives(out[[not inside(dst) for dst in out["dst_ip"]]])
    pairs = lives.groupby(["src_ip", "dst_ip"])[["sent", "got"]].sum()
    source, drop = pairs[pairs["sent"] > 10 * pairs["got"]]["sent"].idxmax()
    return lives[(lives["src_ip"] == source) & (lives["dst_ip"] == drop)]


def upload(case):
    left = _left(case)
    return left["dst_ip"].iloc[0], int(left["sent"].sum())


def staged(case):
    left, table = _left(case), rows(case)
    place = left["src_ip"].iloc[0]
    lives = _lives(table[(table["dst_ip"] == place) & (table["direction"] == "I")])
    laid = lives[(lives["sent"] > 100e6) & (lives["begin"] < left["begin"].min())].iloc[-1]
    return place, pd.Timestamp(laid["begin"])


AGAIN = {"beacon_or_not": beacon_or_not, "lateral": lateral, "upload": upload, "staged": staged}
