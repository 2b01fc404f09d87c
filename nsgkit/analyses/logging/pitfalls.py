"""The question: which NICs and rules are logged in a way that misleads whoever counts."""

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.counting.arguments import check_top
from nsgkit.counting.expressions import bin_start, count, one_if
from nsgkit.counting.frame import Rows
from nsgkit.schema import FIRST_VNET_VERSION, shortened

_HOUR, _MINUTE = 3_600_000, 60_000
_DOUBLY_LOGGED = schema.types(schema.DOUBLY_LOGGED)
_STATELESS_RULES = schema.types(schema.STATELESS_RULES)
_BUSIEST_NICS = schema.types(schema.BUSIEST_NICS)


def doubly_logged(flows: object) -> pd.DataFrame:
    """Return the NICs that NSG and VNet flow logs both cover: their rows may be doubled.

    Counting rule: an hour is logged by a family where it has a row of the NIC. `nsgkit.conversations`
    folds the second view of each connection; plain sums over rows do not.

    Harmless look-alikes: a NIC that moved from NSG to VNet flow logs has hours of both, and
    none (or one, in the hour of the change) in common.

    Parameters
    ----------
    flows : table or FlowLogs
        The flow table.

    Returns
    -------
    pandas.DataFrame
        mac, nsg_rows, vnet_rows, hours_nsg, hours_vnet, hours_both (hours with rows of each), first_both,
        last_both (UTC, begin of the first and last such hour); sorted by mac.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column that is needed.

    Examples
    --------
    >>> import nsgkit
    >>> len(doubly_logged(nsgkit.read_logs("data/samples").flows))
    0
    """
    rows = Rows.of(flows, ["time", "mac", "version"]).with_columns(hour=bin_start(nw.col("time_ms"), _HOUR))
    nsg, vnet = (nw.col("version") < FIRST_VNET_VERSION), (nw.col("version") >= FIRST_VNET_VERSION)
    hours = rows.aggregate(["mac", "hour"], nsg=count(nsg), vnet=count(vnet))
    hours = hours.with_columns(both=one_if((nw.col("nsg") > 0) & (nw.col("vnet") > 0)))
    shared = nw.when(nw.col("both") == 1).then(nw.col("hour"))
    nics = hours.aggregate(
        ["mac"],
        nsg_rows=nw.col("nsg").sum().cast(nw.Int64),
        vnet_rows=nw.col("vnet").sum().cast(nw.Int64),
        hours_nsg=count(nw.col("nsg") > 0),
        hours_vnet=count(nw.col("vnet") > 0),
        hours_both=nw.col("both").sum().cast(nw.Int64),
        first_both=shared.min(),
        last_both=shared.max(),
    )
    both = nics.filter((nw.col("nsg_rows") > 0) & (nw.col("vnet_rows") > 0))
    return both.collect(_DOUBLY_LOGGED).sort_values("mac", ignore_index=True)


def stateless_rules(conversations: object) -> pd.DataFrame:
    """Return the rules that seem to be logged without state: never counted, never ended.

    Counting rule: a rule is listed where none of its inbound TCP connections, over more than ten
    minutes, has a counter or an end (RULE 7 of `nsgkit.counting.stitch`). Their bytes and durations are
    unknown.

    Harmless look-alikes: a service that nobody used beyond the first packet.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.

    Returns
    -------
    pandas.DataFrame
        nsg (short), acl, rule, connections, first, last (UTC); sorted by acl and rule.

    Raises
    ------
    MissingColumnError
        Where a column is missing that `nsgkit.conversations` makes.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> stateless_rules(conversations)["nsg"].tolist()
    ['DEMOVM-NSG']
    """
    needed = ["acl", "rule", "first", "stateless"]
    rows = Rows.of(conversations, needed, remedy="nsgkit.conversations").filter(nw.col("stateless"))
    first = nw.col("first")
    rules = rows.aggregate(["acl", "rule"], connections=nw.len(), last=first.max(), first=first.min())
    table = rules.with_copies(nsg="acl").collect(_STATELESS_RULES)
    table["nsg"] = shortened(table["acl"])
    return table.sort_values(["acl", "rule"], ignore_index=True)


def busiest_nics(flows: object, *, top: int | None = 20) -> pd.DataFrame:
    """Return the NICs with the most rows, and their busiest minute: hosts that busy can lose rows.

    Counting rule: rows, not connections; this is about the logging. The usual rate is the mean over the
    minutes that have rows.

    Harmless look-alikes: a scan makes any machine heavy for a minute.

    Parameters
    ----------
    flows : table or FlowLogs
        The flow table.
    top : int or None
        How many; None gives all of them.

    Returns
    -------
    pandas.DataFrame
        mac, rows, share (of all rows, 0 to 1), minutes (with rows), usual_rows_per_minute,
        peak_rows_per_minute, peak (UTC, the first such minute); the most rows first.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column that is needed.

    Examples
    --------
    >>> import nsgkit
    >>> busiest_nics(nsgkit.read_logs("data/samples").flows, top=2)["mac"].tolist()
    ['000D3AB1A114', '000D3AB1A115']
    """
    check_top(top)
    rows = Rows.of(flows, ["time", "mac"]).select("mac", minute=bin_start(nw.col("time_ms"), _MINUTE))
    minutes = rows.aggregate(["mac", "minute"], rows=nw.len().cast(nw.Int64))
    minutes = minutes.with_columns(most=nw.col("rows").max().over("mac"))
    busiest = nw.when(nw.col("rows") == nw.col("most")).then(nw.col("minute"))
    nics = minutes.aggregate(
        ["mac"], minutes=nw.len(), peak_rows_per_minute=nw.col("rows").max(), peak=busiest.min(),
        rows=nw.col("rows").sum().cast(nw.Int64),
    )  # fmt: skip
    nics = nics.with_columns(
        usual_rows_per_minute=nw.col("rows") / nw.col("minutes"), share=nw.col("rows").cast(nw.Float64)
    )
    table = nics.collect(_BUSIEST_NICS)
    table["share"] = table["share"] / table["share"].sum()
    return table.sort_values(["rows", "mac"], ascending=[False, True], ignore_index=True).head(
        len(table) if top is None else top
    )
