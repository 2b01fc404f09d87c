"""What can be done with what the places explorer shows: code, a file, a kept picture."""

from collections.abc import Callable
from typing import NamedTuple

import ipywidgets
import pandas as pd

from nsgkit.explore.places.as_code import chosen_code, code
from nsgkit.explore.places.question import Placed, Question
from nsgkit.explore.workbench.case_bar import Chosen
from nsgkit.explore.workbench.code_area import CodeArea
from nsgkit.explore.workbench.controls import button, row
from nsgkit.explore.workbench.export import export


class Seen(NamedTuple):
    """What is shown now: the question, the table of the groups, and what is said of them."""

    question: Question
    table: pd.DataFrame
    said: list[str]


class Actions:
    """The buttons below the table; `now` gives what is seen, `say` is told the summary and what was done."""

    def __init__(self, placed: Placed, name: str, now: Callable[[], Seen], say: Callable[..., None]) -> None:
        self.placed, self.name, self.now, self.say = placed, name, now, say
        self.code = CodeArea(16)

    def buttons(
        self, safely: Callable[[Callable[[], None]], Callable[[], None]], keep: Callable[[str], None]
    ) -> ipywidgets.HBox:
        """Return the buttons; `safely` lets a handler's errors be told, `keep` keeps the pictures."""
        asked: tuple[tuple[str, Callable[[], None], str], ...] = (
            ("Export CSV", self.export_table, "The table, for a spreadsheet"),
            ("Export conversations", self.export_conversations, "What is chosen, exactly, as Parquet"),
            ("Show as code", self.show_code, "The calls that make map, time and table"),
            ("Keep this picture", lambda: self.keep(keep), "Leave what is seen in the notebook, for good"),
        )
        return row(*(button(name, safely(press), hint=hint) for name, press, hint in asked))

    def close(self) -> None:
        """Close what is open: it answered another question."""
        self.code.close_it()

    def chosen(self) -> Chosen:
        """Return what is chosen now, for a case."""
        seen = self.now()
        made = chosen_code(self.placed, seen.question, self.name)
        return Chosen(seen.said[0], made, self.placed.chosen(seen.question))

    def show_code(self) -> None:
        """Show the calls that make what is seen."""
        seen = self.now()
        self.code.show(code(self.placed, seen.question, self.name))

    def export_table(self) -> None:
        """Write the table into a file, and a text beside it."""
        self._export(self.now().table, "csv")

    def export_conversations(self) -> None:
        """Write the conversations that are chosen into a file, and a text beside it."""
        self._export(self.placed.chosen(self.now().question), "parquet")

    def _export(self, table: pd.DataFrame, kind: str) -> None:
        seen = self.now()
        path = export(table, kind, seen.said)
        self.say(seen.said[0], f"Exported to {path}, with a text beside it.")

    def keep(self, keep: Callable[[str], None]) -> None:
        """Keep the pictures in the notebook."""
        seen = self.now()
        keep(seen.said[0])
        self.say(seen.said[0], "Kept below, with the time.")
