"""Answers to the exercises on what was denied, and on scans, from the text of the blobs alone."""

import pandas as pd

from tests.training.again.company import rows
from tests.training.again.triage import inside

FIVE_MINUTES = pd.Timedelta("5min")
_LIFE = ["mac", "src_ip", "dst_ip", "src_port", "dst_port"]


def _sided(table):
    """The rows with whether each source is inside: every address is looked up once."""
    known = {address: inside(address) for address in table["src_ip"].unique()}
    return table.assign(inside=table["src_ip"].map(known))


def noisiest(case):
    """Whether four fifths of a source's denied rows are at one address, and at one port."""
    table = rows(case)
    return [
        _shape(table[(table["src_ip"] == s) & (table["decision"] == "denied")]) for s in case.asked["sources"]
    ]


def _shape(tried):
    machine, service = (
        5 * tried[end].value_counts().iloc[0] >= 4 * len(tried) for end in ("dst_ip", "dst_port")
    )
    if machine:
        return "targeted" if service else "vertical"
    return "horizontal" if service else "block"


def own_denied(case):
    """The source inside with the most denied rows, and the port of the most of them."""
    table = _sided(rows(case))
    own = table[table["inside"] & (table["decision"] == "denied")]
    counts = own["src_ip"].value_counts()
    first = counts.index[0]
    assert list(counts).count(counts.iloc[0]) == 1, "two machines were denied equally often"
    return first, own.loc[own["src_ip"] == first, "dst_port"].mode()[0]


def vertical(case):
    """The pair of a source outside and a machine with the most ports in any five minutes."""
    table = _sided(rows(case))
    tried = table[~table["inside"] & (table["decision"] == "denied")]
    (source, machine), _ = _widest(tried, ["src_ip", "dst_ip"], "dst_port")
    pair = tried[(tried["src_ip"] == source) & (tried["dst_ip"] == machine)]
    return source, pair["dst_port"].nunique(), _seconds(pair)


def horizontal(case):
    """The source inside that had no answer from the most addresses at one port in any five minutes."""
    table = _sided(rows(case))
    called = table[table["inside"] & (table["decision"] == "allowed")]
    back = called.groupby(_LIFE)["packets_back"].transform("sum")  # an end row alone may say 0: an increment
    counted = called.groupby(_LIFE)["packets_back"].transform("count") > 0
    silent = called[counted & (back == 0) & (called["state"] == "B")]
    (source, port), _ = _widest(silent, ["src_ip", "dst_port"], "dst_ip")
    found = silent[(silent["src_ip"] == source) & (silent["dst_port"] == port)]
    return source, found["dst_ip"].nunique(), _seconds(found)


def _widest(table, keys, wanted):
    """The group with the most different values within five minutes; no other has as many."""
    most = {key: _most_within(group["time"], group[wanted]) for key, group in table.groupby(keys)}
    (best, first), (_, second) = sorted(most.items(), key=lambda item: -item[1])[:2]
    assert first > second, "two are equally wide"
    return best, first


def _most_within(times, values):
    """The most different values in any five minutes that begin with a row."""
    pairs = [*zip(times, values, strict=True)]
    return max(
        len({value for time, value in pairs[place:] if time - start < FIVE_MINUTES})
        for place, (start, _) in enumerate(pairs)
    )


def _seconds(table):
    return (table["time"].max() - table["time"].min()).total_seconds()


AGAIN = {"noisiest": noisiest, "own_denied": own_denied, "vertical": vertical, "horizontal": horizontal}
