"""What the logs know of one address or port, as a panel beside the pictures in which it was picked."""

from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets
import narwhals as nw
import pandas as pd

from nsgkit import analyses, views
from nsgkit.analyses.filters.grammar import parse
from nsgkit.analyses.filters.select import in_column
from nsgkit.analyses.traffic.life import terms_of_life
from nsgkit.counting.frame import Rows, as_table
from nsgkit.enrich.facts import ENDS
from nsgkit.explore.traffic.known import known_of
from nsgkit.explore.traffic.question import Question, Traffic
from nsgkit.explore.workbench.controls import button, row
from nsgkit.explore.workbench.held import at_hand, kept, let_go, with_names
from nsgkit.explore.workbench.selectable import along
from nsgkit.explore.workbench.table import html_table
from nsgkit.html import escape, visible
from nsgkit.schema import NOT_LOGGED, in_words, names_carried, shortened, spoken
from nsgkit.views.theme import StandIn, cut, selectable

_MOST, _WIDTH, _HEIGHT = 8, 560, 110  # rows of a table; pixels of the chart
_HAVE_ONE = {"src_ip": "address", "dst_ip": "address", "dst_port": "port"}  # columns of a flow row
_MEASURES = {"connections": "Allowed", "denied": "Denied", "bytes": "Bytes"}  # as in the chart's legend
_WRAPPED = "max-width: 44em; white-space: normal; overflow-wrap: anywhere"
_APART, _RIGHT = {"margin": "0 16px 12px 0"}, '<div style="text-align: right">{}</div>'


class Lives:
    """The place of such a panel, and buttons that open it for what stands in a row.

    `choose` is told the terms of a filter; `safely` lets a handler's errors be told.
    """

    def __init__(
        self,
        traffic: Traffic,
        choose: Callable[[str], None],
        safely: Callable[[Callable[..., None]], Callable[..., None]],
    ) -> None:
        self.frame, self.offered = ipywidgets.VBox(), row()
        self._traffic, self._choose = traffic, choose
        self.show = safely(self._show)

    def offer(self, opened: pd.Series | None) -> None:
        """Offer the lives of what stands in a flow row; of nothing where there is none."""
        asked = [] if opened is None else [(kind, str(opened[name])) for name, kind in _HAVE_ONE.items()]
        self.offered.children = [
            button(f"Life of {visible(in_words(v, self._traffic.names))}", partial(self.show, k, v))
            for k, v in asked
        ]

    def _show(self, kind: str, value: str) -> None:
        self.frame.children = (life_panel(self._traffic, kind, value, self._choose, self._close),)

    def _close(self) -> None:
        self.frame.children = ()


def life_panel(
    traffic: Traffic, kind: str, value: object, choose: Callable[[str], None], close: Callable[[], None]
) -> ipywidgets.VBox:
    """Return the panel of an address or a port: its life in two sentences, a chart, peers and rules.

    Of an address it also says what is known of it beside the logs, each with who says so.

    `kind` is "address" or "port". "For" and "Not" call `choose` with the filter's terms, "Close" calls
    `close`. All is of all conversations, whatever the filter chooses. Raises NsgkitError where `value` is no
    address or port.
    """
    asked: dict[str, Any] = {kind: int(str(value)) if str(value).isdecimal() else value}
    terms = terms_of_life(**asked)
    known: Any = analyses.life(traffic.conversations, **asked).set_index("seen_as")
    called = value if kind == "port" else in_words(value, traffic.names)
    heading = ipywidgets.HTML(f"<h3>{escape(f'{kind.capitalize()} {called}')}</h3>")
    parts = [heading, _buttons(terms[0], choose, close)]
    if known.empty or pd.isna(known.at["either", "first"]):
        return ipywidgets.VBox([*parts, _paragraphs("It is never seen in these logs.")])
    his = at_hand(kept(traffic.named, terms[0]))
    try:
        turned = _turned(his if kind == "address" else kept(his, terms[2]))
        said = [*_tables(traffic, his, kind, terms[1]), *_known(traffic, his, kind, value)]
        chart = _chart(traffic, his)
    finally:
        let_go(his)
    tables = row(*(ipywidgets.HTML(each, layout=_APART) for each in said))
    return ipywidgets.VBox([*parts, _paragraphs(_seen(known), turned), chart, tables])


def _buttons(terms: str, choose: Callable[[str], None], close: Callable[[], None]) -> ipywidgets.HBox:
    return row(
        button("For", lambda: choose(terms), hint="Choose what has it at either end"),
        button("Not", lambda: choose(f"-{terms}"), hint="Choose what does not have it"),
        button("Close", close, hint="Close this panel"),
    )


def _paragraphs(*sentences: str) -> ipywidgets.HTML:
    return ipywidgets.HTML("".join(f"<p>{escape(sentence)}</p>" for sentence in sentences))


def _seen(known: Any) -> str:
    """Say when it was seen, at which end how often, and how much it sent."""
    either = known.loc["either"]
    ends = "; ".join(f"as {end} {_counted(known.loc[end])}" for end in ("source", "destination"))
    sizes = "; ".join(f"{way}: {_number(either[f'bytes_{way}'])}" for way in ("sent", "received"))
    return f"Seen from {_time(either['first'])} to {_time(either['last'])} (UTC): {ends}. Bytes {sizes}."


def _counted(end: Any) -> str:
    if pd.isna(end["first"]):
        return "never"
    names = ["connections", "denied", *(name for name in ("unknown", "orphans") if end[name])]
    return ", ".join(f"{end[n]:,} {spoken(n).removesuffix('s' if end[n] == 1 else '')}" for n in names)


def _turned(his: Any) -> str:
    """Say whether it was denied and then allowed: when, at what and by which rule."""
    found = analyses.denied_then_allowed(his, top=1)
    if found.empty:
        return "Nothing here was denied and later allowed."
    first: Any = found.iloc[0]
    ends = [in_words(first[end], names_carried(his)) for end in ENDS]
    said = (
        f"Denied, and later allowed: {ends[0]} at {ends[1]}, {first['protocol']} port "
        f"{first['dst_port']}. Denied attempts before: {first['denied_before']:,}, the first at "
        f"{_time(first['first_denied'])}. Allowed from {_time(first['first_allowed_after'])}, "
        f"by {found['allowed_by'].fillna('').item() or 'a rule that is not logged'}."
    )
    more = {"Allowed before that": first["allowed_before"], "Others like it": first["groups"] - 1}
    return " ".join([said, *(f"{what}: {count:,}." for what, count in more.items() if count)])


def _chart(traffic: Traffic, his: Any) -> ipywidgets.Widget:
    """Draw allowed and denied over the whole span of the logs."""
    drawn: Any = views.over_time(analyses.over_time(his, freq=traffic.settled(Question()).freq))
    if not isinstance(drawn, StandIn):
        drawn = along(drawn, traffic.whole_span).properties(width=_WIDTH, height=_HEIGHT)
    return selectable(drawn)


def _tables(traffic: Traffic, his: Any, kind: str, as_source: str) -> list[str]:
    """Return the largest peers, ports and rules; of a port, who called and who was called."""
    if kind == "port":
        groups = {"Sources": ["src_ip"], "Destinations": ["dst_ip"]}
    else:
        his = _with_peers(his, as_source)
        groups = {"Peers": ["peer"], "Ports": ["protocol", "dst_port"]}
    rules = _largest(his, ["acl", "rule"], count_every_view=True)  # a rule decided of each view
    rules["acl"] = shortened(rules["acl"], traffic.names)
    tables = [_table(title, _largest(his, by), by) for title, by in groups.items()]
    return [*tables, _table("Rules", rules, ["acl", "rule"])]


def _with_peers(his: Any, as_source: str) -> Any:
    """Return the conversations of an address with who is at the other end: where it calls, whom it calls."""
    held = as_table(his)
    if isinstance(held, pd.DataFrame):
        called = kept(his, as_source).index
        ends = [his.loc[called, "dst_ip"].astype("str"), his["src_ip"].drop(called).astype("str")]
        return his.assign(peer=pd.concat(ends))
    rows = Rows.of(held)
    term: Any = parse(as_source)[0]
    calls = in_column(term, term.columns[0], rows)
    peer = nw.when(calls).then(nw.col("dst_ip")).otherwise(nw.col("src_ip"))
    return with_names(rows.with_columns(peer=peer).frame.to_native(), names_carried(his))


def _known(traffic: Traffic, his: Any, kind: str, value: object) -> list[str]:
    """Return what is known of an address beside the logs, as a table; nothing of a port."""
    if kind == "port":
        return []
    told = known_of(str(value), his, traffic.own)
    cells = [[escape(what), f'<div style="{_WRAPPED}">{escape(said)}</div>'] for what, said in told]
    return [html_table(["Beside the logs", "What is known, and who says so"], cells)]


def _largest(his: Any, by: list[str], **how: Any) -> pd.DataFrame:
    """Return the groups with the most connections, and then the most denied attempts."""
    found = analyses.breakdown(his, by, top=None, **how)
    return found.sort_values(["connections", "denied"], ascending=False, kind="stable").head(_MOST)


def _table(title: str, found: pd.DataFrame, by: list[str]) -> str:
    known = names_carried(found)
    names = (
        found[by]
        .astype("object")
        .map(lambda value: cut(NOT_LOGGED if pd.isna(value) else known.get(value, value)))
    )
    cells = found[[*_MEASURES]].astype("object").map(lambda value: _RIGHT.format(_number(value)))
    rows = zip(names.agg(" ".join, axis=1), *(cells[name] for name in _MEASURES), strict=True)
    groups = found["groups"].max()
    heading = title if groups <= _MOST else f"{title} ({_MOST} of {groups:,})"
    return html_table([heading, *_MEASURES.values()], rows)


def _number(value: Any) -> str:
    return "unknown" if pd.isna(value) else f"{value:,}"


def _time(time: pd.Timestamp) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}"
