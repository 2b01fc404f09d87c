"""Random logs, and a growing mirror at ten moments: Spark tells what read_logs and conversations tell."""

import random

import pytest

import nsgkit
from nsgkit import schema
from tests.spark.same import PLACE, assert_same, assert_same_logs
from tests.store.random_logs import folder_of, growing, write


def assert_same_all(spark, folder):
    theirs, ours = nsgkit.spark.read_logs(spark, str(folder)), nsgkit.read_logs(folder)
    assert_same_logs(theirs, ours)
    assert_same(theirs.conversations, nsgkit.conversations(ours), schema.CONVERSATIONS, PLACE)
    theirs.unpersist()


@pytest.mark.parametrize("seed", range(20))
def test_random_logs_are_the_same(seed, spark, tmp_path):
    assert_same_all(spark, write(folder_of(random.Random(seed)), tmp_path))


def test_a_growing_mirror_is_the_same_at_each_moment(spark, tmp_path):
    for files in growing(random.Random(0)):
        assert_same_all(spark, write(files, tmp_path))
