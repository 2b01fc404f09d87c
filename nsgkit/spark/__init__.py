"""Flow logs on a cluster: blobs are read and stitched by Spark's workers, where they lie."""

from nsgkit.spark.reading import SparkLogs, read_logs
from nsgkit.spark.writing import write

__all__ = ["SparkLogs", "read_logs", "write"]
