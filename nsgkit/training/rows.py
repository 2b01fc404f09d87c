"""The rows of a case as they are shown: each with its number, where it was logged, and its text."""

import json

from nsgkit.html import escape
from nsgkit.training.companies import Company
from nsgkit.training.exercise import Case


def as_text(case: Case) -> str:
    """Return the rows of a case, each with its number and where it was logged; or the record, or the logs."""
    if case.company is not None:
        return f".logs: {_span(case.company)}; and .conversations, .network and .folder."
    if case.record is not None:
        return json.dumps(case.record, indent=1)
    return "\n".join(f"{number:>3}  {line.where}  {line.text}" for number, line in enumerate(case.lines, 1))


def as_html(case: Case) -> str:
    """Return the same as a table."""
    if case.company is not None:
        names = (f"<code>{escape(name)}</code>" for name in (".conversations", ".network", ".folder"))
        return f"<p><code>.logs</code>: {escape(_span(case.company))}; and {' '.join(names)}</p>"
    if case.record is not None:
        return f"<pre>{'<br>'.join(escape(line) for line in as_text(case).splitlines())}</pre>"
    rows = "".join(
        f'<tr><td>{escape(number)}</td><td style="padding: 0 10px">{escape(line.where)}</td>'
        f'<td style="text-align: left"><code>{escape(line.text)}</code></td></tr>'
        for number, line in enumerate(case.lines, 1)
    )
    left = '<th style="text-align: left">As it stands in the log</th>'
    return f"<table><thead><tr><th>Row</th><th>Where</th>{left}</tr></thead><tbody>{rows}</tbody></table>"


def _span(company: Company) -> str:
    """Return how many rows a company's logs have, and of which time: two companies differ in it."""
    flows, blobs = company.logs.flows, company.logs.blobs
    first, last = (f"{time:%Y-%m-%d %H:%M}" for time in (flows["time"].min(), flows["time"].max()))
    return f"{len(flows):,} flow rows of {blobs['mac'].nunique()} NICs, {first} to {last} UTC"
