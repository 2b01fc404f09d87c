"""The case in an explorer: a row, folded away at first, to star, note and keep pictures into the open case.

The open case is the one that `nsgkit.case.current` gives when a button is pressed.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import altair as alt
import ipywidgets
import pandas as pd

from nsgkit.case.cases import Case
from nsgkit.case.opening import current
from nsgkit.detections.form import Finding, many
from nsgkit.errors import NsgkitError
from nsgkit.explore.workbench.controls import button, folds, row, text_field
from nsgkit.explore.workbench.left_behind import seen
from nsgkit.explore.workbench.panel import report_errors, show_status
from nsgkit.html import escape, visible
from nsgkit.views.images import title_words
from nsgkit.views.theme import StandIn

NO_CASE = "No case is open. Open one: nsgkit.case.open('case', logs)"
CONVERSATIONS, FINDING = "conversations", "finding"  # what a star cites


_NOTHING = pd.DataFrame()


class Chosen(NamedTuple):
    """What is chosen now: in a sentence, the code that makes it, and what a star cites of it."""

    sentence: str
    code: str
    conversations: Any = _NOTHING  # a table of pandas, or a store's relation
    finding: "pd.Series[Any] | None" = None
    drawn: str = ""  # what the pictures show, where that is more than what is chosen


class CaseBar:
    """The button "Case", and `frame`, which it unfolds; what was done is told in the status line.

    `now` gives what is chosen, `pictures` the frame whose pictures are kept, and `cites` says what a star
    cites. Where an explorer has none of them, a note can be written.

    >>> bar = CaseBar(ipywidgets.HTML())
    >>> [each.description for each in bar.frame.children[0].children]
    ['Note', 'Tags', 'Add the note']
    """

    def __init__(
        self,
        status: ipywidgets.HTML,
        now: Callable[[], Chosen] | None = None,
        pictures: Callable[[], ipywidgets.Widget] | None = None,
        cites: str = "",
    ) -> None:
        self.status, self.cites = status, cites
        self._now, self._pictures = now, pictures
        # Sent when a field is left: letter by letter, a press could overtake the last ones.
        hint = "why it matters, or a note, in your words" if cites else "a note, in your words"
        self.words = text_field("Why or note" if cites else "Note", hint=hint, continuous_update=False)
        self.words.layout.flex = "1 1 24em"
        self.tags = text_field("Tags", hint="first-access, ssh", continuous_update=False)
        self.line = ipywidgets.HTML()
        fields = [self.words, *([] if cites == FINDING else [self.tags])]  # a finding has no tags
        self.frame = ipywidgets.VBox([row(*fields, *self._buttons()), self.line])
        self.frame.layout.display = "none"
        self.button = folds("Case", self.frame, "Star, note, or keep pictures in the open case")
        self.button.observe(lambda _change: self._tell(), "value")

    @property
    def alone(self) -> ipywidgets.VBox:
        """The button with what it unfolds, for an explorer that has no row of buttons."""
        return ipywidgets.VBox([row(self.button), self.frame])

    def _buttons(self) -> Iterator[ipywidgets.Button]:
        if self.cites:
            hint = "Cite what is chosen now in the case, with its raw tuples"
            yield self._button("Star", self._star, hint)
        yield self._button("Add the note", self._note, "Write these words into the case")
        if self._pictures:
            yield self._button("Keep picture in the case", self._keep, "What is drawn now, with its sentence")

    def _button(self, label: str, act: Callable[[Case], str], hint: str) -> ipywidgets.Button:
        return button(label, report_errors(self.status, lambda: self._do(act)), hint=hint)

    def _do(self, act: Callable[[Case], str]) -> None:
        """Write into the open case, and say what was written; words that were not written stay."""
        self._tell()
        case = current()
        if case is None:
            raise NsgkitError(f"{NO_CASE}.")
        show_status(self.status, act(case))
        self._tell()

    def _star(self, case: Case) -> str:
        chosen = self._chosen()
        why = self.words.value.strip()
        if chosen.finding is not None:
            said = case.add_finding(chosen.finding, why, query=chosen.code)
        else:
            said = case.star(chosen.conversations, why, tags=self._tags(), query=chosen.code)
        self._empty()
        return f"Starred. {said}"

    def _note(self, case: Case) -> str:
        said = case.note(self.words.value, tags=self._tags())
        self._empty()
        return said

    def _keep(self, case: Case) -> str:
        chosen = self._chosen()
        kept = [(picture, title) for picture, title in pictures_in(self._pictures()) if picture]  # type: ignore[misc]
        if not kept:
            raise NsgkitError("Nothing is drawn now, so there is no picture to keep.")
        said = chosen.drawn or chosen.sentence
        for picture, title in kept:
            case.keep_picture(picture, f"{title}. {said}".strip(". "), query=chosen.code)
        titles = "; ".join(title for _, title in kept)
        return f"{many(len(kept), 'picture')} kept in the case {case.folder.name}: {titles}."

    def _chosen(self) -> Chosen:
        return self._now() if self._now else Chosen("", "")

    def _tags(self) -> list[str]:
        return str(self.tags.value).split(",")

    def _empty(self) -> None:
        self.words.value = self.tags.value = ""

    def _tell(self) -> None:
        """Say which case is open."""
        self.line.value = f"<div>{escape(case_line())}</div>"


def case_line() -> str:
    """Return which case is open and how many lines it has, or how to open one."""
    case = current()
    if case is None:
        return NO_CASE
    try:
        lines = len(case.events)
    except NsgkitError as error:
        return str(error)
    return f"Open: the case {visible(case.folder.name)}, {many(lines, 'line')}."


def pictures_in(frame: ipywidgets.Widget) -> Iterator[tuple[Any, str]]:
    """Yield what is drawn in a frame as a case takes it: a chart, or the bytes of a map; and its title."""
    for widget in seen(frame):
        if isinstance(widget, alt.JupyterChart):
            if widget.chart is not None and not isinstance(widget.chart, StandIn):
                yield widget.chart, title_words(widget.chart)
        elif hasattr(widget, "as_png") and (png := widget.as_png()):
            yield png, widget.words


def verdict_too(saved: str, finding: Finding, verdict: str, why: str) -> str:
    """Write a verdict that was saved into the open case, too; return that in a sentence, nothing without one.

    Raises NsgkitError, which also says what was `saved`, where the case does not take it.
    """
    case = current()
    if case is None:
        return ""
    try:
        case.verdict(finding, verdict, why)
    except NsgkitError as error:
        raise NsgkitError(f"{saved} It is not in the case {visible(case.folder.name)}: {error}") from error
    return f"In the case {visible(case.folder.name)}, too."
