"""Literal blobs for tests: records of each family as Azure writes them, and what nsgkit reads in them."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from nsgkit.flows.batches import BATCH, BlobCounts, batches
from nsgkit.flows.blob_table import reject_table
from nsgkit.flows.flow_table import FlowTableBuilder
from nsgkit.flows.parse.records import Headers
from nsgkit.flows.parse.rows import check_counts, read_batch
from nsgkit.flows.repeats import reject_repeats

NSG = "/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/WEB-NSG"
MAC = "000D3AB17875"
PROBE = "1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,,"
ALLOWED = "1734601440,203.0.113.9,10.0.0.4,55256,443,T,I,A,B,,,,"
VNET_BEGIN = "1734601440123,10.0.0.4,203.0.113.9,55256,443,6,O,B,NX,0,0,0,0"


class Read(NamedTuple):
    flows: pd.DataFrame
    rejects: pd.DataFrame
    counts: list[BlobCounts]
    groups: list[int]  # of tuples, that were read of each blob


def read(
    *blobs: bytes, exact: bool = False, size: int = BATCH, again: Callable[[int], bytes | None] | None = None
) -> Read:
    """Read blobs from memory, called 0, 1, …; `again` gives the bytes of one a second time."""
    counts = [BlobCounts(str(i)) for i in range(len(blobs))]
    rows, headers = FlowTableBuilder(room=3), Headers()
    for batch in batches(zip(blobs, counts, strict=True), headers, exact=exact, size=size):
        rows.add(read_batch(batch, exact=exact))
    reject_repeats(rows, headers, [count.name for count in counts], again or blobs.__getitem__)
    check_counts(counts, rows.groups, rows.rejects)
    names = [count.name for count in counts]
    rejects = reject_table(counts, rows.rejects, names)
    groups = np.bincount(rows.groups.blob, minlength=len(blobs)).tolist()
    return Read(rows.table(headers, names), rejects, counts, groups)


def nsg_record(
    *tuples: Any, version: Any = 2, minute: int = 44, rule: str = "UserRule_Web", **other: Any
) -> dict:
    group = {"mac": MAC, "flowTuples": list(tuples)}
    return {
        "time": f"2024-12-19T09:{minute:02d}:35.0475109Z",
        "systemId": "de8f6437-2996-457d-8317-7d499ded2d74",
        "macAddress": MAC,
        "category": "NetworkSecurityGroupFlowEvent",
        "resourceId": NSG,
        "operationName": "NetworkSecurityGroupFlowEvents",
        "properties": {"Version": version, "flows": [{"rule": rule, "flows": [group]}]},
    } | other


def vnet_record(*tuples: Any, version: Any = 4, minute: int = 44, **other: Any) -> dict:
    group = {"rule": "DefaultRule_AllowInternetOutBound", "flowTuples": list(tuples)}
    return {
        "time": f"2024-12-19T09:{minute:02d}:35.0475109Z",
        "flowLogVersion": version,
        "flowLogGUID": "66aa66aa-bb77-cc88-dd99-00ee00ee00ee",
        "macAddress": MAC,
        "category": "FlowLogFlowEvent",
        "flowLogResourceID": "/SUBSCRIPTIONS/S/RESOURCEGROUPS/NETWORKWATCHERRG/FLOWLOGS/VNETLOG",
        "targetResourceID": "/subscriptions/s/resourceGroups/rg/virtualNetworks/vnet",
        "operationName": "FlowLogFlowEvent",
        "flowRecords": {"flows": [{"aclID": "00aa00aa-1111", "flowGroups": [group]}]},
    } | other


def blob(*records: Any) -> bytes:
    """Return a PT1H.json of these records (dicts, or JSON text as it is)."""
    texts = [r if isinstance(r, str) else json.dumps(r, separators=(",", ":")) for r in records]
    return ('{"records":[' + ",".join(texts) + "]}").encode()


def same(one: Read, other: Read) -> None:
    """Assert that two readings agree on everything."""
    pd.testing.assert_frame_equal(one.flows, other.flows)
    pd.testing.assert_frame_equal(one.rejects, other.rejects)
    assert one.counts == other.counts
