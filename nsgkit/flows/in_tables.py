"""What was read -> the three tables: flow rows, rejects, blobs, with nothing lost between them."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pandas as pd

from nsgkit.flows.blob_table import blob_table, reject_table
from nsgkit.flows.files import Span
from nsgkit.flows.parse.rows import check_counts
from nsgkit.flows.reading import Reading
from nsgkit.flows.span_edges import cut_to_span, far_from_record


class BlobTables(NamedTuple):
    """The flow rows, the rejects and the blobs: `schema.FLOWS`, `schema.REJECTS`, `schema.BLOBS`."""

    flows: pd.DataFrame
    rejects: pd.DataFrame
    blobs: pd.DataFrame


def in_tables(read: Reading, span: Span) -> BlobTables:
    """Return the tables of what was read, once; rows outside of the span are dropped and counted."""
    names, counts = [blob.file.name for blob in read.blobs], [blob.count for blob in read.blobs]
    check_counts(counts, read.rows.groups, read.rows.rejects)
    far = far_from_record(read.rows, len(names))
    outside = cut_to_span(read.rows, span, counts)
    with ThreadPoolExecutor(1) as pool:
        table = pool.submit(read.rows.table, read.headers, names)
        blobs = blob_table(read, span, outside, far)
        rejects = reject_table(counts, read.rows.rejects, names)
    return BlobTables(table.result(), rejects, blobs)
