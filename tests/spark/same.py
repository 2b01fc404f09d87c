"""A table of an engine beside the pandas table that it should equal."""

import pandas as pd

from nsgkit import schema
from nsgkit.counting.frame import Rows

PLACE = ["blob", "record", "tuple"]


def assert_same(frame, table, columns, by):
    """The same rows with the same values; engines keep no order, and their own types."""
    names = [c.name for c in columns]
    theirs = Rows.of(frame, names).collect({c.name: _nullable(c) for c in columns})
    pd.testing.assert_frame_equal(_plain(theirs, by), _plain(table[names], by))


def assert_same_logs(on_spark, logs):
    """The same flow rows, rejects and blobs, and the same set aside, but for what Spark does not list."""
    assert_same(on_spark.flows, logs.flows, schema.FLOWS, PLACE)
    assert_same(on_spark.rejects, logs.rejects, schema.REJECTS, [*PLACE, "reason"])
    assert_same(on_spark.blobs, logs.blobs, schema.BLOBS, ["name"])
    seen = logs.set_aside[~logs.set_aside["name"].str.contains(r"(?:^|/)[._]") & (logs.set_aside["size"] > 0)]
    pd.testing.assert_frame_equal(on_spark.set_aside, seen.reset_index(drop=True))


def _nullable(column):
    return {"uint16": "Int32", "uint8": "Int16", "int32": "Int32", "str": "object"}.get(
        str(column.dtype), column.pandas_type
    )


def _plain(table, by):
    plain = table.astype("object").where(table.notna(), None)
    return plain.sort_values(by, ignore_index=True, na_position="first")
