"""Write a bundle: beside its place first, and renamed when all of it is there."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from nsgkit.case.bundles import form
from nsgkit.case.bundles.bagging import NoBagError, make_bag
from nsgkit.case.events import cited_table
from nsgkit.case.folder import LINES, kept_bytes, kept_files, read_lines
from nsgkit.errors import EvidenceChangedError, NsgkitError
from nsgkit.evidence.chain import Line
from nsgkit.evidence.strangers import kind_at
from nsgkit.evidence.writer import TOOL, open_private
from nsgkit.flows.files import LogFile, UnreadableFileError, hash_of, load
from nsgkit.html import visible
from nsgkit.progress import progress

_INFO = {
    "External-Description": "A case of nsgkit with the flow logs that it cites",
    "Bag-Software-Agent": TOOL,
}


def make_bundle(
    place: Path, case: Path, files: Mapping[str, LogFile], write_report: Callable[[Path], object]
) -> int:
    """Write the bundle of a case at `place`; return how many blobs it holds.

    `files` are the logs' files by the name of their blob. `write_report` writes the report to a path; it
    comes first, for it may keep drawings in the case. NsgkitError where something is in the way, cannot be
    written, or is no longer what the case cites.
    """
    _require_free(place)
    with _aside(place) as made:
        write_report(made / form.REPORT)
        lines = read_lines(case)
        _copy_case(case, lines, made / form.CASE)
        blobs = _copy_blobs(cited_table(case, lines), files, made)
        _write(made / form.README, form.readme())
        make_bag(made, _INFO | {"Bagging-Date": f"{datetime.now(UTC):%Y-%m-%d}"})
        _make_private(made)
        if kind_at(place) == "folder":
            place.rmdir()
        made.rename(place)
    return blobs


def _require_free(place: Path) -> None:
    kind = kind_at(place)
    try:
        if kind == "missing" or (kind == "folder" and not any(place.iterdir())):
            return
    except OSError as error:
        raise NsgkitError(f"{place} cannot be looked into: {error.strerror}.") from error
    there = "is not empty" if kind == "folder" else f"is a {kind}"
    raise NsgkitError(f"{place} {there}: a bundle is never written over. Choose a new or an empty folder.")


@contextmanager
def _aside(place: Path) -> Iterator[Path]:
    """Give a folder beside the place, gone where it was not renamed; NsgkitError where it cannot be made."""
    made = place.absolute().parent / f".{place.name}.{os.getpid()}.part"
    try:
        made.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.mkdir(mode=0o700)
        yield made
    except OSError as error:
        problem = error.strerror
    except NoBagError as error:
        problem = str(error)
    else:
        return
    finally:
        shutil.rmtree(made, ignore_errors=True)
    raise NsgkitError(f"No bundle was written: {place} cannot be ({visible(problem)}). Make room, or choose "
                      "another folder.")  # fmt: skip


def _copy_case(case: Path, lines: list[Line], to: Path) -> None:
    """Copy the lines that were checked, and the files that they name."""
    (to / "files").mkdir(mode=0o700, parents=True)
    with (case / LINES).open("rb") as file:
        _write(to / LINES, file.read(lines[-1].end if lines else 0))
    for kept in kept_files(lines):
        _write(to / kept.name, kept_bytes(case, kept._asdict()))


def _copy_blobs(cited: pd.DataFrame, files: Mapping[str, LogFile], made: Path) -> int:
    """Copy the stored bytes of each blob that is cited, and write which file is which."""
    (made / form.BLOBS).mkdir(mode=0o700)
    wanted = cited[["blob", "blob_sha256"]].astype("str").drop_duplicates()
    named = []
    for name, sha256 in progress([*wanted.itertuples(index=False, name=None)], unit="blob"):
        stored = _stored(files, name, sha256)
        file = form.blob_file(sha256, stored)
        _write(made / form.BLOBS / file, stored)
        named.append((file, sha256, name))
    _write(made / form.TABLE, form.blob_table(named))
    return len({sha256 for _, sha256, _ in named})


def _stored(files: Mapping[str, LogFile], name: str, sha256: str) -> bytes:
    """Return a blob's bytes as they were cited."""
    if name not in files:
        raise NsgkitError(
            f"The case cites the blob {visible(name)}, which is not in the logs that it was opened with. "
            "Open it with the logs that it cites."
        )
    try:
        stored = bytes(load(files[name]))
    except UnreadableFileError as error:
        raise EvidenceChangedError(f"{files[name].path}: {error}. The case cites it, so it must be in the "
                                   "bundle: put it back from a copy.") from None  # fmt: skip
    if hash_of(stored) != sha256:
        raise EvidenceChangedError(
            f"{files[name].path} is not the blob that the case cites: its SHA-256 was {sha256}. Open the "
            "case with the logs that it cites."
        )
    return stored


def _write(path: Path, data: bytes) -> None:
    with open_private(path) as file:
        file.write(data)


def _make_private(folder: Path) -> None:
    folder.chmod(0o700)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
