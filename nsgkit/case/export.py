"""The rows that a case is about as a timeline for other tools: CSV as Timesketch takes it, or Parquet."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from nsgkit.case.contents import CitedFile, Row, content, kind_of
from nsgkit.case.lines import CITING
from nsgkit.case.spreadsheets import defused, write_csv
from nsgkit.detections.form import many
from nsgkit.errors import NsgkitError
from nsgkit.evidence.aside import aside
from nsgkit.evidence.chain import Line
from nsgkit.evidence.writer import open_private
from nsgkit.schema import PLACE, in_words, name_of

_COUNTS = ("src_port", "dst_port", "bytes_src_to_dst", "bytes_dst_to_src", "record", "tuple", "number")
_TIMES = ("datetime", "last_seen")
_AS_THEY_ARE = ("protocol", "direction", "decision", "state", "rule", "bytes_src_to_dst", "bytes_dst_to_src")
COLUMNS = (
    "message", "datetime", "timestamp_desc", "src_ip", "src_name", "src_port", "dst_ip", "dst_name",
    "dst_port", *_AS_THEY_ARE, "last_seen", "tag", "event", "number", "author", "why", "query", *PLACE,
    "blob_sha256", "raw",
)  # fmt: skip


def write_timeline(case: Path, lines: Sequence[Line], path: Path) -> str:
    """Write a row for each row that a star or a finding is about; return in a sentence what was written."""
    if path.suffix not in {".csv", ".parquet"}:
        raise NsgkitError(
            f"{path} ends with neither .csv nor .parquet: give it one of these endings, such as "
            f"{path.with_suffix('.csv').name}."
        )
    if os.path.lexists(path):
        raise NsgkitError(f"{path} is there already, and nothing is written over. Choose another name.")
    table = timeline_table(case, lines)
    _write(table, path)
    return f"{path}: {_told(table, lines)}"


def timeline_table(case: Path, lines: Sequence[Line]) -> pd.DataFrame:
    """Return a row for each row that a star or a finding of a case is about, in the order of time."""
    verdicts = {
        line.event["key"]: line.event["verdict"] for line in lines if line.event["event"] == "verdict"
    }
    rows: list[dict[str, Any]] = []
    for line in lines:
        if line.event["event"] in CITING:
            rows += _rows(line.event, content(case, line.event, CitedFile), verdicts)
    table = pd.DataFrame(rows, columns=[*COLUMNS])
    for name in _TIMES:
        table[name] = pd.to_datetime(table[name], utc=True).dt.as_unit("ms")
    texts = [name for name in COLUMNS if name not in {*_COUNTS, *_TIMES}]
    found = table.astype(dict.fromkeys(_COUNTS, "Int64") | dict.fromkeys(texts, "object"))
    return found.sort_values(["datetime", "number", *PLACE], kind="stable", ignore_index=True)


def _rows(event: Mapping[str, Any], file: CitedFile, verdicts: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    cited = {(each.blob, each.record, each.tuple): each for each in file.tuples}
    said = {
        "event": event["event"],
        "number": event["n"],
        **{k: event[k] for k in ("author", "why", "query")},
    }
    said["tag"] = ",".join(_tags(event, verdicts))
    for row in file.rows:
        proof = cited.get((row.blob, row.record, row.tuple))
        yield {
            **said, **{name: getattr(row, name) for name in (*_AS_THEY_ARE, *PLACE, "src_port", "dst_port")},
            "message": _message(row, file.names, event["why"]), "datetime": row.begin,
            "timestamp_desc": "First seen" if row.whole else "Logged", "last_seen": row.last,
            "src_ip": row.src_ip, "src_name": name_of(row.src_ip, file.names) or None,
            "dst_ip": row.dst_ip, "dst_name": name_of(row.dst_ip, file.names) or None,
            "blob_sha256": proof and proof.blob_sha256, "raw": proof and proof.raw,
        }  # fmt: skip


def _message(row: Row, names: Mapping[str, str], why: str) -> str:
    """Return a row in a sentence, and why it is in the case.

    >>> from datetime import UTC, datetime
    >>> row = Row("PT1H.json", 0, 0, "192.0.2.7", "10.0.0.4", dst_port=22, protocol="TCP", decision="denied",
    ...     rule="DenyAll", first=datetime(2024, 12, 19, tzinfo=UTC))
    >>> _message(row, {"10.0.0.4": "10.0.0.4  ·  WEB1"}, "the first")
    'Denied attempt from 192.0.2.7 to 10.0.0.4 (WEB1), the port TCP 22, by the rule DenyAll: the first'
    """
    what = "flow row"
    if row.whole:
        what = "attempt" if row.decision == "denied" else "connection"
    told = f"{row.decision} {what} from {in_words(row.src_ip, names)} to {in_words(row.dst_ip, names)}"
    told += f", the port {row.protocol} {row.dst_port}"
    told += f", by the rule {row.rule}" if row.rule else ""
    return told[:1].upper() + told[1:] + (f": {why}" if why else "")


def _tags(event: Mapping[str, Any], verdicts: Mapping[str, str]) -> list[str]:
    """Return the analyst's words; of a finding its kind and what was last decided about it."""
    if event["event"] == "star":
        return list(event["tags"])
    kind = kind_of(event["key"])
    return [kind, verdicts[event["key"]]] if event["key"] in verdicts else [kind]


def _write(table: pd.DataFrame, path: Path) -> None:
    try:
        with aside(path) as beside:
            open_private(beside).close()
            if path.suffix == ".csv":
                write_csv(defused(table.assign(**{name: _iso(table[name]) for name in _TIMES})), beside)
            else:
                table.to_parquet(beside, index=False)
    except OSError as error:
        problem = error.strerror
    else:
        return
    raise NsgkitError(f"{path} cannot be written: {problem}. Make room, or choose another folder.")


def _iso(times: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return times as Timesketch reads them; what is unknown stays null."""
    texts = [None if pd.isna(time) else time.isoformat(timespec="milliseconds") for time in times]
    return pd.Series(texts, index=times.index, dtype="object")


def _told(table: pd.DataFrame, lines: Sequence[Line]) -> str:
    kinds = [line.event["event"] for line in lines]
    told = f"{many(len(table), 'row')} of {many(kinds.count('star'), 'star')} and "
    told += f"{many(kinds.count('finding'), 'finding')}, each at the time when it was first seen (UTC)."
    left = {kind: kinds.count(kind) for kind in ("note", "picture") if kind in kinds}
    counted = " and ".join(many(number, kind) for kind, number in left.items())
    told += (
        f" Not in it, for {'it is' if sum(left.values()) == 1 else 'they are'} about no time: {counted}."
        if left
        else ""
    )
    if missing := int(table["raw"].isna().sum()):
        told += f" Without a raw tuple, for it is beyond those cited: {many(missing, 'row')}."
    return told
