"""What every explorer shares: its frame, and the line in which it says what is going on.

>>> from nsgkit.explore.workbench.controls import button
>>> status = status_line()
>>> explain = report_errors(status, lambda: show_status(status, "Nothing is pasted.", "Paste a tuple."))
>>> frame = panel(button("Explain", explain), status)
"""

import functools
import textwrap
import traceback
from collections.abc import Callable

import anywidget
import ipywidgets

from nsgkit.errors import NsgkitError
from nsgkit.html import escape
from nsgkit.palette import DENIED
from nsgkit.views.theme import STYLE

MARKED = f"border-left: 4px solid {DENIED}; padding-left: 8px"  # the style of what needs a look

# JupyterLab takes plain keys for its own while a control is focused that is not typed into: arrows would
# move between cells instead of choosing, and X would cut the cell with the explorer in it.
_OWN_KEYS = """
function render({ el }) {
  const keep = (event) => event.ctrlKey || event.metaKey || event.altKey || event.stopPropagation();
  requestAnimationFrame(() => el.closest(".nsgkit-panel")?.addEventListener("keydown", keep));
}
export default { render };
"""


class _Look(anywidget.AnyWidget):
    """The stylesheet of a panel, and the keys that belong to it."""

    _esm = _OWN_KEYS
    _css = STYLE


def panel(*children: ipywidgets.Widget) -> ipywidgets.VBox:
    """Return the explorer's frame around `children`, with the kit's stylesheet and its own keys."""
    frame = ipywidgets.VBox([_Look(layout={"display": "none"}), *children])
    frame.add_class("nsgkit-panel")
    return frame


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
    away below. Nothing that the handler says through `show_status` is wiped.
    """

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
