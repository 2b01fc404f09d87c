"""The queue of denied attempts: what needs a look, opened and judged one after the other."""

from pathlib import Path
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit import schema
from nsgkit.detections.denied.triage import denied_triage
from nsgkit.detections.known import Known, with_known
from nsgkit.enrich.network import Own
from nsgkit.explore.denied.details import Denied
from nsgkit.explore.denied.work import Asked, Work
from nsgkit.explore.traffic.question import Traffic
from nsgkit.explore.workbench.code import name_of
from nsgkit.explore.workbench.held import held_as


def denied_queue(  # noqa: PLR0913
    conversations: object,
    *,
    network: Own = None,
    known: Known = None,
    verdicts: str | Path = "verdicts.jsonl",
    author: str | None = None,
    logs: Any = None,
    filter: str = "",
    noise: bool = False,
) -> ipywidgets.VBox:
    """Return a widget in which denied attempts are worked through, what needs a look first.

    Each row is what one source did for one purpose, as `nsgkit.detections.denied_triage` has it. The row that
    is chosen is told in a sentence, drawn over time and by port and target, and stands beside what the same
    source was allowed. A verdict (benign, suspicious, unknown) is saved the moment it is given, and is there
    again after a restart. Internet noise is hidden at first, and counted. Everything goes by keys too: the
    line below the queue names them.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    known : sequence of KnownEntry, str, path or None
        The allow-list, as for `nsgkit.detections.findings`; what it names is hidden at first, and counted.
    verdicts : str or Path
        The file of the verdicts; it is made with the first one. Keep it beside the folder of the logs, not in
        it.
    author : str or None
        Who decides: stands in each verdict.
    logs : FlowLogs or None
        What `nsgkit.read_logs` gave; with it the raw tuples are shown.
    filter : str
        What is chosen at first, such as "dst_port:22": rows of which an attempt matches.
    noise : bool
        Show internet noise at first.

    Returns
    -------
    ipywidgets.VBox
        The explorer. What goes wrong in it is said in it, in one sentence.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.

    Examples
    --------
    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples", start="2024-12-18", end="2024-12-18 09:00")
    >>> queue = denied_queue(nsgkit.conversations(logs.flows), logs=logs)
    """
    name = name_of(conversations, "conversations")
    held = held_as(conversations)
    if isinstance(held, pd.DataFrame):
        held = held.reset_index(drop=True)
    traffic = Traffic(None, held, given=network)
    triage = with_known(denied_triage(traffic.conversations, network=traffic.own), known)
    triage = schema.carrying(triage, traffic.names)
    asked = Asked(name, verdicts, author, network, known)
    return Work(Denied(traffic, triage, logs), asked, filter, noise).frame
