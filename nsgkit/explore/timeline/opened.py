"""What is open below the lanes: one conversation with its rows, or the list of those in a density."""

from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit.errors import NsgkitError
from nsgkit.explore.timeline import words
from nsgkit.explore.timeline.pivots import Pivot, Pivots
from nsgkit.explore.timeline.question import Timeline, at_place
from nsgkit.explore.traffic.life import Lives
from nsgkit.explore.workbench.bins import Span
from nsgkit.explore.workbench.controls import button, dropdown, number_field, row
from nsgkit.explore.workbench.held import rows_behind
from nsgkit.explore.workbench.raw import raw_tuple
from nsgkit.explore.workbench.table import ROW_COLUMNS, TableView
from nsgkit.html import escape
from nsgkit.schema import PLACE, carrying

LISTED = (
    "first", "last", "duration", "decision", "rule", "src_ip", "src_port", "dst_ip", "dst_port", "protocol",
    "direction", "state", "bytes_src_to_dst", "bytes_dst_to_src", *PLACE,
)  # fmt: skip
_AROUND = {"either end": True, "all hosts": False}
_MOST_ENDS = 20  # addresses around which everything is shown
Ask = Callable[[str, Span | None], None]  # a filter, and a span where it is to be another


class Opened:
    """The place below the lanes; `ask` is told a filter and a span, `now` gives the filter that is asked."""

    def __init__(
        self,
        timeline: Timeline,
        ask: Ask,
        now: Callable[[], str],
        zone: Callable[[], str],
        safely: Callable[[Callable[..., None]], Callable[..., None]],
    ) -> None:
        self.timeline, self._ask, self._zone = timeline, ask, zone
        self.conversations, self.said = pd.DataFrame(), ""
        self.mark: pd.Series[Any] | None = None  # the density that is open; None where a conversation is
        self.minutes = number_field("± minutes", 15)
        self.minutes.layout.width = "11em"
        self.ends = dropdown("of", [*_AROUND])
        around = button("Show around", safely(self._show_around), hint="Everything within these minutes")
        self.context = row(self.minutes, self.ends, around)
        self.heading, self.figures = ipywidgets.HTML(), ipywidgets.HTML()
        self.pivots = Pivots(now, lambda filter: ask(filter, None), self._who_else, safely)
        self.lives = Lives(timeline.traffic, lambda terms: ask(terms, None), safely)
        self.listed = TableView(self._open_listed)
        self.rows = TableView(partial(raw_tuple, timeline.logs))
        self.others = TableView()
        one = (self.figures, self.pivots, self.lives.offered, self.rows.frame)
        below = (self.lives.frame, self.others.frame)
        self.frame = ipywidgets.VBox([self.heading, self.context, self.listed.frame, *one, *below])
        self.close()

    def close(self) -> None:
        """Show nothing: what was open answered another question."""
        self.conversations, self.said, self.mark = pd.DataFrame(), "", None
        self.listed.close()
        self._close_one()
        self.heading.value, self.context.layout.display = "", "none"

    def show(self, mark: "pd.Series[Any]", conversations: pd.DataFrame) -> None:
        """Open what a mark stands for: a conversation, or the list of those in a density."""
        self.close()
        if mark["mark"] == "density":
            self._show_list(mark, conversations)
        else:
            self._show_one(conversations)

    @property
    def anything(self) -> bool:
        """Whether anything is open."""
        return not self.conversations.empty

    def _show_list(self, mark: "pd.Series[Any]", conversations: pd.DataFrame) -> None:
        said = words.of_list(mark, conversations, self._zone())
        self._now_open(conversations, said)
        self.mark = mark
        self.listed.show(conversations[[*LISTED]], "Click one to open it.")

    def _open_listed(self, of: pd.Series) -> str:
        self._show_one(at_place(self.timeline.conversations, of))
        return ""

    def _show_one(self, conversation: pd.DataFrame) -> None:
        self._close_one()
        one, names = conversation.iloc[0], self.timeline.traffic.names
        self._now_open(conversation, words.heading(one, names))
        self.mark = None
        self.figures.value = words.figures(one, self._zone())
        self.pivots.show(one, names)
        self.lives.offer(one)
        if self.timeline.logs is not None:
            rows = carrying(rows_behind(self.timeline.logs, conversation), names)
            caption = f"Its {len(rows):,} flow rows. Click one to see its raw tuple."
            self.rows.show(rows[[*ROW_COLUMNS]], caption)
            self.rows.open(0)

    def _now_open(self, conversations: pd.DataFrame, said: str) -> None:
        self.conversations, self.said = conversations, said
        self.heading.value = f"<h3>{escape(said)}</h3>"
        self.context.layout.display = None

    def _close_one(self) -> None:
        self.figures.value = ""
        self.pivots.show(None, {})
        self.lives.offer(None)
        self.rows.close()
        self.others.close()

    def _show_around(self) -> None:
        """Ask for everything of either end, or of all hosts, that was seen around what is open."""
        if not self.anything:
            raise NsgkitError("Nothing is open. Click a bar, a tick or a density.")
        margin = pd.Timedelta(minutes=self.minutes.value)
        span = self.conversations["first"].min() - margin, self.conversations["last"].max() + margin
        self._ask(self._ends() if _AROUND[self.ends.value] else "", span)

    def _ends(self) -> str:
        ends = pd.unique(pd.concat([self.conversations[end].astype("str") for end in ("src_ip", "dst_ip")]))
        if len(ends) > _MOST_ENDS:
            raise NsgkitError(
                f"What is open has {len(ends):,} addresses. Open one conversation of it, or choose all hosts."
            )
        return f"ip:{','.join(sorted(ends))}"

    def _who_else(self, pivot: Pivot) -> None:
        table = self.timeline.others(pivot.term)
        self.others.show(table, f"Who else: {pivot.what} {pivot.shown}.")
