"""What an analyst decided about findings: a plain file of JSON lines, to which lines are only ever added.

A line that is torn, foreign or hostile is skipped and told, and stays in the file as it is.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from nsgkit import schema
from nsgkit.detections.form import Finding
from nsgkit.errors import NsgkitError, shown
from nsgkit.evidence.append import append_line
from nsgkit.schema.findings import VERDICT, VERDICTS
from nsgkit.times import parse_time

CHOICES = ("benign", "suspicious", "unknown")
KEY = ("kind", "src_ip", "dst_ip", "dst_port", "purpose")  # what says which finding is meant


def append_verdict(
    path: str | Path, finding: Finding, verdict: str, note: str = "", *, author: str | None = None
) -> None:
    """Add what was decided about a finding to the end of the file, which is made where there is none.

    The line is written at once and forced to the disk, so it survives a kernel that dies. Several people may
    write into the same file on a local disk. Where the file ends in the middle of a line, that piece stays,
    and the new line begins on one of its own.

    Parameters
    ----------
    path : str or Path
        The file, such as verdicts.jsonl beside the folder of the logs.
    finding : pandas.Series
        A row of a detection's table, or of `denied_triage`.
    verdict : str
        benign, suspicious or unknown.
    note : str
        Why, in free words.
    author : str or None
        Who decided.

    Raises
    ------
    NsgkitError
        Where there is no such verdict, it is no finding, or the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> finding = pd.Series({"kind": "denied", "src_ip": "192.0.2.7", "dst_ip": None, "dst_port": 22})
    >>> with TemporaryDirectory() as folder:
    ...     append_verdict(f"{folder}/verdicts.jsonl", finding, "benign", "our scanner")
    ...     read_verdicts(f"{folder}/verdicts.jsonl")["note"].item()
    'our scanner'

    Source: own.
    """
    if verdict not in CHOICES:
        raise NsgkitError(f"There is no verdict {shown(verdict)}. Choose one of {', '.join(CHOICES)}.")
    said = {"time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z", "author": author or None}
    told = said | {"finding": key_of(finding), "verdict": verdict, "note": _spelled(note)}
    line = json.dumps(told, ensure_ascii=False).encode() + b"\n"
    try:
        append_line(Path(path).expanduser(), line)
    except OSError as error:
        raise NsgkitError(
            f"The verdict was not saved: {path} cannot be written ({error.strerror}). Name a file in a "
            "folder where you may write."
        ) from error


def read_verdicts(path: str | Path) -> pd.DataFrame:
    """Return every verdict of the file in the order in which they were written; none where there is no file.

    Parameters
    ----------
    path : str or Path
        The file that `append_verdict` wrote.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.VERDICTS`; times are UTC. A line that is no verdict is left out, and
        `attrs["skipped"]` says which lines those are, and why.

    Raises
    ------
    NsgkitError
        Where the file cannot be read.

    Examples
    --------
    >>> read_verdicts("no-such-file.jsonl").empty
    True

    Source: own.
    """
    rows, skipped = [], []
    for number, line in enumerate(_lines(Path(path).expanduser()), 1):
        try:
            rows += [_row(line)] if line.strip() else []
        except (ValueError, RecursionError, NsgkitError) as error:
            skipped.append(f"line {number}: {_reason(error)}")
    table = pd.DataFrame(rows, columns=[c.name for c in VERDICTS], dtype=object)
    found = schema.typed(table, VERDICTS)
    found.attrs["skipped"] = skipped
    return found


def with_verdicts(table: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    """Return findings with what was decided about each: verdict, note, when and by whom.

    The last verdict about a finding holds; where there is none, all four are null. A finding is the same
    where its kind, addresses, port and purpose are: a scan that has reached another address since is looked
    at anew.

    Parameters
    ----------
    table : pandas.DataFrame
        A detection's table, or what `denied_triage` gives.
    path : str or Path
        The file that `append_verdict` wrote.

    Returns
    -------
    pandas.DataFrame
        The same rows in the same order, with the columns of `schema.findings.VERDICT` behind them, and
        `attrs["skipped"]` as `read_verdicts` has it.

    Raises
    ------
    NsgkitError
        Where the file cannot be read.
    MissingColumnError
        Where it is no table of findings.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = nsgkit.detections.denied_triage(conversations)
    >>> with_verdicts(found, "no-such-file.jsonl")["verdict"].notna().sum().item()
    0

    Source: own.
    """
    schema.require(table.columns, KEY[:4], "nsgkit.detections.findings")
    said = read_verdicts(path)
    names = [c.name for c in VERDICT]
    last = said.assign(_key=_keys(said)).drop_duplicates("_key", keep="last").set_index("_key")
    told = last[names].reindex(_keys(table))
    found = table.assign(**{name: told[name].array for name in names})
    found.attrs["skipped"] = said.attrs["skipped"]
    return found


def key_of(finding: Finding) -> dict[str, Any]:
    """Return which finding is meant, as JSON has it."""
    if not isinstance(finding, pd.Series) or pd.isna(finding.get("kind")):
        raise NsgkitError("A verdict is about a finding: give a row of a detection's table, table.iloc[0].")
    known = {name: finding[name] for name in KEY if name in finding.index and pd.notna(finding[name])}
    return {name: int(value) if name == "dst_port" else _spelled(value) for name, value in known.items()}


def _keys(table: pd.DataFrame) -> "pd.Index[Any]":
    """Return one text for each row that says which finding it is: JSON, which no text can forge."""
    parts = [
        table[name].astype("object") if name in table else pd.Series(None, table.index, dtype="object")
        for name in KEY
    ]
    rows = zip(*(part.where(part.notna(), None) for part in parts), strict=True)
    return pd.Index(
        [json.dumps([None if v is None else str(v) for v in row]) for row in rows], dtype="object"
    )


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise NsgkitError(
            f"The verdicts in {path} cannot be read: {error.strerror}. Name a file of JSON lines."
        ) from error


def _row(line: bytes) -> dict[str, Any]:
    """Return the verdict in a line; ValueError where there is none."""
    told = json.loads(line.decode("utf-8"))
    finding = told.get("finding") if isinstance(told, dict) else None
    if not isinstance(finding, Mapping) or told.get("verdict") not in CHOICES:
        raise ValueError("it is no verdict")
    port = finding.get("dst_port")
    texts = [finding.get(name) for name in KEY if name != "dst_port"] + [told.get("author")]
    right = all(text is None or isinstance(text, str) for text in texts) and isinstance(told.get("note"), str)
    if not right or not (port is None or (type(port) is int and 0 <= port <= 65_535)) or not texts[0]:
        raise ValueError("it is no verdict")
    said = {name: finding.get(name) for name in KEY} | {n: told.get(n) for n in ("verdict", "note", "author")}
    known = {name: _spelled(value) if isinstance(value, str) else value for name, value in said.items()}
    return known | {"decided": parse_time(told.get("time"), "time")}


def _spelled(text: object) -> str:
    """Return a text with each lone surrogate, which is no character and no table holds, spelled out."""
    return str(text).encode("utf-8", "backslashreplace").decode()


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(error, json.JSONDecodeError | RecursionError):
        return "it is not whole JSON"
    return str(error)
