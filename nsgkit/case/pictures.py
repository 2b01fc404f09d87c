"""Pictures as files of a case: a chart as SVG, which needs nothing from elsewhere."""

from typing import Any

import altair as alt

from nsgkit.errors import NsgkitError, shown
from nsgkit.views.images import as_svg

_PNG = b"\x89PNG\r\n\x1a\n"


def as_file(picture: Any) -> tuple[bytes, str]:
    """Return a picture's bytes and the ending of its file; NsgkitError where it is none.

    >>> as_file("<svg/>")
    (b'<svg/>', 'svg')
    """
    if isinstance(picture, alt.TopLevelMixin):
        return as_svg(picture).encode(), "svg"
    if isinstance(picture, bytes) and picture.startswith(_PNG):
        return picture, "png"
    if isinstance(picture, str) and "<svg" in picture[:1_000]:
        return picture.encode("utf-8", "backslashreplace"), "svg"
    raise NsgkitError(f"{shown(picture)} is no picture: give a chart, SVG as text, or the bytes of a PNG.")
