"""The question: what do the rows of these logs look like that a newcomer would read or count wrongly."""

from collections.abc import Sequence

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.counting.expressions import any_known, count
from nsgkit.counting.frame import Rows
from nsgkit.schema import COUNTERS, PLACE

_COUNTER_FORMS = schema.types(schema.COUNTER_FORMS)
_EQUAL_ROWS = schema.types(schema.EQUAL_ROWS)
_VERSION_CHANGES = schema.types(schema.VERSION_CHANGES)
# All that a tuple says, and what stands around it in its record.
_SAID = (*(c.name for c in schema.TUPLE_COLUMNS), "rule", "acl", "mac", *PLACE[:2])


def counter_forms(flows: object) -> pd.DataFrame:
    """Return how often the four counters are empty, zero or counted, by version, decision and state.

    Counting rule: rows, not connections. A row is `empty` where no counter is known, `zeros` where all known
    ones are 0, `one_way` where one direction is known to have carried nothing, and `counted` otherwise.

    Harmless look-alikes: a begin row of a VNet flow log has zeros, as a denied one has: nothing was counted
    yet. On a continuing or end row zeros are a count.

    Parameters
    ----------
    flows : table or FlowLogs
        The flow table.

    Returns
    -------
    pandas.DataFrame
        version, decision, state (null where there is none), rows, empty, zeros, one_way, counted (rows);
        sorted by version, decision and state.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column that is needed.

    Examples
    --------
    >>> import nsgkit
    >>> forms = counter_forms(nsgkit.read_logs("data/samples")).query("version == 4 and state == 'begin'")
    >>> (forms["zeros"] == forms["rows"]).item()
    True
    """
    rows = Rows.of(flows, ["version", "decision", "state", *COUNTERS])
    known, passed = any_known(COUNTERS), _any(COUNTERS)
    one_way = passed & (_none_passed("src_to_dst") | _none_passed("dst_to_src"))
    table = rows.aggregate(
        ["version", "decision", "state"],
        rows=nw.len().cast(nw.Int64),
        empty=count(~known),
        zeros=count(known & ~passed),
        one_way=count(one_way),
        counted=count(passed & ~one_way),
    ).collect(_COUNTER_FORMS)
    return table.sort_values(["version", "decision", "state"], ignore_index=True)


def equal_rows(flows: object) -> pd.DataFrame:
    """Return the rows that a record holds more than once, equal in every field.

    Counting rule: each of them is a row of its own and counts. A device that repeats its attempt within the
    second, or a port that is used again within a millisecond, looks so; a record that is there twice is
    another thing, which `nsgkit.read_logs` finds and rejects.

    Harmless look-alikes: nearly all of them. To drop such rows as duplicates loses attempts and connections.

    Parameters
    ----------
    flows : table or FlowLogs
        The flow table.

    Returns
    -------
    pandas.DataFrame
        time (UTC), src_ip, src_port, dst_ip, dst_port, protocol, direction, decision, state, mac, times (how
        many there are), blob, record, tuple (the first of them); sorted by time, blob, record and tuple.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column that is needed.

    Examples
    --------
    >>> import nsgkit
    >>> equal_rows(nsgkit.read_logs("data/samples"))["times"].tolist()
    [2, 3]
    """
    rows = Rows.of(flows, [*_SAID, "tuple"])
    alike = rows.aggregate(_SAID, times=nw.len().cast(nw.Int64), tuple=nw.col("tuple").min())
    table = alike.filter(nw.col("times") > 1).collect(_EQUAL_ROWS)
    return table.sort_values(["time", *PLACE], ignore_index=True)


def version_changes(flows: object) -> pd.DataFrame:
    """Return the blobs that hold records of more than one version, a row for each version.

    Counting rule: rows, and the times of the records that hold them.

    Harmless look-alikes: a change of the flow log's settings is a change of version; what it means is that
    one blob counts by two rules. A connection that began under version 1 has its row there, and its later
    rows are those of an orphan.

    Parameters
    ----------
    flows : table or FlowLogs
        The flow table.

    Returns
    -------
    pandas.DataFrame
        mac, blob, version, rows, first_record, last_record (UTC); sorted by blob and first_record.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column that is needed.

    Examples
    --------
    >>> import nsgkit
    >>> version_changes(nsgkit.read_logs("data/samples"))["version"].tolist()
    [1, 2, 1, 2]
    """
    rows = Rows.of(flows, ["record_time", "mac", "blob", "version"])
    versions = rows.aggregate(
        ["mac", "blob", "version"],
        rows=nw.len().cast(nw.Int64),
        first_record=nw.col("record_time").min(),
        last_record=nw.col("record_time").max(),
    )
    several = versions.aggregate(["blob"], versions=count(nw.col("version") >= 0))
    table = versions.join(several.filter(nw.col("versions") > 1), on=["blob"]).collect(_VERSION_CHANGES)
    return table.sort_values(["blob", "first_record", "version"], ignore_index=True)


def _any(names: Sequence[str]) -> nw.Expr:
    """Tell the rows in which one of the counters is more than 0; one that is unknown is not."""
    return nw.any_horizontal(*(nw.col(name).fill_null(0) > 0 for name in names), ignore_nulls=False)


def _none_passed(way: str) -> nw.Expr:
    """Tell the rows whose packets and bytes of one direction are known to be 0."""
    return (nw.col(f"packets_{way}").fill_null(1) == 0) & (nw.col(f"bytes_{way}").fill_null(1) == 0)
