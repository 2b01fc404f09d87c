"""The findings explorer: what may be an attack, as incidents and their stories, and what proves it."""

from pathlib import Path
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit import detections, schema
from nsgkit.detections.known import Known
from nsgkit.enrich.network import Own
from nsgkit.errors import NsgkitError, shown
from nsgkit.explore.findings.as_code import USUAL
from nsgkit.explore.findings.judged import Verdicts
from nsgkit.explore.findings.linked import LinkedFindings
from nsgkit.explore.findings.model import Found


def findings_explorer(  # noqa: PLR0913
    conversations: object,
    found: pd.DataFrame | None = None,
    *,
    network: Own = None,
    known: Known = None,
    verdicts: str | Path = USUAL,
    author: str | None = None,
    logs: Any = None,
    finding: int | None = None,
) -> ipywidgets.VBox:
    """Return a widget that shows incidents, the story of each, and of each finding what proves it.

    Choose an incident: its findings stand below in time order. Choose one of them: its picture, its sentence,
    what would make it harmless, and the figures that its score is made of. What the allow-list names is
    hidden, counted, and one click away.

    Arrows choose in a list. The keys j and k open the next finding and the one before; b, s and u say that it
    is benign, suspicious or unknown, and n leads to the note. A verdict is saved the moment it is given, and
    is there again after a restart. "Show as code" gives the calls that make the same tables and picture.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    found : pandas.DataFrame or None
        What `nsgkit.detections.findings` made of it, where that is at hand; else it is made now.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    known : sequence of KnownEntry, str, path or None
        The allow-list, as for `nsgkit.detections.findings`.
    verdicts : str or Path
        The file of the verdicts; it is made with the first one. Keep it beside the folder of the logs, not in
        it.
    author : str or None
        Who decides: stands in each verdict.
    logs : FlowLogs or None
        What the conversations were made of: then the flow rows that prove a finding can be opened, and each
        shows its raw tuple and the SHA-256 of its blob.
    finding : int or None
        Which finding is open at first: its place in the table of findings, from 0. None is the worst.

    Returns
    -------
    ipywidgets.VBox
        The explorer. What goes wrong in it is said in it, in one sentence.

    Raises
    ------
    MissingColumnError
        Where a table is another; the error names the function that makes it.
    NsgkitError
        Where there is no finding of that place, or `network` or `known` is none.

    Examples
    --------
    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples")
    >>> conversations = nsgkit.conversations(logs)
    >>> explorer = findings_explorer(conversations, known="data/samples/known.toml", logs=logs)
    """
    table = found
    if table is None:
        table = detections.findings(conversations, network=network, known=known)
    schema.require(table.columns, [c.name for c in schema.FINDINGS], "nsgkit.detections.findings")
    table = table.reset_index(drop=True)
    if finding is not None and finding not in table.index:
        raise NsgkitError(f"There is no finding {shown(finding)}. There are {len(table):,}, counted from 0.")
    return LinkedFindings(
        Found(conversations, table, network, known), logs, Verdicts(verdicts, author), finding
    ).frame
