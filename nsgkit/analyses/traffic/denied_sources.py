"""The question: which sources were denied, how often for each machine and hour, and at which ports."""

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.counting.arguments import check_top
from nsgkit.counting.expressions import bin_start, distinct
from nsgkit.counting.frame import Rows
from nsgkit.enrich.names import with_names
from nsgkit.schema import DENIED_SOURCES

_HOUR = 3_600_000
_PORTS = 6  # that are named
_COUNTED = [name for name in schema.types(DENIED_SOURCES) if name != "which"]


def denied_sources(flows: object, *, least: int = 10, top: int | None = 20) -> pd.DataFrame:
    """Return the sources that were denied, those first that tried hardest: the most for a machine and hour.

    Counting rule: denied rows. An hour counts for a source where one of its denied rows lies in it. `each` is
    the attempts for one machine and hour: 42 attempts at 3 machines in one hour are 14.

    Harmless look-alikes: a program of one's own that asks every second for what it may not have. A scanner
    that tries every port of every address once has many attempts and a small `each`.

    Parameters
    ----------
    flows : table or FlowLogs
        The flow table.
    least : int
        How many attempts a source must have.
    top : int or None
        How many sources; None gives all of them.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.DENIED_SOURCES`. Ties are in the order of the addresses.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column.
    NsgkitError
        Where `top` is none.

    Examples
    --------
    >>> import nsgkit
    >>> table = denied_sources(nsgkit.read_logs("data/samples"), top=1)
    >>> table[["src_ip", "attempts", "machines", "ports", "each"]].to_dict("list")
    {'src_ip': ['198.51.100.201'], 'attempts': [42], 'machines': [3], 'ports': [39], 'each': [14.0]}
    """
    check_top(top)
    rows = Rows.of(flows, ["time", "src_ip", "dst_ip", "dst_port", "decision"], coded=["src_ip", "dst_ip"])
    denied = rows.filter(nw.col("decision") == "denied").with_columns(
        hour=bin_start(nw.col("time_ms"), _HOUR)
    )
    counted = denied.aggregate(
        ["src_ip"],
        attempts=nw.len().cast(nw.Int64),
        hours=distinct("hour"),
        machines=distinct("dst_ip"),
        ports=distinct("dst_port"),
    ).filter(nw.col("attempts") >= least)
    each = nw.col("attempts").cast(nw.Float64) / (nw.col("machines") * nw.col("hours"))
    first = counted.with_columns(each=each, _less=-each).sort("_less", "src_ip").head(top)
    types = schema.types(DENIED_SOURCES)
    table = first.collect({name: types[name] for name in _COUNTED})
    tried = denied.join(first.select("src_ip"), on=["src_ip"]).aggregate(
        ["src_ip", "dst_port"], tries=nw.len().cast(nw.Int64)
    )
    which = _named(tried.collect({"src_ip": "str", "dst_port": "int64", "tries": "int64"}))
    table.insert(5, "which", table["src_ip"].map(which).astype("str"))
    return with_names(table, flows)


def _named(tried: pd.DataFrame) -> "pd.Series[str]":
    """Return of each source the ports that it tried most, with how often."""
    tried = tried.sort_values(["src_ip", "tries", "dst_port"], ascending=[True, False, True])
    shown = tried[tried.groupby("src_ip").cumcount() < _PORTS]
    texts = shown["dst_port"].astype("str") + " (" + shown["tries"].map("{:,}".format).astype("str") + ")"
    named = texts.groupby(shown["src_ip"]).agg(", ".join)
    more = tried.groupby("src_ip").size() - _PORTS
    return named.where(more <= 0, named + ", and " + more.astype("str") + " more")
