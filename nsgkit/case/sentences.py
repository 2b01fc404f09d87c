"""What a case says of rows: how many, by whom, to whom, by which rule, and how much."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from nsgkit.detections.form import many
from nsgkit.schema import in_words

_NAMED = 2  # of addresses, ports and rules; more are counted


def told_of(rows: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Return a sentence on conversations or flow rows, with the names of their addresses.

    >>> row = {"decision": "denied", "src_ip": "192.0.2.7", "dst_ip": "10.0.0.4", "dst_port": 22,
    ...     "protocol": "TCP", "rule": "DenyAll", "bytes_src_to_dst": pd.NA, "bytes_dst_to_src": pd.NA}
    >>> told_of(pd.DataFrame([row, row]).assign(first=0), {"10.0.0.4": "10.0.0.4  ·  WEB1"})
    '2 denied attempts from 192.0.2.7 to 10.0.0.4 (WEB1), the port TCP 22, by the rule DenyAll.'
    """
    ports = rows["protocol"].astype("str") + " " + rows["dst_port"].astype("str")
    said = f"{_counted(rows)} from {_ends(rows['src_ip'], names)} to {_ends(rows['dst_ip'], names)}, "
    said += _few(ports, "port", "ports")
    if rules := _few(rows["rule"], "rule", "rules"):
        said += f", by {rules}"
    return f"{said}{_volume(_once(rows))}."


def _once(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows without further views of what another one counts."""
    return rows[~rows["folded"].astype("bool")] if "folded" in rows else rows


def _counted(rows: pd.DataFrame) -> str:
    whole = "first" in rows
    once = _once(rows)
    views = len(rows) - len(once)
    beside = f" ({many(views, 'more view')} of them at the other end)" if views else ""
    decisions = {str(name): int(n) for name, n in once["decision"].astype("str").value_counts().items()}
    if whole and [*decisions] == ["denied"]:
        return many(len(once), "denied attempt") + beside
    if len(decisions) == 1:
        return many(len(once), f"{next(iter(decisions))} {'connection' if whole else 'flow row'}") + beside
    told = ", ".join(f"{decisions[name]:,} {name}" for name in sorted(decisions))
    return many(len(once), "conversation" if whole else "flow row") + (f" ({told})" if told else "") + beside


def _ends(values: "pd.Series[Any]", names: Mapping[str, str]) -> str:
    found = [in_words(value, names) for value in values.astype("str").drop_duplicates()]
    return " and ".join(found) if len(found) <= _NAMED else f"{len(found):,} addresses"


def _few(values: "pd.Series[Any]", one: str, several: str) -> str:
    """Return the values, or how many there are; nothing where there is none."""
    found = values.dropna().astype("str").drop_duplicates().tolist()
    if len(found) > _NAMED:
        return f"{len(found):,} {several}"
    return f"the {one if len(found) == 1 else several} {' and '.join(found)}" if found else ""


def _volume(rows: pd.DataFrame) -> str:
    told = []
    for way, words in (("src_to_dst", "there"), ("dst_to_src", "back")):
        known = rows[f"bytes_{way}"].dropna()
        told += [f"{int(known.sum()):,} bytes {words}"] if len(known) else []
    if not told:
        return ""
    allowed = rows.loc[rows["decision"] == "allowed", ["bytes_src_to_dst", "bytes_dst_to_src"]]
    unknown = int(allowed.isna().all(axis=1).sum())
    beside = f" ({unknown:,} allowed ones had no counters, so it was more)" if unknown else ""
    return f"; {' and '.join(told)}{beside}"
