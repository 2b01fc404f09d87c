"""The page of the report, from its head to its foot."""

from collections.abc import Iterator

from nsgkit.case.report.account import account, findings, notes, verdicts
from nsgkit.case.report.limits import ALWAYS, limits
from nsgkit.case.report.markup import Element, Inside, link, listed, section, tag
from nsgkit.case.report.pictures import kept_pictures, timelines
from nsgkit.case.report.proof import blobs, cited_tuples, coverage, network_files, queries
from nsgkit.case.report.reading import Reading
from nsgkit.case.report.style import STYLE
from nsgkit.case.report.summary import NOTHING, checking, summary
from nsgkit.evidence.writer import TOOL

MARK = "nsgkit report of a case"  # by which a file is known to be a report, and may be written over
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(reading: Reading) -> str:
    """Return the whole report as HTML."""
    sections = [*_sections(reading)]
    contents = tag("nav", listed(link(name, title) for title, name, _ in sections))
    body = tag(
        "body", tag("h1", _title(reading)), tag("p", _what(), class_="faint"), contents,
        *(section(title, name, *inside) for title, name, inside in sections),
        tag("p", f"The end of the report. Made by {TOOL} of the case's own files: the same version makes the "
                 "same bytes of the same case, on any machine.", class_="faint"),
    )  # fmt: skip
    return f"<!doctype html>\n{tag('html', _head(reading), body, lang='en').html}\n"


def _head(reading: Reading) -> Element:
    return tag(
        "head", tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="generator", content=f"{MARK}, {TOOL}"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", _title(reading)), tag("style", Element(STYLE)),
    )  # fmt: skip


def _title(reading: Reading) -> str:
    opened = reading.lines[0].event
    return f"Report of the case begun on {opened['at'][:10]} by {opened.get('author') or 'somebody unnamed'}"


def _what() -> str:
    return (
        "What was found in Azure flow logs: the account, what proves it, and what the logs "
        "cannot show. Every "
        "statement has the number of its line in the case, and every citation leads to raw tuples and to the "
        "SHA-256 of the blobs that hold them. Times are UTC. Unknown is written as unknown, never as 0."
    )


def _sections(reading: Reading) -> Iterator[tuple[str, str, list[Inside]]]:
    yield "Summary", "summary", summary(reading)
    yield "The account", "account", account(reading)
    yield "Timeline", "timeline", timelines(reading)
    yield "Findings", "findings", findings(reading)
    yield "Verdicts", "verdicts", verdicts(reading)
    yield "Notes", "notes", notes(reading)
    yield "Pictures that were kept", "pictures", kept_pictures(reading)
    yield "What the logs cannot show for this case", "limits", _limits(reading)
    yield "Coverage of the logs", "coverage", coverage(reading)
    yield "Cited tuples", "tuples", cited_tuples(reading)
    yield "Cited blobs", "blobs", blobs(reading)
    yield "Files about the network", "network", network_files(reading)
    yield "Queries", "queries", queries(reading)
    yield "How to check this report", "check", checking(reading)


def _limits(reading: Reading) -> list[Inside]:
    made: list[Inside] = []
    for limit in limits(reading):
        made += [tag("h3", limit.about), listed(limit.said)]
    return [*made, tag("h3", "What no flow log shows"), listed(ALWAYS)] if made else [tag("p", NOTHING)]
