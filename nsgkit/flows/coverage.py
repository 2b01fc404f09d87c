"""Coverage: for which hours and NICs there are logs at all. It comes before every conclusion."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.layout import parse_name

_STATUS = schema.column("status", schema.HOURS)
STATUS = _STATUS.values
YEARS = (2010, 2100)  # hours before and after are none of a flow log, and would make a picture endless
_NIC = ["resource", "mac"]
_KEYS = [*_NIC, "hour"]
_HOUR = pd.Timedelta("1h")
_NEEDED = [
    "name", *_KEYS, "asked", "complete", "begins_in_middle", "tuples", "rows", "rejects", "repeats", "unread",
    "records", "note",
]  # fmt: skip


class Coverage(NamedTuple):
    """What a picture of the coverage shows, and what it is a part of."""

    hours: pd.DataFrame  # as coverage gives, of the NICs and hours shown
    counts: dict[str, int]  # of every status, of all NICs and hours
    nics: int
    length: int  # hours
    streams: int  # a NIC that two logs cover counts twice
    reasons: dict[str, int]  # why hours could not be read


def coverage(blobs: pd.DataFrame, *, evidence: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return for every hour and NIC whether there is a blob: what was logged, not what happened.

    Counting rule: each logged resource and NIC is followed from the first hour of all blobs to the last. An
    hour between a NIC's own first and last blob that has none is missing. A blob without rows is
    present: there were logs, and no traffic that they show. An hour whose blob is there, but of which
    nothing could be read, is told with the reason. Hours that were not asked for are left out.

    Parameters
    ----------
    blobs : pandas.DataFrame
        The `blobs` of `nsgkit.read_logs`; those whose hour is unknown, or not between 2010 and 2100, are
        left out.
    evidence : pandas.DataFrame or None
        The `evidence_hours` of the FlowLogs of an evidence folder, or what
        `nsgkit.evidence.hours.evidence_hours` gives. It tells hours that were never asked for from hours
        for which Azure had no blob, marks what is gone there, and knows why a blob could not be downloaded.

    Returns
    -------
    pandas.DataFrame
        hour (UTC), resource, mac, status (one of STATUS), rows, rejects (without repeats), reason (why it
        could not be read); sorted by resource, mac, hour. Null rows: no blob.

    Raises
    ------
    MissingColumnError
        Where a column of the table of blobs is missing.

    Examples
    --------
    >>> import nsgkit
    >>> table = coverage(nsgkit.read_logs("data/samples").blobs)
    >>> int((table["status"] == "missing").sum())
    2
    """
    cells = cells_of(blobs, evidence)
    if cells.empty:
        return schema.empty(schema.HOURS)
    return _filled(cells, _streams(cells), cells["hour"].min(), cells["hour"].max())


def coverage_of(
    blobs: pd.DataFrame, *, evidence: pd.DataFrame | None = None, nics: int = 24, hours: int = 168
) -> Coverage:
    """Return the coverage of the last hours and the first NICs, with the counts of all.

    It costs what it shows, however far apart the hours lie.
    """
    cells = cells_of(blobs, evidence)
    streams = _streams(cells)
    if cells.empty:
        return Coverage(schema.empty(schema.HOURS), {}, 0, 0, 0, {})
    first, last = cells["hour"].min(), cells["hour"].max()
    shown = streams.sort_values(["mac", "resource"]).head(nics)
    unread = cells.loc[cells["status"] == "could not be read", "reason"].fillna("unknown reason")
    return Coverage(
        _filled(cells, shown, max(first, last - (hours - 1) * _HOUR), last),
        _counts(cells, streams, first, last),
        streams["mac"].nunique(),
        _length(first, last),
        len(streams),
        {str(reason): int(n) for reason, n in unread.value_counts().items()},
    )


def known_blobs(blobs: pd.DataFrame) -> pd.DataFrame:
    """Return the blobs of hours that were asked for and can be shown, with a name for what is unknown."""
    schema.require(blobs.columns, _NEEDED)
    known = blobs[blobs["asked"].astype(bool) & _can_be(blobs["hour"])]
    return known.assign(mac=known["mac"].fillna("unknown"), resource=known["resource"].fillna("unknown"))


def _can_be(hours: "pd.Series[Any]") -> "pd.Series[bool]":
    first, last = (pd.Timestamp(f"{year}-01-01", tz="UTC") for year in YEARS)
    return (hours >= first) & (hours < last)


def cells_of(blobs: pd.DataFrame, evidence: pd.DataFrame | None) -> pd.DataFrame:
    """Return the hours of NICs of which something is known: resource, mac, hour, status and more."""
    known = known_blobs(blobs)
    nothing = (known["tuples"] == 0) & (known["unread"] > 0) & (known["complete"] | (known["records"] == 0))
    marked = known.assign(
        unreadable=nothing,
        rejects=known["rejects"] - known["repeats"],
        reason=known["note"].where(nothing),
        middle=known["begins_in_middle"].astype(bool),
        whole=known["complete"].astype(bool) & ~nothing,
    )
    how = {
        "rows": "sum", "rejects": "sum", "unread": "sum", "middle": "all", "whole": "any",
        "unreadable": "all", "reason": "first",
    }  # fmt: skip
    cells = marked.groupby(_KEYS).agg(how).reset_index()
    cells["status"] = _status(cells)
    cells["reason"] = cells["reason"].where(cells["unreadable"], None)
    return (
        cells if evidence is None or evidence.empty else _with_evidence(cells, _as_recorded(evidence, blobs))
    )


def _status(cells: pd.DataFrame) -> Any:
    lost = cells["rejects"] + cells["unread"] > 0
    conditions = [cells["unreadable"], ~cells["whole"], cells["middle"], lost]
    words = ["could not be read", "growing", "begins in the middle", "with rejects"]
    return np.select([condition.astype(bool) for condition in conditions], words, "present")


def _as_recorded(evidence: pd.DataFrame, blobs: pd.DataFrame) -> pd.DataFrame:
    """Name resources and NICs as records do: a manifest knows only paths, and a VNet's name another."""
    known = known_blobs(blobs)
    told = known["name"].map(parse_name)
    named = known[_NIC].assign(
        path=told.map(lambda name: name.resource), by_path=told.map(lambda name: name.mac is not None)
    )
    named = named.dropna(subset=["path"]).drop_duplicates()
    resources = dict(zip(named["path"][::-1], named["resource"][::-1], strict=True))
    own = named[~named["by_path"]].drop_duplicates("path", keep=False).set_index("path")["mac"].to_dict()
    evidence = evidence[_can_be(evidence["hour"])]
    paths = evidence["resource"]
    resources |= {path: path for path in paths.dropna().unique() if path not in resources}
    return evidence.assign(
        resource=paths.map(resources).fillna("unknown"),
        mac=evidence["mac"].fillna(paths.map(own)).fillna("unknown"),
        status=evidence["state"].astype("str"),
    )


def _with_evidence(cells: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Say what the manifest knows better."""
    here = _keys(cells)
    gone = here.isin(_keys(told[told["status"] == "gone"])) & ~cells["unreadable"].astype(bool)
    cells = cells.assign(status=cells["status"].mask(gone, "no longer in Azure"))
    told = told[~_keys(told).isin(here)]
    streams = pd.MultiIndex.from_frame(cells[_NIC].drop_duplicates())
    inside = told["hour"].between(cells["hour"].min(), cells["hour"].max())
    inside &= pd.MultiIndex.from_frame(told[_NIC]).isin(streams)
    told = told[told["status"].eq("could not be read") | (told["status"].eq("not asked for") & inside)]
    columns = [*_KEYS, "status", "rows", "rejects", "reason"]
    every = [schema.typed(part.reindex(columns=columns), schema.HOURS) for part in (cells, told)]
    return pd.concat(every, ignore_index=True).drop_duplicates(_KEYS)


def _keys(table: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(table[_KEYS])


def _streams(cells: pd.DataFrame) -> pd.DataFrame:
    """Return each resource and NIC with its own first and last hour."""
    own = cells[cells["status"].astype("str") != "not asked for"]
    return own.groupby(_NIC).agg(begins=("hour", "min"), ends=("hour", "max")).reset_index()


def _filled(
    cells: pd.DataFrame, streams: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    """Return every hour of these NICs from the first to the last, with its status."""
    streams = streams.sort_values(_NIC, ignore_index=True)
    length = _length(first, last)
    every = pd.date_range(first, last, freq="h").tz_localize(None).as_unit("ms").to_numpy()
    at, begins, ends = np.arange(length), *(_hour_numbers(streams[c], first) for c in ("begins", "ends"))
    early, late = at < begins[:, None], at > ends[:, None]
    words = [STATUS.index(word) for word in ("before the first", "after the last", "missing")]
    codes = np.where(early, words[0], np.where(late, words[1], words[2])).astype(np.int8).ravel()
    known = cells[cells["hour"].between(first, last)]
    known = known.merge(streams[_NIC].reset_index(names="stream"), on=_NIC).astype(
        {"status": _STATUS.pandas_type}
    )
    place = known["stream"].to_numpy() * length + _hour_numbers(known["hour"], first)
    codes[place] = known["status"].cat.codes
    table: dict[str, Any] = {
        "hour": pd.DatetimeIndex(np.tile(every, len(streams)), tz="UTC"),
        **{name: streams[name].astype("str").repeat(length).array for name in _NIC},
        "status": pd.Categorical.from_codes(codes, dtype=_STATUS.pandas_type),
        **{name: _placed(known[name], place, len(codes)) for name in ("rows", "rejects", "reason")},
    }
    return schema.typed(pd.DataFrame(table), schema.HOURS)


def _placed(values: "pd.Series[Any]", place: Any, length: int) -> Any:
    dtype = schema.column(str(values.name), schema.HOURS).pandas_type
    whole: pd.Series[Any] = pd.Series(pd.NA if dtype == "Int64" else None, index=range(length), dtype=dtype)
    whole.iloc[place] = values.astype(dtype).array
    return whole.array


def _hour_numbers(hours: Any, first: pd.Timestamp) -> Any:
    return ((hours - first) // _HOUR).to_numpy(dtype=np.int64)


def _counts(
    cells: pd.DataFrame, streams: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp
) -> dict[str, int]:
    """Count the hours of each status without making them."""
    counts = {str(status): int(n) for status, n in cells["status"].value_counts().items() if n}
    placed = cells.merge(streams, on=_NIC)
    early, late = placed["hour"] < placed["begins"], placed["hour"] > placed["ends"]
    for word, length, told in (
        ("before the first", streams["begins"] - first, early),
        ("missing", streams["ends"] - streams["begins"] + _HOUR, ~early & ~late),
        ("after the last", last - streams["ends"], late),
    ):
        counts[word] = _in_hours(length) - int(told.sum())
    return counts


def _in_hours(lengths: Any) -> int:
    return int((lengths // _HOUR).sum())


def _length(first: pd.Timestamp, last: pd.Timestamp) -> int:
    return int((last - first) // _HOUR) + 1
