"""The traffic explorer: what happened when, between whom, and which rows say so."""

import ipywidgets
import pandas as pd

from nsgkit.counting.arguments import By
from nsgkit.counting.conversations import conversations as conversations_of
from nsgkit.counting.conversations import stitched_once
from nsgkit.counting.frame import as_table
from nsgkit.enrich.network import Own
from nsgkit.errors import NsgkitError
from nsgkit.explore.traffic import pictures
from nsgkit.explore.traffic.linked import LinkedPictures
from nsgkit.explore.traffic.question import Traffic, asked_by
from nsgkit.explore.workbench.bins import AUTO
from nsgkit.explore.workbench.code import name_of
from nsgkit.explore.workbench.held import held_as


def traffic_explorer(  # noqa: PLR0913
    flows: object,
    conversations: object = None,
    *,
    filter: str = "",
    measure: str = "connections",
    by: By = ("protocol", "dst_port"),
    freq: str = AUTO,
    picture: str = "Top",
    own: Own = None,
) -> ipywidgets.VBox:
    """Return a widget that shows where the traffic goes: over time, at the top, by hour, between whom.

    Drag over the picture over time to look closer, click a bar, a cell or a ribbon to choose it:
    every other picture follows. What is chosen stands in the filter, where it can be changed, and below it
    as chips that can be taken out or turned round; `nsgkit.analyses.filters.grammar` explains the words.
    "Show as code" gives the call that opens this very view, and those that make the same tables. A
    connection counts once, and by when it began; bytes over time are spread over the time they were
    counted in.

    Parameters
    ----------
    flows : table or FlowLogs
        What `nsgkit.read_logs` gives, or its flow table. With FlowLogs a row opens its raw tuple. Those of a
        store are asked where they lie.
    conversations : table or None
        What `nsgkit.conversations` made of it, where that is at hand; else it is made now.
    filter : str
        What is chosen at first, such as "dst_port:22 denied".
    measure : str
        connections, bytes, packets, denied or peers.
    by : str or sequence of str
        The columns that the bars are broken down by; one of the explorer's own breakdowns.
    freq : str
        The bin over time, such as "15min"; by default as the span needs.
    picture : str
        Top, Hours and days, Matrix, Links or Rows.
    own : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`: all else is the internet, and outside.

    Returns
    -------
    ipywidgets.VBox
        The explorer. What goes wrong in it is said in it, in one sentence.

    Raises
    ------
    NsgkitError
        Where an option is none that the explorer has: the error names those there are.

    Examples
    --------
    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00")
    >>> explorer = traffic_explorer(logs, filter="dst_port:22", by="src_ip", measure="denied")
    """
    if picture not in pictures.PICTURES:
        raise NsgkitError(f"There is no picture {picture!r}. Choose one of {', '.join(pictures.PICTURES)}.")
    question = asked_by(filter=filter, measure=measure, by=by, freq=freq, picture=picture)
    logs = None if isinstance(flows, pd.DataFrame) else flows
    traffic = _traffic(flows, conversations, own)
    return LinkedPictures(traffic, name_of(flows), question, logs).frame


def _traffic(flows: object, conversations: object, own: Own) -> Traffic:
    held = as_table(flows)
    if conversations is None and isinstance(held, pd.DataFrame):
        return Traffic(held, *stitched_once(held), given=own)
    return Traffic(
        held, held_as(conversations_of(flows) if conversations is None else conversations), given=own
    )
