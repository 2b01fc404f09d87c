"""The lanes of the report's timeline: what is cited, by who called whom."""

from datetime import datetime
from typing import NamedTuple

from nsgkit.case.contents import Row
from nsgkit.case.report.reading import Reading
from nsgkit.detections.form import many
from nsgkit.schema import in_words

MOST = 40  # lanes that are drawn; of more, those that began first


class Lane(NamedTuple):
    """Who called whom, and the rows of it, each with the lines that cite it."""

    source: str
    target: str
    rows: list[tuple[Row, list[int]]]

    @property
    def ports(self) -> str:
        """Which ports were called, or how many."""
        found = sorted({f"{row.protocol or ''} {_port(row)}".strip() for row, _ in self.rows})
        return found[0] if len(found) == 1 else many(len(found), "port")

    @property
    def first(self) -> datetime:
        """When the first of its rows began."""
        return min(row.begin for row, _ in self.rows if row.begin)

    @property
    def last(self) -> datetime:
        """When the last of its rows ended."""
        return max(row.end for row, _ in self.rows if row.end)

    def counts(self) -> dict[str, int]:
        """Return how many of its rows there are of each kind."""
        rows = [row for row, _ in self.rows]
        return {
            "allowed": sum(row.whole and row.decision == "allowed" for row in rows),
            "denied": sum(row.whole and row.decision == "denied" for row in rows),
            "other": sum(row.whole and row.decision not in ("allowed", "denied") for row in rows),
            "single": sum(not row.whole for row in rows),
        }

    def carried(self, way: str) -> int | None:
        """Return the sum of the known bytes in one direction; None where none is known."""
        known = [getattr(row, f"bytes_{way}") for row, _ in self.rows if row.whole]
        known = [size for size in known if size is not None]
        return sum(known) if known else None


def lanes(reading: Reading) -> list[Lane]:
    """Return all lanes in the order in which they began; second views of a connection are in none."""
    found: dict[tuple[str, str], list[tuple[Row, list[int]]]] = {}
    for row, numbers in reading.rows().items():
        if row.begin and not row.folded:
            found.setdefault((row.src_ip or "", row.dst_ip or ""), []).append((row, numbers))
    names = reading.names
    made = [
        Lane(in_words(source, names), in_words(target, names), _ordered(rows))
        for (source, target), rows in found.items()
    ]
    return sorted(made, key=lambda lane: (lane.first, lane.source, lane.target))


def _ordered(rows: list[tuple[Row, list[int]]]) -> list[tuple[Row, list[int]]]:
    return sorted(rows, key=lambda each: (str(each[0].begin), each[0].blob, each[0].record, each[0].tuple))


def _port(row: Row) -> str:
    return "" if row.dst_port is None else str(row.dst_port)
