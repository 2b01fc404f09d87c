"""A made-up company's logs to investigate: in a folder, as a download leaves them."""

import json
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from nsgkit.counting.conversations import conversations
from nsgkit.enrich.network import Network, own_networks
from nsgkit.flows.logs import FlowLogs, read_logs
from nsgkit.sample import make_samples
from nsgkit.sample.world import the_world

# What tells what is planted, or which of it is harmless, is not handed out; the rest is what a company knows.
_TELLING = ("README.md", "feed.csv", "known.toml", "truth.json")
_FEEDS = re.compile(rb"\[\[feeds\]\]\n(?:.+\n)*\n?")
_READ = _MADE = 4  # companies that are kept: a lesson asks about three at most, mostly


@dataclass(frozen=True)
class Company:
    """A company's logs, and what it knows about its own network, in one folder."""

    folder: Path
    _keeps: Any = field(default=None, repr=False, compare=False)  # the folder goes with the last who uses it

    @property
    def logs(self) -> FlowLogs:
        """The logs, as `nsgkit.read_logs` reads them: a column that is added is in nobody else's."""
        found = _read(self.folder)
        return replace(found, flows=found.flows.copy(deep=False))

    @property
    def conversations(self) -> pd.DataFrame:
        """Each connection once, as `nsgkit.conversations` gives them."""
        return _stitched(self.folder).copy(deep=False)

    @property
    def network(self) -> Network:
        """What the company knows about its own network."""
        return _known(self.folder)


def made(seed: int) -> tuple[Company, dict[str, Any]]:
    """Return the company of a seed, and its truth.json in the sample's words, as scenes tell it.

    It takes some seconds; the last few are kept.
    """
    company, truth = _made(seed)
    return company, json.loads(the_world(seed).naming.meant(truth.decode("utf-8")))


@lru_cache(_MADE)
def _made(seed: int) -> tuple[Company, bytes]:
    files = make_samples(seed)
    keeps = TemporaryDirectory(prefix="nsgkit-practice-", ignore_cleanup_errors=True)
    folder = Path(keeps.name)
    write_company(folder, files)
    return Company(folder, keeps), files["truth.json"]


def write_company(folder: Path, files: dict[str, bytes]) -> None:
    """Write what is handed out of a sample's files."""
    for name, content in files.items():
        if name not in _TELLING:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(_FEEDS.sub(b"", content) if name == "network.toml" else content)


def sum_of(folder: Path) -> str:
    """Return one SHA-256 of all files of a company, with their paths."""
    found = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


@lru_cache(_READ)
def _read(folder: Path) -> FlowLogs:
    return read_logs(folder)


@lru_cache(_READ)
def _stitched(folder: Path) -> pd.DataFrame:
    return conversations(_read(folder).flows)


@lru_cache(_READ)
def _known(folder: Path) -> Network:
    return own_networks(_read(folder).flows, folder / "network.toml")
