"""The table of the queue: chosen from, sorted and judged by keys alone, and what its cells say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import pandas as pd
import traitlets

from nsgkit.detections.form import many
from nsgkit.explore.workbench.turns import in_turn
from nsgkit.html import visible
from nsgkit.schema import names_carried, with_names_behind
from nsgkit.schema.findings import PURPOSES

MOST_ROWS = 1_000
KEYS = (
    "Click the queue or reach it by Tab. Then: j or ↓ next, k or ↑ previous, b benign, s suspicious, "
    "u unknown, n note, Esc back from the note."
)
# A heading, and whether its cells are numbers; the first is the verdict, which the page fills in.
COLUMNS = (
    ("Verdict", False), ("Why look", False), ("Purpose", False), ("Source", False), ("Target", False),
    ("Port", True), ("Attempts", True), ("Allowed to", False), ("First (UTC)", False), ("Last (UTC)", False),
    ("Denied by", False),
)  # fmt: skip
_MINUTE = "%Y-%m-%d %H:%M"


class Queue(anywidget.AnyWidget):
    """Rows to work through; `judge` is told the number of one, a verdict and a note.

    >>> Queue(print)._told({"kind": "verdict", "id": 3, "verdict": "benign", "note": "ours"})
    3 benign ours
    """

    _esm = Path(__file__).with_name("queue.js")
    _css = Path(__file__).with_name("queue.css")
    columns = traitlets.List([list(column) for column in COLUMNS]).tag(sync=True)
    rows: Any = traitlets.List().tag(sync=True)
    chosen = traitlets.Int(-1).tag(sync=True)
    marks = traitlets.Dict().tag(sync=True)  # number of a row -> its verdict
    notes = traitlets.Dict().tag(sync=True)
    said = traitlets.Unicode(KEYS).tag(sync=True)

    def __init__(self, judge: Callable[[int, str, str], None]) -> None:
        super().__init__()
        self._judge = judge
        self.on_msg(in_turn(lambda _widget, said, _buffers: self._told(said)))

    def _told(self, said: Any) -> None:
        if said.get("kind") == "verdict":
            self._judge(int(said["id"]), str(said["verdict"]), str(said["note"]))

    def show(self, table: pd.DataFrame) -> None:
        """Show the first rows of a triage, numbered by its index; the chosen one stays so where it can."""
        shown = table.head(MOST_ROWS)
        rows = [_line(number, row) for number, row in shown.iterrows()]
        first = rows[0]["id"] if rows else -1
        with self.hold_sync():
            self.rows = rows
            self.chosen = self.chosen if self.chosen in shown.index else first


def why(row: "pd.Series[Any]") -> str:
    """Return in a few words why a row of the triage stands where it does.

    >>> why(pd.Series({"purpose": "sweep", "from_inside": True}))
    'from inside'
    """
    if row["purpose"] == "leftover":
        return "late packets"
    if row["from_inside"]:
        return "from inside"
    if row["later"]:
        return "denied, then allowed"
    if row["purpose"] not in ("sweep", "one probe"):
        return "again and again"
    if row["noise"]:
        return "internet noise"
    return "also let in" if row["let_in"] else ""


def cells(row: "pd.Series[Any]") -> list[str]:
    """Return what the queue says of a row behind its verdict: plain text, hidden characters spelled out."""
    known, source = names_carried(row), row["src_ip"]
    target = row["dst_ip"]
    target = many(row["targets"], "address", "es") if pd.isna(target) else known.get(target, target)
    port = many(row["ports"], "port") if pd.isna(row["dst_port"]) else row["dst_port"]
    seen = [f"{row[name]:{_MINUTE}}" for name in ("first", "last")]
    allowed, rule = (_text(row[name]) for name in ("allowed_to", "rule"))
    told = [
        why(row),
        row["purpose"],
        known.get(source, source) + ("" if pd.isna(row["scanner"]) else f" ({row['scanner']})"),
        target,
        port,
        f"{row['attempts']:,}",
        with_names_behind(allowed, known),
        *seen,
        rule,
    ]
    return [visible(text) for text in told]


def _line(number: Any, row: "pd.Series[Any]") -> dict[str, Any]:
    told = cells(row)
    order: list[Any] = ["", *told]
    order[2] = PURPOSES.index(row["purpose"])
    order[5] = -int(row["ports"]) if pd.isna(row["dst_port"]) else int(row["dst_port"])
    order[6] = int(row["attempts"])
    return {"id": int(number), "cells": ["", *told], "order": order}


def _text(value: Any) -> str:
    return "–" if pd.isna(value) else str(value)
