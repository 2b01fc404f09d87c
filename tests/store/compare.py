"""What a store holds, beside what read_logs and conversations give of the same files."""

import pandas as pd
import pyarrow as pa

import nsgkit
from nsgkit.counting.spread import BY_HOUR, INCREMENTS
from nsgkit.schema import PLACE
from tests.stores import plain


def differences(stored, logs):
    """Return the names of what differs: empty where the store holds what the files do.

    Of a span conversations are not compared: a store's have their whole lives.
    """
    other = [name for name in ("rejects", "blobs") if not _equal(getattr(stored, name), getattr(logs, name))]
    tables = {"flows": logs.flows} | ({} if logs.asked else {"conversations": nsgkit.conversations(logs)})
    for name, table in tables.items():
        wanted = plain(pa.Table.from_pandas(table, preserve_index=False)).sort_by(_order())
        held = getattr(stored, name).order(", ".join(f'"{place}"' for place in PLACE)).to_arrow_table()
        other += _columns(name, held, wanted)
    return other


def _columns(name, held, wanted):
    extra = {*held.column_names} - {*wanted.column_names} - {INCREMENTS, BY_HOUR}
    missing = [column for column in wanted.column_names if column not in held.column_names]
    if extra or missing or len(held) != len(wanted):
        return [f"{name}: {len(held)} rows for {len(wanted)}, extra {sorted(extra)}, missing {missing}"]
    return [
        f"{name}.{column}"
        for column in wanted.column_names
        if held[column].cast(wanted[column].type).to_pylist() != wanted[column].to_pylist()
    ]


def _order():
    return [(place, "ascending") for place in PLACE]


def _equal(held, wanted):
    try:
        pd.testing.assert_frame_equal(held.reset_index(drop=True), wanted, check_dtype=False)
    except AssertionError:
        return False
    return True
