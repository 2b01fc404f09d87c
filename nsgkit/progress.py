"""A progress bar that a saved notebook does not keep: a line, in a notebook words that go again."""

import io
import sys
from typing import Any

from tqdm.std import tqdm

DELAY = 0.5  # seconds: what is done by then needs no bar


def progress(*what: Any, **how: Any) -> "tqdm[Any]":
    """Return a tqdm bar; it takes what `tqdm.tqdm` takes.

    The widget that tqdm has for notebooks lives as long as its kernel: a notebook that is opened again
    says "model not found" in its place.

    >>> list(progress(range(3), disable=True))
    [0, 1, 2]
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    kind = _NotebookBar if hasattr(shell, "kernel") else tqdm
    return kind(*what, **({"delay": DELAY} | how))


class _NotebookBar(tqdm):  # type: ignore[misc]
    """A bar in words, in an output of its own, which is empty when the work is done."""

    _output: Any = None

    def __init__(self, *what: Any, **how: Any) -> None:
        super().__init__(*what, **({"file": io.StringIO(), "ncols": 100} | how))

    def display(self, msg: str | None = None, pos: int | None = None) -> None:
        """Show the bar as it is now."""
        from IPython.display import DisplayHandle

        words = {"text/plain": str(self) if msg is None else msg}
        if self._output is None:
            self._output = DisplayHandle()  # type: ignore[no-untyped-call]
            self._output.display(words, raw=True)
        else:
            self._output.update(words, raw=True)

    def close(self) -> None:
        """Take the bar away."""
        if self.disable:
            return
        super().close()
        if self._output is not None:
            self._output.update({"text/plain": ""}, raw=True)
