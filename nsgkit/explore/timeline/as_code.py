"""Show as code: the call that opens the timeline explorer, and those that make what it shows."""

from dataclasses import asdict, dataclass
from typing import Any

from nsgkit.enrich.network import Own
from nsgkit.explore.timeline.question import Question
from nsgkit.explore.timeline.reference_lines import Line, written_lines
from nsgkit.explore.traffic.as_code import own_as_code
from nsgkit.explore.workbench.bins import Span
from nsgkit.views.timeline.local_time import clock

_USUAL = Question()


@dataclass(frozen=True)
class Named:
    """How the notebook calls the tables; "" where one was not given."""

    conversations: str = "conversations"
    logs: str = ""
    found: str = ""


@dataclass(frozen=True)
class Look:
    """What is beside the question: the span that is drawn, reference lines, the zone, the own networks."""

    span: Span
    lines: tuple[Line, ...]
    zone: str
    own: Own = None


def code(question: Question, named: Named, look: Look, chosen: list[str]) -> str:
    """Return the calls that make `lanes`, and of these `picture`; `chosen` are those of what is chosen."""
    given, text = own_as_code(look.own), named.conversations
    networks = f", network={given}" if given else ""
    start, end = (clock(time) for time in look.span)
    found = f", found={named.found}" if question.lanes == "finding" else ""
    gaps = f"nsgkit.analyses.coverage_gaps({named.logs}.blobs, evidence={named.logs}.evidence_hours)"
    drawn = {"colour": question.colour, "marks": written_lines(look.lines), "span": (start, end)}
    drawn |= {"zone": look.zone} if look.zone else {}
    lines = [
        f"# The same view again: {view(question, named, look)}",
        f"lanes = nsgkit.analyses.lanes({text}, of={question.filter!r}, by={question.lanes!r}, "
        f"start={start!r}, end={end!r}{networks}{found})",
        *([f"gaps = {gaps}"] if named.logs else []),
        *chosen,
        f"picture = nsgkit.views.lanes(lanes{_options(drawn)}{', gaps=gaps' if named.logs else ''})",
    ]
    return "\n".join(["import nsgkit", "", *lines, "picture"])


def view(question: Question, named: Named, look: Look) -> str:
    """Return the call that opens the explorer on this very question.

    >>> import pandas as pd
    >>> whole = (pd.Timestamp("2024-12-18"), pd.Timestamp("2024-12-19"))
    >>> view(Question("dst_port:22", lanes="port"), Named(), Look(whole, (), ""))
    "nsgkit.explore.timeline_explorer(conversations, filter='dst_port:22', lanes='port')"
    """
    told: dict[str, Any] = {**asdict(question), "filter": question.all_terms}
    told |= {"marks": written_lines(look.lines), "zone": look.zone}
    usual = {**asdict(_USUAL), "marks": [], "zone": ""}
    options = _options(
        {name: value for name, value in told.items() if name != "span" and value != usual[name]}
    )
    given = {"logs": named.logs, "found": named.found, "network": own_as_code(look.own)}
    tables = "".join(f", {name}={value}" for name, value in given.items() if value)
    return f"nsgkit.explore.timeline_explorer({named.conversations}{options}{tables})"


def _options(options: dict[str, Any]) -> str:
    return "".join(f", {name}={value!r}" for name, value in options.items())
