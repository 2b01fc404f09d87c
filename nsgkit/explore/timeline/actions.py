"""What can be done with what the timeline explorer shows: its tables, code, a file, a kept picture."""

from collections.abc import Callable
from typing import NamedTuple

import ipywidgets
import pandas as pd

from nsgkit.explore.timeline.question import Question, Timeline
from nsgkit.explore.workbench.case_bar import Chosen
from nsgkit.explore.workbench.code_area import CodeArea
from nsgkit.explore.workbench.controls import button, row
from nsgkit.explore.workbench.export import export
from nsgkit.explore.workbench.raw import sources
from nsgkit.explore.workbench.table import TableView
from nsgkit.schema import carrying

_TOLD = ("first", "last", "event", "told")


class Seen(NamedTuple):
    """What is drawn now: the question, the table behind it, and what the status line says of it."""

    question: Question
    table: pd.DataFrame
    summary: str


class Actions:
    """The buttons below the lanes; `now` gives what is seen, `say` is told the summary and what was done.

    `chosen` gives what is chosen, and its code.
    """

    def __init__(
        self,
        timeline: Timeline,
        now: Callable[[], Seen],
        chosen: Callable[[], Chosen],
        say: Callable[..., None],
    ) -> None:
        self.timeline, self.now, self.chosen, self.say = timeline, now, chosen, say
        self.below = TableView()
        self.code = CodeArea(15)

    def buttons(
        self, safely: Callable[[Callable[[], None]], Callable[[], None]], keep: Callable[[str], None]
    ) -> ipywidgets.HBox:
        """Return the buttons; `safely` lets a handler's errors be told, `keep` keeps the pictures."""
        asked: tuple[tuple[str, Callable[[], None], str], ...] = (
            ("Show the events", self.show_events, "What happened, in the order of time, in sentences"),
            ("Show the table", self.show_table, "The table behind the lanes"),
            (
                "Export CSV",
                lambda: self.export("csv"),
                "The conversations that are chosen, for a spreadsheet",
            ),
            ("Export Parquet", lambda: self.export("parquet"), "The conversations that are chosen, exactly"),
            ("Show as code", self.show_code, "The calls that make what is seen"),
            ("Keep this picture", lambda: self.keep(keep), "Leave what is seen in the notebook, for good"),
        )
        return row(*(button(name, safely(press), hint=hint) for name, press, hint in asked))

    def close(self) -> None:
        """Close what is open: it answered another question."""
        self.below.close()
        self.code.close_it()

    def show_events(self) -> None:
        """Show what happened, event by event, around what the filter names."""
        seen = self.now()
        events = self.timeline.events(seen.question)
        self.close()
        self.below.show(
            events[[*_TOLD, *events.columns.drop([*_TOLD])]], f"{len(events):,} events, in order."
        )

    def show_table(self) -> None:
        """Show the table behind the lanes."""
        seen = self.now()
        self.close()
        named = carrying(seen.table, self.timeline.traffic.names)
        self.below.show(named, f"The table behind the lanes: {len(named):,} rows.")

    def show_code(self) -> None:
        """Show the calls that make what is seen."""
        self.now()
        self.code.show(self.chosen().code)

    def export(self, kind: str) -> None:
        """Write the conversations that are chosen into a file, and a text beside it."""
        seen, chosen = self.now(), self.chosen()
        said = [chosen.sentence, *sources(chosen.conversations, self.timeline.logs)]
        path = export(chosen.conversations, kind, said)
        self.say(seen.summary, f"Exported to {path}, with a text beside it.")

    def keep(self, keep: Callable[[str], None]) -> None:
        """Keep the pictures in the notebook."""
        seen = self.now()
        keep(seen.summary)
        self.say(seen.summary, "Kept below, with the time.")
