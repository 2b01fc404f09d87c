"""The field in which an answer is typed: Enter gives it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets


class AnswerField(anywidget.AnyWidget):
    """A line of text; `entered` is called after Enter, with the text as it stood there.

    >>> field = AnswerField(lambda: print("checked"), description="Answer")
    >>> field.enter("12")
    checked
    """

    _esm = Path(__file__).with_name("answer_field.js")
    value = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    placeholder = traitlets.Unicode().tag(sync=True)

    def __init__(self, entered: Callable[[], None], **how: Any) -> None:
        super().__init__(**how)
        self._entered = entered
        self.on_msg(lambda _widget, said, _buffers: self.enter(str(said.get("entered", ""))))

    def enter(self, text: str) -> None:
        """Take the text, and tell that it was entered."""
        self.value = text
        self._entered()
