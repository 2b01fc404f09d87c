"""Open a case: the folder in which what an analyst finds survives the session."""

import getpass
from pathlib import Path

from nsgkit.case.cases import Case
from nsgkit.case.evidence import evidence_of, evidence_told
from nsgkit.case.folder import as_json, begin, is_case, keep, read_lines, write_once
from nsgkit.case.network_files import network_files
from nsgkit.case.plain import plain
from nsgkit.enrich.network import Own
from nsgkit.errors import NsgkitError, shown
from nsgkit.evidence.folder import as_folder
from nsgkit.evidence.writer import TOOL
from nsgkit.flows.logs import FlowLogs

FORMAT = 1
_held: list[Case] = []  # the case that was opened last, which explorers write into


def open(
    folder: str | Path,
    logs: FlowLogs | None = None,
    *,
    network: Own = None,
    author: str | None = None,
) -> Case:
    """Open a case, or begin one: a folder of plain files to which lines are only ever added.

    Every line says who wrote it and when, and is bound to the line before it by SHA-256; what it cites is
    kept with it, raw. The explorers star, note and keep pictures into the case that was opened last.

    Parameters
    ----------
    folder : str or Path
        A case, a bundle (which is read, and not written), or a new folder. Keep it beside the folder of the
        logs, not in it.
    logs : FlowLogs or None
        What the case is about, as `nsgkit.read_logs` gives it: what can be cited. A new case needs them.
        Where they are not those of the last time, the case says so.
    network : Network, iterable of str, str, path or None
        The own networks and the files that tell of addresses, as for `nsgkit.enrich.own_networks`. The
        case keeps a copy of each file: names are evidence, too.
    author : str or None
        Who writes; by default the name under which this person works on this machine.

    Returns
    -------
    Case
        With `star`, `note`, `add_finding`, `verdict`, `keep_picture`; `events` and `cited`; `report`,
        `bundle` and `export`.

    Raises
    ------
    NsgkitError
        Where the folder holds other things or cannot be written, or a new case has no logs.
    EvidenceChangedError
        Where a line of the case was changed, taken out or put in.

    Examples
    --------
    >>> import nsgkit
    >>> from tempfile import TemporaryDirectory
    >>> logs = nsgkit.read_logs("data/samples", start="2024-12-18 08:00", end="2024-12-18 09:00")
    >>> with TemporaryDirectory() as folder:
    ...     case = nsgkit.case.open(f"{folder}/case", logs, author="kim")
    ...     held = nsgkit.conversations(logs)
    ...     first = nsgkit.query(held, "src:203.0.113.199 dst_port:22").head(1)
    ...     case.star(first, "the first one that was let in")[:60]
    'Line 2: 1 allowed connection from 203.0.113.199 to 10.20.0.4'
    """
    place = as_folder(folder, "folder")
    if logs is not None and not isinstance(logs, FlowLogs):
        raise NsgkitError(f"logs takes no {shown(logs)}: give what nsgkit.read_logs gives.")
    if not isinstance(author, str | None):
        raise NsgkitError(f"author takes no {shown(author)}: give a name as text.")
    by = plain(author or _whoever_works_here())
    if (inside := case_in_bundle(place)) is not None:
        read_lines(inside)
        case = Case(inside, None, by, network=network, bundle=place)
    else:
        case = _opened(place, logs, network, by)
    _held[:] = [case]
    return case


def current() -> Case | None:
    """Return the case that was opened last in this session; None where none was.

    >>> current() is None or bool(current().author)
    True
    """
    return _held[0] if _held else None


def case_in_bundle(folder: Path) -> Path | None:
    """Return the folder of the case within a bundle; None where it is none.

    >>> case_in_bundle(Path("no such folder")) is None
    True
    """
    inside = folder / "data" / "case"
    return inside if (folder / "bagit.txt").is_file() and is_case(inside) else None


def _opened(folder: Path, logs: FlowLogs | None, network: Own, author: str) -> Case:
    case = Case(folder, logs, author, network=network)
    if logs is None and not is_case(folder):
        raise NsgkitError(
            f"{folder} is no case yet, and a new one needs logs: nsgkit.case.open(folder, logs)."
        )
    if logs is not None:
        begin(folder, author, format=FORMAT, tool=TOOL)
        _tell_evidence(folder, logs, author)
    read_lines(folder)
    if network is not None:
        _tell_network(folder, network, author)
    return case


def _tell_evidence(folder: Path, logs: FlowLogs, author: str) -> None:
    """Write what the logs are, where the case does not say so already."""
    told = evidence_of(logs)
    kept = keep(folder, as_json(told), "json")
    write_once(folder, "evidence", author, {"told": evidence_told(told), "file": kept._asdict()})


def _tell_network(folder: Path, network: Own, author: str) -> None:
    told, files = network_files(folder, network)
    write_once(folder, "network", author, {"told": told, "files": files})


def _whoever_works_here() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name to be had
        return "unknown"
