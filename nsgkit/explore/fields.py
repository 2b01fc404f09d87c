"""The field explorer: paste a tuple, a record or a PT1H.json and have it explained field by field."""

from collections.abc import Iterator

import ipywidgets
import pandas as pd

from nsgkit import schema
from nsgkit.explore.workbench.case_bar import CaseBar
from nsgkit.explore.workbench.controls import button, folds, on_change, row
from nsgkit.explore.workbench.panel import MARKED, panel, report_errors, show_status, status_line
from nsgkit.explore.workbench.table import html_table
from nsgkit.flows.explain.fields import MISTAKE, ODD
from nsgkit.flows.explain.tuples import Row, explain
from nsgkit.html import escape

_LONG = 40  # characters that still stand on one line
EXAMPLES = {
    "NSG version 1": "1487282421,192.0.2.95,10.1.0.4,51529,5358,T,I,D",
    "NSG version 2": "1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,,",
    "VNet version 4": "1663146003599,10.0.0.6,192.0.2.180,23956,443,6,O,E,NX,52,29952,47,27072",
    "A record": """{"time": "2024-12-19T09:44:35.0475109Z",
 "systemId": "de8f6437-2996-457d-8317-7d499ded2d74", "macAddress": "000D3AB17875",
 "category": "NetworkSecurityGroupFlowEvent",
 "resourceId": "/SUBSCRIPTIONS/D6549A66-C45C-4979-840C-3B356DA446B0/RESOURCEGROUPS/DEMORS/PROVIDERS/\
MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/DEMOVM-NSG",
 "operationName": "NetworkSecurityGroupFlowEvents",
 "properties": {"Version": 2, "flows": [{"rule": "DefaultRule_DenyAllInBound", "flows": [
  {"mac": "000D3AB17875", "flowTuples": ["1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,",
   "1734601435,35.203.211.18,10.0.0.4,53572,5555,T,I,D,B,,,"]}]}]}}""",
    "Full of mistakes": "946684800,10.0.0.256,10.0.0.4,51318,70000,T,X,B,Q,-1,,,",
}


def field_explorer(text: str = "", *, folded: bool = False) -> ipywidgets.VBox:
    """Return a widget that explains what is pasted into it, as it is typed.

    `text` is what stands in it at first. With `folded`, a button and what `text` says in words are all
    that is seen of it, until the button is pressed. What the explanation says and what it calls a mistake
    is told at `nsgkit.flows.explain.tuples.explain`, which makes the same table without a widget.

    >>> explorer = field_explorer("1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,,")
    """
    return _FieldExplorer(text, folded).frame


class _FieldExplorer:
    """The field for what is pasted, the examples, and the explanation."""

    def __init__(self, text: str, folded: bool) -> None:
        self.pasted = ipywidgets.Textarea(
            value=text,
            description="Tuple, record or PT1H.json:",
            placeholder=f"Paste here, for example: {EXAMPLES['NSG version 2']}",
            rows=4,
            layout={"width": "auto"},
            style={"description_width": "initial"},
        )
        self.status, self.explanation = status_line(), ipywidgets.HTML()
        self.in_words = ipywidgets.HTML(layout={"flex": "1 1 30em"})
        explain_it = report_errors(self.status, self._explain)
        on_change([self.pasted], explain_it)
        explain_it()
        texts = EXAMPLES | {"Empty it": ""}
        buttons = [self._fill_button(name, example) for name, example in texts.items()]
        examples = row(ipywidgets.Label("Examples:"), *buttons)
        every = (self.pasted, examples, self.status, self.explanation, CaseBar(self.status).alone)
        self.frame = panel(*(self._folded(every) if folded else every))

    def _folded(self, every: tuple[ipywidgets.Widget, ...]) -> tuple[ipywidgets.Widget, ...]:
        """Return what is seen at first, and what the button there shows in its place."""
        whole = ipywidgets.VBox(every, layout={"display": "none"})
        unfold = folds("Field by field", whole, "Explain each field, and change the text")
        shown = {True: "none", False: None}
        unfold.observe(lambda change: setattr(self.in_words.layout, "display", shown[change["new"]]), "value")
        return row(unfold, self.in_words), whole

    def _explain(self) -> None:
        self.explanation.value = self.in_words.value = ""  # what explained another text must not stay
        table = explain(self.pasted.value)
        self.explanation.value = "".join(_parts(table))
        self.in_words.value = _in_words(table)
        show_status(self.status, *_verdict(table))

    def _fill_button(self, name: str, text: str) -> ipywidgets.Button:
        fill = report_errors(self.status, lambda: self._fill(text))
        return button(name, fill, hint=f"{name}: put it into the field above", layout={"width": "auto"})

    def _fill(self, text: str) -> None:
        self.pasted.value = text
        self._explain()  # also where the text was there already


def _verdict(table: pd.DataFrame) -> tuple[str, str]:
    if table.empty:
        return "Nothing is pasted yet.", "Paste a tuple, a record or a PT1H.json above, or press an example."
    found = table["finding"].value_counts()
    mistakes, odd = int(found.get(MISTAKE, 0)), int(found.get(ODD, 0))
    if mistakes:
        return f"{_counted(mistakes, 'mistake')}.", "A tuple with a mistake is a reject, not a flow row."
    if odd:
        return f"No mistake, but {_counted(odd, 'oddity')}:", "unusual, and a flow row all the same."
    return "No mistake.", ""


def _counted(number: int, what: str) -> str:
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number} {what if number == 1 else plural}"


def _parts(table: pd.DataFrame) -> Iterator[str]:
    """Yield each record's and tuple's explanation; open are the first tuple and those with a finding."""
    tuples = table.loc[table["place"].notna(), "part"]
    first = tuples.iloc[0] if len(tuples) else None
    for name, rows in table.groupby("part", sort=False):
        is_open = first in (None, name) or bool(rows["finding"].ne("").any())
        yield _part(str(name), rows, is_open=is_open)


def _part(name: str, table: pd.DataFrame, *, is_open: bool) -> str:
    """Return one tuple's or record's explanation: a sentence on the whole, then a table of its fields."""
    rows = [Row(*values) for values in table.itertuples(index=False, name=None)]
    title = f"<b>{escape(name.capitalize())}.</b> "
    above = " ".join(_meaning(row) for row in rows if _is_whole(row))
    fields = [_cells(row) for row in rows if not _is_whole(row)]
    if not fields:
        return f"<section>{title}{above}</section>"
    body = html_table(("Place", "Field", "Text", "What it means"), fields)
    return f"<details{' open' * is_open}><summary>{title}{above}</summary>{body}</details>"


def _in_words(table: pd.DataFrame) -> str:
    """Return what a few sound tuples say, a line each; of anything else the verdict."""
    rows = (Row(*values) for values in table.itertuples(index=False, name=None))
    wholes = [row for row in rows if _is_whole(row)]
    tuples = table.loc[table["place"].notna(), "part"].nunique()
    if table["finding"].ne("").any() or not 0 < tuples == len(wholes):
        return escape(" ".join(_verdict(table)).strip())
    return "".join(f"<div>{escape(row.meaning)}</div>" for row in wholes)


def _is_whole(row: Row) -> bool:
    return pd.isna(row.place) and not row.column


def _cells(row: Row) -> tuple[str, ...]:
    """Return the cells of a field in the table, as HTML."""
    place = "" if pd.isna(row.place) else str(row.place)
    wrap = "overflow-wrap: anywhere" if len(row.text) > _LONG else "white-space: nowrap"
    text = f'<code style="{wrap}">{escape(row.text)}</code>'
    return place, _named(row.column), text, _meaning(row)


def _named(columns: str) -> str:
    labels = [schema.label(name) for name in columns.split(", ") if name]
    label = " and ".join(labels).capitalize() if labels[1:] else "".join(labels)
    return f"{escape(label)} <code>{escape(columns)}</code>"


def _meaning(row: Row) -> str:
    found = f'<div style="{MARKED}"><b>{escape(row.finding.capitalize())}.</b> {escape(row.why)}</div>'
    return escape(row.meaning) + (found if row.finding else "")
