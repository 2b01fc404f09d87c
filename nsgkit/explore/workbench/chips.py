"""What is chosen, as chips: one for each part of the filter, to be taken out or turned round."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import ipywidgets

from nsgkit.analyses.filters.parts import can_turn, parts_of, term_of, turned
from nsgkit.errors import NsgkitError
from nsgkit.explore.workbench.controls import button, row
from nsgkit.html import visible
from nsgkit.schema import name_of

_LONGEST = 48  # characters that are shown of a part
_LIVES = {"src": "address", "dst": "address", "ip": "address", "dst_port": "port"}

Change = Callable[[list[str]], None]  # is told the parts that are left


class Chips(ipywidgets.HBox):  # type: ignore[misc]
    """The line of chips; `change` is told the parts of the filter as they are to be.

    `look_up` is told "address" or "port" and its value where somebody asks for the life of one. `names` are
    what addresses are called.

    >>> line = Chips(print)
    >>> line.show("tcp -src:10.0.0.4")
    >>> line.children[1].children[-1].click()
    ['tcp']
    """

    def __init__(
        self,
        change: Change,
        look_up: Callable[[str, str], None] | None = None,
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(layout={"flex_flow": "row wrap"})
        self._change, self._look_up, self._names = change, look_up, names

    def show(self, filter: str) -> None:
        """Show the parts of a filter; none where it cannot be read."""
        try:
            parts = parts_of(filter)
        except NsgkitError:
            parts = []
        self.children = [self._chip(parts, place) for place in range(len(parts))]

    def _chip(self, parts: list[str], place: int) -> ipywidgets.HBox:
        part = parts[place]
        before, after = parts[:place], parts[place + 1 :]
        said = visible(part)
        said = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
        asked = life_of(part)
        named = name_of(asked[1], self._names) if asked else ""
        instead = [*before, turned(part), *after] if can_turn(part) else None
        hint = "Turn it round: keep what it leaves out" if instead else "A time: change it in From and Until"
        shown = f"{said} ({named})" if named else said
        made = [button(shown, lambda: self._change(instead or parts), hint=hint, disabled=instead is None)]
        if self._look_up and asked:
            look_up = self._look_up
            made.append(button("Life", lambda: look_up(*asked), hint=f"All that the logs tell of {asked[1]}"))
        made.append(button("×", lambda: self._change([*before, *after]), hint=f"Take {said} out"))
        chip = row(*made)
        chip.add_class("nsgkit-chip")
        return chip


def life_of(part: str) -> tuple[str, str] | None:
    """Return "address" or "port" and the one value that a part of a filter is about; else None.

    >>> life_of("-src:10.0.0.4"), life_of("dst_port:22"), life_of("src:10.0.0.0/8,outside")
    (('address', '10.0.0.4'), ('port', '22'), None)
    """
    term = term_of(part)
    if term is None or term.relation != ":" or len(term.values) != 1 or term.field not in _LIVES:
        return None
    kind, value = _LIVES[term.field], term.values[0]
    single = value.isdigit() if kind == "port" else "/" not in value and any(mark in value for mark in ".:")
    return (kind, value) if single else None
