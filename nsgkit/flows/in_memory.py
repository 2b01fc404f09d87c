"""Blobs that are in memory -> flow rows and rejects, as `read_logs` reads them from files."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from nsgkit.flows.batches import BATCH, BlobCounts, batches
from nsgkit.flows.blob_table import reject_table
from nsgkit.flows.flow_table import FlowTableBuilder
from nsgkit.flows.parse.records import Headers
from nsgkit.flows.parse.rows import read_batch
from nsgkit.flows.repeats import reject_repeats


class ReadInMemory(NamedTuple):
    """What stood in the blobs: the flow table, and the table of rejects."""

    flows: pd.DataFrame
    rejects: pd.DataFrame


def read_in_memory(blobs: Mapping[str, bytes]) -> ReadInMemory:
    """Read blobs, each under its name.

    >>> read_in_memory({"a/PT1H.json": b'{"records":[]}'}).flows.empty
    True
    """
    names = [*blobs]
    counts, headers = [BlobCounts(name) for name in names], Headers()
    rows = FlowTableBuilder(sum(map(len, blobs.values())) // BATCH + 1)
    for batch in batches(zip(blobs.values(), counts, strict=True), headers, size=BATCH):
        rows.add(read_batch(batch))
    reject_repeats(rows, headers, names, lambda number: blobs[names[number]])
    rejects = reject_table(counts, rows.rejects, names)
    return ReadInMemory(rows.table(headers, names), rejects)
