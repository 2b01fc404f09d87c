"""The question: which inbound rows are only late answers to what the machine asked for itself."""

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.counting.expressions import count
from nsgkit.counting.frame import Rows

_TYPES = schema.types(schema.LATE_ANSWERS)
_MACHINE = ("mac", "dst_ip", "src_ip", "src_port")  # by the inbound row: the machine is its destination
_CALLS = {"dst_ip": "src_ip", "src_ip": "dst_ip", "src_port": "dst_port"}
_SERVICES = 1024  # ports below it are called, and do not call


def late_answers(flows: object) -> pd.DataFrame:
    """Return the inbound rows from a service that the same machine called: its late answers, by address.

    A machine without a public address goes out through a shared one (SNAT). An answer that comes when the
    connection is over looks like an attempt from outside, from port 443, say, to a high port.

    Counting rule: inbound rows from a source port below 1024 to a port of 1024 or higher, where the same NIC
    logged connections of the same machine to that address and port.

    Harmless look-alikes: this is one. But an attacker may choose source port 443 too: where the rows come
    long before the first call or to one port again and again, they are no answers.

    Parameters
    ----------
    flows : table or FlowLogs
        The flow table.

    Returns
    -------
    pandas.DataFrame
        mac, dst_ip (the machine), src_ip, src_port (who answers), rows, denied, first, last (UTC), calls (its
        connections to that address and port), first_call (UTC); the most rows first.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column that is needed.

    Examples
    --------
    >>> import nsgkit
    >>> late_answers(nsgkit.read_logs("data/samples"))["rows"].sum().item()
    47
    """
    ends = ["src_ip", "src_port", "dst_ip", "dst_port"]
    rows = Rows.of(flows, ["time", *ends, "direction", "decision", "state", "mac"])
    low_to_high = (nw.col("src_port") < _SERVICES) & (nw.col("dst_port") >= _SERVICES)
    inbound = rows.filter((nw.col("direction") == "inbound") & low_to_high)
    answers = inbound.aggregate(
        _MACHINE,
        rows=nw.len().cast(nw.Int64),
        denied=count(nw.col("decision") == "denied"),
        first=nw.col("time").min(),
        last=nw.col("time").max(),
    )
    begins = (nw.col("state") == "begin") | nw.col("state").is_null()
    allowed = (nw.col("direction") == "outbound") & (nw.col("decision") == "allowed")
    called = rows.filter(allowed & begins).select_as(mac="mac", time="time", **_CALLS)
    calls = called.aggregate(_MACHINE, calls=nw.len().cast(nw.Int64), first_call=nw.col("time").min())
    table = answers.join(calls, on=_MACHINE).collect(_TYPES)
    return table.sort_values(["rows", *_MACHINE], ascending=[False] + [True] * 4, ignore_index=True)
