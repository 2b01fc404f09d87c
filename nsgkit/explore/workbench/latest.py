"""The latest question counts: what is asked while an answer is made is answered once, when that is done."""

import asyncio
from collections.abc import Callable

from nsgkit.explore.workbench.turns import in_turn

_SOON = 0.03  # seconds: what a page sends together arrives within


class Latest:
    """Do something soon, and once for all who asked meanwhile.

    Where nobody turns a loop, as in a script, it is done at once.

    >>> latest = Latest(lambda: print("drawn"))
    >>> latest.ask()
    drawn
    """

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self._waiting: asyncio.TimerHandle | None = None

    def ask(self) -> None:
        """Have it done soon; an earlier wish that still waits is overtaken."""
        self._forget()
        try:
            self._waiting = asyncio.get_running_loop().call_later(_SOON, self._do)
        except RuntimeError:
            self._do()

    def settle(self) -> None:
        """Do now what was asked for and still waits."""
        if self._waiting is not None:
            self._do()

    def _do(self) -> None:
        in_turn(self._answer)()

    def _answer(self) -> None:
        self._forget()
        self._action()

    def _forget(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
