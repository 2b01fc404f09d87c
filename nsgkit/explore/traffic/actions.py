"""What can be done with what the traffic explorer shows: its table, code, a file, a kept picture."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit.explore.traffic.as_code import code
from nsgkit.explore.traffic.question import Question, Traffic
from nsgkit.explore.workbench.case_bar import Chosen
from nsgkit.explore.workbench.code_area import CodeArea
from nsgkit.explore.workbench.controls import button, row
from nsgkit.explore.workbench.export import export
from nsgkit.explore.workbench.raw import sources
from nsgkit.explore.workbench.table import TableView


@dataclass(frozen=True)
class Seen:
    """What is drawn now: the question, the table behind its picture, and what the status line says of it."""

    question: Question
    table: pd.DataFrame
    summary: str


class Actions:
    """The buttons below the pictures, and what they open.

    `now` gives what is seen once the last question is answered; `say` is told the summary, and what was done.
    """

    def __init__(
        self, traffic: Traffic, name: str, logs: Any, now: Callable[[], Seen], say: Callable[..., None]
    ) -> None:
        self.traffic, self.name, self.logs, self.now, self.say = traffic, name, logs, now, say
        self.below = TableView()
        self.code = CodeArea(15)

    def buttons(
        self, safely: Callable[[Callable[[], None]], Callable[[], None]], keep: Callable[[str], None]
    ) -> ipywidgets.HBox:
        """Return the buttons; `safely` lets a handler's errors be told, `keep` keeps the pictures."""
        asked: tuple[tuple[str, Callable[[], None], str], ...] = (
            ("Show the table", self.show_table, "The table behind the picture"),
            ("Export CSV", lambda: self.export("csv"), "What is chosen, for a spreadsheet"),
            ("Export Parquet", lambda: self.export("parquet"), "What is chosen, exactly"),
            ("Show as code", self.show_code, "The calls that make these tables"),
            (
                "Keep this picture",
                lambda: self.keep(keep),
                "Leave what is seen now in the notebook, for good",
            ),
        )
        return row(*(button(name, safely(press), hint=hint) for name, press, hint in asked))

    def close(self) -> None:
        """Close what is open: it answered another question."""
        self.below.close()
        self.code.close_it()

    def show_table(self) -> None:
        """Show the table behind the picture."""
        seen = self.now()
        self.close()
        self.below.show(seen.table, f"The table behind the picture: {len(seen.table):,} rows.")

    def chosen(self) -> Chosen:
        """Return what is chosen now, for a case."""
        seen = self.now()
        return Chosen(seen.summary, self._code(seen), self.traffic.chosen(seen.question))

    def _code(self, seen: Seen) -> str:
        return code(self.traffic.settled(seen.question), self.name, self.traffic.given)

    def show_code(self) -> None:
        """Show the calls that make what is seen."""
        self.code.show(self._code(self.now()))

    def export(self, kind: str) -> None:
        """Write what is chosen into a file, and a text beside it."""
        seen = self.now()
        chosen = self.traffic.chosen(seen.question)
        path = export(chosen, kind, [seen.summary, *sources(chosen, self.logs)])
        self.say(seen.summary, f"Exported to {path}, with a text beside it.")

    def keep(self, keep: Callable[[str], None]) -> None:
        """Keep the pictures in the notebook."""
        seen = self.now()
        keep(seen.summary)
        self.say(seen.summary, "Kept below, with the time.")
