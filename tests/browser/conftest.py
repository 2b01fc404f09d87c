"""One JupyterLab and one Chromium for all browser tests; what a failed test saw is kept."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.browser import chromium, server
from tests.browser.jupyter import Jupyter

FAILURES = Path(__file__).parent / "failures"


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


# Not for the whole session: while Playwright runs, other tests cannot start an event loop.
@pytest.fixture(scope="package")
def jupyter():
    """JupyterLab in Chromium."""
    if not chromium.find():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(chromium.HOW_TO_GET_IT)
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":  # one of those that run side by side
        shutil.rmtree(FAILURES, ignore_errors=True)
    with server.running() as lab, chromium.context() as context:
        yield Jupyter(lab, context)


@pytest.fixture
def open_notebook(jupyter):
    """Open one of the repository's notebooks by its name and run all of it."""
    yield lambda name: jupyter.open(f"notebooks/{name}").run_all()
    jupyter.close()


@pytest.fixture
def run_cells(jupyter):
    """Run these cells as a notebook of their own, which the next test may take over with its kernel."""
    return lambda *cells: jupyter.run(cells)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    lab = getattr(item, "funcargs", {}).get("jupyter")
    if call.when == "call" and report.failed and lab and lab.page and lab.notebook:
        kept = lab.keep(FAILURES / re.sub(r"[^\w.-]+", "-", item.name))
        report.sections.append(("kept to look at", "\n".join(map(str, kept))))
        lab.cells = ()  # nobody takes over what failed
    return report
