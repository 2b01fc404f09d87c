"""What Spark's tests share: the samples as Spark reads them."""

import pytest

import nsgkit
from tests.conftest import SAMPLES


@pytest.fixture(scope="session")
def on_spark(spark):
    """The samples, read by Spark once for all tests."""
    return nsgkit.spark.read_logs(spark, str(SAMPLES))
