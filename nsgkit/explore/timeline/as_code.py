"""Show as code: the call that opens the timeline explorer on a question, and those that make what it shows."""

from dataclasses import asdict, dataclass
from typing import Any

from nsgkit.enrich.network import Own
from nsgkit.explore.timeline.local_time import clock
from nsgkit.explore.timeline.question import Question
from nsgkit.explore.timeline.reference_lines import Line, written_lines
from nsgkit.explore.traffic.as_code import own_as_code
from nsgkit.explore.workbench.bins import Span

_USUAL = Question()


@dataclass(frozen=True)
class Named:
    """How the notebook calls the tables; "" where one was not given."""

    conversations: str = "conversations"
    logs: str = ""
    found: str = ""


@dataclass(frozen=True)
class Look:
    """What is beside the question: reference lines, and the zone of the local time."""

    lines: tuple[Line, ...]
    zone: str


def code(question: Question, span: Span, named: Named, look: Look, own: Own, chosen: list[str]) -> str:
    """Return the calls that make the table `lanes` and its `picture`; `chosen` are those of what is chosen."""
    given, text = own_as_code(own), named.conversations
    networks = f", network={given}" if given else ""
    start, end = (clock(time) for time in span)
    found = f", found={named.found}" if question.lanes == "finding" else ""
    gaps = f"nsgkit.analyses.coverage_gaps({named.logs}.blobs, evidence={named.logs}.evidence_hours)"
    drawn = {"colour": question.colour, "marks": written_lines(look.lines), "span": (start, end)}
    lines = [
        f"# The same view again: {view(question, named, look, given)}",
        f"lanes = nsgkit.analyses.lanes({text}, of={question.filter!r}, by={question.lanes!r}, start={start!r}, "
        f"end={end!r}{networks}{found})",
        *([f"gaps = {gaps}"] if named.logs else []),
        *chosen,
        f"picture = nsgkit.views.lanes(lanes{_options(drawn)}{', gaps=gaps' if named.logs else ''})",
    ]
    return "\n".join(["import nsgkit", "", *lines, "picture"])


def view(question: Question, named: Named, look: Look, own: str) -> str:
    """Return the call that opens the explorer on this very question.

    >>> view(Question("dst_port:22", lanes="port"), Named(), Look((), ""), "")
    "nsgkit.explore.timeline_explorer(conversations, filter='dst_port:22', lanes='port')"
    """
    told = {"filter": question.all_terms, "lanes": question.lanes, "colour": question.colour}
    told |= {"marks": written_lines(look.lines), "zone": look.zone}
    usual = {**asdict(_USUAL), "marks": [], "zone": ""}
    options = _options({name: value for name, value in told.items() if value != usual[name]})
    given = {"logs": named.logs, "found": named.found, "network": own}
    tables = "".join(f", {name}={value}" for name, value in given.items() if value)
    return f"nsgkit.explore.timeline_explorer({named.conversations}{options}{tables})"


def _options(options: dict[str, Any]) -> str:
    return "".join(f", {name}={value!r}" for name, value in options.items())
