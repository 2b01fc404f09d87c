"""PySpark in, the same tables out. Slow, and PySpark wants pandas before 3: an environment of its own.

python -m venv spark && spark/bin/pip install -e ".[test,spark]"
spark/bin/python -m pytest -m slow tests/analyses/test_spark.py
"""

import os
import sys

import pandas as pd
import pytest

from nsgkit import analyses, schema
from nsgkit.counting.conversations import conversations
from nsgkit.counting.frame import Rows

pytestmark = pytest.mark.slow

OF_FLOWS = [
    analyses.silences, analyses.doubly_logged, analyses.busiest_nics, analyses.record_types,
    analyses.counter_forms, analyses.equal_rows, analyses.version_changes, analyses.late_answers,
]  # fmt: skip
OF_CONVERSATIONS = [
    analyses.top_talkers, analyses.top_pairs, analyses.top_services, analyses.top_rules,
    analyses.traffic_links, analyses.matrix, analyses.change, analyses.over_time, analyses.stateless_rules,
    analyses.summary,
]  # fmt: skip


@pytest.fixture(scope="module")
def spark():
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable  # else workers run the first python3 on PATH
    settings = {
        "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1", "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }  # fmt: skip
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def spark_flows(spark, logs, tmp_path_factory):
    path = tmp_path_factory.mktemp("spark") / "flows.parquet"
    logs.flows.to_parquet(path, coerce_timestamps="ms")
    return spark.read.parquet(str(path)).cache()


@pytest.fixture(scope="module")
def spark_conversations(spark_flows):
    return conversations(spark_flows).cache()


def test_conversations_are_the_same(spark_conversations, stitched):
    names = [c.name for c in schema.CONVERSATIONS if c.name not in ("into_blob", "into_record", "into_tuple")]
    theirs = Rows.of(spark_conversations).collect(
        {name: schema.types(schema.CONVERSATIONS)[name] for name in names}
    )
    theirs = theirs.astype({"blob": "object"})  # categories sort in the order in which they came
    theirs = theirs.sort_values(["first", "blob", "record", "tuple"], ignore_index=True)
    texts = [name for name in names if stitched[name].dtype == "category"]
    pd.testing.assert_frame_equal(theirs.drop(columns=texts), stitched[names].drop(columns=texts))
    for name in texts:
        assert (
            theirs[name].astype("object").fillna("").tolist()
            == stitched[name].astype("object").fillna("").tolist()
        )


@pytest.mark.parametrize("ask", OF_FLOWS)
def test_tables_of_flows_are_the_same(ask, spark_flows, logs):
    pd.testing.assert_frame_equal(ask(spark_flows), ask(logs.flows))


@pytest.mark.parametrize("ask", OF_CONVERSATIONS)
def test_tables_of_conversations_are_the_same(ask, spark_conversations, stitched):
    pd.testing.assert_frame_equal(ask(spark_conversations), ask(stitched))


def test_bytes_over_time_are_the_same(spark_conversations, spark_flows, stitched, logs):
    theirs = analyses.over_time(spark_conversations, by="acl", flows=spark_flows)
    pd.testing.assert_frame_equal(theirs, analyses.over_time(stitched, by="acl", flows=logs))
