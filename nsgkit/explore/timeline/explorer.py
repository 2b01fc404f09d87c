"""The timeline explorer: what happened when, in lanes, and which tuples say so."""

from collections.abc import Iterable
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit import schema
from nsgkit.counting.frame import as_table
from nsgkit.enrich.network import Own
from nsgkit.explore.timeline.as_code import Named
from nsgkit.explore.timeline.linked import LinkedTimeline
from nsgkit.explore.timeline.question import Timeline, asked_by
from nsgkit.explore.timeline.reference_lines import read_lines
from nsgkit.explore.traffic.question import Traffic
from nsgkit.explore.workbench.code import name_of
from nsgkit.explore.workbench.held import held_as
from nsgkit.views.timeline.local_time import UTC_ONLY, checked_zone


def timeline_explorer(  # noqa: PLR0913
    conversations: object,
    *,
    filter: str = "",
    lanes: str = "peer",
    colour: str = "decision",
    logs: Any = None,
    found: pd.DataFrame | None = None,
    network: Own = None,
    marks: Iterable[object] = (),
    zone: str = UTC_ONLY,
) -> ipywidgets.VBox:
    """Return a widget that shows what happened when: each connection a bar as long as it lasted, in lanes.

    Drag over the lanes to look closer, or turn the wheel after a click; plus, minus, arrows and 0 do the same
    from the keyboard, and two fields take the exact times. The strip below shows all the time and where one
    is: drag there to go elsewhere. Click a bar or tick to open its conversation below, with its figures, its
    flow rows, the raw tuples, their blob and its SHA-256; click a density to list its conversations. The keys
    j and k open the next mark and the one before. From what is open, one narrows to a value, leaves it out,
    asks who else had to do with it, or shows everything around it.

    Counting rule: as for `nsgkit.analyses.lanes`, each connection once. Where there are too many to be told
    apart, all of them are counted; none is left out by chance. A conversation is in sight where any part of
    it lies in the span.

    Harmless look-alikes: a gap in the logs looks like silence, and is hatched where `logs` are given. A bar
    with a frayed end began before the data or goes on after it: it says nothing of a begin or an end.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    filter : str
        What is chosen at first, such as "ip:203.0.113.199 from:2024-12-18T02:00 until:2024-12-18T04:00".
    lanes : str
        peer, port, host or finding.
    colour : str
        decision or direction.
    logs : FlowLogs or None
        What the conversations were made of: with it gaps are hatched, and what is open shows its flow rows,
        the raw tuple of each and the SHA-256 of its blob.
    found : pandas.DataFrame or None
        What `nsgkit.detections.findings` gives: needed for lanes by finding.
    network : Network, iterable of str or path, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`, and what they are called.
    marks : iterable of (time, str), or of str
        Reference lines: a moment in UTC and a few words, such as ("2024-12-18 02:14", "first login").
    zone : str
        The zone whose time stands beside UTC, such as "Europe/Berlin"; "" is UTC alone.

    Returns
    -------
    ipywidgets.VBox
        The explorer. What goes wrong in it is said in it, in one sentence.

    Raises
    ------
    MissingColumnError
        Where a table is another; the error names the function that makes it.
    NsgkitError
        Where an option is none that the explorer has, a reference line has no time, or there is no such zone.

    Examples
    --------
    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples")
    >>> explorer = timeline_explorer(
    ...     nsgkit.conversations(logs), filter="ip:203.0.113.199", logs=logs, zone="Europe/Berlin",
    ...     marks=["2024-12-18 02:14 first login"])

    Source: own.
    """
    asked = asked_by(filter=filter, lanes=lanes, colour=colour, found=found)
    lines, local = read_lines(marks), checked_zone(zone)
    named = Named(
        name_of(conversations, "conversations"),
        "" if logs is None else name_of(logs, "logs"),
        "" if found is None else name_of(found, "found"),
    )
    held = as_table(conversations)
    schema.require(held.columns, [c.name for c in schema.CONVERSATIONS], "nsgkit.conversations")
    timeline = Timeline(Traffic(logs, held_as(held), given=network), found, logs)
    return LinkedTimeline(timeline, named, asked, lines, local).frame
