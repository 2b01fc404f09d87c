"""known.toml, the allow-list: what an analyst knows to be harmless, who says so, why, and until when.

    [[known]]
    src = "192.168.40.20"                  # an address or a prefix; so is dst
    kinds = ["vertical scan", "block scan"]  # left out: every kind
    why = "the company's own vulnerability scanner, Wednesday evenings"
    by = "J. Marsh, IT"
    until = 2025-06-30                     # the last day that it holds for, in UTC

It is applied to findings, never to what they are found in: nothing is counted otherwise because of it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pandas as pd

from nsgkit import schema
from nsgkit.detections.kinds import BY_NAME
from nsgkit.enrich.files.toml import beside, read_toml
from nsgkit.errors import NsgkitError, shown
from nsgkit.schema.columns import as_text

_KEYS = ("src", "dst", "dst_port", "kinds", "why", "by", "until")
_WHOM = ("src", "dst", "dst_port", "kinds")


class KnownEntry(NamedTuple):
    """What is known to be harmless: findings that meet all that is given, None is anything."""

    src: IPv4Network | IPv6Network | None
    dst: IPv4Network | IPv6Network | None
    dst_port: int | None
    kinds: tuple[str, ...]
    why: str
    by: str
    until: date

    @property
    def text(self) -> str:
        """Why, says who, until when."""
        return f"{self.why} ({self.by}, until {self.until.isoformat()})"


# One form everywhere: entries, the path of a known.toml, or None for nothing.
Known: TypeAlias = "Sequence[KnownEntry] | str | Path | None"


def read_known(path: str | Path) -> tuple[KnownEntry, ...]:
    """Return the entries of a known.toml, in its order.

    Raises
    ------
    NsgkitError
        Where it cannot be read, is no TOML, or an entry lacks what it must say: the error names the entry.

    Examples
    --------
    >>> read_known("data/samples/known.toml")[0].why
    "the company's own vulnerability scanner"

    Source: own.
    """
    path = Path(path).expanduser()
    told = read_toml(path, "known.toml")
    listed = told.get("known")
    if set(told) != {"known"} or not isinstance(listed, list) or not all(isinstance(e, dict) for e in listed):
        raise NsgkitError(f"{path} lists nothing known. Begin each entry with [[known]], and nothing else.")
    return tuple(_entry(one, f"{path}, entry {place}") for place, one in enumerate(listed, start=1))


def known_beside(logs: str | Path) -> Path | None:
    """Return the known.toml that lies in the folder of the logs, or beside it; None where there is none.

    An allow-list belongs to a network: so it lies with its logs, and no other network's is taken for it.

    >>> known_beside("data/samples").name
    'known.toml'
    """
    return beside(logs, "known.toml")


def entries(known: Known) -> tuple[KnownEntry, ...]:
    """Return what is known, however it was given.

    >>> entries(None)
    ()
    """
    if known is None:
        return ()
    return read_known(known) if isinstance(known, (str, Path)) else tuple(known)


def with_known(findings: pd.DataFrame, known: Known) -> pd.DataFrame:
    """Return findings with the column `known`, before `rows`: what the allow-list says of each, or null.

    An entry meets a finding of one of its kinds, whose source lies in `src`, destination in `dst`, port is
    `dst_port`, and whose last row is not later than the end of the day `until`. Where a finding names no
    source, destination or port, no entry that asks for one meets it. The first entry that meets it counts.

    Parameters
    ----------
    findings : pandas.DataFrame
        A detection's table, or what `nsgkit.detections.findings` gives.
    known : sequence of KnownEntry, str, path or None
        What `read_known` gives, or the path of a known.toml.

    Returns
    -------
    pandas.DataFrame
        The same findings in the same order; nothing is left out.

    Raises
    ------
    NsgkitError
        Where the file is no known.toml.
    MissingColumnError
        Where the table is none of findings.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = nsgkit.detections.horizontal_scans(conversations)
    >>> with_known(found, "data/samples/known.toml")["known"].isna().tolist()
    [True]

    Source: own.
    """
    needed = ["kind", "src_ip", "dst_ip", "dst_port", "last", "rows"]
    schema.require(findings.columns, needed, "nsgkit.detections.findings")
    told = entries(known)
    said = [_said(told, finding) for finding in findings[needed].itertuples(index=False)]
    rest = findings.drop(columns=["known"], errors="ignore")
    column = as_text(pd.Series(said, index=findings.index, dtype="object"))
    rest.insert([*rest.columns].index("rows"), "known", column)
    return rest


def _said(told: Iterable[KnownEntry], finding: Any) -> str | None:
    return next((entry.text for entry in told if _meets(entry, finding)), None)


def _meets(entry: KnownEntry, finding: Any) -> bool:
    port = finding.dst_port
    return (
        (not entry.kinds or finding.kind in entry.kinds)
        and _lies(finding.src_ip, entry.src)
        and _lies(finding.dst_ip, entry.dst)
        and (entry.dst_port is None or (not pd.isna(port) and port == entry.dst_port))
        and bool(finding.last.date() <= entry.until)
    )


def _lies(address: Any, network: IPv4Network | IPv6Network | None) -> bool:
    if network is None:
        return True
    try:
        return ip_address(address) in network
    except ValueError:  # null, or a text that is no address
        return False


def _entry(told: dict[str, Any], where: str) -> KnownEntry:
    if strange := [key for key in told if key not in _KEYS]:
        raise NsgkitError(f"{where}: {shown(strange[0])} means nothing. An entry has {', '.join(_KEYS)}.")
    if lacks := [key for key in ("why", "by", "until") if not told.get(key)]:
        raise NsgkitError(
            f"{where} does not say {lacks[0]}: an entry says why, by whom, and until which day."
        )
    if not any(key in told for key in _WHOM):
        raise NsgkitError(f"{where} would hide every finding. Say whom or what it means: {', '.join(_WHOM)}.")
    return KnownEntry(
        _network(told.get("src"), where),
        _network(told.get("dst"), where),
        _port(told.get("dst_port"), where),
        _kinds(told.get("kinds", []), where),
        _line(told["why"], "why", where),
        _line(told["by"], "by", where),
        _day(told["until"], where),
    )


def _network(text: Any, where: str) -> IPv4Network | IPv6Network | None:
    if text is None:
        return None
    try:
        return ip_network(text if isinstance(text, str) else "")
    except ValueError as error:
        raise NsgkitError(
            f'{where}: {shown(text)} is no address. Write src and dst like "10.20.0.4" or "10.20.0.0/16".'
        ) from error


def _port(value: Any, where: str) -> int | None:
    if value is None or (type(value) is int and 0 <= value <= 65_535):
        return value
    raise NsgkitError(f"{where}: dst_port takes a number from 0 to 65535, not {shown(value)}.")


def _kinds(value: Any, where: str) -> tuple[str, ...]:
    kinds = [value] if isinstance(value, str) else value
    if not isinstance(kinds, list):
        raise NsgkitError(f"{where}: kinds takes a list of names, not {shown(value)}.")
    if strange := [kind for kind in kinds if kind not in BY_NAME]:
        raise NsgkitError(f"{where}: there is no kind {shown(strange[0])}. There are {', '.join(BY_NAME)}.")
    return tuple(kinds)


def _line(value: Any, name: str, where: str) -> str:
    if isinstance(value, str) and value.strip():
        return " ".join(value.split())
    raise NsgkitError(f"{where}: {name} takes a text, not {shown(value)}.")


def _day(value: Any, where: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise NsgkitError(f"{where}: until takes a day such as 2025-06-30, without quotes, not {shown(value)}.")
