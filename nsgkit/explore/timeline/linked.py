"""The timeline explorer's lanes, strip and what is open, linked: a change is a question that all answer."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit.errors import NsgkitError
from nsgkit.explore.timeline import picture, words
from nsgkit.explore.timeline.actions import Actions, Seen
from nsgkit.explore.timeline.as_code import Look, Named, code
from nsgkit.explore.timeline.chosen import code_of_density, code_of_one, code_of_sight
from nsgkit.explore.timeline.controls import ASKED, controls, put, question
from nsgkit.explore.timeline.opened import Opened
from nsgkit.explore.timeline.question import Question, Timeline
from nsgkit.explore.timeline.reference_lines import Line, ReferenceLines
from nsgkit.explore.workbench.bins import Span
from nsgkit.explore.workbench.case_bar import CONVERSATIONS, CaseBar, Chosen
from nsgkit.explore.workbench.chips import Chips
from nsgkit.explore.workbench.controls import button, row
from nsgkit.explore.workbench.gestures import Gestures, looked_at
from nsgkit.explore.workbench.handlers import Handlers
from nsgkit.explore.workbench.history import History
from nsgkit.explore.workbench.keys import Keys
from nsgkit.explore.workbench.latest import Latest
from nsgkit.explore.workbench.panel import (
    Panel,
    panel,
    report_errors,
    show_status,
    status_line,
)
from nsgkit.explore.workbench.selectable import empty_place, whole_bins
from nsgkit.explore.workbench.spans import apart, span
from nsgkit.html import escape
from nsgkit.views.theme import StandIn, empty_chart
from nsgkit.views.timeline.local_time import checked_zone

NONE = -1
_LATE = 3  # seconds within which a window that was drawn is told


class LinkedTimeline(Handlers):
    """The widgets, and what is drawn in them now; `frame` holds them all."""

    def __init__(
        self, timeline: Timeline, named: Named, asked: Question, lines: tuple[Line, ...], zone: str
    ) -> None:
        self.timeline, self.named, self.asked, self.zone = timeline, named, asked, zone
        self.controls = controls(timeline.conversations, zone, findings=timeline.found is not None)
        put(self.controls, asked)
        self.history: History[Question] = History(self._ask)
        self.status, self.about = status_line(), ipywidgets.HTML()
        self.latest = Latest(report_errors(self.status, self._refresh))
        self.lines = ReferenceLines(lines, self._draw_again, self._safely, lambda: self.zone)
        self.opened = Opened(timeline, self._go, lambda: self.asked.filter, lambda: self.zone, self._safely)
        self.chips = Chips(self._safely(self._choose_parts), self.opened.lives.show, timeline.traffic.names)
        self.lanes, self.strip = empty_place(), empty_place()
        self.actions = Actions(timeline, self._now, self.chosen, partial(show_status, self.status))
        self.case = CaseBar(self.status, self.chosen, lambda: self.lanes, CONVERSATIONS)
        self.table, self.place, self.said = pd.DataFrame(), NONE, ""
        self.drawn: Question | None = None
        self.windows: list[tuple[float, Span]] = []  # of the strip, the last few, and when each was drawn
        self.frame = self._connect()
        report_errors(self.status, self._refresh)()

    def _connect(self) -> Panel:
        for label in ASKED:
            self.controls[label].observe(self._unless_busy(self._changed), "value")
        self.controls["Local time"].observe(self._unless_busy(self._change_zone), "value")
        clear = button("Clear", self._safely(lambda: self._ask(Question())), hint="Everything, all the time")
        before, after = (self._safely(partial(self._step, by)) for by in (-1, 1))
        steps = (
            button("Previous mark", before, hint="Open the bar, tick or density before: key k"),
            button("Next mark", after, hint="Open the one after: key j"),
        )
        bar = row(self.controls["Filter"], self.history.back, self.history.forward, clear)
        looks = row(*(control for label, control in self.controls.items() if label != "Filter"))
        drawn = ipywidgets.VBox([Gestures(self._gesture), self.lanes])
        drawn.add_class("nsgkit-gestures")
        buttons = self.actions.buttons(self._safely, self._keep)
        buttons.children += (self.case.button,)
        open_ = (
            row(*steps),
            self.opened.frame,
            buttons,
            self.case.frame,
            self.actions.code,
            self.actions.below.frame,
        )
        keys = Keys({"k": before, "j": after})
        told = (self.status, self.about)
        return panel(keys, bar, looks, self.chips, self.lines, *told, drawn, self.strip, *open_)

    def _keep(self, said: str) -> None:
        self.frame.left.keep(said)

    # -- what is asked -------------------------------------------------------------------------------
    def _changed(self, change: Any) -> None:
        """Ask what the controls say; a time that was written into the filter goes into the fields."""
        asked = question(self.controls, self.asked)
        if change["owner"] is self.controls["Filter"]:
            with suppress(NsgkitError):  # what cannot be read is told where it is answered
                kept, times = apart(asked.filter)
                asked = replace(asked, filter=kept, span=times or asked.span)
        self._ask(asked)

    def _ask(self, asked: Question) -> None:
        """Have another question answered; what is seen until then is dimmed."""
        self.asked = asked
        self._quietly(lambda: put(self.controls, asked))
        self.frame.add_class("nsgkit-stale")
        show_status(self.status, self.said)
        self.latest.ask()

    def _go(self, filter: str, wanted: Span | None) -> None:
        """Ask for another filter, and for another span where there is one."""
        kept, times = apart(filter)
        looked = span(*self._within(wanted)) if wanted else times or self.asked.span
        self._ask(replace(self.asked, filter=kept, span=looked))

    def _look(self, wanted: Span) -> None:
        """Look at another span; the whole is no part of the question."""
        whole = self.timeline.whole_span
        self._ask(replace(self.asked, span="" if wanted == whole else span(*wanted)))

    def _within(self, wanted: Span) -> Span:
        """Return a span in whole seconds, as far as there are conversations."""
        whole = self.timeline.whole_span
        start, end = wanted[0].floor("s"), wanted[1].ceil("s") + pd.Timedelta("1s")
        return max(start, whole[0]), min(end, whole[1])

    def _choose_parts(self, parts: list[str]) -> None:
        filter, times = apart(" ".join(parts))
        self._ask(replace(self.asked, filter=filter, span=times))

    def _gesture(self, *said: Any) -> None:
        """Look closer or wider, earlier or later."""
        if not self.timeline.traffic.is_empty:
            step = self.timeline.step(self.asked)
            self._look(looked_at(self.timeline.span(self.asked), self.timeline.whole_span, step, said))

    def _brush(self, change: Any) -> None:
        ends = change["new"].value.get("time")
        if ends:
            self._look(whole_bins(ends, self.timeline.step(self.asked)))

    def _move_window(self, change: Any) -> None:
        """Look where the window of the strip is drawn to.

        The strip tells also where its window stands at first, perhaps when another is asked for already. It
        tells that once: afterwards the same window is one that was drawn by hand.
        """
        ends = change["new"].value.get("time")
        whole, since = self.timeline.whole_span, monotonic() - _LATE
        if not ends:
            return
        first = [drawn for drawn in self.windows if picture.is_window(ends, drawn[1], whole)]
        self.windows = [drawn for drawn in self.windows if drawn not in first]
        asked = picture.is_window(ends, self.timeline.span(self.asked), whole)
        if not (asked or any(at > since for at, _ in first)):
            self._look(whole_bins(ends, self.timeline.step(Question())))

    def _change_zone(self, change: Any) -> None:
        self.zone = checked_zone(change["new"])
        self._draw_again()

    # -- what is shown -------------------------------------------------------------------------------
    def _refresh(self) -> None:
        self.actions.close()
        self.opened.close()
        self.history.add(self.asked)
        try:
            self.chips.show(self.asked.all_terms)
            self._draw()
        except NsgkitError:
            self.drawn, self.said, self.about.value = None, "", ""
            said = ("There is no picture of this.", "See the sentence above.")
            self.lanes.chart = picture.in_place_of_lanes(*said, self.timeline.whole_span)
            raise
        finally:
            self.frame.remove_class("nsgkit-stale")

    def _draw(self) -> None:
        """Draw the lanes of what is asked, and the strip with where that is."""
        asked, self.place = self.asked, NONE
        if self.timeline.traffic.is_empty:
            self.said = " ".join(words.nothing_to_draw(self.timeline, asked))
            self.lanes.chart = empty_chart(*words.nothing_to_draw(self.timeline, asked))
            show_status(self.status, self.said)
            return
        try:
            self.table = self.timeline.table(asked)
        except NsgkitError:
            self._show_strip()  # where there are too many for lanes, a shorter span is chosen there
            raise
        self._show_lanes()
        self._show_strip()
        self.drawn = asked
        self._say()

    def _draw_again(self) -> None:
        """Draw the same with other lines, or another zone."""
        self.lines.show()
        if self.drawn is not None:
            self._show_lanes()
            self._say()

    def _show_lanes(self) -> None:
        if self.table.empty:
            said = words.nothing_to_draw(self.timeline, self.asked)
            self.lanes.chart = picture.in_place_of_lanes(*said, self.timeline.whole_span)
            return
        self.lanes.chart = picture.of_lanes(
            self.timeline, self.asked, self.table, self.lines.lines, self.zone
        )
        self.lanes.selections.observe(self._safely(self._brush), "span")
        self.lanes.selections.observe(self._safely(self._click), picture.CHOSEN)

    def _show_strip(self) -> None:
        drawn = picture.of_strip(self.timeline, self.asked)
        self.windows = [*self.windows[-3:], (monotonic(), self.timeline.span(self.asked))]
        self.strip.chart = drawn
        if not isinstance(drawn, StandIn):
            self.strip.selections.observe(self._safely(self._move_window), "span")

    def _say(self) -> None:
        self.said = words.summary(self.timeline, self.asked, self.table, self.zone)
        said = words.of_gaps(self.timeline, self.asked, self.zone)
        self.about.value = f"<div>{escape(said)}</div>"
        show_status(self.status, self.said)

    # -- what is open --------------------------------------------------------------------------------
    def _click(self, change: Any) -> None:
        place = picture.clicked(change["new"].value)
        if place is not None and place < len(self.table):
            self._open(place)

    def _step(self, by: int) -> None:
        self._now()
        place = self.place + by if self.place != NONE else 0
        if not 0 <= place < len(self.table):
            raise NsgkitError(f"This is the {'last' if by > 0 else 'first'} mark of what is drawn.")
        self._open(place)

    def _open(self, place: int) -> None:
        self.place = place
        mark, conversations = self.timeline.of_mark(self.asked, self.table, place)
        self.opened.show(mark, conversations)

    def chosen(self) -> Chosen:
        """Return what is chosen now: what is open, else what is in sight."""
        seen, opened = self._now(), self.opened
        if not opened.anything:
            table = self.timeline.in_sight(seen.question)
            how = code_of_sight(self.timeline, seen.question, self.named.conversations, self.named.found)
        elif opened.mark is None:
            table = opened.conversations
            how = code_of_one(self.timeline, table, self.named.conversations, self.named.logs)
        else:
            table = opened.conversations
            how = code_of_density(self.timeline, seen.question, opened.mark, table, self.named.conversations)
        made = self._code(seen.question, how)
        return Chosen(opened.said or seen.summary, made, table, drawn=seen.summary)

    def _code(self, asked: Question, how: list[str]) -> str:
        span, own = self.timeline.span(asked), self.timeline.traffic.given
        return code(asked, self.named, Look(span, self.lines.lines, self.zone, own), how)

    def _now(self) -> Seen:
        """Return what is seen, once what was asked for last is drawn; NsgkitError where it cannot be."""
        self.latest.settle()
        if self.drawn is None:
            raise NsgkitError("Nothing is shown that could be taken along. Change the filter or the span.")
        return Seen(self.drawn, self.table, self.said)
