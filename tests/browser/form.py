"""Forms of many fields: the field that a label names, and filling it in as a person does."""


def field(notebook, label):
    """The control that stands right beside this label."""
    row = notebook.panel.locator(f".jupyter-widgets:has(> .widget-label:text-is({label!r}))")
    return row.locator("input, select, textarea").last


def fill(notebook, label, value):
    """Choose or type `value` in the control beside this label, and leave it."""
    control = field(notebook, label)
    control.scroll_into_view_if_needed()
    if control.evaluate("node => node.tagName") == "SELECT":
        control.select_option(value)
    else:
        control.fill(value)
        control.blur()
    return notebook
