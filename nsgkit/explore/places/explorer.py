"""The places explorer: where are those whom the own network talks to."""

import ipywidgets

from nsgkit import schema
from nsgkit.counting.frame import as_table
from nsgkit.enrich.network import Own
from nsgkit.explore.places.linked import LinkedPlaces
from nsgkit.explore.places.question import Placed, asked_by
from nsgkit.explore.workbench.bins import AUTO
from nsgkit.explore.workbench.code import name_of
from nsgkit.explore.workbench.held import held_as
from nsgkit.explore.workbench.spans import apart


def places_explorer(  # noqa: PLR0913
    conversations: object,
    *,
    network: Own = None,
    filter: str = "",
    measure: str = "connections",
    by: str = "place",
    freq: str = AUTO,
    decision: str = "",
    flagged: bool = False,
) -> ipywidgets.VBox:
    """Return a widget that shows where the addresses outside are: a map, the time and a table.

    Click a bubble, or a row of the table: the other pictures are narrowed to it, while the one that was
    clicked goes on showing all. Drag over the picture over time to choose a span. The slider goes through
    the bins of time, and plays them. Each choice stands as a chip, and goes with a click on it. How many
    addresses have no known place is always said, and who says where the others are.

    Counting rule: as for `nsgkit.analyses.places`, each connection once, by when it began.

    Harmless look-alikes: a registered country is that of a company's seat, a content network is everywhere,
    and knocking from all over the world is the internet's background noise.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    network : Network, iterable of str or path, str, path or None
        The own networks and the files that tell of addresses, as for `nsgkit.enrich.own_networks`.
    filter : str
        What is chosen at first, such as "dst_port:22 from:2024-12-18".
    measure : str
        connections, denied, bytes, packets or addresses.
    by : str
        place, country, operator or flow_type.
    freq : str
        The bin of time that is played, such as "1h"; by default as the span needs.
    decision : str
        "allowed", "denied", or "" for both.
    flagged : bool
        Only conversations of which a threat feed names an end.

    Returns
    -------
    ipywidgets.VBox
        The explorer. What goes wrong in it is said in it, in one sentence.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.
    NsgkitError
        Where an option is none that the explorer has, or a file cannot be read.

    Examples
    --------
    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples", start="2024-12-18", end="2024-12-18 03:00")
    >>> explorer = places_explorer(nsgkit.conversations(logs), by="country", decision="denied")

    Source: own.
    """
    name = name_of(conversations, "conversations")
    kept, times = apart(filter)
    question = asked_by(
        filter=kept, span=times, measure=measure, by=by, freq=freq, decision=decision, flagged=flagged
    )
    held = as_table(conversations)
    schema.require(held.columns, [c.name for c in schema.CONVERSATIONS], "nsgkit.conversations")
    return LinkedPlaces(Placed(held_as(held), network), name, question).frame
