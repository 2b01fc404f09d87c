"""Show as code: the calls that make the tables of the traffic explorer, ready to be run in a cell."""

import sys

import pandas as pd

from nsgkit.explore.traffic.question import BREAKDOWNS, MOST_OPENED, TOP, Question


def code(question: Question, flows: str = "logs.flows", *, rows: bool = False) -> str:
    """Return the calls that make the tables `over_time` and `table`, and `rows` where they are open.

    `flows` is how the notebook calls the flow table.

    >>> print(code(Question("dst_port:22 denied", measure="denied", by="source address")))
    import nsgkit
    from nsgkit.analyses import breakdown
    from nsgkit.analyses.timeline import began_over_time
    <BLANKLINE>
    conversations = nsgkit.conversations(logs.flows)
    chosen = nsgkit.query(conversations, 'dst_port:22 denied')
    over_time = began_over_time(chosen, freq='1h')
    table = breakdown(chosen, ['src_ip'], measure='denied', top=15, peers='dst_ip')
    table
    """
    imports: _Imports = []
    lines = [f"conversations = nsgkit.conversations({flows})"]
    whole = "chosen"
    if question.span:
        lines.append(f"everywhere = nsgkit.query(conversations, {question.filter!r})")
        whole = "everywhere"
    lines.append(f"chosen = nsgkit.query(conversations, {question.all_terms!r})")
    by = question.coloured_by if question.measure != "peers" else None
    if question.measure in _VOLUMES:
        lines.append(f"added = increments({flows}, conversations)")
    lines.append(f"over_time = {_timeline(question, whole, question.bin, by, imports)}")
    lines += _table(question, imports)
    if rows:
        imports.append(("nsgkit.counting.conversations", "conversation_rows"))
        lines += [f"rows = conversation_rows({flows}, chosen.head({MOST_OPENED}))"]
    return "\n".join([*_imports(imports), "", *lines, "rows" if rows else "table"])


def name_of(flows: object, default: str = "logs.flows") -> str:
    """Return how the notebook calls the flow table: a variable, or the .flows of one."""
    for name, value in vars(sys.modules["__main__"]).copy().items():
        if not name.startswith("_"):
            if value is flows:
                return name
            if not isinstance(value, pd.DataFrame) and getattr(value, "flows", None) is flows:
                return f"{name}.flows"
    return default


_VOLUMES = ("bytes", "packets")
_Imports = list[tuple[str, str]]


def _imports(wanted: _Imports) -> list[str]:
    rooms = {room: sorted({n for r, n in wanted if r == room}) for room in sorted({r for r, _ in wanted})}
    return ["import nsgkit", *(f"from {room} import {', '.join(names)}" for room, names in rooms.items())]


def _timeline(question: Question, chosen: str, bin: str, by: str | None, imports: _Imports) -> str:
    options = f"freq={bin!r}" + (f", by={by!r}" if by else "")
    if question.measure not in _VOLUMES:
        imports.append(("nsgkit.analyses.timeline", "began_over_time"))
        return f"began_over_time({chosen}, {options})"
    imports += [("nsgkit.analyses.timeline", n) for n in ("carried_over_time", "increments")]
    return f"carried_over_time(added, {chosen}, {options})"


def _table(question: Question, imports: _Imports) -> list[str]:
    measure = f"measure={question.measure!r}"
    if question.picture == "Hours and days":
        return [f"table = {_timeline(question, 'chosen', '1h', None, imports)}"]
    if question.picture == "Matrix":
        imports.append(("nsgkit.analyses", "matrix"))
        return [f"table = matrix(chosen, prefix={question.prefix}, {measure})"]
    if question.picture == "Links":
        imports.append(("nsgkit.analyses", "traffic_links"))
        return [f"table = traffic_links(chosen, {measure})"]
    imports.append(("nsgkit.analyses", "breakdown"))
    by, peers = BREAKDOWNS[question.by]
    return [f"table = breakdown(chosen, {by!r}, {measure}, top={TOP}, peers={peers!r})"]
