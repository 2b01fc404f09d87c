"""The question: who was denied, and later allowed."""

from collections.abc import Sequence

import narwhals as nw
import pandas as pd

from nsgkit.counting.arguments import By, check_top, columns_of
from nsgkit.counting.expressions import count, one_if
from nsgkit.counting.frame import Rows
from nsgkit.counting.measures import group_types
from nsgkit.enrich.names import with_names
from nsgkit.schema import DENIED_THEN_ALLOWED

WITHIN = 5_000  # milliseconds between what two NICs log of one attempt, as for double capture
_ATTEMPT = ("src_ip", "dst_ip", "src_port", "dst_port", "protocol")
_NEEDED = (*_ATTEMPT, "first", "decision", "direction", "counted_by", "folded", "rule")
_TYPES = {column.name: column.dtype for column in DENIED_THEN_ALLOWED}
_FAR = 10**15  # milliseconds: further than any time


def denied_then_allowed(
    conversations: object,
    *,
    by: By = ("src_ip", "dst_ip", "protocol", "dst_port"),
    top: int | None = 50,
) -> pd.DataFrame:
    """Return the groups that were denied and later allowed: by default the same source, target and port.

    That is what happens when a rule is opened. With `by="src_ip"` the target may be another, which says
    much less: a scanner of every port that then opens a public web page is such a source.

    Counting rule: as in `breakdown`; allowed is a connection, by when it was first seen. One that began
    before the data, and one that was denied at its other end, do not count: a machine's own NSG lets out
    what the target's NSG turns away, so there the two differ by at most five seconds. Later is later than
    the second of the denial.

    Harmless look-alikes: an administrator who asks for access, tries, and gets it. A pair that was allowed
    before it was denied as well (`allowed_before`): a rule that was closed and opened again, or a late
    packet of a connection that had ended.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it, such as `nsgkit.query` gives.
    by : str or sequence of str
        The columns that say what is the same.
    top : int or None
        How many groups; None gives all of them.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, then those of `schema.DENIED_THEN_ALLOWED`: how often and when it was denied
        before, when it was first allowed, the rules of both, and groups (how many there are). First stands
        what was never allowed before it was denied, then the most often denied; ties are in the order of the
        groups' names. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column: the error names the function that makes it, or the columns there are.
    NsgkitError
        Where `by` or `top` is none.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = denied_then_allowed(conversations).iloc[0]
    >>> f"{found['src_ip']} was denied {found['denied_before']} times, then let in by {found['allowed_by']}"
    '203.0.113.199 was denied 24 times, then let in by UserRule_Temp-SSH-Contractor'

    Source: own; `allowed after denied` in the kit's list of detections adds thresholds to it.
    """
    check_top(top)
    groups = columns_of(by, conversations, _TYPES)
    found = _summed(_turned(_let_through(_decided(conversations, groups))), groups)
    ranked = found.with_totals(groups="count(*)").sort("_had", "_less", *groups).head(top)
    return with_names(ranked.collect({**group_types(groups), **_TYPES}), conversations)


def _decided(conversations: object, by: Sequence[str]) -> Rows:
    """Return denied attempts and connections, each view of them, marked as what they are."""
    columns = list(dict.fromkeys([*by, *_NEEDED]))
    coded = [
        name for name in dict.fromkeys([*by, *_ATTEMPT]) if name not in ("decision", "direction", "rule")
    ]
    rows = Rows.of(conversations, columns, coded=coded, remedy="nsgkit.conversations")
    allowed = (nw.col("decision") == "allowed") & ~nw.col("counted_by").is_null()
    marked = rows.with_columns(
        _denied=one_if(nw.col("decision") == "denied"), _allowed=one_if(allowed), _rule=nw.col("rule")
    )
    return marked.filter((nw.col("_denied") == 1) | (nw.col("_allowed") == 1)).fingerprint(
        _attempt=_ATTEMPT, _group=by
    )


def _let_through(rows: Rows) -> Rows:
    """Leave out what one NIC let out and another turned away."""
    each = rows.aggregate(["_attempt"], denied=nw.col("_denied").max(), allowed=nw.col("_allowed").max())
    both = each.filter((nw.col("denied") == 1) & (nw.col("allowed") == 1)).select("_attempt").materialize()
    seen, denied = nw.col("first_ms"), nw.when(nw.col("_denied") == 1).then(nw.col("first_ms"))
    torn = rows.join(both, ["_attempt"], "semi").with_columns(
        _before=denied.otherwise(-_FAR).cum_max().over("_attempt", order_by="first_ms"),
        _after=denied.otherwise(_FAR).cum_min(reverse=True).over("_attempt", order_by="first_ms"),
    )
    apart = (seen - nw.col("_before") > WITHIN) & (nw.col("_after") - seen > WITHIN)
    kept = torn.filter((nw.col("_denied") == 1) | apart).drop("_before", "_after")
    return rows.join(both, ["_attempt"], "anti").concat(kept)


def _turned(rows: Rows) -> Rows:
    """Keep the groups with a connection after a denial, and put beside their rows when they turned."""
    seen, denied, allowed = nw.col("first_ms"), nw.col("_denied") == 1, nw.col("_allowed") == 1
    each = rows.aggregate(
        ["_group"], first=nw.when(denied).then(seen).min(), last=nw.when(allowed).then(seen).max()
    )
    turned = each.filter(nw.col("last") > nw.col("first")).select("_group").materialize()
    rows = rows.join(turned, ["_group"], "semi")
    rows = rows.with_columns(_first=nw.when(denied).then(seen).min().over("_group"))
    later = nw.when(allowed & (seen > nw.col("_first"))).then(seen)
    rows = rows.with_columns(_start=later.min().over("_group"))
    before = nw.when(denied & (seen < nw.col("_start"))).then(seen)
    rows = rows.with_columns(_last=before.max().over("_group"))
    way = nw.when(denied & (seen == nw.col("_last"))).then(nw.col("direction"))
    return rows.with_columns(_way=way.max().over("_group"))


def _summed(rows: Rows, by: Sequence[str]) -> Rows:
    """Return one row of each group that turned."""
    seen, first, start, last = (nw.col(name) for name in ("first_ms", "_first", "_start", "_last"))
    denied, allowed, once = nw.col("_denied") == 1, nw.col("_allowed") == 1, ~nw.col("folded")
    here = nw.col("direction") == nw.col("_way")
    found = rows.aggregate(
        [*by, "_group"],
        denied_before=count(denied & once & (seen < start)),
        first_denied=first.max(),
        last_denied_before=last.max(),
        first_allowed_after=start.max(),
        allowed_after=count(allowed & once & (seen >= start)),
        allowed_before=count(allowed & once & (seen <= first)),
        denied_by=_rule(denied & here & (seen == last)),
        allowed_by=_rule(allowed & here & (seen >= start) & (seen <= start + WITHIN)),
        _elsewhere=_rule(allowed & (seen == start)),
    )
    return found.with_columns(
        allowed_by=nw.coalesce("allowed_by", "_elsewhere"),
        _had=one_if(nw.col("allowed_before") > 0),
        _less=-nw.col("denied_before"),
    )


def _rule(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.col("_rule")).min()
