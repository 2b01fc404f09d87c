"""Rows can be dropped after reading, as though they had never been read."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.flows.batches import BlobCounts, batches
from nsgkit.flows.flow_table import FlowTableBuilder
from nsgkit.flows.parse.records import Headers
from nsgkit.flows.parse.rows import read_batch
from tests.blobs import ALLOWED, PROBE, VNET_BEGIN, blob, nsg_record, vnet_record

RECORDS = [
    nsg_record(PROBE, ALLOWED),
    vnet_record(VNET_BEGIN),
    nsg_record(minute=45),
    nsg_record(ALLOWED, minute=46),
]


def laid():
    """Return four rows of three groups in parts of their own, and what their groups share."""
    rows, headers = FlowTableBuilder(room=1), Headers()
    for batch in batches([(blob(*RECORDS), BlobCounts("a"))], headers, size=1):
        rows.add(read_batch(batch))
    return rows, headers


@given(st.lists(st.booleans(), min_size=4, max_size=4))
def test_dropped_rows_leave_the_table_and_the_groups(gone):
    rows, headers = laid()
    whole = rows.table(headers, ["a"])
    rows, headers = laid()
    lost = rows.drop(np.array(gone))
    assert lost.tolist() == [sum(gone[:2]), gone[2], 0, gone[3]]
    assert rows.groups.rows.tolist() == [2 - sum(gone[:2]), 1 - gone[2], 0, 1 - gone[3]]
    kept = whole[~np.array(gone)].reset_index(drop=True)
    for name in kept.select_dtypes("category"):
        if name not in ("direction", "decision", "state"):
            kept[name] = kept[name].cat.remove_unused_categories()
    pd.testing.assert_frame_equal(rows.table(headers, ["a"]), kept, check_categorical=bool(len(kept)))


def test_times_are_the_rows_own():
    rows, _ = laid()
    assert rows.times.tolist() == [1734601416000, 1734601440000, 1734601440123, 1734601440000]
