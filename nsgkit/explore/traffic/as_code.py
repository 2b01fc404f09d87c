"""Show as code: the call that opens the traffic explorer on a question, and those that make its tables."""

from pathlib import Path

from nsgkit.analyses.filters.grammar import parse
from nsgkit.analyses.filters.values import sides_of
from nsgkit.analyses.filters.words import terms_in
from nsgkit.enrich.network import Network, Own
from nsgkit.explore.traffic.pictures import PICTURES, timeline_code
from nsgkit.explore.traffic.question import BREAKDOWNS, Question
from nsgkit.explore.workbench.code import cell


def code(question: Question, flows: str = "logs.flows", own: Own = None) -> str:
    """Return the calls that make the tables `over_time` and `table`.

    `flows` is how the notebook calls the flow table; `own` are the own networks where they were given.

    >>> asked = Question("dst_port:22 denied", measure="denied", by="source address", freq="1h")
    >>> print(code(asked, "logs"))  # doctest: +ELLIPSIS
    import nsgkit
    from nsgkit import analyses
    <BLANKLINE>
    # The same view again: nsgkit.explore.traffic_explorer(logs, filter='dst_port:22 denied', measure=...)
    conversations = nsgkit.conversations(logs)
    chosen = nsgkit.query(conversations, 'dst_port:22 denied')
    over_time = analyses.over_time(chosen, freq='1h')
    table = analyses.breakdown(chosen, by=['src_ip'], measure='denied', top=15, peers='dst_ip')
    table
    """
    given, table = own_as_code(own), PICTURES[question.picture].code(question, flows)
    sided = any(sides_of(term) for term in terms_in(parse(question.all_terms)))
    networks = f"own = nsgkit.enrich.own_networks(conversations{f', {given}' if given else ''})"
    lines = [
        f"# The same view again: {view(question, flows, own)}",
        f"conversations = nsgkit.conversations({flows})",
        *([networks] if sided or "own=own" in table else []),
        f"chosen = nsgkit.query(conversations, {question.all_terms!r}{', own' if sided else ''})",
        f"over_time = {timeline_code(question, 'chosen', flows, question.freq, question.coloured_by)}",
        f"table = {table}",
    ]
    return cell(*lines)


def view(question: Question, flows: str, own: Own = None) -> str:
    """Return the call that opens the explorer on this very question.

    >>> view(Question("dst_port:22", measure="denied", by="source address"), "logs")
    "nsgkit.explore.traffic_explorer(logs, filter='dst_port:22', measure='denied', by=['src_ip'])"
    """
    usual = Question()
    told = {"filter": question.all_terms, "measure": question.measure, "by": BREAKDOWNS[question.by][0]}
    told |= {"freq": question.freq, "picture": question.picture}
    plain = {"filter": "", "measure": usual.measure, "by": BREAKDOWNS[usual.by][0]}
    plain |= {"freq": usual.freq, "picture": usual.picture}
    options = "".join(f", {name}={value!r}" for name, value in told.items() if value != plain[name])
    given = own_as_code(own)
    return f"nsgkit.explore.traffic_explorer({flows}{options}{f', own={given}' if given else ''})"


def own_as_code(own: Own) -> str:
    """Return own networks that were given as they are written in a call; nothing where none were."""
    if own is None:
        return ""
    if isinstance(own, str | Path):
        return repr(str(own))
    if isinstance(own, Network):
        return repr([*own.given] or [str(prefix) for prefix in own.own])
    return repr([str(part) for part in own])
