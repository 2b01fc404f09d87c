"""Conversations that Spark's workers stitch are those of pandas."""

import pandas as pd
import pytest

import nsgkit
from nsgkit import analyses, schema
from nsgkit.spark import stitching
from tests.spark.same import assert_same


@pytest.fixture(scope="module")
def in_parts(on_spark):
    """The conversations of the samples, of seven tasks."""
    with pytest.MonkeyPatch.context() as patch:
        rows = int(on_spark.told.blobs["rows"].sum())
        patch.setattr(stitching, "ROWS_OF_A_TASK", rows // 7 + 1)
        stitched = stitching.stitched_on(on_spark.flows, rows).cache()
    return stitching.settled_on(stitched, on_spark.told.settled)


def test_they_come_of_several_tasks(in_parts):
    assert in_parts.rdd.getNumPartitions() == 7


def test_they_are_the_same(in_parts, stitched):
    assert_same(in_parts, stitched, schema.CONVERSATIONS, ["blob", "record", "tuple"])


def test_nsgkit_conversations_takes_them_as_they_are(on_spark):
    assert nsgkit.conversations(on_spark) is on_spark.conversations


@pytest.mark.parametrize("by", ["acl", None])
def test_their_increments_tell_bytes_over_time(by, in_parts, on_spark, stitched, logs):
    theirs = analyses.over_time(in_parts, by=by, flows=on_spark)
    ours = analyses.over_time(stitched, by=by, flows=logs)
    pd.testing.assert_frame_equal(theirs, ours)
