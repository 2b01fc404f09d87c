"""How an explorer's handlers are called: errors are told, and what it changes itself asks nothing."""

from collections.abc import Callable
from typing import Any

import ipywidgets

from nsgkit.explore.workbench.panel import answering, busy
from nsgkit.explore.workbench.turns import in_turn


class Handlers:
    """What linked controls and pictures share; `status` is the line in which the summary stands."""

    status: ipywidgets.HTML
    said = ""  # the summary, where `_summary` is not another
    busy = False  # while the explorer itself changes its controls

    def _summary(self) -> str:
        return self.said

    def _safely(self, handler: Callable[..., None]) -> Callable[..., None]:
        """Return a handler whose errors are told; where it says nothing, the summary stands there again."""
        return answering(self.status, self._summary, handler)

    def _unless_busy(self, handler: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return what answers a change; not where the explorer itself made it."""
        answer = self._safely(handler)

        @in_turn  # else a change that comes in another thread meanwhile would be lost
        def unless_busy(change: Any) -> None:
            if not self.busy:
                answer(change)

        return unless_busy

    def _quietly(self, change: Callable[[], None]) -> None:
        """Change controls without an answer for each of them."""
        with busy(self):
            change()
