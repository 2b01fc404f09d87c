"""The traffic explorer on a store, as an analyst uses it: opened, filtered, brushed, saved, opened again."""

import re

import pytest

import nsgkit
from tests.browser.test_saved import LEFT, SAVE
from tests.browser.test_traffic import OVER_TIME, table
from tests.conftest import SAMPLES

OPENED = "read, logs = nsgkit.read_logs('../data/samples'), nsgkit.open_store({folder!r})"
PLAIN = (
    "len([1 for r in read.flows.itertuples() if r.dst_port == 22 and r.decision == 'denied' "
    "and '2024-12-18 01:00' <= str(r.time)[:16] < '2024-12-18 08:00'])"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A store of the samples."""
    path = tmp_path_factory.mktemp("stores") / "store"
    nsgkit.ingest(SAMPLES, path)
    return str(path)


def test_a_store_is_filtered_brushed_saved_and_opened_again(jupyter, folder):
    cells = ["import nsgkit\nfrom nsgkit.explore import traffic_explorer", OPENED.format(folder=folder),
             "traffic_explorer(logs)"]  # fmt: skip
    fresh = jupyter.open(jupyter.write(cells, "a-store.ipynb")).run_all()
    fresh.wait_for(re.compile("^32,814 conversations"))
    number = fresh.evaluate(PLAIN)
    fresh.brush(OVER_TIME, "2024-12-18 01:00", "2024-12-18 08:00").wait_for("until:2024-12-18T08:00")
    fresh.set("Filter", "dst_port:22 denied").wait_for(f"{number} of 32,814 conversations")
    fresh.set("Picture", "Rows").wait_for(
        f"The {number} flow rows of the first {number} of {number} conversations."
    )
    assert {row["Destination port"] for row in table(fresh)} == {"22"}
    fresh.set("Picture", "Top").wait_for("Denied attempts by protocol and destination port")
    jupyter.page.wait_for_timeout(3000)  # the last state is drawn when nothing has changed for a moment
    assert fresh.faults() == [] and jupyter.page.evaluate(SAVE)
    jupyter.close()
    jupyter.open(fresh.path).wait_for(LEFT).wait_for(f"{number} of 32,814 conversations")
    assert jupyter.dialogs == jupyter.outside == []
    jupyter.close()
