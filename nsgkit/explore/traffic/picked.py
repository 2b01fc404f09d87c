"""What is picked in a picture of the traffic explorer, as terms of a filter."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from nsgkit.analyses.filters.grammar import quoted
from nsgkit.enrich.internet import INTERNET
from nsgkit.explore.workbench.spans import span
from nsgkit.schema import NOT_LOGGED, OTHERS, filter_word, in_words, names_carried
from nsgkit.views.theme import rows_with

_OFFERED = 40  # in the list to choose from
_ENDS = (("src_ip", "rule"), ("rule", "dst_ip"))


def term(picked: Mapping[str, Any]) -> str:
    """Return what was clicked as terms of a filter; the internet is what is outside the own networks.

    >>> term({"protocol": "TCP", "dst_port": 22})
    'protocol:TCP dst_port:22'
    >>> term({"src_ip": "internet"})
    'src:outside'
    """
    if "time" in picked:
        return hour(picked["time"])
    if "ribbon" in picked:
        ends = _ENDS[int(str(picked["ribbon"])[0])]
        picked = dict(zip(ends, (picked["from"], picked["to"]), strict=True))
    known = {
        name: None if value == NOT_LOGGED else value for name, value in picked.items() if filter_word(name)
    }
    if {*known.values()} == {OTHERS}:  # all that a picture of links leaves out: no filter says it
        return ""
    return " ".join(_one(name, value) for name, value in known.items())


def _one(name: str, value: object) -> str:
    if value == INTERNET and filter_word(name) in ("src", "dst"):
        return f"{filter_word(name)}:outside"
    return f"{filter_word(name)}:{value_of(name, value)}"


def value_of(name: str, value: object) -> str:
    """Return what was picked of a column as a filter's value: to the letter, but an NSG by its short name.

    >>> value_of("rule", "Web*"), value_of("nsg", "WEB-NSG")
    ('="Web*"', 'WEB-NSG')
    """
    if name not in ("acl", "nsg") or pd.isna(value):  # type: ignore[call-overload]
        return quoted(value, filter_word(name) or "")
    # A part of an id: what cannot be written is any one character.
    text = re.sub(r'["\r\n]', "?", str(value))
    return text if re.fullmatch(r"[\w./-]+", text) else f'"{text}"'


def rows_to_pick(table: pd.DataFrame, measure: str) -> list[tuple[str, str]]:
    """Return what can be picked of a table: a label and its terms; the keyboard's way to click."""
    names = [name for name in table.columns if filter_word(name)]
    shown = rows_with(table, measure).head(_OFFERED)[names]
    known = names_carried(table)
    texts = shown.astype("object").where(shown.notna(), NOT_LOGGED).astype("str")
    called = texts.map(lambda text: in_words(text, known))
    rows = shown.itertuples(index=False, name=None)
    picked = [term(dict(zip(names, row, strict=True))) for row in rows]
    return list(zip(called.agg(" · ".join, axis=1), picked, strict=True)) if len(texts) else []


def hours_to_pick(table: pd.DataFrame, measure: str) -> list[tuple[str, str]]:
    """Return the hours that can be picked: a label and the terms of each."""
    times = table.dropna(subset=[measure])["start"].drop_duplicates()
    return [(f"{time:%a %d %b %H:%M}", hour(time)) for time in times]


def hour(time: object) -> str:
    """Return the terms of the hour that begins at a time (milliseconds where it is a number)."""
    start = pd.Timestamp(time, unit="ms" if isinstance(time, int | float) else None)  # type: ignore[arg-type]
    return span(start, start + pd.Timedelta("1h"))
