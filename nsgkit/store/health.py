"""Whether the files of a store are whole: what is missing, torn or foreign is named, and the rest is read."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from nsgkit.flows.summary import WARNING
from nsgkit.html import visible
from nsgkit.store import delta
from nsgkit.store.state import TABLE_NAMES

_ENDS = b"PAR1"  # what a Parquet file begins and ends with
_NAMED = 3


def whole_files(folder: Path, versions: Mapping[str, int]) -> tuple[dict[str, list[str]], list[str]]:
    """Return the files of each table that can be read, and warnings that name the others."""
    whole: dict[str, list[str]] = {}
    missing: list[str] = []
    torn: list[str] = []
    foreign: list[str] = []
    for name in TABLE_NAMES:
        files = delta.counting(folder, name, versions[name])
        whole[name] = [path for path, file in files.items() if _is_whole(folder / name / path, file.size)]
        for path in files.keys() - {*whole[name]}:
            (torn if (folder / name / path).exists() else missing).append(f"{name}/{path}")
        foreign += [f"{name}/{path}" for path in delta.strangers(folder, name)]
    told = (
        (missing, "missing", "What it held is not in these tables: make the store anew"),
        (torn, "torn or changed", "What it held is not in these tables: make the store anew"),
        (foreign, "of no table", "It was not read, and can be deleted"),
    )
    return whole, [_warning(sorted(names), how, what) for names, how, what in told if names]


def _is_whole(path: Path, size: int) -> bool:
    try:
        if path.stat().st_size != size:
            return False
        with path.open("rb") as file:
            begins = file.read(4) == _ENDS
            file.seek(-4, 2)
            return begins and file.read(4) == _ENDS
    except OSError:
        return False


def _warning(names: list[str], how: str, what: str) -> str:
    shown: Iterable[str] = map(visible, names[:_NAMED])
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    files = f"{len(names):,} file{'s'[: len(names) != 1]} of the store {'is' if len(names) == 1 else 'are'}"
    return f"{WARNING}{files} {how}: {', '.join(shown)}{more}. {what}."
