"""The samples, put into an emulator as Azure puts them, come back as what they were."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from azure.storage.blob import BlobBlock, ContainerClient

from nsgkit import download, read_logs, verify
from nsgkit.acquire.credentials import EMULATOR_KEY
from nsgkit.layout import CONTAINERS
from tests.azurite import HEAD, HEAD_ID, TAIL, TAIL_ID

pytestmark = pytest.mark.azurite
SAMPLES = Path(__file__).parents[2] / "data" / "samples"
MIDDLE_ID = HEAD_ID.replace("Q", "R", 1)


@pytest.fixture(scope="module")
def evidence(account, tmp_path_factory):
    """An evidence folder of all samples, downloaded container by container."""
    evidence = tmp_path_factory.mktemp("samples") / "evidence"
    for name in CONTAINERS:
        container = ContainerClient(account, name, credential=EMULATOR_KEY)
        container.create_container()
        files = sorted((SAMPLES / name).rglob("PT1H.json"))
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda path, to=container: upload(to, path), files))
        download(f"{account}/{name}", evidence, start="2024-12-01", end="2025-01-01")
    return evidence


def upload(container, path):
    """Write a file as Azure does, but with all its records in one block."""
    data = path.read_bytes()
    blob = container.get_blob_client(path.relative_to(SAMPLES / container.container_name).as_posix())
    tail = TAIL if data.endswith(TAIL) else b""
    for block, piece in (
        (HEAD_ID, data[:12]),
        (MIDDLE_ID, data[12 : len(data) - len(tail)]),
        (TAIL_ID, tail),
    ):
        if piece:
            blob.stage_block(block, piece)
    blob.commit_block_list([BlobBlock(block) for block in (HEAD_ID, MIDDLE_ID, *[TAIL_ID] * bool(tail))])
    assert data.startswith(HEAD)


def test_the_flow_table_is_the_same(evidence):
    here, there = read_logs(SAMPLES), read_logs(evidence)
    pd.testing.assert_frame_equal(there.flows, here.flows)
    pd.testing.assert_frame_equal(there.rejects, here.rejects)


def test_every_blob_carries_its_etag_and_hash(evidence):
    blobs = read_logs(evidence).blobs
    assert len(blobs) == len(list(SAMPLES.rglob("PT1H.json")))
    assert blobs["etag"].notna().all()
    assert blobs["sha256"].str.fullmatch("[0-9a-f]{64}").all()


def test_it_is_proven(evidence):
    assert verify(evidence).ok
