"""Show as code: the call that opens the queue as it stands, and those that make its tables."""

from typing import Any

from nsgkit.explore.traffic.as_code import own_as_code
from nsgkit.explore.workbench.code import cell, written
from nsgkit.schema import PLACE


def code(asked: Any, filter: str, noise: bool) -> str:
    """Return the calls that make the table `queue`: what the explorer shows, with its verdicts.

    `asked` says how the notebook calls the conversations, where the verdicts are, and the own networks.

    >>> from types import SimpleNamespace
    >>> asked = SimpleNamespace(name="conversations", verdicts="verdicts.jsonl", network=None, known=None)
    >>> print(code(asked, "", False))  # doctest: +ELLIPSIS
    import nsgkit
    from nsgkit import analyses
    <BLANKLINE>
    # The same view again: nsgkit.explore.denied_queue(conversations)
    triage = nsgkit.detections.denied_triage(conversations)
    triage = triage[~triage['noise']]
    queue = nsgkit.detections.with_verdicts(triage, 'verdicts.jsonl')
    queue
    """
    given = own_as_code(asked.network)
    network = own_network = f", network={given}" if given else ""
    known = written("known", asked.known)
    network += f", known={known}" if known else ""
    told = {"filter": filter, "noise": noise, "verdicts": str(asked.verdicts)}
    usual = {"filter": "", "noise": False, "verdicts": "verdicts.jsonl"}
    options = "".join(f", {name}={value!r}" for name, value in told.items() if value != usual[name])
    own = f", {given}" if given else ""
    kept = [
        f"kept = nsgkit.query({asked.name}, {filter!r}{own})",
        f"kept = nsgkit.fetch(kept, columns={[*PLACE]!r})",
        "places = set(zip(kept['blob'], kept['record'], kept['tuple']))",
        "triage = triage[[not places.isdisjoint(rows) for rows in triage['rows']]]",
    ]
    return cell(
        f"# The same view again: nsgkit.explore.denied_queue({asked.name}{network}{options})",
        f"triage = nsgkit.detections.denied_triage({asked.name}{own_network})",
        *([f"triage = nsgkit.detections.with_known(triage, {known})"] if known else []),
        *(["triage = triage[triage['known'].isna()]"] if known else []),
        *([] if noise else ["triage = triage[~triage['noise']]"]),
        *(kept if filter else []),
        f"queue = nsgkit.detections.with_verdicts(triage, {str(asked.verdicts)!r})",
    )


def chosen_code(asked: Any, number: int) -> str:
    """Return the calls that make `chosen`: the denied attempts of one row of the triage, by its number.

    >>> from types import SimpleNamespace
    >>> print(chosen_code(SimpleNamespace(name="conversations", network=None), 7))
    import nsgkit
    <BLANKLINE>
    triage = nsgkit.detections.denied_triage(conversations)
    chosen = nsgkit.detections.proof(conversations, triage.loc[7])
    """
    given = own_as_code(asked.network)
    network = f", network={given}" if given else ""
    return "\n".join([
        "import nsgkit",
        "",
        f"triage = nsgkit.detections.denied_triage({asked.name}{network})",
        f"chosen = nsgkit.detections.proof({asked.name}, triage.loc[{number}])",
    ])  # fmt: skip
