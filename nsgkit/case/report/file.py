"""The file of a report: written whole or not at all, and never over something else."""

import os
from pathlib import Path

from nsgkit.case.report.document import MARK, page
from nsgkit.case.report.reading import read_case
from nsgkit.errors import NsgkitError, shown
from nsgkit.evidence.aside import aside

_HEAD = 2_000  # bytes of a file in which a report says that it is one


def write_report(folder: Path, path: str | Path, *, bundle: Path | None = None) -> Path:
    """Write the report of the case in `folder`, and return where it lies."""
    place = _place(path, bundle or folder)
    data = page(read_case(folder)).encode("utf-8")
    try:
        with aside(place) as beside:
            beside.write_bytes(data)
    except OSError as error:
        problem = error.strerror
    else:
        return place
    raise NsgkitError(f"{place} cannot be written: {problem}. Choose another place.")


def _place(path: str | Path, closed: Path) -> Path:
    """Return the file that may be written; nothing is added to the case or the bundle itself."""
    if not isinstance(path, str | os.PathLike) or not str(path).strip():
        raise NsgkitError(f"A report takes no {shown(path)}: give the path of a file, such as 'report.html'.")
    place = Path(path)
    if place.is_dir():
        raise NsgkitError(
            f"{place} is a folder: give the path of a file in it, such as {place / 'report.html'}."
        )
    if not place.parent.is_dir():
        raise NsgkitError(f"There is no folder {place.parent}. Make it, or choose another place.")
    if place.resolve().is_relative_to(closed.resolve()):
        raise NsgkitError(f"{place} lies in {closed}, to which nothing else is added. Write it beside that.")
    if place.exists() and not _is_report(place):
        raise NsgkitError(f"{place} is no report of a case, and stays as it is. Choose another name.")
    return place


def _is_report(place: Path) -> bool:
    try:
        with place.open("rb") as file:
            return MARK.encode() in file.read(_HEAD)
    except OSError as error:
        raise NsgkitError(f"{place} cannot be read: {error.strerror}. Choose another name.") from error
