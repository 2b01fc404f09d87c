"""The controls that explorers are made of: fields, lists and buttons, and the line that they stand in."""

from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets

from nsgkit.explore.workbench.turns import in_turn

_MOST_LINES = 8  # of a list


def text_field(
    label: str, value: str = "", *, hint: str = "", label_width: str = "initial", **how: Any
) -> ipywidgets.Text:
    """Return a field of one line; `hint` stands in it while it is empty. `how` goes to the widget.

    >>> text_field("Port", hint="22,3389").placeholder
    '22,3389'
    """
    return ipywidgets.Text(value, description=label, placeholder=hint, style=_style(label_width), **how)


def number_field(
    label: str, value: float, *, most: int = 100_000, label_width: str = "initial"
) -> ipywidgets.Widget:
    """Return a field for a number up to `most`: a whole one where `value` is, else at least a tenth.

    >>> number_field("Retention (days):", 90).value
    90
    """
    kind = ipywidgets.BoundedIntText if isinstance(value, int) else ipywidgets.BoundedFloatText
    least = 0 if isinstance(value, int) else 0.1
    return kind(value, min=least, max=most, description=label, style=_style(label_width))


def dropdown(
    label: str, options: Any, value: Any = None, *, width: str = "auto", label_width: str = "initial"
) -> ipywidgets.Dropdown:
    """Return a list of which one is chosen: `value`, or the first.

    >>> dropdown("Measure", ["connections", "bytes"]).value
    'connections'
    """
    made = ipywidgets.Dropdown(
        options=options, description=label, style=_style(label_width), layout={"width": width}
    )
    if value is not None:
        made.value = value
    return made


def tabs(label: str, options: list[str]) -> ipywidgets.ToggleButtons:
    """Return names of which one is chosen, side by side: the first.

    >>> tabs("Picture", ["Top", "Matrix"]).value
    'Top'
    """
    style = {"button_width": "auto", **_style("initial")}
    return ipywidgets.ToggleButtons(options=options, description=label, style=style)


def folds(label: str, what: ipywidgets.Widget, hint: str = "") -> ipywidgets.ToggleButton:
    """Return a button that shows what is folded away, and folds it away again.

    >>> folds("More", ipywidgets.VBox()).value
    False
    """
    made = ipywidgets.ToggleButton(description=label, tooltip=hint, icon="angle-down")
    made.observe(lambda change: setattr(what.layout, "display", None if change["new"] else "none"), "value")
    return made


def multiple_choice(label: str, options: list[Any], *, label_width: str) -> ipywidgets.SelectMultiple:
    """Return a list of which any number can be chosen: at first all of it.

    >>> multiple_choice("NICs:", ["000D3A000001"], label_width="12em").value
    ('000D3A000001',)
    """
    values = [option[1] if isinstance(option, tuple) else option for option in options]
    lines, style = min(_MOST_LINES, max(2, len(values))), _style(label_width)
    return ipywidgets.SelectMultiple(
        options=options, value=values, rows=lines, description=label, style=style, layout={"width": "36em"}
    )


def button(label: str, press: Callable[[], None], *, hint: str = "", **how: Any) -> ipywidgets.Button:
    """Return a button that calls `press`, and says on hover what that does.

    >>> pressed = []
    >>> button("Verify", lambda: pressed.append("Verify")).click()
    >>> pressed
    ['Verify']
    """
    made = ipywidgets.Button(description=label, tooltip=hint, **how)
    press = in_turn(press)
    made.on_click(lambda _button: press())
    return made


def on_change(controls: Iterable[ipywidgets.Widget], answer: Callable[[], None]) -> None:
    """Call `answer` whenever the value of one of the controls has changed.

    >>> on_change([dropdown("Bin", ["1h", "1d"])], lambda: None)
    """
    for control in controls:
        control.observe(lambda _change: answer(), "value")


def row(*widgets: ipywidgets.Widget) -> ipywidgets.HBox:
    """Return the widgets in a line, which goes on below where the page is narrow."""
    return ipywidgets.HBox(list(widgets), layout={"flex_flow": "row wrap"})


def _style(label_width: str) -> dict[str, str]:
    return {"description_width": label_width}
