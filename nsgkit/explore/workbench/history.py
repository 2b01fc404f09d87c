"""Back and forward: what was asked before, one after the other."""

from collections.abc import Callable
from typing import Generic, TypeVar

from nsgkit.explore.workbench.controls import button

T = TypeVar("T")


class History(Generic[T]):
    """What was asked, in order, and two buttons that lead through it.

    >>> seen = []
    >>> history = History(seen.append)
    >>> history.add("all"), history.add("denied")
    (None, None)
    >>> history.back.click()
    >>> seen
    ['all']
    """

    def __init__(self, ask: Callable[[T], None]) -> None:
        self._ask = ask
        self._asked: list[T] = []
        self._place = -1
        self.back = button("Back", lambda: self._go(-1), hint="What was asked before", disabled=True)
        self.forward = button("Forward", lambda: self._go(1), hint="What was asked after", disabled=True)

    def add(self, asked: T) -> None:
        """Take in what is asked now; what lay ahead is forgotten, as in a browser."""
        if self._place >= 0 and self._asked[self._place] == asked:
            return
        self._asked = [*self._asked[: self._place + 1], asked]
        self._place += 1
        self._show()

    def _go(self, step: int) -> None:
        self._place += step
        self._show()
        self._ask(self._asked[self._place])

    def _show(self) -> None:
        self.back.disabled = self._place <= 0
        self.forward.disabled = self._place >= len(self._asked) - 1
