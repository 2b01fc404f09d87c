"""What a download says on its way: it is logged, and shown as plain lines to a person at the keyboard.

The modules of this room log under `nsgkit.acquire`. A program that imports nsgkit decides itself what
becomes of that. In a notebook, a Python prompt or the command line, most people never set up logging:
there the lines are written to stdout, unless somebody else takes them.
"""

import logging
import sys
from threading import Lock

NAME = "nsgkit.acquire"

_lock = Lock()


def show_messages() -> None:
    """Write what is logged from now on to stdout; it may be called often.

    >>> show_messages()
    >>> logging.getLogger("nsgkit.acquire.listing").info("Reading a container.")
    Reading a container.
    """
    logger = logging.getLogger(NAME)
    with _lock:
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.INFO)
        if not any(isinstance(handler, _Lines) for handler in logger.handlers):
            logger.addHandler(_Lines())


def is_interactive() -> bool:
    """Whether a person is at the keyboard: in a notebook, IPython or the Python prompt.

    >>> is_interactive()
    False
    """
    ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return hasattr(sys, "ps1") or (ipython is not None and ipython() is not None)


class _Lines(logging.Handler):
    """Writes a line for each message, where nobody else takes it, so that none is shown twice."""

    def emit(self, record: logging.LogRecord) -> None:
        if not self._others_listen():
            sys.stdout.write(f"{record.getMessage()}\n")

    def _others_listen(self) -> bool:
        """Whether an explorer shows what is logged, or logging was set up to show it."""
        handlers = [*logging.getLogger(NAME).handlers, *logging.getLogger("nsgkit").handlers]
        root = logging.getLogger()
        return any(handler is not self for handler in handlers) or (
            bool(root.handlers) and root.isEnabledFor(logging.INFO)
        )
