"""Show as code: the call that opens the places explorer on a question, and those that make its tables."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from nsgkit.analyses.filters.grammar import beside
from nsgkit.explore.places.question import BESIDE, THREATS, Pick, Placed, Question, map_options
from nsgkit.explore.traffic.as_code import own_as_code
from nsgkit.explore.workbench.code import cell
from nsgkit.explore.workbench.held import is_pandas

_USUAL = Question()
_QUOTE = "'"


def code(placed: Placed, question: Question, name: str = "conversations") -> str:
    """Return the calls that make the tables `over_time`, `places` (behind the map) and `table`.

    `name` is how the notebook calls the conversations.
    """
    asked, own = placed.settled(question), own_as_code(placed.given)
    time, by_country = placed.terms_of_bin(asked), asked.by == "country"
    then = "kept_then" if time else "kept"
    picked, tested = partial(_picked, placed), partial(_tested, placed)
    of_map = picked(asked.without("map").picks, then if by_country else "kept")
    of_table, measured = picked(asked.without("table").picks, then), f", measure={asked.measure!r}"
    lines = [
        f"# The same view again: {view(question, name, own)}",
        f"own = nsgkit.enrich.own_networks({name}{f', {own}' if own else ''})",
        f"placed = nsgkit.enrich.outside({name}, own)",
        *(["placed = nsgkit.enrich.flow_type(placed, network=own)"] if _needs(asked, "flow_type") else []),
        *(["placed = nsgkit.enrich.threat(placed, network=own)"] if asked.flagged else []),
        f"kept = nsgkit.query(placed, {asked.all_terms!r}, own)" if asked.all_terms else "kept = placed",
        *(
            [f"kept = {tested('kept', [(end, None) for end in THREATS], either=True)}"]
            if asked.flagged
            else []
        ),
        f"away = {picked(asked.picks)}",
        f"away = {tested('away', [('outside_ip', None)])}",
        f"over_time = nsgkit.analyses.over_time(away, freq={asked.freq!r})",
        *([f"kept_then = nsgkit.query(kept, {time!r}, own)"] if time else []),
        f"places = nsgkit.analyses.places({of_map}, own{_options(**map_options(asked))})",
        f"picture = nsgkit.views.{'country' if by_country else 'places'}_map(places{measured})",
        f"table = nsgkit.analyses.places({of_table}, own{measured}, by={asked.by!r})",
    ]
    return cell(*lines).replace("from nsgkit import analyses\n", "")


def chosen_code(placed: Placed, question: Question, name: str = "conversations") -> str:
    """Return the calls that make the tables, and last `chosen`: the conversations that all of it keeps."""
    kept = "kept_then" if placed.terms_of_bin(placed.settled(question)) else "kept"
    chosen = _picked(placed, question.picks, kept)
    return f"{code(placed, question, name)}\n\n# What is chosen:\nchosen = {chosen}"


def view(question: Question, name: str, own: str) -> str:
    """Return the call that opens the explorer on this very question.

    >>> view(Question("dst_port:22", measure="denied", by="country"), "conversations", "")
    "nsgkit.explore.places_explorer(conversations, filter='dst_port:22', measure='denied', by='country')"
    """
    told = {**asdict(question), "filter": beside(question.filter, question.span)}
    names = ("filter", "measure", "by", "freq", "decision", "flagged")
    usual = asdict(_USUAL)
    options = {each: told[each] for each in names if told[each] != usual[each]}
    network = f", network={own}" if own else ""
    return f"nsgkit.explore.places_explorer({name}{network}{_options(**options)})"


def _options(**options: Any) -> str:
    return "".join(f", {name}={value!r}" for name, value in options.items())


def _needs(asked: Question, by: str) -> bool:
    return asked.by == by or any(pick.by == by for pick in asked.picks)


def _picked(placed: Placed, picks: tuple[Pick, ...], table: str = "kept") -> str:
    """Return the conversations of a table that are in what was picked, as code."""
    return _tested(placed, table, [(BESIDE[pick.by], pick.value) for pick in picks]) if picks else table


def _tested(
    placed: Placed, table: str, tests: Sequence[tuple[str, str | None]], *, either: bool = False
) -> str:
    """Return the rows of a table whose columns have these values, as code; None is any value at all."""
    if is_pandas(placed.conversations):
        told = [
            f"({table}[{n!r}] == {v!r})" if v is not None else f"{table}[{n!r}].notna()" for n, v in tests
        ]
        return f"{table}[{(' | ' if either else ' & ').join(told)}]"
    sql = [
        f"{n} = '{v.replace(_QUOTE, _QUOTE * 2)}'" if v is not None else f"{n} IS NOT NULL" for n, v in tests
    ]
    return f"{table}.filter({(' OR ' if either else ' AND ').join(sql)!r})"
