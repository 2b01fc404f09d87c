"""What the traffic explorer says of what it shows."""

import pandas as pd

from nsgkit.analyses.filters.grammar import EXAMPLES
from nsgkit.explore.traffic.question import MOST_OPENED, Question
from nsgkit.explore.workbench.held import Facts
from nsgkit.explore.workbench.table import html_table
from nsgkit.html import escape
from nsgkit.schema import spoken


def summary(asked: Question, wanted: str, chosen: Facts, everything: Facts) -> str:
    """Say how much is chosen: of how many, how many views were folded, and what is measured instead."""
    views = f"; {chosen.folded:,} second views of them are folded" if chosen.folded else ""
    of = f" of {everything.counted:,}" if asked.all_terms else ""
    same = asked.measure == wanted
    instead = "" if same else f" None has any {spoken(wanted)}: {spoken(asked.measure)} are shown."
    what = f" Filter: {asked.all_terms}" if asked.all_terms else ""
    return f"{chosen.counted:,}{of} conversations, denied attempts included{views}.{instead}{what}"


def nothing_chosen(asked: Question) -> tuple[str, str]:
    """Say why there is no picture, and what to do."""
    if not asked.all_terms:
        return "There are no conversations in these flows.", "Look at the coverage: were there logs at all?"
    return f"No conversation matches {asked.all_terms}", "Take a term out of the filter, or press Clear."


def rows_caption(rows: pd.DataFrame, chosen: Facts, *, open_raw: bool) -> str:
    """Say which rows are shown: of how many conversations, and second views of them."""
    first, folded = min(chosen.rows, MOST_OPENED), chosen.folded
    views = f" ({chosen.counted:,}, and {folded:,} second views of them)" if folded else ""
    said = f"The {len(rows):,} flow rows of the first {first:,} of {chosen.rows:,} conversations{views}."
    return said + (" Click a row to see its raw tuple." if open_raw else "")


def filter_help() -> str:
    """Return filters to learn from, as HTML.

    >>> "denied attempts at port 22" in filter_help()
    True
    """
    lead = "Terms side by side must all hold. While you type, arrows choose from what is offered."
    table = html_table(
        ["Filter", "What it keeps"], ((f"<code>{escape(f)}</code>", escape(w)) for f, w in EXAMPLES)
    )
    return f"<p>{escape(lead)}</p>{table}"
