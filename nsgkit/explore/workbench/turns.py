"""One handler at a time: JupyterLab delivers what widgets tell in more than one thread of a kernel.

Since 4.4 it sends some of it to the kernel's main thread and some to a subshell's. Two changes that come
together would be answered side by side, and what is seen would be half of the one and half of the other.
"""

import functools
from collections.abc import Callable
from threading import RLock

# One for all explorers: a handler may change another explorer's controls, and then waits for nobody.
_TURN = RLock()


def in_turn(handler: Callable[..., None]) -> Callable[..., None]:
    """Return a handler that waits until every other has ended; what it calls itself does not wait.

    >>> in_turn(lambda: print("drawn"))()
    drawn
    """

    @functools.wraps(handler)
    def run(*args: object, **kwargs: object) -> None:
        with _TURN:
            handler(*args, **kwargs)

    return run
