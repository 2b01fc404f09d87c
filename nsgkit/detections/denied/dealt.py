"""Denied attempts, dealt out by their source where memory may not hold all of them at once."""

from collections.abc import Iterator, Sequence

import narwhals as nw

from nsgkit.counting.frame import Rows
from nsgkit.detections.denied.allowances import NEAR, at_denied_doors

_AT_ONCE = 500_000  # denied attempts: with what is counted of each, a third of a gigabyte


def dealt(rows: Rows, doors: Rows, columns: Sequence[str]) -> Iterator[tuple[Rows, Rows]]:
    """Return denied attempts, and what was allowed at the doors that denied them: all, or part by part.

    `doors` are those that denied. What belongs to one source is in one part. An engine finds both once, and
    keeps them in files.
    """
    denied, near = rows.filter(nw.col("outcome") == "denied"), at_denied_doors(rows, doors)
    parts = 1 if rows.ours else -(-_count(denied) // _AT_ONCE)
    if parts <= 1:
        yield denied, near
        return
    held = [_in_parts(denied.select(*columns), parts), _in_parts(near.select(*NEAR), parts)]
    for number in range(parts):
        mine, beside = (table.filter(nw.col("_part") == number) for table in held)
        yield mine, beside


def _in_parts(table: Rows, parts: int) -> Rows:
    sources = table.fingerprint(_source=["src_ip"])
    number = (nw.col("_source") % parts).cast(nw.Int64)  # Spark's are signed
    return sources.with_columns(_part=(number + parts) % parts).drop("_source").materialize()


def _count(rows: Rows) -> int:
    return int(rows.select(rows=nw.len()).collect({"rows": "int64"})["rows"].item())
