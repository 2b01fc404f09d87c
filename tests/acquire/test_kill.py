"""`kill -9` and Ctrl-C at any moment: run again, and all is as if nothing had happened."""

import multiprocessing
import os
import random
import signal
import time
from datetime import timedelta

import pytest

from nsgkit.acquire.blobs import WORKERS
from nsgkit.acquire.download import download
from nsgkit.evidence.folder import evidence_blobs, read_blob
from nsgkit.evidence.manifest import read_manifest
from nsgkit.evidence.verify import verify
from tests.acquire.logs import hours, name, records, this_hour
from tests.azurite import content, fill, write

pytestmark = [
    pytest.mark.azurite,
    pytest.mark.skipif(os.name == "nt", reason="Windows has neither SIGKILL nor SIGINT for a child"),
]
SINCE = this_hour() - timedelta(hours=60)
SPAN = {"start": SINCE}


@pytest.fixture
def contents(container, proxy):
    """Sixty blobs, one that still grows, and a service slow enough to be caught in the middle."""
    written = fill(container, [name(hour) for hour in hours(60, SINCE)], size=3_000)
    write(container, name(this_hour()), records(4))
    proxy.delay = 0.02
    return {**written, name(this_hour()): content(records(4))}


def interruptible(url, evidence, **options):
    """`download` in a process that heeds Ctrl-C, also where the tests were started by one that ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    download(url, evidence, **options)


def start(url, evidence):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["nsgkit.acquire.download"])
    process = context.Process(target=interruptible, args=(url, evidence), kwargs=SPAN)
    process.start()
    return process


def in_full(evidence):
    return {blob.name: read_blob(blob) for blob in evidence_blobs(evidence)}


def interrupt(url, proxy, evidence, after, how):
    """Send a signal to a download after so many requests."""
    proxy.delay = 0.02
    proxy.requests.clear()
    process = start(url, evidence)
    while process.is_alive() and len(proxy.requests) < after:
        time.sleep(0.001)
    time.sleep(random.uniform(0, 0.02))
    if process.is_alive():
        os.kill(process.pid, how)
    process.join(30)
    proxy.delay = 0.0
    return process.exitcode


def tamper(evidence):
    """Flip a bit of a file that was stored, if there is any; return the blob and the file."""
    stored = list(evidence_blobs(evidence)) if (evidence / "manifest.jsonl").exists() else []
    if not stored:
        return None, None
    blob = random.choice(stored)
    path = random.choice(blob.parts)[0]
    data = bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1
    path.write_bytes(data)
    return blob.name, path


def bytes_of(evidence):
    return {path: path.read_bytes() for path in (evidence / "blobs").rglob("*") if path.is_file()}


def check_beside_tampered(url, evidence, contents):
    """All other blobs come in whole, no file is written over, and verify names what was touched."""
    name, path = tamper(evidence)
    before = bytes_of(evidence)
    download(url, evidence, **SPAN)
    assert before.items() <= bytes_of(evidence).items()
    whole = in_full(evidence)
    assert {n: data for n, data in whole.items() if n != name} == {
        n: data for n, data in contents.items() if n != name
    }
    assert whole.keys() == contents.keys()
    if path:
        assert any(str(path) in problem for problem in verify(evidence).problems)


def check(url, evidence, contents):
    torn = len(list((evidence / "blobs").rglob("*.0"))) if evidence.exists() else 0
    known = sum(line.event["event"] == "stored" for line in read_manifest(evidence)) if torn else 0
    assert torn - known <= WORKERS  # at most what was under way is lost
    done = download(url, evidence, **SPAN)
    assert done.held >= known - 1
    assert in_full(evidence) == contents
    assert verify(evidence).ok


@pytest.mark.parametrize(
    "times", [pytest.param(8, id="8"), pytest.param(200, id="200", marks=pytest.mark.slow)]
)
def test_kill_nine_at_random_moments(url, proxy, tmp_path, contents, times):
    start(url, tmp_path / "undisturbed").join()
    everything, killed = len(proxy.requests), 0
    for number in range(times):
        after = random.randint(1, everything)
        killed += interrupt(url, proxy, tmp_path / str(number), after, signal.SIGKILL) == -signal.SIGKILL
        (check if number % 2 else check_beside_tampered)(url, tmp_path / str(number), contents)
    assert killed > times / 2


def test_one_folder_killed_again_and_again(url, proxy, tmp_path, contents):
    for after in (30, 40, 50, 60, 70):
        interrupt(url, proxy, tmp_path / "e", after, signal.SIGKILL)
    check(url, tmp_path / "e", contents)


def test_ctrl_c_stops_and_leaves_everything_ready_to_go_on(url, proxy, tmp_path, contents):
    code = interrupt(url, proxy, tmp_path / "e", 60, signal.SIGINT)
    assert code == 1  # KeyboardInterrupt, when what was under way had come to its end
    assert list((tmp_path / "e/incoming").iterdir()) == []
    check(url, tmp_path / "e", contents)
