"""Reference lines: moments that the analyst sets, each with a few words, drawn over all lanes."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeAlias

import ipywidgets
import pandas as pd

from nsgkit.errors import NsgkitError, shown
from nsgkit.explore.workbench.controls import button, row, text_field
from nsgkit.html import visible
from nsgkit.times import parse_time
from nsgkit.views.timeline.local_time import clock, in_utc

Line: TypeAlias = tuple[pd.Timestamp, str]
_TIME = re.compile(
    r"(\S+(?:\s+\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|\+00:00)?)?(?:\s+UTC)?)\s*(.*)", re.DOTALL
)
_SHORT = 40  # characters of a chip


def read_line(said: object) -> Line:
    """Return a reference line from `time text`, or from a time and a text; NsgkitError where it is none.

    >>> read_line("2024-12-18 02:14 first login")
    (Timestamp('2024-12-18 02:14:00+0000', tz='UTC'), 'first login')
    """
    if isinstance(said, str):
        found = _TIME.match(said.strip())
        time, text = found.groups() if found else ("", "")
    else:
        time, text = _pair(said)
    return pd.Timestamp(parse_time(_plain(time), "A reference line")), str(text).strip()


def read_lines(said: Iterable[object]) -> tuple[Line, ...]:
    """Return reference lines in time order, each once."""
    if isinstance(said, str):
        raise NsgkitError("marks takes a list, such as [('2024-12-18 02:14', 'first login')].")
    return tuple(sorted({read_line(each) for each in said}))


def written_lines(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """Return reference lines as they are written in a call."""
    return [(clock(time), text) for time, text in lines]


class ReferenceLines(ipywidgets.HBox):  # type: ignore[misc]
    """The field in which a line is set, and a chip for each that takes it away; `changed` is told of both.

    `safely` lets a handler's errors be told. `zone` gives the zone whose time stands beside UTC.
    """

    def __init__(
        self,
        lines: tuple[Line, ...],
        changed: Callable[[], None],
        safely: Callable[[Callable[..., None]], Callable[..., None]],
        zone: Callable[[], str],
    ) -> None:
        hint = "2024-12-18 02:14 first login"
        self.field = text_field(
            "Reference line", hint=hint, layout={"width": "26em"}, continuous_update=False
        )
        super().__init__(layout={"flex_flow": "row wrap"})
        self.lines, self._changed, self._safely, self._zone = lines, changed, safely, zone
        answer = safely(self._set)
        self.field.observe(lambda change: answer() if change["new"].strip() else None, "value")
        self.show()

    def show(self) -> None:
        """Show the chips of the lines that are set."""
        self.children = [self.field, *(self._chip(line) for line in self.lines)]

    def _set(self) -> None:
        self.lines = read_lines({*self.lines, read_line(self.field.value)})
        self.field.value = ""
        self.show()
        self._changed()

    def _take(self, line: Line) -> None:
        self.lines = tuple(each for each in self.lines if each != line)
        self.show()
        self._changed()

    def _chip(self, line: Line) -> ipywidgets.HBox:
        said = visible(f"{line[0]:%a %d %b %H:%M:%S} UTC {line[1]}".strip())
        said = said if len(said) <= _SHORT else f"{said[:_SHORT]}…"
        hint = f"Take this line away: {in_utc(line[0], self._zone())} {visible(line[1])}"
        chip = row(button(f"{said} ×", self._safely(partial(self._take, line)), hint=hint))
        chip.add_class("nsgkit-chip")
        return chip


def _pair(said: Any) -> tuple[Any, Any]:
    if isinstance(said, tuple | list) and len(said) == 2:
        return said[0], said[1]
    raise NsgkitError(
        f"marks takes no {shown(said)}: write a time and a text, ('2024-12-18 02:14', 'login')."
    )


def _plain(time: object) -> object:
    return time.removesuffix("UTC").strip() if isinstance(time, str) else time
