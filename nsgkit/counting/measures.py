"""How traffic is counted: the measures of every traffic table, defined once.

A connection counts once: an allowed conversation that has the row which counts it (`counted_by`): its begin
row, its only row in version 1, its end row where a flow log writes no begin rows.
A denied attempt is a denied row. Allowed is not answered, and not even delivered: `unanswered` and `dropped`
say so of the connections. Bytes and packets are what continuing and end rows counted, those of
orphans too. Folded views of a connection count for nothing but `folded`.
"""

from collections.abc import Collection, Sequence

import narwhals as nw

from nsgkit import schema
from nsgkit.counting.expressions import any_known, both_ways, count, distinct, known_sum, one_if
from nsgkit.counting.frame import Dtype, Rows
from nsgkit.schema import CONVERSATIONS, COUNTERS

_KNOWN = {c.name: c for c in CONVERSATIONS}
# The column that a question may be ordered by.
MEASURES = ("connections", "denied", "bytes", "packets", "peers")
# Columns of conversations that the measures compare with a text: they stay texts.
_COMPARED = {"state", "counted_by", "decision", "encryption"}
_NEEDED = ("first", "last", "state", "counted_by", "decision", "folded", "answered", "encryption", *COUNTERS)


def counted_rows(conversations: object, *more: str, texts: Collection[str] = ()) -> Rows:
    """Return the rows of conversations with what the measures need, and `more`, all but `texts` coded."""
    coded = [name for name in more if name not in _COMPARED and name not in texts]
    columns = list(dict.fromkeys([*more, *_NEEDED]))
    return Rows.of(conversations, columns, coded=coded, remedy="nsgkit.conversations")


def group_types(by: Sequence[str]) -> dict[str, Dtype]:
    """Return the types of columns that make groups; an analyst's own keep what they hold.

    >>> group_types(["rule", "dst_port", "team"])
    {'rule': 'str', 'dst_port': 'uint16', 'team': None}
    """
    known = {name: _KNOWN[name].dtype if name in _KNOWN else None for name in by}
    return {name: "str" if dtype == schema.TEXT else dtype for name, dtype in known.items()}


def measured(rows: Rows, by: Sequence[str], peers: str | None = None) -> Rows:
    """Return the measures of each group of conversations, in no order; `peers` are counted where given."""
    counted, here = one_if(~nw.col("folded")), ~nw.col("counted_by").is_null()
    once = nw.when(~nw.col("folded"))
    # Names that no column of an analyst has. Only what is counted goes on: each column costs time to plan.
    rows = rows.select(
        *dict.fromkeys([*by, "first", "last", "folded"]),
        _began=one_if(here & (nw.col("decision") == "allowed")) * counted,
        _undecided=one_if(here & (nw.col("decision") == "unknown")) * counted,
        _denied=one_if(nw.col("decision") == "denied") * counted,
        _orphan=one_if(~here & (nw.col("state") == "orphan")) * counted,
        _no_counters=one_if(~any_known(COUNTERS)),
        _unanswered=one_if(~nw.col("answered")),
        _dropped=one_if(nw.col("encryption").is_in(schema.DROPPED)),
        _peer=once.then(nw.col(peers or by[0])),
        **{f"_{name}": once.then(nw.col(name)) for name in COUNTERS},
    )
    groups = rows.aggregate(by, **_sums(), **({"peers": distinct("_peer")} if peers else {}))
    return groups.with_columns(bytes=both_ways("bytes"), packets=both_ways("packets"))


def _sums() -> dict[str, nw.Expr]:
    began = nw.col("_began")
    sums = {
        "connections": began,
        "unknown": nw.col("_undecided"),
        "denied": nw.col("_denied"),
        "orphans": nw.col("_orphan"),
        "uncounted": began * nw.col("_no_counters"),
        "unanswered": began * nw.col("_unanswered"),
        "dropped": began * nw.col("_dropped"),
    }
    return {
        **{name: known_sum(f"_{name}") for name in COUNTERS},
        **{name: each.sum().cast(nw.Int64) for name, each in sums.items()},
        "folded": count(nw.col("folded")),
        "first": nw.col("first").min(),
        "last": nw.col("last").max(),
    }
