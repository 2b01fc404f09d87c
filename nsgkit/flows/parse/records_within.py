"""An object that was read exactly -> the records inside it, and what in it is lost on the way.

An object is a record where its category is a flow log's, and a list of records where its first key says
so. Any other is searched: envelopes keep their records under keys of their own.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from nsgkit.flows.parse.json_exact import DEPTH, Deep, JsonList, Object

NSG, VNET = "NetworkSecurityGroupFlowEvent", "FlowLogFlowEvent"
FLOW_LOGS = (NSG, VNET)


class Piece(NamedTuple):
    """One record, as bytes and offset; or, with a `reason`, a stretch that is no record."""

    raw: bytes | memoryview
    offset: int
    reason: str | None = None


class Problem(NamedTuple):
    """Why a part of a record is not read, and where in the record it stands; None is the whole record."""

    reason: str
    span: tuple[int, int] | None = None


def pieces_of(value: Object, data: bytes) -> list[Piece]:
    """Return the records inside an object and what of it is not read; itself where it holds none.

    The places in `value` are places in `data`.
    """
    found = [(value.at, value.end, None)] if _is_record(value) else _within(value)
    if found is None:
        found = [(value.at, value.end, None)]
    return [Piece(data[at:end], at, reason) for at, end, reason in found]


def strays(value: Any, span: tuple[int, int], seen: frozenset[int] = frozenset()) -> Iterator[Problem]:
    """Yield each list of tuples inside a value that stands in no object of these (by id)."""
    if isinstance(value, Deep):
        if "flowTuples" in value or "\\" in value:
            yield Problem(f"nested deeper than {DEPTH}, and may hold flowTuples: not read", span)
    elif isinstance(value, Object):
        for key, item, at, end in value.pairs:
            if key != "flowTuples":
                yield from strays(item, (at, end), seen)
            elif id(value) not in seen:
                yield Problem("flowTuples where no flow log has them: not read", (at, end))
    elif isinstance(value, JsonList):
        for item, place in zip(value, value.spans, strict=True):
            yield from strays(item, place, seen)


_Found = list[tuple[int, int, str | None]]


def _is_record(value: Object) -> bool:
    key, first, *_ = value.pairs[0] if value.pairs else (None, None)
    return value.get("category") in FLOW_LOGS and not (key == "records" and isinstance(first, JsonList))


def _within(value: Object | JsonList) -> _Found | None:
    """Return the records under the keys or in the list, and strays; None where it is no envelope at all."""
    found: _Found = []
    envelope = False
    for key, item, at, end in value.pairs if isinstance(value, Object) else _pairs(value):
        inner: _Found | None = None
        if key == "flowTuples":
            pass
        elif key == "records" and isinstance(item, JsonList):
            inner = _listed(item)
        elif isinstance(item, Object) and _is_record(item):
            inner = [(at, end, None)]
        elif isinstance(item, Object | JsonList):
            inner = _within(item)
        envelope = envelope or inner is not None
        found += _lost(key, item, (at, end)) if inner is None else inner
    return found if envelope else None


def _pairs(values: JsonList) -> Iterator[tuple[str, Any, int, int]]:
    return (("", item, *span) for item, span in zip(values, values.spans, strict=True))


def _lost(key: str, item: Any, span: tuple[int, int]) -> _Found:
    """Return the tuples that stand in no record: whoever wraps records may have others beside them."""
    if key == "flowTuples":
        return [(*span, "flowTuples outside of a record: not read")]
    return [(*(problem.span or span), problem.reason) for problem in strays(item, span)]


def _listed(values: JsonList) -> _Found:
    """Return what a list of records holds: each element is a record, holds some, or is refused."""
    found: _Found = []
    for item, (at, end) in zip(values, values.spans, strict=True):
        if isinstance(item, Object):
            inner = None if _is_record(item) else _within(item)
            found += [(at, end, None)] if inner is None else inner
        elif isinstance(item, JsonList):
            found += _listed(item)
        else:
            found.append((at, end, "this is not a record"))
    return found
