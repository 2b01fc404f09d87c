"""The frame of the instructor's pages, and what they have in common."""

from nsgkit.case.report.markup import Element, Inside, in_lines, tag
from nsgkit.case.report.style import STYLE
from nsgkit.evidence.writer import TOOL
from nsgkit.training.exams.paper import Asked
from nsgkit.training.rows import as_text

MARK = "nsgkit exam"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_MORE = """
.right { font-weight: 600; } .bar { display: block; height: 6px; margin-top: 3px; background: var(--link); }
.share { min-width: 90px; } .learner { break-before: page; }
"""


def page(title: str, *inside: Inside) -> str:
    """Return a whole page. It has no time in it: the same facts are the same bytes."""
    head = tag(
        "head", tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="generator", content=f"{MARK}, {TOOL}"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title), tag("style", Element(STYLE + _MORE)),
    )  # fmt: skip
    body = tag("body", tag("h1", title), *inside)
    return f"<!doctype html>\n{tag('html', head, body, lang='en').html}\n"


def rows_of(asked: Asked) -> Element:
    """Return the rows of a question as they stand in the logs; or the record, or where the logs are."""
    if asked.logs:
        return tag("p", f"The logs lie in the folder {asked.logs}.")
    return tag("pre", *in_lines(as_text(asked.case)))
