"""The controls of the traffic explorer: each says a part of the filter or how to look at what it keeps."""

from dataclasses import replace
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit.analyses.filters.grammar import Part, Term, beside, parse
from nsgkit.analyses.filters.parts import parts_of, term_of
from nsgkit.analyses.filters.words import terms_in
from nsgkit.explore.traffic.picked import value_of
from nsgkit.explore.traffic.pictures import PICTURES
from nsgkit.explore.traffic.question import BREAKDOWNS, MEASURES, Question
from nsgkit.explore.workbench.bins import AUTO, OFFERED
from nsgkit.explore.workbench.controls import dropdown, row, tabs, text_field
from nsgkit.explore.workbench.filter_field import FilterField
from nsgkit.explore.workbench.held import values_of
from nsgkit.explore.workbench.offers import offer_of
from nsgkit.explore.workbench.spans import FIELDS as TIMES
from nsgkit.explore.workbench.spans import put_span, said_span, set_span, time_fields
from nsgkit.html import visible
from nsgkit.schema import filter_word, short_labels

Controls = dict[str, Any]
ANY = "any"
EXAMPLE = "dst_port:22 src:203.0.113.0/24 denied"
# Label of a list -> the column whose values it offers.
_LISTS = {
    "NIC": "mac", "NSG": "acl", "Rule": "rule", "Direction": "direction", "Decision": "decision",
    "Protocol": "protocol",
}  # fmt: skip
_TEXTS = {"Port": "port", "Address or prefix": "ip"}
ADDED = (*_LISTS, *_TEXTS)  # what is chosen there goes into the filter
_SUBNETS = {"hosts": 32, "/24 networks": 24, "/16 networks": 16}
_SHORT = 14  # characters


def controls(conversations: object) -> Controls:
    """Return the controls by their labels, with the names that occur in `conversations` to choose from."""
    hint = f"for example {EXAMPLE}"
    made: Controls = {"Filter": FilterField(offer_of(conversations), description="Filter", placeholder=hint)}
    made["Filter"].layout.flex = "1 1 30em"
    made |= {label: _list(label, values_of(conversations, column)) for label, column in _LISTS.items()}
    made["Port"] = _text("Port", "22,3389 or 8000-8999", "15em")
    made["Address or prefix"] = _text("Address or prefix", "203.0.113.0/24", "21em")
    made |= time_fields()
    made["Measure"] = dropdown("Measure", list(MEASURES.items()), "connections")
    made["Break down by"] = dropdown("Break down by", list(BREAKDOWNS), "service (protocol and port)")
    made["Bin"] = dropdown("Bin", list(OFFERED), AUTO)
    made["Picture"] = tabs("Picture", list(PICTURES))
    made["Matrix of"] = dropdown("Matrix of", list(_SUBNETS.items()), 24)
    return made


def question(said: Controls) -> Question:
    """Return the question that the controls ask."""
    return Question(
        filter=said["Filter"].value.strip(),
        span=said_span(said),
        measure=said["Measure"].value,
        by=said["Break down by"].value,
        freq=said["Bin"].value,
        picture=said["Picture"].value,
        prefix=said["Matrix of"].value,
    )


def put_in_filter(said: Controls, label: str) -> None:
    """Put what a list or field says into the filter, in place of what stands there of the same; empty it.

    What cannot be read stays in the field, and NsgkitError says what is wrong with it.
    """
    value = said[label].value
    if value == _empty(label):
        return
    if label in _LISTS:
        # An empty name in a list is one that was not logged.
        column = _LISTS[label]
        word, written = filter_word(column) or "", value_of(column, value or None)
    else:
        word, written = _TEXTS[label], "".join(value.split())
    parse(f"{word}:{written}")
    kept = [part for part in parts_of(said["Filter"].value) if not _says(part, word)]
    said["Filter"].value = beside(*kept, f"{word}:{written}")
    said[label].value = _empty(label)


def put_parts(said: Controls, parts: list[str]) -> None:
    """Let the filter and the span be these parts, and no others."""
    times = [part for part in parts if _says(part, *TIMES.values())]
    said["Filter"].value = beside(*(part for part in parts if part not in times))
    set_span(said, {term.field: term.values[0] for part in times if (term := term_of(part))})


def choose(said: Controls, terms: str) -> None:
    """Put what was picked into the controls: a span into From and Until, all else into the filter.

    What the filter says already is not said again, however it is written there.
    """
    filter, picked = said["Filter"].value, list(terms_in(parse(terms)))
    span = {term.field: term.values[0] for term in picked if term.field in TIMES.values()}
    if span:
        set_span(said, span)
    known = {_sense(term) for term in parse(filter)}
    ends = [*(term.start for term in picked[1:]), len(terms)]
    for term, end in zip(picked, ends, strict=True):
        if term.field not in span and _sense(term) not in known:
            filter = beside(filter, terms[term.start : end])
    said["Filter"].value = filter.strip()


def clear_filters(said: Controls) -> None:
    """Let everything through again, and measure what is measured at first."""
    for label in ("Filter", *ADDED, *TIMES):
        said[label].value = _empty(label)
    said["Measure"].value = Question().measure


def rows_of_controls(said: Controls, *buttons: ipywidgets.Widget) -> list[ipywidgets.Box]:
    """Return the controls as lines on the page: first those always in sight, last those folded away."""
    bar = row(said["Filter"], *buttons)
    looks = row(*(said[label] for label in ("Measure", "Break down by", "Bin", *TIMES)))
    rare = ("NIC", "NSG", "Rule"), ("Direction", "Decision", "Protocol", *_TEXTS)
    folded = ipywidgets.VBox([row(*(said[label] for label in line)) for line in rare])
    folded.layout.display = "none"
    return [bar, looks, folded]


def put(said: Controls, question: Question) -> None:
    """Let the controls ask this question; what no control can say stands in the filter."""
    clear_filters(said)
    said["Filter"].value = question.filter
    put_span(said, question.span)
    said["Measure"].value, said["Break down by"].value = question.measure, question.by
    said["Bin"].value, said["Picture"].value = question.freq, question.picture
    said["Matrix of"].value = question.prefix


def _empty(label: str) -> str:
    return ANY if label in _LISTS else ""


def _says(part: str, *words: str) -> bool:
    """Whether a part of a filter asks for nothing but that one of these words is so."""
    term = term_of(part)
    return term is not None and not term.negated and term.field in words


def _sense(part: Part) -> object:
    return replace(part, values=tuple(sorted(part.values))) if isinstance(part, Term) else part


def _list(label: str, values: "pd.Series[Any]") -> ipywidgets.Dropdown:
    names = sorted(str(name) for name in values.dropna().unique())
    short = short_labels(names)
    # An NSG is asked for by its short name, all else to the letter.
    offered = [(visible(short[name]), short[name] if label == "NSG" else name) for name in names]
    missing = [("not logged", "")] if values.isna().any() else []
    width = "15em" if max(map(len, short.values()), default=0) < _SHORT else "25em"
    return dropdown(label, [(ANY, ANY), *offered, *missing], ANY, width=width)


def _text(label: str, hint: str, width: str) -> ipywidgets.Text:
    return text_field(label, hint=hint, layout={"width": width}, continuous_update=False)
