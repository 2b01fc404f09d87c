"""Tables of explorers: labelled, inert, with unknown said in words, to be sorted and searched."""

from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets
import pandas as pd
from itables.widget import ITable

from nsgkit import schema
from nsgkit.errors import NsgkitError
from nsgkit.html import escape
from nsgkit.views.theme import cut

MOST_ROWS = 1_000
_ORDER = "order of "  # before the label of the column that it sorts
# The cells are inert HTML already. Floats stay numbers: formatted by itables they need code to be evaluated.
_LOOK: dict[str, Any] = {
    "allow_html": True, "format_floats_in_python": False, "maxBytes": 0, "showIndex": False,
    "pageLength": 10, "lengthMenu": [10, 25, 100, MOST_ROWS], "style": "width:auto; margin:0",
}  # fmt: skip
_NAMES = ("src_port", "dst_port", "version", "record", "tuple")  # numbers that count nothing
_SECONDS = ("duration",)  # a number below 1 is a share elsewhere
_LISTED = ("largest",)  # several addresses in one text
_LONG = 24  # characters that are shown whole
# The columns of a flow row that tell an analyst most; its place in the logs proves it.
ROW_COLUMNS = (
    "time", "decision", "rule", "src_ip", "src_port", "dst_ip", "dst_port", "protocol", "direction", "state",
    "packets_src_to_dst", "bytes_src_to_dst", "packets_dst_to_src", "bytes_dst_to_src", "mac",
    *schema.PLACE,
)  # fmt: skip


class TableView:
    """A place for one table, which can be sorted, searched and leafed through; closed at first.

    >>> view = TableView()
    >>> view.show(pd.DataFrame({"dst_port": [22]}), "Rows")
    >>> view.close()
    """

    def __init__(self, opened: Callable[[pd.Series], str] | None = None) -> None:
        self.opened = opened  # what is said of a row that is clicked
        self.rows, self.said = pd.DataFrame(), ipywidgets.HTML()
        self.caption = ipywidgets.HTML()
        self.table: ITable | None = None  # made when first needed: it brings 0.7 MB of scripts to the page
        self.frame = ipywidgets.VBox(layout={"overflow": "auto"})

    def show(self, table: pd.DataFrame, caption: str) -> None:
        """Show the first rows of a table under a caption, which also says what is left out."""
        shown = table.head(MOST_ROWS)
        if len(shown) < len(table):
            left_out = f"The first {len(shown):,} of {len(table):,} are shown; the code makes them all."
            caption = f"{caption} {left_out}"
        self.caption.value = f"<p>{escape(caption)}</p>"
        cells = as_cells(shown)
        self._fill(cells, columnDefs=_sorted_by_value(cells), **_LOOK)
        self.rows, self.said.value = shown, ""
        self.frame.children = (self.caption, self.said, self.table) if len(cells) else (self.caption,)

    def open(self, number: int) -> None:
        """Say what is known of a row, as if it had been clicked; of none where there is no such row."""
        if self.table is not None and number < len(self.rows):
            self.table.selected_rows = [number]

    def close(self) -> None:
        """Show nothing."""
        self.frame.children = ()

    def _fill(self, cells: pd.DataFrame, **look: Any) -> None:
        with pd.option_context("display.max_colwidth", None):  # or itables cuts a text, and what escapes it
            if self.table is None:
                self.table = ITable(cells, select="single" if self.opened else False, **look)
                self.table.observe(self._say, "selected_rows")
            else:
                self.table.selected_rows = []
                self.table.update(cells, **look)

    def _say(self, change: Any) -> None:
        """Say what is known of the row that was clicked."""
        self.said.value = ""
        if not (change["new"] and self.opened):
            return
        try:
            said = self.opened(self.rows.iloc[change["new"][0]])
        except NsgkitError as error:
            said = str(error)
        lines = "<br/>".join(escape(line) for line in said.splitlines())
        self.said.value = f'<div class="nsgkit-verbatim"><code>{lines}</code></div>' if said else ""


def as_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as cells of inert HTML under its labels, then the numbers to sort them by.

    >>> as_cells(pd.DataFrame({"dst_port": [22], "rule": ["<b>"]})).to_dict("list")
    {'Destination port': ['22'], 'Rule': ['&#60;b&#62;'], 'order of Destination port': [22]}
    >>> as_cells(pd.DataFrame({"connections": [23_416], "dst_port": [8080]})).iloc[0].tolist()[:2]
    ['23,416', '8080']
    """
    texts = {
        escape(schema.label(name)): [_cell(v, name) for v in _called(table, name)] for name in table.columns
    }
    numbers = {
        f"{_ORDER}{escape(schema.label(name))}": _order(table[name])
        for name in table.select_dtypes("number").columns
    }
    return pd.DataFrame(texts | numbers, dtype=None).astype(dict.fromkeys(texts, "object"))


def _called(table: pd.DataFrame, name: str) -> "pd.Series[Any]":
    """Return a column's values, its addresses as the table carries their names."""
    values, known = table[name].astype("object"), schema.names_carried(table)
    if name in schema.NAME_COLUMNS:
        return values.map(lambda value: known.get(value, value))
    if name in _LISTED:
        return values.map(lambda value: schema.with_names_behind(value, known))
    return values


def html_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a small table as HTML; the cells are HTML already, so text has to be escaped before.

    >>> html_table(["Place"], [["1"]])[-55:]
    '</tr></thead><tbody><tr><td>1</td></tr></tbody></table>'
    """
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>" for cells in rows)
    return f'<table class="nsgkit-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _order(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return what to sort a column of numbers by: what is unknown comes before 0."""
    known = values.fillna(-1).reset_index(drop=True)
    return known.astype("float64") if pd.api.types.is_float_dtype(values.dtype) else known.astype("int64")


def _sorted_by_value(cells: pd.DataFrame) -> list[dict[str, Any]]:
    """Let DataTables sort the cells of numbers by the numbers, which it does not show."""
    places = {name: place for place, name in enumerate(cells.columns)}
    numbers = {name: place for name, place in places.items() if name.startswith(_ORDER)}
    hidden = {"targets": [*numbers.values()], "visible": False, "searchable": False}
    shown = [
        {"targets": places[name.removeprefix(_ORDER)], "orderData": place, "className": "dt-right"}
        for name, place in numbers.items()
    ]
    return [hidden, *shown] if numbers else []


def _cell(value: object, column: str) -> str:
    """Return a value of a column as a cell; a number that is a name is written without commas."""
    if value is pd.NA:
        return "unknown"
    if pd.isna(value):  # type: ignore[call-overload]
        return "–"  # a text that the log does not have
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float):
        return _fraction(value, column)
    if isinstance(value, int):
        return str(value) if column in _NAMES else f"{value:,}"
    return escape(value) if len(str(value)) <= _LONG else cut(value)


def _fraction(value: float, column: str) -> str:
    if column in _SECONDS:
        return f"{value:,.1f} s"
    return f"{value:.2%}" if value <= 1 else f"{value:,.2f}"
