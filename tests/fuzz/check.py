"""What must hold of every blob, whatever it holds; several are read at once, as that is quicker."""

import re
from collections import Counter

from nsgkit.flows.batches import BATCH
from tests.blobs import read
from tests.fuzz.slow_reader import read_slowly

COLUMNS = (
    "src_ip", "dst_ip", "src_port", "dst_port", "protocol", "direction", "decision", "state", "encryption",
    "packets_src_to_dst", "bytes_src_to_dst", "packets_dst_to_src", "bytes_dst_to_src",
    "rule", "acl", "mac", "resource", "flow_log", "version",
)  # fmt: skip
RAW_SHOWN = 2000
_KEY = re.compile(rb'"flowTuples"\s*:\s*')


def rows_of(flows):
    """Return a Counter of rows for each blob, in plain values."""
    flows = flows.copy()
    flows["time"] = flows["time"].astype("int64")
    found = {}
    for blob, row in zip(
        flows["blob"], plain(flows[["time", *COLUMNS]]).itertuples(index=False, name=None), strict=True
    ):
        found.setdefault(blob, Counter())[row] += 1
    return found


def differences(blobs, size=BATCH):
    """Yield the place of each blob that breaks a rule, with a sentence.

    `size` is that of a batch: only in a small one are all tuples in their ordinary form.
    """
    both = read(*blobs, size=size), read(*blobs, exact=True)
    quick, exact = (by_blob(found, len(blobs)) for found in both)
    for i, data in enumerate(blobs):
        if quick[i] != exact[i]:
            yield i, "quick and exact differ"
        elif problem := against_slow(data, *quick[i][:2]) or lost(data, both[0].groups[i], quick[i][1]):
            yield i, problem


def by_blob(found, blobs):
    """Return what came of each blob in plain values: a Counter of rows, rejects, places of rows, count."""
    rejects, places = [[] for _ in range(blobs)], [[] for _ in range(blobs)]
    for row in plain(found.rejects).itertuples(index=False, name=None):
        rejects[int(row[0])].append(row)
    for blob, *place in found.flows[["blob", "record", "tuple"]].itertuples(index=False, name=None):
        places[int(blob)].append(place)
    rows = rows_of(found.flows)
    return [
        (rows.get(str(i), Counter()), rejects[i], places[i], plain_count(found.counts[i]))
        for i in range(blobs)
    ]


def plain(table):
    table = table.astype(object)
    return table.where(table.notna(), None)


def plain_count(count):
    return {name: value for name, value in vars(count).items() if name not in ("headers", "refused")}


def against_slow(data, rows, rejects):
    seen = read_slowly(data)
    if seen is None:
        return None
    if seen.rows != rows:
        return f"other rows than the slow reader: {rows - seen.rows} more, {seen.rows - rows} fewer"
    tuples = sum(reject[2] is not None for reject in rejects)
    if tuples != sum(seen.rejected.values()):
        return f"{tuples} rejected tuples, the slow reader has {sum(seen.rejected.values())}"
    if seen.lost and tuples == len(rejects):
        return f"{seen.lost} lists of tuples are lost without a reject"
    return None


def lost(data, groups, rejects):
    """Tell of lists of tuples that stand neither in a group that was read nor in a reject."""
    spans = [(offset or 0, (offset or 0) + len(raw)) for _, _, _, offset, _, raw in rejects]
    if any(end - start >= RAW_SHOWN for start, end in spans):
        return None
    outside = sum(
        not any(start <= key.start() < end or start == key.end() for start, end in spans)
        for key in _KEY.finditer(data)
    )
    return f"{outside} lists of tuples in the bytes, {groups} read" if outside > groups else None
