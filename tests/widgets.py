"""How tests find their way in an explorer: all of its widgets, and its buttons by their words."""

import ipywidgets


def within(widget):
    """The widget and all that it holds."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from within(child)


def press(explorer, label):
    """Press the first button with these words."""
    next(w for w in within(explorer) if isinstance(w, ipywidgets.Button) and w.description == label).click()
