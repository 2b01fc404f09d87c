"""Prove, without a network, that an evidence folder, a case or a bundle is still what it was."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from nsgkit.case.bundles import form
from nsgkit.case.folder import FILES, LINES
from nsgkit.errors import NoLogsError
from nsgkit.evidence import verify as of_evidence
from nsgkit.evidence.events import is_sha256
from nsgkit.evidence.folder import as_folder, is_evidence
from nsgkit.evidence.strangers import entries, kind_at, lost_manifest
from nsgkit.evidence.verification import Verification, as_head
from nsgkit.evidence.writer import TOOL
from nsgkit.html import visible


def verify(folder: str | Path, *, head: str | None = None) -> Verification:
    """Check every file of an evidence folder, a case or a bundle against what its lines say of it.

    All files are read again, no link is followed, and nothing in the folder is written. Of an evidence
    folder each file is compared with its manifest; of a case with the line that names it; of a bundle with
    the bag's manifests, too, each cited tuple is looked up in its blob, and the report is made again.

    Parameters
    ----------
    folder : str or Path
        What `nsgkit.download` made, a case, or a bundle of one.
    head : str or None
        The SHA-256 of the last line of the manifest, or of the case, as it was written down earlier. It
        proves that up to that line nothing was cut off or made anew, which the folder alone cannot.

    Returns
    -------
    Verification
        `ok`; `problems` names each file that was changed, is missing or does not belong there, and the first
        line that is not bound to the one before; `notes` what is worth knowing and changes nothing.

    Raises
    ------
    NoLogsError
        Where the folder is none of these.
    NsgkitError
        Where `head` is no SHA-256.

    Examples
    --------
    >>> verify("no such folder")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    nsgkit.errors.NoLogsError: no such folder is no evidence folder (nsgkit.download makes one), ...
    """
    place = as_folder(folder, "folder")
    if _is_evidence(place):
        return of_evidence.verify(place, head=head)
    result = Verification(place, noted=as_head(head), chain="case")
    if _is_bundle(place):
        _check_bundle(result)
    elif _is_case(place):
        from nsgkit.case.checking import check_case_folder

        check_case_folder(result)
    else:
        raise NoLogsError(
            f"{visible(place)} is no evidence folder (nsgkit.download makes one), no case and no bundle: "
            "there is nothing to compare it with."
        )
    return result


def can_be_verified(folder: Path) -> bool:
    """Whether the folder is one that `verify` knows, or was one.

    >>> can_be_verified(Path("no such folder"))
    False
    """
    return _is_evidence(folder) or _is_bundle(folder) or _is_case(folder)


def _is_evidence(folder: Path) -> bool:
    return is_evidence(folder) or (folder.is_dir() and lost_manifest(folder))


def _is_bundle(folder: Path) -> bool:
    """Whether the folder is a bundle, or was one: any of what makes it one is there."""
    marks = (form.BAGIT, form.MANIFEST, form.TAG_MANIFEST, f"data/{form.CASE}/{LINES}")
    return any(kind_at(folder / mark) != "missing" for mark in marks)


def _is_case(folder: Path) -> bool:
    """Whether the folder is that of a case, or was one: its lines are there, or files that they named."""
    return kind_at(folder / LINES) != "missing" or _holds_kept_files(folder)


def _holds_kept_files(folder: Path) -> bool:
    if kind_at(folder / FILES) != "folder":
        return False
    return any(is_sha256(entry.name.partition("/")[2].partition(".")[0]) for entry in entries(folder, FILES))


def _check_bundle(result: Verification) -> None:
    from nsgkit.case.bundles.checking import check_bundle, made_with

    hashes = check_bundle(result)
    name = f"data/{form.REPORT}"
    if name not in hashes and kind_at(result.folder / name) == "missing":
        told = f"{result.folder / name}: missing. Every bundle has it"
        result.problems += (
            [] if any(p.startswith(str(result.folder / name)) for p in result.problems) else [told]
        )
    elif result.problems:
        result.notes.append("The report was not made again from the case, for the problems come first.")
    elif (tool := made_with(result.folder)) != TOOL:
        result.notes.append(
            f"The bundle was made with {tool} and this is {TOOL}, which may write a report otherwise: it was "
            "not made again."
        )
    else:
        _check_report(result, hashes)


def _check_report(result: Verification, hashes: Mapping[str, str]) -> None:
    """Make what nsgkit writes into a bundle again, outside of it, and compare."""
    from nsgkit.case.report.file import write_report

    with TemporaryDirectory() as aside:
        path = Path(aside) / form.REPORT
        try:
            write_report(result.folder / "data" / form.CASE, path, bundle=result.folder)
            again = path.read_bytes()
        except Exception as error:  # whatever a stranger's case makes of it
            told = f"cannot be made again from the case: {visible(error)}"
            result.problems.append(f"{result.folder / 'data' / form.REPORT}: {told}")
            return
    for name, made in ((form.REPORT, again), (form.README, form.readme())):
        if hashes.get(f"data/{name}") != hashlib.sha256(made).hexdigest():
            told = "not what nsgkit makes of this case"
            result.problems.append(f"{result.folder / 'data' / name}: {told}")
    if not result.problems:
        result.notes.append("The report, made again from the case, is the same, byte for byte.")
