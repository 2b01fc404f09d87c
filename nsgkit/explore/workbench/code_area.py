"""The field in which "Show as code" writes: hidden until then, and when it answered another question."""

import ipywidgets


class CodeArea(ipywidgets.Textarea):  # type: ignore[misc]
    """A field of code, `height` lines tall; closed at first.

    >>> area = CodeArea(15)
    >>> area.show("import nsgkit")
    >>> area.close_it()
    >>> area.value
    ''
    """

    def __init__(self, height: int) -> None:
        super().__init__(
            description="Code", layout={"width": "auto", "height": f"{height}em", "display": "none"}
        )

    def show(self, code: str) -> None:
        """Show code."""
        self.value = code
        self.layout.display = None

    def close_it(self) -> None:
        """Show nothing: Widget.close would end the field for good."""
        self.value = ""
        self.layout.display = "none"
