"""An evidence folder after two downloads, untouched until a test touches it."""

import shutil

import pytest

from nsgkit.evidence.writer import open_writer
from tests.acquire.logs import hours, name
from tests.blobs import PROBE, blob, nsg_record
from tests.stored import BLOBS, evidence_folder, store


@pytest.fixture(scope="session")
def earlier(tmp_path_factory):
    """A folder of three blobs, as a download left it."""
    return evidence_folder(tmp_path_factory.mktemp("earlier") / "e", BLOBS, ("done", {"listed": 3}))


@pytest.fixture(scope="session")
def untouched(earlier, tmp_path_factory):
    """The same after a second download."""
    folder = shutil.copytree(earlier, tmp_path_factory.mktemp("untouched") / "e")
    with open_writer(folder) as writer:
        store(writer, name(hours(4)[3]), blob(nsg_record(PROBE, minute=50)))
        writer.manifest.add("done", listed=4)
        writer.write_sums()
    return folder


@pytest.fixture
def evidence(untouched, tmp_path):
    return shutil.copytree(untouched, tmp_path / "e")
