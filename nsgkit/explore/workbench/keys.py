"""Single keys that do something anywhere in an explorer, but for where somebody writes."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import anywidget
import traitlets

from nsgkit.explore.workbench.turns import in_turn

_NONE: Mapping[str, str] = MappingProxyType({})


class Keys(anywidget.AnyWidget):
    """Listens to the panel around it; `answers` has what each key does.

    `fields` has keys that lead into a field, by the class of its widget: Enter and Escape lead back.

    >>> keys = Keys({"j": lambda: print("next")})
    >>> keys.pressed("j")
    next
    """

    _esm = Path(__file__).with_name("keys.js")
    names: Any = traitlets.List().tag(sync=True)
    fields: Any = traitlets.Dict().tag(sync=True)

    def __init__(self, answers: Mapping[str, Callable[[], None]], fields: Mapping[str, str] = _NONE) -> None:
        super().__init__(names=[*answers], fields=dict(fields), layout={"display": "none"})
        self._answers = answers
        self.on_msg(in_turn(lambda _widget, said, _buffers: self.pressed(str(said.get("key")))))

    def pressed(self, key: str) -> None:
        """Do what the key does; nothing where it does nothing."""
        if key in self._answers:
            self._answers[key]()
