"""Charts as images that need nothing from elsewhere."""

from typing import Any

import vl_convert

from nsgkit.views.theme import HINT_LINES


def as_svg(chart: Any) -> str:
    """Return a chart as SVG, on white: it is read on a dark page and on paper too.

    >>> import altair as alt, pandas as pd
    >>> as_svg(alt.Chart(pd.DataFrame({"n": [1]})).mark_point())[:4]
    '<svg'
    """
    spec = _without_hint(chart.to_dict()) | {"background": "white"}
    # A font whose widths vl-convert knows, and every system has one as wide: or texts are cut and collide.
    spec["config"] = spec.get("config", {}) | {"font": "Arial, sans-serif"}
    svg: str = vl_convert.vegalite_to_svg(spec)
    return svg


def _without_hint(spec: dict[str, Any]) -> dict[str, Any]:
    """Leave out how to use the chart: nobody can drag over an image."""
    lines = spec.get("usermeta", {}).get(HINT_LINES, 0)
    if lines:
        spec["title"]["subtitle"] = spec["title"]["subtitle"][:-lines]
    return spec


def title_words(chart: Any) -> str:
    """Return the title of a chart as one text.

    >>> import altair as alt, pandas as pd
    >>> title_words(alt.Chart(pd.DataFrame({"n": [1]}), title="Rows").mark_point())
    'Rows'
    """
    title = chart.to_dict().get("title", "")
    text = title.get("text", "") if isinstance(title, dict) else title
    return " ".join(text) if isinstance(text, list) else str(text)
