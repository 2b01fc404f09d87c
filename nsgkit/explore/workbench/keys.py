"""Single keys that do something anywhere in an explorer, but for where somebody writes."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets


class Keys(anywidget.AnyWidget):
    """Listens to the panel around it; `answers` has what each key does.

    >>> keys = Keys({"n": lambda: print("next")})
    >>> keys.pressed("n")
    next
    """

    _esm = Path(__file__).with_name("keys.js")
    names: Any = traitlets.List().tag(sync=True)

    def __init__(self, answers: Mapping[str, Callable[[], None]]) -> None:
        super().__init__(names=[*answers], layout={"display": "none"})
        self._answers = answers
        self.on_msg(lambda _widget, said, _buffers: self.pressed(str(said.get("key"))))

    def pressed(self, key: str) -> None:
        """Do what the key does; nothing where it does nothing."""
        if key in self._answers:
            self._answers[key]()
