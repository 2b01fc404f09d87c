"""What all tests share: the samples, how hard hypothesis tries, a quick reader that never fails, no skips."""

import atexit
import os
from pathlib import Path

import pytest
from hypothesis import settings

import nsgkit
from nsgkit.flows.parse import rows

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
IN_CI = os.environ.get("CI") == "true"

settings.register_profile("brief", max_examples=10, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=30, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("slow", max_examples=10_000, deadline=None, print_blob=True)
settings.load_profile("ci" if IN_CI else "dev")


@pytest.fixture(scope="session")
def logs():
    """The samples, read once for all tests: nobody changes them."""
    return nsgkit.read_logs(SAMPLES)


@pytest.fixture(scope="session")
def stitched(logs):
    """Their conversations."""
    return nsgkit.conversations(logs.flows)


@pytest.fixture(scope="session")
def plain(logs):
    """Their conversations, stitched in plain Python."""
    from tests.counting import plain_stitch

    return plain_stitch.summaries(plain_stitch.records(logs.flows))


@pytest.fixture(autouse=True)
def the_quick_way_does_not_fail(request, monkeypatch):
    """Fail where reading fell back on the exact way: the rows would be right, and a fault stay hidden.

    tests/flows/parse/test_failures.py makes it fail, and sees what becomes of that.
    """
    fell_back = []
    real = rows._read_apart
    monkeypatch.setattr(rows, "_read_apart", lambda *a, **k: fell_back.append(a) or real(*a, **k))
    yield
    if request.path.name != "test_failures.py":
        assert not fell_back, "the quick reader raised an exception; run its batch without read_batch"


def pytest_sessionfinish(session):
    """Fail a run in CI that skipped anything: there, every real part has been installed."""
    if IN_CI and _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure():
    """Let the summary be the last that is said: DuckDB's bindings name objects of theirs at the very end."""
    atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), 2))


def pytest_terminal_summary(terminalreporter, config):
    if IN_CI and _skipped(config):
        terminalreporter.section("a skipped test is a failure in CI", sep="=", red=True)


def _skipped(config):
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []
