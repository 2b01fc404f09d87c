"""The Spark of all tests and examples."""

import os
import sys

import pytest

SETTINGS = {
    "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1", "spark.sql.session.timeZone": "Europe/Berlin",
    "spark.ui.showConsoleProgress": "false",
}  # fmt: skip


@pytest.fixture(scope="session")
def spark():
    """A Spark of two cores, in a zone that is not UTC: no time may hang on it."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable  # else workers run the first python3 on PATH
    builder = SparkSession.builder.master("local[2]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()
