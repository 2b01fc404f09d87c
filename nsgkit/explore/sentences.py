"""Findings and incidents in sentences: what a table of them says, to be read in a notebook."""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from nsgkit.detections.form import many
from nsgkit.detections.kinds import NOTHING, explain
from nsgkit.html import escape
from nsgkit.schema import require

_HARMLESS = "Harmless if "
_STYLE = "max-width: 60em; margin: 0 0 .6em 0"


class Paragraph(NamedTuple):
    """What is said, and what is added to it in a smaller voice."""

    said: str
    added: str = ""


class Told:
    """What `told` returns: paragraphs in a notebook, and the same words in plain text."""

    def __init__(self, paragraphs: list[Paragraph]) -> None:
        self.paragraphs = paragraphs

    def _repr_html_(self) -> str:
        return "".join(
            f'<p style="{_STYLE}">{escape(said)}' + (f" <i>{escape(added)}</i>" if added else "") + "</p>"
            for said, added in self.paragraphs
        )

    def __repr__(self) -> str:
        return "\n\n".join(" ".join(filter(None, paragraph)) for paragraph in self.paragraphs)


def told(table: pd.DataFrame, top: int | None = None) -> Told:
    """Return what findings say, a paragraph each, or the stories of incidents, to be shown in a notebook.

    Of a table without rows it says that nothing crosses its line. Text from logs is shown as text.

    Parameters
    ----------
    table : pandas.DataFrame
        A detection's table, what `nsgkit.detections.findings` or what `nsgkit.detections.incidents` gives.
    top : int or None
        How many of its rows; it says how many more there are. None is all.

    Returns
    -------
    Told
        Shown as paragraphs.

    Raises
    ------
    MissingColumnError
        Where the table is another.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> told(nsgkit.detections.strobes(conversations))
    Nothing here crosses its line. That is no proof that nothing happened.

    Source: own.
    """
    shown = table if top is None else table.head(top)
    paragraphs = list(_stories(shown) if "story" in table.columns else _findings(shown))
    if len(table) > len(shown):
        paragraphs.append(Paragraph(f"{len(table) - len(shown):,} more are not shown here."))
    return Told(paragraphs or [Paragraph(NOTHING)])


def _findings(table: pd.DataFrame) -> Iterator[Paragraph]:
    require(table.columns, ["kind", "rows"], "nsgkit.detections.findings")
    for _, finding in table.iterrows():
        said, harmless, why = explain(finding).rpartition(_HARMLESS)
        yield Paragraph(said.strip(), f"{harmless}{why}")


def _stories(table: pd.DataFrame) -> Iterator[Paragraph]:
    require(table.columns, ["incident", "rank", "findings", "story"], "nsgkit.detections.incidents")
    for number, rank, count, story in zip(
        table["incident"], table["rank"], table["findings"], table["story"], strict=True
    ):
        yield Paragraph(f"Incident {number}: {many(count, 'finding')}, rank {rank:.2f}.")
        yield from map(Paragraph, story)
