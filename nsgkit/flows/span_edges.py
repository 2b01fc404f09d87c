"""The edges of the span asked for: rows outside of it are dropped, and what lies near them is noted.

An hour's blob goes by the time of its records, which are written up to a minute after their tuples. So the
last minute of an hour stands in the blob of the next.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from nsgkit.flows.batches import BlobCounts
from nsgkit.flows.files import Span
from nsgkit.flows.flow_table import FlowTableBuilder
from nsgkit.flows.parse.columns import Array
from nsgkit.flows.parse.rows import NO_TIME
from nsgkit.html import visible
from nsgkit.layout import LATE, floor_hour

_DAY = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NICS_NAMED = 3


def cut_to_span(rows: FlowTableBuilder, span: Span, counts: Sequence[BlobCounts]) -> Array:
    """Drop the rows whose time is not in the span; return how many of each blob, and lower its count."""
    groups, outside = rows.groups, np.zeros(len(counts), dtype=np.int64)
    times, gone = rows.times, np.zeros(len(rows.times), dtype=bool)
    if span.start is not None:
        gone |= times < _milliseconds(span.start)
    if span.end is not None:
        gone |= times >= _milliseconds(span.end)
    if gone.any():
        lost = rows.drop(gone)
        np.add.at(outside, groups.blob, lost)
        for count, less in zip(counts, outside.tolist(), strict=True):
            count.rows -= less
    return outside


def far_from_record(rows: FlowTableBuilder, blobs: int) -> Array:
    """Return how many rows of each blob lie more than a day from the time of their record."""
    groups, far = rows.groups, np.zeros(blobs, dtype=np.int64)
    filled = np.flatnonzero((groups.rows > 0) & (groups.record_time != NO_TIME))
    edges = np.concatenate(([0], np.cumsum(groups.rows)))
    if not len(filled):
        return far
    every = np.flatnonzero(groups.rows > 0)
    low, high = np.full(len(groups.rows), 0), np.full(len(groups.rows), 0)
    low[every] = np.minimum.reduceat(rows.times, edges[every])
    high[every] = np.maximum.reduceat(rows.times, edges[every])
    at = groups.record_time
    suspects = filled[(low[filled] < at[filled] - _DAY) | (high[filled] > at[filled] + _DAY)]
    for group in suspects.tolist():
        own = rows.times[edges[group] : edges[group + 1]]
        far[groups.blob[group]] += int((np.abs(own - at[group]) > _DAY).sum())
    return far


def edge_notes(blobs: pd.DataFrame, span: Span) -> list[str]:
    """Say how many rows came from the hour after the span, and where that hour's blob is missing."""
    if span.end is None:
        return []
    end, notes = span.end.replace(tzinfo=None).isoformat(" ")[:16], []
    late = int(blobs.loc[~blobs["asked"] & (blobs["hour"] >= span.end), "rows"].sum())
    if late:
        notes.append(
            f"{late:,} {'row comes' if late == 1 else 'rows come'} from the blobs of the hour after {end}: "
            "records are written up to a minute after their tuples."
        )
    nics = _nics_without_next_hour(blobs, span.end)
    if nics:
        named = ", ".join(map(visible, nics[:_NICS_NAMED])) + (" …" if len(nics) > _NICS_NAMED else "")
        notes.append(
            f"The last minute before {end} may be missing for {len(nics):,} NIC{'s'[: len(nics) > 1]} "
            f"({named}): the blob of the hour after it is not there, or could not be read."
        )
    return notes


def hours_in_span(hours: pd.DataFrame, span: Span) -> pd.DataFrame:
    """Return those rows of a table of hours that were asked for, at least in part."""
    asked = pd.Series(True, index=hours.index)
    if span.start is not None:
        asked &= hours["hour"] > span.start - timedelta(hours=1)
    if span.end is not None:
        asked &= hours["hour"] < span.end
    return hours[asked].reset_index(drop=True)


def _nics_without_next_hour(blobs: pd.DataFrame, end: datetime) -> list[str]:
    """Return the NICs that lack the blob of the hour after the last asked for, where it may hold rows."""
    before = floor_hour(end - timedelta(microseconds=1))
    if end + LATE <= before + timedelta(hours=1):
        return []  # the span ends long before the hour does
    nics = blobs["mac"].fillna("unknown")
    read = (blobs["tuples"] > 0) | (blobs["unread"] == 0)
    there = set(nics[read & (blobs["hour"] == before + timedelta(hours=1))])
    return sorted(set(nics[blobs["asked"] & (blobs["hour"] == before)]) - there)


def _milliseconds(time: datetime) -> int:
    """Return the first whole millisecond at or after a time, since 1970."""
    return -((_EPOCH - time) // timedelta(milliseconds=1))
