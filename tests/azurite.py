"""A real storage emulator on a free port of this machine, filled the way that Azure fills it."""

import base64
import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from azure.storage.blob import BlobBlock, ContainerClient, ContainerSasPermissions, generate_container_sas

from nsgkit.acquire.credentials import EMULATOR, EMULATOR_KEY

HEAD, TAIL = b'{"records":[', b"]}"
HEAD_ID = base64.b64encode(b"A" + b"0" * 32).decode()
TAIL_ID = base64.b64encode(b"Z" + b"0" * 32).decode()
_NUMBERS = itertools.count()
GET_IT = "Azurite is missing: npm install azurite, then put its node_modules/.bin on PATH"


@contextlib.contextmanager
def azurite(*options, scheme="http"):
    """Run azurite-blob and yield its account's URL."""
    port = free_port()
    command = [_program(), "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--inMemoryPersistence"]
    place = ["--blobHost", "127.0.0.1", "--blobPort", str(port)]
    process = subprocess.Popen([*command, *place, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        _wait_for(port, process)
        yield f"{scheme}://127.0.0.1:{port}/{EMULATOR}"
    finally:
        process.terminate()
        process.communicate(timeout=10)


@contextlib.contextmanager
def azurite_https(folder):
    """Run azurite-blob over https, where it takes tokens too; its certificate is trusted meanwhile."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(folder / "authority.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    files = ["--cert", str(folder / "certificate.pem"), "--key", str(folder / "key.pem")]
    with azurite("--oauth", "basic", *files, scheme="https") as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(folder / "authority.pem"))
        yield url


def empty_container(account):
    """Return a container that is open for writing, and that no other test has."""
    client = ContainerClient(account, f"flow-logs-{next(_NUMBERS)}", credential=EMULATOR_KEY)
    client.create_container()
    return client


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def write(container, name, records):
    """Write a flow-log blob block by block, as Azure does; called again with more records, it grows."""
    blob = container.get_blob_client(name)
    blocks = [
        (HEAD_ID, HEAD),
        *((_block_id(i), b"," * (i > 0) + r) for i, r in enumerate(records)),
        (TAIL_ID, TAIL),
    ]
    there = {b.id for b in blob.get_block_list("committed")[0]} if blob.exists() else set()
    for block, data in blocks:
        if block not in there:
            blob.stage_block(block, data)
    blob.commit_block_list([BlobBlock(block) for block, _ in blocks])


def fill(container, names, size=640):
    """Write many blobs at once, each in one piece and unlike the others; return their contents."""
    contents = {name: content([f'"{number:0{size}d}"'.encode()]) for number, name in enumerate(names)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(container.upload_blob, *zip(*contents.items(), strict=True)))
    return contents


def content(records):
    """What a blob of these records holds."""
    return HEAD + b",".join(records) + TAIL


def sas(container, permission="rl", hours=1):
    """A shared access signature for a container of the emulator."""
    return generate_container_sas(
        EMULATOR,
        container,
        account_key=EMULATOR_KEY,
        permission=ContainerSasPermissions.from_string(permission),
        expiry=datetime.now(UTC) + timedelta(hours=hours),
    )


def _block_id(number):
    return base64.b64encode(f"{number + 1:033d}".encode()).decode()


def _program():
    program = shutil.which("azurite-blob")
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(GET_IT)
    return program


def _wait_for(port, process):
    for _ in range(400):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"Azurite did not start: {process.communicate(timeout=10)[0].decode()}")
