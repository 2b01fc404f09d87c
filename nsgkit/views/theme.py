"""The kit's look: one theme for charts, one stylesheet for widgets.

Text and lines take JupyterLab's own variables wherever the page has them. Times are drawn in UTC, whatever
the clock of the machine that shows them.
"""

import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

import altair as alt
import pandas as pd

from nsgkit import schema
from nsgkit.errors import NsgkitError
from nsgkit.html import escape, visible
from nsgkit.palette import ALLOWED, DENIED, DESTINATION, INK, LINES, SERIES, SOURCE, UNKNOWN

_VEGA_LITE_5 = "application/vnd.vegalite.v5+json"
_SCHEMA_5 = "https://vega.github.io/schema/vega-lite/v5.json"  # a name: nothing is fetched

_Chart = TypeVar("_Chart", bound=alt.TopLevelMixin)

WIDTH, HEIGHT = 680, 240  # pixels: with its axis a chart fits into a page 1280 wide
NAME_LIMIT = 290  # pixels of a name on an axis or in a legend; the whole name is in the tooltip
LEGEND_LIMIT = 220  # pixels of a name in a legend of three columns
NAMED_WIDTH = WIDTH - 270  # of a chart with names on its axis
NAME_ROOM = 42  # characters of a name there, so that it is cut in its middle and not at its end
_ADDRESSES = ("src_ip", "dst_ip", "source", "destination")  # columns of addresses and networks
_IDS = ("acl", "resource", "flow_log", "mac")  # columns of ids that have labels
_NO_MEASURE = ("first", "last")
_LINE = 96  # characters of a title or sentence before it wraps
HINT_LINES = "hint_lines"  # of the subtitle, at its end; stands in a chart as its usermeta

STYLE = f"""
.vega-embed {{ overflow: visible; }}
.vega-embed svg text[fill="{INK}"] {{ fill: var(--jp-ui-font-color1, {INK}); }}
.vega-embed svg line[stroke="{LINES}"] {{ stroke: var(--jp-border-color1, {LINES}); }}
.vega-embed details:not([open]) {{ opacity: 0.35; }}
#vg-tooltip-element.vg-tooltip {{ color: var(--jp-ui-font-color1); background: var(--jp-layout-color1);
  border: 1px solid var(--jp-border-color1); font-family: var(--jp-ui-font-family);
  max-width: 40em; overflow-wrap: anywhere; }}
#vg-tooltip-element.vg-tooltip table tr td.key {{ color: var(--jp-ui-font-color2); }}
#vg-tooltip-element.vg-tooltip table tr td.value {{ max-width: 32em; max-height: none; white-space: normal; }}
.nsgkit-panel {{ color: var(--jp-ui-font-color1); font-family: var(--jp-ui-font-family); }}
.nsgkit-panel .jupyter-button {{ width: auto; min-width: 6em; padding: 0 12px; }}
.nsgkit-panel .widget-html-content, .nsgkit-panel .jupyter-widgets label {{ line-height: 1.5; }}
.nsgkit-panel :focus-visible {{ outline: 2px solid var(--jp-brand-color1); outline-offset: 1px; }}
.nsgkit-status {{ padding: 6px 10px; border-left: 4px solid var(--jp-border-color1);
  background: var(--jp-layout-color2); max-width: 60em; overflow-wrap: anywhere; }}
.nsgkit-problem {{ border-left-color: {DENIED}; }}
.nsgkit-stale .vega-embed, .nsgkit-stale .dt-container {{ opacity: 0.35; }}
.nsgkit-panel {{ position: relative; }}
.nsgkit-stale::before {{ content: ""; position: absolute; z-index: 10; top: 0; left: 0; width: 20%;
  height: 3px; background: var(--jp-brand-color1); visibility: hidden;
  animation: nsgkit-appear 0s linear 0.5s forwards, nsgkit-pass 1.2s ease-in-out infinite alternate; }}
@keyframes nsgkit-pass {{ to {{ left: 80%; }} }}
.nsgkit-chip {{ margin: 2px; border: 1px solid var(--jp-border-color1); border-radius: 4px; }}
.nsgkit-panel .nsgkit-chip .jupyter-button {{ min-width: 0; margin: 0; padding: 0 8px; background: none; }}
.nsgkit-panel .nsgkit-chip .jupyter-button:disabled {{ opacity: 1; }}
.nsgkit-pictures {{ align-items: flex-start; column-gap: 12px; }}
.nsgkit-working {{ visibility: hidden; animation: nsgkit-appear 0s linear 0.4s forwards; }}
@keyframes nsgkit-appear {{ to {{ visibility: visible; }} }}
.nsgkit-cut {{ display: inline-block; max-width: 22em; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; vertical-align: bottom; }}
.nsgkit-table {{ border-collapse: collapse; font-size: var(--jp-ui-font-size1); }}
.nsgkit-table th, .nsgkit-table td {{ padding: 3px 10px; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--jp-border-color2); }}
.nsgkit-verbatim {{ display: inline-block; min-width: 17ch; overflow-wrap: anywhere; }}
"""


def enable() -> None:
    """Make altair draw with the kit's theme and without a network.

    Called when `nsgkit.views` is first imported; calling it again does no harm. A chart that stands
    last in a cell becomes the picture that JupyterLab itself can draw, offline: it stays in a saved
    notebook. A chart whose selections come back to Python is made with `selectable`.
    """
    alt.theme.register("nsgkit", enable=True)(_theme)
    alt.renderers.register("nsgkit", _drawn_by_jupyterlab)
    alt.renderers.enable("nsgkit")


def selectable(chart: Any, **options: Any) -> alt.JupyterChart:
    """Return the chart as a widget: what is selected in it comes back to Python, without a network.

    `options` are those of `altair.JupyterChart`. The first of a session takes a second or two: the scripts
    that draw it are bundled, and a plain chart does not need them.
    """
    alt.JupyterChart._css = STYLE
    alt.JupyterChart.enable_offline(True)
    return alt.JupyterChart(chart, **options)


def decision_scale() -> alt.Scale:
    """Return the colour scale of a column that holds allowed, denied and unknown."""
    return alt.Scale(domain=["allowed", "denied", "unknown"], range=[ALLOWED, DENIED, UNKNOWN])


def end_scale() -> alt.Scale:
    """Return the colour scale of a column that holds source and destination."""
    return alt.Scale(domain=["source", "destination"], range=[SOURCE, DESTINATION])


def utc(field: str, title: str = "Time (UTC)") -> alt.X:
    """Return a time axis that reads in UTC, whatever the clock of the reader's machine.

    >>> utc("hour").to_dict()["scale"]
    {'type': 'utc'}
    """
    return alt.X(field, type="temporal", scale=alt.Scale(type="utc"), title=title)


def utc_tooltip(field: str, title: str = "Time (UTC)") -> alt.Tooltip:
    """Return a tooltip's line for a time, to the minute, in UTC."""
    return alt.Tooltip(
        field,
        type="temporal",
        timeUnit="utcyearmonthdatehoursminutes",  # a plain format would use the reader's own zone
        format="%Y-%m-%d %H:%M",
        title=title,
    )


def titled(chart: _Chart, title: str, subtitle: str | Sequence[str] = "") -> _Chart:
    """Return `chart` under a title that names its subject; the subtitle says units, UTC, what is left out.

    >>> titled(alt.Chart(pd.DataFrame({"n": [1]})).mark_bar(), "Connections", "per hour, UTC").title.text
    'Connections'
    """
    lines = [subtitle] if isinstance(subtitle, str) else list(subtitle)
    wrapped = [line for text in lines for line in textwrap.wrap(visible(text), _LINE)]
    heading = textwrap.wrap(visible(title), _LINE) or [""]
    text = heading[0] if len(heading) == 1 else heading
    return chart.properties(title=alt.TitleParams(text=text, subtitle=wrapped))


def hinted(chart: _Chart, hint: str) -> _Chart:
    """Return a titled chart whose last lines say how to use it; an image of it leaves them out.

    >>> chart = titled(alt.Chart(pd.DataFrame({"n": [1]})).mark_bar(), "Connections", "per hour, UTC")
    >>> hinted(chart, "Drag to look closer.").title.subtitle
    ['per hour, UTC', 'Drag to look closer.']
    """
    lines = textwrap.wrap(hint, _LINE)
    spec: Any = chart
    title = spec.title.copy()
    title.subtitle = [*title.subtitle, *lines]
    return chart.properties(title=title, usermeta={HINT_LINES: len(lines)})


def require_measure(table: pd.DataFrame, measure: str, needed: Sequence[str], made_by: str) -> None:
    """Raise where a table is not what `made_by` makes, or has no such measure.

    >>> require_measure(pd.DataFrame({"connections": [3]}), "connections", ["connections"], "nsgkit.x")
    """
    schema.require(table.columns, needed, made_by)
    measures = [
        c.name for c in (*schema.TRAFFIC, schema.PEERS) if c.name in table and c.name not in _NO_MEASURE
    ]
    if measure not in measures:
        raise NsgkitError(f"The table has no measure {measure!r}. Choose one of {', '.join(measures)}.")


def key_columns(table: pd.DataFrame, first_figure: str) -> list[str]:
    """Return the columns that make a table's groups: those that stand before its first figure.

    >>> key_columns(pd.DataFrame({"rule": ["Web"], "connections": [3]}), "connections")
    ['rule']
    """
    return list(table.columns[: list(table.columns).index(first_figure)])


def rows_with(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the rows that have any of a measure: it is known there, and more than 0.

    >>> len(rows_with(pd.DataFrame({"bytes": [3, 0, None]}), "bytes"))
    1
    """
    return table[table[measure].notna() & (table[measure] > 0)]


def group_labels(table: pd.DataFrame, keys: Sequence[str], room: int = NAME_ROOM) -> "pd.Series[str]":
    """Return what each row's group is called: its `whole_labels`, long parts cut in their middle.

    >>> group_labels(pd.DataFrame({"acl": ["/NSG/WEB"], "rule": ["Allow"]}), ["acl", "rule"]).tolist()
    ['WEB  ·  Allow']
    """
    rows = pd.Series([*zip(*_parts(table, keys), strict=True)], index=table.index, dtype="object")
    return rows.map(schema.join_apart(rows.unique(), room)).astype("str")


def whole_labels(table: pd.DataFrame, keys: Sequence[str]) -> "pd.Series[str]":
    """Return the values of `keys` in words: ids by their short names, or by what the table's attrs say.

    >>> whole_labels(pd.DataFrame({"mac": ["000D3AB17875"]}), ["mac"]).tolist()
    ['000D3AB17875']
    """
    parts = _parts(table, keys)
    label = parts[0]
    for text in parts[1:]:
        label = label + schema.BETWEEN + text
    return label


def _parts(table: pd.DataFrame, keys: Sequence[str]) -> "list[pd.Series[str]]":
    known = schema.names_carried(table)
    return [_texts(table[key], known) for key in keys]


def _texts(values: "pd.Series[Any]", known: Mapping[str, str]) -> "pd.Series[str]":
    texts = values.astype("object").where(values.notna(), None)
    if str(values.name) in _IDS:
        return schema.shortened(texts, known)
    if known and str(values.name) in _ADDRESSES:
        texts = texts.map(lambda text: known.get(text, text))
    return texts.where(texts.notna(), schema.NOT_LOGGED).astype("str")


def labels_called(table: pd.DataFrame, names: Iterable[str]) -> dict[str, Any]:
    """Return how an axis writes names: as the table's attrs call them; nothing where they call none.

    >>> labels_called(pd.DataFrame(), ["10.0.0.4"])
    {}
    """
    known = schema.names_carried(table)
    called = {name: known[name] for name in sorted(names) if name in known}
    return {"labelExpr": f"({json.dumps(called)})[datum.label] || datum.label"} if called else {}


def share_of_all(shown: pd.DataFrame, measure: str) -> str:
    """Say what part of a measure's total the shown rows carry; nothing where `share` is of another measure.

    >>> share_of_all(pd.DataFrame({"bytes": [30, 10], "share": [0.6, 0.2]}), "bytes")
    '80.0% of all bytes'
    >>> share_of_all(pd.DataFrame({"bytes": [30, 10], "share": [0.2, 0.6]}), "bytes")
    ''
    """
    known = shown[shown[measure].notna() & (shown["share"] > 0)]
    totals = known[measure].astype("float64") / known["share"]
    if measure == "peers" or len(known) < len(shown) or totals.max() > totals.min() * (1 + 1e-6):
        return ""
    return f"{shown['share'].sum():.1%} of all {schema.spoken(measure)}"


def the_others_have_none(shown: pd.DataFrame, measure: str) -> str:
    """Say that what is not shown has none of the measure, where that is so and there is any.

    >>> table = pd.DataFrame({"bytes": [30, 10], "share": [0.75, 0.25], "groups": 7})
    >>> the_others_have_none(table, "bytes")
    '; the others have none'
    """
    everything = share_of_all(shown, measure) and shown["share"].sum() > 1 - 1e-9
    return "; the others have none" if everything and len(shown) < shown["groups"].iloc[0] else ""


def not_delivered(table: pd.DataFrame) -> list[str]:
    """Say how many of the connections in a table were allowed by a rule and then dropped, where any were.

    >>> not_delivered(pd.DataFrame({"connections": [5, 3], "dropped": [2, 0]}))
    ['Allowed is not delivered: 2 of these 8 connections were dropped by encryption.']
    """
    dropped = int(table["dropped"].sum()) if "dropped" in table else 0
    if not dropped:
        return []
    among = f"{dropped:,} of these {int(table['connections'].sum()):,} connections"
    return [f"Allowed is not delivered: {among} were dropped by encryption."]


def readable(table: pd.DataFrame) -> pd.DataFrame:
    r"""Return `table` with hidden characters of its text spelled out: a chart draws text as it comes.

    >>> readable(pd.DataFrame({"rule": ["a\u202eb"]}))["rule"].item()
    'a\\u202eb'
    """
    texts = table.select_dtypes(include=["object", "string", "category"]).columns
    return table.assign(**{name: table[name].astype("object").map(_spelled) for name in texts})


class StandIn(alt.Chart):
    """What stands in a picture's place and says in words why there is none."""


def empty_chart(reason: str, what_to_do: str) -> StandIn:
    """Return a chart's stand-in that says why there is nothing to draw, and what to do.

    >>> empty_chart("No row is denied.", "Choose a longer span.").data["line"].tolist()
    ['No row is denied.', 'Choose a longer span.']
    """
    lines = [*textwrap.wrap(visible(reason), _LINE), *textwrap.wrap(visible(what_to_do), _LINE)]
    table = pd.DataFrame({"line": lines, "row": range(len(lines))})
    place = alt.Y("row:O", axis=None, scale=alt.Scale(paddingOuter=1))
    chart = StandIn(table, width=WIDTH, height=20 * (len(lines) + 1)).mark_text(align="left", fontSize=13)
    stand_in: StandIn = chart.encode(x=alt.value(12), y=place, text="line:N")
    return stand_in


def empty_ranking(what: str, measure: str) -> StandIn:
    """Return the stand-in of a picture of a table in which nothing has any of the measure."""
    return empty_chart(
        f"{what} has any {schema.spoken(measure)}.", "Choose another measure, or a longer span."
    )


def cut(name: object) -> str:
    """Return HTML that shows a long name cut to the place it has, and whole on hover.

    >>> cut("<b>")
    '<span class="nsgkit-cut" title="&#60;b&#62;">&#60;b&#62;</span>'
    """
    text = escape(name)
    return f'<span class="nsgkit-cut" title="{text}">{text}</span>'


def _drawn_by_jupyterlab(spec: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Return a chart as what JupyterLab draws: Vega-Lite 5, which the specs of altair 6 are as well."""
    title = spec.get("title") or {}
    lines = [title.get(part, "") for part in ("text", "subtitle")] if isinstance(title, dict) else [title]
    words = [line for text in lines for line in ([text] if isinstance(text, str) else text) if line]
    drawn = _utc_in_tooltips(spec) | {"$schema": _SCHEMA_5}
    return {_VEGA_LITE_5: drawn, "text/plain": "Chart: " + " ".join(words)}


def _utc_in_tooltips(part: Any) -> Any:
    """Return a spec whose formatted UTC times are so in Vega-Lite 5 too.

    There a format is UTC only beside a scale of that type, which altair has no word for in a tooltip.
    """
    if isinstance(part, list):
        return [_utc_in_tooltips(item) for item in part]
    if not isinstance(part, dict):
        return part
    found = {n: value if n == "datasets" else _utc_in_tooltips(value) for n, value in part.items()}
    formatted = "format" in part and str(part.get("timeUnit", "")).startswith("utc")
    return found | ({"scale": {"type": "utc"}} if formatted else {})


def _spelled(value: object) -> object:
    return visible(value) if isinstance(value, str) else value


def _theme() -> alt.theme.ThemeConfig:
    guide = {"labelColor": INK, "titleColor": INK, "labelFontSize": 11, "titleFontSize": 12}
    clock = {"year": "%Y", "month": "%b %Y", "date": "%a %d %b", "day": "%a %d %b", "week": "%d %b"}
    clock |= {"hours": "%H:%M", "minutes": "%H:%M", "seconds": "%H:%M:%S", "milliseconds": "%H:%M:%S.%L"}
    lines = {"domainColor": LINES, "tickColor": LINES, "gridColor": LINES, "gridOpacity": 0.35}
    legend = {"orient": "top", "direction": "horizontal", "columns": 3, "symbolLimit": 30}
    heading = {"anchor": "start", "frame": "group", "offset": 12, "fontSize": 15, "subtitleFontSize": 12}
    look = {
        "config": {
            "background": "transparent",
            "font": "system-ui, sans-serif",
            "view": {"stroke": None, "continuousWidth": WIDTH, "continuousHeight": HEIGHT},
            "title": {**heading, "color": INK, "subtitleColor": INK, "subtitlePadding": 5},
            "axis": {**guide, **lines, "labelLimit": NAME_LIMIT, "titleFontWeight": "normal"},
            "axisTemporal": {"format": clock},
            "axisY": {"maxExtent": NAME_LIMIT + 40},  # or the title is drawn over long names
            "header": {**guide, "labelLimit": NAME_LIMIT},
            "legend": {**guide, **legend, "labelLimit": LEGEND_LIMIT, "titleFontWeight": "normal"},
            "mark": {"color": SERIES[0]},
            "text": {"color": INK},
            "range": {"category": list(SERIES)},
        },
        # SVG, so that the page's own colours reach the text and a screen reader its words. No menu
        # entry that sends the data to a web editor.
        "usermeta": {
            "embedOptions": {
                "renderer": "svg",
                "actions": {"export": True, "source": False, "compiled": False, "editor": False},
            }
        },
    }
    return cast("alt.theme.ThemeConfig", look)
