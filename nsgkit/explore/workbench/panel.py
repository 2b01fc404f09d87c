"""What every explorer shares: its frame, and the line in which it says what is going on.

>>> from nsgkit.explore.workbench.controls import button
>>> status = status_line()
>>> explain = report_errors(status, lambda: show_status(status, "Nothing is pasted.", "Paste a tuple."))
>>> frame = panel(button("Explain", explain), status)
"""

import functools
import textwrap
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import anywidget
import ipywidgets
import traitlets
from IPython.display import display

from nsgkit.errors import NsgkitError
from nsgkit.explore.workbench.left_behind import LeftBehind
from nsgkit.explore.workbench.turns import in_turn
from nsgkit.html import escape
from nsgkit.palette import DENIED
from nsgkit.views.theme import STYLE

MARKED = f"border-left: 4px solid {DENIED}; padding-left: 8px"  # the style of what needs a look

# JupyterLab takes plain keys for its own while a control is focused that is not typed into: arrows would
# move between cells instead of choosing, and X would cut the cell with the explorer in it.
# What is left behind in the notebook is hidden for as long as the explorer itself is there.
_OWN_KEYS = """
function render({ model, el }) {
  const hidden = document.createElement("style");
  hidden.textContent = `.${model.get("hidden")} { display: none }`;
  document.head.appendChild(hidden);
  const keep = (event) => event.ctrlKey || event.metaKey || event.altKey || event.stopPropagation();
  requestAnimationFrame(() => el.closest(".nsgkit-panel")?.addEventListener("keydown", keep));
  return () => hidden.remove();
}
export default { render };
"""


class _Look(anywidget.AnyWidget):
    """The stylesheet of a panel, the keys that belong to it, and the class that it hides."""

    _esm = _OWN_KEYS
    _css = STYLE
    hidden = traitlets.Unicode().tag(sync=True)


class Panel(ipywidgets.VBox):  # type: ignore[misc]
    """An explorer's frame, which leaves its last state behind in the notebook (`left`)."""

    def __init__(self, children: Sequence[ipywidgets.Widget]) -> None:
        hidden = f"nsgkit-{uuid4().hex[:12]}"
        super().__init__([_Look(layout={"display": "none"}, hidden=hidden), *children])
        self.add_class("nsgkit-panel")
        self.left = LeftBehind(self, hidden)
        for widget in _within(self):
            if "value" in widget.trait_names():
                widget.observe(lambda _change: self.left.renew(), "value")

    def _ipython_display_(self) -> None:
        said = {"text/plain": "An explorer: it works while the kernel of its notebook runs."}
        display(super()._repr_mimebundle_() | said, raw=True)  # type: ignore[no-untyped-call]
        self.left.show()


def panel(*children: ipywidgets.Widget) -> Panel:
    """Return the explorer's frame around `children`, with the kit's stylesheet and its own keys."""
    return Panel(children)


def _within(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    for child in getattr(widget, "children", ()):
        yield child
        yield from _within(child)


def status_line() -> ipywidgets.HTML:
    """Return the line in which an explorer says that it works, what is empty, or what went wrong."""
    return ipywidgets.HTML()


def show_status(status: ipywidgets.HTML, what: str, what_to_do: str = "") -> None:
    """Say something in the status line: an empty state and its remedy, say."""
    _show(status, "nsgkit-note", f"{what} {what_to_do}".strip())


def clear(status: ipywidgets.HTML) -> None:
    """Leave the status line empty."""
    status.value = ""


def report_errors(
    status: ipywidgets.HTML, handler: Callable[..., None], working: str = "Working …"
) -> Callable[..., None]:
    """Return `handler` so that the status line says that it works, and one sentence if it fails.

    `working` becomes visible only if the handler takes longer than about half a second. An error
    of nsgkit's own is shown as it is worded; any other names itself, with the traceback folded
    away below. Nothing that the handler says through `show_status` is wiped. It waits its turn: two
    handlers never run side by side.
    """
    return in_turn(telling_errors(status, handler, working))


def telling_errors(
    status: ipywidgets.HTML, handler: Callable[..., None], working: str = "Working …"
) -> Callable[..., None]:
    """Return the same for what runs in a thread of its own, during which others have their turns."""

    @functools.wraps(handler)
    def run(*args: object, **kwargs: object) -> None:
        _show(status, "nsgkit-working", working)
        shown = status.value
        try:
            handler(*args, **kwargs)
        except NsgkitError as error:
            _show(status, "nsgkit-problem", str(error))
        except Exception as error:
            _show(status, "nsgkit-problem", _surprise(error), traceback.format_exc())
        else:
            if status.value == shown:
                clear(status)

    return run


def answering(
    status: ipywidgets.HTML, summary: Callable[[], str], handler: Callable[..., None]
) -> Callable[..., None]:
    """Return a handler whose errors are told; where it says nothing, the summary stands there again."""
    answer = report_errors(status, handler)

    @in_turn
    def run(*told: Any) -> None:
        answer(*told)
        if not status.value:
            show_status(status, summary())

    return run


@contextmanager
def busy(explorer: Any) -> Iterator[None]:
    """Let `explorer.busy` be true while the explorer itself changes its controls: no answer for each."""
    explorer.busy = True
    try:
        yield
    finally:
        explorer.busy = False


def lines_as_html(text: str) -> str:
    r"""Return text of several lines as inert HTML.

    >>> lines_as_html("a\n<b>")
    'a<br>&#60;b&#62;'
    """
    return "<br>".join(escape(line) for line in text.splitlines())


def _surprise(error: Exception) -> str:
    said = textwrap.shorten(str(error), 300, placeholder=" …")
    return (
        f"This did not work: {type(error).__name__}{': ' if said else ''}{said.rstrip('.')}. "
        "It is a fault of nsgkit, not of your logs: please report it with the details below."
    )


def _show(status: ipywidgets.HTML, kind: str, sentence: str, details: str = "") -> None:
    role = "alert" if kind == "nsgkit-problem" else "status"
    folded = f"<details><summary>Details</summary><code>{lines_as_html(details)}</code></details>"
    body = escape(sentence) + (folded if details else "")
    status.value = f'<div class="nsgkit-status {kind}" role="{role}">{body}</div>'
