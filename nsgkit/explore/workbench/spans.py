"""A span of time as an explorer has it: as terms of a filter, as two moments, and in two fields."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, overload

import ipywidgets
import pandas as pd

from nsgkit.analyses.filters.grammar import Part, Term, parse, quoted
from nsgkit.analyses.filters.values import moment
from nsgkit.analyses.filters.words import TIME, terms_in
from nsgkit.explore.workbench.bins import Span
from nsgkit.explore.workbench.controls import text_field

# Label of a field -> the word of the filter that it says.
FIELDS: Mapping[str, str] = MappingProxyType({"From (UTC)": "from", "Until (UTC)": "until"})


def apart(text: str) -> tuple[str, str]:
    """Return the terms of a filter, and those of time that hold beside all others.

    >>> apart("tcp from:2024-12-19")
    ('tcp', 'from:2024-12-19')
    """
    timed = [part for part in parse(text) if _is_timed(part)]
    times = " ".join(text[term.start : term.end] for term in timed)
    for term in reversed(timed):
        text = f"{text[: term.start].rstrip()} {text[term.end :].lstrip()}".strip()
    return text, times


def span(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Return the terms of a span of time.

    >>> span(pd.Timestamp("2024-12-18T09:00"), pd.Timestamp("2024-12-18T10:30"))
    'from:2024-12-18T09:00 until:2024-12-18T10:30'
    """
    return f"from:{written(start)} until:{written(end)}"


@overload
def span_of(terms: str, whole: Span) -> Span: ...
@overload
def span_of(terms: str, whole: tuple[None, None]) -> tuple[pd.Timestamp | None, pd.Timestamp | None]: ...
def span_of(terms: str, whole: Any) -> Any:
    """Return when a span of terms begins and ends; where it says neither, the whole span does."""
    told = {term.field: pd.Timestamp(moment(term), unit="ms", tz="UTC") for term in terms_in(parse(terms))}
    return told.get("from", whole[0]), told.get("until", whole[1])


def written(time: pd.Timestamp) -> str:
    """Return a time as it stands in a filter: UTC, without seconds where there are none."""
    return time.strftime("%Y-%m-%dT%H:%M:%S" if time.second else "%Y-%m-%dT%H:%M")


def time_fields() -> dict[str, ipywidgets.Text]:
    """Return the two fields by their labels.

    >>> [*time_fields()]
    ['From (UTC)', 'Until (UTC)']
    """
    hint, layout = "2024-12-19T09:00", {"width": "17em"}
    return {label: text_field(label, hint=hint, layout=layout, continuous_update=False) for label in FIELDS}


def said_span(said: Mapping[str, Any]) -> str:
    """Return the terms that the fields say; what is wrong in them is told when the terms are read."""
    times = {word: said[label].value.strip() for label, word in FIELDS.items()}
    return " ".join(f"{word}:{quoted(value, word)}" for word, value in times.items() if value)


def put_span(said: Mapping[str, Any], terms: str) -> None:
    """Let the fields say these terms; no terms empty them."""
    set_span(said, {term.field: term.values[0] for term in terms_in(parse(terms))})


def set_span(said: Mapping[str, Any], told: Mapping[str, str]) -> None:
    """Put a span into the fields, as `{"from": …, "until": …}`; an empty one lets it go."""
    for label, word in FIELDS.items():
        said[label].value = told.get(word, "")


def _is_timed(part: Part) -> bool:
    return isinstance(part, Term) and part.kind == TIME
