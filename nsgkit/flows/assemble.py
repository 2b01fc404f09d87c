"""Parts -> the flow table, column by column, so that memory holds the rows once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from nsgkit.flows.columns import TEXTS, Array, distinct, recode
from nsgkit.flows.parse import Part
from nsgkit.flows.records import Header, Shared, nic, upper
from nsgkit.flows.tuples import NULL
from nsgkit.schema import COUNTERS, FLOWS, IANA_PROTOCOLS, column, empty

_CLOSED = ("direction", "decision", "state")
_HEADER_TEXTS = ("rule", "acl", "mac", "resource", "flow_log")


def flow_table(parts: Sequence[Part], names: Sequence[str]) -> pd.DataFrame:
    """Return the flow table of parts in order, emptying them on the way; `names` are the blobs'."""
    if not parts:
        return empty()
    headers, header = _headers(parts)
    makers: dict[str, Callable[[], Any]] = {
        "blob": lambda: _used(_of_groups(parts, "blob"), names),
        "record": lambda: _of_groups(parts, "record"),
        "record_time": lambda: _time(_of_groups(parts, "record_time")),
        "tuple": lambda: _concatenated(parts, lambda part: part.__dict__.pop("number")),
        "version": lambda: np.array([h.version for h in headers], dtype=np.uint8)[header],
        **{n: partial(_shared, [getattr(h, n) for h in headers], header) for n in _HEADER_TEXTS},
        **{n: partial(_texts, parts, n) for n in TEXTS},
        **{n: partial(_closed, parts, n) for n in _CLOSED},
        "protocol": lambda: _protocol(_column(parts, "protocol")),
        "time": lambda: _time(_column(parts, "time")),
        **{n: partial(_column, parts, n) for n in ("src_port", "dst_port")},
        **{n: partial(_counter, parts, n) for n in COUNTERS},
    }
    with ThreadPoolExecutor(2) as pool:
        series = dict(zip(makers, pool.map(lambda make: make(), makers.values()), strict=True))
    return pd.DataFrame({c.name: series[c.name] for c in FLOWS}, copy=False)


def tidy(shared: Shared) -> Header:
    """Return what a group shares with resource ids and NIC in their one spelling."""
    version, rule, acl, mac, resource, flow_log = shared
    return Header(version, rule, upper(acl), nic(mac), upper(resource), upper(flow_log))


def _headers(parts: Sequence[Part]) -> tuple[list[Header], Array]:
    """Return the distinct headers that have a row, and for every row its header's place among them."""
    headers = list(dict.fromkeys(tidy(shared) for part in parts for shared in part.headers))
    places = {header: i for i, header in enumerate(headers)}
    for part in parts:
        part.header = np.array([places[tidy(shared)] for shared in part.headers], dtype=np.int32)[part.header]
    header = _of_groups(parts, "header")
    used = np.bincount(header, minlength=len(headers)) > 0
    if used.all():
        return headers, header
    return [h for h, keep in zip(headers, used, strict=True) if keep], (np.cumsum(used) - 1)[header]


def _of_groups(parts: Sequence[Part], name: str) -> Array:
    """Return for every row what its group has."""
    return _concatenated(parts, lambda part: getattr(part, name)[part.group])


def _column(parts: Sequence[Part], name: str) -> Array:
    return _concatenated(parts, lambda part: part.columns.arrays.pop(name))


def _concatenated(parts: Sequence[Part], pop: Callable[[Part], Array]) -> Array:
    return np.concatenate([pop(part) for part in parts])


def _texts(parts: Sequence[Part], name: str) -> pd.Categorical:
    texts = distinct([part.columns.texts[name] for part in parts])
    if not len(texts):
        return _category(_column(parts, name), [])
    for part in parts:
        arrays = part.columns.arrays
        arrays[name] = recode(arrays[name], part.columns.texts[name], texts)
    return _used(_column(parts, name), texts.to_pylist())


def _shared(values: list[str | None], header: Array) -> pd.Categorical:
    """Return a column whose rows take the value of their group's header; every header has a row."""
    texts = sorted({value for value in values if value is not None})
    places: dict[str | None, int] = {text: i for i, text in enumerate(texts)}
    smallest = np.int8 if len(texts) < 128 else np.int32
    table = np.array([places.get(value, NULL) for value in values], dtype=smallest)
    return _category(table[header], texts)


def _protocol(numbers: Array) -> pd.Categorical:
    present = np.flatnonzero(np.bincount(numbers, minlength=256))
    names = {int(n): IANA_PROTOCOLS.get(str(n), str(n)) for n in present}
    texts = sorted(names.values())
    table = np.zeros(256, dtype=np.int32)
    for number, name in names.items():
        table[number] = texts.index(name)
    return _category(table[numbers], texts)


def _used(codes: Array, texts: Sequence[str]) -> pd.Categorical:
    """Return the category column without the texts that no row has."""
    used = np.bincount(codes + 1, minlength=len(texts) + 1)[1:] > 0  # null, -1, is no text
    if used.all():
        return _category(codes, texts)
    table = np.append(np.cumsum(used) - 1, NULL).astype(np.int32)
    return _category(table[codes], [text for text, keep in zip(texts, used, strict=True) if keep])


def _category(codes: Array, texts: Sequence[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(texts), dtype="str"))


def _time(milliseconds: Array) -> "pd.Series[Any]":
    # NO_TIME is numpy's and pandas' own sign for a missing time.
    return pd.Series(milliseconds.view("M8[ms]")).dt.tz_localize("UTC")


def _closed(parts: Sequence[Part], name: str) -> pd.Categorical:
    return _category(_column(parts, name), column(name).values)


def _counter(parts: Sequence[Part], name: str) -> Any:
    values = _column(parts, name)
    unknown = values < 0
    values[unknown] = 0
    return pd.arrays.IntegerArray(values, unknown)
