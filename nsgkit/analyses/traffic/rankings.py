"""The questions: who talks most, with whom, over which services, and which rules let it through."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import narwhals as nw
import pandas as pd

from nsgkit.counting.arguments import By, check_measure, check_top, columns_of, require_columns
from nsgkit.counting.countable import sums_fit
from nsgkit.counting.frame import Dtype, Rows
from nsgkit.counting.measures import (
    MEASURES,
    counted_rows,
    group_types,
    measured,
)
from nsgkit.enrich.names import with_names
from nsgkit.errors import NsgkitError
from nsgkit.schema import NAMES, PEERS, RANKED, TRAFFIC, shortened

_OTHER_END = {"source": "dst_ip", "destination": "src_ip"}
# Columns of so many values that most groups are not shown.
_MANY = {"src_ip", "dst_ip", "source", "destination"}
_MEASURED = {column.name: column.dtype for column in (*TRAFFIC, PEERS, *RANKED)}


class _Order(NamedTuple):
    """How groups are ordered, and how many are shown."""

    by: list[str]
    measure: str
    top: int | None


def breakdown(  # noqa: PLR0913
    conversations: object,
    by: By,
    *,
    measure: str = "connections",
    top: int | None = 20,
    peers: str | None = None,
    count_every_view: bool = False,
) -> pd.DataFrame:
    """Return the traffic of each group of conversations, the largest first.

    Counting rule: each connection once, denied attempts apart, bytes and packets as far as they are
    known, double capture folded; `nsgkit.counting.measures` has it in full. With `count_every_view`, every
    view counts where it was captured: right for the question what an NSG's rule saw, wrong for totals,
    because a connection that two NICs logged is then in two groups.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    by : str or sequence of str
        The columns that make the groups, also such as were put beside the conversations, like a country.
    measure : str
        What to order by: connections, denied, bytes, packets, or peers where they are counted.
    top : int or None
        How many groups; None gives all of them.
    peers : str or None
        The column whose distinct values are counted as `peers`.
    count_every_view : bool
        Count folded views as if they were connections of their own.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, then those of `schema.TRAFFIC` (and peers), then share (of the measure's
        total over all groups) and groups (how many there are), which tell what was left out. Ties are in the
        order of the groups' names.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column: the error names the function that makes it, or the columns there are.
    NsgkitError
        Where `by`, `measure` or `top` is none, or a sum needs more than 64 bits.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> breakdown(conversations, "mac", measure="bytes", top=1)["mac"].item()
    '0022489C3105'
    """
    check_top(top)
    check_measure(measure, [name for name in MEASURES if peers or name != "peers"])
    groups = columns_of(by, conversations, _MEASURED)
    require_columns([peers] if peers else [], conversations)
    rows = counted_rows(conversations, *groups, *([peers] if peers else []))
    if count_every_view:
        rows = rows.with_columns(folded=nw.lit(value=False))
    with sums_fit(conversations):
        table = _largest(rows, _Order(groups, measure, top), peers)
    return with_names(table, conversations)


def top_talkers(
    conversations: object,
    *,
    end: Literal["source", "destination"] = "source",
    measure: str = "connections",
    top: int | None = 20,
) -> pd.DataFrame:
    """Return the addresses that started (source) or took (destination) the most traffic.

    Counting rule, errors and other parameters as for `breakdown`.

    Harmless look-alikes: backups, updates and monitoring lead every such table. Compare with an
    earlier span (`change`) before calling a talker odd.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    end : {"source", "destination"}
        Whose addresses: the initiators', or those that were called.
    measure : str
        What to order by: connections, denied, bytes, packets or peers.
    top : int or None
        How many; None gives all of them.

    Returns
    -------
    pandas.DataFrame
        src_ip or dst_ip, the columns of `schema.TRAFFIC`, peers (distinct addresses at the other
        end), share, groups.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> top_talkers(conversations, measure="peers", top=1)["src_ip"].item()
    '10.20.0.4'
    """
    if end not in _OTHER_END:
        raise NsgkitError(f"An end is 'source' or 'destination', not {end!r}.")
    mine = "src_ip" if end == "source" else "dst_ip"
    return breakdown(conversations, mine, measure=measure, top=top, peers=_OTHER_END[end])


def top_pairs(conversations: object, *, measure: str = "connections", top: int | None = 20) -> pd.DataFrame:
    """Return the pairs of source and destination with the most traffic.

    Counting rule, errors and parameters as for `breakdown`; the measure peers has no meaning here.

    Returns
    -------
    pandas.DataFrame
        src_ip, dst_ip, the columns of `schema.TRAFFIC`, share, groups (how many pairs there are).

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> top_pairs(conversations, measure="bytes", top=1)[["src_ip", "dst_ip"]].to_numpy().tolist()
    [['2001:db8:30:1::5', '2001:db8:f0::220']]
    """
    return breakdown(conversations, ["src_ip", "dst_ip"], measure=measure, top=top)


def top_services(
    conversations: object, *, measure: str = "connections", top: int | None = 20
) -> pd.DataFrame:
    """Return the destination ports that were called most.

    Counting rule, errors and parameters as for `breakdown`.

    Harmless look-alikes: high ports with one connection each are mostly answers to a protocol that
    negotiates ports, not services.

    Returns
    -------
    pandas.DataFrame
        protocol, dst_port, the columns of `schema.TRAFFIC`, peers (distinct sources), share, groups.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> top_services(conversations, measure="denied", top=3)["dst_port"].tolist()
    [23, 445, 22]
    """
    return breakdown(conversations, ["protocol", "dst_port"], measure=measure, top=top, peers="src_ip")


def top_rules(conversations: object, *, measure: str = "connections", top: int | None = 20) -> pd.DataFrame:
    """Return the rules with the most traffic, each with its NSG or ACL.

    Counting rule: every rule counts what it saw, because a rule is hit at each end. So a connection that
    two NICs logged is in the count of the rule at either end: do not add rules up to a total.
    Otherwise, and for errors and parameters, as in `breakdown`.

    Harmless look-alikes: a rule that is absent was not hit in these logs, which is not the same as never hit.

    Returns
    -------
    pandas.DataFrame
        nsg (the last segment of acl), acl, rule, direction, the columns of `schema.TRAFFIC`, peers
        (distinct sources), share, groups (how many rules there are).

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> top_rules(conversations, measure="denied", top=1)["rule"].item()
    'DefaultRule_DenyAllInBound'
    """
    by = ["acl", "rule", "direction"]
    table = breakdown(conversations, by, measure=measure, top=top, peers="src_ip", count_every_view=True)
    table.insert(0, "nsg", shortened(table["acl"], table.attrs[NAMES]))
    return table


def _largest(rows: Rows, order: _Order, peers: str | None) -> pd.DataFrame:
    types: dict[str, Dtype] = {
        **group_types(order.by),
        **{name: dtype for name, dtype in _MEASURED.items() if peers or name != "peers"},
    }
    # To count peers takes an engine most of the time: so it is asked of the groups that are shown alone.
    long = {*order.by} & _MANY or (peers and not rows.ours)
    if order.top is None or not long:
        return _ranked(measured(rows, order.by, peers), order).head(order.top).collect(types)
    # Of many groups, find out which are shown by one measure alone; then measure all of those few.
    found = _shown(rows, order, peers)
    few = rows.fingerprint(_mark=order.by).filter(nw.col("_mark").is_in(found["_mark"].tolist()))
    known = found.head(1).drop(columns="_mark").to_dict("records")
    return _ranked(measured(few, order.by, peers), order, known).collect(types)


def left_out(conversations: object, by: Sequence[str], *, measure: str, top: int) -> pd.DataFrame:
    """Return the traffic of all groups that `breakdown` of the same leaves out, together, by decision.

    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> left_out(conversations, ["src_ip", "decision"], measure="bytes", top=2)["decision"].tolist()
    ['allowed', 'denied', 'unknown']
    """
    rows = counted_rows(conversations, *by, "decision")
    shown = _shown(rows, _Order([*by], measure, top), None)
    rows = rows.fingerprint(_mark=by).filter(~nw.col("_mark").is_in(shown["_mark"].tolist()))
    types: dict[str, Dtype] = {c.name: c.dtype for c in TRAFFIC}
    with sums_fit(conversations):
        return measured(rows, ["decision"]).sort("decision").collect({**group_types(["decision"]), **types})


def _shown(rows: Rows, order: _Order, peers: str | None) -> pd.DataFrame:
    """Return the fingerprints of the groups that are shown, with the measure's total and all groups."""
    single = _ranked(measured(rows, order.by, peers if order.measure == "peers" else None), order)
    shown = single.head(order.top).fingerprint(_mark=order.by)
    return shown.collect({"_mark": "object", "_total": "float64", "groups": "int64"})


def _ranked(groups: Rows, order: _Order, known: Sequence[Mapping[Any, Any]] = ()) -> Rows:
    """Order the groups; of how many they are, and the measure's total, are counted unless `known`."""
    value = nw.col(order.measure).cast(nw.Float64)
    groups = groups.with_columns(_value=value, _less=-value)
    told = {str(name): nw.lit(each) for row in known for name, each in row.items()}
    groups = (
        groups.with_columns(**told) if told else groups.with_totals(_total="sum(_value)", groups="count(*)")
    )
    share = nw.when(nw.col("_total") > 0).then(nw.col("_value") / nw.col("_total"))
    return groups.with_columns(share=share).sort("_less", *order.by)
