"""Show as code: the calls that make the tables of the traffic explorer, ready to be run in a cell."""

import sys

import pandas as pd

from nsgkit.explore.traffic.question import BREAKDOWNS, MOST_OPENED, TOP, Question


def code(question: Question, flows: str = "logs.flows", *, rows: bool = False) -> str:
    """Return the calls that make the tables `over_time` and `table`, and `rows` where they are open.

    `flows` is how the notebook calls the flow table.

    >>> print(code(Question("dst_port:22 denied", measure="denied", by="source address")))
    import nsgkit
    from nsgkit import analyses
    <BLANKLINE>
    conversations = nsgkit.conversations(logs.flows)
    chosen = nsgkit.query(conversations, 'dst_port:22 denied')
    over_time = analyses.over_time(chosen, freq='1h')
    table = analyses.breakdown(chosen, ['src_ip'], measure='denied', top=15, peers='dst_ip')
    table
    """
    lines = [f"conversations = nsgkit.conversations({flows})"]
    whole = "chosen"
    if question.span:
        lines.append(f"everywhere = nsgkit.query(conversations, {question.filter!r})")
        whole = "everywhere"
    lines.append(f"chosen = nsgkit.query(conversations, {question.all_terms!r})")
    by = question.coloured_by if question.measure != "peers" else None
    lines.append(f"over_time = {_timeline(question, whole, question.bin, by, flows)}")
    lines.append(f"table = {_table(question, flows)}")
    if rows:
        lines += [f"rows = nsgkit.conversation_rows({flows}, chosen.head({MOST_OPENED}))"]
    imports = ["import nsgkit", "from nsgkit import analyses"]
    return "\n".join([*imports, "", *lines, "rows" if rows else "table"])


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


def _timeline(question: Question, chosen: str, bin: str, by: str | None, flows: str) -> str:
    options = f"freq={bin!r}" + (f", by={by!r}" if by else "")
    options += f", flows={flows}" if question.measure in _VOLUMES else ""
    return f"analyses.over_time({chosen}, {options})"


def _table(question: Question, flows: str) -> str:
    measure = f"measure={question.measure!r}"
    if question.picture == "Hours and days":
        return _timeline(question, "chosen", "1h", None, flows)
    if question.picture == "Matrix":
        return f"analyses.matrix(chosen, prefix={question.prefix}, {measure})"
    if question.picture == "Links":
        return f"analyses.traffic_links(chosen, {measure})"
    by, peers = BREAKDOWNS[question.by]
    return f"analyses.breakdown(chosen, {by!r}, {measure}, top={TOP}, peers={peers!r})"
