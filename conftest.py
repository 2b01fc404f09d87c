"""Examples in docstrings read the samples over and over: within a run, each reading is made once.

Spark's tests and examples are collected where PySpark is installed, in an environment of its own
(CONTRIBUTING.md). Elsewhere there is nothing of them to run, and so nothing to skip.
"""

from importlib.util import find_spec

import pytest

import nsgkit

if find_spec("pyspark"):
    from tests.spark.session import spark  # noqa: F401 - a fixture
else:
    collect_ignore_glob = ["nsgkit/spark/*", "tests/spark/*"]  # also where the folder itself is asked for


@pytest.fixture(scope="session")
def _shared():
    """What was read, and the conversations of it: examples change nothing that they are given."""
    real_read, real_stitch, read, stitched = nsgkit.read_logs, nsgkit.conversations, {}, {}

    def read_logs(path, **span):
        key = (str(path), *sorted(span.items()))
        if key not in read:
            read[key] = real_read(path, **span)
        return read[key]

    def conversations(flows, **options):
        held = getattr(flows, "flows", flows)
        if options or not any(logs.flows is held for logs in read.values()):
            return real_stitch(flows, **options)
        if id(held) not in stitched:
            stitched[id(held)] = real_stitch(flows)
        return stitched[id(held)].copy(deep=False)

    return {"read_logs": read_logs, "conversations": conversations}


@pytest.fixture(autouse=True)
def _examples_share(request, monkeypatch):
    if isinstance(request.node, pytest.DoctestItem):
        for name, function in request.getfixturevalue("_shared").items():
            monkeypatch.setattr(nsgkit, name, function)


@pytest.fixture(autouse=True)
def _examples_on_spark(request, doctest_namespace):
    if isinstance(request.node, pytest.DoctestItem) and ".spark." in request.node.name:
        doctest_namespace["spark"] = request.getfixturevalue("spark")
