"""Make a bag of a folder, with bagit, in a process of its own.

bagit changes the working folder of its process while it works, and a notebook has other threads, which read
logs by relative paths. As a script this file needs bagit alone.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_TAGS = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"  # of RFC 8493; bagit writes the draft's


class NoBagError(Exception):
    """bagit could not make the bag; the message says why."""


def make_bag(folder: Path, info: Mapping[str, str]) -> None:
    """Move what lies in the folder below data/, and write the manifests and `info` beside it."""
    asked = json.dumps({"folder": str(folder.absolute()), "info": dict(info)})
    command = [sys.executable, "-I", __file__]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise NoBagError(said[-1] if said else f"bagit ended with {done.returncode}")


def _make() -> None:
    import bagit  # type: ignore[import-untyped]

    asked = json.load(sys.stdin)
    bag = bagit.make_bag(asked["folder"], asked["info"], checksums=["sha256"])
    (Path(asked["folder"]) / "bagit.txt").write_bytes(_TAGS.encode())
    bag.save()


if __name__ == "__main__":
    _make()
