"""Speed and memory of nsgkit.download against what people write today, on a real storage emulator.

    python -m benchmarks.download            all cases, some twenty minutes, 2 GB of memory, 3 GB of disk
    python -m benchmarks.download large      one case: small, memory or large
    python -m benchmarks.download --quick    small ones, a minute; fails where it falls behind

Needs azurite-blob on PATH. Each way runs in a process of its own; the two take turns, and the best run
counts. A relay adds 20 ms to each request, as a region some way off does. Most of the twenty minutes
goes to the emulator, which looks through all of its 20,000 blobs for each that is written or read.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from azure.storage.blob import BlobBlock, ContainerClient

from nsgkit.acquire.credentials import EMULATOR_KEY
from tests.azurite import azurite, azurite_https, fill, free_port

FOLDER = "resourceId=/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/WEB"
SINCE = datetime(2024, 1, 1, tzinfo=UTC)
CASES = ("small", "memory", "large")
AT_A_TIME = 8  # requests, for the one large blob


def names(number: int) -> list[str]:
    """Return the names of as many blobs: twenty NICs, hour by hour."""
    hours = (SINCE + timedelta(hours=n // 20) for n in range(number))
    macs = (f"000D3A{n % 20:06d}" for n in range(number))
    return [
        f"{FOLDER}/y={h:%Y/m=%m/d=%d/h=%H}/m=00/macAddress={m}/PT1H.json"
        for h, m in zip(hours, macs, strict=True)
    ]


def with_loop(url: str, folder: Path) -> int:
    """Do what people do today: list, then download one after the other."""
    container = ContainerClient.from_container_url(url, credential=EMULATOR_KEY)
    size = 0
    for blob in container.list_blobs():
        data = container.download_blob(blob.name).readall()
        (folder / blob.name.replace("/", "_")[-120:]).write_bytes(data)
        size += len(data)
    return size


def with_readinto(url: str, folder: Path) -> int:
    """Do what the SDK does for one large blob."""
    container = ContainerClient.from_container_url(url, credential=EMULATOR_KEY)
    with (folder / "PT1H.json").open("wb") as file:
        return container.download_blob(names(1)[0], max_concurrency=AT_A_TIME).readinto(file)


def with_nsgkit(url: str, folder: Path) -> int:
    """Do the same with nsgkit.download."""
    from nsgkit.acquire.download import download

    return download(url, folder / "evidence", start=SINCE, end=SINCE + timedelta(days=60)).size


def peak_memory() -> int:
    """Return this process's peak in bytes; Linux's getrusage would count the parent's too."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def run_once(what: str, url: str, folder: str) -> None:
    """Time one way in this process and print seconds, peak bytes above the imports and bytes read."""
    import nsgkit.acquire.download  # noqa: F401  # all ways start with everything imported

    before = peak_memory()
    ways = {"loop": with_loop, "readinto": with_readinto, "nsgkit": with_nsgkit}
    start = time.perf_counter()
    size = ways[what](url, Path(folder))
    seconds = time.perf_counter() - start
    peak = peak_memory() - before
    print(json.dumps({"seconds": seconds, "peak": peak, "size": size}))


def measure(what: str, url: str, folder: str) -> dict[str, float]:
    """Return the figures of one run in a process of its own, into a new folder in this one."""
    command = [sys.executable, "-m", "benchmarks.download", "--once", what, url, tempfile.mkdtemp(dir=folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    size, peak = figures["size"] / 1e6, figures["peak"] / 1e6
    print(
        f"  {what:9} {figures['seconds']:7.2f} s  {size:7.1f} MB read  {peak:6.1f} MB of memory", flush=True
    )
    return figures


def compare(theirs: str, url: str, runs: int) -> float:
    """Return their best seconds over nsgkit's; the two take turns.

    What they wrote is deleted only when all have run: for minutes after many files were deleted, ext4
    looks at each of them again before it makes a new one.
    """
    with tempfile.TemporaryDirectory() as folder:
        seconds = [
            (measure(theirs, url, folder)["seconds"], measure("nsgkit", url, folder)["seconds"])
            for _ in range(runs)
        ]
    return min(t for t, _ in seconds) / min(n for _, n in seconds)


@contextlib.contextmanager
def far_away(url: str, seconds: float):
    """Yield the URL through a relay that keeps each request back for some seconds."""
    parts, port = urlsplit(url), free_port()
    relay = multiprocessing.Process(target=_relay, args=(parts.port, port, seconds), daemon=True)
    relay.start()
    time.sleep(0.5)
    try:
        yield url.replace(str(parts.port), str(port), 1)
    finally:
        relay.terminate()
        relay.join()


def _relay(target: int, port: int, seconds: float) -> None:
    async def copy(source, to, wait):
        with contextlib.suppress(OSError):
            while data := await source.read(1 << 18):
                await asyncio.sleep(wait)
                to.write(data)
                await to.drain()
            to.close()

    async def meet(reader, writer):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(copy(reader, far_writer, seconds), copy(far_reader, writer, 0))

    async def serve():
        server = await asyncio.start_server(meet, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())


def new_container(account: str, name: str) -> ContainerClient:
    """Make a container for one case."""
    container = ContainerClient(account, name, credential=EMULATOR_KEY)
    container.create_container()
    return container


def many_small(account: str, number: int, runs: int) -> float:
    """Return how many times as fast as the loop many small blobs come from far away."""
    print(f"{number:,} blobs of 24 KB, 20 ms away")
    container = new_container(account, "small")
    fill(container, names(number), size=24_000)
    with far_away(container.url, 0.02) as url:
        return compare("loop", url, runs)


def memory(account: str, few: int, many: int) -> float:
    """Return how many bytes of memory each further blob costs."""
    peaks = {}
    for number in (few, many):
        print(f"{number:,} blobs of 1 KB")
        container = new_container(account, f"memory-{number}")
        fill(container, names(number), size=1_000)
        with tempfile.TemporaryDirectory() as folder:
            peaks[number] = measure("nsgkit", container.url, folder)["peak"]
    return (peaks[many] - peaks[few]) / (many - few)


def one_large(account: str, size: int, runs: int) -> float:
    """Return how many times as long as the SDK's readinto one large blob takes."""
    print(f"one blob of {size / 1e6:.0f} MB over https, {AT_A_TIME} requests at a time")
    container = new_container(account, "large")
    blob, block = container.get_blob_client(names(1)[0]), os.urandom(size // 10)
    for number in range(10):
        blob.stage_block(f"{number:04d}", block)
    blob.commit_block_list([BlobBlock(f"{number:04d}") for number in range(10)])
    return 1 / compare("readinto", container.url, runs)


def one_case(case: str, quick: bool) -> bool:
    """Run a case, print its figure, and return whether it is good enough."""
    runs = 1 if quick else 3
    if case == "large":
        with tempfile.TemporaryDirectory() as folder, azurite_https(Path(folder)) as account:
            slower = one_large(account, 50_000_000 if quick else 500_000_000, runs)
        print(f"a large blob: {slower:.2f} times as long as readinto (at most 1.2)")
        return quick or slower <= 1.2
    with azurite() as account:
        if case == "memory":
            grown = memory(account, *((100, 1_000) if quick else (2_000, 20_000)))
            print(f"memory: {grown:.0f} bytes for each further blob (at most 1,000)")
            return quick or grown <= 1_000
        faster = many_small(account, 300 if quick else 2_000, runs)
        print(f"small blobs: {faster:.1f} times as fast as the loop (at least 8)")
        return faster >= (3 if quick else 8)


def main() -> int:
    """Run the cases; return 1 where one falls short."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", nargs="?", choices=CASES, help="one case alone")
    parser.add_argument("--quick", action="store_true", help="small cases")
    parser.add_argument("--once", nargs=3, metavar=("WAY", "URL", "FOLDER"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.once:
        run_once(*chosen.once)
        return 0
    cases = [chosen.case] if chosen.case else CASES
    good = [one_case(case, chosen.quick) for case in cases]
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
