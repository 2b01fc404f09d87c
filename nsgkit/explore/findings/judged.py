"""Verdicts in the findings explorer: benign, suspicious or unknown, saved the moment one is given."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import ipywidgets
import pandas as pd

from nsgkit.detections.form import Finding, many
from nsgkit.detections.verdicts import append_verdict, with_verdicts
from nsgkit.explore.workbench.controls import button, row, text_field

# Key -> verdict, and the sign that tells it beside its word.
KEYS: Mapping[str, str] = MappingProxyType({"b": "benign", "s": "suspicious", "u": "unknown"})
HELP = "Keys: j next, k previous; b, s, u verdict; n note, Enter back."
_TOGETHER = "\N{NO-BREAK SPACE}"
NOTE = "nsgkit-note"  # the class of its field
SIGNS: Mapping[str, str] = MappingProxyType({"benign": "✓", "suspicious": "▲", "unknown": "?"})


class Verdicts(NamedTuple):
    """Where verdicts go, and who decides."""

    path: str | Path
    author: str | None


class Judged:
    """The file of verdicts, what it says of each finding, and the controls that add to it.

    `judge` is told a verdict when it is given; `save` then writes it, so that whoever judges knows which
    finding is open.
    """

    def __init__(self, verdicts: Verdicts, judge: Callable[[str], None]) -> None:
        self.verdicts = verdicts
        self.said: dict[int, tuple[str, str]] = {}  # place of a finding -> verdict and note
        # Sent when the field is left: letter by letter, a verdict could overtake the last ones.
        hint = "why, in your words; it is saved with the verdict"
        self.note = text_field("Note", hint=hint, continuous_update=False)
        self.note.layout.flex = "1 1 24em"
        self.note.add_class(NOTE)
        self.answers = {key: partial(judge, verdict) for key, verdict in KEYS.items()}
        buttons = [
            button(f"{SIGNS[verdict]} {verdict}", self.answers[key], hint=f"Save this verdict: key {key}")
            for key, verdict in KEYS.items()
        ]
        self.controls = row(self.note, *buttons, ipywidgets.Label(HELP))

    def read(self, table: pd.DataFrame) -> str:
        """Take in what the file says of these findings; return a sentence on lines that are no verdicts."""
        known = with_verdicts(table, self.verdicts.path)
        decided = known[known["verdict"].notna()]
        self.said = {
            int(place): (str(verdict), str(note))
            for place, verdict, note in zip(decided.index, decided["verdict"], decided["note"], strict=True)
        }
        skipped = known.attrs["skipped"]
        lines = f"{many(len(skipped), 'line')} of {self.verdicts.path}"
        return f"Not read, because they are no verdicts: {lines}; {skipped[0]}." if skipped else ""

    def open(self, place: int) -> None:
        """Show the note of a finding."""
        self.note.value = self.said.get(place, ("", ""))[1]

    def save(self, place: int, finding: Finding, verdict: str) -> None:
        """Write a verdict into the file, and only then show it."""
        append_verdict(self.verdicts.path, finding, verdict, self.note.value, author=self.verdicts.author)
        self.said[place] = (verdict, self.note.value)

    def decided(self, places: Iterable[int]) -> int:
        """Return how many of these findings have a verdict."""
        return sum(place in self.said for place in places)

    def shown(self, place: int) -> str:
        """Return what was decided about a finding, as its row says it; nothing where nothing was."""
        verdict = self.said.get(place, ("", ""))[0]
        return f"{SIGNS[verdict]}{_TOGETHER}{verdict}" if verdict else ""
