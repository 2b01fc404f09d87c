"""What is logged already, where anything is: what the form of a new flow log is filled with."""

from pathlib import Path

from nsgkit.counting.frame import Rows
from nsgkit.enable.known import Known, known_from_ids
from nsgkit.errors import NoLogsError, NsgkitError
from nsgkit.flows.logs import FlowLogs, read_logs
from nsgkit.html import escape
from nsgkit.schema import BLOBS, FLOWS, REJECTS, empty


class NoFlowLogs(FlowLogs):
    """FlowLogs with empty tables; it shows the sentence that says why there are none."""

    def __repr__(self) -> str:
        return self.notes[0]

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.notes[0])}</p>"


def logs_if_any(path: str | Path | None) -> FlowLogs:
    """Read the logs at `path`, as `nsgkit.read_logs` does; where there are none, say so and go on.

    Then its tables are empty, and its display is the sentence that says why.

    >>> logs_if_any("no such folder").blobs.empty
    True
    """
    try:
        return read_logs(path or "")
    except NoLogsError as error:
        return _none(error)
    except NsgkitError as error:
        if str(path or "").strip():
            raise
        return _none(error)


def known_from_logs(logs: FlowLogs) -> Known:
    """Return what logs tell for the form of a new flow log, and how much each of their NICs writes.

    It is a tuple: ids, region, the NICs that were logged, and the bytes of one NIC a day, as the mean over
    the hours that are complete. `rows()` says it in words. What logs do not tell is `<…>`, or None.

    >>> from nsgkit import read_logs
    >>> known_from_logs(read_logs("data/samples")).region
    'northeurope'
    """
    nics = logs.blobs.groupby("resource", observed=True)["mac"].nunique()
    names = Rows.of(logs.flows, ["flow_log"], coded=["flow_log"]).unique().collect({"flow_log": "str"})
    flow_logs = sorted(names["flow_log"].dropna())
    known = known_from_ids({str(resource): int(count) for resource, count in nics.items()}, flow_logs)
    hours = logs.blobs.query("complete").groupby(["mac", "hour"], observed=True)["size"].sum()
    return known._replace(daily_bytes=24 * float(hours.mean()) if len(hours) else None)


def _none(why: NsgkitError) -> FlowLogs:
    return NoFlowLogs(empty(FLOWS), empty(REJECTS), empty(BLOBS), notes=[f"No logs were read: {why}"])
